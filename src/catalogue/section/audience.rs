//! Audience: where do people come from, and with what?

use crate::catalogue::section::{Draw, Page, Section};
use crate::core::range::Compare;

const fn visitors_by(
    id: &'static str,
    title: &'static str,
    action: &'static str,
    by: &'static [&'static str],
) -> Section {
    Section {
        id,
        title,
        action,
        metrics: &["visitors"],
        by,
        draw: Draw::Bars,
        columns: 4,
        limit: 10,
    }
}

pub(super) static PAGE: Page = Page {
    id: "audience",
    path: "/audience",
    title: "Audience",
    question: "Where do people come from, and with what?",
    first: 1,
    compare: Compare::None,
    sections: &[
        Section {
            id: "figures",
            title: "Visitors",
            action: "Identified people are followed over days; a cookieless visitor is another one the next day, so read visitors for single days.",
            metrics: &[
                "visitors",
                "active_users",
                "identified_users",
                "coverage",
                "events_per_user",
                "asking_users",
            ],
            by: &[],
            draw: Draw::Tiles,
            columns: 12,
            limit: 1,
        },
        Section {
            id: "map",
            title: "Countries on the map",
            action: "Darker where more visitors are. The list beside it names them.",
            metrics: &["visitors"],
            by: &["country"],
            draw: Draw::Countries,
            columns: 8,
            limit: 250,
        },
        visitors_by(
            "countries",
            "Countries",
            "A country that grows without a campaign is worth a translation.",
            &["country"],
        ),
        visitors_by(
            "devices",
            "Devices",
            "Where most are mobile, look at the pages on a small screen first.",
            &["device"],
        ),
        visitors_by(
            "browsers",
            "Browsers",
            "What must work. One that loses visitors may be broken there.",
            &["browser"],
        ),
        visitors_by("systems", "Operating systems", "What they run.", &["os"]),
        visitors_by(
            "languages",
            "Languages",
            "The preferred language of the browser.",
            &["language"],
        ),
        visitors_by(
            "referrers",
            "Referrers",
            "The sites from which they came.",
            &["referrer_host"],
        ),
        visitors_by(
            "campaigns",
            "Campaigns",
            "The campaigns that brought them.",
            &["utm_campaign"],
        ),
    ],
};
