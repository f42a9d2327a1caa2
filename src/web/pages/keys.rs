//! Keys of the project: the list, a new key shown once, revoking.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::core::code::Code;
use crate::store::control::key::{Key, KeyChangeError, KeyId, NewKey};
use crate::store::control::key_kind;
use crate::web::form::{PersonForm, told};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::field::Field;
use crate::web::view::keys::{CreatedKey, KeyKind, KeyRow, KeysPage};
use crate::web::view::moment::Moment;
use crate::web::view::shell::Room;

/// `GET /settings/keys`: for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn list(visit: Visit) -> Result<HttpResponse, Problem> {
    draw(StatusCode::OK, &keys_page(&visit))
}

/// `POST /settings/keys`: a new key, for administrators. The answer is the page itself and no redirect, as the
/// key is shown this once.
///
/// # Errors
/// If the kind is none, or the control store fails; a name that cannot be used is told on the page.
pub async fn create(request: HttpRequest, form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let kind = key_kind::KeyKind::parse(fields.text("kind"))
        .ok_or_else(|| unknown_kind(fields.text("kind")))?;
    let name = fields.text("name");
    match visit
        .app
        .control
        .create_key_in(&visit.admin()?, kind, name)
        .await
    {
        Ok(new) => {
            let created = Some(created_key(&request, visit, &new));
            draw(
                StatusCode::OK,
                &KeysPage {
                    created,
                    ..keys_page(visit)
                },
            )
        }
        Err(KeyChangeError::Invalid(problems)) => {
            let name = Field {
                value: name.to_owned(),
                error: told(&problems, "name"),
            };
            let page = KeysPage {
                name,
                kind: shown_kind(kind),
                ..keys_page(visit)
            };
            draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// `POST /settings/keys/{id}/revoke`: for administrators.
///
/// # Errors
/// If the project has no such key, or the control store fails.
pub async fn revoke(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    match visit
        .app
        .control
        .revoke_key_in(&visit.admin()?, KeyId(*id))
        .await
    {
        Ok(_) => {
            let query = [
                ("project", visit.project().slug.as_str()),
                ("notice", "key_revoked"),
            ];
            Ok(see_other(&visit.app, &with_query("/settings/keys", &query)))
        }
        Err(error @ KeyChangeError::UnknownKey(_)) => {
            Err(Problem::new(Code::NotFound, error.to_string()))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

fn keys_page(visit: &Visit) -> KeysPage {
    let mut keys = visit.app.control.directory().keys(Some(visit.project().id));
    // Newest first, revoked ones last.
    keys.sort_by_key(|key| (key.revoked_at.is_some(), std::cmp::Reverse(key.id)));
    let now = visit.now();
    let row = |key: &Key| KeyRow {
        id: key.id.to_string(),
        kind: shown_kind(key.kind),
        name: key.name.clone(),
        prefix: format!("{}…", key.visible),
        created: Moment::past(key.created_at, now),
        last_used: key.last_used_at.map(|at| Moment::past(at, now)),
        revoked: key.revoked_at.map(|at| Moment::past(at, now)),
    };
    KeysPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Keys),
        created: None,
        name: Field::default(),
        kind: KeyKind::Ingest,
        rows: keys.iter().map(row).collect(),
    }
}

fn created_key(request: &HttpRequest, visit: &Visit, new: &NewKey) -> CreatedKey {
    let kind = shown_kind(new.key.kind);
    CreatedKey {
        name: new.key.name.clone(),
        kind,
        text: new.token.reveal().to_owned(),
        first_steps: (kind == KeyKind::Ingest)
            .then(|| visit.first_steps(request, Some(new.token.reveal()))),
    }
}

fn shown_kind(kind: key_kind::KeyKind) -> KeyKind {
    match kind {
        key_kind::KeyKind::Ingest => KeyKind::Ingest,
        key_kind::KeyKind::Read => KeyKind::Read,
        key_kind::KeyKind::Admin => KeyKind::Admin,
    }
}

fn unknown_kind(word: &str) -> Problem {
    let word: String = word.chars().take(60).collect();
    Problem::new(
        Code::FormInvalid,
        format!("`{word}` is not a kind of key; use ingest, read or admin"),
    )
}
