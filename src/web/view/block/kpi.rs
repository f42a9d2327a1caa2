//! Tiles that are the tabs of a main chart: figure, change, earlier figure, small line.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::change::{Better, Change, Direction};
use crate::render::unit::Unit;
use crate::web::view::block::spark::Spark;

/// One tile.
#[derive(Clone, Debug)]
pub struct KpiTab {
    /// The metric's id.
    pub id: String,
    /// Its name.
    pub label: String,
    /// What it counts, as a sentence; shown on hover.
    pub help: String,
    /// The figure, with its unit; empty if it is not known.
    pub value: String,
    /// In full, shown on hover: "$44,103.20".
    pub exact: String,
    /// Why the figure is missing, or what to know about it: "fewer than 30 calls". May be empty.
    pub note: String,
    /// How it changed.
    pub change: Option<Change>,
    /// The earlier figure: "vs $38.6K". May be empty.
    pub versus: String,
    /// The small line.
    pub spark: Spark,
    /// The page with this metric in the main chart.
    pub href: String,
    /// Whether the main chart shows it.
    pub is_current: bool,
}

impl KpiTab {
    /// A tile from numbers. The small line shows `points` over `previous_points`.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one part of the tile, and all have types of their own"
    )]
    pub fn new(
        id: impl Into<String>,
        label: impl Into<String>,
        unit: &Unit,
        better: Better,
        (value, previous): (Option<f64>, Option<f64>),
        (points, previous_points): (&[Option<f64>], &[Option<f64>]),
        href: impl Into<String>,
        is_current: bool,
    ) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            help: String::new(),
            value: value.map(|value| unit.short(value)).unwrap_or_default(),
            exact: value.map(|value| unit.full(value)).unwrap_or_default(),
            note: String::new(),
            change: Change::between(value, previous, unit, better),
            versus: previous
                .map(|previous| format!("vs {}", unit.short(previous)))
                .unwrap_or_default(),
            spark: Spark::new(points, previous_points),
            href: href.into(),
            is_current,
        }
    }
}

/// Up to six tiles over a main chart. Place it with `{{ strip }}`, in a card of its own, above the main chart's.
///
/// Inside an `<an-section>` a tile changes the section only; without script it is a plain link.
#[derive(Clone, Debug, Template)]
#[template(path = "block/kpi_strip.html")]
pub struct KpiStrip {
    /// What the tiles and the chart below them are together; no other card of the page is called the same.
    pub label: String,
    /// The tiles, in order.
    pub tabs: Vec<KpiTab>,
}

impl HtmlSafe for KpiStrip {}

/// The arrow of a change, as path data in a view box of 24.
pub fn arrow(change: &Change) -> &'static str {
    match change.direction {
        Direction::Up => "M7 17 17 7M8 7h9v9",
        Direction::Down => "M7 7l10 10M17 8v9H8",
        Direction::Flat => "M6 12h12",
    }
}
