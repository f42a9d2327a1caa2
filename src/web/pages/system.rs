//! `GET /system`: is the appliance well, how large is it, what does it consist of.
//!
//! The page is drawn even if the engine cannot answer: that is when it is needed.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::core::sketch::Sketch;
use crate::pricing::books::BookOrigin;
use crate::store::engine::{self, EngineSizes};
use crate::store::journal::reader::disk_bytes;
use crate::store::machine;
use crate::web::pages::size::{size, span};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::figure::{duration, separated};
use crate::web::view::shell::{Room, Tone};
use crate::web::view::system::{EmbeddedData, MemoryPart, SystemFact, SystemPage};

/// Bytes of one remembered id, as the setting `ingest.duplicate_ids_max` tells it.
const ID_BYTES: u64 = 18;

/// Data older than this is worth an upgrade: countries and prices change by then.
const DATA_OLD_DAYS: i64 = 180;

/// `GET /system`: for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn page(visit: Visit) -> Result<HttpResponse, Problem> {
    let app = &visit.app;
    let sizes = app
        .engine
        .sizes()
        .await
        .inspect_err(|error| tracing::error!(%error, "the engine does not say its sizes"));
    let version = actix_web::web::block(engine::version)
        .await
        .map_err(Problem::internal)?;
    let health = health(app, sizes.as_ref().ok());
    let sizes = sizes.unwrap_or_default();
    let resident = machine::resident_bytes();
    let page = SystemPage {
        frame: visit.frame(),
        shell: visit.shell(Room::System),
        health: health.tone,
        health_title: health.title.to_owned(),
        health_text: health.text,
        path: path_of_an_event(app),
        storage: storage(app, &sizes),
        memory_total: size(resident),
        memory: memory(app, &sizes, resident),
        versions: versions(app, &version, visit.now()),
        data: data(app, visit.now()),
    };
    draw(StatusCode::OK, &page)
}

struct Health {
    tone: Tone,
    title: &'static str,
    text: String,
}

/// The worst that is known, in the order in which it should be mended.
fn health(app: &App, sizes: Option<&EngineSizes>) -> Health {
    let bad = |title, text: &str| Health {
        tone: Tone::Bad,
        title,
        text: text.to_owned(),
    };
    let warn = |title, text| Health {
        tone: Tone::Warn,
        title,
        text,
    };
    let Some(sizes) = sizes else {
        return bad(
            "The database does not answer",
            "Events are still accepted into the journal. Look at the server's log.",
        );
    };
    if !app.journal.is_alive() {
        return bad(
            "The journal cannot be written",
            "Events are refused. Look at the server's log, then start the server again.",
        );
    }
    if !app.has_room.load(std::sync::atomic::Ordering::Acquire) {
        return bad(
            "The disk has too little room",
            "Events are refused until there is more. Free some, or enlarge the disk.",
        );
    }
    if let Some(trouble) = app.loader.stats().trouble.lock().as_ref() {
        return warn(
            "Loading waits",
            format!("Events are accepted but not in reports yet: {trouble}."),
        );
    }
    if sizes.dead_letters > 0 {
        let count = separated(sizes.dead_letters);
        return warn(
            "Some events could not be loaded",
            format!("{count} are put aside, with the reason, in the table dead_letters."),
        );
    }
    if !app.damage.is_empty() {
        let count = app.damage.len();
        return warn(
            "The journal was damaged",
            format!("{count} places could not be read at the start; see the server's log."),
        );
    }
    let behind = behind(app);
    Health {
        tone: Tone::Good,
        title: "All is well",
        text: match behind {
            0 => "Events are accepted, and all of them are in reports.".to_owned(),
            1 => "Events are accepted; 1 is on its way into reports.".to_owned(),
            _ => format!(
                "Events are accepted; {} are on their way into reports.",
                separated(behind)
            ),
        },
    }
}

/// Events that are durable and not in reports yet.
fn behind(app: &App) -> u64 {
    app.journal
        .progress()
        .next()
        .saturating_sub(*app.loader.loaded().borrow())
}

fn path_of_an_event(app: &App) -> Vec<SystemFact> {
    let (journal, loader) = (app.journal.stats(), app.loader.stats());
    let count = |counter: &std::sync::atomic::AtomicU64| {
        separated(counter.load(std::sync::atomic::Ordering::Relaxed))
    };
    let commit_ms = journal.commit_ms.lock().clone();
    let load_ms = loader.load_ms.lock().clone();
    let waiting = separated(app.journal.waiting() as u64);
    let dead = count(&loader.dead_letters);
    vec![
        fact(
            "Waiting for a commit",
            format!(
                "{waiting} of {}",
                separated(app.config.ingest.queue_events as u64)
            ),
        ),
        fact("Stored since the start", count(&journal.events)),
        fact("Duplicates left out", count(&journal.duplicates)),
        fact("Commits", count(&journal.commits)),
        fact("Commit, median", quantile(&commit_ms, 0.5)),
        fact("Commit, 99th percentile", quantile(&commit_ms, 0.99)),
        fact("On the way into reports", separated(behind(app))),
        fact("Load, 99th percentile", quantile(&load_ms, 0.99)),
        fact(
            "Query, 99th percentile",
            quantile(&app.engine.query_ms(), 0.99),
        ),
        SystemFact {
            tone: if dead == "0" { Tone::Plain } else { Tone::Warn },
            ..fact("Put aside since the start", dead)
        },
        fact(
            "Live viewers",
            format!(
                "{} of {}",
                separated(app.hub.viewers() as u64),
                separated(app.config.live.viewers_max as u64)
            ),
        ),
        fact("Live updates computed", separated(app.hub.computations())),
    ]
}

fn storage(app: &App, sizes: &EngineSizes) -> Vec<SystemFact> {
    let journal = disk_bytes(&app.folder.journal());
    let free = app.folder.free_bytes();
    let known =
        |bytes: std::io::Result<u64>| bytes.map_or_else(|error| format!("unknown ({error})"), size);
    let min = app.config.storage.free_space_min_bytes;
    // Ten times the bound leaves time to act.
    let (note, tone) = match &free {
        Ok(free) if *free < min => (
            format!("Events are refused below {}. Make room now.", size(min)),
            Tone::Bad,
        ),
        Ok(free) if *free < min.saturating_mul(10) => (
            format!(
                "Events are refused below {}: make room or move the data folder.",
                size(min)
            ),
            Tone::Warn,
        ),
        Ok(_) | Err(_) => (String::new(), Tone::Plain),
    };
    vec![
        fact("Events", separated(sizes.events)),
        fact("Database", size(sizes.file_bytes)),
        fact("Write-ahead log", size(sizes.wal_bytes)),
        fact("Journal", known(journal)),
        fact("Temporary files", size(sizes.temp_bytes)),
        SystemFact {
            note,
            tone,
            ..fact("Free disk", known(free))
        },
    ]
}

fn memory(app: &App, sizes: &EngineSizes, resident: u64) -> Vec<MemoryPart> {
    let machine = machine::memory_bytes();
    let engine: u64 = sizes.memory.iter().map(|(_, bytes)| bytes).sum();
    let engine_max = app
        .config
        .storage
        .memory_bytes
        .unwrap_or_else(machine::engine_memory_bytes);
    let ids = app
        .journal
        .stats()
        .ids_bytes
        .load(std::sync::atomic::Ordering::Relaxed) as u64;
    let ids_max = (app.config.ingest.duplicate_ids_max as u64).saturating_mul(ID_BYTES);
    let tone = match share(resident, machine) {
        ..80.0 => Tone::Plain,
        80.0..95.0 => Tone::Warn,
        _ => Tone::Bad,
    };
    // The engine fills its buffers and the set of ids its room; only the process as a whole can be too large.
    let mut parts = vec![
        part("Engine buffers", engine, Some(engine_max), engine_max),
        part("Ids seen before", ids, Some(ids_max), ids_max),
        part(
            "Everything else",
            resident.saturating_sub(engine + ids),
            None,
            resident,
        ),
    ];
    parts.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let whole = part("The whole process", resident, Some(machine), machine);
    let whole = MemoryPart { tone, ..whole.1 };
    std::iter::once(whole)
        .chain(parts.into_iter().map(|(_, part)| part))
        .collect()
}

fn part(label: &str, bytes: u64, bound: Option<u64>, of: u64) -> (u64, MemoryPart) {
    let part = MemoryPart {
        label: label.to_owned(),
        value: size(bytes),
        bound: bound.map_or(String::new(), |bound| format!("of {}", size(bound))),
        width_percent: format!("{:.1}", share(bytes, of)),
        tone: Tone::Plain,
    };
    (bytes, part)
}

/// Hundredths of a whole, at most 100.
fn share(bytes: u64, whole: u64) -> f64 {
    (bytes as f64 / whole.max(1) as f64 * 100.0).min(100.0)
}

fn versions(app: &App, engine: &str, now: Timestamp) -> Vec<SystemFact> {
    let up_s = u64::try_from(now.as_second() - app.started.as_second()).unwrap_or(0);
    vec![
        fact("analytics", env!("CARGO_PKG_VERSION").to_owned()),
        fact(
            "Engine",
            format!("DuckDB {}", engine.trim_start_matches('v')),
        ),
        fact("Up for", span(Duration::from_secs(up_s))),
        fact("Processors", separated(machine::cores() as u64)),
        fact("Memory we may use", size(machine::memory_bytes())),
        fact("Data folder", app.folder.root().display().to_string()),
    ]
}

fn data(app: &App, now: Timestamp) -> Vec<EmbeddedData> {
    let books = app.pipeline.prices.load();
    let prices = books.common();
    let built = i64::try_from(app.pipeline.countries.built_at_s())
        .ok()
        .and_then(|s| Timestamp::from_second(s).ok());
    let built_on = built.map(|at| at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string());
    let own = || "Your own file".to_owned();
    let countries_licence = match app.config.privacy.country_file {
        Some(_) => own(),
        None => "CC0-1.0; contains statistics of the Number Resource Organization (nro.net), CC BY 4.0, changed in format".into(),
    };
    let prices_licence = match books.origin() {
        BookOrigin::Embedded => "MIT".to_owned(),
        BookOrigin::File | BookOrigin::Uploaded { .. } => own(),
    };
    let priced = prices.version().rsplit('+').next().and_then(day);
    vec![
        embedded(
            "Countries by address",
            &built_on.unwrap_or_else(|| "unknown".into()),
            built,
            now,
            countries_licence,
        ),
        embedded(
            "Model prices",
            prices.version(),
            priced,
            now,
            prices_licence,
        ),
    ]
}

fn embedded(
    name: &str,
    version: &str,
    built: Option<Timestamp>,
    now: Timestamp,
    licence: String,
) -> EmbeddedData {
    let days = built.map(|built| (now.as_second() - built.as_second()).max(0) / 86_400);
    EmbeddedData {
        name: name.to_owned(),
        version: version.to_owned(),
        age: match days {
            None => "unknown".to_owned(),
            Some(1) => "1 day".to_owned(),
            Some(days) => format!("{days} days"),
        },
        licence,
        is_old: days.is_some_and(|days| days > DATA_OLD_DAYS),
    }
}

/// The beginning of a day written as 2026-11-21, in UTC.
fn day(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn fact(label: &str, value: String) -> SystemFact {
    SystemFact {
        label: label.to_owned(),
        value,
        note: String::new(),
        tone: Tone::Plain,
    }
}

fn quantile(sketch: &Sketch, share: f64) -> String {
    // Most commits take a few milliseconds, where a decimal tells something.
    match sketch.quantile(share) {
        None => "none yet".to_owned(),
        Some(value_ms) if value_ms < 100.0 => format!("{value_ms:.1} ms"),
        Some(value_ms) => {
            let (text, unit) = duration(value_ms);
            format!("{text} {unit}")
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::core::sketch::Sketch;
    use crate::web::pages::system::{day, embedded, part, quantile};

    #[test]
    fn data_says_its_age_and_is_old_after_half_a_year() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a literal");
        let seen = |built: &str| embedded("prices", "1", day(built), now, "MIT".into());

        assert_eq!(
            (&*seen("2026-11-12").age, seen("2026-11-12").is_old),
            ("9 days", false)
        );
        assert_eq!(
            (&*seen("2026-11-20").age, seen("2026-11-20").is_old),
            ("1 day", false)
        );
        assert!(!seen("2026-05-25").is_old && seen("2026-05-24").is_old); // 180 and 181 days
        assert_eq!(
            (&*seen("someday").age, seen("someday").is_old),
            ("unknown", false)
        );
    }

    #[test]
    fn a_part_of_memory_is_measured_against_its_bound() {
        let (_, engine) = part("Engine", 96 << 20, Some(256 << 20), 256 << 20);

        assert_eq!(
            (&*engine.value, &*engine.bound, &*engine.width_percent),
            ("96 MB", "of 256 MB", "37.5")
        );
        assert_eq!(part("Else", 9, None, 0).1.width_percent, "100.0"); // never wider than the track
    }

    #[test]
    fn durations_have_a_decimal_while_it_tells_something() {
        let one = |value_ms: f64| {
            let mut sketch = Sketch::default();
            sketch.add(value_ms);
            quantile(&sketch, 0.5)
        };

        assert_eq!(quantile(&Sketch::default(), 0.5), "none yet");
        assert!(
            one(1.8).ends_with(" ms") && one(1.8).starts_with("1.8"),
            "{}",
            one(1.8)
        );
        assert!(one(30_000.0).ends_with(" s"), "{}", one(30_000.0));
    }
}
