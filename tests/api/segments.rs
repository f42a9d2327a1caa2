//! Segments of people over HTTP: saved by an admin key or a session, asked of with a read key, in questions of every
//! kind; and the page that builds them, without script.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Appliance, create_key};
use crate::visitor::Visitor;

/// Ana asked three times and pays, Bo asked once, Cy only looked; and somebody without a name.
async fn send(appliance: &Appliance) {
    let event = |kind: &str, user: &str| json!({ "type": kind, "user_id": user, "session_id": format!("s-{user}") });
    let on = |plan: &str, mut event: Value| {
        event["plan"] = plan.into();
        event
    };
    appliance
        .server
        .send(&json!([
            on("free", event("query_sent", "ana")),
            on("pro", event("query_sent", "ana")),
            event("query_sent", "ana"),
            on("free", event("query_sent", "bo")),
            event("page_view", "cy"),
            { "type": "page_view", "session_id": "nobody" },
        ]))
        .await;
    appliance.server.summary(&appliance.read_key).await;
}

fn request(
    appliance: &Appliance,
    method: reqwest::Method,
    path: &str,
    key: &str,
) -> RequestBuilder {
    let url = format!("{}{path}", appliance.server.url);
    reqwest::Client::new().request(method, url).bearer_auth(key)
}

async fn save(appliance: &Appliance, key: &str, body: Value) -> (StatusCode, Value) {
    let sent = request(appliance, reqwest::Method::POST, "/api/v1/segments", key).json(&body);
    let answer = sent.send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn asked(appliance: &Appliance, path: &str) -> Value {
    let answer = appliance.server.get(path, &appliance.read_key).await;
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

#[tokio::test]
async fn a_segment_is_saved_listed_asked_of_and_deleted() {
    let appliance = Appliance::start();
    send(&appliance).await;
    let admin = create_key(appliance.folder.path(), "admin");
    let often = json!({ "name": "Often", "rules": [["did:at_least:2:7:query_sent"]] });
    let (status, saved) = save(&appliance, &admin, often.clone()).await;
    assert_eq!(status, StatusCode::OK, "{saved}");
    assert_eq!(
        (&saved["people"], &saved["rules"]),
        (&json!(1), &often["rules"])
    );
    assert_eq!(
        saved["in_words"],
        "Did Query sent at least 2 times in 7 days"
    );
    let free = json!({ "name": "Free; or less", "rules": [["plan:is:free", "plan:missing"]] });
    assert_eq!(
        save(&appliance, &admin, free).await.1["people"],
        2,
        "bo and cy"
    );

    let list = asked(&appliance, "/api/v1/segments").await;
    let names: Vec<&str> = list["segments"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["Free; or less", "Often"]);
    assert_eq!(list["segments"][1]["share"], 1.0 / 3.0);

    let events = async |filter: &str| -> Value {
        let path = format!("/api/v1/query?metrics=events&filter={filter}");
        asked(&appliance, &path).await["total"]["figures"]["events"]["value"].clone()
    };
    assert_eq!(events("segment:is:Often").await, 3);
    assert_eq!(events("segment:is_not:Often").await, 3);
    assert_eq!(events("segment:is:Free%5C%3B%20or%20less").await, 2);
    assert_eq!(events("segment:is:").await, 1, "the one without a name");

    let split = asked(&appliance, "/api/v1/query?metrics=events&by=segment").await;
    let rows: Vec<(&Value, &Value)> = split["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (&row["keys"][0], &row["figures"]["events"]["value"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!("Often"), &json!(3)),
            (&json!("Free; or less"), &json!(2)),
            (&Value::Null, &json!(1))
        ]
    );
    for path in [
        "/api/v1/users/growth?",
        "/api/v1/users/stages?",
        "/api/v1/users/rfm?",
        "/api/v1/funnel?step=query_sent&step=page_view&by=segment&",
        "/api/v1/retention?by=segment&",
        "/api/v1/heatmap?",
        "/api/v1/journeys?",
        "/api/v1/query?shape=rows&",
        "/api/v1/query?metrics=latency_p95_ms&shape=distribution&",
        "/api/v1/query?metrics=cost,revenue,requests&by=segment&interval=day&range=7d&compare=previous&",
    ] {
        asked(&appliance, &format!("{path}filter=segment:is:Often")).await;
        let wrong = format!("{path}filter=segment:is:Never");
        let wrong = appliance.server.get(&wrong, &appliance.read_key).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let said: Value = wrong.json().await.expect("JSON");
        let text = said["detail"].as_str().expect("a text");
        assert!(
            text.contains("`segment` is `Never`")
                && text.contains("known are Free; or less, Often"),
            "{text}"
        );
    }

    let path = format!("/api/v1/segments/{}", saved["id"]);
    let remove = async || {
        let sent = request(&appliance, reqwest::Method::DELETE, &path, &admin);
        sent.send().await.expect("an answer").status()
    };
    assert_eq!(remove().await, StatusCode::OK);
    assert_eq!(remove().await, StatusCode::NOT_FOUND);
    let gone = appliance
        .server
        .get(
            "/api/v1/query?metrics=events&filter=segment:is:Often",
            &appliance.read_key,
        )
        .await;
    assert_eq!(gone.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_an_admin_key_saves_and_what_cannot_be_saved_is_told() {
    let appliance = Appliance::start();
    let (admin, ingest) = (
        create_key(appliance.folder.path(), "admin"),
        create_key(appliance.folder.path(), "ingest"),
    );
    let good = json!({ "name": "Pro", "rules": [["plan:is:pro"]] });
    for key in [&appliance.read_key, &ingest] {
        assert_eq!(
            save(&appliance, key, good.clone()).await.0,
            StatusCode::FORBIDDEN
        );
        let sent = request(
            &appliance,
            reqwest::Method::DELETE,
            "/api/v1/segments/1",
            key,
        );
        assert_eq!(
            sent.send().await.expect("an answer").status(),
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(
        save(&appliance, "ak_admin_nonsense", good.clone()).await.0,
        StatusCode::UNAUTHORIZED
    );
    let list = appliance.server.get("/api/v1/segments", &ingest).await;
    assert_eq!(list.status(), StatusCode::FORBIDDEN);

    assert_eq!(
        save(&appliance, &admin, good.clone()).await.0,
        StatusCode::OK
    );
    let many = vec![["plan:is:pro"]; 13];
    for (body, says) in [
        (good, "called `Pro` already; choose another name"),
        (
            json!({ "name": " ", "rules": [["plan:is:pro"]] }),
            "must have from 1 to 60",
        ),
        (
            json!({ "name": "a\nb", "rules": [["plan:is:pro"]] }),
            "write it on one line",
        ),
        (json!({ "name": "x", "rules": [] }), "has no rule"),
        (
            json!({ "name": "x", "rules": [["plan:like:pro"]] }),
            "`like` is no test",
        ),
        (
            json!({ "name": "x", "rules": [["did:at_least:3:999:a"]] }),
            "from 1 to 730",
        ),
        (json!({ "name": "x", "rules": many }), "the most is 12"),
        (
            json!({ "name": "x", "rules": [["segment:is:Pro"]] }),
            "begins with did",
        ),
    ] {
        let (status, said) = save(&appliance, &admin, body.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let text = said["detail"].as_str().expect("a text");
        assert!(text.contains(says), "{body}: {text}");
    }
    for body in [
        "",
        "[]",
        "{\"name\": 3}",
        "{\"name\": \"x\", \"rules\": [[\"plan:is:a\"]], \"more\": 1}",
    ] {
        let sent = request(
            &appliance,
            reqwest::Method::POST,
            "/api/v1/segments",
            &admin,
        )
        .body(body);
        assert_eq!(
            sent.send().await.expect("an answer").status(),
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
    let long = "x".repeat(300_000);
    let sent = request(
        &appliance,
        reqwest::Method::POST,
        "/api/v1/segments",
        &admin,
    )
    .body(long);
    assert_eq!(
        sent.send().await.expect("an answer").status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn the_page_builds_a_segment_by_forms_saves_changes_and_deletes_it() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    // The page is about the project that was made at set-up; its events come with a key of it.
    let page = ana.get("/users/segments").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("No segment is saved yet"),
        "{}",
        page.text
    );
    let added = ana
        .get("/users/segments?add=did&event=query_sent&often=at_least&times=2&days=7&where_by=feature&where_is=is&where_value=a%3Bb")
        .await;
    assert_eq!(added.status, 303);
    let place = added.location().to_owned();
    assert!(
        place.contains("if=did%3Aat_least%3A2%3A7%3Aquery_sent%3Bfeature%3Ais%3Aa%5C%3Bb"),
        "{place}"
    );
    let second = ana
        .get(&format!(
            "{place}&add=is&join=or&field=plan&test=is&value=pro"
        ))
        .await;
    let place = second.location().to_owned();
    assert!(place.contains("&or=plan%3Ais%3Apro"), "{place}");
    let page = ana.get(&place).await;
    assert!(
        page.text.contains("<b class=\"num\">0 people</b>"),
        "{}",
        page.text
    );
    assert!(page.text.contains("Plan is pro"));
    let wrong = ana
        .get(&format!("{place}&add=first_seen&seen=before&day=soon"))
        .await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("such as 2026-01-31") && wrong.text.contains("Plan is pro"),
        "{}",
        wrong.text
    );

    let definition = "if=plan%3Ais%3Apro";
    let unsigned = ana
        .post(
            "/users/segments",
            &[("name", "x"), ("definition", definition)],
        )
        .await;
    assert_eq!(unsigned.status, 403);
    let refused = ana
        .submit(
            &place,
            "/users/segments",
            &[("name", " "), ("definition", definition)],
        )
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("must have from 1 to 60"),
        "{}",
        refused.text
    );
    let hostile = "<b>'; DROP";
    let saved = ana
        .submit(
            &place,
            "/users/segments",
            &[("name", hostile), ("definition", definition)],
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let page = ana.get(saved.location()).await.text;
    assert!(
        page.contains("The segment is saved.") && !page.contains("<b>'; DROP"),
        "{page}"
    );
    let edit = ana.get("/users/segments?edit=1").await;
    assert!(
        edit.text.contains("Save the changes") && edit.text.contains("Plan is pro"),
        "{}",
        edit.text
    );
    let changed = ana
        .submit(
            "/users/segments?edit=1",
            "/users/segments",
            &[
                ("name", "Free"),
                ("definition", "if=plan%3Ais%3Afree"),
                ("id", "1"),
            ],
        )
        .await;
    assert_eq!(changed.status, 303, "{}", changed.text);
    assert!(
        ana.get("/users/segments?edit=1")
            .await
            .text
            .contains("Plan is free")
    );
    assert_eq!(ana.get("/users/segments?edit=2").await.status, 404);
    // The overview shows the first steps as long as nothing came.
    for path in [
        "/performance",
        "/costs",
        "/models",
        "/users",
        "/audience",
        "/users/list",
        "/funnels",
        "/retention",
        "/journeys",
        "/hours",
        "/rows",
    ] {
        let page = ana.get(&format!("{path}?filter=segment:is:Free")).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.text.contains("This could not be loaded"), "{path}");
        assert!(page.text.contains("<b>Free</b>"), "{path} has no chip");
    }
    for path in ["/funnels?by=segment", "/retention?by=segment"] {
        assert_eq!(ana.get(path).await.status, 200, "{path}");
    }
    let deleted = ana
        .submit("/users/segments?edit=1", "/users/segments/1/delete", &[])
        .await;
    assert_eq!(deleted.status, 303);
    assert_eq!(
        ana.submit("/users/segments", "/users/segments/1/delete", &[])
            .await
            .status,
        404
    );
}
