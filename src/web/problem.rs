//! Saying no: one type, drawn as problem+json (RFC 9457) for programs and as a page for people.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use serde_json::json;

use crate::core::code::Code;
use crate::store::control::directory::KeyError;
use crate::store::engine::EngineError;
use crate::store::journal::JournalError;

/// A refusal of a whole request.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which one.
    pub code: Code,
    /// What exactly, naming value, rule and remedy; the code's own remedy if empty.
    pub detail: String,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with its own words.
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem {
            code,
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// A problem that the code's table explains well enough.
    pub fn of(code: Code) -> Problem {
        Problem::new(code, "")
    }

    /// The same problem with a time to try again.
    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    /// What went wrong and what to do about it.
    pub fn text(&self) -> String {
        let remedy = self.code.entry().remedy;
        if self.detail.is_empty() {
            remedy.to_owned()
        } else {
            format!("{}. {remedy}", self.detail)
        }
    }

    /// An internal failure: told to the log in full, to the client only as such.
    pub fn internal(error: impl fmt::Display) -> Problem {
        tracing::error!(error = %error, "a request failed");
        Problem::of(Code::Internal)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.id(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let entry = self.code.entry();
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if entry.status == 401 {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        let mut body = json!({
            "type": "about:blank",
            "title": entry.title,
            "status": entry.status,
            "code": entry.id,
            "detail": self.detail,
            "remedy": entry.remedy,
        });
        if let Some(seconds) = self.retry_after_s {
            body["retry_after_s"] = seconds.into();
        }
        let mut response = respond(&mut response, "application/problem+json", body.to_string());
        // The middleware draws a page from it when a person asked.
        response.extensions_mut().insert(self.clone());
        response
    }
}

fn respond(
    response: &mut HttpResponseBuilder,
    content_type: &'static str,
    body: String,
) -> HttpResponse {
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(content_type)))
        .body(body)
}

/// True if the asker is a browser that wants a page.
pub fn wants_page(request: &HttpRequest) -> bool {
    let path = request.path();
    let is_interface = ["/v1/", "/api/", "/ws/", "/metrics", "/healthz", "/readyz"]
        .iter()
        .any(|p| path.contains(p));
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    !is_interface && accept.is_some_and(|types| types.contains("text/html"))
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Problem {
        let code = match error {
            KeyError::Malformed | KeyError::Unknown | KeyError::Revoked => Code::KeyUnknown,
            KeyError::ProjectArchived | KeyError::WrongKind { .. } => Code::KeyForbidden,
            KeyError::Unavailable => {
                return Problem::new(Code::NotReady, error.to_string()).retry_after(1);
            }
        };
        Problem::new(code, error.to_string())
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Problem {
        let (code, seconds) = match error {
            JournalError::QueueFull { .. } => (Code::QueueFull, 1),
            JournalError::DiskFull(_) => (Code::DiskFull, 10),
            JournalError::Failed(_) => (Code::StorageFailed, 10),
            JournalError::Closed => (Code::Stopping, 2),
        };
        Problem::new(code, error.to_string()).retry_after(seconds)
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Problem {
        match error {
            EngineError::Deadline(_) => {
                Problem::new(Code::QueryDeadline, error.to_string()).retry_after(1)
            }
            EngineError::Broken(_) => {
                tracing::error!(%error, "the engine could not answer");
                Problem::of(Code::NotReady).retry_after(5)
            }
            EngineError::Question(text) => Problem::new(Code::ParameterInvalid, text),
            EngineError::Rows(_) | EngineError::Query(_) => Problem::internal(error),
        }
    }
}
