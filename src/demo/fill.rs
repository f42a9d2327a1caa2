//! Bringing events of a demo into a project, in order of time: here, or through a server's HTTP interface.
//!
//! Both ways are the one write path: our wire format, the pipeline, the journal. Does not decide how far.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value as Json;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::budget::spend;
use crate::core::money::{Money, MoneySum};
use crate::demo::line::DemoEvent;
use crate::demo::stream::Stream;
use crate::demo::world::World;
use crate::import::progress::Progress;
use crate::import::send;
use crate::ingest::pipeline::Sender;
use crate::store::control::project::Project;
use crate::store::journal::JournalError;
use crate::store::summary::summary;

/// Events of one submission: some milliseconds of work, so that nobody else has to wait for long.
const BATCH: usize = 1_000;
/// Pause before a submission is tried again that found the queue or the disk full.
const AGAIN: Duration = Duration::from_millis(100);
/// A stretch before the last stored event that is sent again, in milliseconds. Events are stored in order of
/// time, so that nothing older can be missing; ids make sending them again harmless.
const OVERLAP: i64 = 3_600_000;

/// Where events go.
pub enum Target {
    /// Into the running application.
    Here {
        /// The application.
        app: Arc<App>,
        /// The project.
        project: Arc<Project>,
    },
    /// To a server, with a key of the project.
    Server {
        /// The connection.
        sender: send::Sender,
        /// Where its pauses are shown.
        progress: Progress,
        /// The server's address.
        url: String,
        /// The key.
        key: String,
    },
}

/// What became of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Events that are new.
    pub accepted: u64,
    /// Events that were there already.
    pub duplicates: u64,
}

/// What a project holds.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Held {
    /// Events.
    pub events: u64,
    /// When the last one happened.
    pub last_timestamp: Option<Timestamp>,
}

impl Target {
    /// What the project holds now.
    ///
    /// # Errors
    /// If the engine or the server does not answer.
    pub async fn held(&self) -> anyhow::Result<Held> {
        match self {
            Target::Here { app, project } => {
                let patience = app.config.storage.query_timeout;
                app.loader
                    .barrier(app.journal.progress().next(), patience)
                    .await;
                let summary = summary(&app.engine, project.id.get()).await?;
                Ok(Held {
                    events: summary.events,
                    last_timestamp: summary.last_timestamp,
                })
            }
            Target::Server { url, key, .. } => {
                let request = reqwest::Client::new().get(format!("{url}/api/v1/summary"));
                let answer = request.bearer_auth(key).send().await?.error_for_status()?;
                answer
                    .json()
                    .await
                    .context("the server answered something else than analytics does")
            }
        }
    }

    /// What was spent from one local day to another, which is `now`, on calls that `filter` lets through.
    ///
    /// # Errors
    /// If the engine or the server does not answer.
    pub async fn spent(
        &self,
        filter: &str,
        (from, to): (Date, Date),
        now: Timestamp,
    ) -> anyhow::Result<MoneySum> {
        match self {
            Target::Here { app, project } => {
                let days = spend::by_day(&app.engine, project, filter, from, now).await?;
                let costs = days.range(from..).map(|(_, cost)| *cost);
                Ok(costs.fold(MoneySum::ZERO, MoneySum::plus))
            }
            Target::Server { url, key, .. } => {
                let address = format!("{url}/api/v1/query?{}", of_cost(filter, from, to));
                let request = reqwest::Client::new().get(address).bearer_auth(key);
                let answer: Json = request.send().await?.error_for_status()?.json().await?;
                let cost = answer["total"]["figures"]["cost"]["value"].as_str();
                let cost: Money = cost.unwrap_or("0").parse()?;
                Ok(MoneySum::from_nanos(i128::from(cost.nanos())))
            }
        }
    }

    /// Sends events and waits until they are durable.
    ///
    /// # Errors
    /// If one is refused, which would be a defect of the demo, or the journal or the server is gone.
    pub async fn take(&self, events: Vec<DemoEvent>) -> anyhow::Result<Filled> {
        match self {
            Target::Here { app, project } => take_here(app, project, &events).await,
            Target::Server {
                sender, progress, ..
            } => {
                let texts: Vec<String> = events.into_iter().map(|event| event.json).collect();
                let outcome = sender.send(&texts, progress).await?;
                if let Some(error) = outcome.errors.first() {
                    bail!(
                        "an event of the demo was refused: {}: {}",
                        error.code,
                        error.message
                    );
                }
                Ok(Filled {
                    accepted: outcome.accepted,
                    duplicates: outcome.duplicates,
                })
            }
        }
    }
}

/// The query of an address that asks what was spent.
fn of_cost(filter: &str, from: Date, to: Date) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs([("metrics", "cost"), ("shape", "total")]);
    query.append_pair("from", &from.to_string());
    query.append_pair("to", &to.to_string());
    if !filter.is_empty() {
        query.append_pair("filter", filter);
    }
    query.finish()
}

impl Filled {
    fn add(&mut self, part: Filled) {
        self.accepted += part.accepted;
        self.duplicates += part.duplicates;
    }
}

/// The events of `world` from where a project that holds `held` needs them.
pub fn missing(world: World, held: Held) -> Stream {
    let from = held
        .last_timestamp
        .map_or(i64::MIN / 4, |last| last.as_millisecond() - OVERLAP);
    Stream::new(world, from)
}

/// Sends all events before `until` (milliseconds since 1970). `go_on` is told the time that is reached after each
/// batch, and says whether to go on.
///
/// # Errors
/// As [`Target::take`].
pub async fn fill(
    stream: &mut Stream,
    until: i64,
    target: &Target,
    mut go_on: impl FnMut(i64) -> bool,
) -> anyhow::Result<Filled> {
    let mut filled = Filled::default();
    loop {
        let batch = batch(stream, until, BATCH);
        let Some(last) = batch.last().map(|event| event.at) else {
            return Ok(filled);
        };
        filled.add(target.take(batch).await?);
        if !go_on(last) {
            return Ok(filled);
        }
    }
}

/// The next events before `until`, at most `most` of them.
pub fn batch(stream: &mut Stream, until: i64, most: usize) -> Vec<DemoEvent> {
    let mut batch = Vec::new();
    while batch.len() < most && stream.next_at() < until {
        batch.extend(stream.next());
    }
    batch
}

async fn take_here(app: &App, project: &Project, events: &[DemoEvent]) -> anyhow::Result<Filled> {
    let rules = app.rules(project);
    let sender = Sender {
        received: app.clock.now(),
        is_browser: false,
        may_backdate: true,
        address: None,
        user_agent: None,
        language: None,
        referrer: None,
        opted_out: false,
        sent: None,
    };
    let mut accepted = Vec::with_capacity(events.len());
    for event in events {
        match app.pipeline.run(Some(&event.json), &rules, &sender) {
            Ok(event) => accepted.push(event),
            Err(stopped) => bail!(
                "an event of the demo was refused: {}",
                stopped.refusal.message
            ),
        }
    }
    loop {
        if app.has_room.load(Ordering::Acquire) {
            match app.journal.submit(accepted.clone()).await {
                Ok(ack) => {
                    return Ok(Filled {
                        accepted: ack.accepted as u64,
                        duplicates: ack.duplicates.len() as u64,
                    });
                }
                Err(JournalError::QueueFull { .. } | JournalError::DiskFull(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if app.is_stopping.load(Ordering::Acquire) {
            bail!("the server is stopping");
        }
        tokio::time::sleep(AGAIN).await;
    }
}
