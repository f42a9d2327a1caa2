//! Figures whose unit is a person.

use serde_json::{Map, Value as Json, json};

use crate::people::answer::Topic;
use crate::web::openapi::reference;
use crate::web::openapi::schema::{
    better, boolean, closed, count, currency, list, number_or_null, or_null, text, unit,
};

/// The answer to a topic. Its rows hold what the topic's lines are about, and a figure a measure under its id.
pub(super) fn topic() -> Json {
    let measure = closed(
        &[
            ("id", text()),
            ("label", text()),
            ("help", text()),
            ("unit", unit()),
            ("better", better()),
        ],
        &[("currency", currency())],
    );
    let coverage = closed(
        &[
            ("identified", count()),
            ("anonymous", count()),
            ("cookieless", count()),
            ("share", number_or_null()),
        ],
        &[],
    );
    closed(
        &[
            ("topic", json!({ "enum": Topic::ALL.map(Topic::id) })),
            ("period", reference("Period")),
            ("measures", list(measure)),
            ("rows", list(line())),
            ("total", or_null(line())),
            ("coverage", coverage),
            ("commit", count()),
        ],
        &[],
    )
}

fn line() -> Json {
    let mut heads: Map<String, Json> = Topic::ALL
        .iter()
        .flat_map(|topic| topic.keys())
        .map(|(id, _)| ((*id).to_owned(), text()))
        .collect();
    heads.insert("so_far".to_owned(), boolean());
    json!({
        "type": "object",
        "properties": heads,
        "additionalProperties": reference("Number"),
    })
}
