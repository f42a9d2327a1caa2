//! Set-up and log-in from outside: who gets in, who does not, and what they are told.

use crate::harness::{Appliance, Server, complained, run, said};
use crate::visitor::{EMAIL, PASSWORD, Visitor};

#[tokio::test]
async fn the_set_up_link_makes_one_administrator_and_then_none() {
    let mut appliance = Appliance::start();
    let link = appliance.server.setup_url.clone();
    assert!(link.starts_with(&format!("{}/setup?token=", appliance.server.url)));
    let mut ana = Visitor::administrator(&appliance.server).await;
    assert_eq!(ana.get("/").await.status, 200);

    let mut second = Visitor::new(&appliance.server.url);
    let path = link
        .strip_prefix(&appliance.server.url)
        .expect("a path of the server");
    let used = second.get(path).await;
    assert_eq!(
        (used.status, used.location()),
        (303, "/login?notice=setup_link_used")
    );
    // Neither does the form, sent without the page.
    let csrf = second.get("/login").await.csrf();
    let token = link.split("token=").nth(1).expect("a token").to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("token", &token),
        ("name", "Eve"),
        ("email", "eve@example.com"),
        ("password", "another good password"),
        ("project_name", "Desk"),
        ("time_zone", "UTC"),
        ("currency", "USD"),
    ];
    let refused = second.post("/setup", &fields).await;
    assert_eq!(refused.location(), "/login?notice=setup_link_used");
    assert_eq!(
        second
            .log_in("eve@example.com", "another good password")
            .await
            .status,
        401
    );

    // A restart prints no new link, as somebody can log in.
    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    assert_eq!(appliance.server.setup_url, "");
    let mut again = Visitor::new(&appliance.server.url);
    assert_eq!(again.log_in(EMAIL, PASSWORD).await.location(), "/");
}

#[tokio::test]
async fn a_set_up_link_that_nobody_used_ends_with_the_next_start() {
    let mut appliance = Appliance::start();
    let first = appliance.server.setup_url.clone();
    appliance.server.stop();
    appliance.server.restart(appliance.folder.path());
    assert_ne!(appliance.server.setup_url, "");

    let token = first.split("token=").nth(1).expect("a token");
    let mut late = Visitor::new(&appliance.server.url);
    let page = late.get(&format!("/setup?token={token}")).await;
    assert_eq!(page.location(), "/login?notice=setup_link_used");
    Visitor::administrator(&appliance.server).await;
}

#[tokio::test]
async fn a_form_that_our_page_did_not_send_is_refused() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let wanted = [("kind", "admin"), ("name", "stolen")];

    // A page of somebody else knows neither the token …
    let refused = ana.post("/settings/keys", &wanted).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("csrf_invalid"), "{}", refused.text);
    let guessed = [("csrf", "guess"), wanted[0], wanted[1]];
    assert_eq!(ana.post("/settings/keys", &guessed).await.status, 403);
    // … nor can it hide where it comes from, even with the token.
    for header in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let csrf = ana.get("/settings/keys").await.csrf();
        ana.headers = vec![(header.0, header.1.to_owned())];
        let with_token = [("csrf", csrf.as_str()), wanted[0], wanted[1]];
        assert_eq!(
            ana.post("/settings/keys", &with_token).await.status,
            403,
            "{header:?}"
        );
        ana.headers.clear();
    }
    let list = run(&["key", "list"], appliance.folder.path());
    assert!(!said(&list).contains("stolen"), "{}", said(&list));

    // Nor is a log-in without the form's cookie, which logs people into somebody else's account.
    let mut stranger = Visitor::new(&appliance.server.url);
    let bare = [("email", EMAIL), ("password", PASSWORD), ("csrf", "")];
    assert_eq!(stranger.post("/login", &bare).await.status, 403);
    let csrf = stranger.get("/login").await.csrf();
    stranger.cookies.clear();
    let fields = [("csrf", csrf.as_str()), bare[0], bare[1]];
    assert_eq!(stranger.post("/login", &fields).await.status, 403);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let appliance = Appliance::start();
    Visitor::administrator(&appliance.server).await;
    let mut visitor = Visitor::new(&appliance.server.url);

    let wrong = visitor.log_in(EMAIL, "not the password").await;
    let unknown = visitor.log_in("nobody@example.com", PASSWORD).await;

    let told = "Email and password do not belong together";
    for page in [&wrong, &unknown] {
        assert_eq!(page.status, 401);
        assert!(page.text.contains(told), "{}", page.text);
        assert!(!page.text.contains(PASSWORD) && !page.text.contains("not the password"));
    }
    assert!(wrong.text.contains(EMAIL), "the form keeps the address");
    assert!(!visitor.cookies.contains_key("analytics_session"));
    assert_eq!(visitor.get("/").await.location(), "/login");
    assert_eq!(visitor.log_in(EMAIL, PASSWORD).await.location(), "/");
}

/// Limits small enough to reach, and addresses as a proxy names them.
const STRICT: [(&str, &str); 3] = [
    ("ANALYTICS__AUTH__LOGIN_ATTEMPTS_PER_ACCOUNT", "3"),
    ("ANALYTICS__AUTH__LOGIN_ATTEMPTS_PER_ADDRESS", "5"),
    ("ANALYTICS__SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]"),
];

fn visitor_at(server: &Server, address: &str) -> Visitor {
    let mut visitor = Visitor::new(&server.url);
    visitor.headers = vec![("x-forwarded-for", address.to_owned())];
    visitor
}

#[tokio::test]
async fn guessing_at_one_account_is_slowed_down_from_wherever_it_comes() {
    let appliance = Appliance::with(&STRICT);
    Visitor::administrator(&appliance.server).await;
    for guess in 1..=3 {
        let mut guesser = visitor_at(&appliance.server, &format!("203.0.113.{guess}"));
        assert_eq!(guesser.log_in(EMAIL, "a wrong guess").await.status, 401);
    }

    let mut guesser = visitor_at(&appliance.server, "203.0.113.4");
    let refused = guesser.log_in(EMAIL, PASSWORD).await;

    assert_eq!(
        refused.status, 429,
        "even the right one, as the fourth attempt"
    );
    let seconds: u64 = refused.headers["retry-after"]
        .to_str()
        .expect("a number")
        .parse()
        .expect("a number");
    assert!((1..=900).contains(&seconds), "the window is 15 minutes");
    let told = format!("Too many attempts. Try again in {seconds} seconds.");
    assert!(refused.text.contains(&told), "{}", refused.text);
    assert_eq!(
        guesser.log_in("bo@example.com", "a guess").await.status,
        401,
        "other accounts are not held up"
    );
}

#[tokio::test]
async fn guessing_from_one_address_is_slowed_down_and_its_neighbours_are_not() {
    let appliance = Appliance::with(&STRICT);
    Visitor::administrator(&appliance.server).await;
    let mut guesser = visitor_at(&appliance.server, "203.0.113.9");
    for number in 1..=5 {
        let email = format!("person{number}@example.com");
        assert_eq!(guesser.log_in(&email, "a wrong guess").await.status, 401);
    }

    let refused = guesser.log_in("person6@example.com", "a wrong guess").await;

    assert_eq!(refused.status, 429);
    assert!(refused.text.contains("Too many attempts. Try again in"));
    assert!(refused.headers.contains_key("retry-after"));
    let mut neighbour = visitor_at(&appliance.server, "203.0.113.10");
    assert_eq!(neighbour.log_in(EMAIL, PASSWORD).await.location(), "/");
}

#[tokio::test]
async fn logging_out_everywhere_ends_the_sessions_of_all_browsers() {
    let appliance = Appliance::start();
    let mut phone = Visitor::administrator(&appliance.server).await;
    let mut desk = Visitor::new(&appliance.server.url);
    desk.log_in(EMAIL, PASSWORD).await;
    let kept = phone.cookies.clone();
    assert_eq!(phone.get("/system").await.status, 200);
    assert_eq!(phone.get("/api/v1/summary").await.status, 200);

    let left = desk
        .submit(
            "/settings/account",
            "/settings/account/logout-everywhere",
            &[],
        )
        .await;

    assert_eq!(left.location(), "/login?notice=logged_out_everywhere");
    assert_eq!(
        phone.get("/system").await.location(),
        "/login?next=%2Fsystem"
    );
    assert_eq!(phone.get("/api/v1/summary").await.status, 401);
    phone.cookies = kept;
    assert_eq!(phone.get("/api/v1/summary").await.status, 401, "for good");
    assert_eq!(phone.log_in(EMAIL, PASSWORD).await.location(), "/");
}

#[tokio::test]
async fn a_log_out_ends_the_session_and_not_only_the_cookie() {
    let appliance = Appliance::start();
    let mut ana = Visitor::administrator(&appliance.server).await;
    let kept = ana.cookies.clone();
    let left = ana.submit("/", "/logout", &[]).await;
    assert_eq!(left.location(), "/login?notice=logged_out");
    ana.cookies = kept;
    assert_eq!(ana.get("/system").await.location(), "/login?next=%2Fsystem");
}

#[tokio::test]
async fn a_log_in_leads_only_to_pages_of_this_server() {
    let appliance = Appliance::start();
    Visitor::administrator(&appliance.server).await;
    for (next, expected) in [("/system", "/system"), ("//evil.example", "/")] {
        let mut visitor = Visitor::new(&appliance.server.url);
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let entered = visitor.submit("/login", "/login", &fields).await;
        assert_eq!(entered.location(), expected);
    }
}

#[tokio::test]
async fn the_first_administrator_can_be_made_unattended_and_only_once() {
    let settings = [
        ("ANALYTICS_ADMIN_EMAIL", EMAIL),
        ("ANALYTICS_ADMIN_PASSWORD", PASSWORD),
    ];
    let appliance = Appliance::with(&settings);
    assert_eq!(appliance.server.setup_url, "", "nobody needs a link");
    let mut ana = Visitor::new(&appliance.server.url);
    assert_eq!(ana.log_in(EMAIL, PASSWORD).await.location(), "/");

    // Another password in the environment of a later start changes nothing.
    let Appliance {
        folder, mut server, ..
    } = appliance;
    server.stop();
    let settings = [
        settings[0],
        ("ANALYTICS_ADMIN_PASSWORD", "some other password"),
    ];
    let server = Server::start(folder.path(), &settings);
    let mut ana = Visitor::new(&server.url);
    assert_eq!(ana.log_in(EMAIL, "some other password").await.status, 401);
    assert_eq!(ana.log_in(EMAIL, PASSWORD).await.location(), "/");
}

#[test]
fn an_administrator_from_the_environment_who_cannot_be_used_is_told_and_nothing_starts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [
        ("ANALYTICS_ADMIN_EMAIL", EMAIL),
        ("ANALYTICS_ADMIN_PASSWORD", "short"),
    ];
    let said = Server::try_start(folder.path(), &settings)
        .err()
        .expect("a refusal");
    assert!(said.contains("ANALYTICS_ADMIN_PASSWORD"), "{said}");
    assert!(!said.contains("short;"), "{said}");
}

#[tokio::test]
async fn people_made_on_the_command_line_can_log_in_and_a_reset_ends_their_sessions() {
    let appliance = Appliance::start();
    Visitor::administrator(&appliance.server).await;
    let folder = appliance.folder.path();
    let made = user(&["create", "--email", "bo@example.com"], PASSWORD, folder);
    assert!(made.status.success(), "{}", complained(&made));
    let mut bo = Visitor::new(&appliance.server.url);
    assert_eq!(bo.log_in("bo@example.com", PASSWORD).await.location(), "/");

    let twice = user(&["create", "--email", "BO@example.com"], PASSWORD, folder);
    assert_eq!(twice.status.code(), Some(1));
    assert!(
        complained(&twice).contains("bo@example.com"),
        "{}",
        complained(&twice)
    );
    let reset = user(
        &["reset-password", "--email", "bo@example.com"],
        "a fresh long password",
        folder,
    );
    assert!(reset.status.success(), "{}", complained(&reset));

    crate::harness::until("the running server ends Bo's session", async || {
        bo.get("/system").await.status == 303
    })
    .await;
    assert_eq!(bo.log_in("bo@example.com", PASSWORD).await.status, 401);
    assert_eq!(
        bo.log_in("bo@example.com", "a fresh long password")
            .await
            .location(),
        "/"
    );
}

/// `analytics user …` with a password on standard input.
pub fn user(arguments: &[&str], password: &str, folder: &std::path::Path) -> std::process::Output {
    use std::io::Write;
    let mut command = std::process::Command::new(crate::harness::program());
    let piped = std::process::Stdio::piped;
    let mut child = command
        .arg("user")
        .args(arguments)
        .arg("--data")
        .arg(folder)
        .stdin(piped())
        .stdout(piped())
        .stderr(piped())
        .spawn()
        .expect("the binary starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(password.as_bytes()).expect("it reads");
    drop(input);
    child.wait_with_output().expect("it ends")
}
