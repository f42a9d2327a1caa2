//! Erasures of single people: asked for, done, proven.
//!
//! The row is written before the first event goes, so that an erasure which was interrupted is finished at the next
//! start. Once it is done the name is gone from here too; the hash of project, kind and name stays as the receipt.

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::core::project_id::ProjectId;
use crate::store::alias::Name;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{moment, optional_moment, project_id, text, unexpected, whole};
use crate::store::control::{Control, ControlError};
use crate::store::erase_person::ErasedPerson;
use crate::store::person::NameKind;

/// An erasure that is still to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingErasure {
    /// Its number.
    pub id: i64,
    /// Of which project.
    pub project: ProjectId,
    /// Whom.
    pub name: Name,
}

/// The proof of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureReceipt {
    /// Its number.
    pub id: i64,
    /// The hash of whom it was about, as [`name_hash`] makes it.
    pub name_hash: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When everything was gone; `None` while that is still to come.
    pub done_at: Option<Timestamp>,
    /// What was removed.
    pub erased: ErasedPerson,
}

/// The SHA-256 of project, kind and name, in hexadecimal. Who knows the name can find its receipt; nobody else learns it.
pub fn name_hash(project: ProjectId, name: &Name) -> String {
    let text = format!("{}:{}:{}", project.get(), name.kind.id(), name.name);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Control {
    /// Asks for the erasure of somebody. Returns its number.
    ///
    /// # Errors
    /// `Database` if it cannot be written; nothing is asked for then.
    pub async fn ask_person_erasure(
        &self,
        project: ProjectId,
        name: &Name,
        actor: Actor,
    ) -> Result<i64, ControlError> {
        let now = self.now();
        let hash = name_hash(project, name);
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query(
            "INSERT INTO person_erasure (id, project_id, kind, name, name_hash, asked_at, asked_by)
             VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM person_erasure), $1, $2, $3, $4, $5, $6)
             RETURNING id",
        )
        .bind(i64::from(project.get()))
        .bind(name.kind.id())
        .bind(&name.name)
        .bind(&hash)
        .bind(now.as_millisecond())
        .bind(actor.to_string())
        .fetch_one(&mut *transaction)
        .await?;
        let id = whole(&row, "id")?;
        let record = Record {
            at: now,
            actor,
            action: Action::UserErasureAsked,
            subject: format!("project:{project}"),
            detail: json!({ "erasure": id, "name_hash": hash }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Erasures that are still to be done, in the order in which they were asked for.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn pending_person_erasures(&self) -> Result<Vec<PendingErasure>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, project_id, kind, name FROM person_erasure
             WHERE done_at IS NULL AND name IS NOT NULL ORDER BY id",
        )
        .fetch_all(&self.shared.reader)
        .await?;
        let pending = |row: &SqliteRow| {
            let kind = text(row, "kind")?;
            let kind = NameKind::parse(&kind)
                .ok_or_else(|| unexpected("person_erasure.kind", &kind, "user or anonymous"))?;
            Ok(PendingErasure {
                id: whole(row, "id")?,
                project: project_id(row, "project_id")?,
                name: Name {
                    kind,
                    name: text(row, "name")?,
                },
            })
        };
        rows.iter().map(pending).collect()
    }

    /// Writes down what an erasure is about to remove. Once the rows are gone nobody can count them any more, and a
    /// crash may come between their going and the receipt.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn note_person_found(
        &self,
        pending: &PendingErasure,
        found: ErasedPerson,
    ) -> Result<(), ControlError> {
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "UPDATE person_erasure SET events = $2, previews = $3, names = $4
             WHERE id = $1 AND done_at IS NULL",
        )
        .bind(pending.id)
        .bind(stored(found.events))
        .bind(stored(found.previews))
        .bind(stored(found.names))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that an erasure is done, and forgets the name. Without `erased` it was done before a crash, and what
    /// [`Control::note_person_found`] wrote down holds.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn note_person_erased(
        &self,
        pending: &PendingErasure,
        erased: Option<ErasedPerson>,
    ) -> Result<(), ControlError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query(
            "UPDATE person_erasure SET name = NULL, done_at = $2, events = COALESCE($3, events, 0),
             previews = COALESCE($4, previews, 0), names = COALESCE($5, names, 0)
             WHERE id = $1 AND done_at IS NULL RETURNING events, names",
        )
        .bind(pending.id)
        .bind(now.as_millisecond())
        .bind(erased.map(|erased| stored(erased.events)))
        .bind(erased.map(|erased| stored(erased.previews)))
        .bind(erased.map(|erased| stored(erased.names)))
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            // It was noted before.
            return Ok(());
        };
        let (events, names) = (whole(&row, "events")?, whole(&row, "names")?);
        let record = Record {
            at: now,
            actor: Actor::Server,
            action: Action::UserErased,
            subject: format!("project:{}", pending.project),
            detail: json!({ "erasure": pending.id, "events": events, "names": names }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The latest erasures of a project, the newest first.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn person_erasures(
        &self,
        project: ProjectId,
        limit: u32,
    ) -> Result<Vec<ErasureReceipt>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, name_hash, asked_at, done_at, events, previews, names FROM person_erasure
             WHERE project_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(i64::from(project.get()))
        .bind(i64::from(limit))
        .fetch_all(&self.shared.reader)
        .await?;
        rows.iter().map(receipt).collect()
    }

    /// One erasure; `None` if there is none of this number.
    ///
    /// # Errors
    /// `Database` or `Row` if it cannot be read.
    pub async fn person_erasure(&self, id: i64) -> Result<Option<ErasureReceipt>, ControlError> {
        let row = sqlx::query(
            "SELECT id, name_hash, asked_at, done_at, events, previews, names FROM person_erasure
             WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.shared.reader)
        .await?;
        row.as_ref().map(receipt).transpose()
    }

    /// Notes in the audit table that somebody was exported, merged into another or taken apart again.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn note_about_person(
        &self,
        project: ProjectId,
        name: &Name,
        what: PersonNote,
        actor: Actor,
    ) -> Result<(), ControlError> {
        let mut transaction = self.begin_write().await?;
        let (action, detail) = match what {
            PersonNote::Exported => (
                Action::UserExported,
                json!({ "name_hash": name_hash(project, name) }),
            ),
            PersonNote::MergedInto(into) => (
                Action::UserMerged,
                json!({ "name_hash": name_hash(project, name), "into_hash": name_hash(project, &into) }),
            ),
            PersonNote::Unmerged => (
                Action::UserUnmerged,
                json!({ "name_hash": name_hash(project, name) }),
            ),
        };
        let record = Record {
            at: self.now(),
            actor,
            action,
            subject: format!("project:{project}"),
            detail,
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn receipt(row: &SqliteRow) -> Result<ErasureReceipt, ControlError> {
    let done_at = optional_moment(row, "done_at")?;
    let count = |column| -> Result<u64, ControlError> {
        let number: Option<i64> = row.try_get(column)?;
        // What is only expected to go is not told as gone.
        let number = number.filter(|_| done_at.is_some());
        Ok(number
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or(0))
    };
    Ok(ErasureReceipt {
        id: whole(row, "id")?,
        name_hash: text(row, "name_hash")?,
        asked_at: moment(row, "asked_at")?,
        done_at,
        erased: ErasedPerson {
            events: count("events")?,
            previews: count("previews")?,
            names: count("names")?,
        },
    })
}

/// A count as a column holds it.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What the audit table should know about somebody. Names stand in it as hashes, so that an erasure reaches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonNote {
    /// Their events were exported.
    Exported,
    /// They are somebody else from now on.
    MergedInto(Name),
    /// They are themselves again.
    Unmerged,
}
