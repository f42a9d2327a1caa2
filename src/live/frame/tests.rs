//! What a frame says, held against the example of its documentation.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::core::event::Event;
use crate::core::exchange::Exchange;
use crate::live::figures::Figures;
use crate::live::frame::{Frame, Kpi, amount_text};
use crate::live::window::Window;

const DOCUMENT: &str = include_str!("../../../docs/live.md");

/// Values of an hour that the document shows; the others are left out there.
const SHOWN: usize = 3;

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
    let kpi = serde_json::to_value(Kpi::of(&figures, "EUR".into())).expect("plain data");
    assert_eq!(kpi["avg_latency_ms"], 812.4);
    assert_eq!(kpi["error_rate_percentage"], 33.33);
    assert_eq!(kpi["p95_latency_ms"], Value::Null);
    assert_eq!(
        (&kpi["revenue_today"], &kpi["currency"]),
        (&"0.00".into(), &"EUR".into())
    );
}

fn now() -> Timestamp {
    "2026-11-21T21:40:05Z".parse().expect("a time")
}

fn event(id: u128, kind: &str, seconds_ago: i64) -> Event {
    let mut event = Event {
        kind: kind.into(),
        user_id: Some("ana".into()),
        occurred_at: now().as_microsecond() - seconds_ago * 1_000_000,
        ..Event::default()
    };
    event.set_id(0x019b_0000_0000_7000_8000_0000_0000_0000 + id);
    event
}

fn answer(id: u128, seconds_ago: i64, latency_ms: f64) -> Event {
    Event {
        provider: Some("openai".into()),
        model: Some("gpt-5-mini".into()),
        status: Some("ok".into()),
        input_tokens: Some(900),
        output_tokens: Some(300),
        cost: Some(825_000),
        latency_ms: Some(latency_ms),
        country: Some("DE".into()),
        ..event(id, "response_received", seconds_ago)
    }
}

fn payment(id: u128, seconds_ago: i64, amount: i64) -> Event {
    Event {
        amount: Some(amount),
        currency: Some("EUR".into()),
        ..event(id, "payment_completed", seconds_ago)
    }
}

/// The window of the document's example: two answers and a payment a day ago, and about the same today.
fn window() -> Window {
    let mut window = Window::new(Exchange::without_rates("EUR", TimeZone::UTC), 2, now());
    const DAY_S: i64 = 24 * 3600;
    window.add(payment(1, DAY_S + 7200, 39_0000), now());
    window.add(answer(2, DAY_S + 70, 600.0), now());
    window.add(answer(3, DAY_S + 65, 1000.0), now());
    window.minute((now().as_second() - DAY_S) / 60 - 1).active = 1;
    window.add(payment(4, 7200, 49_0000), now());
    window.add(answer(5, 66, 812.4), now());
    window
}

/// A JSON text with at most [`SHOWN`] values of each series of an hour.
fn shortened(frame: &Frame) -> Value {
    let mut value = serde_json::to_value(frame).expect("plain data");
    if let Some(hour) = value.get_mut("hour") {
        shorten(hour);
    }
    value
}

fn shorten(value: &mut Value) {
    match value {
        Value::Array(values) if values.iter().all(|value| !value.is_object()) => {
            values.drain(..values.len().saturating_sub(SHOWN));
        }
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

/// The JSON blocks of the document, in order.
fn examples() -> Vec<Value> {
    let blocks = DOCUMENT.split("```json\n").skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .map(|text| serde_json::from_str(text).expect("the document's examples are JSON"))
        .collect()
}

fn assert_documented(frame: &Frame, example: &Value) {
    let sent = shortened(frame);
    assert_eq!(
        &sent,
        example,
        "docs/live.md must show:\n{}",
        serde_json::to_string_pretty(&sent).expect("plain data")
    );
}

#[test]
fn the_documents_examples_are_what_is_sent() {
    let mut window = window();
    let first = Frame::of(&mut window, 1000, now());
    let error = Event {
        provider: Some("openai".into()),
        model: Some("gpt-5-mini".into()),
        status: Some("error".into()),
        error_type: Some("rate_limit".into()),
        ..event(6, "error_occurred", 0)
    };
    let later = now() + jiff::SignedDuration::from_secs(1);
    window.add(error, later);
    let whole = Frame::of(&mut window, 1000, later);

    let step = whole.step(first.seq, first.minute.t);

    let examples = examples();
    assert_documented(&first, &examples[0]);
    assert_documented(&step, &examples[1]);
}

#[test]
fn the_first_step_of_a_minute_brings_the_hour() {
    let mut window = window();
    let first = Frame::of(&mut window, 1000, now());
    let minute_later = now() + jiff::SignedDuration::from_secs(60);
    let whole = Frame::of(&mut window, 1000, minute_later);

    let step = whole.step(first.seq, first.minute.t);

    assert!(step.hour.is_some() && step.events.is_empty());
    assert_eq!(step.minute.t, first.minute.t + 60_000);
}
