//! Where the cost of a turn will end: METRICS, section 7, "Projected month end", for any whole number of days.
//!
//! An estimate, and so in floats; what is already spent stays exact elsewhere. The same days give the same figures.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::core::draw::Draw;
use crate::core::range::week_start;

/// Complete days below which nothing is projected.
pub const DAYS_MIN: usize = 3;
/// Complete days from which weekdays are told apart, and an interval is given.
const SEASONAL_DAYS_MIN: usize = 14;
/// Complete days that are looked at.
pub const DAYS_MAX: usize = 56;
/// Days after which a day counts half as much for the level.
const HALF_LIFE_DAYS: f64 = 7.0;
/// How many days of the overall mean a weekday's own mean is mixed with.
const SHRINKAGE: f64 = 4.0;
/// Draws for the interval.
const DRAWS: usize = 1_000;
/// What the draws are made from: the same days give the same interval.
const SEED: u64 = 0x0062_7564_6765_7473;

/// What is known at a moment.
#[derive(Clone, Debug)]
pub struct Known {
    /// Costs of complete days, oldest first, the last being yesterday. Days before the first cost are left out.
    pub complete: Vec<f64>,
    /// The present day.
    pub today: Date,
    /// How much of it has gone by, from 0 to 1.
    pub elapsed: f64,
    /// What is spent in the turn so far, today included.
    pub spent: f64,
    /// The day after the turn's last.
    pub end: Date,
}

/// Where it will end.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// What will be spent by the end of the turn.
    pub total: f64,
    /// In eight of ten cases it is between these; none while weekdays cannot be told apart.
    pub interval: Option<(f64, f64)>,
    /// What is expected on each day that is left, the rest of today first.
    pub ahead: Vec<(Date, f64)>,
}

/// The projection; `None` before there are three complete days.
pub fn project(known: &Known) -> Option<Projection> {
    let complete = &known.complete[known.complete.len().saturating_sub(DAYS_MAX)..];
    if complete.len() < DAYS_MIN {
        return None;
    }
    let model = Model::fit(complete, known.today);
    let left = 1.0 - known.elapsed.clamp(0.0, 1.0);
    let ahead: Vec<(Date, f64)> = days(known.today, known.end)
        .enumerate()
        .map(|(number, day)| {
            let share = if number == 0 { left } else { 1.0 };
            (day, model.expected(day) * share)
        })
        .collect();
    let total = known.spent + ahead.iter().map(|(_, cost)| cost).sum::<f64>();
    let interval = (complete.len() >= SEASONAL_DAYS_MIN).then(|| {
        let (low, high) = model.interval(complete, known.today, known.spent, &ahead);
        // The draws may all lie on one side of the estimate; an interval that leaves it out would puzzle.
        (low.min(total), high.max(total))
    });
    Some(Projection {
        total,
        interval,
        ahead,
    })
}

impl Projection {
    /// The first day on which `spent` and what is expected reach `amount`; `None` if that is not within the turn.
    pub fn reaches(&self, spent: f64, amount: f64) -> Option<Date> {
        let mut sum = spent;
        self.ahead.iter().find_map(|(day, cost)| {
            sum += cost;
            (sum >= amount).then_some(*day)
        })
    }
}

/// A level, and how each weekday differs from it.
struct Model {
    level: f64,
    /// By weekday from Monday; their mean is 1.
    factors: [f64; 7],
}

impl Model {
    /// Fits the days before `today`.
    fn fit(complete: &[f64], today: Date) -> Model {
        let count = complete.len() as f64;
        let mean = complete.iter().sum::<f64>() / count;
        if complete.len() < SEASONAL_DAYS_MIN || mean <= 0.0 {
            return Model {
                level: mean,
                factors: [1.0; 7],
            };
        }
        let mut sums = [(0.0, 0.0); 7];
        for (day, cost) in dated(complete, today) {
            let (sum, n) = &mut sums[weekday(day)];
            *sum += cost;
            *n += 1.0;
        }
        let mut factors = sums.map(|(sum, n)| {
            let own = if n > 0.0 { sum / n / mean } else { 1.0 };
            (n * own + SHRINKAGE) / (n + SHRINKAGE)
        });
        let middle = factors.iter().sum::<f64>() / 7.0;
        for factor in &mut factors {
            *factor /= middle;
        }
        let (mut weighted, mut weights) = (0.0, 0.0);
        for (age, (day, cost)) in dated(complete, today).rev().enumerate() {
            let weight = 0.5_f64.powf(age as f64 / HALF_LIFE_DAYS);
            weighted += weight * cost / factors[weekday(day)];
            weights += weight;
        }
        Model {
            level: weighted / weights,
            factors,
        }
    }

    fn expected(&self, day: Date) -> f64 {
        self.level * self.factors[weekday(day)]
    }

    /// The 10th and the 90th percentile of what may come: one error of the level for all days of a draw, from the
    /// changes between past weeks, and one of each day, from how the fitted days missed.
    fn interval(
        &self,
        complete: &[f64],
        today: Date,
        spent: f64,
        ahead: &[(Date, f64)],
    ) -> (f64, f64) {
        let misses: Vec<f64> = dated(complete, today)
            .filter(|(day, _)| self.expected(*day) > 0.0)
            .map(|(day, cost)| cost / self.expected(day) - 1.0)
            .collect();
        let weeks: Vec<f64> = complete
            .rchunks_exact(7)
            .map(|week| week.iter().sum())
            .collect();
        // The latest week comes first.
        let changes: Vec<f64> = weeks
            .windows(2)
            .filter(|pair| pair[1] > 0.0)
            .map(|pair| pair[0] / pair[1] - 1.0)
            .collect();
        let mut draw = Draw::new(SEED);
        let mut totals: Vec<f64> = (0..DRAWS)
            .map(|_| {
                let level = 1.0 + one_of(&changes, &mut draw);
                let days = ahead
                    .iter()
                    .map(|(_, cost)| (cost * level * (1.0 + one_of(&misses, &mut draw))).max(0.0));
                spent + days.sum::<f64>()
            })
            .collect();
        totals.sort_by(f64::total_cmp);
        (totals[DRAWS / 10], totals[DRAWS * 9 / 10 - 1])
    }
}

fn one_of(values: &[f64], draw: &mut Draw) -> f64 {
    match values.is_empty() {
        true => 0.0,
        false => draw.pick(values),
    }
}

/// The days from `first` on, before `end`.
fn days(first: Date, end: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(move |day| *day < end)
}

/// Costs with their days, the last being the one before `today`.
fn dated(
    complete: &[f64],
    today: Date,
) -> impl DoubleEndedIterator<Item = (Date, f64)> + ExactSizeIterator {
    let count = complete.len() as i64;
    complete.iter().enumerate().map(move |(number, cost)| {
        let back = (count - number as i64).days();
        (today.checked_sub(back).unwrap_or(Date::MIN), *cost)
    })
}

fn weekday(day: Date) -> usize {
    let since = week_start(day).until(day);
    since.map_or(0, |span| span.get_days().unsigned_abs() as usize % 7)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn known(complete: &[f64], today: &str, elapsed: f64, spent: f64, end: &str) -> Known {
        Known {
            complete: complete.to_vec(),
            today: day(today),
            elapsed,
            spent,
            end: day(end),
        }
    }

    #[test]
    fn ten_days_of_thirty_with_fifty_spent_project_a_hundred_and_fifty() {
        // METRICS, section 12. The eleventh day has just begun: 50 + 20 × 5.
        let known = known(&[5.0; 10], "2026-11-11", 0.0, 50.0, "2026-12-01");
        let projection = project(&known).expect("ten days are enough");
        assert!((projection.total - 150.0).abs() < 1e-9);
        assert_eq!(projection.interval, None, "an interval needs fourteen days");
        assert_eq!(projection.ahead.len(), 20);
        // 50 + 5 a day reach 100 with the tenth day from the 11th on.
        assert_eq!(projection.reaches(50.0, 100.0), Some(day("2026-11-20")));
        assert_eq!(projection.reaches(50.0, 151.0), None);
    }

    #[test]
    fn two_days_project_nothing_and_three_their_mean() {
        assert_eq!(
            project(&known(&[1.0, 2.0], "2026-11-03", 0.5, 4.0, "2026-12-01")),
            None
        );
        // Mean 2; half of the 4th is left, and 26 days: 7 + 1 + 52.
        let three = known(&[1.0, 2.0, 3.0], "2026-11-04", 0.5, 7.0, "2026-12-01");
        assert!((project(&three).expect("three days").total - 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_weekend_without_cost_is_expected_to_stay_one() {
        // Eight weeks from Monday 28 September to Sunday 22 November: 10 on weekdays, nothing on weekends.
        let week = [10.0, 10.0, 10.0, 10.0, 10.0, 0.0, 0.0];
        let complete: Vec<f64> = week.iter().copied().cycle().take(56).collect();
        let known = known(&complete, "2026-11-23", 0.0, 0.0, "2026-11-30");
        let projection = project(&known).expect("eight weeks");
        // Overall mean 50/7. A weekday's factor is 1.4, mixed 8:4 with 1 is 15.2/12; a weekend's 0 becomes 4/12.
        // (5 × 15.2 + 2 × 4) / 12 / 7 = 1, so they are normalised already.
        let (weekday, weekend) = (15.2 / 12.0, 4.0 / 12.0);
        let ratio = projection.ahead[0].1 / projection.ahead[5].1;
        assert!((ratio - weekday / weekend).abs() < 1e-9);
        // The level is the weighted mean of 10 / weekday (five of seven days) and 0.
        let weight = |age: i32| 0.5_f64.powf(f64::from(age) / 7.0);
        let all: f64 = (0..56).map(weight).sum();
        // Ages 0 and 1 of each week are Sunday and Saturday.
        let working: f64 = (0..56).filter(|age| age % 7 >= 2).map(weight).sum();
        let level = working * 10.0 / weekday / all;
        assert!((projection.ahead[0].1 - level * weekday).abs() < 1e-9);
        let (low, high) = projection.interval.expect("eight weeks");
        assert!(low <= projection.total && projection.total <= high);
    }

    #[test]
    fn steady_days_leave_nothing_to_doubt() {
        let known = known(&[3.0; 20], "2026-11-21", 0.25, 60.75, "2026-12-01");
        let projection = project(&known).expect("twenty days");
        // 60.75 + 2.25 for the rest of today + 9 × 3.
        assert!((projection.total - 90.0).abs() < 1e-9);
        let (low, high) = projection.interval.expect("twenty days");
        assert!((low - 90.0).abs() < 1e-9 && (high - 90.0).abs() < 1e-9);
    }

    #[test]
    fn at_the_last_instant_the_projection_is_what_is_spent() {
        let known = known(&[4.0; 30], "2026-11-30", 1.0, 120.0, "2026-12-01");
        let projection = project(&known).expect("thirty days");
        assert_eq!(
            (projection.total, projection.interval),
            (120.0, Some((120.0, 120.0)))
        );
    }

    proptest! {
        #[test]
        fn laws_hold_for_any_course(
            complete in prop::collection::vec(0.0..1000.0_f64, 3..70),
            elapsed in 0.0..=1.0_f64, spent in 0.0..5000.0_f64, more in 0.0..100.0_f64,
        ) {
            let at = |spent| project(&known(&complete, "2026-11-10", elapsed, spent, "2026-12-01")).unwrap();
            let (now, then) = (at(spent), at(spent + more));
            prop_assert!(now.total >= spent);
            prop_assert!(then.total >= now.total, "more cost today never lowers it");
            if let Some((low, high)) = now.interval {
                prop_assert!(low >= spent - 1e-9 && low <= now.total && now.total <= high);
            }
            prop_assert_eq!(at(spent), now, "the same days give the same figures");
        }
    }
}
