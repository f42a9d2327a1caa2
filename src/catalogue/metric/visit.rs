//! Visits: how many, how long, how deep, and how many went at once.

use crate::catalogue::frame::Grain::Visit;
use crate::catalogue::metric::{Metric, ratio, sum};
use crate::core::value::Better::{Higher, Lower};
use crate::core::value::Unit::{Count, Ratio, Seconds, Share};

pub(super) static METRICS: &[Metric] = &[
    sum(
        "visits",
        "Visits",
        Count,
        Higher,
        Visit,
        "coalesce(sum(visits_n), 0)",
        "Stretches of use without a pause of 30 minutes, by the day on which they began. How somebody came is what the first page of the visit says, so a visit counts for one channel only.",
    ),
    ratio(
        "visit_duration_median_s",
        "Median visit duration",
        Seconds,
        Higher,
        Visit,
        ("exact_quantile(stay_us, 0.5) / 1000000.0", "sum(visits_n)"),
        "Half of the visits lasted at most this long, from their first to their last event; one event lasts 0.",
    ),
    ratio(
        "visit_duration_mean_s",
        "Mean visit duration",
        Seconds,
        Higher,
        Visit,
        ("avg(stay_us) / 1000000.0", "sum(visits_n)"),
        "The mean, which a few long visits pull up; read it beside the median.",
    ),
    ratio(
        "visit_depth_median",
        "Median visit depth",
        Ratio,
        Higher,
        Visit,
        ("exact_quantile(depth, 0.5)", "sum(visits_n)"),
        "Page views of a visit, or its queries where it has no page views; the median.",
    ),
    ratio(
        "visit_depth_mean",
        "Mean visit depth",
        Ratio,
        Higher,
        Visit,
        ("avg(depth)", "sum(visits_n)"),
        "The same, the mean.",
    ),
    ratio(
        "bounce_rate",
        "Bounce rate",
        Share,
        Lower,
        Visit,
        (
            "CAST(sum(bounced) AS DOUBLE) / nullif(sum(visits_n), 0)",
            "sum(visits_n)",
        ),
        "Visits with one page view and nothing done, as a share of all visits. Where it is high, the page promises something else than its visitors came for.",
    ),
    ratio(
        "visits_per_visitor",
        "Visits per visitor",
        Ratio,
        Higher,
        Visit,
        (
            "CAST(sum(visits_n) AS DOUBLE) / nullif(count(DISTINCT visiting_person) + count(DISTINCT visiting_visitor), 0)",
            "count(DISTINCT visiting_person) + count(DISTINCT visiting_visitor)",
        ),
        "Visits divided by the people and visitors who made them. A cookieless visitor is another one the next day.",
    ),
];
