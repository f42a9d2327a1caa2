//! Forms that change something: read only if they came from one of our own pages.
//!
//! Two checks, each enough by itself: the browser names our own origin, and the hidden field `csrf` repeats a
//! token that other sites cannot read. What the fields mean is the handlers' work.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::{Payload, UrlEncoded};
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

use crate::core::code::Code;
use crate::core::secret_token::SecretToken;
use crate::store::control::problem::Problems;
use crate::web::extract::{app, own_origin};
use crate::web::pages::visit::{TurnedAway, Visit};
use crate::web::problem::Problem;
use crate::web::session_cookie::FORM_COOKIE;

/// Most bytes of a form: a hundred origins of three hundred characters, and room for the rest.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// Most bytes of a form with a price book: that of the program is 160 KB, and encoding may triple it.
const LONG_FORM_BYTES_MAX: usize = 4 * 1024 * 1024;

type Extracting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

/// What was entered.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The text of a field; empty if it did not come.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether a box is ticked.
    pub fn is_on(&self, name: &str) -> bool {
        self.text(name) == "on"
    }
}

/// A form of a person who is logged in, sent from one of our pages.
pub struct PersonForm {
    /// Who sent it, and about which project.
    pub visit: Visit,
    /// What was entered.
    pub fields: Fields,
}

impl FromRequest for PersonForm {
    type Error = TurnedAway;
    type Future = Extracting<PersonForm, TurnedAway>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let visit = Visit::of(&request).await?;
            let fields = read(&request, &mut payload, FORM_BYTES_MAX).await?;
            repeated(&fields, &visit.session.csrf_token)?;
            Ok(PersonForm { visit, fields })
        })
    }
}

/// The same with a long text in it: an uploaded price book.
pub struct LongForm {
    /// Who sent it, and about which project.
    pub visit: Visit,
    /// What was entered.
    pub fields: Fields,
}

impl FromRequest for LongForm {
    type Error = TurnedAway;
    type Future = Extracting<LongForm, TurnedAway>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let visit = Visit::of(&request).await?;
            let fields = read(&request, &mut payload, LONG_FORM_BYTES_MAX).await?;
            repeated(&fields, &visit.session.csrf_token)?;
            Ok(LongForm { visit, fields })
        })
    }
}

/// A form of somebody who is not logged in yet, sent from one of our pages: log-in and set-up.
pub struct VisitorForm {
    /// What was entered.
    pub fields: Fields,
}

impl FromRequest for VisitorForm {
    type Error = Problem;
    type Future = Extracting<VisitorForm, Problem>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let fields = read(&request, &mut payload, FORM_BYTES_MAX).await?;
            let cookie = request
                .cookie(FORM_COOKIE)
                .filter(|cookie| !cookie.value().is_empty());
            let cookie = cookie.ok_or_else(|| Problem::of(Code::CsrfInvalid))?;
            repeated(
                &fields,
                &SecretToken::from_stored(cookie.value().to_owned()),
            )?;
            Ok(VisitorForm { fields })
        })
    }
}

async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    bytes_max: usize,
) -> Result<Fields, Problem> {
    from_our_pages(request)?;
    let fields = UrlEncoded::new(request, payload).limit(bytes_max).await;
    fields.map(Fields).map_err(|error| {
        let kind = header_text(request, header::CONTENT_TYPE.as_str()).unwrap_or("no content type");
        Problem::new(
            Code::FormInvalid,
            format!("the form ({kind}) cannot be read: {error}"),
        )
    })
}

/// Refuses what a page of somebody else has sent.
///
/// # Errors
/// `csrf_invalid` if the browser says so.
pub fn from_our_pages(request: &HttpRequest) -> Result<(), Problem> {
    let is_ours = is_from_us(
        header_text(request, "origin"),
        header_text(request, "sec-fetch-site"),
        &own_origin(request, &app(request)),
    );
    match is_ours {
        true => Ok(()),
        false => Err(Problem::of(Code::CsrfInvalid)),
    }
}

fn header_text<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let value = request.headers().get(name)?;
    Some(value.to_str().unwrap_or_default())
}

fn repeated(fields: &Fields, token: &SecretToken) -> Result<(), Problem> {
    if token.is(fields.text("csrf")) {
        Ok(())
    } else {
        Err(Problem::of(Code::CsrfInvalid))
    }
}

/// Whether what the browser says of the sending page fits us.
///
/// Either header is enough: behind a proxy that changes the host the origin differs, and on plain HTTP the other
/// is not sent. Programs send neither; they have no cookies that could be abused.
fn is_from_us(origin: Option<&str>, fetch_site: Option<&str>, own: &str) -> bool {
    match (origin, fetch_site) {
        (_, Some("same-origin" | "none")) | (None, None) => true,
        (Some(origin), _) => origin.eq_ignore_ascii_case(own),
        (None, Some(_)) => false,
    }
}

/// What is wrong with a field, as a sentence; `None` if nothing is.
pub fn told(problems: &Problems, field: &str) -> Option<String> {
    let of_field = problems
        .list()
        .iter()
        .filter(|problem| problem.field == field);
    let sentences: Vec<String> = of_field.map(|problem| sentence(&problem.message)).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// "has 7 characters; use at least 10" → "It has 7 characters; use at least 10."
fn sentence(message: &str) -> String {
    let verb = message.split(' ').next().unwrap_or_default();
    let subject = if matches!(verb, "has" | "is" | "holds" | "repeats" | "may") {
        "It "
    } else {
        ""
    };
    format!("{subject}{message}.")
}

#[cfg(test)]
mod tests {
    use crate::store::control::problem::{Problem, Problems};
    use crate::web::form::{Fields, is_from_us, told};

    #[test]
    fn a_form_is_ours_if_the_browser_names_our_origin_or_calls_it_the_same() {
        let own = "https://stats.example.com";
        for (origin, site, expected) in [
            (Some(own), None, true),
            (Some("HTTPS://Stats.Example.com"), None, true),
            (Some("https://evil.example"), None, false),
            (Some("https://stats.example.com.evil.example"), None, false),
            (Some("null"), None, false),
            (Some("http://stats.example.com"), None, false),
            (Some("http://127.0.0.1:8080"), Some("same-origin"), true), // a proxy changed the host
            (Some("https://evil.example"), Some("cross-site"), false),
            (Some("https://shop.example.com"), Some("same-site"), false),
            (None, Some("cross-site"), false),
            (None, Some("none"), true),
            (None, None, true), // a program
        ] {
            assert_eq!(
                is_from_us(origin, site, own),
                expected,
                "{origin:?} {site:?}"
            );
        }
    }

    #[test]
    fn a_field_that_did_not_come_is_empty_and_only_on_is_ticked() {
        let fields = Fields(vec![
            ("name".into(), "Ana".into()),
            ("mask".into(), "on".into()),
        ]);

        assert_eq!((fields.text("name"), fields.text("email")), ("Ana", ""));
        assert!(fields.is_on("mask") && !fields.is_on("name") && !fields.is_on("visitors"));
    }

    #[test]
    fn problems_of_a_field_read_as_sentences() {
        let problem = |field, message: &str| Problem {
            field,
            message: message.to_owned(),
        };
        let problems = Problems::check(vec![
            problem("name", "is empty; type at least one character"),
            problem("allowed_origins", "`a` has no scheme"),
            problem("allowed_origins", "`b` has no scheme"),
        ])
        .expect_err("there are three");

        assert_eq!(
            told(&problems, "name").as_deref(),
            Some("It is empty; type at least one character.")
        );
        assert_eq!(
            told(&problems, "allowed_origins").as_deref(),
            Some("`a` has no scheme. `b` has no scheme.")
        );
        assert_eq!(told(&problems, "slug"), None);
    }
}
