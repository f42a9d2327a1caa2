//! One person, for programs: export, erasure, merging and undoing. For an admin key.
//!
//! The pages do the same through the functions below. A session does not do for the addresses here: a browser sends its
//! cookie along with whatever another site makes it ask for.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::core::code::Code;
use crate::core::exchange::Exchange;
use crate::people::{erasures, one};
use crate::query::session::Session;
use crate::store::alias::{self, MergeError, Name};
use crate::store::control::access::AdminAccess;
use crate::store::control::person_erasure::{ErasureReceipt, PersonNote};
use crate::store::engine::{Engine, EngineError};
use crate::store::person::NameKind;
use crate::web::api;
use crate::web::extract::{self, AdminKey, parameter};
use crate::web::problem::Problem;

/// Receipts in one answer.
pub const RECEIPTS_MAX: u32 = 200;

/// `GET /api/v1/people/export?kind=user&id=ana`: JSON lines, the ids first, then each event.
///
/// # Errors
/// `not_found` if nobody has this name. If the engine fails later the answer breaks off, which a client notices.
pub async fn get_export(request: HttpRequest, admin: AdminKey) -> Result<HttpResponse, Problem> {
    let (app, name) = (extract::app(&request), named(&request)?);
    api::everything_loaded(&app).await?;
    export(app, &admin.access, &name).await
}

/// `DELETE /api/v1/people?kind=user&id=ana`: erases somebody for good.
///
/// # Errors
/// `not_found` if nobody has this name.
pub async fn delete(request: HttpRequest, admin: AdminKey) -> Result<HttpResponse, Problem> {
    let (app, name) = (extract::app(&request), named(&request)?);
    api::everything_loaded(&app).await?;
    known(&app, &admin.access, &name).await?;
    let receipt = erase(&app, &admin.access, &name).await?;
    Ok(HttpResponse::Ok().json(told(&receipt)))
}

/// `GET /api/v1/people/erasures`: the latest receipts.
///
/// # Errors
/// If the control store fails.
pub async fn get_erasures(request: HttpRequest, admin: AdminKey) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let project = admin.access.scope().project_id();
    let receipts = app.control.person_erasures(project, RECEIPTS_MAX).await;
    let receipts = receipts.map_err(Problem::internal)?;
    let told: Vec<Json> = receipts.iter().map(told).collect();
    Ok(HttpResponse::Ok().json(json!({ "erasures": told })))
}

/// `POST /api/v1/people/merge?kind=anonymous&id=x1&into=ana`: from now on all events of both count for the user.
///
/// # Errors
/// If one of them is unknown or cannot play its part.
pub async fn post_merge(request: HttpRequest, admin: AdminKey) -> Result<HttpResponse, Problem> {
    let (app, name) = (extract::app(&request), named(&request)?);
    let into = parameter(&request, "into").unwrap_or_default();
    if into.is_empty() {
        let detail = "`into` is missing; it is the user id of the person who they really are";
        return Err(Problem::new(Code::ParameterInvalid, detail));
    }
    let into = name_of(NameKind::User.id(), &into)?;
    api::everything_loaded(&app).await?;
    merge(&app, &admin.access, &name, &into, Code::ParameterInvalid).await?;
    Ok(HttpResponse::Ok().json(json!({ "merged": id_of(&name), "into": id_of(&into) })))
}

/// `POST /api/v1/people/undo-merge?kind=anonymous&id=x1`: takes a merge back.
///
/// # Errors
/// If nobody has this name, or it is not merged.
pub async fn post_undo(request: HttpRequest, admin: AdminKey) -> Result<HttpResponse, Problem> {
    let (app, name) = (extract::app(&request), named(&request)?);
    api::everything_loaded(&app).await?;
    undo(&app, &admin.access, &name, Code::ParameterInvalid).await?;
    Ok(HttpResponse::Ok().json(json!({ "parted": id_of(&name) })))
}

/// Everything that is stored about somebody, in steps of two thousand events, so that memory stays small. Noted in the
/// audit table.
///
/// # Errors
/// `not_found` if nobody has this name.
pub async fn export(
    app: Arc<App>,
    admin: &AdminAccess,
    name: &Name,
) -> Result<HttpResponse, Problem> {
    let (person, aliases) = known(&app, admin, name).await?;
    note(&app, admin, name, PersonNote::Exported).await?;
    let scope = admin.scope();
    let aliases: Vec<Json> = aliases.iter().map(id_of).collect();
    let mut head = id_of(name);
    head["also_known_as"] = aliases.into();
    let place = Place {
        app,
        project: scope.project_id().get(),
        exchange: scope.project().exchange.clone(),
        person,
        after: Some(-1),
    };
    let head = stream::once(async move { Ok(Bytes::from(format!("{head}\n"))) });
    let lines = head
        .chain(stream::unfold(place, Place::step))
        .map(|part: Result<Bytes, EngineError>| part.map_err(std::io::Error::other));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"person.ndjson\"",
        ))
        .streaming(Box::pin(lines)))
}

/// Where an export is.
struct Place {
    app: Arc<App>,
    project: u32,
    exchange: Exchange,
    person: i64,
    after: Option<i64>,
}

impl Place {
    async fn step(mut self) -> Option<(Result<Bytes, EngineError>, Place)> {
        let after = self.after.take()?;
        let (project, person, exchange) = (self.project, self.person, self.exchange.clone());
        let step = self.app.engine.ask(move |engine| {
            let session = Session::begin(engine, project, &exchange)?;
            one::export(&session, person, after)
        });
        Some(match step.await {
            Ok((lines, next)) => {
                self.after = next;
                (Ok(Bytes::from(lines)), self)
            }
            Err(error) => (Err(error), self),
        })
    }
}

/// Erases somebody for good. Noted in the audit table.
///
/// # Errors
/// If a store fails. What is left then follows by itself.
pub async fn erase(app: &App, admin: &AdminAccess, name: &Name) -> Result<ErasureReceipt, Problem> {
    let project = admin.scope().project_id();
    let erased = erasures::erase(app, project, name, admin.actor()).await;
    erased.map_err(Problem::internal)
}

/// From now on all events of somebody count for a user. Noted in the audit table. Whoever cannot play its part is
/// refused with `refusal`.
///
/// # Errors
/// If one of them is unknown or cannot play its part.
pub async fn merge(
    app: &App,
    admin: &AdminAccess,
    name: &Name,
    into: &Name,
    refusal: Code,
) -> Result<(), Problem> {
    let project = admin.scope().project_id().get();
    let (from, to) = (name.clone(), into.clone());
    let merge = move |engine: &Engine| alias::merge(engine, project, &from, &to);
    change(app, refusal, merge).await?;
    note(app, admin, name, PersonNote::MergedInto(into.clone())).await
}

/// Takes a merge back. Noted in the audit table. What is not merged is refused with `refusal`.
///
/// # Errors
/// If nobody has this name, or it is not merged.
pub async fn undo(
    app: &App,
    admin: &AdminAccess,
    name: &Name,
    refusal: Code,
) -> Result<(), Problem> {
    let (project, alias) = (admin.scope().project_id().get(), name.clone());
    change(app, refusal, move |engine| {
        alias::undo(engine, project, &alias)
    })
    .await?;
    note(app, admin, name, PersonNote::Unmerged).await
}

async fn change(
    app: &App,
    refusal: Code,
    work: impl FnOnce(&Engine) -> Result<(), MergeError> + Send + 'static,
) -> Result<(), Problem> {
    let engine = Arc::clone(&app.engine);
    let done = tokio::task::spawn_blocking(move || work(&engine)).await;
    match done.map_err(Problem::internal)? {
        Ok(()) => Ok(()),
        Err(MergeError::Engine(error)) => Err(error.into()),
        Err(error @ MergeError::Unknown(_)) => Err(Problem::new(Code::NotFound, error.to_string())),
        Err(error) => Err(Problem::new(refusal, error.to_string())),
    }
}

async fn note(
    app: &App,
    admin: &AdminAccess,
    name: &Name,
    what: PersonNote,
) -> Result<(), Problem> {
    let project = admin.scope().project_id();
    let noted = app
        .control
        .note_about_person(project, name, what, admin.actor());
    noted.await.map_err(Problem::internal)
}

/// The number of who somebody is, and who else that is.
async fn known(app: &App, admin: &AdminAccess, name: &Name) -> Result<(i64, Vec<Name>), Problem> {
    let scope = admin.scope();
    let (project, exchange) = (scope.project_id().get(), scope.project().exchange.clone());
    let asked = name.clone();
    let found = app.engine.ask(move |engine| {
        let session = Session::begin(engine, project, &exchange)?;
        let Some((_, person)) = one::number(&session, &asked)? else {
            return Ok(None);
        };
        Ok(Some((person, one::aliases(&session, person)?)))
    });
    found.await?.ok_or_else(|| nobody(name))
}

/// That somebody is not known.
pub fn nobody(name: &Name) -> Problem {
    let shown = name.name.chars().take(100).collect();
    Problem::new(Code::NotFound, MergeError::Unknown(shown).to_string())
}

/// Somebody by kind and id, as an address or a form says them.
///
/// # Errors
/// If the kind is none, or the id is missing.
pub fn name_of(kind: &str, id: &str) -> Result<Name, Problem> {
    let kind = NameKind::parse(kind)
        .ok_or_else(|| Problem::new(Code::ParameterInvalid, "`kind` must be user or anonymous"))?;
    match id.is_empty() {
        true => Err(Problem::new(
            Code::ParameterInvalid,
            "`id` is missing; it is the user id or anonymous id as it was sent",
        )),
        false => Ok(Name {
            kind,
            name: id.to_owned(),
        }),
    }
}

/// Somebody as the address of a request says them; without a kind, a user.
///
/// # Errors
/// As [`name_of`].
pub fn named(request: &HttpRequest) -> Result<Name, Problem> {
    name_of(
        &parameter(request, "kind").unwrap_or_else(|| NameKind::User.id().to_owned()),
        &parameter(request, "id").unwrap_or_default(),
    )
}

fn id_of(name: &Name) -> Json {
    json!({ "kind": name.kind.id(), "id": name.name })
}

/// A receipt as programs read it: counts only of what is gone.
fn told(receipt: &ErasureReceipt) -> Json {
    json!({
        "erasure": receipt.id,
        "name_hash": receipt.name_hash,
        "asked_at": receipt.asked_at,
        "done_at": receipt.done_at,
        "events": receipt.erased.events,
        "previews": receipt.erased.previews,
        "names": receipt.erased.names,
    })
}
