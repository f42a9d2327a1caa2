//! The script for pages: how it is served, and what the server makes of what it sends. What it does in a page is
//! shown by the browser tests.

use analytics::core::clock::Clock;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Appliance, Server};

/// A browser whose user agent is not that of a crawler.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const HOUR_MS: i64 = 3_600_000;

/// Sends events as the script does; `ago_ms` is how long ago each happened, and the page's clock is ahead by
/// `clock_ms`. Gives the receipt.
async fn send_late(server: &Server, clock_ms: i64, ago_ms: &[i64]) -> Value {
    let now = Clock::System.now().as_millisecond() + clock_ms;
    let events: Vec<String> = ago_ms
        .iter()
        .map(|ago| json!({ "type": "page_view", "timestamp": now - ago }).to_string())
        .collect();
    let url = format!(
        "{}/a.js?key={}&sent_at={now}",
        server.url, server.ingest_key
    );
    let request = server
        .client
        .post(url)
        .header("user-agent", BROWSER)
        .header("origin", "https://shop.example")
        .header("content-type", "text/plain;charset=UTF-8")
        .body(events.join("\n"));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("a receipt")
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn the_script_is_served_small_to_every_page_and_asked_for_again_cheaply() {
    let appliance = Appliance::start();
    let server = &appliance.server;
    let url = format!("{}/a.js", server.url);
    let get = || server.client.get(&url);

    let plain = get().send().await.expect("an answer");
    assert_eq!(plain.status(), StatusCode::OK);
    assert_eq!(
        header(&plain, "content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(header(&plain, "cache-control"), "public, max-age=3600");
    assert_eq!(
        header(&plain, "cross-origin-resource-policy"),
        "cross-origin"
    );
    let tag = header(&plain, "etag").to_owned();
    let text = plain.text().await.expect("a script");

    let packed = get().header("accept-encoding", "gzip").send();
    let packed = packed.await.expect("an answer");
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let packed = packed.bytes().await.expect("a body");
    assert!(packed.len() <= 2_048, "{} bytes packed", packed.len());
    let mut unpacked = String::new();
    let mut reader = flate2::read::GzDecoder::new(packed.as_ref());
    std::io::Read::read_to_string(&mut reader, &mut unpacked).expect("gzip");
    assert_eq!(unpacked, text);

    let again = get().header("if-none-match", &tag).send();
    let again = again.await.expect("an answer");
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&again, "etag"), tag);
    let other = get().header("if-none-match", "W/\"snippet.0.js\"").send();
    assert_eq!(other.await.expect("an answer").status(), StatusCode::OK);
    let head = server.client.head(&url).send().await.expect("an answer");
    assert_eq!(header(&head, "etag"), tag);
}

#[tokio::test]
async fn the_script_can_have_another_name_below_a_base_path_and_is_sent_to_there() {
    let appliance = Appliance::with(&[
        ("ANALYTICS__SERVER__BASE_PATH", "/stats"),
        ("ANALYTICS__SNIPPET__PATH", "/files/menu.js"),
    ]);
    let server = &appliance.server;
    let host = server.url.trim_end_matches("/stats");
    let status = async |path: &str| {
        let answer = server.client.get(format!("{host}{path}")).send();
        answer.await.expect("an answer").status()
    };
    assert_eq!(status("/stats/files/menu.js").await, StatusCode::OK);
    assert_eq!(status("/stats/a.js").await, StatusCode::NOT_FOUND);
    assert_eq!(status("/files/menu.js").await, StatusCode::NOT_FOUND);

    let url = format!("{}/files/menu.js?key={}", server.url, server.ingest_key);
    let sent = server.client.post(url).body(r#"{"type":"page_view"}"#);
    assert_eq!(
        sent.send().await.expect("an answer").status(),
        StatusCode::OK
    );
    let summary = server.summary(&appliance.read_key).await;
    assert_eq!(summary["by_type"], json!({ "page_view": 1 }));
}

#[tokio::test]
async fn what_waited_for_a_network_keeps_its_time_whatever_the_pages_clock_says() {
    let appliance = Appliance::start();
    let server = &appliance.server;
    let before = Clock::System.now();
    // Two hours and fifty hours ago, from a clock that is ten days ahead.
    let receipt = send_late(server, 240 * HOUR_MS, &[2 * HOUR_MS, 50 * HOUR_MS]).await;
    let after = Clock::System.now();
    assert_eq!(receipt["accepted"], 2, "{receipt}");

    let summary = server.summary(&appliance.read_key).await;
    for (name, hours) in [("first_timestamp", 50), ("last_timestamp", 2)] {
        let at: jiff::Timestamp = summary[name]
            .as_str()
            .and_then(|t| t.parse().ok())
            .expect("a time");
        let ago = jiff::SignedDuration::from_hours(hours);
        // The page's clock is read to the millisecond.
        let grace = jiff::SignedDuration::from_millis(1);
        assert!(
            (before - ago - grace..=after - ago).contains(&at),
            "{name} is {at}"
        );
    }
}

#[tokio::test]
async fn a_page_cannot_rewrite_the_past() {
    let appliance = Appliance::start();
    // Four days ago, and six minutes ahead of its own clock; the limits are three days and five minutes.
    let receipt = send_late(&appliance.server, 0, &[96 * HOUR_MS, -360_000, 0]).await;
    assert_eq!(
        (&receipt["accepted"], &receipt["rejected"]),
        (&json!(1), &json!(2))
    );
    for error in receipt["errors"].as_array().expect("a list") {
        assert_eq!(error["code"], "timestamp_skew", "{error}");
    }

    let strict = Appliance::with(&[("ANALYTICS__INGEST__LATE_DAYS", "0")]);
    let receipt = send_late(&strict.server, 0, &[HOUR_MS, 60_000]).await;
    assert_eq!(
        (&receipt["accepted"], &receipt["rejected"]),
        (&json!(1), &json!(1))
    );

    let url = format!(
        "{}/a.js?key={}&sent_at=noon",
        appliance.server.url, appliance.server.ingest_key
    );
    let answer = appliance
        .server
        .client
        .post(url)
        .body(r#"{"type":"a"}"#)
        .send();
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["code"], "parameter_invalid");
}

#[tokio::test]
async fn a_page_can_read_why_it_is_refused() {
    let appliance = Appliance::start();
    let server = &appliance.server;
    let send = |key: &str, body: &'static str| {
        let request = server.client.post(format!("{}/a.js?key={key}", server.url));
        request.header("origin", "https://shop.example").body(body)
    };
    let rows = [
        (server.ingest_key.as_str(), r#"{"type":"a"}"#, 200),
        (server.ingest_key.as_str(), "{", 400),
        ("an_ingest_no", r#"{"type":"a"}"#, 401),
        (appliance.read_key.as_str(), r#"{"type":"a"}"#, 403),
    ];
    for (key, body, status) in rows {
        let answer = send(key, body).send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{body}");
        let origin = header(&answer, "access-control-allow-origin");
        assert_eq!(origin, "https://shop.example", "{status}");
    }
}
