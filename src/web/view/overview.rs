//! The overview: six live figures and their last hour, calls by provider, the latest events, and the course of
//! longer ranges below; or the first steps.
//!
//! The live channel changes these values in place, by the rules of [`crate::web::view::figure`],
//! [`crate::web::view::delta`], [`crate::web::view::plot`] and [`crate::render::unit`].

use askama::Template;

use crate::core::value::Unit;
use crate::render::change::Better;
use crate::web::view::block::spark::Spark;
use crate::web::view::delta::{Delta, better_name};
use crate::web::view::figure::{self, Figure};
use crate::web::view::first_steps::FirstSteps;
use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::plot::{LinePlot, PlotTable, StackPlot};
use crate::web::view::provider::ProviderMark;
use crate::web::view::report::{Content, Report};
use crate::web::view::shell::{Shell, Tone};

/// One of the six live figures. Choosing it shows its last hour.
#[derive(Clone, Debug)]
pub struct KpiCard {
    /// The metric's id, which is also its name in live frames.
    pub id: &'static str,
    /// The page with its last hour.
    pub href: String,
    /// Its name, as people read it.
    pub label: &'static str,
    /// What it counts, as a sentence; shown on hover.
    pub help: &'static str,
    /// What its chart shows of each minute.
    pub chart: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Which way is good news.
    pub better: Better,
    /// Whether a minute of it grows while it runs, so that the running one says little yet.
    pub is_sum: bool,
    /// The currency's sign before an amount: "$", "CHF ". Empty for other units.
    pub prefix: String,
    /// Decimals of the currency: 2 for dollars, 0 for yen.
    pub decimals: u8,
    /// The figure.
    pub figure: Figure,
    /// Why a figure can be missing: "No call in the last 5 minutes." Also used by the script.
    pub missing: &'static str,
    /// The period, or a second fact: "p95 2,100 ms", "since midnight".
    pub second: String,
    /// The change against the same time yesterday.
    pub delta: Delta,
    /// What the comparison compares, or why there is none; shown on hover.
    pub delta_help: &'static str,
    /// The last 60 minutes.
    pub spark: Spark,
    /// Whether its last hour is the one that is shown.
    pub is_chosen: bool,
}

impl KpiCard {
    /// The name under which the script knows how it is written.
    pub fn form(&self) -> &'static str {
        figure::form(self.unit)
    }

    /// The name under which the script knows which way is good news.
    pub fn better_name(&self) -> &'static str {
        better_name(self.better)
    }
}

/// The last hour of the chosen figure.
#[derive(Clone, Debug)]
pub struct FigureChart {
    /// The figure's name.
    pub label: &'static str,
    /// What each minute shows.
    pub subtitle: &'static str,
    /// The hour in one sentence, for readers who cannot see it.
    pub summary: String,
    /// The drawing.
    pub plot: LinePlot,
    /// Its numbers.
    pub table: PlotTable,
}

/// The last hour of calls by provider.
#[derive(Clone, Debug)]
pub struct ProviderChart {
    /// The hour in one sentence.
    pub summary: String,
    /// What the colours mean, in the order of the stack.
    pub legend: Vec<ProviderMark>,
    /// The drawing.
    pub plot: StackPlot,
    /// Its numbers.
    pub table: PlotTable,
}

/// A provider in the last minutes.
#[derive(Clone, Debug)]
pub struct ProviderRow {
    /// The provider's id, as live frames name it.
    pub id: String,
    /// Name and colour.
    pub mark: ProviderMark,
    /// Calls of the last full minute, with separators: "1,204".
    pub per_minute: String,
    /// Mean latency: "812 ms", or a dash.
    pub latency: String,
    /// Failed share: "1.25%", or a dash.
    pub error_rate: String,
    /// Whether the share is high.
    pub tone: Tone,
}

/// One of the latest events.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// The event's id; the script shows each id once.
    pub id: String,
    /// When it happened.
    pub when: Moment,
    /// What happened, in words: "Answer received", "Payment", "Error: rate limit".
    pub label: String,
    /// Whether it went well.
    pub tone: Tone,
    /// The user, or the account; may be empty.
    pub subject: String,
    /// The model, with its provider's colour.
    pub model: Option<ProviderMark>,
    /// What else is known, in few words: "812 ms", "1,200 tokens", "$0.0031", "DE".
    pub facts: Vec<String>,
    /// What was paid ("+$49.00"); may be empty.
    pub payment: String,
}

/// What the overview shows.
pub enum OverviewState {
    /// The project has no event yet.
    Empty(FirstSteps),
    /// The project lives.
    Live(Box<LiveState>),
}

/// The figures of a project with data.
pub struct LiveState {
    /// The six cards, in order.
    pub cards: Vec<KpiCard>,
    /// The last hour of the chosen one.
    pub figure: FigureChart,
    /// The last hour by provider.
    pub by_provider: ProviderChart,
    /// Providers of the last five minutes, the one with the most calls first.
    pub providers: Vec<ProviderRow>,
    /// The latest events, newest first.
    pub feed: Vec<FeedRow>,
    /// The currency's sign, for amounts that arrive live.
    pub prefix: String,
    /// The project's zone, for times that arrive live.
    pub zone: String,
    /// The course of longer ranges.
    pub report: Report,
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
