//! Opening the file: connections, durability, permissions.
//!
//! Every property of SQLite that another engine would not have is set here or in `watch`.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use crate::store::control::ControlError;
use crate::store::control::migrate;

/// How long a statement waits for another process that writes. Control writes take
/// milliseconds, so a longer wait means that something is wrong.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request waits for its turn in this process.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections that read. Pages ask few and short questions; each connection is a thread.
const READERS_MAX: u32 = 2;

/// Attempts to switch a new file to write-ahead logging while another process does the same,
/// for which SQLite does not wait by itself.
const WAL_ATTEMPTS_MAX: u32 = 100;

/// Between two such attempts.
const WAL_RETRY: Duration = Duration::from_millis(20);

/// The connections of one open store.
pub(super) struct Connections {
    pub writer: SqlitePool,
    pub reader: SqlitePool,
    pub watch: Box<SqliteConnectOptions>,
}

/// Makes the file if it is missing, migrates it, opens the pools.
pub(super) async fn connections(path: &Path) -> Result<Connections, ControlError> {
    let failed = |reason: String| ControlError::Open {
        path: path.to_path_buf(),
        reason,
    };
    create_private(path).map_err(|error| failed(error.to_string()))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Deleted salts and tokens are overwritten, not just unlinked.
        .pragma("secure_delete", "on")
        .disable_statement_logging();

    let mut first = SqliteConnection::connect_with(&options)
        .await
        .map_err(|error| failed(error.to_string()))?;
    use_write_ahead_log(&mut first)
        .await
        .map_err(|error| failed(error.to_string()))?;
    migrate::migrate(&mut first, path, migrate::MIGRATIONS).await?;
    first.close().await?;

    let pool = SqlitePoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A file does not hang up: nothing to test before use, nothing to renew.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    let writer = pool
        .clone()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    let reader = pool
        .max_connections(READERS_MAX)
        .connect_with(options.clone().pragma("query_only", "on"))
        .await?;
    Ok(Connections {
        writer,
        reader,
        // Reads whole tables, for which rows that wait one by one are the larger part.
        watch: Box::new(options.pragma("query_only", "on").row_buffer_size(1_000)),
    })
}

/// Moves what was written into the main file and empties the log beside it, so that deleted
/// secrets are in neither. While somebody reads an older state, it stays for the next time.
pub(super) async fn empty_log(writer: &SqlitePool) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(writer)
        .await
        .map(drop)
}

/// The file holds password hashes: only its owner may read it. SQLite gives the files beside
/// it (`-wal`, `-shm`) the same permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

async fn use_write_ahead_log(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut attempt = 1;
    loop {
        let switched = sqlx::query("PRAGMA journal_mode = WAL")
            .execute(&mut *connection)
            .await;
        match switched {
            Err(error) if attempt < WAL_ATTEMPTS_MAX && is_busy(&error) => {
                attempt += 1;
                tokio::time::sleep(WAL_RETRY).await;
            }
            other => return other.map(drop),
        }
    }
}

/// SQLITE_BUSY is 5; extended codes keep it in the lowest byte.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}
