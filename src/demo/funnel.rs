//! How far people go: four habits of use, and what each makes likely.
//!
//! Shares and times are those of a small product that sells itself: many look once, some come now and then,
//! few stay, and those who stay pay.

use crate::core::draw::Draw;

/// How somebody uses the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    /// Looks once.
    Curious,
    /// Comes now and then, and soon stops.
    Casual,
    /// Works with it every week.
    Regular,
    /// Works with it every day, in many sessions.
    Power,
}

/// What a habit makes likely. Times are in days.
#[derive(Clone, Copy, Debug)]
pub struct Likely {
    /// Among a hundred sign-ups.
    pub share: u32,
    /// That the first session asks something.
    pub activation: f64,
    /// Active days of a week of use.
    pub days_a_week: f64,
    /// Sessions of an active day beyond the first.
    pub more_sessions: f64,
    /// Median queries of a session.
    pub queries: f64,
    /// Mean time of use before somebody stops.
    pub lifetime: f64,
    /// That a trial is started.
    pub trial: f64,
    /// That a trial ends in a subscription.
    pub purchase: f64,
    /// That a subscription ends, each month.
    pub monthly_churn: f64,
    /// That a subscription is upgraded to the largest plan.
    pub enterprise: f64,
}

/// Habits with what they make likely.
#[rustfmt::skip]
pub const HABITS: [(Habit, Likely); 4] = [
    (Habit::Curious, Likely { share: 35, activation: 0.42, days_a_week: 1.6, more_sessions: 0.0, queries: 1.6, lifetime: 1.2, trial: 0.02, purchase: 0.05, monthly_churn: 0.30, enterprise: 0.0 }),
    (Habit::Casual, Likely { share: 40, activation: 0.80, days_a_week: 1.3, more_sessions: 0.1, queries: 2.6, lifetime: 12.0, trial: 0.15, purchase: 0.22, monthly_churn: 0.16, enterprise: 0.01 }),
    (Habit::Regular, Likely { share: 19, activation: 0.96, days_a_week: 3.4, more_sessions: 0.4, queries: 4.0, lifetime: 85.0, trial: 0.52, purchase: 0.46, monthly_churn: 0.06, enterprise: 0.12 }),
    (Habit::Power, Likely { share: 6, activation: 1.0, days_a_week: 5.3, more_sessions: 1.3, queries: 5.5, lifetime: 380.0, trial: 0.78, purchase: 0.68, monthly_churn: 0.025, enterprise: 0.34 }),
];

/// Chance that somebody who stopped comes back for a while.
const RETURN: f64 = 0.16;
/// Days after which they do.
const RETURN_AFTER: (f64, f64) = (16.0, 55.0);
/// Mean days for which they stay.
const RETURN_LIFETIME: f64 = 14.0;

/// Days on which somebody may be active, counted from the sign-up; ends are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// End of the first stay.
    pub leaves: u16,
    /// Begin of the second one; equal to its end if there is none.
    pub returns: u16,
    /// End of the second one.
    pub leaves_again: u16,
}

impl Habit {
    /// What it makes likely.
    pub fn likely(self) -> &'static Likely {
        &HABITS[self as usize].1
    }

    /// A habit, as often as its share says.
    pub fn draw(draw: &mut Draw) -> Habit {
        draw.choose(&HABITS.map(|(habit, likely)| (habit, likely.share)))
    }
}

impl Stay {
    /// How long somebody with this habit stays.
    pub fn draw(draw: &mut Draw, habit: Habit) -> Stay {
        let leaves = 1.0 + draw.exponential(habit.likely().lifetime);
        let comes_back = draw.chance(RETURN);
        let returns = leaves + draw.between(RETURN_AFTER.0, RETURN_AFTER.1);
        let leaves_again = returns
            + if comes_back {
                1.0 + draw.exponential(RETURN_LIFETIME)
            } else {
                0.0
            };
        Stay {
            leaves: leaves as u16,
            returns: returns as u16,
            leaves_again: leaves_again as u16,
        }
    }

    /// Whether a day, so long after the sign-up, lies in a stay.
    pub fn holds(self, age: i64) -> bool {
        (0..i64::from(self.leaves)).contains(&age)
            || (i64::from(self.returns)..i64::from(self.leaves_again)).contains(&age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_stand_in_the_order_of_their_numbers_and_make_a_hundred() {
        for (number, (habit, _)) in HABITS.iter().enumerate() {
            assert_eq!(*habit as usize, number);
        }
        assert_eq!(
            HABITS.iter().map(|(_, likely)| likely.share).sum::<u32>(),
            100
        );
    }

    #[test]
    fn whoever_uses_more_goes_further() {
        for pair in HABITS.windows(2) {
            let ((_, less), (_, more)) = (pair[0], pair[1]);
            assert!(less.activation < more.activation && less.trial < more.trial);
            assert!(less.purchase < more.purchase && less.lifetime < more.lifetime);
            assert!(less.monthly_churn > more.monthly_churn);
        }
    }
}
