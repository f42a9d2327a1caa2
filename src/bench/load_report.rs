//! The figures of `analytics bench load`, for programs as JSON and for people as text. Does not measure.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::bench::machine_report::MachineReport;

/// What was written, and how fast.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// On what.
    pub machine: MachineReport,
    /// Where the set is.
    pub folder: String,
    /// What everything was drawn from.
    pub seed: u64,
    /// Days over which the events spread.
    pub days: u32,
    /// Events asked for.
    pub events: u64,
    /// Events in the database at the end.
    pub stored: u64,
    /// People who have signed up. Visitors come on top.
    pub users: u64,
    /// When the first event happened.
    pub first: Timestamp,
    /// When the last one happened.
    pub last: Timestamp,
    /// Seconds from the first event to the graceful stop, after which everything is in the database's file.
    pub elapsed_s: f64,
    /// Events a second over this time: made, acknowledged and loaded.
    pub events_per_s: f64,
    /// Bytes of the database's file.
    pub database_bytes: u64,
    /// Bytes of the journal, whose newest part is kept.
    pub journal_bytes: u64,
    /// Bytes of the database's file for each event.
    pub bytes_per_event: f64,
    /// Most resident memory of the process.
    pub rss_peak_mb: f64,
}

impl LoadReport {
    /// Whether just what was asked for is stored.
    pub fn is_whole(&self) -> bool {
        self.stored == self.events
    }

    /// Writes the report for people.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let machine = &self.machine;
        let (sync, rate) = (machine.disk_fsync_ms, machine.disk_sequential_mb_per_s);
        writeln!(
            out,
            "machine   {}, {} cores, {} MB",
            machine.cpu, machine.cores, machine.memory_mb
        )?;
        writeln!(
            out,
            "          {}; disk: sync {sync:.3} ms, sequential {rate:.0} MB/s",
            machine.kernel
        )?;
        writeln!(
            out,
            "set       {} events in {}, seed {}, {} users",
            self.stored, self.folder, self.seed, self.users
        )?;
        writeln!(
            out,
            "          {} to {}, {} days",
            self.first, self.last, self.days
        )?;
        writeln!(
            out,
            "rate      {:.0} events/s made, acknowledged and loaded; {:.1} s in all",
            self.events_per_s, self.elapsed_s
        )?;
        writeln!(
            out,
            "disk      {:.1} bytes an event in the database of {} MB; journal {} MB",
            self.bytes_per_event,
            self.database_bytes >> 20,
            self.journal_bytes >> 20
        )?;
        writeln!(out, "memory    {:.0} MB at most", self.rss_peak_mb)
    }
}
