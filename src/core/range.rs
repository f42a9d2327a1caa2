//! The asked stretch of time: `30d`, or dates, resolved in the project's zone to moments and bars.
//!
//! Everything here is half open, `[from, to)`. Pure: now is an argument. SQL receives the resolved moments and the
//! zone's shifts as numbers, and does no calendar arithmetic of its own.

use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Unit as TimeUnit};

use crate::core::limits;

#[cfg(test)]
mod tests;

/// A stretch of time as a person asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// The last hour, by minutes.
    Hour,
    /// The last 24 hours, by hours.
    Day,
    /// This local day and those before it, this many in all.
    Days(u16),
    /// Local dates, both included.
    Dates(Date, Date),
    /// Moments, half open.
    Moments(Timestamp, Timestamp),
}

/// The ranges of the selector, with what they are called in addresses.
pub const RANGES: &[(&str, Range)] = &[
    ("1h", Range::Hour),
    ("24h", Range::Day),
    ("7d", Range::Days(7)),
    ("30d", Range::Days(30)),
    ("90d", Range::Days(90)),
    ("1y", Range::Days(365)),
];

/// The width of one bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A local day of 23 to 25 hours.
    Day,
    /// A local week, from Monday.
    Week,
    /// A local month.
    Month,
}

impl Interval {
    /// Every width, the smallest first.
    pub const ALL: [Interval; 5] = [
        Interval::Minute,
        Interval::Hour,
        Interval::Day,
        Interval::Week,
        Interval::Month,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Interval::Minute => "minute",
            Interval::Hour => "hour",
            Interval::Day => "day",
            Interval::Week => "week",
            Interval::Month => "month",
        }
    }

    /// The width with this name.
    pub fn parse(text: &str) -> Option<Interval> {
        Interval::ALL
            .into_iter()
            .find(|interval| interval.id() == text)
    }

    /// Whether it is a whole number of local days.
    pub fn is_calendar(self) -> bool {
        self >= Interval::Day
    }
}

/// Against what a figure is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compare {
    /// Nothing.
    #[default]
    None,
    /// The stretch of the same length just before.
    Previous,
    /// The same dates a year earlier.
    Year,
}

impl Compare {
    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Compare::None => "none",
            Compare::Previous => "previous",
            Compare::Year => "year",
        }
    }

    /// The comparison with this name.
    pub fn parse(text: &str) -> Option<Compare> {
        [Compare::None, Compare::Previous, Compare::Year]
            .into_iter()
            .find(|compare| compare.id() == text)
    }
}

/// Why a range cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// No range is called this.
    #[error("`range` is `{0}`; it must be one of 1h, 24h, 7d, 30d, 90d, 1y, or a number of days such as 14d up to {most}d", most = limits::RANGE_DAYS_MAX)]
    Unknown(String),
    /// Neither a date nor a moment.
    #[error(
        "`{name}` is `{value}`; it must be a date such as 2026-11-21 or a moment such as 2026-11-21T12:00:00Z"
    )]
    Moment {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// One end without the other.
    #[error("`from` and `to` must be given together, both as dates or both as moments")]
    OneEnd,
    /// It ends before it starts.
    #[error("the period ends ({end}) before it starts ({start})")]
    Reversed {
        /// The start.
        start: String,
        /// The end.
        end: String,
    },
    /// It is longer than any data.
    #[error("the period has {days} days; the most is {most}", most = limits::RANGE_DAYS_MAX)]
    TooLong {
        /// Its days.
        days: i64,
    },
    /// It would have too many bars.
    #[error("the period has about {bars} bars of one {interval}; the most is {most}: ask for a longer `interval` or a shorter period", most = limits::BUCKETS_MAX)]
    TooMany {
        /// Bars it would have.
        bars: i64,
        /// Their width.
        interval: &'static str,
    },
}

impl Range {
    /// Reads the parameters of an address: `range`, or `from` and `to`.
    ///
    /// # Errors
    /// With what is wrong, in words for the one who wrote the address.
    pub fn parse(
        range: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Option<Range>, RangeError> {
        match (
            from.filter(|text| !text.is_empty()),
            to.filter(|text| !text.is_empty()),
        ) {
            (Some(from), Some(to)) => return Range::between(from, to).map(Some),
            (None, None) => {}
            _ => return Err(RangeError::OneEnd),
        }
        let Some(text) = range.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if let Some((_, range)) = RANGES.iter().find(|(name, _)| *name == text) {
            return Ok(Some(*range));
        }
        let days = text
            .strip_suffix('d')
            .and_then(|days| days.parse::<u16>().ok());
        match days.filter(|days| (1..=limits::RANGE_DAYS_MAX).contains(days)) {
            Some(days) => Ok(Some(Range::Days(days))),
            None => Err(RangeError::Unknown(text.to_owned())),
        }
    }

    fn between(from: &str, to: &str) -> Result<Range, RangeError> {
        let wrong = |name: &'static str, value: &str| RangeError::Moment {
            name,
            value: value.to_owned(),
        };
        match (from.parse::<Timestamp>(), to.parse::<Timestamp>()) {
            (Ok(from), Ok(to)) => return Ok(Range::Moments(from, to)),
            (Ok(_), Err(_)) if to.parse::<Date>().is_ok() => return Err(RangeError::OneEnd),
            (Err(_), Ok(_)) if from.parse::<Date>().is_ok() => return Err(RangeError::OneEnd),
            _ => {}
        }
        let start = from.parse::<Date>().map_err(|_| wrong("from", from))?;
        let end = to.parse::<Date>().map_err(|_| wrong("to", to))?;
        Ok(Range::Dates(start, end))
    }

    /// As in an address: pairs of name and value.
    pub fn to_pairs(self) -> Vec<(&'static str, String)> {
        match self {
            Range::Dates(from, to) => vec![("from", from.to_string()), ("to", to.to_string())],
            Range::Moments(from, to) => vec![("from", from.to_string()), ("to", to.to_string())],
            named => vec![("range", named.to_string())],
        }
    }

    /// The width of a bar that suits this range.
    pub fn usual_interval(self) -> Interval {
        let by_days = |days: i64| match days {
            ..=2 => Interval::Hour,
            3..=190 => Interval::Day,
            191..=800 => Interval::Week,
            _ => Interval::Month,
        };
        match self {
            Range::Hour => Interval::Minute,
            Range::Day => Interval::Hour,
            Range::Days(days) => by_days(i64::from(days)),
            Range::Dates(from, to) => by_days(days_between(from, to) + 1),
            Range::Moments(from, to) => match to.as_second() - from.as_second() {
                ..=7_200 => Interval::Minute,
                seconds => by_days(seconds / 86_400),
            },
        }
    }

    /// The moments and bars of this range in `zone`, as of `now`.
    ///
    /// # Errors
    /// `Reversed`, `TooLong` or `TooMany`.
    pub fn resolve(
        self,
        interval: Option<Interval>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Period, RangeError> {
        let interval = interval.unwrap_or_else(|| self.usual_interval());
        let today = now.to_zoned(zone.clone()).date();
        let (from, to) = match self {
            Range::Hour => (floor(now, 60) - 59.minutes(), now),
            Range::Day => (floor(now, 3_600) - 23.hours(), now),
            Range::Days(days) => (midnight(back(today, i64::from(days) - 1), zone), now),
            Range::Dates(from, to) => {
                check_order(from, to)?;
                (midnight(from, zone), midnight(forward(to, 1), zone))
            }
            Range::Moments(from, to) => {
                check_order(from, to)?;
                (from, to)
            }
        };
        let days = (to.as_second() - from.as_second()) / 86_400;
        if days > i64::from(limits::RANGE_DAYS_MAX) + 1 {
            return Err(RangeError::TooLong { days });
        }
        let period = Period {
            range: self,
            from,
            to,
            interval,
            zone: zone.clone(),
            now,
        };
        let bars = period.bars_about();
        if bars > limits::BUCKETS_MAX as i64 {
            return Err(RangeError::TooMany {
                bars,
                interval: interval.id(),
            });
        }
        Ok(period)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = RANGES.iter().find(|(_, range)| range == self) {
            return formatter.write_str(name);
        }
        match self {
            Range::Days(days) => write!(formatter, "{days}d"),
            Range::Dates(from, to) => write!(formatter, "{from} to {to}"),
            Range::Moments(from, to) => write!(formatter, "{from} to {to}"),
            Range::Hour | Range::Day => Ok(()),
        }
    }
}

/// A resolved range.
#[derive(Clone, Debug)]
pub struct Period {
    /// What was asked.
    pub range: Range,
    /// Its first moment.
    pub from: Timestamp,
    /// The moment after it.
    pub to: Timestamp,
    /// Width of a bar.
    pub interval: Interval,
    /// The zone whose days are meant.
    pub zone: TimeZone,
    /// When it was asked.
    pub now: Timestamp,
}

impl Period {
    /// Forgets when it was asked, also where it ends then: what is asked again a moment later looks the same.
    pub fn undate(&mut self) {
        if self.to == self.now {
            self.to = Timestamp::UNIX_EPOCH;
        }
        self.now = Timestamp::UNIX_EPOCH;
    }
}

/// One bar: a stretch of the period, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment after it; for the last bar the period's end at most.
    pub to: Timestamp,
    /// Whether it is not over yet, or the period begins or ends inside of it.
    pub is_partial: bool,
}

/// A stretch with one difference between local time and UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The first moment, in microseconds.
    pub from: i64,
    /// What is added to UTC to get local time, in microseconds.
    pub by: i64,
}

impl Period {
    /// The bars, oldest first; each local day has its own length.
    pub fn buckets(&self) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        let mut start = self.bar_start(self.from);
        while start < self.to && buckets.len() <= limits::BUCKETS_MAX {
            let end = self.bar_end(start);
            let (from, to) = (start.max(self.from), end.min(self.to));
            buckets.push(Bucket {
                from,
                to,
                is_partial: from > start || to < end || end > self.now,
            });
            start = end;
        }
        buckets
    }

    /// The first moment of the bar that holds `moment`.
    pub fn bar_start(&self, moment: Timestamp) -> Timestamp {
        match self.interval {
            Interval::Minute => floor(moment, 60),
            Interval::Hour => self.hour_start(moment),
            Interval::Day => midnight(self.date(moment), &self.zone),
            Interval::Week => midnight(week_start(self.date(moment)), &self.zone),
            Interval::Month => midnight(self.date(moment).first_of_month(), &self.zone),
        }
    }

    fn bar_end(&self, start: Timestamp) -> Timestamp {
        match self.interval {
            Interval::Minute => start + 1.minute(),
            Interval::Hour => start + 1.hour(),
            Interval::Day => midnight(forward(self.date(start), 1), &self.zone),
            Interval::Week => midnight(forward(week_start(self.date(start)), 7), &self.zone),
            Interval::Month => {
                let first = self.date(start).first_of_month();
                let next = first.checked_add(1.month()).unwrap_or(Date::MAX);
                midnight(next, &self.zone)
            }
        }
    }

    /// Hours begin with the period where it begins at a local midnight, so that zones off by half an hour have whole ones.
    fn hour_start(&self, moment: Timestamp) -> Timestamp {
        let into_hour = self.from.as_second().rem_euclid(3_600);
        let anchored = self.is_midnight(self.from);
        let anchor = if anchored { into_hour } else { 0 };
        let second = moment.as_second();
        let start = (second - anchor).div_euclid(3_600) * 3_600 + anchor;
        Timestamp::from_second(start).unwrap_or(moment)
    }

    /// The local date of a moment.
    pub fn date(&self, moment: Timestamp) -> Date {
        moment.to_zoned(self.zone.clone()).date()
    }

    /// Whether a moment is the start of a local day.
    pub fn is_midnight(&self, moment: Timestamp) -> bool {
        midnight(self.date(moment), &self.zone) == moment
    }

    /// The whole local days inside: the first one and the one after the last; `None` if there is no whole day.
    pub fn whole_days(&self) -> Option<(Date, Date)> {
        let first = self.date(self.from);
        let first = match self.is_midnight(self.from) {
            true => first,
            false => forward(first, 1),
        };
        let end = self.date(self.to);
        (first < end).then_some((first, end))
    }

    /// The differences between local time and UTC inside, in order.
    pub fn shifts(&self) -> Vec<Shift> {
        shifts(&self.zone, self.from, self.to)
    }

    /// The period to compare with: the same elapsed part of what went before. `None` if nothing is compared, or at
    /// the ends of the calendar.
    pub fn compared(&self, compare: Compare) -> Option<Period> {
        let moved = |moment: Timestamp, span: Span| {
            let local = moment.to_zoned(self.zone.clone());
            local.checked_sub(span).ok().map(|local| local.timestamp())
        };
        let span = match compare {
            Compare::None => return None,
            Compare::Year => 1.year(),
            Compare::Previous => match self.range {
                Range::Hour => 1.hour(),
                Range::Day => 24.hours(),
                Range::Days(days) => i64::from(days).days(),
                Range::Dates(from, to) => (days_between(from, to) + 1).days(),
                Range::Moments(from, to) => (to.as_second() - from.as_second()).max(1).seconds(),
            },
        };
        Some(Period {
            from: moved(self.from, span)?,
            to: moved(self.to, span)?,
            ..self.clone()
        })
    }

    /// Seconds from start to end.
    pub fn seconds(&self) -> f64 {
        (self.to.as_microsecond() - self.from.as_microsecond()) as f64 / 1e6
    }

    fn bars_about(&self) -> i64 {
        let seconds = self.to.as_second() - self.from.as_second();
        let width = match self.interval {
            Interval::Minute => 60,
            Interval::Hour => 3_600,
            Interval::Day => 86_400,
            Interval::Week => 7 * 86_400,
            Interval::Month => 28 * 86_400,
        };
        seconds / width + 1
    }
}

/// The differences between local time and UTC from `from` to `to`, in order; at least one.
pub fn shifts(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Shift> {
    let by = |moment: Timestamp| i64::from(zone.to_offset(moment).seconds()) * 1_000_000;
    let mut shifts = vec![Shift {
        from: from.as_microsecond(),
        by: by(from),
    }];
    for change in zone.following(from) {
        let at = change.timestamp();
        if at >= to {
            break;
        }
        let next = by(at);
        if shifts.last().is_some_and(|last| last.by != next) {
            shifts.push(Shift {
                from: at.as_microsecond(),
                by: next,
            });
        }
    }
    shifts
}

/// The first moment of a local day; where midnight does not exist, the first one that does.
pub fn midnight(date: Date, zone: &TimeZone) -> Timestamp {
    let start = date
        .to_zoned(zone.clone())
        .and_then(|day| day.start_of_day());
    start.map_or(Timestamp::MIN, |start| start.timestamp())
}

/// Monday of a date's week.
pub fn week_start(date: Date) -> Date {
    back(date, i64::from(date.weekday().since(Weekday::Monday)))
}

fn floor(moment: Timestamp, seconds: i64) -> Timestamp {
    let start = moment.as_second().div_euclid(seconds) * seconds;
    Timestamp::from_second(start).unwrap_or(moment)
}

fn back(date: Date, days: i64) -> Date {
    date.checked_sub(days.days()).unwrap_or(Date::MIN)
}

fn forward(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(Date::MAX)
}

fn days_between(from: Date, to: Date) -> i64 {
    let span = from.until((TimeUnit::Day, to));
    span.map_or(0, |span| i64::from(span.get_days()))
}

fn check_order<T: PartialOrd + fmt::Display>(from: T, to: T) -> Result<(), RangeError> {
    match from <= to {
        true => Ok(()),
        false => Err(RangeError::Reversed {
            start: from.to_string(),
            end: to.to_string(),
        }),
    }
}
