//! Web origins, and from which of them a project takes events.
//!
//! An origin is what a browser sends in its `Origin` header: scheme, host, and port unless it
//! is the scheme's own. This guards honest pages against each other's keys; it is no proof,
//! as a program can send any header.

use std::fmt;
use std::net::Ipv6Addr;

/// Longest origin. A host name has at most 253 characters.
const ORIGIN_CHARACTERS_MAX: usize = 300;

/// Most origins of one project. They are compared one by one.
const ORIGINS_MAX: usize = 100;

/// A normalised origin, for example `https://app.example.com` or `http://localhost:3000`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin and brings it into the form browsers send: lower case, without the
    /// scheme's own port, without a slash at the end.
    ///
    /// # Errors
    /// The broken rule and the remedy.
    pub fn parse(text: &str) -> Result<Origin, String> {
        let shown = || text.chars().take(60).collect::<String>();
        let text = text.trim();
        if text.len() > ORIGIN_CHARACTERS_MAX {
            return Err(format!(
                "`{}…` is longer than {ORIGIN_CHARACTERS_MAX} characters",
                shown()
            ));
        }
        let lower = text.to_ascii_lowercase();
        let Some((scheme, rest)) = lower.split_once("://") else {
            return Err(format!(
                "`{}` has no scheme; write it like https://app.example.com",
                shown()
            ));
        };
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme {
            return Err(format!(
                "`{}` has no valid scheme; write it like https://app.example.com",
                shown()
            ));
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(authority);
        if !is_host(host) {
            return Err(format!(
                "`{}` is not a scheme and host without path; write it like \
                 https://app.example.com (names with other letters in their xn-- form)",
                shown()
            ));
        }
        let Some(port) = port else {
            return Ok(Origin(format!("{scheme}://{host}")));
        };
        let number = port.parse::<u16>().ok();
        match number.filter(|number| *number > 0 && port.bytes().all(|b| b.is_ascii_digit())) {
            None => Err(format!(
                "`{}` has no valid port; use a number between 1 and 65535",
                shown()
            )),
            Some(80) if scheme == "http" => Ok(Origin(format!("{scheme}://{host}"))),
            Some(443) if scheme == "https" => Ok(Origin(format!("{scheme}://{host}"))),
            Some(number) => Ok(Origin(format!("{scheme}://{host}:{number}"))),
        }
    }

    /// The origin as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// From where pages may send events to a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// From every page that holds an ingest key: written as an empty list, or as `*`.
    #[default]
    Any,
    /// From pages of these origins only; at least one.
    Only(Vec<Origin>),
}

impl AllowedOrigins {
    /// Reads a list of origins. An empty list or a `*` in it means any; repeated origins
    /// count once. Blank lines are passed over, so that a text box can be split at its lines.
    ///
    /// # Errors
    /// Every origin that cannot be read, with the reason.
    pub fn parse<'a>(
        list: impl IntoIterator<Item = &'a str>,
    ) -> Result<AllowedOrigins, Vec<String>> {
        let mut origins = Vec::new();
        let mut reasons = Vec::new();
        let mut is_any = false;
        for text in list {
            match text.trim() {
                "" => {}
                "*" => is_any = true,
                text => match Origin::parse(text) {
                    Ok(origin) => origins.push(origin),
                    Err(reason) => reasons.push(reason),
                },
            }
        }
        origins.sort();
        origins.dedup();
        if origins.len() > ORIGINS_MAX {
            reasons.push(format!(
                "there are {} origins; the most is {ORIGINS_MAX}, or use `*` for all",
                origins.len()
            ));
        }
        match reasons.is_empty() {
            false => Err(reasons),
            true if is_any || origins.is_empty() => Ok(AllowedOrigins::Any),
            true => Ok(AllowedOrigins::Only(origins)),
        }
    }

    /// Whether a page of the origin `header` (the value of the `Origin` header) may send
    /// events. Requests without that header come from programs and are not asked about here.
    pub fn allows(&self, header: &str) -> bool {
        match self {
            AllowedOrigins::Any => true,
            AllowedOrigins::Only(origins) => {
                Origin::parse(header).is_ok_and(|origin| origins.contains(&origin))
            }
        }
    }

    /// The origins as a list of text, empty for any.
    pub fn to_list(&self) -> Vec<String> {
        match self {
            AllowedOrigins::Any => Vec::new(),
            AllowedOrigins::Only(origins) => origins.iter().map(Origin::to_string).collect(),
        }
    }
}

/// Host and port of `authority`. The colons of an IPv6 address stand in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[host_end..].find(':') {
        Some(colon) => {
            let (host, port) = authority.split_at(host_end + colon);
            (host, Some(&port[1..]))
        }
        None => (authority, None),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    host.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn origins_are_brought_into_the_form_browsers_send() {
        for (text, expected) in [
            ("https://app.example.com", "https://app.example.com"),
            ("  HTTPS://App.Example.COM/ ", "https://app.example.com"),
            ("https://example.com:443", "https://example.com"),
            ("http://example.com:80/", "http://example.com"),
            ("http://example.com:443", "http://example.com:443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
            ("capacitor://localhost", "capacitor://localhost"),
            (
                "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_an_origin_is_refused() {
        let long = format!("https://{}.com", "a".repeat(300));
        for text in [
            "",
            "*",
            "null",
            "example.com",
            "https://",
            "https:///",
            "://example.com",
            "https://example.com/path",
            "https://example.com?x",
            "https://example.com#x",
            "https://user@example.com",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:+80",
            "https://example.com:",
            "https://a..b",
            "https://.",
            "https://bücher.example",
            "https://[::1",
            "https://[zz]",
            "https://*.example.com",
            "9p://example.com",
            "ja va://x",
            "https://a\0b",
            "https://<b>",
            "https://a'b",
            &long,
        ] {
            assert!(Origin::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_empty_list_and_a_star_allow_every_page() {
        for list in [vec![], vec!["*"], vec!["https://a.com", "*"], vec!["", " "]] {
            let allowed = AllowedOrigins::parse(list).unwrap();
            assert_eq!(allowed, AllowedOrigins::Any);
            assert!(allowed.allows("https://anything.example"));
            assert!(allowed.allows("null"));
            assert!(allowed.to_list().is_empty());
        }
    }

    #[test]
    fn a_list_allows_its_origins_only_and_exactly() {
        let allowed =
            AllowedOrigins::parse(["https://b.com:443", "http://a.com", "https://B.com"]).unwrap();
        assert_eq!(allowed.to_list(), ["http://a.com", "https://b.com"]);
        assert!(allowed.allows("https://b.com"));
        for other in [
            "http://b.com",
            "https://b.com:8443",
            "https://b.com.evil.com",
            "https://evilb.com",
            "https://x.b.com",
            "null",
            "",
        ] {
            assert!(!allowed.allows(other), "{other}");
        }
    }

    #[test]
    fn every_bad_origin_of_a_list_is_told() {
        let reasons = AllowedOrigins::parse(["a.com", "https://b.com", "https://c.com/x"]);
        assert_eq!(reasons.unwrap_err().len(), 2);
        let many: Vec<String> = (0..101).map(|n| format!("https://a{n}.com")).collect();
        let reasons = AllowedOrigins::parse(many.iter().map(String::as_str)).unwrap_err();
        assert_eq!(
            reasons,
            ["there are 101 origins; the most is 100, or use `*` for all"]
        );
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing_and_no_text_panics(text in "(https?://)?\\PC{0,40}") {
            if let Ok(origin) = Origin::parse(&text) {
                prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin));
            }
        }
    }
}
