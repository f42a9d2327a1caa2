//! The figures of a window, with numbers worked by hand.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::core::event::Event;
use crate::core::exchange::Exchange;
use crate::live::tally::Tally;
use crate::live::window::Window;

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;

/// A Saturday noon.
fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

fn window() -> Window {
    Window::new(Exchange::without_rates("USD", TimeZone::UTC), 3, now())
}

/// A call of `ana` so many seconds before noon.
fn call(seconds_ago: i64) -> Event {
    Event {
        kind: "response_received".into(),
        user_id: Some("ana".into()),
        provider: Some("openai".into()),
        occurred_at: now().as_microsecond() - seconds_ago * 1_000_000,
        input_tokens: Some(100),
        output_tokens: Some(20),
        latency_ms: Some(500.0),
        ..Event::default()
    }
}

fn payment(seconds_ago: i64, amount: i64, currency: &str) -> Event {
    Event {
        kind: "payment_completed".into(),
        provider: None,
        amount: Some(amount),
        currency: Some(currency.into()),
        ..call(seconds_ago)
    }
}

fn with(events: impl IntoIterator<Item = Event>) -> Window {
    let mut window = window();
    for event in events {
        window.add(event, now());
    }
    window
}

#[test]
fn what_slides_looks_back_five_minutes_and_a_request_rate_one() {
    let slow = Event {
        latency_ms: Some(1500.0),
        user_id: Some("bo".into()),
        ..call(1)
    };
    let failed = Event {
        status: Some("error".into()),
        ..call(5)
    };
    let mut window = with([call(301), call(299), slow, failed]);

    let figures = window.now(now()).figures;

    assert_eq!(figures.active_users_now, 2);
    assert_eq!(figures.queries_per_minute, 2, "1 and 5 seconds ago");
    assert_eq!(figures.avg_latency_ms, Some(1000.0), "(500 + 1500) / 2");
    assert_eq!(figures.error_rate, Some(1.0 / 3.0), "1 of 3");
    assert_eq!(figures.tokens_consumed_today, 480, "4 × 120");
}

#[test]
fn without_calls_there_is_no_latency_no_error_rate_and_nothing_to_compare() {
    let told = window().now(now());
    let figures = &told.figures;
    assert_eq!(
        (
            figures.avg_latency_ms,
            figures.p95_latency_ms,
            figures.error_rate
        ),
        (None, None, None)
    );
    assert_eq!(told.changes, Default::default());
    assert!(told.providers.is_empty());
}

#[test]
fn sums_start_again_at_local_midnight() {
    let zone = TimeZone::get("Asia/Tokyo").expect("a known zone");
    let mut window = Window::new(Exchange::without_rates("USD", zone), 3, now());
    window.add(payment(60, 49_0000, "USD"), now());
    window.add(payment(60, 7_0000, "EUR"), now());
    // 12:00 UTC is 21:00 in Tokyo: 22 hours ago was yesterday.
    window.add(payment(22 * HOUR_S, 30_0000, "USD"), now());
    window.add(call(1), now());

    let figures = window.now(now()).figures;
    let tomorrow = "2026-11-21T15:00:01Z".parse().expect("a time");

    assert_eq!(figures.revenue_today, 49_0000);
    assert_eq!(figures.tokens_consumed_today, 120);
    assert_eq!(window.now(tomorrow).figures.revenue_today, 0);
}

#[test]
fn sums_are_compared_with_the_same_part_of_yesterday_over_whole_minutes() {
    let mut window = with([
        payment(DAY_S + 1, 20_0000, "USD"),           // yesterday 11:59:59
        payment(DAY_S, 99_0000, "USD"),               // yesterday 12:00:00, later than now
        payment(DAY_S + 13 * HOUR_S, 88_0000, "USD"), // the day before yesterday, 23:00
        payment(60, 25_0000, "USD"),                  // today 11:59
        payment(0, 1_0000, "USD"),                    // in the running minute
        call(DAY_S + 600),
    ]);

    let told = window.now(now());

    assert_eq!(told.figures.revenue_today, 26_0000);
    assert_eq!(told.yesterday.revenue_today, Some(20_0000));
    assert_eq!(
        told.changes.revenue_today,
        Some(0.25),
        "25 of the whole minutes against 20"
    );
    assert_eq!(told.yesterday.tokens_consumed_today, Some(120));
    assert_eq!(told.changes.tokens_consumed_today, Some(-1.0));
}

#[test]
fn what_slides_is_compared_with_the_same_five_minutes_of_yesterday() {
    let yesterday = |seconds| Event {
        latency_ms: Some(250.0),
        ..call(DAY_S + seconds)
    };
    let failed = Event {
        status: Some("error".into()),
        user_id: Some("bo".into()),
        ..call(DAY_S + 200)
    };
    // 300 and 1 seconds before noon are in the five minutes; 301 and the noon itself are not.
    let mut window = with([301, 300, 1, 0].map(yesterday));
    window.minute((now().as_second() - DAY_S) / 60 - 1).active = 4;
    window.add(failed, now());
    window.add(call(1), now());

    let told = window.now(now());

    assert_eq!(
        told.yesterday.queries_per_minute, 0.6,
        "3 requests in 5 minutes"
    );
    assert_eq!(told.yesterday.avg_latency_ms, Some(250.0));
    assert_eq!(told.changes.avg_latency_ms, Some(1.0), "500 is twice 250");
    assert_eq!(told.yesterday.error_rate, Some(1.0 / 3.0));
    assert_eq!(
        told.changes.error_rate,
        Some(-1.0 / 3.0),
        "a difference of shares"
    );
    assert_eq!(told.yesterday.active_users_now, 4);
    assert_eq!(told.changes.active_users_now, Some(0.25 - 1.0));
}

#[test]
fn the_first_minute_of_a_day_has_no_sum_to_compare_with() {
    let midnight = "2026-11-21T00:00:30Z".parse().expect("a time");
    let mut window = Window::new(Exchange::without_rates("USD", TimeZone::UTC), 3, midnight);
    let late = payment(12 * HOUR_S - 10, 5_0000, "USD"); // 00:00:10
    window.add(late, midnight);
    window.add(payment(36 * HOUR_S - 10, 5_0000, "USD"), midnight);

    let told = window.now(midnight);

    assert_eq!(told.figures.revenue_today, 5_0000);
    assert_eq!(told.yesterday.revenue_today, None);
    assert_eq!(told.changes.revenue_today, None);
}

#[test]
fn who_was_active_is_remembered_for_tomorrow() {
    let mut window = with([call(30)]);
    let bo = Event {
        user_id: Some("bo".into()),
        ..call(-20)
    };
    let soon = now() + SignedDuration::from_secs(30);
    window.add(bo, soon);

    let tomorrow = now() + SignedDuration::from_hours(24);
    let in_a_minute = window
        .now(tomorrow + SignedDuration::from_mins(1))
        .yesterday;

    assert_eq!(in_a_minute.active_users_now, 2, "of the minute 12:00");
}

#[test]
fn late_events_ask_once_for_their_people_to_be_counted_again() {
    let mut window = with([call(120)]);
    assert_eq!(window.take_late(), None, "two minutes are not late");
    window.add(call(600), now());
    window.add(call(3600), now());
    window.add(call(300), now());

    assert_eq!(window.take_late(), Some(now().as_second() / 60 - 60));
    assert_eq!(window.take_late(), None);
    window.set_active(&[(now().as_second() / 60 - 60, 7)]);
    let later = now() + SignedDuration::from_mins(23 * 60 + 1);
    assert_eq!(window.now(later).yesterday.active_users_now, 7);
}

#[test]
fn a_changed_zone_or_currency_holds_for_what_is_known_already() {
    let mut window = with([
        payment(60, 49_0000, "USD"),
        payment(60, 7_0000, "EUR"),
        payment(13 * HOUR_S, 5_0000, "EUR"), // 23:00 UTC of yesterday
    ]);
    assert_eq!(window.now(now()).figures.revenue_today, 49_0000);

    let berlin = TimeZone::get("Europe/Berlin").expect("a known zone");
    window.configure(Exchange::without_rates("EUR", berlin), now());

    assert_eq!(
        window.now(now()).figures.revenue_today,
        12_0000,
        "in Berlin 23:00 UTC is midnight"
    );
}

#[test]
fn the_charts_have_a_point_for_each_of_sixty_minutes_and_the_same_of_yesterday() {
    let mut window = with([
        call(0),
        call(59 * 60),
        call(3600),
        call(DAY_S),
        call(DAY_S + 59 * 60),
    ]);
    window.minute(now().as_second() / 60 - 30).tally = Tally {
        answers: 4,
        valid: 4,
        failures: 1,
        ..Tally::default()
    };

    let hour = window.hour(now());

    let requests: Vec<u64> = hour.today.iter().map(|point| point.requests).collect();
    assert_eq!(requests.len(), 60);
    assert_eq!((requests[0], requests[29], requests[59]), (1, 4, 1));
    assert_eq!(requests.iter().sum::<u64>(), 6, "an hour ago is out");
    assert_eq!(hour.today[29].error_rate, Some(0.25));
    assert_eq!(hour.today[59].active, 1);
    let before: Vec<u64> = hour.yesterday.iter().map(|point| point.requests).collect();
    assert_eq!((before[0], before[59], before.iter().sum()), (1, 1, 2));
    assert_eq!(hour.first, now().as_second() / 60 - 59);
}

#[test]
fn providers_are_told_now_and_for_each_minute() {
    let mistral = |seconds_ago| Event {
        provider: Some("mistral".into()),
        latency_ms: Some(900.0),
        ..call(seconds_ago)
    };
    let nameless = Event {
        provider: None,
        model: Some("m".into()),
        ..call(1)
    };
    let mut window = with([call(1), call(2), mistral(90), mistral(100), mistral(1)]);
    window.add(nameless, now());

    let told = window.now(now()).providers;
    let hour = window.hour(now()).providers;

    let seen: Vec<(&str, u64, Option<f64>)> = told
        .iter()
        .map(|p| (&*p.id, p.per_minute, p.five_minutes.avg_latency_ms()))
        .collect();
    assert_eq!(
        seen,
        [
            ("mistral", 1, Some(900.0)),
            ("openai", 2, Some(500.0)),
            ("unknown", 1, Some(500.0))
        ]
    );
    assert_eq!(hour[0].0, "mistral");
    assert_eq!(hour[0].1[57..], [2, 1, 0][..], "11:58, 11:59 and 12:00");
}
