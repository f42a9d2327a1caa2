//! Areas, lines and bars over time.

use serde::Serialize;

use crate::render::chart::{Series, Threshold};
use crate::render::time_axis::TimeAxis;
use crate::render::unit::Unit;

/// How series over time are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeStyle {
    /// A line with a gradient below it; starts at zero.
    Area,
    /// Lines.
    Line,
    /// Bars, stacked if there are several series; start at zero.
    Bars,
}

/// Where the value axis of lines starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// At zero. Areas and bars always do.
    Zero,
    /// Near the lowest value, for lines whose movement matters more than their height.
    Fitted,
}

/// Something that happened: a deployment, a campaign, an alert.
#[derive(Clone, Debug, Serialize)]
pub struct Annotation {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What, in a few words.
    pub label: String,
}

/// A chart over time. All of a page share one crosshair.
#[derive(Clone, Debug, Serialize)]
pub struct TimeChart {
    /// How it is drawn.
    pub style: TimeStyle,
    /// What its numbers count.
    pub unit: Unit,
    /// Its buckets.
    pub axis: TimeAxis,
    /// Its series; a stack is built in this order, from below.
    pub series: Vec<Series>,
    /// Whether the last bucket still runs. It is drawn dashed or hatched, and called "so far".
    pub is_partial: bool,
    /// Whether the values of one bucket add up to something, so that a stack may show its total.
    pub is_additive: bool,
    /// Where the value axis starts.
    pub baseline: Baseline,
    /// Lines at values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// Lines at moments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
    /// Where a chosen stretch leads: the page's address with `{from}` and `{to}`, for which the script puts moments in
    /// UTC, such as `2026-11-21T00:00:00Z`. Without it no stretch can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_url: Option<String>,
    /// Where a double click leads: the page with the range before the last choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wider_url: Option<String>,
}

impl TimeChart {
    /// A chart of finished buckets, without lines across it.
    pub fn new(style: TimeStyle, unit: Unit, axis: TimeAxis, series: Vec<Series>) -> Self {
        Self {
            style,
            is_additive: !matches!(unit, Unit::Share | Unit::Milliseconds | Unit::Seconds),
            unit,
            axis,
            series,
            is_partial: false,
            baseline: Baseline::Zero,
            thresholds: Vec::new(),
            annotations: Vec::new(),
            range_url: None,
            wider_url: None,
        }
    }
}
