//! Into a session and out of it: the set-up link, the log-in, the log-out.
//!
//! Whoever can reach the server may ask for these pages. The rules of log-ins are the control store's.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::core::code::Code;
use crate::core::secret_token::SecretToken;
use crate::store::control::audit::Actor;
use crate::store::control::log_in::{LogIn, LogInError, LoggedIn};
use crate::store::control::password::Password;
use crate::store::control::person::{NewPerson, Person, PersonError};
use crate::store::control::problem::Problems;
use crate::store::control::project_draft::ProjectDraft;
use crate::store::control::setup::{FIRST_PROJECT_NAME, FIRST_PROJECT_SLUG, SetupError};
use crate::web::extract::{app, client_address, parameter, session_of};
use crate::web::form::{Fields, PersonForm, VisitorForm, told};
use crate::web::pages::choices::{currencies, time_zones};
use crate::web::pages::notice::notice;
use crate::web::pages::place::{local, see_other, with_query};
use crate::web::pages::visit::{draw, frame};
use crate::web::problem::Problem;
use crate::web::session_cookie;
use crate::web::view::field::Field;
use crate::web::view::sign_in::{LoginPage, SetupPage};

/// Seconds after which a log-in is tried again when too many came at once: the queue then is empty.
pub const BUSY_RETRY_S: u64 = 3;

/// What a log-in page says while nobody can log in.
const SET_UP_FIRST: &str =
    "Nobody can log in yet. Open the set-up link that the server printed when it last started.";

/// `GET /login`: the form, for anyone; on to the wanted page for people who are logged in.
///
/// # Errors
/// If the control store fails.
pub async fn log_in_form(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let app = app(&request);
    let next = parameter(&request, "next").unwrap_or_default();
    if session_of(&request).await?.is_some() {
        return Ok(see_other(&app, local(&next)));
    }
    let is_new = app
        .control
        .setup_needed()
        .await
        .map_err(Problem::internal)?;
    let code = parameter(&request, "notice").unwrap_or_default();
    let token = session_cookie::form_token(&request);
    let page = LoginPage {
        frame: frame(&app, token.reveal()),
        error: None,
        notice: if is_new {
            Some(SET_UP_FIRST.to_owned())
        } else {
            notice(&code).map(|notice| notice.text)
        },
        email: String::new(),
        next: local(&next).to_owned(),
    };
    draw_form(&request, &app, StatusCode::OK, &token, &page)
}

/// `POST /login`: a session, for whoever knows email and password.
///
/// # Errors
/// If the control store fails; what was entered wrongly is told on the page.
pub async fn log_in(request: HttpRequest, form: VisitorForm) -> Result<HttpResponse, Problem> {
    let app = app(&request);
    match try_password(
        &request,
        &app,
        form.fields.text("email"),
        form.fields.text("password"),
    )
    .await
    {
        Ok(logged_in) => Ok(enter(
            &request,
            &app,
            &logged_in,
            local(form.fields.text("next")),
        )),
        Err(error) => refuse_log_in(&request, &app, &form.fields, error),
    }
}

/// `POST /logout`: ends the session, for people who are logged in.
///
/// # Errors
/// If the control store fails.
pub async fn log_out(request: HttpRequest, form: PersonForm) -> Result<HttpResponse, Problem> {
    let app = &form.visit.app;
    app.control
        .log_out(&form.visit.session)
        .await
        .map_err(Problem::internal)?;
    Ok(leave(&request, app, "logged_out"))
}

/// `GET /setup?token=…`: the form that makes the first administrator, for whoever has the link.
///
/// # Errors
/// If the control store fails.
pub async fn setup_form(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let app = app(&request);
    let link = parameter(&request, "token").unwrap_or_default();
    if !app
        .control
        .setup_link_is_valid(&link)
        .await
        .map_err(Problem::internal)?
    {
        return Ok(see_other(
            &app,
            &with_query("/login", &[("notice", "setup_link_used")]),
        ));
    }
    let token = session_cookie::form_token(&request);
    let page = SetupPage {
        may_guess_zone: true,
        token: link,
        ..setup_page(&app, &token, &first_draft(&app))
    };
    draw_form(&request, &app, StatusCode::OK, &token, &page)
}

/// `POST /setup`: the first administrator and their project, for whoever has the link.
///
/// # Errors
/// If the control store fails; what was entered wrongly is told on the page.
pub async fn set_up(request: HttpRequest, form: VisitorForm) -> Result<HttpResponse, Problem> {
    let app = app(&request);
    let draft = ProjectDraft {
        name: form.fields.text("project_name").to_owned(),
        time_zone: form.fields.text("time_zone").to_owned(),
        currency: form.fields.text("currency").to_owned(),
        ..first_draft(&app)
    };
    // The project first: once the administrator is made, the link is used up.
    if let Err(problems) = draft.check() {
        return refuse_setup(
            &request,
            &app,
            &form.fields,
            &draft,
            &Refused::Project(problems),
        );
    }
    let new = NewPerson {
        email: form.fields.text("email").to_owned(),
        name: form.fields.text("name").to_owned(),
        password: Password::typed(form.fields.text("password")),
    };
    match app
        .control
        .redeem_setup_link(form.fields.text("token"), &new)
        .await
    {
        Ok(person) => begin(&request, &app, person, &draft).await,
        Err(SetupError::LinkInvalid) => Ok(see_other(
            &app,
            &with_query("/login", &[("notice", "setup_link_used")]),
        )),
        Err(SetupError::Person(PersonError::Invalid(problems))) => refuse_setup(
            &request,
            &app,
            &form.fields,
            &draft,
            &Refused::Person(problems),
        ),
        Err(SetupError::Person(PersonError::Busy(busy))) => {
            Err(Problem::new(Code::NotReady, busy.to_string()).retry_after(BUSY_RETRY_S))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Checks a password as at log-in, with its limits on guessing; a session comes of it.
///
/// # Errors
/// As the log-in.
pub async fn try_password(
    request: &HttpRequest,
    app: &App,
    email: &str,
    password: &str,
) -> Result<LoggedIn, LogInError> {
    let address = client_address(request, &app.config.server.trusted_proxies);
    let address = address
        .map(|address| address.to_string())
        .unwrap_or_default();
    let password = Password::typed(password);
    let form = LogIn {
        email,
        password: &password,
        address: &address,
        user_agent: user_agent(request),
    };
    app.control.log_in(form).await
}

/// What the browser says of itself; may be empty.
pub fn user_agent(request: &HttpRequest) -> &str {
    let value = request.headers().get(header::USER_AGENT);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// On to `path` with a new session.
pub fn enter(request: &HttpRequest, app: &App, logged_in: &LoggedIn, path: &str) -> HttpResponse {
    let mut response = see_other(app, path);
    let cookie = session_cookie::session(request, app, &logged_in.token);
    response
        .add_cookie(&cookie)
        .expect("a token of letters and digits is a valid cookie");
    response
}

/// To the log-in without a session; the page says why by the code of a notice.
pub fn leave(request: &HttpRequest, app: &App, notice: &str) -> HttpResponse {
    let mut response = see_other(app, &with_query("/login", &[("notice", notice)]));
    response
        .add_cookie(&session_cookie::ended(request, app))
        .expect("an empty cookie is valid");
    response
}

fn refuse_log_in(
    request: &HttpRequest,
    app: &App,
    fields: &Fields,
    error: LogInError,
) -> Result<HttpResponse, Problem> {
    let (status, text, retry_s) = match error {
        LogInError::Refused => (
            StatusCode::UNAUTHORIZED,
            "Email and password do not belong together. Check both and try again.".into(),
            None,
        ),
        LogInError::Throttled(retry) => {
            let text = format!("Too many attempts. Try again in {} seconds.", retry.seconds);
            (StatusCode::TOO_MANY_REQUESTS, text, Some(retry.seconds))
        }
        LogInError::Busy(_) => {
            let text =
                "Too many people are logging in just now. Try again in a few seconds.".into();
            (StatusCode::SERVICE_UNAVAILABLE, text, Some(BUSY_RETRY_S))
        }
        LogInError::Store(error) => return Err(Problem::internal(error)),
    };
    let token = session_cookie::form_token(request);
    let page = LoginPage {
        frame: frame(app, token.reveal()),
        error: Some(text),
        notice: None,
        email: fields.text("email").to_owned(),
        next: local(fields.text("next")).to_owned(),
    };
    let mut response = draw_form(request, app, status, &token, &page)?;
    if let Some(seconds) = retry_s {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// Gives the first project its name, zone and currency, and logs the new administrator in.
async fn begin(
    request: &HttpRequest,
    app: &App,
    person: Person,
    draft: &ProjectDraft,
) -> Result<HttpResponse, Problem> {
    let actor = Actor::Person(person.id);
    let saved = match app.control.directory().projects().first() {
        Some(project) => app.control.update_project(project.id, draft, actor).await,
        None => app.control.create_project(draft, actor).await,
    };
    match saved {
        Ok(project) => app.hub.configure(&project),
        // The administrator exists by now and can name the project in the settings.
        Err(error) => tracing::error!(%error, "the first project could not be saved as entered"),
    }
    let logged_in = app
        .control
        .log_in_directly(person, user_agent(request))
        .await
        .map_err(Problem::internal)?;
    Ok(enter(request, app, &logged_in, "/"))
}

/// Whose fields are wrong: both have one called `name`.
enum Refused {
    Person(Problems),
    Project(Problems),
}

impl Refused {
    fn of_person(&self, field: &str) -> Option<String> {
        match self {
            Refused::Person(problems) => told(problems, field),
            Refused::Project(_) => None,
        }
    }

    fn of_project(&self, field: &str) -> Option<String> {
        match self {
            Refused::Project(problems) => told(problems, field),
            Refused::Person(_) => None,
        }
    }
}

fn refuse_setup(
    request: &HttpRequest,
    app: &App,
    fields: &Fields,
    draft: &ProjectDraft,
    refused: &Refused,
) -> Result<HttpResponse, Problem> {
    let token = session_cookie::form_token(request);
    let mut page = setup_page(app, &token, draft);
    page.token = fields.text("token").to_owned();
    page.error = Some(
        "Nothing is saved yet: some fields need another look. Type the password again.".to_owned(),
    );
    page.name = Field {
        value: fields.text("name").to_owned(),
        error: refused.of_person("name"),
    };
    page.email = Field {
        value: fields.text("email").to_owned(),
        error: refused.of_person("email"),
    };
    page.password_error = refused.of_person("password");
    page.project_name.error = refused.of_project("name");
    page.time_zone.error = refused.of_project("time_zone");
    page.currency.error = refused.of_project("currency");
    draw_form(
        request,
        app,
        StatusCode::UNPROCESSABLE_ENTITY,
        &token,
        &page,
    )
}

/// The project that the first start has made, as the form changes it.
fn first_draft(app: &App) -> ProjectDraft {
    let first = app.control.directory().projects().into_iter().next();
    first.map_or_else(
        || ProjectDraft::new(FIRST_PROJECT_SLUG, FIRST_PROJECT_NAME),
        |project| project.to_draft(),
    )
}

fn setup_page(app: &App, token: &SecretToken, draft: &ProjectDraft) -> SetupPage {
    SetupPage {
        frame: frame(app, token.reveal()),
        token: String::new(),
        error: None,
        name: Field::default(),
        email: Field::default(),
        password_error: None,
        password_characters_min: app.config.auth.password_length_min,
        project_name: Field::new(&draft.name),
        time_zone: time_zones(&draft.time_zone),
        may_guess_zone: false,
        currency: currencies(&draft.currency),
    }
}

/// A page with a form for people without a session: its token goes into the page and into a cookie.
fn draw_form(
    request: &HttpRequest,
    app: &App,
    status: StatusCode,
    token: &SecretToken,
    page: &impl Template,
) -> Result<HttpResponse, Problem> {
    let mut response = draw(status, page)?;
    let cookie = session_cookie::form(request, app, token);
    response
        .add_cookie(&cookie)
        .expect("a token of letters and digits is a valid cookie");
    Ok(response)
}
