//! The live figures against yesterday's: the same from memory and, after a restart, from the store.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::clock::{Machine, time};
use analytics::core::clock::ManualClock;

/// A call of `user` at `at`.
fn call(user: &str, at: Timestamp, latency_ms: u32) -> Value {
    json!({
        "type": "response_received", "user_id": user, "timestamp": at.to_string(), "provider": "openai",
        "model": "gpt-4o-mini", "input_tokens": 100, "output_tokens": 20, "latency_ms": latency_ms
    })
}

fn payment(at: Timestamp, amount: &str, currency: &str) -> Value {
    json!({ "type": "payment_completed", "user_id": "ana", "timestamp": at.to_string(), "amount": amount, "currency": currency })
}

/// What must be the same however it was come by.
fn told(frame: &Value) -> Value {
    let mut told = frame.clone();
    for field in ["seq", "events"] {
        told[field].take();
    }
    told
}

#[actix_web::test]
async fn a_restart_tells_the_same_of_today_and_yesterday() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noon = time("2026-11-20T12:00:00Z");
    let minutes = SignedDuration::from_mins;
    let clock = ManualClock::at(noon - minutes(3));
    let machine = Machine::start(folder.path(), &clock).await;
    // Yesterday, as it happened: ana and bo at 11:57, cleo at 12:10; and a payment at 09:00.
    machine
        .send(&json!([
            call("ana", noon - minutes(3), 400),
            call("bo", noon - minutes(3), 600),
            payment(noon - minutes(180), "20.00", "USD"),
            payment(noon - minutes(180), "7.00", "EUR"),
        ]))
        .await;
    machine.figures_with(4).await;
    clock.set(noon + minutes(10));
    machine
        .send(&json!([call("cleo", noon + minutes(10), 9000)]))
        .await;
    machine.figures_with(5).await;
    // Today, as it happened too: who is active is counted as events come.
    let today = noon + SignedDuration::from_hours(24);
    let failed = json!({
        "type": "error_occurred", "user_id": "ana", "timestamp": (today - minutes(2)).to_string(),
        "provider": "mistral", "model": "mistral-small", "status": "error", "error_type": "timeout"
    });
    clock.set(today - minutes(2));
    machine
        .send(&json!([
            failed,
            payment(today - minutes(600), "25.00", "USD")
        ]))
        .await;
    machine.figures_with(7).await;
    clock.set(today - minutes(1));
    machine
        .send(&json!([call("ana", today - minutes(1), 250)]))
        .await;
    machine.figures_with(8).await;
    clock.set(today);
    let memory = machine.figures_with(8).await;

    assert_eq!(
        memory["yesterday"],
        json!({
            "active_users_now": 2, "queries_per_minute": 0.4, "tokens_consumed_today": 240,
            "revenue_today": "20.00", "avg_latency_ms": 500.0, "error_rate_percentage": 0.0
        }),
        "2 people, 2 requests in 5 minutes, 2 × 120 tokens, (400 + 600) / 2"
    );
    assert_eq!(memory["change"]["revenue_today"], 25.0);
    assert_eq!(memory["change"]["avg_latency_ms"], -50.0);
    assert_eq!(memory["change"]["error_rate_percentage"], 50.0);

    let machine = machine.reboot(folder.path(), &clock, today).await;

    assert_eq!(told(&machine.frame()), told(&memory));
    machine.handle.stop(true).await;
}
