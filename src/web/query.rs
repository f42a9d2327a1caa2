//! `GET /api/v1/query` and `GET /api/v1/catalogue`: any metric by any dimension, as JSON or CSV.
//! For a read or admin key, or a session.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::core::code::Code;
use crate::query::answer::{Answer, Distribution};
use crate::query::answers::About;
use crate::query::ask;
use crate::query::membership::Membership;
use crate::query::question::{Parameters, Question, QuestionError, Shape};
use crate::query::rows::{self, Listing};
use crate::query::session::Session;
use crate::render::{csv, json};
use crate::store::control::access::Scope;
use crate::web::extract::{self, Reader};
use crate::web::problem::Problem;
use crate::web::segments::membership;

/// Parameters of the address that are not the question's.
const OTHERS: [&str; 2] = ["project", "format"];

/// An answer in whichever form was asked for.
pub enum Answered {
    /// A total, series, breakdown or matrix.
    Figures(Box<Answer>),
    /// A distribution.
    Distribution(Distribution),
    /// Events.
    Rows(Listing),
}

/// `GET /api/v1/query`.
pub async fn query(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let scope = reader.access.scope();
    let is_csv = match extract::parameter(&request, "format").as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => {
            return Err(Problem::new(
                Code::ParameterInvalid,
                "`format` must be json or csv",
            ));
        }
    };
    let parameters = Parameters::parse(request.query_string(), &OTHERS)?;
    let question = parameters.question(&scope.project().time_zone, app.clock.now())?;
    let name = format!("{}-{}.csv", scope.project().slug, question.shape.id());
    let answered = answer(&app, scope, question).await?;
    if is_csv {
        let bytes = match &answered {
            Answered::Figures(answer) => csv::answer(answer),
            Answered::Distribution(distribution) => csv::distribution(distribution),
            Answered::Rows(listing) => csv::listing(listing),
        };
        return Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .body(bytes.map_err(Problem::internal)?));
    }
    let currency = &scope.project().currency;
    Ok(HttpResponse::Ok().json(match &answered {
        Answered::Figures(answer) => json::answer(answer, currency),
        Answered::Distribution(distribution) => json::distribution(distribution, currency),
        Answered::Rows(listing) => json::listing(listing),
    }))
}

/// `GET /api/v1/catalogue`.
pub async fn catalogue(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    Parameters::parse(request.query_string(), &OTHERS)?;
    Ok(HttpResponse::Ok().json(json::catalogue(&reader.access.scope().project().currency)))
}

/// Asks a question about the project of `scope`.
///
/// # Errors
/// If the engine fails, or takes too long.
pub async fn answer(app: &App, scope: &Scope, question: Question) -> Result<Answered, Problem> {
    let (project, exchange) = (scope.project_id().get(), scope.project().exchange.clone());
    let membership = membership(app, scope).await?;
    let answers = Arc::clone(&app.answers);
    let about = about(scope, &membership);
    let asked = app.engine.ask(move |study| {
        let session = Session::begin(study, project, &exchange)?.with(membership);
        let facts = study.facts();
        Ok(match question.shape {
            Shape::Rows => Some(Answered::Rows(rows::listing(&session, &question)?)),
            Shape::Distribution => {
                let ask = || ask::distribution(&session, &question);
                answers
                    .get(about, facts, &question, ask)?
                    .map(Answered::Distribution)
            }
            Shape::Total | Shape::Series | Shape::Breakdown | Shape::Matrix => {
                let ask = || ask::answer(&session, &question);
                let answer = answers.get(about, facts, &question, ask)?;
                Some(Answered::Figures(Box::new(answer)))
            }
        })
    });
    asked
        .await?
        .ok_or_else(|| Problem::of(Code::ParameterInvalid))
}

/// Where questions about the project of `scope` are asked.
pub fn about(scope: &Scope, membership: &Membership) -> About {
    About {
        project: scope.project_id().get(),
        exchange: scope.project().exchange.fingerprint(),
        segments: membership.fingerprint(),
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Problem {
        Problem::new(Code::ParameterInvalid, error.to_string())
    }
}
