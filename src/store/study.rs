//! One read transaction for questions that end in Rust: rows as usual, and long columns of whole numbers.
//!
//! A funnel looks at millions of events, one person at a time. As [`crate::store::table::Cell`]s they would cost an
//! allocation a row; here they stay the engine's own columns, read in place.

use duckdb::Connection;
use duckdb::arrow::array::AsArray;
use duckdb::arrow::datatypes::{DataType, Int64Type};

use crate::core::sql::{Bind, Sql};
use crate::store::engine::{EngineError, Facts};
use crate::store::table::{self, Rows};

/// Columns of whole numbers, all of one length.
pub type Columns<'a> = [&'a [i64]];

/// The columns row by row; `N` is how many there are.
pub fn by_row<'a, const N: usize>(columns: &'a Columns<'a>) -> impl Iterator<Item = [i64; N]> + 'a {
    let rows = columns.first().map_or(0, |column| column.len());
    (0..rows).map(move |row| std::array::from_fn(|column| columns[column][row]))
}

/// A transaction of a reader: everything asked in it sees the same events.
pub struct Study<'a> {
    reader: &'a Connection,
    facts: Facts,
}

impl<'a> Study<'a> {
    /// Through a connection in whose transaction it is asked.
    pub(super) fn new(reader: &'a Connection, facts: Facts) -> Study<'a> {
        Study { reader, facts }
    }

    /// Which facts it sees.
    pub fn facts(&self) -> Facts {
        self.facts
    }

    /// Asks for rows.
    ///
    /// # Errors
    /// As [`table::ask`].
    pub fn rows(&self, sql: &Sql, binds: &[(String, Bind)]) -> Result<Rows, EngineError> {
        table::ask(self.reader, sql, binds)
    }

    /// Asks for columns of type BIGINT without nulls, and hands them over in pieces, in the engine's order.
    ///
    /// The engine finishes its answer first. It could go on while pieces are read (`stream_arrow`), but with DuckDB 1.5.6
    /// such an answer may never come: one about a million sessions waited for itself for ever.
    ///
    /// # Errors
    /// If the engine fails, or a column is of another type.
    pub fn numbers(
        &self,
        sql: &Sql,
        binds: &[(String, Bind)],
        mut each: impl FnMut(&Columns<'_>),
    ) -> Result<(), EngineError> {
        let mut statement = self.reader.prepare(sql.as_str())?;
        let values = table::values(&statement, binds)?;
        for batch in statement.query_arrow(values.as_slice())? {
            for column in batch.columns() {
                if column.data_type() != &DataType::Int64 || column.null_count() > 0 {
                    return Err(EngineError::Query(format!(
                        "a column is {} with {} nulls instead of whole numbers",
                        column.data_type(),
                        column.null_count()
                    )));
                }
            }
            let columns: Vec<&[i64]> = batch
                .columns()
                .iter()
                .map(|column| &column.as_primitive::<Int64Type>().values()[..])
                .collect();
            each(&columns);
        }
        Ok(())
    }
}
