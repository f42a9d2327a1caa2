//! Charts by category.

use crate::core::currency::Currency;
use crate::render::chart::category::{
    BarChart, Bin, Category, Histogram, Mark, Waterfall, WaterfallStep,
};
use crate::render::chart::{Chart, Series};
use crate::render::colour::Colour;
use crate::render::unit::Unit;
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::sample::Sample;

impl Sample {
    /// From revenue to margin.
    pub fn waterfall(&self) -> ChartBlock {
        let steps = [
            ("Revenue", 44_100.0, true),
            ("Model cost", -17_700.0, false),
            ("Infra", -5_200.0, false),
            ("Fees", -1_900.0, false),
            ("Credits", -1_100.0, false),
            ("Margin", 18_200.0, true),
        ];
        let chart = Waterfall {
            unit: Unit::money(Currency::USD),
            steps: steps
                .iter()
                .map(|(label, value, is_total)| WaterfallStep {
                    label: self.text(label),
                    value: *value,
                    is_total: *is_total,
                    link: Some(format!("?step={}", label.to_lowercase().replace(' ', "-"))),
                })
                .collect(),
        };
        ChartBlock::new(
            "waterfall",
            self.text("Of $44.1K, $18.2K remain."),
            Height::Middle,
            &Chart::Waterfall(chart),
        )
    }

    /// Tokens of five providers.
    pub fn bars(&self) -> ChartBlock {
        let names = ["openai", "anthropic", "google", "mistral", "xai"];
        let chart = BarChart {
            unit: Unit::Tokens,
            categories: names
                .iter()
                .map(|name| Category {
                    label: self.text(name),
                    colour: Some(Colour::provider(name)),
                    link: Some(format!("?provider={name}")),
                })
                .collect(),
            series: vec![Series::new(
                "tokens",
                self.text("Tokens"),
                Colour::ACCENT,
                [4.8e9, 2.3e9, 4.1e8, 1.2e8, 5.2e7].map(Some).into(),
            )],
            is_stacked: false,
            thresholds: Vec::new(),
        };
        ChartBlock::new(
            "bars",
            self.text("OpenAI uses most tokens."),
            Height::Rest,
            &Chart::Bars(chart),
        )
    }

    /// How long requests take.
    pub fn histogram(&self) -> ChartBlock {
        let bins = (0..24)
            .map(|bin| {
                let from = f64::from(bin) * 100.0;
                let distance = ((from + 60.0) / 620.0).ln();
                Bin {
                    from,
                    to: from + 100.0,
                    count: (2600.0 * (-(distance * distance) / 0.42).exp()).round(),
                    link: Some(format!("?f=latency:{from}")),
                }
            })
            .collect();
        let mark = |at, label: &str| Mark {
            at,
            label: self.text(label),
        };
        let chart = Histogram {
            unit: Unit::Milliseconds,
            count_label: self.text("Requests"),
            count_unit: Unit::Count,
            bins,
            marks: vec![mark(640.0, "p50"), mark(1540.0, "p95")],
        };
        ChartBlock::new(
            "histogram",
            self.text("Half of all requests take less than 640 ms."),
            Height::Rest,
            &Chart::Histogram(chart),
        )
    }
}
