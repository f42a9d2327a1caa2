//! The pages as a browser meets them: the real application in a temporary folder, a jar of cookies, forms that
//! send back the token they carry.

mod analysis;
mod drill;
mod exchange_rates;
mod money;
mod sections;
mod settings;
mod sign_in;
mod split;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web;

use crate::app::App;
use crate::config::Config;
use crate::core::clock::Clock;
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
        "/settings/exchange-rates",
        "/settings/exchange-rates?q=euro&currency=GBP",
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
