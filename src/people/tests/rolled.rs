//! Every question about people, answered from events alone and from roll-ups that go more or less far.

use crate::core::event::Event;
use crate::core::range::{Interval, Range};
use crate::core::value::Value;
use crate::given::{Given, at};
use crate::people::answer::{Table, Topic};
use crate::people::ask::Asker;
use crate::people::tests::filter_of;

/// People who come and go, some by an anonymous id that turns out to be theirs, and visitors without a name.
fn random(count: u64) -> Vec<Event> {
    let mut state = 11u64;
    let mut draw = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let kinds = [
        "page_view",
        "query_sent",
        "feature_used",
        "page_ping",
        "payment_completed",
        "identify",
    ];
    let start = at("2026-06-01T00:00:00Z");
    (0..count)
        .map(|_| {
            let who = draw(60);
            // Forty say who they are, ten only what browser they use, ten nothing.
            // Everybody has a stretch of days of their own, with pauses.
            let day = who * 2 + draw(6) * (1 + who % 12);
            let moment = start + (day * 86_400 + draw(86_400)) as i64 * 1_000_000;
            let is_named = draw(3) > 0;
            let is_known = who < 50;
            Event {
                kind: kinds[draw(6) as usize].into(),
                user_id: (who < 40 && is_named).then(|| format!("u{who}")),
                anonymous_id: (is_known && draw(2) == 0).then(|| format!("a{who}")),
                visitor: (!is_known).then_some(1_000 + who * 7 + day),
                session_id: (draw(5) > 0).then(|| format!("s{who}-{day}")),
                feature: (draw(2) == 0).then(|| format!("f{}", draw(4))),
                occurred_at: moment,
                received_at: moment,
                ..Event::default()
            }
        })
        .collect()
}

fn ask(given: &Given, topic: Topic, filter: &str, uses_rollups: bool) -> Table {
    let period = given.period(Range::Days(120), Interval::Week);
    let filter = filter_of(filter);
    given.session_with(uses_rollups, move |session| {
        Asker::new(session, &period, &filter).answer(topic)
    })
}

fn values(table: &Table) -> Vec<Vec<Value>> {
    let lines = table.lines.iter().chain(&table.total);
    lines.map(|line| line.values.clone()).collect()
}

#[test]
fn every_answer_is_the_same_however_much_is_rolled_up() {
    let given = Given::events("Europe/Berlin", random(4_000));
    let asked: Vec<(Topic, &str)> = Topic::ALL
        .into_iter()
        .flat_map(|topic| [(topic, ""), (topic, "feature:is:f1"), (topic, "user:is:u7")])
        .collect();
    let raw: Vec<Table> = asked
        .iter()
        .map(|(topic, filter)| ask(&given, *topic, filter, false))
        .collect();
    assert!(
        raw[0].coverage.cookieless > 0 && raw[0].coverage.anonymous > 0,
        "{:?}",
        raw[0].coverage
    );
    // Days come in parts and a tail stays raw, until nothing is.
    for below in [900, 901, 2_600, 4_001] {
        given.roll_up_below(below);
        for ((topic, filter), raw) in asked.iter().zip(&raw) {
            let rolled = ask(&given, *topic, filter, true);
            let of = format!("{topic:?} with {filter:?} below {below}");
            assert_eq!(rolled.coverage, raw.coverage, "{of}");
            let (rolled, raw) = (values(&rolled), values(raw));
            assert_eq!(rolled.len(), raw.len(), "{of}");
            for (a, b) in rolled.iter().flatten().zip(raw.iter().flatten()) {
                match (a, b) {
                    (Value::Number(a), Value::Number(b)) => {
                        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{of}: {a} {b}");
                    }
                    (a, b) => assert_eq!(a, b, "{of}"),
                }
            }
        }
    }
}
