//! What retention asks, from the parameters of an address.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::choice::EventChoice;
use crate::analysis::parameters::{AnalysisError, Asked};
use crate::core::range::{Interval, Period, Range};
use crate::query::condition::Checked;
use crate::query::field::Field;

/// Most cohorts.
pub const COHORTS_MAX: usize = 60;
/// Most columns.
pub const COLUMNS_MAX: u64 = 60;
/// Values of a split, unless asked otherwise.
const VALUES: u64 = 7;
/// Most values of a split.
pub const VALUES_MAX: u64 = 20;

/// Parameters of the address.
pub const PARAMETERS: [&str; 9] = [
    "start", "return", "interval", "mode", "columns", "people", "measure", "limit", "format",
];

/// When a return counts for a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// In that very week.
    #[default]
    On,
    /// In that week or any later one.
    OnOrAfter,
}

/// Modes with their names in addresses.
pub const MODES: [(&str, Mode); 2] = [("on", Mode::On), ("on_or_after", Mode::OnOrAfter)];

/// Whose days are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Users, by the events that name them.
    #[default]
    Identified,
    /// Anonymous ids too; what an id did before its user logged in is the user's.
    All,
}

/// Choices of people with their names in addresses.
pub const WHOSE: [(&str, Whose); 2] = [("identified", Whose::Identified), ("all", Whose::All)];

/// What is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// People.
    #[default]
    People,
    /// What they pay, in the project's currency at the exchange rates of the days.
    Revenue,
}

/// Measures with their names in addresses.
pub const MEASURES: [(&str, Measure); 2] =
    [("people", Measure::People), ("revenue", Measure::Revenue)];

/// Widths of cohorts with their names in addresses.
pub const INTERVALS: [(&str, Interval); 3] = [
    ("day", Interval::Day),
    ("week", Interval::Week),
    ("month", Interval::Month),
];

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// What makes somebody a member of a cohort, the first time ever.
    pub start: EventChoice,
    /// What is a return.
    pub back: EventChoice,
    /// Width of cohorts and columns.
    pub interval: Interval,
    /// When a return counts.
    pub mode: Mode,
    /// How many columns, the cohort's own among them.
    pub columns: usize,
    /// Whose.
    pub whose: Whose,
    /// What is kept.
    pub measure: Measure,
    /// When cohorts begin; those that it cuts are whole.
    pub period: Period,
    /// Which events count.
    pub filter: Checked,
    /// By what it is split, at the start.
    pub by: Option<Field>,
    /// Most values of the split.
    pub limit: usize,
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
        let event = |name: &'static str| EventChoice::parse(name, asked.one(name)?.unwrap_or("*"));
        let interval = asked
            .choice("interval", &INTERVALS)?
            .unwrap_or(Interval::Week);
        let (usual, columns) = match interval {
            Interval::Day => (Range::Days(15), 15),
            Interval::Month => (Range::Days(365), 13),
            Interval::Minute | Interval::Hour | Interval::Week => (Range::Days(91), 13),
        };
        let range = asked.range(usual)?;
        let mode = asked.choice("mode", &MODES)?.unwrap_or_default();
        let measure = asked.choice("measure", &MEASURES)?.unwrap_or_default();
        if (mode, measure) == (Mode::OnOrAfter, Measure::Revenue) {
            return Err(AnalysisError::Choice {
                name: "mode",
                value: "on_or_after".to_owned(),
                known: "on, where revenue is measured".to_owned(),
            });
        }
        Ok(Question {
            start: event("start")?,
            back: event("return")?,
            interval,
            mode,
            columns: asked.number("columns", 2, COLUMNS_MAX)?.unwrap_or(columns) as usize,
            whose: asked.choice("people", &WHOSE)?.unwrap_or_default(),
            measure,
            period: range
                .resolve(Some(Interval::Month), zone, now)
                .map(|period| Period { interval, ..period })?,
            filter: asked.filter()?,
            by: asked.split()?,
            limit: asked.number("limit", 1, VALUES_MAX)?.unwrap_or(VALUES) as usize,
        })
    }
}
