//! Every route on one screen.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

use crate::web::{analysis, api, assets, collect, live, middleware, operations, pages, query};

/// All routes, below the base path. The script for pages is at `snippet`.
pub fn all(config: &mut ServiceConfig, snippet: &str) {
    let preflight = || web::method(Method::OPTIONS).to(collect::preflight);
    config
        // Events in: an ingest or admin key. The script sends them to where it came from.
        .service(
            web::resource("/v1/events")
                .route(web::post().to(collect::events))
                .route(preflight()),
        )
        .service(
            web::resource(snippet)
                .route(web::get().to(assets::snippet))
                .route(web::head().to(assets::snippet))
                .route(web::post().to(collect::events))
                .route(preflight()),
        )
        .route("/v1/pixel.gif", web::get().to(collect::pixel))
        // Answers out: a read or admin key, or a session.
        .route("/v1/ingest/log", web::get().to(api::ingest_log))
        .route("/api/v1/summary", web::get().to(api::summary))
        .route("/api/v1/query", web::get().to(query::query))
        .route("/api/v1/catalogue", web::get().to(query::catalogue))
        .route("/api/v1/funnel", web::get().to(analysis::funnel))
        .route("/api/v1/retention", web::get().to(analysis::retention))
        .route("/api/v1/heatmap", web::get().to(analysis::heatmap))
        .route("/api/v1/journeys", web::get().to(analysis::journeys))
        .route("/ws/live", web::get().to(live::stream))
        // For whoever runs the server: anyone, except where a token is set.
        .route("/healthz", web::get().to(operations::health))
        .route("/readyz", web::get().to(operations::ready))
        .route("/metrics", web::get().to(operations::metrics))
        // Pages: a session, except for what leads to one.
        .route("/static/{name}", web::get().to(assets::file))
        .configure(pages::configure)
        .default_service(web::to(middleware::nothing));
}
