//! What a funnel gives.

use crate::analysis::funnel::question::Question;
use crate::analysis::statistic::Share;
use crate::core::range::Period;
use crate::query::answers::{Figures, Timed};

/// One step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// People who reached it, whether or not their attempt may still go on.
    pub people: u64,
    /// Of them, those whose attempt is over: finished, broken, or with its window.
    pub settled: u64,
    /// Of them, those who went no further yet but still may.
    pub open: u64,
    /// Of them, those who went no further and whose window is over.
    pub dropped: u64,
    /// Of those who reached the step before.
    pub of_previous: Share,
    /// Of those who entered.
    pub of_first: Share,
    /// How many times the next figures are taken of.
    pub timed: u64,
    /// Median time from the step before.
    pub median_us: Option<f64>,
    /// Nine of ten were faster.
    pub p90_us: Option<f64>,
    /// Median time from the entry.
    pub from_entry_median_us: Option<f64>,
    /// Nine of ten were faster from the entry.
    pub from_entry_p90_us: Option<f64>,
}

/// The rate of the whole way: of attempts that are over, those that finished.
pub fn whole_way(steps: &[Step]) -> Share {
    Share {
        part: steps.last().map_or(0, |step| step.settled),
        whole: steps.first().map_or(0, |step| step.settled),
    }
}

/// Fewest times under a median.
pub const MEDIAN_MIN: u64 = 20;
/// Fewest times under a 90th percentile.
pub const P90_MIN: u64 = 100;

/// The steps of one value of the split.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The value; `None` is its absence.
    pub value: Option<String>,
    /// Whether it stands for all values that have no row of their own.
    pub is_other: bool,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// Somebody behind a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Whether that is a user id; else an anonymous id.
    pub is_user: bool,
    /// When they entered, in microseconds.
    pub entered_at: i64,
    /// Steps they took.
    pub depth: usize,
    /// When they took the last of them.
    pub last_at: i64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// The steps of everybody.
    pub steps: Vec<Step>,
    /// The same of the earlier period, seen as long after it.
    pub before: Option<(Period, Vec<Step>)>,
    /// By value of the split, the largest first.
    pub parts: Vec<Part>,
    /// People all of whose attempts were removed by the exclusion.
    pub removed: u64,
    /// People who entered and have a user id; `None` for visits.
    pub users: Option<u64>,
    /// The people behind the asked step, the latest entry first.
    pub people: Vec<Person>,
    /// Whether there are more.
    pub is_cut: bool,
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
        (self.parts.len() + 2) * self.steps.len() + self.people.len()
    }
}

impl Answer {
    /// The rate of the whole way, open attempts left out.
    pub fn rate(&self) -> Share {
        whole_way(&self.steps)
    }

    /// People who entered.
    pub fn entered(&self) -> u64 {
        self.steps.first().map_or(0, |step| step.people)
    }

    /// Attempts that may still go on.
    pub fn open(&self) -> u64 {
        self.steps.iter().map(|step| step.open).sum()
    }
}
