//! Tests of the settings as a whole: layers, problems, secrets and the example.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use toml::Value;

use crate::config::problem::Source;
use crate::config::rule::Form;
use crate::config::setting::Setting;
use crate::config::{Config, LogFormat, Previews, SECTIONS};

const SECRET: &str = "correct-horse-battery-staple";

/// The settings from a file `config.toml` with `text`, and from `variables`; or the problems
/// as people see them, with the folder of the file left out.
fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("config.toml");
    fs::write(&path, text).expect("the file can be written");
    Config::load(Some(&path), environment(variables)).map_err(|problems| {
        let folder = format!("{}/", folder.path().display());
        problems.to_string().replace(&folder, "")
    })
}

fn environment(variables: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.iter().map(owned).collect::<Vec<_>>().into_iter()
}

fn settings() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings)
}

/// What is in force, by key, without its source.
fn values(config: &Config) -> Vec<(String, Value)> {
    let rows = config.effective.iter();
    rows.map(|row| (row.path(), row.value.clone())).collect()
}

fn variable(setting: &Setting) -> String {
    let path = format!("{}__{}", setting.section, setting.key);
    format!("ANALYTICS__{}", path.to_uppercase())
}

#[test]
fn the_committed_example_is_what_the_table_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    if std::env::var_os("UPDATE_EXAMPLE").is_some() {
        fs::write(&path, Config::example()).expect("the example can be written");
    }

    let committed = fs::read_to_string(&path).expect("the example is in the repository");

    let remedy = "run this test with UPDATE_EXAMPLE=1 to write the example anew";
    assert!(committed == Config::example(), "{remedy}");
}

#[test]
fn the_example_uncommented_gives_every_setting_its_default() {
    let mut uncommented = String::new();
    for line in Config::example().lines() {
        let is_setting = line.starts_with('#') && !line.starts_with("# ");
        let line = if is_setting { &line[1..] } else { line };
        uncommented.push_str(line);
        uncommented.push('\n');
    }

    let config = load(&uncommented, &[]).expect("the example is right");

    assert_eq!(values(&config), values(&Config::default()));
    for row in &config.effective {
        let is_from_file = matches!(row.source, Source::File { line: Some(_), .. });
        assert!(is_from_file, "{} is missing in the example", row.path());
    }
}

#[test]
fn the_defaults_are_typed_values_without_units() {
    let config = Config::default();

    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.base_path.as_str(), "");
    assert_eq!(config.server.public_url, None);
    assert_eq!(config.server.workers, None);
    assert_eq!(config.server.log_format, LogFormat::Text);
    assert_eq!(config.server.metrics_token, None);
    assert_eq!(config.ingest.commit_wait, Duration::ZERO);
    assert_eq!(config.ingest.body_bytes_max, 5 * 1024 * 1024);
    assert_eq!(config.ingest.requests_per_address_s.get(), 100);
    assert_eq!(config.storage.memory_bytes, None);
    assert_eq!(config.storage.free_space_min_bytes, 268_435_456); // 256 × 1,048,576
    assert_eq!(config.storage.query_timeout, Duration::from_secs(30));
    assert_eq!(config.privacy.previews, Previews::Truncated);
    assert_eq!(config.privacy.country_file, None);
    assert_eq!(config.auth.session, Duration::from_secs(2_592_000)); // 30 × 86,400
    assert_eq!(config.live.tick, Duration::from_millis(1_000));
}

#[test]
fn a_later_layer_overrides_an_earlier_one() {
    let file = "[ingest]\ncommit_wait_ms = 3\nqueue_events = 20_000\n";
    let variables = [("ANALYTICS__INGEST__COMMIT_WAIT_MS", "7")];

    let config = load(file, &variables).expect("all values are right");

    assert_eq!(config.ingest.commit_wait, Duration::from_millis(7)); // environment over file
    assert_eq!(config.ingest.queue_events, 20_000); // file over default
    assert_eq!(config.ingest.log_entries, 1_000); // default
}

#[test]
fn printing_tells_the_values_in_force_and_where_each_comes_from() {
    let file = "[live]\ntick_ms = 500\n";
    let config = load(file, &[("ANALYTICS__LIVE__FEED_EVENTS", "0x0a")]).expect("all is right");

    let printed = config.print();
    let live = printed
        .split_once("[live]\n")
        .expect("the section is there");
    let live: Vec<&str> = live.1.lines().collect();

    assert!(live[0].starts_with("tick_ms = 500       # "), "{}", live[0]);
    assert!(live[0].ends_with("/config.toml line 2"), "{}", live[0]);
    let variable = "feed_events = 10    # environment variable ANALYTICS__LIVE__FEED_EVENTS";
    assert_eq!(live[1..], [variable, "viewers_max = 5000  # default"]);
    let again = load(&printed, &[]).expect("what is printed is TOML");
    assert_eq!(values(&again), values(&config));
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_layers() {
    let file = "\
lissen = 1
live = 3
[server]
listen = \"localhost:8080\"
log_format = \"jsno\"
[ingest]
queue_events = \"many\"
commit_wait = 5
[storrage]
readers = 1
[storage]
readers = \"4\"
";
    let variables = [
        ("ANALYTICS__PRIVACY__MASK", "yes"),
        ("ANALYTICS__INGEST__QUEUE_EVENT", "5"),
        ("ANALYTICS__LIVE__TICK_MS", "5s"),
    ];

    let problems = load(file, &variables).expect_err("much is wrong");

    let expected = "\
lissen (config.toml line 1): there is no such setting; did you mean server.listen?
live (config.toml line 2): this is a section and has no value of its own; write [live] on a \
line, and its settings below it
server.listen = \"localhost:8080\" (config.toml line 4): must be an IP address with a port, such \
as 127.0.0.1:8080 or [::]:8080
server.log_format = \"jsno\" (config.toml line 5): must be \"text\" or \"json\"; did you mean `json`?
ingest.queue_events = \"many\" (config.toml line 7): must be a whole number of events between 1 \
and 1000000
ingest.commit_wait (config.toml line 8): there is no such setting; did you mean \
ingest.commit_wait_ms?
[storrage] (config.toml line 9): there is no such section; did you mean [storage]?
storage.readers = \"4\" (config.toml line 12): must be a whole number of queries between 1 and \
64; write the number without quotes
environment variable ANALYTICS__INGEST__QUEUE_EVENT: there is no such setting; did you mean \
ANALYTICS__INGEST__QUEUE_EVENTS?
live.tick_ms = \"5s\" (environment variable ANALYTICS__LIVE__TICK_MS): must be a whole number of \
milliseconds between 100 and 60000; write the number alone, its unit is fixed
privacy.mask = \"yes\" (environment variable ANALYTICS__PRIVACY__MASK): must be true or false; \
write true or false, without quotes";
    assert_eq!(problems, expected);
}

#[test]
fn a_wrong_value_is_told_even_where_a_later_layer_overrides_it() {
    let variables = [("ANALYTICS__LIVE__TICK_MS", "200")];

    let problems = load("[live]\ntick_ms = 5\n", &variables).expect_err("the file is wrong");

    assert!(problems.starts_with("live.tick_ms = 5 (config.toml line 2): must be"));
}

#[test]
fn a_key_in_the_wrong_section_is_found_in_the_right_one() {
    let problems = load("[storage]\nqueue_events = 5\n", &[]).expect_err("it stands wrong");

    assert!(
        problems.ends_with("did you mean ingest.queue_events?"),
        "{problems}"
    );
}

#[test]
fn a_key_that_resembles_nothing_gets_no_false_suggestion() {
    let variables = [("ANALYTICS__ZZ__XYZZY", "1"), ("ANALYTICS__", "")];

    let problems = load("[live]\nxyzzy = 1\n[qqq]\n", &variables).expect_err("nothing is known");

    let expected = "\
live.xyzzy (config.toml line 2): there is no such setting; see config.example.toml for all settings
[qqq] (config.toml line 3): there is no such section; the sections are server, ingest, snippet, storage, \
privacy, auth, prices, live
environment variable ANALYTICS__: there is no such setting; see config.example.toml for all settings
environment variable ANALYTICS__ZZ__XYZZY: there is no such setting; see config.example.toml \
for all settings";
    assert_eq!(problems, expected);
}

#[test]
fn variables_of_others_are_passed_over() {
    let variables = [
        ("ANALYTICS_ADMIN_PASSWORD", SECRET),
        ("PATH", "/bin"),
        ("analytics__live__tick_ms", "nonsense"),
    ];

    let config = load("", &variables).expect("none of them is ours");

    assert_eq!(config, Config::default());
}

#[test]
fn values_of_a_wrong_type_are_refused() {
    let rows = [
        ("server", "listen = 8080"),
        ("server", "listen = \"127.0.0.1\""),
        ("server", "data_dir = \"\""),
        ("server", "data_dir = \"a\\nb\""),
        ("server", "base_path = \"analytics\""),
        ("server", "public_url = \"analytics.example.com\""),
        (
            "server",
            "public_url = \"https://analytics.example.com/path\"",
        ),
        ("server", "trusted_proxies = [1]"),
        ("server", "trusted_proxies = [\"10.0.0.0/33\"]"),
        ("server", "log_format = 1"),
        ("server", "log_format = \"JSON\""),
        ("server", "log_level = \"loud\""),
        ("server", "log_level = \"info,=debug\""),
        ("server", "log_level = \"info,a b=debug\""),
        ("ingest", "queue_events = 1.5"),
        ("ingest", "queue_events = true"),
        ("ingest", "queue_events = [1]"),
        ("ingest", "queue_events = 1979-05-27"),
        ("ingest", "queue_events = { most = 1 }"),
        ("ingest", "queue_events = 99999999999999999999"),
        ("ingest", "drop_bots = 1"),
        ("ingest", "drop_bots = \"true\""),
        ("storage", "memory_mb = 63"),
        ("storage", "memory_mb = \"\""),
        ("privacy", "country_file = \"/no/such/file.mmdb\""),
        ("privacy", "country_file = \"/\""),
    ];
    for (section, line) in rows {
        let (key, _) = line.split_once(' ').expect("a key and a value");

        let problems = load(&format!("[{section}]\n{line}\n"), &[]).expect_err(line);

        let expected = format!("{section}.{key} = ");
        assert!(problems.starts_with(&expected), "{problems}");
        assert!(
            problems.contains(" (config.toml line 2): must be "),
            "{problems}"
        );
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
}

#[test]
fn values_are_read_in_each_form_that_their_rule_names() {
    let own = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let mut file = "\
[server]
base_path = \"/tools/\"
public_url = \"https://Analytics.Example.com/\"
trusted_proxies = [\"10.1.2.3/8\", \"::1\"]
workers = 3
log_format = \"json\"
log_level = \"warn,analytics::store=debug\"
[storage]
memory_mb = 64
[privacy]
previews = \"off\"
"
    .to_owned();
    file.push_str(&format!("[prices]\nfile = \"{}\"\n", own.path().display()));

    let config = load(&file, &[]).expect("all values are right");

    assert_eq!(config.server.base_path.as_str(), "/tools");
    let origin = config.server.public_url.expect("it is set");
    assert_eq!(origin.as_str(), "https://analytics.example.com");
    let networks: Vec<_> = config
        .server
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(networks, ["10.0.0.0/8", "::1/128"]);
    assert_eq!(config.server.workers, Some(3));
    assert_eq!(config.server.log_format, LogFormat::Json);
    assert_eq!(config.server.log_level, "warn,analytics::store=debug");
    assert_eq!(config.storage.memory_bytes, Some(67_108_864)); // 64 × 1,048,576
    assert_eq!(config.privacy.previews, Previews::Off);
    assert_eq!(config.prices.file.as_deref(), Some(own.path()));
}

#[test]
fn a_variable_is_toml_where_that_fits_and_plain_text_otherwise() {
    let variables = [
        ("ANALYTICS__SERVER__LISTEN", "0.0.0.0:80"),
        ("ANALYTICS__SERVER__DATA_DIR", "2026"),
        ("ANALYTICS__SERVER__LOG_LEVEL", "\"warn\""),
        (
            "ANALYTICS__SERVER__TRUSTED_PROXIES",
            "10.0.0.0/8, 127.0.0.1",
        ),
        ("ANALYTICS__INGEST__DROP_BOTS", "false"),
        ("ANALYTICS__INGEST__QUEUE_EVENTS", "100_000"),
        ("ANALYTICS__PRIVACY__COUNTRY_FILE", ""),
    ];

    let config = load("", &variables).expect("all values are right");

    assert_eq!(config.server.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.server.data_dir, PathBuf::from("2026"));
    assert_eq!(config.server.log_level, "warn");
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert!(!config.ingest.drop_bots);
    assert_eq!(config.ingest.queue_events, 100_000);
    assert_eq!(config.privacy.country_file, None);
}

#[test]
fn every_setting_can_be_given_by_a_variable() {
    let variables: Vec<(String, String)> = settings()
        .map(|setting| (variable(setting), setting.default.to_owned()))
        .filter(|(name, _)| name != "ANALYTICS__SERVER__METRICS_TOKEN")
        .chain([("ANALYTICS__SERVER__METRICS_TOKEN".to_owned(), String::new())])
        .collect();

    let config = Config::load(None, variables.into_iter()).expect("the defaults are right");

    assert_eq!(values(&config), values(&Config::default()));
    for row in &config.effective {
        assert!(matches!(row.source, Source::Variable(_)), "{}", row.path());
    }
}

#[test]
fn every_number_is_accepted_at_its_bounds_and_refused_beyond() {
    let mut numbers = 0;
    for setting in settings() {
        let rule = format!("must be {}", (setting.form)());
        let (form, has_zero) = match (setting.form)() {
            Form::Or("0 (automatic)", form) => (*form, true),
            form => (form, false),
        };
        let Form::Whole { bounds, .. } = form else {
            continue;
        };
        numbers += 1;
        let (least, most) = (*bounds.start(), *bounds.end());
        let below = least - 1;
        let rows = [
            (least, true),
            (most, true),
            (below, has_zero && below == 0),
            (most + 1, false),
        ];
        for (number, is_allowed) in rows {
            let text = format!("[{}]\n{} = {number}\n", setting.section, setting.key);

            let problems = load(&text, &[]).err().unwrap_or_default();

            // A bound may contradict another setting's default, which is another problem.
            let problem = format!("{} = {number} (config.toml line 2): {rule}", setting.path());
            assert_eq!(!problems.contains(&problem), is_allowed, "{text}{problems}");
        }
    }
    assert!(numbers > 20, "{numbers} numbers in the table");
}

#[test]
fn a_full_request_must_find_room_in_the_queue_and_in_the_rate() {
    let raised = "[ingest]\nevents_per_request_max = 70_000\n";
    let lowered = "[ingest]\nevents_per_key_burst = 9_999\n";

    let too_many = load(raised, &[]).expect_err("70,000 > 65,536");
    let too_few = load(lowered, &[]).expect_err("10,000 > 9,999");
    let both = format!("{raised}queue_events = 70_000\n");

    assert_eq!(
        too_many,
        "ingest.events_per_request_max = 70000 (config.toml line 2): must not exceed \
         ingest.queue_events, or a full request would never find room; ingest.queue_events is \
         65536 (default)"
    );
    assert_eq!(
        too_few,
        "ingest.events_per_key_burst = 9999 (config.toml line 2): must be at least \
         ingest.events_per_request_max, or a full request would always exceed the rate; \
         ingest.events_per_request_max is 10000 (default)"
    );
    assert!(load(&both, &[]).is_ok()); // 70,000 = 70,000
}

#[test]
fn a_value_that_was_refused_contradicts_nothing() {
    let file = "[ingest]\nevents_per_request_max = 70_000\nqueue_events = \"many\"\n";

    let problems = load(file, &[]).expect_err("`many` is no number");

    assert_eq!(problems.lines().count(), 1, "{problems}");
}

#[test]
fn a_file_that_cannot_be_read_is_told_together_with_other_problems() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let latin = folder.path().join("latin.toml");
    fs::write(&latin, b"[server]\ndata_dir = \"caf\xe9\"\n").expect("the file can be written");
    let missing = folder.path().join("missing.toml");

    for path in [missing.as_path(), latin.as_path(), folder.path()] {
        let variables = environment(&[("ANALYTICS__LIVE__TICK_MS", "soon")]);

        let problems = Config::load(Some(path), variables).expect_err("it cannot be read");

        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let expected = format!("{}: the settings file cannot be read: ", path.display());
        assert!(lines[0].starts_with(&expected), "{}", lines[0]);
        assert!(
            lines[1].starts_with("live.tick_ms = \"soon\" "),
            "{}",
            lines[1]
        );
        assert_eq!(lines.len(), 2);
    }
}

#[test]
fn syntax_errors_are_told_with_their_lines_and_other_values_are_still_checked() {
    let file = "\
[server]
listen = 127.0.0.1:8080
data_dir = \"unfinished
[live]
tick_ms = 5
unknown = 1
tick_ms = 200
";

    let problems = load(file, &[]).expect_err("three lines are not TOML");

    let starts = [
        "config.toml line 2: this is not TOML: ",
        "config.toml line 3: this is not TOML: ",
        "live.tick_ms = 5 (config.toml line 5): must be ",
        "config.toml line 7: this is not TOML: duplicate key",
    ];
    let lines: Vec<&str> = problems.lines().collect();
    assert_eq!(lines.len(), starts.len(), "{problems}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert!(
        lines[0].ends_with("; text stands in double quotes"),
        "{}",
        lines[0]
    );
}

#[test]
fn a_long_value_is_told_shortened_and_on_one_line() {
    let file = format!("[server]\nlisten = \"\"\"\n{}\"\"\"\n", "é".repeat(200));

    let problems = load(&file, &[]).expect_err("this is no address");

    // Three quotes and the line break, now a space, are the first 4 of 80 letters.
    let value = format!("\"\"\" {}…", "é".repeat(76));
    let expected = format!("server.listen = {value} (config.toml line 2): must be ");
    assert!(problems.starts_with(&expected), "{problems}");
    assert_eq!(problems.lines().count(), 1);
}

#[test]
fn a_secret_is_read_from_each_layer_and_never_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("token");
    fs::write(&path, format!("  {SECRET}\n")).expect("the file can be written");
    let path = path.to_str().expect("its path is Unicode");
    let in_file = format!("[server]\nmetrics_token = \"{SECRET}\"\n");
    let named_in_file = format!("[server]\nmetrics_token_file = \"{path}\"\n");
    let rows: [(&str, &[(&str, &str)]); 4] = [
        (&in_file, &[]),
        (&named_in_file, &[]),
        ("", &[("ANALYTICS__SERVER__METRICS_TOKEN", SECRET)]),
        ("", &[("ANALYTICS__SERVER__METRICS_TOKEN_FILE", path)]),
    ];
    for (file, variables) in rows {
        let config = load(file, variables).expect("the secret can be read");

        let token = config.server.metrics_token.as_ref().expect("it is set");
        assert_eq!(token.expose(), SECRET);
        assert!(config.print().contains("metrics_token = \"***\" "));
        for shown in [
            config.print(),
            format!("{config:?}"),
            format!("{config:#?}"),
        ] {
            assert!(!shown.contains(SECRET), "{shown}");
        }
    }
}

#[test]
fn a_secret_from_a_variable_is_taken_as_it_is() {
    // As TOML these would be a number, and text without its quotes.
    for text in ["12345678901234567", "'quoted-quoted-quoted'"] {
        let variables = [("ANALYTICS__SERVER__METRICS_TOKEN", text)];

        let config = load("", &variables).expect("it is long enough");

        let token = config.server.metrics_token.expect("it is set");
        assert_eq!(token.expose(), text);
    }
}

#[test]
fn the_environment_of_the_process_is_passed_on() {
    let path = std::env::var("PATH").expect("tests run with a search path");

    let variables: Vec<_> = Config::environment().collect();

    assert!(variables.contains(&("PATH".to_owned(), path)));
}

#[test]
fn an_environment_secret_replaces_a_file_secret_given_the_other_way() {
    let variables = [("ANALYTICS__SERVER__METRICS_TOKEN", SECRET)];
    let folder = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    fs::write(folder.path(), "another-secret-of-the-file").expect("the file can be written");
    let file = format!(
        "[server]\nmetrics_token_file = \"{}\"\n",
        folder.path().display()
    );

    let config = load(&file, &variables).expect("both are right");

    let token = config.server.metrics_token.expect("it is set");
    assert_eq!(token.expose(), SECRET);
}

#[test]
fn no_problem_shows_a_secret() {
    let rows = [
        format!("[server]\nmetrics_token = \"{SECRET} \"\n"), // a space is not allowed
        format!("[server]\nmetrics_token = [\"{SECRET}\"]\n"),
        format!("[server]\nmetrics_tokn = \"{SECRET}\"\n"),
        format!("[srver]\nmetrics_token = \"{SECRET}\"\n"),
        format!("metrics_token = \"{SECRET}\"\n"),
        format!("[server]\nmetrics_token = {SECRET}\n"),
        format!("[server]\nmetrics_token = \"{SECRET}\n"),
        format!("server = \"{SECRET}\"\n"),
    ];
    for file in rows {
        let variables = [("ANALYTICS__SERVER__METRIC_TOKEN", SECRET)];

        let problems = load(&file, &variables).expect_err(&file);

        assert!(problems.lines().count() >= 2, "{problems}");
        assert!(!problems.contains(SECRET), "{problems}");
    }
}

#[test]
fn a_wrong_secret_is_told_by_its_rule_alone() {
    let problems = load("[server]\nmetrics_token = \"short\"\n", &[]).expect_err("5 < 16");

    assert_eq!(
        problems,
        "server.metrics_token = \"***\" (config.toml line 2): must be empty, or 16 to 512 letters, \
         digits or signs of ASCII, without spaces"
    );
}

#[test]
fn a_file_of_a_secret_must_be_readable_and_hold_one() {
    let empty = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let short = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    fs::write(short.path(), "short\n").expect("the file can be written");
    let path = |file: &tempfile::NamedTempFile| format!("\"{}\"", file.path().display());
    let rows = [
        (
            "\"/no/such/file\"".to_owned(),
            "the file cannot be read: No such file",
        ),
        ("7".to_owned(), "must be the path of a readable file"),
        (path(&empty), "the file is empty"),
        (
            path(&short),
            "what the file holds must be empty, or 16 to 512 letters",
        ),
    ];
    for (value, rule) in rows {
        let file = format!("[server]\nmetrics_token_file = {value}\n");

        let problems = load(&file, &[]).expect_err(rule);

        let expected = format!("server.metrics_token_file = {value} (config.toml line 2): {rule}");
        assert!(problems.starts_with(&expected), "{problems}");
    }
}

#[test]
fn a_secret_given_in_two_ways_is_a_problem() {
    let file = format!("[server]\nmetrics_token = \"{SECRET}\"\nmetrics_token_file = \"/a\"\n");
    let variables = [
        ("ANALYTICS__SERVER__METRICS_TOKEN", SECRET),
        ("ANALYTICS__SERVER__METRICS_TOKEN_FILE", "/a"),
    ];

    let problems = load(&file, &variables).expect_err("which one is meant?");

    let rule =
        "server.metrics_token and server.metrics_token_file are both given; keep one of them";
    let lines: Vec<&str> = problems.lines().collect();
    assert_eq!(lines.len(), 2, "{problems}");
    assert!(lines.iter().all(|line| line.ends_with(rule)), "{problems}");
    assert!(lines[0].contains("(config.toml line 3)"), "{problems}");
}

#[test]
fn the_table_is_well_formed() {
    let mut paths = HashSet::new();
    for setting in settings() {
        let path = setting.path();
        assert!(paths.insert(path.clone()), "{path} stands twice");
        let about = setting.about.join("");
        assert!(
            about.starts_with(" ") && about.ends_with('.'),
            "{path}:{about}"
        );
        let form = match (setting.form)() {
            Form::Or(_, form) => *form,
            form => form,
        };
        let unit = match form {
            Form::Whole { unit, .. } => unit,
            Form::Choice(_) | Form::Switch | Form::Text(_) | Form::Secret(_) | Form::Or(..) => "",
        };
        let suffixes = [
            ("_ms", unit == "milliseconds"),
            ("_s", unit == "seconds" || unit.ends_with(" a second")),
            ("_days", unit == "days"),
            ("_mb", unit == "MB"),
        ];
        for (suffix, has_unit) in suffixes {
            assert_eq!(
                setting.key.ends_with(suffix),
                has_unit,
                "{path} is in {unit}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_file_and_no_variable_makes_loading_panic(
        file in "(\\[?(server|ingest|live|x)[\\]. =\n\"]{0,3}|[a-z_]{1,12} = |[\\PC\n]{0,9}){0,9}",
        name in "(SERVER|INGEST|[A-Z_]{0,6})_{0,3}[A-Z_]{0,20}",
        value in "\\PC{0,20}",
    ) {
        let name = format!("ANALYTICS__{name}");

        if let Err(problems) = load(&file, &[(&name, &value)]) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_number_is_allowed_exactly_within_its_bounds(number in any::<i64>()) {
        // The most waiting events are 1,000,000; 1 in 2 tries is brought near that.
        let number = if number % 2 == 0 { number } else { number % 2_000_000 };
        let file = format!("[ingest]\nevents_per_request_max = 1\nqueue_events = {number}\n");

        let loaded = load(&file, &[]).map(|config| config.ingest.queue_events);

        let expected = usize::try_from(number).ok();
        let expected = expected.filter(|number| (1..=1_000_000).contains(number));
        prop_assert_eq!(loaded.ok(), expected);
    }

    #[test]
    fn any_path_that_loads_is_printed_so_that_it_loads_again(path in "\\PC{1,30}") {
        let text = Value::String(path.clone());

        let config = load(&format!("[server]\ndata_dir = {text}\n"), &[]);

        let config = config.expect("a path may have any letters but control characters");
        let again = load(&config.print(), &[]).expect("what is printed is TOML");
        prop_assert_eq!(again.server.data_dir, PathBuf::from(path));
    }
}
