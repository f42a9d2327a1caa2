//! The command line: one clear message for each mistake, and nothing harmed.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::harness::{Appliance, Server, complained, create_key, program, run, said, until};
use crate::people::user;

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused_and_harms_nothing() {
    let appliance = Appliance::start();
    let second = run(
        &["serve", "--listen", "127.0.0.1:0"],
        appliance.folder.path(),
    );
    assert_eq!(second.status.code(), Some(1));
    let message = String::from_utf8_lossy(&second.stderr);
    assert!(
        message.contains("in use by another analytics process"),
        "{message}"
    );
    assert!(message.contains(&appliance.server.url), "{message}");
    assert_eq!(appliance.count().await, 0, "the first still answers");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let appliance = Appliance::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = appliance.server.url.trim_start_matches("http://");
    let second = run(&["serve", "--listen", address], folder.path());
    assert_eq!(second.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&second.stderr).contains(&format!("cannot listen on {address}"))
    );
}

#[test]
fn a_wrong_configuration_tells_every_problem_and_ends_with_2() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("wrong.toml");
    std::fs::write(
        &file,
        "[ingest]\nqueue_events = \"many\"\n\n[storage]\nreadrs = 4\n",
    )
    .expect("a file");
    let mut command = Command::new(program());
    let output = command
        .args(["config", "check", "--config"])
        .arg(&file)
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("ingest.queue_events") && message.contains("readers"),
        "all at once, the unknown one with a suggestion: {message}"
    );
}

/// Names, sizes and times of everything below a folder, to see that nothing was touched.
fn traces(folder: &Path) -> Vec<(String, u64, i64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let meta = path.metadata().expect("a file");
        if meta.is_dir() {
            found.extend(traces(&path));
        } else {
            found.push((path.display().to_string(), meta.len(), meta.mtime_nsec()));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_start_that_fails_leaves_a_stopped_servers_data_as_it_was() {
    let mut appliance = Appliance::start();
    appliance.server.send(&json!({ "type": "x" })).await;
    appliance.server.stop();
    let data = appliance.folder.path();
    let other = Appliance::start();
    let before = traces(data);

    // A port in use, a setting that does not exist, a value that is none: each before the data is touched.
    let taken = other.server.url.trim_start_matches("http://");
    assert_eq!(
        run(&["serve", "--listen", taken], data).status.code(),
        Some(1)
    );
    for (key, value) in [
        ("ANALYTICS__INGEST__QUEUE_EVENT", "5"),
        ("ANALYTICS__INGEST__QUEUE_EVENTS", "many"),
    ] {
        let mut command = Command::new(program());
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
        let output = command.arg(data).env(key, value).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{}", complained(&output));
        assert!(complained(&output).contains(key), "{}", complained(&output));
    }

    assert_eq!(traces(data), before);
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.count().await, 1);
}

fn analytics(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).output().expect("the binary runs")
}

#[test]
fn wrong_use_ends_with_2_and_help_with_0() {
    for arguments in [
        &["nonsense"][..],
        &["serve", "--nonsense"],
        &["serve", "--listen", "nowhere"],
        &["key", "create", "--kind", "root", "--name", "x"],
        &["key", "revoke", "first"],
        &["import"],
        &["import", "file.csv", "--map", "no-equals-sign"],
        &["import", "file.csv", "--url", "http://127.0.0.1:1"],
        &["serve", "--config", "/nowhere/at/all.toml"],
        &[],
    ] {
        let output = analytics(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!complained(&output).is_empty(), "{arguments:?}");
    }
    let help = analytics(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for name in [
        "serve", "import", "recover", "key", "user", "person", "config", "bench", "version",
    ] {
        assert!(said(&help).contains(&format!("\n  {name} ")), "{name}");
        assert_eq!(analytics(&[name, "--help"]).status.code(), Some(0));
    }
    assert!(said(&analytics(&["version"])).contains("DuckDB v1."));
}

#[test]
fn the_example_configuration_is_good_and_what_holds_can_be_printed() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
    let checked = analytics(&["config", "check", "--config", example]);
    assert_eq!(said(&checked), "the configuration is good\n");
    let mut command = Command::new(program());
    command.args(["config", "print"]);
    command.env(
        "ANALYTICS__SERVER__METRICS_TOKEN",
        "abcdefghijklmnopqrstuvw",
    );
    command.env("ANALYTICS__INGEST__COMMIT_WAIT_MS", "7");
    let printed = said(&command.output().expect("it runs"));
    assert!(printed.contains("commit_wait_ms = 7"), "{printed}");
    assert!(
        printed.contains("ANALYTICS__INGEST__COMMIT_WAIT_MS"),
        "{printed}"
    );
    assert!(!printed.contains("abcdefghijklmnopqrstuvw"), "a secret");
}

#[test]
fn keys_and_people_can_be_made_before_the_first_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = create_key(folder.path(), "ingest");
    let made = user(
        &["create", "--email", "ana@example.com"],
        "a long password",
        folder.path(),
    );
    assert!(made.status.success(), "{}", complained(&made));
    let short = user(
        &["create", "--email", "bo@example.com"],
        "short",
        folder.path(),
    );
    assert_eq!(short.status.code(), Some(1));
    let none = user(&["create", "--email", "bo@example.com"], "", folder.path());
    assert_eq!(none.status.code(), Some(1));
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.setup_url, "", "Ana can log in");
    assert_eq!(server.ingest_key, "", "there is a key");
    assert!(said(&run(&["key", "list"], folder.path())).contains(&key[..12]));
    let unknown = run(&["key", "revoke", "999"], folder.path());
    assert_eq!(unknown.status.code(), Some(1));
    let arguments = [
        "key",
        "create",
        "--kind",
        "read",
        "--name",
        "x",
        "--project",
        "nowhere",
    ];
    let nowhere = run(&arguments, folder.path());
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(complained(&nowhere).contains("nowhere"));
}

#[tokio::test]
async fn recover_reports_on_a_stopped_server_and_refuses_beside_a_running_one() {
    let mut appliance = Appliance::start();
    appliance
        .server
        .send(&json!([{ "type": "x" }, { "type": "x" }]))
        .await;
    appliance.count().await;
    let data = appliance.folder.path().to_owned();
    let beside = run(&["recover"], &data);
    assert_eq!(beside.status.code(), Some(1));
    assert!(
        complained(&beside).contains("in use"),
        "{}",
        complained(&beside)
    );
    appliance.server.kill();
    let report = said(&run(&["recover"], &data));
    assert!(report.contains("the database opens\n"), "{report}");
    assert!(
        report.contains("2 events are in the database, 0 wait"),
        "{report}"
    );
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, 2);
}

#[test]
fn a_folder_that_may_only_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let read_only = folder.path().join("data");
    std::fs::create_dir(&read_only).expect("a folder");
    std::fs::set_permissions(&read_only, std::fs::Permissions::from_mode(0o555)).expect("ours");
    if std::fs::write(read_only.join("probe"), b"").is_ok() {
        // Root may write everywhere; the test beside this one uses a place where even root may not.
        return;
    }
    let output = run(&["serve", "--listen", "127.0.0.1:0"], &read_only);
    assert_eq!(output.status.code(), Some(1));
    assert!(complained(&output).contains("cannot be written"));
}

#[test]
fn an_unwritable_folder_is_named() {
    let output = run(
        &["serve", "--listen", "127.0.0.1:0"],
        "/proc/nowhere".as_ref(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/proc/nowhere"));
}

#[tokio::test]
async fn keys_made_and_revoked_on_the_command_line_hold_in_the_running_server() {
    let appliance = Appliance::start();
    let key = create_key(appliance.folder.path(), "read");
    assert_eq!(
        appliance.server.get("/api/v1/summary", &key).await.status(),
        200
    );
    let list = run(&["key", "list"], appliance.folder.path());
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(!list.contains(&key), "a list never shows a key");
    let number = list
        .lines()
        .last()
        .and_then(|line| line.split_whitespace().next())
        .expect("a row")
        .to_owned();
    assert!(
        run(&["key", "revoke", &number], appliance.folder.path())
            .status
            .success()
    );
    until("the key does not work any more", async || {
        appliance.server.get("/api/v1/summary", &key).await.status() == 401
    })
    .await;
}

#[tokio::test]
async fn a_server_takes_as_many_open_files_as_it_may() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -n 64 && exec \"$@\"", "sh"]);
    command.arg(program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    command
        .arg(folder.path())
        .stdout(std::process::Stdio::null());
    let mut server = command
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let limits = format!("/proc/{}/limits", server.id());
    crate::harness::until("the soft limit is the hard one", async || {
        let limits = std::fs::read_to_string(&limits).unwrap_or_default();
        let name = std::fs::read_to_string(format!("/proc/{}/comm", server.id()));
        let files = limits
            .lines()
            .find(|line| line.starts_with("Max open files"));
        let words: Vec<&str> = files.unwrap_or_default().split_whitespace().collect();
        let is_raised = words.len() > 4 && words[3] == words[4];
        is_raised && name.is_ok_and(|name| name.starts_with("analytics"))
    })
    .await;
    server.kill().expect("it runs");
    server.wait().expect("it ends");
}
