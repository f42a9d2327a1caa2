//! Removing the demo project, and only it.

use crate::store::control::audit::Actor;
use crate::store::control::budget::BudgetDraft;
use crate::store::control::demo_project::DemoOrigin;
use crate::store::control::directory::KeyError;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::project::ProjectError;
use crate::store::control::project_draft::ProjectDraft;
use crate::store::control::tests::Store;

const ORIGIN: DemoOrigin = DemoOrigin {
    seed: u64::MAX,
    launch: 20_691,
    days: 90,
};

#[tokio::test]
async fn a_removed_demo_is_gone_with_its_keys_and_its_number_is_not_given_again() {
    let store = Store::open().await;
    let control = &store.control;
    let draft = ProjectDraft::new("demo", "Demo");
    let demo = control
        .create_demo_project(&draft, ORIGIN, Actor::Terminal)
        .await
        .unwrap();
    assert_eq!(demo.demo, Some(ORIGIN));
    let key = control
        .create_key(Some("demo"), KeyKind::Read, "reader", Actor::Terminal)
        .await
        .unwrap();
    let elsewhere = store.other_process().await;
    assert!(elsewhere.directory().project(demo.id).unwrap().is_demo());
    let access = control.demo_access(demo.id, Actor::Terminal).unwrap();
    let draft_of_a_budget = BudgetDraft {
        name: "All".to_owned(),
        amount: "10".to_owned(),
        cycle: "monthly".to_owned(),
        ..BudgetDraft::default()
    };
    let made = control.create_budget(&access, &draft_of_a_budget).await;
    made.unwrap();
    let steps = "step=a&step=b";
    let saved = control.save_funnel(access.scope(), "A way", steps, Actor::Terminal);
    saved.await.unwrap();

    control
        .remove_demo_project(demo.id, Actor::Terminal)
        .await
        .unwrap();

    let directory = control.directory();
    assert!(directory.project(demo.id).is_none() && directory.project_by_slug("demo").is_none());
    let refused = control.verify(key.token.reveal()).await.unwrap_err();
    assert_eq!(refused, KeyError::Unknown);
    assert!(elsewhere.look_for_changes().await.unwrap());
    assert!(elsewhere.directory().project(demo.id).is_none());
    // What was set up in it is gone too.
    assert!(control.budgets(demo.id).await.unwrap().is_empty());
    assert!(control.archived_budgets(demo.id).await.unwrap().is_empty());
    assert!(
        control
            .saved_funnels(access.scope())
            .await
            .unwrap()
            .is_empty()
    );
    assert!(control.demo_access(demo.id, Actor::Terminal).is_none());
    let again = control
        .remove_demo_project(demo.id, Actor::Terminal)
        .await
        .unwrap_err();
    assert!(matches!(again, ProjectError::Unknown(_)), "{again}");
    let restored = control.restore_project(demo.id, Actor::Terminal).await;
    assert!(matches!(restored, Err(ProjectError::Unknown(_))));
    let changed = control
        .update_project(demo.id, &draft, Actor::Terminal)
        .await;
    assert!(matches!(changed, Err(ProjectError::Unknown(_))));

    let removed = control.removed_projects().await.unwrap();
    assert_eq!((removed[0].id, removed[0].erased_at), (demo.id, None));
    control.note_erased(demo.id).await.unwrap();
    let removed = control.removed_projects().await.unwrap();
    assert!(removed[0].erased_at.is_some());
    let next = control
        .create_project(&draft, Actor::Terminal)
        .await
        .unwrap();
    assert!(next.id > demo.id && !next.is_demo());
    let record = format!("terminal project.removed project:{}", demo.id);
    assert!(store.audit().await.contains(&record));
}

#[tokio::test]
async fn a_project_with_real_data_cannot_be_removed() {
    let store = Store::open().await;
    let own = store.control.directory().projects().remove(0);
    let refused = store
        .control
        .remove_demo_project(own.id, Actor::Terminal)
        .await
        .unwrap_err();
    assert!(matches!(refused, ProjectError::NotADemo(id) if id == own.id));
    let access = store.control.demo_access(own.id, Actor::Terminal);
    assert!(
        access.is_none(),
        "only a demo may be changed without a person"
    );
    assert!(store.control.directory().project(own.id).is_some());
    assert!(store.control.removed_projects().await.unwrap().is_empty());
    store.control.note_erased(own.id).await.unwrap();
    assert!(store.control.directory().project(own.id).is_some());
}
