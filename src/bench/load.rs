//! `analytics bench load`: a large set of events to measure questions on, the same for the same seed.
//!
//! Made and stored in this process, through the pipeline, the journal and the loader, like every other event.
//! How large the product behind it is stands in `load_size.rs`, how it is told in `load_report.rs`.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::app::App;
use crate::bench::load_report::LoadReport;
use crate::bench::load_size::LoadSize;
use crate::bench::machine_report::MachineReport;
use crate::bench::process_usage::peak_bytes;
use crate::config::Config;
use crate::core::clock::Clock;
use crate::demo::fill::{self, Target};
use crate::demo::stream::Stream;
use crate::demo::world::World;
use crate::store::control::project::Project;
use crate::store::journal::reader::disk_bytes;

/// Events that may be in the journal and not in the database yet. Without a bound the journal would grow to the
/// size of the set where the loader is slower.
const BACKLOG_MAX: u64 = 400_000;
/// Events of one submission: many, as nobody else waits for the journal here.
const BATCH: usize = 5_000;
/// Longest wait for the loader. It loads more than this many events in a second, but a checkpoint takes its time.
const LOADER_PATIENCE: Duration = Duration::from_secs(600);
/// Milliseconds of an hour, to which the end of a set is rounded down.
const HOUR_MS: i64 = 3_600_000;

/// What `analytics bench load` can be told.
#[derive(Clone, Debug, clap::Args)]
pub struct BenchLoadOptions {
    /// Write this many events. Ten million are of about 200,000 people and visitors, and need 3 GB of disk.
    #[arg(long, value_name = "EVENTS", value_parser = clap::value_parser!(u64).range(10_000..=1_000_000_000))]
    pub events: u64,
    /// Spread them over this many days.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(7..=730))]
    pub days: u32,
    /// Keep the set in this new folder. Serve it with `analytics serve --data DIR`.
    #[arg(long, value_name = "DIR", default_value = "bench-data")]
    pub data: PathBuf,
    /// Draw everything from this seed. The same seed, size and end give the same events.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
    /// End the set at this moment, for example 2026-11-24T10:00:00Z. Without it, it ends with the last full hour.
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Writes the set and prints the report on the standard output; progress goes to a terminal's standard error.
///
/// # Errors
/// If the folder is not new, or the set cannot be stored whole.
pub fn run(options: &BenchLoadOptions) -> anyhow::Result<()> {
    if folder_holds_something(&options.data) {
        bail!(
            "{} holds something already; remove it, or choose another folder with --data",
            options.data.display()
        );
    }
    let config = Config::load(None, Config::environment());
    let mut config = config.map_err(|problems| anyhow::anyhow!("{problems}"))?;
    config.server.data_dir.clone_from(&options.data);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()?;
    let report = runtime.block_on(load(config, options))?;
    let mut out = io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        report.write(&mut out)?;
    }
    out.flush()?;
    ensure!(
        report.is_whole(),
        "{} of {} events are stored",
        report.stored,
        report.events
    );
    Ok(())
}

fn folder_holds_something(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

async fn load(config: Config, options: &BenchLoadOptions) -> anyhow::Result<LoadReport> {
    let bar = bar(options.events);
    bar.set_message("the disk");
    std::fs::create_dir_all(&options.data)
        .with_context(|| format!("cannot make {}", options.data.display()))?;
    let machine = MachineReport::measure(&options.data)?;
    let until = options
        .until
        .unwrap_or(Clock::System.now())
        .as_millisecond();
    let size = LoadSize {
        events: options.events,
        days: options.days,
        seed: options.seed,
        until: match options.until {
            Some(_) => until,
            None => until.div_euclid(HOUR_MS) * HOUR_MS,
        },
    };
    bar.set_message("planning");
    let world = World::new(size.settings());
    let (app, _) = App::build(config, Clock::System, None).await?;
    app.start_background();
    let projects = app.control.directory().projects();
    let project = projects
        .into_iter()
        .next()
        .context("a new folder has a project")?;

    let began = Instant::now();
    let made = write(&app, project, world, options.events, &bar).await;
    let stopping = Arc::clone(&app);
    let next = app.journal.progress().next();
    let all_loaded = app.loader.barrier(next, LOADER_PATIENCE).await;
    let stored = app.engine.sizes().await.map_or(0, |sizes| sizes.events);
    tokio::task::spawn_blocking(move || stopping.stop()).await?;
    let elapsed_s = began.elapsed().as_secs_f64();
    app.control.close().await?;
    bar.finish_and_clear();
    let made = made?;
    ensure!(all_loaded, "the loader did not finish; see the log");
    let database_bytes = std::fs::metadata(app.folder.database()).map_or(0, |about| about.len());
    Ok(LoadReport {
        machine,
        folder: options.data.display().to_string(),
        seed: options.seed,
        days: options.days,
        events: options.events,
        stored,
        users: made.users,
        first: made.first,
        last: made.last,
        elapsed_s,
        events_per_s: options.events as f64 / elapsed_s,
        database_bytes,
        journal_bytes: disk_bytes(&app.folder.journal())?,
        bytes_per_event: database_bytes as f64 / options.events as f64,
        rss_peak_mb: peak_bytes(std::process::id())? as f64 / 1_048_576.0,
    })
}

/// What was made.
struct Made {
    users: u64,
    first: Timestamp,
    last: Timestamp,
}

/// Writes the first `events` events of `world`, never far ahead of the loader.
async fn write(
    app: &Arc<App>,
    project: Arc<Project>,
    world: World,
    events: u64,
    bar: &ProgressBar,
) -> anyhow::Result<Made> {
    let target = Target::Here {
        app: Arc::clone(app),
        project,
    };
    let mut stream = Stream::new(world, i64::MIN / 4);
    let first = stream.next_at();
    let (mut done, mut last) = (0, first);
    bar.set_message("events");
    while done < events {
        let most = usize::try_from(events - done).map_or(BATCH, |left| left.min(BATCH));
        let batch = fill::batch(&mut stream, i64::MAX, most);
        last = batch.last().map_or(last, |event| event.at);
        done += batch.len() as u64;
        target.take(batch).await?;
        bar.set_position(done);
        let next = app.journal.progress().next();
        if next - *app.loader.loaded().borrow() > BACKLOG_MAX
            && !app
                .loader
                .barrier(next - BACKLOG_MAX / 2, LOADER_PATIENCE)
                .await
        {
            bail!(
                "the loader has stood still for {} s; see the log",
                LOADER_PATIENCE.as_secs()
            );
        }
    }
    let joined = stream
        .world()
        .people
        .iter()
        .filter(|person| person.joined_at <= last);
    Ok(Made {
        users: joined.count() as u64,
        first: Timestamp::from_millisecond(first)?,
        last: Timestamp::from_millisecond(last)?,
    })
}

fn bar(events: u64) -> ProgressBar {
    let bar = ProgressBar::new(events);
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template =
        "{elapsed_precise} {bar:30} {human_pos}/{human_len} {msg}  {per_sec}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
