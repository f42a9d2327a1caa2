//! Payments in many currencies, worked by hand: what they are worth on their local day, raw, rolled up and live.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::core::event::Event;
use crate::core::exchange::{DatedRate, Exchange, Rates, UsdRate};
use crate::given::{Given, NOW, at};
use crate::live::window::Window;
use crate::query::answer::Answer;

const REVENUE: &str = "metrics=revenue,payments,foreign_payments";
const WEEK: &str = "from=2026-11-15&to=2026-11-21";

fn paid(amount: i64, currency: &str, when: &str) -> Event {
    Event {
        kind: "payment_completed".into(),
        amount: Some(amount),
        currency: Some(currency.into()),
        user_id: Some("ana".into()),
        occurred_at: at(when),
        ..Event::default()
    }
}

/// `EUR 2026-11-16 1.05`, one a line.
fn rates(lines: &[&str]) -> Arc<Rates> {
    let rate = |line: &&str| {
        let [currency, day, usd] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line} has three parts");
        };
        DatedRate {
            currency: currency.parse().expect(line),
            day: day.parse().expect(line),
            usd: UsdRate::parse(usd).expect(line),
        }
    };
    Arc::new(Rates::of(lines.iter().map(rate)))
}

impl Given {
    fn exchanging(mut self, currency: &str, lines: &[&str]) -> Given {
        self.exchange = Exchange::new(currency, self.zone.clone(), rates(lines));
        self
    }
}

fn shown(answer: &Answer) -> Vec<String> {
    let figures = answer.total.figures.iter();
    figures.map(|figure| figure.value.to_csv()).collect()
}

fn bars(answer: &Answer) -> Vec<String> {
    let bars = answer.total.bars.iter();
    bars.map(|bar| bar[0].value.to_csv()).collect()
}

/// The same from roll-ups and from raw rows.
fn both(given: &Given, query: &str) -> Answer {
    let (rolled, raw) = (given.ask_with(query, true), given.ask_with(query, false));
    assert_eq!(rolled.total, raw.total, "{query}");
    assert_eq!(rolled.rows, raw.rows, "{query}");
    rolled
}

#[test]
fn a_payment_counts_at_the_rate_of_its_day_and_without_one_it_stays_apart() {
    let given = Given::events(
        "UTC",
        [
            paid(100_0000, "EUR", "2026-11-15T23:59:59Z"), // before the first rate
            paid(100_0000, "EUR", "2026-11-16T00:00:00Z"), // 105
            paid(100_0000, "EUR", "2026-11-17T23:59:59Z"), // 105
            paid(100_0000, "EUR", "2026-11-18T00:00:00Z"), // 110
            paid(-10_0000, "EUR", "2026-11-20T10:00:00Z"), // a refund of 11
            paid(1_0000, "USD", "2026-11-20T10:00:00Z"),
            paid(5_0000, "GBP", "2026-11-20T10:00:00Z"), // no rate at all
        ],
    )
    .exchanging("USD", &["EUR 2026-11-16 1.05", "EUR 2026-11-18 1.1"]);
    given.roll_up_below(5);

    let answer = both(&given, &format!("{REVENUE}&{WEEK}&interval=day"));

    assert_eq!(shown(&answer), ["310", "5", "2"]);
    assert_eq!(bars(&answer), ["0", "105", "105", "110", "0", "-10", "0"]);
    let split = both(&given, &format!("{REVENUE}&{WEEK}&by=currency"));
    let rows: Vec<(String, String)> = split
        .rows
        .iter()
        .map(|row| {
            (
                row.keys[0].clone().unwrap_or_default(),
                row.figures[0].value.to_csv(),
            )
        })
        .collect();
    let row = |currency: &str, revenue: &str| (currency.to_owned(), revenue.to_owned());
    assert_eq!(
        rows,
        [row("EUR", "309"), row("USD", "1"), row("GBP", "0")],
        "told in dollars"
    );
}

#[test]
fn a_day_is_the_projects_and_not_that_of_utc() {
    // Kolkata is five and a half hours ahead: its 18th begins at 18:30 of the 17th.
    let given = Given::events(
        "Asia/Kolkata",
        [
            paid(100_0000, "EUR", "2026-11-17T18:29:59Z"), // 105
            paid(100_0000, "EUR", "2026-11-17T18:30:00Z"), // 110
        ],
    )
    .exchanging("USD", &["EUR 2026-11-17 1.05", "EUR 2026-11-18 1.1"]);
    for below in [1, 2, 3] {
        given.roll_up_below(below);
        let answer = both(&given, &format!("{REVENUE}&{WEEK}&interval=day"));
        assert_eq!(shown(&answer), ["215", "2", "0"]);
        assert_eq!(bars(&answer), ["0", "0", "105", "110", "0", "0", "0"]);
    }
}

#[test]
fn the_projects_currency_may_be_another_than_the_dollar_and_needs_a_rate_then() {
    let events = [
        paid(100_0000, "USD", "2026-11-15T12:00:00Z"), // what a pound is worth is unknown
        paid(100_0000, "EUR", "2026-11-15T12:00:00Z"), // so are both
        paid(7_0000, "GBP", "2026-11-15T12:00:00Z"),
        paid(100_0000, "USD", "2026-11-16T12:00:00Z"), // 100 / 1.25 = 80
        paid(100_0000, "EUR", "2026-11-16T12:00:00Z"), // the pound is known, the euro not
        paid(100_0000, "EUR", "2026-11-17T12:00:00Z"), // 110 / 1.25 = 88
    ];
    let given = Given::events("UTC", events)
        .exchanging("GBP", &["GBP 2026-11-16 1.25", "EUR 2026-11-17 1.1"]);
    given.roll_up_below(7);

    let answer = both(&given, &format!("{REVENUE}&{WEEK}"));

    assert_eq!(shown(&answer), ["175", "3", "3"]);
}

#[test]
fn a_rate_that_comes_late_or_is_corrected_is_right_for_the_past_and_so_is_another_currency() {
    let events = [
        paid(100_0000, "EUR", "2026-11-16T12:00:00Z"),
        paid(40_0000, "USD", "2026-11-16T12:00:00Z"),
    ];
    let mut given = Given::events("UTC", events);
    given.roll_up_below(3);
    let query = format!("{REVENUE}&{WEEK}");
    assert_eq!(shown(&both(&given, &query)), ["40", "1", "1"]);

    given = given.exchanging("USD", &["EUR 2026-11-01 1.1"]);
    assert_eq!(shown(&both(&given, &query)), ["150", "2", "0"]);
    given = given.exchanging("USD", &["EUR 2026-11-01 1.2"]);
    assert_eq!(shown(&both(&given, &query)), ["160", "2", "0"]);
    given = given.exchanging("EUR", &["EUR 2026-11-01 1.25"]);
    // 100 + 40 / 1.25: nothing was converted before.
    assert_eq!(shown(&both(&given, &query)), ["132", "2", "0"]);
}

#[test]
fn a_sum_is_exact_and_rounded_once() {
    // A third of a ten-thousandth each: three are one, and none of them is rounded to nothing.
    let third = |when| paid(1, "EUR", when);
    let given = Given::events(
        "UTC",
        [
            third("2026-11-16T12:00:00Z"),
            third("2026-11-17T12:00:00Z"),
            third("2026-11-17T13:00:00Z"),
        ],
    )
    .exchanging("GBP", &["EUR 2026-11-01 1", "GBP 2026-11-01 3"]);
    given.roll_up_below(3);
    let answer = both(&given, &format!("{REVENUE}&{WEEK}&interval=day"));
    assert_eq!(shown(&answer), ["0.0001", "3", "0"]);
    assert_eq!(bars(&answer)[1..3], ["0", "0.0001"]);
    // The largest amount that an event can have does not fail the question.
    let largest = 999_999_999_999_999_999;
    let given = Given::events("UTC", [paid(largest, "EUR", "2026-11-16T12:00:00Z")])
        .exchanging("GBP", &["EUR 2026-11-01 3", "GBP 2026-11-01 1.5"]);
    let answer = both(&given, &format!("{REVENUE}&{WEEK}"));
    assert_eq!(shown(&answer)[0], "199999999999999.9998");
}

#[test]
fn rolled_up_revenue_of_many_currencies_equals_that_of_raw_rows() {
    let lines = [
        "EUR 2026-09-05 1.0834",
        "EUR 2026-10-01 1.1042",
        "EUR 2026-11-10 1.0917",
        "JPY 2026-09-01 0.00662",
        "JPY 2026-10-15 0.006711",
        "GBP 2026-09-01 1.3125",
        "GBP 2026-10-20 1.2987",
    ];
    for zone in ["UTC", "America/New_York", "Asia/Kolkata"] {
        let mut state = 11u64;
        let mut draw = move |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let events: Vec<Event> = (0..1_500)
            .map(|_| {
                let currency = ["USD", "EUR", "JPY", "GBP", "CHF"][draw(5) as usize];
                let mut event = paid(
                    draw(90_000_000) as i64 - 9_000_000,
                    currency,
                    "2026-09-01T00:00:00Z",
                );
                event.occurred_at += draw(81 * 24 * 3600) as i64 * 1_000_000;
                event.plan = Some(["free", "pro"][draw(2) as usize].into());
                event.user_id = Some(format!("u{}", draw(40)));
                event
            })
            .collect();
        let mut given = Given::events(zone, events);
        for currency in ["GBP", "USD"] {
            given = given.exchanging(currency, &lines);
            for below in [1, 900, 1_501] {
                given.roll_up_below(below);
                for query in [
                    "range=90d",
                    "range=90d&interval=week&shape=series&by=plan",
                    "range=90d&by=currency",
                    "range=90d&by=user&limit=50",
                    "from=2026-09-20T05:00:00Z&to=2026-10-28T17:30:00Z&interval=day",
                    "range=30d&compare=previous&filter=plan:is:pro",
                ] {
                    both(&given, &format!("{REVENUE}&{query}"));
                }
            }
        }
    }
}

#[test]
fn the_live_card_says_what_the_question_says() {
    let events = || {
        [
            paid(100_0000, "EUR", "2026-11-20T17:00:00Z"), // before midnight in Kolkata
            paid(33_3333, "EUR", "2026-11-20T19:00:00Z"),
            paid(7_7777, "GBP", "2026-11-21T08:00:00Z"),
            paid(1_0000, "CHF", "2026-11-21T08:00:00Z"),
            paid(2_0000, "USD", "2026-11-21T08:00:00Z"),
        ]
    };
    let lines = [
        "EUR 2026-11-01 1.1",
        "EUR 2026-11-21 1.0833",
        "GBP 2026-11-01 1.2777",
    ];
    let given = Given::events("Asia/Kolkata", events()).exchanging("USD", &lines);
    let now = NOW.parse().expect("a moment");
    let mut window = Window::new(
        Exchange::without_rates("USD", TimeZone::get("Asia/Kolkata").expect("a zone")),
        10,
        now,
    );
    for event in events() {
        window.add(event, now);
    }
    assert_eq!(window.now(now).figures.revenue_today, 2_0000, "no rate yet");

    window.configure(given.exchange.clone(), now);

    // 33.3333 · 1.0833 + 7.7777 · 1.2777 + 2 = 36.10996389 + 9.93756729 + 2 = 48.04753118.
    let told = window.now(now);
    assert_eq!(told.figures.revenue_today, 48_0475);
    assert_eq!(
        both(&given, "metrics=revenue&range=1d").total.figures[0]
            .value
            .to_csv(),
        "48.0475"
    );
    // Yesterday in Kolkata ended at 18:30: 100 · 1.1.
    assert_eq!(
        both(&given, "metrics=revenue&from=2026-11-20&to=2026-11-20")
            .total
            .figures[0]
            .value
            .to_csv(),
        "110"
    );
}
