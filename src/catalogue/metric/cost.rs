//! What AI calls cost.

use crate::catalogue::frame::Grain::{Call, Event};
use crate::catalogue::metric::{Metric, per_person, ratio, sum};
use crate::core::value::Better::{Higher, Lower, Neutral};
use crate::core::value::Unit::{Cost, Count, Share};

/// Unknown only if calls were made and nothing is known about any of them; without calls nothing was spent.
const SPENT: &str =
    "CASE WHEN sum(spent) IS NULL AND sum(unpriced) > 0 THEN NULL ELSE coalesce(sum(spent), 0) END";

pub(super) static METRICS: &[Metric] = &[
    sum(
        "cost",
        "Model cost",
        Cost,
        Lower,
        Call,
        SPENT,
        "What AI calls cost: as reported by the client, else computed from the price book. It is at least this much while requests are unpriced.",
    ),
    sum(
        "unpriced_requests",
        "Unpriced calls",
        Count,
        Lower,
        Call,
        "coalesce(sum(unpriced), 0)",
        "Calls whose cost is unknown or only partly known. Give their models a price in the price book.",
    ),
    sum(
        "wasted_cost",
        "Wasted cost",
        Cost,
        Lower,
        Call,
        "coalesce(sum(wasted), 0)",
        "Cost of attempts that did not end in a usable answer. Look at the error types behind it.",
    ),
    sum(
        "avoided_cost",
        "Cost avoided by your cache",
        Cost,
        Higher,
        Call,
        "coalesce(sum(avoided), 0)",
        "What requests that were answered from the product's own cache would have cost.",
    ),
    ratio(
        "cost_per_request",
        "Cost per request",
        Cost,
        Lower,
        Call,
        ("sum(spent) / nullif(sum(requests), 0)", "sum(requests)"),
        "Model cost divided by requests.",
    ),
    ratio(
        "cost_per_success",
        "Cost per success",
        Cost,
        Lower,
        Call,
        ("sum(spent) / nullif(sum(succeeded), 0)", "sum(succeeded)"),
        "Cost of all attempts divided by usable answers, so that failed attempts are paid by the successful ones.",
    ),
    ratio(
        "cost_per_1k_tokens",
        "Cost per 1,000 tokens",
        Cost,
        Lower,
        Call,
        (
            "1000 * sum(spent) / nullif(sum(tokens_in) + sum(tokens_out), 0)",
            "sum(tokens_in) + sum(tokens_out)",
        ),
        "Model cost for each thousand tokens, input and output together.",
    ),
    per_person(
        "cost_per_user",
        "Cost per user",
        Cost,
        Lower,
        (
            "sum(spent) / nullif(count(DISTINCT asking_person), 0)",
            Some("sum(spent)"),
            "asking_person",
            "count(DISTINCT asking_person)",
        ),
        "Model cost divided by the people for whom a model was called.",
    ),
    sum(
        "user_cost",
        "Model cost by person",
        Cost,
        Lower,
        Event,
        SPENT,
        "The same cost, kept with the people, accounts, teams and plans it was spent for.",
    ),
    sum(
        "user_requests",
        "Requests by person",
        Count,
        Neutral,
        Event,
        "coalesce(sum(requests), 0)",
        "The same requests, kept with the people, accounts, teams and plans that made them.",
    ),
    ratio(
        "wasted_share",
        "Wasted share",
        Share,
        Lower,
        Call,
        ("sum(wasted) / nullif(sum(spent), 0)", "sum(attempts)"),
        "Wasted cost as a share of all model cost.",
    ),
];
