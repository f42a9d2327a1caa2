//! A machine whose clock is set: ids still count once, figures stay sane, nothing panics.
//!
//! These start the application inside the test, with a clock that stands until it is moved.

use std::path::Path;
use std::sync::Arc;

use analytics::app::App;
use analytics::config::Config;
use analytics::core::clock::{Clock, ManualClock};
use analytics::web::server;
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::until;

/// The application in this process, between two starts of a machine.
pub struct Machine {
    pub app: Arc<App>,
    url: String,
    ingest_key: String,
    pub handle: actix_web::dev::ServerHandle,
    client: Client,
}

impl Machine {
    pub async fn start(folder: &Path, clock: &ManualClock) -> Machine {
        let mut config = Config::default();
        config.server.data_dir = folder.to_owned();
        let clock = Clock::Manual(clock.clone());
        let built = App::build(config, clock, None).await;
        let (app, welcome) = built.expect("it starts");
        let listener = server::bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let listening = server::start(&app, listener).expect("a server");
        let key = welcome
            .ingest_key
            .map(|made| made.token.reveal().to_owned());
        let machine = Machine {
            url: format!("http://{}", listening.address),
            ingest_key: key.unwrap_or_default(),
            handle: listening.handle(),
            client: Client::new(),
            app,
        };
        actix_web::rt::spawn(listening.run());
        machine
    }

    /// Stops, moves the clock to `now` and starts again.
    pub async fn reboot(self, folder: &Path, clock: &ManualClock, now: Timestamp) -> Machine {
        self.handle.stop(true).await;
        let app = Arc::clone(&self.app);
        let stopped = tokio::task::spawn_blocking(move || app.stop()).await;
        stopped.expect("it stops");
        self.app.control.close().await.expect("it closes");
        let key = self.ingest_key.clone();
        drop(self);
        clock.set(now);
        let mut machine = Machine::start(folder, clock).await;
        machine.ingest_key = key;
        machine
    }

    pub async fn send(&self, events: &Value) -> Value {
        let request = self.client.post(format!("{}/v1/events", self.url));
        let request = request.bearer_auth(&self.ingest_key);
        let answer = request.body(events.to_string()).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("a receipt")
    }

    /// Events of the first project that are stored.
    pub async fn count(&self) -> u64 {
        let next = self.app.journal.progress().next();
        let patience = crate::harness::PATIENCE;
        assert!(self.app.loader.barrier(next, patience).await);
        let summary = analytics::store::summary::summary(&self.app.engine, 1).await;
        summary.expect("a summary").events
    }

    pub fn frame(&self) -> Value {
        let frame = self.app.hub.snapshot(1).expect("a project");
        serde_json::to_value(frame).expect("JSON")
    }

    /// The live figures once all of `events` are in them.
    pub async fn figures_with(&self, events: u64) -> Value {
        until("the live window follows", async || {
            self.frame()["seq"].as_u64() >= Some(events)
        })
        .await;
        self.frame()
    }
}

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn call(id: Uuid) -> Value {
    json!({
        "type": "response_received", "id": id, "user_id": "ana", "provider": "openai",
        "model": "gpt-4o-mini", "input_tokens": 100, "output_tokens": 20, "latency_ms": 500
    })
}

#[actix_web::test]
async fn ids_count_once_when_the_clock_was_a_year_ahead_and_is_set_right() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = ManualClock::at(time("2027-11-21T12:00:00Z"));
    let machine = Machine::start(folder.path(), &clock).await;
    let ids = [Uuid::new_v4(), Uuid::now_v7()];
    let events: Value = ids.iter().map(|id| call(*id)).collect();
    assert_eq!(machine.send(&events).await["accepted"], 2);

    // Set right: everything stored is dated in the future now.
    let right = time("2026-11-21T12:00:00Z");
    let machine = machine.reboot(folder.path(), &clock, right).await;

    let again = machine.send(&events).await;
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(machine.send(&json!({ "type": "x" })).await["accepted"], 1);
    assert_eq!(machine.count().await, 3);
    let figures = machine.figures_with(1).await;
    // What is dated a year ahead did not happen today, nor in the last minutes.
    assert_eq!(figures["kpi"]["tokens_consumed_today"], 0, "{figures}");
    assert_eq!(figures["kpi"]["active_users_now"], 0, "{figures}");
    machine.handle.stop(true).await;
}

#[actix_web::test]
async fn ids_count_once_when_the_clock_is_set_a_year_ahead_and_back_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = time("2026-11-21T12:00:00Z");
    let clock = ManualClock::at(start);
    let machine = Machine::start(folder.path(), &clock).await;
    let ids = [Uuid::new_v4(), Uuid::now_v7()];
    let events: Value = ids.iter().map(|id| call(*id)).collect();
    assert_eq!(machine.send(&events).await["accepted"], 2);

    let machine = machine
        .reboot(folder.path(), &clock, time("2027-11-21T12:00:00Z"))
        .await;
    machine.send(&events).await;
    assert_eq!(machine.count().await, 2, "counted once");
    let later = call(Uuid::new_v4());
    assert_eq!(machine.send(&later).await["accepted"], 1);

    let back = start + SignedDuration::from_mins(5);
    let machine = machine.reboot(folder.path(), &clock, back).await;
    machine.send(&events).await;
    machine.send(&later).await;
    assert_eq!(machine.count().await, 3, "counted once");
    machine.handle.stop(true).await;
}

#[actix_web::test]
async fn a_running_server_lives_with_a_clock_that_is_set_back_and_forward() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = time("2026-11-21T12:00:00Z");
    let clock = ManualClock::at(start);
    let machine = Machine::start(folder.path(), &clock).await;
    machine.send(&call(Uuid::new_v4())).await;
    let figures = machine.figures_with(1).await;
    assert_eq!(figures["kpi"]["active_users_now"], 1);
    assert_eq!(figures["kpi"]["tokens_consumed_today"], 120);

    // An hour back: the person of a moment ago is in the future, and somebody else is here now.
    clock.set(start - SignedDuration::from_hours(1));
    let mut bo = call(Uuid::new_v4());
    bo["user_id"] = "bo".into();
    machine.send(&bo).await;
    let figures = machine.figures_with(2).await;
    assert_eq!(figures["kpi"]["active_users_now"], 1, "only Bo: {figures}");
    assert_eq!(figures["kpi"]["avg_latency_ms"], 500.0);
    assert_eq!(figures["kpi"]["tokens_consumed_today"], 240, "the same day");
    let minutes = figures["hour"]["today"]["active_users_now"].as_array();
    let last = minutes.and_then(|minutes| minutes.last());
    assert_eq!(last, Some(&json!(1)), "Bo is in the present minute");

    // Two days forward: a new day, with nothing in it yet.
    clock.set(start + SignedDuration::from_hours(48));
    let figures = machine.frame();
    assert_eq!(figures["kpi"]["tokens_consumed_today"], 0);
    assert_eq!(figures["kpi"]["active_users_now"], 0);
    assert_eq!(figures["kpi"]["avg_latency_ms"], Value::Null);
    assert_eq!(machine.count().await, 2);
    machine.handle.stop(true).await;
}

#[actix_web::test]
async fn sessions_go_on_over_a_small_step_of_the_clock_and_end_over_a_large_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = time("2026-11-21T12:00:00Z");
    let clock = ManualClock::at(start);
    let machine = Machine::start(folder.path(), &clock).await;
    for minutes in [0, -10, 5, -600] {
        clock.set(start + SignedDuration::from_mins(minutes));
        machine.send(&call(Uuid::new_v4())).await;
    }
    assert_eq!(machine.count().await, 4);
    let sessions = machine
        .app
        .engine
        .read(|reader| {
            let sql = "SELECT count(DISTINCT session_id) FROM events";
            Ok(reader.query_row(sql, [], |row| row.get::<_, i64>(0))?)
        })
        .await;
    assert_eq!(
        sessions.expect("a number"),
        2,
        "one, and one ten hours before"
    );
    machine.handle.stop(true).await;
}
