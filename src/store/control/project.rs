//! Projects: one observed product each, with its zone, currency and rules for what is kept.
//!
//! Projects are never deleted here, only archived: their number stands in every event. The demo alone can be
//! removed; see `demo_project`.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::core::exchange::{Exchange, Rates};
use crate::core::project_id::ProjectId;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{
    flag, moment, optional_moment, project_id, text, unexpected, whole,
};
use crate::store::control::demo_project::{self, DemoOrigin};
use crate::store::control::origin::AllowedOrigins;
use crate::store::control::problem::Problems;
use crate::store::control::project_draft::{
    CheckedProject, Preview, PreviewMode, ProjectDraft, find_time_zone,
};
use crate::store::control::threshold::{self, Thresholds};
use crate::store::control::{Control, ControlError};

/// A project as stored.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its number, as in every event.
    pub id: ProjectId,
    /// Short name for addresses and the command line; unique.
    pub slug: String,
    /// Name shown to people.
    pub name: String,
    /// Time zone in which its days begin.
    pub time_zone: TimeZone,
    /// Currency of its reports, three capital letters.
    pub currency: String,
    /// What currencies are worth in its own.
    pub exchange: Exchange,
    /// From where pages may send events.
    pub allowed_origins: AllowedOrigins,
    /// What is kept of previews.
    pub preview: Preview,
    /// Whether visitors without an id are told apart by a hash with a daily salt.
    pub counts_visitors: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it takes no more events; `None` while it does.
    pub archived_at: Option<Timestamp>,
    /// How its data is made up; `None` if it is real.
    pub demo: Option<DemoOrigin>,
    /// From where on a service is yellow or red.
    pub thresholds: Thresholds,
}

impl Project {
    /// Whether its data is made up.
    pub fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// The IANA name of the time zone.
    pub fn time_zone_name(&self) -> &str {
        self.time_zone.iana_name().unwrap_or("UTC")
    }

    /// The project in the form in which it is edited.
    pub fn to_draft(&self) -> ProjectDraft {
        ProjectDraft {
            slug: self.slug.clone(),
            name: self.name.clone(),
            time_zone: self.time_zone_name().to_string(),
            currency: self.currency.clone(),
            allowed_origins: self.allowed_origins.to_list(),
            preview: self.preview,
            counts_visitors: self.counts_visitors,
        }
    }
}

/// Why a project was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Fields that cannot be used.
    #[error("{0}")]
    Invalid(Problems),
    /// There is no project with this number.
    #[error("there is no project with the number {0}")]
    Unknown(ProjectId),
    /// Only a demo can be removed.
    #[error("the project with the number {0} holds real data; it can be archived, but not removed")]
    NotADemo(ProjectId),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for ProjectError {
    fn from(error: sqlx::Error) -> ProjectError {
        ProjectError::Store(ControlError::Database(error))
    }
}

impl Control {
    /// Makes a project.
    ///
    /// # Errors
    /// `Invalid` with every problem of `draft`, among them a slug that is taken.
    pub async fn create_project(
        &self,
        draft: &ProjectDraft,
        actor: Actor,
    ) -> Result<Arc<Project>, ProjectError> {
        let checked = draft.check().map_err(ProjectError::Invalid)?;
        let mut transaction = self.begin_write().await?;
        check_slug_is_free(&mut transaction, &checked.slug, None).await?;
        let id = insert(&mut transaction, &checked, actor, self.now()).await?;
        transaction.commit().await?;
        self.refresh().await?;
        self.directory()
            .project(id)
            .ok_or(ProjectError::Unknown(id))
    }

    /// Replaces all that can be edited of the project `id`.
    ///
    /// # Errors
    /// `Unknown`, or `Invalid` with every problem of `draft`.
    pub async fn update_project(
        &self,
        id: ProjectId,
        draft: &ProjectDraft,
        actor: Actor,
    ) -> Result<Arc<Project>, ProjectError> {
        let checked = draft.check().map_err(ProjectError::Invalid)?;
        let mut transaction = self.begin_write().await?;
        check_slug_is_free(&mut transaction, &checked.slug, Some(id)).await?;
        let updated = sqlx::query(
            "UPDATE project
             SET slug = $2, name = $3, time_zone = $4, currency = $5, allowed_origins = $6,
                 preview_mode = $7, preview_characters = $8, preview_masked = $9,
                 visitors_counted = $10
             WHERE id = $1 AND removed_at IS NULL",
        )
        .bind(i64::from(id.get()))
        .bind(&checked.slug)
        .bind(&checked.name)
        .bind(checked.time_zone.iana_name().unwrap_or("UTC"))
        .bind(&checked.currency)
        .bind(json!(checked.allowed_origins.to_list()).to_string())
        .bind(checked.preview.mode.as_str())
        .bind(i64::from(checked.preview.characters))
        .bind(i64::from(checked.preview.is_masked))
        .bind(i64::from(checked.counts_visitors))
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(ProjectError::Unknown(id));
        }
        let record = Record {
            at: self.now(),
            actor,
            action: Action::ProjectChanged,
            subject: format!("project:{id}"),
            detail: detail(&checked),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        self.directory()
            .project(id)
            .ok_or(ProjectError::Unknown(id))
    }

    /// Takes the project `id` out of use: its keys stop working, its data stays. Archiving
    /// it again changes nothing.
    ///
    /// # Errors
    /// `Unknown` if there is no such project.
    pub async fn archive_project(&self, id: ProjectId, actor: Actor) -> Result<(), ProjectError> {
        let now = self.now();
        self.set_archived(id, Some(now), Action::ProjectArchived, actor)
            .await
    }

    /// Brings an archived project back into use, with its former keys.
    ///
    /// # Errors
    /// `Unknown` if there is no such project.
    pub async fn restore_project(&self, id: ProjectId, actor: Actor) -> Result<(), ProjectError> {
        self.set_archived(id, None, Action::ProjectRestored, actor)
            .await
    }

    async fn set_archived(
        &self,
        id: ProjectId,
        archived_at: Option<Timestamp>,
        action: Action,
        actor: Actor,
    ) -> Result<(), ProjectError> {
        let mut transaction = self.begin_write().await?;
        let row =
            sqlx::query("SELECT archived_at FROM project WHERE id = $1 AND removed_at IS NULL")
                .bind(i64::from(id.get()))
                .fetch_optional(&mut *transaction)
                .await?
                .ok_or(ProjectError::Unknown(id))?;
        if optional_moment(&row, "archived_at")?.is_some() == archived_at.is_some() {
            return Ok(());
        }
        sqlx::query("UPDATE project SET archived_at = $2 WHERE id = $1")
            .bind(i64::from(id.get()))
            .bind(archived_at.map(Timestamp::as_millisecond))
            .execute(&mut *transaction)
            .await?;
        let record = Record {
            at: self.now(),
            actor,
            action,
            subject: format!("project:{id}"),
            detail: json!({}),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(())
    }
}

/// Inserts a project within the caller's transaction; returns its number.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    project: &CheckedProject,
    actor: Actor,
    now: Timestamp,
) -> Result<ProjectId, ControlError> {
    let row = sqlx::query(
        "INSERT INTO project (id, slug, name, time_zone, currency, allowed_origins,
             preview_mode, preview_characters, preview_masked, visitors_counted, created_at)
         VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM project),
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         RETURNING id",
    )
    .bind(&project.slug)
    .bind(&project.name)
    .bind(project.time_zone.iana_name().unwrap_or("UTC"))
    .bind(&project.currency)
    .bind(json!(project.allowed_origins.to_list()).to_string())
    .bind(project.preview.mode.as_str())
    .bind(i64::from(project.preview.characters))
    .bind(i64::from(project.preview.is_masked))
    .bind(i64::from(project.counts_visitors))
    .bind(now.as_millisecond())
    .fetch_one(&mut *connection)
    .await?;
    let id = project_id(&row, "id")?;
    let record = Record {
        at: now,
        actor,
        action: Action::ProjectCreated,
        subject: format!("project:{id}"),
        detail: detail(project),
    };
    audit::append(connection, record).await?;
    Ok(id)
}

/// All projects but removed ones, archived ones too, in order of creation.
pub(super) async fn load_all(
    connection: &mut SqliteConnection,
    rates: &Arc<Rates>,
) -> Result<Vec<Project>, ControlError> {
    let rows = sqlx::query(
        "SELECT id, slug, name, time_zone, currency, allowed_origins, preview_mode,
             preview_characters, preview_masked, visitors_counted, created_at, archived_at, demo,
             thresholds
         FROM project
         WHERE removed_at IS NULL
         ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| from_row(row, rates)).collect()
}

fn from_row(row: &SqliteRow, rates: &Arc<Rates>) -> Result<Project, ControlError> {
    let zone = text(row, "time_zone")?;
    let time_zone = find_time_zone(&zone)
        .ok_or_else(|| unexpected("project.time_zone", &zone, "a known time zone"))?;
    let currency = text(row, "currency")?;
    let origins = text(row, "allowed_origins")?;
    let list: Vec<String> = serde_json::from_str(&origins)
        .map_err(|_| unexpected("project.allowed_origins", &origins, "a JSON list of text"))?;
    let mode = text(row, "preview_mode")?;
    let characters = whole(row, "preview_characters")?;
    Ok(Project {
        id: project_id(row, "id")?,
        slug: text(row, "slug")?,
        name: text(row, "name")?,
        exchange: Exchange::new(currency.clone(), time_zone.clone(), Arc::clone(rates)),
        time_zone,
        currency,
        allowed_origins: AllowedOrigins::parse(list.iter().map(String::as_str))
            .map_err(|_| unexpected("project.allowed_origins", &origins, "a list of origins"))?,
        preview: Preview {
            mode: PreviewMode::parse(&mode)
                .ok_or_else(|| unexpected("project.preview_mode", &mode, "a preview mode"))?,
            characters: u32::try_from(characters).map_err(|_| {
                unexpected("project.preview_characters", characters, "a small number")
            })?,
            is_masked: flag(row, "preview_masked")?,
        },
        counts_visitors: flag(row, "visitors_counted")?,
        created_at: moment(row, "created_at")?,
        archived_at: optional_moment(row, "archived_at")?,
        demo: demo_project::origin_of(row)?,
        thresholds: threshold::of_row(row)?,
    })
}

pub(super) async fn check_slug_is_free(
    connection: &mut SqliteConnection,
    slug: &str,
    except: Option<ProjectId>,
) -> Result<(), ProjectError> {
    let taken = sqlx::query("SELECT id FROM project WHERE slug = $1 AND id <> $2")
        .bind(slug)
        // No project has the number 0.
        .bind(except.map_or(0, |id| i64::from(id.get())))
        .fetch_optional(connection)
        .await?;
    match taken {
        None => Ok(()),
        Some(_) => Err(ProjectError::Invalid(Problems::one(
            "slug",
            format!("`{slug}` is taken by another project; choose another"),
        ))),
    }
}

fn detail(project: &CheckedProject) -> serde_json::Value {
    json!({
        "slug": project.slug,
        "name": project.name,
        "time_zone": project.time_zone.iana_name(),
        "currency": project.currency,
        "allowed_origins": project.allowed_origins.to_list(),
        "preview_mode": project.preview.mode.as_str(),
        "preview_characters": project.preview.characters,
        "preview_masked": project.preview.is_masked,
        "visitors_counted": project.counts_visitors,
    })
}
