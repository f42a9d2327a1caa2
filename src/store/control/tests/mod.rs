//! Flows of the control store on a real file, with a clock that is moved by hand.
//!
//! A second `Control` on the same folder stands for another process.

mod keys;
mod people;
mod removal;
mod segments;
mod shared_file;

use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::core::clock::{Clock, ManualClock};
use crate::store::control::audit::Actor;
use crate::store::control::key::NewKey;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::log_in::{LogIn, LogInError, LoggedIn};
use crate::store::control::password::Password;
use crate::store::control::person::{NewPerson, Person};
use crate::store::control::throttle::ThrottleLimits;
use crate::store::control::{Control, ControlOptions};

/// Texts that have done harm elsewhere.
const HOSTILE: [&str; 6] = [
    "Robert'); DROP TABLE project;--",
    "\" OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s %00 \\",
    "$1 ?1 :name @name",
    "\u{202e}\u{feff}漢字 é 🦀",
];

struct Store {
    folder: TempDir,
    clock: ManualClock,
    control: Control,
}

impl Store {
    /// A store with the project `default`, at 2026-03-29T10:00:00Z.
    async fn open() -> Store {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at("2026-03-29T10:00:00Z".parse().unwrap());
        let control = Store::open_at(&folder, &clock).await;
        control.ensure_project(Actor::Server).await.unwrap();
        Store {
            folder,
            clock,
            control,
        }
    }

    /// What another process sees of the same file.
    async fn other_process(&self) -> Control {
        Store::open_at(&self.folder, &self.clock).await
    }

    async fn open_at(folder: &TempDir, clock: &ManualClock) -> Control {
        let options = ControlOptions {
            throttle: ThrottleLimits {
                attempts_per_account: 2,
                attempts_per_address: 4,
                window: Duration::from_secs(900),
            },
            ..ControlOptions::default()
        };
        Control::open_with(folder.path(), Clock::Manual(clock.clone()), options)
            .await
            .unwrap()
    }

    fn now(&self) -> Timestamp {
        Clock::Manual(self.clock.clone()).now()
    }

    async fn key(&self, kind: KeyKind) -> NewKey {
        self.control
            .create_key(None, kind, "a key", Actor::Terminal)
            .await
            .unwrap()
    }

    async fn person(&self, email: &str) -> Person {
        let new = person(email, "correct horse");
        self.control
            .create_person(&new, Actor::Terminal)
            .await
            .unwrap()
    }

    /// The actions in the audit table, oldest first, as `actor action subject`.
    async fn audit(&self) -> Vec<String> {
        let mut entries = self.control.audit(None, 500).await.unwrap();
        entries.reverse();
        entries
            .iter()
            .map(|entry| format!("{} {} {}", entry.actor, entry.action, entry.subject))
            .collect()
    }
}

fn person(email: &str, password: &str) -> NewPerson {
    NewPerson {
        email: email.to_string(),
        name: String::new(),
        password: Password::typed(password),
    }
}

async fn log_in(control: &Control, email: &str, password: &str) -> Result<LoggedIn, LogInError> {
    log_in_from(control, email, password, "203.0.113.9").await
}

async fn log_in_from(
    control: &Control,
    email: &str,
    password: &str,
    address: &str,
) -> Result<LoggedIn, LogInError> {
    let form = LogIn {
        email,
        password: &Password::typed(password),
        address,
        user_agent: "Firefox on Linux",
    };
    control.log_in(form).await
}
