//! Samples of the settings: projects, keys, account.

use crate::web::view::account::{AccountPage, SessionRow};
use crate::web::view::field::Field;
use crate::web::view::keys::{CreatedKey, KeyKind, KeyRow, KeysPage};
use crate::web::view::projects::{
    PreviewMode, ProjectPage, ProjectRow, ProjectStanding, ProjectsPage,
};
use crate::web::view::sample::Sample;
use crate::web::view::shell::{Notice, Room, Tone};

impl Sample {
    /// The list of projects.
    pub fn projects(&self) -> ProjectsPage {
        let row = |slug: &str,
                   name: &str,
                   zone: &str,
                   currency: &str,
                   origins: &str,
                   age_s,
                   is_archived| ProjectRow {
            slug: self.text(slug),
            name: self.text(name),
            time_zone: self.text(zone),
            currency: self.text(currency),
            origins: self.text(origins),
            created: self.ago(age_s),
            is_archived,
            is_demo: slug == "support-bot",
        };
        let mut shell = self.shell(Room::Projects);
        shell.notice = Some(Notice {
            tone: Tone::Good,
            text: self.text("Support bot is saved."),
        });
        ProjectsPage {
            frame: self.frame(),
            shell,
            rows: vec![
                row(
                    "writing-desk",
                    "Writing Desk",
                    "UTC",
                    "USD",
                    "any origin",
                    86_400 * 20,
                    false,
                ),
                row(
                    "support-bot",
                    "Support bot",
                    "Europe/Berlin",
                    "EUR",
                    "2 origins",
                    86_400 * 3,
                    false,
                ),
                row(
                    "old-beta",
                    "Old beta",
                    "UTC",
                    "USD",
                    "any origin",
                    86_400 * 200,
                    true,
                ),
            ],
        }
    }

    /// The form of a project in `standing`; with errors for a new one.
    pub fn project(&self, standing: ProjectStanding) -> ProjectPage {
        let is_new = standing == ProjectStanding::New;
        let refused = |text: &str| is_new.then(|| self.text(text));
        ProjectPage {
            frame: self.frame(),
            shell: self.shell(Room::Projects),
            standing,
            slug_now: self.text(if is_new { "" } else { "support-bot" }),
            error: refused("Nothing is saved yet: two fields need another look."),
            name: self.field("Support bot"),
            slug: Field {
                value: self.text("support-bot"),
                error: refused("`support-bot` is taken; choose another slug"),
            },
            time_zone: self.zones(),
            currency: self.currencies(),
            allowed_origins: Field {
                value: self.text("https://app.example.com\nhttps://www.example.com"),
                error: refused(
                    "`example` is not an origin; write scheme and host, such as https://app.example.com",
                ),
            },
            preview: PreviewMode::Truncated,
            preview_characters: self.field("500"),
            is_masked: true,
            counts_visitors: false,
            is_demo: standing == ProjectStanding::Active,
        }
    }

    /// The list of keys; with a new key if `is_created`, else without any if `is_empty`.
    pub fn keys(&self, is_created: bool, is_empty: bool) -> KeysPage {
        let row = |id: &str,
                   kind,
                   name: &str,
                   prefix: &str,
                   created_s,
                   used_s: Option<i64>,
                   revoked_s: Option<i64>| KeyRow {
            id: self.text(id),
            kind,
            name: self.text(name),
            prefix: self.text(prefix),
            created: self.ago(created_s),
            last_used: used_s.map(|age_s| self.ago(age_s)),
            revoked: revoked_s.map(|age_s| self.ago(age_s)),
        };
        let rows = vec![
            row(
                "4",
                KeyKind::Ingest,
                "web app",
                "an_ingest_7dK2mPq9…",
                120,
                None,
                None,
            ),
            row(
                "3",
                KeyKind::Read,
                "status page",
                "an_read_Qw3eR5tY…",
                86_400 * 2,
                Some(30),
                None,
            ),
            row(
                "2",
                KeyKind::Admin,
                "terraform",
                "an_admin_Zx8cV1bN…",
                86_400 * 9,
                Some(86_400),
                None,
            ),
            row(
                "1",
                KeyKind::Ingest,
                "first key",
                "an_ingest_Mn4bV6cX…",
                86_400 * 20,
                Some(7200),
                Some(3600),
            ),
        ];
        KeysPage {
            frame: self.frame(),
            shell: self.shell(Room::Keys),
            created: is_created.then(|| CreatedKey {
                name: self.text("web app"),
                kind: KeyKind::Ingest,
                text: self.text("an_ingest_7dK2mPq9xV4sT1wZ8rB3nC6yJ0hL5gFa"),
                first_steps: Some(self.first_steps(true)),
            }),
            name: if self.suffix.is_empty() {
                Field::default()
            } else {
                Field::refused(
                    self.text(""),
                    self.text("the name is empty; say what uses the key"),
                )
            },
            kind: KeyKind::Ingest,
            rows: if is_empty { Vec::new() } else { rows },
        }
    }

    /// The account page.
    pub fn account(&self) -> AccountPage {
        let hostile_only = |text: &str| (!self.suffix.is_empty()).then(|| self.text(text));
        let session = |id: &str, agent: &str, created_s, seen_s, is_current| SessionRow {
            id: self.text(id),
            agent: self.text(agent),
            created: self.ago(created_s),
            last_seen: self.ago(seen_s),
            is_current,
        };
        AccountPage {
            frame: self.frame(),
            shell: self.shell(Room::Account),
            password_characters_min: 12,
            current_password_error: hostile_only("the current password is wrong"),
            new_password_error: hostile_only("the password is among the most used"),
            sessions: vec![
                session("9", "Chrome on Linux", 86_400 * 2, 0, true),
                session("8", "Safari on iPhone", 86_400 * 12, 5400, false),
                session("5", "Firefox on Windows", 86_400 * 25, 86_400 * 4, false),
            ],
        }
    }
}
