//! The first look at a project: how much is stored, from when to when, of what.

use std::collections::BTreeMap;

use duckdb::{named_params, params};
use jiff::Timestamp;
use serde::Serialize;

use crate::core::money::MoneySum;
use crate::store::engine::{Engine, EngineError};

/// What a project holds. Sums are exact.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub struct Summary {
    /// Events stored.
    pub events: u64,
    /// When the first happened.
    pub first_timestamp: Option<Timestamp>,
    /// When the last happened.
    pub last_timestamp: Option<Timestamp>,
    /// Events by type.
    pub by_type: BTreeMap<String, u64>,
    /// Input tokens of all events.
    pub input_tokens: u64,
    /// Output tokens of all events.
    pub output_tokens: u64,
    /// Model cost as decimal text, in US dollars unless the client reported another currency.
    pub cost: String,
    /// Calls whose cost is unknown or only partly known; with any, the cost is "at least".
    pub unpriced_requests: u64,
}

/// Sums up one project.
///
/// # Errors
/// If the engine cannot answer.
pub async fn summary(engine: &Engine, project: u32) -> Result<Summary, EngineError> {
    engine
        .read(move |reader| {
            let mut statement = reader.prepare(include_str!("sql/summary.sql"))?;
            let mut rows = statement.query(named_params! { "project": project })?;
            let mut summary = Summary::default();
            let mut cost = MoneySum::ZERO;
            while let Some(row) = rows.next()? {
                let events = row.get::<_, i64>(1)? as u64;
                summary.events += events;
                summary.by_type.insert(row.get(0)?, events);
                let time = |us: Option<i64>| us.and_then(|us| Timestamp::from_microsecond(us).ok());
                let (first, last) = (time(row.get(2)?), time(row.get(3)?));
                summary.first_timestamp =
                    [summary.first_timestamp, first].into_iter().flatten().min();
                summary.last_timestamp = summary.last_timestamp.max(last);
                let tokens = |column| row.get::<_, i64>(column).map(|sum| sum as u64);
                summary.input_tokens = summary.input_tokens.saturating_add(tokens(4)?);
                summary.output_tokens = summary.output_tokens.saturating_add(tokens(5)?);
                cost.add_sum(MoneySum::from_nanos(row.get(6)?));
                summary.unpriced_requests += row.get::<_, i64>(7)? as u64;
            }
            summary.cost = cost.to_string();
            Ok(summary)
        })
        .await
}

/// Whether a project has any event.
///
/// # Errors
/// If the engine cannot answer.
pub async fn has_events(engine: &Engine, project: u32) -> Result<bool, EngineError> {
    engine
        .read(move |reader| {
            let mut statement = reader.prepare("SELECT 1 FROM events WHERE project = ? LIMIT 1")?;
            Ok(statement.exists(params![project])?)
        })
        .await
}
