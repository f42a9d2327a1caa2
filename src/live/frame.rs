//! The shape of one live frame: what `/ws/live` sends, and what the overview draws first.
//!
//! `docs/live.md` documents it field by field; a test holds its example against what is sent. `null` stands for
//! "nothing to divide by" or "not known". Money is text, so that no reader rounds it; only charts hold it as
//! numbers.

use jiff::Timestamp;
use serde::Serialize;

use crate::live::feed_item::FeedItem;
use crate::live::figures::{Changes, Figures, Hour, Point, ProviderNow, Yesterday};
use crate::live::tally::{OTHER, UNKNOWN};
use crate::live::window::Window;
use crate::pricing::provider;

/// One frame.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// When it was computed, in milliseconds since 1970.
    pub t: i64,
    /// Events counted so far; a reader that has this number has seen everything.
    pub seq: u64,
    /// Milliseconds between two frames.
    pub tick_ms: u64,
    /// The six figures.
    pub kpi: Kpi,
    /// The same six at the same time yesterday.
    pub yesterday: KpiYesterday,
    /// How they changed.
    pub change: KpiChange,
    /// Providers of the last 5 minutes, the one with the most calls first.
    pub providers: Vec<Provider>,
    /// The running minute so far.
    pub minute: RunningMinute,
    /// The last 60 minutes: in the first frame of a connection, and in the first of each minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<HourCharts>,
    /// Events, newest first: in the first frame of a connection the latest ones, then those that came since.
    pub events: Vec<FeedItem>,
}

/// The six figures and what stands beside them.
#[derive(Clone, Debug, Serialize)]
pub struct Kpi {
    /// Distinct people and visitors of the last 5 minutes.
    pub active_users_now: u64,
    /// Requests of the last full 60 seconds.
    pub queries_per_minute: u64,
    /// Tokens in and out since local midnight.
    pub tokens_consumed_today: i64,
    /// Payments since local midnight.
    pub revenue_today: String,
    /// Their currency.
    pub currency: String,
    /// Mean latency of successful calls of the last 5 minutes.
    pub avg_latency_ms: Option<f64>,
    /// 95th percentile of the same.
    pub p95_latency_ms: Option<f64>,
    /// Failed calls of the last 5 minutes in per cent.
    pub error_rate_percentage: Option<f64>,
}

/// The six figures at the same time yesterday, from whole minutes.
#[derive(Clone, Debug, Serialize)]
pub struct KpiYesterday {
    /// Distinct people and visitors of those 5 minutes.
    pub active_users_now: u64,
    /// Requests a minute, on average over those 5.
    pub queries_per_minute: f64,
    /// Tokens from yesterday's midnight to the same time; `null` in the first minute of a day.
    pub tokens_consumed_today: Option<i64>,
    /// Payments of the same.
    pub revenue_today: Option<String>,
    /// Mean latency of successful calls of those 5 minutes.
    pub avg_latency_ms: Option<f64>,
    /// Failed calls of those 5 minutes in per cent.
    pub error_rate_percentage: Option<f64>,
}

/// Changes against yesterday in per cent of yesterday's figure; the error rate in percentage points.
#[derive(Clone, Debug, Serialize)]
pub struct KpiChange {
    /// Of the people.
    pub active_users_now: Option<f64>,
    /// Of the requests.
    pub queries_per_minute: Option<f64>,
    /// Of the tokens.
    pub tokens_consumed_today: Option<f64>,
    /// Of the payments.
    pub revenue_today: Option<f64>,
    /// Of the mean latency.
    pub avg_latency_ms: Option<f64>,
    /// In percentage points.
    pub error_rate_percentage: Option<f64>,
}

/// One provider now.
#[derive(Clone, Debug, Serialize)]
pub struct Provider {
    /// Canonical id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Calls of the last full 60 seconds.
    pub per_minute: u64,
    /// Mean latency of its successful calls of the last 5 minutes.
    pub avg_latency_ms: Option<f64>,
    /// Its failed calls of the last 5 minutes in per cent.
    pub error_rate_percentage: Option<f64>,
}

/// One minute of each figure.
#[derive(Clone, Debug, Serialize)]
pub struct RunningMinute {
    /// When it began, in milliseconds since 1970.
    pub t: i64,
    /// People active now.
    pub active_users_now: u64,
    /// Requests so far.
    pub queries_per_minute: u64,
    /// Tokens so far.
    pub tokens_consumed_today: i64,
    /// Payments so far.
    pub revenue_today: f64,
    /// Mean latency so far.
    pub avg_latency_ms: Option<f64>,
    /// Failed calls so far in per cent.
    pub error_rate_percentage: Option<f64>,
    /// Calls so far by provider.
    pub providers: Vec<MinuteCalls>,
}

/// Calls of one provider in the running minute.
#[derive(Clone, Debug, Serialize)]
pub struct MinuteCalls {
    /// Canonical id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// How many.
    pub calls: u64,
}

/// The last 60 minutes, oldest first, the running one last.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HourCharts {
    /// When the first minute began, in milliseconds since 1970.
    pub t: i64,
    /// Today.
    pub today: Series,
    /// The same minutes yesterday.
    pub yesterday: Series,
    /// Calls by provider, the one with the most calls first.
    pub providers: Vec<ProviderCalls>,
}

/// One hour of each figure, a point a minute.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Series {
    /// People active in the five minutes up to the end of each minute.
    pub active_users_now: Vec<u64>,
    /// Requests in the minute.
    pub queries_per_minute: Vec<u64>,
    /// Tokens in the minute.
    pub tokens_consumed_today: Vec<i64>,
    /// Payments in the minute.
    pub revenue_today: Vec<f64>,
    /// Mean latency in the minute.
    pub avg_latency_ms: Vec<Option<f64>>,
    /// Failed calls in the minute in per cent.
    pub error_rate_percentage: Vec<Option<f64>>,
}

/// One hour of one provider.
#[derive(Clone, Debug, Serialize)]
pub struct ProviderCalls {
    /// Canonical id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Calls of each minute.
    pub calls: Vec<u64>,
}

impl Frame {
    /// The frame of a window at `now`, with the last hour and all events that the feed keeps.
    pub fn of(window: &mut Window, tick_ms: u64, now: Timestamp) -> Frame {
        let told = window.now(now);
        let hour = window.hour(now);
        let currency = window.currency().to_owned();
        Frame {
            t: now.as_millisecond(),
            seq: window.feed().pushed(),
            tick_ms,
            kpi: Kpi::of(&told.figures, currency),
            yesterday: KpiYesterday::of(&told.yesterday),
            change: KpiChange::of(&told.changes),
            providers: told.providers.into_iter().map(Provider::of).collect(),
            minute: RunningMinute::of(told.minute, &told.point, told.calls),
            hour: Some(HourCharts::of(hour)),
            events: window.feed().since(0).map(FeedItem::of).collect(),
        }
    }

    /// The same moment for a reader who has the frame before it, which ended with event `seq` in `minute`
    /// (when it began).
    pub fn step(&self, seq: u64, minute: i64) -> Frame {
        let events = self.events.iter().take_while(|event| event.number > seq);
        Frame {
            hour: (self.minute.t != minute)
                .then(|| self.hour.clone())
                .flatten(),
            events: events.cloned().collect(),
            ..self.clone()
        }
    }
}

impl Kpi {
    fn of(figures: &Figures, currency: String) -> Kpi {
        Kpi {
            active_users_now: figures.active_users_now,
            queries_per_minute: figures.queries_per_minute,
            tokens_consumed_today: figures.tokens_consumed_today,
            revenue_today: amount_text(figures.revenue_today),
            currency,
            avg_latency_ms: figures.avg_latency_ms.map(tenths),
            p95_latency_ms: figures.p95_latency_ms.map(tenths),
            error_rate_percentage: figures.error_rate.map(per_cent),
        }
    }
}

impl KpiYesterday {
    fn of(yesterday: &Yesterday) -> KpiYesterday {
        KpiYesterday {
            active_users_now: yesterday.active_users_now,
            queries_per_minute: tenths(yesterday.queries_per_minute),
            tokens_consumed_today: yesterday.tokens_consumed_today,
            revenue_today: yesterday.revenue_today.map(amount_text),
            avg_latency_ms: yesterday.avg_latency_ms.map(tenths),
            error_rate_percentage: yesterday.error_rate.map(per_cent),
        }
    }
}

impl KpiChange {
    fn of(changes: &Changes) -> KpiChange {
        let relative = |change: Option<f64>| change.map(|share| tenths(share * 100.0));
        KpiChange {
            active_users_now: relative(changes.active_users_now),
            queries_per_minute: relative(changes.queries_per_minute),
            tokens_consumed_today: relative(changes.tokens_consumed_today),
            revenue_today: relative(changes.revenue_today),
            avg_latency_ms: relative(changes.avg_latency_ms),
            error_rate_percentage: changes.error_rate.map(per_cent),
        }
    }
}

impl Provider {
    fn of(now: ProviderNow) -> Provider {
        Provider {
            label: provider_label(&now.id),
            id: now.id,
            per_minute: now.per_minute,
            avg_latency_ms: now.five_minutes.avg_latency_ms().map(tenths),
            error_rate_percentage: now.five_minutes.error_rate().map(per_cent),
        }
    }
}

impl RunningMinute {
    fn of(minute: i64, point: &Point, calls: Vec<(String, u64)>) -> RunningMinute {
        RunningMinute {
            t: minute * 60_000,
            active_users_now: point.active,
            queries_per_minute: point.requests,
            tokens_consumed_today: point.tokens,
            revenue_today: point.revenue as f64 / 1e4,
            avg_latency_ms: point.avg_latency_ms.map(tenths),
            error_rate_percentage: point.error_rate.map(per_cent),
            providers: calls
                .into_iter()
                .map(|(id, calls)| MinuteCalls {
                    label: provider_label(&id),
                    id,
                    calls,
                })
                .collect(),
        }
    }
}

impl HourCharts {
    fn of(hour: Hour) -> HourCharts {
        HourCharts {
            t: hour.first * 60_000,
            today: Series::of(&hour.today),
            yesterday: Series::of(&hour.yesterday),
            providers: hour
                .providers
                .into_iter()
                .map(|(id, calls)| ProviderCalls {
                    label: provider_label(&id),
                    id,
                    calls,
                })
                .collect(),
        }
    }
}

impl Series {
    fn of(points: &[Point]) -> Series {
        let mut series = Series::default();
        for point in points {
            series.active_users_now.push(point.active);
            series.queries_per_minute.push(point.requests);
            series.tokens_consumed_today.push(point.tokens);
            series.revenue_today.push(point.revenue as f64 / 1e4);
            series.avg_latency_ms.push(point.avg_latency_ms.map(tenths));
            let error_rate = point.error_rate.map(per_cent);
            series.error_rate_percentage.push(error_rate);
        }
        series
    }
}

fn provider_label(id: &str) -> String {
    match id {
        OTHER => "Other".to_owned(),
        UNKNOWN => "No provider named".to_owned(),
        known => provider::label(known).to_owned(),
    }
}

/// Ten-thousandths as text with two to four decimals.
pub fn amount_text(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let size = amount.unsigned_abs();
    let text = format!("{sign}{}.{:04}", size / 10_000, size % 10_000);
    let needless = text.len() - text.trim_end_matches('0').len();
    text[..text.len() - needless.min(2)].to_owned()
}

/// Rounded to one decimal.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn per_cent(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}

#[cfg(test)]
mod tests;
