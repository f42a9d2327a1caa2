//! Columns out of rows: moments, flags and closed sets, with an error that names the column.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::core::project_id::ProjectId;
use crate::store::control::ControlError;

/// The whole number in `column`.
pub(super) fn whole(row: &SqliteRow, column: &'static str) -> Result<i64, ControlError> {
    Ok(row.try_get(column)?)
}

/// The text in `column`.
pub(super) fn text(row: &SqliteRow, column: &'static str) -> Result<String, ControlError> {
    Ok(row.try_get(column)?)
}

/// The flag in `column`.
pub(super) fn flag(row: &SqliteRow, column: &'static str) -> Result<bool, ControlError> {
    Ok(whole(row, column)? != 0)
}

/// The moment in `column`.
pub(super) fn moment(row: &SqliteRow, column: &'static str) -> Result<Timestamp, ControlError> {
    timestamp(column, whole(row, column)?)
}

/// The moment in `column`, if there is one.
pub(super) fn optional_moment(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<Timestamp>, ControlError> {
    let at_ms: Option<i64> = row.try_get(column)?;
    at_ms.map(|at_ms| timestamp(column, at_ms)).transpose()
}

/// The project in `column`.
pub(super) fn project_id(row: &SqliteRow, column: &'static str) -> Result<ProjectId, ControlError> {
    let number = whole(row, column)?;
    u32::try_from(number)
        .ok()
        .and_then(ProjectId::new)
        .ok_or_else(|| unexpected(column, number, "a project number"))
}

/// The error for a value that this program would not have written. Never pass a secret.
pub(super) fn unexpected(
    column: &'static str,
    value: impl ToString,
    expected: &'static str,
) -> ControlError {
    ControlError::Row {
        column,
        value: value.to_string(),
        expected,
    }
}

fn timestamp(column: &'static str, at_ms: i64) -> Result<Timestamp, ControlError> {
    Timestamp::from_millisecond(at_ms)
        .map_err(|_| unexpected(column, at_ms, "a moment in milliseconds since 1970"))
}
