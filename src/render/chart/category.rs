//! Bars by category, steps of a waterfall, histograms.

use serde::Serialize;

use crate::render::chart::{Series, Threshold};
use crate::render::colour::Colour;
use crate::render::unit::Unit;

/// One place on an axis of categories.
#[derive(Clone, Debug, Serialize)]
pub struct Category {
    /// Its name.
    pub label: String,
    /// Its own colour, where the chart has one series and the category is a provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Where a click on its bar leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Bars by category. For more than a dozen take a bar list, which has room for names.
#[derive(Clone, Debug, Serialize)]
pub struct BarChart {
    /// What its numbers count.
    pub unit: Unit,
    /// Its categories, in order.
    pub categories: Vec<Category>,
    /// Its series; one value for each category.
    pub series: Vec<Series>,
    /// Whether series stand on each other, or side by side.
    pub is_stacked: bool,
    /// Lines at values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
}

/// A step of a waterfall.
#[derive(Clone, Debug, Serialize)]
pub struct WaterfallStep {
    /// Its name.
    pub label: String,
    /// What it adds, or takes away if negative; for a total, the level itself.
    pub value: f64,
    /// Whether the bar stands on the ground and restarts the count.
    pub is_total: bool,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// From one amount to another: revenue, minus costs, to margin.
#[derive(Clone, Debug, Serialize)]
pub struct Waterfall {
    /// What its numbers count.
    pub unit: Unit,
    /// Its steps, in order.
    pub steps: Vec<WaterfallStep>,
}

/// Values from `from` up to, but not including, `to`.
#[derive(Clone, Debug, Serialize)]
pub struct Bin {
    /// Lower end.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// How many values lie in it.
    pub count: f64,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A value marked on a histogram: a percentile.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    /// The value.
    pub at: f64,
    /// What it is: "p95".
    pub label: String,
}

/// How often values of each size occur.
#[derive(Clone, Debug, Serialize)]
pub struct Histogram {
    /// What the values count.
    pub unit: Unit,
    /// What occurs: "Requests".
    pub count_label: String,
    /// What the bars count.
    pub count_unit: Unit,
    /// Adjoining, ascending. They need not be equally wide.
    pub bins: Vec<Bin>,
    /// Percentiles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}
