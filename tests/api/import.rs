//! `analytics import`: a file's rows are events once, whatever happens in between.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use crate::harness::{Appliance, complained, create_key, program, run, said, until};

const TRACE_ARGUMENTS: [&str; 10] = [
    "--map",
    "timestamp=TIMESTAMP",
    "--map",
    "input_tokens=ContextTokens",
    "--map",
    "output_tokens=GeneratedTokens",
    "--set",
    "type=response_received",
    "--set",
    "provider=azure",
];

fn import<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["import", file.to_str().expect("plain text")];
    arguments.extend_from_slice(more);
    arguments
}

/// A file in the form of the public trace: row `n` has `n` tokens in and 2 out.
fn trace(folder: &Path, rows: u64) -> PathBuf {
    let mut text = String::from("TIMESTAMP,ContextTokens,GeneratedTokens\n");
    for n in 1..=rows {
        let (minute, second) = (n / 60 % 60, n % 60);
        text.push_str(&format!(
            "2023-11-16 18:{minute:02}:{second:02}.{n:07},{n},2\n"
        ));
    }
    let path = folder.join("trace.csv");
    fs::write(&path, text).expect("a file");
    path
}

#[tokio::test]
async fn a_file_is_imported_once_however_often_with_and_without_a_running_server() {
    let files = tempfile::tempdir().expect("a temporary folder");
    let file = trace(files.path(), 1_000);
    let mut appliance = Appliance::start();
    let data = appliance.folder.path().to_owned();
    let arguments = import(&file, &TRACE_ARGUMENTS);

    let dry = run(
        &import(&file, &[&TRACE_ARGUMENTS[..], &["--dry-run"]].concat()),
        &data,
    );
    assert!(dry.status.success(), "{}", complained(&dry));
    assert_eq!(appliance.count().await, 0, "a dry run adds nothing");

    let first = run(&arguments, &data);
    assert!(first.status.success(), "{}", complained(&first));
    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["events"], 1_000);
    assert_eq!(summary["input_tokens"], 500_500, "1 + 2 + … + 1,000");
    assert_eq!(summary["output_tokens"], 2_000);
    let second = run(&arguments, &data);
    assert!(second.status.success(), "{}", complained(&second));
    assert_eq!(appliance.server.summary(&appliance.read_key).await, summary);

    appliance.server.stop();
    let third = run(&arguments, &data);
    assert!(third.status.success(), "{}", complained(&third));
    appliance.server.restart(&data);
    assert_eq!(appliance.server.summary(&appliance.read_key).await, summary);
    // The key that an import takes for itself ends with it.
    let keys = said(&run(&["key", "list"], &data));
    let imports: Vec<&str> = keys
        .lines()
        .filter(|row| row.contains("import of"))
        .collect();
    assert_eq!(imports.len(), 3);
    assert!(imports.iter().all(|row| row.contains("revoked")), "{keys}");
}

#[tokio::test]
async fn an_interrupted_import_continues_and_nothing_counts_twice() {
    let files = tempfile::tempdir().expect("a temporary folder");
    let file = trace(files.path(), 200_000);
    // Slow commits, so that the import is seen under way.
    let appliance = Appliance::with(&[("ANALYTICS__INGEST__COMMIT_WAIT_MS", "50")]);
    let data = appliance.folder.path();
    let arguments = import(&file, &TRACE_ARGUMENTS);
    let mut command = Command::new(program());
    command.args(&arguments).arg("--data").arg(data);
    let mut importing = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    until("something is confirmed", async || {
        let confirmed = fs::read_dir(data.join("imports/1"));
        confirmed.is_ok_and(|files| files.count() > 0)
    })
    .await;
    importing.kill().expect("it runs");
    importing.wait().expect("it ends");
    let before = appliance.count().await;
    assert!((1..200_000).contains(&before), "it was under way: {before}");

    let again = run(&arguments, data);

    assert!(again.status.success(), "{}", complained(&again));
    assert!(
        said(&again).contains("Continued after row"),
        "{}",
        said(&again)
    );
    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["events"], 200_000);
    assert_eq!(summary["input_tokens"], 20_000_100_000u64, "n (n + 1) / 2");
    let state = fs::read_dir(data.join("imports/1")).expect("a folder");
    assert_eq!(state.count(), 0, "nothing is left of a finished import");
}

#[tokio::test]
async fn an_import_over_http_works_with_an_admin_key_only() {
    let files = tempfile::tempdir().expect("a temporary folder");
    let file = trace(files.path(), 10);
    let appliance = Appliance::start();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let url = appliance.server.url.clone();
    for (kind, expected) in [("admin", 0), ("read", 1)] {
        let key = create_key(appliance.folder.path(), kind);
        let to = ["--url", &url, "--key", &key];
        let done = run(
            &import(&file, &[&TRACE_ARGUMENTS[..], &to].concat()),
            elsewhere.path(),
        );
        assert_eq!(done.status.code(), Some(expected), "{}", complained(&done));
        assert!(!complained(&done).contains(&key));
    }
    assert_eq!(appliance.count().await, 10);
}

#[tokio::test]
async fn rows_that_cannot_be_events_are_reported_and_their_neighbours_kept() {
    let files = tempfile::tempdir().expect("a temporary folder");
    let file = files.path().join("rows.ndjson.gz");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    for row in [
        json!({ "type": "a", "timestamp": "2024-02-29T12:00:00Z" }).to_string(),
        json!({ "timestamp": "2024-02-29T12:00:00Z" }).to_string(),
        "not json".to_owned(),
        json!({ "type": "b", "input_tokens": -5 }).to_string(),
        json!({ "type": "b", "timestamp": "2024-02-29T12:00:01Z" }).to_string(),
    ] {
        writeln!(packed, "{row}").expect("memory");
    }
    fs::write(&file, packed.finish().expect("memory")).expect("a file");
    let rejects = files.path().join("rejects.csv");
    let appliance = Appliance::start();

    let to = ["--rejects", rejects.to_str().expect("plain text")];
    let done = run(&import(&file, &to), appliance.folder.path());

    assert!(done.status.success(), "{}", complained(&done));
    let report = said(&done);
    assert!(
        report.contains("type_missing") && report.contains("field_invalid"),
        "{report}"
    );
    let listed = fs::read_to_string(&rejects).expect("a file");
    assert_eq!(listed.lines().count(), 1 + 3, "{listed}");
    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["by_type"], json!({ "a": 1, "b": 1 }));
    assert_eq!(summary["first_timestamp"], "2024-02-29T12:00:00Z");
}

#[test]
fn a_file_that_is_not_there_or_makes_no_event_is_a_failure_with_a_reason() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let missing = run(&["import", "/nowhere/file.csv"], data.path());
    assert_eq!(missing.status.code(), Some(1));
    assert!(complained(&missing).contains("/nowhere/file.csv"));
    let file = data.path().join("none.csv");
    fs::write(&file, "a,b\n1,2\n").expect("a file");
    let none = run(&import(&file, &[]), data.path());
    assert_eq!(none.status.code(), Some(1), "every row was rejected");
}

/// The public trace beside the repository, if it is there.
fn public_trace() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1);
    beside
        .map(|folder| folder.join("shared/data/azure-llm-inference-conv.csv"))
        .find(|file| file.is_file())
}

#[tokio::test]
async fn the_public_trace_imports_with_the_totals_of_its_own_rows() {
    let Some(file) = public_trace() else {
        let text = "left out: the public trace is not here (README, Import real traffic)";
        let _nobody_reads = writeln!(std::io::stderr(), "{text}");
        return;
    };
    // Sums made over the file, row by row.
    let text = fs::read_to_string(&file).expect("a file");
    let mut rows = text.lines();
    assert_eq!(
        rows.next().map(str::trim),
        Some("TIMESTAMP,ContextTokens,GeneratedTokens")
    );
    let (mut input, mut output, mut count) = (0u64, 0u64, 0u64);
    let mut minutes: HashMap<String, u64> = HashMap::new();
    for row in rows.filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.trim().split(',').collect();
        *minutes.entry(cells[0][..16].to_owned()).or_default() += 1;
        input += cells[1].parse::<u64>().expect("a number");
        output += cells[2].parse::<u64>().expect("a number");
        count += 1;
    }
    let mut appliance = Appliance::start();

    let done = run(&import(&file, &TRACE_ARGUMENTS), appliance.folder.path());

    assert!(done.status.success(), "{}", complained(&done));
    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["events"], count);
    assert_eq!(summary["input_tokens"], input);
    assert_eq!(summary["output_tokens"], output);
    assert_eq!(
        summary["unpriced_requests"], count,
        "the trace names no model"
    );
    let first = summary["first_timestamp"].as_str().expect("a time");
    let first_row = text.lines().nth(1).expect("a row");
    assert_eq!(first[..19].replace('T', " "), first_row[..19]);
    appliance.server.stop();
    let engine = crate::store::engine(appliance.folder.path());
    let stored = engine
        .read(|reader| {
            let sql =
                "SELECT strftime(occurred_at, '%Y-%m-%d %H:%M'), count(*) FROM events GROUP BY 1";
            let mut statement = reader.prepare(sql)?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
            Ok(rows.collect::<Result<HashMap<String, u64>, _>>()?)
        })
        .await;
    assert_eq!(stored.expect("rows"), minutes, "minute by minute");
}
