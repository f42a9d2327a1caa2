//! Distinct people, whichever way they are counted: by us, where nothing is split, or by the engine.

use crate::core::event::Event;
use crate::core::value::Value;
use crate::given::Given;
use crate::query::answer::Figure;
use crate::query::tests::call;

/// A visit of somebody who is known by an anonymous id, and by `user` once they have logged in.
fn visit(anonymous: &str, user: Option<&str>, when: &str) -> Event {
    Event {
        kind: "page_view".into(),
        user_id: user.map(Into::into),
        anonymous_id: Some(anonymous.into()),
        status: None,
        provider: None,
        model: None,
        cost: None,
        cost_source: None,
        ..call("", "a", when)
    }
}

fn wholes(figures: &[Figure]) -> Vec<Value> {
    figures.iter().map(|figure| figure.value).collect()
}

#[test]
fn who_turned_out_to_be_one_counts_once_in_every_bar_and_in_all() {
    let given = Given::events(
        "UTC",
        [
            visit("a1", None, "2026-11-18T09:00:00Z"),
            visit("a1", None, "2026-11-18T10:00:00Z"),
            call("bo", "a", "2026-11-18T11:00:00Z"),
            visit("a1", Some("ana"), "2026-11-19T09:00:00Z"),
            call("ana", "a", "2026-11-19T10:00:00Z"),
            visit("a1", None, "2026-11-20T09:00:00Z"),
            visit("a2", None, "2026-11-20T10:00:00Z"),
        ],
    );
    // Of 17 to 21 November: a1 is ana, on every one of her days.
    let days = [0, 2, 1, 2, 0];
    for below in [1, 4, 8] {
        given.roll_up_below(below);
        for uses_rollups in [true, false] {
            let counted = "metrics=active_users,asking_users,cost_per_user&from=2026-11-17&to=2026-11-21&interval=day";
            let answer = given.ask_with(&format!("{counted}&shape=series"), uses_rollups);
            let bars: Vec<Value> = answer
                .total
                .bars
                .iter()
                .map(|figures| figures[0].value)
                .collect();
            assert_eq!(bars, days.map(Value::Whole), "{below}, {uses_rollups}");
            // ana, bo and a2; ana and bo asked, for two cents.
            let total = wholes(&answer.total.figures);
            assert_eq!(total[..2], [Value::Whole(3), Value::Whole(2)]);
            assert_eq!(total[2].as_f64(), Some(0.01));
            assert_eq!(answer.total.figures[2].sample, Some(2.0));
            assert_eq!(answer.total.bars[0][2].value, Value::Null, "nobody asked");

            // The engine counts where it is split, and where a filter must know who they are.
            let split = given.ask_with(
                &format!("{counted}&shape=breakdown&by=country"),
                uses_rollups,
            );
            assert_eq!(wholes(&split.total.figures), total);
            let only = given.ask_with(
                &format!("{counted}&shape=series&filter=user:is:ana"),
                uses_rollups,
            );
            let bars: Vec<Value> = only
                .total
                .bars
                .iter()
                .map(|figures| figures[0].value)
                .collect();
            assert_eq!(bars, [0, 1, 1, 1, 0].map(Value::Whole));
        }
    }
}

#[test]
fn lines_of_a_quantile_are_the_same_whether_all_values_are_shown_or_some() {
    let at = |hour: i64| format!("2026-11-20T{hour:02}:30:00Z");
    let events = (0..20).flat_map(|hour| {
        ["a", "b", "c"].map(|model| Event {
            latency_ms: Some(100.0 + (hour * 7 % 5) as f64 * 10.0 + f64::from(model.as_bytes()[0])),
            ..call("ana", model, &at(hour))
        })
    });
    let given = Given::events("UTC", events);
    let asked = "metrics=latency_p95_ms&by=model&shape=series&range=7d&interval=hour";
    let all = given.ask(&format!("{asked}&limit=3"));
    let some = given.ask(&format!("{asked}&limit=2"));

    assert_eq!((all.rows.len(), some.rows.len()), (3, 2));
    assert!(!all.is_cut && some.is_cut);
    for (left, right) in all.rows.iter().zip(&some.rows) {
        assert_eq!(left.keys, right.keys);
        assert_eq!(wholes(&left.figures), wholes(&right.figures));
        let bars = |row: &crate::query::answer::Row| -> Vec<Value> {
            row.bars.iter().map(|figures| figures[0].value).collect()
        };
        assert_eq!(bars(left), bars(right));
        assert_eq!(
            bars(left).iter().filter(|bar| **bar != Value::Null).count(),
            20
        );
    }
}
