//! Pages of funnels, retention, hours of use and journeys: what is asked as chips and menus, and the answer in cards.

use askama::Template;

use crate::web::view::block::card::Card;
use crate::web::view::block::cohort_table::CohortTable;
use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::filter_bar::FilterBar;
use crate::web::view::block::funnel::Funnel;
use crate::web::view::block::heat_map::HeatMap;
use crate::web::view::block::menu::Menu;
use crate::web::view::block::range_bar::RangeBar;
use crate::web::view::block::sankey::Sankey;
use crate::web::view::block::state::{Empty, Failure};
use crate::web::view::field::Select;
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// An event that is chosen, as a chip that takes it away.
#[derive(Clone, Debug)]
pub struct EventChip {
    /// What it is: "1", "without".
    pub mark: String,
    /// Its name.
    pub label: String,
    /// The page without it.
    pub remove_href: String,
    /// The page with it one place earlier.
    pub earlier_href: Option<String>,
}

/// The form that chooses an event. It sends `pick`, `pick_event`, `pick_by`, `pick_is`, `pick_value` and `pick_as` by
/// GET; the page's handler makes a parameter of them and redirects.
#[derive(Clone, Debug)]
pub struct EventForm {
    /// What the choice is for, which begins the ids of its fields: "step".
    pub name: &'static str,
    /// What opens it: "Add a step".
    pub label: &'static str,
    /// Whether the event can be given a name of its own.
    pub has_label: bool,
}

/// A funnel that was saved.
#[derive(Clone, Debug)]
pub struct SavedLink {
    /// Its name.
    pub name: String,
    /// The page with it.
    pub href: String,
    /// Where a form that removes it is sent.
    pub remove_action: String,
    /// Whether it is the one on the page.
    pub is_current: bool,
}

/// Saving what is on the page, and what was saved.
#[derive(Clone, Debug)]
pub struct Saving {
    /// Where the form is sent.
    pub action: String,
    /// What it saves.
    pub query: String,
    /// Those of the project.
    pub saved: Vec<SavedLink>,
}

/// What stands in a card.
#[derive(Clone, Debug)]
pub enum Content {
    /// Steps.
    Funnel(Box<Funnel>),
    /// Cohorts.
    Cohorts(Box<CohortTable>),
    /// Hours of the week.
    Hours(Box<HeatMap>),
    /// Ways.
    Ways(Box<Sankey>),
    /// A table.
    Table(Box<DataTable>),
    /// Nothing is there.
    Empty(Box<Empty>),
    /// It could not be computed.
    Failure(Box<Failure>),
}

/// A card with its content.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its frame.
    pub card: Card,
    /// What stands in it.
    pub content: Content,
    /// What to know about its figures. May be empty.
    pub note: String,
}

/// `GET /funnels`, `/retention`, `/hours`, `/journeys`.
#[derive(Template)]
#[template(path = "analysis.html")]
pub struct AnalysisPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Its title.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// Range, days, comparison.
    pub range: RangeBar,
    /// Filters.
    pub filters: FilterBar,
    /// Events that are chosen.
    pub chips: Vec<EventChip>,
    /// Forms that choose more.
    pub forms: Vec<EventForm>,
    /// Names of events to suggest.
    pub events: Vec<String>,
    /// All parameters of the address, to be kept by those forms.
    pub kept: Vec<(String, String)>,
    /// Fields and comparisons of their filters.
    pub fields: Select,
    /// How they compare.
    pub tests: Select,
    /// The page's path, with its base.
    pub action: String,
    /// Everything else that is asked.
    pub menus: Vec<Menu>,
    /// Saving, where the page has it.
    pub saving: Option<Saving>,
    /// The answer.
    pub sections: Vec<Section>,
}
