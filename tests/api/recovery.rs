//! Damage: the server starts by itself, sets aside what cannot be read, and counts nothing twice.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use analytics::core::clock::Clock;
use analytics::core::event::Event;
use analytics::store::journal::segment::{self, Found};
use prost::Message;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Appliance, run, said};
use crate::visitor::Visitor;

/// Nothing is loaded before somebody asks, so that the journal alone holds what was sent.
const UNLOADED: [(&str, &str); 1] = [("ANALYTICS__STORAGE__LOAD_INTERVAL_MS", "10000")];

fn events(ids: &[Uuid]) -> Value {
    ids.iter()
        .map(|id| json!({ "type": "x", "id": id, "user_id": "ana" }))
        .collect()
}

fn new_ids(count: usize) -> Vec<Uuid> {
    (0..count).map(|_| Uuid::now_v7()).collect()
}

/// Files in the quarantine folder.
fn quarantined(data: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(data.join("quarantine")) else {
        return Vec::new();
    };
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Changes a killed server's database log with `damage` and starts again: nothing is lost, nothing doubled.
async fn survives(damage: impl Fn(&Path, u64)) -> Vec<String> {
    let mut appliance = Appliance::start();
    let data = appliance.folder.path().to_owned();
    let ids = new_ids(3_000);
    for part in ids.chunks(1_000) {
        appliance.server.send(&events(part)).await;
        // Asking loads the events, so that each part is a transaction of its own in the log.
        appliance.count().await;
    }
    appliance.server.kill();
    let log = data.join("events.duckdb.wal");
    let bytes = fs::metadata(&log).expect("a log after a kill").len();
    assert!(bytes > 10_000, "the events are in the log: {bytes} bytes");
    damage(&log, bytes);

    appliance.server.restart(&data);

    assert_eq!(appliance.count().await, 3_000);
    let again = appliance.server.send(&events(&ids)).await;
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(3_000))
    );
    assert_eq!(appliance.count().await, 3_000);
    appliance.server.stop();
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, 3_000);
    quarantined(&data)
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let file = OpenOptions::new().write(true).open(path).expect("a file");
    file.write_all_at(bytes, at).expect("a write");
}

#[tokio::test]
async fn a_database_log_that_cannot_be_read_is_set_aside_and_loaded_again_from_the_journal() {
    let aside = survives(|log, bytes| overwrite(log, 64, &vec![0xA5; bytes as usize - 64]));
    assert_eq!(aside.await, ["events.duckdb.wal.1"]);
}

#[tokio::test]
async fn a_database_log_with_a_damaged_middle_is_set_aside_and_nothing_is_lost() {
    let aside = survives(|log, bytes| overwrite(log, bytes / 2, &[0xFF; 64]));
    assert_eq!(aside.await, ["events.duckdb.wal.1"]);
}

#[tokio::test]
async fn a_database_log_that_is_none_at_all_loses_nothing() {
    survives(|log, bytes| fs::write(log, vec![0xA5; bytes as usize]).expect("a write")).await;
}

#[tokio::test]
async fn a_database_log_that_was_torn_off_loses_nothing() {
    survives(|log, bytes| {
        let file = OpenOptions::new().write(true).open(log).expect("a log");
        file.set_len(bytes - 100).expect("a shorter file");
    })
    .await;
}

#[tokio::test]
async fn a_lost_database_is_filled_again_from_the_journal_that_is_kept() {
    let mut appliance = Appliance::start();
    let data = appliance.folder.path().to_owned();
    appliance.server.send(&events(&new_ids(100))).await;
    assert_eq!(appliance.count().await, 100);
    appliance.server.kill();
    // No checkpoint has happened, so the journal still holds everything.
    fs::remove_file(data.join("events.duckdb.wal")).expect("a log");
    fs::remove_file(data.join("events.duckdb")).expect("a database");
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, 100);
}

/// The only segment that holds records, with the offset and length of each record.
fn records(data: &Path) -> (PathBuf, Vec<(u64, u64)>) {
    let folder = data.join("journal");
    let mut payload = Vec::new();
    for first_seq in segment::list(&folder).expect("a folder") {
        let path = segment::path_of(&folder, first_seq);
        let file = fs::File::open(&path).expect("a segment");
        let (mut at, mut found) = (segment::SEGMENT_HEADER_BYTES, Vec::new());
        while let Found::Record(header) = segment::read_at(&file, at, &mut payload).expect("a read")
        {
            let length = (segment::RECORD_HEADER_BYTES + header.payload_len) as u64;
            found.push((at, length));
            at += length;
        }
        if !found.is_empty() {
            return (path, found);
        }
    }
    panic!("the journal is empty");
}

#[tokio::test]
async fn a_torn_end_of_the_journal_costs_only_what_was_torn() {
    let mut appliance = Appliance::with(&UNLOADED);
    let data = appliance.folder.path().to_owned();
    let parts: Vec<Vec<Uuid>> = (0..3).map(|_| new_ids(10)).collect();
    for part in &parts {
        appliance.server.send(&events(part)).await;
    }
    appliance.server.kill();
    let (path, found) = records(&data);
    assert_eq!(found.len(), 3);
    // The end of the last record never reached the disk, as if the machine had lost its power before the answer.
    let (at, length) = found[2];
    overwrite(&path, at + length - 40, &[0; 40]);

    appliance.server.restart(&data);

    assert_eq!(appliance.count().await, 20);
    let again = appliance.server.send(&events(&parts.concat())).await;
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(10), &json!(20))
    );
    assert_eq!(appliance.count().await, 30);
    assert_eq!(quarantined(&data), Vec::<String>::new());
    appliance.server.kill();
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, 30);
}

#[tokio::test]
async fn a_damaged_middle_of_the_journal_is_set_aside_told_and_survived_by_its_neighbours() {
    let mut appliance = Appliance::with(&UNLOADED);
    let data = appliance.folder.path().to_owned();
    let parts: Vec<Vec<Uuid>> = (0..3).map(|_| new_ids(10)).collect();
    for part in &parts {
        appliance.server.send(&events(part)).await;
    }
    appliance.server.kill();
    let (path, found) = records(&data);
    overwrite(&path, found[1].0 + 30, b"damaged");

    // The same look that a start takes, with a report.
    let report = said(&run(&["recover"], &data));
    assert!(report.contains("is damaged from byte"), "{report}");
    appliance.server.restart(&data);

    assert_eq!(appliance.count().await, 20, "the first and the third part");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    assert_eq!(quarantined(&data), [name]);
    // Sent again, exactly the lost ones are taken.
    let again = appliance.server.send(&events(&parts.concat())).await;
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(10), &json!(20))
    );
    assert_eq!(appliance.count().await, 30);
    let mut ana = Visitor::administrator(&appliance.server).await;
    let page = ana.get("/system").await.text;
    assert!(page.contains("damaged"), "the System page tells it");
}

#[tokio::test]
async fn a_segment_without_a_readable_head_does_not_keep_the_server_from_starting() {
    let mut appliance = Appliance::with(&UNLOADED);
    let data = appliance.folder.path().to_owned();
    appliance.server.send(&events(&new_ids(10))).await;
    appliance.server.kill();
    let (path, _) = records(&data);
    overwrite(&path, 0, &[0xFF; 16]);
    appliance.server.restart(&data);
    assert_eq!(
        appliance.count().await,
        10,
        "records have sums of their own"
    );
    assert_eq!(quarantined(&data).len(), 1);
}

/// Appends a record behind the last one, as a faulty or future writer might have written it.
fn append(data: &Path, encodings: &[Vec<u8>], next_seq: u64) {
    let (path, found) = records(data);
    let mut record = vec![0; segment::RECORD_HEADER_BYTES];
    for encoding in encodings {
        segment::push_entry(&mut record, 0, |bytes| bytes.extend_from_slice(encoding));
    }
    segment::seal_record(&mut record, encodings.len() as u32, next_seq);
    let (at, length) = found[found.len() - 1];
    overwrite(&path, at + length, &record);
}

fn encoded(change: impl Fn(&mut Event)) -> Vec<u8> {
    let now = Clock::System.now().as_microsecond();
    let mut event = Event {
        project: 1,
        kind: "good".to_owned(),
        occurred_at: now,
        received_at: now,
        ..Event::default()
    };
    event.set_id(Uuid::now_v7().as_u128());
    change(&mut event);
    event.encode_to_vec()
}

#[tokio::test]
async fn poisonous_events_become_dead_letters_and_their_neighbours_survive() {
    let mut appliance = Appliance::with(&UNLOADED);
    let data = appliance.folder.path().to_owned();
    appliance.server.send(&events(&new_ids(10))).await;
    appliance.server.kill();
    let no_protobuf = vec![0xFF; 12];
    let too_wide = encoded(|event| event.cost = Some(i64::MAX));
    let mut encodings: Vec<Vec<u8>> = (0..20).map(|_| encoded(|_| ())).collect();
    encodings.insert(3, no_protobuf);
    encodings.insert(17, too_wide);
    append(&data, &encodings, 11);

    appliance.server.restart(&data);

    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["by_type"], json!({ "x": 10, "good": 20 }));
    assert_eq!(appliance.server.metric("dead_letters_total").await, 2.0);
    let mut ana = Visitor::administrator(&appliance.server).await;
    let page = ana.get("/system").await.text;
    assert!(
        page.contains("could not be loaded"),
        "the System page tells it"
    );
    // The server goes on, and the letters stay.
    appliance.server.send(&events(&new_ids(5))).await;
    assert_eq!(appliance.count().await, 10 + 20 + 5);
    appliance.server.stop();
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, 10 + 20 + 5);
    ana.url.clone_from(&appliance.server.url);
    let page = ana.get("/system").await.text;
    assert!(page.contains("could not be loaded"), "{page}");
}
