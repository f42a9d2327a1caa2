//! The demo project: made with the seed of its data, and removed for good.
//!
//! Only a project that was made as a demo can be removed; all others are archived. Removing has two steps: here
//! the project disappears with its keys, and its number is marked; then whoever has the engine erases the events
//! and says so. Both steps can be repeated, and the second follows at the next start if the first was the last
//! thing that happened.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::sqlite::SqliteRow;

use crate::core::project_id::ProjectId;
use crate::store::control::access::AdminAccess;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{optional_moment, project_id, unexpected};
use crate::store::control::project::{self, Project, ProjectError};
use crate::store::control::project_draft::ProjectDraft;
use crate::store::control::{Control, ControlError};

/// What people have set up in a demo goes with it; what they did stays in the audit table.
const SET_UP: [&str; 3] = [
    "DELETE FROM budget_dismissal WHERE budget_id IN (SELECT id FROM budget WHERE project_id = $1)",
    "DELETE FROM budget WHERE project_id = $1",
    "DELETE FROM saved_funnel WHERE project_id = $1",
];

/// How a demo's data is made. The same values give the same events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoOrigin {
    /// What everything is drawn from.
    pub seed: u64,
    /// The day of the launch, counted from 1970 (UTC).
    pub launch: i64,
    /// Days of the history that is filled at first.
    pub days: u32,
}

/// A number that no project has any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemovedProject {
    /// The number.
    pub id: ProjectId,
    /// When its events were gone; `None` while that is still to be done.
    pub erased_at: Option<Timestamp>,
}

impl Control {
    /// Makes the demo project.
    ///
    /// # Errors
    /// `Invalid` with every problem of `draft`, among them a slug that is taken.
    pub async fn create_demo_project(
        &self,
        draft: &ProjectDraft,
        origin: DemoOrigin,
        actor: Actor,
    ) -> Result<Arc<Project>, ProjectError> {
        let checked = draft.check().map_err(ProjectError::Invalid)?;
        let written = serde_json::to_string(&origin)
            .map_err(|_| unexpected("project.demo", origin.seed, "a value with a JSON form"))?;
        let mut transaction = self.begin_write().await?;
        project::check_slug_is_free(&mut transaction, &checked.slug, None).await?;
        let id = project::insert(&mut transaction, &checked, actor, self.now()).await?;
        sqlx::query("UPDATE project SET demo = $2 WHERE id = $1")
            .bind(i64::from(id.get()))
            .bind(written)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.refresh().await?;
        self.directory()
            .project(id)
            .ok_or(ProjectError::Unknown(id))
    }

    /// The right to change a demo project, which nobody's data is in; `None` for any other.
    pub fn demo_access(&self, id: ProjectId, actor: Actor) -> Option<AdminAccess> {
        let project = self.directory().project(id)?;
        project
            .is_demo()
            .then(|| AdminAccess::of_demo(project, actor))
    }

    /// Removes a demo project and takes its keys out of use. Its events are to be erased after this.
    ///
    /// # Errors
    /// `NotADemo` for any other project, which is left alone; `Unknown` if there is no such project.
    pub async fn remove_demo_project(
        &self,
        id: ProjectId,
        actor: Actor,
    ) -> Result<(), ProjectError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query("SELECT demo FROM project WHERE id = $1 AND removed_at IS NULL")
            .bind(i64::from(id.get()))
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(ProjectError::Unknown(id))?;
        if origin_of(&row)?.is_none() {
            return Err(ProjectError::NotADemo(id));
        }
        // Archived too: whatever asks for projects in use need not know of removed ones.
        sqlx::query(
            "UPDATE project
             SET slug = $2, name = '', allowed_origins = '[]', demo = NULL, thresholds = NULL,
                 archived_at = $3, removed_at = $3
             WHERE id = $1",
        )
        .bind(i64::from(id.get()))
        // No slug that a person can choose holds a full stop.
        .bind(format!("removed.{id}"))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "UPDATE api_key SET revoked_at = $2 WHERE project_id = $1 AND revoked_at IS NULL",
        )
        .bind(i64::from(id.get()))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        for statement in SET_UP {
            sqlx::query(statement)
                .bind(i64::from(id.get()))
                .execute(&mut *transaction)
                .await?;
        }
        let record = Record {
            at: now,
            actor,
            action: Action::ProjectRemoved,
            subject: format!("project:{id}"),
            detail: json!({}),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(())
    }

    /// The numbers of all removed projects, in order.
    ///
    /// # Errors
    /// `Database` or `Row` if the store cannot be read.
    pub async fn removed_projects(&self) -> Result<Vec<RemovedProject>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, erased_at FROM project WHERE removed_at IS NOT NULL ORDER BY id",
        )
        .fetch_all(&self.shared.reader)
        .await?;
        let removed = |row: &SqliteRow| {
            Ok(RemovedProject {
                id: project_id(row, "id")?,
                erased_at: optional_moment(row, "erased_at")?,
            })
        };
        rows.iter().map(removed).collect()
    }

    /// Notes that the events of a removed project are gone.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn note_erased(&self, id: ProjectId) -> Result<(), ControlError> {
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "UPDATE project SET erased_at = $2
             WHERE id = $1 AND removed_at IS NOT NULL AND erased_at IS NULL",
        )
        .bind(i64::from(id.get()))
        .bind(self.now().as_millisecond())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What stands in the column `demo`.
pub(super) fn origin_of(row: &SqliteRow) -> Result<Option<DemoOrigin>, ControlError> {
    let written: Option<String> = sqlx::Row::try_get(row, "demo")?;
    let read = |text: String| {
        serde_json::from_str(&text)
            .map_err(|_| unexpected("project.demo", &text, "how a demo is made"))
    };
    written.map(read).transpose()
}
