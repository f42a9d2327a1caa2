//! Every route on one screen.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route};

use crate::web::{
    analysis, api, assets, budgets, collect, live, middleware, openapi, operations, pages, people,
    person, query, segments,
};

/// All routes, below the base path. The script for pages is at `snippet`.
pub fn all(config: &mut ServiceConfig, snippet: &str) {
    let preflight = || web::method(Method::OPTIONS).to(collect::preflight);
    config
        // Events in: an ingest or admin key. The script sends them to where it came from.
        .service(
            only(
                "/v1/events",
                "POST, OPTIONS",
                web::post().to(collect::events),
            )
            .route(preflight()),
        )
        .service(
            web::resource(snippet)
                .route(web::get().to(assets::snippet))
                .route(web::head().to(assets::snippet))
                .route(web::post().to(collect::events))
                .route(preflight()),
        )
        .service(get("/v1/pixel.gif", web::get().to(collect::pixel)))
        // Answers out: a read or admin key, or a session.
        .service(get("/v1/ingest/log", web::get().to(api::ingest_log)))
        .service(get("/api/v1/summary", web::get().to(api::summary)))
        .service(get("/api/v1/query", web::get().to(query::query)))
        .service(get("/api/v1/catalogue", web::get().to(query::catalogue)))
        .service(get("/api/v1/budgets", web::get().to(budgets::list)))
        .service(get("/api/v1/users/{topic}", web::get().to(people::topic)))
        .service(
            only(
                "/api/v1/segments",
                "GET, POST",
                web::get().to(segments::list),
            )
            .route(web::post().to(segments::create)),
        )
        .service(only(
            "/api/v1/segments/{id}",
            "DELETE",
            web::delete().to(segments::remove),
        ))
        .service(get("/api/v1/funnel", web::get().to(analysis::funnel)))
        .service(get("/api/v1/retention", web::get().to(analysis::retention)))
        .service(get("/api/v1/heatmap", web::get().to(analysis::heatmap)))
        .service(get("/api/v1/journeys", web::get().to(analysis::journeys)))
        .route("/ws/live", web::get().to(live::stream))
        // One person, for good: an admin key.
        .service(only(
            "/api/v1/people",
            "DELETE",
            web::delete().to(person::delete),
        ))
        .service(get(
            "/api/v1/people/export",
            web::get().to(person::get_export),
        ))
        .service(get(
            "/api/v1/people/erasures",
            web::get().to(person::get_erasures),
        ))
        .service(only(
            "/api/v1/people/merge",
            "POST",
            web::post().to(person::post_merge),
        ))
        .service(only(
            "/api/v1/people/undo-merge",
            "POST",
            web::post().to(person::post_undo),
        ))
        // For anyone: what programs may call.
        .service(get("/api/v1/openapi.json", web::get().to(openapi::openapi)))
        // For whoever runs the server: anyone, except where a token is set.
        .service(get("/healthz", web::get().to(operations::health)))
        .service(get("/readyz", web::get().to(operations::ready)))
        .service(get("/metrics", web::get().to(operations::metrics)))
        // Pages: a session, except for what leads to one.
        .route("/static/{name}", web::get().to(assets::file))
        .configure(pages::configure)
        .default_service(web::to(middleware::nothing));
}

/// What programs may only read.
fn get(path: &'static str, route: Route) -> Resource {
    only(path, "GET", route)
}

/// What programs may call in these ways; any other method is told which.
fn only(path: &'static str, allowed: &'static str, route: Route) -> Resource {
    web::resource(path)
        .route(route)
        .default_service(web::to(move || middleware::wrong_method(allowed)))
}
