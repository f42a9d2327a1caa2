//! Hours of the week as JSON and CSV.

use serde_json::{Value as Json, json};

use crate::analysis::heatmap::{Answer, Hour, Measure};
use crate::render::csv::Lines;
use crate::render::json::period_json;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// As JSON: 168 hours from Monday 0:00 in the project's zone. Costs are US dollars.
pub fn json(answer: &Answer) -> Json {
    let measure = answer.question.measure;
    let hour = |(number, hour): (usize, &Hour)| {
        json!({
            "day": DAYS[number / 24],
            "hour": number % 24,
            "mean": mean(*hour, measure),
            "total": total(*hour, measure),
            "occurrences": hour.occurrences,
        })
    };
    json!({
        "period": period_json(&answer.question.period),
        "measure": measure.id(),
        "currency": (measure == Measure::Cost).then_some("USD"),
        "hours": answer.hours.iter().enumerate().map(hour).collect::<Vec<_>>(),
        "commit": answer.commit,
    })
}

/// The mean of an hour in the unit of its measure.
pub fn mean(hour: Hour, measure: Measure) -> Option<f64> {
    match measure {
        Measure::Cost => hour.mean().map(|mean| mean / 1e9),
        Measure::Interactions | Measure::People | Measure::Requests => hour.mean(),
    }
}

fn total(hour: Hour, measure: Measure) -> Json {
    match measure {
        Measure::Cost => {
            json!(crate::core::money::MoneySum::from_nanos(i128::from(hour.total)).to_string())
        }
        Measure::Interactions | Measure::People | Measure::Requests => json!(hour.total),
    }
}

/// As CSV: a line for each hour.
///
/// # Errors
/// Only if memory ends.
pub fn csv(answer: &Answer) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    lines.add(
        ["day", "hour", "mean", "total", "occurrences"]
            .map(str::to_owned)
            .to_vec(),
    )?;
    for (number, hour) in answer.hours.iter().enumerate() {
        let measure = answer.question.measure;
        lines.add(vec![
            DAYS[number / 24].to_owned(),
            (number % 24).to_string(),
            mean(*hour, measure)
                .map(|mean| mean.to_string())
                .unwrap_or_default(),
            total(*hour, measure)
                .as_str()
                .map_or_else(|| hour.total.to_string(), str::to_owned),
            hour.occurrences.to_string(),
        ])?;
    }
    lines.bytes()
}
