//! Group commit: many waiting requests, one record, one `fdatasync`.
//!
//! Callers are answered after the record is durable. An id that is known already is left out and
//! reported as a duplicate, but only once its first copy is durable too (same or earlier commit).

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use parking_lot::Mutex;
use prost::Message;
use tokio::sync::oneshot;

use crate::core::event::Event;
use crate::core::limits;
use crate::core::sketch::Sketch;
use crate::store::duplicate::{self, Duplicates};
use crate::store::journal::segment::{
    self, ENTRY_HEADER_BYTES, RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES,
};
use crate::store::journal::{JournalError, JournalSettings, Progress};

/// What became of a submission. All of it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Events kept.
    pub accepted: usize,
    /// Positions of the events whose id was known already.
    pub duplicates: Vec<usize>,
    /// The sequence number after the last event of the commit: what a reader must wait for to see them.
    pub end_seq: u64,
}

/// Counters of the journal since the start, for `/metrics` and the System page.
#[derive(Debug, Default)]
pub struct JournalStats {
    /// Commits, each one `fdatasync`.
    pub commits: AtomicU64,
    /// Events kept.
    pub events: AtomicU64,
    /// Events left out because their id was known.
    pub duplicates: AtomicU64,
    /// Bytes written.
    pub bytes: AtomicU64,
    /// Milliseconds from the first write of a commit to its end.
    pub commit_ms: Mutex<Sketch>,
    /// Ids remembered.
    pub ids: AtomicUsize,
    /// Bytes of the id set.
    pub ids_bytes: AtomicUsize,
    /// Ids received since this time (microseconds) are all remembered.
    pub covers_since: AtomicI64,
}

/// What the loader shares with the journal, made before both.
pub struct JournalParts {
    /// How far the journal is durable.
    pub progress: Arc<Progress>,
    /// Counters.
    pub stats: Arc<JournalStats>,
}

impl JournalParts {
    /// Parts for a journal that goes on at `progress`. Until it runs, no id counts as remembered.
    pub fn new(progress: Arc<Progress>) -> JournalParts {
        let stats = JournalStats {
            covers_since: AtomicI64::new(i64::MAX),
            ..JournalStats::default()
        };
        JournalParts {
            progress,
            stats: Arc::new(stats),
        }
    }
}

/// Receives the events of each commit, in order, on the journal's thread. Must return quickly.
pub type Observer = Box<dyn FnMut(Vec<Event>) + Send>;

/// The handle through which events become durable. Cloning it is cheap.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    sender: Sender<Order>,
    waiting: AtomicUsize,
    queue_events_max: usize,
    closed: AtomicBool,
    alive: AtomicBool,
    progress: Arc<Progress>,
    stats: Arc<JournalStats>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Order {
    Submit(Submission),
    Turn(oneshot::Sender<Result<(), JournalError>>),
    Close,
}

struct Submission {
    events: Vec<Event>,
    payload: Vec<u8>,
    reply: oneshot::Sender<Result<Ack, JournalError>>,
}

impl Journal {
    /// Starts the journal's thread.
    ///
    /// It goes on where `parts.progress` stands; `duplicates` holds the ids seen before that.
    /// A new segment is made at once, so that a folder without room shows at the start.
    ///
    /// # Errors
    /// If the folder cannot hold a segment.
    pub fn start(
        settings: JournalSettings,
        parts: JournalParts,
        duplicates: Duplicates,
        observer: Observer,
    ) -> io::Result<Journal> {
        // A queue that is bounded by events is never longer than that in submissions.
        let (sender, receiver) = crossbeam_channel::unbounded();
        let JournalParts { progress, stats } = parts;
        let next_seq = progress.next();
        stats
            .covers_since
            .store(duplicates.covers_since(), Ordering::Release);
        let inner = Arc::new(Inner {
            sender,
            waiting: AtomicUsize::new(0),
            queue_events_max: settings.queue_events_max,
            closed: AtomicBool::new(false),
            alive: AtomicBool::new(true),
            progress: Arc::clone(&progress),
            stats: Arc::clone(&stats),
            thread: Mutex::new(None),
        });
        let writer = Writer {
            file: segment::create(&settings.folder, next_seq, settings.segment_bytes)?,
            offset: SEGMENT_HEADER_BYTES,
            settings,
            next_seq,
            duplicates,
            record: Vec::new(),
            progress,
            stats,
            observer,
        };
        let shared = Arc::clone(&inner);
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || writer.run(&receiver, &shared))?;
        *inner.thread.lock() = Some(thread);
        Ok(Journal { inner })
    }

    /// Makes events durable, leaving out those whose id is known. Returns after the `fdatasync`.
    ///
    /// # Errors
    /// `QueueFull` and `DiskFull` ask for a retry later and have kept nothing; `Failed` and `Closed` are final.
    pub async fn submit(&self, events: Vec<Event>) -> Result<Ack, JournalError> {
        let inner = &self.inner;
        if inner.closed.load(Ordering::Acquire) {
            return Err(JournalError::Closed);
        }
        let count = events.len();
        let waiting = inner.waiting.fetch_add(count, Ordering::AcqRel);
        if waiting > 0 && waiting + count > inner.queue_events_max {
            inner.waiting.fetch_sub(count, Ordering::AcqRel);
            return Err(JournalError::QueueFull {
                waiting,
                max: inner.queue_events_max,
            });
        }
        let mut payload = Vec::with_capacity(
            events
                .iter()
                .map(|e| e.encoded_len() + ENTRY_HEADER_BYTES)
                .sum(),
        );
        for event in &events {
            segment::push_entry(&mut payload, event.occurred_at, |bytes| {
                event.encode_raw(bytes)
            });
        }
        let (reply, answer) = oneshot::channel();
        let sent = inner.sender.send(Order::Submit(Submission {
            events,
            payload,
            reply,
        }));
        if sent.is_err() {
            inner.waiting.fetch_sub(count, Ordering::AcqRel);
            return Err(JournalError::Closed);
        }
        answer.await.unwrap_or(Err(JournalError::Closed))
    }

    /// Goes on in a new segment, so that those before it can be removed once they are loaded, whatever they hold.
    ///
    /// # Errors
    /// `DiskFull` if there is no room for it; `Failed` and `Closed` are final.
    pub async fn turn(&self) -> Result<(), JournalError> {
        let (done, answer) = oneshot::channel();
        if self.inner.sender.send(Order::Turn(done)).is_err() {
            return Err(JournalError::Closed);
        }
        answer.await.unwrap_or(Err(JournalError::Closed))
    }

    /// How far the journal is durable.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.inner.progress
    }

    /// Counters since the start.
    pub fn stats(&self) -> &Arc<JournalStats> {
        &self.inner.stats
    }

    /// Events waiting for a commit.
    pub fn waiting(&self) -> usize {
        self.inner.waiting.load(Ordering::Relaxed)
    }

    /// False once the thread has ended: nothing can be accepted any more.
    pub fn is_alive(&self) -> bool {
        self.inner.alive.load(Ordering::Acquire)
    }

    /// Commits what waits, then ends the thread. Later submissions are answered `Closed`. Blocks.
    pub fn close(&self) {
        self.inner.closed.store(true, Ordering::Release);
        let _ended_already = self.inner.sender.send(Order::Close);
        let thread = self.inner.thread.lock().take();
        if let Some(thread) = thread {
            let _panicked = thread.join();
        }
    }
}

struct Writer {
    settings: JournalSettings,
    file: File,
    offset: u64,
    next_seq: u64,
    duplicates: Duplicates,
    record: Vec<u8>,
    progress: Arc<Progress>,
    stats: Arc<JournalStats>,
    observer: Observer,
}

/// The thread's end, also by panic, must show: a server that accepts and cannot keep is worse than none.
struct EndShows<'a>(&'a Inner);

impl Drop for EndShows<'_> {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.alive.store(false, Ordering::Release);
        self.0.progress.close();
    }
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Order>, inner: &Inner) {
        let _end_shows = EndShows(inner);
        let mut group = VecDeque::new();
        let mut open = true;
        while open {
            let first = match receiver.recv_timeout(limits::IDLE) {
                Ok(Order::Submit(first)) => first,
                Ok(Order::Turn(done)) => {
                    self.turn(done);
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.rest();
                    continue;
                }
                Ok(Order::Close) | Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut turning = None;
            let mut bytes = first.payload.len();
            group.push_back(first);
            let deadline = Instant::now() + self.settings.commit_wait;
            while bytes < limits::COMMIT_BYTES_MAX {
                let next = match receiver.try_recv() {
                    Err(_) if !self.settings.commit_wait.is_zero() => {
                        receiver.recv_deadline(deadline).ok()
                    }
                    other => other.ok(),
                };
                match next {
                    Some(Order::Submit(submission)) => {
                        bytes += submission.payload.len();
                        group.push_back(submission);
                    }
                    Some(Order::Turn(done)) => {
                        // What came before it belongs to the old segment.
                        turning = Some(done);
                        break;
                    }
                    Some(Order::Close) => {
                        open = false;
                        break;
                    }
                    None => break,
                }
            }
            if !self.commit(&mut group, inner) {
                break;
            }
            if let Some(done) = turning {
                self.turn(done);
            }
        }
        self.finish(receiver, inner, &mut group);
    }

    /// Commits what arrived while the journal was being closed, and gives the unused room back.
    fn finish(
        &mut self,
        receiver: &Receiver<Order>,
        inner: &Inner,
        group: &mut VecDeque<Submission>,
    ) {
        // Whoever sent between the close and here still gets its commit.
        for order in receiver.try_iter() {
            let Order::Submit(late) = order else {
                continue;
            };
            group.push_back(late);
            if !self.commit(group, inner) {
                break;
            }
        }
        if let Err(error) = self.file.set_len(self.offset) {
            tracing::warn!(%error, "the rest of the last journal segment could not be given back");
        }
    }

    /// Commits the group and answers everybody. False if the disk failed in a way that cannot be mended.
    fn commit(&mut self, group: &mut VecDeque<Submission>, inner: &Inner) -> bool {
        let started = Instant::now();
        self.record.clear();
        self.record.resize(RECORD_HEADER_BYTES, 0);
        let mut count = 0u32;
        let mut kept_keys = Vec::new();
        let mut outcomes = Vec::with_capacity(group.len());
        for submission in group.iter() {
            let mut duplicates = Vec::new();
            let mut at = 0;
            for (position, event) in submission.events.iter().enumerate() {
                let len = u32::from_le_bytes(
                    submission.payload[at..at + 4]
                        .try_into()
                        .expect("four bytes"),
                );
                let end = at + ENTRY_HEADER_BYTES + len as usize;
                let key = duplicate::key(event.project, event.id(), self.duplicates.secret());
                if self.duplicates.insert(key, event.received_at) {
                    self.record.extend_from_slice(&submission.payload[at..end]);
                    kept_keys.push(key);
                    count += 1;
                } else {
                    duplicates.push(position);
                }
                at = end;
            }
            outcomes.push(duplicates);
        }
        let result = if count == 0 {
            Ok(())
        } else {
            self.write(count)
        };
        if result.is_err() {
            for key in &kept_keys {
                self.duplicates.remove(*key);
            }
        }
        self.count(started, count, &outcomes);
        self.answer(group, outcomes, result, inner)
    }

    /// Writes the record and makes it durable; the position moves only after that.
    fn write(&mut self, count: u32) -> Result<(), JournalError> {
        segment::seal_record(&mut self.record, count, self.next_seq);
        let needed = self.record.len() as u64;
        if self.offset + needed > self.settings.segment_bytes && self.offset > SEGMENT_HEADER_BYTES
        {
            self.rotate(needed)?;
        }
        self.file
            .write_all_at(&self.record, self.offset)
            .map_err(|e| classify(&e))?;
        // After a failed sync nobody knows what the disk holds, and a second sync may lie (fsyncgate).
        self.file
            .sync_data()
            .map_err(|e| JournalError::Failed(e.to_string()))?;
        self.offset += needed;
        self.next_seq += u64::from(count);
        self.progress.advance(self.next_seq);
        Ok(())
    }

    /// Begins a new segment, unless the current one is empty.
    fn turn(&mut self, done: oneshot::Sender<Result<(), JournalError>>) {
        let turned = match self.offset > SEGMENT_HEADER_BYTES {
            true => self.rotate(0),
            false => Ok(()),
        };
        // Whoever asked may have gone; the segment is there all the same.
        let _asker_gone = done.send(turned);
    }

    fn rotate(&mut self, needed: u64) -> Result<(), JournalError> {
        let bytes = self
            .settings
            .segment_bytes
            .max(SEGMENT_HEADER_BYTES + needed);
        let next = segment::create(&self.settings.folder, self.next_seq, bytes)
            .map_err(|e| classify(&e))?;
        // Gives the unused rest back; the records are durable already.
        if let Err(error) = self.file.set_len(self.offset) {
            tracing::warn!(%error, "the rest of a journal segment could not be given back");
        }
        self.file = next;
        self.offset = SEGMENT_HEADER_BYTES;
        Ok(())
    }

    fn answer(
        &mut self,
        group: &mut VecDeque<Submission>,
        outcomes: Vec<Vec<usize>>,
        result: Result<(), JournalError>,
        inner: &Inner,
    ) -> bool {
        let mut kept = Vec::new();
        for (submission, duplicates) in group.drain(..).zip(outcomes) {
            let total = submission.events.len();
            inner.waiting.fetch_sub(total, Ordering::AcqRel);
            if result.is_ok() {
                let mut skipped = duplicates.iter().peekable();
                for (position, event) in submission.events.into_iter().enumerate() {
                    if skipped.next_if_eq(&&position).is_none() {
                        kept.push(event);
                    }
                }
            }
            let ack = Ack {
                accepted: total - duplicates.len(),
                duplicates,
                end_seq: self.next_seq,
            };
            // The client may have gone; its events stay.
            let _client_gone = submission.reply.send(result.clone().map(|()| ack));
        }
        match result {
            Ok(()) => {
                (self.observer)(kept);
                true
            }
            Err(JournalError::Failed(reason)) => {
                tracing::error!(reason, "the journal failed and cannot go on");
                false
            }
            Err(error) => {
                tracing::warn!(%error, "a commit was refused");
                true
            }
        }
    }

    /// Gives memory back that only a busy time is worth.
    fn rest(&mut self) {
        if self.duplicates.forget_old() {
            self.tell_ids();
        }
        self.record = Vec::new();
    }

    fn count(&self, started: Instant, kept: u32, outcomes: &[Vec<usize>]) {
        let stats = &self.stats;
        stats.commits.fetch_add(1, Ordering::Relaxed);
        stats.events.fetch_add(u64::from(kept), Ordering::Relaxed);
        stats.duplicates.fetch_add(
            outcomes.iter().map(|d| d.len() as u64).sum(),
            Ordering::Relaxed,
        );
        stats
            .bytes
            .fetch_add(self.record.len() as u64, Ordering::Relaxed);
        stats
            .commit_ms
            .lock()
            .add(started.elapsed().as_secs_f64() * 1000.0);
        self.tell_ids();
    }

    fn tell_ids(&self) {
        let stats = &self.stats;
        stats.ids.store(self.duplicates.len(), Ordering::Relaxed);
        stats
            .ids_bytes
            .store(self.duplicates.bytes(), Ordering::Relaxed);
        stats
            .covers_since
            .store(self.duplicates.covers_since(), Ordering::Release);
    }
}

fn classify(error: &io::Error) -> JournalError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            JournalError::DiskFull(error.to_string())
        }
        _ => JournalError::Failed(error.to_string()),
    }
}
