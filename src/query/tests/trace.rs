//! Quantiles of measurements against independent computations: Python's own statistics, over the conversation trace of
//! the Azure Public Dataset (Patel et al., "Splitwise", ISCA 2024, CC BY 4.0), left out where either is absent; and a
//! sort in Rust, over as many drawn sizes of the same shape, always.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::core::draw::Draw;
use crate::core::event::Event;
use crate::given::Given;
use crate::query::tests::{DAY, call};

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
    assert_quantiles(events, &expected);
}

/// Sizes like those of the trace: many prompts of some length and a long tail, answers that often end at a limit, so
/// that values repeat. 19 366 pairs, the same each time.
fn drawn() -> Vec<(i64, i64)> {
    let mut draw = Draw::new(7);
    (0..19_366)
        .map(|_| {
            let prompt = draw.log_normal(900.0, 1.0).min(14_000.0).round();
            let answer = draw.log_normal(130.0, 0.8).min(700.0).round();
            (prompt as i64, answer as i64)
        })
        .collect()
}

/// The quantiles of `values` by their place in order, between two of them by distance (type 7).
fn sorted_quantiles(mut values: Vec<i64>) -> Vec<f64> {
    values.sort_unstable();
    [50, 90, 95, 99]
        .map(|percent| {
            // In hundredths of a place, so that nothing is rounded before the end.
            let place = (values.len() - 1) * percent;
            let (below, rest) = (place / 100, place % 100);
            let above = values.get(below + 1).unwrap_or(&values[below]);
            (values[below] as f64 * (100 - rest) as f64 + *above as f64 * rest as f64) / 100.0
        })
        .to_vec()
}

#[test]
fn quantiles_of_drawn_sizes_equal_those_of_a_sorted_list() {
    let drawn = drawn();
    let expected = [
        sorted_quantiles(drawn.iter().map(|(prompt, _)| *prompt).collect()),
        sorted_quantiles(drawn.iter().map(|(_, answer)| *answer).collect()),
    ];
    // The working of the helper, by hand: 0.9 of three steps is 2.7, seven tenths of the way from 3 to 10.
    assert_eq!(sorted_quantiles(vec![10, 1, 3, 2])[..2], [2.5, 7.9]);
    let events = drawn.into_iter().map(|(prompt, answer)| Event {
        latency_ms: Some(prompt as f64),
        ttft_ms: Some(answer as f64),
        ..call("ana", "a", DAY)
    });
    assert_quantiles(events.collect(), &expected);
}

/// Asks for the quantiles of `events`, whose latencies and times to the first token should have those `expected`:
/// exactly from the rows, and within one per cent from buckets.
fn assert_quantiles(events: Vec<Event>, expected: &[Vec<f64>]) {
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
