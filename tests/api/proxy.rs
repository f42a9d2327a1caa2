//! Behind a reverse proxy, with the configurations that the README shows: nginx and Caddy, real ones, on loopback.
//!
//! Where a proxy is not installed the test says so and is left out (`scripts/test.sh` gets both).

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{Appliance, until};
use crate::live::{frame_where, watch};
use crate::visitor::{EMAIL, PASSWORD, Visitor};

const README: &str = include_str!("../../README.md");
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// The README's only block in this language.
fn block(language: &str) -> &'static str {
    let (_, rest) = README
        .split_once(&format!("```{language}\n"))
        .unwrap_or_else(|| panic!("the README has no block of {language}"));
    rest.split("```").next().unwrap_or_default()
}

/// A program on the PATH, or among those of the system.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    if found.is_none() {
        let _nobody_reads = writeln!(std::io::stderr(), "left out: {program} is not installed");
    }
    found
}

/// A proxy that runs until the test ends.
struct Proxy {
    child: Child,
    folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Asked, so that nginx ends its workers too.
        let id = rustix::process::Pid::from_child(&self.child);
        let _gone = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _gone = self.child.wait();
    }
}

impl Proxy {
    async fn start(command: &mut Command, folder: tempfile::TempDir, port: u16) -> Proxy {
        let log = fs::File::create(folder.path().join("log")).expect("a file");
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log);
        let child = command.spawn().expect("the proxy starts");
        let mut proxy = Proxy { child, folder };
        until("the proxy listens", async || {
            if let Some(status) = proxy.child.try_wait().expect("our child") {
                panic!("the proxy ended with {status}: {}", proxy.log());
            }
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
        })
        .await;
        proxy
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// nginx with the README's server block; TLS, whose certificate only the reader has, is left to `tls`.
async fn nginx(program: &Path, upstream: &str, port: u16, tls: Option<(&Path, &Path)>) -> Proxy {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (listen, certificate, key) = match tls {
        None => (
            format!("listen 127.0.0.1:{port};"),
            String::new(),
            String::new(),
        ),
        Some((certificate, key)) => (
            format!("listen 127.0.0.1:{port} ssl;"),
            format!("ssl_certificate {};", certificate.display()),
            format!("ssl_certificate_key {};", key.display()),
        ),
    };
    let mut own = block("nginx").to_owned();
    for (theirs, ours) in [
        ("listen 443 ssl;", listen.as_str()),
        ("ssl_certificate     /etc/ssl/analytics.crt;", &certificate),
        ("ssl_certificate_key /etc/ssl/analytics.key;", &key),
        ("http://127.0.0.1:8080", upstream),
    ] {
        assert!(own.contains(theirs), "the README's block has no `{theirs}`");
        own = own.replace(theirs, ours);
    }
    // What a package's own nginx.conf has around the block, in a folder of ours.
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let paths: String = paths
        .map(|name| format!("{name}_temp_path {}/{name};\n", folder.path().display()))
        .concat();
    let around = format!(
        "daemon off;\npid {0}/pid;\nerror_log stderr;\nworker_processes 2;\nevents {{ }}\nhttp {{\naccess_log off;\n{paths}{own}\n}}\n",
        folder.path().display()
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, around).expect("a file");
    let mut command = Command::new(program);
    command.arg("-p").arg(folder.path()).arg("-c").arg(&file);
    command.args(["-e", "stderr"]);
    Proxy::start(&mut command, folder, port).await
}

async fn caddy(program: &Path, upstream: &str, port: u16) -> Proxy {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = block("caddyfile");
    assert!(own.contains("analytics.example.com {") && own.contains("127.0.0.1:8080"));
    let own = own
        .replace("analytics.example.com", &format!("http://127.0.0.1:{port}"))
        .replace("127.0.0.1:8080", upstream.trim_start_matches("http://"));
    let file = folder.path().join("Caddyfile");
    fs::write(&file, format!("{{\n\tadmin off\n}}\n{own}")).expect("a file");
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(&file);
    command.env("HOME", folder.path());
    Proxy::start(&mut command, folder, port).await
}

/// The setting that the README's proxy section asks for.
fn trusting(base_path: &str) -> Appliance {
    assert!(README.contains("trusted_proxies = [\"127.0.0.1\", \"::1\"]"));
    Appliance::with(&[
        (
            "ANALYTICS__SERVER__TRUSTED_PROXIES",
            "[\"127.0.0.1\", \"::1\"]",
        ),
        ("ANALYTICS__SERVER__BASE_PATH", base_path),
    ])
}

/// What a newcomer does, all of it through the proxy at `outside`.
async fn everything_works(appliance: &Appliance, outside: &str, base: &str) {
    let server = &appliance.server;
    let url = format!("{outside}{base}");
    let mut ana = Visitor::new(&url);
    ana.headers = vec![("origin", outside.to_owned())];
    let begun = ana.set_up(&server.setup_url).await;
    assert_eq!(
        (begun.status, begun.location()),
        (303, format!("{base}/").as_str())
    );
    assert_eq!(ana.submit("/", "/logout", &[]).await.status, 303);
    let entered = ana.log_in(EMAIL, PASSWORD).await;
    assert_eq!(
        (entered.status, entered.location()),
        (303, format!("{base}/").as_str())
    );
    let overview = ana.get("/").await;
    assert_eq!(overview.status, 200);

    // The page's own files, by the names that the page gives them.
    let files: Vec<&str> = overview
        .text
        .split('"')
        .filter(|text| text.starts_with(&format!("{base}/static/")))
        .collect();
    assert!(files.len() >= 2, "a page has a script and a style");
    for file in files {
        let path = file.strip_prefix(base).expect("below the base path");
        let answer = ana.get(path).await;
        assert_eq!(answer.status, 200, "{file}");
        assert!(!answer.text.is_empty(), "{file}");
    }

    // Events, with a body as large as the server takes: the proxy must not have a smaller bound.
    let event = json!({ "type": "query_sent", "user_id": "ana" }).to_string();
    let client = &server.client;
    let send = |body: String| {
        client
            .post(format!("{url}/v1/events"))
            .bearer_auth(&server.ingest_key)
            .body(body)
    };
    let padded = format!("{event}{}", " ".repeat(5 * 1024 * 1024 - event.len()));
    let answer = send(padded).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);

    // The live stream, for the page and with its cookie.
    let cookie = ana.cookie();
    let page = [("cookie", cookie.as_str()), ("origin", outside)];
    let mut socket = watch(&url, &page)
        .await
        .expect("a stream through the proxy");
    frame_where(&mut socket, |frame| frame["kpi"]["active_users_now"] == 1).await;
    let foreign = [
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
    ];
    assert_eq!(watch(&url, &foreign).await.err(), Some(403));
    let second = send(event).send().await.expect("an answer");
    assert_eq!(second.status(), 200);
    frame_where(&mut socket, |frame| {
        frame["events"].as_array().map(Vec::len) == Some(2)
    })
    .await;

    let summary: Value = client
        .get(format!("{url}/api/v1/summary"))
        .bearer_auth(&appliance.read_key)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a summary");
    assert_eq!(summary["events"], 2);
}

#[tokio::test]
async fn the_readmes_nginx_passes_pages_files_events_and_the_live_stream() {
    let Some(program) = find("nginx") else { return };
    let appliance = trusting("");
    let port = free_port();
    let _proxy = nginx(&program, &appliance.server.url, port, None).await;
    everything_works(&appliance, &format!("http://127.0.0.1:{port}"), "").await;
}

#[tokio::test]
async fn below_a_path_of_a_host_everything_works_too() {
    let Some(program) = find("nginx") else { return };
    let appliance = trusting("/analytics");
    let port = free_port();
    let upstream = appliance.server.url.trim_end_matches("/analytics");
    let _proxy = nginx(&program, upstream, port, None).await;
    let outside = format!("http://127.0.0.1:{port}");
    everything_works(&appliance, &outside, "/analytics").await;

    // The path without its slash leads in, and nothing of ours answers beside it.
    let mut stranger = Visitor::new(&outside);
    let bare = stranger.get("/analytics").await;
    assert!((300..400).contains(&bare.status), "{}", bare.status);
    assert!(
        bare.location().ends_with("/analytics/"),
        "{}",
        bare.location()
    );
    assert_eq!(stranger.get("/login").await.status, 404);
    let wanted = stranger.get("/analytics/system").await;
    assert_eq!(wanted.location(), "/analytics/login?next=%2Fsystem");
    let mut again = Visitor::new(&format!("{outside}/analytics"));
    again.log_in(EMAIL, PASSWORD).await;
    let set = again.submit("/", "/logout", &[]).await;
    let cookie = set.headers["set-cookie"].to_str().expect("plain text");
    assert!(cookie.contains("Path=/analytics"), "{cookie}");
}

#[tokio::test]
async fn the_readmes_caddy_passes_pages_files_events_and_the_live_stream() {
    let Some(program) = find("caddy") else { return };
    let appliance = trusting("");
    let port = free_port();
    let _proxy = caddy(&program, &appliance.server.url, port).await;
    everything_works(&appliance, &format!("http://127.0.0.1:{port}"), "").await;
}

#[tokio::test]
async fn the_address_that_nginx_forwards_is_the_one_that_counts() {
    let Some(program) = find("nginx") else { return };
    let appliance = Appliance::with(&[
        ("ANALYTICS__SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]"),
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_S", "1"),
        ("ANALYTICS__INGEST__REQUESTS_PER_ADDRESS_BURST", "2"),
    ]);
    let port = free_port();
    let _proxy = nginx(&program, &appliance.server.url, port, None).await;
    let url = format!(
        "http://127.0.0.1:{port}/v1/events?key={}",
        appliance.server.ingest_key
    );
    // Two visitors behind a further proxy that we trust as well: each counts for themselves.
    for (address, status) in [
        ("203.0.113.1", 200),
        ("203.0.113.1", 200),
        ("203.0.113.1", 429),
        ("203.0.113.2", 200),
    ] {
        let request = appliance
            .server
            .client
            .post(&url)
            .header("x-forwarded-for", address);
        let request = request
            .header("user-agent", FIREFOX)
            .body("{\"type\":\"page_view\"}");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{address}");
    }
}

#[tokio::test]
async fn over_tls_cookies_are_secure_and_links_are_https() {
    let (Some(program), Some(openssl), Some(curl)) = (find("nginx"), find("openssl"), find("curl"))
    else {
        return;
    };
    let files = tempfile::tempdir().expect("a temporary folder");
    let (certificate, key) = (files.path().join("crt"), files.path().join("key"));
    let mut command = Command::new(openssl);
    command.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]);
    let made = command
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output();
    assert!(made.expect("openssl runs").status.success());
    let appliance = trusting("");
    let port = free_port();
    let _proxy = nginx(
        &program,
        &appliance.server.url,
        port,
        Some((&certificate, &key)),
    )
    .await;

    let token = appliance
        .server
        .setup_url
        .split("token=")
        .nth(1)
        .expect("a link");
    let mut command = Command::new(curl);
    command.args(["-s", "-i", "--insecure"]);
    let page = command
        .arg(format!("https://127.0.0.1:{port}/setup?token={token}"))
        .output();
    let page = String::from_utf8(page.expect("curl runs").stdout).expect("a page");

    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let cookie = page.lines().find(|line| {
        line.to_lowercase()
            .starts_with("set-cookie: analytics_form=")
    });
    let cookie = cookie.expect("the form's cookie");
    for attribute in ["Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
}
