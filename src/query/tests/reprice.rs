//! Pricing stored calls anew, worked by hand: preview, what is done, and roll-ups against raw rows.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::core::event::Event;
use crate::core::money::MoneySum;
use crate::core::value::Value;
use crate::given::{Given, at};
use crate::pricing::book::PriceBook;
use crate::pricing::books::{BookOrigin, PriceBooks};
use crate::store::reprice::{Basis, Comparison, Job, Repricings, compare};
use crate::store::zones::Zones;

/// Ten dollars for a million tokens in until 24 October, five from then on; `old` costs a dollar for ever.
const BOOK: &str = r#"
version = "test"
[[model]]
provider = "openai"
model = "new"
[[model.price]]
valid_to = 2026-10-24
input = 10
output = 0
[[model.price]]
valid_from = 2026-10-24
input = 5
output = 0
[[model]]
provider = "openai"
model = "old"
[[model.price]]
input = 1
output = 0
"#;

/// A call of a million tokens in that was billed at `cents`, or has no price.
fn billed(user: &str, model: &str, when: &str, cents: Option<i64>) -> Event {
    Event {
        kind: "response_received".into(),
        provider: Some("openai".into()),
        model: Some(model.into()),
        feature: Some("chat".into()),
        user_id: Some(user.into()),
        occurred_at: at(when),
        received_at: at(when),
        status: Some("ok".into()),
        input_tokens: Some(1_000_000),
        output_tokens: Some(0),
        cost: cents.map(|cents| cents * 10_000_000),
        cost_computed: cents.map(|cents| cents * 10_000_000),
        cost_source: Some(match cents {
            Some(_) => "computed".into(),
            None => "unpriced".into(),
        }),
        price_id: Some("before".into()),
        ..Event::default()
    }
}

fn job(given: &Given, first: &str, last: &str) -> Job {
    let book = PriceBook::parse(BOOK).expect("a book");
    given.roll_up_below(given.next_seq);
    Job {
        project: 1,
        first: first.parse().expect("a day"),
        last: last.parse().expect("a day"),
        books: std::sync::Arc::new(PriceBooks::new(book, BookOrigin::Embedded)),
    }
}

fn preview(given: &Given, job: &Job, basis: Basis) -> Comparison {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let asked = compare(&given.engine, job, &given.zone, basis);
    runtime.block_on(asked).expect("a comparison")
}

/// Does a job to its end, as the loader does.
fn done(given: &Given, job: &Job) -> u64 {
    let zones = Zones::default();
    zones.set(1, &given.zone);
    let repricings = Repricings::default();
    let mut answer = repricings.ask(job.clone());
    let mut request = repricings.take().expect("it was asked for");
    while !request.is_done() {
        request.do_next_day(&given.engine, &zones).expect("a day");
    }
    request.answer();
    answer.try_recv().expect("it is answered")
}

fn cents(cents: i128) -> Value {
    Value::Money(MoneySum::from_nanos(cents * 10_000_000))
}

/// Costs by day, as roll-ups and raw rows give them; both must agree.
fn costs(given: &Given, query: &str) -> Vec<Value> {
    let rolled = given.ask_with(query, true);
    let raw = given.ask_with(query, false);
    let rows = |answer: &crate::query::answer::Answer| {
        let values = |figures: &Vec<crate::query::answer::Figure>| {
            figures
                .iter()
                .map(|figure| figure.value)
                .collect::<Vec<_>>()
        };
        let mut all: Vec<Value> = values(&answer.total.figures);
        all.extend(answer.total.bars.iter().flat_map(values));
        for row in &answer.rows {
            all.extend(values(&row.figures));
        }
        all
    };
    assert_eq!(rows(&rolled), rows(&raw), "{query}");
    rows(&rolled)
}

/// From the 23rd to the 26th of October 2026 in Berlin, with the day of 25 hours in between.
fn autumn() -> Given {
    Given::events(
        "Europe/Berlin",
        [
            // The 23rd ends at 22:00 UTC. A wrong price was in force: 7 dollars in place of 10.
            billed("ana", "new", "2026-10-23T21:59:59Z", Some(700)),
            // The 24th in Berlin, but still the 23rd in UTC, by which prices count.
            billed("bo", "new", "2026-10-23T22:00:00Z", Some(700)),
            billed("bo", "new", "2026-10-24T12:00:00Z", Some(500)),
            billed("ana", "old", "2026-10-24T12:00:00Z", None),
            // The repeated hour of the 25th, both times, and the last second of its 25 hours.
            billed("ana", "old", "2026-10-25T00:30:00Z", Some(200)),
            billed("ana", "old", "2026-10-25T01:30:00Z", Some(200)),
            billed("bo", "old", "2026-10-25T22:59:59Z", Some(200)),
            billed("bo", "old", "2026-10-25T23:00:00Z", Some(200)),
        ],
    )
}

const BY_DAY: &str =
    "metrics=cost,unpriced_requests,requests&from=2026-10-23&to=2026-10-26&interval=day";
const BY_USER: &str = "metrics=user_cost,user_requests&by=user&from=2026-10-23&to=2026-10-26";

#[test]
fn days_are_priced_anew_as_the_preview_says_and_roll_ups_follow() {
    let given = autumn();
    let job = job(&given, "2026-10-24", "2026-10-25");
    let expected = preview(&given, &job, Basis::OwnTime);

    // New: 7 becomes 10 (the price of the 23rd, UTC), 5 stays. Old: none and three times 2 become 1 each.
    assert_eq!((expected.total.calls, expected.total.changed), (6, 6));
    assert_eq!(expected.total.old.to_string(), "18");
    assert_eq!(expected.total.new.to_string(), "19");
    assert_eq!(
        (expected.total.unpriced_old, expected.total.unpriced_new),
        (1, 0)
    );
    let of = |model: &str| expected.models[&(Some("openai".into()), Some(model.into()))];
    assert_eq!((of("new").calls, of("old").calls), (2, 4));
    assert_eq!(
        (of("new").old.to_string(), of("new").new.to_string()),
        ("12".into(), "15".into())
    );
    assert_eq!(
        (of("old").old.to_string(), of("old").new.to_string()),
        ("6".into(), "4".into())
    );

    assert_eq!(done(&given, &job), 6, "as many as the preview says");

    let whole = Value::Whole;
    assert_eq!(
        costs(&given, BY_DAY),
        [
            // In all: 7 + 10 + 5 + 1 + 1 + 1 + 1 + 2.
            cents(2800),
            whole(0),
            whole(8),
            cents(700),
            whole(0),
            whole(1),
            cents(1600),
            whole(0),
            whole(3),
            cents(300),
            whole(0),
            whole(3),
            cents(200),
            whole(0),
            whole(1),
        ]
    );
    // bo: 10 + 5 + 1 + 2; ana: 7 + 1 + 1 + 1.
    assert_eq!(
        costs(&given, BY_USER)[2..],
        [cents(1800), whole(4), cents(1000), whole(4)]
    );
    let again = preview(&given, &job, Basis::OwnTime);
    assert_eq!(
        (again.total.changed, again.total.old),
        (0, expected.total.new)
    );
    assert_eq!(done(&given, &job), 0, "a second time changes nothing");
}

#[test]
fn a_job_that_was_cut_off_leaves_whole_days_and_is_finished_by_doing_it_again() {
    let given = autumn();
    let job = job(&given, "2026-10-24", "2026-10-25");
    let zones = Zones::default();
    zones.set(1, &given.zone);
    let repricings = Repricings::default();
    let _gone = repricings.ask(job.clone());
    let mut request = repricings.take().expect("it was asked for");
    request.do_next_day(&given.engine, &zones).expect("a day");
    drop(request);
    given
        .engine
        .reopen()
        .expect("the engine opens as after a crash");

    // The 24th is done: 10 + 5 + 1; the 25th is as it was: three times 2.
    let halfway = costs(&given, BY_DAY);
    assert_eq!((halfway[6], halfway[9]), (cents(1600), cents(600)));

    assert_eq!(done(&given, &job), 3, "only what is left");
    assert_eq!(costs(&given, BY_DAY)[0], cents(2800));
}

#[test]
fn what_the_client_reported_stays_and_the_own_cache_costs_nothing() {
    let reported = Event {
        cost: Some(3_000_000_000),
        cost_source: Some("reported".into()),
        ..billed("ana", "old", "2026-10-24T12:00:00Z", Some(200))
    };
    let cached = Event {
        cost: Some(0),
        cost_source: Some("reported".into()),
        response_cached: Some(1),
        ..billed("ana", "old", "2026-10-24T13:00:00Z", Some(200))
    };
    let unbilled = Event {
        status: Some("error".into()),
        input_tokens: None,
        output_tokens: None,
        cost: None,
        cost_computed: None,
        cost_source: None,
        price_id: None,
        ..billed("ana", "old", "2026-10-24T14:00:00Z", None)
    };
    let given = Given::events("UTC", [reported, cached, unbilled]);
    let job = job(&given, "2026-10-24", "2026-10-24");

    assert_eq!(
        done(&given, &job),
        2,
        "what they would have cost has changed"
    );

    let query = "metrics=cost,avoided_cost,attempts&from=2026-10-24&to=2026-10-24";
    let raw = costs(&given, query);
    assert_eq!(raw[..3], [cents(300), cents(100), Value::Whole(3)]);
}

#[test]
fn at_the_prices_of_now_a_call_costs_what_it_would_today() {
    let given = autumn();
    let job = job(&given, "2026-10-23", "2026-10-26");
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().expect("a moment");

    let compared = preview(&given, &job, Basis::Moment(now));

    // As billed 7 + 7 + 5 + 4 × 2; today three at 5 and five at 1.
    assert_eq!(compared.total.old.to_string(), "27");
    assert_eq!(compared.total.new.to_string(), "20");
    assert_eq!(
        costs(&given, BY_DAY)[0],
        cents(2700),
        "and nothing has changed"
    );
}

#[test]
fn a_late_event_after_it_adds_to_its_day() {
    let mut given = autumn();
    let job = job(&given, "2026-10-23", "2026-10-26");
    done(&given, &job);
    let before = costs(&given, BY_DAY)[0];
    assert_eq!(before, cents(1000 + 1000 + 500 + 5 * 100));

    given.add([billed("cy", "old", "2026-10-24T09:00:00Z", Some(100))]);
    assert_eq!(costs(&given, BY_DAY)[0], cents(3100), "as a raw row");
    given.roll_up_below(given.next_seq);
    assert_eq!(costs(&given, BY_DAY)[0], cents(3100), "and rolled up");
}

#[test]
fn a_day_of_more_calls_than_a_slice_is_priced_anew_in_parts() {
    let many = 50_000_u32;
    let start: Timestamp = "2026-10-24T00:00:00Z".parse().expect("a moment");
    let mut given = Given::empty("UTC");
    for part in 0..5 {
        given.add((0..many / 5).map(|number| {
            let second = i64::from(part * (many / 5) + number);
            let moment = Timestamp::from_second(start.as_second() + second).expect("a moment");
            billed("ana", "old", &moment.to_string(), Some(200))
        }));
    }
    let job = job(&given, "2026-10-24", "2026-10-24");

    assert_eq!(done(&given, &job), u64::from(many));

    let values = costs(
        &given,
        "metrics=cost,attempts&from=2026-10-24&to=2026-10-24",
    );
    assert_eq!(
        values[..2],
        [cents(100 * i128::from(many)), Value::Whole(i64::from(many))]
    );
}

#[test]
fn a_project_is_never_touched_by_the_prices_of_another() {
    let other = Event {
        project: 2,
        ..billed("ana", "old", "2026-10-24T12:00:00Z", Some(200))
    };
    let given = Given::events(
        "UTC",
        [
            billed("ana", "old", "2026-10-24T12:00:00Z", Some(200)),
            other,
        ],
    );
    let job = job(&given, "2026-10-24", "2026-10-24");
    assert_eq!(done(&given, &job), 1);
    let of_other = Job { project: 2, ..job };
    assert_eq!(preview(&given, &of_other, Basis::OwnTime).total.changed, 1);
    assert_eq!(of_other.first, "2026-10-24".parse::<Date>().expect("a day"));
}
