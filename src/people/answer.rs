//! What is asked about people, and an answer as lines of figures: pages, JSON and CSV read the same ones.

use jiff::Timestamp;

use crate::core::range::Period;
use crate::core::value::{Better, Unit, Value};
use crate::query::answers::Figures;

/// A question about people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// New, churned, resurrected, and how many there are.
    Growth,
    /// Daily, weekly and monthly active people, and stickiness.
    Active,
    /// New, returning, resurrecting and dormant.
    Lifecycle,
    /// People by their number of active days in 28.
    ActiveDays,
    /// How much and how often people use the product.
    Engagement,
    /// People by stage.
    Stages,
    /// People by recency, frequency and money.
    Rfm,
    /// Who uses which feature, and how soon.
    Features,
    /// How long and how deep sessions are.
    Sessions,
    /// Sessions by length.
    SessionLengths,
}

impl Topic {
    /// Every question.
    pub const ALL: [Topic; 10] = [
        Topic::Growth,
        Topic::Active,
        Topic::Lifecycle,
        Topic::ActiveDays,
        Topic::Engagement,
        Topic::Stages,
        Topic::Rfm,
        Topic::Features,
        Topic::Sessions,
        Topic::SessionLengths,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Topic::Growth => "growth",
            Topic::Active => "active",
            Topic::Lifecycle => "lifecycle",
            Topic::ActiveDays => "active_days",
            Topic::Engagement => "engagement",
            Topic::Stages => "stages",
            Topic::Rfm => "rfm",
            Topic::Features => "features",
            Topic::Sessions => "sessions",
            Topic::SessionLengths => "session_lengths",
        }
    }

    /// The question with this name.
    pub fn parse(text: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.id() == text)
    }

    /// What a line is, as id and name.
    pub fn keys(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Topic::Growth | Topic::Active | Topic::Lifecycle | Topic::Sessions => {
                &[("from", "From")]
            }
            Topic::ActiveDays => &[("days", "Active days")],
            Topic::Engagement => &[],
            Topic::Stages => &[("stage", "Stage"), ("advice", "What to do")],
            Topic::Rfm => &[
                ("recency", "Recency"),
                ("value", "Frequency and money"),
                ("cell", "Cell"),
            ],
            Topic::Features => &[("feature", "Feature")],
            Topic::SessionLengths => &[("length", "Length")],
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name in JSON and CSV.
    pub id: &'static str,
    /// Its name on pages.
    pub label: &'static str,
    /// Its formula, in a sentence.
    pub help: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Whether more is good.
    pub better: Better,
}

/// One line.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// What it is about, as [`Topic::keys`] names it.
    pub keys: Vec<String>,
    /// The start of its bar, if it has one.
    pub from: Option<Timestamp>,
    /// One figure a measure.
    pub values: Vec<Value>,
    /// Whether its bar is not over, or looks back further than there is data.
    pub is_partial: bool,
}

/// Of whom the figures are: people can be followed over days by a user id, or by an anonymous id that the product
/// keeps; cookieless visitors cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Active people with a user id.
    pub identified: i64,
    /// Active people with an anonymous id only.
    pub anonymous: i64,
    /// Active cookieless visitors, each counted anew every day; they are in no figure about people.
    pub cookieless: i64,
}

impl Coverage {
    /// Identified people as a share of all active visitors; `None` if there is nobody.
    pub fn share(&self) -> Option<f64> {
        let all = self.identified + self.anonymous + self.cookieless;
        (all > 0).then(|| self.identified as f64 / all as f64)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Table {
    /// What was asked.
    pub topic: Topic,
    /// Over which period.
    pub period: Period,
    /// What the columns hold.
    pub measures: Vec<Measure>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Figures of the whole period, where there are any.
    pub total: Option<Line>,
    /// Of whom.
    pub coverage: Coverage,
    /// Everything below this sequence number is in it.
    pub commit: u64,
}

impl Figures for Table {
    fn figures(&self) -> usize {
        (self.lines.len() + 1) * self.measures.len()
    }
}

impl Table {
    /// The figures of one column.
    pub fn column(&self, id: &str) -> Vec<Option<f64>> {
        let place = self.measures.iter().position(|measure| measure.id == id);
        let value = |line: &Line| line.values.get(place?).and_then(|value| value.as_f64());
        self.lines.iter().map(value).collect()
    }

    /// The column with this id.
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// The figure of a column in the line for the whole.
    pub fn total_of(&self, id: &str) -> Value {
        let place = self.measures.iter().position(|measure| measure.id == id);
        let value = place.and_then(|place| self.total.as_ref()?.values.get(place).copied());
        value.unwrap_or_default()
    }
}
