//! What a person enters about a project, and the rules it must keep.
//!
//! [`ProjectDraft::check`] tells every problem at once. That a slug is still free is only
//! known to the database and checked there.

use jiff::tz::TimeZone;

use crate::store::control::origin::AllowedOrigins;
use crate::store::control::problem::{Problem, Problems, line_of_text};

/// Longest slug. It stands in addresses and on the command line.
const SLUG_CHARACTERS_MAX: usize = 40;

/// Longest name of a project, so that it fits a heading.
const NAME_CHARACTERS_MAX: usize = 100;

/// Longest preview in truncated mode. Longer ones are what `full` is for.
const PREVIEW_CHARACTERS_MAX: u32 = 100_000;

/// How much of requests to and responses from a model is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewMode {
    /// Nothing.
    Off,
    /// The first characters, as many as the project says.
    Truncated,
    /// Everything that was sent.
    Full,
}

impl PreviewMode {
    /// The word for the mode in forms, JSON and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            PreviewMode::Off => "off",
            PreviewMode::Truncated => "truncated",
            PreviewMode::Full => "full",
        }
    }

    /// The mode with this word.
    pub fn parse(word: &str) -> Option<PreviewMode> {
        [PreviewMode::Off, PreviewMode::Truncated, PreviewMode::Full]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// What is kept of previews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// How much is kept.
    pub mode: PreviewMode,
    /// Characters kept in truncated mode.
    pub characters: u32,
    /// Whether mail addresses, secrets and card numbers are masked before storage.
    pub is_masked: bool,
}

impl Default for Preview {
    fn default() -> Preview {
        Preview {
            mode: PreviewMode::Truncated,
            characters: 500,
            is_masked: true,
        }
    }
}

/// A project as entered, not yet checked.
#[derive(Clone, Debug)]
pub struct ProjectDraft {
    /// Short name for addresses and the command line: a-z, 0-9 and hyphens.
    pub slug: String,
    /// Name shown to people.
    pub name: String,
    /// IANA time zone in which days begin, for example `Europe/Berlin`.
    pub time_zone: String,
    /// Currency of reports, three letters.
    pub currency: String,
    /// Origins of pages that may send events; empty or `*` for any.
    pub allowed_origins: Vec<String>,
    /// What is kept of previews.
    pub preview: Preview,
    /// Whether visitors without an id are told apart by a hash with a daily salt.
    pub counts_visitors: bool,
}

impl ProjectDraft {
    /// A draft with this slug and name, and for the rest what suits most: UTC, US dollars,
    /// any origin, truncated and masked previews, visitors counted.
    pub fn new(slug: &str, name: &str) -> ProjectDraft {
        ProjectDraft {
            slug: slug.to_string(),
            name: name.to_string(),
            time_zone: "UTC".to_string(),
            currency: "USD".to_string(),
            allowed_origins: Vec::new(),
            preview: Preview::default(),
            counts_visitors: true,
        }
    }

    /// The draft in normalised form.
    ///
    /// # Errors
    /// Every problem, in the order of the fields.
    pub fn check(&self) -> Result<CheckedProject, Problems> {
        let mut problems = Vec::new();
        let mut tell = |field, message| problems.push(Problem { field, message });

        let slug = self.slug.trim().to_string();
        if let Err(message) = check_slug(&slug) {
            tell("slug", message);
        }
        let name = line_of_text(&self.name, NAME_CHARACTERS_MAX)
            .map_err(|message| tell("name", message))
            .unwrap_or_default();
        let time_zone = find_time_zone(self.time_zone.trim());
        if time_zone.is_none() {
            tell(
                "time_zone",
                format!(
                    "`{}` is not a time zone; use an IANA name like Europe/Berlin or UTC",
                    self.time_zone.chars().take(60).collect::<String>()
                ),
            );
        }
        let currency = self.currency.trim().to_ascii_uppercase();
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            tell(
                "currency",
                "is not a currency code; use three letters like USD or EUR".to_string(),
            );
        }
        let origins = self.allowed_origins.iter().map(String::as_str);
        let allowed_origins = AllowedOrigins::parse(origins).unwrap_or_else(|reasons| {
            for reason in reasons {
                tell("allowed_origins", reason);
            }
            AllowedOrigins::Any
        });
        if !(1..=PREVIEW_CHARACTERS_MAX).contains(&self.preview.characters) {
            tell(
                "preview_characters",
                format!(
                    "is {}; use a number between 1 and {PREVIEW_CHARACTERS_MAX}, or the mode full",
                    self.preview.characters
                ),
            );
        }

        Problems::check(problems)?;
        Ok(CheckedProject {
            slug,
            name,
            time_zone: time_zone.unwrap_or(TimeZone::UTC),
            currency,
            allowed_origins,
            preview: self.preview,
            counts_visitors: self.counts_visitors,
        })
    }
}

/// A draft that keeps all rules but perhaps "the slug is free". Made by
/// [`ProjectDraft::check`] only.
#[derive(Clone, Debug)]
pub struct CheckedProject {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) time_zone: TimeZone,
    pub(super) currency: String,
    pub(super) allowed_origins: AllowedOrigins,
    pub(super) preview: Preview,
    pub(super) counts_visitors: bool,
}

/// The IANA time zone `name`, in whatever case.
pub(super) fn find_time_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    // A zone without a name could not be stored: it would be one read from a file.
    zone.iana_name().is_some().then_some(zone)
}

fn check_slug(slug: &str) -> Result<(), String> {
    let is_made_of = slug
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if slug.is_empty() || slug.len() > SLUG_CHARACTERS_MAX {
        Err(format!(
            "has {} characters; use 1 to {SLUG_CHARACTERS_MAX}",
            slug.chars().count()
        ))
    } else if !is_made_of || slug.starts_with('-') || slug.ends_with('-') {
        Err(format!(
            "`{slug}` may hold a-z, 0-9 and hyphens between them, like my-product"
        ))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_normalised() {
        let draft = ProjectDraft {
            time_zone: " europe/berlin ".to_string(),
            currency: "eur".to_string(),
            allowed_origins: vec!["HTTPS://Example.com/".to_string()],
            ..ProjectDraft::new(" shop-2 ", "  The shop  ")
        };
        let checked = draft.check().unwrap();
        assert_eq!(checked.slug, "shop-2");
        assert_eq!(checked.name, "The shop");
        assert_eq!(checked.time_zone.iana_name(), Some("Europe/Berlin"));
        assert_eq!(checked.currency, "EUR");
        assert_eq!(checked.allowed_origins.to_list(), ["https://example.com"]);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let draft = ProjectDraft {
            time_zone: "Europe/Atlantis".to_string(),
            currency: "EURO".to_string(),
            allowed_origins: vec!["example.com".to_string(), "https://a/b".to_string()],
            preview: Preview {
                characters: 0,
                ..Preview::default()
            },
            ..ProjectDraft::new("My Shop", "\0")
        };
        let problems = draft.check().unwrap_err();
        let fields: Vec<&str> = problems
            .list()
            .iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(
            fields,
            [
                "slug",
                "name",
                "time_zone",
                "currency",
                "allowed_origins",
                "allowed_origins",
                "preview_characters",
            ]
        );
    }

    #[test]
    fn slugs_are_small_letters_digits_and_inner_hyphens() {
        for slug in ["a", "0", "my-product", "a--b", &"a".repeat(40)] {
            assert_eq!(check_slug(slug), Ok(()), "{slug}");
        }
        for slug in [
            "",
            "-a",
            "a-",
            "A",
            "a b",
            "a_b",
            "é",
            "a/b",
            "a'--",
            &"a".repeat(41),
        ] {
            assert!(check_slug(slug).is_err(), "{slug}");
        }
    }

    #[test]
    fn time_zones_are_iana_names() {
        for name in ["UTC", "Europe/Berlin", "america/new_york", "Asia/Kathmandu"] {
            assert!(find_time_zone(name).is_some(), "{name}");
        }
        for name in [
            "",
            "CEST+2",
            "../../etc/passwd",
            "/etc/localtime",
            "Mars/Olympus",
            "a\0b",
        ] {
            assert!(find_time_zone(name).is_none(), "{name}");
        }
    }
}
