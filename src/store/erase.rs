//! Erasing a project: every row of it, for good, in between two loads.
//!
//! The number of a project is never given out again, so a number that was erased once stays erased: what the
//! journal still holds of it, or brings back after a crash, is left out when it is loaded. Who says which
//! numbers these are is the control store; it says so before the first row goes, and again at each start.

use std::collections::HashSet;

use duckdb::{Connection, params};
use parking_lot::Mutex;
use prost::Message;
use tokio::sync::oneshot;

use crate::store::engine::{Engine, EngineError};

/// Tables with a column `project`, all of whose rows go. A table that the loader keeps beside the events belongs
/// into this list.
const TABLES: &[&str] = &[
    "events",
    "previews",
    "people",
    "calls_day",
    "people_day",
    "latency_day",
    "rollup_zone",
];

/// What an erasure removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Rows of the events table.
    pub events: u64,
    /// Rows of all other tables.
    pub others: u64,
}

/// Projects that are erased, and those whose erasure is still to be done.
#[derive(Debug, Default)]
pub struct Erasures {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    projects: HashSet<u32>,
    waiting: Vec<Request>,
    has_ended: bool,
}

/// An erasure to be done.
#[derive(Debug)]
pub struct Request {
    /// Which project.
    pub project: u32,
    done: oneshot::Sender<Erased>,
}

/// The owner of an encoded event; everything else is passed over.
#[derive(Clone, PartialEq, Message)]
struct Owner {
    #[prost(uint32, tag = "3")]
    project: u32,
}

impl Erasures {
    /// Erasures of which these have been asked for before.
    pub fn of(projects: impl IntoIterator<Item = u32>) -> Erasures {
        Erasures {
            state: Mutex::new(State {
                projects: projects.into_iter().collect(),
                ..State::default()
            }),
        }
    }

    /// Asks for an erasure; from now on nothing of the project is loaded.
    pub fn ask(&self, project: u32) -> oneshot::Receiver<Erased> {
        let (done, answer) = oneshot::channel();
        let mut state = self.state.lock();
        state.projects.insert(project);
        if !state.has_ended {
            state.waiting.push(Request { project, done });
        }
        answer
    }

    /// Erasures that nobody has taken on yet.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.state.lock().waiting)
    }

    /// Says that nobody takes erasures on any more; those who wait are told that theirs is not done.
    pub fn end(&self) {
        let mut state = self.state.lock();
        state.has_ended = true;
        state.waiting.clear();
    }

    /// Whether an encoded event belongs to a project that is erased.
    pub fn holds(&self, encoded: &[u8]) -> bool {
        let state = self.state.lock();
        !state.projects.is_empty()
            && owner(encoded).is_some_and(|project| state.projects.contains(&project))
    }
}

impl Request {
    /// Says what was erased.
    pub fn answer(self, erased: Erased) {
        // Whoever asked may have gone; the work is done all the same.
        let _asker_gone = self.done.send(erased);
    }
}

/// Removes every row of a project in one transaction. Blocks. Repeating it changes nothing.
///
/// # Errors
/// If the engine is broken; nothing is removed then.
pub fn erase(engine: &Engine, project: u32) -> Result<Erased, EngineError> {
    engine.write(|writer| {
        writer.execute_batch("BEGIN")?;
        let done = erase_rows(writer, project).and_then(|erased| {
            writer.execute_batch("COMMIT")?;
            Ok(erased)
        });
        if done.is_err() {
            // After some failures there is no transaction left to roll back.
            let _gone_already = writer.execute_batch("ROLLBACK");
        }
        done
    })
}

fn erase_rows(writer: &Connection, project: u32) -> Result<Erased, EngineError> {
    let mut erased = Erased::default();
    for table in TABLES {
        let rows = writer.execute(
            &format!("DELETE FROM {table} WHERE project = ?"),
            params![project],
        )?;
        match *table {
            "events" => erased.events += rows as u64,
            _ => erased.others += rows as u64,
        }
    }
    for seq in dead_letters(writer, project)? {
        writer.execute("DELETE FROM dead_letters WHERE seq = ?", params![seq])?;
        erased.others += 1;
    }
    Ok(erased)
}

/// Dead letters of a project. They stand as they came from the journal, so that each must be looked at.
fn dead_letters(writer: &Connection, project: u32) -> Result<Vec<i64>, EngineError> {
    let mut statement = writer.prepare("SELECT seq, payload FROM dead_letters")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let payload: Vec<u8> = row.get(1)?;
        if owner(&payload) == Some(project) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

fn owner(encoded: &[u8]) -> Option<u32> {
    Owner::decode(encoded).ok().map(|owner| owner.project)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::event::Event;

    fn encoded(project: u32) -> Vec<u8> {
        let event = Event {
            project,
            kind: "query_sent".into(),
            user_id: Some("ana".into()),
            input_tokens: Some(5),
            latency_ms: Some(0.5),
            cost: Some(-7),
            ..Event::default()
        };
        event.encode_to_vec()
    }

    #[test]
    fn the_owner_of_an_event_is_read_without_the_rest() {
        assert_eq!(owner(&encoded(70_000)), Some(70_000));
        assert_eq!(owner(&[0xFF]), None);
    }

    #[test]
    fn events_of_projects_that_were_asked_for_are_held_back_and_no_others() {
        let erasures = Erasures::of([3]);
        assert!(erasures.holds(&encoded(3)) && !erasures.holds(&encoded(4)));
        assert!(
            erasures.take().is_empty(),
            "an old one need not be done again"
        );
        let _answer = erasures.ask(4);
        assert!(erasures.holds(&encoded(4)));
        let waiting: Vec<u32> = erasures
            .take()
            .iter()
            .map(|request| request.project)
            .collect();
        assert_eq!(waiting, [4]);
        assert!(erasures.holds(&encoded(4)), "also once it is taken on");
    }
}
