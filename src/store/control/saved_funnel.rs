//! Saved funnels: a name for the query of an address, shared by everybody of a project.

use serde_json::json;
use sqlx::sqlite::SqliteRow;

use crate::store::control::access::Scope;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{text, whole};
use crate::store::control::{Control, ControlError};

/// Most characters of a name.
const NAME_CHARACTERS_MAX: usize = 100;
/// Most bytes of a query: ten steps, each with its filters.
const QUERY_BYTES_MAX: usize = 8 * 1024;
/// Most funnels of a project. A menu holds no more.
const FUNNELS_MAX: i64 = 100;

/// A saved funnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFunnel {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The query of its address, without the project.
    pub query: String,
}

/// Why a funnel is not saved.
#[derive(Debug, thiserror::Error)]
pub enum SavedFunnelError {
    /// What was entered cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// The store failed.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl From<sqlx::Error> for SavedFunnelError {
    fn from(error: sqlx::Error) -> SavedFunnelError {
        SavedFunnelError::Control(error.into())
    }
}

impl Control {
    /// The funnels of a project by name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn saved_funnels(&self, scope: &Scope) -> Result<Vec<SavedFunnel>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, name, query FROM saved_funnel WHERE project_id = $1 ORDER BY name, id",
        )
        .bind(i64::from(scope.project_id().get()))
        .fetch_all(&self.shared.reader)
        .await?;
        rows.iter().map(saved).collect()
    }

    /// Saves a funnel. One of the same name is replaced.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with the name or the query, or if there are too many.
    pub async fn save_funnel(
        &self,
        scope: &Scope,
        name: &str,
        query: &str,
        actor: Actor,
    ) -> Result<(), SavedFunnelError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
            let count = name.chars().count();
            let text = format!(
                "the name has {count} characters; it must have from 1 to {NAME_CHARACTERS_MAX}"
            );
            return Err(SavedFunnelError::Invalid(text));
        }
        if query.len() > QUERY_BYTES_MAX {
            let text = format!(
                "the funnel has {} bytes; the most is {QUERY_BYTES_MAX}",
                query.len()
            );
            return Err(SavedFunnelError::Invalid(text));
        }
        let project = i64::from(scope.project_id().get());
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let count = sqlx::query(
            "SELECT count(*) AS n FROM saved_funnel WHERE project_id = $1 AND name <> $2",
        )
        .bind(project)
        .bind(name)
        .fetch_one(&mut *transaction)
        .await?;
        if whole(&count, "n")? >= FUNNELS_MAX {
            let text = format!("the project has {FUNNELS_MAX} saved funnels; forget one first");
            return Err(SavedFunnelError::Invalid(text));
        }
        sqlx::query(
            "INSERT INTO saved_funnel (id, project_id, name, query, saved_at)
             VALUES ((SELECT coalesce(max(id), 0) + 1 FROM saved_funnel), $1, $2, $3, $4)
             ON CONFLICT (project_id, name) DO UPDATE
             SET query = excluded.query, saved_at = excluded.saved_at",
        )
        .bind(project)
        .bind(name)
        .bind(query)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let record = Record {
            at: now,
            actor,
            action: Action::FunnelSaved,
            subject: format!("project:{project}"),
            detail: json!({ "name": name }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets a funnel. False if the project has none of this number.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn forget_funnel(
        &self,
        scope: &Scope,
        id: i64,
        actor: Actor,
    ) -> Result<bool, ControlError> {
        let project = i64::from(scope.project_id().get());
        let mut transaction = self.begin_write().await?;
        let removed = sqlx::query("DELETE FROM saved_funnel WHERE project_id = $1 AND id = $2")
            .bind(project)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        let record = Record {
            at: self.now(),
            actor,
            action: Action::FunnelForgotten,
            subject: format!("project:{project}"),
            detail: json!({ "funnel": id }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn saved(row: &SqliteRow) -> Result<SavedFunnel, ControlError> {
    Ok(SavedFunnel {
        id: whole(row, "id")?,
        name: text(row, "name")?,
        query: text(row, "query")?,
    })
}
