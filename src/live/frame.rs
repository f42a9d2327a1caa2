//! The shape of one live frame: what `/ws/live` sends, and what the overview draws first.
//!
//! ```json
//! {"t": 1795300000000, "seq": 123,
//!  "kpi": {"active_users_now": 12, "queries_per_minute": 40, "tokens_consumed_today": 1234567,
//!          "revenue_today": "129.50", "currency": "USD", "avg_latency_ms": 812.4,
//!          "p95_latency_ms": 2100.1, "error_rate_percentage": 1.25},
//!  "spark": {"active_users_now": [0, 1, 2], "…": []},
//!  "providers": [{"id": "openai", "label": "OpenAI", "per_minute": 12}],
//!  "events": [{"id": "…", "type": "response_received", "at": 1795300000000, "…": "…"}]}
//! ```
//!
//! `null` stands for "nothing to divide by". Money is text, so that no reader rounds it.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::core::currency;
use crate::core::event::Event;
use crate::core::money::Money;
use crate::live::window::{Figures, MinutePoint, Window};
use crate::pricing::provider;

/// One frame.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// When it was computed, in milliseconds since 1970.
    pub t: i64,
    /// Number of the change it shows; a viewer that has it needs no other.
    pub seq: u64,
    /// The six figures.
    pub kpi: Kpi,
    /// The last 60 minutes of each figure, oldest first.
    pub spark: Spark,
    /// Calls of the last minute by provider, largest first.
    pub providers: Vec<Provider>,
    /// The latest events, newest first.
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

/// One hour of each figure, a point a minute.
#[derive(Clone, Debug, Serialize)]
pub struct Spark {
    /// People active in the minute.
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

/// Calls of one provider.
#[derive(Clone, Debug, Serialize)]
pub struct Provider {
    /// Canonical id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Calls of the last full 60 seconds.
    pub per_minute: u64,
}

/// One event of the feed.
#[derive(Clone, Debug, Serialize)]
pub struct FeedItem {
    /// The event's id.
    pub id: String,
    /// Its type.
    pub r#type: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// What it is, in plain words.
    pub label: String,
    /// Who, as far as known.
    pub user: Option<String>,
    /// Canonical id of the provider.
    pub provider: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Milliseconds.
    pub latency_ms: Option<f64>,
    /// Tokens in and out.
    pub tokens: Option<i64>,
    /// Model cost.
    pub cost: Option<String>,
    /// Payment as decimal text.
    pub amount: Option<String>,
    /// Sign or code of its currency, as it stands before the amount.
    pub prefix: Option<String>,
    /// Country code.
    pub country: Option<String>,
    /// `ok`, `error`, `cancelled` or the client's word.
    pub status: Option<String>,
}

impl Frame {
    /// The frame of a window at `now`.
    pub fn of(window: &mut Window, currency: &str, now: Timestamp) -> Frame {
        let figures = window.figures(now);
        let chart = window.chart(now);
        Frame {
            t: now.as_millisecond(),
            seq: window.changes(),
            kpi: Kpi::of(&figures, currency),
            spark: Spark::of(&chart),
            providers: figures
                .providers
                .into_iter()
                .map(|(id, per_minute)| Provider {
                    label: provider::label(&id).to_owned(),
                    id,
                    per_minute,
                })
                .collect(),
            events: window.feed().map(FeedItem::of).collect(),
        }
    }
}

impl Kpi {
    fn of(figures: &Figures, currency: &str) -> Kpi {
        Kpi {
            active_users_now: figures.active_users_now,
            queries_per_minute: figures.queries_per_minute,
            tokens_consumed_today: figures.tokens_consumed_today,
            revenue_today: amount_text(figures.revenue_today),
            currency: currency.to_owned(),
            avg_latency_ms: figures.avg_latency_ms.map(tenths),
            p95_latency_ms: figures.p95_latency_ms.map(tenths),
            error_rate_percentage: figures.error_rate.map(per_cent),
        }
    }
}

impl Spark {
    fn of(chart: &[MinutePoint]) -> Spark {
        Spark {
            active_users_now: chart.iter().map(|p| p.active).collect(),
            queries_per_minute: chart.iter().map(|p| p.requests).collect(),
            tokens_consumed_today: chart.iter().map(|p| p.tokens).collect(),
            revenue_today: chart.iter().map(|p| p.revenue as f64 / 1e4).collect(),
            avg_latency_ms: chart.iter().map(|p| p.avg_latency_ms.map(tenths)).collect(),
            error_rate_percentage: chart.iter().map(|p| p.error_rate.map(per_cent)).collect(),
        }
    }
}

impl FeedItem {
    fn of(event: &Event) -> FeedItem {
        let is_call = event.input_tokens.is_some() || event.output_tokens.is_some();
        FeedItem {
            id: Uuid::from_u128(event.id()).to_string(),
            r#type: event.kind.clone(),
            at: event.occurred_at.div_euclid(1000),
            label: label(event),
            user: event.user_id.clone().or_else(|| event.anonymous_id.clone()),
            provider: event.provider.clone(),
            model: event.model.clone(),
            latency_ms: event.latency_ms.map(tenths),
            tokens: is_call.then(|| {
                event
                    .input_tokens
                    .unwrap_or(0)
                    .saturating_add(event.output_tokens.unwrap_or(0))
            }),
            cost: event
                .cost
                .and_then(|nanos| Money::from_nanos(nanos.into()))
                .map(|cost| cost.to_string()),
            amount: event.amount.map(amount_text),
            prefix: event
                .amount
                .and(event.currency.as_deref())
                .map(currency::prefix),
            country: event.country.clone(),
            status: event.status.clone(),
        }
    }
}

/// What an event is, in plain words.
fn label(event: &Event) -> String {
    let plan = event.plan.as_deref();
    match event.kind.as_str() {
        "session_start" => "Session started".to_owned(),
        "session_end" => "Session ended".to_owned(),
        "query_sent" => "Question asked".to_owned(),
        "response_received" => "Answer received".to_owned(),
        "error_occurred" => match &event.error_type {
            Some(kind) => format!("Error: {}", kind.replace('_', " ")),
            None => "Error".to_owned(),
        },
        "payment_completed" => "Payment".to_owned(),
        "plan_upgraded" => plan.map_or("Upgrade".to_owned(), |plan| format!("Upgrade to {plan}")),
        "plan_downgraded" => plan.map_or("Downgrade".to_owned(), |plan| {
            format!("Downgrade to {plan}")
        }),
        "page_view" => format!("Page view {}", event.path.as_deref().unwrap_or_default())
            .trim_end()
            .to_owned(),
        "sign_up" => "Sign-up".to_owned(),
        "trial_started" => "Trial started".to_owned(),
        "feature_used" => event
            .feature
            .as_deref()
            .map_or("Feature used".to_owned(), |f| format!("Used {f}")),
        "feedback" => "Feedback".to_owned(),
        other => other.to_owned(),
    }
}

/// Ten-thousandths as text with two to four decimals.
fn amount_text(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let size = amount.unsigned_abs();
    let text = format!("{sign}{}.{:04}", size / 10_000, size % 10_000);
    let needless = text.len() - text.trim_end_matches('0').len();
    text[..text.len() - needless.min(2)].to_owned()
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn per_cent(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_two_to_four_decimals() {
        assert_eq!(amount_text(0), "0.00");
        assert_eq!(amount_text(499_000), "49.90");
        assert_eq!(amount_text(12_345), "1.2345");
        assert_eq!(amount_text(-5_050), "-0.505");
    }

    #[test]
    fn figures_are_rounded_and_unknown_ones_stay_unknown() {
        let figures = Figures {
            avg_latency_ms: Some(812.44),
            error_rate: Some(1.0 / 3.0),
            ..Figures::default()
        };
        let kpi = serde_json::to_value(Kpi::of(&figures, "EUR")).expect("plain data");
        assert_eq!(kpi["avg_latency_ms"], 812.4);
        assert_eq!(kpi["error_rate_percentage"], 33.33);
        assert_eq!(kpi["p95_latency_ms"], serde_json::Value::Null);
        assert_eq!(
            (&kpi["revenue_today"], &kpi["currency"]),
            (&"0.00".into(), &"EUR".into())
        );
    }
}
