//! A server of its own for each test: the real binary on a free port and a temporary folder.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for anything. A machine under load needs seconds; a hang needs an end.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_analytics"))
}

/// Runs a command to its end, on a data folder.
pub fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .arg("--data")
        .arg(folder)
        .stdin(Stdio::null());
    command.output().expect("the binary runs")
}

/// What a command said on standard output.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command said on standard error.
pub fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Looks again and again until `holds` is true; fails with `what` if that takes too long.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A process that has been started and may not serve yet.
pub struct Starting {
    child: Child,
    environment: Vec<(String, String)>,
    greeting: mpsc::Receiver<String>,
    log: Arc<Mutex<String>>,
    logging: JoinHandle<()>,
}

impl Starting {
    /// What the process has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().clone()
    }

    /// Waits until it serves, or gives what it said before it ended.
    pub fn ready(mut self) -> Result<Server, String> {
        let mut greeting = String::new();
        let deadline = Instant::now() + PATIENCE;
        while !greeting.contains("data folder: ") {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.greeting.recv_timeout(left) else {
                let _gone = self.child.kill();
                let _gone = self.child.wait();
                let _read = self.logging.join();
                return Err(self.log.lock().clone());
            };
            greeting.push_str(&line);
            greeting.push('\n');
        }
        let said = |start: &str| {
            let line = greeting.lines().find_map(|line| line.strip_prefix(start));
            line.unwrap_or_default().to_owned()
        };
        let address = said("listening on ");
        let base = self
            .environment
            .iter()
            .find(|(key, _)| key == "ANALYTICS__SERVER__BASE_PATH")
            .map_or("", |(_, base)| base);
        Ok(Server {
            url: format!("{address}{base}"),
            ingest_key: said("ingest key: "),
            setup_url: said("set-up link (once): "),
            client: Client::new(),
            child: self.child,
            environment: self.environment,
            log: self.log,
            logging: Some(self.logging),
        })
    }
}

/// A running server. When it goes, a panic in its log fails the test.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`, with the base path if there is one.
    pub url: String,
    /// The first ingest key; kept over a restart.
    pub ingest_key: String,
    /// The set-up link; empty once somebody can log in.
    pub setup_url: String,
    /// A client of its own.
    pub client: Client,
    environment: Vec<(String, String)>,
    log: Arc<Mutex<String>>,
    logging: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts on `folder` with these settings from the environment.
    pub fn start(folder: &Path, environment: &[(&str, &str)]) -> Server {
        let started = Server::try_start(folder, environment);
        started.unwrap_or_else(|log| panic!("the server did not start: {log}"))
    }

    /// Starts as [`Server::start`] does, or gives what the process said before it ended.
    pub fn try_start(folder: &Path, environment: &[(&str, &str)]) -> Result<Server, String> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Server::launch(folder, environment.iter().map(owned).collect()).ready()
    }

    fn launch(folder: &Path, environment: Vec<(String, String)>) -> Starting {
        let mut command = Command::new(program());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder);
        // What was just sent is in the next answer, however slow the machine of the tests is.
        command.env("ANALYTICS__STORAGE__ANSWER_AGE_S", "0");
        command.envs(environment.clone());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let (sender, greeting) = mpsc::channel();
        let out = child.stdout.take().expect("its output is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _nobody_listens = sender.send(line);
            }
        });
        let log = Arc::new(Mutex::new(String::new()));
        let err = child.stderr.take().expect("its log is piped");
        let written = Arc::clone(&log);
        let logging = std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                let mut text = written.lock();
                text.push_str(&line);
                text.push('\n');
            }
        });
        Starting {
            child,
            environment,
            greeting,
            log,
            logging,
        }
    }

    /// Ends the process as a power cut would, as far as the process can tell.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks the process to stop and waits until it has.
    pub fn stop(&mut self) {
        let status = self.terminate();
        assert!(status.success(), "it stopped with {status}: {}", self.log());
    }

    /// Asks the process to stop and gives how it ended; fails if it does not end.
    pub fn terminate(&mut self) -> ExitStatus {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not stop: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts again on the same folder, after [`Server::kill`] or [`Server::stop`].
    pub fn restart(&mut self, folder: &Path) {
        let started = self.relaunch(folder).ready();
        self.replace(started.unwrap_or_else(|log| panic!("the server did not start again: {log}")));
    }

    /// Begins a start on the same folder; [`Server::replace`] takes the result over.
    pub fn relaunch(&self, folder: &Path) -> Starting {
        Server::launch(folder, self.environment.clone())
    }

    /// Takes over a start of the same folder.
    pub fn replace(&mut self, started: Server) {
        let key = std::mem::take(&mut self.ingest_key);
        *self = started;
        self.ingest_key = key;
    }

    /// What the process has logged since it started.
    pub fn log(&self) -> String {
        self.log.lock().clone()
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

    /// One figure of `/metrics`, by its name without `analytics_`.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics", "").await;
        let text = text.text().await.expect("a text");
        let line = format!("analytics_{name} ");
        let value = text.lines().find_map(|found| found.strip_prefix(&line));
        let value = value.unwrap_or_else(|| panic!("there is no {name} in {text}"));
        value.parse().expect("a number")
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
        if let Some(logging) = self.logging.take() {
            let _read = logging.join();
        }
        let log = self.log();
        if log.contains("panicked at") && !std::thread::panicking() {
            panic!("the server panicked: {log}");
        }
    }
}

/// A key made on the command line.
pub fn create_key(folder: &Path, kind: &str) -> String {
    let made = run(&["key", "create", "--kind", kind, "--name", "test"], folder);
    assert!(made.status.success(), "{}", complained(&made));
    said(&made).trim().to_owned()
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
