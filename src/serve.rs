//! `analytics serve`: start, say where, serve, stop in order.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, Welcome};
use crate::cli;
use crate::config::Config;
use crate::core::clock::Clock;
use crate::demo::live;
use crate::store::control::password::Password;
use crate::store::control::person::NewPerson;
use crate::web::server;

/// Serves until a signal asks to stop; with the demo, if that is wanted.
///
/// # Errors
/// If the folder, the address or the database cannot be used.
pub fn run(config: Config, with_demo: bool) -> anyhow::Result<()> {
    raise_file_limit();
    actix_web::rt::System::with_tokio_rt(|| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(2)
            .thread_name("async")
            .build()
            .expect("the system gives threads to a process that has just started")
    })
    .block_on(serve(config, with_demo))
}

async fn serve(config: Config, with_demo: bool) -> anyhow::Result<()> {
    let wanted = config.server.listen;
    // First the address: a second server by mistake should not touch the data.
    let listener = server::bind(wanted).with_context(|| {
        format!("cannot listen on {wanted}; choose another address with --listen")
    })?;
    let program = std::env::current_exe().context("cannot find our own program")?;
    let (app, mut welcome) = App::build(config, Clock::System, Some(program)).await?;
    if create_administrator(&app).await? {
        welcome.setup_token = None;
    }
    let listening = server::start(&app, listener).context("cannot serve")?;
    let url = format!(
        "http://{}{}",
        reachable(listening.address),
        app.config.server.base_path.as_str()
    );
    app.announce(&format!("listening on {url}"));
    app.start_background();
    let demo = with_demo.then(|| live::start(&app));
    greet(&app, &welcome, &url, listening.address)?;

    let handle = listening.handle();
    let serving = actix_web::rt::spawn(listening.run());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut journal_look = tokio::time::interval(Duration::from_millis(200));
    let failed = loop {
        tokio::select! {
            _ = terminate.recv() => break false,
            _ = interrupt.recv() => break false,
            _ = journal_look.tick() => if !app.journal.is_alive() { break true },
        }
    };
    tracing::info!("stopping: no new requests, then what is acknowledged is stored");
    app.is_stopping.store(true, Ordering::Release);
    handle.stop(true).await;
    let _served = serving.await;
    if let Some(demo) = demo {
        let _ended = demo.await;
    }
    let stopping = Arc::clone(&app);
    tokio::task::spawn_blocking(move || stopping.stop()).await?;
    app.control.close().await?;
    if failed {
        bail!(
            "the journal failed; nothing acknowledged is lost, but no event can be accepted (see the log)"
        );
    }
    Ok(())
}

/// Takes as many open files as the system allows. Each viewer is one, and service managers start programs with a
/// thousand, out of respect for `select`, which nothing here uses.
fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// Creates the first administrator from the environment, if nobody can log in yet.
async fn create_administrator(app: &App) -> anyhow::Result<bool> {
    let (Ok(email), Ok(password)) = (
        std::env::var("ANALYTICS_ADMIN_EMAIL"),
        std::env::var("ANALYTICS_ADMIN_PASSWORD"),
    ) else {
        return Ok(false);
    };
    let name = email.split('@').next().unwrap_or_default().to_owned();
    let person = NewPerson {
        email,
        name,
        password: Password::typed(&password),
    };
    let made = app.control.create_first_administrator(&person).await;
    let made = made.context("ANALYTICS_ADMIN_EMAIL and ANALYTICS_ADMIN_PASSWORD cannot be used")?;
    Ok(made.is_some())
}

fn greet(app: &App, welcome: &Welcome, url: &str, address: SocketAddr) -> anyhow::Result<()> {
    let mut text = format!("listening on http://{address}\n");
    if let Some(token) = &welcome.setup_token {
        text.push_str(&format!("set-up link (once): {url}/setup?token={token}\n"));
    }
    if let Some(made) = &welcome.ingest_key {
        text.push_str(&format!("ingest key: {}\n", made.token.reveal()));
    }
    text.push_str(&format!("data folder: {}\n", app.folder.root().display()));
    cli::print(&text)?;
    Ok(())
}

/// The address under which a client on this machine reaches a server that may listen on all of them.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    address
}

/// Asks the server at the configured address whether it is well.
///
/// # Errors
/// If it is not, or does not answer within two seconds.
pub fn healthcheck(config: &Config) -> anyhow::Result<()> {
    let address = reachable(config.server.listen);
    let patience = Duration::from_secs(2);
    let mut stream =
        TcpStream::connect_timeout(&address, patience).context("the server does not answer")?;
    stream.set_read_timeout(Some(patience))?;
    let path = format!("{}/healthz", config.server.base_path.as_str());
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => bail!(
            "the server is not well: {}",
            answer.lines().next().unwrap_or("no answer")
        ),
    }
}
