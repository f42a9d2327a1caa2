//! What the server tells of a project as a whole, and of what it did not keep.

use serde_json::{Value as Json, json};

use crate::web::openapi::schema::{closed, count, list, moment, money, text, text_or_null};

pub(super) fn summary() -> Json {
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
            ("cost", money()),
            ("unpriced_requests", count()),
        ],
        &[],
    )
}

pub(super) fn ingest_log() -> Json {
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
