//! Batches to the server: one request each, repeated until it is answered.
//!
//! Repeating is harmless, as every event has its id. Does not know files or rows.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;

use crate::core::code::Code;
use crate::import::progress::Progress;

/// Longest pause between two tries, also if the server asks for more.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Pauses of one batch together after which it is given up. A server that restarts is back much sooner.
const PAUSES_MAX: Duration = Duration::from_secs(600);

/// Longest time for one answer.
const ANSWER_MAX: Duration = Duration::from_secs(120);

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Outcome {
    /// Events that are new.
    pub accepted: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Events that the server does not keep.
    pub rejected: u64,
    /// Why, for some of them.
    #[serde(default)]
    pub errors: Vec<OutcomeError>,
}

/// Why one event was not kept.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct OutcomeError {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// The code of the reason.
    pub code: String,
    /// What exactly is wrong.
    pub message: String,
}

impl Outcome {
    /// What a dry run assumes.
    pub fn would_accept(events: usize) -> Outcome {
        Outcome {
            accepted: events as u64,
            ..Outcome::default()
        }
    }

    fn add(&mut self, part: Outcome, start: usize) {
        self.accepted += part.accepted;
        self.duplicates += part.duplicates;
        self.rejected += part.rejected;
        let errors = part.errors.into_iter();
        self.errors.extend(errors.map(|error| OutcomeError {
            index: start + error.index,
            ..error
        }));
    }
}

/// A connection to one server with one key.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    url: String,
    key: String,
    /// The first pause after a failed connection; each further one is twice as long.
    first_pause: Duration,
}

/// What one try came to.
enum Try {
    Done(Outcome),
    TooLarge(String),
    Again {
        pause: Option<Duration>,
        reason: String,
    },
}

impl Sender {
    /// A sender to the server at `url`.
    ///
    /// # Errors
    /// If the address is not one of HTTP.
    pub fn new(url: &str, key: &str) -> anyhow::Result<Sender> {
        let url = url.trim_end_matches('/');
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("`{url}` is not the address of a server; it must begin with http:// or https://");
        }
        let client = Client::builder()
            .timeout(ANSWER_MAX)
            .build()
            .context("cannot prepare the connection")?;
        let first_pause = Duration::from_millis(500);
        Ok(Sender {
            client,
            url: format!("{url}/v1/events"),
            key: key.to_owned(),
            first_pause,
        })
    }

    /// The same sender with another first pause, so that a test need not wait.
    #[cfg(test)]
    pub fn with_first_pause(self, first_pause: Duration) -> Sender {
        Sender {
            first_pause,
            ..self
        }
    }

    /// Sends the events and waits for the answer. A batch that is too large for the server goes in halves.
    ///
    /// # Errors
    /// If the server refuses the request, or is not reached for ten minutes.
    pub async fn send(&self, events: &[String], progress: &Progress) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut parts = vec![(0, events.len())];
        while let Some((start, end)) = parts.pop() {
            if start == end {
                continue;
            }
            match self.send_part(&events[start..end], progress).await? {
                Ok(answer) => outcome.add(answer, start),
                Err(message) if end - start == 1 => {
                    let code = Code::BodyTooLarge.id().to_owned();
                    let errors = vec![OutcomeError {
                        index: 0,
                        code,
                        message,
                    }];
                    outcome.add(
                        Outcome {
                            rejected: 1,
                            errors,
                            ..Outcome::default()
                        },
                        start,
                    );
                }
                Err(_) => {
                    let middle = start + (end - start) / 2;
                    parts.extend([(middle, end), (start, middle)]);
                }
            }
        }
        Ok(outcome)
    }

    /// `Err` holds the server's message if the part is too large.
    async fn send_part(
        &self,
        events: &[String],
        progress: &Progress,
    ) -> anyhow::Result<Result<Outcome, String>> {
        let body = format!("[{}]", events.join(","));
        let mut pause = self.first_pause;
        let mut paused = Duration::ZERO;
        loop {
            let (wait, reason) = match self.try_once(&body).await? {
                Try::Done(outcome) => return Ok(Ok(outcome)),
                Try::TooLarge(message) => return Ok(Err(message)),
                Try::Again {
                    pause: Some(asked),
                    reason,
                } => (asked.min(PAUSE_MAX), reason),
                Try::Again {
                    pause: None,
                    reason,
                } => {
                    let wait = pause;
                    pause = (pause * 2).min(PAUSE_MAX);
                    (wait, reason)
                }
            };
            // A pause of nothing still counts, so that the loop ends.
            paused += wait.max(Duration::from_millis(100));
            if paused > PAUSES_MAX {
                bail!(
                    "{} did not take the events for {} s: {reason}",
                    self.url,
                    PAUSES_MAX.as_secs()
                );
            }
            progress.waiting(&format!("waiting {} s: {reason}", wait.as_secs()));
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_once(&self, body: &str) -> anyhow::Result<Try> {
        let request = self
            .client
            .post(&self.url)
            .header(AUTHORIZATION, format!("Bearer {}", self.key));
        let sent = request
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_owned())
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) if error.is_builder() => {
                return Err(error).with_context(|| format!("cannot use {}", self.url));
            }
            Err(error) => {
                return Ok(Try::Again {
                    pause: None,
                    reason: causes(&error),
                });
            }
        };
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
            let pause = retry_after(&response);
            return Ok(Try::Again {
                pause,
                reason: problem(response).await,
            });
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return Ok(Try::TooLarge(problem(response).await));
        }
        // A proxy says so while the server behind it restarts.
        if status == StatusCode::BAD_GATEWAY || status == StatusCode::GATEWAY_TIMEOUT {
            return Ok(Try::Again {
                pause: None,
                reason: format!("the proxy answers {status}"),
            });
        }
        if !status.is_success() {
            bail!(
                "{} refused the events: {}",
                self.url,
                problem(response).await
            );
        }
        let answer = match response.bytes().await {
            Ok(answer) => answer,
            Err(error) => {
                return Ok(Try::Again {
                    pause: None,
                    reason: causes(&error),
                });
            }
        };
        let outcome = serde_json::from_slice(&answer);
        Ok(Try::Done(outcome.with_context(|| {
            format!("{} answered something else than analytics does", self.url)
        })?))
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// What a refusal says for people.
async fn problem(response: Response) -> String {
    #[derive(Deserialize)]
    struct Problem {
        title: String,
        #[serde(default)]
        detail: String,
    }
    let status = response.status();
    let body = response.bytes().await.unwrap_or_default();
    match serde_json::from_slice::<Problem>(&body) {
        Ok(Problem { title, detail }) if detail.is_empty() => format!("{status}: {title}"),
        Ok(Problem { title, detail }) => format!("{status}: {title} {detail}"),
        Err(_) => status.to_string(),
    }
}

/// An error with what is behind it; the outermost text of a connection error says little.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
