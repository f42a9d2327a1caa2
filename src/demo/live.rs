//! `analytics serve --demo`: the demo is filled in the background, and then goes on for as long as we run.
//!
//! Ends by itself when the server stops, and when the demo is removed or archived.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;
use crate::demo::crowd::Crowd;
use crate::demo::fill::{self, Target};
use crate::demo::project::{self, Demo, Wish};
use crate::demo::rhythm::DAY_MS;
use crate::demo::setup;
use crate::demo::stream::Stream;
use crate::demo::world::World;
use crate::store::control::audit::Actor;

/// Time between two looks at what has happened meanwhile.
const LOOK: Duration = Duration::from_millis(200);
/// Parts of the history after each of which the log says how far it is.
const TOLD_PARTS: i64 = 10;

/// Begins; the handle ends after [`App::is_stopping`] is set.
pub fn start(app: &Arc<App>) -> JoinHandle<()> {
    app.shows_demo_first.store(true, Ordering::Release);
    let app = Arc::clone(app);
    tokio::spawn(async move {
        if let Err(error) = run(&app).await
            && !app.is_stopping.load(Ordering::Acquire)
        {
            tracing::error!(error = format!("{error:#}"), "the demo has stopped");
        }
    })
}

async fn run(app: &Arc<App>) -> anyhow::Result<()> {
    let demo = project::ensure(
        &app.control,
        Wish::default(),
        app.clock.now(),
        Actor::Server,
    )
    .await?;
    app.hub.configure(&demo.project);
    let target = Target::Here {
        app: Arc::clone(app),
        project: Arc::clone(&demo.project),
    };
    let held = target.held().await?;
    let mut stream = fill::missing(World::new(demo.settings()), held);
    let last = held
        .last_timestamp
        .map_or(i64::MIN, |last| last.as_millisecond());
    let (seed, start) = (demo.origin.seed, app.clock.now().as_millisecond());
    let crowd = Crowd::new(seed, start, last);
    // The same hour of yesterday had its crowd too: live figures are compared with it.
    let mut yesterday = Crowd::new(seed, start - DAY_MS, last);
    let mut told = Told::new(stream.next_at(), yesterday.next_at());
    let filled = fill::fill(&mut stream, yesterday.next_at(), &target, |at| {
        told.reached(at);
        goes_on(app, &demo)
    })
    .await?;
    send(
        app,
        &demo,
        &target,
        &mut stream,
        &mut yesterday,
        crowd.next_at(),
    )
    .await?;
    tracing::info!(
        events = filled.accepted,
        "the demo is filled; live traffic goes on from here"
    );
    set_up(app, &demo, &target).await?;
    follow(app, &demo, &target, stream, crowd).await
}

/// Budgets and a funnel, and the board that pages read budgets from.
async fn set_up(app: &App, demo: &Demo, target: &Target) -> anyhow::Result<()> {
    // What was just sent is what the budgets are made for.
    target.held().await?;
    let now = app.clock.now();
    setup::set_up(&app.control, demo, target, now, Actor::Server).await?;
    let (control, engine) = (&app.control, &app.engine);
    let looked = app.budgets.look(control, engine, &demo.project, now);
    looked.await.map(drop).map_err(anyhow::Error::from)
}

/// Sends what happens when it happens.
async fn follow(
    app: &App,
    demo: &Demo,
    target: &Target,
    mut stream: Stream,
    mut crowd: Crowd,
) -> anyhow::Result<()> {
    while goes_on(app, demo) {
        let now = app.clock.now().as_millisecond();
        send(app, demo, target, &mut stream, &mut crowd, now).await?;
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Sends what happens before `until`, with the sessions of `crowd`.
async fn send(
    app: &App,
    demo: &Demo,
    target: &Target,
    stream: &mut Stream,
    crowd: &mut Crowd,
    until: i64,
) -> anyhow::Result<()> {
    while goes_on(app, demo) {
        // Nobody of the crowd may begin before an event that is sent already.
        let mut batch = Vec::new();
        crowd.join(stream, until);
        while batch.len() < 500 && stream.next_at() < until {
            batch.extend(stream.next());
            crowd.join(stream, until);
        }
        if batch.is_empty() {
            break;
        }
        target.take(batch).await?;
    }
    Ok(())
}

fn goes_on(app: &App, demo: &Demo) -> bool {
    let project = app.control.directory().project(demo.project.id);
    !app.is_stopping.load(Ordering::Acquire)
        && project.is_some_and(|project| project.archived_at.is_none())
}

/// How far the filling is, for the log.
struct Told {
    from: i64,
    to: i64,
    parts: i64,
}

impl Told {
    fn new(from: i64, to: i64) -> Told {
        let days = (to - from) / DAY_MS;
        if days > 0 {
            tracing::info!(days, "filling the demo project");
        }
        Told {
            from,
            to: to.max(from + 1),
            parts: 0,
        }
    }

    fn reached(&mut self, at: i64) {
        let parts = (at - self.from) * TOLD_PARTS / (self.to - self.from);
        // A gap of some minutes after a restart is not worth a line.
        if parts > self.parts && self.to - self.from > DAY_MS {
            self.parts = parts;
            tracing::info!(
                percent = parts * 100 / TOLD_PARTS,
                "the demo is being filled"
            );
        }
    }
}
