//! Limits: who sends too much is slowed down, and who merely shares an address is not.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::harness::Appliance;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A request of a page, behind a proxy that names the address.
fn from_page(appliance: &Appliance, address: &str) -> RequestBuilder {
    appliance
        .server
        .post("{\"type\":\"page_view\"}")
        .header("origin", "https://shop.example")
        .header("user-agent", FIREFOX)
        .header("x-forwarded-for", address)
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_key_that_sends_too_many_events_is_told_when_to_come_back() {
    let settings = [
        ("ANALYTICS__INGEST__EVENTS_PER_REQUEST_MAX", "100"),
        ("ANALYTICS__INGEST__EVENTS_PER_KEY_S", "10"),
        ("ANALYTICS__INGEST__EVENTS_PER_KEY_BURST", "100"),
    ];
    let appliance = Appliance::with(&settings);
    let hundred: Value = (0..100).map(|_| json!({ "type": "x" })).collect();
    assert_eq!(appliance.server.send(&hundred).await["accepted"], 100);

    let refused = appliance.server.post(hundred.to_string()).send().await;

    let refused = refused.expect("an answer");
    assert_eq!(refused.status(), 429);
    let seconds: u64 = refused.headers()["retry-after"]
        .to_str()
        .expect("a number")
        .parse()
        .expect("a number");
    assert!(
        (1..=10).contains(&seconds),
        "100 events at 10 a second: {seconds}"
    );
    let problem: Value = refused.json().await.expect("a problem");
    assert_eq!(problem["code"], "rate_limited");
    assert_eq!(appliance.count().await, 100);
    // Whoever waits as told gets through.
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    assert_eq!(appliance.server.send(&hundred).await["accepted"], 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_of_a_hundred_browsers_behind_one_address_is_not_slowed_down() {
    // The defaults. Everybody comes to work and opens five pages, a second apart at most.
    let appliance = Appliance::with(&[("ANALYTICS__SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]")]);
    let browsers: Vec<_> = (0..100)
        .map(|_| {
            let request = from_page(&appliance, "203.0.113.7");
            tokio::spawn(async move {
                let mut statuses = Vec::new();
                for _ in 0..5 {
                    statuses.push(status(request.try_clone().expect("a body in memory")).await);
                }
                statuses
            })
        })
        .collect();
    for browser in browsers {
        assert_eq!(browser.await.expect("no panic"), [200; 5]);
    }
    assert_eq!(appliance.count().await, 500);
}

#[tokio::test]
async fn behind_a_proxy_each_visitor_has_an_allowance_of_their_own() {
    let settings = [
        ("ANALYTICS__SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]"),
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_S", "1"),
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_BURST", "3"),
    ];
    let appliance = Appliance::with(&settings);
    for _ in 0..3 {
        assert_eq!(status(from_page(&appliance, "203.0.113.1")).await, 200);
    }
    let refused = from_page(&appliance, "203.0.113.1").send().await;
    let refused = refused.expect("an answer");
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(
        status(from_page(&appliance, "203.0.113.2")).await,
        200,
        "a neighbour"
    );
    // What the client itself puts in front of the proxy's word changes nothing.
    assert_eq!(
        status(from_page(&appliance, "198.51.100.9, 203.0.113.1")).await,
        429
    );
}

#[tokio::test]
async fn without_a_trusted_proxy_nobody_can_claim_another_address() {
    let settings = [
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_S", "1"),
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_BURST", "3"),
    ];
    let appliance = Appliance::with(&settings);
    for number in 1..=3 {
        let address = format!("203.0.113.{number}");
        assert_eq!(status(from_page(&appliance, &address)).await, 200);
    }
    assert_eq!(status(from_page(&appliance, "203.0.113.4")).await, 429);
}
