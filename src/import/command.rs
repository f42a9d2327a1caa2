//! `analytics import`: the rows go to the server of the data folder, or to one elsewhere.

use std::process::ExitCode;

use crate::cli;
use crate::config::Config;
use crate::import::report::ImportReport;
use crate::import::{self, ImportOptions, Target};
use crate::own_server::{self, Errand};

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
    let states = config.server.data_dir.join("imports");
    let file = options.file.file_name().unwrap_or_default();
    let errand = Errand {
        name: format!("import of {}", file.to_string_lossy()),
        project,
    };
    own_server::with_server(config, errand, async |server| {
        let target = Target {
            url: server.url,
            key: server.key,
            state_folder: Some(states.join(server.project.get().to_string())),
        };
        import::run(options, target).await
    })
    .await
}
