//! One rule of a segment: what holds for a person, as text and back.
//!
//! ```text
//! did:at_least:3:30:query_sent;feature:is:chat   did an event 3 times or more in the last 30 days
//! did:at_most:2:7:*                              any interaction; also exactly
//! first_seen:before:2026-01-01                   first active day ever; also since, that day or later
//! plan:is:pro                                    the latest plan that an event of theirs named; country likewise
//! feature:is:chat                                used it at any time
//! stage:in:growth,mature                         lifecycle stage today
//! rfm:is:champion                                class of recency, frequency and money; a cell is 5-4
//! ```
//! The last four take the tests of a filter; each and its negation divide the people.

use std::fmt;

use jiff::civil::Date;

use crate::analysis::choice::EventChoice;
use crate::analysis::parameters::AnalysisError;
use crate::core::filter::{Condition, Filter, FilterError, Test};
use crate::people::rfm;
use crate::people::stage::Stage;

/// Longest look back, in days.
pub const DAYS_MAX: u16 = 730;
/// Most times that an event can be asked for.
pub const TIMES_MAX: u32 = 1_000_000;

/// How often is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Often {
    /// So often or more.
    AtLeast,
    /// So often or less, also never.
    AtMost,
    /// Just so often.
    Exactly,
}

/// Comparisons with their names in rules and on pages.
pub const OFTEN: [(&str, Often, &str); 3] = [
    ("at_least", Often::AtLeast, "at least"),
    ("at_most", Often::AtMost, "at most"),
    ("exactly", Often::Exactly, "exactly"),
];

/// What people are told apart by, beside what they did.
pub const FIELDS: [(&str, &str); 5] = [
    ("plan", "Plan"),
    ("country", "Country"),
    ("feature", "Used feature"),
    ("stage", "Lifecycle stage"),
    ("rfm", "RFM class"),
];

/// A rule.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Did an event so often in the last days.
    Did {
        /// The event.
        event: EventChoice,
        /// How it is compared.
        often: Often,
        /// How often.
        times: u32,
        /// In how many local days, today the last.
        days: u16,
    },
    /// First seen before a local day, or on it or later.
    FirstSeen {
        /// The day.
        day: Date,
        /// Whether before it.
        is_before: bool,
    },
    /// A field of [`FIELDS`].
    Is(Condition),
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Of no known kind.
    #[error(
        "`{0}` is no rule; a rule begins with did, first_seen, plan, country, feature, stage or rfm, for example did:at_least:3:30:query_sent or plan:is:pro"
    )]
    Unknown(String),
    /// A `did` without its parts.
    #[error(
        "`{0}` is no rule; write did:at_least:TIMES:DAYS:EVENT, or at_most or exactly, for example did:at_least:3:30:query_sent"
    )]
    Did(String),
    /// A number out of its bounds.
    #[error("{name} is `{value}`; it must be a whole number from {least} to {most}")]
    Number {
        /// What it counts.
        name: &'static str,
        /// The value.
        value: String,
        /// The smallest.
        least: u32,
        /// The largest.
        most: u32,
    },
    /// No day.
    #[error(
        "`{0}` is no rule; write first_seen:before:DAY or first_seen:since:DAY with a day such as 2026-01-31"
    )]
    FirstSeen(String),
    /// A value that the field never has.
    #[error("`{field}` is `{value}`; it must be one of {known}")]
    Value {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The known ones.
        known: String,
    },
    /// A test that means nothing for the field.
    #[error(
        "`{0}` compares numbers; use is, is_not, in, not_in, contains, not_contains, exists or missing"
    )]
    Test(String),
    /// A segment within a segment.
    #[error("a segment cannot be made of another one; repeat the rules of `{0}`")]
    Nested(String),
    /// The filter of a field.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The event.
    #[error(transparent)]
    Event(#[from] AnalysisError),
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// With what is wrong and how to write it.
    pub fn parse(text: &str) -> Result<Rule, RuleError> {
        let text = text.trim();
        let short = || text.chars().take(80).collect::<String>();
        let (kind, rest) = text
            .split_once(':')
            .ok_or_else(|| RuleError::Unknown(short()))?;
        match kind.trim_start_matches('!') {
            "did" => did(rest).map_err(|error| error.unwrap_or(RuleError::Did(short()))),
            "first_seen" => first_seen(rest).ok_or_else(|| RuleError::FirstSeen(short())),
            field if FIELDS.iter().any(|(known, _)| *known == field) => value(text),
            _ => Err(RuleError::Unknown(short())),
        }
    }

    /// As people read it, without a stop.
    pub fn label(&self) -> String {
        match self {
            Rule::Did {
                event,
                often,
                times,
                days,
            } => {
                let often = OFTEN.iter().find(|(_, known, _)| known == often);
                let often = often.map_or("", |(_, _, words)| *words);
                let times = match times {
                    1 => "once".to_owned(),
                    times => format!("{times} times"),
                };
                let days = match days {
                    1 => "today".to_owned(),
                    days => format!("in {days} days"),
                };
                format!("Did {} {often} {times} {days}", event.label())
            }
            Rule::FirstSeen { day, is_before } => match is_before {
                true => format!("First seen before {day}"),
                false => format!("First seen on {day} or later"),
            },
            Rule::Is(condition) => {
                let field = FIELDS.iter().find(|(id, _)| *id == condition.field);
                let shown = |value: &String| match condition.field.as_str() {
                    "stage" => Stage::parse(value)
                        .map_or_else(|| value.clone(), |stage| stage.label().to_owned()),
                    _ => value.clone(),
                };
                let values: Vec<String> = condition.values.iter().map(shown).collect();
                let label = format!(
                    "{} {} {}",
                    field.map_or(condition.field.as_str(), |(_, label)| *label),
                    condition.test_name().replace('_', " "),
                    values.join(", ")
                );
                label.trim_end().to_owned()
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Did {
                event,
                often,
                times,
                days,
            } => {
                let often = OFTEN.iter().find(|(_, known, _)| known == often);
                let often = often.map_or("", |(id, _, _)| *id);
                write!(formatter, "did:{often}:{times}:{days}:{}", event.to_text())
            }
            Rule::FirstSeen { day, is_before } => {
                let word = if *is_before { "before" } else { "since" };
                write!(formatter, "first_seen:{word}:{day}")
            }
            Rule::Is(condition) => condition.fmt(formatter),
        }
    }
}

/// `AT_LEAST:TIMES:DAYS:EVENT`; an error of `None` is one of form.
fn did(text: &str) -> Result<Rule, Option<RuleError>> {
    let mut parts = text.splitn(4, ':');
    let mut part = || parts.next().ok_or(None);
    let (often, times, days, event) = (part()?, part()?, part()?, part()?);
    let (_, often, _) = OFTEN.iter().find(|(id, _, _)| *id == often).ok_or(None)?;
    let least = match often {
        Often::AtLeast => 1,
        Often::AtMost | Often::Exactly => 0,
    };
    let times = number("the number of times", times, least, TIMES_MAX)?;
    let days = number("the number of days", days, 1, u32::from(DAYS_MAX))?;
    let event = EventChoice::parse("event", event).map_err(|error| Some(error.into()))?;
    let nested = event.filter.fields().any(|field| field.is_segment());
    match nested {
        true => Err(Some(RuleError::Nested(event.to_text()))),
        false => Ok(Rule::Did {
            event,
            often: *often,
            times,
            days: u16::try_from(days).unwrap_or(DAYS_MAX),
        }),
    }
}

fn number(name: &'static str, text: &str, least: u32, most: u32) -> Result<u32, RuleError> {
    let number = text.trim().parse().ok();
    let wrong = || RuleError::Number {
        name,
        value: text.chars().take(40).collect(),
        least,
        most,
    };
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(wrong)
}

fn first_seen(text: &str) -> Option<Rule> {
    let (word, day) = text.split_once(':')?;
    let is_before = match word {
        "before" => true,
        "since" => false,
        _ => return None,
    };
    let day = day.trim().parse().ok()?;
    Some(Rule::FirstSeen { day, is_before })
}

fn value(text: &str) -> Result<Rule, RuleError> {
    let filter = Filter::parse([text])?;
    let mut conditions = filter.conditions();
    let (Some(condition), None) = (conditions.next(), conditions.next()) else {
        return Err(RuleError::Filter(FilterError::Form(
            text.chars().take(80).collect(),
        )));
    };
    if matches!(condition.test, Test::Greater | Test::Less) {
        return Err(RuleError::Test(text.chars().take(80).collect()));
    }
    let known: Vec<String> = match condition.field.as_str() {
        "stage" => Stage::ALL.map(|stage| stage.id().to_owned()).to_vec(),
        "rfm" => rfm::labels()
            .into_iter()
            .map(str::to_owned)
            .chain((1..=5).flat_map(|r| (1..=5).map(move |fm| format!("{r}-{fm}"))))
            .collect(),
        _ => Vec::new(),
    };
    let mut given = condition
        .values
        .iter()
        .filter(|_| condition.test != Test::Contains);
    let wrong =
        given.find(|value| !known.is_empty() && !value.is_empty() && !known.contains(value));
    match wrong {
        Some(value) => Err(RuleError::Value {
            field: condition.field.clone(),
            value: value.chars().take(40).collect(),
            known: known.join(", "),
        }),
        None => Ok(Rule::Is(condition.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_it_was_read_and_told_in_words() {
        for (text, label) in [
            (
                "did:at_least:3:30:query_sent;feature:is:chat",
                "Did Query sent (feature is chat) at least 3 times in 30 days",
            ),
            (
                "did:at_most:1:1:*",
                "Did Any interaction at most once today",
            ),
            (
                "did:exactly:0:7:a|b",
                "Did A or B exactly 0 times in 7 days",
            ),
            (
                "first_seen:before:2026-01-31",
                "First seen before 2026-01-31",
            ),
            (
                "first_seen:since:2026-01-31",
                "First seen on 2026-01-31 or later",
            ),
            ("plan:is_not:pro", "Plan is not pro"),
            ("country:missing", "Country missing"),
            ("feature:in:a,b\\;c", "Used feature in a, b;c"),
            ("stage:is:at_risk", "Lifecycle stage is At risk"),
            ("rfm:in:champion,5-4", "RFM class in champion, 5-4"),
        ] {
            let rule = Rule::parse(text).expect(text);
            assert_eq!(rule.to_string(), text);
            assert_eq!(rule.label(), label);
        }
    }

    #[test]
    fn what_is_no_rule_is_told_with_value_rule_and_remedy() {
        for (text, says) in [
            ("", "a rule begins with did"),
            ("model:is:x", "a rule begins with did"),
            ("did:often:3:30:a", "write did:at_least:TIMES:DAYS:EVENT"),
            ("did:at_least:3:30", "write did:at_least:TIMES:DAYS:EVENT"),
            (
                "did:at_least:0:30:a",
                "the number of times is `0`; it must be a whole number from 1",
            ),
            ("did:at_most:-1:30:a", "whole number from 0 to 1000000"),
            (
                "did:at_least:1:731:a",
                "the number of days is `731`; it must be a whole number from 1 to 730",
            ),
            ("did:at_least:1:3:", "write the event's name"),
            ("did:at_least:1:3:a;nothing", "field:test:value"),
            (
                "did:at_least:1:3:a;segment:is:x",
                "cannot be made of another",
            ),
            ("first_seen:after:2026-01-01", "first_seen:since:DAY"),
            ("first_seen:before:yesterday", "such as 2026-01-31"),
            ("plan:is:a;plan:is:b", "field:test:value"),
            ("plan:greater:3", "compares numbers"),
            ("stage:is:old", "must be one of activation"),
            ("rfm:is:6-1", "must be one of"),
        ] {
            let error = Rule::parse(text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
