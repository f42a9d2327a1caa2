//! The control store: projects, keys, people, sessions, settings. SQLite beside the events.
//!
//! Ordinary rows with an audit table, in SQL that PostgreSQL also takes. What every request
//! needs (keys and projects) is kept in memory by [`Directory`]; everything else is asked
//! when needed. Several processes may have the file open: the command line works while the
//! server runs. Knows nothing of HTTP and nothing of events.

pub mod access;
pub mod audit;
pub mod budget;
pub mod budget_dismissal;
mod column;
pub mod demo_project;
pub mod directory;
mod email;
pub mod exchange_file;
pub mod exchange_rate;
pub mod key;
pub mod key_kind;
pub mod log_in;
mod migrate;
mod open;
pub mod origin;
pub mod own_price;
pub mod password;
pub mod person;
pub mod person_erasure;
pub mod price_book;
pub mod problem;
pub mod project;
pub mod project_draft;
pub mod repricing;
pub mod salt;
pub mod saved_funnel;
pub mod segment;
pub mod session;
pub mod setting;
pub mod setup;
pub mod threshold;
pub mod throttle;
mod watch;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

use crate::core::clock::Clock;
use crate::store::control::access::Access;
use crate::store::control::directory::{Directory, KeyError};
use crate::store::control::password::Passwords;
use crate::store::control::session::SessionCache;
use crate::store::control::throttle::{Throttle, ThrottleLimits};
use crate::store::control::watch::Watch;

/// Name of the control store's file in the data folder.
pub const FILE_NAME: &str = "control.sqlite";

/// Between two looks for changes made by another process. Keys revoked on the command line
/// keep working in the server for at most this long.
const WATCH_INTERVAL: Duration = Duration::from_millis(500);

/// Looks for changes between two writes of "last used": one write in ten seconds, however
/// many requests came with a key.
const WATCHES_PER_FLUSH: u32 = 20;

/// Audit rows are kept this long: a year of history with some weeks to look back on it.
const AUDIT_DAYS: i64 = 400;

/// What the operator may set about people and sessions.
#[derive(Clone, Debug)]
pub struct ControlOptions {
    /// How long a log-in lasts, whatever is done meanwhile.
    pub session_lifetime: Duration,
    /// Shortest new password, in characters.
    pub password_length_min: usize,
    /// When repeated log-in attempts must wait.
    pub throttle: ThrottleLimits,
}

impl Default for ControlOptions {
    fn default() -> ControlOptions {
        ControlOptions {
            session_lifetime: Duration::from_secs(30 * 24 * 3600),
            password_length_min: 10,
            throttle: ThrottleLimits::default(),
        }
    }
}

/// Why the control store itself failed. The caller cannot repair any of these; the text is
/// for the log, not for a client.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The file or its folder cannot be opened or created.
    #[error(
        "cannot open the control store at {path}: {reason}; check that the data folder exists and is writable"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file was written by a newer program.
    #[error(
        "the control store at {path} has schema {found}, this version knows {known}; install the newer version or restore a backup"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Schema number found in the file.
        found: i64,
        /// Largest schema number this program knows.
        known: i64,
    },
    /// A value that this program would not have written.
    #[error("the control store holds `{value}` in {column}, which is not {expected}")]
    Row {
        /// Column it stands in.
        column: &'static str,
        /// The value, never a secret.
        value: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// SQLite failed: locked for too long, disk full, file damaged.
    #[error("the control store failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Handle to the control store. Cheap to clone; all clones share connections and memory.
#[derive(Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

struct Shared {
    /// One connection: SQLite has one writer at a time, so waiting here is fairer than
    /// retrying there.
    writer: SqlitePool,
    reader: SqlitePool,
    clock: Clock,
    options: ControlOptions,
    directory: Directory,
    watch: Watch,
    passwords: Passwords,
    throttle: Mutex<Throttle>,
    sessions: Mutex<SessionCache>,
}

impl Control {
    /// Opens (or makes) `control.sqlite` in the folder `data` with the default options.
    ///
    /// # Errors
    /// See [`Control::open_with`].
    pub async fn open(data: &Path, clock: Clock) -> Result<Control, ControlError> {
        Control::open_with(data, clock, ControlOptions::default()).await
    }

    /// Opens (or makes) `control.sqlite` in the folder `data`, brings its tables up to date
    /// and loads the [`Directory`]. The folder must exist. Costs a few milliseconds.
    ///
    /// # Errors
    /// `Open` if the file cannot be used, `Newer` if a newer program wrote it.
    pub async fn open_with(
        data: &Path,
        clock: Clock,
        options: ControlOptions,
    ) -> Result<Control, ControlError> {
        let path = data.join(FILE_NAME);
        let connections = open::connections(&path).await?;
        let control = Control {
            shared: Arc::new(Shared {
                writer: connections.writer,
                reader: connections.reader,
                directory: Directory::new(clock.clone()),
                watch: Watch::new(connections.watch),
                passwords: Passwords::new(),
                throttle: Mutex::new(Throttle::new(options.throttle)),
                sessions: Mutex::new(SessionCache::default()),
                clock,
                options,
            }),
        };
        control.refresh().await?;
        Ok(control)
    }

    /// Keys and projects in memory: asked at every request, without waiting.
    pub fn directory(&self) -> &Directory {
        &self.shared.directory
    }

    /// The access that the API key `text` gives.
    ///
    /// A known key is answered from memory. An unknown one first has the store looked at for
    /// keys made by another process in this very moment; however many unknown keys arrive,
    /// that is one cheap look in 50 ms, for which they all wait.
    ///
    /// # Errors
    /// `Malformed`, `Unknown`, `Revoked`, `ProjectArchived`: the key is of no use.
    /// `Unavailable`: the store could not be read, the client may try again.
    pub async fn verify(&self, text: &str) -> Result<Access, KeyError> {
        let found = self.directory().authorise(text);
        if !matches!(found, Err(KeyError::Unknown)) {
            return found;
        }
        match self.shared.watch.catch_up(self.directory()).await {
            Ok(changed) => self.after_look(changed),
            Err(error) => {
                tracing::error!(error = %error, "an unknown key could not be looked up");
                return Err(KeyError::Unavailable);
            }
        }
        self.directory().authorise(text)
    }

    /// Loads keys and projects again, now. Every change made through this handle does it.
    ///
    /// # Errors
    /// `Database` or `Row` if the store cannot be read; the former snapshot stays in use.
    pub async fn refresh(&self) -> Result<(), ControlError> {
        self.shared.watch.load(self.directory()).await?;
        self.after_look(true);
        Ok(())
    }

    /// Loads keys and projects if another process changed the store since the last look;
    /// says whether it did.
    ///
    /// # Errors
    /// `Database` or `Row` if the store cannot be read; the former snapshot stays in use.
    pub async fn look_for_changes(&self) -> Result<bool, ControlError> {
        let changed = self.shared.watch.look(self.directory()).await?;
        self.after_look(changed);
        Ok(changed)
    }

    /// Follows changes made by other processes and writes "last used" times, for ever. The
    /// server spawns this once; a command that ends soon does not need it.
    pub async fn follow(self) {
        let mut interval = tokio::time::interval(WATCH_INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut watches = 0;
        loop {
            interval.tick().await;
            if let Err(error) = self.look_for_changes().await {
                tracing::error!(error = %error, "keys and projects could not be read again");
            }
            watches = (watches + 1) % WATCHES_PER_FLUSH;
            if watches == 0
                && let Err(error) = self.flush_last_used().await
            {
                tracing::warn!(error = %error, "the last use of keys could not be written");
            }
        }
    }

    /// Deletes what has had its time: sessions that ended, salts of past days, audit rows
    /// older than 400 days. Returns the number of rows deleted. Wants to be called daily, at
    /// least, as the salts protect visitors only once they are gone.
    ///
    /// # Errors
    /// `Database` if the rows cannot be deleted.
    pub async fn purge(&self) -> Result<u64, ControlError> {
        let now = self.now();
        let audit_from = now
            .checked_sub(SignedDuration::from_hours(24 * AUDIT_DAYS))
            .unwrap_or(Timestamp::MIN);
        let mut transaction = self.begin_write().await?;
        let mut deleted = session::delete_ended(&mut transaction, now).await?;
        deleted += salt::delete_past(&mut transaction, now).await?;
        deleted += audit::delete_before(&mut transaction, audit_from).await?;
        transaction.commit().await?;
        open::empty_log(&self.shared.writer).await?;
        Ok(deleted)
    }

    /// Writes what is still in memory and closes the file.
    ///
    /// # Errors
    /// `Database` if the last use of keys could not be written; the file is closed anyway.
    pub async fn close(&self) -> Result<(), ControlError> {
        let flushed = self.flush_last_used().await;
        self.shared.watch.close().await;
        self.shared.reader.close().await;
        self.shared.writer.close().await;
        flushed
    }

    fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    fn after_look(&self, changed: bool) {
        if changed {
            // Another process may have revoked a session or disabled a person.
            self.shared.sessions.lock().clear();
        }
    }

    /// A transaction that may write. The write lock is taken at its start: a transaction that
    /// reads first and then wants to write would fail instead of waiting for its turn.
    async fn begin_write(&self) -> Result<Transaction<'static, Sqlite>, ControlError> {
        Ok(self.shared.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}
