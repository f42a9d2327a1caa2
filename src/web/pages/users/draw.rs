//! Answers about people as what stands in a card.

use jiff::Timestamp;

use crate::core::value::{self, Value};
use crate::people::answer::{Measure, Table, Topic};
use crate::render::change::Better;
use crate::render::chart::category::{BarChart, Category};
use crate::render::chart::time::{TimeChart, TimeStyle};
use crate::render::chart::{Chart, Series};
use crate::render::colour::Colour;
use crate::render::time_axis::TimeAxis;
use crate::render::unit::Unit;
use crate::web::pages::report::address::Address;
use crate::web::view::block::bar_list::{BarEntry, BarList, percent};
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::kpi::{KpiStrip, KpiTab};
use crate::web::view::block::state::{Empty, Step};
use crate::web::view::report::Content;

/// A tile: a column of an answer.
pub struct Tile<'a> {
    table: &'a Table,
    measure: &'a Measure,
    label: &'static str,
}

impl<'a> Tile<'a> {
    /// The tile of a column; `None` if the answer or the column is missing.
    pub fn new(table: Option<&'a Table>, id: &str, label: &'static str) -> Option<Tile<'a>> {
        let table = table?;
        Some(Tile {
            measure: table.measure(id)?,
            table,
            label,
        })
    }
}

/// What every drawing of the page needs.
pub struct Board<'a> {
    /// The page's address.
    pub address: &'a Address,
    /// The project's currency.
    pub currency: &'a str,
}

impl Board<'_> {
    /// Tiles, and the course of the chosen one.
    pub fn tiles(&self, tiles: &[Tile]) -> Content {
        let chosen = self.address.get("metric").unwrap_or_default();
        let current = tiles
            .iter()
            .position(|tile| tile.measure.id == chosen)
            .unwrap_or(0);
        let Some(shown) = tiles.get(current) else {
            return self.nothing();
        };
        let tabs = tiles.iter().enumerate().map(|(place, tile)| {
            let unit = self.unit(tile.measure);
            let points = tile.table.column(tile.measure.id);
            let value = tile.table.total_of(tile.measure.id).as_f64();
            let mut tab = KpiTab::new(
                tile.measure.id,
                tile.label,
                &unit,
                better(tile.measure),
                (value, None),
                (&points, &[]),
                self.address.with("metric", tile.measure.id).link(),
                place == current,
            );
            tab.help = tile.measure.help.to_owned();
            if value.is_none() {
                tab.note = match tile.measure.id {
                    "stickiness" => "It needs 30 days of data.".to_owned(),
                    _ => "There is nothing to count.".to_owned(),
                };
            }
            tab
        });
        let strip = KpiStrip {
            label: "Users".to_owned(),
            tabs: tabs.collect(),
        };
        let series = vec![Series::new(
            shown.measure.id,
            shown.label,
            Colour::ACCENT,
            shown.table.column(shown.measure.id),
        )];
        let chart = self.over_time(shown.table, TimeStyle::Area, shown.measure, series);
        let summary = sentence(shown.table, shown.measure, &self.unit(shown.measure));
        Content::Tiles(
            Box::new(strip),
            Box::new(ChartBlock::new("figures", summary, Height::Main, &chart)),
        )
    }

    /// The content of the section of one answer.
    pub fn content(&self, id: &'static str, title: &'static str, table: &Table) -> Content {
        let is_empty = match table.topic {
            Topic::Engagement => table
                .lines
                .iter()
                .all(|line| line.values.iter().all(|value| value.is_null())),
            Topic::Features | Topic::Rfm | Topic::Stages => table.lines.is_empty(),
            Topic::Growth
            | Topic::Active
            | Topic::Lifecycle
            | Topic::ActiveDays
            | Topic::Sessions
            | Topic::SessionLengths => table.lines.iter().all(|line| {
                line.values
                    .iter()
                    .all(|value| value.as_f64().unwrap_or(0.0) == 0.0)
            }),
        };
        match table.topic {
            Topic::Rfm if is_empty => Content::Empty(Box::new(Empty::range(
                "Fewer than 25 people in a year",
                "Scores divide people into fifths; that says nothing about so few. They appear by themselves with more people.",
                None,
            ))),
            _ if is_empty => self.nothing(),
            Topic::Growth => self.lines(
                id,
                table,
                TimeStyle::Line,
                &[
                    "total_users",
                    "new_users",
                    "churned_users",
                    "resurrected_users",
                ],
            ),
            Topic::Active => self.lines(id, table, TimeStyle::Line, &["mau", "wau", "dau"]),
            Topic::Lifecycle => self.lines(
                id,
                table,
                TimeStyle::Bars,
                &["returning", "new", "resurrecting", "dormant"],
            ),
            Topic::Sessions => self.lines(id, table, TimeStyle::Line, &["visit_duration_median_s"]),
            Topic::ActiveDays => self.bars(id, table),
            Topic::Stages | Topic::SessionLengths => self.list(title, table),
            Topic::Engagement => self.figures(title, table),
            Topic::Features => self.table(title, table),
            Topic::Rfm => self.grid(title, table),
        }
    }

    fn lines(&self, id: &str, table: &Table, style: TimeStyle, columns: &[&str]) -> Content {
        let measures: Vec<&Measure> = columns.iter().filter_map(|id| table.measure(id)).collect();
        let Some(leading) = measures.first() else {
            return self.nothing();
        };
        let series = measures.iter().map(|measure| {
            Series::new(
                measure.id,
                measure.label,
                colour(measure.id),
                table.column(measure.id),
            )
        });
        let chart = self.over_time(table, style, leading, series.collect());
        let summary = sentence(table, leading, &self.unit(leading));
        Content::Chart(Box::new(ChartBlock::new(
            id,
            summary,
            Height::Middle,
            &chart,
        )))
    }

    fn over_time(
        &self,
        table: &Table,
        style: TimeStyle,
        measure: &Measure,
        series: Vec<Series>,
    ) -> Chart {
        let starts: Vec<Timestamp> = table.lines.iter().filter_map(|line| line.from).collect();
        let axis = TimeAxis::new(&starts, table.period.to, &table.period.zone);
        let mut chart = TimeChart::new(style, self.unit(measure), axis, series);
        chart.is_additive = false;
        chart.is_partial = table.lines.last().is_some_and(|line| line.is_partial);
        let rest = self.address.without(&["range", "from", "to"]).link();
        let joint = if rest.ends_with('?') { "" } else { "&" };
        // The script puts moments for the two words in braces, which must not be encoded.
        chart.range_url = Some(format!("{rest}{joint}from={{from}}&to={{to}}"));
        Chart::Time(chart)
    }

    fn bars(&self, id: &str, table: &Table) -> Content {
        let measure = table.measures[0];
        let chart = Chart::Bars(BarChart {
            unit: self.unit(&measure),
            categories: table
                .lines
                .iter()
                .map(|line| Category {
                    label: line.keys.join(" "),
                    colour: None,
                    link: None,
                })
                .collect(),
            series: vec![Series::new(
                measure.id,
                measure.label,
                Colour::ACCENT,
                table.column(measure.id),
            )],
            is_stacked: false,
            thresholds: Vec::new(),
        });
        let all: f64 = table.column(measure.id).into_iter().flatten().sum();
        let once = table
            .column(measure.id)
            .first()
            .copied()
            .flatten()
            .unwrap_or(0.0);
        let summary = format!(
            "{} of {} people came on one day only.",
            Unit::Count.short(once),
            Unit::Count.short(all)
        );
        Content::Chart(Box::new(ChartBlock::new(
            id,
            summary,
            Height::Middle,
            &chart,
        )))
    }

    fn list(&self, title: &str, table: &Table) -> Content {
        let measure = table.measures[0];
        let entries = table.lines.iter().map(|line| BarEntry {
            label: line.keys.first().cloned().unwrap_or_default(),
            colour: None,
            value: line
                .values
                .first()
                .and_then(|value| value.as_f64())
                .unwrap_or(0.0),
            inner: None,
            note: line.keys.get(1).cloned().unwrap_or_default(),
            href: None,
        });
        Content::Bars(Box::new(BarList::new(
            title,
            &self.unit(&measure),
            entries.collect(),
        )))
    }

    /// Figures of one line, each with its name.
    fn figures(&self, title: &str, table: &Table) -> Content {
        let columns = vec![
            Column::words("Figure"),
            Column::numbers("Per active person"),
        ];
        let values = table
            .lines
            .first()
            .map(|line| line.values.as_slice())
            .unwrap_or_default();
        let rows = table.measures.iter().zip(values).map(|(measure, value)| {
            Row::new(vec![
                Cell::Text(measure.label.to_owned()),
                self.cell(measure, *value),
            ])
        });
        Content::Table(Box::new(DataTable::new(title, columns, rows.collect())))
    }

    fn table(&self, title: &str, table: &Table) -> Content {
        let mut columns: Vec<Column> = table
            .topic
            .keys()
            .iter()
            .map(|(_, label)| Column::words(*label))
            .collect();
        for (place, measure) in table.measures.iter().enumerate() {
            let column = Column::numbers(measure.label).help(measure.help);
            columns.push(if place < 2 {
                column
            } else {
                column.wide_only()
            });
        }
        let rows = table.lines.iter().map(|line| {
            let mut cells: Vec<Cell> = line
                .keys
                .iter()
                .map(|key| Cell::Text(key.clone()))
                .collect();
            cells.extend(
                table
                    .measures
                    .iter()
                    .zip(&line.values)
                    .map(|(measure, value)| self.cell(measure, *value)),
            );
            Row::new(cells)
        });
        Content::Table(Box::new(DataTable::new(title, columns, rows.collect())))
    }

    /// Five rows of recency by five columns of frequency and money, each cell with its name and its people.
    fn grid(&self, title: &str, table: &Table) -> Content {
        let mut columns = vec![Column::words("Recency")];
        columns.extend((1..=5).map(|number| Column::numbers(format!("F and M {number}"))));
        let count = |place: usize| table.lines[place].values[0].as_f64().unwrap_or(0.0);
        let most = (0..table.lines.len()).map(count).fold(0.0, f64::max);
        let rows = (0..table.lines.len() / 5).map(|row| {
            let mut cells = vec![Cell::Text(table.lines[row * 5].keys[0].clone())];
            cells.extend((row * 5..row * 5 + 5).map(|place| Cell::Bar {
                text: format!(
                    "{} {}",
                    Unit::Count.short(count(place)),
                    table.lines[place].keys[2]
                ),
                width: percent(count(place), most),
                colour: Colour::ACCENT,
            }));
            Row::new(cells)
        });
        Content::Table(Box::new(DataTable::new(title, columns, rows.collect())))
    }

    fn cell(&self, measure: &Measure, value: Value) -> Cell {
        let unit = self.unit(measure);
        match value.as_f64() {
            Some(number) => Cell::Number {
                text: unit.short(number),
                exact: unit.full(number),
            },
            None => Cell::Missing("There is nothing to divide by."),
        }
    }

    fn unit(&self, measure: &Measure) -> Unit {
        Unit::of(measure.unit, self.currency)
    }

    fn nothing(&self) -> Content {
        let text = match self.address.get("filter") {
            Some(_) => "Nobody matches the filters in this time. Remove one, or look further back.",
            None => {
                "Nobody with a user id or an anonymous id of their own was active. Send `user_id` with your events, or look further back."
            }
        };
        let step = (self.address.get("range") != Some("1y")).then(|| Step {
            label: "Widen to 1y".to_owned(),
            href: self
                .address
                .without(&["from", "to"])
                .with("range", "1y")
                .link(),
        });
        Content::Empty(Box::new(Empty::range("Nobody in this time", text, step)))
    }
}

fn better(measure: &Measure) -> Better {
    match measure.better {
        value::Better::Higher => Better::Higher,
        value::Better::Lower => Better::Lower,
        value::Better::Neutral => Better::Neutral,
    }
}

/// What comes is good, what goes is bad; the whole has the page's own colour.
fn colour(id: &str) -> Colour {
    match id {
        "new_users" | "new" => Colour::GOOD,
        "churned_users" | "dormant" => Colour::BAD,
        "resurrected_users" | "resurrecting" => Colour::WARN,
        "wau" => Colour::step(1),
        "dau" => Colour::step(2),
        _ => Colour::ACCENT,
    }
}

/// One sentence for those who cannot see the drawing.
fn sentence(table: &Table, measure: &Measure, unit: &Unit) -> String {
    let column = table.column(measure.id);
    let last = column.iter().rev().find_map(|value| *value);
    let most = column
        .iter()
        .flatten()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    match last {
        Some(last) => format!(
            "{}: {} at the end, at most {}.",
            measure.label,
            unit.short(last),
            unit.short(most)
        ),
        None => format!("{} is not known in this time.", measure.label),
    }
}
