//! `analytics import`: finds or starts the server that takes the rows, and gives the import a key for its time.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use crate::app::App;
use crate::cli;
use crate::config::Config;
use crate::core::clock::Clock;
use crate::data_folder::DataFolder;
use crate::import::report::ImportReport;
use crate::import::{self, ImportOptions, Target};
use crate::store::control::audit::Actor;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::{Control, ControlOptions};
use crate::web::server;

/// Runs the command. `remote` is the address and key of a server elsewhere.
///
/// # Errors
/// If the file cannot be read, the server cannot be reached or started, or the project is not known.
pub fn run(
    config: Config,
    options: ImportOptions,
    remote: Option<(String, String)>,
    project: Option<String>,
) -> anyhow::Result<ExitCode> {
    let report = actix_web::rt::System::new().block_on(async {
        match remote {
            _ if options.dry_run => import::dry_run(options).await,
            Some((url, key)) => {
                let url = url.trim_end_matches('/').to_owned();
                let server: String = url
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                    .collect();
                let state_folder = Some(config.server.data_dir.join("imports").join(server));
                import::run(
                    options,
                    Target {
                        url,
                        key,
                        state_folder,
                    },
                )
                .await
            }
            None => into_folder(config, options, project.as_deref()).await,
        }
    })?;
    cli::print(&report.to_string())?;
    let failed = report.rows > 0 && report.rejected == report.rows;
    Ok(ExitCode::from(u8::from(failed)))
}

/// Sends the rows to the server that works on the data folder, or to one that is started for the import.
async fn into_folder(
    config: Config,
    options: ImportOptions,
    project: Option<&str>,
) -> anyhow::Result<ImportReport> {
    let folder = DataFolder::open(&config.server.data_dir)?;
    let Some(url) = folder.server_url()? else {
        let listener =
            server::bind(([127, 0, 0, 1], 0).into()).context("cannot listen on this machine")?;
        let program = std::env::current_exe().context("cannot find our own program")?;
        let (app, _) = App::build(config, Clock::System, Some(program)).await?;
        let listening = server::start(&app, listener).context("cannot serve")?;
        let url = format!(
            "http://{}{}",
            listening.address,
            app.config.server.base_path.as_str()
        );
        let handle = listening.handle();
        let serving = actix_web::rt::spawn(listening.run());
        let done = with_key(&app.control, &folder, url, options, project).await;
        handle.stop(true).await;
        let _served = serving.await;
        let stopping = Arc::clone(&app);
        tokio::task::spawn_blocking(move || stopping.stop()).await?;
        app.control.close().await?;
        return done;
    };
    let opened = Control::open_with(folder.root(), Clock::System, ControlOptions::default()).await;
    let control = opened.context("cannot open the control store")?;
    let done = with_key(&control, &folder, url, options, project).await;
    control.close().await?;
    done
}

/// Imports with an admin key of its own, which ends with the import.
async fn with_key(
    control: &Control,
    folder: &DataFolder,
    url: String,
    options: ImportOptions,
    project: Option<&str>,
) -> anyhow::Result<ImportReport> {
    let name = format!(
        "import of {}",
        options
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
    );
    let name: String = name.chars().take(60).collect();
    let made = control
        .create_key(project, KeyKind::Admin, &name, Actor::Terminal)
        .await?;
    let target = Target {
        url,
        key: made.token.reveal().to_owned(),
        state_folder: Some(
            folder
                .root()
                .join("imports")
                .join(made.key.project.get().to_string()),
        ),
    };
    let done = import::run(options, target).await;
    control
        .revoke_key(made.key.id, Actor::Terminal)
        .await
        .context("the import's key could not be revoked")?;
    done
}
