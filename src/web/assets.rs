//! The built files: embedded, named by their content, kept by browsers for ever.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use crate::core::code::Code;
use crate::web::problem::Problem;

#[derive(RustEmbed)]
#[folder = "static/dist/"]
struct Built;

/// `GET /static/{name}`: anyone.
pub async fn file(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let name = name.into_inner();
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
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, content_type(&name)))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if let Some((encoding, file)) = twin {
        return Ok(response
            .insert_header((header::CONTENT_ENCODING, encoding))
            .body(file.data.into_owned()));
    }
    let file = Built::get(&name).ok_or_else(|| Problem::of(Code::NotFound))?;
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
