//! Segments of people.

use serde_json::{Value as Json, json};

use crate::people::segment::definition::RULES_MAX;
use crate::store::control::segment::NAME_CHARACTERS_MAX;
use crate::web::openapi::reference;
use crate::web::openapi::schema::{closed, count, list, moment, text};

/// Each by its name.
pub(super) fn all() -> [(&'static str, Json); 4] {
    [
        ("Segments", segments()),
        ("Segment", segment()),
        ("NewSegment", new()),
        ("Removed", removed()),
    ]
}

/// Those of a project.
fn segments() -> Json {
    closed(
        &[
            ("project", text()),
            ("segments", list(reference("Segment"))),
        ],
        &[],
    )
}

/// One with how many people are in it.
fn segment() -> Json {
    closed(
        &[
            ("id", count()),
            ("name", text()),
            ("rules", list(list(text()))),
            ("in_words", text()),
            ("people", count()),
            (
                "share",
                json!({ "type": ["number", "null"], "minimum": 0, "maximum": 1 }),
            ),
            ("created_at", moment()),
            ("changed_at", moment()),
        ],
        &[],
    )
}

/// One to be saved.
fn new() -> Json {
    let rule = json!({
        "type": "string",
        "examples": ["did:at_least:3:30:query_sent", "plan:is:pro", "first_seen:since:2026-01-31"],
    });
    let clause = json!({
        "type": "array",
        "description": "Rules of which at least one must hold.",
        "items": rule,
        "minItems": 1,
        "maxItems": RULES_MAX,
    });
    let mut new = closed(
        &[
            (
                "name",
                json!({ "type": "string", "minLength": 1, "maxLength": NAME_CHARACTERS_MAX }),
            ),
            (
                "rules",
                json!({
                    "type": "array",
                    "description": "Clauses, all of which must hold.",
                    "items": clause,
                    "minItems": 1,
                    "maxItems": RULES_MAX,
                }),
            ),
        ],
        &[],
    );
    new["examples"] = json!([{ "name": "Power users", "rules": [["did:at_least:10:28:query_sent"], ["plan:is:pro", "plan:is:team"]] }]);
    new
}

/// That one is gone.
fn removed() -> Json {
    closed(&[("removed", count())], &[])
}
