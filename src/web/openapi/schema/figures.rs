//! Answers of the query interface, and the catalogue of what it knows.

use serde_json::{Value as Json, json};

use crate::catalogue::frame::FRAMES;
use crate::query::rows;
use crate::web::openapi::reference;
use crate::web::openapi::schema::{
    better, boolean, closed, count, currency, list, moment, number_or_null, or_null, text,
    text_or_null, unit,
};

pub(super) fn figures() -> Json {
    let by = closed(&[("id", text()), ("label", text())], &[]);
    let bucket = closed(
        &[("from", moment()), ("to", moment()), ("so_far", boolean())],
        &[],
    );
    closed(
        &[
            ("metrics", list(reference("Metric"))),
            ("by", list(by)),
            ("period", reference("Period")),
            ("compared", or_null(reference("Period"))),
            ("total", reference("Row")),
            ("rows", list(reference("Row"))),
            ("is_cut", boolean()),
            ("quantiles", json!({ "enum": ["exact", "within 1 %"] })),
            ("unpriced_requests", count()),
            ("commit", count()),
        ],
        &[
            ("buckets", list(bucket)),
            ("other", or_null(reference("Row"))),
        ],
    )
}

pub(super) fn row() -> Json {
    let figures = || json!({ "type": "object", "additionalProperties": reference("Figure") });
    closed(
        &[("figures", figures())],
        &[("keys", list(text_or_null())), ("bars", list(figures()))],
    )
}

/// A number; money as decimal text; null where there is none.
pub(super) fn number() -> Json {
    json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" }, { "type": "null" }] })
}

pub(super) fn figure() -> Json {
    let change = json!({ "anyOf": [
        { "type": "null" },
        closed(&[("kind", json!({ "const": "new" }))], &[]),
        closed(&[("kind", json!({ "enum": ["relative", "points"] })), ("value", json!({ "type": "number" }))], &[]),
    ] });
    closed(
        &[("value", reference("Number"))],
        &[
            ("sample", json!({ "type": "number" })),
            ("low_n", boolean()),
            (
                "interval",
                json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 }),
            ),
            ("before", reference("Number")),
            ("change", change),
        ],
    )
}

pub(super) fn period() -> Json {
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

pub(super) fn metric() -> Json {
    let grains: Vec<&str> = FRAMES.iter().map(|frame| frame.grain.label()).collect();
    closed(
        &[
            ("id", text()),
            ("label", text()),
            ("help", text()),
            ("unit", unit()),
            ("grain", json!({ "enum": grains })),
            ("better", better()),
            ("additive", boolean()),
        ],
        &[("currency", currency())],
    )
}

pub(super) fn distribution() -> Json {
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
                    &[("share", number()), ("value", number_or_null())],
                    &[],
                )),
            ),
            ("commit", count()),
        ],
        &[],
    )
}

/// Events, with the values that `rows` tells of each.
pub(super) fn listing() -> Json {
    let mut event: Vec<(&str, Json)> = vec![("timestamp", moment())];
    event.extend(rows::names().map(|name| {
        let schema = match name {
            "metadata" => json!({ "type": ["object", "null"] }),
            "status_code" | "attempt" | "input_tokens" | "output_tokens" => {
                json!({ "type": ["integer", "null"] })
            }
            "latency_ms" | "ttft_ms" | "rating" => number_or_null(),
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

pub(super) fn catalogue() -> Json {
    let dimension = closed(
        &[
            ("id", text()),
            ("label", text()),
            ("help", text()),
            ("kind", json!({ "enum": ["text", "number", "person"] })),
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
