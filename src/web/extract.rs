//! What a handler may have: each extractor is a proof, so that a handler cannot forget to ask.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use ipnet::IpNet;

use crate::app::App;
use crate::core::code::Code;
use crate::store::control::access::{Access, AdminAccess, ReadAccess};
use crate::store::control::session::Session;
use crate::web::form::from_our_pages;
use crate::web::problem::Problem;

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "analytics_session";

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// The id of a request, for logs and error pages.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The running application.
pub fn app(request: &HttpRequest) -> Arc<App> {
    let app = request
        .app_data::<web::Data<App>>()
        .expect("the server is made with the application");
    Arc::clone(app)
}

/// The client's address: the peer's, or the one that trusted proxies name.
pub fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let peer = request.peer_addr()?.ip().to_canonical();
    if !is_trusted(&peer) {
        return Some(peer);
    }
    // Each proxy appends its own peer: the client is the last address that is not one of ours.
    let forwarded = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok());
    let named: Vec<IpAddr> = forwarded
        .flat_map(|value| value.split(','))
        .filter_map(parse_address)
        .collect();
    named
        .iter()
        .rev()
        .find(|address| !is_trusted(address))
        .or(named.first())
        .copied()
        .or(Some(peer))
}

fn parse_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next())
        .unwrap_or(text);
    let parsed = bare
        .parse()
        .or_else(|_| bare.rsplit_once(':').map_or("", |(host, _)| host).parse());
    parsed.ok().map(|address: IpAddr| address.to_canonical())
}

/// Scheme and host under which the client reached us, for example `https://example.com`.
pub fn own_origin(request: &HttpRequest, app: &App) -> String {
    if let Some(url) = &app.config.server.public_url {
        return url.as_str().to_owned();
    }
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let trusted = peer.is_some_and(|peer| {
        app.config
            .server
            .trusted_proxies
            .iter()
            .any(|net| net.contains(&peer))
    });
    let named = |name: &str| {
        let value = request
            .headers()
            .get(name)
            .filter(|_| trusted)?
            .to_str()
            .ok()?;
        Some(value.split(',').next()?.trim().to_owned())
    };
    let host = named("x-forwarded-host").unwrap_or_else(|| {
        let host = request
            .headers()
            .get(header::HOST)
            .and_then(|value| value.to_str().ok());
        host.unwrap_or("localhost").to_owned()
    });
    let scheme = named("x-forwarded-proto").unwrap_or_else(|| "http".to_owned());
    format!("{scheme}://{host}")
}

/// The key of an API request: `Authorization: Bearer KEY`.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The value of a query parameter, decoded.
pub fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Refuses an address in which a parameter stands without a value. Pages send those of fields that were left empty; a
/// program that does so has lost what it meant to ask.
///
/// # Errors
/// `parameter_invalid` with the first of them.
pub fn refuse_empty(request: &HttpRequest) -> Result<(), Problem> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    match pairs.find(|(_, value)| value.is_empty()) {
        None => Ok(()),
        Some((name, _)) => {
            let name: String = name.chars().take(40).collect();
            let detail = format!("`{name}` is empty; give it a value or leave it out");
            Err(Problem::new(Code::ParameterInvalid, detail))
        }
    }
}

/// A person who is logged in. Refused with `login_needed`.
pub struct SignedIn {
    /// The session.
    pub session: Session,
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Extracting<SignedIn>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let session = session_of(&request)
                .await?
                .ok_or_else(|| Problem::of(Code::LoginNeeded))?;
            Ok(SignedIn { session })
        })
    }
}

/// The session of a request, if its cookie names one that holds.
///
/// # Errors
/// If the store cannot be asked.
pub async fn session_of(request: &HttpRequest) -> Result<Option<Session>, Problem> {
    let Some(cookie) = request.cookie(SESSION_COOKIE) else {
        return Ok(None);
    };
    let app = app(request);
    app.control
        .session(cookie.value())
        .await
        .map_err(Problem::internal)
}

/// The right to ask about one project: a read or admin key, or a session with `?project=SLUG`.
pub struct Reader {
    /// The proof.
    pub access: ReadAccess,
}

impl FromRequest for Reader {
    type Error = Problem;
    type Future = Extracting<Reader>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request);
            if let Some(key) = bearer(&request) {
                let access = app.control.verify(key).await?.read()?;
                return Ok(Reader { access });
            }
            let Some(session) = session_of(&request).await? else {
                return Err(Problem::new(
                    Code::KeyMissing,
                    "no key and no session came with the request",
                ));
            };
            Ok(Reader {
                access: chosen_project(&request, &app, &session)?.read()?,
            })
        })
    }
}

/// The right to change one project: an admin key, or a session with `?project=SLUG` in a request that comes from our
/// own pages.
pub struct Changer {
    /// The proof.
    pub access: AdminAccess,
}

impl FromRequest for Changer {
    type Error = Problem;
    type Future = Extracting<Changer>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request);
            if let Some(key) = bearer(&request) {
                let access = app.control.verify(key).await?.admin()?;
                return Ok(Changer { access });
            }
            let Some(session) = session_of(&request).await? else {
                return Err(Problem::new(
                    Code::KeyMissing,
                    "no key and no session came with the request",
                ));
            };
            from_our_pages(&request)?;
            Ok(Changer {
                access: chosen_project(&request, &app, &session)?.admin()?,
            })
        })
    }
}

/// The right to ask about several projects: the one of a read or admin key, or all in use that the person who is
/// logged in may read.
pub struct ReaderOfAll {
    /// A proof for each.
    pub accesses: Vec<ReadAccess>,
}

impl FromRequest for ReaderOfAll {
    type Error = Problem;
    type Future = Extracting<ReaderOfAll>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, reader) = (request.clone(), Reader::from_request(request, payload));
        Box::pin(async move {
            let chosen = reader.await?;
            if bearer(&request).is_some() {
                return Ok(ReaderOfAll {
                    accesses: vec![chosen.access],
                });
            }
            let session = session_of(&request).await?;
            let session = session.ok_or_else(|| Problem::of(Code::LoginNeeded))?;
            Ok(ReaderOfAll {
                accesses: app(&request).control.directory().readable(&session),
            })
        })
    }
}

/// The right of a program to change a project: an admin key. A session does not do, whoever's it is.
pub struct AdminKey {
    /// The proof.
    pub access: AdminAccess,
}

impl FromRequest for AdminKey {
    type Error = Problem;
    type Future = Extracting<AdminKey>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let key = bearer(&request)
                .ok_or_else(|| Problem::new(Code::KeyMissing, "no key came with the request"))?;
            let access = app(&request).control.verify(key).await?.admin()?;
            Ok(AdminKey { access })
        })
    }
}

/// The project that a signed-in request is about: `?project=SLUG`, else the demo if it is to be shown first, else
/// the first in use.
///
/// # Errors
/// `not_found` if there is no such project, or the person may do nothing there.
pub fn chosen_project(
    request: &HttpRequest,
    app: &App,
    session: &Session,
) -> Result<Access, Problem> {
    let directory = app.control.directory();
    let slug = match parameter(request, "project") {
        Some(slug) => slug,
        None => {
            let in_use = directory.projects();
            let shows_demo = app.shows_demo_first.load(Ordering::Acquire);
            let demo = in_use
                .iter()
                .find(|project| shows_demo && project.is_demo());
            // With every project archived there is still something to look at.
            let first = demo.or(in_use.first()).cloned();
            first
                .or_else(|| directory.all_projects().into_iter().next())
                .ok_or_else(|| Problem::new(Code::NotFound, "there is no project"))?
                .slug
                .clone()
        }
    };
    directory
        .enter(session, &slug)
        .ok_or_else(|| Problem::new(Code::NotFound, format!("there is no project `{slug}`")))
}

/// The request's id, given by the middleware.
pub fn request_id(request: &HttpRequest) -> Option<String> {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn address(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Option<String> {
        let mut request = TestRequest::default()
            .peer_addr(format!("{peer}:1234").parse().expect("a socket address"));
        for value in forwarded {
            request = request.append_header(("X-Forwarded-For", *value));
        }
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|net| net.parse().expect("a network"))
            .collect();
        client_address(&request.to_http_request(), &trusted).map(|address| address.to_string())
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(
            address("9.9.9.9", &["1.1.1.1"], &[]).as_deref(),
            Some("9.9.9.9")
        );
        assert_eq!(
            address("10.0.0.1", &["1.1.1.1"], &["10.0.0.0/8"]).as_deref(),
            Some("1.1.1.1")
        );
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"], &["10.0.0.0/8"]).as_deref(),
            Some("1.1.1.1")
        );
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6", "1.1.1.1"], &["10.0.0.0/8"]).as_deref(),
            Some("1.1.1.1")
        );
        assert_eq!(
            address("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]).as_deref(),
            Some("10.0.0.1")
        );
        assert_eq!(
            address("10.0.0.1", &["[2001:db8::1]:443"], &["10.0.0.0/8"]).as_deref(),
            Some("2001:db8::1")
        );
        assert_eq!(
            address("10.0.0.1", &["1.1.1.1:5000"], &["10.0.0.0/8"]).as_deref(),
            Some("1.1.1.1")
        );
    }
}
