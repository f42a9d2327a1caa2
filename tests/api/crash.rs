//! What survives: kill -9 under load, and a graceful stop under load.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::Appliance;

/// Sends batches until told to stop; returns the ids of all acknowledged and all sent events.
async fn load(
    appliance: &Appliance,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<HashSet<Uuid>>>,
    sent: Arc<Mutex<HashSet<Uuid>>>,
) {
    let client = appliance.server.client.clone();
    let url = format!("{}/v1/events", appliance.server.url);
    let key = appliance.server.ingest_key.clone();
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let (client, url, key) = (client.clone(), url.clone(), key.clone());
        let (stop, acknowledged, sent) = (
            Arc::clone(&stop),
            Arc::clone(&acknowledged),
            Arc::clone(&sent),
        );
        tasks.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let ids: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
                let events: Vec<Value> = ids
                    .iter()
                    .map(|id| json!({ "type": "x", "id": id, "user_id": "ana" }))
                    .collect();
                sent.lock().extend(&ids);
                let answer = client
                    .post(&url)
                    .bearer_auth(&key)
                    .json(&events)
                    .send()
                    .await;
                let Ok(answer) = answer else { return };
                if answer.status() == 200
                    && answer
                        .json::<Value>()
                        .await
                        .is_ok_and(|r| r["accepted"] == 20)
                {
                    acknowledged.lock().extend(&ids);
                }
            }
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load_lose_nothing_acknowledged_and_double_nothing() {
    // A small log makes checkpoints and trimming part of what is interrupted.
    let settings = [
        ("ANALYTICS__STORAGE__CHECKPOINT_MB", "1"),
        ("ANALYTICS__STORAGE__JOURNAL_SEGMENT_MB", "1"),
        ("ANALYTICS__STORAGE__LOAD_INTERVAL_MS", "50"),
    ];
    let mut appliance = Appliance::with(&settings);
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    let sent = Arc::new(Mutex::new(HashSet::new()));
    for round in 0..20u64 {
        let stop = Arc::new(AtomicBool::new(false));
        let before = acknowledged.lock().len();
        let loading = load(
            &appliance,
            Arc::clone(&stop),
            Arc::clone(&acknowledged),
            Arc::clone(&sent),
        );
        let kill = async {
            // Somewhere in the work, each time elsewhere; not before something has been acknowledged.
            tokio::time::sleep(Duration::from_millis(60 + round * 37 % 211)).await;
            while acknowledged.lock().len() == before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stop.store(true, Ordering::Relaxed);
        };
        tokio::join!(kill, async {
            tokio::time::timeout(Duration::from_millis(400), loading)
                .await
                .ok()
        });
        appliance.server.kill();
        appliance.server.restart(appliance.folder.path());
        let stored = appliance.count().await;
        assert!(
            stored >= acknowledged.lock().len() as u64,
            "round {round}: {stored} stored"
        );
        assert!(
            stored <= sent.lock().len() as u64,
            "round {round}: {stored} stored"
        );
    }
    let stored = appliance.count().await;
    // Every acknowledged event is known: sending all of them again adds nothing.
    let all: Vec<Uuid> = acknowledged.lock().iter().copied().collect();
    for ids in all.chunks(1_000) {
        let events: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "type": "x", "id": id, "user_id": "ana" }))
            .collect();
        let receipt = appliance.server.send(&events.into()).await;
        assert_eq!(receipt["duplicates"], ids.len());
    }
    assert_eq!(appliance.count().await, stored);
    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.count().await, stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_keeps_everything_acknowledged() {
    let mut appliance = Appliance::start();
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    let sent = Arc::new(Mutex::new(HashSet::new()));
    let stop = Arc::new(AtomicBool::new(false));
    {
        let loading = load(
            &appliance,
            Arc::clone(&stop),
            Arc::clone(&acknowledged),
            Arc::clone(&sent),
        );
        let end = async {
            while acknowledged.lock().len() < 2_000 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stop.store(true, Ordering::Relaxed);
        };
        tokio::join!(loading, end);
    }
    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.count().await, acknowledged.lock().len() as u64);
}
