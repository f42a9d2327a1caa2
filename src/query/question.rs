//! A question, from the parameters of an address and back. The address of a page is the same text.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::form_urlencoded;

use crate::catalogue::metric::{self, Metric};
use crate::core::filter::{Filter, FilterError};
use crate::core::limits;
use crate::core::range::{Compare, Interval, Period, Range, RangeError};
use crate::query::condition::Checked;
use crate::query::field::{Field, FieldError};

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One figure a metric.
    Total,
    /// One figure a metric and bar; with a dimension, for each of its largest values.
    Series,
    /// One figure a metric and value of a dimension, the largest first.
    Breakdown,
    /// The same for pairs of values of two dimensions.
    Matrix,
    /// How often each size of a measurement occurs.
    Distribution,
    /// The events behind it, the latest first.
    Rows,
}

impl Shape {
    /// Every form.
    pub const ALL: [Shape; 6] = [
        Shape::Total,
        Shape::Series,
        Shape::Breakdown,
        Shape::Matrix,
        Shape::Distribution,
        Shape::Rows,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Shape::Total => "total",
            Shape::Series => "series",
            Shape::Breakdown => "breakdown",
            Shape::Matrix => "matrix",
            Shape::Distribution => "distribution",
            Shape::Rows => "rows",
        }
    }
}

/// What is asked. Who asks, and so which project, comes beside it.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is measured; at least one, except for rows.
    pub metrics: Vec<&'static Metric>,
    /// What it is split by.
    pub by: Vec<Field>,
    /// The form of the answer.
    pub shape: Shape,
    /// Over which stretch of time.
    pub period: Period,
    /// Against what it is compared.
    pub compare: Compare,
    /// Which rows count.
    pub filter: Checked,
    /// Most values of a dimension, or rows.
    pub limit: usize,
    /// For rows: those before this place, as the former answer gave it.
    pub before: Option<(i64, i64)>,
}

/// Why parameters are no question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A parameter that no question has.
    #[error("`{name}` is no parameter; known are {known}", known = PARAMETERS.join(", "))]
    Parameter {
        /// Its name.
        name: String,
    },
    /// A parameter that may be given once.
    #[error("`{0}` is given twice")]
    Twice(&'static str),
    /// No metric.
    #[error("`metrics` is missing; name at least one, for example metrics=requests,cost")]
    NoMetric,
    /// An unknown metric.
    #[error("`{name}` is no metric{hint}; the catalogue lists them")]
    Metric {
        /// The name.
        name: String,
        /// A metric that is written like it.
        hint: String,
    },
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
    #[error("`limit` is {value}; it must be from 1 to {most}", most = limits::ROWS_MAX)]
    Limit {
        /// The value.
        value: String,
    },
    /// Too many of something.
    #[error("`{name}` has {count} entries; the most is {most}")]
    TooMany {
        /// The parameter.
        name: &'static str,
        /// How many it has.
        count: usize,
        /// The bound.
        most: usize,
    },
    /// A shape that needs something else.
    #[error("shape `{shape}` needs {needs}")]
    Shape {
        /// The shape.
        shape: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A place in a list of rows that no answer gave.
    #[error("`before` is `{0}`; take it from `next` of the former answer")]
    Before(String),
    /// The time.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// A dimension.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

/// The parameters of a question.
pub const PARAMETERS: [&str; 11] = [
    "metrics", "by", "shape", "range", "from", "to", "interval", "compare", "filter", "limit",
    "before",
];

/// Values of a dimension in a series, unless asked otherwise: as many as a chart has colours.
const SERIES_LIMIT: usize = 7;
/// Rows of a breakdown, unless asked otherwise.
const BREAKDOWN_LIMIT: usize = 50;

/// The parameters of an address, sorted out by name.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    single: HashMap<&'static str, String>,
    filters: Vec<String>,
}

impl Parameters {
    /// Reads a query string. `others` are parameters that are not the question's but belong to the address.
    ///
    /// # Errors
    /// For a parameter that nobody knows, or one that is given twice.
    pub fn parse(query: &str, others: &[&str]) -> Result<Parameters, QuestionError> {
        let mut parameters = Parameters::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name == "filter" {
                parameters.filters.push(value.into_owned());
                continue;
            }
            match PARAMETERS.iter().find(|known| **known == name) {
                Some(known) => {
                    if parameters
                        .single
                        .insert(known, value.into_owned())
                        .is_some()
                    {
                        return Err(QuestionError::Twice(known));
                    }
                }
                None if others.contains(&name.as_ref()) => {}
                None => {
                    return Err(QuestionError::Parameter {
                        name: name.chars().take(40).collect(),
                    });
                }
            }
        }
        Ok(parameters)
    }

    /// Sets a parameter, as a section of a page does; an empty value takes it away.
    pub fn set(&mut self, name: &'static str, value: String) {
        self.single.insert(name, value);
    }

    /// Whether a parameter is given.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.single
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn list(&self, name: &'static str, most: usize) -> Result<Vec<&str>, QuestionError> {
        let entries: Vec<&str> = self
            .get(name)
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .collect();
        match entries.len() > most {
            true => Err(QuestionError::TooMany {
                name,
                count: entries.len(),
                most,
            }),
            false => Ok(entries),
        }
    }

    /// The asked range, or 30 days.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn range(&self) -> Result<Range, QuestionError> {
        let range = Range::parse(self.get("range"), self.get("from"), self.get("to"))?;
        Ok(range.unwrap_or(Range::Days(30)))
    }

    /// The asked comparison, or none.
    ///
    /// # Errors
    /// If there is no such comparison.
    pub fn compare(&self) -> Result<Compare, QuestionError> {
        let Some(text) = self.get("compare") else {
            return Ok(Compare::None);
        };
        Compare::parse(text).ok_or_else(|| choice("compare", text, &["previous", "year", "none"]))
    }

    /// The filter, with its fields found.
    ///
    /// # Errors
    /// If it is no filter, or names no field.
    pub fn filter(&self) -> Result<Checked, QuestionError> {
        Ok(Checked::new(Filter::parse(
            self.filters.iter().map(String::as_str),
        )?)?)
    }

    /// The question, as of `now` in the project's zone.
    ///
    /// # Errors
    /// The first thing that is wrong, in words for the one who wrote the address.
    pub fn question(&self, zone: &TimeZone, now: Timestamp) -> Result<Question, QuestionError> {
        let metrics: Vec<&'static Metric> = self
            .list("metrics", limits::METRICS_MAX)?
            .into_iter()
            .map(find_metric)
            .collect::<Result<_, _>>()?;
        let by: Vec<Field> = self
            .list("by", limits::DIMENSIONS_MAX)?
            .into_iter()
            .map(Field::find_split)
            .collect::<Result<_, _>>()?;
        let interval = match self.get("interval") {
            None => None,
            Some(text) => Some(
                Interval::parse(text)
                    .ok_or_else(|| choice("interval", text, &Interval::ALL.map(Interval::id)))?,
            ),
        };
        let shape = self.shape(&by, interval)?;
        let limit = self.limit(shape)?;
        let before = match self.get("before") {
            None => None,
            Some(text) => Some(
                parse_before(text)
                    .ok_or_else(|| QuestionError::Before(text.chars().take(60).collect()))?,
            ),
        };
        // Bars bound a series only; for the others any width will do.
        let width = match shape {
            Shape::Series => interval,
            _ => Some(Interval::Month),
        };
        let question = Question {
            period: self.range()?.resolve(width, zone, now)?,
            metrics,
            by,
            shape,
            compare: self.compare()?,
            filter: self.filter()?,
            limit,
            before,
        };
        question.check()?;
        Ok(question)
    }

    fn shape(&self, by: &[Field], interval: Option<Interval>) -> Result<Shape, QuestionError> {
        match self.get("shape") {
            Some(text) => {
                let found = Shape::ALL.into_iter().find(|shape| shape.id() == text);
                found.ok_or_else(|| choice("shape", text, &Shape::ALL.map(Shape::id)))
            }
            None if interval.is_some() => Ok(Shape::Series),
            None => Ok(match by.len() {
                0 => Shape::Total,
                1 => Shape::Breakdown,
                _ => Shape::Matrix,
            }),
        }
    }

    fn limit(&self, shape: Shape) -> Result<usize, QuestionError> {
        let Some(text) = self.get("limit") else {
            return Ok(match shape {
                Shape::Series => SERIES_LIMIT,
                _ => BREAKDOWN_LIMIT,
            });
        };
        let number = text
            .parse::<usize>()
            .ok()
            .filter(|number| (1..=limits::ROWS_MAX).contains(number));
        number.ok_or_else(|| QuestionError::Limit {
            value: text.chars().take(20).collect(),
        })
    }
}

impl Question {
    fn check(&self) -> Result<(), QuestionError> {
        let needs = match self.shape {
            Shape::Rows => return Ok(()),
            _ if self.metrics.is_empty() => return Err(QuestionError::NoMetric),
            Shape::Total if !self.by.is_empty() => "no dimension in `by`",
            Shape::Series if self.by.len() > 1 => "at most one dimension in `by`",
            Shape::Breakdown if self.by.is_empty() => "a dimension in `by`",
            Shape::Matrix if self.by.len() < 2 => "two dimensions in `by`",
            Shape::Distribution
                if self
                    .metrics
                    .iter()
                    .any(|metric| metric.measurement().is_none()) =>
            {
                "metrics that are quantiles, for example latency_p95_ms"
            }
            _ => return Ok(()),
        };
        Err(QuestionError::Shape {
            shape: self.shape.id(),
            needs,
        })
    }

    /// The parameters that ask this, without those that hold their usual value.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let ids: Vec<&str> = self.metrics.iter().map(|metric| metric.id).collect();
        pairs.push(("metrics", ids.join(",")));
        if !self.by.is_empty() {
            let by: Vec<String> = self.by.iter().map(Field::id).collect();
            pairs.push(("by", by.join(",")));
        }
        pairs.push(("shape", self.shape.id().to_owned()));
        pairs.extend(self.period.range.to_pairs());
        if self.shape == Shape::Series {
            pairs.push(("interval", self.period.interval.id().to_owned()));
        }
        if self.compare != Compare::None {
            pairs.push(("compare", self.compare.id().to_owned()));
        }
        pairs.extend(
            self.filter
                .filter
                .to_texts()
                .into_iter()
                .map(|text| ("filter", text)),
        );
        pairs.push(("limit", self.limit.to_string()));
        if let Some((at, seq)) = self.before {
            pairs.push(("before", format!("{at}-{seq}")));
        }
        pairs
    }
}

fn find_metric(name: &str) -> Result<&'static Metric, QuestionError> {
    metric::find(name).ok_or_else(|| {
        let near = metric::all()
            .map(|metric| (strsim::jaro_winkler(metric.id, name), metric.id))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        QuestionError::Metric {
            name: name.chars().take(80).collect(),
            hint: match near {
                Some((likeness, id)) if likeness > 0.8 => format!(" (did you mean `{id}`?)"),
                _ => String::new(),
            },
        }
    })
}

fn choice(name: &'static str, value: &str, known: &[&str]) -> QuestionError {
    QuestionError::Choice {
        name,
        value: value.chars().take(40).collect(),
        known: known.join(", "),
    }
}

fn parse_before(text: &str) -> Option<(i64, i64)> {
    let (at, seq) = text.split_once('-')?;
    Some((
        at.parse().ok().filter(|at: &i64| *at >= 0)?,
        seq.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Question, QuestionError> {
        let now = "2026-11-21T12:00:00Z".parse().expect("a moment");
        Parameters::parse(query, &["project"])?.question(&TimeZone::UTC, now)
    }

    #[test]
    fn the_shape_follows_from_what_is_asked() {
        for (query, shape) in [
            ("metrics=cost", Shape::Total),
            ("metrics=cost&by=model", Shape::Breakdown),
            ("metrics=cost&by=model,feature", Shape::Matrix),
            ("metrics=cost&interval=day", Shape::Series),
            ("metrics=cost&by=model&shape=series", Shape::Series),
            ("shape=rows", Shape::Rows),
        ] {
            assert_eq!(ask(query).expect(query).shape, shape, "{query}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_value_and_rule() {
        for (query, says) in [
            ("", "`metrics` is missing"),
            ("metrics=costs", "did you mean `cost`?"),
            ("metrics=cost&by=modl", "did you mean `model`?"),
            ("metrics=cost&shape=pie", "one of total, series"),
            ("metrics=cost&limit=5000", "from 1 to 1000"),
            ("metrics=cost&range=10y", "`range` is `10y`"),
            (
                "metrics=cost&from=2016-01-01&to=2025-12-31&interval=minute",
                "the most is 400",
            ),
            ("metrics=cost&compare=last", "previous, year, none"),
            ("metrics=cost&metrics=cost", "given twice"),
            ("metrics=cost&colour=red", "is no parameter"),
            ("metrics=cost&shape=total&by=model", "no dimension"),
            ("metrics=cost&shape=distribution", "quantiles"),
            ("metrics=cost&filter=x:is:1", "`x` is no dimension"),
            ("shape=rows&before=yesterday", "take it from `next`"),
        ] {
            let error = ask(query).expect_err(query).to_string();
            assert!(error.contains(says), "{query}: {error}");
        }
    }

    #[test]
    fn a_question_survives_its_address() {
        for query in [
            "metrics=cost,requests&by=model&range=7d&compare=previous&filter=provider:is:openai&filter=feature:in:a\\,b,c",
            "metrics=latency_p95_ms&by=provider&shape=series&from=2026-03-01&to=2026-03-31&interval=hour&limit=3".replace("hour", "day").as_str(),
            "metrics=latency_p95_ms&shape=distribution&range=24h",
        ] {
            let question = ask(query).expect(query);
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(question.to_pairs()).finish();
            let again = ask(&text).expect(&text);
            assert_eq!(format!("{question:?}"), format!("{again:?}"), "{query}");
        }
    }
}
