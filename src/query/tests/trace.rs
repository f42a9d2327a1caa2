//! Quantiles of real measurements against an independent computation: Python's own statistics, over the conversation
//! trace of the Azure Public Dataset (Patel et al., "Splitwise", ISCA 2024, CC BY 4.0). Left out where either is absent.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::core::event::Event;
use crate::query::tests::{DAY, Given, call};

/// Prints for each column the quantiles by linear interpolation between the nearest two ("inclusive", type 7).
const SCRIPT: &str = "
import csv, statistics, sys
rows = list(csv.DictReader(open(sys.argv[1])))
for column in ('ContextTokens', 'GeneratedTokens'):
    cuts = statistics.quantiles([int(row[column]) for row in rows], n=100, method='inclusive')
    print(*(repr(cuts[share - 1]) for share in (50, 90, 95, 99)))
";

fn trace() -> Option<PathBuf> {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders
        .by_ref()
        .map(|folder| folder.join("shared/data/azure-llm-inference-conv.csv"))
        .find(|path| path.exists())
}

/// Past the capture of the test runner, so that a test that was left out shows in every log.
fn leave_out(why: &str) {
    let _nobody_reads = writeln!(std::io::stderr(), "left out: {why}");
}

#[test]
fn quantiles_of_the_azure_trace_equal_those_of_another_program() {
    let Some(path) = trace() else {
        leave_out("the Azure trace is not there");
        return;
    };
    let Ok(said) = Command::new("python3")
        .args(["-c", SCRIPT])
        .arg(&path)
        .output()
    else {
        leave_out("there is no python3");
        return;
    };
    let said = String::from_utf8(said.stdout).expect("numbers");
    let expected: Vec<Vec<f64>> = said
        .lines()
        .map(|line| {
            line.split(' ')
                .map(|n| n.parse().expect("a number"))
                .collect()
        })
        .collect();
    assert_eq!(expected.len(), 2, "{said}");
    // Sizes stand in for times: what is measured does not matter to a quantile.
    let mut reader = csv::Reader::from_path(&path).expect("the trace");
    let events: Vec<Event> = reader
        .records()
        .map(|record| {
            let record = record.expect("a row");
            Event {
                latency_ms: record[1].parse().ok(),
                ttft_ms: record[2].parse().ok(),
                ..call("ana", "a", DAY)
            }
        })
        .collect();
    assert_eq!(events.len(), 19_366);
    let mut given = Given::empty("UTC");
    for part in events.chunks(5_000) {
        given.add(part.to_vec());
    }

    let query = "metrics=latency_p50_ms,latency_p90_ms,latency_p95_ms,latency_p99_ms,ttft_p50_ms,ttft_p90_ms,ttft_p95_ms,ttft_p99_ms&range=7d";
    let answer = given.ask(query);

    assert!(answer.is_exact);
    let found = answer.total.figures.iter().map(|f| f.value.as_f64());
    for (found, expected) in found.zip(expected.iter().flatten()) {
        let found = found.expect("a number");
        assert!(
            (found - expected).abs() < 1e-9 * expected,
            "{found} {expected}"
        );
    }
    // Buckets are within one per cent of the exact value.
    for (number, metric) in ["latency_p95_ms", "ttft_p95_ms"].iter().enumerate() {
        let query = format!("metrics={metric}&shape=distribution&range=7d");
        for (share, value) in given.distribution(&query).quantiles {
            let place = [0.5, 0.9, 0.95, 0.99]
                .iter()
                .position(|held| *held == share);
            let exact = expected[number][place.expect("one of four")];
            let value = value.expect("a number");
            assert!(
                (value - exact).abs() <= exact * 0.0101 + 0.5,
                "{metric} {share}: {value} {exact}"
            );
        }
    }
}
