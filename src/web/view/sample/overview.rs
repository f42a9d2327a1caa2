//! Samples of the overview, living and empty.

use crate::web::view::figure::{Figure, FigureForm};
use crate::web::view::overview::{
    FeedRow, KpiCard, LiveState, OverviewPage, OverviewState, ProviderRow,
};
use crate::web::view::provider::ProviderMark;
use crate::web::view::sample::Sample;
use crate::web::view::shell::{Room, Tone};
use crate::web::view::sparkline::{Sparkline, bars};

/// Age in seconds, words, tone, user, provider and model, then latency, tokens, amount and country.
type FeedFacts = (
    i64,
    &'static str,
    Tone,
    &'static str,
    Option<(&'static str, &'static str)>,
    [&'static str; 4],
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
            state: OverviewState::Live(LiveState {
                cards: self.cards(),
                hour: bars(
                    &wave(46.0, 0.5)
                        .iter()
                        .map(|value| value.unwrap_or(0.0).round())
                        .collect::<Vec<_>>(),
                ),
                hour_summary: self
                    .text("Requests per minute over the last hour: between 18 and 71, now 46"),
                providers: self.providers(),
                feed: self.feed(),
                prefix: self.text("$"),
            }),
        }
    }

    fn cards(&self) -> Vec<KpiCard> {
        let known = |plain: &str, text: &str, unit| Figure::Known {
            plain: self.text(plain),
            text: self.text(text),
            unit,
        };
        let card = |id, label, help, form, figure, missing, second: &str, middle, noise| KpiCard {
            id,
            label,
            help,
            form,
            prefix: self.text(if form == FigureForm::Money { "$" } else { "" }),
            decimals: 2,
            figure,
            missing,
            second: self.text(second),
            sparkline: Sparkline::new(&wave(middle, noise)),
        };
        vec![
            card(
                "active_users_now",
                "Active users now",
                "People with an event in the last 5 minutes.",
                FigureForm::Count,
                known("342", "342", ""),
                "No event in the last 5 minutes.",
                "in the last 5 minutes",
                342.0,
                0.2,
            ),
            card(
                "queries_per_minute",
                "Queries per minute",
                "Queries sent in the last full minute.",
                FigureForm::PerMinute,
                known("46", "46", "/min"),
                "No event yet.",
                "peak 71 in the last hour",
                46.0,
                0.5,
            ),
            card(
                "tokens_consumed_today",
                "Tokens today",
                "Input and output tokens since midnight in the project's zone.",
                FigureForm::Count,
                known("1234567", "1.2M", ""),
                "No call reported tokens today.",
                "yesterday by now 1.1M",
                61_800.0,
                0.4,
            ),
            card(
                "revenue_today",
                "Revenue today",
                "Payments since midnight in the project's zone.",
                FigureForm::Money,
                known("129.50", "$129.50", ""),
                "No payment yet.",
                "yesterday by now $1.2K",
                4.0,
                1.0,
            ),
            card(
                "avg_latency_ms",
                "Average latency",
                "Mean duration of calls in the last 5 minutes.",
                FigureForm::Milliseconds,
                known("812.4", "812", "ms"),
                "No call in the last 5 minutes.",
                "p95 2,100 ms",
                812.0,
                0.25,
            ),
            card(
                "error_rate_percentage",
                "Error rate",
                "Calls that failed in the last 5 minutes, as a share of all calls.",
                FigureForm::Percent,
                if self.suffix.is_empty() {
                    known("1.25", "1.25", "%")
                } else {
                    Figure::Missing
                },
                "No call in the last 5 minutes.",
                "yesterday by now 1.13 %",
                1.2,
                0.8,
            ),
        ]
    }

    fn providers(&self) -> Vec<ProviderRow> {
        [
            ("openai", "OpenAI", "18", "100.0"),
            ("anthropic", "Anthropic", "13", "72.2"),
            ("google", "Google", "8", "44.4"),
            ("mistral", "Mistral", "4", "22.2"),
            ("selfhosted", "Self-hosted", "2", "11.1"),
            ("cohere", "Cohere", "1", "5.6"),
        ]
        .into_iter()
        .map(|(id, label, per_minute, width)| ProviderRow {
            id: self.text(id),
            mark: ProviderMark::new(id, self.text(label)),
            per_minute: self.text(per_minute),
            width_percent: self.text(width),
        })
        .collect()
    }

    fn feed(&self) -> Vec<FeedRow> {
        let rows: [FeedFacts; 12] = [
            (
                2,
                "Response",
                Tone::Good,
                "u_5TRW",
                Some(("openai", "gpt-5-mini")),
                ["642 ms", "1,180", "$0.0031", "DE"],
            ),
            (
                4,
                "Response",
                Tone::Good,
                "u_7F2K",
                Some(("anthropic", "claude-sonnet")),
                ["1,284 ms", "2,210", "$0.0214", "PT"],
            ),
            (
                9,
                "Error: rate limited",
                Tone::Bad,
                "u_7F2K",
                Some(("anthropic", "claude-sonnet")),
                ["96 ms", "", "", "PT"],
            ),
            (
                11,
                "Payment",
                Tone::Good,
                "u_88LD",
                None,
                ["", "", "+$49.00", "US"],
            ),
            (15, "Query", Tone::Plain, "u_1QX9", None, ["", "", "", "JP"]),
            (
                18,
                "Response",
                Tone::Good,
                "u_1QX9",
                Some(("google", "gemini-flash")),
                ["431 ms", "930", "$0.0011", "JP"],
            ),
            (
                22,
                "Error: time-out",
                Tone::Bad,
                "u_3MNB",
                Some(("selfhosted", "llama-70b")),
                ["30.0 s", "", "", "BR"],
            ),
            (
                31,
                "Plan upgraded",
                Tone::Good,
                "u_88LD",
                None,
                ["", "", "", "US"],
            ),
            (
                38,
                "Response",
                Tone::Good,
                "u_44KA",
                Some(("mistral", "mistral-medium")),
                ["690 ms", "512", "$0.0004", "FR"],
            ),
            (
                52,
                "Sign-up",
                Tone::Plain,
                "u_9CWD",
                None,
                ["", "", "", "NG"],
            ),
            (
                64,
                "Session started",
                Tone::Plain,
                "",
                None,
                ["", "", "", "GB"],
            ),
            (
                75,
                "Response",
                Tone::Good,
                "u_0PLM",
                Some(("deepseek", "deepseek-chat")),
                ["1,902 ms", "3,040", "$0.0009", "IN"],
            ),
        ];
        rows.into_iter()
            .map(
                |(age_s, label, tone, subject, model, [latency, tokens, amount, country])| {
                    FeedRow {
                        id: self.text(&format!("00000000-0000-7000-8000-{age_s:012}")),
                        when: self.ago(age_s),
                        label: self.text(label),
                        tone,
                        subject: self.text(subject),
                        model: model
                            .map(|(provider, model)| ProviderMark::new(provider, self.text(model))),
                        latency: self.text(latency),
                        tokens: self.text(tokens),
                        amount: self.text(amount),
                        is_payment: amount.starts_with('+'),
                        country: self.text(country),
                    }
                },
            )
            .collect()
    }
}

/// Sixty minutes around `middle`: two slow waves and a little unrest.
fn wave(middle: f64, noise: f64) -> Vec<Option<f64>> {
    (0..60)
        .map(|minute| {
            let time = f64::from(minute);
            let unrest = ((time * 12.9898).sin() * 43_758.547).fract().abs() - 0.5;
            let slow = 0.5 * (time / 9.0).sin() + 0.3 * (time / 4.0).cos();
            Some((middle * (1.0 + noise * (slow + unrest) * 0.8)).max(0.0))
        })
        .collect()
}
