//! At start: the live windows and open sessions, from what the store holds.

use std::sync::Arc;

use jiff::Timestamp;

use crate::ingest::session::Sessions;
use crate::ingest::step;
use crate::live::hub::Hub;
use crate::store::control::project::Project;
use crate::store::engine::{Engine, EngineError};
use crate::store::live;

/// Fills the window of every project and remembers the sessions of the last half hour.
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
        let mut day = 0..0;
        hub.rebuild(number, |window| day = window.day());
        let past = live::past(engine, number, &project.currency, day, now).await?;
        hub.rebuild(number, |window| {
            window.set_today(past.tokens_today, past.revenue_today);
            for minute in &past.minutes {
                window.add_past(minute);
            }
            for event in past.recent {
                window.add_recent(event, now);
            }
            // Quiet projects show their last events too, however old.
            if window.feed().next().is_none() {
                for event in past.feed.into_iter().rev() {
                    window.push_feed(event);
                }
            }
        });
        for open in &past.sessions {
            if let (Some(person), Some(session)) = (step::person(open), &open.session_id) {
                sessions.remember(person, open.occurred_at, session);
            }
        }
    }
    Ok(())
}
