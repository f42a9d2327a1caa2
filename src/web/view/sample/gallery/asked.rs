//! Range, comparison and filters.

use crate::web::view::block::filter_bar::{FilterBar, FilterChip};
use crate::web::view::block::menu::Menu;
use crate::web::view::block::range_bar::{Compare, DateRange, LinkChoice, RangeBar, Segmented};
use crate::web::view::field::Select;
use crate::web::view::sample::Sample;

impl Sample {
    fn choices(&self, name: &str, labels: &[&str], current: usize) -> Vec<LinkChoice> {
        labels
            .iter()
            .enumerate()
            .map(|(place, label)| LinkChoice {
                label: self.text(label),
                href: format!("?{name}={label}&metric=revenue"),
                is_current: place == current,
            })
            .collect()
    }

    fn kept(&self) -> Vec<(String, String)> {
        vec![
            ("metric".into(), "revenue".into()),
            ("f".into(), self.text("model:gpt-5")),
        ]
    }

    /// The header's choices.
    pub fn range_bar(&self) -> RangeBar {
        RangeBar {
            ranges: Segmented {
                label: "Time range".into(),
                choices: self.choices("range", &["1h", "24h", "7d", "30d", "90d", "1y"], 3),
                swaps: false,
            },
            days: DateRange {
                label: self.text("23 Oct – 21 Nov"),
                is_current: false,
                from: "2026-10-23".into(),
                to: "2026-11-21".into(),
                earliest: "2026-01-01".into(),
                latest: "2026-11-21".into(),
                zone: self.text("UTC"),
                action: "/".into(),
                kept: self.kept(),
            },
            compare: Some(Compare {
                label: "Previous period".into(),
                is_on: true,
                choices: self.choices("compare", &["previous", "year", "none"], 0),
            }),
        }
    }

    /// Two filters.
    pub fn filter_bar(&self) -> FilterBar {
        let chip = |label: &str, comparison: &str, value: &str| FilterChip {
            label: self.text(label),
            comparison: comparison.into(),
            value: self.text(value),
            remove_href: "?range=30d".into(),
        };
        FilterBar {
            chips: vec![
                chip("Provider", "", "OpenAI"),
                chip("Plan", "is not", "free"),
            ],
            clear_href: "?range=30d".into(),
            action: "/".into(),
            kept: self.kept(),
            dimensions: Select::new([("provider", "Provider"), ("model", "Model")], "provider"),
            comparisons: Select::new(
                [("is", "is"), ("is_not", "is not"), ("contains", "contains")],
                "is",
            ),
            suggestions: vec![self.text("openai"), self.text("anthropic")],
            split: Some(Menu {
                label: "Split by".into(),
                current: self.text("Plan"),
                choices: self.choices("split", &["nothing", "Plan", "Segment"], 1),
            }),
        }
    }

    /// What the list of countries counts.
    pub fn segmented(&self) -> Segmented {
        Segmented {
            label: self.text("What is counted"),
            choices: self.choices("count", &["Users", "Requests", "Revenue"], 0),
            swaps: false,
        }
    }
}
