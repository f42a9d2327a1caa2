//! Migrations of the engine's tables: numbered files, each one idea, each in its own transaction.
//!
//! A checkpoint follows each, because DuckDB has had logs that could not be replayed after a change of
//! tables. A file is never edited after a release.

use duckdb::{Connection, params};

use crate::store::engine::EngineError;

/// All migrations, in order. The position is the version.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_events", include_str!("migrations/0001_events.sql")),
    ("0002_rollups", include_str!("migrations/0002_rollups.sql")),
    (
        "0003_latency_splits",
        include_str!("migrations/0003_latency_splits.sql"),
    ),
    (
        "0004_person_alias",
        include_str!("migrations/0004_person_alias.sql"),
    ),
    (
        "0005_interactions",
        include_str!("migrations/0005_interactions.sql"),
    ),
    (
        "0006_payments_and_ratings_by_day",
        include_str!("migrations/0006_payments_and_ratings_by_day.sql"),
    ),
    ("0007_visits", include_str!("migrations/0007_visits.sql")),
    (
        "0008_features_by_day",
        include_str!("migrations/0008_features_by_day.sql"),
    ),
    ("0009_pages", include_str!("migrations/0009_pages.sql")),
];

/// Brings the attached database up to date.
///
/// # Errors
/// If a migration fails, or the database was made by a newer release.
pub fn run(connection: &Connection) -> Result<(), EngineError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, name VARCHAR)",
    )?;
    let version: i64 = connection.query_row(
        "SELECT coalesce(max(version), 0) FROM schema_version",
        [],
        |row| row.get(0),
    )?;
    if version as usize > MIGRATIONS.len() {
        return Err(EngineError::Broken(format!(
            "the database has version {version}, this program knows {}; use the newer release that made it",
            MIGRATIONS.len()
        )));
    }
    for (number, (name, sql)) in (1i64..).zip(MIGRATIONS).skip(version as usize) {
        connection.execute_batch("BEGIN")?;
        connection.execute_batch(sql)?;
        connection.execute(
            "INSERT INTO schema_version (version, name) VALUES (?, ?)",
            params![number, name],
        )?;
        connection.execute_batch("COMMIT")?;
        connection.execute_batch("CHECKPOINT store")?;
        tracing::info!(version = number, name, "migrated the events database");
    }
    Ok(())
}
