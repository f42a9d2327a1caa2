//! The sliding windows of one project, from which its live figures are read.
//!
//! Definitions: requests in the last full 60 seconds; people, latency and errors of the last 5 minutes;
//! sums since local midnight; and 60 minutes of each for the small charts. Pure: time is an argument.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};

use crate::core::event::{Event, Outcome};
use crate::core::period;
use crate::core::sketch::Sketch;

/// Seconds of the figures that look back five minutes.
const RECENT_S: i64 = 300;
/// Minutes of the small charts.
pub const CHART_MINUTES: usize = 60;
/// People remembered for "active now". At 24 bytes each this is 12 MB; beyond it the figure is "at least".
const PEOPLE_MAX: usize = 500_000;

/// Counts of one stretch of time.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// Which second or minute since 1970 this is.
    stamp: i64,
    queries: u64,
    answers: u64,
    valid: u64,
    failures: u64,
    latencies: u64,
    latency_sum: f64,
    latency: Sketch,
    tokens: i64,
    revenue: i64,
    active: u64,
    providers: HashMap<String, u64>,
}

impl Slot {
    /// A request shows as its question, as its answer, or as both: the larger count is the number of requests.
    fn requests(&self) -> u64 {
        self.queries.max(self.answers)
    }
}

/// The live figures of one project. `None` where there is nothing to divide by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Distinct people and visitors in the last 5 minutes.
    pub active_users_now: u64,
    /// Requests in the last full 60 seconds.
    pub queries_per_minute: u64,
    /// Tokens in and out since local midnight.
    pub tokens_consumed_today: i64,
    /// Payments since local midnight in the project's currency, in ten-thousandths.
    pub revenue_today: i64,
    /// Mean latency of successful calls of the last 5 minutes, in milliseconds.
    pub avg_latency_ms: Option<f64>,
    /// 95th percentile of the same, within 1 %.
    pub p95_latency_ms: Option<f64>,
    /// Failed share of the calls of the last 5 minutes, 0.0 to 1.0.
    pub error_rate: Option<f64>,
    /// Calls of the last full 60 seconds by provider, largest first.
    pub providers: Vec<(String, u64)>,
}

/// One point of the small charts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MinutePoint {
    /// People active in the minute.
    pub active: u64,
    /// Requests.
    pub requests: u64,
    /// Tokens.
    pub tokens: i64,
    /// Payments in ten-thousandths.
    pub revenue: i64,
    /// Mean latency in milliseconds.
    pub avg_latency_ms: Option<f64>,
    /// Failed share of calls.
    pub error_rate: Option<f64>,
}

/// What the store adds for the past that is not replayed event by event.
#[derive(Clone, Debug, Default)]
pub struct PastMinute {
    /// Minute since 1970.
    pub minute: i64,
    /// Values of that minute.
    pub queries: u64,
    /// Answers to requests.
    pub answers: u64,
    /// Calls that were not cancelled.
    pub valid: u64,
    /// Failed calls.
    pub failures: u64,
    /// Successful calls with a latency.
    pub latencies: u64,
    /// Sum of their latencies.
    pub latency_sum: f64,
    /// Tokens in and out.
    pub tokens: i64,
    /// Payments in ten-thousandths.
    pub revenue: i64,
    /// Distinct people.
    pub active: u64,
}

/// The windows of one project.
pub struct Window {
    zone: TimeZone,
    currency: String,
    seconds: Vec<Slot>,
    minutes: Vec<Slot>,
    people: HashMap<u64, i64>,
    minute_people: HashSet<u64>,
    minute_now: i64,
    hasher: RandomState,
    day_start: i64,
    day_end: i64,
    tokens_today: i64,
    revenue_today: i64,
    feed: VecDeque<Event>,
    feed_max: usize,
    changes: u64,
}

impl Window {
    /// An empty window at `now`.
    pub fn new(zone: TimeZone, currency: String, feed_max: usize, now: Timestamp) -> Window {
        let mut window = Window {
            zone,
            currency,
            seconds: vec![Slot::default(); RECENT_S as usize + 1],
            minutes: vec![Slot::default(); CHART_MINUTES + 1],
            people: HashMap::new(),
            minute_people: HashSet::new(),
            minute_now: 0,
            hasher: RandomState::new(),
            day_start: 0,
            day_end: 0,
            tokens_today: 0,
            revenue_today: 0,
            feed: VecDeque::new(),
            feed_max,
            changes: 0,
        };
        window.turn_day(now);
        window
    }

    /// Takes over a changed zone or currency. The day's sums are then to be set anew.
    pub fn configure(&mut self, zone: TimeZone, currency: String, now: Timestamp) -> bool {
        if self.zone == zone && self.currency == currency {
            return false;
        }
        self.zone = zone;
        self.currency = currency;
        self.day_end = 0;
        self.turn_day(now);
        true
    }

    /// Today between its local midnights, in microseconds.
    pub fn day(&self) -> Range<i64> {
        self.day_start..self.day_end
    }

    /// Sets today's sums, as read from the store.
    pub fn set_today(&mut self, tokens: i64, revenue: i64) {
        self.tokens_today = tokens;
        self.revenue_today = revenue;
    }

    /// Adds an event to every window it falls into.
    pub fn add(&mut self, event: Event, now: Timestamp) {
        self.turn_day(now);
        let tokens = tokens_of(&event);
        let revenue = self.revenue_of(&event);
        if (self.day_start..self.day_end).contains(&event.occurred_at) {
            self.tokens_today = self.tokens_today.saturating_add(tokens);
            self.revenue_today = self.revenue_today.saturating_add(revenue);
        }
        self.add_recent(event, now);
    }

    /// Adds an event to the windows of the last hour and to the feed, but not to today's sums.
    pub fn add_recent(&mut self, event: Event, now: Timestamp) {
        self.changes += 1;
        let now_us = now.as_microsecond();
        // A clock that is a little ahead must not put an event into a second that is read only later.
        let at = event.occurred_at.min(now_us);
        if at > now_us - CHART_MINUTES as i64 * 60_000_000 {
            let minute = at.div_euclid(60_000_000);
            self.see_person(&event, at, minute, now_us);
            let tokens = tokens_of(&event);
            let revenue = self.revenue_of(&event);
            count(
                slot(&mut self.minutes, minute),
                &event,
                tokens,
                revenue,
                false,
            );
            if at > now_us - RECENT_S * 1_000_000 {
                count(
                    slot(&mut self.seconds, at.div_euclid(1_000_000)),
                    &event,
                    tokens,
                    revenue,
                    true,
                );
            }
        }
        self.push_feed(event);
    }

    /// Adds a minute as the store has summed it up.
    pub fn add_past(&mut self, past: &PastMinute) {
        let slot = slot(&mut self.minutes, past.minute);
        slot.queries += past.queries;
        slot.answers += past.answers;
        slot.valid += past.valid;
        slot.failures += past.failures;
        slot.latencies += past.latencies;
        slot.latency_sum += past.latency_sum;
        slot.tokens = slot.tokens.saturating_add(past.tokens);
        slot.revenue = slot.revenue.saturating_add(past.revenue);
        slot.active = slot.active.max(past.active);
    }

    /// Puts an event on top of the feed.
    pub fn push_feed(&mut self, event: Event) {
        if self.feed.len() >= self.feed_max {
            self.feed.pop_back();
        }
        self.feed.push_front(event);
    }

    /// The figures at `now`.
    pub fn figures(&mut self, now: Timestamp) -> Figures {
        self.turn_day(now);
        let second = now.as_microsecond().div_euclid(1_000_000);
        let now_us = now.as_microsecond();
        // Nobody is seen later than now, unless the clock was set back since: a little is not told from now.
        self.people
            .retain(|_, seen| (now_us - *seen).abs() < RECENT_S * 1_000_000);
        let (mut valid, mut failures, mut latencies, mut latency_sum) = (0, 0, 0, 0.0);
        let mut latency = Sketch::default();
        let mut minute = Slot::default();
        for slot in &self.seconds {
            let age = second - slot.stamp;
            if (0..RECENT_S).contains(&age) {
                valid += slot.valid;
                failures += slot.failures;
                latencies += slot.latencies;
                latency_sum += slot.latency_sum;
                latency.merge(&slot.latency);
            }
            if (1..=60).contains(&age) {
                minute.queries += slot.queries;
                minute.answers += slot.answers;
                for (provider, calls) in &slot.providers {
                    *minute.providers.entry(provider.clone()).or_default() += calls;
                }
            }
        }
        let mut providers: Vec<(String, u64)> = minute.providers.drain().collect();
        providers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Figures {
            active_users_now: self.people.len() as u64,
            queries_per_minute: minute.requests(),
            tokens_consumed_today: self.tokens_today,
            revenue_today: self.revenue_today,
            avg_latency_ms: (latencies > 0).then(|| latency_sum / latencies as f64),
            p95_latency_ms: latency.quantile(0.95),
            error_rate: (valid > 0).then(|| failures as f64 / valid as f64),
            providers,
        }
    }

    /// The last 60 minutes, oldest first, the present one last.
    pub fn chart(&self, now: Timestamp) -> Vec<MinutePoint> {
        let minute_now = now.as_microsecond().div_euclid(60_000_000);
        let first = minute_now - CHART_MINUTES as i64 + 1;
        let mut points = vec![MinutePoint::default(); CHART_MINUTES];
        for slot in &self.minutes {
            if let Ok(index @ 0..CHART_MINUTES) = usize::try_from(slot.stamp - first) {
                points[index] = MinutePoint {
                    active: slot.active,
                    requests: slot.requests(),
                    tokens: slot.tokens,
                    revenue: slot.revenue,
                    avg_latency_ms: (slot.latencies > 0)
                        .then(|| slot.latency_sum / slot.latencies as f64),
                    error_rate: (slot.valid > 0).then(|| slot.failures as f64 / slot.valid as f64),
                };
            }
        }
        points
    }

    /// The latest events, newest first.
    pub fn feed(&self) -> impl Iterator<Item = &Event> {
        self.feed.iter()
    }

    /// A number that rises with every event, so that a reader can tell what it has shown.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    fn see_person(&mut self, event: &Event, at: i64, minute: i64, now_us: i64) {
        let Some(person) = self.person_of(event) else {
            return;
        };
        if at > now_us - RECENT_S * 1_000_000
            && (self.people.len() < PEOPLE_MAX || self.people.contains_key(&person))
        {
            let seen = self.people.entry(person).or_insert(at);
            *seen = if *seen > now_us { at } else { at.max(*seen) };
        }
        let is_clock_back = now_us.div_euclid(60_000_000) < self.minute_now;
        if minute > self.minute_now || is_clock_back {
            self.minute_now = minute;
            self.minute_people.clear();
        }
        // A late event of an earlier minute cannot be told apart from people counted there already.
        if minute == self.minute_now
            && self.minute_people.len() < PEOPLE_MAX
            && self.minute_people.insert(person)
        {
            slot(&mut self.minutes, minute).active += 1;
        }
    }

    fn person_of(&self, event: &Event) -> Option<u64> {
        if let Some(name) = event.user_id.as_deref().or(event.anonymous_id.as_deref()) {
            return Some(self.hasher.hash_one(name));
        }
        event.visitor.map(|visitor| self.hasher.hash_one(visitor))
    }

    fn revenue_of(&self, event: &Event) -> i64 {
        let paid = event.kind == "payment_completed"
            && event.currency.as_deref() == Some(self.currency.as_str());
        if paid { event.amount.unwrap_or(0) } else { 0 }
    }

    fn turn_day(&mut self, now: Timestamp) {
        if (self.day_start..self.day_end).contains(&now.as_microsecond()) {
            return;
        }
        let start = period::day_start(now, &self.zone);
        let local = start.to_zoned(self.zone.clone());
        let end = local
            .tomorrow()
            .and_then(|next| next.start_of_day())
            .map_or(i64::MAX, |t| t.timestamp().as_microsecond());
        self.day_start = start.as_microsecond();
        self.day_end = end;
        self.tokens_today = 0;
        self.revenue_today = 0;
    }
}

fn tokens_of(event: &Event) -> i64 {
    if event.is_call() {
        event
            .input_tokens
            .unwrap_or(0)
            .saturating_add(event.output_tokens.unwrap_or(0))
    } else {
        0
    }
}

/// The slot of `stamp`, emptied if it held an older one.
fn slot(slots: &mut [Slot], stamp: i64) -> &mut Slot {
    let index = stamp.rem_euclid(slots.len() as i64) as usize;
    let slot = &mut slots[index];
    if slot.stamp != stamp {
        *slot = Slot {
            stamp,
            ..Slot::default()
        };
    }
    slot
}

fn count(slot: &mut Slot, event: &Event, tokens: i64, revenue: i64, in_detail: bool) {
    slot.tokens = slot.tokens.saturating_add(tokens);
    slot.revenue = slot.revenue.saturating_add(revenue);
    if event.kind == "query_sent" {
        slot.queries += 1;
    }
    if !event.is_call() {
        return;
    }
    if event.attempt.unwrap_or(1) <= 1 {
        slot.answers += 1;
    }
    if in_detail {
        let provider = event.provider.as_deref().unwrap_or("unknown");
        match slot.providers.get_mut(provider) {
            Some(calls) => *calls += 1,
            None => {
                slot.providers.insert(provider.to_owned(), 1);
            }
        }
    }
    match event.outcome() {
        Outcome::Cancelled => return,
        Outcome::Failure => slot.failures += 1,
        Outcome::Success => {
            if let Some(latency) = event.latency_ms {
                slot.latencies += 1;
                slot.latency_sum += latency;
                if in_detail {
                    slot.latency.add(latency);
                }
            }
        }
    }
    slot.valid += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().expect("a time")
    }

    fn window() -> Window {
        Window::new(TimeZone::UTC, "USD".into(), 3, now())
    }

    fn call(seconds_ago: i64) -> Event {
        Event {
            kind: "response_received".into(),
            provider: Some("openai".into()),
            occurred_at: now().as_microsecond() - seconds_ago * 1_000_000,
            input_tokens: Some(100),
            output_tokens: Some(20),
            latency_ms: Some(500.0),
            ..Event::default()
        }
    }

    #[test]
    fn latency_and_errors_are_of_the_last_five_minutes() {
        let mut window = window();
        window.add(call(299), now());
        window.add(
            Event {
                latency_ms: Some(1500.0),
                ..call(1)
            },
            now(),
        );
        window.add(
            Event {
                latency_ms: Some(9999.0),
                ..call(301)
            },
            now(),
        );
        window.add(
            Event {
                kind: "error_occurred".into(),
                status: Some("error".into()),
                ..call(5)
            },
            now(),
        );
        window.add(
            Event {
                status: Some("cancelled".into()),
                ..call(5)
            },
            now(),
        );

        let figures = window.figures(now());

        assert_eq!(
            figures.avg_latency_ms,
            Some(1000.0),
            "(500 + 1500) / 2: failures and older calls are out"
        );
        assert_eq!(
            figures.error_rate,
            Some(1.0 / 3.0),
            "1 of 3 valid: the cancelled call is out"
        );
    }

    #[test]
    fn without_calls_there_is_no_latency_and_no_error_rate() {
        let figures = window().figures(now());
        assert_eq!(
            (
                figures.avg_latency_ms,
                figures.p95_latency_ms,
                figures.error_rate
            ),
            (None, None, None)
        );
    }

    #[test]
    fn a_request_counts_once_whether_asked_answered_or_both() {
        let mut window = window();
        for _ in 0..3 {
            window.add(
                Event {
                    kind: "query_sent".into(),
                    ..call(10)
                },
                now(),
            );
            window.add(call(9), now());
        }
        window.add(
            Event {
                attempt: Some(2),
                ..call(8)
            },
            now(),
        );
        assert_eq!(window.figures(now()).queries_per_minute, 3);
        window.add(call(61), now());
        assert_eq!(
            window.figures(now()).queries_per_minute,
            3,
            "61 s ago is outside the last full 60 s"
        );
        window.add(call(0), now());
        assert_eq!(
            window.figures(now()).queries_per_minute,
            3,
            "the present second is not over"
        );
    }

    #[test]
    fn people_are_counted_once_and_leave_after_five_minutes() {
        let mut window = window();
        let ana = Event {
            user_id: Some("ana".into()),
            ..call(10)
        };
        window.add(ana.clone(), now());
        window.add(ana, now());
        window.add(
            Event {
                visitor: Some(7),
                provider: None,
                kind: "page_view".into(),
                ..call(200)
            },
            now(),
        );
        assert_eq!(window.figures(now()).active_users_now, 2);
        let later = now() + jiff::SignedDuration::from_secs(150);
        assert_eq!(window.figures(later).active_users_now, 1);
    }

    #[test]
    fn sums_start_again_at_local_midnight() {
        let zone = TimeZone::get("Asia/Tokyo").expect("a known zone");
        let mut window = Window::new(zone, "USD".into(), 3, now());
        let payment = Event {
            kind: "payment_completed".into(),
            amount: Some(49_0000),
            currency: Some("USD".into()),
            provider: None,
            ..call(60)
        };
        window.add(payment.clone(), now());
        window.add(
            Event {
                currency: Some("EUR".into()),
                ..payment.clone()
            },
            now(),
        );
        // 12:00 UTC is 21:00 in Tokyo: 22 hours ago was yesterday.
        window.add(
            Event {
                occurred_at: payment.occurred_at - 22 * 3_600_000_000,
                ..payment
            },
            now(),
        );
        window.add(call(1), now());

        assert_eq!(window.figures(now()).revenue_today, 49_0000);
        assert_eq!(window.figures(now()).tokens_consumed_today, 120);
        let tomorrow = "2026-11-21T15:00:01Z".parse().expect("a time");
        assert_eq!(window.figures(tomorrow).revenue_today, 0);
    }

    #[test]
    fn the_feed_keeps_the_newest() {
        let mut window = window();
        for seconds in [4, 3, 2, 1] {
            window.add(call(seconds), now());
        }
        let ages: Vec<i64> = window
            .feed()
            .map(|e| (now().as_microsecond() - e.occurred_at) / 1_000_000)
            .collect();
        assert_eq!(ages, [1, 2, 3]);
    }

    #[test]
    fn the_chart_has_a_point_for_each_of_sixty_minutes() {
        let mut window = window();
        window.add(call(0), now());
        window.add(call(59 * 60), now());
        window.add(call(3600), now());
        window.add_past(&PastMinute {
            minute: now().as_second() / 60 - 30,
            answers: 4,
            valid: 4,
            failures: 1,
            ..PastMinute::default()
        });

        let chart = window.chart(now());

        assert_eq!(chart.len(), 60);
        assert_eq!(
            (chart[59].requests, chart[0].requests),
            (1, 1),
            "one now, one 59 minutes ago"
        );
        assert_eq!((chart[29].requests, chart[29].error_rate), (4, Some(0.25)));
        assert_eq!(
            chart.iter().map(|p| p.requests).sum::<u64>(),
            6,
            "an hour ago is out"
        );
    }
}
