//! Payments in many currencies, from a rate in a form to answers and live figures; and over a restart.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::Appliance;
use crate::visitor::Visitor;

const PATH: &str = "/settings/exchange-rates";

async fn asked(appliance: &Appliance, path: &str) -> Value {
    let answer = appliance.server.get(path, &appliance.read_key).await;
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

/// Revenue, payments that are part of it, and those without a rate.
async fn money(appliance: &Appliance) -> [Value; 3] {
    let path = "/api/v1/query?metrics=revenue,payments,foreign_payments&range=7d";
    let answer = asked(appliance, path).await;
    ["revenue", "payments", "foreign_payments"]
        .map(|id| answer["total"]["figures"][id]["value"].clone())
}

#[tokio::test]
async fn a_rate_that_is_entered_makes_the_revenue_whole_and_is_there_after_a_restart() {
    let mut appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let payment = |amount: &str, currency: &str| json!({ "type": "payment_completed", "user_id": "ana", "session_id": "s", "amount": amount, "currency": currency });
    appliance
        .server
        .send(&json!([
            payment("10", "USD"),
            payment("20", "EUR"),
            payment("-5", "EUR"),
            payment("1000", "JPY"),
        ]))
        .await;
    appliance.server.summary(&appliance.read_key).await;
    assert_eq!(money(&appliance).await, [json!("10"), json!(1), json!(3)]);

    let fields = [("currency", "EUR"), ("day", "2026-01-01"), ("usd", "1.1")];
    assert_eq!(ana.submit(PATH, PATH, &fields).await.status, 303);
    // 10 + 15 · 1.1.
    assert_eq!(money(&appliance).await, [json!("26.5"), json!(3), json!(1)]);
    let file = [("rates", "currency,day,usd\nJPY,2026-01-01,0.0065\n")];
    let to = format!("{PATH}/file");
    assert_eq!(ana.submit(PATH, &to, &file).await.status, 303);
    // And 1000 · 0.0065.
    let whole = [json!("33"), json!(4), json!(0)];
    assert_eq!(money(&appliance).await, whole);
    let by = asked(
        &appliance,
        "/api/v1/query?metrics=revenue&range=7d&by=currency",
    )
    .await;
    let rows: Vec<(Value, Value)> = by["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            (
                row["keys"][0].clone(),
                row["figures"]["revenue"]["value"].clone(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (json!("EUR"), json!("16.5")),
            (json!("USD"), json!("10")),
            (json!("JPY"), json!("6.5"))
        ],
        "{by}"
    );

    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(money(&appliance).await, whole);
}
