//! At start: the ids that the store received lately, back into the id set.

use duckdb::arrow::array::{AsArray, RecordBatch};
use duckdb::arrow::datatypes::{Int32Type, Int64Type};
use duckdb::params;
use uuid::Uuid;

use crate::core::limits;
use crate::store::duplicate::{self, Duplicates};
use crate::store::engine::{Engine, EngineError};

/// Puts the ids received since `since` (microseconds), and the very latest whatever their time, into the set,
/// as many as it holds, and tells the set what it does not know.
///
/// # Errors
/// If the engine cannot answer.
pub async fn fill(engine: &Engine, set: &mut Duplicates, since: i64) -> Result<(), EngineError> {
    let room = set.capacity() as i64;
    let (batches, older) = engine
        .read(move |reader| {
            // Sequence numbers are dense, so this many of the latest rows are the latest ids.
            let last_seq: i64 = reader.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |r| r.get(0))?;
            let first_seq = (last_seq - room + 1).max(0);
            let latest_seq = last_seq - limits::DUPLICATE_IDS_MIN.min(room) + 1;
            let mut statement = reader.prepare(
                "SELECT project, CAST(id AS VARCHAR), epoch_us(received_at) FROM events \
                 WHERE seq >= ? AND (received_at >= make_timestamp(?) OR seq >= ?) ORDER BY seq",
            )?;
            let batches: Vec<RecordBatch> = statement.query_arrow(params![first_seq, since, latest_seq])?.collect();
            let older: bool = reader.query_row(
                "SELECT count(*) > 0 FROM (SELECT 1 FROM events WHERE seq < ? OR received_at < make_timestamp(?) LIMIT 1)",
                params![first_seq, since],
                |r| r.get(0),
            )?;
            Ok((batches, older))
        })
        .await?;
    let mut earliest = i64::MAX;
    for batch in &batches {
        let projects = batch.column(0).as_primitive::<Int32Type>();
        let ids = batch.column(1).as_string::<i32>();
        let received = batch.column(2).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let Ok(id) = Uuid::parse_str(ids.value(row)) else {
                continue;
            };
            let key = duplicate::key(projects.value(row) as u32, id.as_u128(), set.secret());
            set.insert(key, received.value(row));
            if received.value(row) >= since {
                earliest = earliest.min(received.value(row));
            }
        }
    }
    if older {
        set.forget_before(if earliest == i64::MAX {
            since
        } else {
            earliest
        });
    }
    Ok(())
}
