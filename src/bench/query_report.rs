//! The figures of `analytics bench query`, for programs as JSON and for people as text. Does not measure.

use std::io::{self, Write};

use serde::Serialize;

use crate::bench::machine_report::MachineReport;
use crate::bench::stream::Streamed;

/// How long one section took for one range.
#[derive(Clone, Debug, Serialize)]
pub struct SectionReport {
    /// Its page.
    pub page: &'static str,
    /// Its name.
    pub section: &'static str,
    /// The range.
    pub range: &'static str,
    /// What was asked.
    pub path: String,
    /// Milliseconds of the first question to a server that has just started.
    pub cold_ms: Option<f64>,
    /// Median of the next ones, in milliseconds.
    pub warm_p50_ms: f64,
    /// Their 95th percentile, in milliseconds.
    pub warm_p95_ms: f64,
    /// Bytes of the answer.
    pub answer_bytes: usize,
}

/// What was sent meanwhile.
#[derive(Clone, Debug, Serialize)]
pub struct IngestingReport {
    /// Events a second that were to be sent.
    pub asked_events_per_s: u32,
    /// Events a second that were acknowledged.
    pub events_per_s: f64,
    /// Events that were acknowledged.
    pub acknowledged: u64,
    /// Requests that were refused for want of room.
    pub refused: u64,
}

impl IngestingReport {
    /// Of a stream that was to have this rate.
    pub fn of(rate: u32, streamed: &Streamed) -> IngestingReport {
        IngestingReport {
            asked_events_per_s: rate,
            events_per_s: streamed.accepted as f64 / streamed.seconds.max(f64::EPSILON),
            acknowledged: streamed.accepted,
            refused: streamed.refused,
        }
    }
}

/// Milliseconds that a section may take warm, and cold; twice that while events are taken in.
const FLOORS_MS: (f64, f64) = (100.0, 400.0);

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct QueryReport {
    /// On what.
    pub machine: MachineReport,
    /// Events stored.
    pub events: u64,
    /// Bytes of the database's file.
    pub database_bytes: u64,
    /// Times that each section was asked warm.
    pub times: u32,
    /// Most resident memory of the server.
    pub rss_peak_mb: f64,
    /// Bound of the engine's buffers (`storage.memory_mb`), which is most of it.
    pub engine_memory_mb: f64,
    /// What was sent meanwhile, if anything.
    pub ingesting: Option<IngestingReport>,
    /// Each section for each range.
    pub sections: Vec<SectionReport>,
    /// What was not answered, and why.
    pub failures: Vec<String>,
}

impl QueryReport {
    /// Writes the report for people.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let machine = &self.machine;
        writeln!(
            out,
            "machine   {}, {} cores, {} MB; {}",
            machine.cpu, machine.cores, machine.memory_mb, machine.kernel
        )?;
        writeln!(
            out,
            "set       {} events, {} MB; each section once cold, then {} times warm",
            self.events,
            self.database_bytes >> 20,
            self.times
        )?;
        writeln!(
            out,
            "memory    {:.0} MB at most, of which the engine's buffers may take {:.0} MB (`storage.memory_mb`)",
            self.rss_peak_mb, self.engine_memory_mb
        )?;
        if let Some(ingesting) = &self.ingesting {
            writeln!(
                out,
                "meanwhile {:.0} events a second taken in, {} asked for; {} requests refused",
                ingesting.events_per_s, ingesting.asked_events_per_s, ingesting.refused
            )?;
        }
        writeln!(out)?;
        writeln!(
            out,
            "{:<12}{:<16}{:>5}{:>10}{:>10}{:>10}",
            "page", "section", "range", "cold ms", "p50 ms", "p95 ms"
        )?;
        for section in &self.sections {
            let cold = section
                .cold_ms
                .map_or("-".to_owned(), |ms| format!("{ms:.1}"));
            writeln!(
                out,
                "{:<12}{:<16}{:>5}{:>10}{:>10.1}{:>10.1}",
                section.page,
                section.section,
                section.range,
                cold,
                section.warm_p50_ms,
                section.warm_p95_ms
            )?;
        }
        let share = match self.ingesting {
            Some(_) => 2.0,
            None => 1.0,
        };
        let (warm_max, cold_max) = (share * FLOORS_MS.0, share * FLOORS_MS.1);
        let over = |limit: f64, of: &dyn Fn(&SectionReport) -> Option<f64>| {
            let slow = self
                .sections
                .iter()
                .filter(|section| of(section).is_some_and(|ms| ms > limit));
            slow.count()
        };
        let slowest = |of: &dyn Fn(&SectionReport) -> Option<f64>| {
            self.sections.iter().filter_map(of).fold(0.0, f64::max)
        };
        let (warm, cold) = (
            |section: &SectionReport| Some(section.warm_p50_ms),
            |section: &SectionReport| section.cold_ms,
        );
        writeln!(
            out,
            "\nwarm      slowest {:.1} ms; {} of {} above {:.0} ms",
            slowest(&warm),
            over(warm_max, &warm),
            self.sections.len(),
            warm_max
        )?;
        writeln!(
            out,
            "cold      slowest {:.1} ms; {} of {} above {:.0} ms",
            slowest(&cold),
            over(cold_max, &cold),
            self.sections.len(),
            cold_max
        )?;
        for failure in &self.failures {
            writeln!(out, "failed    {failure}")?;
        }
        Ok(())
    }
}
