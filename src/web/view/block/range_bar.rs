//! What a page is asked for, beside its title: how far back, from when to when, compared with what.
//!
//! Every choice is a link or a form that sends its fields by GET, so that the page's address says all of it.

use askama::Template;
use askama::filters::HtmlSafe;

/// One of several pages to choose from.
#[derive(Clone, Debug)]
pub struct LinkChoice {
    /// Its name: "30d".
    pub label: String,
    /// The page with it chosen.
    pub href: String,
    /// Whether it is the chosen one.
    pub is_current: bool,
}

/// A few choices side by side. Place it with `{{ segmented }}`.
///
/// With `swaps`, inside an `<an-section>`, a choice changes the section only.
#[derive(Clone, Debug, Template)]
#[template(path = "block/segmented.html")]
pub struct Segmented {
    /// What is chosen: "Time range".
    pub label: String,
    /// The choices.
    pub choices: Vec<LinkChoice>,
    /// Whether a choice changes only the section around it.
    pub swaps: bool,
}

impl HtmlSafe for Segmented {}

/// Any two days.
#[derive(Clone, Debug)]
pub struct DateRange {
    /// The range of now, as people read it: "23 Oct – 21 Nov".
    pub label: String,
    /// Whether it was chosen here and not as one of the usual ranges.
    pub is_current: bool,
    /// The first day: "2026-10-23".
    pub from: String,
    /// The last day, which is in it.
    pub to: String,
    /// The first day with data.
    pub earliest: String,
    /// Today, in the project's zone.
    pub latest: String,
    /// The zone in which days begin: "Europe/Berlin".
    pub zone: String,
    /// The page's path.
    pub action: String,
    /// All other parameters of the page's address, to be kept.
    pub kept: Vec<(String, String)>,
}

/// What figures are compared with.
#[derive(Clone, Debug)]
pub struct Compare {
    /// The chosen one, in the button: "Compare" or "vs previous".
    pub label: String,
    /// Whether anything is compared.
    pub is_on: bool,
    /// Previous period, previous year, nothing.
    pub choices: Vec<LinkChoice>,
}

/// Range, days and comparison. Place it in the header with `{% call kit::range_bar(frame, bar) %}{% endcall %}`.
#[derive(Clone, Debug)]
pub struct RangeBar {
    /// `1h 24h 7d 30d 90d 1y`.
    pub ranges: Segmented,
    /// Any two days.
    pub days: DateRange,
    /// The comparison, where the page has one.
    pub compare: Option<Compare>,
}
