//! From journeys' question to their answer: names of places first, then the stops of visits, grouped and walked.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::choice::is_interaction;
use crate::analysis::grouped::Grouped;
use crate::analysis::identity;
use crate::analysis::inquiry::Inquiry;
use crate::analysis::journey::answer::{Answer, Ways};
use crate::analysis::journey::place::Places;
use crate::analysis::journey::question::{Direction, Question};
use crate::analysis::journey::way::{Stop, way};
use crate::core::event::PAGE_VIEW;
use crate::core::sql::{Binds, Sql};
use crate::store::engine::EngineError;
use crate::store::study::by_row;
use crate::store::table::Cell;

/// Most different events and pages, the most frequent ones. The others are one place: nobody can look at so many, and
/// a product that has more names things in its paths that no form collapses.
const PLACES_MAX: i64 = 200_000;
/// Their name.
const OTHERS: &str = "Other pages";

/// Answers.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(inquiry: &Inquiry, question: Question) -> Result<Answer, EngineError> {
    let (mut places, numbers) = places(inquiry, &question)?;
    let others = places.named(OTHERS);
    let mut ways = Ways::default();
    let (sql, binds) = stops(&question);
    let (passes, room) = inquiry.passes(&sql, &binds)?;
    for pass in 0..passes {
        let mut visits: HashMap<i64, u32, RandomState> = HashMap::default();
        let mut owners: Vec<u32> = Vec::with_capacity(room);
        let mut stops: Vec<Stop> = Vec::with_capacity(room);
        inquiry.numbers(&sql, &binds, |columns| {
            for [key, at, seq, place, is_anchor] in by_row(columns) {
                if key as u64 % passes != pass {
                    continue;
                }
                let next = visits.len() as u32;
                owners.push(*visits.entry(key).or_insert(next));
                stops.push(Stop {
                    at,
                    seq,
                    place: numbers.get(&place).copied().unwrap_or(others),
                    is_anchor: is_anchor != 0,
                });
            }
        })?;
        drop(visits);
        let mut grouped = Grouped::new(&owners, &stops);
        drop((owners, stops));
        grouped.each(|_, stops| {
            if let Some(way) = way(
                stops,
                question.direction,
                question.event.is_some(),
                question.steps,
            ) {
                *ways.entry(way.into_boxed_slice()).or_default() += 1;
            }
        });
    }
    let end = match question.direction {
        Direction::Forward => "Exit",
        Direction::Backward => "Start of the visit",
    };
    Ok(Answer::new(
        question,
        &ways,
        |place| places.name(place).to_owned(),
        end,
        inquiry.commit,
    ))
}

/// The events and pages of the period as places, by the number that the engine gives them.
fn places(
    inquiry: &Inquiry,
    question: &Question,
) -> Result<(Places, HashMap<i64, u32, RandomState>), EngineError> {
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT place_number(type, p), type, p FROM (SELECT type, p FROM (SELECT type, {{page}} AS p FROM {{events}} \
         WHERE {{rows}}) GROUP BY type, p ORDER BY count(*) DESC, type, p LIMIT {{most}}) ORDER BY type, p",
    )
    .fill("page", &page(&mut binds))
    .fill("events", &events(question))
    .fill("rows", &rows(question, &mut binds))
    .fill("most", &Sql::number(PLACES_MAX));
    let found = inquiry.rows(&sql, &binds)?;
    let mut places = Places::default();
    let mut numbers: HashMap<i64, u32, RandomState> = HashMap::default();
    for row in &found {
        if let [Cell::Whole(number), Cell::Text(kind), path] = row.as_slice() {
            numbers.insert(*number, places.number(kind, path.text()));
        }
    }
    Ok((places, numbers))
}

/// Stops of visits. Columns: visit, moment, sequence number, number of the place, whether it is the asked event.
fn stops(question: &Question) -> (Sql, Binds) {
    let mut binds = Binds::default();
    let (anchor, only) = match &question.event {
        None => (Sql::text("0"), Sql::default()),
        Some(event) => {
            let is = event.sql(&mut binds);
            let only = Sql::text(
                " AND session_id IN (SELECT session_id FROM {{events}} WHERE {{rows}} AND {{is}})",
            )
            .fill("rows", &rows(question, &mut binds))
            .fill("is", &is);
            (
                Sql::text("CASE WHEN {{is}} THEN 1 ELSE 0 END").fill("is", &is),
                only,
            )
        }
    };
    let sql = Sql::text(
        "SELECT text_number(session_id), epoch_us(occurred_at), seq, place_number(type, {{page}}), \
         CAST({{anchor}} AS BIGINT) FROM {{events}} WHERE {{rows}}{{only}}",
    )
    .fill("page", &page(&mut binds))
    .fill("anchor", &anchor)
    .fill("rows", &rows(question, &mut binds))
    .fill("only", &only)
    .fill("events", &events(question));
    (sql, binds)
}

/// The page on which an event was, of those that have a place of their own.
fn page(binds: &mut Binds) -> Sql {
    Sql::text("CASE WHEN type = {{looked}} THEN coalesce(page, path) END")
        .fill("looked", &binds.text(PAGE_VIEW))
}

fn events(question: &Question) -> Sql {
    let of_event = question.event.iter().map(|event| &event.filter);
    identity::events(of_event.chain([&question.filter]))
}

fn rows(question: &Question, binds: &mut Binds) -> Sql {
    // A payment that was asked for is a stop of its own, though a server made it.
    let counted = match &question.event {
        None => is_interaction(binds),
        Some(event) => Sql::join([is_interaction(binds), event.sql(binds)], " OR "),
    };
    Sql::text(
        "project = $project AND session_id IS NOT NULL AND occurred_at >= make_timestamp({{from}}) \
         AND occurred_at < make_timestamp({{to}}) AND ({{counted}}) AND {{filter}}",
    )
    .fill("from", &binds.whole(question.period.from.as_microsecond()))
    .fill("to", &binds.whole(question.period.to.as_microsecond()))
    .fill("counted", &counted)
    .fill("filter", &question.filter.sql(binds))
}
