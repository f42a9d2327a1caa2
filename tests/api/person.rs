//! One person over HTTP and from the terminal: export, merging, undoing, erasure; and who may.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Appliance, complained, create_key, run, said};
use crate::visitor::Visitor;

/// Ana looks around without a name, then logs in; bo is somebody else.
async fn ana_and_bo(appliance: &Appliance) {
    let events = json!([
        { "type": "page_view", "anonymous_id": "x1" },
        { "type": "log_in", "anonymous_id": "x1", "user_id": "ana" },
        { "type": "response_received", "user_id": "ana", "provider": "openai", "model": "m", "cost": "1.5",
          "request_preview": "hello", "response_preview": "good day" },
        { "type": "page_view", "anonymous_id": "x2" },
        { "type": "page_view", "user_id": "bo" },
    ]);
    assert_eq!(appliance.server.send(&events).await["accepted"], 5);
}

async fn call(appliance: &Appliance, key: &str, method: Method, path: &str) -> (u16, String) {
    let url = format!("{}/api/v1/people{path}", appliance.server.url);
    let mut request = appliance.server.client.request(method, url);
    if !key.is_empty() {
        request = request.bearer_auth(key);
    }
    let answer = request.send().await.expect("an answer");
    (
        answer.status().as_u16(),
        answer.text().await.expect("a text"),
    )
}

/// What an export says: the line about the person, and the types of their events.
fn read(export: &str) -> (Value, Vec<String>) {
    let mut lines = export
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let head = lines.next().expect("a first line");
    let kind = |event: Value| event["type"].as_str().expect("a type").to_owned();
    (head, lines.map(kind).collect())
}

#[tokio::test]
async fn a_person_is_exported_merged_parted_and_erased_over_http() {
    let appliance = Appliance::start();
    let admin = create_key(appliance.folder.path(), "admin");
    ana_and_bo(&appliance).await;
    let call = async |method, path| call(&appliance, &admin, method, path).await;
    let export = async || {
        let (status, text) = call(Method::GET, "/export?id=ana").await;
        assert_eq!(status, 200, "{text}");
        text
    };

    // What was sent just before is in it, and so are the previews.
    let text = export().await;
    let (head, kinds) = read(&text);
    assert_eq!(
        head,
        json!({ "kind": "user", "id": "ana", "also_known_as": [{ "kind": "anonymous", "id": "x1" }] })
    );
    assert_eq!(kinds, ["page_view", "log_in", "response_received"]);
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert_eq!(
        (
            &last["request_preview"],
            &last["response_preview"],
            &last["cost"]
        ),
        (&json!("hello"), &json!("good day"), &json!("1.5"))
    );

    let (status, text) = call(Method::POST, "/merge?kind=anonymous&id=x2&into=ana").await;
    assert_eq!(status, 200, "{text}");
    let merged: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        merged,
        json!({ "merged": { "kind": "anonymous", "id": "x2" }, "into": { "kind": "user", "id": "ana" } })
    );
    assert_eq!(read(&export().await).1.len(), 4);
    let (status, text) = call(Method::POST, "/undo-merge?kind=anonymous&id=x2").await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(read(&export().await).1.len(), 3);

    // Each refusal says what and why.
    for (method, path, status, told) in [
        (
            Method::POST,
            "/undo-merge?kind=anonymous&id=x2",
            422,
            "is not merged into anybody",
        ),
        (
            Method::POST,
            "/merge?id=ana&into=ana",
            422,
            "cannot be merged into itself",
        ),
        (
            Method::POST,
            "/merge?id=ana&into=nobody",
            404,
            "there is nobody called `nobody`",
        ),
        (Method::POST, "/merge?id=ana", 422, "`into` is missing"),
        (
            Method::GET,
            "/export?id=nobody",
            404,
            "there is nobody called `nobody`",
        ),
        (Method::GET, "/export", 422, "`id` is missing"),
        (
            Method::GET,
            "/export?kind=robot&id=ana",
            422,
            "`kind` must be user or anonymous",
        ),
        (
            Method::DELETE,
            "?id=nobody",
            404,
            "there is nobody called `nobody`",
        ),
        (Method::GET, "?id=ana", 405, "DELETE"),
        (Method::GET, "/merge?id=ana&into=bo", 405, "POST"),
    ] {
        let (found, text) = call(method.clone(), path).await;
        assert_eq!(found, status, "{method} {path}: {text}");
        assert!(text.contains(told), "{method} {path}: {text}");
    }

    let (status, text) = call(Method::DELETE, "?kind=anonymous&id=x1").await;
    assert_eq!(status, 200, "{text}");
    let receipt: Value = serde_json::from_str(&text).expect("a receipt");
    assert_eq!(
        (&receipt["events"], &receipt["previews"], &receipt["names"]),
        (&json!(3), &json!(1), &json!(2)),
        "the id stands for the whole person"
    );
    assert!(receipt["done_at"].is_string());
    let (_, text) = call(Method::GET, "/erasures").await;
    let told: Value = serde_json::from_str(&text).expect("receipts");
    assert_eq!(told, json!({ "erasures": [receipt] }));
    assert_eq!(call(Method::GET, "/export?id=ana").await.0, 404);
    assert_eq!(appliance.count().await, 2, "x2 and bo");
}

#[tokio::test]
async fn only_an_admin_key_of_the_project_reaches_a_person() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    ana_and_bo(&appliance).await;
    let ingest = appliance.server.ingest_key.clone();
    let paths = [
        (Method::DELETE, "?id=ana"),
        (Method::GET, "/export?id=ana"),
        (Method::GET, "/erasures"),
        (Method::POST, "/merge?id=bo&into=ana"),
        (Method::POST, "/undo-merge?kind=anonymous&id=x1"),
    ];
    for (method, path) in paths {
        for (key, status) in [
            ("", 401),
            ("nonsense", 401),
            (appliance.read_key.as_str(), 403),
            (ingest.as_str(), 403),
        ] {
            let (found, text) = call(&appliance, key, method.clone(), path).await;
            assert_eq!(found, status, "{method} {path}: {text}");
        }
    }
    // A browser's session comes along with whatever another site asks for, so it does not do here.
    assert_eq!(ana.get("/api/v1/people/export?id=ana").await.status, 401);
    assert_eq!(appliance.count().await, 5);
}

#[tokio::test]
async fn the_terminal_does_the_same_while_the_server_runs_and_while_it_does_not() {
    let mut appliance = Appliance::start();
    ana_and_bo(&appliance).await;
    let folder = appliance.folder.path().to_owned();
    let person = |arguments: &[&str]| {
        let all: Vec<&str> = ["person"].iter().chain(arguments).copied().collect();
        run(&all, &folder)
    };
    for is_running in [true, false] {
        if !is_running {
            appliance.server.stop();
        }
        let merged = person(&["merge", "--anonymous", "x2", "--into", "ana"]);
        assert_eq!(
            said(&merged),
            "x2 is ana from now on\n",
            "{}",
            complained(&merged)
        );
        assert_eq!(read(&said(&person(&["export", "ana"]))).1.len(), 4);
        let parted = person(&["undo-merge", "--anonymous", "x2"]);
        assert_eq!(said(&parted), "x2 is somebody of their own again\n");
        let again = person(&["undo-merge", "--anonymous", "x2"]);
        assert_eq!(again.status.code(), Some(1));
        assert!(complained(&again).contains("`x2` is not merged into anybody"));
        let nobody = person(&["export", "nobody"]);
        assert_eq!((nobody.status.code(), &*said(&nobody)), (Some(1), ""));
        assert!(complained(&nobody).contains("there is nobody called `nobody`"));
        let nowhere = person(&["erase", "ana", "--project", "nowhere"]);
        assert_eq!(nowhere.status.code(), Some(1));
        assert!(complained(&nowhere).contains("nowhere"));
        for wrong in [
            &["erase"][..],
            &["erase", ""],
            &["merge", "bo"],
            &["burn", "ana"],
        ] {
            assert_eq!(person(wrong).status.code(), Some(2), "{wrong:?}");
        }
    }
    let erased = person(&["erase", "ana"]);
    assert_eq!(erased.status.code(), Some(0), "{}", complained(&erased));
    assert!(
        said(&erased).starts_with("erased ana: 3 events, 1 previews, 2 names\nreceipt 1, SHA-256 "),
        "{}",
        said(&erased)
    );
    appliance.server.restart(&folder);
    let erased = person(&["erase", "bo"]);
    assert!(said(&erased).starts_with("erased bo: 1 events, 0 previews, 1 names\nreceipt 2"));
    assert_eq!(appliance.count().await, 1, "x2");
}
