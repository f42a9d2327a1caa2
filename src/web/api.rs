//! JSON for programs with a read or admin key, and for signed-in people.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::core::code::Code;
use crate::ingest::pipeline::STEPS;
use crate::store::summary::{self, Summary};
use crate::web::extract::{self, Reader};
use crate::web::problem::Problem;

/// How long an exact answer may wait for the loader.
const BARRIER_PATIENCE: Duration = Duration::from_secs(20);
/// Entries of the ingest log in one answer.
const LOG_ENTRIES_DEFAULT: usize = 100;
/// Most entries of the ingest log in one answer.
pub const LOG_ENTRIES_MAX: usize = 1_000;

#[derive(Serialize)]
struct SummaryAnswer<'a> {
    project: &'a str,
    #[serde(flatten)]
    summary: Summary,
}

/// `GET /api/v1/summary`: everything acknowledged before the question is in the answer.
pub async fn summary(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    everything_loaded(&app).await?;
    let scope = reader.access.scope();
    let summary = summary::summary(&app.engine, scope.project_id().get()).await?;
    Ok(HttpResponse::Ok().json(SummaryAnswer {
        project: &scope.project().slug,
        summary,
    }))
}

/// Returns when everything that was acknowledged before can be asked for.
///
/// # Errors
/// `not_ready` if that takes too long.
pub async fn everything_loaded(app: &App) -> Result<(), Problem> {
    let acknowledged = app.journal.progress().next();
    if app.loader.barrier(acknowledged, BARRIER_PATIENCE).await {
        return Ok(());
    }
    let detail = "events are still being loaded, and the answer would not be exact";
    Err(Problem::new(Code::NotReady, detail).retry_after(5))
}

/// `GET /v1/ingest/log?reason=CODE&limit=N`: why events are missing.
pub async fn ingest_log(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let reason = match extract::parameter(&request, "reason") {
        None => None,
        Some(id) => Some(Code::parse(&id).ok_or_else(|| {
            Problem::new(
                Code::ParameterInvalid,
                "`reason` must be a code that an answer has named",
            )
        })?),
    };
    let limit = match extract::parameter(&request, "limit") {
        None => LOG_ENTRIES_DEFAULT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=LOG_ENTRIES_MAX).contains(limit))
            .ok_or_else(|| {
                Problem::new(
                    Code::ParameterInvalid,
                    format!("`limit` must be a number from 1 to {LOG_ENTRIES_MAX}"),
                )
            })?,
    };
    let report = app
        .ingest_log
        .report(reader.access.scope().project_id().get(), reason, limit);
    let names = std::iter::once("read").chain(STEPS.iter().map(|step| step.name));
    let steps: Vec<_> = names
        .enumerate()
        .map(|(number, name)| {
            let count = report.steps.get(number).copied().unwrap_or_default();
            json!({ "name": name, "seen": count.seen, "stopped": count.stopped })
        })
        .collect();
    let reasons: serde_json::Map<_, _> = report
        .reasons
        .iter()
        .map(|(code, count)| (code.id().to_owned(), (*count).into()))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "since": app.started,
        "accepted": report.accepted,
        "late_duplicates": app.loader.stats().late_duplicates.load(std::sync::atomic::Ordering::Relaxed),
        "steps": steps,
        "reasons": reasons,
        "latest": report.latest,
    })))
}
