//! Projects: the list, the form that makes or changes one, archiving and restoring.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;

use crate::config::Previews;
use crate::core::code::Code;
use crate::demo::remove::erase_removed;
use crate::store::control::access::AdminAccess;
use crate::store::control::problem::Problems;
use crate::store::control::project::{Project, ProjectError};
use crate::store::control::project_draft::{Preview, PreviewMode, ProjectDraft};
use crate::web::form::{Fields, PersonForm, told};
use crate::web::pages::choices::{currencies, time_zones};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::field::Field;
use crate::web::view::moment::Moment;
use crate::web::view::projects::{
    self as view, ProjectPage, ProjectRow, ProjectStanding, ProjectsPage,
};
use crate::web::view::shell::Room;

/// `GET /settings/projects`: for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn list(visit: Visit) -> Result<HttpResponse, Problem> {
    let mut projects = visit.app.control.directory().all_projects();
    projects.sort_by_key(|project| project.archived_at.is_some()); // stable: else in order of creation
    let page = ProjectsPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Projects),
        rows: projects
            .iter()
            .map(|project| row(project, &visit))
            .collect(),
    };
    draw(StatusCode::OK, &page)
}

/// `GET /settings/projects/new`: the empty form, for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn new_form(visit: Visit) -> Result<HttpResponse, Problem> {
    let entered = Entered::of(fresh_draft(&visit));
    draw(StatusCode::OK, &project_page(&visit, None, &entered, None))
}

/// `POST /settings/projects`: a new project, for administrators.
///
/// # Errors
/// If the control store fails; what was entered wrongly is told on the page.
pub async fn create(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let manager = visit
        .session
        .administrator()
        .ok_or_else(|| Problem::of(Code::KeyForbidden))?;
    let entered = Entered::read(&form.fields);
    match visit
        .app
        .control
        .create_project(&entered.draft, manager.actor())
        .await
    {
        Ok(project) => Ok(saved(visit, &project, "project_created")),
        Err(ProjectError::Invalid(problems)) => refuse(visit, None, &entered, &problems),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// `GET /settings/projects/{slug}`: the form of a project, for people who are logged in.
///
/// # Errors
/// If there is no such project.
pub async fn form(slug: Path<String>, visit: Visit) -> Result<HttpResponse, Problem> {
    let access = visit.admin_of(&slug)?;
    let project = access.scope().project();
    draw(
        StatusCode::OK,
        &project_page(
            &visit,
            Some(project),
            &Entered::of(project.to_draft()),
            None,
        ),
    )
}

/// `POST /settings/projects/{slug}`: changes a project, for administrators.
///
/// # Errors
/// If there is no such project, or the control store fails; what was entered wrongly is told on the page.
pub async fn update(slug: Path<String>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let access = visit.admin_of(&slug)?;
    let entered = Entered::read(&form.fields);
    match visit
        .app
        .control
        .update_project(access.scope().project_id(), &entered.draft, access.actor())
        .await
    {
        Ok(project) => Ok(saved(visit, &project, "project_saved")),
        Err(ProjectError::Invalid(problems)) => {
            refuse(visit, Some(access.scope().project()), &entered, &problems)
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// `POST /settings/projects/{slug}/archive`: takes a project out of use, for administrators.
///
/// # Errors
/// If there is no such project, or the control store fails; that it is the last one is told on the page.
pub async fn archive(slug: Path<String>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let access = visit.admin_of(&slug)?;
    let project = access.scope().project();
    if standing(visit, Some(project)) == ProjectStanding::Last {
        let text = "This is the only project that takes events. Make or restore another one first.";
        let page = project_page(visit, Some(project), &Entered::of(project.to_draft()), None);
        return draw(
            StatusCode::UNPROCESSABLE_ENTITY,
            &ProjectPage {
                error: Some(text.to_owned()),
                ..page
            },
        );
    }
    change(
        visit
            .app
            .control
            .archive_project(project.id, access.actor())
            .await,
    )?;
    let mut query = vec![("notice", "project_archived")];
    if project.id != visit.project().id {
        query.push(("project", &visit.project().slug));
    }
    Ok(see_other(
        &visit.app,
        &with_query("/settings/projects", &query),
    ))
}

/// `POST /settings/projects/{slug}/restore`: brings a project back into use, for administrators.
///
/// # Errors
/// If there is no such project, or the control store fails.
pub async fn restore(slug: Path<String>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let access: AdminAccess = visit.admin_of(&slug)?;
    change(
        visit
            .app
            .control
            .restore_project(access.scope().project_id(), access.actor())
            .await,
    )?;
    let query = [("project", slug.as_str()), ("notice", "project_restored")];
    Ok(see_other(
        &visit.app,
        &with_query("/settings/projects", &query),
    ))
}

/// `POST /settings/projects/{slug}/remove`: takes the demo away with all of its events, for administrators.
///
/// # Errors
/// If there is no such project, it is not a demo, or a store fails. What is left then follows by itself.
pub async fn remove(slug: Path<String>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let access = visit.admin_of(&slug)?;
    let id = access.scope().project_id();
    let control = &visit.app.control;
    change(control.remove_demo_project(id, access.actor()).await)?;
    erase_removed(&visit.app).await.map_err(Problem::internal)?;
    let mut query = vec![("notice", "demo_removed")];
    if id != visit.project().id {
        query.push(("project", &visit.project().slug));
    }
    Ok(see_other(
        &visit.app,
        &with_query("/settings/projects", &query),
    ))
}

/// What was entered, with the number as it was typed.
struct Entered {
    draft: ProjectDraft,
    characters: String,
}

impl Entered {
    fn of(draft: ProjectDraft) -> Entered {
        Entered {
            characters: draft.preview.characters.to_string(),
            draft,
        }
    }

    fn read(fields: &Fields) -> Entered {
        let text = |name: &str| fields.text(name).to_owned();
        let characters = text("preview_characters");
        let preview = Preview {
            mode: PreviewMode::parse(fields.text("preview")).unwrap_or(PreviewMode::Off),
            // A number that cannot be read is none of the allowed ones, and is told as such.
            characters: characters.trim().parse().unwrap_or(0),
            is_masked: fields.is_on("mask"),
        };
        let draft = ProjectDraft {
            slug: text("slug"),
            name: text("name"),
            time_zone: text("time_zone"),
            currency: text("currency"),
            allowed_origins: fields
                .text("allowed_origins")
                .lines()
                .map(str::to_owned)
                .collect(),
            preview,
            counts_visitors: fields.is_on("visitors"),
        };
        Entered { draft, characters }
    }
}

fn fresh_draft(visit: &Visit) -> ProjectDraft {
    let privacy = &visit.app.config.privacy;
    let preview = Preview {
        mode: match privacy.previews {
            Previews::Off => PreviewMode::Off,
            Previews::Truncated => PreviewMode::Truncated,
            Previews::Full => PreviewMode::Full,
        },
        characters: u32::try_from(privacy.preview_characters).unwrap_or(u32::MAX),
        is_masked: privacy.mask,
    };
    // A second product is likely to be at home where the first one is.
    let neighbour = visit.project();
    ProjectDraft {
        time_zone: neighbour.time_zone_name().to_owned(),
        currency: neighbour.currency.clone(),
        preview,
        counts_visitors: privacy.visitors,
        ..ProjectDraft::new("", "")
    }
}

fn project_page(
    visit: &Visit,
    project: Option<&Project>,
    entered: &Entered,
    problems: Option<&Problems>,
) -> ProjectPage {
    let draft = &entered.draft;
    let wrong = |field: &str| problems.and_then(|problems| told(problems, field));
    let field = |value: &str, name: &str| Field {
        value: value.to_owned(),
        error: wrong(name),
    };
    let (mut zones, mut currencies) = (time_zones(&draft.time_zone), currencies(&draft.currency));
    zones.error = wrong("time_zone");
    currencies.error = wrong("currency");
    ProjectPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Projects),
        standing: standing(visit, project),
        slug_now: project.map_or(String::new(), |project| project.slug.clone()),
        error: problems.map(|_| "Nothing is saved yet: some fields need another look.".to_owned()),
        name: field(&draft.name, "name"),
        slug: field(&draft.slug, "slug"),
        time_zone: zones,
        currency: currencies,
        allowed_origins: field(&draft.allowed_origins.join("\n"), "allowed_origins"),
        preview: match draft.preview.mode {
            PreviewMode::Off => view::PreviewMode::Off,
            PreviewMode::Truncated => view::PreviewMode::Truncated,
            PreviewMode::Full => view::PreviewMode::Full,
        },
        preview_characters: field(&entered.characters, "preview_characters"),
        is_masked: draft.preview.is_masked,
        counts_visitors: draft.counts_visitors,
        is_demo: project.is_some_and(Project::is_demo),
    }
}

fn standing(visit: &Visit, project: Option<&Project>) -> ProjectStanding {
    match project {
        None => ProjectStanding::New,
        Some(project) if project.archived_at.is_some() => ProjectStanding::Archived,
        Some(_) if visit.app.control.directory().projects().len() == 1 => ProjectStanding::Last,
        Some(_) => ProjectStanding::Active,
    }
}

fn refuse(
    visit: &Visit,
    project: Option<&Project>,
    entered: &Entered,
    problems: &Problems,
) -> Result<HttpResponse, Problem> {
    draw(
        StatusCode::UNPROCESSABLE_ENTITY,
        &project_page(visit, project, entered, Some(problems)),
    )
}

/// To the list, with the saved project as the current one.
fn saved(visit: &Visit, project: &Arc<Project>, notice: &str) -> HttpResponse {
    // The live figures follow within a second by themselves; the next page wants them now.
    visit.app.hub.configure(project);
    see_other(
        &visit.app,
        &with_query(
            "/settings/projects",
            &[("project", &project.slug), ("notice", notice)],
        ),
    )
}

fn change(done: Result<(), ProjectError>) -> Result<(), Problem> {
    done.map_err(|error| match error {
        ProjectError::Unknown(_) => Problem::new(Code::NotFound, error.to_string()),
        ProjectError::NotADemo(_) => Problem::new(Code::FormInvalid, error.to_string()),
        ProjectError::Invalid(_) | ProjectError::Store(_) => Problem::internal(error),
    })
}

fn row(project: &Project, visit: &Visit) -> ProjectRow {
    ProjectRow {
        slug: project.slug.clone(),
        name: project.name.clone(),
        time_zone: project.time_zone_name().to_owned(),
        currency: project.currency.clone(),
        origins: match project.allowed_origins.to_list().len() {
            0 => "any origin".to_owned(),
            1 => "1 origin".to_owned(),
            count => format!("{count} origins"),
        },
        created: Moment::past(project.created_at, visit.now()),
        is_archived: project.archived_at.is_some(),
        is_demo: project.is_demo(),
    }
}
