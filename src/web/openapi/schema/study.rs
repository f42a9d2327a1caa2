//! What people do one after the other: funnels, retention, hours of the week, journeys.

use serde_json::{Value as Json, json};

use crate::analysis::funnel::question::{ORDERS, UNITS};
use crate::analysis::heatmap::MEASURES as OF_HOURS;
use crate::analysis::journey::question::DIRECTIONS;
use crate::analysis::retention::question::{MEASURES, MODES, WHOSE};
use crate::web::openapi::reference;
use crate::web::openapi::schema::{
    boolean, closed, count, currency, list, moment, money, number_or_null, or_null, text,
    text_or_null,
};

/// One of the ids of a table.
fn one_of<T>(known: &[(&'static str, T)]) -> Json {
    let ids: Vec<&str> = known.iter().map(|(id, _)| *id).collect();
    json!({ "enum": ids })
}

fn split() -> Json {
    closed(&[("id", text()), ("label", text())], &[])
}

/// A share of people, with its 95 % interval; null of nobody.
pub(super) fn share() -> Json {
    let interval = json!({
        "type": "array",
        "items": { "type": "number", "minimum": 0, "maximum": 1 },
        "minItems": 2,
        "maxItems": 2,
    });
    closed(
        &[
            ("value", number_or_null()),
            ("part", count()),
            ("whole", count()),
            ("interval", or_null(interval)),
            ("low_n", boolean()),
        ],
        &[],
    )
}

pub(super) fn funnel() -> Json {
    let step = closed(
        &[
            ("label", text()),
            ("people", count()),
            ("open", count()),
            ("dropped", count()),
            ("rate", reference("Share")),
            ("rate_of_first", reference("Share")),
            ("median_s", number_or_null()),
            ("median_low_n", boolean()),
            ("p90_s", number_or_null()),
            ("p90_low_n", boolean()),
            ("from_entry_median_s", number_or_null()),
            ("from_entry_p90_s", number_or_null()),
        ],
        &[],
    );
    let part = closed(
        &[
            ("value", text_or_null()),
            ("is_other", boolean()),
            ("steps", list(step.clone())),
        ],
        &[],
    );
    let person = closed(
        &[
            ("name", text()),
            ("identified", boolean()),
            ("entered_at", moment()),
            ("steps", count()),
            ("last_step_at", moment()),
        ],
        &[],
    );
    // Visits have no coverage: it tells how many of the people are identified.
    let coverage = closed(
        &[
            ("identified", count()),
            ("entered", count()),
            ("share", number_or_null()),
        ],
        &[],
    );
    closed(
        &[
            ("period", reference("Period")),
            ("compared", or_null(reference("Period"))),
            ("order", one_of(&ORDERS)),
            ("unit", one_of(&UNITS)),
            ("window", text()),
            ("definition", list(text())),
            ("exclude", text_or_null()),
            ("entered", count()),
            ("open", count()),
            ("removed", count()),
            ("rate", reference("Share")),
            ("steps", list(step.clone())),
            ("coverage", or_null(coverage)),
            ("commit", count()),
        ],
        &[
            ("before", list(step)),
            ("by", split()),
            ("parts", list(part)),
            ("people", list(person)),
            ("people_cut", boolean()),
        ],
    )
}

pub(super) fn retention() -> Json {
    let amount = || json!({ "anyOf": [{ "type": "integer" }, money()] });
    let cell = closed(
        &[
            ("share", number_or_null()),
            ("part", amount()),
            ("whole", amount()),
            ("state", json!({ "enum": ["finished", "so_far", "future"] })),
            ("low_n", boolean()),
        ],
        &[],
    );
    let row = closed(
        &[
            (
                "cohort",
                json!({ "type": ["string", "null"], "format": "date" }),
            ),
            ("value", text_or_null()),
            ("is_other", boolean()),
            ("size", count()),
            ("cells", list(cell.clone())),
        ],
        &[],
    );
    let coverage = closed(
        &[
            ("identified_people", count()),
            ("anonymous_people", count()),
            ("people_share", number_or_null()),
            ("identified_events", count()),
            ("events", count()),
            ("events_share", number_or_null()),
        ],
        &[],
    );
    closed(
        &[
            ("period", reference("Period")),
            ("start", text()),
            ("return", text()),
            ("mode", one_of(&MODES)),
            ("people", one_of(&WHOSE)),
            ("measure", one_of(&MEASURES)),
            ("currency", or_null(currency())),
            ("columns", count()),
            ("by", or_null(split())),
            ("rows", list(row)),
            ("average", list(or_null(cell))),
            ("coverage", coverage),
            ("commit", count()),
        ],
        &[],
    )
}

pub(super) fn heatmap() -> Json {
    let hour = closed(
        &[
            (
                "day",
                json!({ "enum": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] }),
            ),
            (
                "hour",
                json!({ "type": "integer", "minimum": 0, "maximum": 23 }),
            ),
            ("mean", number_or_null()),
            (
                "total",
                json!({ "anyOf": [{ "type": "integer" }, money()] }),
            ),
            ("occurrences", count()),
        ],
        &[],
    );
    closed(
        &[
            ("period", reference("Period")),
            ("measure", one_of(&OF_HOURS)),
            ("currency", or_null(currency())),
            (
                "hours",
                json!({ "type": "array", "items": hour, "minItems": 168, "maxItems": 168 }),
            ),
            ("commit", count()),
        ],
        &[],
    )
}

pub(super) fn journeys() -> Json {
    let station = closed(
        &[
            ("label", text()),
            ("kind", json!({ "enum": ["place", "other", "end"] })),
            ("visits", count()),
        ],
        &[],
    );
    let link = closed(
        &[
            ("step", count()),
            ("from", count()),
            ("to", count()),
            ("visits", count()),
        ],
        &[],
    );
    let sequence = closed(
        &[
            ("places", list(text())),
            ("ends", boolean()),
            ("visits", count()),
            ("share", number_or_null()),
        ],
        &[],
    );
    closed(
        &[
            ("period", reference("Period")),
            ("event", text_or_null()),
            ("direction", one_of(&DIRECTIONS)),
            ("visits", count()),
            ("steps", list(list(station))),
            ("links", list(link)),
            ("sequences", list(sequence)),
            ("sequences_all", count()),
            ("commit", count()),
        ],
        &[],
    )
}
