//! Answers of the engine as plain cells, and statements with their values.

use duckdb::arrow::array::{Array, ArrayRef, AsArray};
use duckdb::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use duckdb::{Connection, Statement, ToSql};

use crate::core::exchange::ten_thousandths;
use crate::core::sql::{Bind, Sql};
use crate::store::engine::EngineError;

/// One value of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Null,
    /// Text.
    Text(String),
    /// A whole number; a moment in microseconds; a date in days since 1970.
    Whole(i64),
    /// A decimal number of this many billionths.
    Billionths(i128),
    /// A number.
    Number(f64),
    /// Whole numbers.
    Wholes(Vec<i64>),
}

impl Cell {
    /// A whole number, if it is one.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Cell::Whole(number) => Some(*number),
            Cell::Billionths(billionths) => i64::try_from(billionths / 1_000_000_000).ok(),
            Cell::Number(number) => Some(*number as i64),
            Cell::Null | Cell::Text(_) | Cell::Wholes(_) => None,
        }
    }

    /// Its whole numbers; none if it is anything else.
    pub fn wholes(&self) -> &[i64] {
        match self {
            Cell::Wholes(numbers) => numbers,
            _ => &[],
        }
    }

    /// Its text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As a float, if it is a number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Whole(number) => Some(*number as f64),
            Cell::Billionths(billionths) => Some(*billionths as f64 / 1e9),
            Cell::Number(number) => Some(*number),
            Cell::Null | Cell::Text(_) | Cell::Wholes(_) => None,
        }
    }
}

/// The rows of an answer.
pub type Rows = Vec<Vec<Cell>>;

/// Runs a statement that gives no rows.
///
/// # Errors
/// If the engine refuses it.
pub fn run(
    connection: &Connection,
    sql: &Sql,
    binds: &[(String, Bind)],
) -> Result<(), EngineError> {
    let mut statement = connection.prepare(sql.as_str())?;
    let values = values(&statement, binds)?;
    statement.execute(values.as_slice())?;
    Ok(())
}

/// Asks for rows.
///
/// # Errors
/// If the engine refuses the question, or gives a type that no question of ours has.
pub fn ask(
    connection: &Connection,
    sql: &Sql,
    binds: &[(String, Bind)],
) -> Result<Rows, EngineError> {
    let mut statement = connection.prepare(sql.as_str())?;
    let values = values(&statement, binds)?;
    let mut rows = Rows::new();
    for batch in statement.query_arrow(values.as_slice())? {
        let first = rows.len();
        rows.resize_with(first + batch.num_rows(), || {
            Vec::with_capacity(batch.num_columns())
        });
        for column in batch.columns() {
            let read = reader(column)?;
            for (position, row) in rows[first..].iter_mut().enumerate() {
                row.push(match column.is_null(position) {
                    true => Cell::Null,
                    false => read(column, position),
                });
            }
        }
    }
    Ok(rows)
}

/// The values of a statement's parameters, in their order. Values that it does not name are left out.
pub fn values<'a>(
    statement: &Statement,
    binds: &'a [(String, Bind)],
) -> Result<Vec<&'a dyn ToSql>, EngineError> {
    let mut values: Vec<&dyn ToSql> = Vec::with_capacity(statement.parameter_count());
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index)?;
        let bound = binds.iter().find(|(held, _)| *held == name);
        let (_, value) =
            bound.ok_or_else(|| EngineError::Query(format!("nothing is bound to ${name}")))?;
        values.push(match value {
            Bind::Text(text) => text,
            Bind::Whole(number) => number,
            Bind::Number(number) => number,
            Bind::Bits(bits) => &**bits,
            Bind::Segments(condition) => {
                let text =
                    format!("`{condition}` names a segment, and segments cannot be used here");
                return Err(EngineError::Question(text));
            }
        });
    }
    Ok(values)
}

fn reader(column: &ArrayRef) -> Result<fn(&ArrayRef, usize) -> Cell, EngineError> {
    macro_rules! whole {
        ($kind:ty) => {
            |column, row| Cell::Whole(column.as_primitive::<$kind>().value(row) as i64)
        };
    }
    Ok(match column.data_type() {
        DataType::Utf8 => |column, row| Cell::Text(column.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => {
            |column, row| Cell::Text(column.as_string::<i64>().value(row).to_owned())
        }
        DataType::Boolean => |column, row| Cell::Whole(i64::from(column.as_boolean().value(row))),
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Date32 => whole!(Date32Type),
        DataType::Timestamp(TimeUnit::Microsecond, _) => whole!(TimestampMicrosecondType),
        DataType::Float32 => {
            |column, row| Cell::Number(f64::from(column.as_primitive::<Float32Type>().value(row)))
        }
        DataType::Float64 => {
            |column, row| Cell::Number(column.as_primitive::<Float64Type>().value(row))
        }
        // HUGEINT, the type of sums of whole numbers, comes as a decimal without places.
        DataType::Decimal128(_, 0) => |column, row| {
            let number = column.as_primitive::<Decimal128Type>().value(row);
            Cell::Whole(i64::try_from(number).unwrap_or(i64::MAX))
        },
        DataType::Decimal128(_, 4) => |column, row| {
            Cell::Billionths(column.as_primitive::<Decimal128Type>().value(row) * 100_000)
        },
        // A sum of amounts times exchange rates, exact until here.
        DataType::Decimal128(_, 16) => |column, row| {
            let exact = column.as_primitive::<Decimal128Type>().value(row);
            Cell::Billionths(ten_thousandths(exact) * 100_000)
        },
        DataType::Decimal128(_, 9) => {
            |column, row| Cell::Billionths(column.as_primitive::<Decimal128Type>().value(row))
        }
        DataType::List(item) if *item.data_type() == DataType::Int64 => |column, row| {
            let items = column.as_list::<i32>().value(row);
            Cell::Wholes(items.as_primitive::<Int64Type>().values().to_vec())
        },
        DataType::Null => |_, _| Cell::Null,
        other => {
            return Err(EngineError::Query(format!(
                "the engine gave a column of type {other}"
            )));
        }
    })
}
