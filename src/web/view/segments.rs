//! The page of segments: a rule builder with the size of what it finds, and those that are saved.

use askama::Template;

use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::state::{Empty, Failure};
use crate::web::view::field::{Field, Select};
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// A rule of the segment that is being built, as a chip that takes it away.
#[derive(Clone, Debug)]
pub struct RuleChip {
    /// How it is joined to the one before: "and", "or"; empty for the first.
    pub joined: &'static str,
    /// The rule in words.
    pub label: String,
    /// The page without it.
    pub remove_href: String,
}

/// How many people the rules find now.
#[derive(Clone, Debug)]
pub struct Size {
    /// "1,204 people".
    pub people: String,
    /// "12.0% of 10,020 people of this project".
    pub share: String,
}

/// The choices of the forms that add a rule. They send `add` and their fields by GET; the page's handler makes a rule
/// of them and redirects.
#[derive(Clone, Debug)]
pub struct RuleForms {
    /// Joined by and, or by or to the last rule; none for the first rule.
    pub joins: Option<Select>,
    /// At least, at most, exactly.
    pub often: Select,
    /// Fields of an event's own filter.
    pub event_fields: Select,
    /// Comparisons.
    pub tests: Select,
    /// Plan, country, feature, stage, class.
    pub fields: Select,
    /// Values to suggest: stages and classes.
    pub values: Vec<String>,
    /// Names of events to suggest.
    pub events: Vec<String>,
}

/// `GET /users/segments`.
#[derive(Template)]
#[template(path = "segments.html")]
pub struct SegmentsPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The page's path, with its base.
    pub action: String,
    /// What is wrong with what was entered.
    pub error: Option<String>,
    /// The number and name of the segment that is changed; none for a new one.
    pub edited: Option<(i64, String)>,
    /// The rules so far.
    pub chips: Vec<RuleChip>,
    /// Forms for more; none if there is no room.
    pub forms: Option<RuleForms>,
    /// All parameters of the address, to be kept by those forms.
    pub kept: Vec<(String, String)>,
    /// Whom the rules find; none without rules.
    pub size: Option<Size>,
    /// The rules could not be asked.
    pub failure: Option<Failure>,
    /// The rules as a query, which is saved.
    pub definition: String,
    /// The name to save them under.
    pub name: Field,
    /// The page with these people as its filter: the list of people. Of a saved segment only.
    pub people_href: Option<String>,
    /// The page without anything being built.
    pub new_href: String,
    /// Those that are saved.
    pub table: Option<DataTable>,
    /// In place of the table.
    pub empty: Empty,
}
