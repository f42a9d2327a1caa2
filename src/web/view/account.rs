//! The signed-in person: their password and where they are signed in.

use askama::Template;

use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::shell::Shell;

/// A place where the person is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id, for the address of the end button.
    pub id: String,
    /// The browser in words: "Firefox on Linux".
    pub agent: String,
    /// When it began.
    pub created: Moment,
    /// When it was last used.
    pub last_seen: Moment,
    /// Whether it is the session of this very page.
    pub is_current: bool,
}

/// `GET /settings/account`.
///
/// `POST /settings/account/password` takes `csrf`, `current_password` and `new_password`;
/// `POST /settings/account/sessions/{id}/revoke` and `POST /settings/account/logout-everywhere` take `csrf`.
#[derive(Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header; they hold the person's name and address.
    pub shell: Shell,
    /// The fewest characters of a password.
    pub password_characters_min: usize,
    /// What is wrong with the current password.
    pub current_password_error: Option<String>,
    /// What is wrong with the new password.
    pub new_password_error: Option<String>,
    /// Sessions, the current one first.
    pub sessions: Vec<SessionRow>,
}
