//! Charts over time.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::core::currency::Currency;
use crate::render::change::Better;
use crate::render::chart::time::{Annotation, Baseline, TimeChart, TimeStyle};
use crate::render::chart::{Band, Chart, Series, Threshold, ThresholdTone, WrongSide};
use crate::render::colour::Colour;
use crate::render::time_axis::TimeAxis;
use crate::render::unit::Unit;
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::block::kpi::{KpiStrip, KpiTab};
use crate::web::view::block::section::Section;
use crate::web::view::sample::Sample;
use crate::web::view::sample::gallery::{Fragment, Noise, Part};
use crate::web::view::shell::Tone;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A metric of the strip.
pub struct Metric {
    /// Its id.
    pub id: &'static str,
    label: &'static str,
    middle: f64,
    trend: f64,
    better: Better,
    is_sum: bool,
}

const fn metric(
    id: &'static str,
    label: &'static str,
    middle: f64,
    trend: f64,
    better: Better,
    is_sum: bool,
) -> Metric {
    Metric {
        id,
        label,
        middle,
        trend,
        better,
        is_sum,
    }
}

/// The metrics of the strip.
pub const METRICS: [Metric; 6] = [
    metric("revenue", "Revenue", 1330.0, 0.3, Better::Higher, true),
    metric("users", "Active users", 1180.0, 0.3, Better::Higher, false),
    metric("requests", "Requests", 38_200.0, 0.3, Better::Higher, true),
    metric("cost", "Model cost", 590.0, 0.12, Better::Lower, true),
    metric("latency", "p95 latency", 905.0, -0.14, Better::Lower, false),
    metric("errors", "Error rate", 0.0112, 0.5, Better::Lower, false),
];

fn unit_of(metric: &str) -> Unit {
    match metric {
        "revenue" | "cost" => Unit::money(Currency::USD),
        "latency" => Unit::Milliseconds,
        "errors" => Unit::Share,
        _ => Unit::Count,
    }
}

fn end() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().expect("a literal")
}

/// `count` buckets of `step` that end `before` the end of the sample.
fn starts(count: i32, step: SignedDuration, before: SignedDuration) -> Vec<Timestamp> {
    (0..count)
        .map(|index| end() - before - step * (count - index))
        .collect()
}

fn days() -> TimeAxis {
    let earlier = end() - DAY * 30;
    TimeAxis::new(
        &starts(30, DAY, SignedDuration::ZERO),
        end(),
        &TimeZone::UTC,
    )
    .compared_with(&starts(30, DAY, DAY * 30), earlier, &TimeZone::UTC)
}

fn hours() -> TimeAxis {
    TimeAxis::new(
        &starts(48, HOUR, SignedDuration::ZERO),
        end(),
        &TimeZone::UTC,
    )
}

fn known(values: Vec<f64>) -> Vec<Option<f64>> {
    values.into_iter().map(Some).collect()
}

impl Sample {
    /// The strip and its main chart, with one of [`METRICS`] chosen.
    pub fn hero_section(&self, chosen: &str) -> Fragment {
        let mut strip = KpiStrip {
            label: self.text("Four figures"),
            tabs: Vec::new(),
        };
        let mut chart = None;
        for (place, metric) in METRICS.iter().enumerate() {
            let unit = unit_of(metric.id);
            let mut noise = Noise(7 + place as u32);
            let round = |value: f64| {
                if unit == Unit::Count {
                    value.round()
                } else {
                    value
                }
            };
            let points: Vec<f64> = noise
                .walk(30, metric.middle, metric.trend, 0.14)
                .into_iter()
                .map(round)
                .collect();
            let before: Vec<f64> = noise
                .walk(30, metric.middle * 0.96, 0.08, 0.14)
                .into_iter()
                .map(round)
                .collect();
            let total = |values: &[f64]| {
                let sum: f64 = values.iter().sum();
                if metric.is_sum {
                    sum
                } else {
                    sum / values.len() as f64
                }
            };
            let (points, before) = (
                (total(&points), known(points)),
                (total(&before), known(before)),
            );
            strip.tabs.push(KpiTab::new(
                metric.id,
                self.text(metric.label),
                &unit,
                metric.better,
                (Some(points.0), Some(before.0)),
                (&points.1, &before.1),
                format!("?range=30d&metric={}", metric.id),
                metric.id == chosen,
            ));
            if metric.id == chosen {
                let mut series =
                    Series::new(metric.id, self.text(metric.label), Colour::ACCENT, points.1);
                series.previous = Some(before.1);
                let mut drawn = TimeChart::new(TimeStyle::Area, unit, days(), vec![series]);
                drawn.is_partial = true;
                drawn.annotations = [(20, "v2.4 deployed"), (9, "Autumn campaign")]
                    .map(|(ago, label)| Annotation {
                        at: (end() - DAY * ago).as_millisecond(),
                        label: self.text(label),
                    })
                    .into();
                drawn.range_url = Some("?metric=revenue&from={from}&to={to}".into());
                drawn.wider_url = Some("?range=90d".into());
                let summary = self.text(&format!(
                    "{} over 30 days against the 30 days before.",
                    metric.label
                ));
                chart = Some(ChartBlock::new(
                    "main",
                    summary,
                    Height::Main,
                    &Chart::Time(drawn),
                ));
            }
        }
        let title = METRICS
            .iter()
            .find(|metric| metric.id == chosen)
            .map_or("", |metric| metric.label);
        Fragment {
            frame: self.frame(),
            section: Section {
                src: format!("/sections/hero?range=30d&metric={chosen}"),
                refresh_s: None,
                class: Width::Full.class(),
            },
            card: Card::new("c-main", self.text(title), Width::Full)
                .about("per day, UTC")
                .chart("main")
                .csv("/csv/main")
                .rows("/rows"),
            strip: Some(strip),
            chart: chart.expect("the chosen metric is one of them"),
        }
    }

    /// Lines of four providers.
    pub fn latency(&self, id: &str) -> ChartBlock {
        let mut noise = Noise(21);
        let providers = [
            ("openai", "OpenAI", 780.0),
            ("anthropic", "Anthropic", 910.0),
            ("google", "Google", 560.0),
            ("mistral", "Mistral", 690.0),
        ];
        let series = providers
            .iter()
            .enumerate()
            .map(|(place, (key, label, middle))| {
                let mut points: Vec<Option<f64>> = (0..48)
                    .map(|hour| {
                        let wave = 1.0 + 0.13 * (f64::from(hour) / 7.0 + place as f64 * 2.0).sin();
                        Some((middle * wave + noise.next() * 60.0).round())
                    })
                    .collect();
                // Nothing was asked of Mistral for some hours, and one hour stands alone.
                if place == 3 {
                    points[20..26].fill(None);
                    points[23] = Some(700.0);
                }
                let mut series = Series::new(*key, self.text(label), Colour::provider(key), points);
                series.link = Some(format!("?provider={key}"));
                series
            })
            .collect();
        let mut chart = TimeChart::new(TimeStyle::Line, Unit::Milliseconds, hours(), series);
        chart.baseline = Baseline::Fitted;
        chart.is_partial = true;
        ChartBlock::new(
            id,
            self.text("Anthropic is slowest, Google fastest."),
            Height::Middle,
            &Chart::Time(chart),
        )
    }

    fn models(&self) -> ChartBlock {
        let mut noise = Noise(5);
        let models = [
            ("gpt-5-mini", "openai", 0, 15_400.0),
            ("gpt-5", "openai", 1, 4_400.0),
            ("claude-sonnet", "anthropic", 0, 11_900.0),
            ("gemini-flash", "google", 0, 7_300.0),
            ("mistral-medium", "mistral", 0, 3_100.0),
            ("llama-70b", "self-hosted", 0, 2_200.0),
        ];
        let series = models
            .iter()
            .map(|(name, provider, place, middle)| {
                let mut points: Vec<f64> = noise
                    .walk(30, *middle, 0.3, 0.3)
                    .into_iter()
                    .map(f64::round)
                    .collect();
                points[29] = (points[29] * 0.4).round();
                let mut series = Series::new(
                    *name,
                    self.text(name),
                    Colour::model(provider, *place),
                    known(points),
                );
                series.link = Some(format!("?f=model:{name}"));
                series
            })
            .collect();
        let mut chart = TimeChart::new(TimeStyle::Bars, Unit::Count, days(), series);
        chart.is_partial = true;
        chart.range_url = Some("?from={from}&to={to}".into());
        ChartBlock::new(
            "models",
            self.text("gpt-5-mini leads on every day."),
            Height::Middle,
            &Chart::Time(chart),
        )
    }

    fn errors(&self) -> ChartBlock {
        let mut noise = Noise(3);
        let points = (0..48)
            .map(|hour| {
                let late = if hour > 42 {
                    f64::from(hour - 42) * 0.0042
                } else {
                    0.0
                };
                Some(0.0115 + 0.0035 * (f64::from(hour) / 5.0).sin() + noise.next() * 0.003 + late)
            })
            .collect();
        let series = Series::new("errors", self.text("Error rate"), Colour::BAD, points);
        let mut chart = TimeChart::new(TimeStyle::Area, Unit::Share, hours(), vec![series]);
        chart.thresholds.push(Threshold {
            value: 0.02,
            label: self.text("2% threshold"),
            tone: ThresholdTone::Warn,
            side: WrongSide::Above,
        });
        ChartBlock::new(
            "errors",
            self.text("Above 2% for the last five hours."),
            Height::Rest,
            &Chart::Time(chart),
        )
    }

    fn forecast(&self) -> ChartBlock {
        let mut noise = Noise(11);
        let axis = TimeAxis::new(
            &starts(60, DAY, SignedDuration::ZERO),
            end(),
            &TimeZone::UTC,
        );
        let points: Vec<f64> = (0..60)
            .map(|day| {
                1100.0
                    + f64::from(day) * 11.0
                    + 90.0 * (f64::from(day) / 1.11).sin()
                    + noise.next() * 40.0
            })
            .collect();
        let band = |sign: f64| {
            points
                .iter()
                .enumerate()
                .map(|(day, value)| (day >= 39).then(|| value + sign * (day as f64 - 39.0) * 13.0))
                .collect()
        };
        let mut series = Series::new(
            "revenue",
            self.text("Revenue"),
            Colour::ACCENT,
            known(points.clone()),
        );
        series.band = Some(Band {
            label: self.text("80% range"),
            low: band(-1.0),
            high: band(1.0),
        });
        series.forecast_from = Some(40);
        let mut chart = TimeChart::new(
            TimeStyle::Line,
            Unit::money(Currency::USD),
            axis,
            vec![series],
        );
        chart.annotations.push(Annotation {
            at: (end() - DAY * 21).as_millisecond(),
            label: self.text("today"),
        });
        ChartBlock::new(
            "forecast",
            self.text("Revenue is likely to reach $1.8K a day."),
            Height::Middle,
            &Chart::Time(chart),
        )
    }

    /// Every chart in its card, in the order of the page.
    pub fn chart_parts(&self) -> Vec<Part> {
        let part = |title: &str, sub: &str, width, id: &str, chart| Part {
            card: Card::new(format!("c-{id}"), self.text(title), width)
                .about(sub)
                .chart(id)
                .csv(format!("/csv/{id}")),
            stat: None,
            chart,
        };
        let mut errors = part(
            "Error rate",
            "threshold 2%",
            Width::Four,
            "errors",
            self.errors(),
        );
        errors.stat = Some((
            "3.27%".into(),
            Tone::Bad,
            self.text("now, was 0.64% a day ago"),
        ));
        vec![
            part(
                "Requests by model",
                "per day",
                Width::Six,
                "models",
                self.models(),
            ),
            part(
                "p95 latency",
                "by provider, 48 h",
                Width::Six,
                "latency",
                self.latency("latency"),
            ),
            errors,
            part(
                "Tokens by provider",
                "30 days",
                Width::Four,
                "bars",
                self.bars(),
            ),
            part(
                "Latency distribution",
                "requests per 100 ms",
                Width::Four,
                "histogram",
                self.histogram(),
            ),
            part(
                "User journeys",
                "sessions",
                Width::Six,
                "sankey",
                self.sankey(),
            ),
            part(
                "Forecast",
                "revenue, 80% range",
                Width::Six,
                "forecast",
                self.forecast(),
            ),
            part(
                "Provider share",
                "requests",
                Width::Four,
                "donut",
                self.donut(),
            ),
            part(
                "Cost against usage",
                "per account",
                Width::Four,
                "scatter",
                self.scatter(),
            ),
            part(
                "Model performance",
                "score of 100",
                Width::Four,
                "radar",
                self.radar(),
            ),
            part(
                "Revenue to margin",
                "30 days",
                Width::Full,
                "waterfall",
                self.waterfall(),
            ),
        ]
    }
}
