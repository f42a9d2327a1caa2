//! The command line: one clear message for each mistake, and nothing harmed.

use std::process::Command;

use crate::harness::{Appliance, create_key, program, run};

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
        "{message}"
    );
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
    let mut looks = 0;
    while appliance.server.get("/api/v1/summary", &key).await.status() != 401 {
        looks += 1;
        assert!(looks < 100, "the key still works");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
