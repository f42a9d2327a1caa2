//! A person with a browser, as far as the server can tell: cookies, forms with their token, no script.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, redirect};
use url::form_urlencoded;

use crate::harness::Server;

/// The administrator whom the tests make.
pub const EMAIL: &str = "ana@example.com";
/// Her password.
pub const PASSWORD: &str = "correct horse battery staple";

/// An answer as it came; redirects are not followed.
#[derive(Debug)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Page {
    /// Where the answer sends the browser; empty if nowhere.
    pub fn location(&self) -> &str {
        let value = self.headers.get(LOCATION);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The token that the forms of the page repeat.
    pub fn csrf(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"csrf\" value=\"")
            .unwrap_or_else(|| panic!("no form in {}", self.text));
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

/// One browser.
pub struct Visitor {
    client: Client,
    /// Scheme, host and base path that the browser sees.
    pub url: String,
    /// What the server has set.
    pub cookies: BTreeMap<String, String>,
    /// Headers that go with each request.
    pub headers: Vec<(&'static str, String)>,
}

impl Visitor {
    /// A browser that has never been here.
    pub fn new(url: &str) -> Visitor {
        let client = Client::builder().redirect(redirect::Policy::none());
        Visitor {
            client: client.build().expect("a client"),
            url: url.to_owned(),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    /// A browser whose person has just used the set-up link of a new server.
    pub async fn administrator(server: &Server) -> Visitor {
        let mut visitor = Visitor::new(&server.url);
        let done = visitor.set_up(&server.setup_url).await;
        assert_eq!((done.status, done.location()), (303, "/"), "{}", done.text);
        visitor
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Page {
        let request = self
            .client
            .request(Method::GET, format!("{}{path}", self.url));
        self.send(request).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = self
            .client
            .request(Method::POST, format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish());
        self.send(request).await
    }

    /// Fills in the first form of the page at `from` and sends it to `to`.
    pub async fn submit(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(from).await.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(to, &all).await
    }

    /// Uses a set-up link.
    pub async fn set_up(&mut self, link: &str) -> Page {
        let token = link.split("token=").nth(1).expect("a set-up link");
        let fields = [
            ("token", token),
            ("name", "Ana"),
            ("email", EMAIL),
            ("password", PASSWORD),
            ("project_name", "Desk"),
            ("time_zone", "UTC"),
            ("currency", "USD"),
        ];
        self.submit(&format!("/setup?token={token}"), "/setup", &fields)
            .await
    }

    /// Logs in.
    pub async fn log_in(&mut self, email: &str, password: &str) -> Page {
        let fields = [("email", email), ("password", password)];
        self.submit("/login", "/login", &fields).await
    }

    /// The cookies as a header.
    pub fn cookie(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, mut request: RequestBuilder) -> Page {
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookie());
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().expect("plain text");
            let pair = pair.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.expect("a text"),
        }
    }
}
