//! Our own log: to standard error, as text or JSON.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::{self, PanicHookInfo};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Server};

/// Starts logging as configured, panics too. A second call changes nothing.
pub fn start(settings: &Server) {
    let filter = EnvFilter::try_new(&settings.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours are for people: in a file they are noise that no search expects.
        .with_ansi(std::io::stderr().is_terminal());
    let _already_started = match settings.log_format {
        LogFormat::Text => builder.with_target(false).compact().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    panic::set_hook(Box::new(log_panic));
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    let trace = Backtrace::capture();
    let trace = (trace.status() == BacktraceStatus::Captured).then_some(trace);
    tracing::error!(
        place = panic.location().map(tracing::field::display),
        trace = trace.map(tracing::field::display),
        "panicked: {}",
        text.unwrap_or("no text")
    );
}
