//! Cells of an answer as values and keys.

use std::collections::HashMap;

use crate::catalogue::metric::{Formula, Metric};
use crate::core::money::MoneySum;
use crate::core::sketch::{self, Sketch};
use crate::core::value::{Unit, Value};
use crate::query::answer::Figure;
use crate::query::plan::Key;
use crate::store::table::Cell;

/// The value of a metric from its cell; `minutes` are those of the bar or period.
pub fn value_of(metric: &Metric, cell: &Cell, minutes: f64) -> Value {
    if let Formula::PerMinute(_) = metric.formula {
        return cell
            .number()
            .filter(|_| minutes > 0.0)
            .map_or(Value::Null, |number| Value::Number(number / minutes));
    }
    match (metric.unit.is_money(), cell) {
        (_, Cell::Null | Cell::Text(_) | Cell::Wholes(_)) => {
            match metric.is_additive && metric.unit == Unit::Revenue {
                true => Value::Money(MoneySum::ZERO),
                false => Value::Null,
            }
        }
        (true, Cell::Billionths(billionths)) => Value::Money(MoneySum::from_nanos(*billionths)),
        (true, Cell::Whole(number)) => {
            Value::Money(MoneySum::from_nanos(i128::from(*number) * 1_000_000_000))
        }
        // A cost divided by a count; rounding happens in the tenth decimal.
        (true, Cell::Number(number)) => Value::Money(MoneySum::from_nanos(
            (number * 1e9).round_ties_even() as i128,
        )),
        (false, Cell::Whole(number)) => Value::Whole(*number),
        (false, cell) => cell
            .number()
            .filter(|number| number.is_finite())
            .map_or(Value::Null, Value::Number),
    }
}

/// Apdex of a sketch of latencies: (satisfied + tolerating / 2) / total, failures being frustrated. [Apdex]
pub fn apdex(sketch: &Sketch, threshold_ms: f64, total: Option<f64>) -> Figure {
    let satisfied = sketch.count_up_to(threshold_ms) as f64;
    let tolerating = sketch.count_up_to(4.0 * threshold_ms) as f64 - satisfied;
    let total = total.unwrap_or(0.0);
    Figure {
        value: match total > 0.0 {
            true => Value::Number((satisfied + tolerating / 2.0) / total),
            false => Value::Null,
        },
        sample: Some(total),
        before: Value::Null,
    }
}

/// The value of a dimension from its cell.
pub fn key_of(cell: &Cell, is_person: bool) -> Key {
    match cell {
        Cell::Null | Cell::Wholes(_) => Key::None,
        Cell::Text(text) => Key::Text(text.clone()),
        Cell::Whole(number) if is_person => Key::Person(*number),
        Cell::Whole(number) => Key::Text(number.to_string()),
        Cell::Billionths(_) | Cell::Number(_) => {
            Key::Text(cell.number().unwrap_or(0.0).to_string())
        }
    }
}

/// A value of a dimension as it is shown.
pub fn shown(key: &Key, names: &HashMap<i64, String>) -> Option<String> {
    match key {
        Key::None => None,
        Key::Text(text) => Some(text.clone()),
        Key::Person(number) => Some(
            names
                .get(number)
                .cloned()
                .unwrap_or_else(|| format!("#{number}")),
        ),
    }
}

/// A bucket and its count from the one number that [`crate::query::plan::Plan::buckets`] packs them into.
pub fn unpack(packed: i64) -> (i32, u64) {
    let bucket = match (packed & 0xFFFF) - 32_768 {
        // What the engine calls the bucket of values at or below zero.
        -32_768 => sketch::bucket(0.0),
        bucket => bucket as i32,
    };
    (bucket, (packed >> 16) as u64)
}
