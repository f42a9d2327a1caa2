//! Loading: defaults, then the file, then the environment, with every problem noted.
//!
//! A value is checked in each layer in which it stands, also where a later layer overrides it,
//! so that removing a variable does not bring an old mistake to light.

use std::collections::HashMap;
use std::mem::discriminant;
use std::path::Path;

use toml::Value;

use crate::config::Config;
use crate::config::environment::read_environment;
use crate::config::file::read_file;
use crate::config::key::{Key, key_in_file};
use crate::config::problem::{Problem, Problems, Source};
use crate::config::rule::Rule;
use crate::config::secret::MASK;
use crate::config::setting::Effective;

/// Pairs of settings of which the first may not exceed the second, and why.
const AT_MOST: [(&str, &str, &str); 2] = [
    (
        "ingest.events_per_request_max",
        "ingest.queue_events",
        "or a full request would never find room",
    ),
    (
        "ingest.events_per_request_max",
        "ingest.events_per_key_burst",
        "or a full request would always exceed the rate",
    ),
];

impl Config {
    /// The settings from `file`, where there is one, and from `environment`.
    ///
    /// Variables that do not begin with `ANALYTICS__` are passed over. Relative paths start at
    /// the working directory. Opens the files that settings name, to see that they are there.
    ///
    /// # Errors
    /// Every problem at once: a file that cannot be read or is not TOML, keys that are not
    /// settings, values that break a rule, settings that contradict each other.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, Problems> {
        let mut reader = Reader::default();
        if let Some(path) = file {
            read_file(&mut reader, path);
        }
        read_environment(&mut reader, environment);
        let config = Config::read(&mut reader);
        reader.check_pairs(&config);
        match Problems::from_list(reader.problems) {
            Some(problems) => Err(problems),
            None => Ok(config),
        }
    }

    /// The environment of this process, in the form that [`Config::load`] takes.
    ///
    /// Unlike `std::env::vars` it does not panic when some variable is not Unicode: what is not
    /// becomes `U+FFFD`.
    pub fn environment() -> impl Iterator<Item = (String, String)> {
        std::env::vars_os().map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.to_string_lossy().into_owned())
        })
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::load(None, std::iter::empty()).expect("a test loads the defaults")
    }
}

/// A value that a layer gives for a setting.
pub(super) struct Given {
    pub(super) key: Key,
    pub(super) source: Source,
    /// The text as written, for messages.
    pub(super) written: String,
    /// What the text may mean, most likely first; none if it can mean nothing that is allowed.
    pub(super) readings: Vec<Value>,
}

impl Given {
    /// The problem that this value breaks `rule`.
    fn problem(&self, rule: String, remedy: Option<String>) -> Box<Problem> {
        Box::new(Problem {
            source: self.source.clone(),
            key: Some(self.key.path()),
            value: Some(self.shown()),
            rule,
            remedy,
        })
    }

    /// The value for a message: on one line, not too long, without a secret.
    fn shown(&self) -> String {
        const LETTERS_MAX: usize = 80;
        // The path of a secret's file may be seen, and is needed to put it right.
        if (self.key.setting.form)().is_secret() && !self.key.names_file {
            return format!("\"{MASK}\"");
        }
        let one_line = self.written.replace(char::is_control, " ");
        match one_line.char_indices().nth(LETTERS_MAX) {
            Some((end, _)) => format!("{}…", &one_line[..end]),
            None => one_line,
        }
    }
}

/// Collects what the layers give, then hands it out setting by setting.
#[derive(Default)]
pub(super) struct Reader {
    given: HashMap<String, Vec<Given>>,
    effective: Vec<Effective>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Lays a value upon those of lower layers.
    pub(super) fn give(&mut self, given: Given) {
        let path = given.key.setting.path();
        let values = self.given.entry(path.clone()).or_default();
        let is_same_layer =
            |other: &Given| discriminant(&other.source) == discriminant(&given.source);
        if values.last().is_some_and(is_same_layer) {
            let rule = format!("{path} and {path}_file are both given");
            let problem = given.problem(rule, Some("keep one of them".to_owned()));
            self.note(*problem);
            return;
        }
        values.push(given);
    }

    /// The value of one setting: that of the topmost layer whose value the rule allows. Each
    /// value that it does not allow becomes a problem.
    pub(super) fn take<T: 'static>(&mut self, section: &str, name: &str, rule: Rule<T>) -> T {
        let setting = key_in_file(section, name)
            .expect("this call and the table are made from the same row")
            .setting;
        let default = "a test reads the default of every setting";
        let value: Value = setting.default.parse().expect(default);
        let mut taken = rule.read(&value).expect(default);
        let mut effective = Effective {
            section: setting.section,
            key: setting.key,
            value,
            source: Source::Default,
        };

        for given in self.given.remove(&setting.path()).unwrap_or_default() {
            match allowed(&rule, &given) {
                Ok((typed, value)) => {
                    taken = typed;
                    effective.value = value;
                    effective.source = given.source;
                }
                Err(problem) => self.note(*problem),
            }
        }
        self.effective.push(effective);
        taken
    }

    /// What has been taken, in its order.
    pub(super) fn effective(&mut self) -> Vec<Effective> {
        std::mem::take(&mut self.effective)
    }

    /// Notes the problems between settings that are each right by themselves.
    fn check_pairs(&mut self, config: &Config) {
        let find = |path: &str| {
            let is_meant = |effective: &&Effective| effective.path() == path;
            let effective = config.effective.iter().find(is_meant)?;
            Some((effective, effective.value.as_integer()?))
        };
        let has_problem = |path: &str| {
            let mut keys = self.problems.iter().map(|problem| problem.key.as_deref());
            keys.any(|key| key == Some(path))
        };
        let mut problems = Vec::new();
        for (lower, upper, why) in AT_MOST {
            let (Some((one, least)), Some((other, most))) = (find(lower), find(upper)) else {
                continue;
            };
            // A value that was refused is not in force, and says nothing about the other.
            if least <= most || has_problem(lower) || has_problem(upper) {
                continue;
            }
            // Told of the one that was changed last, since that is where to look first.
            let (blamed, rule, remedy) = if one.source >= other.source {
                let rule = format!("must not exceed {upper}, {why}");
                (one, rule, format!("{upper} is {most} ({})", other.source))
            } else {
                let rule = format!("must be at least {lower}, {why}");
                (other, rule, format!("{lower} is {least} ({})", one.source))
            };
            problems.push(Problem {
                source: blamed.source.clone(),
                key: Some(blamed.path()),
                value: Some(blamed.value.to_string()),
                rule,
                remedy: Some(remedy),
            });
        }
        self.problems.extend(problems);
    }
}

/// The typed value of `given`, and the same as it may be shown.
fn allowed<T: 'static>(rule: &Rule<T>, given: &Given) -> Result<(T, Value), Box<Problem>> {
    let from_file;
    let readings = if given.key.names_file {
        from_file = [secret_in_file(given)?];
        from_file.as_slice()
    } else {
        given.readings.as_slice()
    };
    let found = readings
        .iter()
        .find_map(|value| Some((rule.read(value)?, value.clone())));
    match found {
        Some((typed, Value::String(text))) if rule.form.is_secret() && !text.is_empty() => {
            Ok((typed, Value::String(MASK.to_owned())))
        }
        Some((typed, value)) => Ok((typed, value)),
        None => {
            let remedy = readings.first().and_then(|value| rule.form.remedy(value));
            let who = if given.key.names_file {
                "what the file holds must be"
            } else {
                "must be"
            };
            Err(given.problem(format!("{who} {}", rule.form), remedy))
        }
    }
}

/// The text of the file that `given` names, without space around it.
fn secret_in_file(given: &Given) -> Result<Value, Box<Problem>> {
    let Some(path) = given.readings.iter().find_map(Value::as_str) else {
        let rule = "must be the path of a readable file".to_owned();
        return Err(given.problem(rule, None));
    };
    match std::fs::read_to_string(path) {
        // Nothing in a value says that there is no secret; nothing in a file is a mistake.
        Ok(text) if text.trim().is_empty() => {
            Err(given.problem("the file is empty".to_owned(), None))
        }
        Ok(text) => Ok(Value::String(text.trim().to_owned())),
        Err(error) => Err(given.problem(format!("the file cannot be read: {error}"), None)),
    }
}
