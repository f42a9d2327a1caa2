//! Shares and quantiles of people, and when there are too few for them to mean much.

use crate::query::answer::wilson;

/// Fewest people under a share.
pub const SHARE_MIN: u64 = 30;

/// A share of people.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Those who did it.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Share {
    /// The share; `None` of nobody.
    pub fn value(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// Its 95 % Wilson interval; `None` of nobody.
    pub fn interval(self) -> Option<(f64, f64)> {
        self.value().map(|share| wilson(share, self.whole as f64))
    }

    /// Whether there are too few people for it to mean much.
    pub fn is_low_n(self) -> bool {
        self.whole < SHARE_MIN
    }
}

/// A quantile of values in order, between two of them by distance; `None` of none.
pub fn quantile(sorted: &[i64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    // A place within the list, so the conversion keeps it.
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let rest = place - below as f64;
    Some(sorted[below] as f64 * (1.0 - rest) + sorted[above] as f64 * rest)
}

/// The value in the middle, or the mean of the two there; `None` of none. Changes the order of the values.
pub fn median(values: &mut [i64]) -> Option<f64> {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return None;
    }
    let (smaller, upper, _) = values.select_nth_unstable(middle);
    let upper = *upper as f64;
    Some(match smaller.iter().max() {
        Some(lower) if is_even => *lower as f64 * 0.5 + upper * 0.5,
        _ => upper,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(median(&mut [7]), Some(7.0));
        assert_eq!(median(&mut [9, 1, 4]), Some(4.0));
        assert_eq!(median(&mut [9, 1, 4, 2]), Some(3.0));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn quantiles_lie_between_values() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7], 0.9), Some(7.0));
        assert_eq!(quantile(&[1, 2, 3, 10], 0.5), Some(2.5));
        // 0.9 of three steps is 2.7: 3 and seven tenths of the way to 10.
        assert!((quantile(&[1, 2, 3, 10], 0.9).expect("one") - 7.9).abs() < 1e-9);
    }

    #[test]
    fn a_share_of_nobody_is_none() {
        assert_eq!(Share::default().value(), None);
        assert!(
            Share { part: 1, whole: 29 }.is_low_n() && !Share { part: 1, whole: 30 }.is_low_n()
        );
    }
}
