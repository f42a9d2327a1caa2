//! Where a visit came from: the referring host and the channel.
//!
//! The channels follow the default grouping of Google Analytics, made simpler, with AI
//! assistants apart. Does not clean or store addresses; `page_url.rs` does.

mod hosts;

use crate::ingest::enrich::campaign::{Campaign, Click};
use crate::ingest::enrich::page_url::host_of;
use crate::ingest::enrich::referrer::hosts::{HostKind, kind_of_host, kind_of_name};

/// The ways in which visitors come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// No referrer and no campaign: typed, bookmarked, or from an app that does not say.
    Direct,
    /// A search engine's result.
    OrganicSearch,
    /// A search engine's advertisement.
    PaidSearch,
    /// A link in a social network.
    OrganicSocial,
    /// An advertisement in a social network.
    PaidSocial,
    /// A mail or newsletter.
    Email,
    /// A link on somebody's page.
    Referral,
    /// A link that earns its owner a share.
    Affiliate,
    /// A banner.
    Display,
    /// An answer of an AI assistant.
    AiAssistant,
    /// A campaign of a kind that the rules do not know.
    OtherCampaign,
}

impl Channel {
    /// All channels, in the order in which lists show them.
    pub const ALL: [Channel; 11] = [
        Channel::Direct,
        Channel::OrganicSearch,
        Channel::PaidSearch,
        Channel::OrganicSocial,
        Channel::PaidSocial,
        Channel::Email,
        Channel::Referral,
        Channel::Affiliate,
        Channel::Display,
        Channel::AiAssistant,
        Channel::OtherCampaign,
    ];

    /// The word that is stored, such as `organic_search`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Channel::Direct => "direct",
            Channel::OrganicSearch => "organic_search",
            Channel::PaidSearch => "paid_search",
            Channel::OrganicSocial => "organic_social",
            Channel::PaidSocial => "paid_social",
            Channel::Email => "email",
            Channel::Referral => "referral",
            Channel::Affiliate => "affiliate",
            Channel::Display => "display",
            Channel::AiAssistant => "ai_assistant",
            Channel::OtherCampaign => "other_campaign",
        }
    }

    /// The name for people, such as `Organic search`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Channel::Direct => "Direct",
            Channel::OrganicSearch => "Organic search",
            Channel::PaidSearch => "Paid search",
            Channel::OrganicSocial => "Organic social",
            Channel::PaidSocial => "Paid social",
            Channel::Email => "Email",
            Channel::Referral => "Referral",
            Channel::Affiliate => "Affiliate",
            Channel::Display => "Display",
            Channel::AiAssistant => "AI assistant",
            Channel::OtherCampaign => "Other campaign",
        }
    }
}

/// Where a visit came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The host of the referring page in small letters, without `www.`. `None` if there is
    /// none, or if it is the visited site itself.
    pub referrer_host: Option<String>,
    /// The channel. The campaign decides before the referrer does.
    pub channel: Channel,
}

/// The source of a visit to `page` from `referrer` with these campaign marks.
///
/// Both addresses may be missing or broken. A referrer on the page's own host is none.
#[must_use]
pub fn source(referrer: Option<&str>, page: Option<&str>, campaign: &Campaign) -> Source {
    let host_without_www = |url: &str| host_of(url).map(|host| without_www(&host).to_owned());
    let page_host = page.and_then(host_without_www);
    let referrer_host = referrer
        .and_then(host_without_www)
        .filter(|host| Some(host) != page_host.as_ref());
    let kind = referrer_host.as_deref().and_then(kind_of_host);
    let channel = campaign_channel(campaign, kind).unwrap_or(match (kind, &referrer_host) {
        (Some(kind), _) => organic(kind),
        (None, Some(_)) => Channel::Referral,
        (None, None) => Channel::Direct,
    });
    Source {
        referrer_host,
        channel,
    }
}

fn without_www(host: &str) -> &str {
    host.strip_prefix("www.")
        .filter(|rest| rest.contains('.'))
        .unwrap_or(host)
}

/// What the campaign marks say, if there are any.
fn campaign_channel(campaign: &Campaign, referrer: Option<HostKind>) -> Option<Channel> {
    let small = |mark: &Option<String>| mark.as_deref().unwrap_or_default().to_lowercase();
    let medium = small(&campaign.medium);
    let source = small(&campaign.source);
    let kind = kind_of_name(&source).or(referrer);
    let by_medium = match medium.as_str() {
        "affiliate" | "affiliates" | "partner" => Some(Channel::Affiliate),
        "display" | "banner" | "expandable" | "interstitial" | "cpm" => Some(Channel::Display),
        "email" | "e-mail" | "e_mail" | "e mail" | "mail" | "newsletter" => Some(Channel::Email),
        "social" | "social-network" | "social-media" | "sm" | "social network" | "social media" => {
            Some(Channel::OrganicSocial)
        }
        "organic" => Some(Channel::OrganicSearch),
        "referral" | "app" | "link" => Some(kind.map_or(Channel::Referral, organic)),
        medium if is_paid(medium) => Some(paid(kind, campaign.click)),
        _ => None,
    };
    by_medium
        .or_else(|| campaign.click.map(by_click))
        .or_else(|| match source.as_str() {
            "" => None,
            "email" | "e-mail" | "newsletter" => Some(Channel::Email),
            source => kind_of_name(source).map(organic),
        })
        .or_else(|| {
            // A mark that says nothing leaves the word to the referrer.
            let is_marked = campaign.is_present();
            match referrer {
                Some(kind) if is_marked => Some(organic(kind)),
                Some(_) => None,
                None => is_marked.then_some(Channel::OtherCampaign),
            }
        })
}

/// The media that Google Analytics takes as paid: `cpc`, `ppc`, `cpa`, `retargeting`, `paid…`.
fn is_paid(medium: &str) -> bool {
    medium.contains("cp")
        || medium == "ppc"
        || medium == "retargeting"
        || medium.starts_with("paid")
}

fn paid(kind: Option<HostKind>, click: Option<Click>) -> Channel {
    match kind {
        Some(HostKind::Search) => Channel::PaidSearch,
        Some(HostKind::Social) => Channel::PaidSocial,
        Some(HostKind::Email | HostKind::AiAssistant) | None => match click {
            Some(Click::Search) => Channel::PaidSearch,
            Some(Click::Social | Click::SocialLink) => Channel::PaidSocial,
            Some(Click::Display) => Channel::Display,
            Some(Click::Affiliate) => Channel::Affiliate,
            Some(Click::Email) | None => Channel::OtherCampaign,
        },
    }
}

fn by_click(click: Click) -> Channel {
    match click {
        Click::Search => Channel::PaidSearch,
        Click::Social => Channel::PaidSocial,
        Click::SocialLink => Channel::OrganicSocial,
        Click::Display => Channel::Display,
        Click::Email => Channel::Email,
        Click::Affiliate => Channel::Affiliate,
    }
}

fn organic(kind: HostKind) -> Channel {
    match kind {
        HostKind::Search => Channel::OrganicSearch,
        HostKind::Social => Channel::OrganicSocial,
        HostKind::Email => Channel::Email,
        HostKind::AiAssistant => Channel::AiAssistant,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "https://app.example.com/pricing";

    fn channel(referrer: &str, query: &str) -> Channel {
        let page = format!("{PAGE}?{query}");
        source(Some(referrer), Some(&page), &Campaign::from_url(&page)).channel
    }

    #[test]
    fn the_referrer_decides_where_there_is_no_campaign() {
        let rows = [
            ("", Channel::Direct),
            ("https://www.google.com/", Channel::OrganicSearch),
            ("https://www.google.co.uk/search", Channel::OrganicSearch),
            ("https://duckduckgo.com/", Channel::OrganicSearch),
            ("https://search.yahoo.co.jp/x", Channel::OrganicSearch),
            ("https://yandex.ru/", Channel::OrganicSearch),
            (
                "android-app://com.google.android.googlequicksearchbox/",
                Channel::OrganicSearch,
            ),
            ("https://t.co/abc", Channel::OrganicSocial),
            ("https://l.facebook.com/l.php?u=x", Channel::OrganicSocial),
            ("https://www.linkedin.com/feed", Channel::OrganicSocial),
            (
                "https://news.ycombinator.com/item?id=1",
                Channel::OrganicSocial,
            ),
            ("https://mail.google.com/mail/u/0", Channel::Email),
            ("android-app://com.google.android.gm/", Channel::Email),
            ("https://chatgpt.com/", Channel::AiAssistant),
            ("https://claude.ai/chat/x", Channel::AiAssistant),
            ("https://www.perplexity.ai/search/x", Channel::AiAssistant),
            ("https://gemini.google.com/app", Channel::AiAssistant),
            ("https://copilot.microsoft.com/", Channel::AiAssistant),
            ("https://www.bing.com/chat", Channel::OrganicSearch),
            ("https://docs.google.com/document/d/1", Channel::Referral),
            ("https://blog.example.org/post", Channel::Referral),
            ("https://notgoogle.com/", Channel::Referral),
            ("https://google.com.evil.example/", Channel::Referral),
        ];
        for (referrer, expected) in rows {
            assert_eq!(channel(referrer, ""), expected, "{referrer}");
        }
    }

    #[test]
    fn the_campaign_decides_before_the_referrer() {
        let rows = [
            ("", "utm_source=google&utm_medium=cpc", Channel::PaidSearch),
            ("https://www.google.com/", "gclid=x", Channel::PaidSearch),
            ("", "msclkid=x", Channel::PaidSearch),
            (
                "https://www.google.com/",
                "utm_medium=paid_search",
                Channel::PaidSearch,
            ),
            (
                "",
                "utm_source=facebook&utm_medium=paid",
                Channel::PaidSocial,
            ),
            ("", "fbclid=x&utm_medium=cpc", Channel::PaidSocial),
            (
                "https://l.facebook.com/",
                "fbclid=x",
                Channel::OrganicSocial,
            ),
            ("", "ttclid=x", Channel::PaidSocial),
            ("", "utm_medium=social", Channel::OrganicSocial),
            ("", "utm_source=LinkedIn", Channel::OrganicSocial),
            ("", "utm_medium=Email", Channel::Email),
            ("", "utm_source=newsletter", Channel::Email),
            ("", "mc_eid=x", Channel::Email),
            ("", "utm_medium=affiliate", Channel::Affiliate),
            ("", "utm_medium=cpm", Channel::Display),
            ("", "gclid=x&utm_medium=display", Channel::Display),
            ("", "utm_source=chatgpt.com", Channel::AiAssistant),
            (
                "",
                "utm_source=partner-x&utm_medium=referral",
                Channel::Referral,
            ),
            ("", "utm_source=poster", Channel::OtherCampaign),
            (
                "",
                "utm_source=poster&utm_medium=cpc",
                Channel::OtherCampaign,
            ),
            (
                "https://t.co/x",
                "utm_campaign=spring",
                Channel::OrganicSocial,
            ),
        ];
        for (referrer, query, expected) in rows {
            assert_eq!(channel(referrer, query), expected, "{referrer} {query}");
        }
    }

    #[test]
    fn the_own_site_is_no_referrer() {
        let rows = [
            ("https://app.example.com/start", None, Channel::Direct),
            ("https://APP.example.com:443/", None, Channel::Direct),
            (
                "https://blog.example.com/",
                Some("blog.example.com"),
                Channel::Referral,
            ),
            (
                "https://www.Partner.io/x",
                Some("partner.io"),
                Channel::Referral,
            ),
            ("garbage", None, Channel::Direct),
            ("https://", None, Channel::Direct),
        ];
        for (referrer, host, channel) in rows {
            let source = source(Some(referrer), Some(PAGE), &Campaign::default());
            assert_eq!(source.referrer_host.as_deref(), host, "{referrer}");
            assert_eq!(source.channel, channel, "{referrer}");
        }
        let www = source(
            Some("https://example.com/"),
            Some("https://www.example.com/"),
            &Campaign::default(),
        );
        assert_eq!(www.referrer_host, None);
    }

    #[test]
    fn without_any_page_the_referrer_still_counts() {
        let source = source(Some("https://www.google.de/"), None, &Campaign::default());
        assert_eq!(source.referrer_host.as_deref(), Some("google.de"));
        assert_eq!(source.channel, Channel::OrganicSearch);
    }

    #[test]
    fn ids_of_channels_are_unique() {
        for (index, channel) in Channel::ALL.iter().enumerate() {
            assert!(
                Channel::ALL[..index]
                    .iter()
                    .all(|earlier| earlier.id() != channel.id())
            );
            assert!(
                Channel::ALL[..index]
                    .iter()
                    .all(|earlier| earlier.label() != channel.label())
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_channel(referrer in "\\PC{0,80}", page in "\\PC{0,80}") {
            let found = source(Some(&referrer), Some(&page), &Campaign::from_url(&page));
            // Without a host and without a mark there is nothing to tell the visit by.
            if found.referrer_host.is_none() && !Campaign::from_url(&page).is_present() {
                prop_assert_eq!(found.channel, Channel::Direct);
            }
        }
    }
}
