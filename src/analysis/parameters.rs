//! The parameters of an address that asks an analysis: its own by name, range and filter as everywhere.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::form_urlencoded::{self, Serializer};

use crate::core::filter::FilterError;
use crate::core::range::{Compare, Interval, Period, Range, RangeError};
use crate::query::condition::Checked;
use crate::query::field::{Field, FieldError};
use crate::query::question::{Parameters, QuestionError};

/// Parameters that every analysis has.
const COMMON: [&str; 5] = ["range", "from", "to", "filter", "by"];

/// Why parameters ask nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnalysisError {
    /// A parameter that this analysis has not.
    #[error("`{name}` is no parameter here; known are {known}")]
    Parameter {
        /// Its name.
        name: String,
        /// The known ones.
        known: String,
    },
    /// A parameter that may be given once.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A value that is none of a few.
    #[error("`{name}` is `{value}`; it must be one of {known}")]
    Choice {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        known: String,
    },
    /// A number out of its bounds.
    #[error("`{name}` is `{value}`; it must be a whole number from {least} to {most}")]
    Number {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// A length of time that cannot be used.
    #[error(
        "`{name}` is `{value}`; write a number with m, h or d, such as 30m, 12h or 7d, of at most {most_days}d"
    )]
    Length {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// The longest, in days.
        most_days: u64,
    },
    /// An event that is not named.
    #[error(
        "`{name}` is `{value}`; write the event's name, and after it its filters, such as plan_upgraded;plan:is:pro"
    )]
    Event {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// Too many or too few of something.
    #[error("there are {count} of `{name}`; it must be from {least} to {most}")]
    Count {
        /// The parameter.
        name: &'static str,
        /// How many.
        count: usize,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// More cohorts than a page can hold.
    #[error(
        "the period has more than {most} cohorts of one {interval}; ask for a longer `interval` or a shorter period"
    )]
    Cohorts {
        /// Their width.
        interval: &'static str,
        /// The most.
        most: usize,
    },
    /// A split that makes no sense.
    #[error("`by` is `{0}`; split by a property that several people share")]
    Split(String),
    /// Range, filter or dimension.
    #[error(transparent)]
    Question(#[from] QuestionError),
}

impl From<FieldError> for AnalysisError {
    fn from(error: FieldError) -> AnalysisError {
        AnalysisError::Question(error.into())
    }
}

impl From<FilterError> for AnalysisError {
    fn from(error: FilterError) -> AnalysisError {
        AnalysisError::Question(error.into())
    }
}

impl From<RangeError> for AnalysisError {
    fn from(error: RangeError) -> AnalysisError {
        AnalysisError::Question(error.into())
    }
}

/// The parameters of an address.
#[derive(Clone, Debug)]
pub struct Asked {
    pairs: Vec<(String, String)>,
    parameters: Parameters,
}

impl Asked {
    /// Reads a query string. `own` are the parameters of the analysis; `others` belong to the address alone.
    ///
    /// # Errors
    /// For a parameter that nobody knows.
    pub fn parse(query: &str, own: &[&str], others: &[&str]) -> Result<Asked, AnalysisError> {
        let is_known = |name: &str| COMMON.contains(&name) || own.contains(&name);
        let mut pairs = Vec::new();
        let mut common = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if others.contains(&name.as_ref()) {
                continue;
            }
            if !is_known(&name) {
                return Err(AnalysisError::Parameter {
                    name: name.chars().take(40).collect(),
                    known: own
                        .iter()
                        .chain(&COMMON)
                        .copied()
                        .collect::<Vec<_>>()
                        .join(", "),
                });
            }
            if COMMON.contains(&name.as_ref()) || name == "compare" {
                common.append_pair(&name, &value);
            }
            if !value.is_empty() {
                pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        Ok(Asked {
            pairs,
            parameters: Parameters::parse(&common.finish(), &[])?,
        })
    }

    /// The value of a parameter that may be given once.
    ///
    /// # Errors
    /// If it is given twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>, AnalysisError> {
        let named = self.pairs.iter().filter(|(held, _)| held == name);
        let mut values = named.map(|(_, value)| value.as_str());
        let first = values.next();
        match values.next() {
            Some(_) => Err(AnalysisError::Twice(name.to_owned())),
            None => Ok(first),
        }
    }

    /// The values of a parameter, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.pairs.iter().filter(move |(held, _)| held == name);
        named.map(|(_, value)| value.as_str())
    }

    /// One of a few.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn choice<T: Copy>(
        &self,
        name: &'static str,
        known: &[(&'static str, T)],
    ) -> Result<Option<T>, AnalysisError> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let found = known.iter().find(|(id, _)| *id == text);
        match found {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(AnalysisError::Choice {
                name,
                value: text.chars().take(40).collect(),
                known: known
                    .iter()
                    .map(|(id, _)| *id)
                    .collect::<Vec<_>>()
                    .join(", "),
            }),
        }
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// If it is none.
    pub fn number(
        &self,
        name: &'static str,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, AnalysisError> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let number = text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(AnalysisError::Number {
                name,
                value: text.chars().take(40).collect(),
                least,
                most,
            }),
        }
    }

    /// A length of time such as `30m`, `12h` or `7d`, in microseconds.
    ///
    /// # Errors
    /// If it is none, or longer than `most_days`.
    pub fn length_us(
        &self,
        name: &'static str,
        most_days: u64,
    ) -> Result<Option<i64>, AnalysisError> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let units = [('m', 60), ('h', 3_600), ('d', 86_400)];
        let seconds = units.iter().find_map(|(unit, seconds)| {
            let number: u64 = text.strip_suffix(*unit)?.parse().ok()?;
            number.checked_mul(*seconds)
        });
        match seconds.filter(|seconds| (1..=most_days * 86_400).contains(seconds)) {
            Some(seconds) => Ok(Some(seconds as i64 * 1_000_000)),
            None => Err(AnalysisError::Length {
                name,
                value: text.chars().take(40).collect(),
                most_days,
            }),
        }
    }

    /// The dimension of `by`, which must be one that several people share.
    ///
    /// # Errors
    /// If there is no such dimension, or it names single people.
    pub fn split(&self) -> Result<Option<Field>, AnalysisError> {
        let Some(name) = self.one("by")? else {
            return Ok(None);
        };
        let field = Field::find_split(name)?;
        match field.is_person() {
            true => Err(AnalysisError::Split(name.to_owned())),
            false => Ok(Some(field)),
        }
    }

    /// The range, or `usual`.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn range(&self, usual: Range) -> Result<Range, AnalysisError> {
        let is_given = ["range", "from", "to"]
            .iter()
            .any(|name| self.all(name).next().is_some());
        match is_given {
            true => Ok(self.parameters.range()?),
            false => Ok(usual),
        }
    }

    /// The period of the range, or of `usual`, in bars that never bound it.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn period(
        &self,
        usual: Range,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Period, AnalysisError> {
        Ok(self
            .range(usual)?
            .resolve(Some(Interval::Month), zone, now)?)
    }

    /// The comparison.
    ///
    /// # Errors
    /// If there is no such comparison.
    pub fn compare(&self) -> Result<Compare, AnalysisError> {
        Ok(self.parameters.compare()?)
    }

    /// The filter that holds for every event.
    ///
    /// # Errors
    /// If it is none.
    pub fn filter(&self) -> Result<Checked, AnalysisError> {
        Ok(self.parameters.filter()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_told_with_rule_and_remedy() {
        let asked = Asked::parse(
            "window=7w&n=0&order=x&by=user",
            &["window", "n", "order"],
            &[],
        )
        .expect("known names");
        for (error, says) in [
            (
                asked.length_us("window", 90).map(|_| ()),
                "such as 30m, 12h or 7d",
            ),
            (asked.number("n", 1, 5).map(|_| ()), "from 1 to 5"),
            (
                asked.choice("order", &[("any", 1)]).map(|_| ()),
                "must be one of any",
            ),
            (asked.split().map(|_| ()), "several people share"),
            (
                Asked::parse("stp=a", &["step"], &[]).map(|_| ()),
                "known are step, range",
            ),
            (
                Asked::parse("a=1&a=2", &["a"], &[]).and_then(|asked| asked.one("a").map(|_| ())),
                "twice",
            ),
        ] {
            let text = error.expect_err(says).to_string();
            assert!(text.contains(says), "{text}");
        }
    }

    #[test]
    fn a_length_is_minutes_hours_or_days() {
        for (text, us) in [
            ("30m", 1_800_000_000),
            ("12h", 43_200_000_000),
            ("7d", 604_800_000_000),
        ] {
            let asked = Asked::parse(&format!("window={text}"), &["window"], &[]).expect("known");
            assert_eq!(asked.length_us("window", 90).expect("a length"), Some(us));
        }
    }
}
