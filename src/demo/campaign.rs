//! Where visitors come from: campaigns with their days, and the sites that link to the product by themselves.

use crate::core::draw::Draw;
use crate::demo::incident::CYCLE_DAYS;

/// A campaign.
#[derive(Debug)]
pub struct Campaign {
    /// `utm_campaign`.
    pub name: &'static str,
    /// `utm_source`.
    pub source: &'static str,
    /// `utm_medium`.
    pub medium: &'static str,
    /// The page that its links lead to.
    pub landing: &'static str,
    /// First and last of its days before the end of the history.
    pub days_before_end: (i64, i64),
    /// Visits that it brings, as a share of all others on its days.
    pub boost: f64,
    /// How much likelier its visitors are to sign up.
    pub quality: f64,
}

/// All campaigns. The launch lies at the begin of a history of ninety days.
pub static CAMPAIGNS: [Campaign; 5] = [
    Campaign {
        name: "launch-week",
        source: "producthunt",
        medium: "referral",
        landing: "/",
        days_before_end: (90, 87),
        boost: 1.3,
        quality: 1.2,
    },
    Campaign {
        name: "autumn-search",
        source: "google",
        medium: "cpc",
        landing: "/pricing",
        days_before_end: (62, 34),
        boost: 0.22,
        quality: 0.8,
    },
    Campaign {
        name: "templates-newsletter",
        source: "newsletter",
        medium: "email",
        landing: "/templates",
        days_before_end: (48, 46),
        boost: 0.45,
        quality: 1.9,
    },
    Campaign {
        name: "teams-linkedin",
        source: "linkedin",
        medium: "paid_social",
        landing: "/teams",
        days_before_end: (28, 8),
        boost: 0.18,
        quality: 0.6,
    },
    Campaign {
        name: "webinar-november",
        source: "partner",
        medium: "webinar",
        landing: "/webinar",
        days_before_end: (13, 12),
        boost: 0.5,
        quality: 2.2,
    },
];

/// Referring sites by their share; an empty one is a direct visit.
const REFERRERS: [(&str, u32); 12] = [
    ("", 36),
    ("https://www.google.com/", 26),
    ("https://chatgpt.com/", 7),
    ("https://www.bing.com/", 5),
    ("https://duckduckgo.com/", 4),
    ("https://news.ycombinator.com/", 5),
    ("https://www.reddit.com/", 5),
    ("https://www.linkedin.com/", 4),
    ("https://github.com/", 3),
    ("https://www.perplexity.ai/", 2),
    ("https://www.youtube.com/", 2),
    ("https://t.co/", 1),
];

/// How a visitor came.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The referring address; empty for none.
    pub referrer: &'static str,
    /// The campaign, if it was one.
    pub campaign: Option<&'static Campaign>,
}

impl Campaign {
    /// Whether it runs `age` days after the launch.
    pub fn runs(&self, age: i64, days: u32) -> bool {
        let (first, last) = self.days_before_end;
        let since = (age - (i64::from(days) - first)).rem_euclid(CYCLE_DAYS);
        age >= 0 && since <= first - last
    }
}

/// How much more is visited on a day than without campaigns.
pub fn visits_factor(age: i64, days: u32) -> f64 {
    1.0 + running(age, days)
        .map(|campaign| campaign.boost)
        .sum::<f64>()
}

/// How many more sign up on a day than without campaigns.
pub fn sign_ups_factor(age: i64, days: u32) -> f64 {
    1.0 + running(age, days)
        .map(|campaign| campaign.boost * campaign.quality)
        .sum::<f64>()
}

/// How somebody came on a day; `signs_up` says that this is known of them.
pub fn draw_source(draw: &mut Draw, age: i64, days: u32, signs_up: bool) -> Source {
    let weight =
        |campaign: &Campaign| campaign.boost * if signs_up { campaign.quality } else { 1.0 };
    let total = 1.0 + running(age, days).map(weight).sum::<f64>();
    let mut left = draw.share() * total;
    for campaign in running(age, days) {
        left -= weight(campaign);
        if left < 0.0 {
            return Source {
                referrer: match campaign.source {
                    "google" => "https://www.google.com/",
                    "linkedin" => "https://www.linkedin.com/",
                    "producthunt" => "https://www.producthunt.com/",
                    _ => "",
                },
                campaign: Some(campaign),
            };
        }
    }
    Source {
        referrer: draw.choose(&REFERRERS),
        campaign: None,
    }
}

fn running(age: i64, days: u32) -> impl Iterator<Item = &'static Campaign> {
    CAMPAIGNS
        .iter()
        .filter(move |campaign| campaign.runs(age, days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_brings_its_visits_on_its_days_only() {
        let newsletter = &CAMPAIGNS[2];
        assert!(!newsletter.runs(41, 90)); // 90 - 48 = 42 is the first of three days
        assert!(newsletter.runs(42, 90) && newsletter.runs(44, 90));
        assert!(!newsletter.runs(45, 90));
        assert!(newsletter.runs(132, 90), "ninety days later again");
        assert!((visits_factor(25, 90) - 1.0).abs() < 1e-9, "none on day 25");

        let mut draw = Draw::new(1);
        let of = |draw: &mut Draw, age: i64, signs_up: bool| {
            let found = (0..4_000).filter(|_| {
                let source = draw_source(draw, age, 90, signs_up);
                source
                    .campaign
                    .is_some_and(|campaign| campaign.name == newsletter.name)
            });
            found.count()
        };
        assert_eq!(of(&mut draw, 41, false), 0);
        let (visits, sign_ups) = (of(&mut draw, 43, false), of(&mut draw, 43, true));
        assert!(visits > 400 && sign_ups > visits, "{visits} {sign_ups}");
    }
}
