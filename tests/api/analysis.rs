//! Funnels, retention, hours of the week and journeys over HTTP: who may ask, in which form the answer comes, and that
//! nothing of another project is in it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Appliance, create_key};

const ASKED: [&str; 4] = [
    "/api/v1/funnel?step=sign_up&step=trial_started",
    "/api/v1/retention?columns=2",
    "/api/v1/heatmap",
    "/api/v1/journeys?event=sign_up",
];

async fn json_of(appliance: &Appliance, path: &str) -> Value {
    let answer = appliance.server.get(path, &appliance.read_key).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn a_read_key_asks_and_other_keys_do_not() {
    let appliance = Appliance::start();
    let ingest = create_key(appliance.folder.path(), "ingest");
    for path in ASKED {
        let refused = appliance.server.get(path, &ingest).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
        let unknown = appliance.server.get(path, "ak_read_nonsense").await;
        assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED, "{path}");
        let wrong = format!(
            "{path}{}nonsense=1",
            if path.contains('?') { "&" } else { "?" }
        );
        let wrong = appliance.server.get(&wrong, &appliance.read_key).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let text = wrong.text().await.expect("a text");
        assert!(text.contains("`nonsense` is no parameter here"), "{text}");
    }
}

#[tokio::test]
async fn answers_tell_of_what_was_sent_as_json_and_csv() {
    let appliance = Appliance::start();
    let event = |kind: &str, user: &str| json!({ "type": kind, "user_id": user, "session_id": format!("s-{user}") });
    appliance
        .server
        .send(&json!([
            event("sign_up", "ana"),
            event("trial_started", "ana"),
            event("sign_up", "bo"),
        ]))
        .await;
    appliance.server.summary(&appliance.read_key).await;

    let funnel = json_of(&appliance, ASKED[0]).await;
    let people: Vec<&Value> = funnel["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| &step["people"])
        .collect();
    assert_eq!(people, [&json!(2), &json!(1)]);
    assert_eq!(
        (&funnel["open"], &funnel["rate"]["value"]),
        (&json!(1), &json!(1.0)),
        "bo may still go on"
    );
    let csv = appliance
        .server
        .get(&format!("{}&format=csv", ASKED[0]), &appliance.read_key)
        .await;
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = csv.text().await.expect("a text");
    assert!(
        csv.starts_with("step,label,people,open,dropped,rate"),
        "{csv}"
    );
    assert!(csv.contains("\r\n2,Trial started,1,"), "{csv}");

    let listed = json_of(&appliance, &format!("{}&people=1&state=open", ASKED[0])).await;
    assert_eq!(listed["people"][0]["name"], "bo");
    assert_eq!(listed["people"].as_array().map(Vec::len), Some(1));

    let retention = json_of(&appliance, ASKED[1]).await;
    let last = retention["rows"]
        .as_array()
        .and_then(|rows| rows.last())
        .expect("this week");
    assert_eq!(
        (&last["size"], &last["cells"][0]["state"]),
        (&json!(2), &json!("so_far"))
    );
    assert_eq!(retention["coverage"]["people_share"], 1.0);

    let hours = json_of(&appliance, ASKED[2]).await;
    assert_eq!(hours["hours"].as_array().map(Vec::len), Some(168));

    let journeys = json_of(&appliance, ASKED[3]).await;
    assert_eq!(
        (&journeys["visits"], &journeys["steps"][1][0]["label"]),
        (&json!(2), &json!("Trial started"))
    );
}
