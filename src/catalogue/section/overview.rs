//! Overview: are we fine? Its live part stands above these sections and is not made of them.

use crate::catalogue::section::{Draw, Page, Section};
use crate::core::range::Compare;

/// The page.
pub static PAGE: Page = Page {
    id: "overview",
    path: "/",
    title: "Overview",
    question: "Are we fine?",
    first: 1,
    compare: Compare::Previous,
    sections: &[
        Section {
            id: "figures",
            title: "Six figures",
            action: "Choose a figure to see its course. Where one moved, the sections below say which model or provider moved it.",
            metrics: &[
                "revenue",
                "active_users",
                "requests",
                "cost",
                "latency_p95_ms",
                "error_rate",
            ],
            by: &[],
            draw: Draw::Tiles,
            columns: 12,
            limit: 1,
        },
        Section {
            id: "model-usage",
            title: "Requests by model",
            action: "How use moves between models. A model that nobody planned to use shows here first.",
            metrics: &["requests"],
            by: &["model"],
            draw: Draw::Stack,
            columns: 6,
            limit: 7,
        },
        Section {
            id: "latency",
            title: "p95 latency",
            action: "One line a provider. A line that leaves the others is a reason to route elsewhere.",
            metrics: &["latency_p95_ms"],
            by: &["provider"],
            draw: Draw::Lines,
            columns: 6,
            limit: 7,
        },
        Section {
            id: "errors",
            title: "Error rate",
            action: "Above the threshold of 2 %, the error patterns of the technical performance page say what failed.",
            metrics: &["error_rate"],
            by: &[],
            draw: Draw::Area {
                threshold: Some(0.02),
            },
            columns: 7,
            limit: 1,
        },
        Section {
            id: "tokens",
            title: "Tokens by model",
            action: "Input tokens are drawn stronger. Long prompts are usually where cost hides.",
            metrics: &["tokens", "tokens_in"],
            by: &["model"],
            draw: Draw::Bars,
            columns: 5,
            limit: 7,
        },
    ],
};
