//! One person: who they are, what they did, and all of it as lines for an export.

use serde_json::{Map, Value as Json, json};

use crate::core::range::Period;
use crate::people::list;
use crate::people::stage::Stage;
use crate::query::plan::person;
use crate::query::session::Session;
use crate::store::alias::Name;
use crate::store::batch;
use crate::store::engine::EngineError;
use crate::store::person::NameKind;
use crate::store::table::{Cell, Rows};

/// Sessions shown.
const SESSIONS_MAX: usize = 20;
/// Events shown.
const EVENTS_MAX: usize = 50;
/// What the previews of an event are called in an export: as whoever sent them called them.
const PREVIEWS: [&str; 2] = ["request_preview", "response_preview"];
/// Events of one step of an export.
pub const EXPORT_STEP: usize = 2_000;

/// Somebody.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Their number in the project.
    pub number: i64,
    /// Whether the asked name leads to somebody else, whose profile this is.
    pub is_alias: bool,
    /// First event ever, in microseconds.
    pub first: Option<i64>,
    /// Last event ever, in microseconds.
    pub last: Option<i64>,
    /// Events ever.
    pub events: i64,
    /// Sessions ever.
    pub sessions: i64,
    /// The latest plan.
    pub plan: Option<String>,
    /// The latest account.
    pub account: Option<String>,
    /// The latest country.
    pub country: Option<String>,
    /// What they cost ever, in dollars.
    pub cost: f64,
    /// What they paid ever, in the project's currency.
    pub revenue: f64,
    /// Payments in a currency without a rate, which are not added up.
    pub foreign_payments: i64,
    /// The stage of their life with the product; `None` if they were never active.
    pub stage: Option<Stage>,
    /// Who they are: the user that an alias leads to.
    pub name: Name,
    /// Everyone who turned out to be them.
    pub aliases: Vec<Name>,
    /// The latest sessions, as `plan::person::sessions` gives them.
    pub latest_sessions: Rows,
    /// The latest events, as `plan::person::timeline` gives them.
    pub timeline: Rows,
}

/// The profile of somebody, with their stage at the end of `period`; `None` if nobody has this name.
///
/// # Errors
/// If the engine fails.
pub fn profile(
    session: &Session,
    name: &Name,
    period: &Period,
) -> Result<Option<Profile>, EngineError> {
    let Some((own, number)) = number(session, name)? else {
        return Ok(None);
    };
    let named = session.ask(&person::name(number))?;
    let name = named
        .first()
        .and_then(|row| name_of(row))
        .unwrap_or(name.clone());
    let stages = list::stages(session, period, &list::named(vec![name.name.clone()])?)?;
    let paid = session.ask(&person::paid(number))?;
    let paid = paid.first().map(Vec::as_slice).unwrap_or_default();
    let rows = session.ask(&person::facts(number))?;
    let cell = |place: usize| rows.first().and_then(|row| row.get(place));
    let text = |place: usize| cell(place).and_then(Cell::text).map(str::to_owned);
    Ok(Some(Profile {
        number,
        is_alias: own != number,
        first: cell(0).and_then(Cell::whole),
        last: cell(1).and_then(Cell::whole),
        events: cell(2).and_then(Cell::whole).unwrap_or(0),
        sessions: cell(3).and_then(Cell::whole).unwrap_or(0),
        plan: text(4),
        account: text(5),
        country: text(6),
        cost: cell(7).and_then(Cell::number).unwrap_or(0.0),
        revenue: paid.first().and_then(Cell::number).unwrap_or(0.0),
        foreign_payments: paid.get(1).and_then(Cell::whole).unwrap_or(0),
        stage: stages.get(&number).copied(),
        name,
        aliases: aliases(session, number)?,
        latest_sessions: session.ask(&person::sessions(number, SESSIONS_MAX))?,
        timeline: session.ask(&person::timeline(number, EVENTS_MAX))?,
    }))
}

/// The number of somebody, and of who they are.
///
/// # Errors
/// If the engine fails.
pub fn number(session: &Session, name: &Name) -> Result<Option<(i64, i64)>, EngineError> {
    let rows = session.ask(&person::number(name.kind.id(), &name.name))?;
    Ok(rows
        .first()
        .and_then(|row| Some((row.first()?.whole()?, row.get(1)?.whole()?))))
}

/// Everyone who turned out to be somebody.
///
/// # Errors
/// If the engine fails.
pub fn aliases(session: &Session, number: i64) -> Result<Vec<Name>, EngineError> {
    let rows = session.ask(&person::aliases(number))?;
    Ok(rows.iter().filter_map(|row| name_of(row)).collect())
}

/// The name in a row of kind and id.
fn name_of(row: &[Cell]) -> Option<Name> {
    Some(Name {
        kind: NameKind::parse(row.first()?.text()?)?,
        name: row.get(1)?.text()?.to_owned(),
    })
}

/// The next lines of an export, each an event as JSON without what it does not have, and where to go on; `None` after
/// the last one.
///
/// # Errors
/// If the engine fails.
pub fn export(
    session: &Session,
    number: i64,
    after: i64,
) -> Result<(String, Option<i64>), EngineError> {
    let columns: Vec<&'static str> = batch::event_columns()
        .into_iter()
        .filter(|column| *column != "project")
        .collect();
    let rows = session.ask(&person::export(number, after, EXPORT_STEP, &columns))?;
    let mut lines = String::new();
    for row in &rows {
        let mut event = Map::new();
        let names = columns.iter().chain(&PREVIEWS);
        for (name, cell) in names.zip(row) {
            if let Some(value) = json_of(name, cell) {
                event.insert((*name).to_owned(), value);
            }
        }
        lines.push_str(&Json::Object(event).to_string());
        lines.push('\n');
    }
    let next = (rows.len() == EXPORT_STEP)
        .then(|| rows.last()?.first()?.whole())
        .flatten();
    Ok((lines, next))
}

fn json_of(name: &str, cell: &Cell) -> Option<Json> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Text(text) if name == "metadata" => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        Cell::Text(text) => json!(text),
        Cell::Whole(us) if name.ends_with("_at") => json!(crate::render::json::moment(*us)),
        Cell::Whole(number) => json!(number),
        Cell::Wholes(numbers) => json!(numbers),
        // Money is text, so that nobody rounds it.
        Cell::Billionths(nanos) => {
            json!(crate::core::money::MoneySum::from_nanos(*nanos).to_string())
        }
        Cell::Number(number) => json!(number),
    })
}
