//! Retention worked by hand, over a real engine; and random people against a slow reference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::analysis::retention::answer::{Answer, Cell, Head};
use crate::analysis::retention::ask;
use crate::analysis::retention::calendar::{Calendar, Stage};
use crate::analysis::retention::question::Question;
use crate::core::draw::Draw;
use crate::core::event::Event;
use crate::core::exchange::{DatedRate, Exchange, Rates, UsdRate};
use crate::core::range::week_start;
use crate::given::{Given, at, did, looked, now};
use crate::store::alias::{self, Name};
use crate::store::person::NameKind;

fn retention(given: &Given, query: &str) -> Answer {
    let question = Question::parse(query, &[], &given.zone, now()).expect(query);
    let calendar = Calendar::new(&question).expect(query);
    given.inquire(move |inquiry| ask::answer(inquiry, question, &calendar))
}

fn parts(answer: &Answer) -> Vec<(u64, Vec<i64>)> {
    answer
        .rows
        .iter()
        .map(|row| (row.size, row.cells.iter().map(|cell| cell.part).collect()))
        .collect()
}

/// Ana begins in the week of 2 November and comes back in the next two; bo begins then and comes back two weeks
/// later; cy begins in the week of 9 November.
fn three() -> Vec<Event> {
    vec![
        did("ana", "click", "2026-11-02T00:00:00Z"),
        did("ana", "click", "2026-11-10T10:00:00Z"),
        did("ana", "click", "2026-11-16T10:00:00Z"),
        did("bo", "click", "2026-11-08T23:59:59.999999Z"),
        did("bo", "click", "2026-11-17T10:00:00Z"),
        did("cy", "click", "2026-11-09T00:00:00Z"),
    ]
}

#[test]
fn cells_are_weeks_after_the_first_and_the_running_one_is_out_of_the_average() {
    let given = Given::events("UTC", three());
    let answer = retention(&given, "from=2026-11-02&to=2026-11-15&columns=3");
    assert_eq!(parts(&answer), [(2, vec![2, 1, 2]), (1, vec![1, 0, 0])]);
    // Now is Saturday the 21st: the week of the 16th runs, the one after it has not begun.
    let stages: Vec<Vec<Stage>> = answer
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| cell.stage).collect())
        .collect();
    assert_eq!(
        stages[0],
        [Stage::Finished, Stage::Finished, Stage::Running]
    );
    assert_eq!(stages[1], [Stage::Finished, Stage::Running, Stage::Future]);
    let average: Vec<Option<(i64, i64)>> = answer
        .average
        .iter()
        .map(|cell| cell.map(|cell| (cell.part, cell.whole)))
        .collect();
    assert_eq!(average, [Some((3, 3)), Some((1, 2)), None]);
}

#[test]
fn on_or_after_counts_whoever_came_back_then_or_later() {
    let given = Given::events("UTC", three());
    let answer = retention(
        &given,
        "from=2026-11-02&to=2026-11-15&columns=3&mode=on_or_after",
    );
    assert_eq!(parts(&answer), [(2, vec![2, 2, 2]), (1, vec![1, 0, 0])]);
}

#[test]
fn somebody_seen_before_the_period_is_in_no_cohort_of_it() {
    let given = Given::events("UTC", three());
    let answer = retention(&given, "from=2026-11-09&to=2026-11-15&columns=2");
    assert_eq!(
        parts(&answer),
        [(1, vec![1, 0])],
        "ana and bo were new a week earlier"
    );
}

#[test]
fn pings_namings_and_renewals_are_no_returns() {
    let mut events = three();
    for kind in ["page_ping", "identify", "payment_completed"] {
        events.push(did("cy", kind, "2026-11-17T10:00:00Z"));
        events.push(did("di", kind, "2026-11-10T10:00:00Z"));
    }
    let given = Given::events("UTC", events);
    for is_rolled in [false, true] {
        if is_rolled {
            given.roll_up();
        }
        let answer = retention(&given, "from=2026-11-02&to=2026-11-15&columns=3");
        assert_eq!(
            parts(&answer),
            [(2, vec![2, 1, 2]), (1, vec![1, 0, 0])],
            "rolled up: {is_rolled}"
        );
    }
}

#[test]
fn start_and_return_are_events_of_choice() {
    let given = Given::events(
        "UTC",
        [
            did("ana", "click", "2026-10-05T10:00:00Z"),
            did("ana", "sign_up", "2026-11-03T10:00:00Z"),
            did("ana", "click", "2026-11-10T10:00:00Z"),
            did("ana", "export", "2026-11-11T10:00:00Z"),
            did("bo", "sign_up", "2026-11-03T10:00:00Z"),
            did("bo", "click", "2026-11-10T10:00:00Z"),
            // The first start counts, however often it happens.
            did("bo", "sign_up", "2026-11-10T10:00:00Z"),
        ],
    );
    let answer = retention(
        &given,
        "from=2026-11-02&to=2026-11-15&columns=2&start=sign_up&return=export",
    );
    assert_eq!(parts(&answer), [(2, vec![0, 1]), (0, vec![0, 0])]);
    assert_eq!(answer.rows[1].cells[0].share(), None, "nobody has no share");
}

#[test]
fn weeks_begin_on_the_local_monday_also_where_clocks_change() {
    // Berlin: Sunday 25 October has 25 hours, Monday begins at 23:00 UTC; a week earlier it began at 22:00 UTC.
    let given = Given::events(
        "Europe/Berlin",
        [
            did("ana", "click", "2026-10-18T21:59:59Z"),
            did("bo", "click", "2026-10-18T22:00:00Z"),
            did("bo", "click", "2026-10-25T22:59:59Z"),
            did("cy", "click", "2026-10-25T23:00:00Z"),
        ],
    );
    for is_rolled in [false, true] {
        if is_rolled {
            given.roll_up();
        }
        let answer = retention(&given, "from=2026-10-12&to=2026-10-31&columns=2");
        assert_eq!(
            parts(&answer),
            [(1, vec![1, 0]), (1, vec![1, 0]), (1, vec![1, 0])],
            "rolled up: {is_rolled}"
        );
    }
}

#[test]
fn anonymous_people_are_asked_for_and_the_coverage_tells_of_them() {
    let sign_up = Event {
        user_id: Some("ana".into()),
        ..looked("x1", "sign_up", "2026-11-10T10:00:00Z")
    };
    let nameless = Event {
        anonymous_id: None,
        visitor: Some(7),
        ..looked("x3", "page_view", "2026-11-10T10:00:00Z")
    };
    let events = vec![
        looked("x1", "page_view", "2026-11-03T10:00:00Z"),
        sign_up,
        looked("x2", "page_view", "2026-11-10T10:00:00Z"),
        nameless,
    ];
    let given = Given::events("UTC", events);
    let users = retention(&given, "from=2026-11-02&to=2026-11-15&columns=2");
    assert_eq!(
        parts(&users),
        [(0, vec![0, 0]), (1, vec![1, 0])],
        "ana was named in the second week"
    );
    let coverage = users.coverage;
    // Ana is one person with her first look; x2 is another; the third has no id. One of four interactions names a user.
    assert_eq!(
        (
            coverage.users,
            coverage.anonymous,
            coverage.user_events,
            coverage.events
        ),
        (1, 1, 1, 4)
    );
    let all = retention(&given, "from=2026-11-02&to=2026-11-15&columns=2&people=all");
    assert_eq!(
        parts(&all),
        [(1, vec![1, 1]), (1, vec![1, 0])],
        "ana looked a week before she signed up"
    );
}

#[test]
fn a_split_has_a_row_for_each_value_at_the_start() {
    let on = |plan: &str, event: Event| Event {
        plan: Some(plan.into()),
        ..event
    };
    let given = Given::events(
        "UTC",
        [
            on("free", did("ana", "click", "2026-11-02T10:00:00Z")),
            on("pro", did("ana", "click", "2026-11-10T10:00:00Z")),
            on("free", did("bo", "click", "2026-11-02T10:00:00Z")),
            on("pro", did("cy", "click", "2026-11-02T10:00:00Z")),
            on("pro", did("di", "click", "2026-11-09T10:00:00Z")),
        ],
    );
    let answer = retention(&given, "from=2026-11-02&to=2026-11-15&columns=2&by=plan");
    let rows: Vec<_> = answer
        .rows
        .iter()
        .map(|row| {
            (
                row.head.clone(),
                row.size,
                row.cells[1].part,
                row.cells[1].whole,
            )
        })
        .collect();
    // Week 1 of the second cohort runs, so only the first one's is told: ana of ana and bo; of cy nobody.
    assert_eq!(
        rows,
        [
            (Head::Value(Some("free".into())), 2, 1, 2),
            (Head::Value(Some("pro".into())), 2, 0, 1)
        ]
    );
}

#[test]
fn revenue_is_told_of_what_was_paid_at_first() {
    let pays = |user: &str, amount: i64, when: &str| Event {
        amount: Some(amount * 10_000),
        currency: Some("USD".into()),
        ..did(user, "payment_completed", when)
    };
    let mut given = Given::events(
        "UTC",
        [
            did("ana", "click", "2026-08-03T10:00:00Z"),
            pays("ana", 20, "2026-08-04T10:00:00Z"),
            pays("ana", 20, "2026-09-04T10:00:00Z"),
            did("bo", "click", "2026-08-03T10:00:00Z"),
            pays("bo", 30, "2026-08-04T10:00:00Z"),
            Event {
                currency: Some("EUR".into()),
                ..pays("bo", 99, "2026-09-04T10:00:00Z")
            },
            did("cy", "click", "2026-09-03T10:00:00Z"),
        ],
    );
    let answer = retention(
        &given,
        "from=2026-08-01&to=2026-09-30&interval=month&columns=2&measure=revenue",
    );
    assert_eq!(
        answer.rows[0].cells[1].share(),
        Some(0.4),
        "20 of 50; what a euro is worth is not known"
    );
    assert_eq!(answer.rows[1].cells[0].share(), None, "cy pays nothing");

    let rate = |day: &str, usd: &str| DatedRate {
        currency: "EUR".parse().expect("a currency"),
        day: day.parse().expect("a day"),
        usd: UsdRate::parse(usd).expect("a rate"),
    };
    let known = Rates::of([rate("2026-08-01", "2"), rate("2026-09-04", "1.1")]);
    given.exchange = Exchange::new("USD", given.zone.clone(), Arc::new(known));
    let answer = retention(
        &given,
        "from=2026-08-01&to=2026-09-30&interval=month&columns=2&measure=revenue",
    );
    let cell = &answer.rows[0].cells[1];
    // 20 dollars and 99 euros at the rate of the fourth of September: 20 + 108.90, in ten-thousandths.
    assert_eq!((cell.part, cell.whole), (128_9000, 50_0000));
}

#[test]
fn too_many_cohorts_are_refused() {
    let given = Given::events("UTC", []);
    let question =
        Question::parse("range=90d&interval=day", &[], &given.zone, now()).expect("a question");
    let text = Calendar::new(&question)
        .expect_err("90 cohorts")
        .to_string();
    assert!(text.contains("more than 60 cohorts of one day"), "{text}");
}

/// Slow and obvious: for each person their first week, and the set of weeks with a return.
fn expected(
    events: &[Event],
    first: Date,
    cohorts: i64,
    columns: i64,
    is_later: bool,
    zone: &jiff::tz::TimeZone,
) -> Vec<(u64, Vec<i64>)> {
    let mut weeks: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    for event in events {
        let date = jiff::Timestamp::from_microsecond(event.occurred_at)
            .expect("a moment")
            .to_zoned(zone.clone())
            .date();
        if !["page_ping", "identify", "payment_completed"].contains(&event.kind.as_str())
            && date <= now().to_zoned(zone.clone()).date()
        {
            weeks
                .entry(event.user_id.as_deref().expect("a user"))
                .or_default()
                .insert(week_start(date));
        }
    }
    (0..cohorts)
        .map(|cohort| {
            let start = first + (7 * cohort).days();
            let members: Vec<_> = weeks
                .values()
                .filter(|weeks| weeks.first() == Some(&start))
                .collect();
            let came_back = |column: i64| {
                let week = start + (7 * column).days();
                members
                    .iter()
                    .filter(|weeks| {
                        weeks.iter().any(|seen| {
                            if is_later {
                                *seen >= week
                            } else {
                                *seen == week
                            }
                        })
                    })
                    .count() as i64
            };
            (members.len() as u64, (0..columns).map(came_back).collect())
        })
        .collect()
}

#[test]
fn random_people_are_kept_as_by_looking_at_each_and_roll_ups_change_nothing() {
    let mut draw = Draw::new(20_261_122);
    for case in 0..6 {
        let zone = ["UTC", "Europe/Berlin", "America/New_York"][case % 3];
        // Six weeks around both changes of clocks, hours apart, a thousand people.
        let from = at("2026-10-01T00:00:00Z");
        let events: Vec<Event> = (0..4_000)
            .map(|_| {
                let user = format!("u{}", draw.below(1_000));
                let kind = draw.pick(&[
                    "click",
                    "click",
                    "ask",
                    "page_ping",
                    "identify",
                    "payment_completed",
                ]);
                let mut event = did(&user, kind, "2026-10-01T00:00:00Z");
                event.occurred_at = from + draw.below(54 * 24 * 60) as i64 * 60_000_000;
                event
            })
            .collect();
        let mut sorted = events.clone();
        sorted.sort_by_key(|event| event.occurred_at);
        let given = Given::events(zone, sorted);
        for mode in ["on", "on_or_after"] {
            let query = format!("from=2026-10-05&to=2026-11-15&columns=7&mode={mode}");
            let right = expected(
                &events,
                "2026-10-05".parse().expect("a date"),
                6,
                7,
                mode == "on_or_after",
                &given.zone,
            );
            assert_eq!(parts(&retention(&given, &query)), right, "{zone} {mode}");
            given.roll_up_below(3_000);
            assert_eq!(
                parts(&retention(&given, &query)),
                right,
                "{zone} {mode}, three quarters rolled up"
            );
            given.roll_up();
            assert_eq!(
                parts(&retention(&given, &query)),
                right,
                "{zone} {mode}, rolled up"
            );
            // The same question without roll-ups: any filter that always holds.
            let raw = retention(&given, &format!("{query}&filter=user:exists"));
            assert_eq!(parts(&raw), right, "{zone} {mode}, raw");
        }
    }
}

#[test]
fn a_cell_that_has_not_begun_has_no_share() {
    let cell = |stage| Cell {
        part: 1,
        whole: 2,
        stage,
    };
    assert_eq!(cell(Stage::Running).share(), Some(0.5));
    assert_eq!(cell(Stage::Future).share(), None);
}

/// Ana looks around without a name in the week of 2 November, logs in a week later, and comes back after another; and
/// what she once did under an older user id is hers too.
fn ana_before_and_after() -> Given {
    let log_in = Event {
        anonymous_id: Some("x1".into()),
        ..did("ana", "log_in", "2026-11-10T10:00:00Z")
    };
    let given = Given::events(
        "UTC",
        [
            looked("x1", "click", "2026-11-03T10:00:00Z"),
            looked("x2", "click", "2026-11-03T10:00:00Z"),
            log_in,
            did("old", "click", "2026-11-11T10:00:00Z"),
            did("ana", "click", "2026-11-17T10:00:00Z"),
            did("bo", "click", "2026-11-03T10:00:00Z"),
        ],
    );
    let name = |name: &str| Name {
        kind: NameKind::User,
        name: name.into(),
    };
    alias::merge(&given.engine, 1, &name("old"), &name("ana")).expect("a merge");
    given
}

#[test]
fn a_filter_by_a_user_takes_what_they_did_before_they_were_named() {
    let given = ana_before_and_after();
    let over = "from=2026-11-02&to=2026-11-15&columns=3";
    for (more, wanted) in [
        // She is one person, first seen on the 3rd, and back in both weeks after it.
        ("people=all", [(1, vec![1, 1, 1]), (0, vec![0, 0, 0])]),
        // Of events that name her the first is the log-in.
        (
            "people=identified",
            [(0, vec![0, 0, 0]), (1, vec![1, 1, 0])],
        ),
        (
            "people=all&start=click",
            [(1, vec![1, 1, 1]), (0, vec![0, 0, 0])],
        ),
        // Clicks of hers are those of the 3rd and the 17th, and the older id's on the 11th.
        (
            "people=all&return=click",
            [(1, vec![1, 1, 1]), (0, vec![0, 0, 0])],
        ),
        (
            "people=all&return=log_in",
            [(1, vec![0, 1, 0]), (0, vec![0, 0, 0])],
        ),
    ] {
        for is_rolled in [false, true] {
            if is_rolled {
                given.roll_up();
            }
            let answer = retention(&given, &format!("{over}&filter=user:is:ana&{more}"));
            assert_eq!(parts(&answer), wanted, "{more}, rolled up: {is_rolled}");
        }
    }
    // Everybody else is not in it, and she is not in theirs.
    let others = retention(&given, &format!("{over}&people=all&filter=user:is_not:ana"));
    assert_eq!(parts(&others), [(2, vec![2, 0, 0]), (0, vec![0, 0, 0])]);
    // An undone merge is undone here at once: the click of the 11th is the older id's again.
    let old = Name {
        kind: NameKind::User,
        name: "old".into(),
    };
    alias::undo(&given.engine, 1, &old).expect("an undoing");
    let hers = retention(
        &given,
        &format!("{over}&people=all&filter=user:is:ana&return=click"),
    );
    assert_eq!(parts(&hers), [(1, vec![1, 0, 1]), (0, vec![0, 0, 0])]);
}
