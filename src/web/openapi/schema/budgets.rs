//! How budgets stand.

use serde_json::{Value as Json, json};

use crate::core::cycle::Cycle;
use crate::web::openapi::schema::{
    boolean, closed, count, list, moment, money, number_or_null, or_null, text, text_or_null,
};

pub(super) fn budgets() -> Json {
    let day = json!({ "type": "string", "format": "date" });
    let projected = json!({ "anyOf": [
        { "type": "null" },
        closed(&[("value", json!({ "type": "number" })), ("low", number_or_null()), ("high", number_or_null())], &[]),
    ] });
    let described = [
        ("id", count()),
        ("name", text()),
        ("filter", text()),
        ("cycle", json!({ "enum": Cycle::ALL.map(Cycle::id) })),
        ("thresholds", list(count())),
        ("forecast", boolean()),
    ];
    // Without a usable filter a budget has none of these; a row without a budget has no limit.
    let figures = [
        ("from", day.clone()),
        ("to", day),
        ("current_spend", money()),
        ("budget_limit", or_null(money())),
        ("percentage_used", number_or_null()),
        ("pace", number_or_null()),
        ("threshold_reached", number_or_null()),
        ("alert_threshold", number_or_null()),
        ("forecast_reached", boolean()),
        ("burn_rate_per_day", number_or_null()),
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
            ("as_of", moment()),
            ("time_zone", text()),
            ("budgets", list(budget)),
        ],
        &[("by", text()), ("rows", list(row))],
    )
}
