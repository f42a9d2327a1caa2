//! Our own server as a child process on a data folder that is removed at the end.
//!
//! The same program and the same defaults that an operator gets, except for the limit on events per key,
//! which would otherwise be what is measured.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::bench::client::Connection;

/// Longest wait for the server to start. A good start takes less than a second.
const START_MAX: Duration = Duration::from_secs(60);
/// Longest wait for the server to stop: it loads what it has acknowledged.
const STOP_MAX: Duration = Duration::from_secs(300);
/// Times that an answer of the summary is asked for, a second apart, while the server is catching up.
const SUMMARY_TRIES: usize = 300;
/// Bytes of one block in the count of a file's blocks.
const BLOCK_BYTES: u64 = 512;
/// Bytes of the server's log that are repeated when it fails.
const LOG_TAIL_BYTES: usize = 2_000;

/// A new folder; it and all it holds are removed when this goes out of scope.
pub struct BenchFolder {
    path: PathBuf,
}

impl BenchFolder {
    /// Makes a folder with a name of its own inside `parent`.
    ///
    /// # Errors
    /// If `parent` is not there or cannot be written.
    pub fn make(parent: &Path, name: &str) -> anyhow::Result<BenchFolder> {
        let path = parent.join(format!("analytics-bench-{}-{name}", std::process::id()));
        fs::create_dir(&path).with_context(|| {
            format!(
                "cannot make {}; choose another folder with --folder",
                path.display()
            )
        })?;
        Ok(BenchFolder {
            path: path.canonicalize()?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for BenchFolder {
    fn drop(&mut self) {
        // Nobody is left to tell; what cannot be removed has a name that says where it comes from.
        let _removed = fs::remove_dir_all(&self.path);
    }
}

/// A running server. Killed when it goes out of scope.
pub struct ServerProcess {
    child: Child,
    program: PathBuf,
    /// Number of the process.
    pub process: u32,
    /// Where it listens.
    pub address: SocketAddr,
    /// A key that may send.
    pub ingest_key: String,
    read_key: String,
    data: PathBuf,
    folder: BenchFolder,
}

/// What lies on the disk after the server has stopped, in allocated bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskBytes {
    /// The database.
    pub database: u64,
    /// The journal, of which the newest part is kept although it is loaded.
    pub journal: u64,
}

/// The part of the summary that is compared.
#[derive(Deserialize)]
struct Summary {
    events: u64,
}

impl ServerProcess {
    /// Starts `program serve` on an empty folder and makes a read key.
    ///
    /// # Errors
    /// If it does not say within a minute where it listens; with the end of its log.
    pub async fn start(program: &Path, folder: BenchFolder) -> anyhow::Result<ServerProcess> {
        let data = folder.path().join("data");
        let (mut server, ingest_key) = ServerProcess::launch(program, folder, data, true).await?;
        server.ingest_key = ingest_key.context("the server did not name an ingest key")?;
        server.read_key = make_key(program, &server.data, "read").await?;
        Ok(server)
    }

    /// Starts `program serve` on a folder that holds data already. `key` may read it; without it a new one is made.
    ///
    /// # Errors
    /// As [`ServerProcess::start`].
    pub async fn open(
        program: &Path,
        folder: BenchFolder,
        data: &Path,
        key: Option<String>,
    ) -> anyhow::Result<ServerProcess> {
        let (mut server, _) =
            ServerProcess::launch(program, folder, data.to_owned(), false).await?;
        server.read_key = match key {
            Some(key) => key,
            None => make_key(program, &server.data, "read").await?,
        };
        Ok(server)
    }

    /// Makes a key that may send, which the server knows a moment later.
    ///
    /// # Errors
    /// If the program cannot make one.
    pub async fn make_ingest_key(&self) -> anyhow::Result<String> {
        make_key(&self.program, &self.data, "ingest").await
    }

    /// A key that may read.
    pub fn read_key(&self) -> &str {
        &self.read_key
    }

    /// The running server without its keys, and the ingest key if it was made now, which `names_key` waits for.
    async fn launch(
        program: &Path,
        folder: BenchFolder,
        data: PathBuf,
        names_key: bool,
    ) -> anyhow::Result<(ServerProcess, Option<String>)> {
        let log = File::create(folder.path().join("server.log"))?;
        let mut command = command(program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data);
        command.env("ANALYTICS__INGEST__EVENTS_PER_KEY_S", "100000000");
        command.env("ANALYTICS__INGEST__EVENTS_PER_KEY_BURST", "100000000");
        // Every question is answered anew: what is measured is the answering.
        command.env("ANALYTICS__STORAGE__ANSWER_AGE_S", "0");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let process = child.id().context("the server ended at once")?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut greeting = Greeting::default();
        let greeted = timeout(START_MAX, async {
            while greeting.address.is_none() || (names_key && greeting.ingest_key.is_none()) {
                match lines.next_line().await? {
                    Some(line) => greeting.read(&line),
                    None => bail!("the server ended before it was ready"),
                }
            }
            Ok(())
        });
        let failure = match greeted.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!(
                "the server did not say within {} s where it listens",
                START_MAX.as_secs()
            )),
        };
        if let Some(failure) = failure {
            bail!(
                "{failure}; the end of its log:\n{}",
                log_tail(folder.path())
            );
        }
        let address = greeting
            .address
            .context("the server did not name an address")?;
        // Later lines are read too: a server that writes into a full pipe would stand still.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let server = ServerProcess {
            child,
            program: program.to_owned(),
            process,
            address,
            ingest_key: String::new(),
            read_key: String::new(),
            data,
            folder,
        };
        Ok((server, greeting.ingest_key))
    }

    /// Events stored, once everything acknowledged is loaded.
    ///
    /// # Errors
    /// If the summary is not answered, or does not name a number of events.
    pub async fn stored_events(&self) -> anyhow::Result<u64> {
        for _ in 0..SUMMARY_TRIES {
            let mut connection = Connection::open(self.address, &self.read_key).await?;
            let answer = connection.get("/api/v1/summary").await?;
            match answer.status {
                200 => {
                    let summary: Summary = serde_json::from_slice(answer.body)
                        .context("the summary names no number of `events`")?;
                    return Ok(summary.events);
                }
                // Not loaded in time, or the new key is not known yet.
                401 | 503 => tokio::time::sleep(Duration::from_secs(1)).await,
                status => bail!(
                    "the summary was answered with {status}: {}",
                    String::from_utf8_lossy(answer.body)
                ),
            }
        }
        bail!(
            "the server did not catch up within {SUMMARY_TRIES} s; the end of its log:\n{}",
            log_tail(self.folder.path())
        )
    }

    /// Stops the server as a service manager does and tells what it left on the disk.
    ///
    /// # Errors
    /// If it does not stop within five minutes, or reports a failure.
    pub async fn stop(mut self) -> anyhow::Result<DiskBytes> {
        let number = i32::try_from(self.process).ok().and_then(Pid::from_raw);
        kill_process(
            number.context("the server has no process number")?,
            Signal::TERM,
        )?;
        let status = timeout(STOP_MAX, self.child.wait())
            .await
            .with_context(|| {
                format!(
                    "the server did not stop within {} s of SIGTERM",
                    STOP_MAX.as_secs()
                )
            })??;
        let log = || log_tail(self.folder.path());
        ensure!(
            status.success(),
            "{} stopped with {status}; the end of its log:\n{}",
            self.program.display(),
            log()
        );
        let data = &self.data;
        let journal = allocated_bytes(&data.join("journal"))?;
        let mut database = 0;
        for name in ["events.duckdb", "events.duckdb.wal"] {
            database += fs::metadata(data.join(name)).map_or(0, |file| file.blocks() * BLOCK_BYTES);
        }
        ensure!(database > 0, "there is no database in {}", data.display());
        Ok(DiskBytes { database, journal })
    }
}

/// What the server says at its start.
#[derive(Default)]
struct Greeting {
    address: Option<SocketAddr>,
    ingest_key: Option<String>,
}

impl Greeting {
    fn read(&mut self, line: &str) {
        if let Some((_, address)) = line.split_once("listening on http://") {
            let address = address.split(['/', ' ']).next().unwrap_or_default();
            self.address = address.parse().ok().or(self.address);
        }
        if let Some(key) = line
            .split_whitespace()
            .find(|word| word.starts_with("an_ingest_"))
        {
            self.ingest_key = Some(key.to_owned());
        }
    }
}

/// The program without the settings that the caller's environment holds for another server.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_setting(name)) {
        command.env_remove(name);
    }
    command
}

fn is_setting(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with("ANALYTICS_")
}

/// A new key of the `kind`.
async fn make_key(program: &Path, data: &Path, kind: &str) -> anyhow::Result<String> {
    let mut command = command(program);
    command
        .args(["key", "create", "--kind", kind, "--name", "bench", "--data"])
        .arg(data)
        .stdin(Stdio::null());
    let output = command
        .output()
        .await
        .with_context(|| format!("cannot start {}", program.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(key) = said
        .split_whitespace()
        .find(|word| word.starts_with(&format!("an_{kind}_")))
    else {
        bail!(
            "no {kind} key could be made: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
    };
    Ok(key.to_owned())
}

/// Allocated bytes of all files under `folder`.
fn allocated_bytes(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() {
            allocated_bytes(&entry.path())?
        } else {
            about.blocks() * BLOCK_BYTES
        };
    }
    Ok(bytes)
}

/// The last lines that the server logged.
fn log_tail(folder: &Path) -> String {
    let log = fs::read(folder.join("server.log")).unwrap_or_default();
    let start = log.len().saturating_sub(LOG_TAIL_BYTES);
    String::from_utf8_lossy(&log[start..]).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_key_are_found_among_other_lines() {
        let mut greeting = Greeting::default();
        for line in [
            "set up: http://127.0.0.1:4711/setup/abc",
            "ingest key: an_ingest_0123",
            "listening on http://127.0.0.1:4711",
            "listening on http://nowhere",
        ] {
            greeting.read(line);
        }
        assert_eq!(
            greeting.address,
            Some("127.0.0.1:4711".parse().expect("an address"))
        );
        assert_eq!(greeting.ingest_key.as_deref(), Some("an_ingest_0123"));
    }

    #[test]
    fn files_are_counted_as_allocated_and_the_folder_vanishes() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = BenchFolder::make(parent.path(), "test").expect("a folder inside");
        let path = folder.path().to_owned();
        fs::create_dir(path.join("inner")).expect("a folder");
        fs::write(path.join("inner/full"), vec![7; 100_000]).expect("a file");
        // A hole takes no room, however long it is.
        File::create(path.join("hole"))
            .expect("a file")
            .set_len(1 << 30)
            .expect("a length");

        let bytes = allocated_bytes(&path).expect("a sum");

        assert!((100_000..1_000_000).contains(&bytes), "{bytes}");
        drop(folder);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_program_that_is_no_server_is_reported_with_what_it_said() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = BenchFolder::make(parent.path(), "ls").expect("a folder inside");

        let error = ServerProcess::start(Path::new("/bin/ls"), folder)
            .await
            .err()
            .expect("a failure")
            .to_string();

        assert!(
            error.contains("ended before it was ready") && error.contains("--listen"),
            "{error}"
        );
    }

    #[test]
    fn only_our_own_settings_are_kept_from_the_server() {
        assert!(is_setting(OsStr::new("ANALYTICS__SERVER__LISTEN")));
        assert!(!is_setting(OsStr::new("PATH")));
    }
}
