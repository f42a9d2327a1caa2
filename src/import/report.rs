//! What became of an import, for people and as a file of rejected rows.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::core::code::Code;
use crate::import::read::Batch;
use crate::import::send::Outcome;

/// Rejected rows shown one by one. More of them say the same.
const SHOWN_MAX: usize = 20;

/// The code of events that the server rejected without listing them.
const NOT_LISTED: &str = "not_listed";

/// A row that did not become an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The line of a text file, the row of a Parquet file.
    pub place: u64,
    /// The code of the reason.
    pub code: String,
    /// What exactly is wrong.
    pub message: String,
}

impl Rejected {
    /// A rejected row.
    pub fn new(place: u64, code: &str, message: String) -> Rejected {
        Rejected {
            place,
            code: code.to_owned(),
            message,
        }
    }
}

/// What became of an import.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// Whether nothing was sent.
    pub is_dry_run: bool,
    /// Rows read and answered in this run.
    pub rows: u64,
    /// Rows that an earlier, interrupted run had confirmed; not in `rows`.
    pub resumed_after: u64,
    /// Events that are new; in a dry run, those that would be sent.
    pub accepted: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Rows that did not become events.
    pub rejected: u64,
    /// Rejected rows by code.
    pub by_code: BTreeMap<String, u64>,
    /// The first rejected rows.
    pub first_rejected: Vec<Rejected>,
    /// What goes where, a line each.
    pub plan: Vec<String>,
    /// The first events as JSON text.
    pub samples: Vec<String>,
}

impl ImportReport {
    /// A report of nothing yet.
    pub fn new(is_dry_run: bool) -> ImportReport {
        ImportReport {
            is_dry_run,
            ..ImportReport::default()
        }
    }

    /// Adds a batch and its answer; gives all its rejected rows, in the order of the file.
    pub fn add(&mut self, batch: &Batch, outcome: Outcome) -> Vec<Rejected> {
        let mut rejected = batch.rejected.clone();
        let listed = outcome.errors.len() as u64;
        for error in outcome.errors {
            let place = batch.places.get(error.index).copied().unwrap_or_default();
            rejected.push(Rejected {
                place,
                code: error.code,
                message: error.message,
            });
        }
        rejected.sort_by_key(|rejected| rejected.place);
        for row in &rejected {
            *self.by_code.entry(row.code.clone()).or_default() += 1;
        }
        let unlisted = outcome.rejected.saturating_sub(listed);
        if unlisted > 0 {
            *self.by_code.entry(NOT_LISTED.to_owned()).or_default() += unlisted;
        }
        let room = SHOWN_MAX - self.first_rejected.len();
        self.first_rejected
            .extend(rejected.iter().take(room).cloned());
        self.rows += batch.rows;
        self.accepted += outcome.accepted;
        self.duplicates += outcome.duplicates;
        self.rejected += outcome.rejected.max(listed) + batch.rejected.len() as u64;
        rejected
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let ImportReport {
            rows,
            accepted,
            duplicates,
            rejected,
            ..
        } = self;
        if self.is_dry_run {
            for line in &self.plan {
                writeln!(formatter, "{line}")?;
            }
            for sample in &self.samples {
                writeln!(formatter, "{sample}")?;
            }
            writeln!(
                formatter,
                "{rows} rows read, nothing sent: {accepted} would be sent, {rejected} are rejected."
            )?;
        } else {
            if self.resumed_after > 0 {
                writeln!(
                    formatter,
                    "Continued after row {}, where an earlier import stopped.",
                    self.resumed_after
                )?;
            }
            writeln!(
                formatter,
                "{rows} rows read: {accepted} added, {duplicates} known already, {rejected} rejected."
            )?;
        }
        for (code, count) in &self.by_code {
            match Code::parse(code).map(Code::entry) {
                Some(entry) => writeln!(
                    formatter,
                    "  {count} {code}: {} {}",
                    entry.title, entry.remedy
                )?,
                None => writeln!(formatter, "  {count} {code}")?,
            }
        }
        for Rejected {
            place,
            code,
            message,
        } in &self.first_rejected
        {
            writeln!(formatter, "  row {place}: {code}: {message}")?;
        }
        Ok(())
    }
}

/// A CSV file of all rejected rows: `row` (the line of a text file), `code`, `message`.
pub struct RejectsFile {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl RejectsFile {
    /// A new file with its header; an old one is replaced.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: &Path) -> anyhow::Result<RejectsFile> {
        let writer = csv::Writer::from_path(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        let mut file = RejectsFile {
            path: path.to_path_buf(),
            writer,
        };
        file.record(["row", "code", "message"])?;
        Ok(file)
    }

    /// Adds rows.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, rejected: &[Rejected]) -> anyhow::Result<()> {
        for Rejected {
            place,
            code,
            message,
        } in rejected
        {
            self.record([&place.to_string(), code, message])?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer
            .flush()
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn record<const N: usize>(&mut self, cells: [&str; N]) -> anyhow::Result<()> {
        self.writer
            .write_record(cells)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}
