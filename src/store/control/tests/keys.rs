//! Projects, keys, scopes and the first start.

use std::time::Duration;

use crate::core::project_id::ProjectId;
use crate::store::control::audit::Actor;
use crate::store::control::directory::KeyError;
use crate::store::control::key::{KeyChangeError, KeyId};
use crate::store::control::key_kind::KeyKind;
use crate::store::control::project::ProjectError;
use crate::store::control::project_draft::ProjectDraft;
use crate::store::control::tests::{HOSTILE, Store};

#[tokio::test]
async fn the_first_start_makes_a_project_and_shows_its_ingest_key_once() {
    let store = Store::open().await;
    let project = store
        .control
        .directory()
        .project_by_slug("default")
        .unwrap();
    assert_eq!(project.id.get(), 1);
    assert_eq!(project.name, "My product");

    let new = store.control.ensure_ingest_key().await.unwrap().unwrap();
    assert!(new.token.reveal().starts_with("an_ingest_"));
    assert_eq!(new.token.reveal().len(), 10 + 40);
    let access = store.control.verify(new.token.reveal()).await.unwrap();
    assert_eq!(access.scope().project_id(), project.id);

    // The second start finds both.
    let again = store.other_process().await;
    again.ensure_project(Actor::Server).await.unwrap();
    assert!(again.ensure_ingest_key().await.unwrap().is_none());
    assert_eq!(again.directory().all_projects().len(), 1);
    assert_eq!(again.list_keys(), [new.key]);
}

#[tokio::test]
async fn an_ingest_key_that_was_revoked_is_not_replaced_by_itself() {
    let store = Store::open().await;
    let new = store.control.ensure_ingest_key().await.unwrap().unwrap();
    store
        .control
        .revoke_key(new.key.id, Actor::Terminal)
        .await
        .unwrap();
    assert!(store.control.ensure_ingest_key().await.unwrap().is_none());
}

#[tokio::test]
async fn a_key_gives_what_its_kind_says_and_nothing_else() {
    let store = Store::open().await;
    for (kind, may_ingest, may_read, may_admin) in [
        (KeyKind::Ingest, true, false, false),
        (KeyKind::Read, false, true, false),
        (KeyKind::Admin, true, true, true),
    ] {
        let key = store.key(kind).await;
        let access = store.control.verify(key.token.reveal()).await.unwrap();
        assert_eq!(access.clone().ingest().is_ok(), may_ingest, "{kind}");
        assert_eq!(access.clone().read().is_ok(), may_read, "{kind}");
        assert_eq!(access.admin().is_ok(), may_admin, "{kind}");
    }
    let key = store.key(KeyKind::Ingest).await;
    let access = store.control.verify(key.token.reveal()).await.unwrap();
    let error = access.clone().read().unwrap_err();
    assert_eq!(
        error.to_string(),
        "this key is of the kind ingest; this address needs one of the kind read"
    );
    // An ingest key may stand in a page, so its dates are not believed; an admin key's are.
    assert!(!access.ingest().unwrap().may_backdate());
    let key = store.key(KeyKind::Admin).await;
    let access = store.control.verify(key.token.reveal()).await.unwrap();
    assert!(access.ingest().unwrap().may_backdate());
}

#[tokio::test]
async fn a_key_is_stored_only_as_a_hash_and_shown_by_its_first_characters() {
    let store = Store::open().await;
    let new = store.key(KeyKind::Read).await;
    let secret = new.token.reveal().to_string();
    assert_eq!(new.key.visible, secret[.."an_read_".len() + 8]);
    store.control.close().await.unwrap();
    for entry in std::fs::read_dir(store.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        assert!(!holds(&secret));
    }
}

#[tokio::test]
async fn keys_that_nobody_made_are_refused() {
    let store = Store::open().await;
    let key = store.key(KeyKind::Read).await;
    let mut almost = key.token.reveal().to_string();
    let last = if almost.pop() == Some('a') { 'b' } else { 'a' };
    almost.push(last);
    assert_eq!(
        store.control.verify(&almost).await.unwrap_err(),
        KeyError::Unknown
    );
    for text in HOSTILE
        .into_iter()
        .chain(["", "an_read_", &key.key.visible, &"x".repeat(1 << 20)])
    {
        assert_eq!(
            store.control.verify(text).await.unwrap_err(),
            KeyError::Malformed
        );
    }
}

#[tokio::test]
async fn a_revoked_key_fails_at_once_and_says_why() {
    let store = Store::open().await;
    let new = store.key(KeyKind::Read).await;
    store.clock.advance(Duration::from_secs(60));
    let revoked = store
        .control
        .revoke_key(new.key.id, Actor::Terminal)
        .await
        .unwrap();
    assert_eq!(revoked.revoked_at, Some(store.now()));
    let error = store
        .control
        .directory()
        .authorise(new.token.reveal())
        .unwrap_err();
    assert_eq!(error, KeyError::Revoked);

    // Again: nothing changes, neither the moment nor the audit table.
    store.clock.advance(Duration::from_secs(60));
    let again = store
        .control
        .revoke_key(new.key.id, Actor::Terminal)
        .await
        .unwrap();
    assert_eq!(again, revoked);
    assert_eq!(
        store.audit().await,
        [
            "server project.created project:1",
            "terminal key.created key:1",
            "terminal key.revoked key:1",
        ]
    );
    let unknown = store.control.revoke_key(KeyId(99), Actor::Terminal).await;
    assert!(matches!(
        unknown,
        Err(KeyChangeError::UnknownKey(KeyId(99)))
    ));
}

#[tokio::test]
async fn an_admin_key_cannot_touch_keys_of_another_project() {
    let store = Store::open().await;
    let other = ProjectDraft::new("other", "Other");
    store
        .control
        .create_project(&other, Actor::Terminal)
        .await
        .unwrap();
    let admin = store.key(KeyKind::Admin).await;
    let access = store
        .control
        .verify(admin.token.reveal())
        .await
        .unwrap()
        .admin()
        .unwrap();
    let foreign = store
        .control
        .create_key(Some("other"), KeyKind::Read, "foreign", Actor::Terminal)
        .await
        .unwrap();

    let refused = store.control.revoke_key_in(&access, foreign.key.id).await;
    assert!(matches!(refused, Err(KeyChangeError::UnknownKey(_))));
    assert!(store.control.verify(foreign.token.reveal()).await.is_ok());

    let own = store
        .control
        .create_key_in(&access, KeyKind::Ingest, "own")
        .await
        .unwrap();
    assert_eq!(own.key.project, access.scope().project_id());
    store
        .control
        .revoke_key_in(&access, own.key.id)
        .await
        .unwrap();
    let keys = store
        .control
        .directory()
        .keys(Some(access.scope().project_id()));
    assert_eq!(keys.len(), 2, "the admin key and its own");
    assert_eq!(
        store.audit().await[4..],
        [
            "key:1 key.created key:3".to_string(),
            "key:1 key.revoked key:3".to_string()
        ]
    );
}

#[tokio::test]
async fn a_key_for_a_project_that_is_not_there_names_those_that_are() {
    let store = Store::open().await;
    let error = store
        .control
        .create_key(Some("shop'--"), KeyKind::Read, "a key", Actor::Terminal)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no project `shop'--`; there are: default"
    );
    for name in ["", " ", "a\0b", &"x".repeat(101)] {
        let created = store
            .control
            .create_key(None, KeyKind::Read, name, Actor::Terminal)
            .await;
        assert!(
            matches!(created, Err(KeyChangeError::Invalid(_))),
            "{name:?}"
        );
    }
    assert!(store.control.list_keys().is_empty());
}

#[tokio::test]
async fn keys_of_an_archived_project_rest_until_it_is_restored() {
    let store = Store::open().await;
    let key = store.key(KeyKind::Ingest).await;
    let id = ProjectId::new(1).unwrap();
    store
        .control
        .archive_project(id, Actor::Terminal)
        .await
        .unwrap();
    store
        .control
        .archive_project(id, Actor::Terminal)
        .await
        .unwrap();
    let error = store.control.verify(key.token.reveal()).await.unwrap_err();
    assert_eq!(error, KeyError::ProjectArchived);
    assert!(store.control.directory().projects().is_empty());

    store
        .control
        .restore_project(id, Actor::Terminal)
        .await
        .unwrap();
    assert!(store.control.verify(key.token.reveal()).await.is_ok());
    assert_eq!(
        store.audit().await[2..],
        [
            "terminal project.archived project:1".to_string(),
            "terminal project.restored project:1".to_string()
        ]
    );
    let missing = ProjectId::new(9).unwrap();
    let unknown = store
        .control
        .archive_project(missing, Actor::Terminal)
        .await;
    assert!(matches!(unknown, Err(ProjectError::Unknown(_))));
}

#[tokio::test]
async fn the_last_use_is_seen_at_once_here_and_after_a_flush_elsewhere() {
    let store = Store::open().await;
    let key = store.key(KeyKind::Ingest).await;
    let other = store.other_process().await;
    assert_eq!(store.control.list_keys()[0].last_used_at, None);

    store.clock.advance(Duration::from_secs(5));
    let used_at = store.now();
    store.control.verify(key.token.reveal()).await.unwrap();
    // Less than a second later: the same use.
    store.clock.advance(Duration::from_millis(999));
    store.control.verify(key.token.reveal()).await.unwrap();
    assert_eq!(store.control.list_keys()[0].last_used_at, Some(used_at));
    assert_eq!(store.control.directory().unwritten_uses().len(), 1);

    store.control.refresh().await.unwrap();
    assert_eq!(
        store.control.list_keys()[0].last_used_at,
        Some(used_at),
        "a refresh keeps it"
    );
    assert!(!other.look_for_changes().await.unwrap());
    store.control.flush_last_used().await.unwrap();
    assert!(store.control.directory().unwritten_uses().is_empty());
    assert!(other.look_for_changes().await.unwrap());
    assert_eq!(other.list_keys()[0].last_used_at, Some(used_at));
}

#[tokio::test]
async fn a_project_is_changed_as_a_whole_and_found_under_its_new_slug() {
    let store = Store::open().await;
    let project = store
        .control
        .directory()
        .project_by_slug("default")
        .unwrap();
    let mut draft = project.to_draft();
    draft.slug = "shop".to_string();
    draft.time_zone = "Asia/Kathmandu".to_string();
    draft.allowed_origins = vec!["https://shop.example/".to_string()];
    draft.preview.characters = 77;
    draft.counts_visitors = false;
    store
        .control
        .update_project(project.id, &draft, Actor::Terminal)
        .await
        .unwrap();

    let reopened = store.other_process().await;
    assert!(reopened.directory().project_by_slug("default").is_none());
    let changed = reopened.directory().project_by_slug("shop").unwrap();
    assert_eq!(changed.id, project.id);
    assert_eq!(changed.time_zone_name(), "Asia/Kathmandu");
    assert!(changed.allowed_origins.allows("https://shop.example"));
    assert!(!changed.allowed_origins.allows("https://default.example"));
    assert_eq!(changed.preview.characters, 77);
    assert!(!changed.counts_visitors);
}

#[tokio::test]
async fn a_slug_belongs_to_one_project_archived_ones_too() {
    let store = Store::open().await;
    let id = ProjectId::new(1).unwrap();
    store
        .control
        .archive_project(id, Actor::Terminal)
        .await
        .unwrap();
    let draft = ProjectDraft::new("default", "Again");
    let error = store
        .control
        .create_project(&draft, Actor::Terminal)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "slug: `default` is taken by another project; choose another"
    );
    let draft = ProjectDraft::new("other", "Other");
    let other = store
        .control
        .create_project(&draft, Actor::Terminal)
        .await
        .unwrap();
    assert_eq!(other.id.get(), 2);
    let taken = ProjectDraft::new("default", "Other");
    assert!(
        store
            .control
            .update_project(other.id, &taken, Actor::Terminal)
            .await
            .is_err()
    );
    // Its own slug is not taken.
    let renamed = ProjectDraft::new("other", "Renamed");
    let renamed = store
        .control
        .update_project(other.id, &renamed, Actor::Terminal)
        .await;
    assert_eq!(renamed.unwrap().name, "Renamed");
    let missing = ProjectId::new(3).unwrap();
    let draft = ProjectDraft::new("third", "Third");
    let unknown = store
        .control
        .update_project(missing, &draft, Actor::Terminal)
        .await;
    assert!(matches!(unknown, Err(ProjectError::Unknown(_))));
}

#[tokio::test]
async fn hostile_names_are_stored_letter_by_letter() {
    let store = Store::open().await;
    for (number, name) in HOSTILE.into_iter().enumerate() {
        let draft = ProjectDraft::new(&format!("p{number}"), name);
        store
            .control
            .create_project(&draft, Actor::Terminal)
            .await
            .unwrap();
        store
            .control
            .create_key(
                Some(&format!("p{number}")),
                KeyKind::Read,
                name,
                Actor::Terminal,
            )
            .await
            .unwrap();
        let hostile_slug = ProjectDraft::new(name, "Fine");
        assert!(
            store
                .control
                .create_project(&hostile_slug, Actor::Terminal)
                .await
                .is_err()
        );
    }
    let reopened = store.other_process().await;
    let names: Vec<String> = reopened
        .list_keys()
        .into_iter()
        .map(|key| key.name)
        .collect();
    assert_eq!(names, HOSTILE);
    let projects = reopened.directory().projects();
    let names: Vec<&str> = projects[1..]
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    assert_eq!(names, HOSTILE);
}
