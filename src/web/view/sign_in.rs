//! The pages before a session exists: the first administrator, and the log-in.

use askama::Template;

use crate::web::view::field::{Field, Select};
use crate::web::view::frame::Frame;

/// `GET /setup?token=…`: the first administrator and the first project.
///
/// The form posts to `/setup` with `csrf`, `token`, `name`, `email`, `password`, `project_name`, `time_zone`
/// and `currency`.
#[derive(Template)]
#[template(path = "setup.html")]
pub struct SetupPage {
    /// The page's frame.
    pub frame: Frame,
    /// The one-time token of the set-up link.
    pub token: String,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
    /// The administrator's name.
    pub name: Field,
    /// The administrator's email address, with which to log in.
    pub email: Field,
    /// The error of the password; its value is never sent back.
    pub password_error: Option<String>,
    /// The fewest characters of a password.
    pub password_characters_min: usize,
    /// The project's name.
    pub project_name: Field,
    /// Time zones; the script chooses the browser's own while `may_guess_zone` holds.
    pub time_zone: Select,
    /// Whether nobody has chosen a zone yet.
    pub may_guess_zone: bool,
    /// Currencies in which the project earns.
    pub currency: Select,
}

/// `GET /login`: email and password. The form posts to `/login` with `csrf`, `email`, `password` and `next`.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// The page's frame.
    pub frame: Frame,
    /// Why the last attempt failed, or when to try again.
    pub error: Option<String>,
    /// Why the reader is here, for example after logging out everywhere.
    pub notice: Option<String>,
    /// The address that was entered.
    pub email: String,
    /// The path to return to, without the base; the handler accepts only paths of this server.
    pub next: String,
}
