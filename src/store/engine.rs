//! The embedded analytical engine: one DuckDB file, one writer, a few readers.
//!
//! This is the interface a second engine would have to offer: append a batch with its place in the
//! journal (atomic, harmless to repeat), ask with a deadline, checkpoint, say its sizes. The file is
//! attached to an in-memory instance, so that an instance broken by a full disk can be dropped and the
//! file opened again without ending the process. Knows nothing of the journal's files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use duckdb::arrow::array::{FixedSizeBinaryBuilder, Int32Builder};
use duckdb::arrow::datatypes::{DataType, Field, Schema};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, InterruptHandle, params};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Semaphore;

use crate::core::sketch::Sketch;
use crate::store::person::{self, People};
use crate::store::study::Study;
use crate::store::zones::Zones;
use crate::store::{alias, batch, migrate, rollup};

/// Rows of a row group: the unit that is compressed, and held in memory until then. A third of DuckDB's usual size
/// needs a third of the memory, for a file that is 5 % larger (measured on the bench's mix).
pub const ROW_GROUP: usize = 40_960;

/// The words of our own in which questions are written.
const WORDS: &str = include_str!("words.sql");

/// How the engine is opened.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// The database file.
    pub file: PathBuf,
    /// Folder for what does not fit into memory.
    pub temp_folder: PathBuf,
    /// Most megabytes there.
    pub temp_mb: u64,
    /// Bound of the buffer pool in megabytes.
    pub memory_mb: u64,
    /// Worker threads.
    pub threads: usize,
    /// Connections that read.
    pub readers: usize,
    /// Longest time of one question.
    pub query_timeout: Duration,
}

/// What went wrong, by what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The rows themselves were refused; fewer of them may pass.
    #[error("the rows were refused: {0}")]
    Rows(String),
    /// The instance or the disk failed; open again, and retry later.
    #[error("the engine failed: {0}")]
    Broken(String),
    /// The question took too long and was interrupted.
    #[error(
        "the query took longer than {0:?} and was stopped; ask for a shorter period or fewer rows"
    )]
    Deadline(Duration),
    /// The question itself was wrong.
    #[error("the query failed: {0}")]
    Query(String),
    /// The one who asked can put it right; the text says how.
    #[error("{0}")]
    Question(String),
}

impl From<duckdb::Error> for EngineError {
    fn from(error: duckdb::Error) -> Self {
        let text = error.to_string();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&[
            "No space left",
            "invalidated",
            "IO Error",
            "FATAL",
            "INTERNAL Error",
            "Corrupt",
            "could not fsync",
            "Out of Memory Error",
        ]) {
            EngineError::Broken(text)
        } else if has(&[
            "Conversion Error",
            "Constraint Error",
            "Out of Range Error",
            "Invalid Input",
            "Invalid unicode",
            "Mismatch Type Error",
            "Decimal Error",
            // The driver's own word for a value that its column cannot hold.
            "Could not convert Arrow record batch",
        ]) {
            EngineError::Rows(text)
        } else {
            EngineError::Query(text)
        }
    }
}

impl From<duckdb::arrow::error::ArrowError> for EngineError {
    fn from(error: duckdb::arrow::error::ArrowError) -> Self {
        EngineError::Rows(error.to_string())
    }
}

/// An acknowledged event that the tables refuse, kept as it stood in the journal.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its sequence number.
    pub seq: u64,
    /// When it was put aside, in microseconds.
    pub recorded_at: i64,
    /// Why.
    pub error: String,
    /// Its encoding.
    pub payload: Vec<u8>,
}

/// Which facts a transaction sees: the same numbers twice are the same facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// How often events were appended.
    pub appends: u64,
    /// How often something that was there became something else.
    pub rewrites: u64,
}

/// Rows for one transaction.
pub struct Part {
    /// Rows of `events`.
    pub events: RecordBatch,
    /// Rows of `people`: those whom these events name for the first time.
    pub people: Option<RecordBatch>,
    /// Rows of `previews`.
    pub previews: Option<RecordBatch>,
}

/// What an append did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The rows are in.
    Committed,
    /// They were in already; nothing changed.
    Duplicate,
}

/// Bytes on disk and in memory.
#[derive(Clone, Debug, Default)]
pub struct EngineSizes {
    /// The database file.
    pub file_bytes: u64,
    /// DuckDB's own write-ahead log.
    pub wal_bytes: u64,
    /// Spilled intermediate results.
    pub temp_bytes: u64,
    /// Memory by DuckDB's own tags.
    pub memory: Vec<(String, u64)>,
    /// Rows of the events table.
    pub events: u64,
    /// Events that could not be loaded.
    pub dead_letters: u64,
}

struct Instance {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// The open engine.
pub struct Engine {
    settings: EngineSettings,
    instance: RwLock<Option<Arc<Instance>>>,
    slots: Semaphore,
    query_ms: Mutex<Sketch>,
    last_used: Mutex<Option<Instant>>,
    appends: AtomicU64,
    rewrites: AtomicU64,
}

impl Engine {
    /// Opens the file, replays DuckDB's own log, and brings the tables up to date. Blocks.
    ///
    /// # Errors
    /// If the file cannot be opened or a migration fails.
    pub fn open(settings: EngineSettings) -> Result<Engine, EngineError> {
        let instance = open_instance(&settings)?;
        Ok(Engine {
            slots: Semaphore::new(settings.readers),
            instance: RwLock::new(Some(Arc::new(instance))),
            settings,
            query_ms: Mutex::new(Sketch::default()),
            last_used: Mutex::new(None),
            appends: AtomicU64::new(0),
            rewrites: AtomicU64::new(0),
        })
    }

    /// The first sequence number that is not in the tables. Blocks.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn next_seq(&self) -> Result<u64, EngineError> {
        self.tend(|writer| Ok(next_seq(writer)?))
    }

    /// The people that the tables hold. Blocks.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn people(&self) -> Result<People, EngineError> {
        self.tend(People::load)
    }

    /// Appends rows, dead letters and the new place in the journal in one transaction. Blocks.
    ///
    /// Repeating an append that has been committed changes nothing.
    ///
    /// # Errors
    /// `Rows` if the rows were refused, `Broken` if the engine must be reopened. Nothing is kept then.
    pub fn append(
        &self,
        end_seq: u64,
        parts: impl Iterator<Item = Result<Part, EngineError>>,
        dead: &[DeadLetter],
    ) -> Result<Appended, EngineError> {
        self.use_now();
        let appended = self.tend(|writer| {
            if next_seq(writer)? >= end_seq {
                return Ok(Appended::Duplicate);
            }
            writer.execute_batch("BEGIN")?;
            let done = append_rows(writer, end_seq, parts, dead);
            if done.is_err() {
                // After some failures there is no transaction left to roll back.
                let _gone_already = writer.execute_batch("ROLLBACK");
            }
            done.map(|()| Appended::Committed)
        });
        self.appends.fetch_add(1, Ordering::Release);
        appended
    }

    /// Rolls up the events below `until`; see [`rollup::roll_up`]. Blocks.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn roll_up(&self, until: u64, zones: &Zones) -> Result<u64, EngineError> {
        self.tend(|writer| rollup::roll_up(writer, until, zones))
    }

    /// Cuts days anew for projects whose zone has changed. Returns how many those were. Blocks.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn follow_zones(&self, zones: &Zones) -> Result<usize, EngineError> {
        self.tend(|writer| {
            let outdated = rollup::outdated(writer, zones)?;
            for project in &outdated {
                rollup::rebuild(writer, *project, zones)?;
            }
            Ok(outdated.len())
        })
    }

    /// The first sequence number that is not rolled up. Blocks.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn rolled_seq(&self) -> Result<u64, EngineError> {
        self.tend(rollup::rolled_seq)
    }

    /// Tries an append and undoes it. Blocks.
    ///
    /// # Errors
    /// As the append would fail.
    pub fn rehearse(
        &self,
        parts: impl Iterator<Item = Result<Part, EngineError>>,
    ) -> Result<(), EngineError> {
        self.tend(|writer| {
            writer.execute_batch("BEGIN")?;
            let done = append_parts(writer, parts);
            let _gone_already = writer.execute_batch("ROLLBACK");
            done
        })
    }

    /// Those of `keys` (project, id) that are stored already. Blocks.
    ///
    /// Looks at events that happened in `occurred` (microseconds, inclusive) or were received since `received_since`.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn known(
        &self,
        keys: &[(u32, u128)],
        occurred: (i64, i64),
        received_since: i64,
    ) -> Result<HashSet<(u32, u128)>, EngineError> {
        self.tend(|writer| {
            writer
                .execute_batch("CREATE OR REPLACE TEMP TABLE asked (project INTEGER, id UUID)")?;
            writer
                .appender_to_catalog_and_db("asked", "temp", "main")?
                .append_record_batch(keys_batch(keys)?)?;
            let mut found = HashSet::new();
            for (window, from, to) in [
                (
                    "occurred_at BETWEEN make_timestamp(?) AND make_timestamp(?)",
                    occurred.0,
                    occurred.1,
                ),
                (
                    "received_at BETWEEN make_timestamp(?) AND make_timestamp(?)",
                    received_since,
                    i64::MAX / 4,
                ),
            ] {
                let sql = format!(
                    "SELECT DISTINCT e.project, CAST(e.id AS VARCHAR) FROM events e \
                     JOIN asked a ON a.id = e.id AND a.project = e.project WHERE e.{window}"
                );
                let mut statement = writer.prepare(&sql)?;
                let mut rows = statement.query(params![from, to])?;
                while let Some(row) = rows.next()? {
                    let id: String = row.get(1)?;
                    let id = uuid::Uuid::parse_str(&id)
                        .map_err(|e| EngineError::Query(e.to_string()))?;
                    found.insert((row.get::<_, i32>(0)? as u32, id.as_u128()));
                }
            }
            Ok(found)
        })
    }

    /// Writes what DuckDB's own log holds into the file. Blocks appends, not readers.
    ///
    /// # Errors
    /// If the engine is broken.
    pub fn checkpoint(&self) -> Result<(), EngineError> {
        self.tend(|writer| Ok(writer.execute_batch("CHECKPOINT store")?))
    }

    /// Asks a question on a thread that may block, within the deadline.
    ///
    /// Dropping the future (the client left) interrupts the question.
    ///
    /// # Errors
    /// `Deadline` if it took too long, else as the question fails.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.use_now();
        self.peek(question).await
    }

    /// As [`Engine::read`], for questions that need little memory and do not keep the engine from resting.
    async fn peek<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let timeout = self.settings.query_timeout;
        let waited = tokio::time::timeout(timeout, self.slots.acquire()).await;
        let slot = waited.map_err(|_| EngineError::Deadline(timeout))?;
        let _slot = slot.map_err(|_| EngineError::Broken("the engine is closed".into()))?;
        let started = Instant::now();
        let instance = self.instance()?;
        let reader = instance.readers.lock().pop();
        let reader = reader.ok_or_else(|| EngineError::Broken("no reader is free".into()))?;
        let mut interrupt = InterruptOnDrop(Some(reader.interrupt_handle()));
        let mut running = tokio::task::spawn_blocking(move || {
            let answer = question(&reader);
            instance.readers.lock().push(reader);
            answer
        });
        let answer = match tokio::time::timeout(timeout, &mut running).await {
            Ok(answer) => answer,
            Err(_elapsed) => {
                drop(interrupt);
                // The interrupted query ends soon and gives its connection back before the slot is free.
                let _interrupted = running.await;
                return Err(EngineError::Deadline(timeout));
            }
        };
        interrupt.0 = None;
        self.query_ms
            .lock()
            .add(started.elapsed().as_secs_f64() * 1000.0);
        answer.map_err(|panic| EngineError::Broken(panic.to_string()))?
    }

    /// Runs `study` in a transaction of a reader, so that its statements see the same events; on a thread that may block,
    /// within the deadline.
    ///
    /// # Errors
    /// As [`Engine::read`].
    pub async fn ask<T: Send + 'static>(
        &self,
        study: impl FnOnce(&Study<'_>) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        // Before the transaction begins: what changes in between is seen without being counted, never the other way round.
        let facts = Facts {
            appends: self.appends.load(Ordering::Acquire),
            rewrites: self.rewrites.load(Ordering::Acquire),
        };
        self.read(move |reader| {
            reader.execute_batch("BEGIN TRANSACTION READ ONLY")?;
            let answer = study(&Study::new(reader, facts));
            // Nothing was changed; after some failures there is no transaction left to end.
            let _gone_already = reader.execute_batch("ROLLBACK");
            answer
        })
        .await
    }

    /// Drops a broken instance and opens the file again. Blocks until running questions have ended.
    ///
    /// # Errors
    /// If the file cannot be opened; the engine then stays closed and this may be tried again.
    pub fn reopen(&self) -> Result<(), EngineError> {
        let mut place = self.instance.write();
        if let Some(old) = place.take() {
            let mut old = old;
            let deadline = Instant::now() + self.settings.query_timeout;
            // Two instances must never hold the file at once.
            let old = loop {
                match Arc::try_unwrap(old) {
                    Ok(last) => break last,
                    Err(shared) if Instant::now() < deadline => old = shared,
                    Err(shared) => {
                        *place = Some(shared);
                        return Err(EngineError::Broken(
                            "a running query holds the engine".into(),
                        ));
                    }
                }
                std::thread::sleep(Duration::from_millis(5));
            };
            drop(old);
        }
        *place = Some(Arc::new(open_instance(&self.settings)?));
        Ok(())
    }

    /// Gives the memory of the buffer pool back when nothing was appended or asked for `quiet`: closes the file and
    /// opens it again. True if it did so; false if there was nothing to give back, or the engine is in use. Blocks.
    ///
    /// # Errors
    /// As [`Engine::reopen`].
    pub fn rest(&self, quiet: Duration) -> Result<bool, EngineError> {
        let is_quiet =
            |used: &Mutex<Option<Instant>>| used.lock().is_some_and(|at| at.elapsed() >= quiet);
        if !is_quiet(&self.last_used) {
            return Ok(false);
        }
        // Whoever asks meanwhile waits for a slot, and none of them is reading.
        let Ok(_slots) = self.slots.try_acquire_many(self.settings.readers as u32) else {
            return Ok(false);
        };
        self.reopen()?;
        *self.last_used.lock() = None;
        Ok(true)
    }

    fn use_now(&self) {
        *self.last_used.lock() = Some(Instant::now());
    }

    /// Closes the engine for good; DuckDB writes its log into the file. Blocks.
    pub fn close(&self) {
        self.slots.close();
        self.instance.write().take();
    }

    /// Sizes on disk and in memory.
    ///
    /// # Errors
    /// If the engine is broken.
    pub async fn sizes(&self) -> Result<EngineSizes, EngineError> {
        let mut sizes = self
            .peek(|reader| {
                let mut statement = reader.prepare(
                    "SELECT tag, CAST(memory_usage_bytes AS BIGINT), CAST(temporary_storage_bytes AS BIGINT) \
                     FROM duckdb_memory() ORDER BY 2 DESC, tag",
                )?;
                let mut sizes = EngineSizes::default();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let bytes: i64 = row.get(1)?;
                    if bytes > 0 {
                        sizes.memory.push((row.get(0)?, bytes as u64));
                    }
                    sizes.temp_bytes += row.get::<_, i64>(2)? as u64;
                }
                sizes.events = reader.query_row("SELECT count(*) FROM events", [], |r| r.get::<_, i64>(0))? as u64;
                sizes.dead_letters =
                    reader.query_row("SELECT count(*) FROM dead_letters", [], |r| r.get::<_, i64>(0))? as u64;
                Ok(sizes)
            })
            .await?;
        sizes.file_bytes = file_bytes(&self.settings.file);
        sizes.wal_bytes = self.wal_bytes();
        Ok(sizes)
    }

    /// Bytes of DuckDB's own log.
    pub fn wal_bytes(&self) -> u64 {
        file_bytes(&wal_of(&self.settings.file))
    }

    /// Milliseconds of the questions asked since the start.
    pub fn query_ms(&self) -> Sketch {
        self.query_ms.lock().clone()
    }

    fn instance(&self) -> Result<Arc<Instance>, EngineError> {
        let broken = || EngineError::Broken("the engine is closed".into());
        self.instance.read().clone().ok_or_else(broken)
    }

    /// Runs `work` on the one connection that writes; answers about the past may be others after it.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let done = self.tend(work);
        self.rewrites.fetch_add(1, Ordering::Release);
        done
    }

    /// Runs `work` that changes no answer on the one connection that writes.
    fn tend<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let instance = self.instance()?;
        let writer = instance.writer.lock();
        work(&writer)
    }
}

/// Interrupts a query when its asker goes away.
struct InterruptOnDrop(Option<Arc<InterruptHandle>>);

impl Drop for InterruptOnDrop {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            handle.interrupt();
        }
    }
}

/// Version of the engine, for example `v1.5.6`.
pub fn version() -> String {
    Connection::open_in_memory()
        .and_then(|engine| engine.version())
        .unwrap_or_else(|_| "unknown".to_owned())
}

/// DuckDB's own log beside a database file.
pub fn wal_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".wal");
    PathBuf::from(name)
}

fn file_bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |m| m.len())
}

fn open_instance(settings: &EngineSettings) -> Result<Instance, EngineError> {
    let quoted = |path: &Path| path.to_string_lossy().replace('\'', "''");
    let writer = Connection::open_in_memory()?;
    // Checkpoints are ours to time: an automatic one would stall the loader in mid-batch, and the journal
    // is trimmed only behind a checkpoint that we know of.
    writer.execute_batch(&format!(
        "SET autoinstall_known_extensions = false;
         SET autoload_known_extensions = false;
         SET memory_limit = '{} MB';
         SET threads = {};
         SET temp_directory = '{}';
         SET max_temp_directory_size = '{} MB';
         SET preserve_insertion_order = true;
         SET checkpoint_threshold = '1 TB';
         ATTACH '{}' AS store (STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE {ROW_GROUP});
         USE store;
         SET enable_external_access = false;",
        settings.memory_mb,
        settings.threads,
        quoted(&settings.temp_folder),
        settings.temp_mb,
        quoted(&settings.file),
    ))?;
    migrate::run(&writer)?;
    writer.execute_batch(WORDS)?;
    let mut readers = Vec::with_capacity(settings.readers);
    for _ in 0..settings.readers {
        let reader = writer.try_clone()?;
        reader.execute_batch("USE store")?;
        reader.execute_batch(WORDS)?;
        readers.push(reader);
    }
    writer.execute_batch("SET lock_configuration = true")?;
    Ok(Instance {
        writer: Mutex::new(writer),
        readers: Mutex::new(readers),
    })
}

fn next_seq(connection: &Connection) -> duckdb::Result<u64> {
    connection
        .query_row("SELECT next_seq FROM load_state", [], |row| {
            row.get::<_, i64>(0)
        })
        .map(|seq| seq as u64)
}

fn append_rows(
    writer: &Connection,
    end_seq: u64,
    parts: impl Iterator<Item = Result<Part, EngineError>>,
    dead: &[DeadLetter],
) -> Result<(), EngineError> {
    let first_seq = next_seq(writer)?;
    append_parts(writer, parts)?;
    alias::link(writer, first_seq)?;
    for letter in dead {
        writer.execute(
            "INSERT INTO dead_letters (seq, recorded_at, error, payload) \
             VALUES (?, make_timestamp(?), ?, ?)",
            params![
                letter.seq as i64,
                letter.recorded_at,
                letter.error,
                letter.payload
            ],
        )?;
    }
    writer.execute(
        "UPDATE load_state SET next_seq = ?",
        params![end_seq as i64],
    )?;
    writer.execute_batch("COMMIT")?;
    Ok(())
}

fn append_parts(
    writer: &Connection,
    parts: impl Iterator<Item = Result<Part, EngineError>>,
) -> Result<(), EngineError> {
    let appender = |table, columns: &[&str]| {
        writer.appender_with_columns_to_catalog_and_db(table, "store", "main", columns)
    };
    let mut events = appender("events", &batch::event_columns())?;
    let mut people = appender("people", &person::COLUMNS)?;
    let mut previews = appender("previews", &batch::PREVIEWS)?;
    for part in parts {
        let part = part?;
        events.append_record_batch(part.events)?;
        // Hands the rows to the transaction, whose memory is bounded; the appender's own is not.
        events.flush()?;
        if let Some(rows) = part.people {
            people.append_record_batch(rows)?;
            people.flush()?;
        }
        if let Some(rows) = part.previews {
            previews.append_record_batch(rows)?;
            previews.flush()?;
        }
    }
    Ok(())
}

fn keys_batch(keys: &[(u32, u128)]) -> Result<RecordBatch, EngineError> {
    let mut project = Int32Builder::new();
    let mut id = FixedSizeBinaryBuilder::new(16);
    for (owner, key) in keys {
        project.append_value(*owner as i32);
        id.append_value(key.to_be_bytes())?;
    }
    let uuid = [("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())].into();
    let schema = Schema::new(vec![
        Field::new("project", DataType::Int32, false),
        Field::new("id", DataType::FixedSizeBinary(16), false).with_metadata(uuid),
    ]);
    Ok(RecordBatch::try_new(
        Arc::new(schema),
        vec![Arc::new(project.finish()), Arc::new(id.finish())],
    )?)
}
