//! "Why is my event missing?": what each step let through, what was refused and why, and the latest such events.

use askama::Template;

use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::shell::{Shell, Tone};

/// One figure of the strip at the top.
#[derive(Clone, Debug)]
pub struct Total {
    /// Its name: "Stored", "Rejected".
    pub label: &'static str,
    /// The count, with separators.
    pub value: String,
    /// One short fact below: "98.02 % of what arrived".
    pub note: String,
    /// How it is coloured.
    pub tone: Tone,
}

/// A step of the pipeline.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// The step's name, as people read it: "Bot filter".
    pub name: String,
    /// What the step does, as a sentence.
    pub help: String,
    /// Events that reached the step.
    pub reached: String,
    /// Events that the step stopped.
    pub stopped: String,
    /// Whether it stopped any.
    pub has_stopped: bool,
    /// The share of all events that passed it, as a bar: "98.2"; `None` before there are any.
    pub passed_percent: Option<String>,
}

/// A reason that occurred.
#[derive(Clone, Debug)]
pub struct ReasonChip {
    /// The reason's code, which is the value of `?reason=`.
    pub code: String,
    /// The reason in words.
    pub label: String,
    /// How often it occurred.
    pub count: String,
    /// Whether the list below shows only this reason.
    pub is_current: bool,
}

/// What happened to an event that was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingOutcome {
    /// It broke a rule; the sender was told.
    Rejected,
    /// It was understood, and not wanted: a bot, a foreign origin, too many.
    Dropped,
    /// Its id was stored before, so it counts once.
    Duplicate,
}

impl MissingOutcome {
    /// The word on the page.
    pub fn label(self) -> &'static str {
        match self {
            MissingOutcome::Rejected => "Rejected",
            MissingOutcome::Dropped => "Dropped",
            MissingOutcome::Duplicate => "Duplicate",
        }
    }

    /// The pill's class.
    pub fn class(self) -> &'static str {
        match self {
            MissingOutcome::Rejected => "bad",
            MissingOutcome::Dropped => "warn",
            MissingOutcome::Duplicate => "",
        }
    }
}

/// An event that was not stored.
#[derive(Clone, Debug)]
pub struct MissingRow {
    /// When it arrived.
    pub when: Moment,
    /// What happened to it.
    pub outcome: MissingOutcome,
    /// Why, as a sentence with the value and the rule.
    pub reason: String,
    /// What the sender can do; empty where nothing is to be done.
    pub remedy: String,
    /// The event's type; may be empty.
    pub event_type: String,
    /// The event's id; may be empty.
    pub event_id: String,
    /// The name of the key it came with; may be empty.
    pub key_name: String,
}

/// `GET /ingest`, narrowed by `?reason=CODE`.
#[derive(Template)]
#[template(path = "missing.html")]
pub struct MissingPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Since when the counts run: "since the start 3 h ago".
    pub since: String,
    /// The four figures of the strip: received, stored, rejected or dropped, duplicates.
    pub totals: Vec<Total>,
    /// The steps, in order.
    pub steps: Vec<StepRow>,
    /// Reasons that occurred, most frequent first.
    pub reasons: Vec<ReasonChip>,
    /// Whether `reasons` has a current one.
    pub is_filtered: bool,
    /// The latest events that were not stored, newest first.
    pub rows: Vec<MissingRow>,
    /// How many are kept, in words: "the last 500".
    pub kept: String,
}
