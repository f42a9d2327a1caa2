//! Campaign marks: the utm parameters and the click ids of advertising networks.
//!
//! A visit that begins with one counts for the campaign. Click ids are recognised but never
//! kept, because each stands for one click of one person. Which channel a campaign belongs to
//! is decided in `referrer.rs`.

use crate::ingest::enrich::page_url::parameters;

/// Characters of a mark that are kept.
pub const MARK_CHARACTERS_MAX: usize = 200;

/// What a click id says about the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Click {
    /// An advertisement beside search results.
    Search,
    /// An advertisement in a social network.
    Social,
    /// A link in a social network, paid or not.
    SocialLink,
    /// A banner on somebody's page.
    Display,
    /// A link in a mail.
    Email,
    /// A link of an affiliate.
    Affiliate,
}

impl Click {
    /// The stored word for it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Click::Search => "search",
            Click::Social => "social",
            Click::SocialLink => "social_link",
            Click::Display => "display",
            Click::Email => "email",
            Click::Affiliate => "affiliate",
        }
    }
}

/// The parameters that networks add to links.
const CLICK_IDS: &[(&str, Click)] = &[
    ("gclid", Click::Search),
    ("gbraid", Click::Search),
    ("wbraid", Click::Search),
    ("gclsrc", Click::Search),
    ("msclkid", Click::Search),
    ("yclid", Click::Search),
    ("dclid", Click::Display),
    ("ttclid", Click::Social),
    ("twclid", Click::Social),
    ("li_fat_id", Click::Social),
    ("rdt_cid", Click::Social),
    ("epik", Click::Social),
    ("sccid", Click::Social),
    ("fbclid", Click::SocialLink),
    ("igshid", Click::SocialLink),
    ("igsh", Click::SocialLink),
    ("mc_eid", Click::Email),
    ("mkt_tok", Click::Email),
    ("_hsenc", Click::Email),
    ("_hsmi", Click::Email),
    ("irclickid", Click::Affiliate),
    ("cjevent", Click::Affiliate),
    ("awc", Click::Affiliate),
    ("tduid", Click::Affiliate),
];

/// The marks of one event. Empty ones are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Campaign {
    /// `utm_source`: who sent the visitor.
    pub source: Option<String>,
    /// `utm_medium`: the kind of link, such as `cpc` or `email`.
    pub medium: Option<String>,
    /// `utm_campaign`: the name of the campaign.
    pub name: Option<String>,
    /// `utm_term`: the word that was paid for.
    pub term: Option<String>,
    /// `utm_content`: which of several links.
    pub content: Option<String>,
    /// What a click id says. The id itself is not kept.
    pub click: Option<Click>,
}

impl Campaign {
    /// The marks in the query of an address. The first of each name counts.
    ///
    /// `ref` and `source` are taken for a missing `utm_source`, as many newsletters and lists
    /// of products send those.
    #[must_use]
    pub fn from_url(url: &str) -> Campaign {
        let mut campaign = Campaign::default();
        let mut plain_source = None;
        for (name, value) in parameters(url) {
            let name = name.to_ascii_lowercase();
            let mark = match name.as_str() {
                "utm_source" => &mut campaign.source,
                "utm_medium" => &mut campaign.medium,
                "utm_campaign" => &mut campaign.name,
                "utm_term" => &mut campaign.term,
                "utm_content" => &mut campaign.content,
                "ref" | "source" => &mut plain_source,
                _ => {
                    if !value.is_empty() && campaign.click.is_none() {
                        campaign.click = click(&name);
                    }
                    continue;
                }
            };
            if mark.is_none() {
                *mark = clean_mark(&value);
            }
        }
        campaign.source = campaign.source.or(plain_source);
        campaign
    }

    /// These marks, and for those that are missing the ones of `other`.
    ///
    /// For marks that are sent as fields beside an address that has some as well.
    #[must_use]
    pub fn or(self, other: Campaign) -> Campaign {
        Campaign {
            source: self.source.or(other.source),
            medium: self.medium.or(other.medium),
            name: self.name.or(other.name),
            term: self.term.or(other.term),
            content: self.content.or(other.content),
            click: self.click.or(other.click),
        }
    }

    /// Whether it marks the visit as sent by a campaign, which opens a new visit.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.source.is_some()
            || self.medium.is_some()
            || self.name.is_some()
            || self.click.is_some()
    }
}

/// A mark without surrounding space, cut to [`MARK_CHARACTERS_MAX`]; `None` if nothing is left.
///
/// The case stays: only the channel rules look past it.
#[must_use]
pub fn clean_mark(value: &str) -> Option<String> {
    let value: String = value
        .trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MARK_CHARACTERS_MAX)
        .collect();
    (!value.is_empty()).then_some(value)
}

/// Whether a parameter of this name is a click id, in any case of letters.
#[must_use]
pub fn is_click_id(name: &str) -> bool {
    click(&name.to_ascii_lowercase()).is_some()
}

fn click(name: &str) -> Option<Click> {
    CLICK_IDS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, click)| *click)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_from_the_query() {
        let campaign = Campaign::from_url(
            "https://a.io/?utm_source=News%20Letter&UTM_Medium=email&utm_campaign=spring+26&utm_term=llm&utm_content=top&gclid=x",
        );
        assert_eq!(
            campaign,
            Campaign {
                source: Some("News Letter".to_owned()),
                medium: Some("email".to_owned()),
                name: Some("spring 26".to_owned()),
                term: Some("llm".to_owned()),
                content: Some("top".to_owned()),
                click: Some(Click::Search),
            }
        );
        assert!(campaign.is_present());
    }

    #[test]
    fn an_address_without_marks_is_no_campaign() {
        for url in [
            "https://a.io/?q=utm_source",
            "https://a.io/?utm_source=&gclid=",
            "",
            "%%%",
        ] {
            assert_eq!(Campaign::from_url(url), Campaign::default(), "{url}");
        }
        assert!(!Campaign::default().is_present());
    }

    #[test]
    fn fields_come_before_the_address() {
        let fields = Campaign {
            source: Some("field".to_owned()),
            ..Campaign::default()
        };
        let joined = fields.or(Campaign::from_url("/?utm_source=address&utm_medium=cpc"));
        assert_eq!(joined.source.as_deref(), Some("field"));
        assert_eq!(joined.medium.as_deref(), Some("cpc"));
    }

    #[test]
    fn ref_stands_in_for_a_missing_source_only() {
        assert_eq!(
            Campaign::from_url("/?ref=producthunt").source.as_deref(),
            Some("producthunt")
        );
        assert_eq!(
            Campaign::from_url("/?ref=a&utm_source=b").source.as_deref(),
            Some("b")
        );
    }

    #[test]
    fn a_mark_is_cut_by_characters() {
        let long = "ä".repeat(MARK_CHARACTERS_MAX + 1);
        let mark = clean_mark(&long).expect("it is not empty");
        assert_eq!(mark.chars().count(), MARK_CHARACTERS_MAX);
    }

    #[test]
    fn each_click_id_is_listed_once_and_in_small_letters() {
        for (index, (name, _)) in CLICK_IDS.iter().enumerate() {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(
                CLICK_IDS[..index]
                    .iter()
                    .all(|(earlier, _)| earlier != name),
                "{name}"
            );
            assert!(is_click_id(&name.to_uppercase()));
        }
    }
}
