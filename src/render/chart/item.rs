//! Charts whose pieces stand alone: donut, scatter, radar, sankey.

use serde::Serialize;

use crate::render::colour::Colour;
use crate::render::unit::Unit;

/// A part of a whole.
#[derive(Clone, Debug, Serialize)]
pub struct Slice {
    /// Tells it from the others; without spaces.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Its colour.
    pub colour: Colour,
    /// Its size; never negative.
    pub value: f64,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Shares of a whole. At most six parts: the rest is one, called "Other".
#[derive(Clone, Debug, Serialize)]
pub struct Donut {
    /// What its numbers count.
    pub unit: Unit,
    /// What they are called: "Requests".
    pub value_label: String,
    /// Its parts, largest first.
    pub slices: Vec<Slice>,
}

/// One of the two measures of a scatter chart.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    /// Its name.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
}

/// A point of a scatter chart.
#[derive(Clone, Debug, Serialize)]
pub struct ScatterPoint {
    /// Across.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Whose it is.
    pub label: String,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Points of one kind, told apart by colour and shape.
#[derive(Clone, Debug, Serialize)]
pub struct ScatterSeries {
    /// Tells it from the others; without spaces.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Its colour.
    pub colour: Colour,
    /// Its points.
    pub points: Vec<ScatterPoint>,
}

/// Points by two measures.
#[derive(Clone, Debug, Serialize)]
pub struct Scatter {
    /// Across.
    pub x: Measure,
    /// Upwards.
    pub y: Measure,
    /// Kinds of points.
    pub series: Vec<ScatterSeries>,
}

/// A measure of a radar chart.
#[derive(Clone, Debug, Serialize)]
pub struct RadarAxis {
    /// Its name.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// The value at its outer end; zero is the middle.
    pub most: f64,
}

/// One thing that is measured.
#[derive(Clone, Debug, Serialize)]
pub struct RadarSeries {
    /// Tells it from the others; without spaces.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Its colour.
    pub colour: Colour,
    /// One value for each axis; a missing one is drawn in the middle and told as missing.
    pub values: Vec<Option<f64>>,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// At most three things by several measures; always beside its table.
#[derive(Clone, Debug, Serialize)]
pub struct Radar {
    /// Measures, clockwise from the top.
    pub axes: Vec<RadarAxis>,
    /// Things, at most three.
    pub series: Vec<RadarSeries>,
}

/// A station of a flow.
#[derive(Clone, Debug, Serialize)]
pub struct SankeyNode {
    /// Tells it from the others. A page that can be reached at two steps is two stations.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Its colour; [`Colour::QUIET`] for those who left.
    pub colour: Colour,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A flow from one station to another.
#[derive(Clone, Debug, Serialize)]
pub struct SankeyLink {
    /// Id of the station it leaves.
    pub from: String,
    /// Id of the station it reaches. Flows never lead back.
    pub to: String,
    /// Its size.
    pub value: f64,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Flows between stations.
#[derive(Clone, Debug, Serialize)]
pub struct Sankey {
    /// What its numbers count.
    pub unit: Unit,
    /// What they are called: "Sessions".
    pub value_label: String,
    /// Stations; each is named by at least one flow.
    pub nodes: Vec<SankeyNode>,
    /// Flows.
    pub links: Vec<SankeyLink>,
}
