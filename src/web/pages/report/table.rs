//! Answers as tables: a row a value, and two dimensions against each other.

use crate::catalogue::dimension;
use crate::catalogue::metric::Metric;
use crate::core::filter::Condition;
use crate::query::answer::{Answer, Figure};
use crate::render::colour::Colour;
use crate::store::control::threshold::Grade;
use crate::web::pages::report::draw::{Easel, firsts};
use crate::web::pages::report::wording::{colours, named, written};
use crate::web::view::block::bar_list::percent;
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::report::Content;
use crate::web::view::shell::Tone;

/// Heads of columns, where a metric's own label is too long to stand beside nine others.
const HEADS: [(&str, &str); 12] = [
    ("latency_avg_ms", "Avg"),
    ("latency_p50_ms", "p50"),
    ("latency_p90_ms", "p90"),
    ("latency_p95_ms", "p95"),
    ("latency_p99_ms", "p99"),
    ("ttft_p50_ms", "First token"),
    ("success_rate", "Success"),
    ("rate_limit_hits", "Rate-limited"),
    ("prompt_cache_hit_rate", "Cache hits"),
    ("output_tokens_per_s", "Tokens/s"),
    ("cost_per_success", "Per success"),
    ("cost_per_request", "Per request"),
];

impl Easel<'_> {
    /// A row a value, with the figures of all metrics and the whole below.
    pub fn table(&self, answer: &Answer, has_status: bool) -> Content {
        let by = self.section.by[0];
        let label = dimension::find(by).map_or(by, |found| found.label);
        let mut columns = vec![Column::words(label)];
        for (position, metric) in answer.metrics.iter().enumerate() {
            let column =
                Column::numbers(head(metric)).help(format!("{}. {}", metric.label, metric.help));
            // Narrow windows have room for three figures.
            columns.push(if position < 3 {
                column
            } else {
                column.wide_only()
            });
        }
        if has_status {
            columns.push(Column::words("Status").help(
                "Green, yellow or red by success rate and 95th percentile; the worse one wins.",
            ));
        }
        let most = answer
            .rows
            .iter()
            .filter_map(|row| row.figures[0].value.as_f64())
            .fold(0.0, f64::max);
        let colours = colours(by, &firsts(answer));
        let rows = answer.rows.iter().zip(colours).map(|(row, colour)| {
            let has_colour = matches!(by, "provider" | "model");
            let name = Cell::Mark {
                colour: if has_colour {
                    colour.clone()
                } else {
                    Colour::QUIET
                },
                label: self.name(by, row),
                href: Some(self.filtered(by, row)),
            };
            let name = match (has_colour, name) {
                (
                    false,
                    Cell::Mark {
                        label,
                        href: Some(href),
                        ..
                    },
                ) => Cell::Link { label, href },
                (_, name) => name,
            };
            let mut cells = vec![name];
            for (position, (metric, figure)) in answer.metrics.iter().zip(&row.figures).enumerate()
            {
                cells.push(match (position, written(metric, figure, self.currency)) {
                    (0, Some((text, _))) => Cell::Bar {
                        text,
                        width: percent(figure.value.as_f64().unwrap_or(0.0), most),
                        colour: if has_colour {
                            colour.clone()
                        } else {
                            Colour::ACCENT
                        },
                    },
                    _ => self.cell(metric, figure),
                });
            }
            if has_status {
                cells.push(self.status(answer, &row.figures));
            }
            Row::new(cells)
        });
        let rows: Vec<Row> = rows.collect();
        let mut whole = vec![Cell::Text("All".to_owned())];
        whole.extend(
            answer
                .metrics
                .iter()
                .zip(&answer.total.figures)
                .map(|(metric, figure)| self.cell(metric, figure)),
        );
        if has_status {
            whole.push(self.status(answer, &answer.total.figures));
        }
        let mut table = DataTable::new(self.section.title, columns, rows);
        table.total = Some(Row::new(whole));
        Content::Table(Box::new(table))
    }

    /// Values of one dimension down, of another across.
    pub fn matrix(&self, answer: &Answer) -> Content {
        let (down, across) = (self.section.by[0], self.section.by[1]);
        let metric = answer.metrics[0];
        let mut lines: Vec<Option<String>> = Vec::new();
        let mut heads: Vec<Option<String>> = Vec::new();
        for row in &answer.rows {
            let [line, head] = row.keys.as_slice() else {
                continue;
            };
            if row.figures[0].value.as_f64().unwrap_or(0.0) <= 0.0 {
                continue;
            }
            if !lines.contains(line) {
                lines.push(line.clone());
            }
            if !heads.contains(head) {
                heads.push(head.clone());
            }
        }
        let most = answer
            .rows
            .iter()
            .filter_map(|row| row.figures[0].value.as_f64())
            .fold(0.0, f64::max);
        let none = |by: &str| dimension::find(by).map_or("none", |found| found.none);
        let mut columns = vec![Column::words(
            dimension::find(down).map_or(down, |found| found.label),
        )];
        columns.extend(
            heads
                .iter()
                .map(|head| named(across, head.as_deref(), none(across)).replace('_', " "))
                .map(|head| Column::numbers(head).wraps()),
        );
        let rows = lines
            .iter()
            .zip(colours(down, &lines))
            .map(|(line, colour)| {
                let value = line.clone().unwrap_or_default();
                let mut cells = vec![Cell::Mark {
                    colour,
                    label: named(down, line.as_deref(), none(down)),
                    href: Some(
                        self.address
                            .with_filter(&Condition::is(down, &value))
                            .link(),
                    ),
                }];
                for head in &heads {
                    let found = answer
                        .rows
                        .iter()
                        .find(|row| row.keys[0] == *line && row.keys[1] == *head);
                    cells.push(match found.map(|row| &row.figures[0]) {
                        Some(figure) => match written(metric, figure, self.currency) {
                            Some((text, _)) => Cell::LinkedBar {
                                text,
                                width: percent(figure.value.as_f64().unwrap_or(0.0), most),
                                colour: Colour::BAD,
                                href: self
                                    .address
                                    .with_filter(&Condition::is(down, &value))
                                    .with_filter(&Condition::is(
                                        across,
                                        head.as_deref().unwrap_or_default(),
                                    ))
                                    .link(),
                            },
                            None => Cell::Missing("There is nothing to count."),
                        },
                        None => Cell::Text("0".to_owned()),
                    });
                }
                Row::new(cells)
            });
        Content::Table(Box::new(DataTable::new(
            self.section.title,
            columns,
            rows.collect(),
        )))
    }

    fn cell(&self, metric: &Metric, figure: &Figure) -> Cell {
        match written(metric, figure, self.currency) {
            Some((text, exact)) => {
                let exact = match figure.is_low_n(metric) {
                    true => format!("{exact}, from few calls"),
                    false => exact,
                };
                Cell::Number { text, exact }
            }
            None => Cell::Missing("There is nothing to divide by."),
        }
    }

    /// Green, yellow or red: the worse of success rate and 95th percentile, by the project's limits.
    fn status(&self, answer: &Answer, figures: &[Figure]) -> Cell {
        let of = |id: &str| {
            let position = answer.metrics.iter().position(|metric| metric.id == id)?;
            figures[position].value.as_f64()
        };
        let grade = self
            .thresholds
            .grade(of("success_rate"), of("latency_p95_ms"));
        let (tone, label) = match grade {
            None => return Cell::Missing("No call that was not cancelled."),
            Some(Grade::Green) => (Tone::Good, "Green"),
            Some(Grade::Yellow) => (Tone::Warn, "Yellow"),
            Some(Grade::Red) => (Tone::Bad, "Red"),
        };
        Cell::Pill {
            tone,
            label: label.to_owned(),
        }
    }
}

/// The head of a metric's column.
fn head(metric: &Metric) -> &'static str {
    let short = HEADS.iter().find(|(id, _)| *id == metric.id);
    short.map_or(metric.label, |(_, head)| head)
}
