//! Events in: what is kept, what is refused and why, and that each counts once.

use std::io::Write;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Appliance, create_key};

#[tokio::test]
async fn a_new_event_is_counted_and_priced_and_is_in_the_next_summary() {
    let appliance = Appliance::start();
    let receipt = appliance
        .server
        .send(&json!({
            "type": "response_received", "user_id": "ana", "provider": "openai", "model": "gpt-4o-mini",
            "input_tokens": 1_000_000, "output_tokens": 1_000_000, "latency_ms": 812
        }))
        .await;
    assert_eq!(
        (&receipt["accepted"], &receipt["duplicates"]),
        (&json!(1), &json!(0))
    );

    let summary = appliance.server.summary(&appliance.read_key).await;

    assert_eq!(summary["events"], 1);
    assert_eq!(summary["by_type"], json!({ "response_received": 1 }));
    assert_eq!(
        (&summary["input_tokens"], &summary["output_tokens"]),
        (&json!(1_000_000), &json!(1_000_000))
    );
    // A million tokens in at 0.15 and a million out at 0.60 dollars.
    assert_eq!(summary["cost"], "0.75");
}

/// The store's own type of a cost holds a billionth of it; asking for both at once once overflowed.
#[tokio::test]
async fn a_call_that_costs_a_dollar_does_not_keep_the_server_from_starting() {
    let mut appliance = Appliance::start();
    let call =
        json!({ "type": "response_received", "provider": "openai", "model": "m", "cost": "1.00" });
    appliance.server.send(&call).await;
    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["cost"], "1");
}

#[tokio::test]
async fn the_good_events_of_a_mixed_batch_are_kept_and_the_others_are_explained() {
    let appliance = Appliance::start();
    let id = Uuid::new_v4().to_string();
    let receipt = appliance
        .server
        .send(&json!([
            { "type": "a", "id": id },
            { "user_id": "nobody" },
            { "type": "b", "input_tokens": -1 },
            { "type": "a", "id": id },
            7,
            { "type": "c", "metadata": { "note": "'; DROP TABLE events; --<script>" } }
        ]))
        .await;

    assert_eq!(receipt["accepted"], 2);
    assert_eq!(receipt["duplicates"], 1);
    assert_eq!(receipt["rejected"], 3);
    let errors: Vec<(u64, &str)> = receipt["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| {
            (
                e["index"].as_u64().expect("a number"),
                e["code"].as_str().expect("a code"),
            )
        })
        .collect();
    assert_eq!(
        errors,
        [
            (1, "type_missing"),
            (2, "field_invalid"),
            (4, "event_invalid")
        ]
    );
    assert_eq!(appliance.count().await, 2);
    let log: Value = appliance
        .server
        .get("/v1/ingest/log", &appliance.read_key)
        .await
        .json()
        .await
        .expect("a report");
    assert_eq!(log["reasons"]["duplicate"], 1);
    assert_eq!(
        log["steps"][0],
        json!({ "name": "read", "seen": 6, "stopped": 3 })
    );
}

#[tokio::test]
async fn an_id_counts_once_across_batches_and_restarts() {
    let mut appliance = Appliance::start();
    let event = json!({ "type": "x", "id": Uuid::new_v4().to_string() });
    assert_eq!(appliance.server.send(&event).await["accepted"], 1);
    assert_eq!(appliance.server.send(&event).await["duplicates"], 1);
    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.server.send(&event).await["duplicates"], 1);
    appliance.server.kill();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.server.send(&event).await["duplicates"], 1);
    assert_eq!(appliance.count().await, 1);
}

#[tokio::test]
async fn all_body_forms_are_read() {
    let appliance = Appliance::start();
    let ndjson = "{\"type\":\"a\"}\n{\"type\":\"b\"}\nnot json\n";
    let receipt: Value = appliance
        .server
        .post(ndjson)
        .header("content-type", "application/x-ndjson")
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a receipt");
    assert_eq!(
        (&receipt["accepted"], &receipt["rejected"]),
        (&json!(2), &json!(1))
    );

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"[{\"type\":\"c\"}]").expect("memory");
    let body = packed.finish().expect("memory");
    let answer = appliance
        .server
        .post(body)
        .header("content-encoding", "gzip")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);

    let beacon = format!(
        "{}/v1/events?key={}",
        appliance.server.url, appliance.server.ingest_key
    );
    let request = appliance
        .server
        .client
        .post(beacon)
        .header("content-type", "text/plain")
        .body("{\"type\":\"d\"}");
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    let pixel = format!(
        "{}/v1/pixel.gif?key={}&type=page_view&url=https://a.example/",
        appliance.server.url, appliance.server.ingest_key
    );
    let answer = appliance
        .server
        .client
        .get(pixel)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"image/gif".parse().expect("a header"))
    );
    assert_eq!(appliance.count().await, 5);
}

#[tokio::test]
async fn each_refusal_has_its_status_and_code() {
    let appliance = Appliance::start();
    let server = &appliance.server;
    let check = async |request: reqwest::RequestBuilder, status: u16, code: &str| {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{code}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.expect("a problem");
        assert_eq!(problem["code"], code);
        assert!(
            problem["remedy"]
                .as_str()
                .is_some_and(|text| text.len() > 10)
        );
    };
    check(server.post(""), 400, "body_empty").await;
    check(server.post("{\"type\":"), 400, "body_malformed").await;
    check(server.post(vec![0xff, 0xfe]), 400, "body_not_utf8").await;
    check(
        server.post("{}").header("content-type", "image/png"),
        415,
        "content_type_unsupported",
    )
    .await;
    check(
        server.post("{}").header("content-encoding", "br"),
        415,
        "encoding_unsupported",
    )
    .await;
    check(
        server.post("x".repeat(5 * 1024 * 1024 + 1)),
        413,
        "body_too_large",
    )
    .await;
    check(
        server.post(format!("[{}1]", "1,".repeat(10_000))),
        413,
        "events_too_many",
    )
    .await;
    let url = format!("{}/v1/events", server.url);
    check(server.client.post(&url).body("{}"), 401, "key_missing").await;
    check(
        server
            .client
            .post(&url)
            .bearer_auth("an_ingest_nonsense")
            .body("{}"),
        401,
        "key_unknown",
    )
    .await;
    check(
        server
            .client
            .post(&url)
            .bearer_auth(&appliance.read_key)
            .body("{}"),
        403,
        "key_forbidden",
    )
    .await;
    let summary = format!("{}/api/v1/summary", server.url);
    check(
        server.client.get(&summary).bearer_auth(&server.ingest_key),
        403,
        "key_forbidden",
    )
    .await;
    check(server.client.get(&summary), 401, "key_missing").await;
    check(
        server.client.get(format!("{}/nowhere", server.url)),
        404,
        "not_found",
    )
    .await;
    assert_eq!(appliance.count().await, 0);
}

#[tokio::test]
async fn a_packed_body_that_unpacks_to_too_much_is_refused() {
    let appliance = Appliance::start();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed
        .write_all(&vec![b' '; 50 * 1024 * 1024])
        .expect("memory");
    let body = packed.finish().expect("memory");
    assert!(body.len() < 100_000);
    let answer = appliance
        .server
        .post(body)
        .header("content-encoding", "gzip")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn a_page_may_not_backdate_but_a_server_may() {
    let appliance = Appliance::start();
    let old = json!({ "type": "x", "timestamp": "2024-02-29T12:00:00Z" }).to_string();
    let from_page: Value = appliance
        .server
        .post(old.clone())
        .header("origin", "https://shop.example")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a receipt");
    assert_eq!(from_page["errors"][0]["code"], "timestamp_skew");
    let admin_key = create_key(appliance.folder.path(), "admin");
    let url = format!("{}/v1/events", appliance.server.url);
    let from_server = appliance
        .server
        .client
        .post(url)
        .bearer_auth(admin_key)
        .body(old)
        .send()
        .await
        .expect("an answer");
    let receipt: Value = from_server.json().await.expect("a receipt");
    assert_eq!(receipt["accepted"], 1);
    let summary = appliance.server.summary(&appliance.read_key).await;
    assert_eq!(summary["first_timestamp"], "2024-02-29T12:00:00Z");
}

#[tokio::test]
async fn crawlers_and_those_who_opt_out_are_left_out_and_counted() {
    let appliance = Appliance::start();
    for (name, value) in [
        (
            "user-agent",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ),
        ("sec-gpc", "1"),
    ] {
        let request = appliance
            .server
            .post("{\"type\":\"page_view\"}")
            .header("origin", "https://a.example");
        let receipt: Value = request
            .header(name, value)
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("a receipt");
        assert_eq!(
            (&receipt["accepted"], &receipt["dropped"]),
            (&json!(0), &json!(1)),
            "{name}"
        );
    }
    let log: Value = appliance
        .server
        .get("/v1/ingest/log", &appliance.read_key)
        .await
        .json()
        .await
        .expect("a report");
    assert_eq!(log["reasons"], json!({ "bot": 1, "opted_out": 1 }));
}

#[tokio::test]
async fn a_page_that_floods_is_slowed_down_and_its_neighbours_are_not() {
    let settings = [
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_S", "1"),
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_BURST", "5"),
    ];
    let appliance = Appliance::with(&settings);
    let from_page = || {
        appliance
            .server
            .post("{\"type\":\"x\"}")
            .header("origin", "https://a.example")
    };
    for _ in 0..5 {
        assert_eq!(from_page().send().await.expect("an answer").status(), 200);
    }
    let refused = from_page().send().await.expect("an answer");
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    // The same address, but not a page: a server of the team.
    assert_eq!(
        appliance
            .server
            .post("{\"type\":\"x\"}")
            .send()
            .await
            .expect("an answer")
            .status(),
        200
    );
}
