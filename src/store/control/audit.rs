//! The audit table: who did what to which row, and when.
//!
//! Written in the transaction of the change it tells of. Never holds passwords, secrets,
//! addresses, or what was typed by somebody who could not log in.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteConnection;

use crate::store::control::column::{moment, text, whole};
use crate::store::control::key::KeyId;
use crate::store::control::person::PersonId;
use crate::store::control::{Control, ControlError};

/// Most rows of one page of the audit table.
pub const AUDIT_PAGE_MAX: u32 = 500;

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is logged in.
    Person(PersonId),
    /// A program with an admin key.
    Key(KeyId),
    /// Whoever may run the command line on the machine.
    Terminal,
    /// The server by itself, for example at its first start.
    Server,
    /// A visitor who is not logged in: at log-in and at set-up.
    Visitor,
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person(id) => write!(formatter, "person:{id}"),
            Actor::Key(id) => write!(formatter, "key:{id}"),
            Actor::Terminal => formatter.write_str("terminal"),
            Actor::Server => formatter.write_str("server"),
            Actor::Visitor => formatter.write_str("visitor"),
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    ProjectCreated,
    ProjectChanged,
    ProjectArchived,
    ProjectRestored,
    ProjectRemoved,
    KeyCreated,
    KeyRevoked,
    PersonCreated,
    PersonDisabled,
    PersonEnabled,
    PasswordReset,
    LogInDone,
    LogInFailed,
    LoggedOut,
    LoggedOutEverywhere,
    UserErasureAsked,
    UserErased,
    UserExported,
    UserMerged,
    UserUnmerged,
    SettingChanged,
    BudgetCreated,
    BudgetChanged,
    BudgetArchived,
    PriceAdded,
    PriceChanged,
    PriceEnded,
    BookUploaded,
    BookRemoved,
    RepricingAsked,
    RepricingDone,
    ThresholdsChanged,
    FunnelSaved,
    FunnelForgotten,
    SegmentCreated,
    SegmentChanged,
    SegmentRemoved,
    RateEntered,
    RatesRead,
    RateRemoved,
}

impl Action {
    fn as_str(self) -> &'static str {
        match self {
            Action::ProjectCreated => "project.created",
            Action::ProjectChanged => "project.changed",
            Action::ProjectArchived => "project.archived",
            Action::ProjectRestored => "project.restored",
            Action::ProjectRemoved => "project.removed",
            Action::KeyCreated => "key.created",
            Action::KeyRevoked => "key.revoked",
            Action::PersonCreated => "person.created",
            Action::PersonDisabled => "person.disabled",
            Action::PersonEnabled => "person.enabled",
            Action::PasswordReset => "person.password_reset",
            Action::LogInDone => "login.done",
            Action::LogInFailed => "login.failed",
            Action::LoggedOut => "login.ended",
            Action::LoggedOutEverywhere => "login.ended_everywhere",
            Action::SettingChanged => "setting.changed",
            Action::BudgetCreated => "budget.created",
            Action::BudgetChanged => "budget.changed",
            Action::BudgetArchived => "budget.archived",
            Action::PriceAdded => "price.added",
            Action::PriceChanged => "price.changed",
            Action::PriceEnded => "price.ended",
            Action::BookUploaded => "price_book.uploaded",
            Action::BookRemoved => "price_book.removed",
            Action::RepricingAsked => "repricing.asked",
            Action::RepricingDone => "repricing.done",
            Action::UserErasureAsked => "user.erasure_asked",
            Action::UserErased => "user.erased",
            Action::UserExported => "user.exported",
            Action::UserMerged => "user.merged",
            Action::UserUnmerged => "user.unmerged",
            Action::ThresholdsChanged => "project.thresholds_changed",
            Action::FunnelSaved => "funnel.saved",
            Action::FunnelForgotten => "funnel.forgotten",
            Action::SegmentCreated => "segment.created",
            Action::SegmentChanged => "segment.changed",
            Action::SegmentRemoved => "segment.removed",
            Action::RateEntered => "exchange_rate.entered",
            Action::RatesRead => "exchange_rates.read",
            Action::RateRemoved => "exchange_rate.removed",
        }
    }
}

/// One row of the audit table.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Number of the row; later rows have larger numbers.
    pub id: i64,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it: `person:1`, `key:3`, `terminal`, `server` or `visitor`.
    pub actor: String,
    /// What was done, for example `key.revoked`.
    pub action: String,
    /// To what: `project:1`, `key:3`, `person:2`, `setting:prices`, or `unknown`.
    pub subject: String,
    /// Facts worth knowing, as a JSON object.
    pub detail: Value,
}

/// A row to be written.
pub(super) struct Record {
    pub at: Timestamp,
    pub actor: Actor,
    pub action: Action,
    pub subject: String,
    pub detail: Value,
}

/// Appends `record` within the caller's transaction.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    record: Record,
) -> Result<(), ControlError> {
    sqlx::query(
        "INSERT INTO audit (id, at, actor, action, subject, detail)
         VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM audit), $1, $2, $3, $4, $5)",
    )
    .bind(record.at.as_millisecond())
    .bind(record.actor.to_string())
    .bind(record.action.as_str())
    .bind(record.subject)
    .bind(record.detail.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes rows older than `from`; returns how many.
pub(super) async fn delete_before(
    connection: &mut SqliteConnection,
    from: Timestamp,
) -> Result<u64, ControlError> {
    let deleted = sqlx::query("DELETE FROM audit WHERE at < $1")
        .bind(from.as_millisecond())
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}

impl Control {
    /// The latest audit rows, newest first, at most `limit` (itself at most 500). `before`
    /// is the id of the last row of the page before.
    ///
    /// # Errors
    /// `Database` or `Row` if the table cannot be read.
    pub async fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, at, actor, action, subject, detail
             FROM audit
             WHERE id < $1
             ORDER BY id DESC
             LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit.min(AUDIT_PAGE_MAX)))
        .fetch_all(&self.shared.reader)
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let detail = text(row, "detail")?;
            entries.push(AuditEntry {
                id: whole(row, "id")?,
                at: moment(row, "at")?,
                actor: text(row, "actor")?,
                action: text(row, "action")?,
                subject: text(row, "subject")?,
                detail: serde_json::from_str(&detail).unwrap_or(Value::String(detail)),
            });
        }
        Ok(entries)
    }
}
