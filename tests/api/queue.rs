//! A full queue: a refusal that says when to come back, and nothing acknowledged lost.

use serde_json::{Value, json};

use crate::harness::Appliance;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_answered_with_503_and_loses_nothing_it_acknowledged() {
    let settings = [
        ("ANALYTICS__INGEST__EVENTS_PER_REQUEST_MAX", "10"),
        ("ANALYTICS__INGEST__QUEUE_EVENTS", "10"),
        // Commits wait for company, so that requests meet in the queue.
        ("ANALYTICS__INGEST__COMMIT_WAIT_MS", "20"),
    ];
    let appliance = Appliance::with(&settings);
    let batch: Vec<Value> = (0..10)
        .map(|_| json!({ "type": "x", "user_id": "ana" }))
        .collect();
    let body = Value::from(batch).to_string();
    let senders: Vec<_> = (0..32)
        .map(|_| {
            let request = appliance.server.post(body.clone());
            tokio::spawn(async move {
                let (mut accepted, mut refused) = (0, 0);
                for _ in 0..20 {
                    let request = request.try_clone().expect("a body in memory");
                    let answer = request.send().await.expect("an answer");
                    let status = answer.status();
                    let retry_after = answer.headers().get("retry-after").cloned();
                    let said: Value = answer.json().await.expect("JSON");
                    if status == 200 {
                        accepted += said["accepted"].as_u64().expect("a number");
                    } else {
                        assert_eq!(
                            (status.as_u16(), &said["code"]),
                            (503, &json!("queue_full"))
                        );
                        assert_eq!(retry_after.expect("a time to come back"), "1");
                        refused += 1;
                    }
                }
                (accepted, refused)
            })
        })
        .collect();
    let (mut accepted, mut refused) = (0, 0);
    for sender in senders {
        let (kept, not) = sender.await.expect("no panic");
        accepted += kept;
        refused += not;
    }

    assert!(
        refused > 0,
        "32 senders do not fit into a queue of one batch"
    );
    assert!(accepted > 0);
    assert_eq!(appliance.count().await, accepted);
    // What was refused can come again.
    let receipt = appliance
        .server
        .send(&serde_json::from_str(&body).expect("JSON"))
        .await;
    assert_eq!(receipt["accepted"], 10);
    assert_eq!(appliance.count().await, accepted + 10);
    let reasons: Value = appliance
        .server
        .get(
            "/v1/ingest/log?reason=queue_full&limit=1",
            &appliance.read_key,
        )
        .await
        .json()
        .await
        .expect("a report");
    assert_eq!(reasons["reasons"]["queue_full"], refused);
}
