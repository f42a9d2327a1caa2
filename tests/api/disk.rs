//! A full disk: what was acknowledged stays, what is refused says so, and room heals it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Appliance, Server, create_key, until};

/// Small files, so that a disk of 48 MB holds many of each.
const SETTINGS: [(&str, &str); 5] = [
    ("ANALYTICS__STORAGE__FREE_SPACE_MIN_MB", "1"),
    ("ANALYTICS__STORAGE__JOURNAL_SEGMENT_MB", "2"),
    ("ANALYTICS__STORAGE__JOURNAL_KEEP_MB", "0"),
    ("ANALYTICS__STORAGE__CHECKPOINT_MB", "1"),
    ("ANALYTICS__STORAGE__LOAD_INTERVAL_MS", "50"),
];

/// A disk of its own, in memory.
struct Disk {
    mount: PathBuf,
    folder: tempfile::TempDir,
}

impl Disk {
    /// A disk of `megabytes`; `None`, said aloud, where mounting is not permitted.
    fn new(megabytes: u32) -> Option<Disk> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mount = folder.path().join("disk");
        fs::create_dir(&mount).expect("a folder");
        let size = format!("size={megabytes}m");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]);
        let done = command.arg(&mount).output();
        if !done.is_ok_and(|done| done.status.success()) {
            say("left out: a file system cannot be mounted here, so no disk can be filled");
            return None;
        }
        Some(Disk { mount, folder })
    }

    fn data(&self) -> PathBuf {
        self.mount.join("data")
    }

    fn free(&self) -> u64 {
        let stat = rustix::fs::statvfs(&self.mount).expect("a file system");
        stat.f_bavail * stat.f_frsize
    }

    /// Takes room away until only `bytes` are left.
    fn fill_up_to(&self, bytes: u64) {
        let path = self.mount.join(format!("ballast.{bytes}"));
        let ballast = File::create(path).expect("a file");
        let block = vec![1u8; 64 * 1024];
        let mut at = 0;
        loop {
            let excess = self.free().saturating_sub(bytes);
            if excess < 4096 {
                return;
            }
            let wanted = block.len().min(excess as usize);
            match ballast.write_at(&block[..wanted], at) {
                Ok(written) => at += written as u64,
                Err(_full) => return,
            }
        }
    }

    /// Gives all of it back.
    fn make_room(&self) {
        for entry in fs::read_dir(&self.mount).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("ballast") {
                fs::remove_file(&path).expect("our own file");
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may still hold it.
        let mut command = Command::new("umount");
        let _gone_already = command.arg("--lazy").arg(&self.mount).status();
        let _removed_with_it = self.folder.path();
    }
}

/// Past the capture of the test runner, so that a test that was left out shows in every log.
fn say(text: &str) {
    use std::io::Write;
    let _nobody_reads = writeln!(std::io::stderr(), "{text}");
}

/// Sends events until one batch is refused; how many were acknowledged, and the refusal.
async fn send_until_refused(server: &Server) -> (u64, reqwest::Response) {
    let mut acknowledged = 0;
    for _ in 0..2_000 {
        // About 100 KB a batch.
        let batch: Vec<Value> = (0..50)
            .map(|n| json!({ "type": "x", "user_id": "ana", "note": format!("{n}{}", "y".repeat(2_000)) }))
            .collect();
        let sent = server.post(Value::from(batch).to_string()).send().await;
        let answer = sent.expect("an answer");
        if answer.status() != 200 {
            return (acknowledged, answer);
        }
        let receipt: Value = answer.json().await.expect("a receipt");
        acknowledged += receipt["accepted"].as_u64().expect("a number");
    }
    panic!("the disk never filled");
}

async fn assert_disk_full(answer: reqwest::Response) {
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["code"], "disk_full", "{problem}");
}

fn started_on(data: &Path) -> Appliance {
    let server = Server::start(data, &SETTINGS);
    Appliance {
        read_key: create_key(data, "read"),
        folder: tempfile::tempdir().expect("a temporary folder"),
        server,
    }
}

#[tokio::test]
async fn a_full_disk_refuses_events_keeps_all_it_acknowledged_and_heals_with_room() {
    let Some(disk) = Disk::new(48) else { return };
    let appliance = started_on(&disk.data());
    let server = &appliance.server;
    let mut acknowledged = server
        .send(&json!([{ "type": "x" }, { "type": "x" }]))
        .await["accepted"]
        .as_u64()
        .expect("a number");
    assert_eq!(appliance.count().await, 2);

    // Above the bound at which we refuse by ourselves, but less than a journal segment: the disk itself says no.
    disk.fill_up_to(1_500_000);
    let (kept, refused) = send_until_refused(server).await;
    acknowledged += kept;
    assert_disk_full(refused).await;

    // Below that bound the server refuses before it tries, and says that it is not ready for traffic.
    disk.fill_up_to(0);
    until("the server notices", async || {
        server.get("/readyz", "").await.status() == 503
    })
    .await;
    assert_eq!(
        server.get("/healthz", "").await.status(),
        200,
        "a restart would not help"
    );
    let refused = server.post("{\"type\":\"x\"}").send().await;
    assert_disk_full(refused.expect("an answer")).await;

    disk.make_room();
    until("the server takes events again", async || {
        server.get("/readyz", "").await.status() == 200
    })
    .await;
    acknowledged += server.send(&json!({ "type": "x" })).await["accepted"]
        .as_u64()
        .expect("a number");
    until("the reports follow", async || {
        server
            .get("/api/v1/summary", &appliance.read_key)
            .await
            .status()
            == 200
    })
    .await;
    assert_eq!(appliance.count().await, acknowledged);
}

#[tokio::test]
async fn a_crash_on_a_full_disk_loses_nothing_and_the_next_start_with_room_has_all() {
    let Some(disk) = Disk::new(48) else { return };
    let data = disk.data();
    let mut appliance = started_on(&data);
    disk.fill_up_to(3_000_000);
    let (acknowledged, refused) = send_until_refused(&appliance.server).await;
    assert_disk_full(refused).await;
    disk.fill_up_to(0);
    appliance.server.kill();

    // What waits in the journal finds no room in the database yet. The start goes on by itself once there is some.
    let starting = appliance.server.relaunch(&data);
    until("the start meets the full disk", async || {
        starting.log().contains("No space left")
    })
    .await;
    disk.make_room();
    let started = starting.ready();
    appliance
        .server
        .replace(started.unwrap_or_else(|log| panic!("the start did not go on: {log}")));
    until("the reports are there", async || {
        appliance
            .server
            .get("/api/v1/summary", &appliance.read_key)
            .await
            .status()
            == 200
    })
    .await;
    assert_eq!(appliance.count().await, acknowledged);
    appliance.server.stop();
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, acknowledged);
}

#[tokio::test]
async fn a_server_on_a_full_disk_can_be_stopped() {
    let Some(disk) = Disk::new(48) else { return };
    let data = disk.data();
    let mut appliance = started_on(&data);
    disk.fill_up_to(1_500_000);
    let (acknowledged, _) = send_until_refused(&appliance.server).await;
    disk.fill_up_to(0);

    appliance.server.terminate();

    disk.make_room();
    appliance.server.restart(&data);
    assert_eq!(appliance.count().await, acknowledged);
}
