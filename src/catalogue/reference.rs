//! The catalogue in words, for the page of the reference: what each formula counts, without SQL.

use crate::catalogue::frame::FRAMES;
use crate::catalogue::metric::{Formula, Measurement, Metric};
use crate::core::value::{Better, Unit};

/// What the measures and people of the frames count. A measure without a line is told by its name.
const MEASURES: &[(&str, &str)] = &[
    ("attempts", "attempts"),
    ("valid", "attempts that were not cancelled"),
    ("succeeded", "successful attempts"),
    ("failed", "failed attempts and refusals"),
    ("cancelled", "cancelled attempts"),
    ("requests", "requests"),
    ("retried", "requests with more than one attempt"),
    ("refused", "refusals by the model"),
    ("rate_limited", "attempts answered with 429"),
    ("provider_faults", "failures of the provider"),
    ("caller_errors", "mistakes of the caller"),
    ("cut_off", "answers cut at the length limit"),
    (
        "answered_from_cache",
        "requests answered from the product's cache",
    ),
    ("tokens_in", "input tokens"),
    ("tokens_out", "output tokens"),
    ("uncached", "input tokens that came from no cache"),
    ("cache_read", "input tokens read from the provider's cache"),
    (
        "cache_write",
        "input tokens written to the provider's cache",
    ),
    ("reasoning", "reasoning tokens"),
    ("useful_tokens", "output tokens of successful attempts"),
    ("tokens_all", "input and output tokens"),
    ("text_characters", "characters"),
    ("audio_length_ms", "milliseconds of audio"),
    ("images_made", "images"),
    ("bytes_moved", "bytes"),
    ("spent", "cost of all attempts"),
    ("wasted", "cost of attempts that did not succeed"),
    ("avoided", "cost that cached answers would have had"),
    ("unpriced", "attempts without a price"),
    ("latency_sum", "latency of successful attempts"),
    ("latency_n", "successful attempts with a latency"),
    (
        "ttft_sum",
        "time to first token of successful streamed attempts",
    ),
    ("ttft_n", "successful streamed attempts"),
    ("events_n", "events"),
    ("active_person", "people who did something"),
    ("qualifying", "events that somebody caused"),
    ("identified_person", "people with a user id"),
    ("asking_person", "people with an AI call"),
    ("visits_n", "visits"),
    ("stay_us", "time from the first to the last event"),
    (
        "depth",
        "page views of a visit, or its queries where it has none",
    ),
    (
        "bounced",
        "visits of one page view in which nothing was done",
    ),
    ("visiting_person", "people with a visit"),
    ("visiting_visitor", "visitors without a name with a visit"),
    (
        "unnamed_visitor",
        "visitors without a name, told apart day by day",
    ),
    (
        "paid",
        "amounts paid less refunds, in the project's currency",
    ),
    ("payments_n", "payments that are part of the revenue"),
    (
        "foreign_payments_n",
        "payments in a currency without a rate",
    ),
    ("positive", "positive ratings"),
    ("negative", "negative ratings"),
    ("ratings_n", "ratings"),
];

/// Pieces of formulas that are more than one measure.
const PIECES: &[(&str, &str)] = &[(
    "sum(CASE WHEN active_person IS NOT NULL THEN qualifying ELSE 0 END)",
    "events that known people caused",
)];

/// How a metric is computed, in words.
pub fn formula(metric: &Metric) -> String {
    match metric.formula {
        Formula::Sql(sql) | Formula::People { sql, .. } => in_words(sql),
        Formula::PerMinute(sql) => format!("{} / minutes of the period", in_words(sql)),
        Formula::Quantile { of, share } => {
            format!(
                "value below which {} of 100 lie: {}",
                (share * 100.0).round(),
                measured(of)
            )
        }
        Formula::Apdex { of, threshold_ms } => format!(
            "(satisfied + tolerating / 2) / all; satisfied up to {} s, tolerating up to {} s, failures frustrated: {}",
            threshold_ms / 1_000.0,
            threshold_ms * 4.0 / 1_000.0,
            measured(of)
        ),
    }
}

/// What a measurement is of.
fn measured(of: Measurement) -> &'static str {
    match of {
        Measurement::Latency => "latency of successful attempts",
        Measurement::LatencyAll => "latency of all attempts",
        Measurement::FirstToken => "time to first token of successful streamed attempts",
        Measurement::PerOutputToken => {
            "(latency - time to first token) / (output tokens - 1) of successful streamed attempts"
        }
        Measurement::OutputSpeed => "output tokens / seconds of answering of successful attempts",
    }
}

/// SQL over measures as people write it: `sum(failed) / nullif(sum(valid), 0)` → "failed attempts … / attempts …".
fn in_words(sql: &str) -> String {
    // "Nothing at all" is 0, and "only unpriced calls" is unknown: both are rules of every sum, told once.
    let sql = match sql.split_once(" ELSE ") {
        Some((_, rest)) if sql.starts_with("CASE WHEN") => rest.trim_end_matches(" END"),
        _ => sql,
    };
    let mut words = sql.to_owned();
    for (piece, told) in PIECES {
        words = words.replace(piece, told);
    }
    for (name, told) in known() {
        words = words.replace(&format!("count(DISTINCT {name})"), told);
        words = words.replace(&format!("sum({name})"), told);
    }
    for (start, end) in [
        ("CAST(", " AS DOUBLE)"),
        ("nullif(", ", 0)"),
        ("coalesce(", ", 0)"),
    ] {
        while let Some((before, rest)) = words.split_once(start) {
            let Some((inner, after)) = rest.split_once(end) else {
                break;
            };
            let is_part = !before.is_empty() || after.contains('/');
            let inner = match is_part && (inner.contains(" + ") || inner.contains(" - ")) {
                true => format!("({inner})"),
                false => inner.to_owned(),
            };
            words = format!("{before}{inner}{after}");
        }
    }
    words.replace(" * ", " × ").replace(" - ", " − ")
}

/// Every measure and its words, the longest name first, so that no name is found inside another.
fn known() -> Vec<(&'static str, &'static str)> {
    let named = FRAMES
        .iter()
        .flat_map(|frame| frame.measures.iter().chain(frame.people))
        .copied();
    let mut known: Vec<(&str, &str)> = named
        .map(|name| {
            let told = MEASURES.iter().find(|(held, _)| *held == name);
            (name, told.map_or(name, |(_, told)| told))
        })
        .collect();
    known.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    known
}

/// A unit, as people read it.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Share => "share, shown in per cent",
        Unit::Milliseconds => "milliseconds",
        Unit::Seconds => "seconds",
        Unit::Cost => "US dollars",
        Unit::Revenue => "project's currency",
        Unit::Tokens => "tokens",
        Unit::PerSecond => "per second",
        Unit::PerMinute => "per minute",
        Unit::Bytes => "bytes",
        Unit::Ratio => "ratio",
    }
}

/// What people hope for, in words.
pub fn better(better: Better) -> &'static str {
    match better {
        Better::Higher => "more is better",
        Better::Lower => "less is better",
        Better::Neutral => "neither",
    }
}

/// Whether bars add up, in words.
pub fn adds_up(metric: &Metric) -> &'static str {
    match metric.is_additive {
        true => "adds up",
        false => "asked anew for each bar",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::dimension::DIMENSIONS;
    use crate::catalogue::metric;

    #[test]
    fn formulas_are_told_in_words() {
        for (id, told) in [
            (
                "error_rate",
                "failed attempts and refusals / attempts that were not cancelled",
            ),
            (
                "provider_error_rate",
                "failures of the provider / (attempts that were not cancelled − mistakes of the caller)",
            ),
            (
                "cost_per_1k_tokens",
                "1000 × cost of all attempts / (input tokens + output tokens)",
            ),
            ("tokens", "input tokens + output tokens"),
            ("cost", "cost of all attempts"),
            ("requests_per_min", "requests / minutes of the period"),
            (
                "latency_p95_ms",
                "value below which 95 of 100 lie: latency of successful attempts",
            ),
        ] {
            assert_eq!(formula(metric::find(id).expect(id)), told, "{id}");
        }
        for metric in metric::all() {
            let told = formula(metric);
            for left in ["sum(", "count(", "nullif", "coalesce", "CASE"] {
                assert!(!told.contains(left), "{}: {told}", metric.id);
            }
        }
    }

    /// The whole reference as text: what changes a number's meaning shows here, and is read before it is accepted.
    #[test]
    fn the_reference_is_as_it_was_read_last() {
        let mut text = String::new();
        for metric in metric::all() {
            text.push_str(&format!(
                "{} ({})\n  {}\n  {}; {}; {}; {}\n  = {}\n",
                metric.label,
                metric.id,
                metric.help,
                unit(metric.unit),
                metric.grain.label(),
                better(metric.better),
                adds_up(metric),
                formula(metric)
            ));
        }
        for dimension in DIMENSIONS {
            text.push_str(&format!(
                "{} ({}): {} Absent: {}.\n",
                dimension.label, dimension.id, dimension.help, dimension.none
            ));
        }
        insta::assert_snapshot!("reference", text);
    }
}
