//! Garbage over HTTP: whatever comes, an answer of the documented kind, no panic, and nothing stored that was refused.
//!
//! Everything is drawn from seeds, so a failure names a case that can be repeated.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use analytics::catalogue::metric;
use analytics::core::code::Code;
use analytics::ingest::field::FIELDS;
use flate2::{Compression, write::GzEncoder};
use parking_lot::Mutex;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, RngExt, SeedableRng};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::harness::{Appliance, Server, create_key, until};
use crate::store::stored_ids;
use crate::visitor::Visitor;

/// JSON values that have broken readers before, as they stand in a body.
const VALUES: &[&str] = &[
    "null",
    "true",
    "-0",
    "1e308",
    "1e400",
    "-1e400",
    "1e-400",
    "9007199254740993",
    "18446744073709551616",
    "99999999999999999999999999999999999999999999",
    "0.1000000000000000055511151231257827",
    "\"\"",
    "\" \"",
    "\"NaN\"",
    "\"-Infinity\"",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "\"\\ud800\"",
    "\"\\udfff\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\u{202e}\u{feff}\u{200b}\"",
    "\"'; DROP TABLE events; --\"",
    "\"1' OR '1'='1\"",
    "\"$$ || $1 ? %s {} %n\"",
    "\"<script>alert(1)</script>\"",
    "\"\\\"><img src=x onerror=alert(1)>\"",
    "\"{{7*7}}${7*7}\"",
    "\"../../../../etc/passwd\"",
    "\"=cmd|' /C calc'!A0\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:60+23:59\"",
    "\"2026-02-30T25:61:61Z\"",
    "\"99999999999999999999\"",
    "[]",
    "{}",
    "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
    "{\"a\":{\"a\":{\"a\":{\"a\":1}}}}",
    "[null,1,\"\\ud800\",{\"\":{}}]",
    "{\"$ref\":\"#\",\"__proto__\":{},\"constructor\":1}",
];

/// Bytes that mean something to some reader.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf5\x80\x80\x80",
    b"\r\n\r\n",
    b"\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"\\u",
    b",",
    b":",
    b"null",
    b"1e999",
    b"NaN",
    b"]]]]]]]]",
    b"[[[[[[[[",
    b"{\"type\":",
    b"/*",
    b"<!--",
    b"\x1f\x8b\x08",
];

/// Draws requests from a seed.
struct Garbage {
    random: Xoshiro256PlusPlus,
}

/// What a request was, for the message of a failure.
struct Case {
    text: String,
    request: RequestBuilder,
    /// The only event of the body, if the request is sound but for one value.
    id: Option<Uuid>,
}

impl Garbage {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.random.random_range(0..=most)];
        self.random.fill_bytes(&mut bytes);
        bytes
    }

    /// A body that would be taken as it is.
    fn sound(&mut self) -> Vec<u8> {
        let event = |n: usize| {
            json!({
                "id": Uuid::from_u128(self.random.random::<u128>() | 1), "type": "response_received", "user_id": format!("u{n}"),
                "timestamp": "2026-01-02T03:04:05.678Z", "provider": "openai", "model": "gpt-4o-mini",
                "input_tokens": 1200, "output_tokens": "350", "latency_ms": 840.5, "cost": "0.0123",
                "metadata": { "nested": { "list": [1, 2.5, null, true, "ü€😀"] }, "plan": "pro" }
            })
            .to_string()
        };
        let events: Vec<String> = (0..3).map(event).collect();
        match self.random.random_range(0..3) {
            0 => events[0].clone().into_bytes(),
            1 => format!("[{}]", events.join(",")).into_bytes(),
            _ => events.join("\n").into_bytes(),
        }
    }

    /// A sound body with a few of its bytes changed, moved, doubled or lost.
    fn mutated(&mut self) -> Vec<u8> {
        let mut body = self.sound();
        for _ in 0..self.random.random_range(1..=6) {
            if body.is_empty() {
                return body;
            }
            let at = self.random.random_range(0..body.len());
            let end = self.random.random_range(at..=body.len().min(at + 40));
            match self.random.random_range(0..6) {
                0 => body[at] ^= 1 << self.random.random_range(0..8),
                1 => body[at] = self.random.random(),
                2 => drop(body.drain(at..end)),
                3 => {
                    let again = body[at..end].to_vec();
                    body.splice(at..at, again);
                }
                4 => {
                    let token = self.pick(TOKENS);
                    body.splice(at..at, token.iter().copied());
                }
                _ => body.truncate(at),
            }
        }
        body
    }

    /// One event that is sound but for one value in one field.
    fn one_value(&mut self) -> (Uuid, String) {
        let id = Uuid::from_u128(self.random.random::<u128>() | 1);
        let mut names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        names.retain(|name| *name != "id");
        names.extend(["metadata", "data", "x", "", "\\u0000", "a\\ud800"]);
        let (name, value) = (self.pick(&names), self.pick(VALUES));
        let long;
        let value = if self.random.random_ratio(1, 12) {
            long = format!(
                "\"{}\"",
                self.pick(&["x", "é", "\\n", "\\u0000"]).repeat(3_000)
            );
            &long
        } else {
            value
        };
        let body = match name {
            "type" => format!("{{\"id\":\"{id}\",\"type\":{value}}}"),
            _ if self.random.random() => {
                format!("{{\"id\":\"{id}\",\"type\":\"x\",\"{name}\":{value}}}")
            }
            _ => format!("{{\"id\":\"{id}\",\"type\":\"x\",\"metadata\":{{\"{name}\":{value}}}}}"),
        };
        (id, body)
    }

    fn packed(&mut self) -> Vec<u8> {
        let body = self.mutated();
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&body).expect("memory");
        let mut packed = packer.finish().expect("memory");
        match self.random.random_range(0..3) {
            0 => packed.truncate(self.random.random_range(0..packed.len())),
            1 => {
                let at = self.random.random_range(0..packed.len());
                packed[at] ^= 1 << self.random.random_range(0..8);
            }
            _ => packed.extend(self.bytes(20)),
        }
        packed
    }

    /// Text for an address, with everything but a space and a line's end.
    fn query(&mut self) -> String {
        let names = [
            "type",
            "key",
            "limit",
            "reason",
            "project",
            "url",
            "timestamp",
            "id",
            "token",
            "next",
            "notice",
            "ip",
        ];
        let mut query = String::new();
        for _ in 0..self.random.random_range(0..5) {
            let value = match self.random.random_range(0..4) {
                0 => "%".to_owned(),
                1 => "%00%ff%c3%28%F0%9F%98%80".to_owned(),
                2 => self.pick(VALUES).replace(
                    |c: char| !c.is_ascii_graphic() || "#\"\\<>`{}|^".contains(c),
                    "%22",
                ),
                _ => self.random.random::<i64>().to_string(),
            };
            query.push_str(&format!("&{}={value}", self.pick(&names)));
        }
        query
    }

    /// A question to the store: known words, some of them where they do not belong, and garbled ones.
    fn question(&mut self) -> String {
        let metric = metric::all().nth(self.random.random_range(0..metric::all().count()));
        let metric = metric.map_or("requests", |metric| metric.id);
        let rows: [(&str, &[&str]); 9] = [
            (
                "by",
                &[
                    "model",
                    "user",
                    "provider,model",
                    "day,user,model",
                    "metadata.x",
                    "metadata.'",
                    "country",
                    "",
                ],
            ),
            (
                "shape",
                &[
                    "total",
                    "series",
                    "breakdown",
                    "matrix",
                    "distribution",
                    "rows",
                    "pie",
                ],
            ),
            (
                "range",
                &[
                    "7d",
                    "24h",
                    "today",
                    "0d",
                    "-1d",
                    "99999999999d",
                    "all",
                    "month",
                    "7d7d",
                ],
            ),
            (
                "from",
                &[
                    "2026-01-01",
                    "0000-01-01",
                    "2026-02-30",
                    "-9999-01-01",
                    "2026-01-01T00:00:00Z",
                    "%00",
                ],
            ),
            (
                "to",
                &["2026-12-31", "1970-01-01", "9999-12-31", "tomorrow"],
            ),
            (
                "interval",
                &["minute", "hour", "day", "week", "month", "century"],
            ),
            ("compare", &["previous", "year", "none", "both"]),
            (
                "filter",
                &[
                    "model:is:x",
                    "user:contains:%25_%27%22",
                    "cost:gt:1e400",
                    "metadata.a:is:1",
                    "x",
                    "::",
                    "user:missing",
                    "latency_ms:lt:NaN",
                    "model:is:%5Cu0000%00",
                ],
            ),
            (
                "limit",
                &["1", "0", "-1", "1001", "18446744073709551616", "1e3"],
            ),
        ];
        let mut query = format!("metrics={metric}");
        for _ in 0..self.random.random_range(0..5) {
            let (name, values) = self.pick(&rows);
            query.push_str(&format!("&{name}={}", self.pick(values)));
        }
        if self.random.random_ratio(1, 4) {
            query.push_str(&self.query());
        }
        query
    }

    fn headers(&mut self, mut request: RequestBuilder) -> RequestBuilder {
        let names = [
            "content-type",
            "content-encoding",
            "origin",
            "user-agent",
            "dnt",
            "sec-gpc",
            "referer",
            "accept",
            "accept-language",
            "cookie",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-host",
            "x-request-id",
            "sec-fetch-site",
            "if-none-match",
            "range",
            "upgrade",
            "authorization",
        ];
        let values: [&[u8]; 16] = [
            b"",
            b"*/*",
            b"text/html",
            b"text/plain; charset=utf-16",
            b"application/json;;;=",
            b"gzip",
            b"br, gzip",
            b"null",
            b"https://evil.example",
            b"1",
            b"Bearer",
            b"Bearer \xe4\xf6\xfc",
            b"::1, 999.1.1.1, [x",
            b"analytics_session=\x80; analytics_form=",
            b"bytes=0-18446744073709551615,-1",
            b"\xff\xfe\xfd",
        ];
        for _ in 0..self.random.random_range(0..3) {
            let name = HeaderName::from_static(self.pick(&names));
            let value = self.pick(&values);
            request = request.header(name, HeaderValue::from_bytes(value).expect("a value"));
        }
        request
    }

    fn case(&mut self, number: usize, server: &Server, read_key: &str) -> Case {
        let url = &server.url;
        let (mut request, text);
        match number % 10 {
            0..=3 => {
                let body = self.mutated();
                text = format!("{:?}", String::from_utf8_lossy(&body));
                request = self.headers(server.post(body));
            }
            4..=5 => {
                let (own, body) = self.one_value();
                return Case {
                    text: body.clone(),
                    request: server.post(body),
                    id: Some(own),
                };
            }
            6 => {
                let body = self.bytes(300);
                text = format!("{body:?}");
                request = self.headers(server.post(body));
            }
            7 => {
                let body = self.packed();
                text = format!("gzip {body:?}");
                request = server.post(body).header("content-encoding", "gzip");
            }
            8 if self.random.random() => {
                let address = format!("{url}/api/v1/query?{}", self.question());
                text = address.clone();
                request = server.client.get(address).bearer_auth(read_key);
            }
            8 => {
                let path = self.pick(&[
                    "/v1/pixel.gif?x=1",
                    "/a.js?x=1",
                    "/api/v1/query?x=1",
                    "/api/v1/catalogue?x=1",
                    "/v1/ingest/log?x=1",
                    "/api/v1/summary?x=1",
                    "/setup?x=1",
                    "/login?x=1",
                    "/?x=1",
                    "/static/x?x=1",
                    "/settings/keys?x=1",
                    "/ws/live?x=1",
                    "/v1/%2e%2e/%00?x=1",
                    "/nowhere?x=1",
                ]);
                let key = if path.contains("pixel") {
                    &server.ingest_key
                } else {
                    read_key
                };
                let address = format!("{url}{path}{}", self.query());
                text = address.clone();
                request = server.client.get(address).bearer_auth(key);
                request = self.headers(request);
            }
            _ => {
                let path = self.pick(&[
                    "/v1/events",
                    "/a.js",
                    "/login",
                    "/setup",
                    "/logout",
                    "/settings/keys",
                    "/v1/pixel.gif",
                ]);
                let method = self.pick(&[
                    "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "POST", "TRACE", "X",
                ]);
                let body = self.mutated();
                text = format!("{method} {path} {:?}", String::from_utf8_lossy(&body));
                let method = Method::from_bytes(method.as_bytes()).expect("a method");
                request = server
                    .client
                    .request(method, format!("{url}{path}"))
                    .body(body);
                request = self.headers(request);
            }
        }
        Case {
            text,
            request,
            id: None,
        }
    }
}

/// Checks that an answer is one that the documentation knows; the receipt, if it is one.
async fn assert_documented(answer: Response, what: &str) -> Option<Value> {
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").cloned();
    let retry_after = answer.headers().contains_key("retry-after");
    let body = answer.text().await.expect("a whole answer");
    assert!(
        status < 500 || (status == 503 && retry_after),
        "{status} for {what}: {body}"
    );
    let kind = kind
        .as_ref()
        .map_or("", |kind| kind.to_str().expect("plain text"));
    if kind == "application/problem+json" && !body.is_empty() {
        let problem: Value = serde_json::from_str(&body).expect("JSON");
        let code = Code::parse(problem["code"].as_str().unwrap_or_default());
        let code = code.unwrap_or_else(|| panic!("an unknown code for {what}: {problem}"));
        assert_eq!(code.entry().status, status, "{what}: {problem}");
        assert_eq!(problem["status"], status, "{what}: {problem}");
        return None;
    }
    if status >= 400 {
        let is_empty_or_page = body.is_empty() || kind.starts_with("text/html");
        assert!(
            is_empty_or_page,
            "{status} without a code for {what}: {kind} {body}"
        );
    }
    (status == 200 && kind == "application/json")
        .then(|| serde_json::from_str(&body).expect("JSON"))
        .filter(|answer: &Value| answer.get("duplicates").is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_garbled_requests_get_documented_answers_and_store_nothing_that_was_refused() {
    const CASES: usize = 10_000;
    const WORKERS: usize = 8;
    let appliance = Arc::new(Appliance::start());
    let accepted_ids = Arc::new(Mutex::new(HashSet::new()));
    let refused_ids = Arc::new(Mutex::new(HashSet::new()));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let appliance = Arc::clone(&appliance);
            let (kept, not) = (Arc::clone(&accepted_ids), Arc::clone(&refused_ids));
            tokio::spawn(async move {
                let mut garbage = Garbage {
                    random: Xoshiro256PlusPlus::seed_from_u64(worker as u64),
                };
                let mut accepted = 0;
                for number in 0..CASES / WORKERS {
                    let case = garbage.case(number, &appliance.server, &appliance.read_key);
                    let what = format!("seed {worker} case {number}: {}", case.text);
                    let sent = case.request.send().await;
                    let answer = sent.unwrap_or_else(|error| panic!("{error:?} for {what}"));
                    let receipt = assert_documented(answer, &what).await;
                    let now = receipt
                        .as_ref()
                        .and_then(|r| r["accepted"].as_u64())
                        .unwrap_or(0);
                    accepted += now;
                    if let Some(receipt) = &receipt {
                        for error in receipt["errors"].as_array().expect("a list") {
                            let code = error["code"].as_str().unwrap_or_default();
                            assert!(Code::parse(code).is_some(), "{what}: {error}");
                        }
                    }
                    if let Some(id) = case.id {
                        (if now == 1 { &kept } else { &not }).lock().insert(id);
                    }
                }
                accepted
            })
        })
        .collect();
    let mut accepted = 0;
    for worker in workers {
        accepted += worker.await.expect("no failed case");
    }

    let mut appliance = Arc::into_inner(appliance).expect("the workers have ended");
    let log = appliance
        .server
        .get("/v1/ingest/log", &appliance.read_key)
        .await;
    let log: Value = log.json().await.expect("a report");
    let counted = log["accepted"].as_u64().expect("a number");
    let pixels = counted - accepted;
    assert!(
        pixels <= (CASES / 10) as u64,
        "only pixels answer without a receipt"
    );
    assert_eq!(
        appliance.count().await,
        counted,
        "what was acknowledged is what is stored"
    );
    let mut ana = Visitor::administrator(&appliance.server).await;
    for path in ["/", "/ingest", "/system", "/settings/keys"] {
        let page = ana.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            !page.text.contains("<script>alert") && !page.text.contains("<img src=x"),
            "{path}"
        );
    }
    // It starts again on all of it, by kill and by stop.
    appliance.server.kill();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.count().await, counted);
    appliance.server.stop();
    let stored = stored_ids(appliance.folder.path()).await;
    let (kept, not) = (accepted_ids.lock(), refused_ids.lock());
    assert!(
        kept.len() > 500 && not.len() > 500,
        "{} {}",
        kept.len(),
        not.len()
    );
    assert!(
        kept.iter().all(|id| stored.contains(id)),
        "an accepted event is missing"
    );
    assert!(
        not.iter().all(|id| !stored.contains(id)),
        "a refused event is stored"
    );
}

#[tokio::test]
async fn bytes_that_are_no_http_do_not_harm_the_server() {
    let appliance = Appliance::start();
    let address = appliance
        .server
        .url
        .trim_start_matches("http://")
        .to_owned();
    let mut garbage = Garbage {
        random: Xoshiro256PlusPlus::seed_from_u64(77),
    };
    let mut heads: Vec<Vec<u8>> = [
        "GET / HTTP/9.9\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}",
    ]
    .map(|head| head.as_bytes().to_vec())
    .into();
    heads.push(format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000)).into_bytes());
    heads.push(format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5_000)).into_bytes());
    heads.extend((0..200).map(|_| garbage.bytes(400)));
    for head in heads {
        let mut stream = tokio::net::TcpStream::connect(&address)
            .await
            .expect("it listens");
        // The server may close before it has read all of it.
        let _broken = stream.write_all(&head).await;
        let _broken = stream.shutdown().await;
        let mut answer = Vec::new();
        let _broken = stream.read_to_end(&mut answer).await;
        let line = String::from_utf8_lossy(&answer);
        let status = line.split(' ').nth(1).unwrap_or_default();
        assert!(
            !status.starts_with('5'),
            "{line} for {:?}",
            String::from_utf8_lossy(&head)
        );
    }
    assert_eq!(appliance.count().await, 0);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

#[tokio::test]
async fn bodies_at_and_beyond_the_bounds_are_taken_or_refused_by_the_book() {
    const LIMIT: usize = 5 * 1024 * 1024;
    let appliance = Appliance::start();
    let server = &appliance.server;
    let padded = |bytes: usize| {
        let event = "{\"type\":\"x\"}";
        format!("{event}{}", " ".repeat(bytes - event.len())).into_bytes()
    };
    let deep = |levels: usize| {
        format!(
            "{{\"type\":\"x\",\"a\":{}1{}}}",
            "[".repeat(levels),
            "]".repeat(levels)
        )
        .into_bytes()
    };
    let many =
        |count: usize| format!("[{}]", vec!["{\"type\":\"x\"}"; count].join(",")).into_bytes();
    let bomb = gzip(&vec![b' '; 200 * 1024 * 1024]);
    assert!(bomb.len() < 300_000, "a thousand to one");
    let chunked = |bytes: Vec<u8>| {
        let parts: Vec<_> = bytes
            .chunks(65_536)
            .map(|part| Ok::<_, std::io::Error>(part.to_vec()))
            .collect();
        server.post(reqwest::Body::wrap_stream(futures_util::stream::iter(
            parts,
        )))
    };
    let packed = |bytes: Vec<u8>| server.post(bytes).header("content-encoding", "gzip");
    let rows: Vec<(&str, RequestBuilder, u16, &str)> = vec![
        ("exactly 5 MB", server.post(padded(LIMIT)), 200, ""),
        (
            "a byte more",
            server.post(padded(LIMIT + 1)),
            413,
            "body_too_large",
        ),
        ("exactly 5 MB in chunks", chunked(padded(LIMIT)), 200, ""),
        (
            "more, in chunks of unknown number",
            chunked(padded(LIMIT + 1)),
            413,
            "body_too_large",
        ),
        ("5 MB unpacked", packed(gzip(&padded(LIMIT))), 200, ""),
        ("a bomb", packed(bomb), 413, "body_too_large"),
        (
            "a bomb in a bomb",
            packed(gzip(&gzip(&vec![0; 50 << 20]))),
            400,
            "body_not_utf8",
        ),
        (
            "torn gzip",
            packed(gzip(&padded(1000))[..20].to_vec()),
            400,
            "body_malformed",
        ),
        ("no gzip", packed(padded(1000)), 400, "body_malformed"),
        ("16 levels", server.post(deep(15)), 200, ""),
        ("17 levels", server.post(deep(16)), 200, "json_too_deep"),
        (
            "deeper than the stack",
            server.post(deep(1_000_000)),
            200,
            "json_too_deep",
        ),
        ("10,000 events", server.post(many(10_000)), 200, ""),
        (
            "10,001 events",
            server.post(many(10_001)),
            413,
            "events_too_many",
        ),
        (
            "5 MB of digits",
            server.post(vec![b'9'; LIMIT]),
            200,
            "event_invalid",
        ),
        (
            "5 MB of brackets",
            server.post(vec![b'['; LIMIT]),
            400,
            "body_malformed",
        ),
        (
            "5 MB of line ends",
            server.post(vec![b'\n'; LIMIT]),
            400,
            "body_empty",
        ),
        (
            "a surrogate in bytes",
            server.post(b"{\"type\":\"\xed\xa0\x80\"}".to_vec()),
            400,
            "body_not_utf8",
        ),
    ];
    for (what, request, status, code) in rows {
        let answer = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(answer.status(), status, "{what}");
        let said: Value = answer.json().await.expect("JSON");
        let told = match status {
            200 => said["errors"][0]["code"].as_str().unwrap_or_default(),
            _ => said["code"].as_str().unwrap_or_default(),
        };
        assert_eq!(told, code, "{what}");
    }
    // 5 MB three times, 16 levels, and ten thousand.
    assert_eq!(appliance.count().await, 3 + 1 + 10_000);
}

#[tokio::test]
async fn sql_and_html_in_every_field_are_kept_as_text_or_refused_and_do_nothing() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let mut accepted = 0;
    for text in [
        "'; DROP TABLE events; SELECT '",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
    ] {
        for field in FIELDS {
            let mut event = json!({ "type": "x", "user_id": "ana" });
            event[field.name] = text.into();
            accepted += appliance.server.send(&event).await["accepted"]
                .as_u64()
                .expect("a number");
            accepted += appliance
                .server
                .send(&json!({ "type": "x", "metadata": event }))
                .await["accepted"]
                .as_u64()
                .expect("a number");
        }
    }
    assert!(accepted > FIELDS.len() as u64, "texts are texts");
    assert_eq!(appliance.count().await, accepted);
    for path in ["/", "/ingest", "/system"] {
        let page = ana.get(path).await.text;
        assert!(
            !page.contains("<script>alert") && !page.contains("<img src=x"),
            "{path}"
        );
    }
    let last = json!({ "type": "x", "user_id": "<script>alert(1)</script>" });
    appliance.server.send(&last).await;
    let mut page = String::new();
    until("the feed shows it as text", async || {
        page = ana.get("/").await.text;
        page.contains("alert(1)")
    })
    .await;
    assert!(!page.contains("<script>alert"));
}

/// The largest values that each field takes, often enough for their sums to leave every integer and float.
#[tokio::test]
async fn the_largest_values_break_neither_sums_nor_pages_nor_the_next_start() {
    let mut appliance = Appliance::start();
    let most = 9_007_199_254_740_992u64;
    let event = json!({
        "type": "response_received", "user_id": "ana", "provider": "openai", "model": "gpt-4o-mini",
        "input_tokens": most, "output_tokens": most, "cache_read_tokens": most, "reasoning_tokens": most,
        "characters": most, "bytes": most, "images": most, "audio_ms": most, "attempt": most, "status_code": most,
        "latency_ms": 1e15, "ttft_ms": 1e15, "rating": 1000, "cost": "999999999.999999999",
    });
    let payment = json!({ "type": "payment_completed", "user_id": "ana", "amount": "99999999999999.9999", "currency": "USD" });
    let refund = json!({ "type": "payment_completed", "user_id": "ana", "amount": "-99999999999999.9999", "currency": "EUR" });
    for batch in [vec![event; 2_000], vec![payment; 20], vec![refund; 20]] {
        let count = batch.len();
        assert_eq!(
            appliance.server.send(&batch.into()).await["accepted"],
            count
        );
    }
    let mut ana = Visitor::administrator(&appliance.server).await;
    for start in 0..2 {
        let summary = appliance.server.summary(&appliance.read_key).await;
        assert_eq!(summary["events"], 2_040, "start {start}");
        // 2,000 × 999,999,999.999999999 = 1,999,999,999,999.999998.
        assert_eq!(summary["cost"], "1999999999999.999998");
        // 2,000 × 2^53 is more than an i64 holds; the sum stays at its end.
        let tokens = summary["input_tokens"].as_u64().expect("a number");
        assert!(tokens >= i64::MAX as u64, "{tokens}");
        for path in ["/", "/system", "/ingest"] {
            assert_eq!(ana.get(path).await.status, 200, "{path}, start {start}");
        }
        // Every metric of the catalogue can be asked for, and for each person too.
        for metric in metric::all() {
            for more in [
                "",
                "&by=user",
                "&interval=day",
                "&by=model&compare=previous",
            ] {
                let path = format!("/api/v1/query?metrics={}&range=7d{more}", metric.id);
                let answer = appliance.server.get(&path, &appliance.read_key).await;
                let status = answer.status().as_u16();
                let said = answer.text().await.expect("a text");
                assert!(
                    status == 200 || status == 422,
                    "{status} for {path}: {said}"
                );
            }
        }
        appliance.server.kill();
        appliance.server.restart(appliance.folder.path());
        ana.url.clone_from(&appliance.server.url);
    }
    let admin = create_key(appliance.folder.path(), "admin");
    let bearer = format!("Bearer {admin}");
    let socket = crate::live::watch(&appliance.server.url, &[("authorization", &bearer)]).await;
    let frame = crate::live::frame(&mut socket.expect("a stream")).await;
    assert!(
        frame["kpi"]["tokens_consumed_today"]
            .as_i64()
            .is_some_and(|tokens| tokens > 0),
        "{frame}"
    );
}
