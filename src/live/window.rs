//! What is kept of one project to tell its live figures, and the figures.
//!
//! Definitions: requests in the last full 60 seconds; people, latency and errors of the last 5 minutes; sums
//! since local midnight; each against the same time yesterday; and 60 minutes of each. Pure: time is an argument.

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::core::event::Event;
use crate::core::exchange::Exchange;
use crate::core::period::Day;
use crate::live::feed::Feed;
use crate::live::figures::{Changes, Figures, Hour, Point, ProviderNow, Yesterday, change};
use crate::live::minutes::{KEPT_MINUTES, MINUTE_US, Minute, Minutes};
use crate::live::people::{ACTIVE_US, People};
use crate::live::seconds::{RECENT_S, Seconds};
use crate::live::tally::Tally;

/// Minutes of the charts.
pub const HOUR_MINUTES: i64 = 60;
/// An event this many minutes after its own may have come too late to count its person there.
const LATE_MINUTES: i64 = 2;
/// Whole minutes of the figures that slide, yesterday.
const THEN_MINUTES: i64 = ACTIVE_US / MINUTE_US;

/// The windows of one project.
pub struct Window {
    exchange: Exchange,
    day: Day,
    /// The minute that is running.
    present: i64,
    seconds: Seconds,
    minutes: Minutes,
    people: People,
    feed: Feed,
    /// The earliest minute that a late event belongs to, since somebody asked.
    late_from: Option<i64>,
}

/// Everything that slides with the second.
#[derive(Clone, Debug, PartialEq)]
pub struct Now {
    /// The six figures.
    pub figures: Figures,
    /// The same six yesterday.
    pub yesterday: Yesterday,
    /// How they changed.
    pub changes: Changes,
    /// Providers of the last five minutes, the one with the most calls first.
    pub providers: Vec<ProviderNow>,
    /// The number of the running minute.
    pub minute: i64,
    /// The running minute so far.
    pub point: Point,
    /// Its calls by provider.
    pub calls: Vec<(String, u64)>,
}

impl Window {
    /// An empty window at `now`.
    pub fn new(exchange: Exchange, feed_max: usize, now: Timestamp) -> Window {
        let day = Day::of(now, exchange.zone());
        let mut window = Window {
            exchange,
            day,
            present: i64::MIN,
            seconds: Seconds::default(),
            minutes: Minutes::default(),
            people: People::default(),
            feed: Feed::new(feed_max),
            late_from: None,
        };
        window.turn(now);
        window
    }

    /// Takes over a changed zone, currency or exchange rate; every figure is told by the new ones from now on.
    pub fn configure(&mut self, exchange: Exchange, now: Timestamp) {
        if self.exchange.zone() != exchange.zone() {
            self.day = Day::of(now, exchange.zone());
        }
        self.exchange = exchange;
    }

    /// The currency that revenue is told in.
    pub fn currency(&self) -> &str {
        self.exchange.currency()
    }

    /// Adds an event to everything it falls into.
    pub fn add(&mut self, event: Event, now: Timestamp) {
        self.turn(now);
        // A clock that is a little ahead must not put an event into a second that is read only later.
        let at = event.occurred_at.min(now.as_microsecond());
        let minute = at.div_euclid(MINUTE_US);
        if minute >= self.present - KEPT_MINUTES {
            self.minutes.count(&event, &Tally::of(&event), minute);
            if minute < self.present - LATE_MINUTES {
                self.late_from = Some(self.late_from.map_or(minute, |from| from.min(minute)));
            }
        }
        self.slide(&event, at, now);
        self.feed.push(event);
    }

    /// Adds an event of the last minutes whose minute came from the store and whose place in the feed did too.
    pub fn replay(&mut self, event: &Event, now: Timestamp) {
        let at = event.occurred_at.min(now.as_microsecond());
        self.slide(event, at, now);
    }

    /// The earliest minute whose active people are not known any more, because of events that came late; asked
    /// once. Sums are exact without this: only distinct people cannot be added up.
    pub fn take_late(&mut self) -> Option<i64> {
        self.late_from.take()
    }

    /// Sets who was active at the end of past minutes, as the store knows it.
    pub fn set_active(&mut self, active: &[(i64, u64)]) {
        for (minute, active) in active.iter().filter(|(minute, _)| *minute < self.present) {
            self.minutes.minute(*minute).active = *active;
        }
    }

    /// A minute, for what the store knows of it.
    pub fn minute(&mut self, number: i64) -> &mut Minute {
        self.minutes.minute(number)
    }

    /// Puts an event on top of the feed and counts it nowhere.
    pub fn show(&mut self, event: Event) {
        self.feed.push(event);
    }

    /// The latest events.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What is true at `now`.
    pub fn now(&mut self, now: Timestamp) -> Now {
        self.turn(now);
        let recent = self.seconds.recent(now);
        let (five, minute) = (recent.five_minutes, recent.minute);
        let today = minute_of(self.day.start)..minute_of(self.day.end);
        let figures = Figures {
            active_users_now: self.people.active(now.as_microsecond()),
            queries_per_minute: minute.requests(),
            tokens_consumed_today: self.minutes.sum(today.clone()).tokens,
            revenue_today: self.revenue(today),
            avg_latency_ms: five.avg_latency_ms(),
            p95_latency_ms: recent.latency.quantile(0.95),
            error_rate: five.error_rate(),
        };
        let yesterday = self.yesterday(now);
        let per_minute: HashMap<String, Tally> =
            recent.minute_providers.ranked().into_iter().collect();
        let providers = recent.providers.ranked().into_iter();
        Now {
            changes: self.changes(&figures, &yesterday),
            figures,
            yesterday,
            providers: providers
                .map(|(id, five_minutes)| ProviderNow {
                    per_minute: per_minute.get(&id).map_or(0, |tally| tally.answers),
                    id,
                    five_minutes,
                })
                .collect(),
            minute: self.present,
            point: self.point(self.present, now),
            calls: self.calls(self.present),
        }
    }

    /// The last 60 minutes.
    pub fn hour(&mut self, now: Timestamp) -> Hour {
        self.turn(now);
        let first = self.present - HOUR_MINUTES + 1;
        let minutes = first..self.present + 1;
        let earlier = minute_of(self.day.same_time_before(now)) - self.present;
        let mut providers: Vec<(String, Vec<u64>)> = Vec::new();
        for number in minutes.clone() {
            for (id, calls) in self.calls(number) {
                let place = providers.iter().position(|(known, _)| *known == id);
                let place = place.unwrap_or_else(|| {
                    providers.push((id, vec![0; HOUR_MINUTES as usize]));
                    providers.len() - 1
                });
                providers[place].1[(number - first) as usize] = calls;
            }
        }
        let calls = |series: &[u64]| series.iter().sum::<u64>();
        providers.sort_by(|a, b| calls(&b.1).cmp(&calls(&a.1)).then_with(|| a.0.cmp(&b.0)));
        Hour {
            first,
            today: minutes
                .clone()
                .map(|number| self.point(number, now))
                .collect(),
            yesterday: minutes
                .map(|number| self.point(number + earlier, now))
                .collect(),
            providers,
        }
    }

    fn yesterday(&self, now: Timestamp) -> Yesterday {
        let then = minute_of(self.day.same_time_before(now));
        let begin = minute_of(self.day.before);
        let five = self.minutes.sum(then - THEN_MINUTES..then);
        let has_begun = self.present > minute_of(self.day.start);
        Yesterday {
            active_users_now: self.minutes.get(then - 1).map_or(0, |minute| minute.active),
            queries_per_minute: five.requests() as f64 / THEN_MINUTES as f64,
            tokens_consumed_today: has_begun.then(|| self.minutes.sum(begin..then).tokens),
            revenue_today: has_begun.then(|| self.revenue(begin..then)),
            avg_latency_ms: five.avg_latency_ms(),
            error_rate: five.error_rate(),
        }
    }

    /// Sums are compared over whole minutes on both sides, so that a running minute does not flatter today.
    fn changes(&self, figures: &Figures, yesterday: &Yesterday) -> Changes {
        let whole = minute_of(self.day.start)..self.present;
        let tokens = self.minutes.sum(whole.clone()).tokens;
        let revenue = self.revenue(whole);
        let of =
            |now: i64, then: Option<i64>| then.and_then(|then| change(now as f64, then as f64));
        let both = |now: Option<f64>, then: Option<f64>| now.zip(then);
        Changes {
            active_users_now: change(
                figures.active_users_now as f64,
                yesterday.active_users_now as f64,
            ),
            queries_per_minute: change(
                figures.queries_per_minute as f64,
                yesterday.queries_per_minute,
            ),
            tokens_consumed_today: of(tokens, yesterday.tokens_consumed_today),
            revenue_today: of(revenue, yesterday.revenue_today),
            avg_latency_ms: both(figures.avg_latency_ms, yesterday.avg_latency_ms)
                .and_then(|(now, then)| change(now, then)),
            error_rate: both(figures.error_rate, yesterday.error_rate)
                .map(|(now, then)| now - then),
        }
    }

    fn point(&self, number: i64, now: Timestamp) -> Point {
        let nothing = Minute::default();
        let minute = self.minutes.get(number).unwrap_or(&nothing);
        Point {
            active: if number == self.present {
                self.people.active(now.as_microsecond())
            } else {
                minute.active
            },
            requests: minute.tally.requests(),
            tokens: minute.tally.tokens,
            revenue: self.exchange.sum(minute.paid(), self.local_day(number)),
            avg_latency_ms: minute.tally.avg_latency_ms(),
            error_rate: minute.tally.error_rate(),
        }
    }

    /// Payments of a range of minutes of one local day, half open, in the project's currency.
    fn revenue(&self, minutes: Range<i64>) -> i64 {
        let day = self.local_day(minutes.start);
        let paid = self.minutes.paid(minutes);
        let amounts = paid.iter().map(|(code, sum)| (code.as_str(), *sum));
        self.exchange.sum(amounts, day)
    }

    fn local_day(&self, minute: i64) -> Date {
        let moment = Timestamp::from_microsecond(minute * MINUTE_US).unwrap_or(Timestamp::MIN);
        moment.to_zoned(self.exchange.zone().clone()).date()
    }

    fn calls(&self, number: i64) -> Vec<(String, u64)> {
        let Some(minute) = self.minutes.get(number) else {
            return Vec::new();
        };
        let ranked = minute.providers.clone().ranked().into_iter();
        ranked
            .filter(|(_, tally)| tally.answers > 0)
            .map(|(id, tally)| (id, tally.answers))
            .collect()
    }

    fn slide(&mut self, event: &Event, at: i64, now: Timestamp) {
        if at > now.as_microsecond() - RECENT_S * 1_000_000 {
            let now = now.as_microsecond();
            self.seconds.count(event, &Tally::of(event), at, now);
            self.people.see(event, at, now);
        }
    }

    fn turn(&mut self, now: Timestamp) {
        let present = minute_of(now);
        // A clock that was set back goes the same way: its minutes are told again.
        if present == self.present {
            return;
        }
        for (minute, active) in self.people.turn(now.as_microsecond()) {
            self.minutes.minute(minute).active = active;
        }
        self.minutes.turn(present);
        self.present = present;
        if !self.day.contains(now) {
            self.day = Day::of(now, self.exchange.zone());
        }
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_microsecond().div_euclid(MINUTE_US)
}

#[cfg(test)]
mod tests;
