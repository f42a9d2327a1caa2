//! One row of a file, whatever the format: names with JSON values.
//!
//! Knows nothing of events.

use std::borrow::Cow;

/// One row.
#[derive(Debug)]
pub struct Row<'a> {
    /// Its number, counted from 1; a header is not counted.
    pub number: u64,
    /// Where a person finds it: the line in a text file, the row in a Parquet file.
    pub place: u64,
    /// Columns that have a value, with the value as JSON text.
    pub members: Members<'a>,
}

/// Names with values as JSON text.
pub type Members<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// What a file gives for one row.
#[derive(Debug)]
pub enum Found<'a> {
    /// The names of the columns, once, before the rows. NDJSON has none.
    Columns(Vec<String>),
    /// A row.
    Row(Row<'a>),
    /// A row that cannot be read, with the reason.
    Broken {
        /// Its number, counted from 1.
        number: u64,
        /// Where a person finds it.
        place: u64,
        /// What is wrong with it.
        message: String,
    },
}

/// Takes what was found. An error ends the reading.
pub type Each<'e> = &'e mut dyn FnMut(Found<'_>) -> anyhow::Result<()>;
