//! Costs: who spends, on what?

use crate::catalogue::section::{Draw, Page, Section};
use crate::core::range::Compare;

const fn spent_by(
    id: &'static str,
    title: &'static str,
    action: &'static str,
    by: &'static [&'static str],
) -> Section {
    Section {
        id,
        title,
        action,
        metrics: &[
            "cost",
            "requests",
            "cost_per_request",
            "cost_per_success",
            "wasted_cost",
            "tokens",
            "unpriced_requests",
        ],
        by,
        draw: Draw::Table { has_status: false },
        columns: 12,
        limit: 20,
    }
}

const fn spent_for(
    id: &'static str,
    title: &'static str,
    action: &'static str,
    by: &'static [&'static str],
) -> Section {
    Section {
        id,
        title,
        action,
        metrics: &["user_cost", "user_requests"],
        by,
        draw: Draw::Bars,
        columns: 4,
        limit: 10,
    }
}

pub(super) static PAGE: Page = Page {
    id: "costs",
    path: "/costs",
    title: "Costs & budgets",
    question: "Who spends, and on what?",
    first: 1,
    compare: Compare::None,
    sections: &[
        Section {
            id: "figures",
            title: "What AI calls cost",
            action: "Choose a figure to see its course. Costs are at least this much while calls are unpriced.",
            metrics: &[
                "cost",
                "cost_per_request",
                "cost_per_success",
                "cost_per_user",
                "wasted_cost",
                "unpriced_requests",
            ],
            by: &[],
            draw: Draw::Tiles,
            columns: 12,
            limit: 1,
        },
        Section {
            id: "course",
            title: "Cost by model",
            action: "A bar that grows without more requests is a longer prompt or a dearer model.",
            metrics: &["cost"],
            by: &["model"],
            draw: Draw::Stack,
            columns: 8,
            limit: 7,
        },
        Section {
            id: "share",
            title: "Share by provider",
            action: "How much of the money goes where. One provider with nearly all of it is a risk and a reason to ask for a better price.",
            metrics: &["cost"],
            by: &["provider"],
            draw: Draw::Donut,
            columns: 4,
            limit: 5,
        },
        spent_by(
            "providers",
            "By provider",
            "Cost of each provider, with what was wasted on failed attempts.",
            &["provider"],
        ),
        spent_by(
            "models",
            "By model",
            "The same by model. Unpriced calls need a price in the price book.",
            &["model"],
        ),
        spent_by(
            "features",
            "By feature",
            "What each part of the product costs to run.",
            &["feature"],
        ),
        Section {
            id: "services",
            title: "By service",
            action: "Speech, images, embeddings and storage beside language models, each with what it is billed by.",
            metrics: &[
                "cost",
                "requests",
                "tokens",
                "characters",
                "audio_s",
                "images",
                "bytes",
                "unpriced_requests",
            ],
            by: &["operation"],
            draw: Draw::Table { has_status: false },
            columns: 12,
            limit: 20,
        },
        spent_for(
            "users",
            "Top users by cost",
            "A few people usually cause most of the cost; see whether their plan pays for it.",
            &["user"],
        ),
        spent_for(
            "accounts",
            "Top accounts by cost",
            "What each customer costs, to hold against what they pay.",
            &["account"],
        ),
        spent_for(
            "teams",
            "Top teams by cost",
            "What each team costs.",
            &["team"],
        ),
        Section {
            id: "waste",
            title: "Wasted cost by error",
            action: "Money spent on attempts that gave no usable answer, by class of error.",
            metrics: &["wasted_cost", "errors"],
            by: &["error_type"],
            draw: Draw::Bars,
            columns: 6,
            limit: 8,
        },
        Section {
            id: "plans",
            title: "Cost by plan",
            action: "What the people of each plan cost. A free plan that costs more than a paid one needs a limit.",
            metrics: &["user_cost", "user_requests"],
            by: &["plan"],
            draw: Draw::Bars,
            columns: 6,
            limit: 8,
        },
    ],
};
