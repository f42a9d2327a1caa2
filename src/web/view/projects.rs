//! Settings of projects: the list, and the form that creates or changes one.

use askama::Template;

use crate::web::view::field::{Field, Select};
use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::shell::Shell;

/// A project in the list.
#[derive(Clone, Debug)]
pub struct ProjectRow {
    /// Its short name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its time zone: "Europe/Berlin".
    pub time_zone: String,
    /// Its currency: "EUR".
    pub currency: String,
    /// Which web pages may send: "any origin", "2 origins".
    pub origins: String,
    /// When it was created.
    pub created: Moment,
    /// Whether it is archived: kept, and takes no events.
    pub is_archived: bool,
    /// Whether its data is made up.
    pub is_demo: bool,
}

/// `GET /settings/projects`.
#[derive(Template)]
#[template(path = "projects.html")]
pub struct ProjectsPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Projects, archived ones last.
    pub rows: Vec<ProjectRow>,
}

/// What is kept of a prompt and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewMode {
    /// Nothing.
    Off,
    /// The first characters.
    Truncated,
    /// All of it.
    Full,
}

/// What becomes of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectStanding {
    /// It does not exist yet: the form creates it.
    New,
    /// It takes events and may be archived.
    Active,
    /// The only project that takes events, which therefore cannot be archived.
    Last,
    /// It is archived and may be restored.
    Archived,
}

/// `GET /settings/projects/new` and `GET /settings/projects/{slug}`.
///
/// The form posts to `/settings/projects` or `/settings/projects/{slug}` with `csrf`, `name`, `slug`, `time_zone`,
/// `currency`, `allowed_origins` (one a line), `preview` (`off`, `truncated`, `full`), `preview_characters`,
/// `mask` and `visitors` (`on`, or absent). Below it, one button posts to `…/{slug}/archive` or `…/restore`,
/// and for a demo another one to `…/remove`.
#[derive(Template)]
#[template(path = "project.html")]
pub struct ProjectPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Whether it exists, and whether it may be archived.
    pub standing: ProjectStanding,
    /// The slug in the form's address; empty for a new project.
    pub slug_now: String,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
    /// The name.
    pub name: Field,
    /// The short name in URLs.
    pub slug: Field,
    /// Time zones.
    pub time_zone: Select,
    /// Currencies.
    pub currency: Select,
    /// Origins, one a line; empty for any.
    pub allowed_origins: Field,
    /// What is kept of prompts and answers.
    pub preview: PreviewMode,
    /// Characters kept of a truncated preview.
    pub preview_characters: Field,
    /// Whether emails, keys and card numbers are masked before storage.
    pub is_masked: bool,
    /// Whether visitors without a user id are counted by a daily hash.
    pub counts_visitors: bool,
    /// Whether its data is made up, and the project can be removed.
    pub is_demo: bool,
}
