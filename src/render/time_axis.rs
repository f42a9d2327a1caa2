//! The buckets of a time chart, with the words that stand below the axis and in the tooltip.
//!
//! Buckets come from the answer, already resolved in the project's zone; here they only get their words, so that
//! no script does calendar arithmetic.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// How long a bucket is, as far as its words care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
}

impl Step {
    /// From the length of the first bucket; a day has 23 to 25 hours, a month 28 to 31 days.
    fn of(length_s: i64) -> Self {
        const HOUR_S: i64 = 3_600;
        match length_s {
            ..HOUR_S => Self::Minutes,
            HOUR_S..72_000 => Self::Hours,
            72_000..518_400 => Self::Days,
            518_400..1_728_000 => Self::Weeks,
            1_728_000.. => Self::Months,
        }
    }

    /// Below the axis, where there is little room.
    fn label(self, start: Timestamp, zone: &TimeZone) -> String {
        let local = start.to_zoned(zone.clone());
        let form = match self {
            // Midnight is told by its date, or a week of hours would repeat itself.
            Step::Minutes | Step::Hours if local.hour() == 0 && local.minute() == 0 => "%-d %b",
            Step::Minutes | Step::Hours => "%H:%M",
            Step::Days | Step::Weeks => "%-d %b",
            Step::Months if local.month() == 1 => "%b %Y",
            Step::Months => "%b",
        };
        local.strftime(form).to_string()
    }

    /// In the tooltip and in tables.
    fn title(self, start: Timestamp, end: Timestamp, zone: &TimeZone) -> String {
        let local = start.to_zoned(zone.clone());
        let form = match self {
            Step::Minutes | Step::Hours => "%a %-d %b, %H:%M",
            Step::Days => "%a %-d %b %Y",
            Step::Months => "%B %Y",
            Step::Weeks => {
                // The end is the first moment that is no longer in it.
                let last = Timestamp::from_second(end.as_second() - 1).unwrap_or(start);
                let last = last.to_zoned(zone.clone());
                return format!(
                    "{} to {}",
                    local.strftime("%-d %b"),
                    last.strftime("%-d %b %Y")
                );
            }
        };
        local.strftime(form).to_string()
    }
}

/// Buckets of a time chart, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeAxis {
    /// The start of each bucket, in milliseconds since 1970.
    pub starts: Vec<i64>,
    /// The end of the last bucket: the first moment that is no longer in it.
    pub end: i64,
    /// What stands below the axis: "21 Nov", "14:00".
    pub labels: Vec<String>,
    /// What stands in the tooltip and in tables: "Sat 21 Nov 2026".
    pub titles: Vec<String>,
    /// The same for the buckets of the earlier period, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_titles: Option<Vec<String>>,
}

impl TimeAxis {
    /// Buckets that start at `starts`, oldest first; the last one ends at `end`.
    pub fn new(starts: &[Timestamp], end: Timestamp, zone: &TimeZone) -> Self {
        let step = step_of(starts, end);
        Self {
            starts: starts.iter().map(|start| start.as_millisecond()).collect(),
            end: end.as_millisecond(),
            labels: starts
                .iter()
                .map(|start| step.label(*start, zone))
                .collect(),
            titles: titles(step, starts, end, zone),
            previous_titles: None,
        }
    }

    /// The same axis with the buckets of the period it is compared with.
    #[must_use]
    pub fn compared_with(mut self, starts: &[Timestamp], end: Timestamp, zone: &TimeZone) -> Self {
        self.previous_titles = Some(titles(step_of(starts, end), starts, end, zone));
        self
    }
}

fn step_of(starts: &[Timestamp], end: Timestamp) -> Step {
    let first = starts.first().copied().unwrap_or(end);
    let second = starts.get(1).copied().unwrap_or(end);
    Step::of(second.as_second() - first.as_second())
}

fn titles(step: Step, starts: &[Timestamp], end: Timestamp, zone: &TimeZone) -> Vec<String> {
    let ends = starts.iter().skip(1).chain(std::iter::once(&end));
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| step.title(*start, *end, zone))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::TimeAxis;

    fn axis(starts: &[&str], end: &str, zone: &str) -> TimeAxis {
        let at = |text: &str| text.parse::<Timestamp>().expect("a literal");
        let starts: Vec<Timestamp> = starts.iter().map(|start| at(start)).collect();
        let zone = TimeZone::get(zone).expect("a known zone");
        TimeAxis::new(&starts, at(end), &zone)
    }

    #[test]
    fn days_are_named_in_the_projects_zone_also_when_clocks_change() {
        // 29 March 2026 has 23 hours in Berlin.
        let axis = axis(
            &["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
            "2026-03-30T22:00:00Z",
            "Europe/Berlin",
        );

        assert_eq!(axis.labels, ["29 Mar", "30 Mar"]);
        assert_eq!(axis.titles, ["Sun 29 Mar 2026", "Mon 30 Mar 2026"]);
        assert_eq!(axis.starts, [1_774_738_800_000, 1_774_821_600_000]);
        assert_eq!(axis.end, 1_774_908_000_000);
    }

    #[test]
    fn midnight_among_hours_is_told_by_its_date() {
        let axis = axis(
            &[
                "2026-11-20T23:00:00Z",
                "2026-11-21T00:00:00Z",
                "2026-11-21T01:00:00Z",
            ],
            "2026-11-21T02:00:00Z",
            "UTC",
        );

        assert_eq!(axis.labels, ["23:00", "21 Nov", "01:00"]);
        assert_eq!(axis.titles[1], "Sat 21 Nov, 00:00");
    }

    #[test]
    fn weeks_say_their_last_day_and_months_their_year() {
        let weeks = axis(&["2026-11-16T00:00:00Z"], "2026-11-23T00:00:00Z", "UTC");
        let months = axis(
            &["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
            "2027-02-01T00:00:00Z",
            "UTC",
        );

        assert_eq!(weeks.titles, ["16 Nov to 22 Nov 2026"]);
        assert_eq!(months.labels, ["Dec", "Jan 2027"]);
        assert_eq!(months.titles, ["December 2026", "January 2027"]);
    }

    #[test]
    fn an_axis_without_buckets_is_empty() {
        let axis = axis(&[], "2026-11-23T00:00:00Z", "UTC");

        assert!(axis.labels.is_empty() && axis.titles.is_empty());
    }
}
