//! The one chart spec that the bundle accepts (`static/src/js/charts/`).
//!
//! Finished values only: numbers with their unit, words for every bucket, addresses of links. The bundle chooses no
//! label and does no arithmetic but drawing. Every chart is also a table ([`Chart::table`]), which stands in the page
//! beside it and says the same numbers.

pub mod category;
pub mod item;
pub mod table;
pub mod time;

use serde::Serialize;

use crate::render::chart::category::{BarChart, Histogram, Waterfall};
use crate::render::chart::item::{Donut, Radar, Sankey, Scatter};
use crate::render::chart::time::TimeChart;
use crate::render::colour::Colour;

/// Points of one series that the server sends at most. A chart is some 600 pixels wide; more points cost bytes and
/// show nothing. The query layer chooses its interval by this.
pub const POINTS_MAX: usize = 400;

/// A chart of any kind.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// Areas, lines or bars over time.
    Time(TimeChart),
    /// Bars by category.
    Bars(BarChart),
    /// Steps from one amount to another.
    Waterfall(Waterfall),
    /// How often values of each size occur.
    Histogram(Histogram),
    /// Shares of a whole, at most six.
    Donut(Donut),
    /// Points by two measures.
    Scatter(Scatter),
    /// A few things by several measures, at most three.
    Radar(Radar),
    /// Flows between stations.
    Sankey(Sankey),
}

/// One line, area, or piece of a stack.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// Tells it from the chart's other series; without spaces, since an attribute lists the hidden ones.
    pub id: String,
    /// Its name, as people read it.
    pub label: String,
    /// Its colour.
    pub colour: Colour,
    /// One value for each bucket or category; `None` is a gap, not zero.
    pub points: Vec<Option<f64>>,
    /// The same buckets of the earlier period, drawn dashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Vec<Option<f64>>>,
    /// A range around the values, shaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// The first bucket that is a forecast; from there on the line is dashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast_from: Option<usize>,
    /// Where a click on a piece of it leads: the page with a filter, as "?…" or "/…".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether the whole line is dashed, to tell it from another one of the same colour.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dash: bool,
}

impl Series {
    /// A series of values, without anything else.
    pub fn new(
        id: impl Into<String>,
        label: impl Into<String>,
        colour: Colour,
        points: Vec<Option<f64>>,
    ) -> Self {
        Self {
            id: id.into().replace(char::is_whitespace, "_"),
            label: label.into(),
            colour,
            points,
            previous: None,
            band: None,
            forecast_from: None,
            link: None,
            dash: false,
        }
    }
}

/// A range around the values of a series, such as 80 % of forecasts.
#[derive(Clone, Debug, Serialize)]
pub struct Band {
    /// What it means: "80% range".
    pub label: String,
    /// Lower ends; `None` where there is no range.
    pub low: Vec<Option<f64>>,
    /// Upper ends; known where the lower ones are.
    pub high: Vec<Option<f64>>,
}

/// How bad it is beyond a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdTone {
    /// Needs a look.
    Warn,
    /// Is a failure.
    Bad,
}

/// Which side of a threshold is the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongSide {
    /// Values above it.
    Above,
    /// Values below it.
    Below,
}

/// A dashed line at a value; stretches of lines beyond it are shaded.
#[derive(Clone, Debug, Serialize)]
pub struct Threshold {
    /// The value, in the chart's unit.
    pub value: f64,
    /// What stands at the line: "2% threshold".
    pub label: String,
    /// Its colour.
    pub tone: ThresholdTone,
    /// Which side is wrong.
    pub side: WrongSide,
}

impl Chart {
    /// The spec as JSON that may stand in a `<script>` element: nothing in it can end the element.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string(self).expect("a spec holds nothing that JSON cannot say");
        // These letters occur inside strings only, where an escape means the same.
        json.replace('<', "\\u003c")
            .replace('>', "\\u003e")
            .replace('&', "\\u0026")
    }

    /// What a legend lists: id, label and colour of each series or slice. Empty where there is nothing to tell apart.
    pub fn legend(&self) -> Vec<LegendEntry> {
        let entry = |id: &str, label: &str, colour: &Colour| LegendEntry {
            id: id.to_owned(),
            label: label.to_owned(),
            colour: colour.clone(),
        };
        let series = |all: &[Series]| match all {
            [] | [_] => Vec::new(),
            all => all
                .iter()
                .map(|series| entry(&series.id, &series.label, &series.colour))
                .collect(),
        };
        match self {
            Chart::Time(chart) => series(&chart.series),
            Chart::Bars(chart) => series(&chart.series),
            Chart::Waterfall(_) | Chart::Histogram(_) | Chart::Sankey(_) => Vec::new(),
            Chart::Donut(chart) => chart
                .slices
                .iter()
                .map(|slice| entry(&slice.id, &slice.label, &slice.colour))
                .collect(),
            Chart::Scatter(chart) => chart
                .series
                .iter()
                .map(|series| entry(&series.id, &series.label, &series.colour))
                .collect(),
            Chart::Radar(chart) => chart
                .series
                .iter()
                .map(|series| entry(&series.id, &series.label, &series.colour))
                .collect(),
        }
    }

    /// Whether there is nothing to draw, so that the empty state belongs in its place.
    pub fn is_empty(&self) -> bool {
        let known = |all: &[Series]| {
            all.iter()
                .any(|series| series.points.iter().any(Option::is_some))
        };
        match self {
            Chart::Time(chart) => !known(&chart.series),
            Chart::Bars(chart) => !known(&chart.series),
            Chart::Waterfall(chart) => chart.steps.is_empty(),
            Chart::Histogram(chart) => chart.bins.iter().all(|bin| bin.count == 0.0),
            Chart::Donut(chart) => chart.slices.iter().all(|slice| slice.value == 0.0),
            Chart::Scatter(chart) => chart.series.iter().all(|series| series.points.is_empty()),
            Chart::Radar(chart) => chart.series.is_empty(),
            Chart::Sankey(chart) => chart.links.is_empty(),
        }
    }
}

/// One entry of a legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegendEntry {
    /// The series' id.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Its colour.
    pub colour: Colour,
}

#[cfg(test)]
mod tests;
