//! `analytics import`: rows of a file become events of a project, sent through our own HTTP interface.
//!
//! A client like any other, so that there is one write path. Reads on a thread that may block and
//! sends a few batches at once; confirms them in the order of the file, so that an interrupted import
//! continues where it stopped. Does not find or start the server: that is the command line's part.

pub mod command;
pub mod csv;
pub mod event_text;
pub mod format;
pub mod mapping;
pub mod ndjson;
pub mod parquet;
pub mod progress;
pub mod read;
pub mod report;
pub mod resume;
pub mod row;
pub mod row_id;
pub mod send;
pub mod value;

use std::path::PathBuf;

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::core::clock::Clock;
use crate::import::format::Format;
use crate::import::mapping::Assignment;
use crate::import::progress::Progress;
use crate::import::read::Reading;
use crate::import::report::{ImportReport, RejectsFile};
use crate::import::resume::{Confirmed, ResumeFolder};
use crate::import::send::Sender;

/// Batches under way at once. Four keep the server's next commit filled while the last one is made durable.
const IN_FLIGHT: usize = 4;

/// What to import and how.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportOptions {
    /// The file to read: CSV, NDJSON or Parquet, as it is or packed with gzip or zstd. `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Takes a field of the event from a column, for example `--map input_tokens=ContextTokens`. May be repeated.
    /// Columns with the name of a field are found without it; all others are kept in the event's metadata.
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    pub maps: Vec<Assignment>,
    /// Gives a field the same value in every event, for example `--set type=response_received`. May be repeated.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub sets: Vec<Assignment>,
    /// The file's format. Without it, content and name of the file tell.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The time zone of times that do not name one, for example `Europe/Berlin`.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub time_zone: TimeZone,
    /// Reads and checks every row and says what would happen, without sending anything.
    #[arg(long)]
    pub dry_run: bool,
    /// Starts at the first row even if an earlier import of this file was interrupted.
    #[arg(long)]
    pub restart: bool,
    /// Writes every row that was rejected to this CSV file, with the code and the message.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
}

/// Where the events go.
#[derive(Clone)]
pub struct Target {
    /// The server's address with its base path, without a slash at the end.
    pub url: String,
    /// A key that may send events of any age to the project.
    pub key: String,
    /// Folder for the state of interrupted imports, one for each project and server, as it is known by the
    /// file alone what was sent; without it an import cannot continue.
    pub state_folder: Option<PathBuf>,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| format!("`{name}` is no time zone; use a name like `Europe/Berlin` or `UTC`"))
}

/// Reads the file, sends its rows and says what became of them. Sends nothing if `options.dry_run` is set.
///
/// # Errors
/// If the file cannot be read, the mapping does not fit it, the server refuses the key or cannot be
/// reached. What was confirmed until then is kept, and the same command continues after it.
pub async fn run(options: ImportOptions, target: Target) -> anyhow::Result<ImportReport> {
    if options.dry_run {
        return dry_run(options).await;
    }
    let sender = Sender::new(&target.url, &target.key)?;
    deliver(options, target.state_folder.map(ResumeFolder::new), sender).await
}

/// Reads and checks every row as an import would, and says what would happen. Needs no server.
///
/// # Errors
/// If the file cannot be read, or the mapping does not fit it.
pub async fn dry_run(options: ImportOptions) -> anyhow::Result<ImportReport> {
    deliver_with(options, None, None).await
}

async fn deliver(
    options: ImportOptions,
    resume: Option<ResumeFolder>,
    sender: Sender,
) -> anyhow::Result<ImportReport> {
    deliver_with(options, resume, Some(sender)).await
}

/// The import itself; without a sender nothing leaves and nothing is remembered.
async fn deliver_with(
    options: ImportOptions,
    resume: Option<ResumeFolder>,
    sender: Option<Sender>,
) -> anyhow::Result<ImportReport> {
    let progress = Progress::new(&options.file);
    let mut report = ImportReport::new(sender.is_none());
    let mut rejects = options
        .rejects
        .as_deref()
        .map(RejectsFile::create)
        .transpose()?;
    let (batches, mut receiver) = mpsc::channel(IN_FLIGHT);
    let reading = Reading {
        options,
        resume: resume.clone(),
        received: Clock::System.now(),
        progress: progress.clone(),
    };
    let reader = tokio::task::spawn_blocking(move || read::read(&reading, &batches));

    let mut answers = stream::poll_fn(move |context| receiver.poll_recv(context))
        .map(|batch: read::Batch| async {
            let outcome = match &sender {
                Some(sender) => sender.send(&batch.events, &progress).await,
                None => Ok(send::Outcome::would_accept(batch.events.len())),
            };
            (batch, outcome)
        })
        .buffered(IN_FLIGHT);
    while let Some((batch, outcome)) = answers.next().await {
        let outcome = outcome.with_context(|| stopped(report.rows, resume.is_some()))?;
        let rejected = report.add(&batch, outcome);
        if let Some(rejects) = &mut rejects {
            rejects.write(&rejected)?;
        }
        if let Some(resume) = &resume {
            resume.save(
                batch.import,
                &Confirmed {
                    rows: batch.rows_through,
                    digest: batch.digest_through,
                },
            )?;
        }
        progress.confirmed(batch.rows_through);
    }
    drop(answers);
    let summary = reader
        .await
        .context("the file could not be read to its end; it may be damaged")??;
    progress.finish();
    if let (Some(resume), Some(import)) = (&resume, summary.import) {
        resume.remove(import)?;
    }
    if let Some(rejects) = rejects {
        rejects.finish()?;
    }
    report.resumed_after = summary.resumed_after;
    report.plan = summary.plan;
    report.samples = summary.samples;
    Ok(report)
}

fn stopped(rows: u64, continues: bool) -> String {
    let next = if continues {
        "repeat the command to continue after them"
    } else {
        "repeat the command; nothing counts twice"
    };
    format!("the import stopped after {rows} confirmed rows; {next}")
}

#[cfg(test)]
mod tests;
