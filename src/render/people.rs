//! Answers about people as JSON and CSV: the figures that pages show.

use serde_json::{Map, Value as Json, json};

use crate::core::value::Unit;
use crate::people::answer::{Line, Table};
use crate::render::csv::{Lines, guarded};
use crate::render::json::period_json;

/// An answer as JSON.
pub fn json(table: &Table, currency: &str) -> Json {
    let measures = table.measures.iter().map(|measure| {
        let mut row = json!({
            "id": measure.id,
            "label": measure.label,
            "help": measure.help,
            "unit": measure.unit,
            "better": measure.better,
        });
        match measure.unit {
            Unit::Cost => row["currency"] = "USD".into(),
            Unit::Revenue => row["currency"] = currency.into(),
            _ => {}
        }
        row
    });
    let line = |line: &Line| {
        let mut row = Map::new();
        for ((id, _), key) in table.topic.keys().iter().zip(&line.keys) {
            row.insert((*id).to_owned(), json!(key));
        }
        for (measure, value) in table.measures.iter().zip(&line.values) {
            row.insert(measure.id.to_owned(), value.to_json());
        }
        if line.is_partial {
            row.insert("so_far".to_owned(), json!(true));
        }
        Json::Object(row)
    };
    json!({
        "topic": table.topic.id(),
        "period": period_json(&table.period),
        "measures": measures.collect::<Vec<_>>(),
        "rows": table.lines.iter().map(line).collect::<Vec<_>>(),
        "total": table.total.as_ref().map(line),
        "coverage": {
            "identified": table.coverage.identified,
            "anonymous": table.coverage.anonymous,
            "cookieless": table.coverage.cookieless,
            "share": table.coverage.share(),
        },
        "commit": table.commit,
    })
}

/// The lines as CSV.
///
/// # Errors
/// Only if memory ends.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    let keys = table.topic.keys().iter().map(|(id, _)| (*id).to_owned());
    let measures = table.measures.iter().map(|measure| measure.id.to_owned());
    lines.add(keys.chain(measures).chain(["so_far".to_owned()]).collect())?;
    for line in &table.lines {
        let keys = line.keys.iter().map(|key| guarded(key));
        let values = line.values.iter().map(|value| value.to_csv());
        lines.add(
            keys.chain(values)
                .chain([line.is_partial.to_string()])
                .collect(),
        )?;
    }
    lines.bytes()
}
