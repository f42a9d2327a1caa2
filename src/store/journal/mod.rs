//! The journal: where an event becomes durable, and so where it is acknowledged.
//!
//! An append-only log of our own in preallocated segments. One thread takes everything that waits,
//! leaves out ids seen before, writes one checksummed record, calls `fdatasync` once, and then answers
//! all waiters (group commit). The loader reads the same files and feeds the engine; a segment is
//! removed only after the engine's own file holds its events. Knows nothing of DuckDB or HTTP.

pub mod reader;
pub mod segment;
pub mod writer;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// How the journal is laid out and when it commits.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// Folder of the segments.
    pub folder: PathBuf,
    /// Size of a new segment in bytes.
    pub segment_bytes: u64,
    /// How long a commit waits for company. Zero is right unless `fdatasync` is very slow.
    pub commit_wait: Duration,
    /// Most events that may wait for a commit.
    pub queue_events_max: usize,
}

/// Why an event could not be made durable.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// Too many events wait already.
    #[error("{waiting} events wait for the journal; the most is {max}")]
    QueueFull {
        /// Events waiting now.
        waiting: usize,
        /// The bound.
        max: usize,
    },
    /// The disk has no room; nothing was kept and the client should retry.
    #[error("the disk is full: {0}")]
    DiskFull(String),
    /// The disk failed in another way; the process cannot keep its promise any more.
    #[error("the journal cannot be written: {0}")]
    Failed(String),
    /// The journal has been closed by shutdown.
    #[error("the server is stopping")]
    Closed,
}

/// How far the journal has been made durable, and a bell for the loader.
///
/// Sequence numbers start at 1 and count events; `next` is the first one not yet given out. The bell does
/// not ring at each commit: at ten thousand commits a second the wake-ups would cost more than the work.
#[derive(Debug, Default)]
pub struct Progress {
    next: AtomicU64,
    closed: Mutex<bool>,
    bell: Condvar,
}

impl Progress {
    /// Progress that starts at `next`.
    pub fn starting_at(next: u64) -> Arc<Progress> {
        Arc::new(Progress {
            next: AtomicU64::new(next),
            ..Progress::default()
        })
    }

    /// The first sequence number that is not durable yet.
    pub fn next(&self) -> u64 {
        self.next.load(Ordering::Acquire)
    }

    /// Publishes that everything below `next` is durable.
    pub fn advance(&self, next: u64) {
        self.next.store(next, Ordering::Release);
    }

    /// Says that nothing will follow.
    pub fn close(&self) {
        *self.closed.lock() = true;
        self.bell.notify_all();
    }

    /// Whether nothing will follow.
    pub fn is_closed(&self) -> bool {
        *self.closed.lock()
    }

    /// Rings the bell: somebody wants what is durable to be loaded now.
    pub fn ring(&self) {
        let _held = self.closed.lock();
        self.bell.notify_all();
    }

    /// Waits for the bell, the end, or `patience`. Returns whether the journal is closed.
    pub fn wait(&self, patience: Duration) -> bool {
        let mut closed = self.closed.lock();
        if !*closed {
            let _timed_out = self.bell.wait_for(&mut closed, patience);
        }
        *closed
    }
}
