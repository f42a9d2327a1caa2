//! `GET /api/v1/users/{topic}`: figures whose unit is a person, as JSON or CSV. For a read or admin key, or a session.
//!
//! Takes the range, interval and filters of the query API; bars are days, weeks or months.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::core::code::Code;
use crate::core::range::{Interval, Period};
use crate::people::answer::{Table, Topic};
use crate::people::ask::Asker;
use crate::query::answers::Timed;
use crate::query::condition::Checked;
use crate::query::question::{Parameters, QuestionError};
use crate::query::session::Session;
use crate::render::people;
use crate::store::control::access::Scope;
use crate::web::extract::{self, Reader};
use crate::web::problem::Problem;
use crate::web::query::about;
use crate::web::segments::membership;

/// Parameters of the address that are not the question's.
const OTHERS: [&str; 2] = ["project", "format"];

/// About whom and when something is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The period, in bars of days, weeks or months.
    pub period: Period,
    /// Which events make somebody active.
    pub filter: Checked,
}

/// A topic with what is asked about it.
impl Timed for (Topic, Asked) {
    fn period_mut(&mut self) -> &mut Period {
        &mut self.1.period
    }
}

impl Asked {
    /// What parameters ask, as of `now` in the project's zone.
    ///
    /// # Errors
    /// If a parameter cannot be used.
    pub fn of(parameters: &Parameters, zone: &TimeZone, now: Timestamp) -> Result<Asked, Problem> {
        let mut parameters = parameters.clone();
        parameters.set("metrics", "active_users".to_owned());
        parameters.set("shape", "series".to_owned());
        let question = parameters.question(zone, now)?;
        let mut period = question.period;
        if !period.interval.is_calendar() {
            // Nobody asked for hours by name unless it says so in the address; days are the least there is.
            if parameters.has("interval") {
                return Err(Problem::new(
                    Code::ParameterInvalid,
                    format!(
                        "`interval` is {}; people are told by day, week or month",
                        period.interval.id()
                    ),
                ));
            }
            period = period
                .range
                .resolve(Some(Interval::Day), zone, now)
                .map_err(QuestionError::from)?;
        }
        Ok(Asked {
            period,
            filter: question.filter,
        })
    }
}

/// `GET /api/v1/users/{topic}`.
///
/// # Errors
/// If there is no such topic, or a parameter cannot be used.
pub async fn topic(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let scope = reader.access.scope();
    let name = request.match_info().query("topic");
    let topic = Topic::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Topic::ALL.into_iter().map(Topic::id).collect();
        Problem::new(
            Code::NotFound,
            format!("there is no topic `{name}`; known are {}", known.join(", ")),
        )
    })?;
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
    extract::refuse_empty(&request)?;
    let parameters = Parameters::parse(request.query_string(), &OTHERS)?;
    let asked = Asked::of(&parameters, &scope.project().time_zone, app.clock.now())?;
    let mut tables = tables(&app, scope, asked, vec![topic]).await?;
    let table = tables.pop().ok_or_else(|| Problem::of(Code::Internal))?;
    if !is_csv {
        return Ok(HttpResponse::Ok().json(people::json(&table, &scope.project().currency)));
    }
    let name = format!("{}-{}.csv", scope.project().slug, topic.id());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .body(people::csv(&table).map_err(Problem::internal)?))
}

/// The answers to some topics about the project of `scope`, from one transaction.
///
/// # Errors
/// If the engine fails, or takes too long.
pub async fn tables(
    app: &App,
    scope: &Scope,
    asked: Asked,
    topics: Vec<Topic>,
) -> Result<Vec<Table>, Problem> {
    let (project, exchange) = (scope.project_id().get(), scope.project().exchange.clone());
    let membership = membership(app, scope).await?;
    let answers = Arc::clone(&app.answers);
    let about = about(scope, &membership);
    let answered = app.engine.ask(move |study| {
        let session = Session::begin(study, project, &exchange)?.with(membership);
        let asker = Asker::new(&session, &asked.period, &asked.filter);
        let of = |topic: &Topic| {
            let question = (*topic, asked.clone());
            answers.get(about, study.facts(), &question, || asker.answer(*topic))
        };
        topics.iter().map(of).collect()
    });
    Ok(answered.await?)
}
