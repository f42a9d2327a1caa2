//! Who may see what: a key belongs to one project and one kind, and neither can be talked out of it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Appliance, create_key, run, said, until};
use crate::visitor::Visitor;

/// A key of the project with this short name.
fn key_of(appliance: &Appliance, kind: &str, project: &str) -> String {
    let arguments = [
        "key",
        "create",
        "--kind",
        kind,
        "--name",
        "n",
        "--project",
        project,
    ];
    let made = run(&arguments, appliance.folder.path());
    said(&made).trim().to_owned()
}

/// Sets the server up and makes a second project, `support-bot`, for pages of one shop.
async fn second_project(appliance: &Appliance) -> Visitor {
    let mut ana = Visitor::administrator(&appliance.server).await;
    let fields = [
        ("name", "Support bot"),
        ("slug", "support-bot"),
        ("time_zone", "UTC"),
        ("currency", "USD"),
        ("allowed_origins", "https://shop.example"),
        ("preview", "off"),
        ("preview_characters", "500"),
    ];
    let made = ana
        .submit("/settings/projects/new", "/settings/projects", &fields)
        .await;
    assert_eq!(made.status, 303, "{}", made.text);
    ana
}

async fn send_with(appliance: &Appliance, key: &str, events: Value) -> reqwest::Response {
    let url = format!("{}/v1/events", appliance.server.url);
    let request = appliance.server.client.post(url).bearer_auth(key);
    let request = request.body(events.to_string());
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn a_key_sees_nothing_of_another_project() {
    let appliance = Appliance::start();
    let slug = appliance.server.summary(&appliance.read_key).await["project"]
        .as_str()
        .expect("a slug")
        .to_owned();
    let mut ana = second_project(&appliance).await;
    let (ingest, read) = (
        key_of(&appliance, "ingest", "support-bot"),
        key_of(&appliance, "read", "support-bot"),
    );
    let id = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
    appliance
        .server
        .send(&json!([{ "type": "ours", "id": id }, { "type": "ours" }, {}]))
        .await;
    let answer = send_with(&appliance, &ingest, json!({ "type": "theirs", "id": id })).await;
    let receipt: Value = answer.json().await.expect("a receipt");
    assert_eq!(
        receipt["accepted"], 1,
        "the same id in another project is another event"
    );

    let own = appliance.server.summary(&appliance.read_key).await;
    let other = appliance.server.summary(&read).await;
    assert_eq!(own["by_type"], json!({ "ours": 2 }));
    assert_eq!(other["by_type"], json!({ "theirs": 1 }));
    // Naming the other project does not help a key.
    let path = format!("/api/v1/summary?project={slug}");
    let asked: Value = appliance
        .server
        .get(&path, &read)
        .await
        .json()
        .await
        .expect("a summary");
    assert_eq!(
        (&asked["project"], &asked["events"]),
        (&json!("support-bot"), &json!(1))
    );
    let log: Value = appliance
        .server
        .get("/v1/ingest/log", &read)
        .await
        .json()
        .await
        .expect("a report");
    assert_eq!((&log["accepted"], &log["reasons"]), (&json!(1), &json!({})));

    for query in [
        "metrics=events&range=7d",
        "metrics=events&range=7d&by=type",
        "shape=rows&range=7d",
    ] {
        let answer = appliance
            .server
            .get(&format!("/api/v1/query?{query}"), &read)
            .await;
        assert_eq!(answer.status(), 200, "{query}");
        let text = answer.text().await.expect("a text");
        assert!(!text.contains("ours"), "{query}: {text}");
    }

    // A person who is logged in chooses.
    for (project, events) in [(slug.as_str(), 2), ("support-bot", 1)] {
        let page = ana.get(&format!("/api/v1/summary?project={project}")).await;
        let summary: Value = serde_json::from_str(&page.text).expect("a summary");
        assert_eq!(summary["events"], events);
    }
    let nowhere = ana.get("/api/v1/summary?project=nowhere").await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn a_page_of_an_origin_that_the_project_does_not_allow_is_refused() {
    let appliance = Appliance::start();
    second_project(&appliance).await;
    let ingest = key_of(&appliance, "ingest", "support-bot");
    let url = format!("{}/v1/events?key={ingest}", appliance.server.url);
    for (origin, status) in [
        ("https://shop.example", 200),
        ("https://evil.example", 403),
        ("https://shop.example.evil.example", 403),
        ("http://shop.example", 403),
    ] {
        let request = appliance.server.client.post(&url).header("origin", origin);
        let request = request.header("content-type", "text/plain");
        let answer = request.body("{\"type\":\"x\"}").send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), status, "{origin}");
        // A page must be able to tell a refusal from a lost connection.
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
    }
    let read = key_of(&appliance, "read", "support-bot");
    assert_eq!(appliance.server.summary(&read).await["events"], 1);
    let log: Value = appliance
        .server
        .get("/v1/ingest/log?reason=origin_forbidden", &read)
        .await
        .json()
        .await
        .expect("a report");
    assert_eq!(log["reasons"]["origin_forbidden"], 3);
    assert_eq!(log["latest"].as_array().expect("a list").len(), 3);
}

#[tokio::test]
async fn each_kind_of_key_may_do_only_its_own() {
    let appliance = Appliance::start();
    let folder = appliance.folder.path();
    let (read, admin) = (&appliance.read_key, create_key(folder, "admin"));
    let ingest = &appliance.server.ingest_key;
    for (kind, key, may_write, may_read) in [
        ("ingest", ingest, true, false),
        ("read", read, false, true),
        ("admin", &admin, true, true),
    ] {
        let status = |allowed: bool| match allowed {
            true => StatusCode::OK,
            false => StatusCode::FORBIDDEN,
        };
        let written = send_with(&appliance, key, json!({ "type": "x" })).await;
        assert_eq!(written.status(), status(may_write), "{kind}");
        for path in ["/api/v1/summary", "/v1/ingest/log"] {
            let answer = appliance.server.get(path, key).await;
            assert_eq!(answer.status(), status(may_read), "{kind} {path}");
        }
        // No key opens a page: pages change things, and keys lie in programs.
        let page = appliance.server.get("/settings/keys", key).await;
        assert!(page.url().path().ends_with("/login"), "{kind}");
    }
    assert_eq!(appliance.count().await, 2);
}

#[tokio::test]
async fn a_key_shows_when_it_was_used_and_ends_when_it_is_revoked_on_the_page() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let shown = ana
        .submit(
            "/settings/keys",
            "/settings/keys",
            &[("kind", "read"), ("name", "dashboards")],
        )
        .await;
    assert_eq!(shown.status, 200);
    let start = shown.text.find("an_read_").expect("the key, once");
    let key: String = shown.text[start..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    assert!(!ana.get("/settings/keys").await.text.contains(&key));
    let url = "/api/v1/summary";
    assert_eq!(appliance.server.get(url, &key).await.status(), 200);
    until("the list shows the use", async || {
        let list = said(&run(&["key", "list"], appliance.folder.path()));
        let row = list.lines().find(|row| row.contains("dashboards"));
        row.is_some_and(|row| !row.contains("never"))
    })
    .await;

    let list = said(&run(&["key", "list"], appliance.folder.path()));
    let row = list.lines().find(|row| row.contains("dashboards"));
    let number = row.and_then(|row| row.split_whitespace().next());
    let path = format!("/settings/keys/{}/revoke", number.expect("a number"));
    assert_eq!(ana.submit("/settings/keys", &path, &[]).await.status, 303);

    assert_eq!(appliance.server.get(url, &key).await.status(), 401);
}
