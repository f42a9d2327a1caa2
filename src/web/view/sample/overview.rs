//! Samples of the overview, living and empty.

use crate::core::value;
use crate::render::change::Better;
use crate::render::unit::Unit;
use crate::web::view::block::spark::Spark;
use crate::web::view::delta::{Delta, Measured};
use crate::web::view::figure::Figure;
use crate::web::view::overview::{
    FeedRow, FigureChart, KpiCard, LiveState, OverviewPage, OverviewState, ProviderChart,
    ProviderRow,
};
use crate::web::view::plot::{LinePlot, PlotTable, StackPlot, Tick};
use crate::web::view::provider::ProviderMark;
use crate::web::view::report::Report;
use crate::web::view::sample::Sample;
use crate::web::view::shell::{Room, Tone};

/// Age in seconds, words, tone, user, provider and model, facts, and what was paid.
type FeedFacts = (
    i64,
    &'static str,
    Tone,
    &'static str,
    Option<(&'static str, &'static str)>,
    &'static [&'static str],
    &'static str,
);

impl Sample {
    /// The overview of a project without data.
    pub fn overview_empty(&self, has_key: bool) -> OverviewPage {
        OverviewPage {
            frame: self.frame(),
            shell: self.shell(Room::Overview),
            subtitle: self.text("UTC, US dollars"),
            as_of: self.text("21:40:05 UTC"),
            state: OverviewState::Empty(self.first_steps(has_key)),
        }
    }

    /// The overview of a living project.
    pub fn overview(&self) -> OverviewPage {
        OverviewPage {
            frame: self.frame(),
            shell: self.shell(Room::Overview),
            subtitle: self.text("UTC, US dollars"),
            as_of: self.text("21:40:05 UTC"),
            state: OverviewState::Live(Box::new(LiveState {
                cards: self.cards(),
                figure: self.figure_chart(),
                by_provider: self.provider_chart(),
                providers: self.providers(),
                feed: self.feed(),
                prefix: self.text("$"),
                zone: self.text("UTC"),
                report: Report {
                    range: self.range_bar(),
                    filters: self.filter_bar(),
                    split: self.text("Split by plan."),
                    doubt: self.text("One call has no price."),
                    sections: Vec::new(),
                },
            })),
        }
    }

    fn cards(&self) -> Vec<KpiCard> {
        let known = |plain: &str, text: &str, unit| Figure::Known {
            plain: self.text(plain),
            text: self.text(text),
            unit,
        };
        let card = |id, label, unit: value::Unit, better, figure, second: &str, then| KpiCard {
            id,
            href: self.text("?live_metric=x"),
            label,
            help: "What it counts, in a sentence.",
            chart: "in each minute",
            unit,
            better,
            is_sum: unit == value::Unit::Revenue,
            prefix: self.text(if unit == value::Unit::Revenue {
                "$"
            } else {
                ""
            }),
            decimals: 2,
            figure,
            missing: "No call in the last 5 minutes.",
            second: self.text(second),
            delta: Delta::new(
                Measured {
                    now: Some(120.0),
                    then,
                    change: then.map(|_| 20.0),
                },
                &match unit.is_money() {
                    true => Unit::Money {
                        prefix: self.text("$"),
                        decimals: 2,
                    },
                    false => Unit::of(unit, "USD"),
                },
                better,
            ),
            delta_help: "Compared with the same five minutes of yesterday.",
            spark: Spark::new(&[Some(1.0), Some(3.0)], &[Some(2.0), None]),
            is_chosen: id == "queries_per_minute",
        };
        vec![
            card(
                "active_users_now",
                "Active users",
                value::Unit::Count,
                Better::Higher,
                known("342", "342", ""),
                "in 5 minutes",
                Some(100.0),
            ),
            card(
                "queries_per_minute",
                "Queries",
                value::Unit::PerMinute,
                Better::Higher,
                known("46", "46", "/min"),
                "in the last minute",
                Some(100.0),
            ),
            card(
                "revenue_today",
                "Revenue today",
                value::Unit::Revenue,
                Better::Higher,
                known("129.50", "$129.50", ""),
                "since midnight",
                Some(100.0),
            ),
            card(
                "error_rate_percentage",
                "Error rate",
                value::Unit::Share,
                Better::Lower,
                if self.suffix.is_empty() {
                    known("1.25", "1.25", "%")
                } else {
                    Figure::Missing
                },
                "in 5 minutes",
                None,
            ),
        ]
    }

    fn table(&self) -> PlotTable {
        PlotTable {
            head: vec![self.text("Minute"), self.text("Today")],
            rows: vec![vec![self.text("21:40"), self.text("46")]],
        }
    }

    fn times(&self) -> Vec<Tick> {
        vec![Tick {
            at: "50".into(),
            text: self.text("21:10"),
        }]
    }

    fn figure_chart(&self) -> FigureChart {
        FigureChart {
            label: "Queries",
            subtitle: "in each minute",
            summary: self.text("Queries over the last hour: between 18 and 71."),
            plot: LinePlot::new(
                &[Some(18.0), Some(71.0)],
                &[Some(20.0), Some(60.0)],
                &Unit::Money {
                    prefix: self.text("$"),
                    decimals: 2,
                },
                true,
                self.times(),
            ),
            table: self.table(),
        }
    }

    fn provider_chart(&self) -> ProviderChart {
        ProviderChart {
            summary: self.text("Calls by provider over the last hour: OpenAI 3."),
            legend: vec![ProviderMark::new("openai", self.text("OpenAI"))],
            plot: StackPlot::new(&[("p-openai", &[1, 2])], self.times()),
            table: self.table(),
        }
    }

    fn providers(&self) -> Vec<ProviderRow> {
        [("openai", "OpenAI", "0.00%"), ("cohere", "Cohere", "1.25%")]
            .into_iter()
            .map(|(id, label, error_rate)| ProviderRow {
                id: self.text(id),
                mark: ProviderMark::new(id, self.text(label)),
                per_minute: self.text("18"),
                latency: self.text("812 ms"),
                error_rate: self.text(error_rate),
                tone: Tone::Warn,
            })
            .collect()
    }

    fn feed(&self) -> Vec<FeedRow> {
        let rows: [FeedFacts; 4] = [
            (
                2,
                "Answer received",
                Tone::Good,
                "u_5TRW",
                Some(("openai", "gpt-5-mini")),
                &["642 ms", "1,180 tokens", "$0.0031", "DE"],
                "",
            ),
            (
                9,
                "Error: rate limit",
                Tone::Bad,
                "u_7F2K",
                Some(("anthropic", "claude-sonnet")),
                &["96 ms", "PT"],
                "",
            ),
            (
                11,
                "Payment",
                Tone::Good,
                "u_88LD",
                None,
                &["US"],
                "+$49.00",
            ),
            (64, "Session started", Tone::Plain, "", None, &[], ""),
        ];
        rows.into_iter()
            .map(
                |(age_s, label, tone, subject, model, facts, payment)| FeedRow {
                    id: self.text(&format!("00000000-0000-7000-8000-{age_s:012}")),
                    when: self.ago(age_s),
                    label: self.text(label),
                    tone,
                    subject: self.text(subject),
                    model: model
                        .map(|(provider, model)| ProviderMark::new(provider, self.text(model))),
                    facts: facts.iter().map(|fact| self.text(fact)).collect(),
                    payment: self.text(payment),
                },
            )
            .collect()
    }
}
