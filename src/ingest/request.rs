//! Which request an AI call belongs to: what the application asked once is one request, each call to a provider for
//! it one attempt. [METRICS, section 4]
//!
//! Attempts share their request id. Without one they are the same person's calls for the same operation with the same
//! prompt, at most a minute after a failure. A success ends a request: a call under the same id after it is asked
//! anew, so that an agent that names its whole run does not look like one question tried fifty times. A number that
//! the client sends is believed. From memory alone, bounded, like sessions; knows no store, so what was asked before a
//! start is forgotten.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use quick_cache::unsync::Cache;

use crate::core::event::{Event, Outcome};

/// Requests remembered. At about 140 bytes each they are at most 5 MB.
const REQUESTS_MAX: usize = 32_768;
/// Parts with a lock each, so that workers seldom meet.
const SHARDS: usize = 16;
/// A call with the same prompt is a retry for this long after a failure, in microseconds.
const RETRY_US: i64 = 60 * 1_000_000;
/// Attempts whose ids are kept, so that an event sent twice is not two attempts. More attempts are rare.
const IDS_KEPT: usize = 4;

/// Kinds of calls that a part shares between its requests. A product has some dozen; beyond this many they are
/// collected anew.
const KINDS_MAX: usize = 256;

/// What the answered call was, for the ratings of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answered {
    provider: Option<String>,
    model: Option<String>,
    feature: Option<String>,
    operation: Option<String>,
}

impl Answered {
    fn of(event: &Event) -> Answered {
        Answered {
            provider: event.provider.clone(),
            model: event.model.clone(),
            feature: event.feature.clone(),
            operation: event.operation.clone(),
        }
    }

    fn is_of(&self, event: &Event) -> bool {
        self.provider == event.provider
            && self.model == event.model
            && self.feature == event.feature
            && self.operation == event.operation
    }
}

/// A request that may go on.
#[derive(Clone, Debug)]
struct Seen {
    attempts: i64,
    /// The latest attempts by a hash of their id, with their numbers.
    ids: [(u64, i64); IDS_KEPT],
    last: i64,
    has_succeeded: bool,
    /// The number in the name that was given to it, of those without a name of their own.
    given: u64,
    answered: Arc<Answered>,
}

/// The requests whose keys fall into one part.
struct Part {
    open: Cache<u64, Seen>,
    /// Thousands of calls are of the same few kinds: each stands once.
    kinds: HashMap<u64, Arc<Answered>, foldhash::fast::RandomState>,
}

impl Part {
    fn new() -> Part {
        Part {
            open: Cache::new(REQUESTS_MAX / SHARDS),
            kinds: HashMap::default(),
        }
    }

    /// What the call was; `hash` is of that.
    fn answered(&mut self, event: &Event, hash: u64) -> Arc<Answered> {
        if let Some(known) = self.kinds.get(&hash).filter(|kind| kind.is_of(event)) {
            return Arc::clone(known);
        }
        if self.kinds.len() >= KINDS_MAX {
            self.kinds.clear();
        }
        let answered = Arc::new(Answered::of(event));
        self.kinds.insert(hash, Arc::clone(&answered));
        answered
    }
}

/// The requests of the last while.
pub struct Requests {
    parts: Vec<Mutex<Part>>,
    hasher: foldhash::fast::RandomState,
}

impl Default for Requests {
    fn default() -> Requests {
        Requests {
            parts: (0..SHARDS).map(|_| Mutex::new(Part::new())).collect(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }
}

impl Requests {
    /// A number for a prompt, which cannot be turned back and means nothing to another process.
    pub fn prompt(&self, text: &str) -> u64 {
        self.hash(text) | 1
    }

    /// Joins a call to its request: gives it the number of its attempt, and an id where a prompt joins it.
    /// `prompt` is from [`Requests::prompt`], 0 without any.
    pub fn join_call(&self, event: &mut Event, prompt: u64) {
        if event.attempt.is_some() && event.request_id.is_none() {
            return;
        }
        let key = match (
            &event.request_id,
            event.user_id.as_deref().or(event.anonymous_id.as_deref()),
        ) {
            (Some(id), _) => self.hash((event.project, id.as_str())),
            (None, Some(person)) if prompt != 0 => {
                self.hash((event.project, person, event.operation.as_deref(), prompt))
            }
            (None, _) => return,
        };
        let is_named = event.request_id.is_some();
        let id = self.hash(event.id());
        let mut part = self.part(key);
        let open = part.open.get(&key).cloned();
        let sent_before = open
            .as_ref()
            .and_then(|seen| seen.ids.iter().find(|(held, _)| *held == id).copied());
        let goes_on = open.filter(|seen| {
            sent_before.is_some()
                || !seen.has_succeeded
                    && (is_named || (0..=RETRY_US).contains(&(event.occurred_at - seen.last)))
        });
        let mut seen = goes_on.unwrap_or(Seen {
            attempts: 0,
            ids: [(0, 0); IDS_KEPT],
            last: event.occurred_at,
            has_succeeded: false,
            given: id | 1,
            answered: Arc::default(),
        });
        let number = match (event.attempt, sent_before) {
            (Some(given), _) => given,
            (None, Some((_, number))) => number,
            (None, None) => seen.attempts + 1,
        };
        event.attempt = Some(number);
        if !is_named {
            event.request_id = Some(format!("r_{:016x}", seen.given));
        }
        if sent_before.is_none() {
            seen.ids.rotate_right(1);
            seen.ids[0] = (id, number);
            seen.attempts = seen.attempts.max(number);
            seen.last = seen.last.max(event.occurred_at);
            seen.has_succeeded = event.outcome() == Outcome::Success;
            seen.answered = part.answered(event, self.kind(event));
        }
        part.open.insert(key, seen);
        drop(part);
        if !is_named {
            self.remember_name(event);
        }
    }

    /// Tells a rating, or any other event that names a request, which answer it is about.
    pub fn join_feedback(&self, event: &mut Event) {
        let Some(id) = &event.request_id else {
            return;
        };
        let key = self.hash((event.project, id.as_str()));
        let Some(answered) = self
            .part(key)
            .open
            .get(&key)
            .map(|seen| Arc::clone(&seen.answered))
        else {
            return;
        };
        let fill = |own: &mut Option<String>, of_call: &Option<String>| {
            if own.is_none() {
                own.clone_from(of_call);
            }
        };
        fill(&mut event.provider, &answered.provider);
        fill(&mut event.model, &answered.model);
        fill(&mut event.feature, &answered.feature);
        fill(&mut event.operation, &answered.operation);
    }

    /// Takes back attempts that could not be kept: the sender will send them again, perhaps under other ids.
    pub fn forget(&self, project: u32, request_id: &str, id: u128) {
        let key = self.hash((project, request_id));
        let id = self.hash(id);
        let mut part = self.part(key);
        let is_last = part.open.get(&key).is_some_and(|seen| seen.ids[0].0 == id);
        if is_last {
            part.open.remove(&key);
        }
    }

    /// A request that we named is also found by its name, for ratings that repeat it.
    fn remember_name(&self, event: &Event) {
        let Some(name) = &event.request_id else {
            return;
        };
        let key = self.hash((event.project, name.as_str()));
        let mut part = self.part(key);
        let answered = part.answered(event, self.kind(event));
        let seen = Seen {
            attempts: event.attempt.unwrap_or(1),
            ids: [(0, 0); IDS_KEPT],
            last: event.occurred_at,
            has_succeeded: event.outcome() == Outcome::Success,
            given: 0,
            answered,
        };
        part.open.insert(key, seen);
    }

    fn part(&self, key: u64) -> MutexGuard<'_, Part> {
        self.parts[(key % SHARDS as u64) as usize].lock()
    }

    /// A number for what a call was.
    fn kind(&self, event: &Event) -> u64 {
        self.hash((
            &event.provider,
            &event.model,
            &event.feature,
            &event.operation,
        ))
    }

    fn hash(&self, value: impl std::hash::Hash) -> u64 {
        std::hash::BuildHasher::hash_one(&self.hasher, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// A call of ana at this second, with its own event id.
    fn call(second: i64, status: &str) -> Event {
        let mut event = Event {
            project: 1,
            kind: "response_received".into(),
            user_id: Some("ana".into()),
            provider: Some("openai".into()),
            model: Some("gpt-4o-mini".into()),
            operation: Some("chat".into()),
            status: Some(status.into()),
            occurred_at: second * SECOND,
            ..Event::default()
        };
        event.set_id(second as u128 + 1);
        event
    }

    fn named(second: i64, status: &str) -> Event {
        Event {
            request_id: Some("q1".into()),
            ..call(second, status)
        }
    }

    fn joined(requests: &Requests, mut event: Event, prompt: u64) -> Event {
        requests.join_call(&mut event, prompt);
        event
    }

    #[test]
    fn attempts_under_one_request_id_are_numbered_until_one_succeeds() {
        let requests = Requests::default();
        let number = |second, status| joined(&requests, named(second, status), 0).attempt;
        assert_eq!(number(0, "error"), Some(1));
        assert_eq!(number(500, "error"), Some(2), "an id says it, however late");
        assert_eq!(number(501, "ok"), Some(3));
        assert_eq!(number(502, "ok"), Some(1), "asked anew under the same id");
    }

    #[test]
    fn a_fallback_to_another_provider_is_one_more_attempt() {
        let requests = Requests::default();
        joined(&requests, named(0, "error"), 0);
        let fallback = Event {
            provider: Some("anthropic".into()),
            ..named(1, "ok")
        };
        assert_eq!(joined(&requests, fallback, 0).attempt, Some(2));
    }

    #[test]
    fn without_an_id_the_same_prompt_within_a_minute_of_a_failure_is_a_retry() {
        let requests = Requests::default();
        let prompt = requests.prompt("why is the sky blue?");
        let first = joined(&requests, call(0, "error"), prompt);
        let second = joined(&requests, call(60, "error"), prompt);
        let third = joined(&requests, call(100, "ok"), prompt);
        let numbers = [&first, &second, &third].map(|event| event.attempt);
        assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
        assert!(first.request_id.is_some() && first.request_id == third.request_id);

        let asked_again = joined(&requests, call(101, "ok"), prompt);
        assert_eq!(asked_again.attempt, Some(1), "nothing failed before it");
        assert_ne!(asked_again.request_id, third.request_id);
    }

    #[test]
    fn a_minute_and_a_second_later_or_by_another_person_it_is_another_request() {
        let requests = Requests::default();
        let prompt = requests.prompt("why is the sky blue?");
        joined(&requests, call(0, "error"), prompt);
        let bo = Event {
            user_id: Some("bo".into()),
            ..call(5, "ok")
        };
        assert_eq!(joined(&requests, bo, prompt).attempt, Some(1));
        let other = requests.prompt("why is it red?");
        assert_eq!(joined(&requests, call(6, "ok"), other).attempt, Some(1));
        assert_eq!(joined(&requests, call(61, "ok"), prompt).attempt, Some(1));
    }

    #[test]
    fn nobody_and_no_prompt_are_left_as_they_came() {
        let requests = Requests::default();
        let nobody = Event {
            user_id: None,
            ..call(0, "error")
        };
        let prompt = requests.prompt("x");
        assert_eq!(joined(&requests, nobody.clone(), prompt), nobody);
        assert_eq!(joined(&requests, call(1, "error"), 0), call(1, "error"));
    }

    #[test]
    fn a_number_that_the_client_sends_is_believed_and_counted_on_from() {
        let requests = Requests::default();
        let second = Event {
            attempt: Some(2),
            ..named(0, "error")
        };
        assert_eq!(joined(&requests, second, 0).attempt, Some(2));
        assert_eq!(joined(&requests, named(1, "ok"), 0).attempt, Some(3));
    }

    #[test]
    fn an_event_sent_twice_is_one_attempt() {
        let requests = Requests::default();
        for _ in 0..3 {
            assert_eq!(joined(&requests, named(0, "error"), 0).attempt, Some(1));
        }
        assert_eq!(joined(&requests, named(1, "ok"), 0).attempt, Some(2));
        assert_eq!(joined(&requests, named(1, "ok"), 0).attempt, Some(2));
    }

    #[test]
    fn what_could_not_be_kept_is_not_an_attempt() {
        let requests = Requests::default();
        let lost = joined(&requests, named(0, "error"), 0);
        requests.forget(1, "q1", lost.id());
        let mut again = named(0, "error");
        again.set_id(77);
        assert_eq!(joined(&requests, again, 0).attempt, Some(1));
    }

    #[test]
    fn a_rating_that_names_its_request_is_about_the_answer() {
        let requests = Requests::default();
        joined(&requests, named(0, "error"), 0);
        let fallback = Event {
            provider: Some("anthropic".into()),
            model: Some("claude".into()),
            feature: Some("search".into()),
            ..named(1, "ok")
        };
        joined(&requests, fallback, 0);
        let mut rating = Event {
            project: 1,
            kind: "feedback".into(),
            request_id: Some("q1".into()),
            rating: Some(5.0),
            feature: Some("own".into()),
            ..Event::default()
        };
        let mut elsewhere = Event {
            project: 2,
            ..rating.clone()
        };

        requests.join_feedback(&mut rating);
        requests.join_feedback(&mut elsewhere);

        assert_eq!(rating.provider.as_deref(), Some("anthropic"));
        assert_eq!(rating.model.as_deref(), Some("claude"));
        assert_eq!(rating.feature.as_deref(), Some("own"), "what it says wins");
        assert_eq!(rating.attempt, None);
        assert_eq!(elsewhere.model, None, "another project's request");
    }
}
