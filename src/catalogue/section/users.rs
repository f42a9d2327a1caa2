//! Who spends and does most, below the figures about people. The page itself is `web/pages/users.rs`.

use crate::catalogue::section::{Draw, Section};

const fn top(
    id: &'static str,
    title: &'static str,
    action: &'static str,
    metrics: &'static [&'static str],
) -> Section {
    Section {
        id,
        title,
        action,
        metrics,
        by: &["user"],
        draw: Draw::Bars,
        columns: 4,
        limit: 10,
    }
}

/// How much the product is used, by people and by each of them.
pub static ACTIVITY: Section = Section {
    id: "activity",
    title: "Activity",
    action: "Choose a figure to see its course, and split it to see which plan, country or campaign moves it.",
    metrics: &[
        // Not the active ones first: the strip above this one begins with their course.
        "asking_users",
        "active_users",
        "events_per_user",
        "cost_per_user",
        "visits",
        "visits_per_visitor",
    ],
    by: &[],
    draw: Draw::Tiles,
    columns: 12,
    limit: 1,
};

/// Top users, three ways.
pub static TOP: [Section; 3] = [
    top(
        "top_cost",
        "Top users by cost",
        "A few people usually cause most of the cost; see whether their plan pays for it.",
        &["user_cost", "user_requests"],
    ),
    top(
        "top_requests",
        "Top users by requests",
        "Who asks the models most.",
        &["user_requests", "user_cost"],
    ),
    top(
        "top_activity",
        "Top users by activity",
        "Who has the most events.",
        &["events", "user_requests"],
    ),
];

const fn of_one(
    id: &'static str,
    title: &'static str,
    action: &'static str,
    metrics: &'static [&'static str],
    by: &'static [&'static str],
    draw: Draw,
    columns: u8,
) -> Section {
    Section {
        id,
        title,
        action,
        metrics,
        by,
        draw,
        columns,
        limit: 10,
    }
}

/// What one person did.
pub static OF_ONE: [Section; 3] = [
    of_one(
        "figures",
        "What they did",
        "Choose a figure to see its course.",
        &[
            "events",
            "requests",
            "cost",
            "error_rate",
            "revenue",
            "tokens",
        ],
        &[],
        Draw::Tiles,
        8,
    ),
    of_one(
        "features",
        "Features",
        "Which parts of the product they use.",
        &["events"],
        &["feature"],
        Draw::Bars,
        6,
    ),
    of_one(
        "models",
        "Cost by model",
        "Which models they cost money with.",
        &["cost", "requests"],
        &["model"],
        Draw::Bars,
        6,
    ),
];
