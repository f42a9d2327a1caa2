//! A split by segment. Segments overlap, so no grouping can give them: each is a question of its own that filters by
//! it, and the whole is asked beside them. Rows do not add up to the whole, and nothing is left over as "other".

use crate::core::filter::{Condition, Test};
use crate::query::answer::{Answer, Row};
use crate::query::ask::answer;
use crate::query::condition::Checked;
use crate::query::question::{Question, Shape};
use crate::query::session::Session;
use crate::store::engine::EngineError;

/// The place of the segment among what a question is split by.
pub fn place(question: &Question) -> Option<usize> {
    question.by.iter().position(|field| field.is_segment())
}

/// Answers a question whose split at `place` is the segment: a row for each segment, and one for those in none.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn by_segment(
    session: &Session,
    question: &Question,
    place: usize,
) -> Result<Answer, EngineError> {
    let rest = without(question, place);
    let mut whole = answer(
        session,
        &Question {
            by: Vec::new(),
            shape: alone(question),
            ..rest.clone()
        },
    )?;
    let mut rows = Vec::new();
    for (name, filter) in parts(session.segments(), &question.filter)? {
        let part = answer(
            session,
            &Question {
                filter,
                ..rest.clone()
            },
        )?;
        whole.is_exact &= part.is_exact;
        whole.is_cut |= part.is_cut;
        match rest.by.is_empty() {
            true => rows.push(Row {
                keys: vec![name],
                ..part.total
            }),
            false => rows.extend(part.rows.into_iter().map(|mut row| {
                row.keys.insert(place, name.clone());
                row
            })),
        }
    }
    let leading = |row: &Row| {
        let figure = row.figures.first().map(|figure| figure.value);
        figure.and_then(|value| value.as_f64()).unwrap_or(f64::MIN)
    };
    rows.sort_by(|a, b| {
        let order = leading(b).total_cmp(&leading(a));
        order.then_with(|| last_without_name(&a.keys).cmp(&last_without_name(&b.keys)))
    });
    whole.is_cut |= rows.len() > question.limit;
    rows.truncate(question.limit);
    Ok(Answer {
        by: question
            .by
            .iter()
            .map(|field| (field.id(), field.label()))
            .collect(),
        rows,
        other: None,
        ..whole
    })
}

/// A filter for each segment with its name, and for those in none: what splits the rows, with overlaps.
///
/// # Errors
/// Never in practice: a segment is a field.
pub fn parts(
    names: &[String],
    filter: &Checked,
) -> Result<Vec<(Option<String>, Checked)>, EngineError> {
    let with = |condition: Condition| {
        let filter = Checked::new(filter.filter.with(condition));
        filter.map_err(|error| EngineError::Query(error.to_string()))
    };
    let mut parts = Vec::with_capacity(names.len() + 1);
    for name in names {
        parts.push((Some(name.clone()), with(Condition::is(SEGMENT, name))?));
    }
    let nobody = Condition {
        field: SEGMENT.to_owned(),
        test: Test::Exists,
        is_negated: true,
        values: Vec::new(),
    };
    parts.push((None, with(nobody)?));
    Ok(parts)
}

/// The dimension.
const SEGMENT: &str = "segment";

fn without(question: &Question, place: usize) -> Question {
    let mut rest = question.clone();
    rest.by.remove(place);
    rest.shape = match (question.shape, rest.by.len()) {
        (Shape::Series, _) => Shape::Series,
        (_, 0) => Shape::Total,
        (_, 1) => Shape::Breakdown,
        (_, _) => Shape::Matrix,
    };
    rest
}

fn alone(question: &Question) -> Shape {
    match question.shape {
        Shape::Series => Shape::Series,
        _ => Shape::Total,
    }
}

fn last_without_name(keys: &[Option<String>]) -> Vec<(bool, &Option<String>)> {
    keys.iter().map(|key| (key.is_none(), key)).collect()
}
