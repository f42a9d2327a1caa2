//! Rows of Parquet. The file is read by the engine, which needs a plain file: anything else is copied first.

use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use uuid::Uuid;

use crate::import::format::Source;
use crate::import::row::{Each, Found, Row};
use crate::store;

/// Gives every row to `each`. `path` is where the source came from.
///
/// # Errors
/// If the file cannot be copied or read, or `each` ends the reading.
pub fn rows(source: Source, path: &Path, each: Each) -> anyhow::Result<()> {
    let copy = if source.is_plain_file {
        None
    } else {
        Some(Copy::of(source)?)
    };
    let path = copy.as_ref().map_or(path, |copy| &copy.path);
    let mut number = 0;
    store::parquet::rows(path, &mut |values| {
        number += 1;
        if number == 1 {
            each(Found::Columns(values.keys().cloned().collect()))?;
        }
        let members = values.iter().filter(|(_, value)| !value.is_null());
        let members = members
            .map(|(name, value)| (Cow::Borrowed(name.as_str()), Cow::Owned(value.to_string())));
        each(Found::Row(Row {
            number,
            place: number,
            members: members.collect(),
        }))
    })
}

/// A copy in the system's folder for temporary files; removed when dropped.
struct Copy {
    path: PathBuf,
}

impl Copy {
    fn of(mut source: Source) -> anyhow::Result<Copy> {
        let path =
            std::env::temp_dir().join(format!("analytics-import-{}.parquet", Uuid::new_v4()));
        let said = || format!("cannot copy the Parquet data to {}", path.display());
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .with_context(said)?;
        let copy = Copy { path: path.clone() };
        io::copy(&mut source.input, &mut file).with_context(said)?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(error = %error, "the temporary copy {} could not be removed", self.path.display());
        }
    }
}
