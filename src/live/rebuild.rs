//! At start: the live windows and open sessions, from what the store holds.

use std::sync::Arc;

use jiff::Timestamp;

use crate::ingest::session::Sessions;
use crate::ingest::step;
use crate::live::hub::Hub;
use crate::live::tally::{Tally, UNKNOWN};
use crate::live::window::Window;
use crate::store::control::project::Project;
use crate::store::engine::{Engine, EngineError};
use crate::store::live::{self, Past};

/// Fills the window of every project and remembers the sessions of the last half hour.
///
/// To be called before the journal starts, so that every event comes either from here or from a commit.
///
/// # Errors
/// If the engine cannot answer.
pub async fn from_store(
    hub: &Arc<Hub>,
    engine: &Engine,
    sessions: &Sessions,
    projects: &[Arc<Project>],
    now: Timestamp,
) -> Result<(), EngineError> {
    for project in projects {
        let number = project.id.get();
        let past = live::past(engine, number, hub.feed_max(), now).await?;
        for open in &past.sessions {
            if let (Some(touch), Some(session)) = (step::touch(open, 0), &open.session_id) {
                sessions.remember(touch, session);
            }
        }
        hub.rebuild(number, |window| fill(window, past, now));
    }
    Ok(())
}

/// Counts again who was active, for projects that got events too late to be counted as they came.
///
/// The caller has waited until what was acknowledged is in the store.
///
/// # Errors
/// If the engine cannot answer.
pub async fn late(hub: &Arc<Hub>, engine: &Engine, now: Timestamp) -> Result<(), EngineError> {
    for (project, from) in hub.late() {
        let active = live::active_since(engine, project, from, now).await?;
        hub.rebuild(project, |window| window.set_active(&active));
    }
    Ok(())
}

fn fill(window: &mut Window, past: Past, now: Timestamp) {
    for (minute, tally) in &past.minutes {
        window.minute(*minute).tally = *tally;
    }
    for (minute, currency, amount) in &past.payments {
        window.minute(*minute).pay(currency, *amount);
    }
    for (minute, provider, answers) in &past.calls {
        let tally = Tally {
            answers: *answers,
            ..Tally::default()
        };
        let provider = provider.as_deref().unwrap_or(UNKNOWN);
        window.minute(*minute).providers.add(provider, &tally);
    }
    window.set_active(&past.active);
    for event in &past.recent {
        window.replay(event, now);
    }
    for event in past.feed {
        window.show(event);
    }
}
