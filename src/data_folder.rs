//! The data folder: where everything lies, and the lock that keeps two servers apart.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Paths inside the data folder.
#[derive(Clone, Debug)]
pub struct DataFolder {
    root: PathBuf,
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be made or written to.
    #[error(
        "the data folder {path} cannot be written: {error}; choose another with --data or change its owner"
    )]
    Unwritable {
        /// The folder.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// Another process works with it.
    #[error(
        "the data folder {path} is in use by another analytics process ({holder}); stop it or choose another folder with --data"
    )]
    InUse {
        /// The folder.
        path: String,
        /// What the other process wrote about itself.
        holder: String,
    },
}

/// Held as long as this process works with the folder. The system lets go of it when the process ends.
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Writes where the server listens, so that commands on the same machine find it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn announce(&mut self, text: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.flush()
    }
}

impl DataFolder {
    /// The folder at `root`, made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made or written to.
    pub fn open(root: &Path) -> Result<DataFolder, FolderError> {
        let folder = DataFolder {
            root: root.to_path_buf(),
        };
        let unwritable = |error| FolderError::Unwritable {
            path: root.display().to_string(),
            error,
        };
        for path in [root.to_path_buf(), folder.journal(), folder.temp()] {
            fs::create_dir_all(path).map_err(unwritable)?;
        }
        let probe = root.join(".writable");
        fs::write(&probe, b"")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(unwritable)?;
        Ok(folder)
    }

    /// Takes the folder for this process.
    ///
    /// # Errors
    /// If another process has it.
    pub fn lock(&self) -> Result<FolderLock, FolderError> {
        let path = self.root.display().to_string();
        let open = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(self.lock_file());
        let file = open.map_err(|error| FolderError::Unwritable {
            path: path.clone(),
            error,
        })?;
        if file.try_lock().is_err() {
            return Err(FolderError::InUse {
                path,
                holder: self.holder().unwrap_or_default(),
            });
        }
        let mut lock = FolderLock { file };
        let said = lock.announce(&format!("process {}", std::process::id()));
        said.map_err(|error| FolderError::Unwritable {
            path: self.root.display().to_string(),
            error,
        })?;
        Ok(lock)
    }

    /// What the process that holds the lock wrote about itself; `None` if nobody holds it.
    pub fn holder(&self) -> Option<String> {
        let mut file = File::open(self.lock_file()).ok()?;
        if file.try_lock_shared().is_ok() {
            return None;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        Some(text.trim().to_owned())
    }

    /// Where the server on this folder listens; `None` if nobody works with the folder.
    ///
    /// # Errors
    /// If another process than a server works with it, or the server has not said yet where it listens.
    pub fn server_url(&self) -> Result<Option<String>, FolderError> {
        let Some(holder) = self.holder() else {
            return Ok(None);
        };
        match holder.strip_prefix("listening on ") {
            Some(url) => Ok(Some(url.to_owned())),
            None => Err(FolderError::InUse {
                path: self.root.display().to_string(),
                holder,
            }),
        }
    }

    /// The folder itself; the control store's file lies in it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Segments of the journal.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// What could not be read and was set aside.
    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// The engine's file.
    pub fn database(&self) -> PathBuf {
        self.root.join("events.duckdb")
    }

    /// What the engine spills.
    pub fn temp(&self) -> PathBuf {
        self.root.join("temp")
    }

    /// The lock file.
    pub fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Bytes free for us on the folder's disk.
    ///
    /// # Errors
    /// If the system cannot tell.
    pub fn free_bytes(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.root)?;
        Ok(stat.f_bavail * stat.f_frsize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder_who_can_be_named() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = DataFolder::open(root.path()).expect("a folder");
        assert_eq!(folder.holder(), None);
        let mut lock = folder.lock().expect("the lock");
        lock.announce("listening on http://127.0.0.1:1")
            .expect("a write");

        let second = folder.lock().err().expect("a refusal").to_string();

        assert!(
            second.contains("listening on http://127.0.0.1:1"),
            "{second}"
        );
        drop(lock);
        assert_eq!(folder.holder(), None);
        folder.lock().expect("free again");
    }
}
