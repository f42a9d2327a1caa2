//! `GET /ws/live?project=SLUG`: the live frames of one project, for a session or a read key.
//!
//! A browser proves its page by the Origin header; a program brings a key instead. The server pings, so that a
//! viewer that has gone is noticed; every frame is the same text for all viewers.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use actix_ws::{CloseCode, CloseReason, Message, Session as Socket};
use futures_util::StreamExt;

use crate::core::code::Code;
use crate::live::hub::Viewer;
use crate::web::extract::{self, Reader};
use crate::web::problem::Problem;

/// Between two pings.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Pings without any sign of life after which a viewer counts as gone.
const MISSED_MAX: u32 = 2;
/// Between two looks at whether the session or key still holds. Both come from memory.
const ACCESS_CHECK: Duration = Duration::from_secs(10);

/// `GET /ws/live`.
pub async fn stream(
    request: HttpRequest,
    reader: Reader,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let by_key = extract::bearer(&request).is_some();
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok());
    // Browsers send cookies to sockets of any page; the origin is what tells ours from others.
    if !by_key && origin != Some(extract::own_origin(&request, &app).as_str()) {
        return Err(Problem::new(
            Code::OriginForbidden,
            "the live stream is only for pages of this server",
        ));
    }
    let viewer = app
        .hub
        .watch(reader.access.scope().project_id().get())
        .ok_or_else(|| {
            Problem::new(Code::NotReady, "too many viewers watch already").retry_after(10)
        })?;
    let (response, socket, incoming) = actix_ws::handle(&request, payload)
        .map_err(|error| Problem::new(Code::ParameterInvalid, error.to_string()))?;
    actix_web::rt::spawn(serve(request, socket, incoming, viewer));
    Ok(response)
}

async fn serve(
    request: HttpRequest,
    mut socket: Socket,
    mut incoming: actix_ws::MessageStream,
    mut viewer: Viewer,
) {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    let mut access_check = tokio::time::interval(ACCESS_CHECK);
    access_check.reset();
    let mut missed = 0;
    let reason = loop {
        tokio::select! {
            frame = viewer.next() => {
                let Some(frame) = frame else { break None };
                if socket.text(frame.to_string()).await.is_err() {
                    return;
                }
            }
            message = incoming.next() => match message {
                Some(Ok(Message::Ping(bytes))) => {
                    missed = 0;
                    if socket.pong(&bytes).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                Some(Ok(_)) => missed = 0,
            },
            _ = heartbeat.tick() => {
                missed += 1;
                if missed > MISSED_MAX || socket.ping(b"").await.is_err() {
                    break None;
                }
            }
            _ = access_check.tick() => {
                if !may_still_watch(&request).await {
                    // The page then reloads and so comes to the log-in.
                    break Some(CloseReason { code: CloseCode::Other(4401), description: None });
                }
            }
        }
    };
    let _gone_already = socket.close(reason).await;
}

/// Whether the key or session with which the stream was opened is still good.
async fn may_still_watch(request: &HttpRequest) -> bool {
    match extract::bearer(request) {
        Some(key) => {
            let access = extract::app(request).control.verify(key).await;
            access.is_ok_and(|access| access.read().is_ok())
        }
        None => matches!(extract::session_of(request).await, Ok(Some(_))),
    }
}
