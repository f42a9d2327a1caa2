//! The reading side of an import: rows to checked events in batches. Blocks.
//!
//! Every event is checked by the server's own rules before it leaves, so that the report can name every
//! rejected row and a dry run needs no server.

use anyhow::bail;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::Sender;

use crate::core::code::Code;
use crate::import::format::{self, Format};
use crate::import::mapping::Mapping;
use crate::import::progress::Progress;
use crate::import::report::Rejected;
use crate::import::resume::{Confirmed, ResumeFolder};
use crate::import::row::Found;
use crate::import::row_id::{ImportId, RowsDigest};
use crate::import::{ImportOptions, csv, ndjson, parquet};
use crate::ingest::convert::convert;

/// Rows of a batch. The server's default takes ten times as many events.
pub const BATCH_ROWS_MAX: u64 = 1_000;

/// Bytes of a batch, well below the server's default of 5 MiB for a body.
const BATCH_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Events shown by a dry run.
const SAMPLES_MAX: usize = 3;

/// What to read.
pub struct Reading {
    /// The options of the command.
    pub options: ImportOptions,
    /// Where interrupted imports are remembered.
    pub resume: Option<ResumeFolder>,
    /// The present moment, by which times in the future are refused.
    pub received: Timestamp,
    /// Where to show how far it is.
    pub progress: Progress,
}

/// Some rows, read and checked.
pub struct Batch {
    /// The import they belong to.
    pub import: ImportId,
    /// Events as JSON text.
    pub events: Vec<String>,
    /// Where each event's row stands in the file.
    pub places: Vec<u64>,
    /// Rows that are no events.
    pub rejected: Vec<Rejected>,
    /// Rows of this batch, good and bad.
    pub rows: u64,
    /// Rows of the file up to the end of this batch.
    pub rows_through: u64,
    /// What those rows were.
    pub digest_through: String,
}

/// What is known at the end.
#[derive(Default)]
pub struct Summary {
    /// The import; `None` if the file has no rows.
    pub import: Option<ImportId>,
    /// Rows that an earlier run had confirmed.
    pub resumed_after: u64,
    /// What goes where.
    pub plan: Vec<String>,
    /// The first events.
    pub samples: Vec<String>,
}

/// Ends the reading because nobody takes the batches any more.
#[derive(Debug, thiserror::Error)]
#[error("the import was given up")]
struct GivenUp;

/// Reads the file to its end, or until `batches` is closed.
///
/// # Errors
/// If the file cannot be read, the mapping does not fit, or the file is not the one that was interrupted.
pub fn read(reading: &Reading, batches: &Sender<Batch>) -> anyhow::Result<Summary> {
    let options = &reading.options;
    let mapping = Mapping::new(&options.maps, &options.sets, options.time_zone.clone())?;
    let source = format::open(&options.file, options.format, &reading.progress)?;
    let mut reader = Reader::new(reading, batches, mapping);
    let mut each = |found: Found| reader.take(found);
    let ended = match source.format {
        Format::Csv => csv::rows(source.input, &mut each),
        Format::Ndjson => ndjson::rows(source.input, &mut each),
        Format::Parquet => {
            reading.progress.count_rows();
            parquet::rows(source, &options.file, &mut each)
        }
    };
    match ended.and_then(|()| reader.finish()) {
        Err(error) if !error.is::<GivenUp>() => Err(error),
        Ok(()) | Err(_) => Ok(reader.summary),
    }
}

struct Reader<'a> {
    reading: &'a Reading,
    batches: &'a Sender<Batch>,
    mapping: Mapping,
    columns: Vec<String>,
    digest: RowsDigest,
    /// What an earlier run confirmed, until that many rows have passed.
    confirmed: Option<Confirmed>,
    rows: u64,
    batch: Option<Batch>,
    batch_bytes: usize,
    summary: Summary,
}

impl<'a> Reader<'a> {
    fn new(reading: &'a Reading, batches: &'a Sender<Batch>, mapping: Mapping) -> Reader<'a> {
        let (digest, summary) = (RowsDigest::default(), Summary::default());
        Reader {
            reading,
            batches,
            mapping,
            columns: Vec::new(),
            digest,
            confirmed: None,
            rows: 0,
            batch: None,
            batch_bytes: 0,
            summary,
        }
    }

    fn take(&mut self, found: Found) -> anyhow::Result<()> {
        if let Found::Columns(columns) = found {
            self.mapping.assign(&columns)?;
            self.columns = columns;
            self.summary.plan = self.mapping.lines(&self.columns);
            return Ok(());
        }
        let import = self.import(&found)?;
        self.rows += 1;
        match &found {
            Found::Row(row) => self.digest.add_row(row),
            Found::Broken { .. } | Found::Columns(_) => self.digest.add_broken(),
        }
        if let Some(confirmed) = &self.confirmed {
            if self.rows < confirmed.rows {
                return Ok(());
            }
            if self.digest.text() != confirmed.digest {
                bail!(
                    "the file has changed since its import was interrupted; repeat with --restart"
                );
            }
            self.summary.resumed_after = confirmed.rows;
            self.confirmed = None;
            return Ok(());
        }
        let batch = self.batch.get_or_insert_with(|| Batch {
            import,
            events: Vec::new(),
            places: Vec::new(),
            rejected: Vec::new(),
            rows: 0,
            rows_through: 0,
            digest_through: String::new(),
        });
        batch.rows += 1;
        match found {
            Found::Row(row) => {
                let event = self.mapping.event(&row, import);
                if self.summary.samples.len() < SAMPLES_MAX {
                    self.summary.samples.push(event.clone());
                }
                match convert(&event, 0, self.reading.received) {
                    Ok(_draft) => {
                        self.batch_bytes += event.len() + 1;
                        batch.events.push(event);
                        batch.places.push(row.place);
                    }
                    Err(refusal) => batch.rejected.push(Rejected::new(
                        row.place,
                        refusal.code.id(),
                        refusal.message,
                    )),
                }
            }
            Found::Broken { place, message, .. } => {
                batch
                    .rejected
                    .push(Rejected::new(place, Code::EventInvalid.id(), message));
            }
            Found::Columns(_) => {}
        }
        if batch.rows >= BATCH_ROWS_MAX || self.batch_bytes >= BATCH_BYTES_MAX {
            self.send()
        } else {
            Ok(())
        }
    }

    /// The import, known by its first row; then also where to continue.
    fn import(&mut self, found: &Found) -> anyhow::Result<ImportId> {
        if let Some(import) = self.summary.import {
            return Ok(import);
        }
        let options = &self.reading.options;
        let empty = crate::import::row::Row {
            number: 1,
            place: 1,
            members: Vec::new(),
        };
        let first = match found {
            Found::Row(row) => row,
            Found::Broken { .. } | Found::Columns(_) => &empty,
        };
        let zone = (options.time_zone != TimeZone::UTC)
            .then(|| options.time_zone.iana_name().unwrap_or_default());
        let import = ImportId::new(first, &options.maps, &options.sets, zone);
        if let Some(resume) = &self.reading.resume
            && !options.restart
        {
            self.confirmed = resume.load(import)?.filter(|confirmed| confirmed.rows > 0);
        }
        self.summary.import = Some(import);
        Ok(import)
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        if self.confirmed.is_some() {
            bail!(
                "the file is shorter than when its import was interrupted; repeat with --restart"
            );
        }
        self.send()
    }

    fn send(&mut self) -> anyhow::Result<()> {
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        self.batch_bytes = 0;
        batch.rows_through = self.rows;
        batch.digest_through = self.digest.text();
        self.batches
            .blocking_send(batch)
            .map_err(|_closed| GivenUp.into())
    }
}
