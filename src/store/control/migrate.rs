//! Migrations: numbered, embedded, each applied once and in one transaction.
//!
//! Own code instead of a macro, as it is thirty lines and lets two processes start at once.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use crate::store::control::ControlError;

/// One step of the schema.
pub(super) struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// All steps, in order. Released ones are never edited.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "people_projects_keys",
        sql: include_str!("migrations/0001_people_projects_keys.sql"),
    },
    Migration {
        version: 2,
        name: "demo_and_removed_projects",
        sql: include_str!("migrations/0002_demo_and_removed_projects.sql"),
    },
    Migration {
        version: 3,
        name: "budgets_and_prices",
        sql: include_str!("migrations/0003_budgets_and_prices.sql"),
    },
    Migration {
        version: 4,
        name: "thresholds",
        sql: include_str!("migrations/0004_thresholds.sql"),
    },
    Migration {
        version: 5,
        name: "saved_funnels",
        sql: include_str!("migrations/0005_saved_funnels.sql"),
    },
    Migration {
        version: 6,
        name: "person_erasures",
        sql: include_str!("migrations/0006_person_erasures.sql"),
    },
    Migration {
        version: 7,
        name: "segments",
        sql: include_str!("migrations/0007_segments.sql"),
    },
    Migration {
        version: 8,
        name: "exchange_rates",
        sql: include_str!("migrations/0008_exchange_rates.sql"),
    },
];

/// Applies the steps of `migrations` that the file does not have yet.
pub(super) async fn migrate(
    connection: &mut SqliteConnection,
    path: &Path,
    migrations: &[Migration],
) -> Result<(), ControlError> {
    // The lock is held from the look to the last step, so that two processes that start at
    // once do not apply a step twice.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS schema_migration (
             version BIGINT NOT NULL PRIMARY KEY,
             name TEXT NOT NULL
         )",
    )
    .execute(&mut *transaction)
    .await?;
    let found: i64 =
        sqlx::query("SELECT COALESCE(MAX(version), 0) AS version FROM schema_migration")
            .fetch_one(&mut *transaction)
            .await?
            .try_get("version")?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if found > known {
        return Err(ControlError::Newer {
            path: path.to_path_buf(),
            found,
            known,
        });
    }
    for migration in migrations {
        if migration.version <= found {
            continue;
        }
        sqlx::raw_sql(migration.sql)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO schema_migration (version, name) VALUES ($1, $2)")
            .bind(migration.version)
            .bind(migration.name)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration {
        version: 1,
        name: "one",
        sql: "CREATE TABLE one (a BIGINT); INSERT INTO one VALUES (1);",
    };
    const TWO: Migration = Migration {
        version: 2,
        name: "two",
        sql: "INSERT INTO one VALUES (2);",
    };
    const BROKEN: Migration = Migration {
        version: 2,
        name: "broken",
        sql: "INSERT INTO one VALUES (2); INSERT INTO missing VALUES (1);",
    };

    async fn rows(connection: &mut SqliteConnection) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM one")
            .fetch_one(connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn each_step_is_applied_once_and_later_steps_are_added() {
        let mut memory = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let path = Path::new("control.sqlite");
        migrate(&mut memory, path, &[ONE]).await.unwrap();
        migrate(&mut memory, path, &[ONE]).await.unwrap();
        assert_eq!(rows(&mut memory).await, 1);
        migrate(&mut memory, path, &[ONE, TWO]).await.unwrap();
        migrate(&mut memory, path, &[ONE, TWO]).await.unwrap();
        assert_eq!(rows(&mut memory).await, 2);
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_nothing_behind() {
        let mut memory = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let path = Path::new("control.sqlite");
        migrate(&mut memory, path, &[ONE]).await.unwrap();
        assert!(migrate(&mut memory, path, &[ONE, BROKEN]).await.is_err());
        assert_eq!(rows(&mut memory).await, 1);
        migrate(&mut memory, path, &[ONE, TWO]).await.unwrap();
        assert_eq!(rows(&mut memory).await, 2);
    }

    #[tokio::test]
    async fn a_file_of_a_newer_version_is_refused() {
        let mut memory = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let path = Path::new("control.sqlite");
        migrate(&mut memory, path, &[ONE, TWO]).await.unwrap();
        let error = migrate(&mut memory, path, &[ONE]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the control store at control.sqlite has schema 2, this version knows 1; \
             install the newer version or restore a backup"
        );
    }

    #[test]
    fn steps_are_numbered_without_gaps() {
        let versions: Vec<i64> = MIGRATIONS.iter().map(|step| step.version).collect();
        let expected: Vec<i64> = (1..).take(MIGRATIONS.len()).collect();
        assert_eq!(versions, expected);
    }
}
