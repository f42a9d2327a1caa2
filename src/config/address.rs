//! Where people reach the server: an origin, and the path below it.
//!
//! Parses what the operator wrote. Does not look at requests or proxy headers.

use std::fmt;

use url::Url;

/// A scheme and host, with a port where it is not the scheme's own:
/// `https://analytics.example.com`. Never ends in a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin in `text`, or `None` if it is not one: another scheme than http and https,
    /// a name or password, a path, a query.
    pub fn parse(text: &str) -> Option<Origin> {
        let url = Url::parse(text).ok()?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        let is_web = matches!(url.scheme(), "http" | "https");
        (is_bare && is_web).then(|| Origin(url.origin().ascii_serialization()))
    }

    /// The origin as text, lower case, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether people reach the server over TLS, so that cookies can be marked secure.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The path below the host under which the server is reached: empty, or `/analytics`. It
/// begins with a slash unless it is empty, and never ends in one, so that `{base}/path` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// The path in `text`, without a slash at its end, or `None` if it has other characters
    /// than those a URL leaves as they are, or a segment that is empty, `.` or `..`.
    pub fn parse(text: &str) -> Option<BasePath> {
        let path = text.strip_suffix('/').unwrap_or(text);
        if path.is_empty() {
            return Some(BasePath(String::new()));
        }
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~".contains(letter);
        let is_path = path
            .strip_prefix('/')?
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | "..") && segment.chars().all(is_plain));
        is_path.then(|| BasePath(path.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A path of a script below the base path, such as `/a.js`. Nothing else of ours answers there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptPath(String);

impl ScriptPath {
    /// The path in `text`, or `None` if it is no plain path, does not end in `.js`, or is where our own
    /// files and the interface are.
    pub fn parse(text: &str) -> Option<ScriptPath> {
        let path = BasePath::parse(text)?;
        let is_taken = ["/static/", "/v1/"]
            .iter()
            .any(|folder| path.as_str().starts_with(folder));
        let is_script = text.ends_with(".js") && !text.ends_with("/.js");
        (is_script && !is_taken).then(|| ScriptPath(path.as_str().to_owned()))
    }

    /// The path as text, with a slash before it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScriptPath {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host_and_nothing_more() {
        let rows = [
            ("https://a.example", Some("https://a.example")),
            ("https://A.example:443/", Some("https://a.example")),
            ("http://10.0.0.7:8080", Some("http://10.0.0.7:8080")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("https://a.example/path", None),
            ("https://a.example?query", None),
            ("https://a.example#part", None),
            ("https://name:word@a.example", None),
            ("ftp://a.example", None),
            ("a.example", None),
            ("https://", None),
        ];
        for (text, expected) in rows {
            let origin = Origin::parse(text);
            assert_eq!(origin.as_ref().map(Origin::as_str), expected, "{text}");
        }
    }

    #[test]
    fn an_origin_knows_whether_cookies_can_be_secure() {
        let is_https = |text| Origin::parse(text).map(|origin| origin.is_https());

        assert_eq!(is_https("https://a.example"), Some(true));
        assert_eq!(is_https("http://https.example"), Some(false));
    }

    #[test]
    fn a_base_path_begins_with_a_slash_and_does_not_end_in_one() {
        let rows = [
            ("", Some("")),
            ("/", Some("")),
            ("/analytics", Some("/analytics")),
            ("/tools/analytics/", Some("/tools/analytics")),
            ("/v1.2_a~b-c", Some("/v1.2_a~b-c")),
            ("analytics", None),
            ("//evil.example", None),
            ("/a//b", None),
            ("/../a", None),
            ("/./a", None),
            ("/a b", None),
            ("/a?b", None),
            ("/ä", None),
            ("/a\"><script>", None),
        ];
        for (text, expected) in rows {
            let path = BasePath::parse(text);
            assert_eq!(path.as_ref().map(BasePath::as_str), expected, "{text}");
        }
    }

    #[test]
    fn a_script_has_a_path_that_no_page_has() {
        let rows = [
            ("/a.js", Some("/a.js")),
            ("/assets/app.js", Some("/assets/app.js")),
            ("a.js", None),
            ("/a", None),
            ("/a.js/", None),
            ("/.js", None),
            ("/static/app.js", None),
            ("/v1/app.js", None),
            ("/../a.js", None),
            ("/{name}.js", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let path = ScriptPath::parse(text);
            assert_eq!(path.as_ref().map(ScriptPath::as_str), expected, "{text}");
        }
    }
}
