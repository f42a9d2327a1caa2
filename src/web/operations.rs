//! For whoever runs the server: `/healthz`, `/readyz`, `/metrics`.

use std::sync::atomic::Ordering;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use serde_json::json;

use crate::app::App;
use crate::core::code::Code;
use crate::core::sketch::Sketch;
use crate::store::journal::reader;
use crate::store::machine;
use crate::web::extract;
use crate::web::problem::Problem;

/// `GET /healthz`: 200 while the process can keep its promises. Anyone.
pub async fn health(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    if !app.journal.is_alive() {
        return Err(Problem::new(Code::StorageFailed, "the journal has ended").retry_after(10));
    }
    Ok(HttpResponse::Ok().json(json!({ "status": "ok" })))
}

/// `GET /readyz`: 200 while requests should be sent here. Anyone.
pub async fn ready(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    if app.is_stopping.load(Ordering::Acquire) {
        return Err(Problem::new(Code::Stopping, "the server is stopping").retry_after(5));
    }
    if !app.journal.is_alive() {
        return Err(Problem::new(Code::StorageFailed, "the journal has ended").retry_after(10));
    }
    if !app.has_room.load(Ordering::Acquire) {
        return Err(Problem::new(Code::DiskFull, "the disk has too little room").retry_after(10));
    }
    Ok(HttpResponse::Ok().json(json!({ "status": "ready" })))
}

/// `GET /metrics`: Prometheus text. Anyone, or who holds `server.metrics_token` if that is set.
pub async fn metrics(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let app = extract::app(&request);
    let token = app.config.server.metrics_token.as_ref();
    let given = extract::bearer(&request).unwrap_or_default();
    if !token.is_none_or(|token| token.matches(given)) {
        return Err(Problem::new(
            Code::KeyMissing,
            "the metrics need the token of server.metrics_token",
        ));
    }
    let mut text = String::new();
    encode(&mut text, &registry(&app)).map_err(Problem::internal)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .body(text))
}

/// All figures as they are now. The parts count for themselves; this only names the counts.
fn registry(app: &App) -> Registry {
    let mut registry = Registry::with_prefix("analytics");
    let counter = |registry: &mut Registry, name: &str, help: &str, value: u64| {
        registry.register(name, help, ConstCounter::new(value));
    };
    let journal = app.journal.stats();
    let (accepted, reasons) = app.ingest_log.totals();
    counter(
        &mut registry,
        "events_accepted",
        "Events made durable since the start",
        accepted,
    );
    let refused = registry.sub_registry_with_prefix("events_refused");
    for (code, count) in reasons {
        let help = format!(
            "Events not kept since the start: {}",
            code.entry().title.trim_end_matches('.')
        );
        counter(refused, code.id(), &help, count);
    }
    let load = |value: &std::sync::atomic::AtomicU64| value.load(Ordering::Relaxed);
    counter(
        &mut registry,
        "journal_commits",
        "Group commits since the start",
        load(&journal.commits),
    );
    counter(
        &mut registry,
        "journal_bytes",
        "Bytes written to the journal since the start",
        load(&journal.bytes),
    );
    counter(
        &mut registry,
        "loaded_rows",
        "Events loaded into the engine since the start",
        load(&app.loader.stats().rows),
    );
    counter(
        &mut registry,
        "late_duplicates",
        "Duplicates found while loading since the start",
        load(&app.loader.stats().late_duplicates),
    );
    counter(
        &mut registry,
        "dead_letters",
        "Events that could not be loaded since the start",
        load(&app.loader.stats().dead_letters),
    );
    counter(
        &mut registry,
        "live_frames_computed",
        "Live frames computed since the start",
        app.hub.computations(),
    );

    let gauge = |registry: &mut Registry, name: &str, help: &str, value: f64| {
        registry.register(name, help, ConstGauge::new(value));
    };
    let next = app.journal.progress().next();
    let loaded = *app.loader.loaded().borrow();
    gauge(
        &mut registry,
        "queue_events",
        "Events waiting for the journal",
        app.journal.waiting() as f64,
    );
    gauge(
        &mut registry,
        "loader_lag_events",
        "Durable events not loaded yet",
        next.saturating_sub(loaded) as f64,
    );
    gauge(
        &mut registry,
        "live_viewers",
        "Connected live viewers",
        app.hub.viewers() as f64,
    );
    gauge(
        &mut registry,
        "ids_remembered",
        "Event ids remembered against duplicates",
        journal.ids.load(Ordering::Relaxed) as f64,
    );
    gauge(
        &mut registry,
        "ids_bytes",
        "Memory of the remembered ids",
        journal.ids_bytes.load(Ordering::Relaxed) as f64,
    );
    gauge(
        &mut registry,
        "resident_memory_bytes",
        "Resident memory of the process",
        machine::resident_bytes() as f64,
    );
    let file_bytes = |path| std::fs::metadata(path).map_or(0, |m| m.len()) as f64;
    gauge(
        &mut registry,
        "database_bytes",
        "Size of the database file",
        file_bytes(app.folder.database()),
    );
    gauge(
        &mut registry,
        "database_log_bytes",
        "Size of the database's own log",
        app.engine.wal_bytes() as f64,
    );
    gauge(
        &mut registry,
        "journal_disk_bytes",
        "Size of the journal on disk",
        reader::disk_bytes(&app.folder.journal()).unwrap_or(0) as f64,
    );
    gauge(
        &mut registry,
        "disk_free_bytes",
        "Free bytes on the data folder's disk",
        app.folder.free_bytes().unwrap_or(0) as f64,
    );
    let uptime = app.clock.now().duration_since(app.started).as_secs_f64();
    gauge(
        &mut registry,
        "uptime_seconds",
        "Seconds since the start",
        uptime,
    );
    for (name, help, sketch) in [
        ("commit", "a group commit", journal.commit_ms.lock().clone()),
        ("query", "a query", app.engine.query_ms()),
        (
            "load",
            "a load into the engine",
            app.loader.stats().load_ms.lock().clone(),
        ),
        (
            "checkpoint",
            "a checkpoint",
            app.loader.stats().checkpoint_ms.lock().clone(),
        ),
    ] {
        quantiles(&mut registry, name, help, &sketch);
    }
    registry
}

fn quantiles(registry: &mut Registry, name: &str, help: &str, sketch: &Sketch) {
    registry.register(
        format!("{name}_count"),
        format!("How often {help} happened"),
        ConstCounter::new(sketch.len()),
    );
    for (label, p) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        let seconds = sketch.quantile(p).unwrap_or(0.0) / 1000.0;
        let help = format!("Seconds of {help}, {label} since the start");
        registry.register(
            format!("{name}_{label}_seconds"),
            help,
            ConstGauge::new(seconds),
        );
    }
}
