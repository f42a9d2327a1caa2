//! From a figure to its rows, the limits that colour tables, and the reference.

use serde_json::json;

use crate::catalogue::metric;
use crate::store::control::threshold::Thresholds;
use crate::web::openapi::operation::OPERATIONS;
use crate::web::pages::tests::{Place, fields};

const LIMITS: [(&str, &str); 5] = [
    ("success_green", "99.9"),
    ("success_yellow", "98"),
    ("p95_green_ms", "800"),
    ("p95_yellow_ms", "1500"),
    ("error_rate", "0.5"),
];

#[actix_web::test]
async fn thresholds_are_changed_for_one_project_audited_and_put_back() {
    let mut place = Place::set_up().await;
    let page = place.get("/settings/thresholds").await;
    assert!(page.text.contains("These are the usual thresholds."));
    let mut reversed = LIMITS;
    reversed[1].1 = "99.95";
    let refused = place
        .post("/settings/thresholds", &page, &fields(reversed))
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("value=\"99.95\"")
            && refused.text.contains("It is not below the limit of green"),
        "what was typed stands there with what is wrong"
    );

    let saved = place
        .post("/settings/thresholds", &refused, &fields(LIMITS))
        .await;

    assert_eq!(
        (saved.status, &*saved.location),
        (
            303,
            "/settings/thresholds?project=default&notice=thresholds_saved"
        )
    );
    let project = place.app.control.directory().projects().remove(0);
    let expected = Thresholds {
        success_green: 0.999,
        success_yellow: 0.98,
        p95_green_ms: 800.0,
        p95_yellow_ms: 1_500.0,
        error_rate: 0.005,
    };
    assert_eq!(project.thresholds, expected);
    let audit = place.app.control.audit(None, 1).await.expect("an audit");
    assert_eq!(audit[0].action, "project.thresholds_changed");
    assert_eq!(audit[0].detail, json!({ "thresholds": expected }));

    let form = place.get("/settings/thresholds").await;
    assert!(form.text.contains("value=\"99.9\""));
    let back = place.post("/settings/thresholds/reset", &form, &[]).await;
    assert_eq!(back.status, 303);
    let project = place.app.control.directory().projects().remove(0);
    assert_eq!(project.thresholds, Thresholds::default());
}

#[actix_web::test]
async fn rows_that_nobody_has_say_so_and_unknown_figures_are_refused() {
    let mut place = Place::set_up().await;
    let empty = place.get("/rows?metrics=error_rate&range=7d").await;
    assert_eq!(empty.status, 200);
    assert!(empty.text.contains("behind Error rate, in the last 7 days"));
    assert!(empty.text.contains("Nothing in the last 7 days"));
    assert_eq!(place.get("/rows?metrics=nothing").await.status, 422);
    assert_eq!(place.get("/rows?before=x").await.status, 422);

    let report = place.get("/performance?range=7d&filter=model:is:a").await;
    assert!(
        report
            .text
            .contains("/rows?range=7d&amp;filter=model%3Ais%3Aa&amp;metrics=")
            || report
                .text
                .contains("/rows?range=7d&#38;filter=model%3Ais%3Aa&#38;metrics="),
        "every card leads to its rows, with range and filters as they are"
    );
}

#[actix_web::test]
async fn the_reference_holds_every_metric_and_every_operation() {
    let mut place = Place::set_up().await;
    let page = place.get("/reference").await;
    for metric in metric::all() {
        assert!(
            page.text.contains(&format!("<code>{}</code>", metric.id)),
            "{}",
            metric.id
        );
    }
    let page = place.get("/reference/api").await;
    for operation in OPERATIONS {
        let title = format!("<code>{}</code></h2>", operation.path);
        assert!(page.text.contains(&title), "{}", operation.path);
    }
}
