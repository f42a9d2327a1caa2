//! Funnels worked by hand, over a real engine; and thousands of random people against a slow reference.

use crate::analysis::funnel::answer::Answer;
use crate::analysis::funnel::ask;
use crate::analysis::funnel::attempt::{Attempt, EXCLUDED, Judge, Moment, Outcome, Rules};
use crate::analysis::funnel::question::{Order, Question};
use crate::analysis::funnel::reference::{Expected, outcome};
use crate::core::draw::Draw;
use crate::core::event::Event;
use crate::given::{Given, at, did, looked, now};

const NOVEMBER: &str = "from=2026-11-01&to=2026-11-10";

fn funnel(given: &Given, query: &str) -> Answer {
    let question = Question::parse(query, &[], &given.zone, now()).expect(query);
    given.inquire(move |inquiry| ask::answer(inquiry, question))
}

fn people(answer: &Answer) -> Vec<u64> {
    answer.steps.iter().map(|step| step.people).collect()
}

fn counts(events: Vec<Event>, query: &str) -> Vec<u64> {
    people(&funnel(
        &Given::events("UTC", events),
        &format!("{NOVEMBER}&{query}"),
    ))
}

#[test]
fn rates_drop_off_and_times_of_four_people() {
    let given = Given::events(
        "UTC",
        [
            did("ana", "sign_up", "2026-11-02T10:00:00Z"),
            did("ana", "trial_started", "2026-11-02T11:00:00Z"),
            did("ana", "payment_completed", "2026-11-05T11:00:00Z"),
            did("bo", "sign_up", "2026-11-03T10:00:00Z"),
            did("bo", "trial_started", "2026-11-03T13:00:00Z"),
            did("cy", "sign_up", "2026-11-03T10:00:00Z"),
            did("di", "sign_up", "2026-11-04T10:00:00Z"),
        ],
    );
    let answer = funnel(
        &given,
        &format!("{NOVEMBER}&step=sign_up&step=trial_started&step=payment_completed"),
    );

    assert_eq!(people(&answer), [4, 2, 1]);
    let rates: Vec<_> = answer
        .steps
        .iter()
        .map(|step| (step.of_previous.value(), step.of_first.value()))
        .collect();
    assert_eq!(
        rates,
        [
            (Some(1.0), Some(1.0)),
            (Some(0.5), Some(0.5)),
            (Some(0.5), Some(0.25))
        ]
    );
    assert_eq!(
        answer
            .steps
            .iter()
            .map(|step| step.dropped)
            .collect::<Vec<_>>(),
        [2, 1, 0]
    );
    // One hour and three hours: the median lies between, the 90th percentile nine tenths of the way.
    assert_eq!(answer.steps[1].median_us, Some(2.0 * 3_600e6));
    assert_eq!(answer.steps[1].p90_us, Some(2.8 * 3_600e6));
    assert_eq!(answer.steps[2].from_entry_median_us, Some(73.0 * 3_600e6));
    assert_eq!(answer.users, Some(4));
}

#[test]
fn a_step_at_the_last_moment_of_the_window_counts_and_a_moment_later_does_not() {
    for (when, expected) in [
        ("2026-11-09T10:00:00Z", [1, 1]),
        ("2026-11-09T10:00:00.000001Z", [1, 0]),
    ] {
        let events = vec![
            did("ana", "a", "2026-11-02T10:00:00Z"),
            did("ana", "b", when),
        ];
        assert_eq!(
            counts(events, "step=a&step=b&window=7d"),
            expected,
            "{when}"
        );
    }
}

#[test]
fn the_entry_lies_in_the_period_and_later_steps_may_lie_after_it() {
    let events = vec![
        did("early", "a", "2026-10-31T23:59:59Z"),
        did("early", "b", "2026-11-01T01:00:00Z"),
        did("first", "a", "2026-11-01T00:00:00Z"),
        did("last", "a", "2026-11-10T23:59:59Z"),
        did("last", "b", "2026-11-12T00:00:00Z"),
        did("late", "a", "2026-11-11T00:00:00Z"),
    ];
    assert_eq!(counts(events, "step=a&step=b"), [2, 1]);
}

#[test]
fn the_entry_that_gets_furthest_counts_and_the_earliest_of_equals() {
    let given = Given::events(
        "UTC",
        [
            // The first entry gets nowhere within a day; the second and the third reach b at once.
            did("ana", "a", "2026-11-01T00:00:00Z"),
            did("ana", "a", "2026-11-04T00:00:00Z"),
            did("ana", "a", "2026-11-04T06:00:00Z"),
            did("ana", "b", "2026-11-04T12:00:00Z"),
        ],
    );
    let answer = funnel(
        &given,
        &format!("{NOVEMBER}&step=a&step=b&window=1d&people=1"),
    );
    assert_eq!(people(&answer), [1, 1]);
    assert_eq!(answer.people[0].entered_at, at("2026-11-04T00:00:00Z"));
    assert_eq!(answer.steps[1].median_us, Some(12.0 * 3_600e6));
}

#[test]
fn events_of_one_moment_are_taken_in_the_order_of_receipt_and_one_event_is_one_step() {
    let moment = "2026-11-02T10:00:00Z";
    assert_eq!(
        counts(
            vec![did("ana", "a", moment), did("ana", "b", moment)],
            "step=a&step=b"
        ),
        [1, 1]
    );
    assert_eq!(
        counts(
            vec![did("ana", "b", moment), did("ana", "a", moment)],
            "step=a&step=b"
        ),
        [1, 0]
    );
    assert_eq!(
        counts(vec![did("ana", "a", moment)], "step=a&step=a"),
        [1, 0],
        "the same event twice is two events"
    );
    assert_eq!(
        counts(
            vec![did("ana", "a", moment), did("ana", "a", moment)],
            "step=a&step=a"
        ),
        [1, 1]
    );
}

#[test]
fn strict_order_breaks_at_any_other_interaction_but_not_at_pings() {
    let with = |between: &str| {
        vec![
            did("ana", "a", "2026-11-02T10:00:00Z"),
            did("ana", between, "2026-11-02T10:01:00Z"),
            did("ana", "b", "2026-11-02T10:02:00Z"),
        ]
    };
    assert_eq!(counts(with("click"), "step=a&step=b"), [1, 1]);
    assert_eq!(counts(with("click"), "step=a&step=b&order=strict"), [1, 0]);
    assert_eq!(
        counts(with("page_ping"), "step=a&step=b&order=strict"),
        [1, 1]
    );
    assert_eq!(
        counts(with("identify"), "step=a&step=b&order=strict"),
        [1, 1]
    );
}

#[test]
fn any_order_counts_how_many_steps_were_taken() {
    let events = vec![
        did("ana", "c", "2026-11-02T10:00:00Z"),
        did("ana", "a", "2026-11-02T10:01:00Z"),
        did("ana", "b", "2026-11-02T10:02:00Z"),
        did("bo", "b", "2026-11-02T10:00:00Z"),
        did("bo", "b", "2026-11-02T10:01:00Z"),
    ];
    assert_eq!(counts(events, "step=a&step=b&step=c&order=any"), [2, 1, 1]);
}

#[test]
fn an_exclusion_removes_the_attempt_but_not_another_one() {
    let events = |second: bool| {
        let mut events = vec![
            did("ana", "a", "2026-11-02T10:00:00Z"),
            did("ana", "refund", "2026-11-02T10:01:00Z"),
            did("ana", "b", "2026-11-02T10:02:00Z"),
            // Once the way is finished, an exclusion does no harm.
            did("bo", "a", "2026-11-02T10:00:00Z"),
            did("bo", "b", "2026-11-02T10:01:00Z"),
            did("bo", "refund", "2026-11-02T10:02:00Z"),
        ];
        if second {
            events.push(did("ana", "a", "2026-11-02T11:00:00Z"));
        }
        events
    };
    assert_eq!(
        counts(events(false), "step=a&step=b&exclude=refund"),
        [1, 1]
    );
    assert_eq!(counts(events(true), "step=a&step=b&exclude=refund"), [2, 1]);
    let answer = funnel(
        &Given::events("UTC", events(false)),
        &format!("{NOVEMBER}&step=a&step=b&exclude=refund"),
    );
    assert_eq!(answer.removed, 1);
}

#[test]
fn attempts_that_may_still_go_on_leave_the_rates() {
    // Now is the 21st at noon; the window is 7 days.
    let given = Given::events(
        "UTC",
        [
            did("old", "a", "2026-11-10T00:00:00Z"),
            did("done", "a", "2026-11-20T00:00:00Z"),
            did("done", "b", "2026-11-20T01:00:00Z"),
            did("young", "a", "2026-11-20T00:00:00Z"),
            did("edge", "a", "2026-11-14T12:00:00Z"),
            did("over", "a", "2026-11-14T11:59:59Z"),
        ],
    );
    let answer = funnel(&given, "range=30d&step=a&step=b");
    assert_eq!(people(&answer), [5, 1]);
    assert_eq!(answer.open(), 2, "young, and the one whose window ends now");
    // Of old, over and done one has finished.
    assert_eq!(answer.rate().value(), Some(1.0 / 3.0));
}

#[test]
fn the_earlier_period_has_had_no_more_time_than_this_one() {
    // Asked on the 21st at noon for the 20th and 21st so far; the earlier period is seen from the 19th at noon.
    let given = Given::events(
        "UTC",
        [
            did("ana", "a", "2026-11-18T10:00:00Z"),
            did("ana", "b", "2026-11-20T10:00:00Z"),
            did("bo", "a", "2026-11-18T10:00:00Z"),
            did("bo", "b", "2026-11-19T11:00:00Z"),
            did("cy", "a", "2026-11-20T10:00:00Z"),
        ],
    );
    let answer = funnel(&given, "range=2d&compare=previous&step=a&step=b&window=1d");
    let (_, before) = answer.before.as_ref().expect("an earlier period");
    // Ana's b came after a day; bo's window of a day was over too: nobody. With two days bo is seen, ana is not yet.
    assert_eq!(
        before.iter().map(|step| step.people).collect::<Vec<_>>(),
        [2, 0]
    );
    let answer = funnel(&given, "range=2d&compare=previous&step=a&step=b&window=2d");
    let (_, before) = answer.before.as_ref().expect("an earlier period");
    assert_eq!(
        before.iter().map(|step| step.people).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(before[0].open, 1);
}

#[test]
fn what_was_done_before_the_log_in_belongs_to_the_first_user_named() {
    let both = Event {
        user_id: Some("ana".into()),
        ..looked("x1", "sign_up", "2026-11-02T10:05:00Z")
    };
    let later = Event {
        user_id: Some("bo".into()),
        ..looked("x1", "sign_up", "2026-11-03T10:05:00Z")
    };
    let events = vec![
        looked("x1", "page_view", "2026-11-02T10:00:00Z"),
        both,
        later,
        looked("x2", "page_view", "2026-11-02T10:00:00Z"),
    ];
    let given = Given::events("UTC", events);
    let answer = funnel(
        &given,
        &format!("{NOVEMBER}&step=page_view&step=sign_up&people=1"),
    );
    assert_eq!(people(&answer), [2, 1]);
    assert_eq!(answer.users, Some(1));
    let mut names: Vec<_> = answer
        .people
        .iter()
        .map(|person| (person.name.as_str(), person.is_user))
        .collect();
    names.sort_unstable();
    assert_eq!(names, [("ana", true), ("x2", false)]);
    // A filter by the user finds what she did before the log-in too.
    let hers = funnel(
        &given,
        &format!("{NOVEMBER}&step=page_view&step=sign_up&filter=user:is:ana"),
    );
    assert_eq!(people(&hers), [1, 1]);
}

#[test]
fn visits_are_counted_each_for_itself() {
    let on = |session: &str, event: Event| Event {
        session_id: Some(session.into()),
        ..event
    };
    let events = vec![
        on("s1", looked("x", "a", "2026-11-02T10:00:00Z")),
        on("s2", looked("x", "b", "2026-11-02T12:00:00Z")),
        on("s3", looked("x", "a", "2026-11-02T14:00:00Z")),
        on("s3", looked("x", "b", "2026-11-02T14:01:00Z")),
    ];
    assert_eq!(counts(events.clone(), "step=a&step=b&unit=visit"), [2, 1]);
    assert_eq!(counts(events, "step=a&step=b&unit=user"), [1, 1]);
}

#[test]
fn a_split_is_by_the_value_at_the_best_entry_and_its_parts_add_up() {
    let on = |plan: &str, event: Event| Event {
        plan: Some(plan.into()),
        ..event
    };
    let given = Given::events(
        "UTC",
        [
            on("free", did("ana", "a", "2026-11-02T10:00:00Z")),
            on("pro", did("ana", "a", "2026-11-09T12:00:00Z")),
            on("pro", did("ana", "b", "2026-11-09T13:00:00Z")),
            on("free", did("bo", "a", "2026-11-02T10:00:00Z")),
            did("cy", "a", "2026-11-02T10:00:00Z"),
        ],
    );
    let answer = funnel(
        &given,
        &format!("{NOVEMBER}&step=a&step=b&by=plan&window=2d"),
    );
    let parts: Vec<_> = answer
        .parts
        .iter()
        .map(|part| {
            (
                part.value.as_deref(),
                part.steps
                    .iter()
                    .map(|step| step.people)
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            (Some("free"), vec![1, 0]),
            (Some("pro"), vec![1, 1]),
            (None, vec![1, 0])
        ]
    );
    let answer = funnel(
        &given,
        &format!("{NOVEMBER}&step=a&step=b&by=plan&limit=1&window=2d"),
    );
    assert!(
        answer.parts[1].is_other && answer.parts[1].steps[0].people == 2,
        "pro and nothing"
    );
}

#[test]
fn steps_have_filters_and_so_has_the_whole() {
    let to = |plan: &str, event: Event| Event {
        plan: Some(plan.into()),
        ..event
    };
    let events = vec![
        did("ana", "sign_up", "2026-11-02T10:00:00Z"),
        to("pro", did("ana", "plan_upgraded", "2026-11-03T10:00:00Z")),
        did("bo", "sign_up", "2026-11-02T10:00:00Z"),
        to(
            "enterprise",
            did("bo", "plan_upgraded", "2026-11-03T10:00:00Z"),
        ),
    ];
    assert_eq!(
        counts(events.clone(), "step=sign_up&step=plan_upgraded"),
        [2, 2]
    );
    assert_eq!(
        counts(
            events.clone(),
            "step=sign_up&step=plan_upgraded;plan:is:pro"
        ),
        [2, 1]
    );
    assert_eq!(
        counts(events, "step=sign_up&step=plan_upgraded&filter=user:is:bo"),
        [1, 1]
    );
}

#[test]
fn nobody_gives_no_rate() {
    let answer = funnel(&Given::events("UTC", []), "step=a&step=b&compare=previous");
    assert_eq!(people(&answer), [0, 0]);
    assert_eq!(answer.rate().value(), None);
    assert_eq!(answer.steps[1].median_us, None);
}

#[test]
fn a_person_with_fifty_thousand_entries_is_judged_in_no_time() {
    let moment = |number: i64| Moment {
        at: number,
        order: number as u32,
        mask: 1 | EXCLUDED,
        split: 0,
    };
    let mut events: Vec<Moment> = (0..50_000).map(moment).collect();
    for order in [Order::Sequential, Order::Strict, Order::Any] {
        let rules = Rules {
            steps: 6,
            order,
            window_us: 1_000_000,
            from: 0,
            to: 1_000_000,
            as_of: i64::MAX,
        };
        assert!(!matches!(
            Judge::new(rules).outcome(&mut events),
            Outcome::Absent
        ));
    }
}

/// Random people: few moments, so that times tie; few events, so that the reference ends.
#[test]
fn random_people_are_judged_as_by_trying_everything() {
    let mut draw = Draw::new(20_261_121);
    let mut seen = [0_usize; 6];
    for case in 0..12_000 {
        let steps = 2 + draw.below(3) as usize;
        let order = [Order::Sequential, Order::Strict, Order::Any][draw.below(3) as usize];
        let rules = Rules {
            steps,
            order,
            window_us: draw.below(16) as i64,
            from: draw.below(3) as i64,
            to: 10 + draw.below(12) as i64,
            as_of: 20 + draw.below(8) as i64,
        };
        let has_exclusion = draw.chance(0.4);
        let may_be_several = draw.chance(0.3);
        let events: Vec<Moment> = (0..draw.below(9))
            .map(|_| {
                let mut mask = match draw.below(steps as u64 + 1) {
                    step if step < steps as u64 => 1 << step,
                    _ => 0,
                };
                if may_be_several {
                    mask |= 1 << draw.below(steps as u64);
                }
                if has_exclusion && draw.chance(0.2) {
                    mask |= EXCLUDED;
                }
                Moment {
                    at: draw.below(20) as i64,
                    order: draw.below(1_000_000) as u32,
                    mask,
                    split: 0,
                }
            })
            .collect();
        let expected = outcome(&events, &rules);
        let found = match Judge::new(rules).outcome(&mut events.clone()) {
            Outcome::Absent => Expected::Absent,
            Outcome::Removed => Expected::Removed,
            Outcome::Best(Attempt {
                depth,
                times,
                is_open,
                ..
            }) => Expected::Best {
                depth,
                times: times[..depth].to_vec(),
                is_open,
            },
        };
        seen[match &found {
            Expected::Absent => 0,
            Expected::Removed => 1,
            Expected::Best { depth, .. } => 1 + depth,
        }] += 1;
        assert_eq!(found, expected, "case {case}: {rules:?} {events:?}");
    }
    assert!(
        seen.iter().all(|count| *count > 50),
        "every kind of outcome is drawn: {seen:?}"
    );
}
