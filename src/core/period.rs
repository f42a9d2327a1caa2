//! Calendar questions: the only place where a time zone meets a moment.

use jiff::{Timestamp, tz::TimeZone};

/// The moment at which the local day of `now` began in `zone`.
///
/// On a day whose midnight does not exist (clocks go forward at 00:00) it is the first moment of that day.
pub fn day_start(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let local = now.to_zoned(zone.clone());
    local.start_of_day().map_or(now, |start| start.timestamp())
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
}
