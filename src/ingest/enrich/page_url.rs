//! Addresses of pages, cleaned before they are stored.
//!
//! An address may carry a password-reset link, a session or a mail address, so what looks like
//! a secret is left out. This is a reader of its own rather than the `url` crate because it
//! must accept whatever a page sends, such as half an address, and change nothing else of it.
//! It does not resolve, fetch or check addresses.

use std::borrow::Cow;

use crate::ingest::enrich::campaign;
use crate::ingest::enrich::mask::mask;

/// Bytes of an address that are read. Browsers and proxies stop at about the same length.
pub const URL_BYTES_MAX: usize = 4096;

/// Query parameters of which the value is a secret or a person. A name matches without its
/// case and separators, so `api_key`, `apiKey` and `API-Key` are one.
const SECRET_PARAMETERS: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "assertion",
    "auth",
    "authcode",
    "authkey",
    "authorization",
    "authtoken",
    "bearer",
    "clientsecret",
    "code",
    "confirmationtoken",
    "credential",
    "csrf",
    "csrftoken",
    "email",
    "emailaddress",
    "idtoken",
    "invitationtoken",
    "invite",
    "invitetoken",
    "jsessionid",
    "jwt",
    "key",
    "login",
    "loginhint",
    "magic",
    "mail",
    "nonce",
    "otp",
    "pass",
    "passcode",
    "passwd",
    "password",
    "phone",
    "phpsessid",
    "pin",
    "privatekey",
    "pwd",
    "refreshtoken",
    "resettoken",
    "samlrequest",
    "samlresponse",
    "secret",
    "session",
    "sessionid",
    "sessiontoken",
    "sid",
    "sig",
    "signature",
    "state",
    "ticket",
    "token",
    "user",
    "username",
    "verificationcode",
    "xamzcredential",
    "xamzsecuritytoken",
    "xamzsignature",
];

/// Endings which make a longer name a secret as well, such as `reset_password_token`.
const SECRET_ENDINGS: &[&str] = &[
    "token",
    "secret",
    "password",
    "apikey",
    "email",
    "signature",
    "sessionid",
];

/// An address without fragment, log-in and secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanUrl {
    /// The whole of it: scheme, host, path, and the query parameters that may be kept.
    pub url: String,
    /// The host in small letters, without port; `None` if only a path was given.
    pub host: Option<String>,
    /// The path, beginning with `/`.
    pub path: String,
}

/// The parts of an address, as they stand in it.
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

/// Cleans the address of a page. `None` if it is neither an address nor a path.
///
/// Left out are the fragment, user and password, parameters with a secret name, parameters
/// whose value looks like a secret or a mail address, and click ids, which stand for one person.
/// Secrets in the path are masked. Text beyond [`URL_BYTES_MAX`] is cut off.
#[must_use]
pub fn clean_url(url: &str) -> Option<CleanUrl> {
    let parts = split(url)?;
    let path = clean_path(parts.path);
    let mut cleaned = origin(&parts);
    cleaned.push_str(&path);
    let mut separator = '?';
    for pair in parts.query.unwrap_or_default().split('&') {
        if is_kept(pair) {
            cleaned.push(separator);
            cleaned.push_str(pair);
            separator = '&';
        }
    }
    Some(CleanUrl {
        url: cleaned.trim_end().to_owned(),
        host: parts.authority.and_then(host),
        path,
    })
}

/// Cleans the address a visitor came from: as [`clean_url`], and without the whole query, which
/// belongs to somebody else's page. `None` if it names no host.
#[must_use]
pub fn clean_referrer(url: &str) -> Option<String> {
    let parts = split(url)?;
    parts.authority.and_then(host)?;
    let mut cleaned = origin(&parts);
    cleaned.push_str(&clean_path(parts.path));
    Some(cleaned)
}

/// Cleans a path that a client names by itself, such as the route of an app that lives in the fragment:
/// `/app/#/reset?token=…` becomes `/app/#/reset`. Text that is no path, such as the name of a screen, keeps its `?`.
#[must_use]
pub fn clean_given_path(path: &str) -> String {
    let path = path.trim();
    if !path.starts_with('/') {
        return clean_path(path);
    }
    let parts = path.split('#').map(|part| {
        let before_query = part.split('?').next().unwrap_or_default();
        before_query.trim_end()
    });
    clean_path(&parts.collect::<Vec<_>>().join("#"))
}

/// The host of an address in small letters, without port and final stop.
#[must_use]
pub fn host_of(url: &str) -> Option<String> {
    split(url)?.authority.and_then(host)
}

/// The query parameters of an address, decoded, in order.
pub fn parameters(url: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let query = split(url).and_then(|parts| parts.query).unwrap_or_default();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name).into_owned(), decode(value).into_owned())
        })
}

/// Splits an address. `None` if it is empty, or has a scheme that names no page (`data:`).
fn split(url: &str) -> Option<Parts<'_>> {
    let url = url.trim();
    let url = &url[..url.floor_char_boundary(URL_BYTES_MAX)];
    let url = url.split('#').next().unwrap_or_default();
    let (before_query, query) = match url.split_once('?') {
        Some((before, query)) => (before, Some(query.trim_end())),
        None => (url, None),
    };
    let before_query = before_query.trim_end();
    let (scheme, rest) = if let Some(rest) = before_query.strip_prefix("//") {
        (None, rest)
    } else if before_query.starts_with('/') {
        return Some(Parts {
            scheme: None,
            authority: None,
            path: before_query,
            query,
        });
    } else {
        let (scheme, rest) = before_query
            .split_once("://")
            .filter(|(scheme, _)| is_scheme(scheme))?;
        (Some(scheme), rest)
    };
    let path_start = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path_start);
    // What stands before the last @ is a user and perhaps a password.
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let authority = (!authority.is_empty()).then_some(authority);
    Some(Parts {
        scheme,
        authority,
        path,
        query,
    })
}

fn is_scheme(scheme: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_plain)
}

/// The address up to the path.
fn origin(parts: &Parts<'_>) -> String {
    let mut origin = String::new();
    if let Some(scheme) = parts.scheme {
        origin.push_str(&scheme.to_ascii_lowercase());
        origin.push(':');
    }
    if parts.scheme.is_some() || parts.authority.is_some() {
        origin.push_str("//");
        origin.push_str(&parts.authority.unwrap_or_default().to_ascii_lowercase());
    }
    origin
}

fn host(authority: &str) -> Option<String> {
    let host = if authority.starts_with('[') {
        // An IPv6 address has colons of its own.
        authority.split_inclusive(']').next().unwrap_or_default()
    } else {
        authority.split(':').next().unwrap_or_default()
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let is_broken =
        host.is_empty() || host.contains(|part: char| part.is_whitespace() || part.is_control());
    (!is_broken).then_some(host)
}

/// The path with secrets masked, also where they are percent-encoded.
fn clean_path(path: &str) -> String {
    if path.is_empty() {
        return "/".to_owned();
    }
    let segments: Vec<Cow<'_, str>> = path
        .split('/')
        .map(|segment| {
            let decoded = decode(segment);
            match mask(&decoded) {
                Cow::Borrowed(_) => Cow::Borrowed(segment),
                // What was encoded must not become a part of the address now.
                Cow::Owned(masked) => Cow::Owned(masked.replace(is_structure, "_")),
            }
        })
        .collect();
    segments.join("/")
}

fn is_structure(letter: char) -> bool {
    matches!(letter, '/' | '?' | '#' | '%' | '+') || letter.is_whitespace() || letter.is_control()
}

/// Whether a `name=value` may be stored.
fn is_kept(pair: &str) -> bool {
    if pair.is_empty() {
        return false;
    }
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = decode(name);
    if campaign::is_click_id(&name) {
        return false;
    }
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let is_secret = SECRET_PARAMETERS.contains(&plain.as_str())
        || SECRET_ENDINGS.iter().any(|ending| plain.ends_with(ending));
    let shows_secret = |text: &str| matches!(mask(text), Cow::Owned(_));
    // A value may only look like a secret next to its name, as in `x-key=…`.
    !is_secret && !shows_secret(&decode(value)) && !shows_secret(&decode(pair))
}

/// Undoes percent-encoding and `+`. What is not valid UTF-8 afterwards becomes U+FFFD.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = match bytes[at] {
            b'%' => digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2))),
            _ => None,
        };
        if let Some((high, low)) = code {
            // Two hexadecimal digits are at most 255.
            decoded.push((high * 16 + low) as u8);
            at += 3;
        } else {
            decoded.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(url: &str) -> Option<String> {
        clean_url(url).map(|clean| clean.url)
    }

    #[test]
    fn an_address_is_kept_without_fragment_and_log_in() {
        let clean =
            clean_url(" HTTPS://ana:pw@App.Example.com:8443/Docs/Start?page=2&sort=up#token=abc ");
        assert_eq!(
            clean,
            Some(CleanUrl {
                url: "https://app.example.com:8443/Docs/Start?page=2&sort=up".to_owned(),
                host: Some("app.example.com".to_owned()),
                path: "/Docs/Start".to_owned(),
            })
        );
    }

    #[test]
    fn parameters_that_hold_secrets_or_people_are_left_out() {
        let rows = [
            ("https://a.io/?token=abc", "https://a.io/"),
            ("https://a.io/?x=1&API_Key=abc&y=2", "https://a.io/?x=1&y=2"),
            ("https://a.io/?reset_password_token=abc", "https://a.io/"),
            ("https://a.io/?code=123&state=xyz", "https://a.io/"),
            ("https://a.io/?Email=ana%40example.com", "https://a.io/"),
            (
                "https://a.io/?q=ana%40example.com&lang=de",
                "https://a.io/?lang=de",
            ),
            (
                "https://a.io/?ref=sk-proj-abcdefghij0123456789",
                "https://a.io/",
            ),
            (
                "https://a.io/?%74oken=abc&keyboard=us",
                "https://a.io/?keyboard=us",
            ),
            (
                "https://a.io/?gclid=Cj0KCQ&utm_source=news",
                "https://a.io/?utm_source=news",
            ),
        ];
        for (url, expected) in rows {
            assert_eq!(cleaned(url).as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn secrets_in_the_path_are_masked() {
        let rows = [
            (
                "https://a.io/u/ana%40example.com/edit",
                "https://a.io/u/[email]/edit",
            ),
            ("https://a.io/u/ana@example.com", "https://a.io/u/[email]"),
            (
                "https://a.io/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
                "https://a.io/reset/[secret]",
            ),
        ];
        for (url, expected) in rows {
            assert_eq!(cleaned(url).as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn a_path_that_a_client_names_loses_its_queries_and_secrets() {
        let rows = [
            ("/app/#/users/7", "/app/#/users/7"),
            ("/app/?a=1#/reset?token=abc", "/app/#/reset"),
            ("/app/#/u/ana@example.com", "/app/#/u/[email]"),
            ("What next?", "What next?"),
        ];
        for (path, expected) in rows {
            assert_eq!(clean_given_path(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_alone_has_no_host() {
        let clean = clean_url("/pricing?plan=pro").expect("a path is accepted");
        assert_eq!((clean.host, clean.path.as_str()), (None, "/pricing"));
        assert_eq!(clean.url, "/pricing?plan=pro");
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "   ",
            "hello",
            "data:text/html,<b>",
            "javascript:alert(1)",
            "1x://a",
            "#top",
        ] {
            assert_eq!(clean_url(text), None, "{text}");
        }
    }

    #[test]
    fn hosts_are_read_from_unusual_addresses() {
        let rows = [
            ("http://[2001:db8::1]:80/", Some("[2001:db8::1]")),
            (
                "android-app://com.google.android.gm/",
                Some("com.google.android.gm"),
            ),
            ("//cdn.example.com./x", Some("cdn.example.com")),
            ("https://exämple.de/", Some("exämple.de")),
            ("file:///etc/passwd", None),
            ("https://?x", None),
        ];
        for (url, expected) in rows {
            assert_eq!(host_of(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_referrer_loses_its_query() {
        assert_eq!(
            clean_referrer("https://www.google.com/search?q=my+illness#x").as_deref(),
            Some("https://www.google.com/search")
        );
        assert_eq!(
            clean_referrer("https://t.co").as_deref(),
            Some("https://t.co/")
        );
        assert_eq!(clean_referrer("/only/a/path"), None);
    }

    #[test]
    fn parameters_are_decoded_and_broken_escapes_stay() {
        let found: Vec<(String, String)> =
            parameters("https://a.io/?a=x+y&b=%C3%A4&c=100%&d").collect();
        let pairs: Vec<(&str, &str)> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, [("a", "x y"), ("b", "ä"), ("c", "100%"), ("d", "")]);
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_and_cleaning_twice_changes_nothing(text in "\\PC{0,60}", tail in "[a-z0-9/?&=@%:#.+\\[\\]-]{0,60}") {
            for url in [text.clone(), format!("https://a.io{tail}"), format!("https://a.io/{tail}"), format!("/{text}?{tail}")] {
                if let Some(once) = clean_url(&url) {
                    prop_assert_eq!(clean_url(&once.url), Some(once));
                }
                if let Some(referrer) = clean_referrer(&url) {
                    prop_assert!(!referrer.contains(['?', '#']));
                    prop_assert_eq!(clean_referrer(&referrer), Some(referrer));
                }
            }
        }
    }
}
