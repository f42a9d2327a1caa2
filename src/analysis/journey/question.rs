//! What journeys ask, from the parameters of an address.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::choice::EventChoice;
use crate::analysis::parameters::{AnalysisError, Asked};
use crate::core::range::{Period, Range};
use crate::query::condition::Checked;

/// Most steps: more columns fit no screen.
pub const STEPS_MAX: u64 = 8;
/// Most places of a step.
pub const TOP_MAX: u64 = 20;
/// Most sequences.
pub const SEQUENCES_MAX: u64 = 200;

/// Parameters of the address.
pub const PARAMETERS: [&str; 6] = ["event", "direction", "steps", "top", "limit", "format"];

/// Where one looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// At what came after.
    #[default]
    Forward,
    /// At what came before.
    Backward,
}

/// Directions with their names in addresses.
pub const DIRECTIONS: [(&str, Direction); 2] = [
    ("forward", Direction::Forward),
    ("backward", Direction::Backward),
];

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The event from which one looks, the first of a visit; without it its first or last one.
    pub event: Option<EventChoice>,
    /// Where to.
    pub direction: Direction,
    /// How many steps, the first among them.
    pub steps: usize,
    /// Most places of a step; the rest is one.
    pub top: usize,
    /// Most sequences.
    pub limit: usize,
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
        let event = asked
            .one("event")?
            .map(|text| EventChoice::parse("event", text));
        Ok(Question {
            event: event.transpose()?,
            direction: asked.choice("direction", &DIRECTIONS)?.unwrap_or_default(),
            steps: asked.number("steps", 2, STEPS_MAX)?.unwrap_or(5) as usize,
            top: asked.number("top", 1, TOP_MAX)?.unwrap_or(8) as usize,
            limit: asked.number("limit", 1, SEQUENCES_MAX)?.unwrap_or(20) as usize,
            period: asked.period(Range::Days(30), zone, now)?,
            filter: asked.filter()?,
        })
    }
}
