//! The six live figures as a table: names, words, and where each stands in a frame.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::core::value;
use crate::live::frame::{Frame, Kpi, KpiChange, KpiYesterday, Series};
use crate::render::change::Better;
use crate::render::unit::Unit;
use crate::web::view::delta::Measured;
use crate::web::view::figure::Figure;

/// Why the sums of a day cannot be compared.
const DAY_BEGINS: &str =
    "The day has just begun; from its first full minute on it is compared with yesterday.";
/// Why the figures of five minutes cannot be compared.
const NO_CALLS: &str =
    "Without a call in the same five minutes of yesterday there is nothing to compare with.";
/// What the figures of five minutes are compared with.
const SAME_MINUTES: &str = "Compared with the same five minutes of yesterday.";
/// What the sums of a day are compared with.
const SAME_PART: &str = "Compared with yesterday up to the same time.";

/// One figure.
pub struct Metric {
    /// Its id, which is also its name in frames and in `?metric=`.
    pub id: &'static str,
    /// Its name.
    pub label: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// What its chart shows of each minute.
    pub chart: &'static str,
    /// What it is measured in.
    pub unit: value::Unit,
    /// Which way is good news.
    pub better: Better,
    /// Whether a minute of it grows while it runs, so that the running one says little yet.
    pub is_sum: bool,
    /// Why it can be missing.
    pub missing: &'static str,
    /// What it is compared with.
    pub compared: &'static str,
    /// Why it cannot be compared.
    pub incomparable: &'static str,
    /// Its values of each minute; shares as shares of one.
    pub series: fn(&Series) -> Vec<Option<f64>>,
    figure: fn(&Kpi, &str, u8) -> Figure,
    now: fn(&Kpi) -> Option<f64>,
    then: fn(&KpiYesterday) -> Option<f64>,
    change: fn(&KpiChange) -> Option<f64>,
}

/// All of them, in the order of the page.
pub static METRICS: [Metric; 6] = [
    Metric {
        id: "active_users_now",
        label: "Active users",
        help: "People and visitors with an event in the last 5 minutes.",
        chart: "in the 5 minutes up to each minute",
        unit: value::Unit::Count,
        better: Better::Higher,
        is_sum: false,
        missing: "No event in the last 5 minutes.",
        compared: SAME_MINUTES,
        incomparable: NO_CALLS,
        series: |series| known(&series.active_users_now),
        figure: |kpi, _, _| Figure::count(kpi.active_users_now),
        now: |kpi| Some(kpi.active_users_now as f64),
        then: |yesterday| Some(yesterday.active_users_now as f64),
        change: |change| change.active_users_now,
    },
    Metric {
        id: "queries_per_minute",
        label: "Queries",
        help: "Requests to the product in the last full 60 seconds.",
        chart: "in each minute",
        unit: value::Unit::PerMinute,
        better: Better::Higher,
        is_sum: true,
        missing: "No event yet.",
        compared: SAME_MINUTES,
        incomparable: NO_CALLS,
        series: |series| known(&series.queries_per_minute),
        figure: |kpi, _, _| Figure::per_minute(kpi.queries_per_minute),
        now: |kpi| Some(kpi.queries_per_minute as f64),
        then: |yesterday| Some(yesterday.queries_per_minute),
        change: |change| change.queries_per_minute,
    },
    Metric {
        id: "tokens_consumed_today",
        label: "Tokens today",
        help: "Input and output tokens since midnight in the project's zone.",
        chart: "in each minute",
        unit: value::Unit::Tokens,
        better: Better::Neutral,
        is_sum: true,
        missing: "No call reported tokens today.",
        compared: SAME_PART,
        incomparable: DAY_BEGINS,
        series: |series| {
            let tokens = series.tokens_consumed_today.iter();
            tokens.map(|count| Some(*count as f64)).collect()
        },
        figure: |kpi, _, _| Figure::count(u64::try_from(kpi.tokens_consumed_today).unwrap_or(0)),
        now: |kpi| Some(kpi.tokens_consumed_today as f64),
        then: |yesterday| yesterday.tokens_consumed_today.map(|count| count as f64),
        change: |change| change.tokens_consumed_today,
    },
    Metric {
        id: "revenue_today",
        label: "Revenue today",
        help: "Payments since midnight in the project's zone, in its currency at today's exchange rates.",
        chart: "in each minute",
        unit: value::Unit::Revenue,
        better: Better::Higher,
        is_sum: true,
        missing: "No payment yet.",
        compared: SAME_PART,
        incomparable: DAY_BEGINS,
        series: |series| series.revenue_today.iter().map(|sum| Some(*sum)).collect(),
        figure: |kpi, prefix, decimals| {
            let amount: Option<Decimal> = kpi.revenue_today.parse().ok();
            amount.map_or(Figure::Missing, |sum| Figure::money(sum, prefix, decimals))
        },
        now: |kpi| number(&kpi.revenue_today),
        then: |yesterday| yesterday.revenue_today.as_deref().and_then(number),
        change: |change| change.revenue_today,
    },
    Metric {
        id: "avg_latency_ms",
        label: "Avg latency",
        help: "Mean duration of successful calls in the last 5 minutes.",
        chart: "mean of each minute",
        unit: value::Unit::Milliseconds,
        better: Better::Lower,
        is_sum: false,
        missing: "No successful call in the last 5 minutes.",
        compared: SAME_MINUTES,
        incomparable: NO_CALLS,
        series: |series| series.avg_latency_ms.clone(),
        figure: |kpi, _, _| {
            let latency = kpi.avg_latency_ms;
            latency.map_or(Figure::Missing, Figure::milliseconds)
        },
        now: |kpi| kpi.avg_latency_ms,
        then: |yesterday| yesterday.avg_latency_ms,
        change: |change| change.avg_latency_ms,
    },
    Metric {
        id: "error_rate_percentage",
        label: "Error rate",
        help: "Calls that failed in the last 5 minutes, as a share of all calls.",
        chart: "in each minute",
        unit: value::Unit::Share,
        better: Better::Lower,
        is_sum: false,
        missing: "No call in the last 5 minutes.",
        compared: SAME_MINUTES,
        incomparable: NO_CALLS,
        series: |series| {
            let rates = series.error_rate_percentage.iter();
            rates.map(|rate| rate.map(share)).collect()
        },
        figure: |kpi, _, _| {
            let rate = kpi.error_rate_percentage;
            rate.map_or(Figure::Missing, Figure::percent)
        },
        now: |kpi| kpi.error_rate_percentage.map(share),
        then: |yesterday| yesterday.error_rate_percentage.map(share),
        change: |change| change.error_rate_percentage,
    },
];

/// The figure that is shown unless the reader chooses another.
const FIRST: usize = 1;

impl Metric {
    /// The metric of this id, or the first one.
    pub fn chosen(id: Option<&str>) -> &'static Metric {
        let found = METRICS.iter().find(|metric| Some(metric.id) == id);
        found.unwrap_or(&METRICS[FIRST])
    }

    /// Its figure in a frame.
    pub fn figure(&self, frame: &Frame, prefix: &str, decimals: u8) -> Figure {
        (self.figure)(&frame.kpi, prefix, decimals)
    }

    /// How charts, comparisons and tables write it.
    pub fn written(&self, currency: &str) -> Unit {
        Unit::of(self.unit, currency)
    }

    /// Its number now, yesterday, and the change.
    pub fn compared(&self, frame: &Frame) -> Measured {
        Measured {
            now: (self.now)(&frame.kpi),
            then: (self.then)(&frame.yesterday),
            change: (self.change)(&frame.change),
        }
    }
}

/// Hundredths as a share of one.
fn share(percentage: f64) -> f64 {
    percentage / 100.0
}

fn known(counts: &[u64]) -> Vec<Option<f64>> {
    counts.iter().map(|count| Some(*count as f64)).collect()
}

/// Decimal text as a number that is only drawn or compared with nothing.
fn number(text: &str) -> Option<f64> {
    text.parse::<Decimal>().ok()?.to_f64()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{METRICS, Metric};

    #[test]
    fn every_figure_is_explained_and_stands_once() {
        let mut ids = HashSet::new();
        for metric in &METRICS {
            assert!(ids.insert(metric.id), "{} stands twice", metric.id);
            for sentence in [
                metric.help,
                metric.missing,
                metric.compared,
                metric.incomparable,
            ] {
                assert!(sentence.ends_with('.'), "{}: {sentence}", metric.id);
            }
        }
    }

    #[test]
    fn an_unknown_choice_shows_the_first_figure() {
        assert_eq!(Metric::chosen(None).id, "queries_per_minute");
        assert_eq!(Metric::chosen(Some("<script>")).id, "queries_per_minute");
        assert_eq!(Metric::chosen(Some("revenue_today")).id, "revenue_today");
    }
}
