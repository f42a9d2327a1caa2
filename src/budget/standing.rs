//! `Standing`: how a budget stands at a moment. Pure: days of cost and a budget in, figures out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::budget::projection::{self, Known, Projection};
use crate::core::cycle::{Cycle, Turn, elapsed};
use crate::core::money::{Money, MoneySum};
use crate::core::range::midnight;
use crate::core::threshold::Thresholds;

/// Complete days over which the burn rate is taken.
const BURN_DAYS: usize = 7;

/// Costs by local day. A day that is not there cost nothing.
pub type Days = BTreeMap<Date, MoneySum>;

/// What a turn has cost, and will.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The turn.
    pub turn: Turn,
    /// What is spent in it so far.
    pub spent: MoneySum,
    /// How much of it has gone by, from 0 to 1.
    pub elapsed: f64,
    /// Cost of a day: the mean of the last seven complete days, or of those since the first cost. None before one.
    pub burn_per_day: Option<f64>,
    /// Where it will end; none before three complete days.
    pub projection: Option<Projection>,
}

/// How a budget stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What the turn has cost.
    pub course: Course,
    /// How much may be spent.
    pub amount: Money,
    /// Per cent of it that are spent; may be more than 100.
    pub used_percent: f64,
    /// Used share by elapsed share of the turn: above 1 is too fast. None at the first instant.
    pub pace: Option<f64>,
    /// The highest threshold that is reached, in per cent.
    pub crossed: Option<u8>,
    /// The next one, in per cent.
    pub next: Option<u8>,
    /// The step of the banner; none below 80 %.
    pub banner_step: Option<u8>,
    /// Whether the projection reaches the amount, if that is watched.
    pub forecast_crossed: bool,
    /// The day on which the amount was or will be reached; none if that is not within the turn, or not known.
    pub runs_out: Option<Date>,
}

/// What `days` say about the turn of `cycle` at `now`.
pub fn course(days: &Days, cycle: Cycle, zone: &TimeZone, now: Timestamp) -> Course {
    let today = now.to_zoned(zone.clone()).date();
    let turn = cycle.turn(today);
    let mut spent = MoneySum::ZERO;
    for (_, cost) in days.range(turn.first..turn.end) {
        spent.add_sum(*cost);
    }
    let complete = complete(days, today);
    let tomorrow = today.tomorrow().unwrap_or(Date::MAX);
    let latest = &complete[complete.len().saturating_sub(BURN_DAYS)..];
    let known = Known {
        today,
        elapsed: elapsed(midnight(today, zone), midnight(tomorrow, zone), now),
        spent: units(spent),
        end: turn.end,
        complete: complete.clone(),
    };
    Course {
        turn,
        spent,
        elapsed: turn.elapsed(now, zone),
        burn_per_day: (!latest.is_empty())
            .then(|| latest.iter().sum::<f64>() / latest.len() as f64),
        projection: projection::project(&known),
    }
}

/// How a budget of `amount` stands.
pub fn standing(
    days: &Days,
    cycle: Cycle,
    amount: Money,
    thresholds: &Thresholds,
    zone: &TimeZone,
    now: Timestamp,
) -> Standing {
    let course = course(days, cycle, zone, now);
    let spent = units(course.spent);
    let limit = amount.nanos() as f64 / 1e9;
    // Multiplied first: 80 of 100 must be 80 per cent and not a hair less.
    let used_percent = course.spent.nanos() as f64 * 100.0 / amount.nanos() as f64;
    let ahead = course
        .projection
        .as_ref()
        .filter(|_| spent < limit)
        .and_then(|projection| projection.reaches(spent, limit));
    let projected = course.projection.as_ref().map_or(0.0, |one| one.total);
    Standing {
        pace: (course.elapsed > 0.0).then(|| used_percent / 100.0 / course.elapsed),
        crossed: thresholds.crossed(used_percent),
        next: thresholds.next(used_percent),
        banner_step: thresholds.banner_step(used_percent),
        forecast_crossed: thresholds.forecast && projected.max(spent) >= limit,
        runs_out: reached(days, course.turn, amount).or(ahead),
        amount,
        used_percent,
        course,
    }
}

/// The first day of a turn with which its cost has reached `amount`.
fn reached(days: &Days, turn: Turn, amount: Money) -> Option<Date> {
    let mut sum = MoneySum::ZERO;
    days.range(turn.first..turn.end).find_map(|(day, cost)| {
        sum.add_sum(*cost);
        (sum.nanos() >= i128::from(amount.nanos())).then_some(*day)
    })
}

/// Costs of the days before `today` that are looked at, from the first one with a cost on.
fn complete(days: &Days, today: Date) -> Vec<f64> {
    let window = projection::DAYS_MAX as i64;
    let first = today.checked_sub(window.days()).unwrap_or(Date::MIN);
    let started = days
        .range(first..today)
        .find(|(_, cost)| **cost != MoneySum::ZERO)
        .map(|(day, _)| *day);
    let Some(started) = started else {
        return Vec::new();
    };
    std::iter::successors(Some(started), |day| day.tomorrow().ok())
        .take_while(|day| *day < today)
        .map(|day| days.get(&day).map_or(0.0, |cost| units(*cost)))
        .collect()
}

fn units(sum: MoneySum) -> f64 {
    sum.nanos() as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn money(text: &str) -> Money {
        text.parse().expect("an amount")
    }

    /// `cost` a day from `first` to `last`.
    fn days(first: &str, last: &str, cost: &str) -> Days {
        let one: MoneySum = [money(cost)].into_iter().sum();
        std::iter::successors(Some(day(first)), |day| day.tomorrow().ok())
            .take_while(|next| *next <= day(last))
            .map(|day| (day, one))
            .collect()
    }

    fn stands(days: &Days, cycle: Cycle, amount: &str, zone: &str, now: &str) -> Standing {
        standing(
            days,
            cycle,
            money(amount),
            &Thresholds::default(),
            &TimeZone::get(zone).expect("a zone"),
            now.parse().expect("a moment"),
        )
    }

    #[test]
    fn a_third_of_a_month_with_fifty_of_a_hundred_spent_runs_out_on_the_twentieth() {
        let days = days("2026-11-01", "2026-11-10", "5");
        let now = "2026-11-11T00:00:00Z";
        let standing = stands(&days, Cycle::Monthly, "100", "UTC", now);
        assert_eq!(standing.course.spent.to_string(), "50");
        assert_eq!(standing.used_percent, 50.0);
        assert_eq!((standing.crossed, standing.next), (Some(50), Some(75)));
        assert_eq!(standing.course.burn_per_day, Some(5.0));
        // Half of the money in a third of the time.
        assert!((standing.pace.expect("time has gone by") - 1.5).abs() < 1e-12);
        let projected = standing.course.projection.as_ref().expect("ten days");
        assert!((projected.total - 150.0).abs() < 1e-9);
        assert!(standing.forecast_crossed);
        assert_eq!(standing.runs_out, Some(day("2026-11-20")));
        assert_eq!(standing.banner_step, None);
    }

    #[test]
    fn a_spent_budget_says_on_which_day_that_happened() {
        let days = days("2026-11-01", "2026-11-10", "5");
        let standing = stands(&days, Cycle::Monthly, "40", "UTC", "2026-11-11T00:00:00Z");
        assert_eq!(standing.used_percent, 125.0);
        assert_eq!(standing.runs_out, Some(day("2026-11-08")));
        assert_eq!((standing.crossed, standing.next), (Some(100), None));
        assert_eq!(standing.banner_step, Some(100));
    }

    #[test]
    fn what_was_spent_before_the_turn_does_not_count_and_still_teaches() {
        // Wednesday 25 November: the week began on the 23rd.
        let days = days("2026-11-01", "2026-11-24", "2");
        let standing = stands(&days, Cycle::Weekly, "20", "UTC", "2026-11-25T00:00:00Z");
        assert_eq!(standing.course.spent.to_string(), "4");
        let projected = standing.course.projection.expect("24 days");
        assert!(
            (projected.total - 14.0).abs() < 1e-9,
            "4 and five days of 2"
        );
        assert_eq!(standing.runs_out, None);
        assert!(!standing.forecast_crossed);
    }

    #[test]
    fn the_day_that_loses_an_hour_is_half_gone_after_eleven_and_a_half_hours() {
        // 29 March 2026 in Berlin has 23 hours, from 28 March 23:00 UTC to 29 March 22:00 UTC.
        let days = days("2026-03-26", "2026-03-28", "10");
        let now = "2026-03-29T10:30:00Z";
        let standing = stands(&days, Cycle::Monthly, "100", "Europe/Berlin", now);
        let projected = standing.course.projection.expect("three days");
        // 30 spent, half of ten for the rest of the day, two days of ten.
        assert!((projected.total - 55.0).abs() < 1e-9);
    }

    #[test]
    fn without_cost_nothing_is_projected_and_nothing_runs_out() {
        let standing = stands(
            &Days::new(),
            Cycle::Quarterly,
            "1",
            "UTC",
            "2026-11-25T12:00:00Z",
        );
        assert_eq!(standing.used_percent, 0.0);
        assert_eq!(standing.course.burn_per_day, None);
        assert_eq!(standing.course.projection, None);
        assert_eq!((standing.runs_out, standing.next), (None, Some(50)));
    }
}
