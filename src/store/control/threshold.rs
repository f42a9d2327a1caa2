//! From where on a service is yellow or red: limits that each project may set for itself.
//!
//! Success rates and error rates are shares here; forms show them in per cent.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::core::project_id::ProjectId;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::unexpected;
use crate::store::control::problem::{Problem, Problems};
use crate::store::control::project::ProjectError;
use crate::store::control::{Control, ControlError};

/// Longest 95th percentile that can be a limit: an hour, in milliseconds. More is a mistake of the unit.
const P95_MS_MAX: f64 = 3_600_000.0;

/// How well a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Green,
    /// Worth a look.
    Yellow,
    /// Something is wrong.
    Red,
}

/// The limits of a project.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Success rate from which a service is green.
    pub success_green: f64,
    /// Success rate from which it is yellow; below it is red.
    pub success_yellow: f64,
    /// 95th percentile of the latency up to which it is green, in milliseconds.
    pub p95_green_ms: f64,
    /// 95th percentile up to which it is yellow; above it is red.
    pub p95_yellow_ms: f64,
    /// Error rate at which charts draw their line.
    pub error_rate: f64,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            success_green: 0.99,
            success_yellow: 0.95,
            p95_green_ms: 2_000.0,
            p95_yellow_ms: 5_000.0,
            error_rate: 0.02,
        }
    }
}

impl Thresholds {
    /// The grade of a service: the worse of its success rate and its 95th percentile, as far as they are known.
    pub fn grade(&self, success_rate: Option<f64>, p95_ms: Option<f64>) -> Option<Grade> {
        let success = success_rate.map(|rate| match rate {
            rate if rate >= self.success_green => Grade::Green,
            rate if rate >= self.success_yellow => Grade::Yellow,
            _ => Grade::Red,
        });
        let speed = p95_ms.map(|ms| match ms {
            ms if ms <= self.p95_green_ms => Grade::Green,
            ms if ms <= self.p95_yellow_ms => Grade::Yellow,
            _ => Grade::Red,
        });
        success.max(speed)
    }

    /// Whether the limits can be used.
    ///
    /// # Errors
    /// Every field that cannot, with value, rule and remedy.
    pub fn check(&self) -> Result<(), Problems> {
        let mut problems = Vec::new();
        let mut wrong = |field, message| problems.push(Problem { field, message });
        for (field, share) in [
            ("success_green", self.success_green),
            ("success_yellow", self.success_yellow),
            ("error_rate", self.error_rate),
        ] {
            if !(share > 0.0 && share <= 1.0) {
                wrong(
                    field,
                    "must be a number above 0 and at most 100 per cent".to_owned(),
                );
            }
        }
        for (field, ms) in [
            ("p95_green_ms", self.p95_green_ms),
            ("p95_yellow_ms", self.p95_yellow_ms),
        ] {
            if !(ms > 0.0 && ms <= P95_MS_MAX) {
                wrong(
                    field,
                    format!("must be a number of milliseconds above 0 and at most {P95_MS_MAX}"),
                );
            }
        }
        if self.success_yellow >= self.success_green {
            wrong(
                "success_yellow",
                "is not below the limit of green; nothing could be yellow".to_owned(),
            );
        }
        if self.p95_yellow_ms <= self.p95_green_ms {
            wrong(
                "p95_yellow_ms",
                "is not above the limit of green; nothing could be yellow".to_owned(),
            );
        }
        Problems::check(problems)
    }
}

impl Control {
    /// Sets the limits of the project `id`; `None` goes back to the usual ones.
    ///
    /// # Errors
    /// `Unknown`, or `Invalid` with every problem of `thresholds`.
    pub async fn set_thresholds(
        &self,
        id: ProjectId,
        thresholds: Option<Thresholds>,
        actor: Actor,
    ) -> Result<(), ProjectError> {
        if let Some(thresholds) = &thresholds {
            thresholds.check().map_err(ProjectError::Invalid)?;
        }
        let mut transaction = self.begin_write().await?;
        let updated =
            sqlx::query("UPDATE project SET thresholds = $2 WHERE id = $1 AND removed_at IS NULL")
                .bind(i64::from(id.get()))
                .bind(thresholds.map(|thresholds| json!(thresholds).to_string()))
                .execute(&mut *transaction)
                .await?;
        if updated.rows_affected() == 0 {
            return Err(ProjectError::Unknown(id));
        }
        let record = Record {
            at: self.now(),
            actor,
            action: Action::ThresholdsChanged,
            subject: format!("project:{id}"),
            detail: json!({ "thresholds": thresholds }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(())
    }
}

/// The limits in a row of `project`; the usual ones where it has none.
pub(super) fn of_row(row: &SqliteRow) -> Result<Thresholds, ControlError> {
    let written: Option<String> = row.try_get("thresholds")?;
    let Some(text) = written else {
        return Ok(Thresholds::default());
    };
    serde_json::from_str(&text)
        .map_err(|_| unexpected("project.thresholds", &text, "limits of a project"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_of_success_and_speed_decides() {
        let limits = Thresholds::default();
        for (success, p95, grade) in [
            (Some(0.99), Some(2_000.0), Some(Grade::Green)),
            (Some(0.9899), Some(2_000.0), Some(Grade::Yellow)),
            (Some(1.0), Some(2_000.1), Some(Grade::Yellow)),
            (Some(0.95), Some(5_000.0), Some(Grade::Yellow)),
            (Some(0.9499), Some(100.0), Some(Grade::Red)),
            (Some(1.0), Some(5_000.1), Some(Grade::Red)),
            (Some(0.5), None, Some(Grade::Red)),
            (None, Some(100.0), Some(Grade::Green)),
            (None, None, None),
        ] {
            assert_eq!(limits.grade(success, p95), grade, "{success:?} {p95:?}");
        }
    }

    #[test]
    fn limits_that_leave_no_yellow_or_have_no_sense_are_refused_by_field() {
        let fields = |thresholds: Thresholds| -> Vec<&'static str> {
            match thresholds.check() {
                Ok(()) => Vec::new(),
                Err(problems) => problems.list().iter().map(|p| p.field).collect(),
            }
        };
        let usual = Thresholds::default();
        assert!(fields(usual).is_empty());
        for (changed, field) in [
            (
                Thresholds {
                    success_yellow: 0.99,
                    ..usual
                },
                "success_yellow",
            ),
            (
                Thresholds {
                    success_green: 1.01,
                    ..usual
                },
                "success_green",
            ),
            (
                Thresholds {
                    p95_yellow_ms: 2_000.0,
                    ..usual
                },
                "p95_yellow_ms",
            ),
            (
                Thresholds {
                    p95_yellow_ms: 3_600_001.0,
                    ..usual
                },
                "p95_yellow_ms",
            ),
            (
                Thresholds {
                    error_rate: 0.0,
                    ..usual
                },
                "error_rate",
            ),
            (
                Thresholds {
                    error_rate: f64::NAN,
                    ..usual
                },
                "error_rate",
            ),
        ] {
            assert_eq!(fields(changed), [field], "{changed:?}");
        }
    }
}
