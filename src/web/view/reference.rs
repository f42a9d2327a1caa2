//! The reference: what every number means, and what programs may call. Printed from the catalogue and the table of
//! operations.

use askama::Template;

use crate::web::view::block::range_bar::Segmented;
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// A metric.
#[derive(Clone, Debug)]
pub struct MetricEntry {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name on pages.
    pub label: &'static str,
    /// What it means and what to do about it.
    pub help: &'static str,
    /// How it is computed, in words.
    pub formula: String,
    /// Its unit.
    pub unit: &'static str,
    /// Whether more is good.
    pub better: &'static str,
    /// Whether bars add up.
    pub adds_up: &'static str,
}

/// Metrics over rows of one kind.
#[derive(Clone, Debug)]
pub struct MetricGroup {
    /// The part of ids that is unique in the page.
    pub id: String,
    /// What one row is: "AI call (attempt)".
    pub grain: &'static str,
    /// The metrics.
    pub metrics: Vec<MetricEntry>,
}

/// A dimension.
#[derive(Clone, Debug)]
pub struct DimensionEntry {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name on pages.
    pub label: &'static str,
    /// What it tells.
    pub help: &'static str,
    /// What an absent value is called.
    pub none: &'static str,
}

/// `GET /reference`.
#[derive(Template)]
#[template(path = "reference.html")]
pub struct ReferencePage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Metrics, or the interface.
    pub parts: Segmented,
    /// The metrics.
    pub groups: Vec<MetricGroup>,
    /// The dimensions.
    pub dimensions: Vec<DimensionEntry>,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct ParameterEntry {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub help: String,
    /// A value that works.
    pub example: String,
}

/// A way to be refused.
#[derive(Clone, Debug)]
pub struct RefusalEntry {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// Why.
    pub title: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Something that a program may do.
#[derive(Clone, Debug)]
pub struct OperationEntry {
    /// Unique in the page.
    pub id: &'static str,
    /// "GET".
    pub method: &'static str,
    /// Its path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What one should know.
    pub help: String,
    /// Who may.
    pub who: &'static str,
    /// What its address may hold.
    pub parameters: Vec<ParameterEntry>,
    /// A command that calls it.
    pub curl: String,
    /// The form of a good answer, as JSON Schema, by media type.
    pub answers: Vec<(&'static str, String)>,
    /// How it may be refused.
    pub refusals: Vec<RefusalEntry>,
}

/// `GET /reference/api`.
#[derive(Template)]
#[template(path = "reference_api.html")]
pub struct ApiPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Metrics, or the interface.
    pub parts: Segmented,
    /// The operations.
    pub operations: Vec<OperationEntry>,
}
