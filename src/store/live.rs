//! What the store knows about the last hour and today, for the live figures at start.

use std::ops::Range;

use duckdb::{Connection, Row, named_params};
use jiff::Timestamp;
use uuid::Uuid;

use crate::core::event::Event;
use crate::core::limits;
use crate::live::window::{CHART_MINUTES, PastMinute};
use crate::store::engine::{Engine, EngineError};

/// Events replayed one by one. Ten minutes of a thousand a second; beyond it the oldest are left out.
const REPLAYED_MAX: i64 = 600_000;
/// Events of the feed.
const FEED_MAX: i64 = 50;
/// The figures that need single events look back this far, in microseconds.
const RECENT_US: i64 = 300 * 1_000_000;
/// A session ends after this pause, in microseconds.
const SESSION_US: i64 = 30 * 60 * 1_000_000;

/// What the store holds of one project's near past.
#[derive(Debug, Default)]
pub struct Past {
    /// Tokens since local midnight.
    pub tokens_today: i64,
    /// Payments since local midnight, in ten-thousandths.
    pub revenue_today: i64,
    /// The minutes of the last hour that are not covered by `recent`.
    pub minutes: Vec<PastMinute>,
    /// Events of the last minutes, oldest first.
    pub recent: Vec<Event>,
    /// The last events of all, oldest first.
    pub feed: Vec<Event>,
    /// Events of sessions that may still be open, oldest first.
    pub sessions: Vec<Event>,
}

/// Reads the near past of one project as of `now`.
///
/// # Errors
/// If the engine cannot answer.
pub async fn past(
    engine: &Engine,
    project: u32,
    currency: &str,
    day: Range<i64>,
    now: Timestamp,
) -> Result<Past, EngineError> {
    let currency = currency.to_owned();
    let now = now.as_microsecond();
    engine
        .read(move |reader| {
            // Whole minutes come as sums, the rest as events.
            let boundary = (now - RECENT_US).div_euclid(60_000_000) * 60_000_000;
            let hour_start = (now.div_euclid(60_000_000) - CHART_MINUTES as i64) * 60_000_000;
            // Events are taken up to a day ahead of our clock. What lies further ahead was received by a clock
            // that has been set back since, and is not the near past.
            let end = now + limits::CLOCK_AHEAD_US;
            let mut past = Past {
                minutes: minutes(reader, project, &currency, hour_start, boundary)?,
                recent: events(reader, project, boundary..end, REPLAYED_MAX)?,
                feed: events(reader, project, 0..end, FEED_MAX)?,
                sessions: events(reader, project, now - SESSION_US..end, REPLAYED_MAX)?,
                ..Past::default()
            };
            let today = reader
                .prepare(include_str!("sql/live_today.sql"))?
                .query_row(
                    named_params! { "project": project, "from": day.start, "to": day.end, "currency": currency },
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?;
            (past.tokens_today, past.revenue_today) = today;
            Ok(past)
        })
        .await
}

fn minutes(
    reader: &Connection,
    project: u32,
    currency: &str,
    from: i64,
    to: i64,
) -> Result<Vec<PastMinute>, EngineError> {
    let mut statement = reader.prepare(include_str!("sql/live_minutes.sql"))?;
    let rows = statement.query_map(
        named_params! { "project": project, "from": from, "to": to, "currency": currency },
        |row| {
            let count = |column| row.get::<_, i64>(column).map(|count| count as u64);
            Ok(PastMinute {
                minute: row.get(0)?,
                queries: count(1)?,
                answers: count(2)?,
                valid: count(3)?,
                failures: count(4)?,
                latencies: count(5)?,
                latency_sum: row.get(6)?,
                tokens: row.get(7)?,
                revenue: row.get(8)?,
                active: count(9)?,
            })
        },
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
