//! The hours of the week: how much happens in each, as a mean over the times it occurred.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::choice::is_interaction;
use crate::analysis::grouped::Passes;
use crate::analysis::identity::{self, Identity};
use crate::analysis::inquiry::Inquiry;
use crate::analysis::parameters::{AnalysisError, Asked};
use crate::core::range::{Period, Range, Shift};
use crate::core::sql::{Binds, Sql};
use crate::query::answers::{Figures, Timed};
use crate::query::condition::Checked;
use crate::store::engine::EngineError;
use crate::store::study::by_row;

#[cfg(test)]
mod tests;

const HOUR_US: i64 = 3_600_000_000;
/// Hours of a week.
const WEEK: i64 = 168;
/// The first hour of 1970 was one of a Thursday; weeks begin on Monday.
const MONDAY: i64 = 3 * 24;

/// Parameters of the address.
pub const PARAMETERS: [&str; 2] = ["measure", "format"];

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// What people did.
    #[default]
    Interactions,
    /// Who did something: each person once an hour. Visitors without an id are left out.
    People,
    /// What the product asked a model, once for all attempts.
    Requests,
    /// What that cost, in billionths of a US dollar.
    Cost,
}

/// Measures with their names in addresses.
pub const MEASURES: [(&str, Measure); 4] = [
    ("interactions", Measure::Interactions),
    ("people", Measure::People),
    ("requests", Measure::Requests),
    ("cost", Measure::Cost),
];

impl Measure {
    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Measure::Interactions => "Interactions",
            Measure::People => "People",
            Measure::Requests => "Requests",
            Measure::Cost => "Cost",
        }
    }

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        MEASURES
            .iter()
            .find(|(_, measure)| *measure == self)
            .map_or("", |(id, _)| id)
    }

    /// What is summed over the rows of an hour; `None` for people, who are counted once.
    fn sum(self) -> Option<Sql> {
        Some(Sql::text(match self {
            Measure::Interactions => "count(*)",
            Measure::People => return None,
            Measure::Requests => "count(*) FILTER (coalesce(attempt, 1) <= 1)",
            Measure::Cost => "CAST(coalesce(sum(cost), 0) * 1000000000 AS BIGINT)",
        }))
    }

    /// Which rows count.
    fn rows(self, binds: &mut Binds) -> Sql {
        match self {
            Measure::Interactions => is_interaction(binds),
            Measure::People => {
                Sql::text("person IS NOT NULL AND ({{rows}})").fill("rows", &is_interaction(binds))
            }
            Measure::Requests | Measure::Cost => Sql::text("outcome IS NOT NULL"),
        }
    }
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is counted.
    pub measure: Measure,
    /// When.
    pub period: Period,
    /// Which events count.
    pub filter: Checked,
}

impl Question {
    /// Reads an address. `others` are parameters that belong to the address alone.
    ///
    /// # Errors
    /// The first thing that is wrong, in words for the one who wrote the address.
    pub fn parse(
        query: &str,
        others: &[&str],
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Question, AnalysisError> {
        let asked = Asked::parse(query, &PARAMETERS, others)?;
        Ok(Question {
            measure: asked.choice("measure", &MEASURES)?.unwrap_or_default(),
            period: asked.period(Range::Days(30), zone, now)?,
            filter: asked.filter()?,
        })
    }
}

/// One hour of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Everything in it, over all its occurrences.
    pub total: i64,
    /// How often it occurred, from its first moment to its last.
    pub occurrences: u32,
}

impl Hour {
    /// The mean of an occurrence; `None` if it did not occur.
    pub fn mean(self) -> Option<f64> {
        (self.occurrences > 0).then(|| self.total as f64 / f64::from(self.occurrences))
    }
}

/// The answer: hours from Monday 0:00, in the project's zone.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// 168 of them.
    pub hours: Vec<Hour>,
    /// Everything with a lower sequence number is in the answer.
    pub commit: u64,
}

impl Timed for Question {
    fn period_mut(&mut self) -> &mut Period {
        &mut self.period
    }
}

impl Figures for Answer {
    fn figures(&self) -> usize {
        self.hours.len()
    }
}

/// Answers. The hours that the period cuts, and the one that still runs, are left out.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(inquiry: &Inquiry, question: Question) -> Result<Answer, EngineError> {
    let stretches = stretches(&question.period);
    let mut hours = vec![Hour::default(); WEEK as usize];
    for stretch in &stretches {
        for number in stretch.first..stretch.end {
            hours[of_week(number)].occurrences += 1;
        }
        if stretch.first >= stretch.end {
            continue;
        }
        let totals = match question.measure.sum() {
            Some(value) => sums(inquiry, &question, stretch, &value)?,
            None => people(inquiry, &question, stretch)?,
        };
        for (hour, total) in hours.iter_mut().zip(totals) {
            hour.total += total;
        }
    }
    Ok(Answer {
        question,
        hours,
        commit: inquiry.commit,
    })
}

/// Sums by hour of the week.
fn sums(
    inquiry: &Inquiry,
    question: &Question,
    stretch: &Stretch,
    value: &Sql,
) -> Result<Vec<i64>, EngineError> {
    let (rows, mut binds) = rows(question, stretch);
    let hour = hour(stretch, &mut binds);
    let sql = Sql::text("SELECT {{hour}} AS h, CAST({{value}} AS BIGINT) {{rows}} GROUP BY h")
        .fill("hour", &hour)
        .fill("value", value)
        .fill("rows", &rows);
    let mut totals = vec![0; WEEK as usize];
    inquiry.numbers(&sql, &binds, |columns| {
        for [number, total] in by_row(columns) {
            totals[of_week(number)] += total;
        }
    })?;
    Ok(totals)
}

/// People by hour of the week, each once in every hour that there was.
fn people(
    inquiry: &Inquiry,
    question: &Question,
    stretch: &Stretch,
) -> Result<Vec<i64>, EngineError> {
    let (rows, mut binds) = rows(question, stretch);
    let hour = hour(stretch, &mut binds);
    let sql = Sql::text("SELECT CAST(person AS BIGINT), {{hour}} {{rows}}")
        .fill("hour", &hour)
        .fill("rows", &rows);
    let identity = Identity::read(inquiry)?;
    let mut totals = vec![0; WEEK as usize];
    // By person, one more than the hour in which they were seen last: events come nearly in order, so most of what
    // somebody does again in an hour is left out at once.
    let mut last: Vec<u32> = Vec::new();
    let mut passes = Passes::of::<u32>();
    while let Some(grouped) = passes.next(inquiry, &sql, &binds, |[person, number]: [i64; 2]| {
        let person = identity.resolve(person as u32);
        let (place, hour) = (person as usize, (number - stretch.first) as u32);
        if place >= last.len() {
            last.resize(place + 1, 0);
        }
        let is_again = std::mem::replace(&mut last[place], hour + 1) == hour + 1;
        (!is_again).then_some((i64::from(person), hour))
    })? {
        let parts = grouped.fold(
            || vec![0; WEEK as usize],
            |totals, _, hours| {
                hours.sort_unstable();
                for of_hour in hours.chunk_by(|one, next| one == next) {
                    totals[of_week(stretch.first + i64::from(of_hour[0]))] += 1;
                }
            },
        );
        for (total, part) in totals.iter_mut().zip(parts.into_iter().flatten()) {
            *total += part;
        }
        last.clear();
    }
    Ok(totals)
}

/// Where the rows of a stretch come from.
fn rows(question: &Question, stretch: &Stretch) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let counted = question.measure.rows(&mut binds);
    let sql = Sql::text(
        "FROM {{events}} WHERE project = $project AND occurred_at >= make_timestamp({{from}}) \
         AND occurred_at < make_timestamp({{to}}) AND {{counted}} AND {{filter}}",
    )
    .fill("events", &identity::events([&question.filter]))
    .fill("from", &binds.whole(stretch.first * HOUR_US - stretch.by))
    .fill("to", &binds.whole(stretch.end * HOUR_US - stretch.by))
    .fill("counted", &counted)
    .fill("filter", &question.filter.sql(&mut binds));
    (sql, binds)
}

fn hour(stretch: &Stretch, binds: &mut Binds) -> Sql {
    Sql::text("hour_number(occurred_at, {{by}})").fill("by", &binds.whole(stretch.by))
}

/// Whole local hours with one difference to UTC, by number: hours of local time since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    by: i64,
    first: i64,
    end: i64,
}

/// The whole hours of a period that are over. Where clocks go back an hour of local time comes twice, with another
/// difference each time; where they go forward one does not come.
fn stretches(period: &Period) -> Vec<Stretch> {
    let to = period.to.min(period.now).as_microsecond();
    let shifts = period.shifts();
    let ends = shifts.iter().skip(1).map(|shift| shift.from).chain([to]);
    let whole = |(shift, end): (&Shift, i64)| {
        let first = (shift.from + shift.by).div_euclid(HOUR_US)
            + i64::from((shift.from + shift.by).rem_euclid(HOUR_US) != 0);
        Stretch {
            by: shift.by,
            first,
            end: (end.min(to) + shift.by).div_euclid(HOUR_US),
        }
    };
    shifts.iter().zip(ends).map(whole).collect()
}

fn of_week(number: i64) -> usize {
    (number + MONDAY).rem_euclid(WEEK) as usize
}
