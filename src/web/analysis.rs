//! `GET /api/v1/funnel`, `/retention`, `/heatmap` and `/journeys`: what people do one after the other, as JSON or CSV.
//! For a read or admin key, or a session.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value as Json;

use crate::analysis::inquiry::Inquiry;
use crate::analysis::parameters::AnalysisError;
use crate::analysis::{funnel, heatmap, journey, retention};
use crate::app::App;
use crate::core::code::Code;
use crate::render;
use crate::store::control::access::Scope;
use crate::store::engine::EngineError;
use crate::store::study::study;
use crate::web::extract::{self, Reader};
use crate::web::problem::Problem;
use crate::web::segments::membership;

/// Parameters that belong to the address alone.
const OTHERS: [&str; 1] = ["project"];

impl From<AnalysisError> for Problem {
    fn from(error: AnalysisError) -> Problem {
        Problem::new(Code::ParameterInvalid, error.to_string())
    }
}

/// Asks about the project of `scope`, in one transaction of a reader.
///
/// # Errors
/// If the engine fails, or takes too long.
pub async fn ask<T: Send + 'static>(
    app: &App,
    scope: &Scope,
    question: impl FnOnce(&Inquiry) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, Problem> {
    let (project, currency) = (scope.project_id().get(), scope.project().currency.clone());
    let membership = membership(app, scope).await?;
    let asked = study(&app.engine, move |study| {
        question(&Inquiry::begin(study, project, &currency)?.with(membership))
    });
    Ok(asked.await?)
}

/// `GET /api/v1/funnel`.
pub async fn funnel(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let (app, scope) = (extract::app(&request), reader.access.scope());
    let question = funnel::question::Question::parse(
        request.query_string(),
        &OTHERS,
        &scope.project().time_zone,
        app.clock.now(),
    )?;
    let answer = ask(&app, scope, move |inquiry| {
        funnel::ask::answer(inquiry, question)
    })
    .await?;
    respond(
        &request,
        scope,
        "funnel",
        || render::funnel::json(&answer),
        || render::funnel::csv(&answer),
    )
}

/// `GET /api/v1/retention`.
pub async fn retention(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let (app, scope) = (extract::app(&request), reader.access.scope());
    let question = retention::question::Question::parse(
        request.query_string(),
        &OTHERS,
        &scope.project().time_zone,
        app.clock.now(),
    )?;
    let calendar = retention::calendar::Calendar::new(&question)?;
    let answer = ask(&app, scope, move |inquiry| {
        retention::ask::answer(inquiry, question, &calendar)
    })
    .await?;
    let currency = &scope.project().currency;
    respond(
        &request,
        scope,
        "retention",
        || render::retention::json(&answer, currency),
        || render::retention::csv(&answer),
    )
}

/// `GET /api/v1/heatmap`.
pub async fn heatmap(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let (app, scope) = (extract::app(&request), reader.access.scope());
    let question = heatmap::Question::parse(
        request.query_string(),
        &OTHERS,
        &scope.project().time_zone,
        app.clock.now(),
    )?;
    let answer = ask(&app, scope, move |inquiry| {
        heatmap::answer(inquiry, question)
    })
    .await?;
    respond(
        &request,
        scope,
        "heatmap",
        || render::heatmap::json(&answer),
        || render::heatmap::csv(&answer),
    )
}

/// `GET /api/v1/journeys`.
pub async fn journeys(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let (app, scope) = (extract::app(&request), reader.access.scope());
    let question = journey::question::Question::parse(
        request.query_string(),
        &OTHERS,
        &scope.project().time_zone,
        app.clock.now(),
    )?;
    let answer = ask(&app, scope, move |inquiry| {
        journey::ask::answer(inquiry, question)
    })
    .await?;
    respond(
        &request,
        scope,
        "journeys",
        || render::journey::json(&answer),
        || render::journey::csv(&answer),
    )
}

/// An answer in the form that `format` names.
fn respond(
    request: &HttpRequest,
    scope: &Scope,
    name: &str,
    json: impl FnOnce() -> Json,
    csv: impl FnOnce() -> Result<Vec<u8>, csv::Error>,
) -> Result<HttpResponse, Problem> {
    match extract::parameter(request, "format").as_deref() {
        None | Some("" | "json") => Ok(HttpResponse::Ok().json(json())),
        Some("csv") => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!(
                    "attachment; filename=\"{}-{name}.csv\"",
                    scope.project().slug
                ),
            ))
            .body(csv().map_err(Problem::internal)?)),
        Some(_) => Err(Problem::new(
            Code::ParameterInvalid,
            "`format` must be json or csv",
        )),
    }
}
