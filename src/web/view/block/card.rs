//! The frame of a section of a page: title, what it shows, table switch, menu.

use crate::web::view::block::chart::Height;
use crate::web::view::block::section::Section;
use crate::web::view::moment::Moment;
use crate::web::view::shell::Tone;

/// How much of the page's twelve columns a card takes in a wide window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A quarter.
    Three,
    /// A third.
    Four,
    /// Five of twelve.
    Five,
    /// Half.
    Six,
    /// Seven of twelve.
    Seven,
    /// Two thirds.
    Eight,
    /// Three quarters.
    Nine,
    /// All.
    Full,
}

impl Width {
    /// The style sheet's class. What is half a row or less stays in two columns in middling windows.
    pub fn class(self) -> &'static str {
        match self {
            Width::Three => "w3 half",
            Width::Four => "w4 half",
            Width::Five => "w5",
            Width::Six => "w6 half",
            Width::Seven => "w7",
            Width::Eight => "w8",
            Width::Nine => "w9",
            Width::Full => "",
        }
    }
}

/// A word beside the title: "3 of 5 providers", "needs a budget".
#[derive(Clone, Debug)]
pub struct CardMark {
    /// Its colour; the word must say the same.
    pub tone: Tone,
    /// The word.
    pub label: String,
}

/// A link in a card's menu.
#[derive(Clone, Debug)]
pub struct MenuLink {
    /// What it leads to: "CSV", "Rows behind this".
    pub label: String,
    /// Where.
    pub href: String,
    /// Whether the browser saves it instead of showing it.
    pub is_download: bool,
}

/// When the newest row is from, if that needs to be said.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// The newest row.
    pub newest: Moment,
    /// Whether that is older than twice what is expected.
    pub is_stale: bool,
}

/// A card. Wrap its content in `{% call kit::card(frame, card) %} … {% endcall %}`.
#[derive(Clone, Debug)]
pub struct Card {
    /// Unique in the page.
    pub id: String,
    /// The title: the question it answers, or what it shows.
    pub title: String,
    /// What the numbers are: "per day, UTC". May be empty.
    pub about: String,
    /// What it shows and what to do with it, as a sentence; shown on hover. May be empty.
    pub help: String,
    /// Its width.
    pub width: Width,
    /// The id of the chart in it, for the table switch.
    pub chart: Option<String>,
    /// The menu: CSV of exactly what it shows, the rows behind it. Without any there is no menu.
    pub menu: Vec<MenuLink>,
    /// A word beside the title.
    pub mark: Option<CardMark>,
    /// When the newest row is from.
    pub freshness: Option<Freshness>,
    /// Where it is loaded on its own, if it can be.
    pub alone: Option<Section>,
}

impl Card {
    /// A card with a title only.
    pub fn new(id: impl Into<String>, title: impl Into<String>, width: Width) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            about: String::new(),
            help: String::new(),
            width,
            chart: None,
            menu: Vec::new(),
            mark: None,
            freshness: None,
            alone: None,
        }
    }

    /// Says what the numbers are.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// Adds the table switch of the chart with this id.
    #[must_use]
    pub fn chart(mut self, id: impl Into<String>) -> Self {
        self.chart = Some(id.into());
        self
    }

    /// Adds the link to exactly what the card shows, as CSV.
    #[must_use]
    pub fn csv(mut self, href: impl Into<String>) -> Self {
        self.menu.push(MenuLink {
            label: "Download CSV".into(),
            href: href.into(),
            is_download: true,
        });
        self
    }

    /// Adds the link to the rows behind the card.
    #[must_use]
    pub fn rows(mut self, href: impl Into<String>) -> Self {
        self.menu.push(MenuLink {
            label: "Show the rows behind this".into(),
            href: href.into(),
            is_download: false,
        });
        self
    }
}

/// A card whose content is still to come: `{% call kit::waiting(frame, waiting) %}{% endcall %}`, inside an
/// `<an-section>`, which loads it. Without script its link leads to the content.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Title and width of the card that will come.
    pub card: Card,
    /// The height of its content, so that nothing moves.
    pub height: Height,
    /// The page with this section in place.
    pub href: String,
}

impl Waiting {
    /// The page with this section in place, from its top.
    pub fn whole_href(&self) -> &str {
        self.href.split('#').next().unwrap_or_default()
    }
}
