//! `GET /users/export`: everything that is stored about somebody, one event a line. For administrators.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde_json::json;

use crate::app::App;
use crate::core::code::Code;
use crate::people::one;
use crate::query::session::Session;
use crate::store::control::person_erasure::PersonNote;
use crate::store::engine::EngineError;
use crate::web::extract::parameter;
use crate::web::pages::users::person::name_of;
use crate::web::pages::visit::Visit;
use crate::web::problem::Problem;

struct Place {
    app: Arc<App>,
    project: u32,
    currency: String,
    person: i64,
    after: Option<i64>,
}

/// `GET /users/export?kind=user&id=ana`: JSON lines, the ids first, then each event. Steps of two thousand events, so
/// that memory stays small.
///
/// # Errors
/// `not_found` if nobody has this name. If the engine fails later the answer breaks off, which a client notices.
pub async fn export(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let admin = visit.admin()?;
    let name = name_of(
        &parameter(&request, "kind").unwrap_or_else(|| "user".to_owned()),
        &parameter(&request, "id").unwrap_or_default(),
    )?;
    let scope = visit.access.scope();
    let (project, currency) = (scope.project_id(), scope.project().currency.clone());
    let found = visit.app.engine.ask({
        let (name, currency) = (name.clone(), currency.clone());
        move |engine| {
            let session = Session::begin(engine, project.get(), &currency)?;
            let Some((_, person)) = one::number(&session, &name)? else {
                return Ok(None);
            };
            Ok(Some((person, one::aliases(&session, person)?)))
        }
    });
    let Some((person, aliases)) = found.await? else {
        return Err(Problem::new(
            Code::NotFound,
            "there is nobody of this kind and id in this project",
        ));
    };
    let note =
        visit
            .app
            .control
            .note_about_person(project, &name, PersonNote::Exported, admin.actor());
    note.await.map_err(Problem::internal)?;
    let also: Vec<_> = aliases
        .iter()
        .map(|alias| json!({ "kind": alias.kind.id(), "id": alias.name }))
        .collect();
    let head = json!({ "kind": name.kind.id(), "id": name.name, "also_known_as": also });
    let place = Place {
        app: Arc::clone(&visit.app),
        project: project.get(),
        currency,
        person,
        after: Some(-1),
    };
    let lines = stream::unfold(place, |mut place| async move {
        let after = place.after?;
        let (project, person, currency) = (place.project, place.person, place.currency.clone());
        let step = place.app.engine.ask(move |engine| {
            let session = Session::begin(engine, project, &currency)?;
            one::export(&session, person, after)
        });
        match step.await {
            Ok((lines, next)) => {
                place.after = next;
                Some((Ok::<Bytes, EngineError>(Bytes::from(lines)), place))
            }
            Err(error) => {
                place.after = None;
                Some((Err(error), place))
            }
        }
    });
    let head = stream::once(async move { Ok(Bytes::from(format!("{head}\n"))) });
    let lines = futures_util::StreamExt::map(
        futures_util::StreamExt::chain(head, lines),
        |part: Result<Bytes, EngineError>| part.map_err(std::io::Error::other),
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"person.ndjson\"",
        ))
        .streaming(Box::pin(lines)))
}
