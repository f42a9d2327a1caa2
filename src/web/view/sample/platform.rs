//! Samples of the pages about events that are missing and about the system.

use crate::web::view::missing::{
    MissingOutcome, MissingPage, MissingRow, ReasonChip, StepRow, Total,
};
use crate::web::view::sample::Sample;
use crate::web::view::shell::{Room, Tone};
use crate::web::view::system::{EmbeddedData, MemoryPart, SystemFact, SystemPage};

impl Sample {
    /// Why is my event missing; narrowed to a reason if `is_filtered`, without any event if `is_empty`.
    pub fn missing(&self, is_filtered: bool, is_empty: bool) -> MissingPage {
        let total = |label, value: &str, note: &str, tone| Total {
            label,
            value: self.text(value),
            note: self.text(note),
            tone,
        };
        let step = |name: &str, help: &str, reached: &str, stopped: &str, passed: &str| StepRow {
            name: self.text(name),
            help: self.text(help),
            reached: self.text(reached),
            stopped: self.text(if is_empty { "0" } else { stopped }),
            has_stopped: !is_empty && stopped != "0",
            passed_percent: (!is_empty).then(|| self.text(passed)),
        };
        let chip = |code: &str, label: &str, count: &str, is_current| ReasonChip {
            code: self.text(code),
            label: self.text(label),
            count: self.text(count),
            is_current,
        };
        let row =
            |age_s, outcome, reason: &str, remedy: &str, event_type: &str, id: &str, key: &str| {
                MissingRow {
                    when: self.ago(age_s),
                    outcome,
                    reason: self.text(reason),
                    remedy: self.text(remedy),
                    event_type: self.text(event_type),
                    event_id: self.text(id),
                    key_name: self.text(key),
                }
            };
        let rows = vec![
            row(
                3,
                MissingOutcome::Rejected,
                "`latency_ms` is \"fast\"; it must be a number of milliseconds",
                "Send a number, such as 812.",
                "response_received",
                "0198e1a2-77aa-7c3e-9d41-5b1c8f0a2e11",
                "web app",
            ),
            row(
                21,
                MissingOutcome::Dropped,
                "The user agent is a crawler: Googlebot",
                "Nothing to do. Crawlers are left out on purpose.",
                "page_view",
                "0198e1a2-6b10-7d55-8a01-c04d9e7712f3",
                "web app",
            ),
            row(
                64,
                MissingOutcome::Duplicate,
                "This id was stored 4 minutes before",
                "Nothing to do, the event counts once. Send a new id for a new event.",
                "payment_completed",
                "0198e19e-1c44-7a90-b7aa-91f0aa1200c7",
                "billing job",
            ),
            row(
                310,
                MissingOutcome::Dropped,
                "`https://staging.example.com` is not an allowed origin of this project",
                "Add it in the project's settings if it should count.",
                "query_sent",
                "",
                "",
            ),
        ];
        MissingPage {
            frame: self.frame(),
            shell: self.shell(Room::Missing),
            since: self.text("since the start 3 h ago"),
            totals: vec![
                total("Received", "1,204,311", "1,204 requests", Tone::Plain),
                total(
                    "Stored",
                    "1,203,870",
                    "99.96 % of what arrived",
                    Tone::Plain,
                ),
                total(
                    "Rejected or dropped",
                    if is_empty { "0" } else { "398" },
                    "0.03 % of what arrived",
                    if is_empty { Tone::Plain } else { Tone::Bad },
                ),
                total(
                    "Duplicates",
                    if is_empty { "0" } else { "43" },
                    "sent again, counted once",
                    Tone::Plain,
                ),
            ],
            steps: vec![
                step(
                    "Read",
                    "The body is JSON, an array or one object a line.",
                    "1,204,311",
                    "0",
                    "100.0",
                ),
                step(
                    "Check",
                    "Every field has its type and is within its bounds.",
                    "1,204,311",
                    "112",
                    "99.9",
                ),
                step(
                    "Origin",
                    "A browser sends from an origin that the project allows.",
                    "1,204,199",
                    "41",
                    "99.9",
                ),
                step(
                    "Bot filter",
                    "Crawlers and headless browsers are left out.",
                    "1,204,158",
                    "245",
                    "99.8",
                ),
                step(
                    "Once",
                    "An id that was stored within 7 days counts once.",
                    "1,203,913",
                    "43",
                    "99.8",
                ),
            ],
            reasons: if is_empty {
                Vec::new()
            } else {
                vec![
                    chip("bot", "Crawler", "245", is_filtered),
                    chip("field_type", "Wrong type", "112", false),
                    chip("duplicate", "Duplicate", "43", false),
                    chip("origin", "Foreign origin", "41", false),
                ]
            },
            is_filtered,
            rows: match (is_empty, is_filtered) {
                (true, _) => Vec::new(),
                (false, true) => rows[1..2].to_vec(),
                (false, false) => rows,
            },
            kept: self.text("the latest 500 are kept"),
        }
    }

    /// The system page.
    pub fn system(&self) -> SystemPage {
        let fact = |label: &str, value: &str, note: &str, tone| SystemFact {
            label: self.text(label),
            value: self.text(value),
            note: self.text(note),
            tone,
        };
        let part = |label: &str, value: &str, bound: &str, width: &str, tone| MemoryPart {
            label: self.text(label),
            value: self.text(value),
            bound: self.text(bound),
            width_percent: self.text(width),
            tone,
        };
        let data = |name: &str, version: &str, age: &str, licence: &str, is_old| EmbeddedData {
            name: self.text(name),
            version: self.text(version),
            age: self.text(age),
            licence: self.text(licence),
            is_old,
        };
        SystemPage {
            frame: self.frame(),
            shell: self.shell(Room::System),
            health: if self.suffix.is_empty() {
                Tone::Good
            } else {
                Tone::Warn
            },
            health_title: self.text("All is well"),
            health_text: self.text("Events are accepted and 0.4 s behind on screen."),
            path: vec![
                fact("Waiting for a commit", "12 of 16,384", "", Tone::Plain),
                fact("Commit, median", "1.8 ms", "", Tone::Plain),
                fact("Commit, 99th percentile", "9.4 ms", "", Tone::Plain),
                fact("Journal", "record 48,112", "", Tone::Plain),
                fact(
                    "Loaded up to",
                    "record 48,109",
                    "3 records behind, 0.4 s.",
                    Tone::Plain,
                ),
            ],
            storage: vec![
                fact("Database", "1.24 GB", "", Tone::Plain),
                fact("Write-ahead log", "38 MB", "", Tone::Plain),
                fact("Journal", "64 MB", "", Tone::Plain),
                fact("Temporary files", "0 B", "", Tone::Plain),
                fact(
                    "Free disk",
                    "3.1 GB",
                    "Below 5 GB. Ingest stops at 512 MB: make room or move the data folder.",
                    Tone::Warn,
                ),
            ],
            memory_total: self.text("186 MB"),
            memory: vec![
                part("Engine", "96 MB", "of 256 MB", "37.5", Tone::Plain),
                part("Ids seen before", "52 MB", "of 64 MB", "81.2", Tone::Warn),
                part("Queue", "2 MB", "of 16 MB", "12.5", Tone::Plain),
                part("Live figures", "6 MB", "", "3.2", Tone::Plain),
            ],
            versions: vec![
                fact("analytics", "0.1.0", "", Tone::Plain),
                fact("Engine", "DuckDB 1.5.6", "", Tone::Plain),
                fact("Up for", "3 h 12 min", "", Tone::Plain),
                fact("Processors", "2", "", Tone::Plain),
            ],
            data: vec![
                data("Country table", "2026.11.01", "20 days", "CC0", false),
                data("User-agent rules", "0.18.0", "310 days", "Apache-2.0", true),
                data("Crawler list", "1.21.0", "45 days", "MIT", false),
                data("Model prices", "2026-11-12", "9 days", "MIT", false),
            ],
        }
    }
}
