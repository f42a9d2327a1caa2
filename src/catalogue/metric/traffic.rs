//! How much is used, and by how many.

use crate::catalogue::frame::Grain::{Call, Event, Payment};
use crate::catalogue::metric::{Formula, Metric, ratio, sum};
use crate::core::value::Better::{Higher, Neutral};
use crate::core::value::Unit::{Count, PerMinute, Revenue};

pub(super) static METRICS: &[Metric] = &[
    sum(
        "requests",
        "Requests",
        Count,
        Higher,
        Call,
        "coalesce(sum(requests), 0)",
        "What the product asked a model once, however many attempts that took. Compare it with active users to see whether use or reach is growing.",
    ),
    sum(
        "attempts",
        "Attempts",
        Count,
        Neutral,
        Call,
        "coalesce(sum(attempts), 0)",
        "Calls to a provider, retries included. Where it grows faster than requests, look at the retry rate.",
    ),
    sum(
        "generations",
        "Generations",
        Count,
        Higher,
        Call,
        "coalesce(sum(succeeded), 0)",
        "Requests that ended in a usable answer.",
    ),
    Metric {
        id: "requests_per_min",
        label: "Requests per minute",
        help: "Requests divided by the minutes of the bar or period. Use it to compare stretches of different length.",
        unit: PerMinute,
        grain: Call,
        formula: Formula::PerMinute("coalesce(sum(requests), 0)"),
        sample: "",
        better: Higher,
        is_additive: false,
    },
    sum(
        "events",
        "Events",
        Count,
        Neutral,
        Event,
        "coalesce(sum(events_n), 0)",
        "Events of any kind. A sudden fall usually means that a client stopped sending.",
    ),
    ratio(
        "active_users",
        "Active users",
        Count,
        Higher,
        Event,
        (
            "count(DISTINCT active_person)",
            "count(DISTINCT active_person)",
        ),
        "Distinct people, by user id or else anonymous id, with an event that a person caused. Not to be added up over days.",
    ),
    ratio(
        "asking_users",
        "Users with a request",
        Count,
        Higher,
        Event,
        (
            "count(DISTINCT asking_person)",
            "count(DISTINCT asking_person)",
        ),
        "Distinct people for whom a model was called.",
    ),
    ratio(
        "visitors",
        "Visitors",
        Count,
        Higher,
        Event,
        (
            "count(DISTINCT active_person) + count(DISTINCT unnamed_visitor)",
            "",
        ),
        "People plus cookieless visitors. A cookieless visitor is another one the next day, so read it for single days.",
    ),
    sum(
        "revenue",
        "Revenue",
        Revenue,
        Higher,
        Payment,
        "coalesce(sum(paid), 0)",
        "Payments less refunds in the project's currency, by the day on which they were paid.",
    ),
    sum(
        "payments",
        "Payments",
        Count,
        Higher,
        Payment,
        "coalesce(sum(payments_n), 0)",
        "Payments and refunds in the project's currency.",
    ),
    sum(
        "foreign_payments",
        "Payments in other currencies",
        Count,
        Neutral,
        Payment,
        "coalesce(sum(foreign_payments_n), 0)",
        "Payments in a currency that is not the project's; they are not part of the revenue.",
    ),
];
