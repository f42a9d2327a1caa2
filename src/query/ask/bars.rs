//! The bars of a series by the numbers that the engine gives them.

use std::collections::HashMap;

use crate::core::range::{Bucket, Period};
use crate::query::plan::Plan;

/// Which bar a number from the engine is.
pub struct BarIndex {
    by_number: Option<HashMap<i64, usize>>,
    buckets: Vec<Bucket>,
}

impl BarIndex {
    /// The bars of a plan.
    pub fn of(plan: &Plan) -> BarIndex {
        let buckets = match plan.has_bars() {
            true => plan.period.buckets(),
            false => Vec::new(),
        };
        let is_calendar = plan.has_bars() && plan.period.interval.is_calendar();
        let by_number = is_calendar.then(|| {
            let number = |bucket: &Bucket| {
                let start = plan.period.date(plan.period.bar_start(bucket.from));
                let day = start.to_zoned(jiff::tz::TimeZone::UTC);
                day.map_or(0, |day| day.timestamp().as_second().div_euclid(86_400))
            };
            buckets
                .iter()
                .enumerate()
                .map(|(index, bucket)| (number(bucket), index))
                .collect()
        });
        BarIndex { by_number, buckets }
    }

    /// The bar of a number; `None` if it lies outside of the period.
    pub fn find(&self, number: i64) -> Option<usize> {
        match &self.by_number {
            Some(index) => index.get(&number).copied(),
            None => usize::try_from(number)
                .ok()
                .filter(|index| *index < self.buckets.len()),
        }
    }

    /// How many bars there are.
    pub fn count(&self) -> usize {
        self.buckets.len()
    }

    /// Minutes of a bar, or of the whole period.
    pub fn minutes(&self, bar: Option<usize>, period: &Period) -> f64 {
        let (from, to) = match bar {
            Some(bar) => (self.buckets[bar].from, self.buckets[bar].to),
            None => (period.from, period.to),
        };
        (to.as_microsecond() - from.as_microsecond()) as f64 / 60e6
    }
}
