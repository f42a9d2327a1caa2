//! Hours of the week worked by hand, over a real engine, also where clocks change.

use crate::analysis::heatmap::{Answer, Hour, Question, answer};
use crate::core::event::Event;
use crate::given::{Given, did, looked, now};

fn hours(given: &Given, query: &str) -> Answer {
    let question = Question::parse(query, &[], &given.zone, now()).expect(query);
    given.inquire(move |inquiry| answer(inquiry, question))
}

#[test]
fn a_cell_is_the_mean_over_the_times_its_hour_occurred() {
    // 2 and 9 November 2026 are Mondays; Monday 9:00 occurs twice in these dates, Sunday once.
    let given = Given::events(
        "UTC",
        [
            did("ana", "click", "2026-11-02T09:00:00Z"),
            did("ana", "click", "2026-11-02T09:59:59.999999Z"),
            did("bo", "click", "2026-11-09T09:30:00Z"),
            did("bo", "page_ping", "2026-11-09T09:31:00Z"),
            did("bo", "identify", "2026-11-09T09:31:00Z"),
            did("bo", "click", "2026-11-09T10:00:00Z"),
        ],
    );
    let found = hours(&given, "from=2026-11-02&to=2026-11-09");
    assert_eq!(
        found.hours[9],
        Hour {
            total: 3,
            occurrences: 2
        }
    );
    assert_eq!(found.hours[9].mean(), Some(1.5));
    assert_eq!(
        found.hours[10],
        Hour {
            total: 1,
            occurrences: 2
        }
    );
    assert_eq!(
        found.hours[6 * 24],
        Hour {
            total: 0,
            occurrences: 1
        }
    );
    let people = hours(&given, "from=2026-11-02&to=2026-11-09&measure=people");
    assert_eq!(
        people.hours[9],
        Hour {
            total: 2,
            occurrences: 2
        },
        "ana once, bo once"
    );
}

#[test]
fn an_hour_comes_twice_or_not_at_all_where_clocks_change() {
    let event = |when: &str| did("ana", "click", when);
    // Berlin, Sunday 25 October 2026: 2:00 comes twice, at 0:00 and at 1:00 UTC.
    let autumn = Given::events(
        "Europe/Berlin",
        [event("2026-10-25T00:30:00Z"), event("2026-10-25T01:30:00Z")],
    );
    let found = hours(&autumn, "from=2026-10-25&to=2026-10-25");
    assert_eq!(
        found.hours[6 * 24 + 2],
        Hour {
            total: 2,
            occurrences: 2
        }
    );
    assert_eq!(
        found.hours.iter().map(|hour| hour.occurrences).sum::<u32>(),
        25
    );
    // Sunday 29 March 2026: after 1:59 comes 3:00.
    let spring = Given::events("Europe/Berlin", [event("2026-03-29T01:00:00Z")]);
    let found = hours(&spring, "from=2026-03-29&to=2026-03-29");
    assert_eq!(
        found.hours[6 * 24 + 2].mean(),
        None,
        "there was no such hour"
    );
    assert_eq!(
        found.hours[6 * 24 + 3],
        Hour {
            total: 1,
            occurrences: 1
        }
    );
    assert_eq!(
        found.hours.iter().map(|hour| hour.occurrences).sum::<u32>(),
        23
    );
}

#[test]
fn the_hour_that_runs_is_left_out_and_zones_off_by_half_an_hour_have_whole_hours() {
    // Now is 12:00 UTC, 17:30 in Kolkata: the hour from 17:00 runs, the one from 16:00 is over.
    let given = Given::events(
        "Asia/Kolkata",
        [
            did("ana", "click", "2026-11-21T11:00:00Z"),
            did("ana", "click", "2026-11-21T11:45:00Z"),
        ],
    );
    let found = hours(&given, "from=2026-11-21&to=2026-11-21");
    assert_eq!(
        found.hours[5 * 24 + 16],
        Hour {
            total: 1,
            occurrences: 1
        }
    );
    assert_eq!(found.hours[5 * 24 + 17], Hour::default());
    assert_eq!(
        found.hours.iter().map(|hour| hour.occurrences).sum::<u32>(),
        17
    );
}

#[test]
fn a_filter_by_a_user_takes_what_they_did_before_they_were_named() {
    let log_in = Event {
        anonymous_id: Some("x1".into()),
        ..did("ana", "log_in", "2026-11-09T09:00:00Z")
    };
    let given = Given::events(
        "UTC",
        [
            looked("x1", "click", "2026-11-02T09:30:00Z"),
            looked("x2", "click", "2026-11-02T09:30:00Z"),
            log_in,
        ],
    );
    let hers = hours(&given, "from=2026-11-02&to=2026-11-09&filter=user:is:ana");
    assert_eq!(hers.hours[9].total, 2, "both Mondays");
}
