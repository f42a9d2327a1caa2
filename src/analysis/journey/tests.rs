//! Journeys worked by hand, over a real engine; and random visits against a slow reference.

use std::collections::BTreeMap;

use crate::analysis::journey::answer::{Answer, Node};
use crate::analysis::journey::ask;
use crate::analysis::journey::question::{Direction, Question};
use crate::analysis::journey::way::{Stop, way};
use crate::core::draw::Draw;
use crate::core::event::Event;
use crate::given::{Given, did, looked, now};

fn journeys(given: &Given, query: &str) -> Answer {
    let query = format!("from=2026-11-01&to=2026-11-20&{query}");
    let question = Question::parse(&query, &[], &given.zone, now()).expect(&query);
    given.inquire(move |inquiry| ask::answer(inquiry, question))
}

fn page(who: &str, path: &str, when: &str) -> Event {
    Event {
        path: Some(path.into()),
        ..looked(who, "page_view", when)
    }
}

fn three_visits() -> Given {
    Given::events(
        "UTC",
        [
            page("a", "/", "2026-11-02T10:00:00Z"),
            page("a", "/", "2026-11-02T10:01:00Z"),
            page("a", "/users/1", "2026-11-02T10:02:00Z"),
            page("a", "/users/2", "2026-11-02T10:03:00Z"),
            looked("a", "page_ping", "2026-11-02T10:03:30Z"),
            looked("a", "sign_up", "2026-11-02T10:04:00Z"),
            page("b", "/", "2026-11-02T10:00:00Z"),
            page("b", "/pricing", "2026-11-02T10:01:00Z"),
            page("c", "/pricing", "2026-11-02T10:00:00Z"),
            looked("c", "sign_up", "2026-11-02T10:01:00Z"),
        ],
    )
}

fn stations(answer: &Answer) -> Vec<Vec<(&str, u64)>> {
    answer
        .steps
        .iter()
        .map(|step| {
            step.iter()
                .map(|station| (station.label.as_str(), station.visits))
                .collect()
        })
        .collect()
}

#[test]
fn repeats_are_one_stop_and_paths_that_differ_in_ids_one_place() {
    let answer = journeys(&three_visits(), "steps=3");
    assert_eq!(
        stations(&answer),
        [
            vec![("/", 2), ("/pricing", 1)],
            vec![("/pricing", 1), ("/users/:id", 1), ("Sign up", 1)],
            vec![("Sign up", 1), ("Exit", 2)],
        ]
    );
    let sequences: Vec<_> = answer
        .sequences
        .iter()
        .map(|sequence| (sequence.places.join(" > "), sequence.ends, sequence.visits))
        .collect();
    assert_eq!(
        sequences,
        [
            ("/ > /pricing".into(), true, 1),
            ("/ > /users/:id > Sign up".into(), true, 1),
            ("/pricing > Sign up".into(), true, 1)
        ]
    );
}

#[test]
fn backwards_one_looks_at_what_led_to_an_event() {
    let answer = journeys(&three_visits(), "steps=4&event=sign_up&direction=backward");
    assert_eq!(answer.visits, 2);
    assert_eq!(
        stations(&answer),
        [
            vec![("Sign up", 2)],
            vec![("/pricing", 1), ("/users/:id", 1)],
            vec![("/", 1), ("Start of the visit", 1)],
            vec![("Start of the visit", 1)],
        ]
    );
}

#[test]
fn forwards_one_begins_at_the_first_event_of_its_kind() {
    let answer = journeys(&three_visits(), "steps=3&event=page_view;path:is:/pricing");
    assert_eq!(answer.visits, 2);
    assert_eq!(
        stations(&answer),
        [
            vec![("/pricing", 2)],
            vec![("Sign up", 1), ("Exit", 1)],
            vec![("Exit", 1)]
        ]
    );
}

#[test]
fn what_is_not_among_the_largest_is_other_and_links_add_up() {
    let mut events = Vec::new();
    for visit in 0..30 {
        let who = format!("v{visit}");
        events.push(page(&who, "/", "2026-11-02T10:00:00Z"));
        // Place k is reached by visits from k(k+1)/2 on: sizes differ.
        let place = (0..).take_while(|k| k * (k + 1) / 2 <= visit).count();
        events.push(page(
            &who,
            &format!("/p{}", (b'a' + place as u8) as char),
            "2026-11-02T10:01:00Z",
        ));
    }
    let answer = journeys(&Given::events("UTC", events), "steps=3&top=2");
    let second = &answer.steps[1];
    assert_eq!(second.len(), 3);
    assert_eq!(second[2].node, Node::Other);
    for (step, stations) in answer.steps.iter().enumerate() {
        for (place, station) in stations.iter().enumerate() {
            let out: u64 = answer
                .links
                .iter()
                .filter(|link| link.step == step && link.from == place)
                .map(|link| link.visits)
                .sum();
            let into: u64 = answer
                .links
                .iter()
                .filter(|link| link.step + 1 == step && link.to == place)
                .map(|link| link.visits)
                .sum();
            if step + 1 < answer.steps.len() && station.node != Node::End {
                assert_eq!(
                    out, station.visits,
                    "all leave {} of step {step}",
                    station.label
                );
            }
            if step > 0 {
                assert_eq!(
                    into, station.visits,
                    "all came to {} of step {step}",
                    station.label
                );
            }
        }
    }
}

#[test]
fn a_hundred_thousand_paths_are_walked() {
    let mut events = Vec::new();
    for number in 0..100_000_u32 {
        // Letters only, so that no form makes them one.
        let name: String = (0..5)
            .map(|digit| char::from(b'a' + (number / 10_u32.pow(digit) % 10) as u8))
            .collect();
        let mut event = page("v", &format!("/{name}"), "2026-11-02T10:00:00Z");
        event.session_id = Some(format!("s{}", number / 10));
        event.occurred_at += i64::from(number);
        events.push(event);
    }
    let answer = journeys(&Given::events("UTC", events), "steps=5");
    assert_eq!(answer.visits, 10_000);
    assert_eq!(answer.sequences_all, 10_000);
    assert_eq!(
        answer.steps[0]
            .iter()
            .map(|station| station.visits)
            .sum::<u64>(),
        10_000
    );
    assert_eq!(answer.sequences.len(), 20);
}

#[test]
fn pages_beyond_the_most_frequent_ones_are_one_place() {
    let mut events = Vec::new();
    for number in 0..200_010_u32 {
        // No form collapses words.
        let path = format!("/topic/word-{}-x", letters(number));
        events.push(page(&format!("u{number}"), &path, "2026-11-02T10:00:00Z"));
    }
    for number in 0..20 {
        events.push(page(&format!("v{number}"), "/", "2026-11-02T10:00:00Z"));
    }
    let answer = journeys(&Given::events("UTC", events), "steps=2");
    assert_eq!(answer.visits, 200_030);
    // `/` and 199,999 words have a name of their own, and eleven words have not.
    let first = &stations(&answer)[0];
    assert_eq!(first[..2], [("/", 20), ("Other pages", 11)]);
    assert_eq!(first.iter().map(|(_, visits)| visits).sum::<u64>(), 200_030);
}

/// A number in letters.
fn letters(number: u32) -> String {
    let letter = |digit| char::from(b'g' + digit as u8);
    number
        .to_string()
        .chars()
        .filter_map(|digit| digit.to_digit(10).map(letter))
        .collect()
}

#[test]
fn a_user_in_ten_thousand_visits_is_ten_thousand_ways() {
    let mut events = Vec::new();
    for number in 0..10_000 {
        for kind in ["open", "ask"] {
            let mut event = did("ana", kind, "2026-11-02T10:00:00Z");
            event.session_id = Some(format!("s{number}"));
            event.occurred_at += number;
            events.push(event);
        }
    }
    let answer = journeys(&Given::events("UTC", events), "steps=2");
    assert_eq!(
        (answer.visits, answer.sequences[0].visits),
        (10_000, 10_000)
    );
}

/// Slow and obvious: sort, cut at the asked event, leave out repeats, take the first few.
fn expected(
    stops: &[(i64, u32, u32, bool)],
    direction: Direction,
    has_anchor: bool,
    steps: usize,
) -> Option<Vec<u32>> {
    let mut sorted = stops.to_vec();
    sorted.sort_by_key(|(at, order, _, _)| (*at, *order));
    let anchor = sorted.iter().position(|(_, _, _, is_anchor)| *is_anchor);
    if has_anchor && anchor.is_none() {
        return None;
    }
    let kept: Vec<(i64, u32, u32, bool)> = match (direction, has_anchor) {
        (_, false) if direction == Direction::Forward => sorted,
        (_, false) => sorted.into_iter().rev().collect(),
        (Direction::Forward, true) => sorted.split_off(anchor?),
        (Direction::Backward, true) => sorted[..=anchor?].iter().rev().copied().collect(),
    };
    let mut places: Vec<u32> = kept.iter().map(|(_, _, place, _)| *place).collect();
    places.dedup();
    places.truncate(steps + 1);
    Some(places)
}

#[test]
fn random_visits_are_walked_as_by_hand() {
    let mut draw = Draw::new(5);
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for case in 0..20_000 {
        let drawn: Vec<(i64, u32, u32, bool)> = (0..1 + draw.below(10))
            .map(|_| {
                let order = draw.below(1_000_000) as u32;
                (
                    draw.below(6) as i64,
                    order,
                    draw.below(3) as u32,
                    draw.chance(0.2),
                )
            })
            .collect();
        let mut stops: Vec<Stop> = drawn
            .iter()
            .map(|(at, order, place, is_anchor)| Stop::new(*at, *order, *place, *is_anchor))
            .collect();
        let direction = if draw.chance(0.5) {
            Direction::Forward
        } else {
            Direction::Backward
        };
        let (has_anchor, steps) = (draw.chance(0.7), 2 + draw.below(4) as usize);
        let right = expected(&drawn, direction, has_anchor, steps).unwrap_or_default();
        let mut found = vec![7];
        way(
            &mut stops,
            direction,
            has_anchor,
            steps,
            |place| place,
            &mut found,
        );
        *counts.entry(found.len()).or_default() += 1;
        assert_eq!(found, right, "case {case}");
    }
    assert!(
        (0..6).all(|length| counts.contains_key(&length)),
        "ways of every length are drawn: {counts:?}"
    );
}

#[test]
fn a_filter_by_a_user_takes_what_they_did_before_they_were_named() {
    let log_in = Event {
        user_id: Some("ana".into()),
        ..looked("a", "log_in", "2026-11-02T10:01:00Z")
    };
    let given = Given::events(
        "UTC",
        [
            page("a", "/", "2026-11-02T10:00:00Z"),
            log_in,
            page("b", "/pricing", "2026-11-02T10:00:00Z"),
        ],
    );
    let hers = journeys(&given, "steps=3&filter=user:is:ana");
    assert_eq!(
        stations(&hers),
        [vec![("/", 1)], vec![("Log in", 1)], vec![("Exit", 1)]]
    );
}
