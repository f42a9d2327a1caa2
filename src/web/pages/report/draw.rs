//! An answer as what stands in a card.

use jiff::Timestamp;

use crate::catalogue::dimension;
use crate::catalogue::metric::{self, Metric};
use crate::catalogue::section::{Draw, Section};
use crate::core::filter::Condition;
use crate::core::value;
use crate::query::answer::{Answer, Distribution, Figure, Row};
use crate::render::chart::category::{Bin, Histogram, Mark};
use crate::render::chart::item::{
    Donut, Measure, Radar, RadarAxis, RadarSeries, Scatter, ScatterPoint, ScatterSeries, Slice,
};
use crate::render::chart::time::{TimeChart, TimeStyle};
use crate::render::chart::{Chart, Series, Threshold, ThresholdTone, WrongSide};
use crate::render::colour::Colour;
use crate::render::time_axis::TimeAxis;
use crate::render::unit::{Unit, share_in_list};
use crate::store::control::threshold::Thresholds;
use crate::web::pages::report::address::Address;
use crate::web::pages::report::wording::{better_of, colours, named, over, unit_of, written};
use crate::web::view::block::bar_list::{BarEntry, BarList};
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::block::kpi::{KpiStrip, KpiTab};
use crate::web::view::report::Content;

/// Parts of a donut, the rest among them.
const SLICES_MAX: usize = 6;

/// What every drawing of a page needs.
pub struct Easel<'a> {
    /// The section.
    pub section: &'static Section,
    /// The page's address.
    pub address: &'a Address,
    /// The project's currency.
    pub currency: &'a str,
    /// From where on a service is yellow or red.
    pub thresholds: &'a Thresholds,
    /// The address of the countries' shapes.
    pub sprite: String,
}

impl Easel<'_> {
    /// Tiles, and the course of the chosen one, unless it is `split` and so drawn already.
    pub fn tiles(&self, answer: &Answer, split: Option<ChartBlock>) -> Content {
        let chosen = chosen_metric(self.section, self.address).map(|metric| metric.id);
        let current = answer
            .metrics
            .iter()
            .position(|metric| Some(metric.id) == chosen)
            .unwrap_or(0);
        let tabs = answer.metrics.iter().enumerate().map(|(position, metric)| {
            let figure = &answer.total.figures[position];
            let unit = unit_of(metric, self.currency);
            let points = column(&answer.total.bars, position, |figure| figure.value.as_f64());
            let previous = match answer.compared.is_some() {
                true => column(&answer.total.bars, position, |figure| {
                    figure.before.as_f64()
                }),
                false => Vec::new(),
            };
            let mut tab = KpiTab::new(
                metric.id,
                metric.label,
                &unit,
                better_of(metric),
                (figure.value.as_f64(), figure.before.as_f64()),
                (&points, &previous),
                self.address.with("metric", metric.id).link(),
                position == current,
            );
            if let Some((short, full)) = written(metric, figure, self.currency) {
                (tab.value, tab.exact) = (short, full);
            } else {
                tab.note = "There is nothing to divide by.".to_owned();
            }
            tab.help = metric.help.to_owned();
            if figure.is_low_n(metric) {
                tab.note = format!(
                    "Only {} behind it, too few to lean on.",
                    Unit::Count.short(figure.sample.unwrap_or(0.0))
                );
            }
            tab
        });
        let strip = KpiStrip {
            label: self.section.title.to_owned(),
            tabs: tabs.collect(),
        };
        let block = split.unwrap_or_else(|| self.course_of_tile(answer, current));
        Content::Tiles(Box::new(strip), Box::new(block))
    }

    fn course_of_tile(&self, answer: &Answer, current: usize) -> ChartBlock {
        let metric = answer.metrics[current];
        let mut series = Series::new(
            metric.id,
            metric.label,
            Colour::ACCENT,
            column(&answer.total.bars, current, |f| f.value.as_f64()),
        );
        if answer.compared.is_some() {
            series.previous = Some(column(&answer.total.bars, current, |figure| {
                figure.before.as_f64()
            }));
        }
        let chart = self.over_time(answer, TimeStyle::Area, metric, vec![series]);
        self.block(&chart, self.sentence(answer, current), Height::Main)
    }

    /// Lines, an area or stacked bars over time.
    pub fn course(&self, answer: &Answer) -> Content {
        let metric = answer.metrics[0];
        let style = match self.section.draw {
            Draw::Stack => TimeStyle::Bars,
            Draw::Area { .. } => TimeStyle::Area,
            _ => TimeStyle::Line,
        };
        let mut series = match self.section.by.first() {
            None => vec![Series::new(
                metric.id,
                metric.label,
                Colour::ACCENT,
                column(&answer.total.bars, 0, |f| f.value.as_f64()),
            )],
            Some(by) => self.breakdown(answer, by),
        };
        if let (Draw::Stack, Some(other)) = (self.section.draw, &answer.other) {
            series.push(Series::new(
                "other",
                "Other",
                Colour::QUIET,
                column(&other.bars, 0, |f| f.value.as_f64()),
            ));
        }
        let mut chart = self.over_time(answer, style, metric, series);
        if let Chart::Time(time) = &mut chart {
            time.thresholds.extend(self.threshold(metric));
        }
        Content::Chart(Box::new(self.block(
            &chart,
            self.sentence(answer, 0),
            Height::Middle,
        )))
    }

    /// Names with bars; a second metric is the stronger part or a figure beside it.
    pub fn bars(&self, answer: &Answer) -> Content {
        let (metric, by) = (answer.metrics[0], self.section.by[0]);
        let is_part = answer
            .metrics
            .get(1)
            .is_some_and(|second| second.unit == metric.unit);
        let colours = colours(by, &firsts(answer));
        let entries = answer
            .rows
            .iter()
            .zip(colours)
            .map(|(row, colour)| BarEntry {
                label: self.name(by, row),
                colour: matches!(by, "provider" | "model").then_some(colour),
                value: row.figures[0].value.as_f64().unwrap_or(0.0).max(0.0),
                inner: row
                    .figures
                    .get(1)
                    .filter(|_| is_part)
                    .and_then(|figure| figure.value.as_f64()),
                note: match answer.metrics.get(1).filter(|_| !is_part) {
                    Some(second) => written(second, &row.figures[1], self.currency)
                        .map(|(short, _)| {
                            format!(
                                "{short} {}",
                                second
                                    .label
                                    .split(" by ")
                                    .next()
                                    .unwrap_or(second.label)
                                    .to_lowercase()
                            )
                        })
                        .unwrap_or_default(),
                    None => String::new(),
                },
                href: Some(self.filtered(by, row)),
            });
        Content::Bars(Box::new(BarList::new(
            self.section.title,
            &unit_of(metric, self.currency),
            entries.collect(),
        )))
    }

    /// Shares of a whole.
    pub fn donut(&self, answer: &Answer) -> Content {
        let (metric, by) = (answer.metrics[0], self.section.by[0]);
        let mut slices: Vec<Slice> = answer
            .rows
            .iter()
            .zip(colours(by, &firsts(answer)))
            .enumerate()
            .filter_map(|(number, (row, colour))| {
                Some(Slice {
                    id: format!("s{number}"),
                    label: self.name(by, row),
                    colour,
                    value: row.figures[0].value.as_f64().filter(|value| *value > 0.0)?,
                    link: Some(self.filtered(by, row)),
                })
            })
            .take(SLICES_MAX - 1)
            .collect();
        let whole = answer.total.figures[0].value.as_f64().unwrap_or(0.0);
        let rest = whole - slices.iter().map(|slice| slice.value).sum::<f64>();
        if rest > whole * 1e-9 {
            slices.push(Slice {
                id: "other".to_owned(),
                label: "Other".to_owned(),
                colour: Colour::QUIET,
                value: rest,
                link: None,
            });
        }
        let largest = slices.first().map(|slice| {
            format!(
                "{} leads with {}.",
                slice.label,
                share_in_list(slice.value / whole)
            )
        });
        let chart = Chart::Donut(Donut {
            unit: unit_of(metric, self.currency),
            value_label: metric.label.to_owned(),
            slices,
        });
        Content::Chart(Box::new(self.block(
            &chart,
            largest.unwrap_or_default(),
            Height::Middle,
        )))
    }

    /// How often each size occurs.
    pub fn histogram(&self, distribution: &Distribution) -> Content {
        let unit = unit_of(distribution.metric, self.currency);
        let mark = |share: f64, label: &str| {
            let found = distribution
                .quantiles
                .iter()
                .find(|(held, _)| *held == share);
            found.and_then(|(_, value)| *value).map(|at| Mark {
                at,
                label: label.to_owned(),
            })
        };
        let median = mark(0.5, "p50")
            .map(|mark| unit.short(mark.at))
            .unwrap_or_default();
        let tail = mark(0.95, "p95")
            .map(|mark| unit.short(mark.at))
            .unwrap_or_default();
        let chart = Chart::Histogram(Histogram {
            unit,
            count_label: "Calls".to_owned(),
            count_unit: Unit::Count,
            bins: distribution
                .bins
                .iter()
                .map(|(from, to, count)| Bin {
                    from: *from,
                    to: *to,
                    count: *count as f64,
                    link: None,
                })
                .collect(),
            marks: [mark(0.5, "p50"), mark(0.95, "p95")]
                .into_iter()
                .flatten()
                .collect(),
        });
        let sentence =
            format!("Half of the calls took at most {median}, 95 of 100 at most {tail}.");
        Content::Chart(Box::new(self.block(&chart, sentence, Height::Middle)))
    }

    /// A point a value.
    pub fn scatter(&self, answer: &Answer) -> Content {
        let by = self.section.by[0];
        let series = answer
            .rows
            .iter()
            .zip(colours(by, &firsts(answer)))
            .enumerate()
            .filter_map(|(number, (row, colour))| {
                Some(ScatterSeries {
                    id: format!("s{number}"),
                    label: self.name(by, row),
                    colour,
                    points: vec![ScatterPoint {
                        x: row.figures[0].value.as_f64()?,
                        y: row.figures[1].value.as_f64()?,
                        label: self.name(by, row),
                        link: Some(self.filtered(by, row)),
                    }],
                })
            })
            .collect();
        let measure = |metric: &Metric| Measure {
            label: metric.label.to_owned(),
            unit: unit_of(metric, self.currency),
        };
        let chart = Chart::Scatter(Scatter {
            x: measure(answer.metrics[0]),
            y: measure(answer.metrics[1]),
            series,
        });
        let sentence = format!(
            "{} against {} of each {}.",
            answer.metrics[0].label,
            answer.metrics[1].label.to_lowercase(),
            by
        );
        Content::Chart(Box::new(self.block(&chart, sentence, Height::Middle)))
    }

    /// At most three values by several metrics.
    pub fn radar(&self, answer: &Answer) -> Content {
        let by = self.section.by[0];
        let axes = answer.metrics.iter().enumerate().map(|(position, metric)| {
            let values = answer
                .rows
                .iter()
                .filter_map(|row| row.figures[position].value.as_f64());
            RadarAxis {
                label: metric.label.to_owned(),
                unit: unit_of(metric, self.currency),
                most: outer_end(metric.unit, values.fold(0.0, f64::max)),
            }
        });
        let series = answer
            .rows
            .iter()
            .zip(colours(by, &firsts(answer)))
            .enumerate()
            .map(|(number, (row, colour))| RadarSeries {
                id: format!("s{number}"),
                label: self.name(by, row),
                colour,
                values: row
                    .figures
                    .iter()
                    .map(|figure| figure.value.as_f64())
                    .collect(),
                link: Some(self.filtered(by, row)),
            });
        let chart = Chart::Radar(Radar {
            axes: axes.collect(),
            series: series.collect(),
        });
        let sentence = format!(
            "{} {}s by {} measures.",
            answer.rows.len(),
            by,
            answer.metrics.len()
        );
        Content::Chart(Box::new(self.block(&chart, sentence, Height::Middle)))
    }

    /// The page with a row's value as one more filter.
    pub fn filtered(&self, by: &str, row: &Row) -> String {
        let value = row.keys.first().cloned().flatten().unwrap_or_default();
        self.address.with_filter(&Condition::is(by, &value)).link()
    }

    /// The name of a row's first value.
    pub fn name(&self, by: &str, row: &Row) -> String {
        let none = dimension::find(by).map_or("none", |found| found.none);
        named(by, row.keys.first().and_then(|key| key.as_deref()), none)
    }

    /// The line across the section's area. That of the error rate is the project's own; the catalogue says where there
    /// is one.
    pub(super) fn threshold(&self, metric: &Metric) -> Option<Threshold> {
        let value = match self.section.draw {
            Draw::Area { threshold } if metric.id == "error_rate" => {
                threshold.map(|_| self.thresholds.error_rate)
            }
            Draw::Area { threshold } => threshold,
            _ => None,
        }?;
        Some(Threshold {
            value,
            label: format!("{} threshold", unit_of(metric, self.currency).short(value)),
            tone: ThresholdTone::Warn,
            side: WrongSide::Above,
        })
    }

    fn breakdown(&self, answer: &Answer, by: &str) -> Vec<Series> {
        let rows = answer
            .rows
            .iter()
            .zip(colours(by, &firsts(answer)))
            .enumerate();
        rows.map(|(number, (row, colour))| {
            let mut series = Series::new(
                format!("s{number}"),
                self.name(by, row),
                colour,
                column(&row.bars, 0, |f| f.value.as_f64()),
            );
            series.link = Some(self.filtered(by, row));
            series
        })
        .collect()
    }

    pub(super) fn over_time(
        &self,
        answer: &Answer,
        style: TimeStyle,
        metric: &Metric,
        series: Vec<Series>,
    ) -> Chart {
        let starts: Vec<Timestamp> = answer.buckets.iter().map(|bucket| bucket.from).collect();
        let mut axis = TimeAxis::new(&starts, answer.period.to, &answer.period.zone);
        if let Some(compared) = &answer.compared {
            let before: Vec<Timestamp> = compared
                .buckets()
                .iter()
                .map(|bucket| bucket.from)
                .collect();
            axis = axis.compared_with(&before, compared.to, &compared.zone);
        }
        let mut chart = TimeChart::new(style, unit_of(metric, self.currency), axis, series);
        chart.is_additive = metric.is_additive;
        chart.is_partial = answer
            .buckets
            .last()
            .is_some_and(|bucket| bucket.to >= answer.period.now);
        // The script puts moments for the two words in braces, which must not be encoded.
        let rest = self.address.without(&["range", "from", "to"]).link();
        let joint = if rest.ends_with('?') { "" } else { "&" };
        chart.range_url = Some(format!("{rest}{joint}from={{from}}&to={{to}}"));
        Chart::Time(chart)
    }

    pub(super) fn block(&self, chart: &Chart, summary: String, height: Height) -> ChartBlock {
        ChartBlock::new(self.section.id, summary, height, chart)
    }

    /// One sentence for those who cannot see the drawing.
    fn sentence(&self, answer: &Answer, position: usize) -> String {
        let metric = answer.metrics[position];
        let figure = &answer.total.figures[position];
        let when = over(answer.period.range);
        let Some((short, _)) = written(metric, figure, self.currency) else {
            return format!("{} is not known {when}.", metric.label);
        };
        let mut sentence = format!("{} {when}: {short}", metric.label);
        if let Some((before, _)) = answer.compared.as_ref().and_then(|_| {
            let before = Figure {
                value: figure.before,
                ..Figure::default()
            };
            written(metric, &before, self.currency)
        }) {
            sentence.push_str(&format!(", {before} in the period before"));
        }
        if let (Some(by), Some(first)) = (self.section.by.first(), answer.rows.first())
            && let Some((short, _)) = written(metric, &first.figures[position], self.currency)
        {
            sentence.push_str(&format!("; {} has {short}", self.name(by, first)));
        }
        sentence.push('.');
        sentence
    }
}

/// The metric of the tile that the address chooses, or else of the first one.
pub fn chosen_metric(section: &'static Section, address: &Address) -> Option<&'static Metric> {
    let asked = address.get("metric");
    let chosen = section.metrics.iter().find(|id| Some(**id) == asked);
    metric::find(chosen.or(section.metrics.first())?)
}

/// The values of the first dimension, in the order of the rows.
pub fn firsts(answer: &Answer) -> Vec<Option<String>> {
    answer
        .rows
        .iter()
        .map(|row| row.keys.first().cloned().flatten())
        .collect()
}

/// Where an axis of a radar ends: a high share at the whole, all else at the largest of what is compared, since
/// shares of some per cent would all lie in the middle.
fn outer_end(unit: value::Unit, largest: f64) -> f64 {
    match unit {
        value::Unit::Share if largest >= 0.5 || largest <= 0.0 => 1.0,
        value::Unit::Share => largest,
        _ => largest.max(1.0),
    }
}

/// The values of the metric at `position`, bar by bar.
pub(super) fn column(
    bars: &[Vec<Figure>],
    position: usize,
    read: impl Fn(&Figure) -> Option<f64>,
) -> Vec<Option<f64>> {
    bars.iter()
        .map(|bar| bar.get(position).and_then(&read))
        .collect()
}
