//! A series split by a dimension: the largest values and the exact rest, the same in an answer, as CSV and as JSON.

use serde_json::Value as Json;

use crate::core::event::Event;
use crate::core::value::Value;
use crate::given::Given;
use crate::query::tests::call;
use crate::render::csv::OTHER;
use crate::render::{csv, json};

const FIRST: &str = "2026-11-19T10:00:00Z";
const SECOND: &str = "2026-11-20T10:00:00Z";
const ASKED: &str = "by=plan&shape=series&interval=day&from=2026-11-19&to=2026-11-20&limit=5";

/// Calls of a cent each on two days: p1 has 6 and 2, p2 5 and 2, p3 4 and 2, p4 3 and 2, p5 2 and 2, p6 1 and 2, and
/// nobody's plan 1 and 0.
fn given() -> Given {
    let of = |plan: Option<String>, when: &str| Event {
        plan,
        ..call("ana", "a", when)
    };
    let mut events = Vec::new();
    for number in 1..=6 {
        let plan = || Some(format!("p{number}"));
        events.extend((0..7 - number).map(|_| of(plan(), FIRST)));
        events.extend((0..2).map(|_| of(plan(), SECOND)));
    }
    events.push(of(None, FIRST));
    Given::events("UTC", events)
}

#[test]
fn what_is_left_over_is_the_total_less_the_five_largest_in_each_bar() {
    for rolled_below in [None, Some(1_000)] {
        let given = given();
        if let Some(below) = rolled_below {
            given.roll_up_below(below);
        }
        let answer = given.ask(&format!("metrics=requests,cost&{ASKED}"));

        let names: Vec<Option<&str>> = answer.rows.iter().map(|r| r.keys[0].as_deref()).collect();
        assert_eq!(
            names,
            ["p1", "p2", "p3", "p4", "p5"].map(Some),
            "p6 with 3 is the sixth"
        );
        let other = answer.other.as_ref().expect("there are more values");
        // 22 less 6, 5, 4, 3, 2; and 12 less five times 2. In cents for the cost.
        let bars: Vec<Value> = other.bars.iter().map(|bar| bar[0].value).collect();
        assert_eq!(bars, [Value::Whole(2), Value::Whole(2)]);
        let costs: Vec<String> = other.bars.iter().map(|bar| bar[1].value.to_csv()).collect();
        assert_eq!(costs, ["0.02", "0.02"]);
        assert_eq!(other.figures[0].value, Value::Whole(4));
        assert_eq!(answer.total.figures[0].value, Value::Whole(34));
    }
}

#[test]
fn the_lines_of_the_csv_are_the_rows_of_the_json_and_then_the_rest() {
    let answer = given().ask(&format!("metrics=requests&{ASKED}"));
    let text = String::from_utf8(csv::answer(&answer).expect("memory")).expect("text");
    let json = json::answer(&answer, "USD");

    let lines: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    let rows = json["rows"].as_array().expect("rows");
    let of = |row: &Json, name: &str| -> Vec<(String, String)> {
        let bars = row["bars"].as_array().expect("bars");
        bars.iter()
            .map(|bar| (name.to_owned(), bar["requests"]["value"].to_string()))
            .collect()
    };
    let mut expected: Vec<(String, String)> = rows
        .iter()
        .flat_map(|row| of(row, row["keys"][0].as_str().expect("a plan")))
        .collect();
    expected.extend(of(&json["other"], OTHER));
    let told: Vec<(String, String)> = lines
        .iter()
        .map(|line| (line[3].to_owned(), line[4].to_owned()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(
        told.last(),
        Some(&(OTHER.to_owned(), "2".to_owned())),
        "{text}"
    );
    let sum: i64 = told.iter().filter_map(|(_, n)| n.parse::<i64>().ok()).sum();
    assert_eq!(sum, 34, "nothing is missing");
}

#[test]
fn what_does_not_add_up_has_no_rest() {
    let answer = given().ask(&format!("metrics=success_rate&{ASKED}"));
    let other = answer.other.as_ref().expect("there are more values");
    assert!(other.bars.iter().all(|bar| bar[0].value == Value::Null));
    let text = String::from_utf8(csv::answer(&answer).expect("memory")).expect("text");
    assert!(!text.contains(OTHER), "{text}");
}
