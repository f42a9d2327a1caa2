//! Projects, keys and the demo in the settings.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::test::TestRequest;

use crate::demo::fill::{Target, fill};
use crate::demo::project::{self, Wish};
use crate::demo::stream::Stream;
use crate::demo::world::World;
use crate::store::control::audit::Actor;
use crate::web::pages::tests::{Place, fields};

#[actix_web::test]
async fn made_up_data_is_marked_on_every_page_and_removed_by_a_form_of_ours_alone() {
    let mut place = Place::set_up().await;
    let wish = Wish {
        days: Some(3),
        ..Wish::default()
    };
    let now = place.app.clock.now();
    let demo = project::ensure(&place.app.control, wish, now, Actor::Server).await;
    let demo = demo.expect("a demo");
    place.app.hub.configure(&demo.project);
    let target = Target::Here {
        app: Arc::clone(&place.app),
        project: Arc::clone(&demo.project),
    };
    let mut stream = Stream::new(World::new(demo.settings()), 0);
    let filled = fill(&mut stream, now.as_millisecond(), &target, |_| true).await;
    assert!(filled.expect("accepted").accepted > 500);
    let mark = "class=\"demo-mark\"";
    for path in [
        "/",
        "/ingest",
        "/system",
        "/settings/projects",
        "/settings/projects/demo",
        "/settings/keys",
        "/settings/prices",
        "/settings/prices/new",
        "/settings/prices/reprice",
        "/costs",
        "/costs/budgets/new",
        "/settings/account",
    ] {
        let (marked, plain) = (
            place.get(&format!("{path}?project=demo")).await,
            place.get(&format!("{path}?project=default")).await,
        );
        assert!(marked.text.contains(mark), "{path}");
        assert!(plain.status == 200 && !plain.text.contains(mark), "{path}");
    }
    assert!(
        !place.get("/").await.text.contains(mark),
        "one's own project first"
    );
    place.app.shows_demo_first.store(true, Ordering::Release);
    assert!(
        place.get("/").await.text.contains(mark),
        "or the demo, if it is wanted so"
    );

    let page = place.get("/settings/projects/demo?project=demo").await;
    let form = "/settings/projects/demo/remove?project=demo";
    let guessed = TestRequest::post()
        .uri(form)
        .set_form([("csrf", "guessed")]);
    assert_eq!(place.ask(guessed).await.status, 403);
    let own = place
        .post("/settings/projects/default/remove", &page, &[])
        .await;
    assert_eq!(own.status, 422, "{}", own.text);
    assert!(target.held().await.expect("an answer").events > 500);

    let done = place.post(form, &page, &[]).await;

    let to = "/settings/projects?notice=demo_removed";
    assert_eq!((done.status, &*done.location), (303, to));
    assert_eq!(target.held().await.expect("an answer").events, 0);
    let list = place.get(to).await;
    assert!(list.text.contains("The demo is removed") && !list.text.contains("Quill"));
    assert_eq!(place.get("/?project=demo").await.status, 404);
    assert!(place.get("/").await.text.contains("Send the first event"));
}

#[actix_web::test]
async fn a_key_is_shown_once_and_can_be_revoked() {
    let mut place = Place::set_up().await;
    let page = place.get("/settings/keys").await;
    let refused = place
        .post(
            "/settings/keys",
            &page,
            &fields([("name", " "), ("kind", "read")]),
        )
        .await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("id=\"name-error\""));

    let made = place
        .post(
            "/settings/keys",
            &page,
            &fields([("name", "web app"), ("kind", "ingest")]),
        )
        .await;
    let key = made.between("<code id=\"key\">", "<").to_owned();
    let later = place.get("/settings/keys").await;

    assert_eq!(made.status, 200);
    assert!(
        key.starts_with("an_ingest_") && made.text.matches(&key).count() >= 2,
        "in the calls too"
    );
    assert!(!later.text.contains(&key));
    let id = place
        .app
        .control
        .list_keys()
        .last()
        .expect("the new key")
        .id;
    let revoked = place
        .post(&format!("/settings/keys/{id}/revoke"), &later, &[])
        .await;
    assert_eq!(
        (revoked.status, &*revoked.location),
        (303, "/settings/keys?project=default&notice=key_revoked")
    );
    let shown = place.get(&revoked.location).await;
    assert!(shown.text.contains("The key is revoked.") && shown.text.contains("Revoked <time"));
    assert_eq!(
        place
            .post("/settings/keys/999/revoke", &later, &[])
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn projects_are_made_changed_archived_and_restored_but_one_stays() {
    let mut place = Place::set_up().await;
    let page = place.get("/settings/projects/new").await;
    let entered = |slug: &'static str, characters: &'static str| {
        fields([
            ("name", "Support bot"),
            ("slug", slug),
            ("time_zone", "UTC"),
            ("currency", "USD"),
            ("allowed_origins", "https://app.example.com\r\n"),
            ("preview", "truncated"),
            ("preview_characters", characters),
            ("visitors", "on"),
        ])
    };
    let last = place
        .post("/settings/projects/default/archive", &page, &[])
        .await;
    assert_eq!(last.status, 422, "the only project stays");
    let refused = place
        .post("/settings/projects", &page, &entered("Not a slug!", "many"))
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("id=\"slug-error\"")
            && refused.text.contains("value=\"Not a slug!\"")
    );
    assert!(
        refused.text.contains("id=\"preview_characters-error\"")
            && refused.text.contains("value=\"many\"")
    );

    let made = place
        .post("/settings/projects", &page, &entered("support-bot", "200"))
        .await;
    assert_eq!(
        &*made.location,
        "/settings/projects?project=support-bot&notice=project_created"
    );
    let project = place
        .app
        .control
        .directory()
        .project_by_slug("support-bot")
        .expect("the new project");
    assert!(
        project.counts_visitors && !project.preview.is_masked && project.preview.characters == 200
    );
    assert!(place.get(&made.location).await.text.contains("1 origin"));
    assert_eq!(
        place.get("/?project=support-bot").await.status,
        200,
        "its live figures are there at once"
    );

    let renamed = place
        .post(
            "/settings/projects/support-bot",
            &page,
            &entered("helper", "200"),
        )
        .await;
    assert_eq!(
        &*renamed.location,
        "/settings/projects?project=helper&notice=project_saved"
    );
    let archived = place
        .post(
            "/settings/projects/helper/archive?project=helper",
            &page,
            &[],
        )
        .await;
    assert_eq!(
        &*archived.location,
        "/settings/projects?notice=project_archived"
    );
    let restored = place
        .post("/settings/projects/helper/restore", &page, &[])
        .await;
    assert_eq!(
        &*restored.location,
        "/settings/projects?project=helper&notice=project_restored"
    );
    assert_eq!(place.app.control.directory().projects().len(), 2);
}
