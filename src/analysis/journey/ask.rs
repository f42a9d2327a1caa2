//! From journeys' question to their answer: the stops of visits, grouped and walked, and the names of their places.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::choice::is_interaction;
use crate::analysis::grouped::Passes;
use crate::analysis::identity;
use crate::analysis::inquiry::Inquiry;
use crate::analysis::journey::answer::{Answer, Ways};
use crate::analysis::journey::place::Places;
use crate::analysis::journey::question::{Direction, Question};
use crate::analysis::journey::way::{Stop, way};
use crate::core::event::PAGE_VIEW;
use crate::core::sql::{Binds, Sql};
use crate::store::engine::EngineError;
use crate::store::table::Cell;

/// Most different events and pages, the most frequent ones. The others are one place: nobody can look at so many, and
/// a product that has more names things in its paths that no form collapses.
const PLACES_MAX: usize = 200_000;
/// Their name.
const OTHERS: &str = "Other pages";

/// Most different places that are told apart while events are read, so that memory is bounded. What comes first after
/// so many others is not among the most frequent ones.
const PLACES_READ_MAX: usize = 2_000_000;

/// Answers.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(inquiry: &Inquiry, question: Question) -> Result<Answer, EngineError> {
    let (sql, binds) = stops(&question);
    let mut met = Met::default();
    let mut places: Option<(Places, Vec<u32>)> = None;
    let mut ways = Ways::default();
    let mut passes = Passes::of::<Stop>();
    while let Some(grouped) = passes.next(
        inquiry,
        &sql,
        &binds,
        |[visit, at, seq, place, is_anchor]: [i64; 5]| {
            let place = met.meet(place, seq);
            let stop = Stop::new(at, inquiry.order(seq), place, is_anchor != 0);
            Some((visit, stop))
        },
    )? {
        // Every pass meets the same places.
        if places.is_none() {
            places = Some(named(inquiry, &met)?);
        }
        let numbers = places.as_ref().map_or(&[][..], |(_, numbers)| numbers);
        let found = grouped.fold(
            || (Ways::default(), Vec::new()),
            |(ways, places), _, stops| {
                way(
                    stops,
                    question.direction,
                    question.event.is_some(),
                    question.steps,
                    |place| numbers[place as usize],
                    places,
                );
                if places.is_empty() {
                    return;
                }
                match ways.get_mut(places.as_slice()) {
                    Some(visits) => *visits += 1,
                    None => {
                        ways.insert(places.as_slice().into(), 1);
                    }
                }
            },
        );
        for (part, _) in found {
            add(&mut ways, part);
        }
    }
    let end = match question.direction {
        Direction::Forward => "Exit",
        Direction::Backward => "Start of the visit",
    };
    let places = places.map_or_else(Places::default, |(places, _)| places);
    Ok(Answer::new(
        question,
        &ways,
        |place| places.name(place).to_owned(),
        end,
        inquiry.commit,
    ))
}

/// Adds the smaller ones to the larger.
fn add(ways: &mut Ways, mut others: Ways) {
    if others.len() > ways.len() {
        std::mem::swap(ways, &mut others);
    }
    for (way, visits) in others {
        *ways.entry(way).or_default() += visits;
    }
}

/// The events and pages that were met, by the number that the engine gives them.
#[derive(Default)]
struct Met {
    indexes: HashMap<i64, u32, RandomState>,
    /// By index: how often, and the sequence number of an event there.
    places: Vec<(u64, i64)>,
}

impl Met {
    /// The index of a place at which an event was; one more than all if it is not told apart.
    fn meet(&mut self, place: i64, seq: i64) -> u32 {
        let is_full = self.places.len() >= PLACES_READ_MAX;
        let index = match self.indexes.get(&place) {
            Some(index) => *index,
            None if is_full => return PLACES_READ_MAX as u32,
            None => {
                let index = self.places.len() as u32;
                self.indexes.insert(place, index);
                self.places.push((0, seq));
                index
            }
        };
        self.places[index as usize].0 += 1;
        index
    }

    /// Indexes of the most frequent places.
    fn largest(&self) -> Vec<usize> {
        let mut indexes: Vec<usize> = (0..self.places.len()).collect();
        let count = |index: &usize| {
            let (count, seq) = self.places[*index];
            (Reverse(count), seq)
        };
        if indexes.len() > PLACES_MAX {
            indexes.select_nth_unstable_by_key(PLACES_MAX, count);
            indexes.truncate(PLACES_MAX);
        }
        indexes
    }
}

/// The places that were met, with the number of each by its index.
fn named(inquiry: &Inquiry, met: &Met) -> Result<(Places, Vec<u32>), EngineError> {
    let mut places = Places::default();
    let mut numbers = vec![places.named(OTHERS); met.places.len() + 1];
    let largest = met.largest();
    // What a place is called is known from one of its events; so names are not read for every event.
    let examples: HashMap<i64, usize, RandomState> = largest
        .iter()
        .map(|index| (met.places[*index].1, *index))
        .collect();
    let mut list: Vec<String> = examples.keys().map(i64::to_string).collect();
    list.sort_unstable();
    let mut binds = Binds::default();
    let sql = Sql::text(
        "SELECT seq, type, {{page}} FROM events WHERE project = $project \
         AND seq IN (SELECT CAST(unnest(parts({{list}}, ',')) AS BIGINT)) ORDER BY seq",
    )
    .fill("page", &page(&mut binds))
    .fill("list", &binds.text(list.join(",")));
    if list.is_empty() {
        return Ok((places, numbers));
    }
    for row in inquiry.rows(&sql, &binds)? {
        if let [Cell::Whole(seq), Cell::Text(kind), path] = row.as_slice()
            && let Some(index) = examples.get(seq)
        {
            numbers[*index] = places.number(kind, path.text());
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
