//! `analytics bench query`: how long every section of every page takes over HTTP, for each range.
//!
//! Each section is asked as its page asks it. Cold is the first question to a server that has just started, and whose
//! database the operating system was asked to forget before. Warm are the next ones to the same server.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::fs::Advice;

use crate::bench::client::Connection;
use crate::bench::machine_report::MachineReport;
use crate::bench::process_usage::peak_bytes;
use crate::bench::query_report::{IngestingReport, QueryReport, SectionReport};
use crate::bench::server_process::{BenchFolder, ServerProcess};
use crate::bench::stream::{Stream, Streamed};
use crate::catalogue::section::PAGES;
use crate::people::answer::Topic;
use crate::store::machine::engine_memory_bytes;

/// Ranges that pages offer.
const RANGES: [&str; 6] = ["1h", "24h", "7d", "30d", "90d", "1y"];

/// Questions of pages that are not made of the catalogue's sections: page, section, path with its parameters.
const OTHERS: &[(&str, &str, &str)] = &[
    (
        "funnels",
        "three steps",
        "/api/v1/funnel?step=sign_up&step=trial_started&step=plan_upgraded&window=14d&",
    ),
    (
        "funnels",
        "six steps",
        "/api/v1/funnel?step=page_view&step=sign_up&step=query_sent&step=trial_started&step=plan_upgraded\
         &step=payment_completed&window=14d&",
    ),
    ("retention", "cohorts", "/api/v1/retention?interval=week&"),
    ("heatmap", "hours", "/api/v1/heatmap?measure=people&"),
    ("journeys", "paths", "/api/v1/journeys?event=sign_up&"),
];

/// Bytes of a MB as the report uses the word.
const MB: f64 = (1 << 20) as f64;

/// What `analytics bench query` can be told.
#[derive(Clone, Debug, clap::Args)]
pub struct BenchQueryOptions {
    /// Ask about the events in this folder, as `analytics bench load` writes it. No server may run on it.
    #[arg(long, value_name = "DIR", default_value = "bench-data")]
    pub data: PathBuf,
    /// Times that each section is asked warm; the median and the 95th percentile are printed.
    #[arg(long, value_name = "TIMES", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub times: u32,
    /// Ask for this range only. May be repeated.
    #[arg(long = "range", value_name = "RANGE", value_parser = RANGES)]
    pub ranges: Vec<String>,
    /// Ask the sections of this page only, for example performance. May be repeated.
    #[arg(long = "page", value_name = "PAGE")]
    pub pages: Vec<String>,
    /// Send this many events a second meanwhile, of the bench's mix with the time of sending. They stay in the folder.
    /// Half of what `analytics bench ingest` gives is what the floors are about.
    #[arg(long, value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub while_ingesting: Option<u32>,
    /// Do not start the server anew for each section: quicker, and without cold figures.
    #[arg(long)]
    pub warm_only: bool,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What is asked.
struct Asked {
    page: &'static str,
    section: &'static str,
    range: &'static str,
    path: String,
}

/// Measures and prints the report on the standard output; progress goes to a terminal's standard error.
///
/// # Errors
/// If the folder holds no events, or a section is not answered.
pub fn run(options: &BenchQueryOptions) -> anyhow::Result<()> {
    ensure!(
        options.data.join("events.duckdb").is_file(),
        "{} holds no events; write some with `analytics bench load --events 10000000 --data {}`",
        options.data.display(),
        options.data.display()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .build()?;
    let report = runtime.block_on(measure(options))?;
    let mut out = io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        report.write(&mut out)?;
    }
    out.flush()?;
    match report.failures.len() {
        0 => Ok(()),
        failed => bail!("{failed} questions were not answered"),
    }
}

async fn measure(options: &BenchQueryOptions) -> anyhow::Result<QueryReport> {
    let program = std::env::current_exe().context("cannot find our own program")?;
    let asked = questions(options);
    ensure!(
        !asked.is_empty(),
        "no page has such a name; leave out --page to see all"
    );
    let progress = progress(asked.len() as u64);
    let machine = MachineReport::measure(&std::env::temp_dir())?;
    forget(&options.data)?;
    let mut server = start(&program, &options.data, None).await?;
    let key = server.read_key().to_owned();
    let events = server.stored_events().await?;
    let ingest_key = match options.while_ingesting {
        Some(_) => server.make_ingest_key().await?,
        None => String::new(),
    };
    let ingest = |server: &ServerProcess| {
        let rate = options.while_ingesting?;
        Some(Stream::start(server.address, ingest_key.clone(), rate))
    };
    let mut stream = ingest(&server);
    let mut streamed = Streamed::default();
    let mut peak = peak_bytes(server.process)?;
    let (mut sections, mut failures) = (Vec::with_capacity(asked.len()), Vec::new());
    for (number, asked) in asked.iter().enumerate() {
        progress.set_message(format!("{} {} {}", asked.page, asked.section, asked.range));
        if number > 0 && !options.warm_only {
            if let Some(stream) = stream.take() {
                streamed.add(&stream.stop().await?);
            }
            server.stop().await?;
            forget(&options.data)?;
            server = start(&program, &options.data, Some(key.clone())).await?;
            stream = ingest(&server);
        }
        match section(&server, &key, asked, options).await {
            Ok(section) => sections.push(section),
            Err(failure) => failures.push(failure.to_string()),
        }
        peak = peak.max(peak_bytes(server.process)?);
        progress.inc(1);
    }
    if let Some(stream) = stream.take() {
        streamed.add(&stream.stop().await?);
    }
    let file = std::fs::metadata(options.data.join("events.duckdb"))?;
    server.stop().await?;
    progress.finish_and_clear();
    Ok(QueryReport {
        machine,
        events,
        database_bytes: file.len(),
        times: options.times,
        rss_peak_mb: peak as f64 / MB,
        engine_memory_mb: engine_memory_bytes() as f64 / MB,
        ingesting: options
            .while_ingesting
            .map(|rate| IngestingReport::of(rate, &streamed)),
        sections,
        failures,
    })
}

/// Asks the operating system to drop the database from its memory, so that the next start reads it from the disk.
fn forget(data: &Path) -> anyhow::Result<()> {
    let file = File::open(data.join("events.duckdb"))?;
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
    Ok(())
}

async fn start(program: &Path, data: &Path, key: Option<String>) -> anyhow::Result<ServerProcess> {
    let folder = BenchFolder::make(&std::env::temp_dir(), "query")?;
    ServerProcess::open(program, folder, data, key).await
}

async fn section(
    server: &ServerProcess,
    key: &str,
    asked: &Asked,
    options: &BenchQueryOptions,
) -> anyhow::Result<SectionReport> {
    let mut connection = Connection::open(server.address, key).await?;
    let mut bytes = 0;
    let mut ask = async || {
        let started = Instant::now();
        let answer = connection.get(&asked.path).await?;
        let took = started.elapsed().as_secs_f64() * 1_000.0;
        ensure!(
            answer.status == 200,
            "{} was answered with {}: {}",
            asked.path,
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
        bytes = answer.body.len();
        Ok(took)
    };
    let first = ask().await?;
    let mut warm = Vec::new();
    for _ in 0..options.times {
        warm.push(ask().await?);
    }
    warm.sort_by(f64::total_cmp);
    let at = |share: f64| warm[((warm.len() - 1) as f64 * share).round() as usize];
    Ok(SectionReport {
        page: asked.page,
        section: asked.section,
        range: asked.range,
        path: asked.path.clone(),
        cold_ms: (!options.warm_only).then_some(first),
        warm_p50_ms: at(0.5),
        warm_p95_ms: at(0.95),
        answer_bytes: bytes,
    })
}

/// Every section of every page for every range.
fn questions(options: &BenchQueryOptions) -> Vec<Asked> {
    let is_wanted =
        |range: &str| options.ranges.is_empty() || options.ranges.iter().any(|r| r == range);
    let is_page = |page: &str| options.pages.is_empty() || options.pages.iter().any(|p| p == page);
    let mut asked = Vec::new();
    for range in RANGES.into_iter().filter(|range| is_wanted(range)) {
        for page in PAGES.iter().filter(|page| is_page(page.id)) {
            for section in page.sections {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair("range", range);
                let mut parameters = section.parameters();
                if !parameters.iter().any(|(name, _)| *name == "compare") {
                    parameters.push(("compare", page.compare.id().to_owned()));
                }
                for (name, value) in parameters {
                    if !value.is_empty() {
                        query.append_pair(name, &value);
                    }
                }
                asked.push(Asked {
                    page: page.id,
                    section: section.id,
                    range,
                    path: format!("/api/v1/query?{}", query.finish()),
                });
            }
        }
        for topic in Topic::ALL.into_iter().filter(|_| is_page("users")) {
            asked.push(Asked {
                page: "users",
                section: topic.id(),
                range,
                path: format!("/api/v1/users/{}?range={range}", topic.id()),
            });
        }
        for (page, section, path) in OTHERS.iter().filter(|(page, _, _)| is_page(page)) {
            asked.push(Asked {
                page,
                section,
                range,
                path: format!("{path}range={range}"),
            });
        }
    }
    asked
}

fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}") {
        bar.set_style(style);
    }
    bar
}
