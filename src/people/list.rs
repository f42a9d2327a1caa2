//! The list of people: who had an event in a period, with what they did, paid, and in which stage of their life with the
//! product they are at its end.

use std::collections::HashMap;

use crate::core::filter::{Condition, Filter, Test};
use crate::core::range::{Interval, Period};
use crate::people::ask::Asker;
use crate::people::stage::Stage;
use crate::query::condition::Checked;
use crate::query::plan::person::{Choice, Sort};
use crate::query::plan::{Level, Plan};
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::{Cell, Rows};

/// What a list is in the order of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A column of the rows, the most first.
    By(Sort),
    /// The stage: those who have gone first, then those who are about to; of one stage the latest active first.
    Stage,
}

impl Order {
    /// Every order.
    pub fn all() -> impl Iterator<Item = Order> {
        Sort::ALL.into_iter().map(Order::By).chain([Order::Stage])
    }

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Order::By(sort) => sort.id(),
            Order::Stage => "stage",
        }
    }
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct People {
    /// Their rows, as [`Plan::people`] gives them.
    pub rows: Rows,
    /// Their stages by number; of those who were never active, as only a renewal names them, there is none.
    pub stages: HashMap<i64, Stage>,
}

/// The people from place `offset` on, at most `limit`.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn people(
    session: &Session,
    period: &Period,
    filter: &Checked,
    order: Order,
    (limit, offset): (usize, usize),
) -> Result<People, EngineError> {
    // Days of the period, whatever its bars are.
    let period = Period {
        interval: Interval::Day,
        ..period.clone()
    };
    let plan = Plan {
        period: &period,
        by: &[],
        filter,
        levels: &[Level::Bar],
        only: None,
        rolled: session.rolled_for(&period),
    };
    let sort = match order {
        Order::By(sort) => sort,
        Order::Stage => return by_stage(session, &plan, (limit, offset)),
    };
    let rows = session.ask(&plan.people(sort, Choice::Place { limit, offset }))?;
    let stages = stages(session, &period, &of_names(&rows)?)?;
    Ok(People { rows, stages })
}

/// Stages are no column of the engine, so everybody is put in order here, and only those of the page are asked for.
fn by_stage(
    session: &Session,
    plan: &Plan,
    (limit, offset): (usize, usize),
) -> Result<People, EngineError> {
    let stages = stages(session, plan.period, &Checked::default())?;
    let mut numbers: Vec<i64> = session
        .ask(&plan.people_by_last_day())?
        .iter()
        .filter_map(|row| row.first()?.whole())
        .collect();
    // Stable, so that within a stage the order stays. Whoever has none comes last.
    numbers.sort_by_key(|person| {
        let stage = stages.get(person).copied();
        (stage.is_none(), stage)
    });
    let page: Vec<i64> = numbers.into_iter().skip(offset).take(limit).collect();
    let mut rows = match page.is_empty() {
        true => Rows::new(),
        false => session.ask(&plan.people(Sort::Seen, Choice::These(&page)))?,
    };
    rows.sort_by_key(|row| {
        let person = row.first().and_then(Cell::whole);
        page.iter().position(|number| Some(*number) == person)
    });
    Ok(People { rows, stages })
}

/// The stages at the end of a period of those whom a filter of people names; without a filter everybody's.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn stages(
    session: &Session,
    period: &Period,
    of: &Checked,
) -> Result<HashMap<i64, Stage>, EngineError> {
    let each = Asker::new(session, period, of).stage_of_each()?;
    Ok(each.into_iter().collect())
}

/// A filter that names the people of rows.
fn of_names(rows: &Rows) -> Result<Checked, EngineError> {
    let names = rows
        .iter()
        .filter_map(|row| row.get(2)?.text().map(str::to_owned));
    named(names.collect())
}

/// A filter that names people.
///
/// # Errors
/// Never: people can be filtered by.
pub fn named(names: Vec<String>) -> Result<Checked, EngineError> {
    let condition = Condition {
        field: "user".to_owned(),
        test: Test::In,
        is_negated: false,
        values: names,
    };
    Checked::new(Filter(vec![vec![condition]]))
        .map_err(|error| EngineError::Query(error.to_string()))
}
