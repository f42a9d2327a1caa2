//! Erasing one person: every event and preview, their names, and the roll-ups that their events are in.
//!
//! One transaction between two loads, so that a crash leaves everything or nothing; the control store remembers who
//! was asked for until it is done, and the next start goes on. Events that come later under the same name are new ones:
//! whoever erases a person stops sending first.

use std::collections::HashSet;

use duckdb::{Connection, params};
use prost::Message;
use tokio::sync::oneshot;

use crate::core::event::Event;
use crate::store::alias::{self, MergeError, Name};
use crate::store::engine::{Engine, EngineError};
use crate::store::person::NameKind;
use crate::store::rollup;
use crate::store::zones::Zones;

/// What an erasure removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedPerson {
    /// Events.
    pub events: u64,
    /// Previews of requests and answers, and events that could not be loaded.
    pub previews: u64,
    /// Names: the user id and every anonymous id that was theirs.
    pub names: u64,
}

/// An erasure to be done.
#[derive(Debug)]
pub struct PersonRequest {
    /// Which project.
    pub project: u32,
    /// Whom.
    pub name: Name,
    done: oneshot::Sender<ErasedPerson>,
}

impl PersonRequest {
    /// A request, and where its answer will come.
    pub fn new(project: u32, name: Name) -> (PersonRequest, oneshot::Receiver<ErasedPerson>) {
        let (done, answer) = oneshot::channel();
        (
            PersonRequest {
                project,
                name,
                done,
            },
            answer,
        )
    }

    /// Says what was erased.
    pub fn answer(self, erased: ErasedPerson) {
        // Whoever asked may have gone; the work is done all the same.
        let _asker_gone = self.done.send(erased);
    }
}

/// What [`erase`] would remove now. Blocks.
///
/// # Errors
/// If the engine is broken.
pub fn count(engine: &Engine, project: u32, name: &Name) -> Result<ErasedPerson, EngineError> {
    engine.write(|writer| {
        if !gather(writer, project, name)? {
            return Ok(ErasedPerson::default());
        }
        let rows = |table: &str, of: &str| -> Result<u64, EngineError> {
            let sql = format!("SELECT count(*) FROM {table} WHERE {of}");
            let count: i64 = writer.query_row(&sql, params![project], |row| row.get(0))?;
            Ok(count as u64)
        };
        let found = ErasedPerson {
            events: rows("events", EVENTS)?,
            previews: rows("previews", &previews())? + dead_letters(writer, project)?.len() as u64,
            names: rows("people", NAMES)?,
        };
        writer.execute_batch("DROP TABLE temp.leaving")?;
        Ok(found)
    })
}

/// Removes somebody in one transaction. Blocks. Repeating it changes nothing.
///
/// # Errors
/// If the engine is broken; nothing is removed then.
pub fn erase(
    engine: &Engine,
    project: u32,
    name: &Name,
    zones: &Zones,
) -> Result<ErasedPerson, EngineError> {
    engine.write(|writer| {
        writer.execute_batch("BEGIN")?;
        let done = erase_rows(writer, project, name, zones).and_then(|erased| {
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

/// Events of those in `leaving`. What an anonymous id did before somebody else used it belongs to whoever it is linked
/// to, and to nobody here.
const EVENTS: &str = "project = $1 AND (person IN (SELECT person FROM leaving) \
     OR (anonymous IN (SELECT person FROM leaving) AND person = anonymous))";

/// Names of those in `leaving`.
const NAMES: &str = "project = $1 AND person IN (SELECT person FROM leaving)";

/// Previews of those in `leaving`.
fn previews() -> String {
    format!("project = $1 AND seq IN (SELECT seq FROM events WHERE {EVENTS})")
}

fn erase_rows(
    writer: &Connection,
    project: u32,
    name: &Name,
    zones: &Zones,
) -> Result<ErasedPerson, EngineError> {
    if !gather(writer, project, name)? {
        return Ok(ErasedPerson::default());
    }
    let delete = |table: &str, of: &str| -> Result<u64, EngineError> {
        let sql = format!("DELETE FROM {table} WHERE {of}");
        Ok(writer.execute(&sql, params![project])? as u64)
    };
    let mut erased = ErasedPerson {
        previews: delete("previews", &previews())?,
        events: delete("events", EVENTS)?,
        names: 0,
    };
    for seq in dead_letters(writer, project)? {
        erased.previews +=
            writer.execute("DELETE FROM dead_letters WHERE seq = ?", params![seq])? as u64;
    }
    delete(
        "person_alias",
        "project = $1 AND (alias IN (SELECT person FROM leaving) OR person IN (SELECT person FROM leaving))",
    )?;
    erased.names = delete("people", NAMES)?;
    writer.execute_batch("DROP TABLE temp.leaving")?;
    // Sums by day do not say whose they are, so they are made anew from what is left.
    rollup::renew(
        writer,
        project,
        &zones.get(project),
        rollup::rolled_seq(writer)?,
    )?;
    Ok(erased)
}

/// Everybody who is the person of this name, in a table `leaving`; false if nobody is. A name that was merged into
/// another stands for the whole person, as it does on their page and in their export.
fn gather(writer: &Connection, project: u32, name: &Name) -> Result<bool, EngineError> {
    let number = match alias::number(writer, project, name) {
        Ok(number) => number,
        Err(MergeError::Engine(error)) => return Err(error),
        // Nobody, or nobody any more.
        Err(_) => return Ok(false),
    };
    let whole = alias::leads_to(writer, project, number)?;
    writer.execute_batch(
        "CREATE OR REPLACE TEMP TABLE leaving (person INTEGER, kind VARCHAR, name VARCHAR)",
    )?;
    writer.execute(
        "INSERT INTO leaving SELECT person, kind, name FROM people WHERE project = $1 AND person IN (\
         SELECT $2 UNION ALL SELECT alias FROM person_alias WHERE project = $1 AND person = $2 \
         UNION ALL SELECT alias FROM person_alias WHERE project = $1 AND person IN (\
         SELECT alias FROM person_alias WHERE project = $1 AND person = $2))",
        params![project, whole],
    )?;
    Ok(true)
}

/// Events of these people that could not be loaded; each must be looked at.
fn dead_letters(writer: &Connection, project: u32) -> Result<Vec<i64>, EngineError> {
    let mut names: HashSet<(String, String)> = HashSet::new();
    let mut statement = writer.prepare("SELECT kind, name FROM leaving")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        names.insert((row.get(0)?, row.get(1)?));
    }
    let is_named = |kind: NameKind, name: Option<String>| {
        name.is_some_and(|name| names.contains(&(kind.id().to_owned(), name)))
    };
    let mut found = Vec::new();
    let mut statement = writer.prepare("SELECT seq, payload FROM dead_letters")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let payload: Vec<u8> = row.get(1)?;
        let Ok(event) = Event::decode(payload.as_slice()) else {
            continue;
        };
        if event.project == project
            && (is_named(NameKind::User, event.user_id)
                || is_named(NameKind::Anonymous, event.anonymous_id))
        {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}
