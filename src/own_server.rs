//! A server for a command to ask: the one that works on the data folder, or one that is started for the command's time.
//!
//! So a command works while the server runs and while it does not, through the same interface as any program. Its key
//! is made for it and ends with it.

use std::sync::Arc;

use anyhow::Context;

use crate::app::App;
use crate::config::Config;
use crate::core::clock::Clock;
use crate::core::project_id::ProjectId;
use crate::data_folder::DataFolder;
use crate::store::control::audit::Actor;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::{Control, ControlOptions};
use crate::web::server;

/// What the key is for, and whose.
#[derive(Clone, Debug)]
pub struct Errand<'a> {
    /// The name of the key in the list of keys.
    pub name: String,
    /// The short name of the project; without it, the first one.
    pub project: Option<&'a str>,
}

/// A server that answers.
#[derive(Clone, Debug)]
pub struct OwnServer {
    /// Where, with its base path.
    pub url: String,
    /// An admin key of the project.
    pub key: String,
    /// The project.
    pub project: ProjectId,
}

/// Does `work` with the server of the data folder. To be called within a `System` of actix.
///
/// # Errors
/// If no server can be reached or started, the project is not known, or `work` fails.
pub async fn with_server<T>(
    config: Config,
    errand: Errand<'_>,
    work: impl AsyncFnOnce(OwnServer) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let folder = DataFolder::open(&config.server.data_dir)?;
    let Some(url) = folder.server_url()? else {
        return started(config, errand, work).await;
    };
    let opened = Control::open_with(folder.root(), Clock::System, ControlOptions::default()).await;
    let control = opened.context("cannot open the control store")?;
    let done = with_key(&control, url, errand, work).await;
    control.close().await?;
    done
}

async fn started<T>(
    config: Config,
    errand: Errand<'_>,
    work: impl AsyncFnOnce(OwnServer) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let listener =
        server::bind(([127, 0, 0, 1], 0).into()).context("cannot listen on this machine")?;
    let program = std::env::current_exe().context("cannot find our own program")?;
    let (app, _) = App::build(config, Clock::System, Some(program)).await?;
    let listening = server::start(&app, listener).context("cannot serve")?;
    let base = app.config.server.base_path.as_str();
    let url = format!("http://{}{base}", listening.address);
    let handle = listening.handle();
    let serving = actix_web::rt::spawn(listening.run());
    let done = with_key(&app.control, url, errand, work).await;
    handle.stop(true).await;
    let _served = serving.await;
    let stopping = Arc::clone(&app);
    tokio::task::spawn_blocking(move || stopping.stop()).await?;
    app.control.close().await?;
    done
}

async fn with_key<T>(
    control: &Control,
    url: String,
    errand: Errand<'_>,
    work: impl AsyncFnOnce(OwnServer) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let name: String = errand.name.chars().take(60).collect();
    let made = control
        .create_key(errand.project, KeyKind::Admin, &name, Actor::Terminal)
        .await?;
    let server = OwnServer {
        url,
        key: made.token.reveal().to_owned(),
        project: made.key.project,
    };
    let done = work(server).await;
    control
        .revoke_key(made.key.id, Actor::Terminal)
        .await
        .context("the command's key could not be revoked")?;
    done
}
