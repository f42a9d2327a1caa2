//! After a crash: look at the database in a process of its own before this one opens it.
//!
//! DuckDB replays its own log when it opens a file. A log that it cannot replay may end the process, so a
//! child tries first. If the child fails, the log is set aside: everything in it is still in our journal,
//! which is trimmed only behind a checkpoint, and will be loaded again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::cli;
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::store::engine::{self, Engine};
use crate::store::journal::reader;

/// The hidden flag by which the child is told to try.
pub const PROBE_FLAG: &str = "--probe";

/// What was found and done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// DuckDB's log, if it had to be set aside.
    pub log_set_aside: Option<PathBuf>,
}

/// Makes sure that the database opens, setting its log aside if it must.
///
/// # Errors
/// If the database file itself cannot be opened; it is left untouched and the message says what to do.
pub fn before_open(program: &Path, folder: &DataFolder) -> anyhow::Result<Recovery> {
    let log = engine::wal_of(&folder.database());
    let log_bytes = fs::metadata(&log).map_or(0, |m| m.len());
    if log_bytes == 0 {
        return Ok(Recovery::default());
    }
    tracing::info!(
        log_bytes,
        "the database was not closed; checking it in a process of its own"
    );
    let Err(first) = probe(program, folder) else {
        return Ok(Recovery::default());
    };
    let aside = set_aside(folder, &log)?;
    tracing::error!(reason = first, log = %aside.display(),
        "the database's log could not be replayed and was set aside; its events are loaded again from the journal");
    if let Err(second) = probe(program, folder) {
        bail!(
            "the database {} cannot be opened ({second}); restore it from a backup, or move it away to start anew \
             with what the journal holds",
            folder.database().display()
        );
    }
    Ok(Recovery {
        log_set_aside: Some(aside),
    })
}

/// Opens and closes the database in a child process. `Err` says why that failed.
fn probe(program: &Path, folder: &DataFolder) -> Result<(), String> {
    let child = Command::new(program)
        .args(["recover", PROBE_FLAG, "--data"])
        .arg(folder.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("the check could not be started: {error}"))?;
    if child.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&child.stderr);
    let last = said
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it said nothing");
    Err(format!("{}: {last}", child.status))
}

/// What the child does: open, which replays the log, write it into the file, close.
///
/// # Errors
/// If any of that fails.
pub fn probe_here(config: &Config, folder: &DataFolder) -> anyhow::Result<()> {
    let engine = Engine::open(crate::app::engine_settings(config, folder))
        .context("cannot open the database")?;
    engine
        .checkpoint()
        .context("cannot write the log into the database")?;
    engine.close();
    Ok(())
}

fn set_aside(folder: &DataFolder, log: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder.quarantine())?;
    let free = (1..)
        .map(|n| folder.quarantine().join(format!("events.duckdb.wal.{n}")))
        .find(|path| !path.exists());
    let aside = free.context("no name is free in the quarantine folder")?;
    fs::rename(log, &aside)
        .with_context(|| format!("cannot move {} to {}", log.display(), aside.display()))?;
    Ok(aside)
}

/// `analytics recover`: the same look that a start takes, with a report.
///
/// # Errors
/// If the folder is in use or the database cannot be opened.
pub fn run(config: &Config, probe: bool) -> anyhow::Result<()> {
    let folder = DataFolder::open(&config.server.data_dir)?;
    if probe {
        // The parent holds the lock.
        return probe_here(config, &folder);
    }
    let _lock = folder.lock()?;
    let program = std::env::current_exe().context("cannot find our own program")?;
    let recovery = before_open(&program, &folder)?;
    let engine = Engine::open(crate::app::engine_settings(config, &folder))
        .context("cannot open the database")?;
    let loaded = engine.next_seq()?;
    engine.close();
    let journal = reader::inspect(&folder.journal(), &folder.quarantine(), loaded)
        .context("cannot read the journal")?;
    let mut report = match &recovery.log_set_aside {
        Some(path) => format!(
            "the database's log could not be replayed; it was set aside as {}\n",
            path.display()
        ),
        None => "the database opens\n".to_owned(),
    };
    for damage in &journal.damage {
        report.push_str(&format!(
            "{} is damaged from byte {} to {}; a copy is {}\n",
            damage.segment.display(),
            damage.bytes.start,
            damage.bytes.end,
            damage.quarantined_to.display()
        ));
    }
    let waiting = journal.next_seq.saturating_sub(loaded);
    report.push_str(&format!(
        "{} events are in the database, {waiting} wait in the journal for the next start\n",
        loaded - 1
    ));
    cli::print(&report)?;
    Ok(())
}
