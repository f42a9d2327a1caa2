//! The events behind a figure, the latest first, a page at a time.

use crate::catalogue::frame::Grain;
use crate::core::sql::{Binds, Sql};
use crate::query::plan::Statement;
use crate::query::question::Question;
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::Cell;

/// What is told of each event, by name and SQL.
const COLUMNS: &[(&str, &str)] = &[
    ("id", "CAST(e.id AS VARCHAR)"),
    ("type", "e.type"),
    ("user", "p.name"),
    ("session_id", "e.session_id"),
    ("account", "e.account"),
    ("plan", "e.plan"),
    ("feature", "e.feature"),
    ("provider", "e.provider"),
    ("model", "e.model"),
    ("operation", "e.operation"),
    ("endpoint", "e.endpoint"),
    ("outcome", "e.outcome"),
    ("status_code", "e.status_code"),
    ("error_type", "e.error_type"),
    ("finish_reason", "e.finish_reason"),
    ("attempt", "e.attempt"),
    ("request_id", "e.request_id"),
    ("input_tokens", "e.input_tokens"),
    ("output_tokens", "e.output_tokens"),
    ("latency_ms", "e.latency_ms"),
    ("ttft_ms", "e.ttft_ms"),
    ("cost", "e.cost"),
    ("cost_source", "e.cost_source"),
    ("amount", "e.amount"),
    ("currency", "e.currency"),
    ("rating", "e.rating"),
    ("path", "e.path"),
    ("country", "e.country"),
    ("metadata", "e.metadata"),
];

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// When it happened, in microseconds.
    pub occurred_at: i64,
    /// Its sequence number.
    pub seq: i64,
    /// Its other values, in the order of [`names`].
    pub cells: Vec<Cell>,
}

impl EventRow {
    /// The value with this name; nothing if there is no such name.
    pub fn get(&self, name: &str) -> &Cell {
        let position = names().position(|held| held == name);
        position
            .and_then(|position| self.cells.get(position))
            .unwrap_or(&Cell::Null)
    }
}

/// A page of events.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The events, the latest first.
    pub rows: Vec<EventRow>,
    /// Where the next page begins, for `before`; `None` on the last one.
    pub next: Option<(i64, i64)>,
    /// Everything with a lower sequence number is in the answer.
    pub commit: u64,
}

/// Names of the values of an event.
pub fn names() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|(name, _)| *name)
}

/// The rows behind a question: of the grain of its first metric, or events of any kind.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn listing(session: &Session, question: &Question) -> Result<Listing, EngineError> {
    let rows = session.ask(&statement(question))?;
    let mut rows: Vec<EventRow> = rows
        .into_iter()
        .filter_map(|mut cells| {
            let rest = cells.split_off(2);
            Some(EventRow {
                occurred_at: cells.first()?.whole()?,
                seq: cells.get(1)?.whole()?,
                cells: rest,
            })
        })
        .collect();
    let has_more = rows.len() > question.limit;
    rows.truncate(question.limit);
    Ok(Listing {
        next: rows
            .last()
            .filter(|_| has_more)
            .map(|row| (row.occurred_at, row.seq)),
        rows,
        commit: session.commit,
    })
}

fn statement(question: &Question) -> Statement {
    let mut binds = Binds::default();
    let grain = question
        .metrics
        .first()
        .map_or(Grain::Event, |metric| match metric.grain {
            // Behind a visit stand events of any kind.
            Grain::Visit => Grain::Event,
            grain => grain,
        });
    // Page by page without counting: times may be equal, sequence numbers never are.
    let before = match question.before {
        None => Sql::default(),
        Some((at, seq)) => Sql::text(
            " AND occurred_at <= make_timestamp({{at}}) AND (occurred_at < make_timestamp({{at}}) OR seq < {{seq}})",
        )
        .fill("at", &binds.whole(at))
        .fill("seq", &binds.whole(seq)),
    };
    let columns = COLUMNS.iter().map(|(_, sql)| Sql::text(sql));
    let sql = Sql::text(
        "SELECT epoch_us(e.occurred_at), e.seq, {{columns}} FROM (\
         SELECT * FROM ({{frame}}) WHERE occurred_at >= make_timestamp({{from}}) AND occurred_at < make_timestamp({{to}}) \
         AND {{filter}}{{before}} ORDER BY occurred_at DESC, seq DESC LIMIT {{limit}}) AS e \
         LEFT JOIN people AS p ON p.project = e.project AND p.person = e.person \
         ORDER BY e.occurred_at DESC, e.seq DESC",
    )
    .fill("columns", &Sql::join(columns, ", "))
    .fill("frame", &grain.frame().raw_sql())
    .fill("from", &binds.whole(question.period.from.as_microsecond()))
    .fill("to", &binds.whole(question.period.to.as_microsecond()))
    .fill("filter", &question.filter.sql(&mut binds))
    .fill("before", &before)
    .fill("limit", &Sql::number(question.limit as i64 + 1));
    Statement { sql, binds }
}
