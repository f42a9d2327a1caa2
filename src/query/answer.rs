//! What a question gives: figures with their units, period, comparison and doubts.

use crate::catalogue::metric::Metric;
use crate::core::range::{Bucket, Period};
use crate::core::value::{Change, Unit, Value, change};

/// One figure and how far it can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figure {
    /// The figure.
    pub value: Value,
    /// What it stands on: calls, ratings, tokens; `None` for plain sums.
    pub sample: Option<f64>,
    /// The figure of the compared period.
    pub before: Value,
}

impl Figure {
    /// Whether the sample is too small for the figure to mean much.
    pub fn is_low_n(&self, metric: &Metric) -> bool {
        self.sample
            .is_some_and(|sample| sample < metric.sample_min())
    }

    /// The change against the compared period.
    pub fn change(&self, metric: &Metric) -> Change {
        change(metric.unit, self.value, self.before)
    }

    /// The 95 % Wilson interval of a share of counted things; `None` where there is none.
    pub fn interval(&self, metric: &Metric) -> Option<(f64, f64)> {
        let (Unit::Share, Some(sample), Value::Number(share)) =
            (metric.unit, self.sample, self.value)
        else {
            return None;
        };
        (sample > 0.0 && (0.0..=1.0).contains(&share)).then(|| wilson(share, sample))
    }
}

/// The 95 % interval of a share seen in `sample` trials. [Wilson 1927]
pub fn wilson(share: f64, sample: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054;
    let z2 = z * z / sample;
    let middle = (share + z2 / 2.0) / (1.0 + z2);
    let half = z / (1.0 + z2) * (share * (1.0 - share) / sample + z2 / (4.0 * sample)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// The figures of one value of the dimensions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The values of the dimensions; empty without any.
    pub keys: Vec<Option<String>>,
    /// One figure a metric, over the whole period.
    pub figures: Vec<Figure>,
    /// For a series: one list of figures a bar.
    pub bars: Vec<Vec<Figure>>,
}

/// An answer to anything but rows and distributions.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What is measured.
    pub metrics: Vec<&'static Metric>,
    /// Names of what it is split by, for addresses and for people.
    pub by: Vec<(String, String)>,
    /// The period.
    pub period: Period,
    /// The period it is compared with.
    pub compared: Option<Period>,
    /// The bars of a series.
    pub buckets: Vec<Bucket>,
    /// The figures over everything.
    pub total: Row,
    /// The figures by value of the dimensions, the largest of the first metric first; empty without dimensions.
    pub rows: Vec<Row>,
    /// In a series: everything that is in none of `rows`, for metrics that add up.
    pub other: Option<Row>,
    /// Whether there are more values than rows.
    pub is_cut: bool,
    /// Whether quantiles are exact; else within one per cent.
    pub is_exact: bool,
    /// Calls without a price among the rows: with any, costs are "at least".
    pub unpriced: i64,
    /// Everything with a lower sequence number is in the answer.
    pub commit: u64,
}

/// How often each size of a measurement occurs.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// What is measured.
    pub metric: &'static Metric,
    /// The period.
    pub period: Period,
    /// The bars: lower bound, upper bound, and how many lie between.
    pub bins: Vec<(f64, f64, u64)>,
    /// How many there are.
    pub count: u64,
    /// Values at shares 0.5, 0.9, 0.95 and 0.99.
    pub quantiles: Vec<(f64, Option<f64>)>,
    /// Everything with a lower sequence number is in the answer.
    pub commit: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wilson_interval_of_known_cases() {
        // 0 of 10 and 5 of 10, as in Wilson (1927) and any table of it.
        let (low, high) = wilson(0.0, 10.0);
        assert!(
            (low - 0.0).abs() < 1e-9 && (high - 0.2775).abs() < 1e-4,
            "{low} {high}"
        );
        let (low, high) = wilson(0.5, 10.0);
        assert!(
            (low - 0.2366).abs() < 1e-4 && (high - 0.7634).abs() < 1e-4,
            "{low} {high}"
        );
    }
}
