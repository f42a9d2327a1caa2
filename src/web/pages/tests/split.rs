//! Charts of pages split by a dimension: which series are drawn, what is said of them, and what keeps the choice.

use std::time::Duration;

use crate::core::event::Event;
use crate::web::pages::tests::{Place, fields};

/// Calls of seven plans, by one person each: 33 in all, 3 of them in the plans after the fifth.
const CALLS: [(&str, usize); 7] = [
    ("p1", 8),
    ("p2", 7),
    ("p3", 6),
    ("p4", 5),
    ("p5", 4),
    ("p6", 2),
    ("p7", 1),
];

async fn with_calls() -> Place {
    let place = Place::set_up().await;
    let app = &place.app;
    let now = app.clock.now().as_microsecond();
    let call = |plan: &str| {
        let mut event = Event {
            project: app.control.directory().projects()[0].id.get(),
            kind: "response_received".into(),
            provider: Some("openai".into()),
            model: Some("gpt-4o-mini".into()),
            plan: Some(plan.into()),
            user_id: Some(format!("user of {plan}").into()),
            status: Some("ok".into()),
            latency_ms: Some(500.0),
            occurred_at: now,
            received_at: now,
            ..Event::default()
        };
        event.set_id(uuid::Uuid::now_v7().as_u128());
        event
    };
    let calls = CALLS
        .iter()
        .flat_map(|(plan, count)| std::iter::repeat_n(*plan, *count));
    let mut events: Vec<Event> = calls.map(call).collect();
    events.push(Event {
        kind: "payment_completed".into(),
        model: None,
        amount: Some(10_000),
        currency: Some("EUR".into()),
        ..call("p1")
    });
    app.journal.submit(events).await.expect("they are kept");
    let all = app.journal.progress().next();
    assert!(app.loader.barrier(all, Duration::from_secs(30)).await);
    place
}

#[actix_web::test]
async fn a_count_is_split_into_the_five_largest_values_and_the_exact_rest() {
    let mut place = with_calls().await;
    let section = "/sections/performance/figures?range=7d&split=plan&metric=requests";
    let card = place.get(section).await.text;
    assert!(
        card.contains(
            "Requests by plan in the last 7 days: 33 in all; p1 8, p2 7, p3 6, p4 5, p5 4, Other 3."
        ),
        "{card}"
    );
    assert!(card.contains("by plan, per day, Europe/Berlin"), "{card}");
    for part in ["metrics=requests&", "by=plan&", "shape=series&", "limit=5&"] {
        assert!(
            card.replace("&#38;", "&").contains(part),
            "the CSV is of the chart: {part}"
        );
    }
    assert!(
        !card.contains("/rows?range=7d&#38;split"),
        "rows are not split"
    );
}

#[actix_web::test]
async fn a_quantile_is_split_into_the_busiest_values_and_has_no_rest() {
    let mut place = with_calls().await;
    let section = "/sections/performance/figures?range=7d&split=plan&metric=latency_p50_ms";
    let card = place.get(section).await.text;
    let all = CALLS[..5].iter().map(|(plan, _)| format!("{plan} 500 ms"));
    let sentence = format!(
        "in the last 7 days: 500 ms in all; {}.",
        all.collect::<Vec<_>>().join(", ")
    );
    assert!(card.contains(&sentence), "{sentence}: {card}");
    assert!(!card.contains("Other"), "{card}");
}

#[actix_web::test]
async fn what_has_no_such_value_stays_whole_and_says_why() {
    let mut place = with_calls().await;
    let section = "/sections/overview/figures?range=7d&split=model";
    let card = place.get(section).await.text;
    assert!(
        card.contains("not split, as no payment here says its model"),
        "{card}"
    );
    assert!(card.contains("metrics=revenue,active_users") || card.contains("metrics=revenue%2C"));
    let by_plan = place
        .get("/sections/overview/figures?range=7d&split=plan")
        .await;
    assert!(
        by_plan.text.contains("Revenue by plan in the last 7 days"),
        "a payment has a plan: {}",
        by_plan.text
    );
    let own = "/sections/overview/model-usage?range=7d";
    let (with, without) = (
        place.get(&format!("{own}&split=plan")).await.text,
        place.get(own).await.text,
    );
    assert!(with.contains("gpt-4o-mini") && !with.contains("by plan"));
    assert_eq!(
        with.matches("<li data-series").count(),
        without.matches("<li data-series").count(),
        "a breakdown of its own stays"
    );
}

#[actix_web::test]
async fn segments_overlap_and_nothing_is_left_over() {
    let mut place = with_calls().await;
    let section = "/sections/performance/figures?range=7d&split=segment&metric=requests";
    let none = place.get(section).await.text;
    assert!(
        none.contains("not split, as the project has no segment"),
        "{none}"
    );

    let form = place.get("/users/segments").await;
    for (name, definition) in [
        ("First", "if=plan:is:p1"),
        ("Early", "if=plan:is:p1&or=plan:is:p2"),
    ] {
        let saved = place
            .post(
                "/users/segments",
                &form,
                &fields([("name", name), ("definition", definition)]),
            )
            .await;
        assert_eq!(saved.status, 303, "{}", saved.text);
    }
    let card = place.get(section).await.text;
    // p1 is in both: 8 of First are among the 15 of Early; the other five plans have 18.
    assert!(
        card.contains("33 in all; in no segment 18, Early 15, First 8."),
        "{card}"
    );
    let page = place.get("/performance?range=7d&split=segment").await.text;
    assert_eq!(page.matches("they overlap and do not add up").count(), 1);
}

#[actix_web::test]
async fn the_choice_is_kept_by_everything_on_the_page_and_checked() {
    let mut place = with_calls().await;
    for path in [
        "/",
        "/performance",
        "/models",
        "/costs",
        "/audience",
        "/users",
    ] {
        let page = place.get(&format!("{path}?range=7d&split=plan")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(
            page.text.contains("<span>Split by</span><b>Plan</b>"),
            "{path}"
        );
        assert_eq!(page.text.matches("are split by plan").count(), 1, "{path}");
        let text = page.text.replace("&#38;", "&");
        let fields = text
            .matches("<input type=\"hidden\" name=\"split\" value=\"plan\">")
            .count();
        assert_eq!(fields, 2, "{path}: the forms of days and filters");
        for link in text.split("href=\"?").skip(1) {
            let link = link.split('"').next().unwrap_or_default();
            let is_choice = link.contains("split=")
                || link == "range=7d"
                || link == "range=7d&compare=previous";
            assert!(is_choice, "{path}: {link}");
        }
        for source in text.split("<an-section ").skip(1) {
            let source = source.split('>').next().unwrap_or_default();
            assert!(source.contains("split=plan"), "{path}: {source}");
        }
        let plain = place.get(&format!("{path}?range=7d")).await.text;
        assert!(
            plain.contains("<span>Split by</span><b>nothing</b>"),
            "{path}"
        );
        assert!(!plain.contains("are split by"), "{path}");
    }
    let added = place
        .get("/costs?range=7d&split=plan&add_by=model&add_is=is&add_value=a")
        .await;
    assert_eq!(
        &*added.location,
        "/costs?range=7d&split=plan&filter=model%3Ais%3Aa"
    );
    for (wrong, told) in [
        ("pln", "did you mean `plan`?"),
        ("latency_ms", "is a number"),
    ] {
        for path in ["/performance", "/sections/performance/figures", "/users"] {
            let refused = place.get(&format!("{path}?split={wrong}")).await;
            assert_eq!(refused.status, 422, "{path}");
            assert!(refused.text.contains(told), "{path}: {}", refused.text);
        }
    }
}
