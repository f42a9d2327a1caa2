//! The days, weeks or months that retention looks at, in the project's zone.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::analysis::parameters::AnalysisError;
use crate::analysis::retention::question::{COHORTS_MAX, Question};
use crate::core::range::{Interval, Shift, midnight, shifts, week_start};
use crate::core::sql::{Binds, Sql};
use crate::store::rollup::local_day;

/// The number of everything before the first cohort.
const BEFORE: i64 = -1;

/// How far a stretch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Over.
    Finished,
    /// Begun, and not over.
    Running,
    /// Not begun.
    Future,
}

/// The stretches: first the cohorts', then those of their columns.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// How many of them are cohorts.
    pub cohorts: usize,
    /// The first day of each.
    pub dates: Vec<Date>,
    interval: Interval,
    /// The first moment of each, and the moment after the last, in microseconds.
    bounds: Vec<i64>,
    places: HashMap<i64, usize>,
    shifts: Vec<Shift>,
    now: i64,
}

impl Calendar {
    /// The calendar of a question.
    ///
    /// # Errors
    /// If there are more cohorts than a page can hold.
    pub fn new(question: &Question) -> Result<Calendar, AnalysisError> {
        let period = &question.period;
        let last =
            jiff::Timestamp::from_microsecond(period.to.as_microsecond() - 1).unwrap_or(period.to);
        let last = last.min(period.now);
        let mut date = first_day(period.date(period.from), question.interval);
        let (mut dates, mut cohorts) = (vec![date], 1);
        loop {
            let next = next_day(date, question.interval);
            if next > period.date(last) {
                break;
            }
            (date, cohorts) = (next, cohorts + 1);
            dates.push(date);
            if cohorts > 10 * COHORTS_MAX {
                break;
            }
        }
        if cohorts > COHORTS_MAX {
            return Err(AnalysisError::Cohorts {
                interval: question.interval.id(),
                most: COHORTS_MAX,
            });
        }
        for _ in 1..question.columns {
            date = next_day(date, question.interval);
            dates.push(date);
        }
        let moment = |date: Date| midnight(date, &period.zone);
        let mut bounds: Vec<i64> = dates
            .iter()
            .map(|date| moment(*date).as_microsecond())
            .collect();
        bounds.push(moment(next_day(date, question.interval)).as_microsecond());
        let from = moment(dates[0]);
        let places = dates
            .iter()
            .enumerate()
            .map(|(place, date)| (day_number(*date), place))
            .collect();
        Ok(Calendar {
            cohorts,
            shifts: shifts(&period.zone, from, period.now.max(from)),
            dates,
            interval: question.interval,
            bounds,
            places,
            now: period.now.as_microsecond(),
        })
    }

    /// The first moment of the first cohort.
    pub fn from(&self) -> i64 {
        self.bounds[0]
    }

    /// The moment until which events are looked at.
    pub fn until(&self) -> i64 {
        self.now
    }

    /// How far a stretch is.
    pub fn stage(&self, place: usize) -> Stage {
        match (self.bounds.get(place), self.bounds.get(place + 1)) {
            (Some(_), Some(end)) if *end <= self.now => Stage::Finished,
            (Some(start), _) if *start <= self.now => Stage::Running,
            _ => Stage::Future,
        }
    }

    /// The stretch with a number that SQL gave; `None` before the first.
    pub fn place(&self, number: i64) -> Option<usize> {
        match number {
            BEFORE => None,
            // Beyond the last column there is only "later".
            number => Some(
                self.places
                    .get(&number)
                    .copied()
                    .unwrap_or(self.dates.len()),
            ),
        }
    }

    /// The stretch of a moment; `None` before the first.
    pub fn place_of(&self, moment: i64) -> Option<usize> {
        self.bounds
            .partition_point(|bound| *bound <= moment)
            .checked_sub(1)
    }

    /// SQL for the number of the stretch of `occurred_at`.
    pub fn number_of_moment(&self, binds: &mut Binds) -> Sql {
        Sql::text("CASE WHEN occurred_at < make_timestamp({{from}}) THEN -1 ELSE {{number}} END")
            .fill("from", &binds.whole(self.from()))
            .fill(
                "number",
                &self.word().fill("day", &local_day(&self.shifts, binds)),
            )
    }

    /// SQL for the number of the stretch of the column `day`.
    pub fn number_of_day(&self, binds: &mut Binds) -> Sql {
        Sql::text("CASE WHEN day_number(day) < {{first}} THEN -1 ELSE {{number}} END")
            .fill("first", &binds.whole(day_number(self.dates[0])))
            .fill("number", &self.word().fill("day", &Sql::text("day")))
    }

    fn word(&self) -> Sql {
        Sql::text(match self.interval {
            Interval::Month => "month_number({{day}})",
            Interval::Week => "week_number({{day}})",
            Interval::Minute | Interval::Hour | Interval::Day => "day_number({{day}})",
        })
    }
}

fn first_day(date: Date, interval: Interval) -> Date {
    match interval {
        Interval::Month => date.first_of_month(),
        Interval::Week => week_start(date),
        Interval::Minute | Interval::Hour | Interval::Day => date,
    }
}

fn next_day(date: Date, interval: Interval) -> Date {
    let span = match interval {
        Interval::Month => 1.month(),
        Interval::Week => 7.days(),
        Interval::Minute | Interval::Hour | Interval::Day => 1.day(),
    };
    date.checked_add(span).unwrap_or(Date::MAX)
}

fn day_number(date: Date) -> i64 {
    let day = date.to_zoned(jiff::tz::TimeZone::UTC);
    day.map_or(0, |day| day.timestamp().as_second() / 86_400)
}
