//! `analytics demo`: fills the demo project or removes it, whether the server runs or not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::app::App;
use crate::cli;
use crate::config::Config;
use crate::core::clock::Clock;
use crate::data_folder::DataFolder;
use crate::demo::fill::{self, Filled, Held, Target};
use crate::demo::project::{self, Demo, Wish};
use crate::demo::remove;
use crate::demo::rhythm::DAY_MS;
use crate::demo::setup;
use crate::demo::world::World;
use crate::import::progress::Progress;
use crate::import::send::Sender;
use crate::store::control::audit::Actor;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::{Control, ControlOptions};

/// Longest wait for a running server to erase what was removed.
const ERASE_PATIENCE: Duration = Duration::from_secs(120);
/// Time between two looks whether it has.
const LOOK: Duration = Duration::from_millis(100);

/// What `analytics demo` can be told.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoOptions {
    /// Draw everything from this seed; the same seed gives the same people and events. Without it the seed is 1.
    #[arg(long, value_name = "SEED", conflicts_with = "remove")]
    pub seed: Option<u64>,
    /// Days of history to make, ending today. Without it there are 90.
    #[arg(long, value_name = "DAYS", conflicts_with = "remove", value_parser = clap::value_parser!(u32).range(1..=730))]
    pub days: Option<u32>,
    /// Remove the demo project with all of its events, for good. Nothing else is touched.
    #[arg(long)]
    pub remove: bool,
}

/// Runs the command.
///
/// # Errors
/// If the data folder cannot be used, or the demo cannot be made as wished, filled or removed.
pub fn run(config: Config, options: &DemoOptions) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()?;
    let text = runtime.block_on(async {
        let folder = DataFolder::open(&config.server.data_dir)?;
        match folder.server_url()? {
            Some(url) => with_server(&folder, url, options).await,
            None => alone(config, options).await,
        }
    })?;
    cli::print(&text)?;
    Ok(())
}

/// On a folder that nobody else works with: through the pipeline and the journal, in this process.
async fn alone(config: Config, options: &DemoOptions) -> anyhow::Result<String> {
    let program = std::env::current_exe().context("cannot find our own program")?;
    let (app, welcome) = App::build(config, Clock::System, Some(program)).await?;
    let done = if options.remove {
        match remove_project(&app.control).await {
            Ok(text) => remove::erase_removed(&app).await.map(|()| text),
            Err(error) => Err(error),
        }
    } else {
        let control = app.control.clone();
        fill_project(&control, options, |demo| {
            Ok(Target::Here {
                app: Arc::clone(&app),
                project: Arc::clone(&demo.project),
            })
        })
        .await
    };
    let stopping = Arc::clone(&app);
    tokio::task::spawn_blocking(move || stopping.stop()).await?;
    app.control.close().await?;
    let mut text = done?;
    if let Some(made) = welcome.ingest_key {
        // The folder is new, and a key is shown only once.
        let key = made.token.reveal();
        text.push_str(&format!("ingest key of your first project: {key}\n"));
    }
    Ok(text)
}

/// On the folder of a running server: over HTTP, with a key of its own that ends with the filling.
async fn with_server(
    folder: &DataFolder,
    url: String,
    options: &DemoOptions,
) -> anyhow::Result<String> {
    let opened = Control::open_with(folder.root(), Clock::System, ControlOptions::default()).await;
    let control = opened.context("cannot open the control store")?;
    let done = if options.remove {
        match remove_project(&control).await {
            Ok(text) => erased_by_server(&control).await.map(|()| text),
            Err(error) => Err(error),
        }
    } else {
        fill_over_http(&control, url, options).await
    };
    control.close().await?;
    done
}

async fn fill_over_http(
    control: &Control,
    url: String,
    options: &DemoOptions,
) -> anyhow::Result<String> {
    let demo =
        project::ensure(control, wish(options), Clock::System.now(), Actor::Terminal).await?;
    let slug = demo.project.slug.clone();
    let made = control
        .create_key(
            Some(&slug),
            KeyKind::Admin,
            "filling of the demo",
            Actor::Terminal,
        )
        .await?;
    let key = made.token.reveal().to_owned();
    let done = fill_project(control, options, |_| {
        Ok(Target::Server {
            sender: Sender::new(&url, &key)?,
            progress: Progress::hidden(),
            url: url.clone(),
            key: key.clone(),
        })
    })
    .await;
    control
        .revoke_key(made.key.id, Actor::Terminal)
        .await
        .context("the key of the filling could not be revoked")?;
    done
}

/// Fills the demo up to the present.
async fn fill_project(
    control: &Control,
    options: &DemoOptions,
    target: impl FnOnce(&Demo) -> anyhow::Result<Target>,
) -> anyhow::Result<String> {
    let now = Clock::System.now();
    let demo = project::ensure(control, wish(options), now, Actor::Terminal).await?;
    let target = target(&demo)?;
    let held = target.held().await?;
    let mut stream = fill::missing(World::new(demo.settings()), held);
    let (from, until) = (stream.next_at(), now.as_millisecond());
    let progress = Progress::of((until - from).max(1) as u64);
    let filled = fill::fill(&mut stream, until, &target, |at| {
        let days = (at - from) / DAY_MS;
        progress.reached(
            (at - from).max(0) as u64,
            format!("{days} days of the demo"),
        );
        true
    })
    .await;
    progress.finish();
    let (filled, held) = (filled?, target.held().await?);
    setup::set_up(control, &demo, &target, now, Actor::Terminal).await?;
    Ok(report(&demo, filled, held))
}

fn report(demo: &Demo, filled: Filled, held: Held) -> String {
    format!(
        "the project `{}` holds {} events made from the seed {}; {} are new\n",
        demo.project.slug, held.events, demo.origin.seed, filled.accepted
    )
}

fn wish(options: &DemoOptions) -> Wish {
    Wish {
        seed: options.seed,
        days: options.days,
    }
}

async fn remove_project(control: &Control) -> anyhow::Result<String> {
    let Some(demo) = project::find(control) else {
        bail!("there is no demo project to remove");
    };
    control
        .remove_demo_project(demo.project.id, Actor::Terminal)
        .await?;
    Ok(format!(
        "removed the demo project `{}` and all of its events\n",
        demo.project.slug
    ))
}

/// Waits until the server has erased the events of all removed projects.
async fn erased_by_server(control: &Control) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let removed = control.removed_projects().await?;
        if removed.iter().all(|one| one.erased_at.is_some()) {
            return Ok(());
        }
        if began.elapsed() > ERASE_PATIENCE {
            bail!(
                "the demo project is removed, but the server has not erased its events within {} s; it does so as soon as it can, at the latest at its next start",
                ERASE_PATIENCE.as_secs()
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}
