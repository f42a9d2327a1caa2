//! What the store knows about the last two days, for the live figures at start.

use std::ops::Range;

use duckdb::{Connection, Row, named_params};
use jiff::Timestamp;
use uuid::Uuid;

use crate::core::event::Event;
use crate::core::limits;
use crate::live::minutes::{KEPT_MINUTES, MINUTE_US, PROVIDER_MINUTES};
use crate::live::seconds::RECENT_S;
use crate::live::tally::Tally;
use crate::store::engine::{Engine, EngineError};

/// Events replayed one by one. Ten minutes of a thousand a second; beyond it the oldest are left out.
const REPLAYED_MAX: i64 = 600_000;
/// A session ends after this pause, in microseconds.
const SESSION_US: i64 = 30 * 60 * 1_000_000;
/// Minutes of which it must be known who was active: the last hour of yesterday's same time, on a day of 25 hours.
const ACTIVE_MINUTES: i64 = 26 * 60;

/// What the store holds of one project's near past. Minutes are counted since 1970.
#[derive(Debug, Default)]
pub struct Past {
    /// Counts of each minute that had an event.
    pub minutes: Vec<(i64, Tally)>,
    /// Payments by minute and currency, in ten-thousandths.
    pub payments: Vec<(i64, String, i64)>,
    /// Calls of the last hour by minute and provider; without an id where a call names none.
    pub calls: Vec<(i64, Option<String>, u64)>,
    /// People and visitors of the five minutes up to the end of each minute.
    pub active: Vec<(i64, u64)>,
    /// Events of the last minutes, oldest first.
    pub recent: Vec<Event>,
    /// The last events of all, oldest first.
    pub feed: Vec<Event>,
    /// Events of sessions that may still be open, oldest first.
    pub sessions: Vec<Event>,
}

/// Reads the near past of one project as of `now`, with at most `feed_max` events for its feed.
///
/// # Errors
/// If the engine cannot answer.
pub async fn past(
    engine: &Engine,
    project: u32,
    feed_max: usize,
    now: Timestamp,
) -> Result<Past, EngineError> {
    let now = now.as_microsecond();
    let feed_max = i64::try_from(feed_max).unwrap_or(i64::MAX);
    engine
        .read(move |reader| {
            let present = now.div_euclid(MINUTE_US);
            // Events are taken up to a day ahead of our clock. What lies further ahead was received by a clock
            // that has been set back since, and is not the near past.
            let end = now + limits::CLOCK_AHEAD_US;
            let since = |minutes: i64| (present - minutes) * MINUTE_US..end;
            let active_minutes = (present - ACTIVE_MINUTES) * MINUTE_US..present * MINUTE_US;
            Ok(Past {
                minutes: minutes(reader, project, since(KEPT_MINUTES))?,
                payments: payments(reader, project, since(KEPT_MINUTES))?,
                calls: calls(reader, project, since(PROVIDER_MINUTES))?,
                active: active(reader, project, active_minutes)?,
                recent: events(
                    reader,
                    project,
                    now - RECENT_S * 1_000_000..end,
                    REPLAYED_MAX,
                )?,
                feed: events(reader, project, 0..end, feed_max)?,
                sessions: events(reader, project, now - SESSION_US..end, REPLAYED_MAX)?,
            })
        })
        .await
}

/// People and visitors of the five minutes up to the end of each minute, from the minute `from` on, as of `now`.
///
/// # Errors
/// If the engine cannot answer.
pub async fn active_since(
    engine: &Engine,
    project: u32,
    from: i64,
    now: Timestamp,
) -> Result<Vec<(i64, u64)>, EngineError> {
    let present = now.as_microsecond().div_euclid(MINUTE_US);
    let from = from.max(present - ACTIVE_MINUTES);
    engine
        .read(move |reader| {
            // Who was seen in the four minutes before is active at the end of the first one too.
            let seen_from = (from - 4) * MINUTE_US;
            let mut told = active(reader, project, seen_from..present * MINUTE_US)?;
            told.retain(|(minute, _)| *minute >= from);
            Ok(told)
        })
        .await
}

fn minutes(
    reader: &Connection,
    project: u32,
    occurred: Range<i64>,
) -> Result<Vec<(i64, Tally)>, EngineError> {
    let mut statement = reader.prepare(include_str!("sql/live_minutes.sql"))?;
    let rows = statement.query_map(
        named_params! { "project": project, "from": occurred.start, "to": occurred.end },
        |row| {
            let count = |column| row.get::<_, i64>(column).map(|count| count as u64);
            let tally = Tally {
                queries: count(1)?,
                answers: count(2)?,
                valid: count(3)?,
                failures: count(4)?,
                latencies: count(5)?,
                latency_sum: row.get(6)?,
                tokens: row.get(7)?,
            };
            Ok((row.get(0)?, tally))
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn payments(
    reader: &Connection,
    project: u32,
    occurred: Range<i64>,
) -> Result<Vec<(i64, String, i64)>, EngineError> {
    let mut statement = reader.prepare(include_str!("sql/live_payments.sql"))?;
    let rows = statement.query_map(
        named_params! { "project": project, "from": occurred.start, "to": occurred.end },
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn calls(
    reader: &Connection,
    project: u32,
    occurred: Range<i64>,
) -> Result<Vec<(i64, Option<String>, u64)>, EngineError> {
    let mut statement = reader.prepare(include_str!("sql/live_calls.sql"))?;
    let rows = statement.query_map(
        named_params! { "project": project, "from": occurred.start, "to": occurred.end },
        |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64)),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn active(
    reader: &Connection,
    project: u32,
    occurred: Range<i64>,
) -> Result<Vec<(i64, u64)>, EngineError> {
    let mut statement = reader.prepare(include_str!("sql/live_active.sql"))?;
    let rows = statement.query_map(
        named_params! { "project": project, "from": occurred.start, "to": occurred.end },
        |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn events(
    reader: &Connection,
    project: u32,
    occurred: Range<i64>,
    limit: i64,
) -> Result<Vec<Event>, EngineError> {
    let mut statement = reader.prepare(include_str!("sql/live_events.sql"))?;
    let rows = statement.query_map(
        named_params! { "project": project, "from": occurred.start, "to": occurred.end, "limit": limit },
        |row| event(row, project),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn event(row: &Row, project: u32) -> duckdb::Result<Event> {
    let id: String = row.get("id")?;
    let mut event = Event {
        project,
        kind: row.get("type")?,
        occurred_at: row.get("occurred_us")?,
        visitor: row.get("visitor")?,
        user_id: row.get("user_id")?,
        anonymous_id: row.get("anonymous_id")?,
        session_id: row.get("session_id")?,
        plan: row.get("plan")?,
        feature: row.get("feature")?,
        provider: row.get("provider")?,
        model: row.get("model")?,
        status: row.get("status")?,
        error_type: row.get("error_type")?,
        finish_reason: row.get("finish_reason")?,
        currency: row.get("currency")?,
        path: row.get("path")?,
        country: row.get("country")?,
        attempt: row.get("attempt")?,
        input_tokens: row.get("input_tokens")?,
        output_tokens: row.get("output_tokens")?,
        latency_ms: row.get("latency_ms")?,
        cost: row.get("cost")?,
        amount: row.get("amount")?,
        ..Event::default()
    };
    event.set_id(Uuid::parse_str(&id).map_or(0, |id| id.as_u128()));
    Ok(event)
}
