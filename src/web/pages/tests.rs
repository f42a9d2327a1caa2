//! The pages as a browser meets them: the real application in a temporary folder, a jar of cookies, forms that
//! send back the token they carry.

mod drill;
mod money;
mod sections;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web;

use crate::app::App;
use crate::config::Config;
use crate::core::clock::Clock;
use crate::demo::fill::{Target, fill};
use crate::demo::project::{self, Wish};
use crate::demo::stream::Stream;
use crate::demo::world::World;
use crate::store::control::audit::Actor;
use crate::web::pages;

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery";

/// A running application and one browser.
struct Place {
    app: Arc<App>,
    setup_token: String,
    cookies: BTreeMap<String, String>,
    _folder: tempfile::TempDir,
}

/// What came back.
struct Page {
    status: u16,
    location: String,
    retry_after: bool,
    text: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.stop();
    }
}

impl Place {
    /// An empty server.
    async fn empty() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config::default();
        config.server.data_dir = folder.path().to_path_buf();
        config.storage.memory_bytes = Some(64 << 20);
        config.storage.threads = Some(1);
        config.storage.journal_segment_bytes = 1 << 20;
        config.auth.login_attempts_per_account = 2;
        let (app, welcome) = App::build(config, Clock::System, None)
            .await
            .expect("an empty folder starts");
        Place {
            app,
            setup_token: welcome.setup_token.expect("nobody can log in yet"),
            cookies: BTreeMap::new(),
            _folder: folder,
        }
    }

    /// A server whose administrator has just set it up and is logged in.
    async fn set_up() -> Place {
        let mut place = Place::empty().await;
        let path = format!("/setup?token={}", place.setup_token);
        let form = place.get(&path).await;
        let answer = place
            .post("/setup", &form, &place.setup_fields(PASSWORD))
            .await;
        assert_eq!(
            (answer.status, &*answer.location),
            (303, "/"),
            "{}",
            answer.text
        );
        place
    }

    fn setup_fields(&self, password: &str) -> Vec<(&'static str, String)> {
        [
            ("token", self.setup_token.as_str()),
            ("name", "Ana Lindqvist"),
            ("email", EMAIL),
            ("password", password),
            ("project_name", "Writing Desk"),
            ("time_zone", "Europe/Berlin"),
            ("currency", "EUR"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    async fn get(&mut self, path: &str) -> Page {
        self.ask(TestRequest::get().uri(path)).await
    }

    /// Sends `fields` with the token of the page `from`.
    async fn post(&mut self, path: &str, from: &Page, fields: &[(&str, String)]) -> Page {
        let mut fields = fields.to_vec();
        fields.push(("csrf", from.csrf().to_owned()));
        self.ask(TestRequest::post().uri(path).set_form(fields))
            .await
    }

    async fn ask(&mut self, mut request: TestRequest) -> Page {
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        let app = actix_web::App::new()
            .app_data(web::Data::from(Arc::clone(&self.app)))
            .configure(pages::configure);
        let response = call_service(&init_service(app).await, request.to_request()).await;
        for cookie in response.response().cookies() {
            let has_ended = cookie.max_age().is_some_and(|age| age.is_zero());
            match has_ended {
                true => self.cookies.remove(cookie.name()),
                false => self
                    .cookies
                    .insert(cookie.name().to_owned(), cookie.value().to_owned()),
            };
        }
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        Page {
            status: response.status().as_u16(),
            location: header(header::LOCATION).to_owned(),
            retry_after: response.headers().contains_key(header::RETRY_AFTER),
            text: String::from_utf8(read_body(response).await.to_vec()).expect("pages are UTF-8"),
        }
    }

    async fn log_in(&mut self, password: &str, next: &str) -> Page {
        let form = self.get("/login").await;
        self.post(
            "/login",
            &form,
            &[
                ("email", EMAIL.into()),
                ("password", password.into()),
                ("next", next.into()),
            ],
        )
        .await
    }
}

impl Page {
    fn csrf(&self) -> &str {
        self.between("name=\"csrf\" value=\"", "\"")
    }

    fn between(&self, start: &str, end: &str) -> &str {
        let rest = self.text.split_once(start).map_or("", |(_, rest)| rest);
        rest.split(end).next().unwrap_or_default()
    }
}

fn fields<const N: usize>(fields: [(&'static str, &str); N]) -> Vec<(&'static str, String)> {
    fields
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
}

#[actix_web::test]
async fn the_setup_link_makes_an_administrator_once_and_leads_to_the_first_steps() {
    let mut place = Place::empty().await;
    let link = format!("/setup?token={}", place.setup_token);
    let form = place.get(&link).await;
    let refused = place
        .post("/setup", &form, &place.setup_fields("short"))
        .await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("It has 5 characters") && refused.text.contains("Ana Lindqvist"));
    assert!(
        !refused.text.contains("value=\"short\""),
        "a password is never sent back"
    );

    let done = place
        .post("/setup", &refused, &place.setup_fields(PASSWORD))
        .await;

    assert_eq!((done.status, &*done.location), (303, "/"));
    let overview = place.get("/").await;
    assert!(
        overview.text.contains("Send the first event")
            && overview.text.contains("Writing Desk has no data yet")
    );
    assert!(overview.text.contains("Europe/Berlin, EUR, euro"));
    let again = place.get(&link).await;
    assert_eq!(
        (again.status, &*again.location),
        (303, "/login?notice=setup_link_used")
    );
}

#[actix_web::test]
async fn who_is_not_logged_in_is_led_to_the_log_in_and_back() {
    let mut place = Place::empty().await;
    let turned = place.get("/system?project=default").await;
    assert_eq!(
        (turned.status, &*turned.location),
        (303, "/login?next=%2Fsystem%3Fproject%3Ddefault")
    );
    assert!(
        place
            .get("/login")
            .await
            .text
            .contains("Open the set-up link")
    );
    let mut place = Place::set_up().await;
    place.cookies.clear();

    let back = place.log_in(PASSWORD, "/system?project=default").await;
    place.cookies.clear();
    let away = place.log_in(PASSWORD, "//evil.example").await;

    assert_eq!(
        (back.status, &*back.location),
        (303, "/system?project=default")
    );
    assert_eq!((away.status, &*away.location), (303, "/"));
}

#[actix_web::test]
async fn a_wrong_password_is_told_and_guessing_has_to_wait() {
    let mut place = Place::set_up().await;
    place.cookies.clear();

    let wrong = place.log_in("not the password", "/").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("role=\"alert\"") && wrong.text.contains(EMAIL));
    place.log_in("not it either", "/").await;
    let throttled = place.log_in(PASSWORD, "/").await; // two attempts were allowed

    assert_eq!((throttled.status, throttled.retry_after), (429, true));
    assert!(throttled.text.contains("Too many attempts"));
    assert!(!place.cookies.contains_key("analytics_session"));
}

#[actix_web::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let mut place = Place::set_up().await;
    let page = place.get("/settings/keys").await;
    let good = fields([("name", "web app"), ("kind", "ingest")]);

    let mut without_token = good.clone();
    without_token.push(("csrf", "guessed".into()));
    let guessed = place
        .ask(
            TestRequest::post()
                .uri("/settings/keys")
                .set_form(without_token),
        )
        .await;
    let mut with_token = good.clone();
    with_token.push(("csrf", page.csrf().into()));
    let request = TestRequest::post()
        .uri("/settings/keys")
        .insert_header(("origin", "https://evil.example"));
    let foreign = place.ask(request.set_form(with_token)).await;
    place.cookies.clear();
    let log_in = fields([
        ("email", EMAIL),
        ("password", PASSWORD),
        ("csrf", "guessed"),
    ]);
    let no_cookie = place
        .ask(TestRequest::post().uri("/login").set_form(log_in))
        .await;
    let no_session = place.post("/settings/keys", &page, &good).await;

    assert_eq!(
        [guessed.status, foreign.status, no_cookie.status],
        [403, 403, 403]
    );
    assert_eq!(
        (no_session.status, &*no_session.location),
        (303, "/login?notice=log_in_again")
    );
    assert_eq!(
        place.app.control.list_keys().len(),
        1,
        "only the key of the first start"
    );
}

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
async fn every_page_opens_for_who_is_logged_in() {
    let mut place = Place::set_up().await;
    for path in [
        "/",
        "/ingest",
        "/ingest?reason=bot",
        "/system",
        "/settings/projects",
        "/settings/projects/new",
        "/settings/projects/default",
        "/settings/keys",
        "/settings/prices",
        "/settings/prices/new",
        "/settings/prices/reprice",
        "/settings/prices/reprice?basis=today",
        "/costs",
        "/costs?by=team",
        "/costs/budgets/new",
        "/settings/account",
        "/funnels",
        "/funnels?step=sign_up",
        "/funnels?step=sign_up&step=*&order=any&exclude=refund&by=plan&compare=previous&people=1&state=dropped",
        "/retention",
        "/retention?interval=month&measure=revenue",
        "/retention?interval=day&mode=on_or_after&people=all&start=sign_up&by=country&filter=plan:is:pro",
        "/journeys",
        "/journeys?event=sign_up&direction=backward&steps=3",
        "/hours",
        "/hours?measure=cost&range=7d",
    ] {
        let page = place.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(page.text.contains("Ana Lindqvist"), "{path}");
    }
    assert_eq!(place.get("/?project=nowhere").await.status, 404);
    assert_eq!(place.get("/ingest?reason=nonsense").await.status, 422);
    assert_eq!(place.get("/settings/projects/nowhere").await.status, 404);
}

#[actix_web::test]
async fn an_event_is_picked_by_a_form_and_stands_in_the_address_after_it() {
    let mut place = Place::set_up().await;
    let form = "/funnels?project=default&step=a&pick=step&pick_event=plan_upgraded&pick_by=plan&pick_is=is&pick_value=pro&pick_as=Pro";
    let answer = place.get(form).await;
    assert_eq!(
        (answer.status, &*answer.location),
        (
            303,
            "/funnels?project=default&step=a&step=plan_upgraded%3Bplan%3Ais%3Apro%3Bas%3APro"
        )
    );
    let page = place.get(&answer.location).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(
        page.text.contains("<b>Pro</b>"),
        "the step bears its own name"
    );
    let wrong = place.get("/funnels?pick=step&pick_event=a:b").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("a:b"), "{}", wrong.text);
}

#[actix_web::test]
async fn a_funnel_is_saved_for_everybody_replaced_by_name_and_forgotten() {
    let mut place = Place::set_up().await;
    let query = "step=sign_up&step=trial_started&window=14d";
    let page = place.get(&format!("/funnels?{query}")).await;
    assert!(!page.text.contains("Forget"), "nothing is saved yet");
    for text in [query, "step=sign_up&step=plan_upgraded&window=14d"] {
        let saved = place
            .post(
                "/funnels/save",
                &page,
                &fields([("name", "Trials"), ("query", text)]),
            )
            .await;
        assert_eq!(saved.status, 303, "{}", saved.text);
    }
    let listed = place.get("/funnels").await;
    assert_eq!(
        listed
            .text
            .matches("step=sign_up&#38;step=plan_upgraded&#38;window=14d")
            .count(),
        1,
        "the second took the first one's place"
    );
    let refused = place
        .post(
            "/funnels/save",
            &page,
            &fields([("name", " "), ("query", query)]),
        )
        .await;
    assert_eq!(refused.status, 422);
    let broken = place
        .post(
            "/funnels/save",
            &page,
            &fields([("name", "x"), ("query", "step=a")]),
        )
        .await;
    assert_eq!(broken.status, 422, "one step is no funnel");
    let forgotten = place.post("/funnels/1/forget", &page, &[]).await;
    assert_eq!(forgotten.status, 303, "{}", forgotten.text);
    assert_eq!(
        place.post("/funnels/1/forget", &page, &[]).await.status,
        404
    );
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

#[actix_web::test]
async fn a_changed_password_ends_all_sessions_but_keeps_this_browser_logged_in() {
    let mut place = Place::set_up().await;
    let page = place.get("/settings/account").await;
    let old = place.cookies.clone();
    let entered = |current: &'static str, new: &'static str| {
        fields([("current_password", current), ("new_password", new)])
    };

    let wrong = place
        .post(
            "/settings/account/password",
            &page,
            &entered("a guess", "a new long password"),
        )
        .await;
    let short = place
        .post(
            "/settings/account/password",
            &page,
            &entered(PASSWORD, "short"),
        )
        .await;
    assert_eq!((wrong.status, short.status), (422, 422));
    assert!(
        wrong.text.contains("not your current password")
            && short.text.contains("It has 5 characters")
    );
    assert_eq!(short.text.matches("Since</th>").count(), 1);
    assert_eq!(
        short.text.matches("/revoke?project=").count(),
        0,
        "checking a password leaves no session behind"
    );
    let done = place
        .post(
            "/settings/account/password",
            &page,
            &entered(PASSWORD, "a new long password"),
        )
        .await;

    assert_eq!(
        &*done.location,
        "/settings/account?project=default&notice=password_changed"
    );
    assert_eq!(place.get("/settings/account").await.status, 200);
    place.cookies = old;
    assert_eq!(
        place.get("/settings/account").await.status,
        303,
        "the old session is over"
    );
    place.cookies.clear();
    assert_eq!(place.log_in("a new long password", "/").await.status, 303);
}

#[actix_web::test]
async fn logging_out_ends_the_session_on_the_server() {
    let mut place = Place::set_up().await;
    let page = place.get("/").await;
    let stolen = place.cookies.clone();

    let out = place.post("/logout", &page, &[]).await;

    assert_eq!(
        (out.status, &*out.location),
        (303, "/login?notice=logged_out")
    );
    assert!(
        place
            .get(&out.location)
            .await
            .text
            .contains("You are logged out.")
    );
    place.cookies = stolen;
    assert_eq!(place.get("/").await.status, 303);
}

#[actix_web::test]
async fn logging_out_everywhere_ends_other_browsers_too() {
    let mut place = Place::set_up().await;
    let first = std::mem::take(&mut place.cookies);
    place.log_in(PASSWORD, "/").await;
    let page = place.get("/settings/account").await;
    let ids = page.text.matches("/settings/account/sessions/").count();
    assert_eq!(
        ids, 1,
        "the other session can be ended, this one by logging out"
    );

    let out = place
        .post("/settings/account/logout-everywhere", &page, &[])
        .await;

    assert_eq!(&*out.location, "/login?notice=logged_out_everywhere");
    place.cookies = first;
    assert_eq!(place.get("/").await.status, 303);
}
