//! Samples of the pages without a session: set-up, log-in, errors.

use crate::web::view::field::Field;
use crate::web::view::problem::{ProblemPage, WayBack};
use crate::web::view::sample::Sample;
use crate::web::view::sign_in::{LoginPage, SetupPage};

impl Sample {
    /// The set-up page; with errors if `is_refused`.
    pub fn setup(&self, is_refused: bool) -> SetupPage {
        let refused = |text: &str| is_refused.then(|| self.text(text));
        SetupPage {
            frame: self.frame(),
            token: self.text("one-time-token"),
            error: refused("Two fields need another look."),
            name: self.field(if is_refused { "Ana Lindqvist" } else { "" }),
            email: Field {
                value: self.text(if is_refused { "ana@" } else { "" }),
                error: refused("`ana@` is not an email address; it has nothing after the @"),
            },
            password_error: refused("the password has 7 characters; the fewest are 12"),
            password_characters_min: 12,
            project_name: self.field("My product"),
            time_zone: self.zones(),
            may_guess_zone: !is_refused,
            currency: self.currencies(),
        }
    }

    /// The log-in page; with an error if `is_refused`.
    pub fn login(&self, is_refused: bool) -> LoginPage {
        LoginPage {
            frame: self.frame(),
            error: is_refused.then(|| self.text("Email and password do not match. Try again.")),
            notice: (!self.suffix.is_empty()).then(|| self.text("You are logged out everywhere.")),
            email: self.text(if is_refused { "ana@example.com" } else { "" }),
            next: self.text("/"),
        }
    }

    /// An error page.
    pub fn problem(&self, status: u16) -> ProblemPage {
        let (title, text, way) = match status {
            403 => (
                "This is not yours to open",
                "Your account may not see this page. Ask an administrator.",
                "Back to the overview",
            ),
            429 => (
                "Too many attempts",
                "Wait 40 seconds, then try again.",
                "Back to the log-in",
            ),
            500 => (
                "Something went wrong here",
                "It is not your doing, and no data is lost. Try again; if it stays, give an operator the request id.",
                "Back to the overview",
            ),
            _ => (
                "There is no such page",
                "The link may be old, or the project may be archived.",
                "Back to the overview",
            ),
        };
        ProblemPage {
            frame: self.frame(),
            status,
            title: self.text(title),
            text: self.text(text),
            request_id: (status == 500).then(|| self.text("0198e1a2-77aa-7c3e")),
            way_back: WayBack {
                path: "/".into(),
                label: self.text(way),
            },
        }
    }
}
