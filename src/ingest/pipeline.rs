//! The steps from a typed draft to an accepted event, in order, each with its counters.
//!
//! A step changes the draft or drops it with a reason; what it does stands in `step.rs`. Knows no wire
//! format and no store.

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::core::code::Code;
use crate::core::event::Event;
use crate::ingest::convert::{self, Arrival, Draft, Refusal};
use crate::ingest::enrich::geo::Countries;
use crate::ingest::enrich::preview::Preview;
use crate::ingest::enrich::user_agent::AgentReader;
use crate::ingest::enrich::visitor::DailySalts;
use crate::ingest::session::Sessions;
use crate::ingest::step;
use crate::pricing::book::PriceBook;

/// What the pipeline needs to know about the project.
#[derive(Clone, Debug)]
pub struct ProjectRules {
    /// Number of the project.
    pub project: u32,
    /// What is kept of prompts and answers.
    pub preview: Preview,
    /// Whether mail addresses, secrets and card numbers are masked.
    pub mask: bool,
    /// Whether cookieless visitors are counted.
    pub visitors: bool,
    /// Currency for payments without one.
    pub currency: String,
}

/// Who sent the events of one request.
#[derive(Clone, Debug)]
pub struct Sender {
    /// When the request came.
    pub received: Timestamp,
    /// The time on the sender's clock when it sent the request, if it said so.
    pub sent: Option<Timestamp>,
    /// Whether it came from a page: it then names the visitor, and is believed less.
    pub is_browser: bool,
    /// Whether its key proves a server, which may send events of any date.
    pub may_backdate: bool,
    /// The peer's address, behind trusted proxies the one they name.
    pub address: Option<IpAddr>,
    /// The user agent of the request.
    pub user_agent: Option<String>,
    /// First of the accepted languages.
    pub language: Option<String>,
    /// The page's address as the browser names it.
    pub referrer: Option<String>,
    /// Whether the browser asks not to be tracked.
    pub opted_out: bool,
}

/// Settings of the pipeline.
#[derive(Clone, Copy, Debug)]
pub struct PipelineSettings {
    /// Crawlers are dropped.
    pub drop_bots: bool,
    /// DNT and GPC are honoured.
    pub honour_dnt: bool,
    /// Largest difference between a page's clock and ours, in microseconds.
    pub clock_skew_us: i64,
    /// Largest age of an event from a page that says when it sent it, in microseconds.
    pub late_us: i64,
}

/// Tables and memories that the steps use.
pub struct Pipeline {
    /// Settings.
    pub settings: PipelineSettings,
    /// Prices that compute costs.
    pub prices: ArcSwap<PriceBook>,
    /// Reader of user agents.
    pub agents: AgentReader,
    /// Address to country.
    pub countries: Countries,
    /// Open sessions.
    pub sessions: Sessions,
    /// Salts of the visitor hash.
    pub salts: ArcSwap<DailySalts>,
}

/// What a step works on.
pub struct Work<'a> {
    /// Shared tables.
    pub pipeline: &'a Pipeline,
    /// The project's rules.
    pub rules: &'a ProjectRules,
    /// The request.
    pub sender: &'a Sender,
    /// The event so far.
    pub draft: Draft,
    /// Set by the page step, for the session.
    pub campaign: u64,
}

/// One step: its name on the page "Why is my event missing?", and what it does.
pub struct Step {
    /// Name, in the singular and in lower case.
    pub name: &'static str,
    /// What it does, for people.
    pub help: &'static str,
    run: fn(&mut Work) -> Result<(), Refusal>,
}

/// The first step is the reading of the event itself; these follow, in this order.
pub const STEPS: &[Step] = &[
    Step {
        name: "bot",
        help: "Crawlers and automated browsers are left out.",
        run: step::bot,
    },
    Step {
        name: "consent",
        help: "Visitors who ask not to be tracked are left out.",
        run: step::consent,
    },
    Step {
        name: "clock",
        help: "Events from pages must be recent.",
        run: step::clock,
    },
    Step {
        name: "page",
        help: "Addresses are cleaned; campaign and channel are read.",
        run: step::page,
    },
    Step {
        name: "preview",
        help: "Prompts and answers are masked and cut.",
        run: step::preview,
    },
    Step {
        name: "device",
        help: "Browser, system and device are read from the user agent.",
        run: step::device,
    },
    Step {
        name: "country",
        help: "The country is looked up; the address is forgotten.",
        run: step::country,
    },
    Step {
        name: "visitor",
        help: "Cookieless visitors get a hash that changes every day.",
        run: step::visitor,
    },
    Step {
        name: "session",
        help: "Events are joined to sessions.",
        run: step::session,
    },
    Step {
        name: "outcome",
        help: "Status and error class get their usual names.",
        run: step::outcome,
    },
    Step {
        name: "price",
        help: "AI calls are priced.",
        run: step::price,
    },
];

/// An event that was not kept.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Where: 0 is the reading, then the steps.
    pub step: usize,
    /// Why.
    pub refusal: Refusal,
    /// The event as far as it was read, for the log.
    pub event: Option<Box<Event>>,
}

impl Pipeline {
    /// Takes one event from JSON text to an accepted event. `None` stands for text that is not JSON.
    ///
    /// # Errors
    /// Where it was stopped and why.
    pub fn run(
        &self,
        json: Option<&str>,
        rules: &ProjectRules,
        sender: &Sender,
    ) -> Result<Event, Stopped> {
        let unread = |refusal| Stopped {
            step: 0,
            refusal,
            event: None,
        };
        let json = json.ok_or_else(|| {
            unread(Refusal::new(
                Code::BodyMalformed,
                "the line is not valid JSON",
            ))
        })?;
        let arrival = Arrival {
            received: sender.received,
            sent: sender.sent,
        };
        let draft = convert::convert(json, rules.project, arrival).map_err(unread)?;
        let mut work = Work {
            pipeline: self,
            rules,
            sender,
            draft,
            campaign: 0,
        };
        for (number, step) in (1..).zip(STEPS) {
            if let Err(refusal) = (step.run)(&mut work) {
                return Err(Stopped {
                    step: number,
                    refusal,
                    event: Some(Box::new(work.draft.event)),
                });
            }
        }
        Ok(work.draft.event)
    }
}

/// Shares a price book and the other tables between workers.
pub type SharedPipeline = Arc<Pipeline>;
