//! What was spent by day, asked of the query layer: for a filter, or for each value of a dimension.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::budget::projection::DAYS_MAX;
use crate::budget::standing::Days;
use crate::core::cycle::Cycle;
use crate::core::money::MoneySum;
use crate::core::value::Value;
use crate::query::answer::{Answer, Figure};
use crate::query::ask;
use crate::query::question::{Parameters, Question, QuestionError};
use crate::query::session::Session;
use crate::store::control::project::Project;
use crate::store::engine::{Engine, EngineError};

/// Dimensions of the roll-up of people. Costs by these alone are asked there, as no other roll-up has them.
const OF_PEOPLE: [&str; 4] = ["user", "account", "team", "plan"];

/// Why spends cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// The filter is none any more, for example after a dimension has gone.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The engine failed, or it took too long.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What was spent on calls that a filter lets through, from `first` on.
///
/// # Errors
/// If the filter cannot be used, or the engine fails.
pub async fn by_day(
    engine: &Engine,
    project: &Project,
    filter: &str,
    first: Date,
    now: Timestamp,
) -> Result<Days, SpendError> {
    let answer = answer(
        engine,
        project,
        question(project, filter, None, first, now)?,
    )
    .await?;
    Ok(days(&answer, &answer.total.bars))
}

/// What was spent for each of the `limit` dearest values of a dimension, from `first` on.
///
/// # Errors
/// If there is no such dimension, or the engine fails.
pub async fn by_value(
    engine: &Engine,
    project: &Project,
    (by, limit): (&str, usize),
    first: Date,
    now: Timestamp,
) -> Result<Vec<(Option<String>, Days)>, SpendError> {
    let asked = question(project, "", Some((by, limit)), first, now)?;
    let answer = answer(engine, project, asked).await?;
    let row = |row: &crate::query::answer::Row| {
        let key = row.keys.first().cloned().flatten();
        (key, days(&answer, &row.bars))
    };
    Ok(answer.rows.iter().map(row).collect())
}

/// The first day that is needed to say how budgets of these cycles stand: of the turn, and of what teaches.
pub fn first_day(cycles: impl IntoIterator<Item = Cycle>, today: Date) -> Date {
    let taught = today
        .checked_sub((DAYS_MAX as i64).days())
        .unwrap_or(Date::MIN);
    let turns = cycles.into_iter().map(|cycle| cycle.turn(today).first);
    turns.chain([taught]).min().unwrap_or(taught)
}

fn question(
    project: &Project,
    filter: &str,
    by: Option<(&str, usize)>,
    first: Date,
    now: Timestamp,
) -> Result<Question, QuestionError> {
    let today = now.to_zoned(project.time_zone.clone()).date();
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if !filter.is_empty() {
        pairs.append_pair("filter", filter);
    }
    let mut parameters = Parameters::parse(&pairs.finish(), &[])?;
    let checked = parameters.filter()?;
    let named = checked.fields().map(|field| field.id());
    let named: Vec<String> = named.chain(by.map(|(id, _)| id.to_owned())).collect();
    let is_of_people = !named.is_empty() && named.iter().all(|id| OF_PEOPLE.contains(&id.as_str()));
    let metric = if is_of_people { "user_cost" } else { "cost" };
    parameters.set("metrics", metric.to_owned());
    parameters.set("shape", "series".to_owned());
    parameters.set("interval", "day".to_owned());
    parameters.set("from", first.to_string());
    parameters.set("to", today.to_string());
    if let Some((by, limit)) = by {
        parameters.set("by", by.to_owned());
        parameters.set("limit", limit.to_string());
    }
    parameters.question(&project.time_zone, now)
}

async fn answer(
    engine: &Engine,
    project: &Project,
    question: Question,
) -> Result<Answer, SpendError> {
    let (id, exchange) = (project.id.get(), project.exchange.clone());
    let asked = engine.ask(move |engine| {
        let session = Session::begin(engine, id, &exchange)?;
        ask::answer(&session, &question)
    });
    Ok(asked.await?)
}

fn days(answer: &Answer, bars: &[Vec<Figure>]) -> Days {
    let cost = |figures: &Vec<Figure>| match figures.first().map(|figure| figure.value) {
        Some(Value::Money(sum)) => sum,
        // Nothing is known of calls without any price; what is spent is at least the rest.
        _ => MoneySum::ZERO,
    };
    answer
        .buckets
        .iter()
        .zip(bars)
        .map(|(bucket, figures)| (answer.period.date(bucket.from), cost(figures)))
        .filter(|(_, cost)| *cost != MoneySum::ZERO)
        .collect()
}
