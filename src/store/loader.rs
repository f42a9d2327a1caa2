//! The loader: from the journal into the engine, exactly once.
//!
//! Every few hundred milliseconds, or as soon as a full batch waits, it reads the journal past the
//! engine's own watermark, sorts by time, leaves out late duplicates, and appends rows and watermark in
//! one transaction. The only code that writes events. Nobody waits for it except readers that ask for a
//! barrier; while it is stalled (checkpoint, full disk) acknowledgements go on.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prost::Message;
use tokio::sync::watch;

use crate::core::clock::Clock;
use crate::core::event::Event;
use crate::core::limits;
use crate::core::sketch::Sketch;
use crate::store::alias::Name;
use crate::store::batch::{EventBatch, PreviewBatch};
use crate::store::engine::{DeadLetter, Engine, EngineError, Part};
use crate::store::erase::{self, Erased, Erasures};
use crate::store::erase_person::{self, ErasedPerson, PersonRequest};
use crate::store::journal::Progress;
use crate::store::journal::reader::{self, Chunk, Reader, Row};
use crate::store::journal::writer::JournalStats;
use crate::store::person::People;
use crate::store::reprice::{Job, Repricings};
use crate::store::zones::Zones;

/// Rows handed to DuckDB at once: its own vector size, so that memory stays small.
const PART_ROWS: usize = 2_048;
/// Encoded bytes of one transaction. Bounds memory where events are large.
const CHUNK_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Events that are read as they are before they are rolled up: two row groups, a few milliseconds of a query.
const ROLL_UP_ROWS: u64 = 245_760;
/// Longest pause between attempts while the engine is broken.
const RETRY_MAX: Duration = Duration::from_secs(5);

/// When the loader works.
#[derive(Clone, Debug)]
pub struct LoaderSettings {
    /// Folder of the journal.
    pub journal_folder: PathBuf,
    /// Folder for damaged segments.
    pub quarantine_folder: PathBuf,
    /// Longest wait before what is there gets loaded.
    pub interval: Duration,
    /// Most rows of one transaction.
    pub rows_max: usize,
    /// DuckDB's log is written into the file when it is this large, in bytes.
    pub checkpoint_bytes: u64,
    /// Loaded segments kept as a margin, in bytes.
    pub keep_bytes: u64,
    /// Projects whose events are to go, or have gone.
    pub erasures: Arc<Erasures>,
}

/// Counters of the loader since the start.
#[derive(Debug, Default)]
pub struct LoaderStats {
    /// Rows loaded.
    pub rows: AtomicU64,
    /// Duplicates that only the comparison with stored events found.
    pub late_duplicates: AtomicU64,
    /// Events put aside because the tables refused them.
    pub dead_letters: AtomicU64,
    /// Milliseconds of a load.
    pub load_ms: Mutex<Sketch>,
    /// Milliseconds of a checkpoint.
    pub checkpoint_ms: Mutex<Sketch>,
    /// Milliseconds of a roll-up.
    pub roll_up_ms: Mutex<Sketch>,
    /// Journal bytes that could not be read back.
    pub damaged: AtomicU64,
    /// Why the loader is waiting for the engine, if it is.
    pub trouble: Mutex<Option<String>>,
}

/// The handle of the loader's thread.
pub struct Loader {
    loaded: watch::Receiver<u64>,
    hurry: Arc<AtomicBool>,
    progress: Arc<Progress>,
    stats: Arc<LoaderStats>,
    erasures: Arc<Erasures>,
    repricings: Arc<Repricings>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Loader {
    /// Starts loading at the engine's watermark.
    ///
    /// # Errors
    /// If the engine cannot be asked or the thread cannot be started.
    pub fn start(
        settings: LoaderSettings,
        engine: Arc<Engine>,
        progress: Arc<Progress>,
        journal_stats: Arc<JournalStats>,
        zones: Arc<Zones>,
        clock: Clock,
    ) -> Result<Loader, EngineError> {
        let next_seq = engine.next_seq()?;
        let (publish, loaded) = watch::channel(next_seq);
        let hurry = Arc::new(AtomicBool::new(false));
        let stats = Arc::new(LoaderStats::default());
        let erasures = Arc::clone(&settings.erasures);
        let repricings = Arc::new(Repricings::default());
        let worker = Worker {
            reader: Reader::new(
                settings.journal_folder.clone(),
                settings.quarantine_folder.clone(),
                next_seq,
            ),
            settings,
            people: engine.people()?,
            rolled_seq: engine.rolled_seq()?,
            zones,
            engine,
            progress: Arc::clone(&progress),
            journal_stats,
            clock,
            publish,
            hurry: Arc::clone(&hurry),
            stats: Arc::clone(&stats),
            last_load: Instant::now(),
            repricings: Arc::clone(&repricings),
        };
        let thread = std::thread::Builder::new()
            .name("loader".into())
            .spawn(move || {
                let erasures = Arc::clone(&worker.settings.erasures);
                let repricings = Arc::clone(&worker.repricings);
                worker.run();
                erasures.end();
                repricings.end();
            })
            .map_err(|e| EngineError::Broken(e.to_string()))?;
        Ok(Loader {
            loaded,
            hurry,
            progress,
            stats,
            erasures,
            repricings,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Returns when every event below `seq` can be asked for; `false` if that took longer than `patience`.
    pub async fn barrier(&self, seq: u64, patience: Duration) -> bool {
        let mut loaded = self.loaded.clone();
        if *loaded.borrow() >= seq {
            return true;
        }
        self.hurry.store(true, Ordering::Release);
        self.progress.ring();
        let reached = tokio::time::timeout(patience, loaded.wait_for(|done| *done >= seq)).await;
        matches!(reached, Ok(Ok(_)))
    }

    /// Erases everything of a project, for good: what is stored, and what the journal still holds. Returns when it
    /// is gone from the engine's own file; `None` if the loader has ended before.
    pub async fn erase(&self, project: u32) -> Option<Erased> {
        let done = self.erasures.ask(project);
        self.hurry.store(true, Ordering::Release);
        self.progress.ring();
        done.await.ok()
    }

    /// Prices stored calls anew, a day between two loads. Returns how many have changed, when that is in the engine's
    /// own file; `None` if the loader has ended before.
    pub async fn reprice(&self, job: Job) -> Option<u64> {
        let done = self.repricings.ask(job);
        self.hurry.store(true, Ordering::Release);
        self.progress.ring();
        done.await.ok()
    }

    /// Erases one person, with everything that was acknowledged before. Returns when it is gone from the engine's own
    /// file; `None` if the loader has ended before, or could not write the file.
    pub async fn erase_person(&self, project: u32, name: Name) -> Option<ErasedPerson> {
        let done = self.erasures.ask_person(project, name);
        self.hurry.store(true, Ordering::Release);
        self.progress.ring();
        done.await.ok()
    }

    /// Publishes the first sequence number that cannot be asked for yet, each time it rises.
    pub fn loaded(&self) -> watch::Receiver<u64> {
        self.loaded.clone()
    }

    /// Counters since the start.
    pub fn stats(&self) -> &Arc<LoaderStats> {
        &self.stats
    }

    /// Waits for the thread, which ends when the journal is closed and loaded. Blocks.
    pub fn join(&self) {
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            let _panicked = thread.join();
        }
    }
}

struct Worker {
    settings: LoaderSettings,
    engine: Arc<Engine>,
    people: People,
    rolled_seq: u64,
    zones: Arc<Zones>,
    reader: Reader,
    progress: Arc<Progress>,
    journal_stats: Arc<JournalStats>,
    clock: Clock,
    publish: watch::Sender<u64>,
    hurry: Arc<AtomicBool>,
    stats: Arc<LoaderStats>,
    last_load: Instant,
    repricings: Arc<Repricings>,
}

impl Worker {
    fn run(mut self) {
        let mut checkpointed = true;
        loop {
            let closed = self.wait();
            if let Err(error) = self.erase_asked() {
                tracing::error!(%error, "a project could not be erased; the next start does it");
                return;
            }
            if !closed && let Err(error) = self.reprice_asked() {
                tracing::error!(%error, "calls could not be priced anew; the next start goes on with it");
            }
            // Asked before the journal is looked at, so that what was acknowledged until then is loaded first.
            let leaving = self.settings.erasures.take_people();
            // What a release emptied is made anew without waiting for events.
            self.roll_up();
            let until = self.progress.next();
            while self.reader.next_seq() < until {
                match self.load_next(until) {
                    Ok(0) => break,
                    Ok(_) => checkpointed = false,
                    Err(error) if self.progress.is_closed() => {
                        tracing::error!(%error, "not all could be loaded; the next start does it from the journal");
                        return;
                    }
                    Err(error) => {
                        tracing::error!(%error, "the journal cannot be read; the loader waits");
                        std::thread::sleep(RETRY_MAX);
                    }
                }
                self.roll_up();
                if self.engine.wal_bytes() >= self.settings.checkpoint_bytes {
                    checkpointed = self.checkpoint();
                }
            }
            if let Err(error) = self.erase_people(leaving) {
                tracing::error!(%error, "somebody could not be erased; the next start does it");
                return;
            }
            self.follow_zones();
            if !checkpointed && (closed || self.last_load.elapsed() >= limits::IDLE) {
                checkpointed = self.checkpoint();
            }
            if closed && self.reader.next_seq() >= self.progress.next() {
                return;
            }
            if checkpointed {
                self.rest();
            }
        }
    }

    /// Gives memory back while nobody needs it. The people stay as they are: no row is lost by it.
    fn rest(&mut self) {
        match self.engine.rest(limits::IDLE) {
            Ok(true) => tracing::debug!("nothing to do; gave the engine's memory back"),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the engine could not be opened again; it will be tried again")
            }
        }
    }

    /// Waits until there is a reason to load: a full batch, the interval, a reader in a hurry, or the end.
    /// Returns whether the journal is closed.
    fn wait(&self) -> bool {
        let deadline = Instant::now() + self.settings.interval;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let closed = self.progress.wait(left.min(self.settings.interval / 10));
            let waiting = self.progress.next() - self.reader.next_seq();
            let hurried = self.hurry.swap(false, Ordering::AcqRel);
            if closed || hurried || waiting >= self.settings.rows_max as u64 || left.is_zero() {
                return closed;
            }
        }
    }

    /// Loads the next chunk, however long that takes. Returns the number of events read.
    ///
    /// # Errors
    /// If the journal cannot be read, or the engine fails while the server stops. The chunk is then lost to
    /// this reader, so after the second the loader ends.
    fn load_next(&mut self, until: u64) -> io::Result<usize> {
        let chunk = self
            .reader
            .read(until, self.settings.rows_max, CHUNK_BYTES_MAX)?;
        let damage = self.reader.take_damage();
        self.stats
            .damaged
            .fetch_add(damage.len() as u64, Ordering::Relaxed);
        if chunk.rows.is_empty() {
            return Ok(0);
        }
        let started = Instant::now();
        let mut rows: Vec<&Row> = chunk.rows.iter().collect();
        // Row groups that hold one stretch of time let readers skip the others. Stable: ties stay in order.
        rows.sort_by_key(|row| row.occurred_at);
        let late = self.retry(|worker| worker.late_duplicates(&chunk))?;
        rows.retain(|row| !late.contains(&row.seq));
        let erasures = &self.settings.erasures;
        rows.retain(|row| !erasures.holds(chunk.encoded(row)));
        self.load_rows(&chunk, &rows, chunk.end_seq)?;
        self.stats
            .late_duplicates
            .fetch_add(late.len() as u64, Ordering::Relaxed);
        self.stats
            .load_ms
            .lock()
            .add(started.elapsed().as_secs_f64() * 1000.0);
        self.last_load = Instant::now();
        let _no_reader_waits = self.publish.send(chunk.end_seq);
        tracing::debug!(
            rows = rows.len(),
            late = late.len(),
            end_seq = chunk.end_seq,
            "loaded a batch"
        );
        Ok(chunk.rows.len())
    }

    /// Cuts the days of a project anew when its zone has changed. Until then readers use raw rows.
    fn follow_zones(&mut self) {
        if self.zones.take_changed()
            && let Err(error) = self.engine.follow_zones(&self.zones)
        {
            tracing::warn!(%error, "days could not be cut anew for a changed time zone");
        }
    }

    /// Rolls up once enough waits. The journal is durable and readers see raw rows meanwhile, so a failure only costs time.
    fn roll_up(&mut self) {
        let loaded = self.reader.next_seq();
        if loaded - self.rolled_seq < ROLL_UP_ROWS {
            return;
        }
        let started = Instant::now();
        match self.engine.roll_up(loaded, &self.zones) {
            Ok(_) => self.rolled_seq = loaded,
            Err(error) => tracing::warn!(%error, "rolling up failed; it will be tried again"),
        }
        self.stats
            .roll_up_ms
            .lock()
            .add(started.elapsed().as_secs_f64() * 1000.0);
    }

    /// Appends `rows`. A batch that the tables refuse is tried without its undecodable events, then one by
    /// one, until the poisonous ones stand alone; they become dead letters and their neighbours survive.
    fn load_rows(&mut self, chunk: &Chunk, rows: &[&Row], end_seq: u64) -> io::Result<()> {
        let refused = self.retry(|worker| {
            let parts = Parts::new(chunk, rows, &mut worker.people);
            refusal(worker.engine.append(end_seq, parts, &[]).map(drop))
        })?;
        let Some(reason) = refused else {
            self.stats
                .rows
                .fetch_add(rows.len() as u64, Ordering::Relaxed);
            return Ok(());
        };
        tracing::warn!(
            rows = rows.len(),
            reason,
            "a batch was refused; looking for the events at fault"
        );
        self.recall_people()?;
        let mut poison = HashSet::new();
        let mut dead = Vec::new();
        self.find_poison(chunk, rows, &mut poison, &mut dead)?;
        let good: Vec<&Row> = rows
            .iter()
            .copied()
            .filter(|row| !poison.contains(&row.seq))
            .collect();
        self.recall_people()?;
        self.retry(|worker| {
            let parts = Parts::new(chunk, &good, &mut worker.people);
            worker.engine.append(end_seq, parts, &dead)
        })?;
        self.stats
            .rows
            .fetch_add(good.len() as u64, Ordering::Relaxed);
        self.stats
            .dead_letters
            .fetch_add(dead.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Halves the batch until each refused row stands alone. Rows are tried in transactions that are undone.
    fn find_poison(
        &mut self,
        chunk: &Chunk,
        rows: &[&Row],
        poison: &mut HashSet<u64>,
        dead: &mut Vec<DeadLetter>,
    ) -> io::Result<()> {
        let refused = self.retry(|worker| {
            let parts = Parts::new(chunk, rows, &mut worker.people);
            refusal(worker.engine.rehearse(parts))
        })?;
        let Some(reason) = refused else {
            return Ok(());
        };
        if let [row] = rows {
            poison.insert(row.seq);
            let recorded_at = self.clock.now().as_microsecond();
            dead.push(DeadLetter {
                seq: row.seq,
                recorded_at,
                error: reason,
                payload: chunk.encoded(row).to_vec(),
            });
            return Ok(());
        }
        let (left, right) = rows.split_at(rows.len() / 2);
        self.find_poison(chunk, left, poison, dead)?;
        self.find_poison(chunk, right, poison, dead)
    }

    /// Reads the people again after a transaction that was undone: those it had numbered are not in the tables.
    fn recall_people(&mut self) -> io::Result<()> {
        self.people = self.retry(|worker| worker.engine.people())?;
        Ok(())
    }

    /// Repeats `work` until the engine can do it, opening the engine again after each failure. While the server
    /// stops there is no second try: what is not loaded stays in the journal, and a stop has to end.
    fn retry<T>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<T, EngineError>,
    ) -> io::Result<T> {
        let mut pause = Duration::from_millis(100);
        loop {
            match work(self) {
                Ok(done) => {
                    if self.stats.trouble.lock().take().is_some() {
                        tracing::info!("the engine works again");
                    }
                    return Ok(done);
                }
                Err(error) => {
                    tracing::error!(%error, retry_ms = pause.as_millis() as u64, "loading failed; events stay in the journal");
                    if self.progress.is_closed() {
                        return Err(io::Error::other(error.to_string()));
                    }
                    *self.stats.trouble.lock() = Some(error.to_string());
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(RETRY_MAX);
                    match self.engine.reopen().and_then(|()| self.engine.people()) {
                        Ok(people) => self.people = people,
                        Err(error) => {
                            tracing::error!(%error, "the engine could not be opened again")
                        }
                    }
                }
            }
        }
    }

    /// Sequence numbers of events whose id is stored already, or stands earlier in the chunk.
    ///
    /// The id set before the journal knows every id received since `covers_since`. An id that is a UUIDv7
    /// made after that cannot have come before; all others are compared with what is stored.
    fn late_duplicates(&self, chunk: &Chunk) -> Result<HashSet<u64>, EngineError> {
        let covers_since = self.journal_stats.covers_since.load(Ordering::Acquire);
        let mut late = HashSet::new();
        if covers_since == i64::MIN {
            return Ok(late);
        }
        let mut first = HashSet::with_capacity(chunk.rows.len());
        let mut suspects = Vec::new();
        let (mut from, mut to, mut received) = (i64::MAX, i64::MIN, i64::MAX);
        for row in &chunk.rows {
            let Ok(event) = Event::decode(chunk.encoded(row)) else {
                continue;
            };
            let key = (event.project, event.id());
            if !first.insert(key) {
                late.insert(row.seq);
            } else if minted_at(event.id()).is_none_or(|made| made < covers_since) {
                suspects.push((row.seq, key));
                from = from.min(event.occurred_at);
                to = to.max(event.occurred_at);
                received = received.min(event.received_at);
            }
        }
        if !suspects.is_empty() {
            let keys: Vec<(u32, u128)> = suspects.iter().map(|(_, key)| *key).collect();
            let known =
                self.engine
                    .known(&keys, (from, to), received - limits::DUPLICATE_WINDOW_US)?;
            late.extend(
                suspects
                    .into_iter()
                    .filter(|(_, key)| known.contains(key))
                    .map(|(seq, _)| seq),
            );
        }
        Ok(late)
    }

    /// Erases the projects that were asked for since the last batch.
    ///
    /// # Errors
    /// If the engine fails while the server stops; the next start erases what is left.
    fn erase_asked(&mut self) -> io::Result<()> {
        for request in self.settings.erasures.take() {
            let project = request.project;
            let erased = self.retry(|worker| erase::erase(&worker.engine, project))?;
            if erased != Erased::default() {
                self.recall_people()?;
                // Gives the room back. If it cannot be done now it follows with the next checkpoint; and should
                // DuckDB's log be lost before that, the next start erases again.
                let _done = self.checkpoint();
                tracing::info!(project, events = erased.events, "erased a project");
            }
            request.answer(erased);
        }
        Ok(())
    }

    /// Does one day of the first re-pricing that was asked for, so that loading goes on in between.
    ///
    /// # Errors
    /// If the engine fails while the server stops; the next start goes on.
    fn reprice_asked(&mut self) -> io::Result<()> {
        let Some(mut request) = self.repricings.take() else {
            return Ok(());
        };
        let zones = Arc::clone(&self.zones);
        self.retry(|worker| request.do_next_day(&worker.engine, &zones))?;
        if !request.is_done() {
            self.repricings.give_back(request);
            self.hurry.store(true, Ordering::Release);
            if self.engine.wal_bytes() >= self.settings.checkpoint_bytes {
                let _later = self.checkpoint();
            }
            return Ok(());
        }
        // What is only in DuckDB's log may be lost with it, and nobody would do it again once it counts as done.
        match self.checkpoint() {
            true => request.answer(),
            false => {
                tracing::warn!("prices are not in the file yet; the next start looks at them again")
            }
        }
        Ok(())
    }

    /// Erases people, each in a transaction of its own.
    ///
    /// # Errors
    /// If the engine fails while the server stops.
    fn erase_people(&mut self, requests: Vec<PersonRequest>) -> io::Result<()> {
        for request in requests {
            let project = request.project;
            let erased = self.retry(|worker| {
                erase_person::erase(&worker.engine, project, &request.name, &worker.zones)
            })?;
            self.recall_people()?;
            // Only what is in the file is gone for good. Without that nobody is told that it is done. The journal keeps
            // no margin then: its segments still hold what was erased.
            if self.checkpoint_keeping(0) {
                tracing::info!(project, events = erased.events, "erased a person");
                request.answer(erased);
            }
        }
        Ok(())
    }

    /// Writes DuckDB's log into its file and lets go of the journal behind it. True if that worked.
    fn checkpoint(&mut self) -> bool {
        self.checkpoint_keeping(self.settings.keep_bytes)
    }

    /// The same, with a margin of loaded segments of so many bytes.
    fn checkpoint_keeping(&mut self, keep_bytes: u64) -> bool {
        let loaded = self.reader.next_seq();
        let started = Instant::now();
        if let Err(error) = self.engine.checkpoint() {
            tracing::warn!(%error, "a checkpoint failed; it will be tried again");
            return false;
        }
        self.stats
            .checkpoint_ms
            .lock()
            .add(started.elapsed().as_secs_f64() * 1000.0);
        if let Err(error) = reader::trim(&self.settings.journal_folder, loaded, keep_bytes) {
            tracing::warn!(%error, "loaded journal segments could not be removed");
            // A margin may be wider than wished, but not where none may be left.
            return keep_bytes > 0;
        }
        true
    }
}

/// Tells rows that were refused, which fewer rows may not be, from an engine that failed.
fn refusal(done: Result<(), EngineError>) -> Result<Option<String>, EngineError> {
    match done {
        Ok(()) => Ok(None),
        Err(EngineError::Rows(reason)) => Ok(Some(reason)),
        Err(error) => Err(error),
    }
}

/// When a UUIDv7 was made, in microseconds; `None` for any other id.
fn minted_at(id: u128) -> Option<i64> {
    let is_version_7 = (id >> 76) & 0xF == 7 && (id >> 62) & 0x3 == 2;
    is_version_7.then_some(((id >> 80) as i64).saturating_mul(1000))
}

/// Decodes rows into batches as the engine takes them, so that only one batch is in memory.
struct Parts<'a> {
    chunk: &'a Chunk,
    rows: std::slice::Iter<'a, &'a Row>,
    people: &'a mut People,
    events: EventBatch,
    previews: PreviewBatch,
    event: Event,
}

impl<'a> Parts<'a> {
    fn new(chunk: &'a Chunk, rows: &'a [&'a Row], people: &'a mut People) -> Parts<'a> {
        Parts {
            chunk,
            rows: rows.iter(),
            people,
            events: EventBatch::default(),
            previews: PreviewBatch::default(),
            event: Event::default(),
        }
    }

    fn fill(&mut self) -> Result<Option<Part>, EngineError> {
        for row in self.rows.by_ref().take(PART_ROWS) {
            self.event.clear();
            let decoded = self.event.merge(self.chunk.encoded(row));
            decoded.map_err(|e| {
                EngineError::Rows(format!("event {} cannot be decoded: {e}", row.seq))
            })?;
            let persons = self.people.of(&self.event);
            self.events.push(row.seq, &self.event, persons)?;
            self.previews.push(row.seq, &self.event);
        }
        if self.events.is_empty() {
            return Ok(None);
        }
        Ok(Some(Part {
            events: self.events.take()?,
            people: self.people.take_new()?,
            previews: self.previews.take()?,
        }))
    }
}

impl Iterator for Parts<'_> {
    type Item = Result<Part, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_7_id_says_when_it_was_made() {
        let made = uuid::Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            1_795_300_000,
            5_000_000,
        ));
        assert_eq!(minted_at(made.as_u128()), Some(1_795_300_000_005_000));
        assert_eq!(minted_at(uuid::Uuid::new_v4().as_u128()), None);
    }
}
