//! The shares of a budget at which somebody is told.

use serde::{Deserialize, Serialize};

/// What may be chosen, in per cent of the budget.
pub const CHOICES: [u8; 5] = [50, 75, 80, 90, 100];

/// From this share on, in per cent, every page says that a budget is nearly spent.
pub const BANNER_PERCENT: u8 = 80;

/// The chosen thresholds of one budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Per cent of the amount, rising, each one of [`CHOICES`].
    pub percents: Vec<u8>,
    /// Whether the projection counts too: it is told when it reaches the amount.
    pub forecast: bool,
}

impl Default for Thresholds {
    /// All of them.
    fn default() -> Thresholds {
        Thresholds {
            percents: CHOICES.to_vec(),
            forecast: true,
        }
    }
}

impl Thresholds {
    /// The highest threshold that `used` per cent have reached.
    pub fn crossed(&self, used: f64) -> Option<u8> {
        let reached = |percent: &&u8| used >= f64::from(**percent);
        self.percents.iter().rev().find(reached).copied()
    }

    /// The lowest threshold that `used` per cent have not reached: where the next alert is.
    pub fn next(&self, used: f64) -> Option<u8> {
        let ahead = |percent: &&u8| used < f64::from(**percent);
        self.percents.iter().find(ahead).copied()
    }

    /// The step of the banner that `used` per cent have reached: 80, or a higher threshold. None below 80.
    pub fn banner_step(&self, used: f64) -> Option<u8> {
        if used < f64::from(BANNER_PERCENT) {
            return None;
        }
        let own = self.crossed(used).unwrap_or(BANNER_PERCENT);
        Some(own.max(BANNER_PERCENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_crossed_when_it_is_reached_and_not_a_moment_before() {
        let all = Thresholds::default();
        for (used, crossed, next, banner) in [
            (0.0, None, Some(50), None),
            (49.999, None, Some(50), None),
            (50.0, Some(50), Some(75), None),
            (79.999, Some(75), Some(80), None),
            (80.0, Some(80), Some(90), Some(80)),
            (95.0, Some(90), Some(100), Some(90)),
            (100.0, Some(100), None, Some(100)),
            (412.0, Some(100), None, Some(100)),
        ] {
            assert_eq!(all.crossed(used), crossed, "{used}");
            assert_eq!(all.next(used), next, "{used}");
            assert_eq!(all.banner_step(used), banner, "{used}");
        }
    }

    #[test]
    fn the_banner_begins_at_eighty_whatever_is_chosen() {
        let few = Thresholds {
            percents: vec![50, 100],
            forecast: false,
        };
        assert_eq!(few.banner_step(79.9), None);
        assert_eq!(few.banner_step(85.0), Some(80));
        assert_eq!(few.banner_step(100.0), Some(100));
        let none = Thresholds {
            percents: Vec::new(),
            forecast: true,
        };
        assert_eq!(
            (none.crossed(200.0), none.banner_step(200.0)),
            (None, Some(80))
        );
    }
}
