//! How to send the first event: the tag for a page, and the same call for curl, Python and Node, with the reader's
//! own key in it.

use serde_json::Value;

/// Stands where a key belongs while the reader has none at hand; keys are shown only once.
pub const KEY_PLACEHOLDER: &str = "YOUR_INGEST_KEY";

/// Where pages and programs reach the server.
#[derive(Clone, Copy, Debug)]
pub struct ServerAddress<'a> {
    /// Origin and base path, for example `https://stats.example.com/analytics`, without a final slash.
    pub url: &'a str,
    /// Path of the script for pages below it, for example `/a.js`.
    pub snippet: &'a str,
}

/// Ready-made calls for an empty project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstSteps {
    /// Whether the calls hold a real key.
    pub has_key: bool,
    /// The tag for the head of a page.
    pub snippet: String,
    /// One line for a shell.
    pub curl: String,
    /// Python, standard library only.
    pub python: String,
    /// Node 18 or newer, without a package.
    pub node: String,
}

impl FirstSteps {
    /// Calls to the server at `address`.
    ///
    /// The address and the key are written as string literals of each language, so that neither can end one.
    pub fn new(address: &ServerAddress, key: Option<&str>) -> Self {
        let url = format!("{}/v1/events", address.url);
        let word = key.unwrap_or(KEY_PLACEHOLDER);
        let bearer = format!("Bearer {word}");
        let script = attribute(&format!("{}{}", address.url, address.snippet));
        // JSON strings are valid literals of both Python and JavaScript.
        let url_literal = Value::from(url.as_str()).to_string();
        let bearer_literal = Value::from(bearer.as_str()).to_string();
        let url_word = shell_word(&url);
        let header_word = shell_word(&format!("Authorization: {bearer}"));
        Self {
            has_key: key.is_some(),
            snippet: format!(
                r#"<script defer src="{script}" data-key="{}"></script>"#,
                attribute(word)
            ),
            curl: format!(
                r#"curl {url_word} -H {header_word} -H 'Content-Type: application/json' -d '{{"type":"query_sent","user_id":"me"}}'"#
            ),
            python: format!(
                r#"import json, urllib.request

event = {{"type": "query_sent", "user_id": "me"}}
request = urllib.request.Request(
    {url_literal},
    data=json.dumps(event).encode(),
    headers={{
        "Authorization": {bearer_literal},
        "Content-Type": "application/json",
    }},
)
print(urllib.request.urlopen(request).read().decode())
"#
            ),
            node: format!(
                r#"fetch({url_literal}, {{
  method: "POST",
  headers: {{
    Authorization: {bearer_literal},
    "Content-Type": "application/json",
  }},
  body: JSON.stringify({{ type: "query_sent", user_id: "me" }}),
}})
  .then((response) => response.text())
  .then(console.log);
"#
            ),
        }
    }
}

/// The value of an attribute between double quotes.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// One word of a POSIX shell, quoted so that nothing in it is special.
fn shell_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{FirstSteps, ServerAddress};

    fn steps(url: &str, key: Option<&str>) -> FirstSteps {
        let snippet = "/a.js";
        FirstSteps::new(&ServerAddress { url, snippet }, key)
    }

    #[test]
    fn the_curl_line_holds_the_readers_own_key() {
        let steps = steps("http://127.0.0.1:8080", Some("an_ingest_7dK2"));

        assert!(steps.has_key);
        assert_eq!(
            steps.curl,
            "curl http://127.0.0.1:8080/v1/events -H 'Authorization: Bearer an_ingest_7dK2' \
             -H 'Content-Type: application/json' -d '{\"type\":\"query_sent\",\"user_id\":\"me\"}'"
        );
        assert_eq!(
            steps.snippet,
            r#"<script defer src="http://127.0.0.1:8080/a.js" data-key="an_ingest_7dK2"></script>"#
        );
        for code in [&steps.python, &steps.node] {
            assert!(
                code.contains("\"http://127.0.0.1:8080/v1/events\"")
                    && code.contains("\"Bearer an_ingest_7dK2\"")
            );
        }
    }

    #[test]
    fn without_a_key_the_calls_say_where_it_belongs() {
        let steps = steps("https://stats.example.com/analytics", None);

        assert!(!steps.has_key);
        assert!(
            steps
                .curl
                .contains("https://stats.example.com/analytics/v1/events")
        );
        assert!(steps.curl.contains("Bearer YOUR_INGEST_KEY"));
        assert!(steps.snippet.contains(
            r#"src="https://stats.example.com/analytics/a.js" data-key="YOUR_INGEST_KEY""#
        ));
    }

    #[test]
    fn a_quote_in_the_address_cannot_end_a_literal() {
        let steps = steps(r#"http://a'b"c"#, Some("k"));

        assert!(
            steps
                .curl
                .starts_with(r#"curl 'http://a'\''b"c/v1/events' "#),
            "{}",
            steps.curl
        );
        assert!(
            steps.snippet.contains(r#"src="http://a'b&quot;c/a.js""#),
            "{}",
            steps.snippet
        );
        assert!(
            steps.python.contains(r#"    "http://a'b\"c/v1/events","#),
            "{}",
            steps.python
        );
    }
}
