//! When people come: the hour on their own clock, the day of the week, and the growth over the weeks.

use crate::core::draw::Draw;

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Work by the hour of the local clock, as shares of a busy hour.
static HOURS_WORK: [u32; 24] = [
    5, 3, 2, 1, 1, 2, 6, 18, 46, 82, 98, 94, 66, 78, 96, 94, 82, 62, 40, 30, 27, 24, 17, 10,
];

/// Leisure on Saturdays and Sundays: later, and without a lunch break.
static HOURS_WEEKEND: [u32; 24] = [
    12, 8, 5, 3, 2, 2, 4, 9, 20, 36, 50, 56, 54, 52, 54, 56, 56, 52, 48, 48, 50, 46, 36, 22,
];

/// Use by day of the week, Monday first; the mean of the seven is 1.
const WEEKDAYS: [f64; 7] = [1.16, 1.24, 1.22, 1.17, 1.01, 0.55, 0.65];

/// Sign-ups of the first day, as a share of the mean over the history; they grow from there in a line.
const SIGN_UPS_FIRST: f64 = 0.35;

/// Day of the week of a day since 1970-01-01, which was a Thursday; Monday is 0.
pub fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// How much more or less than usual is done on this day since 1970.
pub fn weekday_factor(day: i64) -> f64 {
    WEEKDAYS[weekday(day)]
}

/// How usual it is to be at work at a moment, from 0 to 1, where the clock is so far ahead of UTC.
pub fn awake(at: i64, ahead_minutes: i32) -> f64 {
    let local = at + i64::from(ahead_minutes) * 60_000;
    let hour = local.rem_euclid(DAY_MS) / HOUR_MS;
    f64::from(hours_of(local.div_euclid(DAY_MS))[hour as usize]) / 100.0
}

/// The hours of a day since 1970.
fn hours_of(day: i64) -> &'static [u32; 24] {
    if weekday(day) < 5 {
        &HOURS_WORK
    } else {
        &HOURS_WEEKEND
    }
}

/// A moment of the UTC day `day`, in milliseconds, at which a clock so far ahead shows a usual hour.
pub fn draw_moment(draw: &mut Draw, day: i64, ahead_minutes: i32) -> i64 {
    let hours = hours_of(day);
    let total: u32 = hours.iter().sum();
    let mut left = draw.below(u64::from(total)) as u32;
    let mut hour = 0;
    for (number, weight) in hours.iter().enumerate() {
        if left < *weight {
            hour = number as i64;
            break;
        }
        left -= weight;
    }
    let local = hour * HOUR_MS + draw.below(HOUR_MS as u64) as i64;
    let utc = (local - i64::from(ahead_minutes) * 60_000).rem_euclid(DAY_MS);
    day * DAY_MS + utc
}

/// Sign-ups of a day as a share of the mean day, where `age` counts days since the launch and the history
/// that is filled at first has `days`. After the history the growth has ended.
pub fn growth(age: i64, days: u32) -> f64 {
    let through = ((age as f64 + 0.5) / f64::from(days)).min(1.0);
    SIGN_UPS_FIRST + 2.0 * (1.0 - SIGN_UPS_FIRST) * through
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_a_week_make_a_mean_week() {
        let sum: f64 = WEEKDAYS.iter().sum();
        assert!((sum - 7.0).abs() < 1e-9, "{sum}");
        // 2026-11-24 was day 20781 since 1970, a Tuesday.
        assert_eq!(weekday(20_781), 1);
    }

    #[test]
    fn growth_makes_a_mean_day_over_the_history_and_goes_on_flat() {
        let sum: f64 = (0..90).map(|age| growth(age, 90)).sum();
        assert!((sum / 90.0 - 1.0).abs() < 1e-9, "{sum}");
        assert!(growth(89, 90) > 4.0 * growth(0, 90));
        assert_eq!(growth(200, 90), growth(90, 90));
    }

    #[test]
    fn a_moment_lies_in_its_day_and_mostly_in_local_office_hours() {
        let mut draw = Draw::new(1);
        let mut in_office = 0;
        for _ in 0..1_000 {
            let at = draw_moment(&mut draw, 20_781, 330);
            assert_eq!(at.div_euclid(DAY_MS), 20_781);
            let local = (at + 330 * 60_000).rem_euclid(DAY_MS) / HOUR_MS;
            in_office += i32::from((8..18).contains(&local));
        }
        assert!((700..900).contains(&in_office), "{in_office}");
    }
}
