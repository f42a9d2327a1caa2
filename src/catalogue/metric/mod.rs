//! Metrics: what is measured. One row each; pages, JSON, CSV and the reference are read from them.
//!
//! A formula is static SQL over the measures of its grain's frame, or a quantile of one measurement. A rate is asked
//! again for a total, never averaged; a share with nothing to divide by is null.

mod cost;
mod reliability;
mod speed;
mod token;
mod traffic;
mod visit;

use crate::catalogue::frame::Grain;
use crate::core::value::{Better, Unit};

/// How a figure is computed from the rows of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// An aggregate over measures.
    Sql(&'static str),
    /// An aggregate over distinct people. Where nothing is split by a dimension, we count them ourselves
    /// (`query/ask/people.rs`), which is several times as fast as the engine's `count(DISTINCT …)`.
    People {
        /// The aggregate.
        sql: &'static str,
        /// What is divided by their number; without it the figure is the number itself.
        sum: Option<&'static str>,
        /// The column of the people.
        of: &'static str,
    },
    /// An aggregate over measures, divided by the minutes of the bar or period.
    PerMinute(&'static str),
    /// The quantile `share` (0 to 1) of a measurement.
    Quantile {
        /// What is measured.
        of: Measurement,
        /// Which quantile.
        share: f64,
    },
    /// (satisfied + tolerating / 2) / total over a measurement, failures being frustrated. [Apdex]
    Apdex {
        /// What is measured.
        of: Measurement,
        /// The threshold T in milliseconds; four times as much is tolerated.
        threshold_ms: f64,
    },
}

/// What quantiles are taken of. The numbers stand in the roll-up `latency_day`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measurement {
    /// Milliseconds of successful calls.
    Latency = 1,
    /// Milliseconds of all calls, failures and time-outs at their elapsed time.
    LatencyAll = 2,
    /// Milliseconds to the first chunk of successful streamed calls.
    FirstToken = 3,
    /// Milliseconds for each output token after the first, of successful streamed calls.
    PerOutputToken = 4,
    /// Output tokens a second of successful calls.
    OutputSpeed = 5,
}

impl Measurement {
    /// Every measurement.
    pub const ALL: [Measurement; 5] = [
        Measurement::Latency,
        Measurement::LatencyAll,
        Measurement::FirstToken,
        Measurement::PerOutputToken,
        Measurement::OutputSpeed,
    ];

    /// Its number in the roll-up.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The value of one call, null where it does not count; over the columns of `calls.sql`.
    pub fn sql(self) -> &'static str {
        match self {
            Measurement::Latency => "CASE WHEN outcome = 'success' THEN latency_ms END",
            Measurement::LatencyAll => "latency_ms",
            Measurement::FirstToken => "CASE WHEN outcome = 'success' THEN ttft_ms END",
            Measurement::PerOutputToken => {
                "CASE WHEN outcome = 'success' AND output_tokens >= 2 AND latency_ms >= ttft_ms \
                 THEN (latency_ms - ttft_ms) / (output_tokens - 1) END"
            }
            Measurement::OutputSpeed => {
                "CASE WHEN outcome = 'success' AND output_tokens > 0 AND latency_ms > coalesce(ttft_ms, 0) \
                 THEN output_tokens * 1000.0 / (latency_ms - coalesce(ttft_ms, 0)) END"
            }
        }
    }
}

/// One row of the catalogue.
#[derive(Debug)]
pub struct Metric {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name on pages.
    pub label: &'static str,
    /// What it means and what to do about it, in sentences.
    pub help: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// What its rows are.
    pub grain: Grain,
    /// How it is computed.
    pub formula: Formula,
    /// The number of rows or things it stands on, as an aggregate: the denominator of a share. Empty for plain sums.
    pub sample: &'static str,
    /// Whether more is good.
    pub better: Better,
    /// Whether bars add up to the total.
    pub is_additive: bool,
}

impl Metric {
    /// What it is a quantile or an Apdex of, if it is one.
    pub fn measurement(&self) -> Option<Measurement> {
        match self.formula {
            Formula::Quantile { of, .. } | Formula::Apdex { of, .. } => Some(of),
            Formula::Sql(_) | Formula::People { .. } | Formula::PerMinute(_) => None,
        }
    }

    /// The metric that tells the large values of a dimension from the small ones: itself where it counts or sums, else
    /// how many rows of its grain there are. The highest rate belongs to whoever has hardly any.
    pub fn weight(&self) -> &'static str {
        match self.grain {
            _ if self.is_additive || self.unit == Unit::Count => self.id,
            Grain::Call => "attempts",
            Grain::Event => "events",
            Grain::Payment => "payments",
            Grain::Rating => "ratings",
            Grain::Visit => "visits",
        }
    }

    /// The least sample on which a figure is not marked: 30 for shares, 10 / (1 - p) for quantiles, 100 for Apdex.
    pub fn sample_min(&self) -> f64 {
        match self.formula {
            Formula::Quantile { share, .. } => 10.0 / (1.0 - share.min(0.999)),
            Formula::Apdex { .. } => 100.0,
            Formula::Sql(_) | Formula::People { .. } | Formula::PerMinute(_) => match self.unit {
                Unit::Share => 30.0,
                _ => 0.0,
            },
        }
    }
}

/// Every metric, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    [
        traffic::METRICS,
        visit::METRICS,
        token::METRICS,
        cost::METRICS,
        speed::METRICS,
        reliability::METRICS,
    ]
    .into_iter()
    .flatten()
}

/// The metric with this id.
pub fn find(id: &str) -> Option<&'static Metric> {
    all().find(|metric| metric.id == id)
}

/// An additive count or sum.
const fn sum(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    better: Better,
    grain: Grain,
    sql: &'static str,
    help: &'static str,
) -> Metric {
    Metric {
        id,
        label,
        help,
        unit,
        grain,
        formula: Formula::Sql(sql),
        sample: "",
        better,
        is_additive: true,
    }
}

/// A ratio of two sums, with its denominator as sample.
const fn ratio(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    better: Better,
    grain: Grain,
    (sql, sample): (&'static str, &'static str),
    help: &'static str,
) -> Metric {
    Metric {
        id,
        label,
        help,
        unit,
        grain,
        formula: Formula::Sql(sql),
        sample,
        better,
        is_additive: false,
    }
}

/// A figure over the distinct people of a column, their number being its sample.
const fn per_person(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    better: Better,
    (sql, sum, of, sample): (
        &'static str,
        Option<&'static str>,
        &'static str,
        &'static str,
    ),
    help: &'static str,
) -> Metric {
    Metric {
        id,
        label,
        help,
        unit,
        grain: Grain::Event,
        formula: Formula::People { sql, sum, of },
        sample,
        better,
        is_additive: false,
    }
}
