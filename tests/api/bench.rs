//! The measuring commands: that they run to their end, say what they measured, and lose nothing. Not how fast it was.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::harness::{complained, program, run, said};

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", complained(output));
    serde_json::from_str(&said(output)).expect("one JSON object")
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn bench_query_asks_every_section_of_a_page_cold_and_warm_beside_a_stream_of_events() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("set");
    report(&run(
        &[
            "bench", "load", "--events", "10000", "--days", "7", "--json",
        ],
        &data,
    ));
    let asked = [
        "bench", "query", "--json", "--times", "2", "--range", "24h", "--page", "overview",
    ];

    let alone = report(&run(&asked, &data));
    let stored = number(&alone["events"]);
    assert!(stored >= 10_000.0, "{stored}");
    assert!(alone["ingesting"].is_null());
    let sections = alone["sections"].as_array().expect("sections");
    let names: Vec<&str> = sections
        .iter()
        .map(|section| section["section"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        names,
        ["figures", "model-usage", "latency", "errors", "tokens"]
    );
    for section in sections {
        assert_eq!(
            (&section["page"], &section["range"]),
            (&"overview".into(), &"24h".into())
        );
        for figure in ["cold_ms", "warm_p50_ms", "warm_p95_ms", "answer_bytes"] {
            assert!(number(&section[figure]) > 0.0, "{section}");
        }
        assert!(number(&section["warm_p50_ms"]) <= number(&section["warm_p95_ms"]));
    }
    let figures = sections[0]["path"].as_str().expect("a path");
    assert!(
        figures.contains("compare=previous"),
        "as the page asks: {figures}"
    );
    assert!(number(&alone["rss_peak_mb"]) > 0.0 && number(&alone["engine_memory_mb"]) >= 128.0);

    let beside = report(&run(
        &[&asked[..], &["--warm-only", "--while-ingesting", "2000"]].concat(),
        &data,
    ));
    let ingesting = &beside["ingesting"];
    let sent = number(&ingesting["acknowledged"]);
    assert!(sent > 0.0, "{ingesting}");
    assert!(beside["sections"][0]["cold_ms"].is_null());
    let after = report(&run(&[&asked[..], &["--warm-only"]].concat(), &data));
    assert_eq!(
        number(&after["events"]),
        stored + sent,
        "what was acknowledged is stored"
    );
}

#[test]
fn bench_ingest_stores_just_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(program())
        .args(["bench", "ingest", "--json", "--quick", "--folder"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");

    let report = report(&output);
    let check = &report["check"];
    assert!(number(&check["acknowledged"]) > 0.0, "{check}");
    assert_eq!(check["acknowledged"], check["stored"]);
    let phases = report["phases"].as_array().expect("phases");
    assert_eq!(phases.len(), 2);
    for phase in phases {
        assert!(number(&phase["events_per_s"]) > 0.0, "{phase}");
    }
    let left = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "it removes its data");
}
