//! A server of its own for each test: the real binary on a free port and a temporary folder.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for a start or a stop. A machine under load needs seconds; a hang needs an end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_analytics"))
}

/// Runs a command to its end.
pub fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .arg("--data")
        .arg(folder)
        .stdin(Stdio::null());
    command.output().expect("the binary runs")
}

/// A running server.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The first ingest key; empty after a restart.
    pub ingest_key: String,
    /// A client of its own.
    pub client: Client,
    environment: Vec<(String, String)>,
}

impl Server {
    /// Starts on `folder` with these settings from the environment.
    pub fn start(folder: &Path, environment: &[(&str, &str)]) -> Server {
        let environment: Vec<(String, String)> = environment
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Server::start_with(folder, environment)
    }

    fn start_with(folder: &Path, environment: Vec<(String, String)>) -> Server {
        let mut command = Command::new(program());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder);
        command.envs(environment.clone());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let (sender, lines) = mpsc::channel();
        let out = child.stdout.take().expect("its output is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _nobody_listens = sender.send(line);
            }
        });
        let mut err = child.stderr.take().expect("its log is piped");
        let (log_sender, log) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _broken = err.read_to_string(&mut text);
            let _nobody_listens = log_sender.send(text);
        });
        let mut greeting = String::new();
        let deadline = Instant::now() + PATIENCE;
        while !greeting.contains("data folder: ") {
            let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now()))
            else {
                let _gone = child.kill();
                panic!(
                    "the server did not start: {}",
                    log.recv_timeout(PATIENCE).unwrap_or_default()
                );
            };
            greeting.push_str(&line);
            greeting.push('\n');
        }
        let said = |start: &str| {
            let line = greeting.lines().find_map(|line| line.strip_prefix(start));
            line.unwrap_or_default().to_owned()
        };
        Server {
            url: said("listening on "),
            ingest_key: said("ingest key: "),
            client: Client::new(),
            child,
            environment,
        }
    }

    /// Ends the process as a power cut would, as far as the process can tell.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks the process to stop and waits until it has.
    pub fn stop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "it stopped with {status}");
    }

    /// Starts again on the same folder.
    pub fn restart(&mut self, folder: &Path) {
        let key = std::mem::take(&mut self.ingest_key);
        let environment = self.environment.clone();
        *self = Server::start_with(folder, environment);
        self.ingest_key = key;
    }

    /// `POST /v1/events` with the ingest key.
    pub fn post(&self, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/events", self.url))
            .bearer_auth(&self.ingest_key)
            .body(body)
    }

    /// Sends events and gives the receipt.
    pub async fn send(&self, events: &Value) -> Value {
        let answer = self
            .post(events.to_string())
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{events}");
        answer.json().await.expect("a receipt")
    }

    /// `GET` with a key.
    pub async fn get(&self, path: &str, key: &str) -> Response {
        let request = self
            .client
            .get(format!("{}{path}", self.url))
            .bearer_auth(key);
        request.send().await.expect("an answer")
    }

    /// The summary of the first project.
    pub async fn summary(&self, read_key: &str) -> Value {
        let answer = self.get("/api/v1/summary", read_key).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("a summary")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

/// A key made on the command line.
pub fn create_key(folder: &Path, kind: &str) -> String {
    let made = run(&["key", "create", "--kind", kind, "--name", "test"], folder);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    String::from_utf8_lossy(&made.stdout).trim().to_owned()
}

/// A server with a temporary folder and a read key.
pub struct Appliance {
    /// Where its data is.
    pub folder: TempDir,
    /// The server.
    pub server: Server,
    /// A key that may ask.
    pub read_key: String,
}

impl Appliance {
    /// Starts with the defaults.
    pub fn start() -> Appliance {
        Appliance::with(&[])
    }

    /// Starts with these settings from the environment.
    pub fn with(environment: &[(&str, &str)]) -> Appliance {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path(), environment);
        let read_key = create_key(folder.path(), "read");
        Appliance {
            folder,
            server,
            read_key,
        }
    }

    /// Events that the summary counts.
    pub async fn count(&self) -> u64 {
        self.server.summary(&self.read_key).await["events"]
            .as_u64()
            .expect("a number")
    }
}
