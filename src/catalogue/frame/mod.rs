//! The rows that a metric may aggregate, and the roll-ups that stand for them.
//!
//! A frame is a question that gives one row per fact of its grain, with measures that add up. A metric is written over
//! these measures alone, so the same text is right over raw rows and over a roll-up of them.

pub mod alias;
pub mod exchange;
pub mod visit;

use crate::core::sql::Sql;

/// What one row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    /// An attempt at an AI call.
    Call,
    /// An event of any kind.
    Event,
    /// A payment.
    Payment,
    /// A rating by a person.
    Rating,
    /// A visit: the events of one session.
    Visit,
}

/// The rows of one grain.
#[derive(Debug)]
pub struct Frame {
    /// What one row is.
    pub grain: Grain,
    /// The question over events; `$project` is bound, and holes are filled as [`alias`] and [`exchange`] say.
    pub raw: &'static str,
    /// Columns that add up, as the roll-ups hold them.
    pub measures: &'static [&'static str],
    /// Columns of people, for distinct counts.
    pub people: &'static [&'static str],
    /// What stands for whole local days of rows, the smallest first.
    pub rollups: &'static [Rollup],
}

/// Sums of a frame by local day.
#[derive(Debug)]
pub struct Rollup {
    /// Its table.
    pub table: &'static str,
    /// The question over that table.
    pub sql: &'static str,
    /// The dimensions it keeps, by their columns.
    pub dimensions: &'static [&'static str],
    /// The columns of people that it keeps.
    pub people: &'static [&'static str],
    /// Further columns that its rows are told apart by.
    pub told_by: &'static [&'static str],
}

/// Measures of a call, as `calls.sql` names them.
const CALL_MEASURES: &[&str] = &[
    "attempts",
    "valid",
    "succeeded",
    "failed",
    "cancelled",
    "requests",
    "retried",
    "refused",
    "rate_limited",
    "provider_faults",
    "caller_errors",
    "cut_off",
    "answered_from_cache",
    "tokens_in",
    "tokens_out",
    "uncached",
    "cache_read",
    "cache_write",
    "reasoning",
    "useful_tokens",
    "text_characters",
    "audio_length_ms",
    "images_made",
    "bytes_moved",
    "spent",
    "wasted",
    "avoided",
    "unpriced",
    "latency_n",
    "latency_sum",
    "ttft_n",
    "ttft_sum",
];

/// Measures of an event, as `events.sql` names them.
const EVENT_MEASURES: &[&str] = &[
    "events_n",
    "qualifying",
    "attempts",
    "requests",
    "succeeded",
    "tokens_all",
    "spent",
    "unpriced",
];

/// People of an event, as `events.sql` names them.
const EVENT_PEOPLE: &[&str] = &[
    "active_person",
    "asking_person",
    "unnamed_visitor",
    "identified_person",
];

/// Attempts at AI calls.
pub static CALLS: Frame = Frame {
    grain: Grain::Call,
    raw: include_str!("calls.sql"),
    measures: CALL_MEASURES,
    people: &["person"],
    rollups: &[Rollup {
        table: "calls_day",
        sql: include_str!("calls_day.sql"),
        dimensions: &[
            "provider",
            "model",
            "operation",
            "feature",
            "endpoint",
            "plan",
            "outcome",
            "error_type",
        ],
        people: &[],
        told_by: &[],
    }],
};

/// Events of any kind.
pub static EVENTS: Frame = Frame {
    grain: Grain::Event,
    raw: include_str!("events.sql"),
    measures: EVENT_MEASURES,
    people: EVENT_PEOPLE,
    rollups: &[
        Rollup {
            table: "people_day",
            sql: include_str!("people_day.sql"),
            dimensions: &["person", "account", "team", "plan"],
            people: EVENT_PEOPLE,
            told_by: &["named", "unnamed_visitor"],
        },
        Rollup {
            table: "features_day",
            sql: include_str!("features_day.sql"),
            dimensions: &["feature", "person"],
            people: EVENT_PEOPLE,
            told_by: &["named", "unnamed_visitor"],
        },
    ],
};

/// Payments.
pub static PAYMENTS: Frame = Frame {
    grain: Grain::Payment,
    raw: include_str!("payments.sql"),
    measures: &["paid", "payments_n", "foreign_payments_n"],
    people: &["person"],
    rollups: &[Rollup {
        table: "payments_day",
        sql: include_str!("payments_day.sql"),
        dimensions: &["currency", "plan"],
        people: &[],
        told_by: &[],
    }],
};

/// Ratings.
pub static RATINGS: Frame = Frame {
    grain: Grain::Rating,
    raw: include_str!("ratings.sql"),
    measures: &["positive", "negative", "ratings_n"],
    people: &["person"],
    rollups: &[Rollup {
        table: "ratings_day",
        sql: include_str!("ratings_day.sql"),
        dimensions: &["provider", "model", "feature", "plan"],
        people: &[],
        told_by: &[],
    }],
};

/// Visits. Their rows are no sums, so the table that stands for them is not a roll-up by day; see [`visit`].
pub static VISITS: Frame = Frame {
    grain: Grain::Visit,
    raw: include_str!("visits.sql"),
    measures: &["visits_n", "stay_us", "depth", "bounced"],
    people: &["visiting_person", "visiting_visitor"],
    rollups: &[],
};

/// Every frame.
pub static FRAMES: [&Frame; 5] = [&CALLS, &EVENTS, &PAYMENTS, &RATINGS, &VISITS];

impl Grain {
    /// Its frame.
    pub fn frame(self) -> &'static Frame {
        match self {
            Grain::Call => &CALLS,
            Grain::Event => &EVENTS,
            Grain::Payment => &PAYMENTS,
            Grain::Rating => &RATINGS,
            Grain::Visit => &VISITS,
        }
    }

    /// What one row is, in words.
    pub fn label(self) -> &'static str {
        match self {
            Grain::Call => "AI call (attempt)",
            Grain::Event => "event",
            Grain::Payment => "payment",
            Grain::Rating => "rating",
            Grain::Visit => "visit",
        }
    }
}

impl Frame {
    /// The columns of measures and people that a piece of SQL names.
    pub fn named_in(&self, sql: &str) -> impl Iterator<Item = &'static str> {
        let words: Vec<&str> = sql
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .collect();
        let columns = self.measures.iter().chain(self.people).copied();
        let named: Vec<&'static str> = columns.filter(|column| words.contains(column)).collect();
        named.into_iter()
    }

    /// The question over events.
    pub fn raw_sql(&self) -> Sql {
        Sql::text(self.raw)
    }

    /// The question over events from which roll-ups are made: it does not depend on what currencies are worth.
    pub fn kept_sql(&self) -> Sql {
        exchange::kept(&Sql::text(self.raw))
    }
}
