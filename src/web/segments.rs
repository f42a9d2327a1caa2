//! `GET /api/v1/segments` for a read or admin key, or a session; `POST` there and `DELETE /api/v1/segments/{id}` for an
//! admin key, or a session. Also how any question is given the segments of its project.

use std::sync::Arc;

use actix_web::web::{Bytes, Path};
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::core::code::Code;
use crate::people::segment::cache::Held;
use crate::people::segment::definition::{Definition, DefinitionError};
use crate::people::segment::roster::{Named, Roster};
use crate::query::membership::Membership;
use crate::store::control::access::Scope;
use crate::store::control::segment::{SavedSegment, SegmentError};
use crate::web::extract::{self, Changer, Reader};
use crate::web::problem::Problem;

/// Most bytes of a segment that a program sends.
const BODY_BYTES_MAX: usize = 64 * 1024;

impl From<SegmentError> for Problem {
    fn from(error: SegmentError) -> Problem {
        match error {
            SegmentError::Invalid(text) => Problem::new(Code::ParameterInvalid, text),
            SegmentError::Unknown(_) => Problem::new(Code::NotFound, error.to_string()),
            SegmentError::Control(error) => Problem::internal(error),
        }
    }
}

impl From<DefinitionError> for Problem {
    fn from(error: DefinitionError) -> Problem {
        Problem::new(Code::ParameterInvalid, error.to_string())
    }
}

/// The segments of the project of `scope`, for a question that may filter or split by them.
///
/// # Errors
/// If the control store cannot be read.
pub async fn membership(app: &App, scope: &Scope) -> Result<Membership, Problem> {
    let saved = saved(app, scope).await?;
    Ok(roster(app, scope, &saved).membership())
}

/// The saved segments of the project of `scope`, by name.
///
/// # Errors
/// If the control store cannot be read.
pub async fn saved(app: &App, scope: &Scope) -> Result<Vec<SavedSegment>, Problem> {
    app.control.segments(scope).await.map_err(Problem::internal)
}

/// The people of some definitions, in their order.
///
/// # Errors
/// If the engine fails, or takes too long.
pub async fn people(
    app: &App,
    scope: &Scope,
    definitions: Vec<String>,
) -> Result<Vec<Held>, Problem> {
    let roster = roster(app, scope, &[]);
    let found = app.engine.ask(move |engine| {
        let each = definitions.iter();
        each.map(|definition| roster.people(engine, definition))
            .collect()
    });
    Ok(found.await?)
}

fn roster(app: &App, scope: &Scope, saved: &[SavedSegment]) -> Roster {
    let named = |one: &SavedSegment| Named {
        name: one.name.clone(),
        definition: one.definition.clone(),
    };
    Roster {
        project: scope.project_id().get(),
        exchange: scope.project().exchange.clone(),
        zone: scope.project().time_zone.clone(),
        now: app.clock.now(),
        segments: saved.iter().map(named).collect(),
        cache: Arc::clone(&app.segments),
    }
}

/// `GET /api/v1/segments`: each with its rules and how many people are in it now.
///
/// # Errors
/// If a store fails.
pub async fn list(request: HttpRequest, reader: Reader) -> Result<HttpResponse, Problem> {
    let (app, scope) = (extract::app(&request), reader.access.scope());
    let saved = saved(&app, scope).await?;
    let definitions = saved.iter().map(|one| one.definition.clone()).collect();
    let held = people(&app, scope, definitions).await?;
    let segments: Vec<Value> = saved
        .iter()
        .zip(&held)
        .map(|(one, held)| described(one, held))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "project": scope.project().slug,
        "segments": segments,
    })))
}

/// What a program sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    rules: Vec<Vec<String>>,
}

/// `POST /api/v1/segments`: saves one.
///
/// # Errors
/// If the body, the name or a rule cannot be used.
pub async fn create(
    request: HttpRequest,
    changer: Changer,
    body: Result<Bytes, Error>,
) -> Result<HttpResponse, Problem> {
    let (app, scope) = (extract::app(&request), changer.access.scope());
    let body = body.ok().filter(|body| body.len() <= BODY_BYTES_MAX);
    let body = body.ok_or_else(|| {
        let text = format!("the body could not be read whole; the most is {BODY_BYTES_MAX} bytes");
        Problem::new(Code::BodyTooLarge, text)
    })?;
    let body: Body = serde_json::from_slice(&body).map_err(|error| {
        let text = format!(
            "{error}; send {{\"name\": \"Power users\", \"rules\": [[\"did:at_least:10:28:query_sent\"]]}}"
        );
        Problem::new(Code::BodyMalformed, text)
    })?;
    let definition = Definition::of(&body.rules)?.to_query();
    let id = app
        .control
        .save_segment(&changer.access, None, &body.name, &definition)
        .await?;
    let saved = saved(&app, scope).await?;
    let one = saved.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            format!("segment {id} was deleted meanwhile"),
        )
    })?;
    let held = people(&app, scope, vec![definition]).await?;
    let held = held.first().ok_or_else(|| Problem::of(Code::Internal))?;
    Ok(HttpResponse::Ok().json(described(one, held)))
}

/// `DELETE /api/v1/segments/{id}`.
///
/// # Errors
/// If the project has no such segment.
pub async fn remove(
    request: HttpRequest,
    changer: Changer,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let id: i64 = id.parse().map_err(|_| {
        let id: String = id.chars().take(40).collect();
        Problem::new(
            Code::NotFound,
            format!("`{id}` is no number of a segment; GET /api/v1/segments lists them"),
        )
    })?;
    app.control.remove_segment(&changer.access, id).await?;
    Ok(HttpResponse::Ok().json(json!({ "removed": id })))
}

fn described(one: &SavedSegment, held: &Held) -> Value {
    let definition = Definition::parse(&one.definition).unwrap_or_default();
    let (people, of) = (held.found.people.len(), held.found.of);
    json!({
        "id": one.id,
        "name": one.name,
        "rules": definition.to_texts(),
        "in_words": definition.label(),
        "people": people,
        "share": (of > 0).then(|| people as f64 / of as f64),
        "created_at": one.created_at,
        "changed_at": one.changed_at,
    })
}
