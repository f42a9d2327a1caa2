//! The overview: six live figures, the last hour by provider, the latest events, or the first steps.
//!
//! The live channel changes these values in place, by the rules of [`crate::web::view::figure`].

use askama::Template;

use crate::web::view::figure::{Figure, FigureForm};
use crate::web::view::first_steps::FirstSteps;
use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::provider::ProviderMark;
use crate::web::view::shell::{Shell, Tone};
use crate::web::view::sparkline::{Bar, Sparkline};

/// One of the six live figures.
#[derive(Clone, Debug)]
pub struct KpiCard {
    /// The metric's id, which is also its name in live frames.
    pub id: &'static str,
    /// Its name, as people read it.
    pub label: &'static str,
    /// What it counts, as a sentence; shown on hover.
    pub help: &'static str,
    /// How the script writes it.
    pub form: FigureForm,
    /// The currency's sign before an amount: "$", "CHF ". Empty for other forms.
    pub prefix: String,
    /// Decimals of the currency: 2 for dollars, 0 for yen.
    pub decimals: u8,
    /// The figure.
    pub figure: Figure,
    /// Why a figure can be missing: "No calls in the last 5 minutes." Also used by the script.
    pub missing: &'static str,
    /// A second fact: "p95 842 ms", "yesterday by now $1.2K". May be empty.
    pub second: String,
    /// The last 60 minutes.
    pub sparkline: Sparkline,
}

/// A provider's share of the running minute.
#[derive(Clone, Debug)]
pub struct ProviderRow {
    /// The provider's id, as live frames name it.
    pub id: String,
    /// Name and colour.
    pub mark: ProviderMark,
    /// Requests per minute, with separators: "1,204".
    pub per_minute: String,
    /// The bar's width against the longest: "42.0".
    pub width_percent: String,
}

/// One of the latest events.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// The event's id; the script shows each id once.
    pub id: String,
    /// When it happened.
    pub when: Moment,
    /// What happened, in words: "Response", "Payment", "Error: rate limited".
    pub label: String,
    /// Whether it went well.
    pub tone: Tone,
    /// The user, or the account; may be empty.
    pub subject: String,
    /// The model, with its provider's colour.
    pub model: Option<ProviderMark>,
    /// "812 ms"; may be empty.
    pub latency: String,
    /// Input and output together: "1,200"; may be empty.
    pub tokens: String,
    /// What the call cost ("$0.0031"), or what was paid ("+$49.00"); may be empty.
    pub amount: String,
    /// Whether `amount` is money earned.
    pub is_payment: bool,
    /// Two letters; may be empty.
    pub country: String,
}

/// What the overview shows.
pub enum OverviewState {
    /// The project has no event yet.
    Empty(FirstSteps),
    /// The project lives.
    Live(LiveState),
}

/// The figures of a project with data.
pub struct LiveState {
    /// The six cards, in order.
    pub cards: Vec<KpiCard>,
    /// Queries of each of the last 60 minutes, oldest first, from `sparkline::bars`.
    pub hour: Vec<Bar>,
    /// The hour in one sentence, for readers who cannot see the bars.
    pub hour_summary: String,
    /// Requests per minute by provider, largest first, at most 8.
    pub providers: Vec<ProviderRow>,
    /// The latest events, newest first, at most 50.
    pub feed: Vec<FeedRow>,
    /// The currency's sign, for amounts that arrive live.
    pub prefix: String,
}

/// `GET /`.
#[derive(Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The project's zone and currency, in words: "UTC, US dollars".
    pub subtitle: String,
    /// The time of the figures, for readers without script: "21:40:05 UTC".
    pub as_of: String,
    /// First steps or figures.
    pub state: OverviewState,
}
