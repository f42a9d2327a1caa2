//! What a funnel asks, from the parameters of an address and back.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::choice::EventChoice;
use crate::analysis::parameters::{AnalysisError, Asked};
use crate::core::range::{Compare, Period, Range};
use crate::query::condition::Checked;
use crate::query::field::Field;

/// Fewest steps.
pub const STEPS_MIN: usize = 2;
/// Most steps: more fit no screen, and their bits fit one small number.
pub const STEPS_MAX: usize = 10;
/// Longest window in days.
pub const WINDOW_DAYS_MAX: u64 = 365;
/// Most people listed behind a step.
pub const PEOPLE_MAX: u64 = 1_000;
/// Window, unless asked otherwise: 7 days.
const WINDOW_US: i64 = 7 * 86_400_000_000;
/// Values of a split, unless asked otherwise.
const VALUES: u64 = 5;
/// Most values of a split.
pub const VALUES_MAX: u64 = 20;

/// Parameters of a funnel's address.
pub const PARAMETERS: [&str; 10] = [
    "step", "exclude", "order", "window", "unit", "compare", "limit", "people", "state", "format",
];

/// In which order steps must be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// One after the other, with anything between.
    #[default]
    Sequential,
    /// One right after the other.
    Strict,
    /// In any order.
    Any,
}

/// Orders with their names in addresses.
pub const ORDERS: [(&str, Order); 3] = [
    ("sequential", Order::Sequential),
    ("strict", Order::Strict),
    ("any", Order::Any),
];

/// Who takes the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// A person: a user, or an anonymous id that no user has claimed.
    #[default]
    User,
    /// One visit of anybody.
    Visit,
}

/// Units with their names in addresses.
pub const UNITS: [(&str, Unit); 2] = [("user", Unit::User), ("visit", Unit::Visit)];

/// Which people behind a step are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// Those who reached it.
    #[default]
    Reached,
    /// Those who reached it and went no further, and whose window is over.
    Dropped,
    /// Those who may still go on.
    Open,
}

/// Lists with their names in addresses.
pub const LISTS: [(&str, Listed); 3] = [
    ("reached", Listed::Reached),
    ("dropped", Listed::Dropped),
    ("open", Listed::Open),
];

/// A funnel.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its steps, from 2 to 10.
    pub steps: Vec<EventChoice>,
    /// What must not happen on the way.
    pub exclude: Option<EventChoice>,
    /// In which order.
    pub order: Order,
    /// How long after the entry a step counts, in microseconds.
    pub window_us: i64,
    /// Who.
    pub unit: Unit,
    /// When they enter.
    pub period: Period,
    /// Against what.
    pub compare: Compare,
    /// Which events count.
    pub filter: Checked,
    /// By what it is split, at the entry.
    pub by: Option<Field>,
    /// Most values of the split.
    pub limit: usize,
    /// The people behind this step, from 1.
    pub people: Option<(usize, Listed)>,
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
        let steps: Vec<EventChoice> = asked
            .all("step")
            .map(|text| EventChoice::parse("step", text))
            .collect::<Result<_, _>>()?;
        if !(STEPS_MIN..=STEPS_MAX).contains(&steps.len()) {
            return Err(AnalysisError::Count {
                name: "step",
                count: steps.len(),
                least: STEPS_MIN,
                most: STEPS_MAX,
            });
        }
        let exclude = asked
            .one("exclude")?
            .map(|text| EventChoice::parse("exclude", text));
        let people = asked.number("people", 1, steps.len() as u64)?;
        let listed = asked.choice("state", &LISTS)?.unwrap_or_default();
        Ok(Question {
            exclude: exclude.transpose()?,
            order: asked.choice("order", &ORDERS)?.unwrap_or_default(),
            window_us: asked
                .length_us("window", WINDOW_DAYS_MAX)?
                .unwrap_or(WINDOW_US),
            unit: asked.choice("unit", &UNITS)?.unwrap_or_default(),
            period: asked.period(Range::Days(30), zone, now)?,
            compare: asked.compare()?,
            filter: asked.filter()?,
            by: asked.split()?,
            limit: asked.number("limit", 1, VALUES_MAX)?.unwrap_or(VALUES) as usize,
            people: people.map(|step| (step as usize, listed)),
            steps,
        })
    }

    /// The earlier period, and the moment from which it is looked at: as long after it as now is after this one, so
    /// that entries of both have had the same time.
    pub fn compared(&self) -> Option<(Period, Timestamp)> {
        let period = self.period.compared(self.compare)?;
        let age = self.period.now.as_microsecond() - self.period.to.as_microsecond();
        let as_of = Timestamp::from_microsecond(period.to.as_microsecond() + age).ok()?;
        Some((period, as_of))
    }

    /// What its steps are called.
    pub fn labels(&self) -> Vec<String> {
        match self.order {
            Order::Sequential | Order::Strict => {
                self.steps.iter().map(EventChoice::label).collect()
            }
            Order::Any => (1..=self.steps.len())
                .map(|step| format!("{step} of {}", self.steps.len()))
                .collect(),
        }
    }
}

/// A window as in an address: `7d`, `12h`, `30m`.
pub fn window_text(window_us: i64) -> String {
    let minutes = window_us / 60_000_000;
    match (minutes % 1_440, minutes % 60) {
        (0, _) => format!("{}d", minutes / 1_440),
        (_, 0) => format!("{}h", minutes / 60),
        _ => format!("{minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Question, AnalysisError> {
        let now = "2026-11-21T12:00:00Z".parse().expect("a moment");
        Question::parse(query, &["project"], &TimeZone::UTC, now)
    }

    #[test]
    fn a_funnel_is_its_steps_and_the_rest_has_usual_values() {
        let question = parse("project=a&step=sign_up&step=trial_started").expect("a funnel");
        assert_eq!(question.labels(), ["Sign up", "Trial started"]);
        assert_eq!(
            (question.order, question.unit),
            (Order::Sequential, Unit::User)
        );
        assert_eq!(window_text(question.window_us), "7d");
        assert_eq!(question.period.range, Range::Days(30));
    }

    #[test]
    fn what_is_no_funnel_is_refused_in_words() {
        for (query, says) in [
            ("step=a", "there are 1 of `step`; it must be from 2 to 10"),
            ("step=a&step=b&order=random", "sequential, strict, any"),
            ("step=a&step=b&window=400d", "at most 365d"),
            ("step=a&step=b&people=3", "from 1 to 2"),
            ("step=a&step=b&by=user", "several people share"),
            ("step=a&step=b&steps=c", "known are step, exclude"),
            ("step=a&step=b;plan", "field:test:value"),
        ] {
            let text = parse(query).expect_err(query).to_string();
            assert!(text.contains(says), "{query}: {text}");
        }
    }

    #[test]
    fn the_earlier_period_is_seen_as_long_after_it_as_this_one() {
        let question = parse("step=a&step=b&from=2026-11-01&to=2026-11-10&compare=previous")
            .expect("a funnel");
        let (period, as_of) = question.compared().expect("an earlier one");
        // The period ended on the 11th at midnight, 10.5 days before now; the earlier one on the 1st.
        assert_eq!(period.to.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(as_of.to_string(), "2026-11-11T12:00:00Z");
    }
}
