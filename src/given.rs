//! For tests of questions: a real engine in a temporary folder, with events of project 1.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::inquiry::Inquiry;
use crate::core::event::Event;
use crate::core::exchange::Exchange;
use crate::query::membership::Membership;
use crate::query::session::Session;
use crate::store::batch::{EventBatch, PreviewBatch};
use crate::store::engine::{Engine, EngineError, EngineSettings, Part};
use crate::store::person::People;
use crate::store::study::Study;
use crate::store::zones::Zones;

pub const NOW: &str = "2026-11-21T12:00:00Z";

pub struct Given {
    pub engine: Arc<Engine>,
    pub zone: TimeZone,
    /// What currencies are worth in dollars: nothing is known, unless a test says so.
    pub exchange: Exchange,
    pub next_seq: u64,
    people: People,
    _folder: tempfile::TempDir,
}

impl Given {
    pub fn empty(zone: &str) -> Given {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = EngineSettings {
            file: folder.path().join("events.duckdb"),
            temp_folder: folder.path().join("tmp"),
            temp_mb: 100,
            memory_mb: 300,
            threads: 2,
            readers: 2,
            query_timeout: std::time::Duration::from_secs(60),
        };
        Given {
            engine: Arc::new(Engine::open(settings).expect("an engine")),
            exchange: Exchange::without_rates("USD", TimeZone::get(zone).expect("a zone")),
            zone: TimeZone::get(zone).expect("a zone"),
            next_seq: 1,
            people: People::default(),
            _folder: folder,
        }
    }

    pub fn events(zone: &str, events: impl IntoIterator<Item = Event>) -> Given {
        let mut given = Given::empty(zone);
        given.add(events);
        given
    }

    pub fn add(&mut self, events: impl IntoIterator<Item = Event>) {
        let (mut rows, mut previews) = (EventBatch::default(), PreviewBatch::default());
        for mut event in events {
            event.project = event.project.max(1);
            event.set_id(u128::from(self.next_seq));
            let persons = self.people.of(&event);
            rows.push(self.next_seq, &event, persons).expect("a row");
            previews.push(self.next_seq, &event);
            self.next_seq += 1;
        }
        let part = Part {
            events: rows.take().expect("rows"),
            people: self.people.take_new().expect("people"),
            previews: previews.take().expect("previews"),
        };
        self.engine
            .append(self.next_seq, [Ok(part)].into_iter(), &[])
            .expect("an append");
    }

    pub fn roll_up(&self) {
        self.roll_up_below(self.next_seq);
    }

    pub fn roll_up_below(&self, seq: u64) {
        self.engine.roll_up(seq, &self.zones()).expect("a roll-up");
    }

    pub fn zones(&self) -> Zones {
        let zones = Zones::default();
        zones.set(1, &self.zone);
        zones
    }

    /// Asks within a transaction of a reader.
    pub fn study<T: Send + 'static>(
        &self,
        study: impl FnOnce(&Study) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(self.engine.ask(study))
    }

    /// The answer to an analysis.
    pub fn inquire<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Inquiry) -> Result<T, EngineError> + Send + 'static,
    ) -> T {
        self.inquire_with(Membership::default(), question)
    }

    pub fn inquire_with<T: Send + 'static>(
        &self,
        membership: Membership,
        question: impl FnOnce(&Inquiry) -> Result<T, EngineError> + Send + 'static,
    ) -> T {
        let exchange = self.exchange.clone();
        self.study(move |study| question(&Inquiry::begin(study, 1, &exchange)?.with(membership)))
            .expect("an answer")
    }

    /// The answer of a question through the catalogue.
    pub fn session<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Session) -> Result<T, EngineError> + Send + 'static,
    ) -> T {
        self.session_with(true, question)
    }

    /// With roll-ups, or from events alone.
    pub fn session_with<T: Send + 'static>(
        &self,
        uses_rollups: bool,
        question: impl FnOnce(&Session) -> Result<T, EngineError> + Send + 'static,
    ) -> T {
        let exchange = self.exchange.clone();
        let asked = self.study(move |study| {
            let mut session = Session::begin(study, 1, &exchange)?;
            session.uses_rollups = uses_rollups;
            question(&session)
        });
        asked.expect("an answer")
    }
}

pub fn now() -> Timestamp {
    NOW.parse().expect("a moment")
}

pub fn at(text: &str) -> i64 {
    let moment: Timestamp = text.parse().expect("a moment");
    moment.as_microsecond()
}

/// An event of a user.
pub fn did(user: &str, kind: &str, when: &str) -> Event {
    Event {
        kind: kind.into(),
        user_id: Some(user.into()),
        session_id: Some(format!("s-{user}")),
        occurred_at: at(when),
        received_at: at(when),
        ..Event::default()
    }
}

/// An event of an anonymous id.
pub fn looked(anonymous: &str, kind: &str, when: &str) -> Event {
    Event {
        user_id: None,
        anonymous_id: Some(anonymous.into()),
        session_id: Some(format!("s-{anonymous}")),
        ..did(anonymous, kind, when)
    }
}
