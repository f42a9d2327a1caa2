//! The forms of bodies and answers, as JSON Schema. Closed: a field that a handler adds must be added here.

mod budgets;
pub mod event;
mod figures;
mod people;
mod segments;
mod server;
mod study;

use serde_json::{Map, Value as Json, json};

use crate::core::code::Code;
use crate::core::value::{Better, Unit};
use crate::web::openapi::{person, reference};

/// Every schema, by name.
pub fn all() -> Json {
    let mut all = json!({
        "Problem": problem(),
        "Events": event::events(),
        "Event": event::event(),
        "Receipt": event::receipt(),
        "Pixel": { "type": "string", "contentMediaType": "image/gif" },
        "Answer": { "anyOf": [reference("Figures"), reference("Distribution"), reference("Rows")] },
        "Figures": figures::figures(),
        "Distribution": figures::distribution(),
        "Rows": figures::listing(),
        "Row": figures::row(),
        "Figure": figures::figure(),
        "Number": figures::number(),
        "Period": figures::period(),
        "Metric": figures::metric(),
        "Catalogue": figures::catalogue(),
        "Csv": { "type": "string" },
        "People": people::topic(),
        "Funnel": study::funnel(),
        "Retention": study::retention(),
        "Heatmap": study::heatmap(),
        "Journeys": study::journeys(),
        "Share": study::share(),
        "Budgets": budgets::budgets(),
        "Summary": server::summary(),
        "IngestLog": server::ingest_log(),
        "PersonExport": { "type": "string" },
        "Somebody": person::somebody(),
        "Erasure": person::erasure(),
        "Erasures": closed(&[("erasures", list(reference("Erasure")))], &[]),
        "Merge": closed(&[("merged", reference("Somebody")), ("into", reference("Somebody"))], &[]),
        "UndoneMerge": closed(&[("parted", reference("Somebody"))], &[]),
        "Status": closed(&[("status", json!({ "enum": ["ok", "ready"] }))], &[]),
        "OpenMetrics": { "type": "string" },
        "Document": { "type": "object", "required": ["openapi", "info", "paths", "components"] },
    });
    for (name, schema) in segments::all() {
        all[name] = schema;
    }
    all
}

/// An object with these fields and no others; the second list may be absent.
pub(super) fn closed(required: &[(&str, Json)], optional: &[(&str, Json)]) -> Json {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Json> = required
        .iter()
        .chain(optional)
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

pub(super) fn text() -> Json {
    json!({ "type": "string" })
}

pub(super) fn text_or_null() -> Json {
    json!({ "type": ["string", "null"] })
}

pub(super) fn count() -> Json {
    json!({ "type": "integer", "minimum": 0 })
}

pub(super) fn moment() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn list(of: Json) -> Json {
    json!({ "type": "array", "items": of })
}

fn number_or_null() -> Json {
    json!({ "type": ["number", "null"] })
}

fn boolean() -> Json {
    json!({ "type": "boolean" })
}

/// A schema, or null.
fn or_null(of: Json) -> Json {
    json!({ "anyOf": [of, { "type": "null" }] })
}

/// Exact money as decimal text.
fn money() -> Json {
    json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })
}

/// The code of a currency.
fn currency() -> Json {
    json!({ "type": "string", "pattern": "^[A-Z]{3}$" })
}

/// What figures are measured in.
fn unit() -> Json {
    let units = [
        Unit::Count,
        Unit::Share,
        Unit::Milliseconds,
        Unit::Seconds,
        Unit::Cost,
        Unit::Revenue,
        Unit::Tokens,
        Unit::PerSecond,
        Unit::PerMinute,
        Unit::Bytes,
        Unit::Ratio,
    ];
    json!({ "enum": units.map(Unit::id) })
}

/// Which way of a figure is good.
fn better() -> Json {
    json!({ "enum": [Better::Higher, Better::Lower, Better::Neutral] })
}

fn problem() -> Json {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    closed(
        &[
            ("type", json!({ "const": "about:blank" })),
            ("title", text()),
            ("status", json!({ "type": "integer" })),
            ("code", json!({ "type": "string", "enum": codes })),
            ("detail", text()),
            ("remedy", text()),
        ],
        &[("retry_after_s", json!({ "type": "integer", "minimum": 1 }))],
    )
}
