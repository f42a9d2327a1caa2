//! Saved segments: a name for a definition of people, shared by everybody of a project.
//!
//! Knows nothing of what a definition means; whoever saves one has read it.

use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteRow;

use crate::store::control::access::{AdminAccess, Scope};
use crate::store::control::audit::{self, Action, Record};
use crate::store::control::column::{moment, text, whole};
use crate::store::control::{Control, ControlError};

/// Most characters of a name: it stands in chips and legends.
pub const NAME_CHARACTERS_MAX: usize = 60;
/// Most bytes of a definition.
const DEFINITION_BYTES_MAX: usize = 8 * 1024;
/// Most segments of a project. A split by segment asks one question for each.
pub const SEGMENTS_MAX: i64 = 30;

/// A saved segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSegment {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its definition as a query.
    pub definition: String,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Why a segment is not saved.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// What was entered cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// The project has none of this number.
    #[error("there is no segment {0} in this project")]
    Unknown(i64),
    /// The store failed.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl From<sqlx::Error> for SegmentError {
    fn from(error: sqlx::Error) -> SegmentError {
        SegmentError::Control(error.into())
    }
}

impl Control {
    /// The segments of a project by name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn segments(&self, scope: &Scope) -> Result<Vec<SavedSegment>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, name, definition, created_at, changed_at FROM segment
             WHERE project_id = $1 ORDER BY name, id",
        )
        .bind(i64::from(scope.project_id().get()))
        .fetch_all(&self.shared.reader)
        .await?;
        rows.iter().map(saved).collect()
    }

    /// Saves a new segment, or changes the one of number `id`. Gives its number.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with the name or the definition, or if the name is taken or there are too many.
    pub async fn save_segment(
        &self,
        access: &AdminAccess,
        id: Option<i64>,
        name: &str,
        definition: &str,
    ) -> Result<i64, SegmentError> {
        let name = checked_name(name)?;
        if definition.len() > DEFINITION_BYTES_MAX {
            let text = format!(
                "the segment has {} bytes; the most is {DEFINITION_BYTES_MAX}",
                definition.len()
            );
            return Err(SegmentError::Invalid(text));
        }
        let project = i64::from(access.scope().project_id().get());
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let held = sqlx::query("SELECT id, name FROM segment WHERE project_id = $1")
            .bind(project)
            .fetch_all(&mut *transaction)
            .await?;
        let mut former = None;
        for row in &held {
            let (held_id, held_name) = (whole(row, "id")?, text(row, "name")?);
            if Some(held_id) == id {
                former = Some(held_name);
            } else if held_name == name {
                let text = format!(
                    "a segment is called `{name}` already; choose another name, or change that one"
                );
                return Err(SegmentError::Invalid(text));
            }
        }
        let (id, action) = match (id, &former) {
            (Some(id), None) => return Err(SegmentError::Unknown(id)),
            (Some(id), Some(_)) => {
                sqlx::query(
                    "UPDATE segment SET name = $3, definition = $4, changed_at = $5
                     WHERE project_id = $1 AND id = $2",
                )
                .bind(project)
                .bind(id)
                .bind(name)
                .bind(definition)
                .bind(now.as_millisecond())
                .execute(&mut *transaction)
                .await?;
                (id, Action::SegmentChanged)
            }
            (None, _) => {
                if held.len() as i64 >= SEGMENTS_MAX {
                    let text = format!("the project has {SEGMENTS_MAX} segments; delete one first");
                    return Err(SegmentError::Invalid(text));
                }
                let row = sqlx::query(
                    "INSERT INTO segment (id, project_id, name, definition, created_at, changed_at)
                     VALUES ((SELECT coalesce(max(id), 0) + 1 FROM segment), $1, $2, $3, $4, $4)
                     RETURNING id",
                )
                .bind(project)
                .bind(name)
                .bind(definition)
                .bind(now.as_millisecond())
                .fetch_one(&mut *transaction)
                .await?;
                (whole(&row, "id")?, Action::SegmentCreated)
            }
        };
        let mut detail = json!({ "segment": id, "name": name });
        if let Some(former) = former.filter(|former| former != name) {
            detail["former_name"] = former.into();
        }
        let record = Record {
            at: now,
            actor: access.actor(),
            action,
            subject: format!("project:{project}"),
            detail,
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Deletes a segment.
    ///
    /// # Errors
    /// `Unknown` if the project has none of this number.
    pub async fn remove_segment(&self, access: &AdminAccess, id: i64) -> Result<(), SegmentError> {
        let project = i64::from(access.scope().project_id().get());
        let mut transaction = self.begin_write().await?;
        let removed =
            sqlx::query("DELETE FROM segment WHERE project_id = $1 AND id = $2 RETURNING name")
                .bind(project)
                .bind(id)
                .fetch_optional(&mut *transaction)
                .await?;
        let removed = removed.ok_or(SegmentError::Unknown(id))?;
        let record = Record {
            at: self.now(),
            actor: access.actor(),
            action: Action::SegmentRemoved,
            subject: format!("project:{project}"),
            detail: json!({ "segment": id, "name": text(&removed, "name")? }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn checked_name(name: &str) -> Result<&str, SegmentError> {
    let name = name.trim();
    let count = name.chars().count();
    if !(1..=NAME_CHARACTERS_MAX).contains(&count) {
        let text = format!(
            "the name has {count} characters; it must have from 1 to {NAME_CHARACTERS_MAX}"
        );
        return Err(SegmentError::Invalid(text));
    }
    match name.chars().any(char::is_control) {
        true => Err(SegmentError::Invalid(
            "the name holds a control character, such as a line break; write it on one line"
                .to_owned(),
        )),
        false => Ok(name),
    }
}

fn saved(row: &SqliteRow) -> Result<SavedSegment, ControlError> {
    Ok(SavedSegment {
        id: whole(row, "id")?,
        name: text(row, "name")?,
        definition: text(row, "definition")?,
        created_at: moment(row, "created_at")?,
        changed_at: moment(row, "changed_at")?,
    })
}
