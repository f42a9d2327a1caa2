//! `analytics bench ingest`: how fast this program takes events on this machine.
//!
//! Runs the phases and collects their figures. What is sent stands in `event_mix.rs`, how in `phase.rs`,
//! how it is told in `ingest_report.rs`.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};

use crate::bench::body::Body;
use crate::bench::event_mix::EventMix;
use crate::bench::ingest_report::{
    CheckReport, GrowthReport, IngestReport, InputReport, PhaseReport, median, physical_limit,
};
use crate::bench::machine_report::MachineReport;
use crate::bench::phase::{Dating, Pace, Phase, Shape, Tally};
use crate::bench::process_usage::{ProcessUsage, resident_bytes};
use crate::bench::server_process::{BenchFolder, ServerProcess};
use crate::core::clock::Clock;
use crate::core::limits;

/// Connections of the phase with one event a request.
const SINGLE_CONNECTIONS: usize = 64;
/// Events of a request in the phase with batches.
const BATCH_EVENTS: usize = 100;
/// Time that a server gets to come to rest before its idle memory is read.
const REST: Duration = Duration::from_secs(3);
/// Time that each phase runs before anything counts.
const WARM_UP: Duration = Duration::from_secs(2);
/// Time between two looks at the server's memory.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Events of which the mean size is told.
const SIZE_EVENTS: usize = 10_000;
/// Parts of the growth whose rates are told.
const GROWTH_PARTS: u64 = 10;
/// Milliseconds of the one day that all events of the growth fall into.
const DAY_MS: u64 = 86_400_000;
/// Bytes of one MB, as everywhere in the settings.
const MB: f64 = 1_048_576.0;

/// What `analytics bench ingest` can be told.
#[derive(Clone, Debug, clap::Args)]
pub struct BenchIngestOptions {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Seconds that each phase runs in each round.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// Rounds; the median of their figures is printed.
    #[arg(long, value_name = "ROUNDS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=99))]
    pub rounds: u16,
    /// Connections that send batches of 100 events at the same time.
    #[arg(long, value_name = "CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub connections: u16,
    /// Also send this many events with times of one day to an empty store, and compare the rates of the first and the
    /// last tenth, and of the first and the last minute where it takes two. 0 leaves this out; 5000000 shows whether the
    /// rate holds, 20000000 takes minutes.
    #[arg(long, value_name = "EVENTS", default_value_t = 0, value_parser = growth_events)]
    pub growth: u64,
    /// Seed of the events. The same seed sends the same events, but for their ids and times.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
    /// See only whether it works: one round of a second, nothing warm, memory not at rest. Its figures mean nothing.
    #[arg(long, conflicts_with_all = ["seconds", "rounds"])]
    pub quick: bool,
    /// Folder in which the data is kept while it is measured, and then removed. Choose one on the disk to be measured;
    /// there must be room for a few GB.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

fn growth_events(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(events) if events == 0 || (10_000..=1_000_000_000).contains(&events) => Ok(events),
        _ => Err("it must be 0, or a whole number of events from 10000 to 1000000000".to_owned()),
    }
}

/// Measures and prints the report on the standard output; progress goes to a terminal's standard error.
/// Takes about (rounds · 2 · seconds) and half a minute, longer with a growth.
///
/// # Errors
/// If the server cannot be started or fails, or if it has not stored just what it acknowledged.
pub fn run(mut options: BenchIngestOptions) -> anyhow::Result<()> {
    if options.quick {
        (options.seconds, options.rounds) = (1, 1);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(async {
        // Stopping here, and not by the signal itself, ends the server and removes its data.
        let mut terminate = signal(SignalKind::terminate())?;
        let stopped = "stopped before the end; nothing was measured";
        tokio::select! {
            report = measure(&options) => report,
            _ = tokio::signal::ctrl_c() => bail!(stopped),
            _ = terminate.recv() => bail!(stopped),
        }
    })?;
    let mut out = io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        report.write(&mut out)?;
    }
    out.flush()?;
    if report.is_good() {
        Ok(())
    } else {
        bail!("what is stored differs from what was acknowledged; see `check`")
    }
}

async fn measure(options: &BenchIngestOptions) -> anyhow::Result<IngestReport> {
    let program = std::env::current_exe().context("cannot find our own program")?;
    let progress = progress(options);
    progress.set_message("the disk");
    let machine = {
        let folder = BenchFolder::make(&options.folder, "disk")?;
        MachineReport::measure(folder.path())?
    };
    progress.inc(1);

    let folder = BenchFolder::make(&options.folder, "phases")?;
    let server = ServerProcess::start(&program, folder).await?;
    rest(options, REST).await;
    let idle_rss_mb = resident_bytes(server.process)? as f64 / MB;
    let mut trials = [
        Trial::prepare(
            "batches",
            &server,
            batches(options),
            Dating::Now,
            options.seed,
        )
        .await?,
        Trial::prepare(
            "singles",
            &server,
            SINGLES,
            Dating::Now,
            options.seed.wrapping_add(1),
        )
        .await?,
    ];
    for trial in trials.iter_mut().filter(|_| !options.quick) {
        progress.set_message(format!("{}, warming up", trial.name));
        trial.warm_up(&server).await?;
    }
    for round in 1..=options.rounds {
        for trial in &mut trials {
            progress.set_message(format!("{}, round {round}", trial.name));
            trial
                .measure(&server, Pace::For(Duration::from_secs(options.seconds)))
                .await?;
            progress.inc(1);
        }
    }
    let stored = server.stored_events().await?;
    progress.set_message("at rest");
    rest(options, limits::IDLE + REST).await;
    let idle_after_rss_mb = resident_bytes(server.process)? as f64 / MB;
    let disk = server.stop().await?;
    let growth = match options.growth {
        0 => None,
        events => Some(grow(&program, options, events, &progress).await?),
    };
    progress.finish_and_clear();

    let acknowledged = trials.iter().map(|trial| trial.acknowledged).sum();
    let phases: Vec<PhaseReport> = trials.iter().map(Trial::report).collect();
    let per_event = |bytes: u64| bytes as f64 / (stored.max(1)) as f64;
    Ok(IngestReport {
        physical_limit: physical_limit(&machine, &phases[0]),
        machine,
        input: input(options),
        idle_rss_mb,
        idle_after_rss_mb,
        phases,
        disk_bytes_per_event: per_event(disk.database + disk.journal),
        database_bytes_per_event: per_event(disk.database),
        check: CheckReport {
            acknowledged,
            stored,
        },
        growth,
    })
}

/// Lets the server come to rest.
async fn rest(options: &BenchIngestOptions, time: Duration) {
    if !options.quick {
        tokio::time::sleep(time).await;
    }
}

/// The shape of the phase with one event a request.
const SINGLES: Shape = Shape {
    connections: SINGLE_CONNECTIONS,
    events_per_request: 1,
};

/// The shape of the phase with batches.
fn batches(options: &BenchIngestOptions) -> Shape {
    Shape {
        connections: usize::from(options.connections),
        events_per_request: BATCH_EVENTS,
    }
}

fn input(options: &BenchIngestOptions) -> InputReport {
    let body = Body::batch(&mut EventMix::new(options.seed), SIZE_EVENTS);
    InputReport {
        mix: "the bench's mix: 40 % model calls of ten priced models, 25 % queries, 15 % page views, 20 % others",
        seed: options.seed,
        // The brackets and commas of the array are one byte an event, and one more in all.
        event_bytes: (body.json().len() - SIZE_EVENTS - 1) as f64 / SIZE_EVENTS as f64,
        seconds: options.seconds,
        rounds: usize::from(options.rounds),
        server: "this program with its defaults, but without a limit on events per key; each answer waits for the disk",
    }
}

/// Sends the events of one day to an empty store and compares the tenths.
async fn grow(
    program: &Path,
    options: &BenchIngestOptions,
    events: u64,
    progress: &ProgressBar,
) -> anyhow::Result<GrowthReport> {
    let server =
        ServerProcess::start(program, BenchFolder::make(&options.folder, "growth")?).await?;
    let first_ms = Clock::System
        .now()
        .as_millisecond()
        .saturating_sub_unsigned(DAY_MS);
    let dating = Dating::Spread {
        first_ms,
        span_ms: DAY_MS,
        events,
    };
    let mut trial = Trial::prepare(
        "growth",
        &server,
        batches(options),
        dating,
        options.seed.wrapping_add(2),
    )
    .await?;
    for part in 1..=GROWTH_PARTS {
        progress.set_message(format!("growth, part {part} of {GROWTH_PARTS}"));
        trial
            .send(&server, Pace::Events(events / GROWTH_PARTS))
            .await?;
        progress.inc(1);
    }
    let stored = server.stored_events().await?;
    let disk = server.stop().await?;
    let tenths: Vec<f64> = trial
        .rounds
        .iter()
        .map(|round| round.tally.events_per_s())
        .collect();
    let took: Vec<f64> = trial
        .rounds
        .iter()
        .map(|round| round.tally.elapsed.as_secs_f64())
        .collect();
    let report = trial.report();
    Ok(GrowthReport {
        events,
        last_minute_to_first: last_minute_to_first(&tenths, &took),
        last_to_first: tenths[tenths.len() - 1] / tenths[0],
        events_per_s_by_tenth: tenths,
        max_ms: report.max_ms,
        rss_peak_mb: report.rss_peak_mb,
        refused: report.refused,
        rejected: report.rejected,
        disk_bytes_per_event: (disk.database + disk.journal) as f64 / stored.max(1) as f64,
        check: CheckReport {
            acknowledged: trial.acknowledged,
            stored,
        },
    })
}

/// The rate of the last parts that took a minute, as a share of that of the first ones: `rates` in events a second, each
/// held for as many seconds as `took` says. `None` where the two minutes are not apart.
fn last_minute_to_first(rates: &[f64], took: &[f64]) -> Option<f64> {
    let minute = |parts: &mut dyn Iterator<Item = (&f64, &f64)>| {
        let (mut events, mut seconds, mut number) = (0.0, 0.0, 0);
        while seconds < 60.0 {
            let (rate, part) = parts.next()?;
            events += rate * part;
            seconds += part;
            number += 1;
        }
        Some((events / seconds, number))
    };
    let (first, begin) = minute(&mut rates.iter().zip(took))?;
    let (last, end) = minute(&mut rates.iter().zip(took).rev())?;
    (begin + end <= rates.len()).then_some(last / first)
}

/// A phase with what its rounds gave.
struct Trial {
    name: &'static str,
    shape: Shape,
    phase: Phase,
    rounds: Vec<Round>,
    /// Events acknowledged in all, the warm-up included.
    acknowledged: u64,
}

/// What one round of a phase gave.
struct Round {
    tally: Tally,
    server: ProcessUsage,
    client: ProcessUsage,
    rss_peak_bytes: u64,
    loaded_after: Duration,
}

impl Trial {
    async fn prepare(
        name: &'static str,
        server: &ServerProcess,
        shape: Shape,
        dating: Dating,
        seed: u64,
    ) -> anyhow::Result<Trial> {
        let phase = Phase::prepare(server, shape, dating, seed).await?;
        Ok(Trial {
            name,
            shape,
            phase,
            rounds: Vec::new(),
            acknowledged: 0,
        })
    }

    async fn warm_up(&mut self, server: &ServerProcess) -> anyhow::Result<()> {
        let tally = self.phase.run(Pace::For(WARM_UP)).await?;
        self.acknowledged += tally.accepted;
        server.stored_events().await?;
        Ok(())
    }

    /// One round, and the wait until all of it is loaded, so that the next begins from rest.
    async fn measure(&mut self, server: &ServerProcess, pace: Pace) -> anyhow::Result<()> {
        self.send(server, pace).await?;
        let began = Instant::now();
        server.stored_events().await?;
        if let Some(round) = self.rounds.last_mut() {
            round.loaded_after = began.elapsed();
        }
        Ok(())
    }

    /// One round, without the wait.
    async fn send(&mut self, server: &ServerProcess, pace: Pace) -> anyhow::Result<()> {
        let usage = || {
            anyhow::Ok((
                ProcessUsage::of(server.process)?,
                ProcessUsage::of(std::process::id())?,
            ))
        };
        let before = usage()?;
        let (tally, rss_peak_bytes) = watched(server.process, self.phase.run(pace)).await;
        let (tally, after) = (tally?, usage()?);
        self.acknowledged += tally.accepted;
        self.rounds.push(Round {
            tally,
            server: after.0 - before.0,
            client: after.1 - before.1,
            rss_peak_bytes,
            loaded_after: Duration::ZERO,
        });
        Ok(())
    }

    fn report(&self) -> PhaseReport {
        let middle = |figure: fn(&Round) -> f64| median(self.rounds.iter().map(figure));
        let most = |figure: fn(&Round) -> f64| self.rounds.iter().map(figure).fold(0.0, f64::max);
        PhaseReport {
            name: self.name,
            rounds: self.rounds.len(),
            connections: self.shape.connections,
            events_per_request: self.shape.events_per_request,
            events_per_s: middle(|round| round.tally.events_per_s()),
            requests_per_s: middle(|round| round.tally.requests_per_s()),
            p50_ms: middle(|round| round.tally.latency_ms.quantile(0.5).unwrap_or(0.0)),
            p99_ms: middle(|round| round.tally.latency_ms.quantile(0.99).unwrap_or(0.0)),
            max_ms: most(|round| round.tally.latency_max_ms),
            rss_peak_mb: most(|round| round.rss_peak_bytes as f64) / MB,
            refused: self.rounds.iter().map(|round| round.tally.refused).sum(),
            rejected: self.rounds.iter().map(|round| round.tally.rejected).sum(),
            loaded_after_ms: middle(|round| round.loaded_after.as_secs_f64() * 1_000.0),
            server_cores: middle(|round| {
                round.server.processor_s / round.tally.elapsed.as_secs_f64()
            }),
            client_cores: middle(|round| {
                round.client.processor_s / round.tally.elapsed.as_secs_f64()
            }),
            written_mb_per_s: middle(|round| {
                round.server.written_bytes as f64 / MB / round.tally.elapsed.as_secs_f64()
            }),
        }
    }
}

/// The result of `work`, and the most memory that the process had meanwhile, in bytes.
async fn watched<T>(process: u32, work: impl Future<Output = T>) -> (T, u64) {
    let mut work = pin!(work);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let mut most = 0;
    loop {
        tokio::select! {
            result = &mut work => return (result, most),
            // A server that is gone shows in the work's own error.
            _ = looks.tick() => most = most.max(resident_bytes(process).unwrap_or(0)),
        }
    }
}

fn progress(options: &BenchIngestOptions) -> ProgressBar {
    let steps =
        1 + 2 * u64::from(options.rounds) + if options.growth > 0 { GROWTH_PARTS } else { 0 };
    let bar = ProgressBar::new(steps);
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {msg}")
    {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        options: BenchIngestOptions,
    }

    fn parse(arguments: &[&str]) -> Result<BenchIngestOptions, String> {
        let all = ["bench"].iter().chain(arguments);
        Command::try_parse_from(all)
            .map(|command| command.options)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_those_of_the_published_figures() {
        let options = parse(&[]).expect("the defaults");
        assert_eq!(
            (
                options.seconds,
                options.rounds,
                options.connections,
                options.growth
            ),
            (10, 3, 16, 0)
        );
        assert!(!options.json);
        let options = parse(&["--growth", "5000000", "--json"]).expect("what the help names");
        assert_eq!((options.growth, options.json), (5_000_000, true));
    }

    #[test]
    fn the_last_minute_is_compared_with_the_first_where_they_are_apart() {
        // 30 s at 100 and 40 s at 170 are 70 s at 140; 60 s at 70 are half of that.
        let rates = [100.0, 170.0, 500.0, 70.0];
        assert_eq!(
            last_minute_to_first(&rates, &[30.0, 40.0, 5.0, 60.0]),
            Some(0.5)
        );
        assert_eq!(last_minute_to_first(&rates, &[30.0, 20.0, 9.0, 9.0]), None);
        assert_eq!(last_minute_to_first(&rates, &[1.0, 2.0, 3.0, 4.0]), None);
    }

    #[test]
    fn options_out_of_range_are_refused_with_the_range() {
        for (arguments, part) in [
            (["--seconds", "0"], "1..=3600"),
            (["--rounds", "100"], "1..=99"),
            (["--connections", "0"], "1..=1024"),
            (["--growth", "9999"], "from 10000"),
        ] {
            let error = parse(&arguments).expect_err("a refusal");
            assert!(error.contains(part), "{error}");
        }
    }

    #[tokio::test]
    async fn the_peak_of_memory_is_seen_while_the_work_runs() {
        let (result, most) = watched(std::process::id(), tokio::time::sleep(LOOK_EVERY)).await;
        assert_eq!(result, ());
        assert!(most > 0);
    }
}
