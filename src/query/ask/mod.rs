//! From a question to its answer: which statements are run, and how their rows come together.
//!
//! All statements of a question run in one transaction of a reader, so they see the same events.

mod asker;
mod bars;
pub mod by_segment;
mod cell;
mod distribution;
pub mod people;

use std::collections::HashMap;

use crate::catalogue::metric::Metric;
use crate::core::money::MoneySum;
use crate::core::range::Compare;
use crate::core::value::{Unit, Value};
use crate::query::answer::{Answer, Figure, Row};
use crate::query::ask::asker::Asker;
use crate::query::plan::Key;
use crate::query::question::{Question, Shape};
use crate::query::session::Session;
use crate::store::engine::EngineError;

pub use distribution::distribution;

/// What figures are of: a bar of the series or the whole period, and values of the dimensions or none for everything.
type Place = (Option<usize>, Vec<Key>);

/// Figures by what they are of.
type Figures = HashMap<Place, Vec<Figure>>;

/// Answers a total, series, breakdown or matrix.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(session: &Session, question: &Question) -> Result<Answer, EngineError> {
    if let Some(place) = by_segment::place(question) {
        return by_segment::by_segment(session, question, place);
    }
    let asker = Asker::new(session, question);
    let compared = question
        .period
        .compared(question.compare)
        .filter(|_| question.compare != Compare::None);
    let mut gathered = asker.gather()?;
    if let Some(period) = &compared {
        let mut before = asker.gather_before(period, &gathered)?;
        let nothing = asker.nothing();
        for (place, figures) in &mut gathered.figures {
            let before = before.remove(place);
            join_before(figures, before.as_deref().unwrap_or(&nothing));
        }
        // Bars and values that have only the past.
        for (place, before) in before {
            let figures = gathered.figures.entry(place);
            join_before(figures.or_insert_with(|| asker.nothing()), &before);
        }
    }
    let names = asker.names(&gathered.order)?;
    let buckets = match question.shape {
        Shape::Series => question.period.buckets(),
        _ => Vec::new(),
    };
    let metrics = question.metrics.len();
    let mut row = |keys: &[Key], has_bars: bool| {
        let mut figures = |bar| {
            let place = (bar, keys.to_vec());
            let mut found = gathered
                .figures
                .remove(&place)
                .unwrap_or_else(|| asker.nothing());
            found.truncate(metrics);
            found
        };
        Row {
            keys: keys.iter().map(|key| cell::shown(key, &names)).collect(),
            figures: figures(None),
            bars: match has_bars {
                true => (0..buckets.len()).map(|bar| figures(Some(bar))).collect(),
                false => Vec::new(),
            },
        }
    };
    let total = row(&[], true);
    let rows = gathered.order.iter().map(|keys| row(keys, true)).collect();
    let mut answer = Answer {
        metrics: question.metrics.clone(),
        by: question
            .by
            .iter()
            .map(|field| (field.id(), field.label()))
            .collect(),
        period: question.period.clone(),
        compared,
        buckets,
        total,
        rows,
        other: None,
        is_cut: gathered.is_cut,
        is_exact: gathered.is_exact,
        unpriced: gathered.unpriced,
        commit: session.commit,
    };
    if answer.is_cut && question.shape == Shape::Series {
        answer.other = Some(other(&answer));
    }
    Ok(answer)
}

/// What no row holds: the total less the rows, for metrics that add up.
fn other(answer: &Answer) -> Row {
    let rest = |total: &[Figure], of: &dyn Fn(&Row) -> Vec<Figure>| -> Vec<Figure> {
        let mut left: Vec<Figure> = total.to_vec();
        for (position, metric) in answer.metrics.iter().enumerate() {
            left[position] = match metric.is_additive {
                true => Figure {
                    value: answer.rows.iter().fold(total[position].value, |left, row| {
                        minus(left, of(row)[position].value)
                    }),
                    ..Figure::default()
                },
                false => Figure::default(),
            };
        }
        left
    };
    Row {
        keys: Vec::new(),
        figures: rest(&answer.total.figures, &|row| row.figures.clone()),
        bars: (0..answer.buckets.len())
            .map(|bar| rest(&answer.total.bars[bar], &|row| row.bars[bar].clone()))
            .collect(),
    }
}

/// The figures of a place where nothing happened.
fn nothing(metrics: &[&'static Metric]) -> Vec<Figure> {
    let empty = |metric: &&Metric| Figure {
        value: match (metric.is_additive, metric.unit) {
            // Counts are 0. A cost without calls is nothing spent.
            (true, Unit::Cost | Unit::Revenue) => Value::Money(MoneySum::ZERO),
            (true, _) => Value::Whole(0),
            (false, Unit::Count) => Value::Whole(0),
            (false, _) => Value::Null,
        },
        ..Figure::default()
    };
    metrics.iter().map(empty).collect()
}

fn join_before(figures: &mut [Figure], before: &[Figure]) {
    for (figure, before) in figures.iter_mut().zip(before) {
        figure.before = before.value;
    }
}

fn minus(left: Value, right: Value) -> Value {
    match (left, right) {
        (value, Value::Null) => value,
        (Value::Whole(a), Value::Whole(b)) => Value::Whole(a - b),
        (Value::Money(a), Value::Money(b)) => {
            Value::Money(MoneySum::from_nanos(a.nanos() - b.nanos()))
        }
        (a, b) => Value::Number(a.as_f64().unwrap_or(0.0) - b.as_f64().unwrap_or(0.0)),
    }
}
