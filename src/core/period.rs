//! Calendar questions: the only place where a time zone meets a moment.

use jiff::{Timestamp, tz::TimeZone};

/// The moment at which the local day of `now` began in `zone`.
///
/// On a day whose midnight does not exist (clocks go forward at 00:00) it is the first moment of that day.
pub fn day_start(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let local = now.to_zoned(zone.clone());
    local.start_of_day().map_or(now, |start| start.timestamp())
}

/// A local day and where the one before it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment of the next day.
    pub end: Timestamp,
    /// The first moment of the day before.
    pub before: Timestamp,
}

impl Day {
    /// The local day of `now` in `zone`.
    pub fn of(now: Timestamp, zone: &TimeZone) -> Day {
        let start = day_start(now, zone);
        let local = start.to_zoned(zone.clone());
        let next = local.tomorrow().and_then(|day| day.start_of_day());
        let before = local.yesterday().and_then(|day| day.start_of_day());
        Day {
            start,
            end: next.map_or(Timestamp::MAX, |day| day.timestamp()),
            before: before.map_or(Timestamp::MIN, |day| day.timestamp()),
        }
    }

    /// Whether `now` lies in this day.
    pub fn contains(&self, now: Timestamp) -> bool {
        (self.start..self.end).contains(&now)
    }

    /// The moment of the day before at which as much of it had passed as of this day at `now`.
    ///
    /// Where the day before was shorter than what has passed of this one, it is the end of that day.
    pub fn same_time_before(&self, now: Timestamp) -> Timestamp {
        let elapsed = self.start.duration_until(now);
        let then = self.before.checked_add(elapsed).unwrap_or(self.start);
        then.min(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(now: &str, zone: &str) -> String {
        let zone = TimeZone::get(zone).expect("a known zone");
        day_start(now.parse().expect("a time"), &zone).to_string()
    }

    #[test]
    fn a_day_starts_at_local_midnight() {
        assert_eq!(start("2026-11-21T23:30:00Z", "UTC"), "2026-11-21T00:00:00Z");
        assert_eq!(
            start("2026-11-21T23:30:00Z", "Europe/Berlin"),
            "2026-11-21T23:00:00Z"
        );
        assert_eq!(
            start("2026-11-21T03:00:00Z", "America/New_York"),
            "2026-11-20T05:00:00Z"
        );
    }

    #[test]
    fn a_day_on_which_clocks_change_starts_before_the_change() {
        assert_eq!(
            start("2026-03-29T12:00:00Z", "Europe/Berlin"),
            "2026-03-28T23:00:00Z"
        );
        // In Chile clocks go forward at midnight: the day begins at 01:00 local, 04:00 UTC.
        assert_eq!(
            start("2026-09-06T12:00:00Z", "America/Santiago"),
            "2026-09-06T04:00:00Z"
        );
    }

    fn before(now: &str, zone: &str) -> String {
        let zone = TimeZone::get(zone).expect("a known zone");
        let now = now.parse().expect("a time");
        let day = Day::of(now, &zone);
        assert!(day.contains(now) && !day.contains(day.end));
        day.same_time_before(now).to_string()
    }

    #[test]
    fn the_same_time_yesterday_is_as_long_after_its_midnight() {
        assert_eq!(
            before("2026-11-21T12:34:56Z", "UTC"),
            "2026-11-20T12:34:56Z"
        );
        // Berlin, 25 October 2026: clocks went back, so 12:00 local is 13 hours after midnight.
        assert_eq!(
            before("2026-10-25T11:00:00Z", "Europe/Berlin"),
            "2026-10-24T11:00:00Z" // 13:00 local
        );
        // The last hour of that day of 25 has no counterpart in the 24 before it.
        assert_eq!(
            before("2026-10-25T22:30:00Z", "Europe/Berlin"),
            "2026-10-24T22:00:00Z" // the midnight between them
        );
    }
}
