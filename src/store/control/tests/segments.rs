//! Saved segments: created, changed, deleted, each with its row of the audit table; one project sees only its own.

use super::{HOSTILE, Store};
use crate::store::control::access::AdminAccess;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::segment::{SEGMENTS_MAX, SegmentError};

async fn admin(store: &Store) -> AdminAccess {
    let key = store.key(KeyKind::Admin).await;
    let access = store.control.verify(key.token.reveal()).await.unwrap();
    access.admin().unwrap()
}

#[tokio::test]
async fn a_segment_is_created_changed_and_deleted_and_the_audit_table_tells() {
    let store = Store::open().await;
    let access = admin(&store).await;
    let save = |id, name| {
        store
            .control
            .save_segment(&access, id, name, "if=plan%3Ais%3Apro")
    };
    let id = save(None, " Pro ").await.unwrap();
    assert_eq!(save(Some(id), "Pro").await.unwrap(), id);
    assert_eq!(save(Some(id), "Payers").await.unwrap(), id);
    let held = store.control.segments(access.scope()).await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(
        (held[0].name.as_str(), held[0].created_at),
        ("Payers", store.now())
    );
    store.control.remove_segment(&access, id).await.unwrap();
    let gone = store.control.remove_segment(&access, id).await;
    assert!(matches!(gone, Err(SegmentError::Unknown(_))), "{gone:?}");
    let changed = save(Some(id), "Again").await;
    assert!(
        matches!(changed, Err(SegmentError::Unknown(_))),
        "{changed:?}"
    );
    let audit = store.audit().await;
    let told: Vec<&str> = audit
        .iter()
        .filter_map(|entry| entry.split_once(' ').map(|(_, rest)| rest))
        .filter(|rest| rest.starts_with("segment."))
        .collect();
    assert_eq!(
        told,
        [
            "segment.created project:1",
            "segment.changed project:1",
            "segment.changed project:1",
            "segment.removed project:1"
        ]
    );
}

#[tokio::test]
async fn a_name_is_taken_once_and_hostile_ones_are_only_names() {
    let store = Store::open().await;
    let access = admin(&store).await;
    let save = |id, name| {
        store
            .control
            .save_segment(&access, id, name, "if=plan%3Ais%3Apro")
    };
    for name in HOSTILE {
        save(None, name).await.unwrap();
        let again = save(None, name).await.unwrap_err().to_string();
        assert!(again.contains("choose another name"), "{again}");
    }
    let other = save(None, "other").await.unwrap();
    assert!(save(Some(other), HOSTILE[0]).await.is_err());
    let long = "x".repeat(61);
    for (name, says) in [
        ("", "0 characters"),
        (long.as_str(), "61 characters"),
        ("a\u{7}", "one line"),
    ] {
        let error = save(None, name).await.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let held = HOSTILE.len() as i64 + 1;
    for number in held..SEGMENTS_MAX {
        let name = format!("s{number}");
        let saved = store
            .control
            .save_segment(&access, None, &name, "if=plan%3Ais%3Apro");
        saved.await.unwrap();
    }
    let error = save(None, "one more").await.unwrap_err().to_string();
    assert!(
        error.contains("has 30 segments; delete one first"),
        "{error}"
    );
}
