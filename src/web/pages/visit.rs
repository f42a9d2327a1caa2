//! A logged-in person on a page: the proof, and what every such page shows around its content.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use jiff::Timestamp;

use crate::app::App;
use crate::core::code::Code;
use crate::store::control::access::{Access, AdminAccess};
use crate::store::control::audit::Actor;
use crate::store::control::project::Project;
use crate::store::control::session::Session;
use crate::web::extract::{app, chosen_project, own_origin, parameter, session_of};
use crate::web::pages::budget_panel::banner;
use crate::web::pages::notice::notice;
use crate::web::pages::place::{local, with_query};
use crate::web::problem::Problem;
use crate::web::segments::saved;
use crate::web::view::first_steps::{FirstSteps, ServerAddress};
use crate::web::view::frame::Frame;
use crate::web::view::shell::{Notice, ProjectChoice, Room, Shell};

/// A request of a person who is logged in, about one project.
pub struct Visit {
    /// The application.
    pub app: Arc<App>,
    /// The log-in.
    pub session: Session,
    /// What the person may do in the project.
    pub access: Access,
    /// Names of the project's segments, which every filter offers.
    pub segments: Vec<String>,
    notice: Option<Notice>,
    /// Where the reader is, after the base path.
    place: String,
}

/// Why a page is not shown: its reader has to log in first, or a problem.
#[derive(Debug)]
pub enum TurnedAway {
    /// To the log-in at this address.
    ToLogIn(String),
    /// Refused.
    Problem(Problem),
}

impl std::fmt::Display for TurnedAway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            TurnedAway::ToLogIn(location) => write!(formatter, "sent to {location}"),
            TurnedAway::Problem(problem) => problem.fmt(formatter),
        }
    }
}

impl ResponseError for TurnedAway {
    fn status_code(&self) -> StatusCode {
        match self {
            TurnedAway::ToLogIn(_) => StatusCode::SEE_OTHER,
            TurnedAway::Problem(problem) => problem.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            TurnedAway::ToLogIn(location) => HttpResponse::SeeOther()
                .insert_header((header::LOCATION, location.as_str()))
                .finish(),
            TurnedAway::Problem(problem) => problem.error_response(),
        }
    }
}

impl From<Problem> for TurnedAway {
    fn from(problem: Problem) -> TurnedAway {
        TurnedAway::Problem(problem)
    }
}

impl FromRequest for Visit {
    type Error = TurnedAway;
    type Future = Pin<Box<dyn Future<Output = Result<Visit, TurnedAway>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Visit::of(&request).await })
    }
}

impl Visit {
    /// The visit that a request is.
    ///
    /// # Errors
    /// To the log-in if nobody is logged in; `not_found` if `?project=` names no project.
    pub async fn of(request: &HttpRequest) -> Result<Visit, TurnedAway> {
        let app = app(request);
        let Some(session) = session_of(request).await? else {
            return Err(TurnedAway::ToLogIn(log_in_address(
                request,
                app.config.server.base_path.as_str(),
            )));
        };
        let access = chosen_project(request, &app, &session)?;
        let segments = saved(&app, access.scope()).await?;
        let base = app.config.server.base_path.as_str().to_owned();
        let notice = parameter(request, "notice").and_then(|code| notice(&code));
        Ok(Visit {
            app,
            session,
            access,
            segments: segments.into_iter().map(|one| one.name).collect(),
            notice,
            place: place_of(request, &base),
        })
    }

    /// How to send the first event to this server, with `key` in place if there is one to show.
    pub fn first_steps(&self, request: &HttpRequest, key: Option<&str>) -> FirstSteps {
        let base = self.app.config.server.base_path.as_str();
        let address = ServerAddress {
            url: &format!("{}{base}", own_origin(request, &self.app)),
            snippet: self.app.config.snippet.path.as_str(),
        };
        FirstSteps::new(&address, key)
    }

    /// The project that the page is about.
    pub fn project(&self) -> &Project {
        self.access.scope().project()
    }

    /// The right to change the project that the page is about.
    ///
    /// # Errors
    /// `key_forbidden` if the person may not.
    pub fn admin(&self) -> Result<AdminAccess, Problem> {
        Ok(self.access.clone().admin()?)
    }

    /// The right to change the project `slug`, which need not be the one that the page is about.
    ///
    /// # Errors
    /// `not_found` if there is no such project, or the person may do nothing there.
    pub fn admin_of(&self, slug: &str) -> Result<AdminAccess, Problem> {
        let access = self.app.control.directory().enter(&self.session, slug);
        let access = access
            .ok_or_else(|| Problem::new(Code::NotFound, format!("there is no project `{slug}`")))?;
        Ok(access.admin()?)
    }

    /// The person, as the audit table names them.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.session.person.id)
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// The frame of a page; its forms carry the session's token.
    pub fn frame(&self) -> Frame {
        frame(&self.app, self.session.csrf_token.reveal())
    }

    /// Sidebar and header of a page in `room`.
    pub fn shell(&self, room: Room) -> Shell {
        let current = self.project();
        let choice = |project: &Project| ProjectChoice {
            slug: project.slug.clone(),
            name: project.name.clone(),
        };
        let projects = self.app.control.directory().all_projects();
        let is_offered =
            |project: &&Arc<Project>| project.archived_at.is_none() || project.id == current.id;
        Shell {
            room,
            project: choice(current),
            projects: projects
                .iter()
                .filter(is_offered)
                .map(|project| choice(project))
                .collect(),
            person_name: self.session.person.name.clone(),
            person_email: self.session.person.email.clone(),
            is_demo: current.is_demo(),
            notice: self.notice.clone(),
            budget: banner(self, &self.place),
        }
    }
}

/// The address of a page after the base path; of a form, which cannot be opened again, the page of costs.
fn place_of(request: &HttpRequest, base: &str) -> String {
    match request.method() == Method::GET {
        true => {
            let all = request
                .uri()
                .path_and_query()
                .map_or("/", |path| path.as_str());
            local(all.strip_prefix(base).unwrap_or(all)).to_owned()
        }
        false => {
            let project = parameter(request, "project").unwrap_or_default();
            with_query("/costs", &[("project", &project)])
        }
    }
}

/// The frame of any page.
pub fn frame(app: &App, csrf: &str) -> Frame {
    Frame {
        base: app.config.server.base_path.as_str().to_owned(),
        assets: Arc::clone(&app.assets),
        csrf: csrf.to_owned(),
    }
}

/// A page as an answer.
///
/// # Errors
/// `internal` if it cannot be written, which would be a defect of its template.
pub fn draw(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
    let html = page.render().map_err(Problem::internal)?;
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, html_type))
        .body(html))
}

/// The log-in, from which the reader comes back to the page they wanted. A form cannot be sent again by itself.
fn log_in_address(request: &HttpRequest, base: &str) -> String {
    let wanted = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let wanted = local(wanted.strip_prefix(base).unwrap_or(wanted));
    let query = match (request.method() == Method::GET, wanted) {
        (true, "/") => return format!("{base}/login"),
        (true, wanted) => [("next", wanted)],
        (false, _) => [("notice", "log_in_again")],
    };
    format!("{base}{}", with_query("/login", &query))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use crate::web::pages::visit::log_in_address;

    #[test]
    fn a_reader_comes_back_to_the_page_they_wanted_but_a_form_is_not_sent_again() {
        let get = |path: &str| TestRequest::get().uri(path).to_http_request();
        let post = TestRequest::post()
            .uri("/settings/keys?project=a")
            .to_http_request();

        assert_eq!(log_in_address(&get("/"), ""), "/login");
        assert_eq!(
            log_in_address(&get("/system?project=a"), ""),
            "/login?next=%2Fsystem%3Fproject%3Da"
        );
        assert_eq!(
            log_in_address(&get("/stats/system"), "/stats"),
            "/stats/login?next=%2Fsystem"
        );
        assert_eq!(log_in_address(&get("//evil.example"), ""), "/login");
        assert_eq!(log_in_address(&post, ""), "/login?notice=log_in_again");
    }
}
