//! Many connections that send at once, each as soon as its last request is answered, and what they count.
//!
//! Knows events and answers, not rounds or reports.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use serde::Deserialize;

use crate::bench::body::{Body, Stamp};
use crate::bench::client::Connection;
use crate::bench::event_mix::EventMix;
use crate::bench::server_process::ServerProcess;
use crate::core::clock::Clock;
use crate::core::sketch::Sketch;

/// Distinct events that are prepared for a phase. More than a row group of the database, so that their
/// repetition does not flatter the compression.
const POOL_EVENTS: usize = 200_000;

/// Pause after a refusal. Shorter than the server asks for: a refused bench has failed anyway.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// How requests are made.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Connections that send at the same time.
    pub connections: usize,
    /// Events in one request.
    pub events_per_request: usize,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// After this time.
    For(Duration),
    /// After this many events.
    Events(u64),
}

/// Which times the events carry.
#[derive(Clone, Copy, Debug)]
pub enum Dating {
    /// The time of sending.
    Now,
    /// The n-th event of the phase, whatever connection sends it, lies `n · span_ms / events` after `first_ms`.
    Spread {
        /// Time of the first event, in milliseconds since 1970.
        first_ms: i64,
        /// Milliseconds over which the events are spread.
        span_ms: u64,
        /// Events that are spread over them.
        events: u64,
    },
}

impl Dating {
    fn at_ms(self, now_ms: i64, number: u64) -> i64 {
        match self {
            Dating::Now => now_ms,
            Dating::Spread {
                first_ms,
                span_ms,
                events,
            } => {
                let offset = u128::from(number) * u128::from(span_ms) / u128::from(events.max(1));
                first_ms.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX))
            }
        }
    }
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Requests with an answer, refused ones left out.
    pub requests: u64,
    /// Events that the server says it has accepted.
    pub accepted: u64,
    /// Events in those requests that it has not accepted.
    pub rejected: u64,
    /// Requests that were refused with 429 or 503.
    pub refused: u64,
    /// Time from sending to the answer, in milliseconds.
    pub latency_ms: Sketch,
    /// The longest of them, exactly.
    pub latency_max_ms: f64,
    /// From the first sending to the last answer.
    pub elapsed: Duration,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.requests += other.requests;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.refused += other.refused;
        self.latency_ms.merge(&other.latency_ms);
        self.latency_max_ms = self.latency_max_ms.max(other.latency_max_ms);
    }

    /// Accepted events a second.
    pub fn events_per_s(&self) -> f64 {
        self.accepted as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// Answered requests a second.
    pub fn requests_per_s(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

/// The part of an answer that is counted.
#[derive(Deserialize)]
struct Accepted {
    accepted: u64,
}

/// Connections with their prepared bodies, ready to send as often as wanted.
pub struct Phase {
    senders: Vec<Sender>,
    dating: Dating,
    next_event: Cell<u64>,
}

struct Sender {
    connection: Connection,
    bodies: Vec<Body>,
    next_body: usize,
    stamp: Stamp,
}

impl Phase {
    /// Connects to `server` and prepares bodies from the mix of `seed`.
    ///
    /// # Errors
    /// If the server does not take the connections.
    pub async fn prepare(
        server: &ServerProcess,
        shape: Shape,
        dating: Dating,
        seed: u64,
    ) -> anyhow::Result<Phase> {
        let mut mix = EventMix::new(seed);
        let bodies_each = POOL_EVENTS.div_ceil(shape.events_per_request * shape.connections);
        let mut senders = Vec::with_capacity(shape.connections);
        for number in 0..shape.connections {
            let body = |_| match shape.events_per_request {
                1 => Body::single(&mut mix),
                count => Body::batch(&mut mix, count),
            };
            senders.push(Sender {
                bodies: (0..bodies_each).map(body).collect(),
                connection: Connection::open(server.address, &server.ingest_key).await?,
                next_body: 0,
                stamp: Stamp::new(seed.wrapping_mul(1 << 16).wrapping_add(number as u64)),
            });
        }
        Ok(Phase {
            senders,
            dating,
            next_event: Cell::new(0),
        })
    }

    /// Sends until `pace` is reached and all answers are there.
    ///
    /// # Errors
    /// If a connection breaks, or an answer is neither a success nor a refusal to be repeated.
    pub async fn run(&mut self, pace: Pace) -> anyhow::Result<Tally> {
        let began = Instant::now();
        let course = Course {
            until: match pace {
                Pace::For(time) => Some(began + time),
                Pace::Events(_) => None,
            },
            events_left: Cell::new(match pace {
                Pace::For(_) => u64::MAX,
                Pace::Events(events) => events,
            }),
            dating: self.dating,
            next_event: &self.next_event,
        };
        let tallies =
            try_join_all(self.senders.iter_mut().map(|sender| sender.send(&course))).await?;
        let mut sum = Tally {
            elapsed: began.elapsed(),
            ..Tally::default()
        };
        for tally in &tallies {
            sum.add(tally);
        }
        Ok(sum)
    }
}

/// What all connections of a run share.
struct Course<'a> {
    until: Option<Instant>,
    events_left: Cell<u64>,
    dating: Dating,
    next_event: &'a Cell<u64>,
}

impl Course<'_> {
    /// Takes `count` events; the number of the first. `None` when the run is over.
    fn take(&self, count: u64) -> Option<u64> {
        let is_over =
            self.until.is_some_and(|until| Instant::now() >= until) || self.events_left.get() == 0;
        if is_over {
            return None;
        }
        self.events_left
            .set(self.events_left.get().saturating_sub(count));
        Some(self.next_event.replace(self.next_event.get() + count))
    }
}

impl Sender {
    async fn send(&mut self, course: &Course<'_>) -> anyhow::Result<Tally> {
        let mut tally = Tally::default();
        let bodies = self.bodies.len();
        loop {
            let body = &mut self.bodies[self.next_body];
            let events = body.event_count() as u64;
            let Some(first) = course.take(events) else {
                return Ok(tally);
            };
            self.next_body = (self.next_body + 1) % bodies;
            let now_ms = Clock::System.now().as_millisecond();
            body.renew(&mut self.stamp, |number| {
                course.dating.at_ms(now_ms, first + number as u64)
            });

            let began = Instant::now();
            let answer = self.connection.post("/v1/events", body.json()).await?;
            let latency_ms = began.elapsed().as_secs_f64() * 1_000.0;
            match answer.status {
                200 => {
                    let answer: Accepted = serde_json::from_slice(answer.body)
                        .context("the answer names no number of `accepted` events")?;
                    tally.requests += 1;
                    tally.accepted += answer.accepted;
                    tally.rejected += events.saturating_sub(answer.accepted);
                    tally.latency_ms.add(latency_ms);
                    tally.latency_max_ms = tally.latency_max_ms.max(latency_ms);
                }
                429 | 503 => {
                    tally.refused += 1;
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
                status => bail!(
                    "events were answered with {status}: {}",
                    String::from_utf8_lossy(answer.body)
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_begins_and_ends_where_it_says() {
        let day = 86_400_000;
        let dating = Dating::Spread {
            first_ms: 1_000,
            span_ms: day,
            events: 5_000_000,
        };
        assert_eq!(dating.at_ms(7, 0), 1_000);
        assert_eq!(dating.at_ms(7, 2_500_000), 1_000 + 43_200_000); // half of a day
        assert_eq!(dating.at_ms(7, 4_999_999), 1_000 + 86_399_982); // 17.28 ms before its end, rounded down
        assert_eq!(Dating::Now.at_ms(7, 4_999_999), 7);
    }

    #[test]
    fn a_course_hands_out_every_number_once_and_then_ends() {
        let next_event = Cell::new(40);
        let course = |events| Course {
            until: None,
            events_left: Cell::new(events),
            dating: Dating::Now,
            next_event: &next_event,
        };
        let first = course(250);
        // The last request is sent whole.
        assert_eq!(
            [
                first.take(100),
                first.take(100),
                first.take(100),
                first.take(100)
            ],
            [Some(40), Some(140), Some(240), None]
        );
        assert_eq!(
            course(1).take(100),
            Some(340),
            "a later run goes on counting"
        );
    }

    #[test]
    fn rates_are_counts_over_the_time_that_passed() {
        let mut sum = Tally {
            elapsed: Duration::from_secs(4),
            ..Tally::default()
        };
        let mut one = Tally {
            requests: 10,
            accepted: 1_000,
            latency_max_ms: 3.0,
            ..Tally::default()
        };
        one.latency_ms.add(3.0);
        sum.add(&one);
        sum.add(&Tally {
            requests: 2,
            accepted: 200,
            refused: 1,
            rejected: 5,
            latency_max_ms: 2.0,
            ..one.clone()
        });
        assert_eq!(sum.events_per_s(), 300.0); // 1,200 in 4 s
        assert_eq!(sum.requests_per_s(), 3.0); // 12 in 4 s
        assert_eq!(
            (
                sum.refused,
                sum.rejected,
                sum.latency_max_ms,
                sum.latency_ms.len()
            ),
            (1, 5, 3.0, 2)
        );
    }
}
