//! Ingestion: `POST /v1/events` and `GET /v1/pixel.gif`, for whoever holds an ingest or admin key.
//!
//! Reads the body within its bounds, runs the pipeline on it, submits what is left to the journal, and
//! answers when it is durable. What became of each event goes into the ingest log.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::core::code::Code;
use crate::core::event::Event;
use crate::core::limits;
use crate::ingest::enrich::visitor::privacy_opt_out;
use crate::ingest::log::{Missing, Tally};
use crate::ingest::pipeline::{STEPS, Sender, Stopped};
use crate::ingest::protocol::own;
use crate::store::control::access::IngestAccess;
use crate::web::extract;
use crate::web::problem::Problem;

/// The smallest GIF: one transparent pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// What became of a request's events. Everything accepted is durable.
#[derive(Debug, Serialize)]
pub struct Receipt {
    /// Events kept.
    pub accepted: usize,
    /// Events whose id had been counted already; nothing to do.
    pub duplicates: usize,
    /// Events refused.
    pub rejected: usize,
    /// Events left out on purpose: crawlers, visitors who opted out.
    pub dropped: usize,
    /// The refused and dropped ones, at most a hundred.
    pub errors: Vec<Rejection>,
}

/// One event that was not kept.
#[derive(Debug, Serialize)]
pub struct Rejection {
    /// Its position in the request, from 0.
    pub index: usize,
    /// Why, by id.
    pub code: &'static str,
    /// What exactly was wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// `POST /v1/events`, and where the script for pages is.
pub async fn events(request: HttpRequest, payload: Payload) -> HttpResponse {
    let mut response = match admit_and_receive(&request, payload).await {
        Ok(receipt) => HttpResponse::Ok().json(receipt),
        Err(problem) => problem.error_response(),
    };
    let headers = response.headers_mut();
    // The answer may be read by any page: what is accepted has been decided, and a page that cannot tell a refusal
    // from a lost connection would go on sending.
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

async fn admit_and_receive(request: &HttpRequest, payload: Payload) -> Result<Receipt, Problem> {
    let app = extract::app(request);
    let access = admit(request, &app).await?;
    let result = receive(request, payload, &app, &access).await;
    if let Err(problem) = &result {
        refused(&app, &access, problem);
    }
    result
}

/// `GET /v1/pixel.gif?key=KEY&type=page_view&url=…`: one event from the query, for pages without script.
///
/// The answer is always the pixel, once the key is good: a page must not show a broken image.
pub async fn pixel(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let access = admit(&request, &app).await?;
    let mut fields = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != "key" {
            fields.insert(name.into_owned(), value.into_owned().into());
        }
    }
    fields.entry("type").or_insert_with(|| "page_view".into());
    let body = serde_json::Value::from(fields).to_string();
    let sender = sender(&request, &app, &access, true);
    if let Err(problem) = keep(&app, &access, body.as_bytes(), &sender).await {
        refused(&app, &access, &problem);
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/gif"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(PIXEL))
}

/// `OPTIONS /v1/events`: what a browser asks before it sends JSON from another origin.
pub async fn preflight(request: HttpRequest) -> HttpResponse {
    // The key comes only with the request itself, and the project's origins are checked there.
    let mut response = HttpResponse::NoContent();
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
            .insert_header((
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "authorization, content-type, content-encoding",
            ))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .insert_header((header::VARY, "Origin"));
    }
    response.finish()
}

/// Checks key, origin and rate. Costs no more than a hash where the key is unknown.
async fn admit(request: &HttpRequest, app: &App) -> Result<IngestAccess, Problem> {
    let key = match extract::bearer(request) {
        Some(key) => Cow::Borrowed(key),
        None => match extract::parameter(request, "key") {
            Some(key) => Cow::Owned(key),
            None => {
                return Err(Problem::new(
                    Code::KeyMissing,
                    "no key came with the request",
                ));
            }
        },
    };
    let access = app.control.verify(&key).await?.ingest()?;
    if let Some(origin) = text(request.headers(), header::ORIGIN)
        && !access.scope().project().allowed_origins.allows(origin)
    {
        let problem = Problem::new(
            Code::OriginForbidden,
            format!("the origin `{}` is not allowed", cut(origin)),
        );
        refused(app, &access, &problem);
        return Err(problem);
    }
    if is_browser(request)
        && let Some(address) = extract::client_address(request, &app.config.server.trusted_proxies)
        && let Err(limited) = app.rates.request(key_number(&access), address)
    {
        let problem = Problem::new(
            Code::RateLimited,
            "too many requests from one address with this key",
        );
        refused(app, &access, &problem);
        return Err(problem.retry_after(limited.retry_after_s));
    }
    Ok(access)
}

async fn receive(
    request: &HttpRequest,
    payload: Payload,
    app: &App,
    access: &IngestAccess,
) -> Result<Receipt, Problem> {
    check_type(request)?;
    let body = read_body(request, payload, app.config.ingest.body_bytes_max).await?;
    let sender = Sender {
        sent: sent_at(request)?,
        ..sender(request, app, access, is_browser(request))
    };
    keep(app, access, &body, &sender).await
}

/// Takes a body to a receipt.
async fn keep(
    app: &App,
    access: &IngestAccess,
    body: &[u8],
    sender: &Sender,
) -> Result<Receipt, Problem> {
    if !app.has_room.load(std::sync::atomic::Ordering::Acquire) {
        return Err(Problem::new(
            Code::DiskFull,
            "the disk has less room than storage.free_space_min_mb",
        )
        .retry_after(10));
    }
    let events_max = app.config.ingest.events_per_request_max;
    let texts = own::split(body, events_max)
        .map_err(|refusal| Problem::new(refusal.code, refusal.message))?;
    let count = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    app.rates
        .events(key_number(access), count)
        .map_err(|limited| {
            Problem::new(Code::RateLimited, "too many events with this key")
                .retry_after(limited.retry_after_s)
        })?;

    let project = access.scope().project();
    let rules = app.rules(project);
    let mut tally = Tally {
        seen: texts.len() as u64,
        stopped: vec![0; STEPS.len() + 1],
        ..Tally::default()
    };
    let mut receipt = Receipt {
        accepted: 0,
        duplicates: 0,
        rejected: 0,
        dropped: 0,
        errors: Vec::new(),
    };
    let mut accepted: Vec<Event> = Vec::with_capacity(texts.len());
    for (index, text) in texts.into_iter().enumerate() {
        match app.pipeline.run(text, &rules, sender) {
            Ok(event) => accepted.push(event),
            Err(stopped) => stop(index, stopped, app, access, &mut tally, &mut receipt),
        }
    }
    if !accepted.is_empty() {
        let attempts: Vec<(String, u128)> = accepted
            .iter()
            .filter(|event| event.is_call())
            .filter_map(|event| Some((event.request_id.clone()?, event.id())))
            .collect();
        let names: Vec<(u128, String)> = accepted
            .iter()
            .map(|event| (event.id(), event.kind.clone()))
            .collect();
        let ack = match app.journal.submit(accepted).await {
            Ok(ack) => ack,
            Err(error) => {
                for (request_id, id) in attempts {
                    app.pipeline
                        .requests
                        .forget(project.id.get(), &request_id, id);
                }
                app.ingest_log.add(project.id.get(), tally);
                return Err(error.into());
            }
        };
        receipt.accepted = ack.accepted;
        receipt.duplicates = ack.duplicates.len();
        tally.accepted = ack.accepted as u64;
        for position in ack.duplicates {
            let (id, kind) = &names[position];
            let missing = missing(
                app,
                access,
                Code::Duplicate,
                "the id has been counted already",
            );
            let missing = Missing {
                id: Some(Uuid::from_u128(*id).to_string()),
                kind: Some(kind.clone()),
                ..missing
            };
            tally.missing.push((Code::Duplicate, missing));
        }
    }
    app.ingest_log.add(project.id.get(), tally);
    Ok(receipt)
}

/// Notes one event that the pipeline stopped.
fn stop(
    index: usize,
    stopped: Stopped,
    app: &App,
    access: &IngestAccess,
    tally: &mut Tally,
    receipt: &mut Receipt,
) {
    let code = stopped.refusal.code;
    match code {
        Code::Bot | Code::OptedOut => receipt.dropped += 1,
        _ => receipt.rejected += 1,
    }
    tally.stopped[stopped.step] += 1;
    let message = stopped.refusal.message;
    let (id, kind) = match stopped.event {
        Some(event) => (
            Some(Uuid::from_u128(event.id()).to_string()),
            Some(event.kind),
        ),
        None => (None, None),
    };
    tally.missing.push((
        code,
        Missing {
            id,
            kind,
            ..missing(app, access, code, &message)
        },
    ));
    if receipt.errors.len() < limits::REJECTIONS_LISTED_MAX {
        receipt.errors.push(Rejection {
            index,
            code: code.id(),
            message,
            remedy: code.entry().remedy,
        });
    }
}

/// Notes a request that was refused as a whole.
fn refused(app: &App, access: &IngestAccess, problem: &Problem) {
    let message = if problem.detail.is_empty() {
        problem.code.entry().title
    } else {
        &problem.detail
    };
    let missing = missing(app, access, problem.code, message);
    let tally = Tally {
        missing: vec![(problem.code, missing)],
        ..Tally::default()
    };
    app.ingest_log.add(access.scope().project_id().get(), tally);
}

fn missing(app: &App, access: &IngestAccess, code: Code, message: &str) -> Missing {
    let keys = app
        .control
        .directory()
        .keys(Some(access.scope().project_id()));
    let key = access
        .key()
        .and_then(|id| keys.into_iter().find(|key| key.id == id))
        .map(|key| key.name);
    Missing {
        at: app.clock.now(),
        reason: code.id(),
        message: message.to_owned(),
        remedy: code.entry().remedy,
        key,
        kind: None,
        id: None,
        events: 1,
    }
}

fn sender(request: &HttpRequest, app: &App, access: &IngestAccess, is_browser: bool) -> Sender {
    let headers = request.headers();
    Sender {
        received: app.clock.now(),
        sent: None,
        is_browser,
        may_backdate: access.may_backdate(),
        address: extract::client_address(request, &app.config.server.trusted_proxies),
        user_agent: text(headers, header::USER_AGENT).map(str::to_owned),
        language: text(headers, header::ACCEPT_LANGUAGE).and_then(first_language),
        referrer: text(headers, header::REFERER).map(str::to_owned),
        opted_out: privacy_opt_out(text(headers, "dnt"), text(headers, "sec-gpc")),
    }
}

/// The time on the sender's clock as it sent the request: `?sent_at=`, in milliseconds since 1970.
fn sent_at(request: &HttpRequest) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = extract::parameter(request, "sent_at") else {
        return Ok(None);
    };
    let read = text.parse().ok().map(Timestamp::from_millisecond);
    match read {
        Some(Ok(sent)) => Ok(Some(sent)),
        _ => Err(Problem::new(
            Code::ParameterInvalid,
            format!(
                "`sent_at` is `{}`; it must be milliseconds since 1970",
                cut(&text)
            ),
        )),
    }
}

/// Whether a request comes from a page: browsers name the origin of a script's request, and beacons and
/// images bring the key in the address. (`sec-fetch-mode` says nothing: Node's own fetch sends it too.)
fn is_browser(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::ORIGIN)
        || headers.contains_key("sec-fetch-site")
        || extract::bearer(request).is_none()
}

fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let Some(given) = text(request.headers(), header::CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let known = [
        "application/json",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
    ];
    // curl -d without -H says form; the body is JSON all the same.
    if known.contains(&essence.as_str()) {
        return Ok(());
    }
    Err(Problem::new(
        Code::ContentTypeUnsupported,
        format!("the content type is `{}`", cut(&essence)),
    ))
}

/// Reads the body, unpacked, within the bound. A body that unpacks to more is refused before it fills memory.
async fn read_body(
    request: &HttpRequest,
    mut payload: Payload,
    bytes_max: usize,
) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        Problem::new(
            Code::BodyTooLarge,
            format!("the body has more than {bytes_max} bytes"),
        )
    };
    let announced = text(request.headers(), header::CONTENT_LENGTH)
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(part) = payload.next().await {
        let part = part.map_err(|error| {
            Problem::new(Code::BodyMalformed, format!("the body broke off: {error}"))
        })?;
        if body.len() + part.len() > bytes_max {
            return Err(too_large());
        }
        body.extend_from_slice(&part);
    }
    match text(request.headers(), header::CONTENT_ENCODING).unwrap_or("identity") {
        "identity" | "" => Ok(body),
        "gzip" | "x-gzip" => {
            let mut unpacked = Vec::new();
            let mut reader =
                flate2::read::MultiGzDecoder::new(body.as_slice()).take(bytes_max as u64 + 1);
            let read = reader.read_to_end(&mut unpacked);
            read.map_err(|error| {
                Problem::new(
                    Code::BodyMalformed,
                    format!("the gzip data is broken: {error}"),
                )
            })?;
            if unpacked.len() > bytes_max {
                Err(too_large())
            } else {
                Ok(unpacked)
            }
        }
        other => Err(Problem::new(
            Code::EncodingUnsupported,
            format!("the content encoding is `{}`", cut(other)),
        )),
    }
}

fn key_number(access: &IngestAccess) -> i64 {
    access.key().map_or(0, |id| id.0)
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn first_language(accepted: &str) -> Option<String> {
    let first = accepted.split([',', ';']).next()?.trim();
    let is_tag = (2..=16).contains(&first.len())
        && first
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_tag.then(|| first.to_owned())
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(80.min(text.len()))]
}

/// The app behind the routes of this file.
pub type AppData = web::Data<App>;

/// Shares the application with the server.
pub fn data(app: &Arc<App>) -> AppData {
    AppData::from(Arc::clone(app))
}
