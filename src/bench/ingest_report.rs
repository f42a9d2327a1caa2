//! The figures of `analytics bench ingest`: medians over rounds, for programs as JSON and for people as text.
//!
//! Does not measure.

use std::io::{self, Write};

use serde::Serialize;

use crate::bench::machine_report::MachineReport;

/// Share of the disk's sequential rate above which the disk is called the limit.
const DISK_BOUND_SHARE: f64 = 0.7;
/// Share of all cores above which the processor is called the limit.
const PROCESSOR_BOUND_SHARE: f64 = 0.85;

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct IngestReport {
    /// On what.
    pub machine: MachineReport,
    /// With what.
    pub input: InputReport,
    /// Resident memory of the server three seconds after its start.
    pub idle_rss_mb: f64,
    /// The same after everything, three seconds after the last event was loaded.
    pub idle_after_rss_mb: f64,
    /// The phases, in the order they ran in each round.
    pub phases: Vec<PhaseReport>,
    /// Allocated bytes of database and journal for each event, after a graceful stop.
    pub disk_bytes_per_event: f64,
    /// The database's part of it. The journal's newest part is kept whole, so its share falls as the store grows.
    pub database_bytes_per_event: f64,
    /// Whether everything acknowledged is stored.
    pub check: CheckReport,
    /// How the rate changes as the store grows, if that was asked for.
    pub growth: Option<GrowthReport>,
    /// How far the machine's limits are, and which one is next.
    pub physical_limit: String,
}

/// What was sent and how.
#[derive(Clone, Debug, Serialize)]
pub struct InputReport {
    /// The events, in words.
    pub mix: &'static str,
    /// Seed of the mix; the same seed sends the same events, but for ids and times.
    pub seed: u64,
    /// Mean size of an event's JSON.
    pub event_bytes: f64,
    /// Length of a phase in one round.
    pub seconds: u64,
    /// Rounds of which the median is told.
    pub rounds: usize,
    /// How the server was set up.
    pub server: &'static str,
}

/// One phase: medians over the rounds, if not said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PhaseReport {
    /// Name of the phase.
    pub name: &'static str,
    /// Rounds.
    pub rounds: usize,
    /// Connections that sent at the same time.
    pub connections: usize,
    /// Events in one request.
    pub events_per_request: usize,
    /// Acknowledged events a second.
    pub events_per_s: f64,
    /// Answered requests a second.
    pub requests_per_s: f64,
    /// Half of the requests took less.
    pub p50_ms: f64,
    /// 99 of 100 requests took less.
    pub p99_ms: f64,
    /// The longest request of all rounds.
    pub max_ms: f64,
    /// Most resident memory of the server in all rounds.
    pub rss_peak_mb: f64,
    /// Requests refused with 429 or 503 in all rounds; must be 0.
    pub refused: u64,
    /// Events answered but not accepted in all rounds; must be 0.
    pub rejected: u64,
    /// Time after the last answer until all events could be queried.
    pub loaded_after_ms: f64,
    /// Cores that the server used on average.
    pub server_cores: f64,
    /// Cores that this client used beside it on average.
    pub client_cores: f64,
    /// Bytes that the server wrote to the disk, journal and database together.
    pub written_mb_per_s: f64,
}

/// Acknowledged against stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Events that the server said it had accepted.
    pub acknowledged: u64,
    /// Events in its summary.
    pub stored: u64,
}

impl CheckReport {
    /// Whether the two are equal.
    pub fn is_good(self) -> bool {
        self.acknowledged == self.stored
    }
}

/// The rate while the store grows, on a data folder of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GrowthReport {
    /// Events sent, with times of one day.
    pub events: u64,
    /// Acknowledged events a second in each tenth of them.
    pub events_per_s_by_tenth: Vec<f64>,
    /// The last tenth's rate as a share of the first one's.
    pub last_to_first: f64,
    /// The last minute's rate as a share of the first one's; `None` if sending took less than two minutes.
    pub last_minute_to_first: Option<f64>,
    /// The longest request.
    pub max_ms: f64,
    /// Most resident memory of the server.
    pub rss_peak_mb: f64,
    /// Requests refused; must be 0.
    pub refused: u64,
    /// Events answered but not accepted; must be 0.
    pub rejected: u64,
    /// Allocated bytes of database and journal for each event.
    pub disk_bytes_per_event: f64,
    /// Whether everything acknowledged is stored.
    pub check: CheckReport,
}

/// The median; of an even number of values the mean of the middle two. 0 of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// What bounds the phase, in a sentence with its figures.
pub fn physical_limit(machine: &MachineReport, phase: &PhaseReport) -> String {
    let disk_share = phase.written_mb_per_s / machine.disk_sequential_mb_per_s;
    let cores = phase.server_cores + phase.client_cores;
    let bound = if disk_share >= DISK_BOUND_SHARE {
        "the disk is the limit"
    } else if cores >= PROCESSOR_BOUND_SHARE * machine.cores as f64 {
        "the processor is the limit, not the disk"
    } else {
        "neither is used up; the rest is waiting, for the disk to sync, for other programs or for more connections"
    };
    format!(
        "in {}, the server wrote {:.0} MB/s of the {:.0} MB/s that the disk takes in sequence ({:.0} %); \
         server and client used {:.2} + {:.2} of {} cores: {bound}",
        phase.name,
        phase.written_mb_per_s,
        machine.disk_sequential_mb_per_s,
        disk_share * 100.0,
        phase.server_cores,
        phase.client_cores,
        machine.cores,
    )
}

impl IngestReport {
    /// Whether everything acknowledged is stored, in all trials.
    pub fn is_good(&self) -> bool {
        self.check.is_good()
            && self
                .growth
                .as_ref()
                .is_none_or(|growth| growth.check.is_good())
    }

    /// Writes the report for people.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (machine, input) = (&self.machine, &self.input);
        writeln!(
            out,
            "machine   {}, {} cores, {} MB",
            machine.cpu, machine.cores, machine.memory_mb
        )?;
        let (sync, rate) = (machine.disk_fsync_ms, machine.disk_sequential_mb_per_s);
        writeln!(
            out,
            "          {}; disk: sync {sync:.3} ms, sequential {rate:.0} MB/s",
            machine.kernel
        )?;
        writeln!(
            out,
            "input     {}, {:.0} bytes each, seed {}",
            input.mix, input.event_bytes, input.seed
        )?;
        writeln!(
            out,
            "          {} s a phase, medians of {} rounds",
            input.seconds, input.rounds
        )?;
        writeln!(out, "server    {}", input.server)?;
        writeln!(
            out,
            "\n{:<9}{:>6}{:>7}{:>11}{:>12}{:>8}{:>8}{:>8}{:>9}{:>8}{:>9}",
            "phase",
            "conns",
            "batch",
            "events/s",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "RSS MB",
            "refused",
            "loaded"
        )?;
        for phase in &self.phases {
            writeln!(
                out,
                "{:<9}{:>6}{:>7}{:>11}{:>12}{:>8.2}{:>8.2}{:>8.1}{:>9.0}{:>8}{:>9}",
                phase.name,
                phase.connections,
                phase.events_per_request,
                grouped(phase.events_per_s),
                grouped(phase.requests_per_s),
                phase.p50_ms,
                phase.p99_ms,
                phase.max_ms,
                phase.rss_peak_mb,
                phase.refused + phase.rejected,
                format!("+{:.1} s", phase.loaded_after_ms / 1_000.0),
            )?;
        }
        writeln!(
            out,
            "\nmemory    {:.0} MB idle at the start, {:.0} MB idle at the end",
            self.idle_rss_mb, self.idle_after_rss_mb
        )?;
        let (all, database) = (self.disk_bytes_per_event, self.database_bytes_per_event);
        writeln!(
            out,
            "disk      {all:.1} bytes an event, of which the database {database:.1}"
        )?;
        if let Some(growth) = &self.growth {
            let tenths = &growth.events_per_s_by_tenth;
            let rates: Vec<String> = tenths.iter().map(|rate| grouped(*rate)).collect();
            writeln!(
                out,
                "growth    {} events in one day, a tenth each: {} events/s",
                grouped(growth.events as f64),
                rates.join(" ")
            )?;
            writeln!(
                out,
                "          the last tenth at {:.0} % of the first; {:.1} bytes an event; peak {:.0} MB; longest request {:.1} ms; {} refused",
                growth.last_to_first * 100.0,
                growth.disk_bytes_per_event,
                growth.rss_peak_mb,
                growth.max_ms,
                growth.refused + growth.rejected,
            )?;
            if let Some(share) = growth.last_minute_to_first {
                writeln!(
                    out,
                    "          the last minute at {:.0} % of the first",
                    share * 100.0
                )?;
            }
            write_check(out, growth.check)?;
        }
        writeln!(out, "limit     {}", self.physical_limit)?;
        write_check(out, self.check)
    }
}

fn write_check(out: &mut impl Write, check: CheckReport) -> io::Result<()> {
    let verdict = if check.is_good() {
        "equal"
    } else {
        "NOT EQUAL"
    };
    let (acknowledged, stored) = (
        grouped(check.acknowledged as f64),
        grouped(check.stored as f64),
    );
    writeln!(
        out,
        "check     {acknowledged} events acknowledged, {stored} stored: {verdict}"
    )
}

/// A whole number with a comma before every three digits.
fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> IngestReport {
        let machine = MachineReport {
            cpu: "Some CPU".to_owned(),
            cores: 2,
            memory_mb: 4096,
            kernel: "Linux 6.1".to_owned(),
            disk_fsync_ms: 0.05,
            disk_sequential_mb_per_s: 500.0,
        };
        let batches = PhaseReport {
            name: "batches",
            rounds: 3,
            connections: 16,
            events_per_request: 100,
            events_per_s: 61_234.4,
            requests_per_s: 612.3,
            p50_ms: 20.25,
            p99_ms: 41.5,
            max_ms: 88.0,
            rss_peak_mb: 301.0,
            loaded_after_ms: 1_250.0,
            server_cores: 1.5,
            client_cores: 0.3,
            written_mb_per_s: 50.0,
            ..PhaseReport::default()
        };
        IngestReport {
            physical_limit: physical_limit(&machine, &batches),
            machine,
            input: InputReport {
                mix: "the mix",
                seed: 1,
                event_bytes: 331.0,
                seconds: 10,
                rounds: 3,
                server: "defaults",
            },
            idle_rss_mb: 90.0,
            idle_after_rss_mb: 150.0,
            phases: vec![batches],
            disk_bytes_per_event: 110.25,
            database_bytes_per_event: 70.5,
            check: CheckReport {
                acknowledged: 1_000_000,
                stored: 1_000_000,
            },
            growth: None,
        }
    }

    fn growth(check: CheckReport) -> GrowthReport {
        GrowthReport {
            events: 5_000_000,
            events_per_s_by_tenth: vec![60_000.0, 57_000.0],
            last_to_first: 0.95,
            last_minute_to_first: Some(0.98),
            max_ms: 120.0,
            rss_peak_mb: 380.0,
            refused: 0,
            rejected: 0,
            disk_bytes_per_event: 99.9,
            check,
        }
    }

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5); // between 2 and 3
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let rows = [
            (0.0, "0"),
            (999.4, "999"),
            (1_000.0, "1,000"),
            (61_234.4, "61,234"),
            (1_234_567.0, "1,234,567"),
        ];
        for (number, text) in rows {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn the_limit_names_what_is_used_up() {
        let report = report();
        let (machine, phase) = (&report.machine, &report.phases[0]);
        // 50 of 500 MB/s; 1.8 of 2 cores.
        let text = physical_limit(machine, phase);
        assert!(
            text.contains("(10 %)") && text.ends_with("the processor is the limit, not the disk"),
            "{text}"
        );
        let text = physical_limit(
            machine,
            &PhaseReport {
                written_mb_per_s: 400.0,
                ..phase.clone()
            },
        );
        assert!(
            text.contains("(80 %)") && text.ends_with("the disk is the limit"),
            "{text}"
        );
        let text = physical_limit(
            machine,
            &PhaseReport {
                server_cores: 0.5,
                ..phase.clone()
            },
        );
        assert!(
            text.contains("0.50 + 0.30 of 2 cores: neither is used up"),
            "{text}"
        );
    }

    #[test]
    fn one_event_too_few_or_too_many_is_not_good() {
        let mut report = report();
        assert!(report.is_good());
        report.growth = Some(growth(CheckReport {
            acknowledged: 5,
            stored: 6,
        }));
        assert!(!report.is_good());
        report.growth = None;
        report.check.stored -= 1;
        assert!(!report.is_good());
    }

    #[test]
    fn people_see_every_figure() {
        let mut report = report();
        report.growth = Some(growth(CheckReport {
            acknowledged: 5_000_000,
            stored: 5_000_000,
        }));
        let mut out = Vec::new();
        report.write(&mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("text");
        for part in [
            "machine   Some CPU, 2 cores, 4096 MB\n",
            "Linux 6.1; disk: sync 0.050 ms, sequential 500 MB/s\n",
            "input     the mix, 331 bytes each, seed 1\n",
            "batches      16    100     61,234         612   20.25   41.50    88.0      301       0   +1.2 s\n",
            "memory    90 MB idle at the start, 150 MB idle at the end\n",
            "disk      110.2 bytes an event, of which the database 70.5\n",
            "growth    5,000,000 events in one day, a tenth each: 60,000 57,000 events/s\n",
            "the last tenth at 95 % of the first; 99.9 bytes an event; peak 380 MB; longest request 120.0 ms; 0 refused\n",
            "the last minute at 98 % of the first\n",
            "check     1,000,000 events acknowledged, 1,000,000 stored: equal\n",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
    }
}
