//! The composition root: every part is made here, in order, and stopped here, in order.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;
use jiff::{Timestamp, tz::TimeZone};

use crate::budget::board::{self, Board};
use crate::config::Config;
use crate::core::clock::Clock;
use crate::core::limits;
use crate::data_folder::{DataFolder, FolderLock};
use crate::demo::remove;
use crate::ingest::enrich::geo::Countries;
use crate::ingest::enrich::preview::Preview;
use crate::ingest::enrich::user_agent::AgentReader;
use crate::ingest::enrich::visitor::DailySalts;
use crate::ingest::log::IngestLog;
use crate::ingest::pipeline::{Pipeline, PipelineSettings, ProjectRules};
use crate::ingest::request::Requests;
use crate::ingest::session::Sessions;
use crate::live::hub::Hub;
use crate::live::rebuild;
use crate::people::erasures;
use crate::people::segment::cache::Cache as SegmentCache;
use crate::prices;
use crate::pricing::books::PriceBooks;
use crate::query::answers::Answers;
use crate::recover;
use crate::store::control::audit::Actor;
use crate::store::control::key::NewKey;
use crate::store::control::project::Project;
use crate::store::control::project_draft::PreviewMode;
use crate::store::control::throttle::ThrottleLimits;
use crate::store::control::{Control, ControlOptions};
use crate::store::duplicate::Duplicates;
use crate::store::engine::{Engine, EngineSettings};
use crate::store::erase::Erasures;
use crate::store::journal::reader::{self, Damage};
use crate::store::journal::writer::{Journal, JournalParts};
use crate::store::journal::{JournalSettings, Progress};
use crate::store::loader::{Loader, LoaderSettings};
use crate::store::zones::Zones;
use crate::store::{machine, seen};
use crate::web::rate::RateLimits;
use crate::web::view::assets::Assets;

/// How long a start waits for the journal's tail to be loaded before it says so and goes on waiting.
const REPLAY_PATIENCE: Duration = Duration::from_secs(30);

/// Seconds between two looks for events that came too late for the live figures.
const LATE_LOOK_S: u64 = 60;

/// Everything that runs.
pub struct App {
    /// The configuration as loaded.
    pub config: Config,
    /// The clock.
    pub clock: Clock,
    /// Paths.
    pub folder: DataFolder,
    /// Projects, people, keys.
    pub control: Control,
    /// The analytical engine.
    pub engine: Arc<Engine>,
    /// The journal.
    pub journal: Journal,
    /// The loader.
    pub loader: Loader,
    /// The zone of each project, for the roll-ups.
    pub zones: Arc<Zones>,
    /// Live figures.
    pub hub: Arc<Hub>,
    /// From JSON to accepted events.
    pub pipeline: Arc<Pipeline>,
    /// Why events are missing.
    pub ingest_log: IngestLog,
    /// How budgets stand.
    pub budgets: Board,
    /// The people of segments as they were last found.
    pub segments: Arc<SegmentCache>,
    /// Answers as they were last given.
    pub answers: Arc<Answers>,
    /// Limits on requests.
    pub rates: RateLimits,
    /// Whether the disk has room for more.
    pub has_room: AtomicBool,
    /// Names of the built files.
    pub assets: Arc<Assets>,
    /// When this process started.
    pub started: Timestamp,
    /// Whether the server has begun to stop.
    pub is_stopping: AtomicBool,
    /// What was wrong with the journal at the start.
    pub damage: Vec<Damage>,
    /// Whether pages show the demo unless they are asked for another project.
    pub shows_demo_first: AtomicBool,
    /// Removed projects whose events this process has erased.
    pub erased: tokio::sync::Mutex<HashSet<u32>>,
    /// Held by whoever brings re-pricings to their end, so that none is done twice.
    pub repricing: tokio::sync::Mutex<()>,
    /// Held while people are erased, so that each is erased and noted once.
    pub erasing: tokio::sync::Mutex<()>,
    _lock: parking_lot::Mutex<FolderLock>,
}

/// What a start gives besides the running parts: shown once, on the terminal.
pub struct Welcome {
    /// The first ingest key, if it was made now.
    pub ingest_key: Option<NewKey>,
    /// The token of the set-up link, while nobody can log in.
    pub setup_token: Option<String>,
}

impl App {
    /// Opens the data folder, recovers what a crash left, and starts every part.
    ///
    /// `program` is our own executable, for the look at an unclean database in a process of its own;
    /// without it the database is opened directly.
    ///
    /// # Errors
    /// If the folder is in use or unwritable, or the database cannot be opened.
    pub async fn build(
        config: Config,
        clock: Clock,
        program: Option<PathBuf>,
    ) -> anyhow::Result<(Arc<App>, Welcome)> {
        let started = clock.now();
        let folder = DataFolder::open(&config.server.data_dir)?;
        let lock = folder.lock()?;
        if let Some(program) = program {
            recover::before_open(&program, &folder)?;
        }

        let control = open_control(&config, &folder, clock.clone()).await?;
        // Before the live figures are made: they should know the first project from its first event on.
        control.ensure_project(Actor::Server).await?;
        let engine_settings = engine_settings(&config, &folder);
        let opened = tokio::task::spawn_blocking(move || Engine::open(engine_settings)).await?;
        let engine = Arc::new(
            opened.with_context(|| format!("cannot open {}", folder.database().display()))?,
        );

        let loaded = engine.next_seq()?;
        let found = reader::inspect(&folder.journal(), &folder.quarantine(), loaded)
            .context("cannot read the journal")?;
        let next_seq = found.next_seq.max(loaded);
        let progress = Progress::starting_at(next_seq);
        let parts = JournalParts::new(Arc::clone(&progress));
        let removed = control.removed_projects().await?;
        let erasures = Arc::new(Erasures::of(removed.iter().map(|one| one.id.get())));
        let zones = Arc::new(Zones::default());
        for project in control.directory().all_projects() {
            zones.set(project.id.get(), &project.time_zone);
        }
        let loader = Loader::start(
            loader_settings(&config, &folder, erasures),
            Arc::clone(&engine),
            Arc::clone(&progress),
            Arc::clone(&parts.stats),
            Arc::clone(&zones),
            clock.clone(),
        )?;
        while !loader.barrier(next_seq, REPLAY_PATIENCE).await {
            tracing::warn!(loaded, next_seq, "still loading what the journal holds");
        }

        let since = started.as_microsecond() - limits::DUPLICATE_WINDOW_US;
        let duplicates = remembered(&engine, &config, since).await?;
        let hub = Hub::start(clock.clone(), &config.live)?;
        let pipeline = Arc::new(pipeline(
            &config,
            prices::in_force(&config, &control).await?,
        )?);
        for project in control.directory().all_projects() {
            hub.configure(&project);
        }
        rebuild::from_store(
            &hub,
            &engine,
            &pipeline.sessions,
            &control.directory().all_projects(),
            started,
        )
        .await?;
        let journal = Journal::start(
            journal_settings(&config, &folder),
            parts,
            duplicates,
            hub.observer(),
        )
        .context("cannot start the journal")?;

        let welcome = welcome(&control).await?;
        let assets = Assets::from_manifest(include_str!("../static/dist/manifest.json"))
            .context("the page bundle is broken")?;
        let app = Arc::new(App {
            budgets: Board::default(),
            segments: Arc::default(),
            answers: Arc::new(Answers::new(config.storage.answer_age)),
            rates: RateLimits::new(&config.ingest),
            ingest_log: IngestLog::new(config.ingest.log_entries),
            has_room: AtomicBool::new(true),
            is_stopping: AtomicBool::new(false),
            assets: Arc::new(assets),
            damage: found.damage,
            shows_demo_first: AtomicBool::new(false),
            erased: tokio::sync::Mutex::default(),
            erasing: tokio::sync::Mutex::default(),
            repricing: tokio::sync::Mutex::default(),
            _lock: parking_lot::Mutex::new(lock),
            config,
            clock,
            folder,
            control,
            engine,
            journal,
            loader,
            zones,
            hub,
            pipeline,
            started,
        });
        app.renew_salts().await;
        app.look_at_disk();
        Ok((app, welcome))
    }

    /// Starts what repeats: ticks, salts, disk, changes made by other processes.
    pub fn start_background(self: &Arc<App>) {
        tokio::spawn(Arc::clone(&self.hub).run(self.config.live.tick));
        tokio::spawn(self.control.clone().follow());
        tokio::spawn(board::follow(Arc::clone(self)));
        let app = Arc::clone(self);
        tokio::spawn(async move {
            // Those that the last stop or crash has left.
            if let Err(error) = prices::reprice_asked(&app).await {
                tracing::warn!(%error, "calls could not be priced anew; the next start goes on with it");
            }
        });
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let mut seconds = 0u64;
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                seconds += 1;
                app.look_at_disk();
                if let Err(error) = remove::erase_removed(&app).await {
                    tracing::warn!(%error, "removed projects could not be erased; it will be tried again");
                }
                if let Err(error) = erasures::erase_asked(&app).await {
                    tracing::warn!(%error, "people could not be erased; it will be tried again");
                }
                for project in app.control.directory().all_projects() {
                    app.hub.configure(&project);
                    app.zones.set(project.id.get(), &project.time_zone);
                }
                if seconds.is_multiple_of(LATE_LOOK_S) {
                    app.count_late().await;
                }
                if seconds.is_multiple_of(600) {
                    app.renew_salts().await;
                    app.rates.forget_idle();
                }
                if seconds.is_multiple_of(24 * 3600)
                    && let Err(error) = app.control.purge().await
                {
                    tracing::warn!(%error, "old sessions and salts could not be removed");
                }
            }
        });
    }

    /// Stops in the order that loses nothing: commit what waits, load it, write it into the file.
    /// The caller has stopped accepting requests. Blocks.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.journal.close();
        self.loader.join();
        self.engine.close();
        tracing::info!("everything acknowledged is stored; stopped");
    }

    /// Writes where the server listens into the lock file.
    pub fn announce(&self, text: &str) {
        if let Err(error) = self._lock.lock().announce(text) {
            tracing::warn!(%error, "the lock file could not be written");
        }
    }

    /// The rules of a project for the pipeline.
    pub fn rules(&self, project: &Project) -> ProjectRules {
        ProjectRules {
            project: project.id.get(),
            preview: match project.preview.mode {
                PreviewMode::Off => Preview::Off,
                PreviewMode::Truncated => Preview::Truncated {
                    characters: project.preview.characters as usize,
                },
                PreviewMode::Full => Preview::Full,
            },
            mask: project.preview.is_masked,
            visitors: project.counts_visitors,
            currency: project.currency.clone(),
        }
    }

    /// Makes sure that today and tomorrow have a salt for the visitor hash.
    pub async fn renew_salts(&self) {
        let today = self.clock.now().to_zoned(TimeZone::UTC).date();
        let mut salts = DailySalts::default();
        for day in [today.yesterday(), Ok(today), today.tomorrow()]
            .into_iter()
            .flatten()
        {
            match self.control.visitor_salt(day).await {
                Ok(salt) => {
                    salts.add(day, salt);
                }
                Err(error) => {
                    tracing::warn!(%error, "there is no salt for visitors; they are not counted")
                }
            }
        }
        self.pipeline.salts.store(Arc::new(salts));
    }

    /// Counts again who was active, where events came too late to be counted as they came.
    async fn count_late(&self) {
        let acknowledged = self.journal.progress().next();
        if !self.loader.barrier(acknowledged, REPLAY_PATIENCE).await {
            return;
        }
        if let Err(error) = rebuild::late(&self.hub, &self.engine, self.clock.now()).await {
            tracing::warn!(%error, "who was active before could not be counted again");
        }
    }

    fn look_at_disk(&self) {
        let enough = match self.folder.free_bytes() {
            Ok(free) => free >= self.config.storage.free_space_min_bytes,
            Err(error) => {
                tracing::warn!(%error, "the free space cannot be told");
                true
            }
        };
        if self.has_room.swap(enough, Ordering::AcqRel) != enough {
            let min = self.config.storage.free_space_min_bytes;
            match enough {
                true => tracing::info!("the disk has room again; events are accepted"),
                false => tracing::error!(
                    min,
                    "the disk has too little room; events are refused until it has more"
                ),
            }
        }
    }
}

async fn open_control(
    config: &Config,
    folder: &DataFolder,
    clock: Clock,
) -> anyhow::Result<Control> {
    let options = ControlOptions {
        session_lifetime: config.auth.session,
        password_length_min: config.auth.password_length_min,
        throttle: ThrottleLimits {
            attempts_per_account: config.auth.login_attempts_per_account as usize,
            attempts_per_address: config.auth.login_attempts_per_address as usize,
            window: config.auth.login_window,
        },
    };
    Control::open_with(folder.root(), clock, options)
        .await
        .context("cannot open the control store")
}

async fn welcome(control: &Control) -> anyhow::Result<Welcome> {
    let ingest_key = control.ensure_ingest_key().await?;
    let setup_token = control
        .renew_setup_link()
        .await?
        .map(|token| token.reveal().to_owned());
    Ok(Welcome {
        ingest_key,
        setup_token,
    })
}

/// The ids of the last seven days, as many as fit.
async fn remembered(engine: &Engine, config: &Config, since: i64) -> anyhow::Result<Duplicates> {
    let mut duplicates = Duplicates::new(config.ingest.duplicate_ids_max);
    seen::fill(engine, &mut duplicates, since).await?;
    Ok(duplicates)
}

fn pipeline(config: &Config, prices: PriceBooks) -> anyhow::Result<Pipeline> {
    let countries = match &config.privacy.country_file {
        Some(path) => Countries::from_file(path)?,
        None => Countries::embedded(),
    };
    Ok(Pipeline {
        settings: PipelineSettings {
            drop_bots: config.ingest.drop_bots,
            honour_dnt: config.ingest.honour_dnt,
            clock_skew_us: i64::try_from(config.ingest.clock_skew.as_micros()).unwrap_or(i64::MAX),
            late_us: i64::try_from(config.ingest.late.as_micros()).unwrap_or(i64::MAX),
        },
        prices: ArcSwap::from_pointee(prices),
        agents: AgentReader::new(),
        countries,
        sessions: Sessions::default(),
        requests: Requests::default(),
        salts: ArcSwap::default(),
    })
}

/// How the engine is opened with this configuration.
pub fn engine_settings(config: &Config, folder: &DataFolder) -> EngineSettings {
    EngineSettings {
        file: folder.database(),
        temp_folder: folder.temp(),
        temp_mb: config.storage.temp_bytes >> 20,
        memory_mb: config
            .storage
            .memory_bytes
            .unwrap_or_else(machine::engine_memory_bytes)
            >> 20,
        threads: config.storage.threads.unwrap_or_else(machine::cores),
        readers: config.storage.readers,
        query_timeout: config.storage.query_timeout,
    }
}

fn journal_settings(config: &Config, folder: &DataFolder) -> JournalSettings {
    JournalSettings {
        folder: folder.journal(),
        segment_bytes: config.storage.journal_segment_bytes,
        commit_wait: config.ingest.commit_wait,
        queue_events_max: config.ingest.queue_events,
    }
}

fn loader_settings(
    config: &Config,
    folder: &DataFolder,
    erasures: Arc<Erasures>,
) -> LoaderSettings {
    LoaderSettings {
        journal_folder: folder.journal(),
        quarantine_folder: folder.quarantine(),
        interval: config.storage.load_interval,
        rows_max: config.storage.load_rows_max,
        checkpoint_bytes: config.storage.checkpoint_bytes,
        keep_bytes: config.storage.journal_keep_bytes,
        erasures,
    }
}
