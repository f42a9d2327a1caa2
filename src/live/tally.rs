//! Counts of one stretch of time, what follows from them, and the same by provider.
//!
//! Tallies of neighbouring stretches add up, so every longer window is a sum; a rate is taken from the sum
//! and never averaged.

use crate::core::event::{Event, Outcome};

/// Providers told apart in one stretch; further ones count as [`OTHER`]. Names come from clients, so they
/// need a bound; more than this no chart can tell apart either.
const PROVIDERS_MAX: usize = 24;
/// Stands for the providers beyond [`PROVIDERS_MAX`].
pub const OTHER: &str = "other";
/// Stands for calls that name a model and no provider.
pub const UNKNOWN: &str = "unknown";

/// Requests, calls and tokens of one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Requests that were asked.
    pub queries: u64,
    /// First attempts that came to an end.
    pub answers: u64,
    /// Calls that were not cancelled.
    pub valid: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Successful calls that told how long they took.
    pub latencies: u64,
    /// Milliseconds of those together.
    pub latency_sum: f64,
    /// Tokens in and out.
    pub tokens: i64,
}

impl Tally {
    /// What one event counts.
    pub fn of(event: &Event) -> Tally {
        let mut tally = Tally {
            queries: u64::from(event.kind == "query_sent"),
            ..Tally::default()
        };
        if !event.is_call() {
            return tally;
        }
        tally.answers = u64::from(event.attempt.unwrap_or(1) <= 1);
        tally.tokens = event
            .input_tokens
            .unwrap_or(0)
            .saturating_add(event.output_tokens.unwrap_or(0));
        match event.outcome() {
            Outcome::Cancelled => return tally,
            Outcome::Failure => tally.failures = 1,
            Outcome::Success => {
                tally.latencies = u64::from(event.latency_ms.is_some());
                tally.latency_sum = event.latency_ms.unwrap_or(0.0);
            }
        }
        tally.valid = 1;
        tally
    }

    /// Adds the counts of another stretch.
    pub fn add(&mut self, other: &Tally) {
        self.queries += other.queries;
        self.answers += other.answers;
        self.valid += other.valid;
        self.failures += other.failures;
        self.latencies += other.latencies;
        self.latency_sum += other.latency_sum;
        self.tokens = self.tokens.saturating_add(other.tokens);
    }

    /// A request shows as its question, as its answer, or as both: the larger count is the number of requests.
    pub fn requests(&self) -> u64 {
        self.queries.max(self.answers)
    }

    /// Mean latency of successful calls in milliseconds; `None` without one.
    pub fn avg_latency_ms(&self) -> Option<f64> {
        (self.latencies > 0).then(|| self.latency_sum / self.latencies as f64)
    }

    /// Failed share of the calls that were not cancelled, 0.0 to 1.0; `None` without one.
    pub fn error_rate(&self) -> Option<f64> {
        (self.valid > 0).then(|| self.failures as f64 / self.valid as f64)
    }
}

/// Tallies of model calls by provider, of at most [`PROVIDERS_MAX`] of them and [`OTHER`].
#[derive(Clone, Debug, Default)]
pub struct ByProvider {
    rows: Vec<(String, Tally)>,
}

impl ByProvider {
    /// Adds what one event counts, if it is a call.
    pub fn count(&mut self, event: &Event, tally: &Tally) {
        if event.is_call() {
            self.add(event.provider.as_deref().unwrap_or(UNKNOWN), tally);
        }
    }

    /// Adds the counts of one provider.
    pub fn add(&mut self, provider: &str, tally: &Tally) {
        let place = |name: &str| self.rows.iter().position(|(known, _)| known == name);
        let is_full = self.rows.len() >= PROVIDERS_MAX;
        let found = place(provider).or_else(|| is_full.then(|| place(OTHER)).flatten());
        match found {
            Some(row) => self.rows[row].1.add(tally),
            None => {
                let name = if is_full { OTHER } else { provider };
                self.rows.push((name.to_owned(), *tally));
            }
        }
    }

    /// Adds the counts of another stretch.
    pub fn merge(&mut self, other: &ByProvider) {
        for (provider, tally) in &other.rows {
            self.add(provider, tally);
        }
    }

    /// Providers and their counts, the one with the most calls first.
    pub fn ranked(mut self) -> Vec<(String, Tally)> {
        self.rows
            .sort_by(|a, b| b.1.answers.cmp(&a.1.answers).then_with(|| a.0.cmp(&b.0)));
        self.rows
    }

    /// Providers and their counts, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tally)> {
        self.rows.iter().map(|(name, tally)| (name.as_str(), tally))
    }

    /// Forgets everything and gives the memory back.
    pub fn clear(&mut self) {
        self.rows = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(status: Option<&str>, latency_ms: f64) -> Event {
        Event {
            kind: "response_received".into(),
            provider: Some("openai".into()),
            status: status.map(str::to_owned),
            input_tokens: Some(100),
            output_tokens: Some(20),
            latency_ms: Some(latency_ms),
            ..Event::default()
        }
    }

    fn sum(events: &[Event]) -> Tally {
        let mut sum = Tally::default();
        for event in events {
            sum.add(&Tally::of(event));
        }
        sum
    }

    #[test]
    fn failures_have_no_latency_and_cancelled_calls_count_neither_way() {
        let sum = sum(&[
            call(None, 500.0),
            call(Some("ok"), 1500.0),
            call(Some("error"), 9000.0),
            call(Some("cancelled"), 9000.0),
        ]);

        assert_eq!(sum.avg_latency_ms(), Some(1000.0), "(500 + 1500) / 2");
        assert_eq!(sum.error_rate(), Some(1.0 / 3.0), "1 of 3 valid");
        assert_eq!(sum.tokens, 480, "4 × 120: all of them used tokens");
    }

    #[test]
    fn a_request_counts_once_whether_asked_answered_or_both() {
        let asked = Event {
            kind: "query_sent".into(),
            ..Event::default()
        };
        let again = Event {
            attempt: Some(2),
            ..call(None, 1.0)
        };

        assert_eq!(sum(&[asked.clone(), call(None, 1.0), again]).requests(), 1);
        assert_eq!(sum(&[asked.clone(), asked]).requests(), 2);
    }

    #[test]
    fn what_is_no_call_has_no_latency_no_errors_and_no_tokens() {
        let view = Event {
            kind: "page_view".into(),
            provider: None,
            ..call(Some("error"), 500.0)
        };
        let nothing = Tally::default();
        assert_eq!(Tally::of(&view), nothing);
        assert_eq!(
            (nothing.avg_latency_ms(), nothing.error_rate()),
            (None, None)
        );
    }

    #[test]
    fn providers_beyond_the_bound_are_counted_together() {
        let one = Tally {
            answers: 1,
            ..Tally::default()
        };
        let mut providers = ByProvider::default();
        for number in 0..PROVIDERS_MAX + 10 {
            providers.add(&format!("p{number:02}"), &one);
        }
        providers.add("p00", &one);

        let ranked = providers.ranked();

        assert_eq!(ranked.len(), PROVIDERS_MAX + 1);
        assert_eq!((&*ranked[0].0, ranked[0].1.answers), (OTHER, 10));
        assert_eq!((&*ranked[1].0, ranked[1].1.answers), ("p00", 2));
    }
}
