//! Which banners about budgets a person has put away.
//!
//! A banner comes back when its budget reaches the next step, in the next turn, and after an edit, which removes the rows.

use jiff::civil::Date;
use sqlx::sqlite::SqliteRow;

use crate::store::control::budget::BudgetId;
use crate::store::control::column::{text, unexpected, whole};
use crate::store::control::person::PersonId;
use crate::store::control::{Control, ControlError};

/// A banner that was put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dismissal {
    /// Who did it.
    pub person: PersonId,
    /// Of which budget.
    pub budget: BudgetId,
    /// The first day of the turn that it was about.
    pub turn: Date,
    /// The step that was reached then, in per cent.
    pub step: u8,
}

impl Control {
    /// Every banner that was put away.
    ///
    /// # Errors
    /// `Database` or `Row` if they cannot be read.
    pub async fn dismissals(&self) -> Result<Vec<Dismissal>, ControlError> {
        let rows = sqlx::query("SELECT person_id, budget_id, turn, step FROM budget_dismissal")
            .fetch_all(&self.shared.reader)
            .await?;
        rows.iter().map(dismissal).collect()
    }

    /// Puts a banner away, in place of an earlier one of the same person and budget.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn dismiss(&self, dismissal: Dismissal) -> Result<(), ControlError> {
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "INSERT INTO budget_dismissal (person_id, budget_id, turn, step)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (person_id, budget_id) DO UPDATE
             SET turn = excluded.turn, step = excluded.step",
        )
        .bind(dismissal.person.0)
        .bind(dismissal.budget.0)
        .bind(dismissal.turn.to_string())
        .bind(i64::from(dismissal.step))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn dismissal(row: &SqliteRow) -> Result<Dismissal, ControlError> {
    let (turn, step) = (text(row, "turn")?, whole(row, "step")?);
    Ok(Dismissal {
        person: PersonId(whole(row, "person_id")?),
        budget: BudgetId(whole(row, "budget_id")?),
        turn: turn
            .parse()
            .map_err(|_| unexpected("budget_dismissal.turn", &turn, "a day"))?,
        step: u8::try_from(step)
            .map_err(|_| unexpected("budget_dismissal.step", step, "per cent"))?,
    })
}
