//! Around every request: an id, the security headers, a page instead of JSON for people, and one log line.

use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use askama::Template;
use uuid::Uuid;

use crate::core::code::Code;
use crate::web::extract::{self, RequestId};
use crate::web::problem::{self, Problem};
use crate::web::view::frame::Frame;
use crate::web::view::problem::{ProblemPage, WayBack};

/// Everything a page may load, and from where: our own files only.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Gives each request its id and each answer its headers.
///
/// # Errors
/// As the handler; ordinary problems have become answers by then.
pub async fn around<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.path().to_owned();
    let mut response = next.call(request).await?.map_into_left_body();
    let problem = response.response().extensions().get::<Problem>().cloned();
    if let Some(problem) = &problem {
        let request = response.request().clone();
        if problem::wants_page(&request) {
            let page = page(&request, problem, &id);
            response = response.map_body(|head, body| {
                head.headers_mut().insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("text/html; charset=utf-8"),
                );
                drop(body);
                EitherBody::right(actix_web::body::BoxBody::new(page))
            });
        }
    }
    let status = response.status().as_u16();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        if path.contains("/v1/") {
            "cross-origin"
        } else {
            "same-origin"
        },
    );
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    match status {
        500.. => tracing::warn!(request = id, %method, path, status, took_ms, "a request failed"),
        _ => tracing::debug!(request = id, %method, path, status, took_ms, "answered"),
    }
    Ok(response)
}

/// The id that a proxy gave the request, if it looks like one, else a new one.
fn request_id(request: &ServiceRequest) -> String {
    let given = request
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    given
        .filter(is_plain)
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

fn page(request: &actix_web::HttpRequest, problem: &Problem, id: &str) -> String {
    let app = extract::app(request);
    let entry = problem.code.entry();
    let way_back = match problem.code {
        Code::LoginNeeded => WayBack {
            path: "/login".into(),
            label: "Log in".into(),
        },
        _ => WayBack {
            path: "/".into(),
            label: "Back to the overview".into(),
        },
    };
    let page = ProblemPage {
        frame: Frame {
            base: app.config.server.base_path.as_str().to_owned(),
            assets: std::sync::Arc::clone(&app.assets),
            csrf: String::new(),
        },
        status: entry.status,
        title: entry.title.trim_end_matches('.').to_owned(),
        text: problem.text(),
        request_id: (entry.status >= 500).then(|| id.to_owned()),
        way_back,
    };
    page.render().unwrap_or_else(|_| entry.title.to_owned())
}

/// What is answered to a method that an address does not have; `allowed` names those that it has.
pub async fn wrong_method(allowed: &'static str) -> HttpResponse {
    let mut response = Problem::new(
        Code::MethodNotAllowed,
        format!("this address answers to {allowed}"),
    )
    .error_response();
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// What is answered where nothing is.
pub async fn nothing() -> Result<HttpResponse, Problem> {
    Err(Problem::of(Code::NotFound))
}
