//! Every page with plausible values, for tests: once as a person would see it, once with hostile text
//! in every field that a request can reach.

pub mod gallery;
mod money;
mod overview;
mod platform;
mod settings;
mod sign_in;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::web::view::assets::Assets;
use crate::web::view::budgets::BudgetBanner;
use crate::web::view::field::{Field, Select};
use crate::web::view::first_steps::{FirstSteps, ServerAddress};
use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::shell::{ProjectChoice, Room, Shell, Tone};

/// Tries to leave an element, an attribute in either quote, and to start an element.
pub const HOSTILE: &str = r#""'></td><hostile onload=alert(1)>&lt;{{7*7}}"#;

/// Makes pages; either plain or with hostile text appended to every value.
pub struct Sample {
    /// What is appended to every text.
    pub suffix: &'static str,
}

impl Sample {
    /// A text as a field would hold it.
    fn text(&self, text: &str) -> String {
        format!("{text}{}", self.suffix)
    }

    fn field(&self, value: &str) -> Field {
        Field::new(self.text(value))
    }

    /// The frame with the committed files.
    pub fn frame(&self) -> Frame {
        let manifest = include_str!("../../../../static/dist/manifest.json");
        let assets = Assets::from_manifest(manifest).expect("the committed manifest is complete");
        Frame {
            base: String::new(),
            assets: Arc::new(assets),
            csrf: self.text("csrf-token"),
        }
    }

    /// The shell in `room`.
    pub fn shell(&self, room: Room) -> Shell {
        let project = |slug: &str, name: &str| ProjectChoice {
            slug: self.text(slug),
            name: self.text(name),
        };
        Shell {
            room,
            project: project("writing-desk", "Writing Desk"),
            projects: vec![
                project("writing-desk", "Writing Desk"),
                project("support-bot", "Support bot"),
            ],
            person_name: self.text("Ana Lindqvist"),
            person_email: self.text("ana@example.com"),
            is_demo: true,
            notice: None,
            budget: Some(BudgetBanner {
                id: "1".to_owned(),
                tone: Tone::Warn,
                text: self
                    .text("84% of the budget “Chat” is spent: $840 of $1,000 for this month."),
                back: self.text("/costs"),
            }),
        }
    }

    fn ago(&self, seconds: i64) -> Moment {
        let now: Timestamp = "2026-11-21T21:40:05Z".parse().expect("a literal");
        Moment::past(now - SignedDuration::from_secs(seconds), now)
    }

    fn zones(&self) -> Select {
        let mut select = Select::new(
            [
                ("America/New_York", "America/New_York"),
                ("Europe/Berlin", "Europe/Berlin"),
                ("UTC", "UTC"),
            ],
            "UTC",
        );
        for choice in &mut select.choices {
            choice.label.push_str(self.suffix);
        }
        select
    }

    fn currencies(&self) -> Select {
        Select::new(
            [
                ("EUR", "EUR, euro"),
                ("JPY", "JPY, yen"),
                ("USD", "USD, US dollar"),
            ],
            "USD",
        )
    }

    /// First steps with or without a key.
    pub fn first_steps(&self, has_key: bool) -> FirstSteps {
        let key = self.text("an_ingest_7dK2mPq9xV4sT1wZ8rB3nC6yJ0hL5gFa");
        let address = ServerAddress {
            url: "http://127.0.0.1:8080",
            snippet: "/a.js",
        };
        FirstSteps::new(&address, has_key.then_some(&*key))
    }
}
