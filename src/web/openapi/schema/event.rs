//! Events as a sender writes them, and what becomes of them.

use serde_json::{Map, Value as Json, json};

use crate::core::event::COLUMNS;
use crate::ingest::field::{FIELDS, Target};
use crate::web::openapi::reference;
use crate::web::openapi::schema::{closed, count, list, text};

pub(super) fn events() -> Json {
    let list = json!({
        "type": "array",
        "description": "Events. One that is none is told in the receipt and does not keep the others out.",
        "items": {},
    });
    json!({ "anyOf": [reference("Event"), list] })
}

/// An event as a sender may write it. Other fields go into its metadata; a value that cannot be read refuses the one
/// event and not the request, so the forms are told and not enforced.
pub(super) fn event() -> Json {
    let properties: Map<String, Json> = FIELDS
        .iter()
        .map(|field| {
            let mut help = field_help(field.name);
            if !field.aliases.is_empty() {
                help.push_str(&format!(" Also as {}.", field.aliases.join(", ")));
            }
            (
                field.name.to_owned(),
                json!({ "description": help, "examples": [example(field.name, &field.target)] }),
            )
        })
        .chain([(
            "metadata".to_owned(),
            json!({ "description": "Anything else, as an object.", "examples": [{ "page": "pricing" }] }),
        )])
        .collect();
    json!({ "type": "object", "properties": properties, "example": {
        "type": "response_received", "user_id": "ana", "provider": "openai", "model": "gpt-4o-mini",
        "input_tokens": 1200, "output_tokens": 350, "latency_ms": 840,
    } })
}

/// What a field of an event holds, in a sentence.
pub fn field_help(name: &str) -> String {
    let of_column = COLUMNS.iter().find(|column| column.name == name);
    let text = match (name, of_column) {
        (_, Some(column)) => column.help,
        ("id", None) => "The event's id (UUID); the same id counts once.",
        ("type", None) => "What happened, for example `response_received`.",
        ("timestamp", None) => {
            "When it happened, as RFC 3339 or milliseconds since 1970; now unless given."
        }
        ("ip", None) => {
            "The visitor's address, from a server: the country is read from it, then it is forgotten."
        }
        ("user_agent", None) => {
            "The visitor's user agent, from a server: the device is read from it, then it is forgotten."
        }
        ("user_id", None) => "The person, as the product names them.",
        ("anonymous_id", None) => {
            "A persistent id of somebody not identified, if the product keeps one."
        }
        ("request_preview", None) => "Start of the model's input; kept only as the project says.",
        ("response_preview", None) => "Start of the model's answer; kept only as the project says.",
        ("audio_seconds", None) => "Seconds of audio billed.",
        (_, None) => "A field of the event.",
    };
    text.to_owned()
}

/// A value of a field that is accepted.
pub fn example(name: &str, target: &Target) -> Json {
    match target {
        Target::Id => json!("0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"),
        Target::Kind => json!("response_received"),
        Target::Timestamp => json!("2026-11-21T12:00:00Z"),
        Target::Address => json!("203.0.113.7"),
        Target::UserAgent => json!("Mozilla/5.0"),
        Target::Text(..) | Target::Preview(_) => match name {
            "provider" => json!("openai"),
            "model" => json!("gpt-4o-mini"),
            "status" => json!("ok"),
            "url" => json!("https://app.example.com/start"),
            "user_id" => json!("ana"),
            _ => json!("example"),
        },
        Target::Count(_) => json!(120),
        Target::Measure(_) | Target::AudioSeconds(_) => json!(12.5),
        Target::Flag(_) => json!(true),
        Target::Rating => json!(5),
        Target::Cost => json!("0.0123"),
        Target::Amount => json!("49.90"),
        Target::Currency => json!("EUR"),
        Target::Country => json!("DE"),
    }
}

pub(super) fn receipt() -> Json {
    let rejection = closed(
        &[
            ("index", count()),
            ("code", text()),
            ("message", text()),
            ("remedy", text()),
        ],
        &[],
    );
    closed(
        &[
            ("accepted", count()),
            ("duplicates", count()),
            ("rejected", count()),
            ("dropped", count()),
            ("errors", list(rejection)),
        ],
        &[],
    )
}
