//! What retention gives: rows of cells, the average of what is finished, and whom it covers.

use jiff::civil::Date;

use crate::analysis::retention::calendar::Stage;
use crate::analysis::retention::question::Question;
use crate::core::range::Period;
use crate::query::answers::{Figures, Timed};

/// A cell: a part of a whole, of people or of ten-thousandths of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Who came back, or what was paid.
    pub part: i64,
    /// Of whom, or of what was paid in the cohort's own stretch.
    pub whole: i64,
    /// How far its stretch is.
    pub stage: Stage,
}

impl Cell {
    /// The share; `None` of nothing, and before the stretch has begun.
    pub fn share(&self) -> Option<f64> {
        (self.whole > 0 && self.stage != Stage::Future)
            .then(|| self.part as f64 / self.whole as f64)
    }
}

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// Those who began in the stretch from this day.
    Cohort(Date),
    /// Those of all cohorts with this value at their start.
    Value(Option<String>),
    /// Those with any other value.
    Other,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it stands for.
    pub head: Head,
    /// How many people it has.
    pub size: u64,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// How much of what happened in the cohorts' time is told by the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Users who did something.
    pub users: u64,
    /// Anonymous ids that did something and that no user is known for.
    pub anonymous: u64,
    /// Interactions that name a user.
    pub user_events: u64,
    /// Interactions of everybody, also without any id.
    pub events: u64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// Cohorts, oldest first, or values of the split, largest first.
    pub rows: Vec<Row>,
    /// Over the finished cells of each column, weighted by size; `None` where there are none.
    pub average: Vec<Option<Cell>>,
    /// Whom it covers.
    pub coverage: Coverage,
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
        self.rows.len() * self.question.columns
    }
}
