//! Budgets: how much a project means to spend on what, and when to say so.
//!
//! Stored as entered and checked; what is spent is asked elsewhere. That the filter names known fields is checked by
//! whoever knows the catalogue, before a draft comes here.

use std::fmt;

use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteRow;

use crate::core::cycle::Cycle;
use crate::core::filter::Filter;
use crate::core::limits;
use crate::core::money::Money;
use crate::core::project_id::ProjectId;
use crate::core::threshold::{CHOICES, Thresholds};
use crate::store::control::access::AdminAccess;
use crate::store::control::audit::{self, Action, Record};
use crate::store::control::column::{moment, optional_moment, project_id, text, unexpected, whole};
use crate::store::control::problem::{Problem, Problems, line_of_text};
use crate::store::control::{Control, ControlError};

/// Longest name, so that it fits a card's head.
const NAME_CHARACTERS_MAX: usize = 80;

/// Number of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BudgetId(pub i64);

impl fmt::Display for BudgetId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// A budget as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its number.
    pub id: BudgetId,
    /// Whose money it is.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// Which calls count, as the query layer writes it; empty for all.
    pub filter: String,
    /// How much may be spent in one turn, in US dollars, as prices are.
    pub amount: Money,
    /// When it begins anew.
    pub cycle: Cycle,
    /// When somebody is told.
    pub thresholds: Thresholds,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub changed_at: Timestamp,
    /// Since when it no longer counts.
    pub archived_at: Option<Timestamp>,
}

/// A budget as a person enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetDraft {
    /// Its name.
    pub name: String,
    /// Which calls count; several clauses are joined by `;`.
    pub filter: String,
    /// Decimal text.
    pub amount: String,
    /// A cycle's name.
    pub cycle: String,
    /// Per cent, each one of the choices.
    pub percents: Vec<String>,
    /// Whether the projection counts.
    pub forecast: bool,
}

/// A draft that keeps all rules.
struct Checked {
    name: String,
    filter: String,
    amount: Money,
    cycle: Cycle,
    thresholds: Thresholds,
}

/// Why a budget was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// Fields that cannot be used.
    #[error("{0}")]
    Invalid(Problems),
    /// The project has no such budget in use.
    #[error("there is no budget {0} in this project")]
    Unknown(BudgetId),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for BudgetError {
    fn from(error: sqlx::Error) -> BudgetError {
        BudgetError::Store(ControlError::Database(error))
    }
}

impl Budget {
    /// The budget in the form in which it is edited.
    pub fn to_draft(&self) -> BudgetDraft {
        BudgetDraft {
            name: self.name.clone(),
            filter: self.filter.clone(),
            amount: self.amount.to_string(),
            cycle: self.cycle.id().to_owned(),
            percents: self.thresholds.percents.iter().map(u8::to_string).collect(),
            forecast: self.thresholds.forecast,
        }
    }
}

impl BudgetDraft {
    fn check(&self) -> Result<Checked, Problems> {
        let mut problems = Vec::new();
        let mut keep = |field: &'static str, message: String| {
            problems.push(Problem { field, message });
        };
        let name = line_of_text(&self.name, NAME_CHARACTERS_MAX).unwrap_or_else(|rule| {
            keep("name", rule);
            String::new()
        });
        let filter = Filter::parse([self.filter.trim()]).unwrap_or_else(|error| {
            keep("filter", error.to_string());
            Filter::default()
        });
        let amount = match self.amount.trim().parse::<Money>() {
            Ok(amount) if amount > Money::ZERO => amount,
            Ok(_) => {
                keep(
                    "amount",
                    format!("is {}; a budget is more than 0", self.amount.trim()),
                );
                Money::ZERO
            }
            Err(error) => {
                keep("amount", error.to_string());
                Money::ZERO
            }
        };
        let cycle = Cycle::parse(&self.cycle).unwrap_or_else(|| {
            let known = Cycle::ALL.map(Cycle::id).join(", ");
            keep(
                "cycle",
                format!(
                    "`{}` is no period; use one of {known}",
                    shortened(&self.cycle)
                ),
            );
            Cycle::Monthly
        });
        let mut percents = Vec::new();
        for entered in &self.percents {
            match entered
                .parse::<u8>()
                .ok()
                .filter(|one| CHOICES.contains(one))
            {
                Some(percent) => percents.push(percent),
                None => keep(
                    "thresholds",
                    format!(
                        "`{}` is no threshold; use 50, 75, 80, 90 or 100 per cent",
                        shortened(entered)
                    ),
                ),
            }
        }
        percents.sort_unstable();
        percents.dedup();
        Problems::check(problems)?;
        Ok(Checked {
            name,
            filter: filter.to_texts().join(";"),
            amount,
            cycle,
            thresholds: Thresholds {
                percents,
                forecast: self.forecast,
            },
        })
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Control {
    /// The budgets of a project that are in use, in order of creation.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn budgets(&self, project: ProjectId) -> Result<Vec<Budget>, ControlError> {
        let rows = sqlx::query(
            "SELECT * FROM budget WHERE project_id = $1 AND archived_at IS NULL ORDER BY id",
        )
        .bind(i64::from(project.get()))
        .fetch_all(&self.shared.reader)
        .await?;
        rows.iter().map(budget).collect()
    }

    /// The archived budgets of a project, the latest first.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn archived_budgets(&self, project: ProjectId) -> Result<Vec<Budget>, ControlError> {
        let rows = sqlx::query(
            "SELECT * FROM budget WHERE project_id = $1 AND archived_at IS NOT NULL
             ORDER BY archived_at DESC, id DESC LIMIT 20",
        )
        .bind(i64::from(project.get()))
        .fetch_all(&self.shared.reader)
        .await?;
        rows.iter().map(budget).collect()
    }

    /// Makes a budget.
    ///
    /// # Errors
    /// `Invalid` with every problem of the draft, or if the project has as many as it may.
    pub async fn create_budget(
        &self,
        access: &AdminAccess,
        draft: &BudgetDraft,
    ) -> Result<BudgetId, BudgetError> {
        let checked = draft.check().map_err(BudgetError::Invalid)?;
        let (now, project) = (self.now(), access.scope().project_id());
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query(
            "SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM budget) AS id,
                    (SELECT COUNT(*) FROM budget WHERE project_id = $1 AND archived_at IS NULL) AS held",
        )
        .bind(i64::from(project.get()))
        .fetch_one(&mut *transaction)
        .await?;
        let (id, held) = (BudgetId(whole(&row, "id")?), whole(&row, "held")?);
        if held >= limits::BUDGETS_MAX as i64 {
            let message =
                format!("the project has {held} budgets, which is the most; archive one first");
            return Err(BudgetError::Invalid(Problems::one("name", message)));
        }
        sqlx::query(
            "INSERT INTO budget (id, project_id, name, filter, amount, cycle, thresholds, created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(id.0)
        .bind(i64::from(project.get()))
        .bind(&checked.name)
        .bind(&checked.filter)
        .bind(checked.amount.nanos())
        .bind(checked.cycle.id())
        .bind(thresholds_text(&checked.thresholds))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let record = record(now, access, Action::BudgetCreated, id, &checked);
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Replaces all that can be edited of a budget. Everybody is told again from its first threshold on.
    ///
    /// # Errors
    /// `Unknown`, or `Invalid` with every problem of the draft.
    pub async fn update_budget(
        &self,
        access: &AdminAccess,
        id: BudgetId,
        draft: &BudgetDraft,
    ) -> Result<(), BudgetError> {
        let checked = draft.check().map_err(BudgetError::Invalid)?;
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let updated = sqlx::query(
            "UPDATE budget
             SET name = $3, filter = $4, amount = $5, cycle = $6, thresholds = $7, changed_at = $8
             WHERE id = $1 AND project_id = $2 AND archived_at IS NULL",
        )
        .bind(id.0)
        .bind(i64::from(access.scope().project_id().get()))
        .bind(&checked.name)
        .bind(&checked.filter)
        .bind(checked.amount.nanos())
        .bind(checked.cycle.id())
        .bind(thresholds_text(&checked.thresholds))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(BudgetError::Unknown(id));
        }
        sqlx::query("DELETE FROM budget_dismissal WHERE budget_id = $1")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        let record = record(now, access, Action::BudgetChanged, id, &checked);
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a budget out of use. Its history stays in the audit table.
    ///
    /// # Errors
    /// `Unknown` if the project has no such budget in use.
    pub async fn archive_budget(
        &self,
        access: &AdminAccess,
        id: BudgetId,
    ) -> Result<(), BudgetError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let updated = sqlx::query(
            "UPDATE budget SET archived_at = $3
             WHERE id = $1 AND project_id = $2 AND archived_at IS NULL",
        )
        .bind(id.0)
        .bind(i64::from(access.scope().project_id().get()))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(BudgetError::Unknown(id));
        }
        let record = Record {
            at: now,
            actor: access.actor(),
            action: Action::BudgetArchived,
            subject: format!("budget:{id}"),
            detail: json!({ "project": access.scope().project_id().get() }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn record(
    at: Timestamp,
    access: &AdminAccess,
    action: Action,
    id: BudgetId,
    checked: &Checked,
) -> Record {
    Record {
        at,
        actor: access.actor(),
        action,
        subject: format!("budget:{id}"),
        detail: json!({
            "project": access.scope().project_id().get(),
            "name": checked.name,
            "filter": checked.filter,
            "amount": checked.amount.to_string(),
            "cycle": checked.cycle.id(),
            "thresholds": checked.thresholds.percents,
            "forecast": checked.thresholds.forecast,
        }),
    }
}

fn thresholds_text(thresholds: &Thresholds) -> String {
    json!(thresholds).to_string()
}

fn budget(row: &SqliteRow) -> Result<Budget, ControlError> {
    let (cycle, thresholds) = (text(row, "cycle")?, text(row, "thresholds")?);
    let nanos = whole(row, "amount")?;
    Ok(Budget {
        id: BudgetId(whole(row, "id")?),
        project: project_id(row, "project_id")?,
        name: text(row, "name")?,
        filter: text(row, "filter")?,
        amount: Money::from_nanos(i128::from(nanos))
            .ok_or_else(|| unexpected("budget.amount", nanos, "an amount"))?,
        cycle: Cycle::parse(&cycle)
            .ok_or_else(|| unexpected("budget.cycle", &cycle, "weekly, monthly or quarterly"))?,
        thresholds: serde_json::from_str(&thresholds)
            .map_err(|_| unexpected("budget.thresholds", &thresholds, "thresholds"))?,
        created_at: moment(row, "created_at")?,
        changed_at: moment(row, "changed_at")?,
        archived_at: optional_moment(row, "archived_at")?,
    })
}
