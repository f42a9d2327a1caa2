//! The live stream: who may watch, what a thousand viewers cost, and how soon an event is seen.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::{Appliance, PATIENCE, run, said, until};
use crate::visitor::Visitor;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens the stream at `url` with these headers; the HTTP status if that is refused.
pub async fn watch(url: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
    let url = format!("{}/ws/live", url.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("an address");
    for (name, value) in headers {
        let value = value.parse().expect("a header");
        request.headers_mut().insert(*name, value);
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("no connection: {error}"),
    }
}

async fn watch_with(appliance: &Appliance, key: &str) -> Socket {
    let bearer = format!("Bearer {key}");
    let opened = watch(&appliance.server.url, &[("authorization", &bearer)]).await;
    opened.expect("a stream")
}

/// The next frame.
pub async fn frame(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await;
        let message = message.expect("a frame in time").expect("an open stream");
        if let Message::Text(text) = message.expect("a message") {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}

/// The first frame that is as wanted; fails if none comes in time.
pub async fn frame_where(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Value {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let frame = frame(socket).await;
            if wanted(&frame) {
                return frame;
            }
        }
    });
    found.await.expect("such a frame in time")
}

/// Reads on until the stream ends; the code that the server gave, if any.
async fn end(socket: &mut Socket) -> Option<u16> {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await;
        match message.expect("an end in time") {
            Some(Ok(Message::Close(reason))) => return reason.map(|reason| reason.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_viewers_cost_one_computation_a_tick_and_all_get_the_frames() {
    let appliance = Appliance::with(&[("ANALYTICS__LIVE__TICK_MS", "500")]);
    let mut sockets = Vec::new();
    while sockets.len() < 1_000 {
        let opening = (0..50).map(|_| watch_with(&appliance, &appliance.read_key));
        sockets.extend(futures_util::future::join_all(opening).await);
    }
    assert_eq!(appliance.server.metric("live_viewers").await, 1_000.0);
    // The last viewer has the first frame, so all that follows are ticks.
    for socket in &mut sockets {
        frame(socket).await;
    }
    let computed = "live_frames_computed_total";
    let before = appliance.server.metric(computed).await;

    let id = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
    appliance
        .server
        .send(&json!({ "type": "query_sent", "user_id": "ana", "id": id }))
        .await;
    let shows_it = sockets.iter_mut().map(|socket| async {
        let mut frames = 1;
        while frame(socket).await["events"][0]["id"] != id {
            frames += 1;
        }
        frames
    });
    let frames = futures_util::future::join_all(shows_it).await;

    let after = appliance.server.metric(computed).await;
    let most = frames.iter().max().copied().unwrap_or_default();
    assert_eq!(frames.len(), 1_000);
    // With a computation for each viewer this would be a thousand times as much. Ticks may pass while we count.
    assert!(
        after - before <= f64::from(most) + 120.0,
        "{} computations for {most} frames",
        after - before
    );
    drop(sockets);
    until("the server notices that they left", async || {
        appliance.server.metric("live_viewers").await == 0.0
    })
    .await;
    let idle = appliance.server.metric(computed).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(
        appliance.server.metric(computed).await,
        idle,
        "nobody watches, nothing is computed"
    );
}

#[tokio::test]
async fn an_event_is_in_a_frame_soon_after_its_acknowledgement() {
    let appliance = Appliance::start();
    let mut socket = watch_with(&appliance, &appliance.read_key).await;
    assert_eq!(frame(&mut socket).await["kpi"]["revenue_today"], "0.00");

    appliance
        .server
        .send(&json!({ "type": "payment_completed", "user_id": "ana", "amount": "49.90", "currency": "USD" }))
        .await;
    let acknowledged = std::time::Instant::now();
    let seen = frame_where(&mut socket, |frame| {
        frame["events"][0]["type"] == "payment_completed"
    })
    .await;

    // The promise is a second; the bound leaves room for a machine that does ten other things.
    assert!(acknowledged.elapsed() < Duration::from_secs(10));
    assert_eq!(seen["kpi"]["revenue_today"], "49.90");
    assert_eq!(seen["kpi"]["active_users_now"], 1);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_watch_with_the_cookie_of_a_visitor() {
    let appliance = Appliance::start();
    let ana = Visitor::administrator(&appliance.server).await;
    let (url, cookie) = (&appliance.server.url, ana.cookie());
    for origin in [
        "https://evil.example",
        "null",
        &url.replacen("http", "https", 1),
        &format!("{url}.evil.example"),
    ] {
        let headers = [("cookie", cookie.as_str()), ("origin", origin)];
        assert_eq!(watch(url, &headers).await.err(), Some(403), "{origin}");
    }
    let without = watch(url, &[("cookie", &cookie)]).await;
    assert_eq!(without.err(), Some(403), "a browser always names it");
    let nobody = watch(url, &[("origin", url)]).await;
    assert_eq!(nobody.err(), Some(401));
    let ingest = format!("Bearer {}", appliance.server.ingest_key);
    let wrong_kind = watch(url, &[("authorization", &ingest)]).await;
    assert_eq!(wrong_kind.err(), Some(403));

    let headers = [("cookie", cookie.as_str()), ("origin", url)];
    let mut own = watch(url, &headers).await.expect("our own page");
    assert!(frame(&mut own).await["kpi"].is_object());
}

#[tokio::test]
async fn a_viewer_is_pinged_and_answered() {
    let appliance = Appliance::start();
    let mut socket = watch_with(&appliance, &appliance.read_key).await;
    socket
        .send(Message::Ping(b"hello"[..].into()))
        .await
        .expect("an open stream");
    let (mut pinged, mut answered) = (false, false);
    while !(pinged && answered) {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await;
        let message = message.expect("a message in time").expect("an open stream");
        match message.expect("a message") {
            Message::Ping(_) => pinged = true,
            Message::Pong(bytes) => answered = &bytes[..] == b"hello",
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_stream_ends_for_a_session_that_was_logged_out() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let url = appliance.server.url.clone();
    let cookie = ana.cookie();
    let headers = [("cookie", cookie.as_str()), ("origin", url.as_str())];
    let mut socket = watch(&url, &headers).await.expect("a stream");
    frame(&mut socket).await;

    ana.submit("/", "/logout", &[]).await;

    assert_eq!(end(&mut socket).await, Some(4401));
}

#[tokio::test]
async fn the_stream_ends_for_a_key_that_was_revoked() {
    let appliance = Appliance::start();
    let mut socket = watch_with(&appliance, &appliance.read_key).await;
    frame(&mut socket).await;
    let list = said(&run(&["key", "list"], appliance.folder.path()));
    let row = list.lines().find(|row| row.contains(" read "));
    let number = row.and_then(|row| row.split_whitespace().next());

    run(
        &["key", "revoke", number.expect("a row")],
        appliance.folder.path(),
    );

    assert_eq!(end(&mut socket).await, Some(4401));
}

#[tokio::test]
async fn more_viewers_than_allowed_are_asked_to_come_back() {
    let appliance = Appliance::with(&[("ANALYTICS__LIVE__VIEWERS_MAX", "2")]);
    let first = watch_with(&appliance, &appliance.read_key).await;
    let _second = watch_with(&appliance, &appliance.read_key).await;
    let bearer = format!("Bearer {}", appliance.read_key);
    let headers = [("authorization", bearer.as_str())];
    let third = watch(&appliance.server.url, &headers).await;
    assert_eq!(third.err(), Some(503));
    drop(first);
    until("a place is free", async || {
        watch(&appliance.server.url, &headers).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn live_figures_are_there_again_after_a_crash() {
    let mut appliance = Appliance::start();
    let call = json!({
        "type": "response_received", "user_id": "ana", "provider": "openai", "model": "gpt-4o-mini",
        "input_tokens": 100, "output_tokens": 20, "latency_ms": 500
    });
    appliance.server.send(&json!([call, call])).await;
    appliance.server.kill();
    appliance.server.restart(appliance.folder.path());
    let mut socket = watch_with(&appliance, &appliance.read_key).await;
    let frame = frame(&mut socket).await;
    assert_eq!(frame["kpi"]["tokens_consumed_today"], 240);
    assert_eq!(frame["kpi"]["active_users_now"], 1);
    assert_eq!(frame["kpi"]["avg_latency_ms"], 500.0);
    assert_eq!(frame["events"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_changed_currency_keeps_the_tokens_of_today_and_sums_the_other_payments() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let payment = |amount: &str, currency: &str| json!({ "type": "payment_completed", "user_id": "ana", "amount": amount, "currency": currency });
    let call = json!({
        "type": "response_received", "user_id": "ana", "provider": "openai", "model": "gpt-4o-mini",
        "input_tokens": 100, "output_tokens": 20
    });
    appliance
        .server
        .send(&json!([
            call,
            payment("5", "USD"),
            payment("7", "EUR"),
            payment("8", "EUR")
        ]))
        .await;
    let mut socket = watch_with(&appliance, &appliance.read_key).await;
    frame_where(&mut socket, |frame| frame["kpi"]["revenue_today"] == "5.00").await;

    let slug = appliance.server.summary(&appliance.read_key).await["project"].clone();
    let path = format!("/settings/projects/{}", slug.as_str().expect("a slug"));
    let fields = [
        ("name", "Desk"),
        ("slug", slug.as_str().expect("a slug")),
        ("time_zone", "UTC"),
        ("currency", "EUR"),
        ("preview", "off"),
        ("preview_characters", "500"),
    ];
    assert_eq!(ana.submit(&path, &path, &fields).await.status, 303);

    let changed = frame_where(&mut socket, |frame| {
        frame["kpi"]["currency"] == "EUR" && frame["kpi"]["revenue_today"] == "15.00"
    });
    assert_eq!(changed.await["kpi"]["tokens_consumed_today"], 120);
}
