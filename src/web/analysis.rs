//! `GET /api/v1/funnel`, `/retention`, `/heatmap` and `/journeys`: what people do one after the other, as JSON or CSV.
//! For a read or admin key, or a session.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::analysis::inquiry::Inquiry;
use crate::analysis::parameters::AnalysisError;
use crate::analysis::retention::calendar::Calendar;
use crate::analysis::{funnel, heatmap, journey, retention};
use crate::app::App;
use crate::core::code::Code;
use crate::query::answers::{Figures, Timed};
use crate::render;
use crate::store::control::access::Scope;
use crate::store::engine::EngineError;
use crate::web::extract::{self, Reader};
use crate::web::problem::Problem;
use crate::web::query::about;
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
    ask: impl FnOnce(&Inquiry) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, Problem> {
    let (project, exchange) = (scope.project_id().get(), scope.project().exchange.clone());
    let membership = membership(app, scope).await?;
    let asked = app
        .engine
        .ask(move |study| ask(&Inquiry::begin(study, project, &exchange)?.with(membership)));
    Ok(asked.await?)
}

/// The answer to a question about the project of `scope`, which others may have asked just before.
///
/// # Errors
/// If the engine fails, or takes too long.
pub async fn answer<Q, A>(
    app: &App,
    scope: &Scope,
    question: Q,
    answer: impl FnOnce(&Inquiry, Q) -> Result<A, EngineError> + Send + 'static,
) -> Result<A, Problem>
where
    Q: Timed + Send + 'static,
    A: Figures + Clone + Send + Sync + 'static,
{
    let answers = Arc::clone(&app.answers);
    let about = about(scope, &membership(app, scope).await?);
    ask(app, scope, move |inquiry| {
        let ask = || answer(inquiry, question.clone());
        answers.get(about, inquiry.facts(), &question, ask)
    })
    .await
}

/// One way to ask about people's ways: how its address is read, what answers it, and its two forms.
struct Study<Q, A> {
    /// Its name in the names of files.
    name: &'static str,
    parse: fn(&str, &[&str], &TimeZone, Timestamp) -> Result<Q, AnalysisError>,
    answer: fn(&Inquiry, Q) -> Result<A, EngineError>,
    /// With the project's currency.
    json: fn(&A, &str) -> Json,
    csv: fn(&A) -> Result<Vec<u8>, csv::Error>,
}

impl<Q: Timed + Send + 'static, A: Figures + Clone + Send + Sync + 'static> Study<Q, A> {
    async fn respond(
        &self,
        request: &HttpRequest,
        reader: &Reader,
    ) -> Result<HttpResponse, Problem> {
        extract::refuse_empty(request)?;
        let (app, scope) = (extract::app(request), reader.access.scope());
        let (zone, currency) = (&scope.project().time_zone, &scope.project().currency);
        let question = (self.parse)(request.query_string(), &OTHERS, zone, app.clock.now())?;
        let answer = answer(&app, scope, question, self.answer).await?;
        respond(
            request,
            scope,
            self.name,
            || (self.json)(&answer, currency),
            || (self.csv)(&answer),
        )
    }
}

/// `GET /api/v1/funnel`.
pub async fn funnel(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let study = Study {
        name: "funnel",
        parse: funnel::question::Question::parse,
        answer: funnel::ask::answer,
        json: |answer, _| render::funnel::json(answer),
        csv: render::funnel::csv,
    };
    study.respond(&request, &reader).await
}

/// `GET /api/v1/retention`.
pub async fn retention(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let study = Study {
        name: "retention",
        // Cohorts are counted before the engine is asked: too many are a mistake of the address.
        parse: |query, others, zone, now| {
            let question = retention::question::Question::parse(query, others, zone, now)?;
            Calendar::new(&question)?;
            Ok(question)
        },
        answer: |inquiry, question| {
            let calendar = Calendar::new(&question);
            let calendar = calendar.map_err(|error| EngineError::Question(error.to_string()))?;
            retention::ask::answer(inquiry, question, &calendar)
        },
        json: render::retention::json,
        csv: render::retention::csv,
    };
    study.respond(&request, &reader).await
}

/// `GET /api/v1/heatmap`.
pub async fn heatmap(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let study = Study {
        name: "heatmap",
        parse: heatmap::Question::parse,
        answer: heatmap::answer,
        json: |answer, _| render::heatmap::json(answer),
        csv: render::heatmap::csv,
    };
    study.respond(&request, &reader).await
}

/// `GET /api/v1/journeys`.
pub async fn journeys(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let study = Study {
        name: "journeys",
        parse: journey::question::Question::parse,
        answer: journey::ask::answer,
        json: |answer, _| render::journey::json(answer),
        csv: render::journey::csv,
    };
    study.respond(&request, &reader).await
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
