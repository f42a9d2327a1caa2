//! Where an interrupted import continues: one small file for each import under way.
//!
//! Losing such a file costs time, not truth: rows that are sent again have the same ids.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::import::row_id::ImportId;

/// Rows of a file that the server has confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// How many, from the first.
    pub rows: u64,
    /// What they were, so that a file that changed meanwhile is noticed.
    pub digest: String,
}

/// The folder of these files.
#[derive(Clone, Debug)]
pub struct ResumeFolder {
    path: PathBuf,
}

impl ResumeFolder {
    /// The folder at `path`; made when first needed.
    pub fn new(path: PathBuf) -> ResumeFolder {
        ResumeFolder { path }
    }

    /// What was confirmed of an import; `None` if none is under way.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn load(&self, import: ImportId) -> anyhow::Result<Option<Confirmed>> {
        let file = self.file(import);
        let text = match fs::read(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        };
        let confirmed = serde_json::from_slice(&text);
        confirmed
            .with_context(|| format!("{} cannot be read; repeat with --restart", file.display()))
            .map(Some)
    }

    /// Remembers what was confirmed. The file is replaced as a whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, import: ImportId, confirmed: &Confirmed) -> anyhow::Result<()> {
        let file = self.file(import);
        let said = || format!("cannot write {}", file.display());
        fs::create_dir_all(&self.path).with_context(said)?;
        let part = file.with_extension("part");
        let text = serde_json::to_vec(confirmed).expect("two plain fields are JSON");
        fs::write(&part, text)
            .and_then(|()| fs::rename(&part, &file))
            .with_context(said)
    }

    /// Forgets a finished import.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn remove(&self, import: ImportId) -> anyhow::Result<()> {
        let file = self.file(import);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", file.display()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn file(&self, import: ImportId) -> PathBuf {
        self.path.join(format!("{}.json", import.file_name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::row::Row;

    fn import(value: &str) -> ImportId {
        ImportId::new(
            &Row {
                number: 1,
                place: 1,
                members: vec![("a".into(), value.into())],
            },
            &[],
            &[],
            None,
        )
    }

    #[test]
    fn what_was_confirmed_is_remembered_until_it_is_removed() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = ResumeFolder::new(root.path().join("imports"));
        assert_eq!(folder.load(import("a")).expect("an answer"), None);
        let confirmed = Confirmed {
            rows: 2000,
            digest: "ab".into(),
        };

        folder
            .save(
                import("a"),
                &Confirmed {
                    rows: 1000,
                    digest: "aa".into(),
                },
            )
            .expect("a write");
        folder.save(import("a"), &confirmed).expect("a write");

        assert_eq!(
            folder.load(import("a")).expect("an answer"),
            Some(confirmed)
        );
        assert_eq!(folder.load(import("b")).expect("an answer"), None);
        folder.remove(import("a")).expect("a removal");
        folder
            .remove(import("a"))
            .expect("removing twice is harmless");
        assert_eq!(folder.load(import("a")).expect("an answer"), None);
    }

    #[test]
    fn a_broken_file_names_the_remedy() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(
            root.path()
                .join(format!("{}.json", import("a").file_name())),
            "{",
        )
        .expect("a write");
        let error = ResumeFolder::new(root.path().to_path_buf())
            .load(import("a"))
            .expect_err("a refusal");
        assert!(error.to_string().contains("--restart"), "{error}");
    }
}
