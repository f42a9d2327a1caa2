//! The two cookies: the session of a person, and the token of forms that are sent before there is one.
//!
//! Only makes them. Reading the session is `extract`'s work, comparing the form token `form`'s.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::app::App;
use crate::core::secret_token::{SecretToken, TOKEN_CHARACTERS};
use crate::web::extract::{SESSION_COOKIE, own_origin};

/// Name of the cookie that a log-in or set-up form must repeat.
pub const FORM_COOKIE: &str = "analytics_form";

/// The cookie of a session: unreadable for scripts, kept as long as the session can last.
pub fn session(request: &HttpRequest, app: &App, token: &SecretToken) -> Cookie<'static> {
    let mut cookie = own(request, app, SESSION_COOKIE, token.reveal());
    let lifetime_s = i64::try_from(app.config.auth.session.as_secs()).unwrap_or(i64::MAX);
    // Lax, not Strict: whoever follows a link from a mail or a chat is to stay logged in. What changes
    // something is protected by the form's token and the check of its origin.
    cookie.set_same_site(SameSite::Lax);
    cookie.set_max_age(Duration::seconds(lifetime_s));
    cookie
}

/// Takes the session's cookie away.
pub fn ended(request: &HttpRequest, app: &App) -> Cookie<'static> {
    let mut cookie = own(request, app, SESSION_COOKIE, "");
    cookie.set_same_site(SameSite::Lax);
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// The cookie of a form before log-in; it ends with the browser.
pub fn form(request: &HttpRequest, app: &App, token: &SecretToken) -> Cookie<'static> {
    let mut cookie = own(request, app, FORM_COOKIE, token.reveal());
    cookie.set_same_site(SameSite::Strict);
    cookie
}

/// The form token that the browser has already, so that a second tab does not spoil the first, or a new one.
pub fn form_token(request: &HttpRequest) -> SecretToken {
    let cookie = request.cookie(FORM_COOKIE);
    let is_ours = |text: &str| {
        text.len() == TOKEN_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match cookie.filter(|cookie| is_ours(cookie.value())) {
        Some(cookie) => SecretToken::from_stored(cookie.value().to_owned()),
        None => SecretToken::random(),
    }
}

fn own(request: &HttpRequest, app: &App, name: &'static str, value: &str) -> Cookie<'static> {
    let base = app.config.server.base_path.as_str();
    Cookie::build(name, value.to_owned())
        .path(if base.is_empty() { "/" } else { base }.to_owned())
        .http_only(true)
        .secure(own_origin(request, app).starts_with("https://"))
        .finish()
}

#[cfg(test)]
mod tests {
    use actix_web::cookie::Cookie;
    use actix_web::test::TestRequest;

    use crate::web::session_cookie::{FORM_COOKIE, form_token};

    #[test]
    fn a_form_token_is_kept_and_a_foreign_text_in_its_place_is_not() {
        let token = "aZ3".repeat(14) + "x"; // 43 letters and digits
        let with = |value: &str| {
            let cookie = Cookie::new(FORM_COOKIE, value.to_owned());
            form_token(&TestRequest::default().cookie(cookie).to_http_request())
        };

        assert_eq!(with(&token).reveal(), token);
        for other in [
            "",
            "short",
            &format!("{token}x"),
            &format!("{}-", &token[1..]),
        ] {
            assert_ne!(with(other).reveal(), other, "{other}");
        }
    }
}
