//! Charts whose pieces stand alone.

use crate::core::currency::Currency;
use crate::render::chart::Chart;
use crate::render::chart::item::{
    Donut, Measure, Radar, RadarAxis, RadarSeries, Sankey, SankeyLink, SankeyNode, Scatter,
    ScatterPoint, ScatterSeries, Slice,
};
use crate::render::colour::Colour;
use crate::render::unit::Unit;
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::sample::Sample;
use crate::web::view::sample::gallery::Noise;

const PROVIDERS: [(&str, &str); 5] = [
    ("openai", "OpenAI"),
    ("anthropic", "Anthropic"),
    ("google", "Google"),
    ("mistral", "Mistral"),
    ("selfhosted", "Self-hosted"),
];

const FLOWS: [(&str, &str, f64); 15] = [
    ("Search", "Home", 4200.0),
    ("Search", "Docs", 3100.0),
    ("Direct", "Home", 3600.0),
    ("Direct", "Docs", 900.0),
    ("Newsletter", "Pricing", 1200.0),
    ("Newsletter", "Docs", 500.0),
    ("Home", "Pricing", 2900.0),
    ("Home", "Sign-up", 2100.0),
    ("Home", "Left", 2800.0),
    ("Docs", "Sign-up", 2300.0),
    ("Docs", "Left", 2200.0),
    ("Pricing", "Sign-up", 1900.0),
    ("Pricing", "Left", 2200.0),
    ("Sign-up", "First request", 4400.0),
    ("Sign-up", "Left", 1900.0),
];

impl Sample {
    /// Shares of five providers.
    pub fn donut(&self) -> ChartBlock {
        let shares = [38_000.0, 31_000.0, 18_000.0, 8_000.0, 5_000.0];
        let chart = Donut {
            unit: Unit::Count,
            value_label: self.text("Requests"),
            slices: PROVIDERS
                .iter()
                .zip(shares)
                .map(|((key, label), value)| Slice {
                    id: (*key).into(),
                    label: self.text(label),
                    colour: Colour::provider(key),
                    value,
                    link: Some(format!("?provider={key}")),
                })
                .collect(),
        };
        ChartBlock::new(
            "donut",
            self.text("OpenAI answers 38% of requests."),
            Height::Middle,
            &Chart::Donut(chart),
        )
    }

    /// Accounts of four providers.
    pub fn scatter(&self) -> ChartBlock {
        let mut noise = Noise(9);
        let series = PROVIDERS[..4]
            .iter()
            .enumerate()
            .map(|(place, (key, label))| ScatterSeries {
                id: (*key).into(),
                label: self.text(label),
                colour: Colour::provider(key),
                points: (0..26)
                    .map(|account| {
                        let requests = 2_000.0 + noise.next() * 90_000.0;
                        ScatterPoint {
                            x: requests.round(),
                            y: requests / 1000.0
                                * (3.0 + place as f64 * 2.2)
                                * (0.6 + noise.next() * 0.8),
                            label: self.text(&format!("Account {}", place * 26 + account)),
                            link: Some(format!("/accounts/{account}")),
                        }
                    })
                    .collect(),
            })
            .collect();
        let chart = Scatter {
            x: Measure {
                label: self.text("Requests"),
                unit: Unit::Count,
            },
            y: Measure {
                label: self.text("Cost"),
                unit: Unit::money(Currency::USD),
            },
            series,
        };
        ChartBlock::new(
            "scatter",
            self.text("Cost grows with use, fastest at Mistral."),
            Height::Middle,
            &Chart::Scatter(chart),
        )
    }

    /// Three models by six scores.
    pub fn radar(&self) -> ChartBlock {
        let scores = [
            [82.0, 74.0, 58.0, 90.0, 80.0, 76.0],
            [92.0, 62.0, 48.0, 78.0, 93.0, 88.0],
            [78.0, 93.0, 86.0, 84.0, 74.0, 95.0],
        ];
        let axes = [
            "Quality",
            "Speed",
            "Price",
            "Stability",
            "Safety",
            "Context",
        ];
        let chart = Radar {
            axes: axes
                .iter()
                .map(|label| RadarAxis {
                    label: self.text(label),
                    unit: Unit::Number,
                    most: 100.0,
                })
                .collect(),
            series: PROVIDERS
                .iter()
                .zip(scores)
                .map(|((key, label), values)| RadarSeries {
                    id: (*key).into(),
                    label: self.text(label),
                    colour: Colour::provider(key),
                    values: values.into_iter().map(Some).collect(),
                    link: None,
                })
                .collect(),
        };
        ChartBlock::new(
            "radar",
            self.text("Google is fastest, Anthropic is best."),
            Height::Middle,
            &Chart::Radar(chart),
        )
    }

    /// Ways through a site.
    pub fn sankey(&self) -> ChartBlock {
        let names = [
            "Search",
            "Direct",
            "Newsletter",
            "Home",
            "Docs",
            "Pricing",
            "Sign-up",
            "Left",
            "First request",
        ];
        let chart = Sankey {
            unit: Unit::Count,
            value_label: self.text("Sessions"),
            nodes: names
                .iter()
                .map(|name| SankeyNode {
                    id: (*name).into(),
                    label: self.text(name),
                    colour: if *name == "Left" {
                        Colour::QUIET
                    } else {
                        Colour::ACCENT
                    },
                    link: Some(format!("?f=path:{}", name.to_lowercase())),
                })
                .collect(),
            links: FLOWS
                .iter()
                .map(|(from, to, value)| SankeyLink {
                    from: (*from).into(),
                    to: (*to).into(),
                    value: *value,
                    link: None,
                })
                .collect(),
        };
        ChartBlock::new(
            "sankey",
            self.text("Most sign-ups come through the docs."),
            Height::Middle,
            &Chart::Sankey(chart),
        )
    }
}
