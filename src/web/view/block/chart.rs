//! A chart in a page: the element that the bundle draws into, its legend, and its table.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::chart::table::ChartTable;
use crate::render::chart::{Chart, LegendEntry};
use crate::render::unit::share_in_list;

/// How high a drawing is. The waiting card has the same heights, so that nothing moves when the chart comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Height {
    /// The main chart of a page, 268 px.
    Main,
    /// A chart in half a row, 228 px.
    Middle,
    /// A chart that fills what its card leaves, at least 168 px.
    Rest,
}

impl Height {
    /// The style sheet's class.
    pub fn class(self) -> &'static str {
        match self {
            Height::Main => "h-main",
            Height::Middle => "h-middle",
            Height::Rest => "h-rest",
        }
    }
}

/// An entry of the legend; a slice says its share too, and leads to what it stands for.
#[derive(Clone, Debug)]
struct Entry {
    series: LegendEntry,
    value: String,
    link: Option<String>,
}

/// `<an-chart>` with its spec. Place it with `{{ chart }}` inside a card.
#[derive(Clone, Debug, Template)]
#[template(path = "block/chart.html")]
pub struct ChartBlock {
    id: String,
    summary: String,
    height: Height,
    is_donut: bool,
    /// In the middle of a donut: the whole, and what it is.
    centre: Option<(String, String)>,
    legend: Vec<Entry>,
    is_partial: bool,
    /// Words for this period and the earlier one, where both are drawn.
    compared: Option<(&'static str, &'static str)>,
    table: ChartTable,
    json: String,
}

impl HtmlSafe for ChartBlock {}

impl ChartBlock {
    /// A chart under `id`, which must be unique in the page and is what the card's table switch names.
    ///
    /// `summary` says in one sentence what the drawing shows, for those who cannot see it: "Revenue rose 14.2% to
    /// $44.1K; peak 20 Nov".
    pub fn new(
        id: impl Into<String>,
        summary: impl Into<String>,
        height: Height,
        chart: &Chart,
    ) -> Self {
        let (is_partial, compared) = match chart {
            Chart::Time(time) => (
                time.is_partial,
                // With several series each draws its own earlier period, and one word explains them all.
                time.series
                    .iter()
                    .any(|series| series.previous.is_some())
                    .then_some(("This period", "Previous period")),
            ),
            _ => (false, None),
        };
        Self {
            id: id.into(),
            summary: summary.into(),
            height,
            is_donut: matches!(chart, Chart::Donut(_)),
            centre: centre(chart),
            legend: legend(chart),
            is_partial,
            compared,
            table: chart.table(),
            json: chart.to_json(),
        }
    }
}

fn legend(chart: &Chart) -> Vec<Entry> {
    let mut entries: Vec<Entry> = chart
        .legend()
        .into_iter()
        .map(|series| Entry {
            series,
            value: String::new(),
            link: None,
        })
        .collect();
    if let Chart::Donut(donut) = chart {
        let all: f64 = donut.slices.iter().map(|slice| slice.value).sum();
        for (entry, slice) in entries.iter_mut().zip(&donut.slices) {
            if all > 0.0 {
                entry.value = share_in_list(slice.value / all);
            }
            entry.link.clone_from(&slice.link);
        }
    }
    entries
}

fn centre(chart: &Chart) -> Option<(String, String)> {
    match chart {
        Chart::Donut(donut) => {
            let all: f64 = donut.slices.iter().map(|slice| slice.value).sum();
            Some((donut.unit.short(all), donut.value_label.to_lowercase()))
        }
        _ => None,
    }
}
