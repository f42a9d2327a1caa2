//! Re-pricings: who asked for which days of stored calls to be priced anew, and whether that is done.
//!
//! The row is written before the first event changes, so that a start after a crash can finish the work.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::sqlite::SqliteRow;

use crate::core::project_id::ProjectId;
use crate::store::control::access::AdminAccess;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{moment, optional_moment, project_id, text, unexpected, whole};
use crate::store::control::{Control, ControlError};

/// Days of one project that are to be priced anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repricing {
    /// Its number.
    pub id: i64,
    /// Whose calls.
    pub project: ProjectId,
    /// The first day, in the project's zone.
    pub first: Date,
    /// The last day, which is in it.
    pub last: Date,
    /// Who asked, as the audit table names them.
    pub actor: String,
    /// When.
    pub asked_at: Timestamp,
    /// When it was done; `None` while it is not.
    pub done_at: Option<Timestamp>,
    /// How many calls have another cost or price now.
    pub changed: Option<i64>,
}

impl Control {
    /// Notes that days are to be priced anew. `expected` is what the preview promised, for the audit table.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn ask_repricing(
        &self,
        access: &AdminAccess,
        (first, last): (Date, Date),
        expected: serde_json::Value,
    ) -> Result<Repricing, ControlError> {
        let (now, project) = (self.now(), access.scope().project_id());
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM repricing")
            .fetch_one(&mut *transaction)
            .await?;
        let id = whole(&row, "id")?;
        sqlx::query(
            "INSERT INTO repricing (id, project_id, first_day, last_day, actor, asked_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(i64::from(project.get()))
        .bind(first.to_string())
        .bind(last.to_string())
        .bind(access.actor().to_string())
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let record = Record {
            at: now,
            actor: access.actor(),
            action: Action::RepricingAsked,
            subject: format!("repricing:{id}"),
            detail: json!({
                "project": project.get(),
                "first_day": first.to_string(),
                "last_day": last.to_string(),
                "expected": expected,
            }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(Repricing {
            id,
            project,
            first,
            last,
            actor: access.actor().to_string(),
            asked_at: now,
            done_at: None,
            changed: None,
        })
    }

    /// Notes that a re-pricing is done. Doing so again changes nothing.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn note_repriced(&self, id: i64, changed: u64) -> Result<(), ControlError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let updated = sqlx::query(
            "UPDATE repricing SET done_at = $2, changed = $3 WHERE id = $1 AND done_at IS NULL",
        )
        .bind(id)
        .bind(now.as_millisecond())
        .bind(i64::try_from(changed).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() > 0 {
            let record = Record {
                at: now,
                actor: Actor::Server,
                action: Action::RepricingDone,
                subject: format!("repricing:{id}"),
                detail: json!({ "changed": changed }),
            };
            audit::append(&mut transaction, record).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The re-pricings that are not done, in order.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn open_repricings(&self) -> Result<Vec<Repricing>, ControlError> {
        let rows = sqlx::query("SELECT * FROM repricing WHERE done_at IS NULL ORDER BY id")
            .fetch_all(&self.shared.reader)
            .await?;
        rows.iter().map(repricing).collect()
    }

    /// The latest re-pricings of a project, newest first.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn repricings(&self, project: ProjectId) -> Result<Vec<Repricing>, ControlError> {
        let rows =
            sqlx::query("SELECT * FROM repricing WHERE project_id = $1 ORDER BY id DESC LIMIT 10")
                .bind(i64::from(project.get()))
                .fetch_all(&self.shared.reader)
                .await?;
        rows.iter().map(repricing).collect()
    }
}

fn repricing(row: &SqliteRow) -> Result<Repricing, ControlError> {
    let day = |column: &'static str| {
        let text = text(row, column)?;
        text.parse::<Date>()
            .map_err(|_| unexpected(column, &text, "a day"))
    };
    Ok(Repricing {
        id: whole(row, "id")?,
        project: project_id(row, "project_id")?,
        first: day("first_day")?,
        last: day("last_day")?,
        actor: text(row, "actor")?,
        asked_at: moment(row, "asked_at")?,
        done_at: optional_moment(row, "done_at")?,
        changed: sqlx::Row::try_get(row, "changed")?,
    })
}
