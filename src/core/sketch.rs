//! Percentiles from mergeable buckets: what the live figures and our own timings use.
//!
//! Bucket `b = ceil(ln(x) / ln(1.02))` holds the values in `(1.02^(b-1), 1.02^b]`; its value is told as
//! `2 · 1.02^b / 2.02`, which is at most 1 % off (DDSketch, Masson et al. 2019). Values at or below zero
//! have a bucket of their own. Not for money.

use std::collections::BTreeMap;

/// Ratio of neighbouring bucket bounds.
pub const GROWTH: f64 = 1.02;

/// The bucket of everything at or below zero.
const ZERO: i32 = i32::MIN;

/// Counts by bucket. Merging two sketches is adding their counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    counts: BTreeMap<i32, u64>,
    total: u64,
}

/// The bucket of `value`.
pub fn bucket(value: f64) -> i32 {
    if value > 0.0 {
        (value.ln() / GROWTH.ln()).ceil() as i32
    } else {
        ZERO
    }
}

/// The value that stands for a bucket.
pub fn value(bucket: i32) -> f64 {
    if bucket == ZERO {
        0.0
    } else {
        2.0 * GROWTH.powi(bucket) / (1.0 + GROWTH)
    }
}

impl Sketch {
    /// Adds one value. What is not a number is left out.
    pub fn add(&mut self, value: f64) {
        if !value.is_nan() {
            self.add_count(bucket(value), 1);
        }
    }

    /// Adds `count` values of one bucket.
    pub fn add_count(&mut self, bucket: i32, count: u64) {
        *self.counts.entry(bucket).or_default() += count;
        self.total += count;
    }

    /// Adds all values of another sketch.
    pub fn merge(&mut self, other: &Sketch) {
        for (bucket, count) in &other.counts {
            self.add_count(*bucket, *count);
        }
    }

    /// How many values are at most `limit`, as their buckets tell it.
    pub fn count_up_to(&self, limit: f64) -> u64 {
        let held = self
            .counts
            .iter()
            .filter(|(bucket, _)| value(**bucket) <= limit);
        held.map(|(_, count)| count).sum()
    }

    /// Each bucket with its count, the smallest first.
    pub fn buckets(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        self.counts.iter().map(|(bucket, count)| (*bucket, *count))
    }

    /// How many values it holds.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// True if it holds no value.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The value at or below which the share `p` (0 to 1) of all values lies, within 1 %; `None` if empty.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let rank = (p.clamp(0.0, 1.0) * (self.total.checked_sub(1)?) as f64).floor() as u64;
        let mut seen = 0;
        for (bucket, count) in &self.counts {
            seen += count;
            if seen > rank {
                return Some(value(*bucket));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_one_to_a_thousand_are_within_one_per_cent() {
        let mut sketch = Sketch::default();
        for value in 1..=1000 {
            sketch.add(f64::from(value));
        }
        for (p, exact) in [
            (0.5, 500.0),
            (0.95, 950.0),
            (0.99, 990.0),
            (0.0, 1.0),
            (1.0, 1000.0),
        ] {
            let told = sketch.quantile(p).expect("a thousand values");
            assert!(
                (told - exact).abs() <= exact * 0.0101 + 0.5,
                "p{p}: {told} for {exact}"
            );
        }
    }

    #[test]
    fn an_empty_sketch_has_no_quantile() {
        assert_eq!(Sketch::default().quantile(0.5), None);
    }

    #[test]
    fn zero_negative_and_nan_do_no_harm() {
        let mut sketch = Sketch::default();
        sketch.add(0.0);
        sketch.add(-3.0);
        sketch.add(f64::NAN);
        assert_eq!((sketch.len(), sketch.quantile(1.0)), (2, Some(0.0)));
    }

    #[test]
    fn merging_is_adding() {
        let (mut left, mut right, mut both) =
            (Sketch::default(), Sketch::default(), Sketch::default());
        for value in 1..100 {
            if value % 3 == 0 {
                &mut left
            } else {
                &mut right
            }
            .add(f64::from(value));
            both.add(f64::from(value));
        }
        left.merge(&right);
        assert_eq!(left, both);
    }
}
