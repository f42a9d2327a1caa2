//! At start: the ids that the store received lately, back into the id set.

use duckdb::arrow::array::{AsArray, RecordBatch};
use duckdb::arrow::datatypes::{Int32Type, Int64Type};
use duckdb::params;
use uuid::Uuid;

use crate::store::duplicate::{self, Duplicates};
use crate::store::engine::{Engine, EngineError};

/// Puts the ids received since `since` (microseconds) into the set, as many of the latest as it holds,
/// and tells the set what it does not know.
///
/// # Errors
/// If the engine cannot answer.
pub async fn fill(engine: &Engine, set: &mut Duplicates, since: i64) -> Result<(), EngineError> {
    let room = set.capacity() as i64;
    let (batches, older) = engine
        .read(move |reader| {
            // Sequence numbers are dense, so this many of the latest rows are the latest ids.
            let first_seq: i64 =
                reader.query_row("SELECT greatest(coalesce(max(seq), 0) - ? + 1, 0) FROM events", params![room], |r| r.get(0))?;
            let mut statement = reader.prepare(
                "SELECT project, CAST(id AS VARCHAR), epoch_us(received_at) FROM events \
                 WHERE seq >= ? AND received_at >= make_timestamp(?) ORDER BY seq",
            )?;
            let batches: Vec<RecordBatch> = statement.query_arrow(params![first_seq, since])?.collect();
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
            earliest = earliest.min(received.value(row));
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
