//! Long work that is killed: an erasure and a re-pricing, again and again at random moments. After the next start each is
//! done, once, and everything that it does not concern is as it was.

use std::path::Path;
use std::time::{Duration, Instant};

use analytics::core::clock::Clock;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::harness::{Appliance, create_key, until};
use crate::visitor::{EMAIL, PASSWORD, Visitor};

/// As many events as make the server roll sums up, so that roll-ups are part of what is interrupted.
const ROLLED: usize = 245_760;
/// Events of one request.
const BATCH: usize = 1_000;
/// Kills of each test.
const KILLS: usize = 12;
/// Erasures that are not killed.
const UNHARMED: usize = 3;
/// Days over which events lie.
const DAYS: i64 = 30;

/// What keeps a question from being answered by a roll-up: a condition on something that no roll-up knows.
const RAW: &str = "&filter=metadata.nothing:missing";

struct Scene {
    appliance: Appliance,
    admin_key: String,
    now: Timestamp,
}

impl Scene {
    fn start() -> Scene {
        // Small logs make checkpoints part of what is interrupted.
        let appliance = Appliance::with(&[
            ("ANALYTICS__STORAGE__CHECKPOINT_MB", "8"),
            ("ANALYTICS__STORAGE__LOAD_INTERVAL_MS", "50"),
        ]);
        let admin_key = create_key(appliance.folder.path(), "admin");
        Scene {
            appliance,
            admin_key,
            now: Clock::System.now(),
        }
    }

    /// Today, in the project's zone.
    fn today(&self) -> Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// The first day that is asked about; nothing happened before.
    fn first_day(&self) -> Date {
        self.today() - (DAYS + 1).days()
    }

    /// A moment some days ago, never today, as events say it.
    fn days_ago(&self, number: usize) -> i64 {
        let days = number as i64 % DAYS + 1;
        self.now.as_millisecond() - days * 86_400_000
    }

    /// What everybody else does: calls of a hundred users over a month.
    fn crowd(&self) -> Vec<Value> {
        let call = |number: usize| {
            json!({
                "type": "response_received",
                "user_id": format!("u{}", number % 100),
                "timestamp": self.days_ago(number),
                "provider": "openai",
                "model": "house-model",
                "input_tokens": 1_000,
                "output_tokens": 0,
            })
        };
        (0..ROLLED).map(call).collect()
    }

    async fn send(&self, events: &[Value]) {
        let url = format!("{}/v1/events", self.appliance.server.url);
        for batch in events.chunks(BATCH) {
            let client = &self.appliance.server.client;
            let request = client.post(&url).bearer_auth(&self.admin_key).json(&batch);
            let receipt: Value = request
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("a receipt");
            assert_eq!(receipt["accepted"], batch.len(), "{receipt}");
        }
    }

    async fn ask(&self, query: &str) -> Value {
        // Days that are over, so that an answer tomorrow is that of today.
        let (from, to) = (self.first_day(), self.today() - 1.day());
        let path = format!("/api/v1/query?from={from}&to={to}&{query}");
        let answer = self.appliance.server.get(&path, &self.admin_key).await;
        let (status, text) = (answer.status(), answer.text().await.expect("a text"));
        assert_eq!(status, 200, "{text}");
        let mut answer: Value = serde_json::from_str(&text).expect("JSON");
        // What was asked, and how far the journal was then, is another each time.
        let told = answer.as_object_mut().expect("an object");
        told.retain(|name, _| ["total", "rows"].contains(&&**name));
        assert_eq!(told.len(), 2, "{text}");
        answer
    }

    /// Figures of everybody, by day and in all, each from the roll-ups and counted anew.
    async fn figures(&self) -> Vec<Value> {
        // All that was acknowledged is loaded once this is answered.
        self.appliance.count().await;
        let mut figures = Vec::new();
        for query in [
            "metrics=cost,requests",
            "metrics=cost,requests&by=model",
            "metrics=cost,requests&interval=day&shape=series",
            "metrics=active_users,events",
        ] {
            let (rolled, raw) = (
                self.ask(query).await,
                self.ask(&format!("{query}{RAW}")).await,
            );
            assert_eq!(rolled, raw, "{query}: sums against a recount");
            figures.push(raw);
        }
        figures
    }

    fn kill_and_start(&mut self) {
        self.appliance.server.kill();
        let folder = self.appliance.folder.path().to_owned();
        self.appliance.server.restart(&folder);
    }
}

/// A delay below `most` milliseconds that looks random, another each round and the same in each run.
fn delay(round: usize, most: u64) -> Duration {
    let mut mixed = (round as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    Duration::from_millis((mixed ^ (mixed >> 31)) % most.max(1))
}

/// Everything in a folder and below that holds a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            // What the server removes while we look is not there any more.
            let bytes = std::fs::read(&path).unwrap_or_default();
            let holds = bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes());
            if holds {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_killed_is_finished_once_and_touches_nobody_else() {
    let mut scene = Scene::start();
    let mut events = scene.crowd();
    events
        .iter_mut()
        .for_each(|event| event["cost"] = json!("0.001"));
    scene.send(&events).await;
    let before = scene.figures().await;
    // Forty events by name, and ten before with the log-in that says whose they were.
    let person = |scene: &Scene, round: usize| {
        let (user, visitor) = (
            format!("leaving-{round}-user"),
            format!("leaving-{round}-visitor"),
        );
        let event = |number: usize| match number {
            0..10 => {
                json!({ "type": "page_view", "anonymous_id": visitor, "timestamp": scene.days_ago(3) })
            }
            10 => {
                json!({ "type": "log_in", "anonymous_id": visitor, "user_id": user, "timestamp": scene.days_ago(2) })
            }
            _ => json!({
                "type": "response_received", "user_id": user, "timestamp": scene.days_ago(number),
                "provider": "openai", "model": "house-model", "cost": "0.5",
                "request_preview": format!("it is me, leaving-{round}"),
            }),
        };
        (0..51).map(event).collect::<Vec<Value>>()
    };
    for round in 0..UNHARMED + KILLS {
        scene.send(&person(&scene, round)).await;
    }
    scene.appliance.count().await;
    // How long it takes when nobody interrupts tells when to interrupt. The first one may take longer than the others.
    let mut usual = u64::MAX;
    for round in 0..UNHARMED {
        let began = Instant::now();
        erase(&scene, round).await;
        usual = usual.min(began.elapsed().as_millis() as u64);
    }

    for round in UNHARMED..UNHARMED + KILLS {
        let asking = erase(&scene, round);
        let _answered = tokio::time::timeout(delay(round, usual + 50), asking).await;
        scene.kill_and_start();
        until("the erasure is finished", async || {
            let receipts = receipts(&scene).await;
            let is_done = receipts.iter().all(|receipt| !receipt["done_at"].is_null());
            if is_done && receipts.len() == round {
                // The request came to nothing before anything was written down.
                erase(&scene, round).await;
            }
            is_done && receipts.len() == round + 1
        })
        .await;
        let receipt = &receipts(&scene).await[0];
        assert_eq!(
            (&receipt["events"], &receipt["previews"], &receipt["names"]),
            (&json!(51), &json!(40), &json!(2)),
            "round {round}"
        );
        let journal = scene.appliance.folder.path().join("journal");
        for text in [
            format!("leaving-{round}-"),
            format!("me, leaving-{round}\""),
        ] {
            assert_eq!(holding(&journal, &text), [] as [&str; 0], "round {round}");
        }
        for kind in ["user", "anonymous"] {
            let word = if kind == "user" { "user" } else { "visitor" };
            let path = format!("/api/v1/people/export?kind={kind}&id=leaving-{round}-{word}");
            let answer = scene.appliance.server.get(&path, &scene.admin_key).await;
            assert_eq!(answer.status(), 404, "round {round}, {kind}");
        }
    }

    assert_eq!(scene.figures().await, before, "everybody else");
    assert_eq!(scene.appliance.count().await, ROLLED as u64);
    scene.appliance.server.stop();
    let folder = scene.appliance.folder.path();
    for file in ["journal", "temp"] {
        assert_eq!(holding(&folder.join(file), "leaving-"), [] as [&str; 0]);
    }
    let control: Vec<String> = holding(folder, "leaving-")
        .into_iter()
        .filter(|path| !path.ends_with("events.duckdb"))
        .collect();
    assert_eq!(control, [] as [&str; 0]);
}

async fn erase(scene: &Scene, round: usize) {
    let server = &scene.appliance.server;
    let url = format!("{}/api/v1/people?id=leaving-{round}-user", server.url);
    let request = server.client.delete(url).bearer_auth(&scene.admin_key);
    // The server may be killed meanwhile, or may have nobody left to erase.
    let _killed = request.send().await;
}

/// The receipts, the latest first.
async fn receipts(scene: &Scene) -> Vec<Value> {
    let server = &scene.appliance.server;
    let answer = server
        .get("/api/v1/people/erasures", &scene.admin_key)
        .await;
    let told: Value = answer.json().await.expect("receipts");
    told["erasures"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_pricing_that_is_killed_is_finished_and_its_sums_are_those_of_a_recount() {
    let mut scene = Scene::start();
    let mut ana = Visitor::administrator(&scene.appliance.server).await;
    use_price(&mut ana, 0).await;
    scene.send(&scene.crowd()).await;
    // Others' prices are none of it.
    let bought = |_| json!({ "type": "response_received", "user_id": "bo", "provider": "openai", "model": "x", "cost": "2" });
    scene.send(&(0..5).map(bought).collect::<Vec<_>>()).await;
    assert_eq!(total(&scene).await, wanted(1));
    let mut usual = 0;

    for round in 1..=1 + KILLS as u64 / 2 {
        use_price(&mut ana, round).await;
        let (from, to) = (scene.first_day().to_string(), scene.today().to_string());
        let place = format!("/settings/prices/reprice?from={from}&to={to}");
        let page = ana.get(&place).await;
        assert!(page.text.contains(" anew</button>"), "{}", page.text);
        let csrf = page.csrf();
        let fields = [("csrf", &*csrf), ("from", &*from), ("to", &*to)];
        let began = Instant::now();
        let asked = ana.post("/settings/prices/reprice", &fields).await;
        assert!(
            asked.location().contains("repricing_asked"),
            "{}",
            asked.text
        );
        if round == 1 {
            until("it is priced anew", async || {
                total(&scene).await == wanted(2)
            })
            .await;
            usual = began.elapsed().as_millis() as u64;
        } else {
            // Twice, so that what is being finished is interrupted too.
            for part in 0..2 {
                tokio::time::sleep(delay(2 * round as usize + part, usual)).await;
                scene.kill_and_start();
            }
            ana = Visitor::new(&scene.appliance.server.url);
            assert_eq!(ana.log_in(EMAIL, PASSWORD).await.location(), "/");
            until("it is priced anew", async || {
                total(&scene).await == wanted(round + 1)
            })
            .await;
        }
        until("the server says that it is done", async || {
            !ana.get(&place).await.text.contains(">running<")
        })
        .await;
        assert!(
            !ana.get(&place).await.text.contains(" anew</button>"),
            "nothing is left to change"
        );
        scene.figures().await;
        assert_eq!(scene.appliance.count().await, ROLLED as u64 + 5);
    }
}

/// Puts a book into force in which a million tokens of the model cost `round` and one dollars.
async fn use_price(ana: &mut Visitor, round: u64) {
    let book = format!(
        "version = \"ours-{round}\"\n[[model]]\nprovider = \"openai\"\nmodel = \"house-model\"\n[[model.price]]\ninput = {}\noutput = 0\n",
        round + 1
    );
    let done = ana
        .submit(
            "/settings/prices",
            "/settings/prices/book",
            &[("book", &book)],
        )
        .await;
    assert!(done.location().contains("book_uploaded"), "{}", done.text);
}

/// What all calls cost at so many dollars for a million tokens: a thousand tokens a call, and ten dollars of others.
fn wanted(dollars: u64) -> String {
    let thousandths = ROLLED as u64 * dollars + 10_000;
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

async fn total(scene: &Scene) -> String {
    let summary = scene
        .appliance
        .server
        .summary(&scene.appliance.read_key)
        .await;
    summary["cost"].as_str().expect("a sum").to_owned()
}
