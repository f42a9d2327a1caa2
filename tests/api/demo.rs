//! The demo project: filled twice, followed, removed, brought back; and another project beside it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use analytics::app::App;
use analytics::config::Config;
use analytics::core::clock::{Clock, ManualClock};
use analytics::demo::fill::{self, Filled, Target};
use analytics::demo::live;
use analytics::demo::project::{self, Demo, Wish};
use analytics::demo::remove::erase_removed;
use analytics::demo::stream::Stream;
use analytics::demo::world::World;
use analytics::ingest::pipeline::Sender;
use analytics::store::control::audit::Actor;
use analytics::store::control::key_kind::KeyKind;
use analytics::store::summary::summary;
use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Appliance, complained, create_key, run, said, until};

/// Ten in the morning of a Tuesday.
const NOW: &str = "2026-11-24T10:00:00Z";
/// Days of the demos here: enough to hold everything, and quick.
const DAYS: u32 = 12;
/// Tables with rows of a project.
const TABLES: [&str; 8] = [
    "events",
    "previews",
    "people",
    "calls_day",
    "people_day",
    "latency_day",
    "payments_day",
    "ratings_day",
];

/// The application in this process, with a clock that is moved by hand.
struct Place {
    folder: TempDir,
    clock: ManualClock,
    /// `None` only while it starts again: the folder is locked until the last handle is gone.
    app: Option<Arc<App>>,
}

impl Place {
    fn app(&self) -> &Arc<App> {
        self.app.as_ref().expect("it runs")
    }

    async fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = ManualClock::at(NOW.parse().expect("a literal"));
        let app = Some(build(folder.path(), &clock).await);
        Place { folder, clock, app }
    }

    /// Ends the application and starts it again, with `between` in the meantime.
    async fn restart(&mut self, between: impl FnOnce(&Path)) {
        let app = self.app.take().expect("it runs");
        stop(&app).await;
        drop(app);
        between(self.folder.path());
        self.app = Some(build(self.folder.path(), &self.clock).await);
    }

    async fn demo(&self) -> Demo {
        let wish = Wish {
            seed: Some(7),
            days: Some(DAYS),
        };
        let demo =
            project::ensure(&self.app().control, wish, self.clock_now(), Actor::Terminal).await;
        demo.expect("a demo")
    }

    fn clock_now(&self) -> Timestamp {
        self.app().clock.now()
    }

    fn target(&self, demo: &Demo) -> Target {
        Target::Here {
            app: Arc::clone(self.app()),
            project: Arc::clone(&demo.project),
        }
    }

    /// Sends the whole history up to the present, whatever is there already.
    async fn fill_all(&self, demo: &Demo) -> Filled {
        let mut stream = Stream::new(World::new(demo.settings()), 0);
        let now = self.clock_now().as_millisecond();
        let filled = fill::fill(&mut stream, now, &self.target(demo), |_| true).await;
        filled.expect("the demo is accepted")
    }

    async fn held(&self, demo: &Demo) -> u64 {
        self.target(demo).held().await.expect("an answer").events
    }

    /// An event of the first project, as a client would send it.
    async fn send_own_event(&self, number: u32) {
        let project = self.app().control.directory().projects().remove(0);
        assert!(!project.is_demo());
        let sender = Sender {
            received: self.clock_now(),
            is_browser: false,
            may_backdate: true,
            address: None,
            user_agent: None,
            language: None,
            referrer: None,
            opted_out: false,
            sent: None,
        };
        let event = json!({
            "id": format!("00000000-0000-4000-8000-{number:012}"), "type": "response_received", "user_id": "ana",
            "provider": "openai", "model": "gpt-5-mini", "input_tokens": 10, "latency_ms": 5,
            "request_preview": "our own words",
        });
        let rules = self.app().rules(&project);
        let taken = self
            .app()
            .pipeline
            .run(Some(&event.to_string()), &rules, &sender);
        let event = taken.unwrap_or_else(|stopped| panic!("{:?}", stopped.refusal));
        self.app()
            .journal
            .submit(vec![event])
            .await
            .expect("it is kept");
    }

    /// Rows of a project, by table; all that is acknowledged is loaded and rolled up before.
    async fn rows(&self, project: u32) -> [i64; TABLES.len()] {
        let next = self.app().journal.progress().next();
        assert!(
            self.app()
                .loader
                .barrier(next, Duration::from_secs(60))
                .await
        );
        let counts = self.app().engine.read(move |reader| {
            let mut counts = [0; TABLES.len()];
            for (table, count) in TABLES.iter().zip(&mut counts) {
                let sql = format!("SELECT count(*) FROM {table} WHERE project = {project}");
                *count = reader.query_row(&sql, [], |row| row.get(0))?;
            }
            Ok(counts)
        });
        counts.await.expect("counts")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // After a failed assertion the threads of the application should not outlive its folder.
        if let Some(app) = &self.app {
            app.stop();
        }
    }
}

async fn build(folder: &Path, clock: &ManualClock) -> Arc<App> {
    let mut config = Config::default();
    config.server.data_dir = folder.to_path_buf();
    config.storage.memory_bytes = Some(128 << 20);
    config.storage.threads = Some(1);
    let (app, _) = App::build(config, Clock::Manual(clock.clone()), None)
        .await
        .expect("it starts");
    app
}

async fn stop(app: &Arc<App>) {
    let stopping = Arc::clone(app);
    tokio::task::spawn_blocking(move || stopping.stop())
        .await
        .expect("it stops");
    app.control.close().await.expect("it closes");
}

#[tokio::test(flavor = "multi_thread")]
async fn filling_twice_adds_nothing_also_after_a_restart() {
    let mut place = Place::new().await;
    let demo = place.demo().await;

    let first = place.fill_all(&demo).await;
    let second = place.fill_all(&demo).await;

    assert!(first.accepted > 5_000 && first.duplicates == 0, "{first:?}");
    assert_eq!((second.accepted, second.duplicates), (0, first.accepted));
    assert_eq!(place.held(&demo).await, first.accepted);

    place.restart(|_| ()).await;
    let demo = place.demo().await;
    let third = place.fill_all(&demo).await;
    assert_eq!((third.accepted, third.duplicates), (0, first.accepted));
    assert_eq!(place.held(&demo).await, first.accepted);

    let held = place.target(&demo).held().await.expect("an answer");
    let mut rest = fill::missing(World::new(demo.settings()), held);
    let now = place.clock_now().as_millisecond();
    let sent = fill::fill(&mut rest, now, &place.target(&demo), |_| true)
        .await
        .expect("accepted");
    assert_eq!(sent.accepted, 0);
    assert!(
        sent.duplicates < first.accepted / 10,
        "only the last hour is sent again: {sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_takes_exactly_the_demo_and_it_can_be_made_again() {
    let place = Place::new().await;
    place.send_own_event(1).await;
    let own = place.app().control.directory().projects()[0].id.get();
    let demo = place.demo().await;
    let first = place.fill_all(&demo).await;
    let number = demo.project.id.get();
    let key = place
        .app()
        .control
        .create_key(Some("demo"), KeyKind::Read, "reader", Actor::Terminal)
        .await
        .expect("a key");
    let before = place.rows(number).await;
    assert!(
        before[0] == first.accepted as i64 && before[1] > 0 && before[2] > 0,
        "{before:?}"
    );
    let own_before = place.rows(own).await;
    assert_eq!(own_before[..3], [1, 1, 1]);

    let control = &place.app().control;
    control
        .remove_demo_project(demo.project.id, Actor::Terminal)
        .await
        .expect("removed");
    erase_removed(place.app()).await.expect("erased");

    assert_eq!(place.rows(number).await, [0; TABLES.len()]);
    assert_eq!(place.rows(own).await, own_before);
    assert!(project::find(control).is_none());
    assert!(control.verify(key.token.reveal()).await.is_err());
    assert!(place.app().hub.snapshot(number).is_none());
    let removed = control.removed_projects().await.expect("numbers");
    assert!(
        removed.len() == 1 && removed[0].erased_at.is_some(),
        "{removed:?}"
    );

    let again = place.demo().await;
    assert!(
        again.project.id > demo.project.id,
        "a number is not given twice"
    );
    assert_eq!(again.project.slug, "demo");
    assert_eq!(
        place.fill_all(&again).await,
        first,
        "the same seed, the same events"
    );
    assert_eq!(place.held(&again).await, first.accepted);
    assert_eq!(place.rows(own).await, own_before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_removal_is_finished_by_the_next_start() {
    let mut place = Place::new().await;
    let demo = place.demo().await;
    place.fill_all(&demo).await;
    let control = &place.app().control;
    control
        .remove_demo_project(demo.project.id, Actor::Terminal)
        .await
        .expect("removed");

    place.restart(|_| ()).await;
    assert!(
        place.rows(demo.project.id.get()).await[0] > 0,
        "nobody has erased it yet"
    );
    erase_removed(place.app()).await.expect("erased");

    assert_eq!(place.rows(demo.project.id.get()).await, [0; TABLES.len()]);
    let removed = place
        .app()
        .control
        .removed_projects()
        .await
        .expect("numbers");
    assert!(removed[0].erased_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_does_not_bring_back_what_was_erased() {
    let mut place = Place::new().await;
    let demo = place.demo().await;
    let number = demo.project.id.get();
    let mut stream = Stream::new(World::new(demo.settings()), 0);
    let now = place.clock_now().as_millisecond();
    let half = {
        let (target, mut batches) = (place.target(&demo), 0);
        let first = fill::fill(&mut stream, now, &target, |_| {
            batches += 1;
            batches < 3
        });
        first.await.expect("accepted").accepted
    };
    let copy = tempfile::tempdir().expect("a folder");
    place
        .restart(|data| {
            std::fs::copy(data.join("events.duckdb"), copy.path().join("copy")).expect("a copy");
        })
        .await;
    place.send_own_event(1).await;
    place.fill_all(&demo).await;
    assert!(place.held(&demo).await > half);
    place
        .app()
        .control
        .remove_demo_project(demo.project.id, Actor::Terminal)
        .await
        .expect("removed");
    erase_removed(place.app()).await.expect("erased");

    // As if DuckDB had lost everything since the copy: the journal loads it again, but nothing of the demo.
    place
        .restart(|data| {
            std::fs::copy(copy.path().join("copy"), data.join("events.duckdb")).expect("a copy");
        })
        .await;

    let own = place.app().control.directory().projects()[0].id.get();
    assert_eq!(place.rows(own).await[0], 1, "what is not erased comes back");
    assert_eq!(
        place.rows(number).await[0],
        half as i64,
        "only what the copy held"
    );
    erase_removed(place.app()).await.expect("erased");
    assert_eq!(place.rows(number).await, [0; TABLES.len()]);
    assert_eq!(place.rows(own).await[0], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_traffic_goes_on_without_doubling_and_ends_when_the_demo_is_removed() {
    let mut place = Place::new().await;
    let demo = place.demo().await;
    let reaches = async |place: &Place, behind_s: i64| {
        let wanted = place.clock_now().as_second() - behind_s;
        until("the demo has caught up", async || {
            let held = place.target(&demo).held().await.expect("an answer");
            held.last_timestamp
                .is_some_and(|last| last.as_second() >= wanted)
        })
        .await;
    };

    let living = live::start(place.app());
    reaches(&place, 120).await;
    place.clock.advance(Duration::from_secs(900));
    reaches(&place, 120).await;
    place.app().is_stopping.store(true, Ordering::Release);
    living.await.expect("it ends when the server stops");
    let natural = {
        let mut stream = Stream::new(World::new(demo.settings()), 0);
        let mut count = 0;
        while stream.next_at() < place.clock_now().as_millisecond() {
            stream.next();
            count += 1;
        }
        count
    };
    let held = place.held(&demo).await;
    assert!(
        held > natural && held < natural + 15_000,
        "{held} with a crowd besides {natural}"
    );

    place.restart(|_| ()).await;
    place.clock.advance(Duration::from_secs(7_200));
    let living = live::start(place.app());
    reaches(&place, 120).await;
    let again = place.fill_all(&demo).await;
    assert_eq!(again.accepted, 0, "the two hours in between are there too");
    let number = demo.project.id.get();
    let (rows, ids) = place
        .app()
        .engine
        .read(move |reader| {
            let sql =
                format!("SELECT count(*), count(DISTINCT id) FROM events WHERE project = {number}");
            Ok(reader.query_row(&sql, [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })?)
        })
        .await
        .expect("counts");
    assert_eq!(rows, ids);

    place
        .app()
        .control
        .remove_demo_project(demo.project.id, Actor::Terminal)
        .await
        .expect("removed");
    erase_removed(place.app()).await.expect("erased");
    living.await.expect("it ends when the demo is removed");
    assert_eq!(place.rows(number).await, [0; TABLES.len()]);
    let own = summary(&place.app().engine, 1).await.expect("an answer");
    assert_eq!(own.events, 0, "the first project never got any of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_fills_and_removes_beside_a_running_server_and_alone() {
    let mut appliance = Appliance::start();
    let folder = appliance.folder.path().to_owned();
    appliance
        .server
        .send(&json!([{ "type": "x", "user_id": "ana" }]))
        .await;

    let missing = run(&["demo", "--remove"], &folder);
    assert_eq!(missing.status.code(), Some(1));
    assert!(complained(&missing).contains("there is no demo project"));

    let filled = run(&["demo", "--days", "7", "--seed", "5"], &folder);
    assert!(filled.status.success(), "{}", complained(&filled));
    let held = number_before(&said(&filled), " events");
    assert!(held > 1_000, "{}", said(&filled));
    assert_eq!(number_before(&said(&filled), " are new"), held);
    let again = run(&["demo"], &folder);
    let new = number_before(&said(&again), " are new");
    assert!(
        again.status.success() && new < held / 20,
        "{}",
        said(&again)
    );
    let other = run(&["demo", "--seed", "6"], &folder);
    assert_eq!(other.status.code(), Some(1));
    assert!(complained(&other).contains("with the seed 5; remove it first"));
    let keys = said(&run(&["key", "list"], &folder));
    assert!(
        keys.contains("filling of the demo") && keys.contains("revoked"),
        "{keys}"
    );
    let filling: Vec<&str> = keys
        .lines()
        .filter(|line| line.contains("filling of"))
        .collect();
    assert!(
        filling.iter().all(|line| line.contains("revoked")),
        "{keys}"
    );

    let removed = run(&["demo", "--remove"], &folder);
    assert!(removed.status.success(), "{}", complained(&removed));
    assert_eq!(appliance.count().await, 1, "the first project is as it was");

    appliance.server.stop();
    let alone = run(&["demo", "--days", "7", "--seed", "5"], &folder);
    assert!(alone.status.success(), "{}", complained(&alone));
    assert!(number_before(&said(&alone), " events") >= held);
    appliance.server.restart(&folder);
    let key = said(&run(
        &[
            "key",
            "create",
            "--kind",
            "read",
            "--name",
            "r",
            "--project",
            "demo",
        ],
        &folder,
    ));
    let demo = appliance.server.summary(key.trim()).await;
    assert!(demo["events"].as_u64() >= Some(held), "{demo}");
    appliance.server.stop();
    let removed = run(&["demo", "--remove"], &folder);
    assert!(removed.status.success(), "{}", complained(&removed));
    appliance.server.restart(&folder);
    assert_eq!(appliance.count().await, 1);
    let _works = create_key(&folder, "ingest");
}

/// The number that stands before `words`.
fn number_before(text: &str, words: &str) -> u64 {
    let (before, _) = text.split_once(words).unwrap_or_else(|| panic!("{text}"));
    let number = before
        .rsplit(' ')
        .next()
        .and_then(|digits| digits.parse().ok());
    number.unwrap_or_else(|| panic!("{text}"))
}
