//! Where to send a browser: paths of this server, below the base path.

use actix_web::HttpResponse;
use actix_web::http::header;
use url::form_urlencoded::Serializer;

use crate::app::App;

/// `path` with a query; values are encoded.
pub fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut query_text = Serializer::new(String::new());
    query_text.extend_pairs(query);
    format!("{path}?{}", query_text.finish())
}

/// Sends the browser to `path` with GET, so that a reload does not send a form twice.
pub fn see_other(app: &App, path: &str) -> HttpResponse {
    let location = format!("{}{path}", app.config.server.base_path.as_str());
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .finish()
}

/// `path` if it is one of this server, else `/`: nobody is to be sent elsewhere by a link to the log-in.
pub fn local(path: &str) -> &str {
    // Browsers read "//host" and "/\host" as another host, and leave out tabs and line ends before they look.
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_plain && path.starts_with('/') && !path.starts_with("//") {
        path
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use crate::web::pages::place::{local, with_query};

    #[test]
    fn only_paths_of_this_server_are_taken() {
        for path in [
            "/",
            "/system",
            "/settings/keys?project=a%20b",
            "/a//b",
            "/?next=//c",
        ] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "system",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: b",
            "/ä",
        ] {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }

    #[test]
    fn values_of_a_query_are_encoded() {
        assert_eq!(
            with_query("/keys", &[("project", "a&b=c"), ("notice", "x")]),
            "/keys?project=a%26b%3Dc&notice=x"
        );
    }

    proptest! {
        #[test]
        fn a_browser_stays_on_this_server(path in "[/\\\\a:@\t.?#]{0,12}") {
            let here = Url::parse("https://stats.example.com/login").expect("a literal");
            let there = here.join(local(&path)).expect("a local path can be joined");
            prop_assert_eq!(there.origin(), here.origin());
        }
    }
}
