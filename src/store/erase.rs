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

use crate::catalogue::frame::{FRAMES, visit};
use crate::store::alias::Name;
use crate::store::engine::{Engine, EngineError};
use crate::store::erase_person::{ErasedPerson, PersonRequest};
use crate::store::rollup;

/// Tables with a column `project`, besides the roll-ups of the frames. A test looks whether all are here.
const TABLES: &[&str] = &[
    "events",
    "previews",
    "people",
    "person_alias",
    "rollup_zone",
    rollup::LATENCY_TABLE,
    visit::TABLE,
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
    people: Vec<PersonRequest>,
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

    /// Asks for the erasure of one person.
    pub fn ask_person(&self, project: u32, name: Name) -> oneshot::Receiver<ErasedPerson> {
        let (request, answer) = PersonRequest::new(project, name);
        let mut state = self.state.lock();
        if !state.has_ended {
            state.people.push(request);
        }
        answer
    }

    /// People whom nobody has taken on yet.
    pub fn take_people(&self) -> Vec<PersonRequest> {
        std::mem::take(&mut self.state.lock().people)
    }

    /// Says that nobody takes erasures on any more; those who wait are told that theirs is not done.
    pub fn end(&self) {
        let mut state = self.state.lock();
        state.has_ended = true;
        state.waiting.clear();
        state.people.clear();
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
    for table in tables() {
        let rows = writer.execute(
            &format!("DELETE FROM {table} WHERE project = ?"),
            params![project],
        )?;
        match table {
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

/// All tables with a column `project`.
fn tables() -> impl Iterator<Item = &'static str> {
    let rollups = FRAMES.iter().flat_map(|frame| frame.rollups);
    let tables = TABLES.iter().copied();
    tables.chain(rollups.map(|rollup| rollup.table))
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
    use crate::app;
    use crate::config::Config;
    use crate::core::event::Event;
    use crate::data_folder::DataFolder;
    use crate::store::engine::DeadLetter;

    fn engine(root: &std::path::Path) -> Engine {
        let folder = DataFolder::open(root).expect("a folder");
        Engine::open(app::engine_settings(&Config::default(), &folder)).expect("an engine")
    }

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
    fn every_table_with_rows_of_a_project_is_erased() {
        let root = tempfile::tempdir().expect("a folder");
        let engine = engine(root.path());
        let mut owned: Vec<String> = engine
            .write(|writer| {
                let sql = "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'project' \
                     AND database_name = 'store'";
                let mut statement = writer.prepare(sql)?;
                let names = statement.query_map([], |row| row.get(0))?;
                Ok(names.collect::<Result<_, _>>()?)
            })
            .expect("names");
        owned.sort_unstable();
        let mut known: Vec<&str> = tables().collect();
        known.sort_unstable();
        assert_eq!(owned, known);
    }

    #[test]
    fn dead_letters_go_with_their_project() {
        let root = tempfile::tempdir().expect("a folder");
        let engine = engine(root.path());
        let letter = |seq, payload| DeadLetter {
            seq,
            recorded_at: 1_795_000_000_000_000,
            error: "refused".into(),
            payload,
        };
        let dead = [
            letter(1, encoded(2)),
            letter(2, encoded(3)),
            letter(3, vec![0xFF]),
        ];
        engine
            .append(4, std::iter::empty(), &dead)
            .expect("an append");

        let erased = erase(&engine, 2).expect("an erasure");
        let again = erase(&engine, 2).expect("an erasure");

        assert_eq!((erased.events, erased.others), (0, 1));
        assert_eq!(again, Erased::default());
        let left: Vec<i64> = engine
            .write(|writer| {
                let mut statement = writer.prepare("SELECT seq FROM dead_letters ORDER BY seq")?;
                let rows = statement.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .expect("rows");
        assert_eq!(left, [2, 3], "of others, and of nobody knows whom");
    }

    #[test]
    fn an_erasure_that_nobody_takes_on_any_more_is_answered() {
        let erasures = Erasures::default();
        let mut waiting = erasures.ask(1);
        erasures.end();
        assert!(waiting.try_recv().is_err() && erasures.ask(2).try_recv().is_err());
        assert!(erasures.take().is_empty());
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
