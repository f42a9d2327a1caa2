//! Whole imports into a small server that answers like ours and fails as it is told.

use std::collections::{HashMap, VecDeque};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use clap::Parser as _;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::*;

/// How the server treats a request.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Busy(u16),
    LosesAnswer,
    Refuses,
    Limits(usize),
    RejectsAt(usize),
}

#[derive(Default)]
struct Server {
    events: HashMap<String, Value>,
    requests: usize,
    manners: VecDeque<Manner>,
}

type Shared = Arc<Mutex<Server>>;

async fn take(server: web::Data<Shared>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    assert_eq!(
        request.headers().get("authorization").expect("a key"),
        "Bearer KEY"
    );
    let batch: Vec<Value> = serde_json::from_slice(&body).expect("an array");
    let mut server = server.lock();
    server.requests += 1;
    let manner = server.manners.pop_front();
    match manner {
        Some(Manner::Busy(status)) => {
            let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
            return HttpResponse::build(status)
                .insert_header(("Retry-After", "0"))
                .finish();
        }
        Some(Manner::Refuses) => {
            return HttpResponse::Unauthorized().json(json!({"title": "The key is not known."}));
        }
        Some(Manner::Limits(most)) if batch.len() > most => {
            server.manners.push_front(Manner::Limits(most));
            return HttpResponse::PayloadTooLarge().finish();
        }
        _ => {}
    }
    let (mut accepted, mut duplicates, mut errors) = (0, 0, Vec::new());
    for (index, event) in batch.into_iter().enumerate() {
        if manner == Some(Manner::RejectsAt(index)) {
            errors.push(json!({"index": index, "code": "timestamp_skew", "message": "too old", "remedy": "-"}));
            continue;
        }
        match server
            .events
            .insert(event["id"].as_str().expect("an id").to_owned(), event)
        {
            None => accepted += 1,
            Some(_) => duplicates += 1,
        }
    }
    if manner == Some(Manner::LosesAnswer) {
        let broken = stream::iter([
            Ok(web::Bytes::from_static(b"{")),
            Err(std::io::Error::other("lost")),
        ]);
        return HttpResponse::Ok().streaming(broken);
    }
    HttpResponse::Ok().json(json!({
        "accepted": accepted, "duplicates": duplicates, "rejected": errors.len(), "errors": errors
    }))
}

/// A server, a folder for files, and imports from there.
struct Place {
    url: String,
    server: Shared,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let server = Shared::default();
        let data = web::Data::new(server.clone());
        let app = move || {
            let body = web::PayloadConfig::new(8 << 20);
            App::new()
                .app_data(data.clone())
                .app_data(body)
                .route("/v1/events", web::post().to(take))
        };
        let http = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .expect("a free port");
        let url = format!("http://{}", http.addrs()[0]);
        actix_web::rt::spawn(http.run());
        Place {
            url,
            server,
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder.path().join(name), content).expect("a file");
    }

    fn expect(&self, manners: &[Manner]) {
        self.server.lock().manners.extend(manners);
    }

    async fn import(&self, file: &str, arguments: &[&str]) -> anyhow::Result<ImportReport> {
        let options = options(&self.folder.path().join(file), arguments);
        if options.dry_run {
            return run(
                options,
                Target {
                    url: String::new(),
                    key: String::new(),
                    state_folder: None,
                },
            )
            .await;
        }
        let sender = Sender::new(&self.url, "KEY")?.with_first_pause(std::time::Duration::ZERO);
        deliver(options, Some(ResumeFolder::new(self.states())), sender).await
    }

    fn states(&self) -> PathBuf {
        self.folder.path().join("imports")
    }

    fn events(&self) -> usize {
        self.server.lock().events.len()
    }
}

fn options(file: &Path, arguments: &[&str]) -> ImportOptions {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        options: ImportOptions,
    }
    let file = file.to_str().expect("UTF-8");
    Line::try_parse_from(["import", file].iter().chain(arguments))
        .expect("good arguments")
        .options
}

/// `rows` rows of two columns; the type is set by [`SET`].
fn csv(rows: usize) -> Vec<u8> {
    let mut text = "user_id,input_tokens\n".to_owned();
    for row in 0..rows {
        text.push_str(&format!("u{},{}\n", row % 7, row));
    }
    text.into_bytes()
}

const SET: &[&str] = &["--set", "type=response_received"];

fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (
        report.rows,
        report.accepted,
        report.duplicates,
        report.rejected,
    )
}

#[actix_web::test]
async fn a_second_import_adds_nothing_however_the_file_is_packed_and_named() {
    let place = Place::new();
    place.write("a.csv", &csv(2500));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&csv(2500)).expect("a write to memory");
    place.write("b.csv.gz", &gzip.finish().expect("a write to memory"));

    let first = place.import("a.csv", SET).await.expect("an import");
    let second = place.import("a.csv", SET).await.expect("an import");
    let packed = place.import("b.csv.gz", SET).await.expect("an import");

    assert_eq!(counts(&first), (2500, 2500, 0, 0));
    assert_eq!(counts(&second), (2500, 0, 2500, 0));
    assert_eq!(counts(&packed), (2500, 0, 2500, 0));
    assert_eq!(
        place.server.lock().requests,
        9,
        "three batches of at most 1,000 rows each"
    );
    assert_eq!(
        std::fs::read_dir(place.states())
            .expect("the folder")
            .count(),
        0,
        "finished imports are forgotten"
    );
}

#[actix_web::test]
async fn a_busy_server_and_a_lost_answer_cost_nothing_and_count_once() {
    let place = Place::new();
    place.write("a.csv", &csv(1500));
    place.expect(&[Manner::Busy(429), Manner::Busy(503), Manner::LosesAnswer]);

    let report = place.import("a.csv", SET).await.expect("an import");

    assert_eq!(place.events(), 1500);
    assert_eq!(
        report.accepted + report.duplicates,
        1500,
        "the batch with the lost answer was there already"
    );
    assert!(matches!(report.duplicates, 500 | 1000), "{report:?}");
    assert_eq!(
        place.server.lock().requests,
        5,
        "two batches, three failures"
    );
}

#[actix_web::test]
async fn a_batch_that_is_too_large_goes_in_parts_and_a_row_that_is_too_large_is_rejected() {
    let place = Place::new();
    place.write("a.csv", &csv(8));
    place.expect(&[Manner::Limits(2)]);
    // 8 and 4 are too many, then 2 pass and the limit is gone: 2 and 4 pass.
    assert_eq!(
        counts(&place.import("a.csv", SET).await.expect("an import")),
        (8, 8, 0, 0)
    );
    assert_eq!(place.server.lock().requests, 5);

    place.expect(&[Manner::Limits(0)]);
    place.write("b.csv", &csv(1));
    let report = place
        .import("b.csv", &["--set", "type=other"])
        .await
        .expect("an import");
    assert_eq!(counts(&report), (1, 0, 0, 1));
    assert_eq!(report.by_code["body_too_large"], 1);
}

#[actix_web::test]
async fn an_interrupted_import_continues_after_the_confirmed_rows() {
    let place = Place::new();
    place.write("a.csv", &csv(3500));
    // The batches are answered in any order; the last request is refused, so the import stops.
    place.expect(&[Manner::LosesAnswer, Manner::Refuses]);
    let state = || std::fs::read_dir(place.states()).map_or(0, Iterator::count);

    let error = place.import("a.csv", SET).await.expect_err("a stop");
    assert!(
        format!("{error:#}").contains("401 Unauthorized: The key is not known."),
        "{error:#}"
    );
    place.server.lock().manners.clear();
    let second = place.import("a.csv", SET).await.expect("an import");

    assert_eq!(
        second.resumed_after + second.rows,
        3500,
        "nothing is left out"
    );
    assert_eq!(place.events(), 3500);
    assert_eq!(state(), 0);
}

/// Leaves behind what an import leaves that stopped after the first `rows` rows.
async fn interrupted_after(place: &Place, file: &str, rows: usize) {
    let options = options(&place.folder.path().join(file), SET);
    let (batches, mut receiver) = mpsc::channel(IN_FLIGHT);
    let progress = Progress::new(&options.file);
    let reading = Reading {
        options,
        resume: None,
        received: Clock::System.now(),
        progress,
    };
    let reader = tokio::task::spawn_blocking(move || read::read(&reading, &batches));
    while let Some(batch) = receiver.recv().await {
        if batch.rows_through == rows as u64 {
            let confirmed = Confirmed {
                rows: batch.rows_through,
                digest: batch.digest_through,
            };
            ResumeFolder::new(place.states())
                .save(batch.import, &confirmed)
                .expect("a write");
        }
    }
    reader.await.expect("no panic").expect("a summary");
}

#[actix_web::test]
async fn confirmed_rows_are_not_sent_again_unless_asked_and_a_changed_file_is_noticed() {
    let place = Place::new();
    place.write("a.csv", &csv(2500));
    interrupted_after(&place, "a.csv", 2000).await;
    let report = place.import("a.csv", SET).await.expect("an import");
    assert_eq!(
        (report.resumed_after, counts(&report)),
        (2000, (500, 500, 0, 0))
    );

    interrupted_after(&place, "a.csv", 2000).await;
    let mut arguments = SET.to_vec();
    arguments.push("--restart");
    let report = place.import("a.csv", &arguments).await.expect("an import");
    assert_eq!(
        (report.resumed_after, counts(&report)),
        (0, (2500, 2000, 500, 0))
    );

    interrupted_after(&place, "a.csv", 2000).await;
    let changed = String::from_utf8(csv(2500))
        .expect("UTF-8")
        .replacen(",700\n", ",701\n", 1);
    place.write("a.csv", changed.as_bytes());
    let error = place
        .import("a.csv", SET)
        .await
        .expect_err("a refusal")
        .to_string();
    assert!(
        error.contains("has changed") && error.contains("--restart"),
        "{error}"
    );
    place.write("a.csv", &csv(1500));
    let error = place
        .import("a.csv", SET)
        .await
        .expect_err("a refusal")
        .to_string();
    assert!(
        error.contains("shorter") && error.contains("--restart"),
        "{error}"
    );
}

#[actix_web::test]
async fn rejected_rows_are_reported_with_their_line_and_written_to_a_file() {
    let place = Place::new();
    place.write("a.csv", b"user_id,input_tokens\na,1\nb,-5\nc\nd,2\ne,3\n");
    place.expect(&[Manner::RejectsAt(1)]);
    let rejects = place.folder.path().join("rejects.csv");
    let mut arguments = SET.to_vec();
    arguments.extend(["--rejects", rejects.to_str().expect("UTF-8")]);

    let report = place.import("a.csv", &arguments).await.expect("an import");

    // Of five rows, `b` has a negative count, `c` too few values, and the server rejects the second of the others, `d`.
    assert_eq!(counts(&report), (5, 2, 0, 3));
    let found: Vec<(u64, &str)> = report
        .first_rejected
        .iter()
        .map(|row| (row.place, row.code.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (3, "field_invalid"),
            (4, "event_invalid"),
            (5, "timestamp_skew")
        ]
    );
    let written = std::fs::read_to_string(rejects).expect("the file");
    assert_eq!(written.lines().next(), Some("row,code,message"));
    assert_eq!(written.lines().nth(3), Some("5,timestamp_skew,too old"));
    let text = report.to_string();
    assert!(
        text.starts_with("5 rows read: 2 added, 0 known already, 3 rejected.\n"),
        "{text}"
    );
    assert!(
        text.contains("  1 field_invalid: A field has the wrong form. Correct the field"),
        "{text}"
    );
    assert!(
        text.contains("  row 5: timestamp_skew: too old\n"),
        "{text}"
    );
}

#[actix_web::test]
async fn a_dry_run_sends_nothing_and_shows_the_plan_and_the_first_events() {
    let place = Place::new();
    place.write(
        "a.csv",
        b"who,input_tokens,colour\na,1,red\nb,x,red\nc,3,\nd,4,\n",
    );
    let arguments = ["--dry-run", "--map", "user_id=who", "--set", "type=a"];

    let text = place
        .import("a.csv", &arguments)
        .await
        .expect("a dry run")
        .to_string();

    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "user_id <- column `who`");
    assert_eq!(lines[2], "metadata.colour <- column `colour`");
    assert_eq!(lines[3], "type = \"a\"");
    assert!(
        lines[4]
            .contains(r#""user_id":"a","input_tokens":1,"type":"a","metadata":{"colour":"red"}"#),
        "{text}"
    );
    assert_eq!(
        lines[7],
        "4 rows read, nothing sent: 3 would be sent, 1 are rejected."
    );
    assert!(
        lines[9].starts_with("  row 3: field_invalid: `input_tokens` is `\"x\"`"),
        "{text}"
    );
    assert_eq!(place.server.lock().requests, 0);
    assert!(!place.states().exists());
}

#[actix_web::test]
async fn ndjson_is_sent_as_it_is_and_an_empty_file_is_no_error() {
    let place = Place::new();
    let id = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
    let lines = format!(
        "{{\"type\":\"a\",\"amount\":0.1000}}\nnonsense\n{{\"id\":\"{id}\",\"event\":\"b\",\"data\":{{\"x\":1}}}}\n"
    );
    place.write("a.ndjson", lines.as_bytes());

    let report = place.import("a.ndjson", &[]).await.expect("an import");

    assert_eq!(counts(&report), (3, 2, 0, 1));
    assert_eq!(
        place.server.lock().events[id],
        json!({"id": id, "event": "b", "metadata": {"x": 1}})
    );
    place.write("empty.csv", b"");
    assert_eq!(
        counts(&place.import("empty.csv", &[]).await.expect("an import")),
        (0, 0, 0, 0)
    );
}

#[actix_web::test]
async fn parquet_is_read_also_when_it_is_packed() {
    let place = Place::new();
    let plain = place.folder.path().join("a.parquet");
    crate::store::parquet::write("SELECT i AS \"Input Tokens\" FROM range(1, 4) t(i)", &plain);
    let plain = std::fs::read(plain).expect("the file");
    place.write(
        "b.parquet.zst",
        &zstd::stream::encode_all(&plain[..], 1).expect("packed"),
    );

    let first = place.import("a.parquet", SET).await.expect("an import");
    let second = place.import("b.parquet.zst", SET).await.expect("an import");

    assert_eq!(counts(&first), (3, 3, 0, 0));
    assert_eq!(counts(&second), (3, 0, 3, 0));
    let server = place.server.lock();
    let mut tokens: Vec<&Value> = server
        .events
        .values()
        .map(|event| &event["input_tokens"])
        .collect();
    tokens.sort_by_key(|tokens| tokens.as_i64());
    assert_eq!(tokens, [&json!(1), &json!(2), &json!(3)]);
}

#[actix_web::test]
async fn mistakes_end_with_one_clear_message() {
    let place = Place::new();
    place.write("a.csv", b"a,b\n1,2\n");
    for (file, arguments, part) in [
        ("missing.csv", &[][..], "cannot read"),
        ("", &[], "is a folder"),
        (
            "a.csv",
            &["--map", "type=c"],
            "there is no column `c`; the columns are `a`, `b`",
        ),
    ] {
        let error = place.import(file, arguments).await.expect_err("a refusal");
        assert!(format!("{error:#}").contains(part), "{error:#}");
    }
    assert!(Sender::new("example.com", "KEY").is_err());
}

/// The conversation trace of the public data set AzureLLMInferenceDataset2023, where a copy lies beside the checkout.
#[actix_web::test]
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
async fn the_public_azure_trace_is_imported_with_its_own_totals() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/azure-llm-inference-conv.csv");
    let Ok(content) = std::fs::read(&file) else {
        eprintln!("left out: there is no {}", file.display());
        return;
    };
    let place = Place::new();
    place.write("trace.csv", &content);
    let arguments = [
        ["--map", "timestamp=TIMESTAMP"],
        ["--map", "input_tokens=ContextTokens"],
        ["--map", "output_tokens=GeneratedTokens"],
        ["--set", "type=response_received"],
        ["--set", "provider=azure"],
        ["--set", "model=gpt-35-turbo"],
    ];

    let report = place
        .import("trace.csv", arguments.as_flattened())
        .await
        .expect("an import");

    assert_eq!(counts(&report), (19_366, 19_366, 0, 0));
    let server = place.server.lock();
    let total = |field: &str| {
        server
            .events
            .values()
            .filter_map(|event| event[field].as_i64())
            .sum::<i64>()
    };
    // The sums of the file's own columns.
    assert_eq!(
        (total("input_tokens"), total("output_tokens")),
        (22_361_870, 4_088_665)
    );
    let mut times: Vec<&str> = server
        .events
        .values()
        .filter_map(|event| event["timestamp"].as_str())
        .collect();
    times.sort_unstable();
    assert_eq!(times[0], "2023-11-16T18:15:46.68059Z");
}
