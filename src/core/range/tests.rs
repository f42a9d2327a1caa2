//! Ranges and periods on literal dates, days with 23 and 25 hours among them.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").expect("a known zone")
}

fn resolve(range: &str, interval: Option<Interval>, zone: &TimeZone, now: &str) -> Period {
    let range = Range::parse(Some(range), None, None)
        .expect("a range")
        .expect("one");
    range.resolve(interval, zone, at(now)).expect("a period")
}

fn dates(from: &str, to: &str, interval: Interval, zone: &TimeZone) -> Result<Period, RangeError> {
    let range = Range::parse(None, Some(from), Some(to))?.expect("one");
    range.resolve(Some(interval), zone, at("2026-11-21T12:00:00Z"))
}

#[test]
fn thirty_days_are_today_and_the_twenty_nine_before_it() {
    let period = resolve("30d", None, &berlin(), "2026-11-21T12:00:00Z");
    assert_eq!(
        period.from,
        at("2026-10-22T22:00:00Z"),
        "summer time held then"
    );
    assert_eq!(period.to, at("2026-11-21T12:00:00Z"));
    let buckets = period.buckets();
    assert_eq!(buckets.len(), 30);
    assert_eq!(buckets.iter().filter(|bucket| bucket.is_partial).count(), 1);
    assert!(buckets[29].is_partial, "today is not over");
}

#[test]
fn hours_of_a_day_on_which_clocks_change() {
    let spring = dates("2026-03-29", "2026-03-29", Interval::Hour, &berlin()).expect("a period");
    assert_eq!(spring.buckets().len(), 23);
    let autumn = dates("2026-10-25", "2026-10-25", Interval::Hour, &berlin()).expect("a period");
    assert_eq!(autumn.buckets().len(), 25);
    let day = dates("2026-03-29", "2026-03-29", Interval::Day, &berlin()).expect("a period");
    let bucket = day.buckets()[0];
    assert_eq!(bucket.to.as_second() - bucket.from.as_second(), 23 * 3_600);
    assert_eq!(
        spring
            .shifts()
            .iter()
            .map(|s| s.by / 3_600_000_000)
            .collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn hours_begin_at_local_midnight_in_zones_that_are_off_by_half_an_hour() {
    let india = TimeZone::get("Asia/Kolkata").expect("a known zone");
    let period = dates("2026-11-01", "2026-11-01", Interval::Hour, &india).expect("a period");
    let buckets = period.buckets();
    assert_eq!(
        (buckets.len(), buckets[0].from),
        (24, at("2026-10-31T18:30:00Z"))
    );
    assert!(buckets.iter().all(|bucket| !bucket.is_partial));
}

#[test]
fn weeks_begin_on_monday_and_months_on_the_first() {
    let weeks =
        dates("2026-11-01", "2026-11-16", Interval::Week, &TimeZone::UTC).expect("a period");
    let starts: Vec<String> = weeks.buckets().iter().map(|b| b.from.to_string()).collect();
    assert_eq!(
        starts,
        [
            "2026-11-01T00:00:00Z",
            "2026-11-02T00:00:00Z",
            "2026-11-09T00:00:00Z",
            "2026-11-16T00:00:00Z"
        ]
    );
    let partial: Vec<bool> = weeks.buckets().iter().map(|b| b.is_partial).collect();
    assert_eq!(partial, [true, false, false, true]);
    let months =
        dates("2026-01-15", "2026-03-31", Interval::Month, &TimeZone::UTC).expect("a period");
    assert_eq!(months.buckets().len(), 3);
}

#[test]
fn the_previous_period_has_the_same_elapsed_part() {
    let period = resolve("7d", None, &berlin(), "2026-03-30T10:00:00Z");
    let before = period.compared(Compare::Previous).expect("a period");
    // Noon in Berlin is 10:00 UTC in summer and 11:00 UTC in winter.
    assert_eq!(before.to, at("2026-03-23T11:00:00Z"));
    assert_eq!(before.from, at("2026-03-16T23:00:00Z"));
    let year = period.compared(Compare::Year).expect("a period");
    assert_eq!(year.to, at("2025-03-30T10:00:00Z"));
    assert!(period.compared(Compare::None).is_none());
}

#[test]
fn dates_include_their_last_day() {
    let period =
        dates("2026-11-01", "2026-11-02", Interval::Day, &TimeZone::UTC).expect("a period");
    assert_eq!(period.to, at("2026-11-03T00:00:00Z"));
    assert_eq!(
        period
            .whole_days()
            .map(|(a, b)| (a.to_string(), b.to_string())),
        Some(("2026-11-01".into(), "2026-11-03".into()))
    );
    let hour = resolve("24h", None, &TimeZone::UTC, "2026-11-21T12:30:00Z");
    assert_eq!((hour.buckets().len(), hour.whole_days()), (24, None));
}

#[test]
fn what_cannot_be_used_is_told_with_its_rule() {
    let text = |result: Result<Period, RangeError>| result.expect_err("refused").to_string();
    assert!(
        text(dates(
            "2026-11-02",
            "2026-11-01",
            Interval::Day,
            &TimeZone::UTC
        ))
        .contains("before it starts")
    );
    assert!(
        text(dates(
            "2016-11-01",
            "2026-11-01",
            Interval::Minute,
            &TimeZone::UTC
        ))
        .contains("the most is")
    );
    for (range, from, to) in [
        (Some("3w"), None, None),
        (Some("0d"), None, None),
        (None, Some("2026-11-01"), None),
        (None, Some("yesterday"), Some("2026-11-01")),
        (None, Some("2026-11-01"), Some("2026-11-02T00:00:00Z")),
    ] {
        assert!(
            Range::parse(range, from, to).is_err(),
            "{range:?} {from:?} {to:?}"
        );
    }
}

#[test]
fn a_range_survives_its_address() {
    for range in ["1h", "24h", "7d", "14d", "1y"] {
        let parsed = Range::parse(Some(range), None, None)
            .expect("a range")
            .expect("one");
        let pairs = parsed.to_pairs();
        assert_eq!(pairs, [("range", range.to_owned())]);
    }
    let dates = Range::parse(None, Some("2026-01-01"), Some("2026-01-31"))
        .expect("a range")
        .expect("one");
    let pairs = dates.to_pairs();
    assert_eq!(
        Range::parse(None, Some(&pairs[0].1), Some(&pairs[1].1)),
        Ok(Some(dates))
    );
}
