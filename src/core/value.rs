//! What a number is a number of, and the number itself.
//!
//! The unit travels with the value, so that no reader guesses whether 0.42 is a share, seconds or dollars.

use serde::Serialize;
use serde_json::{Number, json};

use crate::core::money::MoneySum;

/// What a metric is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A count of things.
    Count,
    /// A share, 0.0 to 1.0.
    Share,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Money spent on models, in US dollars.
    Cost,
    /// Money paid by customers, in the project's currency.
    Revenue,
    /// Tokens.
    Tokens,
    /// Things a second.
    PerSecond,
    /// Things a minute.
    PerMinute,
    /// Bytes.
    Bytes,
    /// A plain ratio of two numbers.
    Ratio,
}

impl Unit {
    /// Its name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Share => "share",
            Unit::Milliseconds => "milliseconds",
            Unit::Seconds => "seconds",
            Unit::Cost => "cost",
            Unit::Revenue => "revenue",
            Unit::Tokens => "tokens",
            Unit::PerSecond => "per_second",
            Unit::PerMinute => "per_minute",
            Unit::Bytes => "bytes",
            Unit::Ratio => "ratio",
        }
    }

    /// Whether values are exact decimal money.
    pub fn is_money(self) -> bool {
        matches!(self, Unit::Cost | Unit::Revenue)
    }
}

/// Whether more is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is good.
    Higher,
    /// Less is good.
    Lower,
    /// Neither.
    Neutral,
}

/// One figure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value {
    /// There is nothing to divide by, or nothing was measured. Never 0.
    #[default]
    Null,
    /// A count.
    Whole(i64),
    /// A measurement, a share or a ratio.
    Number(f64),
    /// Money, exact to the billionth.
    Money(MoneySum),
}

impl Value {
    /// As a float for drawing and comparing; never for adding up money.
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Value::Null => None,
            Value::Whole(number) => Some(number as f64),
            Value::Number(number) => Some(number),
            Value::Money(sum) => Some(sum.nanos() as f64 / 1e9),
        }
    }

    /// True if there is no figure.
    pub fn is_null(self) -> bool {
        self == Value::Null
    }

    /// The sum of two figures of an additive metric; nothing is nothing.
    #[must_use]
    pub fn plus(self, other: Value) -> Value {
        match (self, other) {
            (Value::Null, value) | (value, Value::Null) => value,
            (Value::Whole(a), Value::Whole(b)) => Value::Whole(a.saturating_add(b)),
            (Value::Money(a), Value::Money(b)) => Value::Money(a.plus(b)),
            (a, b) => Value::Number(a.as_f64().unwrap_or(0.0) + b.as_f64().unwrap_or(0.0)),
        }
    }

    /// In JSON: numbers as numbers, money as decimal text so that nobody rounds it, nothing as null.
    pub fn to_json(self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Whole(number) => json!(number),
            Value::Number(number) => {
                Number::from_f64(number).map_or(serde_json::Value::Null, serde_json::Value::Number)
            }
            Value::Money(sum) => json!(sum.to_string()),
        }
    }

    /// In CSV: as in JSON, nothing as nothing.
    pub fn to_csv(self) -> String {
        match self.to_json() {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// How one figure changed against another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// There is nothing to compare.
    None,
    /// From nothing to something.
    New,
    /// By this share of the former value.
    Relative(f64),
    /// Between shares: by this difference, 0.01 being one percentage point.
    Points(f64),
}

/// The change of a figure with this unit from `before` to `now`.
pub fn change(unit: Unit, now: Value, before: Value) -> Change {
    match (now.as_f64(), before.as_f64()) {
        (Some(now), Some(before)) if unit == Unit::Share => Change::Points(now - before),
        (Some(now), Some(0.0)) => match now == 0.0 {
            true => Change::Relative(0.0),
            false => Change::New,
        },
        (Some(now), Some(before)) => Change::Relative((now - before) / before.abs()),
        _ => Change::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_shares_is_in_points_and_from_zero_is_new() {
        let number = Value::Number;
        assert_eq!(
            change(Unit::Share, number(0.5), number(0.25)),
            Change::Points(0.25)
        );
        assert_eq!(
            change(Unit::Count, Value::Whole(3), Value::Whole(2)),
            Change::Relative(0.5)
        );
        assert_eq!(
            change(Unit::Count, Value::Whole(3), Value::Whole(0)),
            Change::New
        );
        assert_eq!(
            change(Unit::Count, Value::Whole(0), Value::Whole(0)),
            Change::Relative(0.0)
        );
        assert_eq!(
            change(Unit::Count, Value::Null, Value::Whole(2)),
            Change::None
        );
    }

    #[test]
    fn money_is_text_in_json_and_nothing_is_null() {
        let money = Value::Money(
            "0.05063025"
                .parse::<crate::core::money::Money>()
                .into_iter()
                .sum(),
        );
        assert_eq!(money.to_json(), json!("0.05063025"));
        assert_eq!(Value::Null.to_json(), serde_json::Value::Null);
        assert_eq!(
            Value::Number(f64::INFINITY).to_json(),
            serde_json::Value::Null
        );
        assert_eq!(Value::Null.to_csv(), "");
    }
}
