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
use crate::ingest::convert::{self, Arrival, Draft};
use crate::ingest::enrich::geo::Countries;
use crate::ingest::enrich::preview::Preview;
use crate::ingest::enrich::user_agent::AgentReader;
use crate::ingest::enrich::visitor::DailySalts;
use crate::ingest::refusal::Refusal;
use crate::ingest::request::Requests;
use crate::ingest::session::Sessions;
use crate::ingest::step;
use crate::pricing::books::PriceBooks;

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
    pub prices: ArcSwap<PriceBooks>,
    /// Reader of user agents.
    pub agents: AgentReader,
    /// Address to country.
    pub countries: Countries,
    /// Open sessions.
    pub sessions: Sessions,
    /// Requests that may go on.
    pub requests: Requests,
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
    /// Set by the preview step from the whole prompt, for the request; 0 without any.
    pub prompt: u64,
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
    Step {
        name: "request",
        help: "Attempts and ratings are joined to their request.",
        run: step::request,
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
            prompt: 0,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::book::PriceBook;
    use crate::pricing::books::BookOrigin;

    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36";

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// With salts for the 20th and the 21st.
    fn pipeline() -> Pipeline {
        let days = [20, 21].map(|day| (jiff::civil::date(2026, 11, day), [day as u8; 32]));
        Pipeline {
            settings: PipelineSettings {
                drop_bots: true,
                honour_dnt: true,
                clock_skew_us: 300_000_000,
                late_us: 3 * 86_400_000_000,
            },
            prices: ArcSwap::from_pointee(PriceBooks::new(
                PriceBook::embedded(),
                BookOrigin::Embedded,
            )),
            agents: AgentReader::new(),
            countries: Countries::embedded(),
            sessions: Sessions::default(),
            requests: Requests::default(),
            salts: ArcSwap::from_pointee(DailySalts::from_rows(days)),
        }
    }

    /// What a page sends at `received`, by a clock that is right.
    fn from_page(pipeline: &Pipeline, received: &str, json: &str) -> Event {
        let rules = ProjectRules {
            project: 1,
            preview: Preview::Off,
            mask: true,
            visitors: true,
            currency: "EUR".into(),
        };
        let sender = Sender {
            received: at(received),
            sent: Some(at(received)),
            is_browser: true,
            may_backdate: false,
            address: Some("203.0.113.9".parse().expect("an address")),
            user_agent: Some(CHROME.into()),
            language: None,
            referrer: None,
            opted_out: false,
        };
        pipeline
            .run(Some(json), &rules, &sender)
            .expect("it is accepted")
    }

    #[test]
    fn what_comes_late_belongs_to_the_visitor_and_the_visit_of_its_own_day() {
        let pipeline = pipeline();
        let send = |received: &str, happened: &str| {
            let json = format!(r#"{{"type":"page_view","timestamp":"{happened}"}}"#);
            from_page(&pipeline, received, &json)
        };
        let yesterday = send("2026-11-20T22:00:00Z", "2026-11-20T22:00:00Z");
        let today = send("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z");
        assert_ne!(yesterday.visitor, today.visitor);

        let late = send("2026-11-21T12:00:01Z", "2026-11-20T22:10:00Z");

        assert_eq!(late.visitor, yesterday.visitor);
        assert_eq!(late.session_id, yesterday.session_id);
        let goes_on = send("2026-11-21T12:10:00Z", "2026-11-21T12:10:00Z");
        assert_eq!(goes_on.session_id, today.session_id);
        // The salt of the 19th is gone; the visitor of the day of receipt is the best that is left.
        let later = send("2026-11-21T12:00:02Z", "2026-11-19T12:00:00Z");
        assert_eq!(later.visitor, today.visitor);
        assert_ne!(later.session_id, today.session_id);
    }

    #[test]
    fn a_visit_is_one_before_and_after_the_visitor_is_known() {
        let pipeline = pipeline();
        let send = |json: &str| from_page(&pipeline, "2026-11-21T12:00:00Z", json);

        let view = send(r#"{"type":"page_view"}"#);
        let identified = send(r#"{"type":"identify","user_id":"ana"}"#);

        assert_eq!((view.user_id, view.session_id.is_some()), (None, true));
        assert_eq!(identified.session_id, view.session_id);
    }

    #[test]
    fn attempts_are_numbered_and_a_rating_learns_what_it_rates() {
        let pipeline = pipeline();
        let send = |json: &str| from_page(&pipeline, "2026-11-21T12:00:00Z", json);
        let failed = r#"{"type":"error_occurred","provider":"openai","model":"gpt-4o-mini","request_id":"q1","status_code":500}"#;
        let answered = r#"{"type":"response_received","provider":"Anthropic","model":"claude-sonnet-4-5","request_id":"q1","feature":"search"}"#;

        let attempts = [failed, failed, answered].map(|json| send(json).attempt);
        let rating = send(r#"{"type":"feedback","rating":5,"request_id":"q1"}"#);

        assert_eq!(attempts, [Some(1), Some(2), Some(3)]);
        assert_eq!(
            (
                rating.provider.as_deref(),
                rating.model.as_deref(),
                rating.feature.as_deref()
            ),
            (Some("anthropic"), Some("claude-sonnet-4-5"), Some("search"))
        );
        assert_eq!(rating.attempt, None);
        let prompt = |prompt: &str, kind: &str| {
            send(&format!(
                r#"{{"type":"{kind}","provider":"openai","model":"m","user_id":"ana","prompt":"{prompt}"}}"#
            ))
        };
        let first = prompt("why?", "error_occurred");
        let second = prompt("why?", "response_received");
        assert_eq!((first.attempt, second.attempt), (Some(1), Some(2)));
        assert_eq!(first.request_id, second.request_id);
        assert_eq!(
            first.request_preview, None,
            "a prompt that is not kept still joins"
        );
    }

    #[test]
    fn what_the_script_sends_is_read_whole() {
        let event = from_page(
            &pipeline(),
            "2026-11-21T12:00:00Z",
            r#"{"id":"01a20ce29dfe71f799e942e4902aee2b","type":"page_ping","timestamp":1795262395000,
                "url":"https://shop.example/app?token=abc","path":"/app?token=abc#/cart","visible_ms":1234}"#,
        );
        assert_eq!(event.visible_ms, Some(1234));
        assert_eq!(event.received_at - event.occurred_at, 5_000_000);
        assert_eq!(event.url.as_deref(), Some("https://shop.example/app"));
        assert_eq!(event.path.as_deref(), Some("/app#/cart"));
        assert_eq!(event.metadata, None);
    }
}
