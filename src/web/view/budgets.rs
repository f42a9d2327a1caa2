//! Budgets: the part at the head of the page of costs, the form, and the banner on every page.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::view::block::card::Card;
use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::gauge::Gauge;
use crate::web::view::block::range_bar::Segmented;
use crate::web::view::field::{Field, Select};
use crate::web::view::frame::Frame;
use crate::web::view::shell::{Shell, Tone};
use crate::web::view::system::SystemFact;

/// A budget at the head of the page of costs.
#[derive(Clone, Debug)]
pub struct BudgetCard {
    /// Its frame.
    pub card: Card,
    /// How much of it is used; none if that cannot be told.
    pub gauge: Option<Gauge>,
    /// Its figures.
    pub facts: Vec<SystemFact>,
    /// Which calls count, in words.
    pub scope: String,
    /// Where it is edited.
    pub edit_href: String,
}

/// Budgets and who spends, at the head of the page of costs. Place it with `{{ panel }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "part/budgets.html")]
pub struct BudgetPanel {
    /// The page's frame, for its icons.
    pub frame: Frame,
    /// The budgets in use.
    pub budgets: Vec<BudgetCard>,
    /// Where one is made; with the filters of the page.
    pub new_href: String,
    /// The frame of the table.
    pub card: Card,
    /// What a day costs: "$42.98 a day".
    pub burn: String,
    /// What this month has cost and will, in a sentence.
    pub month: String,
    /// By what the table is split.
    pub by: Segmented,
    /// Spend, limit and projection of each value.
    pub table: DataTable,
}

impl HtmlSafe for BudgetPanel {}

/// A threshold of the form.
#[derive(Clone, Debug)]
pub struct ThresholdChoice {
    /// In per cent.
    pub percent: u8,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// `GET /costs/budgets/new`, `GET /costs/budgets/{id}`, and the answers to their forms (`csrf`, `name`, `amount`,
/// `cycle`, `by`, `is`, `filter`, `threshold_50` to `threshold_100`, `forecast`).
///
/// A budget is archived by `POST /costs/budgets/{id}/archive` with `csrf`. Each address carries `?project=`.
#[derive(Template)]
#[template(path = "budget.html")]
pub struct BudgetPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The number of the budget; empty for a new one.
    pub id: String,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
    /// The name.
    pub name: Field,
    /// How much, in dollars.
    pub amount: Field,
    /// The period.
    pub cycle: Select,
    /// The dimension of a simple filter, or none.
    pub by: Select,
    /// Its value.
    pub is: Field,
    /// Further conditions.
    pub filter: Field,
    /// The thresholds.
    pub thresholds: Vec<ThresholdChoice>,
    /// What is wrong with them.
    pub thresholds_error: Option<String>,
    /// Whether the projection counts.
    pub has_forecast: bool,
    /// When a period begins, in words.
    pub cycle_hint: String,
}

/// What every page says while a budget is nearly spent. Put away by `POST /costs/budgets/{id}/dismiss` with `csrf` and
/// `back`.
#[derive(Clone, Debug)]
pub struct BudgetBanner {
    /// The budget's number.
    pub id: String,
    /// How it is coloured.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// Where the reader is, after the base.
    pub back: String,
}
