//! The list of people: what they paid, their stages, its orders and pages; and the same on the page of one.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::core::exchange::Exchange;
use crate::core::exchange::{DatedRate, Rates, UsdRate};
use crate::people::list::{self, Order};
use crate::people::stage::Stage;
use crate::query::plan::person::Sort;

/// Ana comes every day and pays; bo came 40 days ago and got some back; cy came yesterday for the first time; di is only
/// named by a renewal.
fn four() -> Given {
    let pays = |user: &str, amount: i64, currency: &str, when: &str| Event {
        kind: "payment_completed".into(),
        amount: Some(amount * 10_000),
        currency: Some(currency.into()),
        ..seen(user, when)
    };
    let days = (1..=20).map(|day| seen("ana", &format!("2026-11-{day:02}T09:00:00Z")));
    let others = [
        seen("bo", "2026-10-12T09:00:00Z"),
        seen("cy", "2026-11-20T10:00:00Z"),
        pays("ana", 20, "USD", "2026-11-10T09:00:00Z"),
        pays("ana", 5, "USD", "2026-11-11T09:00:00Z"),
        pays("ana", 100, "EUR", "2026-11-11T09:00:00Z"),
        pays("bo", 30, "USD", "2026-10-12T09:00:00Z"),
        pays("bo", -10, "USD", "2026-10-13T09:00:00Z"),
        pays("di", 1, "USD", "2026-11-19T09:00:00Z"),
        // What x1 did before bo logged in with it is bo's, also in the list.
        visit("x1", "2026-10-11T09:00:00Z"),
        Event {
            anonymous_id: Some("x1".into()),
            ..seen("bo", "2026-10-12T10:00:00Z")
        },
    ];
    Given::events("UTC", days.chain(others))
}

/// Names in order, with revenue and stage.
fn listed(
    given: &Given,
    order: Order,
    place: (usize, usize),
    filter: &str,
) -> Vec<(String, f64, Option<Stage>)> {
    let (period, filter) = (
        given.period(Range::Days(90), Interval::Day),
        filter_of(filter),
    );
    let found = given.session(move |session| list::people(session, &period, &filter, order, place));
    let read = |row: &Vec<crate::store::table::Cell>| {
        let person = row[0].whole().expect("a number");
        (
            row[2].text().expect("a name").to_owned(),
            row[9].number().expect("a sum"),
            found.stages.get(&person).copied(),
        )
    };
    found.rows.iter().map(read).collect()
}

#[test]
fn the_list_holds_what_people_paid_and_their_stage_in_every_order() {
    let given = four();
    let of = |name: &str, paid: f64, stage: Option<Stage>| (name.to_owned(), paid, stage);
    let (ana, bo, cy, di) = (
        of("ana", 25.0, Some(Stage::Growth)),
        of("bo", 20.0, Some(Stage::Churned)),
        of("cy", 0.0, Some(Stage::Activation)),
        of("di", 1.0, None),
    );
    for is_rolled in [false, true] {
        if is_rolled {
            given.roll_up();
        }
        let by = |order: Order| listed(&given, order, (10, 0), "");
        assert_eq!(
            by(Order::By(Sort::Revenue)),
            [ana.clone(), bo.clone(), di.clone(), cy.clone()],
            "rolled up: {is_rolled}"
        );
        assert_eq!(
            by(Order::Stage),
            [bo.clone(), cy.clone(), ana.clone(), di.clone()],
            "rolled up: {is_rolled}"
        );
        // Pages are cut after the order is made.
        assert_eq!(
            listed(&given, Order::Stage, (2, 1), ""),
            [cy.clone(), ana.clone()]
        );
        assert_eq!(
            listed(&given, Order::By(Sort::Revenue), (1, 1), ""),
            std::slice::from_ref(&bo)
        );
        for order in Order::all() {
            assert_eq!(listed(&given, order, (2, 10), ""), [], "{order:?}");
        }
        // A filter of events leaves the stage as it is: it is theirs, not that of the filtered events.
        assert_eq!(
            listed(&given, Order::Stage, (10, 0), "type:is:payment_completed"),
            [bo.clone(), ana.clone(), di.clone()]
        );
    }
}

#[test]
fn the_page_of_somebody_says_what_they_paid_and_their_stage_also_under_another_id() {
    let given = four();
    let of = |name: Name| {
        let profile = given.profile(&name).expect("somebody");
        (
            profile.name,
            profile.revenue,
            profile.foreign_payments,
            profile.stage,
        )
    };
    assert_eq!(of(user("ana")), (user("ana"), 25.0, 1, Some(Stage::Growth)));
    let bo = (user("bo"), 20.0, 0, Some(Stage::Churned));
    assert_eq!((of(user("bo")), of(anonymous("x1"))), (bo.clone(), bo));
    assert_eq!(of(user("di")), (user("di"), 1.0, 0, None));
}

#[test]
fn what_people_paid_in_other_currencies_counts_once_it_has_a_rate_and_adds_up_to_the_revenue() {
    let mut given = four();
    let rate = |day: &str, usd: &str| DatedRate {
        currency: "EUR".parse().expect("a currency"),
        day: day.parse().expect("a day"),
        usd: UsdRate::parse(usd).expect("a rate"),
    };
    let known = Rates::of([rate("2026-11-01", "1.1"), rate("2026-11-12", "1.2")]);
    given.exchange = Exchange::new("USD", TimeZone::UTC, Arc::new(known));
    for is_rolled in [false, true] {
        if is_rolled {
            given.roll_up();
        }
        let paid: Vec<(String, f64)> = listed(&given, Order::By(Sort::Revenue), (10, 0), "")
            .into_iter()
            .map(|(name, paid, _)| (name, paid))
            .collect();
        // 20 + 5 dollars and 100 euros at 1.1.
        let of = |name: &str, paid: f64| (name.to_owned(), paid);
        let all = [
            of("ana", 135.0),
            of("bo", 20.0),
            of("di", 1.0),
            of("cy", 0.0),
        ];
        assert_eq!(paid, all, "rolled up: {is_rolled}");
        let question = Parameters::parse("metrics=revenue&range=90d", &[]).expect("parameters");
        let question = question
            .question(&TimeZone::UTC, NOW.parse().expect("a moment"))
            .expect("a question");
        let total = given.session(move |session| crate::query::ask::answer(session, &question));
        assert_eq!(
            total.total.figures[0].value.as_f64(),
            Some(156.0),
            "the sum of all"
        );
    }
    let profile = given.profile(&user("ana")).expect("somebody");
    assert_eq!((profile.revenue, profile.foreign_payments), (135.0, 0));
}
