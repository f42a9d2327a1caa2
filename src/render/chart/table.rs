//! The numbers of a chart as rows: what the table switch shows, and what is read where no script runs.

use crate::render::chart::category::{BarChart, Histogram, Waterfall};
use crate::render::chart::item::{Donut, Radar, Sankey, Scatter};
use crate::render::chart::time::TimeChart;
use crate::render::chart::{Chart, Series};
use crate::render::unit::Unit;

/// What stands where a value is not known.
pub const MISSING: &str = "–";

/// A chart's numbers in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartTable {
    /// Heads of the columns; the first is what a row is.
    pub heads: Vec<String>,
    /// Whether each column holds numbers, which stand to the right.
    pub is_number: Vec<bool>,
    /// Rows; times are newest first.
    pub rows: Vec<ChartRow>,
}

/// One row of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartRow {
    /// One text for each column.
    pub cells: Vec<String>,
    /// Where the row's first cell leads; the keyboard's way to what a click on the drawing does.
    pub link: Option<String>,
}

impl Chart {
    /// The numbers that the drawing shows, in full.
    pub fn table(&self) -> ChartTable {
        match self {
            Chart::Time(chart) => time(chart),
            Chart::Bars(chart) => bars(chart),
            Chart::Waterfall(chart) => waterfall(chart),
            Chart::Histogram(chart) => histogram(chart),
            Chart::Donut(chart) => donut(chart),
            Chart::Scatter(chart) => scatter(chart),
            Chart::Radar(chart) => radar(chart),
            Chart::Sankey(chart) => sankey(chart),
        }
    }
}

/// A table whose columns are numbers but for the first `words`.
fn build(words: usize, heads: Vec<String>, rows: Vec<ChartRow>) -> ChartTable {
    ChartTable {
        is_number: (0..heads.len()).map(|column| column >= words).collect(),
        heads,
        rows,
    }
}

fn row(first: &str, link: Option<&String>, rest: impl IntoIterator<Item = String>) -> ChartRow {
    ChartRow {
        cells: std::iter::once(first.to_owned()).chain(rest).collect(),
        link: link.cloned(),
    }
}

fn text(value: Option<f64>, unit: &Unit) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| unit.full(value))
}

fn at(points: &[Option<f64>], index: usize) -> Option<f64> {
    points.get(index).copied().flatten()
}

/// Columns of a series: its values, its range and its earlier values, as far as it has them.
fn columns(series: &Series) -> Vec<(String, Vec<Vec<Option<f64>>>)> {
    let mut columns = vec![(series.label.clone(), vec![series.points.clone()])];
    if let Some(band) = &series.band {
        columns.push((
            band.label.clone(),
            vec![band.low.clone(), band.high.clone()],
        ));
    }
    if let Some(previous) = &series.previous {
        columns.push(("Previous".into(), vec![previous.clone()]));
    }
    columns
}

fn time(chart: &TimeChart) -> ChartTable {
    let columns: Vec<_> = chart.series.iter().flat_map(columns).collect();
    let heads = std::iter::once("Time".to_owned())
        .chain(columns.iter().map(|(head, _)| head.clone()))
        .collect();
    let last = chart.axis.titles.len().saturating_sub(1);
    let rows = chart
        .axis
        .titles
        .iter()
        .enumerate()
        .rev()
        .map(|(index, title)| {
            let so_far = if chart.is_partial && index == last {
                ", so far"
            } else {
                ""
            };
            let cells = columns.iter().map(|(_, parts)| {
                let known: Vec<String> = parts
                    .iter()
                    .filter_map(|points| at(points, index))
                    .map(|value| chart.unit.full(value))
                    .collect();
                if known.is_empty() {
                    MISSING.to_owned()
                } else {
                    known.join(" to ")
                }
            });
            row(&format!("{title}{so_far}"), None, cells)
        })
        .collect();
    build(1, heads, rows)
}

fn bars(chart: &BarChart) -> ChartTable {
    let heads = std::iter::once("Name".to_owned())
        .chain(chart.series.iter().map(|series| series.label.clone()))
        .collect();
    let rows = chart
        .categories
        .iter()
        .enumerate()
        .map(|(index, category)| {
            row(
                &category.label,
                category.link.as_ref(),
                chart
                    .series
                    .iter()
                    .map(|series| text(at(&series.points, index), &chart.unit)),
            )
        })
        .collect();
    build(1, heads, rows)
}

fn waterfall(chart: &Waterfall) -> ChartTable {
    let rows = chart
        .steps
        .iter()
        .map(|step| {
            row(
                &step.label,
                step.link.as_ref(),
                [chart.unit.full(step.value)],
            )
        })
        .collect();
    build(1, vec!["Step".into(), "Amount".into()], rows)
}

fn histogram(chart: &Histogram) -> ChartTable {
    let all: f64 = chart.bins.iter().map(|bin| bin.count).sum();
    let rows = chart
        .bins
        .iter()
        .map(|bin| {
            let range = format!(
                "{} to {}",
                chart.unit.short(bin.from),
                chart.unit.short(bin.to)
            );
            row(
                &range,
                bin.link.as_ref(),
                [chart.count_unit.full(bin.count), share(bin.count, all)],
            )
        })
        .collect();
    build(
        1,
        vec!["Range".into(), chart.count_label.clone(), "Share".into()],
        rows,
    )
}

fn share(part: f64, all: f64) -> String {
    text((all > 0.0).then_some(part / all), &Unit::Share)
}

fn donut(chart: &Donut) -> ChartTable {
    let all: f64 = chart.slices.iter().map(|slice| slice.value).sum();
    let rows = chart
        .slices
        .iter()
        .map(|slice| {
            row(
                &slice.label,
                slice.link.as_ref(),
                [chart.unit.full(slice.value), share(slice.value, all)],
            )
        })
        .collect();
    build(
        1,
        vec!["Name".into(), chart.value_label.clone(), "Share".into()],
        rows,
    )
}

fn scatter(chart: &Scatter) -> ChartTable {
    let rows = chart
        .series
        .iter()
        .flat_map(|series| {
            series.points.iter().map(|point| {
                row(
                    &point.label,
                    point.link.as_ref(),
                    [
                        series.label.clone(),
                        chart.x.unit.full(point.x),
                        chart.y.unit.full(point.y),
                    ],
                )
            })
        })
        .collect();
    build(
        2,
        vec![
            "Name".into(),
            "Kind".into(),
            chart.x.label.clone(),
            chart.y.label.clone(),
        ],
        rows,
    )
}

fn radar(chart: &Radar) -> ChartTable {
    let heads = std::iter::once("Name".to_owned())
        .chain(chart.axes.iter().map(|axis| axis.label.clone()))
        .collect();
    let rows = chart
        .series
        .iter()
        .map(|series| {
            let cells = chart
                .axes
                .iter()
                .enumerate()
                .map(|(index, axis)| text(at(&series.values, index), &axis.unit));
            row(&series.label, series.link.as_ref(), cells)
        })
        .collect();
    build(1, heads, rows)
}

fn sankey(chart: &Sankey) -> ChartTable {
    let label = |id: &str| {
        chart
            .nodes
            .iter()
            .find(|node| node.id == id)
            .map_or(id, |node| &*node.label)
            .to_owned()
    };
    let rows = chart
        .links
        .iter()
        .map(|link| {
            row(
                &label(&link.from),
                link.link.as_ref(),
                [label(&link.to), chart.unit.full(link.value)],
            )
        })
        .collect();
    build(
        2,
        vec!["From".into(), "To".into(), chart.value_label.clone()],
        rows,
    )
}
