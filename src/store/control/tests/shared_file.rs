//! One file, several processes: opening, concurrent writers, changes seen elsewhere.

use std::collections::HashSet;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::core::clock::Clock;
use crate::store::control::audit::Actor;
use crate::store::control::directory::KeyError;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::project_draft::ProjectDraft;
use crate::store::control::tests::{Store, log_in, person};
use crate::store::control::{Control, ControlError, FILE_NAME};

#[tokio::test]
async fn a_key_made_on_the_command_line_works_in_the_server_at_its_first_use() {
    let server = Store::open().await;
    let terminal = server.other_process().await;
    let new = terminal
        .create_key(None, KeyKind::Read, "from the terminal", Actor::Terminal)
        .await
        .unwrap();
    let in_memory = server.control.directory().authorise(new.token.reveal());
    assert_eq!(in_memory.unwrap_err(), KeyError::Unknown);
    assert!(server.control.verify(new.token.reveal()).await.is_ok());
    assert!(
        server
            .control
            .directory()
            .authorise(new.token.reveal())
            .is_ok()
    );
}

#[tokio::test]
async fn a_key_revoked_on_the_command_line_fails_in_the_server_at_its_next_look() {
    let server = Store::open().await;
    let key = server.key(KeyKind::Ingest).await;
    let terminal = server.other_process().await;
    terminal
        .revoke_key(key.key.id, Actor::Terminal)
        .await
        .unwrap();
    assert!(server.control.look_for_changes().await.unwrap());
    let error = server.control.verify(key.token.reveal()).await.unwrap_err();
    assert_eq!(error, KeyError::Revoked);
    assert!(
        !server.control.look_for_changes().await.unwrap(),
        "nothing new since"
    );
}

#[tokio::test]
async fn a_server_that_follows_sees_changes_by_itself() {
    let server = Store::open().await;
    let following = tokio::spawn(server.control.clone().follow());
    let terminal = server.other_process().await;
    let draft = ProjectDraft::new("shop", "Shop");
    terminal
        .create_project(&draft, Actor::Terminal)
        .await
        .unwrap();
    let seen = async {
        while server.control.directory().project_by_slug("shop").is_none() {
            tokio::task::yield_now().await;
        }
    };
    // Half a second is promised; the bound is only for a test that would never end.
    tokio::time::timeout(Duration::from_secs(60), seen)
        .await
        .unwrap();
    following.abort();
}

#[tokio::test]
async fn sessions_ended_on_the_command_line_end_in_the_server() {
    let server = Store::open().await;
    let ana = server.person("ana@example.com").await;
    let logged_in = log_in(&server.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    let token = logged_in.token.reveal();
    assert!(server.control.session(token).await.unwrap().is_some());

    let terminal = server.other_process().await;
    terminal.log_out_everywhere(ana.id).await.unwrap();
    // From memory for less than five seconds, or until the next look, which comes first.
    assert!(server.control.session(token).await.unwrap().is_some());
    assert!(server.control.look_for_changes().await.unwrap());
    assert!(server.control.session(token).await.unwrap().is_none());

    let logged_in = log_in(&server.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    let token = logged_in.token.reveal();
    assert!(server.control.session(token).await.unwrap().is_some());
    terminal.log_out_everywhere(ana.id).await.unwrap();
    server.clock.advance(Duration::from_secs(5));
    assert!(server.control.session(token).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_in_two_processes_wait_for_each_other_and_lose_nothing() {
    let store = Store::open().await;
    let other = store.other_process().await;
    let mut writers = JoinSet::new();
    for number in 0..40 {
        let control = if number % 2 == 0 {
            store.control.clone()
        } else {
            other.clone()
        };
        writers.spawn(async move {
            let name = format!("key {number}");
            control
                .create_key(None, KeyKind::Read, &name, Actor::Terminal)
                .await
                .unwrap()
        });
    }
    let keys = writers.join_all().await;
    let ids: HashSet<i64> = keys.iter().map(|new| new.key.id.0).collect();
    assert_eq!(ids, (1..=40).collect());
    for new in &keys {
        assert!(store.control.verify(new.token.reveal()).await.is_ok());
        assert!(other.verify(new.token.reveal()).await.is_ok());
    }
    assert_eq!(store.audit().await.len(), 41, "the project and 40 keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_at_once_on_an_empty_folder_make_one_project() {
    let folder = tempfile::tempdir().unwrap();
    let mut starts = JoinSet::new();
    for _ in 0..6 {
        let path = folder.path().to_path_buf();
        starts.spawn(async move {
            let control = Control::open(&path, Clock::System).await.unwrap();
            control.ensure_project(Actor::Server).await.unwrap();
            control.ensure_ingest_key().await.unwrap()
        });
    }
    let keys = starts.join_all().await;
    assert_eq!(
        keys.iter().flatten().count(),
        1,
        "one of them shows the key"
    );
    let control = Control::open(folder.path(), Clock::System).await.unwrap();
    assert_eq!(control.directory().all_projects().len(), 1);
}

#[tokio::test]
async fn opening_again_keeps_everything() {
    let store = Store::open().await;
    store.person("ana@example.com").await;
    let key = store.key(KeyKind::Admin).await;
    store.control.close().await.unwrap();
    for _ in 0..3 {
        let again = store.other_process().await;
        assert!(again.verify(key.token.reveal()).await.is_ok());
        assert_eq!(again.people().await.unwrap().len(), 1);
        assert!(
            log_in(&again, "ana@example.com", "correct horse")
                .await
                .is_ok()
        );
        again.close().await.unwrap();
    }
}

#[tokio::test]
async fn closing_writes_the_last_use_of_keys() {
    let store = Store::open().await;
    let key = store.key(KeyKind::Read).await;
    store.control.verify(key.token.reveal()).await.unwrap();
    store.control.close().await.unwrap();
    let again = store.other_process().await;
    assert_eq!(again.list_keys()[0].last_used_at, Some(store.now()));
}

#[tokio::test]
async fn a_folder_that_is_not_there_and_a_file_that_is_no_store_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let error = Control::open(&missing, Clock::System).await.err().unwrap();
    assert!(matches!(error, ControlError::Open { .. }), "{error}");
    assert!(
        error.to_string().contains("missing/control.sqlite"),
        "{error}"
    );

    let garbage = "this is not a database. ".repeat(100);
    std::fs::write(folder.path().join(FILE_NAME), &garbage).unwrap();
    let error = Control::open(folder.path(), Clock::System)
        .await
        .err()
        .unwrap();
    assert!(matches!(error, ControlError::Open { .. }), "{error}");
    let kept = std::fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
    assert_eq!(kept, garbage, "nothing is harmed");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let store = Store::open().await;
    let mut files = 0;
    for entry in std::fs::read_dir(store.folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert_eq!(files, 3, "the file, its log, its shared memory");
}

#[tokio::test]
async fn an_unknown_key_is_unavailable_rather_than_wrong_when_the_store_cannot_be_read() {
    let store = Store::open().await;
    store.control.close().await.unwrap();
    for entry in std::fs::read_dir(store.folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let unknown = format!("an_read_{}", "a".repeat(40));
    let error = store.control.verify(&unknown).await.unwrap_err();
    assert_eq!(error, KeyError::Unavailable);
    let new = person("ana@example.com", "correct horse");
    assert!(
        store
            .control
            .create_person(&new, Actor::Terminal)
            .await
            .is_err()
    );
}
