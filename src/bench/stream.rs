//! Events sent at an even rate beside whatever else is measured. Does not measure the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::bench::body::{Body, Stamp};
use crate::bench::client::Connection;
use crate::bench::event_mix::EventMix;
use crate::core::clock::Clock;

/// Connections that share the rate.
const CONNECTIONS: u64 = 4;
/// Events of a request.
const BATCH_EVENTS: usize = 100;
/// Distinct requests of a connection.
const BODIES: usize = 100;
/// A connection that is further behind than this does not make up for it: a burst is no even rate.
const BEHIND_MAX: Duration = Duration::from_secs(1);
/// Pause after a refusal, and until a new key is known.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);
/// Longest wait for a new key to be known.
const KEY_KNOWN_MAX: Duration = Duration::from_secs(30);

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Streamed {
    /// Events that the server has acknowledged.
    pub accepted: u64,
    /// Requests that it refused for want of room.
    pub refused: u64,
    /// Seconds of sending.
    pub seconds: f64,
}

impl Streamed {
    /// Adds what was sent at another time.
    pub fn add(&mut self, other: &Streamed) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.seconds += other.seconds;
    }
}

/// A stream of events that flows until it is stopped.
pub struct Stream {
    stop: watch::Sender<bool>,
    task: JoinHandle<anyhow::Result<Streamed>>,
}

/// The part of an answer that is counted.
#[derive(Deserialize)]
struct Accepted {
    accepted: u64,
}

impl Stream {
    /// Begins to send `rate` events a second.
    pub fn start(address: SocketAddr, key: String, rate: u32) -> Stream {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            let began = Instant::now();
            let connections = (0..CONNECTIONS).map(|number| {
                let every = Duration::from_secs_f64(
                    (BATCH_EVENTS as u64 * CONNECTIONS) as f64 / f64::from(rate),
                );
                send(address, &key, number, every, stopped.clone())
            });
            let mut sum = Streamed::default();
            for streamed in try_join_all(connections).await? {
                sum.add(&streamed);
            }
            sum.seconds = began.elapsed().as_secs_f64();
            Ok(sum)
        });
        Stream { stop, task }
    }

    /// Ends it, once every request that is under way is answered.
    ///
    /// # Errors
    /// If a connection broke, or an answer was neither a success nor a refusal for want of room.
    pub async fn stop(self) -> anyhow::Result<Streamed> {
        self.stop.send_replace(true);
        self.task.await?
    }
}

async fn send(
    address: SocketAddr,
    key: &str,
    number: u64,
    every: Duration,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<Streamed> {
    let mut mix = EventMix::new(number);
    let mut bodies: Vec<Body> = (0..BODIES)
        .map(|_| Body::batch(&mut mix, BATCH_EVENTS))
        .collect();
    // Ids must differ from those of every other run against the same folder.
    let seed = Clock::System.now().as_microsecond().unsigned_abs();
    let mut stamp = Stamp::new(seed.wrapping_mul(CONNECTIONS).wrapping_add(number));
    let mut connection = Connection::open(address, key).await?;
    let mut sum = Streamed::default();
    let began = Instant::now();
    let mut due = began;
    for place in (0..BODIES).cycle() {
        let now = Instant::now();
        if now < due {
            tokio::time::sleep(due - now).await;
        }
        if *stopped.borrow() {
            break;
        }
        due = (due + every).max(Instant::now() - BEHIND_MAX);
        let now_ms = Clock::System.now().as_millisecond();
        let body = &mut bodies[place];
        body.renew(&mut stamp, |_| now_ms);
        let answer = connection.post("/v1/events", body.json()).await?;
        match answer.status {
            200 => {
                let answer: Accepted = serde_json::from_slice(answer.body)
                    .context("the answer names no number of `accepted` events")?;
                sum.accepted += answer.accepted;
            }
            429 | 503 => {
                sum.refused += 1;
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
            401 if sum.accepted == 0 && began.elapsed() < KEY_KNOWN_MAX => {
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
            status => bail!(
                "events were answered with {status}: {}",
                String::from_utf8_lossy(answer.body)
            ),
        }
    }
    Ok(sum)
}
