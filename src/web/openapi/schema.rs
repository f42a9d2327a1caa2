//! The forms of bodies and answers, as JSON Schema. Closed: a field that a handler adds must be added here.

use serde_json::{Map, Value as Json, json};

use crate::catalogue::frame::FRAMES;
use crate::core::code::Code;
use crate::core::cycle::Cycle;
use crate::core::event::COLUMNS;
use crate::core::value::{Better, Unit};
use crate::ingest::field::{FIELDS, Target};
use crate::query::rows;
use crate::web::openapi::reference;

/// Every schema, by name.
pub fn all() -> Json {
    json!({
        "Problem": problem(),
        "Events": events(),
        "Event": event(),
        "Receipt": receipt(),
        "Pixel": { "type": "string", "contentMediaType": "image/gif" },
        "Answer": { "anyOf": [reference("Figures"), reference("Distribution"), reference("Rows")] },
        "Figures": figures(),
        "Distribution": distribution(),
        "Rows": listing(),
        "Row": row(),
        "Figure": figure(),
        "Number": number(),
        "Period": period(),
        "Metric": metric(),
        "Catalogue": catalogue(),
        "Csv": { "type": "string" },
        "Budgets": budgets(),
        "Summary": summary(),
        "IngestLog": ingest_log(),
        "Status": closed(&[("status", json!({ "enum": ["ok", "ready"] }))], &[]),
        "OpenMetrics": { "type": "string" },
        "Document": { "type": "object", "required": ["openapi", "info", "paths", "components"] },
    })
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

/// An object with these fields and no others; the second list may be absent.
fn closed(required: &[(&str, Json)], optional: &[(&str, Json)]) -> Json {
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

fn text() -> Json {
    json!({ "type": "string" })
}

fn text_or_null() -> Json {
    json!({ "type": ["string", "null"] })
}

fn count() -> Json {
    json!({ "type": "integer", "minimum": 0 })
}

fn moment() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

fn list(of: Json) -> Json {
    json!({ "type": "array", "items": of })
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

fn events() -> Json {
    let list = json!({
        "type": "array",
        "description": "Events. One that is none is told in the receipt and does not keep the others out.",
        "items": {},
    });
    json!({ "anyOf": [reference("Event"), list] })
}

/// An event as a sender may write it. Other fields go into its metadata; a value that cannot be read refuses the one
/// event and not the request, so the forms are told and not enforced.
fn event() -> Json {
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

fn receipt() -> Json {
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

fn figures() -> Json {
    let by = closed(&[("id", text()), ("label", text())], &[]);
    let bucket = closed(
        &[
            ("from", moment()),
            ("to", moment()),
            ("so_far", json!({ "type": "boolean" })),
        ],
        &[],
    );
    closed(
        &[
            ("metrics", list(reference("Metric"))),
            ("by", list(by)),
            ("period", reference("Period")),
            (
                "compared",
                json!({ "anyOf": [reference("Period"), { "type": "null" }] }),
            ),
            ("total", reference("Row")),
            ("rows", list(reference("Row"))),
            ("is_cut", json!({ "type": "boolean" })),
            ("quantiles", json!({ "enum": ["exact", "within 1 %"] })),
            ("unpriced_requests", count()),
            ("commit", count()),
        ],
        &[
            ("buckets", list(bucket)),
            (
                "other",
                json!({ "anyOf": [reference("Row"), { "type": "null" }] }),
            ),
        ],
    )
}

fn row() -> Json {
    let figures = || json!({ "type": "object", "additionalProperties": reference("Figure") });
    closed(
        &[("figures", figures())],
        &[("keys", list(text_or_null())), ("bars", list(figures()))],
    )
}

/// A number; money as decimal text; null where there is none.
fn number() -> Json {
    json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" }, { "type": "null" }] })
}

fn figure() -> Json {
    let change = json!({ "anyOf": [
        { "type": "null" },
        closed(&[("kind", json!({ "const": "new" }))], &[]),
        closed(&[("kind", json!({ "enum": ["relative", "points"] })), ("value", json!({ "type": "number" }))], &[]),
    ] });
    closed(
        &[("value", reference("Number"))],
        &[
            ("sample", json!({ "type": "number" })),
            ("low_n", json!({ "type": "boolean" })),
            (
                "interval",
                json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 }),
            ),
            ("before", reference("Number")),
            ("change", change),
        ],
    )
}

fn period() -> Json {
    closed(
        &[
            ("from", moment()),
            ("to", moment()),
            ("interval", text()),
            ("time_zone", text()),
        ],
        &[],
    )
}

fn metric() -> Json {
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
    ]
    .map(Unit::id);
    let grains: Vec<&str> = FRAMES.iter().map(|frame| frame.grain.label()).collect();
    closed(
        &[
            ("id", text()),
            ("label", text()),
            ("help", text()),
            ("unit", json!({ "enum": units })),
            ("grain", json!({ "enum": grains })),
            (
                "better",
                json!({ "enum": [Better::Higher, Better::Lower, Better::Neutral] }),
            ),
            ("additive", json!({ "type": "boolean" })),
        ],
        &[(
            "currency",
            json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
        )],
    )
}

fn distribution() -> Json {
    let number = || json!({ "type": "number" });
    closed(
        &[
            ("metrics", list(reference("Metric"))),
            ("period", reference("Period")),
            ("count", count()),
            (
                "bins",
                list(closed(
                    &[("from", number()), ("to", number()), ("count", count())],
                    &[],
                )),
            ),
            (
                "quantiles",
                list(closed(
                    &[
                        ("share", number()),
                        ("value", json!({ "type": ["number", "null"] })),
                    ],
                    &[],
                )),
            ),
            ("commit", count()),
        ],
        &[],
    )
}

/// Events, with the values that `rows` tells of each.
fn listing() -> Json {
    let mut event: Vec<(&str, Json)> = vec![("timestamp", moment())];
    event.extend(rows::names().map(|name| {
        let schema = match name {
            "metadata" => json!({ "type": ["object", "null"] }),
            "status_code" | "attempt" | "input_tokens" | "output_tokens" => {
                json!({ "type": ["integer", "null"] })
            }
            "latency_ms" | "ttft_ms" | "rating" => json!({ "type": ["number", "null"] }),
            _ => text_or_null(),
        };
        (name, schema)
    }));
    closed(
        &[
            ("events", list(closed(&event, &[]))),
            (
                "next",
                json!({ "type": ["string", "null"], "description": "For `before` of the next question; null on the last page." }),
            ),
            ("commit", count()),
        ],
        &[],
    )
}

fn catalogue() -> Json {
    let dimension = closed(
        &[
            ("id", text()),
            ("label", text()),
            ("help", text()),
            (
                "kind",
                json!({ "enum": ["text", "number", "person", "segment"] }),
            ),
            ("none", text()),
        ],
        &[],
    );
    closed(
        &[
            ("metrics", list(reference("Metric"))),
            ("dimensions", list(dimension)),
        ],
        &[],
    )
}

fn budgets() -> Json {
    let money = json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" });
    let money_or_null = json!({ "type": ["string", "null"] });
    let number_or_null = json!({ "type": ["number", "null"] });
    let day = json!({ "type": "string", "format": "date" });
    let projected = json!({ "anyOf": [
        { "type": "null" },
        closed(&[("value", json!({ "type": "number" })), ("low", number_or_null.clone()), ("high", number_or_null.clone())], &[]),
    ] });
    let described = [
        ("id", count()),
        ("name", text()),
        ("filter", text()),
        ("cycle", json!({ "enum": Cycle::ALL.map(Cycle::id) })),
        ("thresholds", json!({ "type": "array", "items": count() })),
        ("forecast", json!({ "type": "boolean" })),
    ];
    // Without a usable filter a budget has none of these; a row without a budget has no limit.
    let figures = [
        ("from", day.clone()),
        ("to", day),
        ("current_spend", money),
        ("budget_limit", money_or_null),
        ("percentage_used", number_or_null.clone()),
        ("pace", number_or_null.clone()),
        ("threshold_reached", number_or_null.clone()),
        ("alert_threshold", number_or_null.clone()),
        ("forecast_reached", json!({ "type": "boolean" })),
        ("burn_rate_per_day", number_or_null),
        ("projected", projected.clone()),
        (
            "runs_out",
            json!({ "type": ["string", "null"], "format": "date" }),
        ),
    ];
    let budget = closed(&described, &figures);
    let mut of_row = figures.to_vec();
    of_row.push(("projected_monthly", projected));
    let row = closed(
        &[
            ("key", text_or_null()),
            (
                "budget",
                json!({ "anyOf": [{ "type": "null" }, closed(&described, &[])] }),
            ),
        ],
        &of_row,
    );
    closed(
        &[
            ("project", text()),
            ("currency", json!({ "const": "USD" })),
            ("as_of", json!({ "type": "string", "format": "date-time" })),
            ("time_zone", text()),
            ("budgets", json!({ "type": "array", "items": budget })),
        ],
        &[
            ("by", text()),
            ("rows", json!({ "type": "array", "items": row })),
        ],
    )
}

fn summary() -> Json {
    let moment_or_null = json!({ "type": ["string", "null"], "format": "date-time" });
    closed(
        &[
            ("project", text()),
            ("events", count()),
            ("first_timestamp", moment_or_null.clone()),
            ("last_timestamp", moment_or_null),
            (
                "by_type",
                json!({ "type": "object", "additionalProperties": count() }),
            ),
            ("input_tokens", count()),
            ("output_tokens", count()),
            (
                "cost",
                json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" }),
            ),
            ("unpriced_requests", count()),
        ],
        &[],
    )
}

fn ingest_log() -> Json {
    let step = closed(
        &[("name", text()), ("seen", count()), ("stopped", count())],
        &[],
    );
    let missing = closed(
        &[
            ("at", moment()),
            ("reason", text()),
            ("message", text()),
            ("remedy", text()),
            ("key", text_or_null()),
            ("kind", text_or_null()),
            ("id", text_or_null()),
            ("events", count()),
        ],
        &[],
    );
    closed(
        &[
            ("since", moment()),
            ("accepted", count()),
            ("late_duplicates", count()),
            ("steps", list(step)),
            (
                "reasons",
                json!({ "type": "object", "additionalProperties": count() }),
            ),
            ("latest", list(missing)),
        ],
        &[],
    )
}
