//! The built files: embedded, named by their content, kept by browsers for ever; and the script for pages, which
//! has a name of its own.

use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use rust_embed::RustEmbed;

use crate::core::code::Code;
use crate::web::extract;
use crate::web::problem::Problem;

#[derive(RustEmbed)]
#[folder = "static/dist/"]
struct Built;

/// `GET /static/{name}`: anyone.
pub async fn file(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    embedded(&request, &name, response)
}

/// `GET` of the configured path, by default `/a.js`: the script for pages, for anyone and from any page.
///
/// Its name stands in those pages and stays, so browsers ask after an hour whether it is still the same.
pub async fn snippet(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let name = &extract::app(&request).assets.snippet_js;
    // Weak, because the packed forms differ in their bytes. The name holds the content's hash.
    let tag = EntityTag::new_weak(name.clone());
    let is_known = match request.get_header::<IfNoneMatch>() {
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
        None => false,
    };
    let mut response = match is_known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header(("cross-origin-resource-policy", "cross-origin"));
    match is_known {
        true => Ok(response
            .insert_header((header::VARY, "Accept-Encoding"))
            .finish()),
        false => embedded(&request, name, response),
    }
}

/// The file of this name, packed if the browser takes it so.
fn embedded(
    request: &HttpRequest,
    name: &str,
    mut response: HttpResponseBuilder,
) -> Result<HttpResponse, Problem> {
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let twins = [("br", ".br"), ("gzip", ".gz")];
    let twin = twins
        .into_iter()
        .filter(|(encoding, _)| {
            accepted
                .split(',')
                .any(|given| given.trim().split(';').next() == Some(encoding))
        })
        .find_map(|(encoding, ending)| {
            Built::get(&format!("{name}{ending}")).map(|file| (encoding, file))
        });
    response
        .insert_header((header::CONTENT_TYPE, content_type(name)))
        .insert_header((header::VARY, "Accept-Encoding"));
    if let Some((encoding, file)) = twin {
        return Ok(response
            .insert_header((header::CONTENT_ENCODING, encoding))
            .body(file.data.into_owned()));
    }
    let file = Built::get(name).ok_or_else(|| Problem::of(Code::NotFound))?;
    Ok(response.body(file.data.into_owned()))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
