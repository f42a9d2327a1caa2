//! Who comes in, stays in and goes out.

use crate::web::pages::tests::{EMAIL, PASSWORD, Place, fields};

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
