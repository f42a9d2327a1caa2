//! The person who is logged in: their password, and where else they are logged in.

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::core::code::Code;
use crate::ingest::enrich::user_agent::AgentReader;
use crate::store::control::log_in::LogInError;
use crate::store::control::password::Password;
use crate::store::control::person::PersonError;
use crate::store::control::session::SessionId;
use crate::web::form::{PersonForm, told};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::sign_in::{BUSY_RETRY_S, enter, leave, try_password, user_agent};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::account::{AccountPage, SessionRow};
use crate::web::view::moment::Moment;
use crate::web::view::shell::Room;

/// `GET /settings/account`: for people who are logged in, about themselves.
///
/// # Errors
/// If the control store fails.
pub async fn page(visit: Visit) -> Result<HttpResponse, Problem> {
    draw(StatusCode::OK, &account_page(&visit).await?)
}

/// `POST /settings/account/password`: a new password, for people who know their present one. All sessions end;
/// this browser gets a new one.
///
/// # Errors
/// If the control store fails; what was entered wrongly is told on the page.
pub async fn change_password(
    request: HttpRequest,
    form: PersonForm,
) -> Result<HttpResponse, Problem> {
    let (visit, app) = (&form.visit, &form.visit.app);
    let person = &visit.session.person;
    let proof = match try_password(
        &request,
        app,
        &person.email,
        form.fields.text("current_password"),
    )
    .await
    {
        Ok(proof) => proof,
        Err(error) => return refuse_current(visit, error).await,
    };
    let new = Password::typed(form.fields.text("new_password"));
    let changed = app
        .control
        .reset_password(&person.email, &new, visit.actor())
        .await;
    if changed.is_err() {
        // The session came only of checking the present password.
        app.control
            .end_session(person.id, proof.session.id)
            .await
            .map_err(Problem::internal)?;
    }
    match changed {
        Ok(person) => {
            let logged_in = app
                .control
                .log_in_directly(person, user_agent(&request))
                .await
                .map_err(Problem::internal)?;
            Ok(enter(
                &request,
                app,
                &logged_in,
                &back(visit, "password_changed"),
            ))
        }
        Err(PersonError::Invalid(problems)) => {
            let page = AccountPage {
                new_password_error: told(&problems, "password"),
                ..account_page(visit).await?
            };
            draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(PersonError::Busy(busy)) => {
            Err(Problem::new(Code::NotReady, busy.to_string()).retry_after(BUSY_RETRY_S))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// `POST /settings/account/sessions/{id}/revoke`: ends one of the person's own sessions.
///
/// # Errors
/// If the control store fails.
pub async fn end_session(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    // One that is over already, or another person's, is left as it is: the reader's wish is met, or none of theirs.
    visit
        .app
        .control
        .end_session(visit.session.person.id, SessionId(*id))
        .await
        .map_err(Problem::internal)?;
    Ok(see_other(&visit.app, &back(visit, "session_ended")))
}

/// `POST /settings/account/logout-everywhere`: ends all of the person's own sessions.
///
/// # Errors
/// If the control store fails.
pub async fn log_out_everywhere(
    request: HttpRequest,
    form: PersonForm,
) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    visit
        .app
        .control
        .log_out_everywhere(visit.session.person.id)
        .await
        .map_err(Problem::internal)?;
    Ok(leave(&request, &visit.app, "logged_out_everywhere"))
}

async fn account_page(visit: &Visit) -> Result<AccountPage, Problem> {
    let mut sessions = visit
        .app
        .control
        .sessions_of(&visit.session.person)
        .await
        .map_err(Problem::internal)?;
    sessions.sort_by_key(|session| session.id != visit.session.id); // stable: the rest stay latest first
    let now = visit.now();
    let rows = sessions.iter().map(|session| SessionRow {
        id: session.id.to_string(),
        agent: browser(&visit.app.pipeline.agents, &session.user_agent_label),
        created: Moment::past(session.created_at, now),
        last_seen: Moment::past(session.last_seen_at, now),
        is_current: session.id == visit.session.id,
    });
    Ok(AccountPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Account),
        password_characters_min: visit.app.config.auth.password_length_min,
        current_password_error: None,
        new_password_error: None,
        sessions: rows.collect(),
    })
}

async fn refuse_current(visit: &Visit, error: LogInError) -> Result<HttpResponse, Problem> {
    let (status, text, retry_s) = match error {
        LogInError::Refused => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This is not your current password. Try again.".to_owned(),
            None,
        ),
        LogInError::Throttled(retry) => {
            let text = format!("Too many attempts. Try again in {} seconds.", retry.seconds);
            (StatusCode::TOO_MANY_REQUESTS, text, Some(retry.seconds))
        }
        LogInError::Busy(busy) => {
            return Err(Problem::new(Code::NotReady, busy.to_string()).retry_after(BUSY_RETRY_S));
        }
        LogInError::Store(error) => return Err(Problem::internal(error)),
    };
    let page = AccountPage {
        current_password_error: Some(text),
        ..account_page(visit).await?
    };
    let mut response = draw(status, &page)?;
    if let Some(seconds) = retry_s {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// A browser in words: "Firefox on Linux".
fn browser(agents: &AgentReader, user_agent: &str) -> String {
    let agent = agents.read(user_agent);
    match (&agent.browser, &agent.os) {
        (Some(browser), Some(os)) => format!("{browser} on {os}"),
        (Some(name), None) => name.clone(),
        (None, Some(os)) => format!("A browser on {os}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

fn back(visit: &Visit, notice: &str) -> String {
    with_query(
        "/settings/account",
        &[("project", &visit.project().slug), ("notice", notice)],
    )
}

#[cfg(test)]
mod tests {
    use crate::ingest::enrich::user_agent::AgentReader;
    use crate::web::pages::account::browser;

    #[test]
    fn a_browser_is_told_in_words_as_far_as_it_says_what_it_is() {
        let agents = AgentReader::new();
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

        assert_eq!(browser(&agents, firefox), "Firefox on Linux");
        assert_eq!(browser(&agents, ""), "An unknown browser");
    }
}
