//! One event as the feed shows it.

use serde::Serialize;
use uuid::Uuid;

use crate::core::currency;
use crate::core::event::Event;
use crate::core::money::Money;
use crate::live::frame::{amount_text, tenths};

/// One event of the feed.
#[derive(Clone, Debug, Serialize)]
pub struct FeedItem {
    /// Its number among all events that were counted; for us only.
    #[serde(skip)]
    pub number: u64,
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

impl FeedItem {
    /// What the feed shows of the event with this number.
    pub fn of((number, event): &(u64, Event)) -> FeedItem {
        let is_call = event.input_tokens.is_some() || event.output_tokens.is_some();
        FeedItem {
            number: *number,
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
