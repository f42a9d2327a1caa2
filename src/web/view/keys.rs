//! Settings of keys: the list of a project's keys, and the one page that shows a new key.

use askama::Template;

use crate::web::view::field::Field;
use crate::web::view::first_steps::FirstSteps;
use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::shell::Shell;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Sends events, and reads nothing.
    Ingest,
    /// Reads figures.
    Read,
    /// Does both, and changes settings.
    Admin,
}

impl KeyKind {
    /// The kind's name in forms, in the command line and on the page.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Ingest => "ingest",
            KeyKind::Read => "read",
            KeyKind::Admin => "admin",
        }
    }

    /// The pill's class.
    pub fn class(self) -> &'static str {
        match self {
            KeyKind::Ingest => "accent",
            KeyKind::Read => "",
            KeyKind::Admin => "warn",
        }
    }
}

/// A key in the list.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its id, for the address of the revoke button.
    pub id: String,
    /// What it may do.
    pub kind: KeyKind,
    /// The name it was given.
    pub name: String,
    /// The visible start of it: "an_ingest_7dK2…".
    pub prefix: String,
    /// When it was created.
    pub created: Moment,
    /// When it was last used, if ever.
    pub last_used: Option<Moment>,
    /// When it was revoked; such a key is refused and stays in the list.
    pub revoked: Option<Moment>,
}

/// A key that was just made. Its text exists on this page only.
#[derive(Clone, Debug)]
pub struct CreatedKey {
    /// The name it was given.
    pub name: String,
    /// What it may do.
    pub kind: KeyKind,
    /// The key.
    pub text: String,
    /// A ready call, for an ingest key.
    pub first_steps: Option<FirstSteps>,
}

/// `GET /settings/keys`, and the answer to `POST /settings/keys` (`csrf`, `kind`, `name`).
///
/// A key is revoked by `POST /settings/keys/{id}/revoke` with `csrf`. Each form's address carries `?project=`.
#[derive(Template)]
#[template(path = "keys.html")]
pub struct KeysPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The key that was just made.
    pub created: Option<CreatedKey>,
    /// The name that was entered.
    pub name: Field,
    /// The kind that is chosen when the page opens.
    pub kind: KeyKind,
    /// Keys of the project, newest first, revoked ones last.
    pub rows: Vec<KeyRow>,
}
