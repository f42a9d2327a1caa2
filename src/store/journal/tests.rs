//! The journal as a whole: what was acknowledged is read back, whatever happened in between.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use crate::core::event::Event;
use crate::store::duplicate::Duplicates;
use crate::store::journal::reader::{self, Reader};
use crate::store::journal::segment::{self, SEGMENT_HEADER_BYTES};
use crate::store::journal::writer::{Ack, Journal, JournalParts};
use crate::store::journal::{JournalError, JournalSettings, Progress};

fn settings(folder: &Path) -> JournalSettings {
    JournalSettings {
        folder: folder.to_path_buf(),
        segment_bytes: 4096,
        commit_wait: Duration::ZERO,
        queue_events_max: 1000,
    }
}

fn start(folder: &Path) -> Journal {
    let found =
        reader::inspect(folder, &folder.join("quarantine"), 1).expect("the folder is readable");
    Journal::start(
        settings(folder),
        parts(found.next_seq),
        Duplicates::new(0),
        Box::new(|_| ()),
    )
    .expect("a journal")
}

fn parts(next_seq: u64) -> JournalParts {
    JournalParts::new(Progress::starting_at(next_seq))
}

fn event(id: u128) -> Event {
    let mut event = Event {
        project: 1,
        kind: format!("event_{id}"),
        ..Event::default()
    };
    event.set_id(id);
    event
}

fn ids(folder: &Path, from_seq: u64) -> Vec<u128> {
    let mut reader = Reader::new(folder.to_path_buf(), folder.join("quarantine"), from_seq);
    let mut ids = Vec::new();
    loop {
        let chunk = reader.read(u64::MAX, 7, 2000).expect("a readable journal");
        if chunk.rows.is_empty() {
            return ids;
        }
        for row in &chunk.rows {
            let event: Event = prost::Message::decode(chunk.encoded(row)).expect("an event");
            assert_eq!(
                u128::from(row.seq),
                event.id(),
                "in this test ids are sequence numbers"
            );
            ids.push(event.id());
        }
    }
}

#[tokio::test]
async fn acknowledged_events_are_read_back_in_order_across_segments_and_restarts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut next = 1;
    for _restart in 0..3 {
        let journal = start(folder.path());
        for _batch in 0..20 {
            let events: Vec<Event> = (next..next + 10).map(event).collect();
            let ack = journal.submit(events).await.expect("room");
            next += 10;
            assert_eq!(
                ack,
                Ack {
                    accepted: 10,
                    duplicates: vec![],
                    end_seq: next as u64
                }
            );
        }
        journal.close();
    }
    assert!(
        segment::list(folder.path()).expect("a list").len() > 3,
        "several segments were filled"
    );
    assert_eq!(ids(folder.path(), 1), (1..601).collect::<Vec<u128>>());
    assert_eq!(
        ids(folder.path(), 595),
        (595..601).collect::<Vec<u128>>(),
        "reading starts in mid-record"
    );
}

#[tokio::test]
async fn a_known_id_is_left_out_within_and_across_batches() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = start(folder.path());
    let first = journal
        .submit(vec![event(1), event(1), event(2)])
        .await
        .expect("room");
    let second = journal
        .submit(vec![event(2), event(3)])
        .await
        .expect("room");
    journal.close();
    assert_eq!((first.accepted, first.duplicates), (2, vec![1]));
    assert_eq!((second.accepted, second.duplicates), (1, vec![0]));
    assert_eq!(ids(folder.path(), 1), [1, 2, 3]);
}

#[tokio::test]
async fn a_full_queue_refuses_and_keeps_nothing_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut slow = settings(folder.path());
    slow.commit_wait = Duration::from_millis(200);
    slow.queue_events_max = 3;
    let journal =
        Journal::start(slow, parts(1), Duplicates::new(0), Box::new(|_| ())).expect("a journal");

    let waiting = tokio::spawn({
        let journal = journal.clone();
        async move { journal.submit(vec![event(1), event(2)]).await }
    });
    while journal.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    let refused = journal.submit(vec![event(3), event(4)]).await;

    assert!(
        matches!(refused, Err(JournalError::QueueFull { waiting: 2, max: 3 })),
        "{refused:?}"
    );
    assert_eq!(waiting.await.expect("no panic").expect("room").accepted, 2);
    journal.close();
    assert!(matches!(
        journal.submit(vec![event(5)]).await,
        Err(JournalError::Closed)
    ));
    assert_eq!(ids(folder.path(), 1), [1, 2]);
}

#[tokio::test]
async fn a_torn_tail_is_dropped_and_its_numbers_are_used_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = start(folder.path());
    journal
        .submit(vec![event(1), event(2)])
        .await
        .expect("room");
    journal.close();
    let path = segment::path_of(folder.path(), 1);
    let file = OpenOptions::new()
        .write(true)
        .read(true)
        .open(&path)
        .expect("the segment");
    let mut payload = Vec::new();
    let segment::Found::Record(header) =
        segment::read_at(&file, SEGMENT_HEADER_BYTES, &mut payload).expect("a read")
    else {
        panic!("a record")
    };
    let end = SEGMENT_HEADER_BYTES + (segment::RECORD_HEADER_BYTES + header.payload_len) as u64;
    file.write_all_at(b"AJRL torn off in the middle", end)
        .expect("a write");

    let journal = start(folder.path());
    journal.submit(vec![event(3)]).await.expect("room");
    journal.close();

    assert_eq!(ids(folder.path(), 1), [1, 2, 3]);
}

#[tokio::test]
async fn damage_in_the_middle_is_set_aside_and_the_rest_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = start(folder.path());
    for id in 1..=3 {
        journal.submit(vec![event(id)]).await.expect("room");
    }
    journal.close();
    let path = segment::path_of(folder.path(), 1);
    let file = OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("the segment");
    file.write_all_at(b"x", SEGMENT_HEADER_BYTES + 30)
        .expect("a write");

    let found =
        reader::inspect(folder.path(), &folder.path().join("quarantine"), 1).expect("readable");

    assert_eq!(
        found.next_seq, 4,
        "numbers of lost events are not given out again"
    );
    assert_eq!(found.damage.len(), 1);
    assert!(found.damage[0].quarantined_to.exists());
    assert_eq!(ids(folder.path(), 1), [2, 3]);
}

#[tokio::test]
async fn trimming_keeps_what_is_not_loaded_and_the_margin() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = start(folder.path());
    for batch in 0..60u128 {
        journal
            .submit((1..=10).map(|i| event(batch * 10 + i)).collect())
            .await
            .expect("room");
    }
    journal.close();
    let before = segment::list(folder.path()).expect("a list");

    assert_eq!(
        reader::trim(folder.path(), before[2], u64::MAX).expect("a trim"),
        0,
        "all within the margin"
    );
    assert_eq!(
        reader::trim(folder.path(), before[2], 0).expect("a trim"),
        2
    );

    assert_eq!(segment::list(folder.path()).expect("a list"), before[2..]);
    assert_eq!(ids(folder.path(), before[2]).last(), Some(&600));
}

#[tokio::test]
async fn after_a_turn_everything_before_it_can_be_removed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = start(folder.path());
    journal.submit(vec![event(1)]).await.expect("room");
    journal.turn().await.expect("a new segment");
    journal.turn().await.expect("an empty one does");
    journal.submit(vec![event(2)]).await.expect("room");

    assert_eq!(segment::list(folder.path()).expect("a list"), [1, 2]);
    assert_eq!(reader::trim(folder.path(), 2, 0).expect("a trim"), 1);
    assert_eq!(ids(folder.path(), 2), [2]);
    journal.close();
    assert!(matches!(journal.turn().await, Err(JournalError::Closed)));
}

/// A segment with these records, each a list of encodings; gives where each record begins and the last one ends.
fn write_segment(folder: &Path, records: &[Vec<Vec<u8>>]) -> Vec<u64> {
    let file = segment::create(folder, 1, 64 * 1024).expect("a segment");
    let (mut at, mut seq, mut places) = (SEGMENT_HEADER_BYTES, 1, vec![SEGMENT_HEADER_BYTES]);
    for encodings in records {
        let mut record = vec![0; segment::RECORD_HEADER_BYTES];
        for encoding in encodings {
            segment::push_entry(&mut record, 7, |bytes| bytes.extend_from_slice(encoding));
        }
        segment::seal_record(&mut record, encodings.len() as u32, seq);
        file.write_all_at(&record, at).expect("a write");
        at += record.len() as u64;
        seq += encodings.len() as u64;
        places.push(at);
    }
    places
}

/// All rows that a reader gives, with their numbers, and how often it met damage.
fn rows(folder: &Path) -> (Vec<(u64, Vec<u8>)>, usize) {
    let mut reader = Reader::new(folder.to_path_buf(), folder.join("quarantine"), 1);
    let (mut rows, mut damage) = (Vec::new(), 0);
    loop {
        let before = reader.next_seq();
        let chunk = reader.read(u64::MAX, 5, 300).expect("a readable file");
        damage += reader.take_damage().len();
        if chunk.rows.is_empty() && reader.next_seq() == before {
            return (rows, damage);
        }
        for row in &chunk.rows {
            rows.push((row.seq, chunk.encoded(row).to_vec()));
        }
    }
}

#[test]
fn a_record_that_does_not_parse_is_set_aside_and_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let places = write_segment(folder.path(), &[vec![b"one".to_vec()]]);
    let path = segment::path_of(folder.path(), 1);
    let file = OpenOptions::new().write(true).open(path).expect("a file");
    // Two events are announced and three bytes follow, under a checksum that holds.
    let mut record = vec![0; segment::RECORD_HEADER_BYTES];
    record.extend_from_slice(b"???");
    segment::seal_record(&mut record, 2, 2);
    file.write_all_at(&record, places[1]).expect("a write");

    let found =
        reader::inspect(folder.path(), &folder.path().join("quarantine"), 1).expect("readable");

    assert_eq!((found.next_seq, found.damage.len()), (4, 1));
    assert_eq!(rows(folder.path()), (vec![(1, b"one".to_vec())], 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Damage costs the records it touches and no other, and invents nothing.
    #[test]
    fn records_that_no_damage_touches_are_read_whole(
        records in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5), 1..12),
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..60)), 0..4),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let places = write_segment(folder.path(), &records);
        let end = places[places.len() - 1];
        let path = segment::path_of(folder.path(), 1);
        let file = OpenOptions::new().write(true).open(path).expect("a file");
        let mut touched = vec![false; records.len()];
        for (place, bytes) in &damage {
            let at = place.index(end as usize) as u64;
            file.write_all_at(bytes, at).expect("a write");
            for (record, range) in touched.iter_mut().zip(places.windows(2)) {
                *record |= at < range[1] && at + bytes.len() as u64 > range[0];
            }
        }

        let (found, _) = rows(folder.path());

        let mut seq = 0;
        let mut sound = Vec::new();
        let mut all = Vec::new();
        for (encodings, touched) in records.iter().zip(touched) {
            for encoding in encodings {
                seq += 1;
                all.push((seq, encoding.clone()));
                if !touched {
                    sound.push((seq, encoding.clone()));
                }
            }
        }
        prop_assert!(found.is_sorted_by_key(|(seq, _)| *seq));
        prop_assert!(sound.iter().all(|row| found.contains(row)), "a sound record is missing");
        prop_assert!(found.iter().all(|row| all.contains(row)), "a row was invented");
    }

    #[test]
    fn any_bytes_are_read_as_a_segment_without_a_panic(
        parts in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            Just(b"AJRL".to_vec()),
            Just(vec![0; 24]),
        ], 0..30),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(segment::path_of(folder.path(), 1), parts.concat()).expect("a file");
        prop_assert_eq!(rows(folder.path()).0, vec![]);
    }

    #[test]
    fn any_payload_is_taken_apart_or_refused(payload in prop::collection::vec(any::<u8>(), 0..200), count in any::<u32>()) {
        if let Some(entries) = segment::entries(&payload, count) {
            prop_assert_eq!(entries.len(), count as usize);
            prop_assert!(entries.iter().all(|entry| payload.get(entry.bytes.clone()).is_some()));
        }
    }
}
