//! Audience: where do people come from, and with what?

use crate::catalogue::section::{Draw, Page, Section};
use crate::core::range::Compare;

const fn visits_by(
    id: &'static str,
    title: &'static str,
    action: &'static str,
    by: &'static [&'static str],
) -> Section {
    Section {
        id,
        title,
        action,
        metrics: &["visits"],
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
            id: "visits",
            title: "Visits",
            action: "A visit ends with a pause of 30 minutes, or when a campaign brings somebody anew. Read the medians first: a few long visits pull up the means.",
            metrics: &[
                "visits",
                "visit_duration_median_s",
                "visit_depth_median",
                "bounce_rate",
                "visits_per_visitor",
            ],
            by: &[],
            draw: Draw::Tiles,
            columns: 12,
            limit: 1,
        },
        Section {
            id: "map",
            title: "Countries on the map",
            action: "Darker where more visits come from. The list beside it names them.",
            metrics: &["visits"],
            by: &["country"],
            draw: Draw::Countries,
            columns: 8,
            limit: 250,
        },
        visits_by(
            "countries",
            "Countries",
            "A country that grows without a campaign is worth a translation.",
            &["country"],
        ),
        visits_by(
            "channels",
            "Channels",
            "How visits came about: the channel of their first page. Look where the effort goes and nobody comes.",
            &["channel"],
        ),
        visits_by(
            "referrers",
            "Referrers",
            "The sites from which visits came.",
            &["referrer_host"],
        ),
        visits_by(
            "campaigns",
            "Campaigns",
            "The campaigns that brought visits.",
            &["utm_campaign"],
        ),
        visits_by(
            "landing",
            "Landing pages",
            "The pages on which visits began. The first impression is made here.",
            &["path"],
        ),
        visits_by(
            "devices",
            "Devices",
            "Where most are mobile, look at the pages on a small screen first.",
            &["device"],
        ),
        visits_by(
            "browsers",
            "Browsers",
            "What must work. One that loses visitors may be broken there.",
            &["browser"],
        ),
        visits_by("systems", "Operating systems", "What they run.", &["os"]),
        visits_by(
            "languages",
            "Languages",
            "The preferred language of the browser.",
            &["language"],
        ),
        visits_by(
            "sources",
            "Campaign sources",
            "Where the campaigns were seen.",
            &["utm_source"],
        ),
    ],
};
