//! `GET /api/v1/budgets?by=`: how budgets stand, and who spends. For a read or admin key, or a session.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::budget::board::BoardError;
use crate::budget::breakdown::{self, SPLITS};
use crate::budget::projection::Projection;
use crate::budget::spend::SpendError;
use crate::budget::standing::{Course, Standing};
use crate::core::code::Code;
use crate::store::control::budget::Budget;
use crate::web::extract::{self, Reader, ReaderOfAll};
use crate::web::problem::Problem;

/// `GET /api/v1/budgets`: every budget in use; with `by=` also a line for each value of a dimension, or with
/// `by=project` for each project that may be seen.
///
/// Money is decimal text in US dollars; what is projected is a number, as it is an estimate.
///
/// # Errors
/// If `by` is none of the known ones, or a store fails.
pub async fn list(
    request: HttpRequest,
    reader: Reader,
    all: ReaderOfAll,
) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let (project, now) = (reader.access.scope().project(), app.clock.now());
    let by = match extract::parameter(&request, "by") {
        None => None,
        Some(by) => Some(known(&by)?),
    };
    let held = app
        .budgets
        .look(&app.control, &app.engine, project, now)
        .await?;
    let budgets: Vec<Value> = held
        .iter()
        .map(|held| {
            let mut value = described(&held.budget);
            add(
                &mut value,
                held.standing.as_ref().map_or(json!({}), figures),
            );
            value
        })
        .collect();
    let mut answer = json!({
        "project": project.slug,
        "currency": "USD",
        "as_of": now,
        "time_zone": project.time_zone_name(),
        "budgets": budgets,
    });
    if let Some(by) = by {
        let lines = match by {
            "project" => {
                let stores = (&app.control, &*app.engine);
                breakdown::of_projects(&app.budgets, stores, &all.accesses, now).await?
            }
            by => breakdown::lines(&app.engine, project, &held, by, now).await?,
        };
        let rows: Vec<Value> = lines
            .iter()
            .map(|line| {
                let mut value = json!({ "key": line.key, "budget": null });
                let standing = match &line.budget {
                    Some((budget, standing)) => {
                        value["budget"] = described(budget);
                        figures(standing)
                    }
                    None => unlimited(&line.month),
                };
                add(&mut value, standing);
                value["projected_monthly"] = projected(line.month.projection.as_ref());
                value
            })
            .collect();
        add(&mut answer, json!({ "by": by, "rows": rows }));
    }
    Ok(HttpResponse::Ok().json(answer))
}

fn known(by: &str) -> Result<&'static str, Problem> {
    let found = SPLITS.iter().find(|(id, _)| *id == by);
    found.map(|(id, _)| *id).ok_or_else(|| {
        let names: Vec<&str> = SPLITS.iter().map(|(id, _)| *id).collect();
        let by: String = by.chars().take(40).collect();
        let detail = format!("`by` is `{by}`; it must be one of {}", names.join(", "));
        Problem::new(Code::ParameterInvalid, detail)
    })
}

fn described(budget: &Budget) -> Value {
    json!({
        "id": budget.id.0,
        "name": budget.name,
        "filter": budget.filter,
        "cycle": budget.cycle.id(),
        "thresholds": budget.thresholds.percents,
        "forecast": budget.thresholds.forecast,
    })
}

fn figures(standing: &Standing) -> Value {
    let mut value = unlimited(&standing.course);
    add(
        &mut value,
        json!({
            "budget_limit": standing.amount.to_string(),
            "percentage_used": standing.used_percent,
            "pace": standing.pace,
            "threshold_reached": standing.crossed,
            "alert_threshold": standing.next,
            "forecast_reached": standing.forecast_crossed,
            "runs_out": standing.runs_out.map(|day| day.to_string()),
        }),
    );
    value
}

/// The figures that need no budget; the others are null.
fn unlimited(course: &Course) -> Value {
    json!({
        "from": course.turn.first.to_string(),
        "to": course.turn.end.to_string(),
        "current_spend": course.spent.to_string(),
        "budget_limit": null,
        "percentage_used": null,
        "alert_threshold": null,
        "burn_rate_per_day": course.burn_per_day,
        "projected": projected(course.projection.as_ref()),
    })
}

fn projected(projection: Option<&Projection>) -> Value {
    projection.map_or(Value::Null, |one| {
        json!({
            "value": one.total,
            "low": one.interval.map(|(low, _)| low),
            "high": one.interval.map(|(_, high)| high),
        })
    })
}

fn add(value: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (value, more) {
        fields.extend(more);
    }
}

impl From<SpendError> for Problem {
    fn from(error: SpendError) -> Problem {
        match error {
            SpendError::Question(error) => error.into(),
            SpendError::Engine(error) => error.into(),
        }
    }
}

impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Problem {
        match error {
            BoardError::Control(error) => Problem::internal(error),
            BoardError::Spend(error) => error.into(),
        }
    }
}
