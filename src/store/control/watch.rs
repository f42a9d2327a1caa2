//! Sees that another process changed the store, and loads the directory again.
//!
//! SQLite counts commits of other connections in `PRAGMA data_version`; asking costs some
//! microseconds. (On PostgreSQL this file would be a LISTEN.) Owns a connection of its own,
//! as the number is relative to one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior};

use crate::store::control::ControlError;
use crate::store::control::directory::Directory;
use crate::store::control::{exchange_rate, key, project};

/// Least time between two looks asked for by unknown keys. A flood of garbage keys costs 20
/// looks a second, and each of its requests waits for one.
const CATCH_UP_INTERVAL: Duration = Duration::from_millis(50);

/// The connection that sees changes.
pub(super) struct Watch {
    state: Mutex<State>,
    /// Looks begun since the start.
    begun: AtomicU64,
}

struct State {
    options: Box<SqliteConnectOptions>,
    connection: Option<SqliteConnection>,
    /// What `data_version` was when the directory was last loaded; `None` before that and
    /// after a failure.
    version: Option<i64>,
    pace: Interval,
}

impl Watch {
    /// A watch that connects when it is first used. Its timer belongs to the runtime that
    /// calls this, which therefore must be the one that lives longest.
    pub(super) fn new(options: Box<SqliteConnectOptions>) -> Watch {
        let mut pace = tokio::time::interval(CATCH_UP_INTERVAL);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Watch {
            state: Mutex::new(State {
                options,
                connection: None,
                version: None,
                pace,
            }),
            begun: AtomicU64::new(0),
        }
    }

    /// Loads the directory, changed or not.
    pub(super) async fn load(&self, directory: &Directory) -> Result<(), ControlError> {
        let mut state = self.state.lock().await;
        self.begun.fetch_add(1, Ordering::SeqCst);
        state.version = None;
        state.look(directory).await.map(drop)
    }

    /// Loads the directory if the store has changed since it was loaded; says whether.
    pub(super) async fn look(&self, directory: &Directory) -> Result<bool, ControlError> {
        let mut state = self.state.lock().await;
        self.begun.fetch_add(1, Ordering::SeqCst);
        state.look(directory).await
    }

    /// As [`Watch::look`], but shared: one look serves all that were waiting when it began,
    /// and looks are 50 ms apart.
    pub(super) async fn catch_up(&self, directory: &Directory) -> Result<bool, ControlError> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        // A look that began after this call and is over now has seen all that this one could
        // see. If it failed, no version is known, and this one looks for itself.
        if self.begun.load(Ordering::SeqCst) > before && state.version.is_some() {
            return Ok(false);
        }
        state.pace.tick().await;
        self.begun.fetch_add(1, Ordering::SeqCst);
        state.look(directory).await
    }

    /// Closes the connection; the next look would open it again.
    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        state.version = None;
        if let Some(connection) = state.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(error = %error, "the control store was not closed cleanly");
        }
    }
}

impl State {
    async fn look(&mut self, directory: &Directory) -> Result<bool, ControlError> {
        // Taken out and only put back after success: a connection that failed, or whose use
        // was given up half-way, is replaced by a new one at the next look.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                self.version = None;
                SqliteConnection::connect_with(&self.options).await?
            }
        };
        let known = self.version.take();
        let version: i64 = sqlx::query("PRAGMA data_version")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        let is_changed = known != Some(version);
        if is_changed {
            // One transaction, so that no key is read without its project. What is committed
            // after the version was asked for is perhaps read now and surely at the next look.
            let mut transaction = connection.begin().await?;
            let rates = Arc::new(exchange_rate::load_all(&mut transaction).await?);
            let projects = project::load_all(&mut transaction, &rates).await?;
            let keys = key::load_all(&mut transaction).await?;
            transaction.commit().await?;
            directory.replace(projects, keys);
        }
        self.version = Some(version);
        self.connection = Some(connection);
        Ok(is_changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::Clock;
    use crate::store::control::Control;
    use crate::store::control::directory::KeyError;

    #[tokio::test]
    async fn a_burst_of_unknown_keys_costs_one_look() {
        let folder = tempfile::tempdir().unwrap();
        let control = Control::open(folder.path(), Clock::System).await.unwrap();
        let watch = &control.shared.watch;
        let before = watch.begun.load(Ordering::SeqCst);
        let held = watch.state.lock().await;
        let mut burst = tokio::task::JoinSet::new();
        for number in 0..500 {
            let control = control.clone();
            burst.spawn(async move { control.verify(&format!("an_read_{number:0>40}")).await });
        }
        // The runtime has one thread and turns to the others dozens at a time.
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
        drop(held);
        for outcome in burst.join_all().await {
            assert_eq!(outcome.unwrap_err(), KeyError::Unknown);
        }
        assert_eq!(watch.begun.load(Ordering::SeqCst) - before, 1);
    }
}
