//! Which anonymous ids turned out to be whose, and merging by hand.
//!
//! An event that carries both ids shows it. The first user of an anonymous id keeps it, also on a shared computer, and
//! what somebody has undone by hand is not merged again. Events are never changed: questions resolve the table.

use duckdb::{Connection, params};

use crate::store::engine::{Engine, EngineError};
use crate::store::person::NameKind;

/// Somebody by the name that the product gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// A user id or an anonymous id.
    pub kind: NameKind,
    /// The id.
    pub name: String,
}

/// Why two people cannot be merged, or a merge undone.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Nobody has this name.
    #[error("there is nobody called `{0}` in this project")]
    Unknown(String),
    /// Both are the same.
    #[error("`{0}` cannot be merged into itself")]
    Itself(String),
    /// The one who stays must be a user.
    #[error("`{0}` is an anonymous id; merge it into a user, not the other way round")]
    IntoAnonymous(String),
    /// The one who stays is given up elsewhere.
    #[error("`{0}` is itself merged into somebody else; merge into that person")]
    IntoAlias(String),
    /// The one who goes has other users merged into it.
    #[error("other users are merged into `{0}`; undo those merges first")]
    HasUsers(String),
    /// Nothing is merged.
    #[error("`{0}` is not merged into anybody")]
    NotMerged(String),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<duckdb::Error> for MergeError {
    fn from(error: duckdb::Error) -> MergeError {
        MergeError::Engine(error.into())
    }
}

/// Links the anonymous ids that events at or after `first_seq` show to be a user's, within the caller's transaction.
///
/// # Errors
/// If the engine fails.
pub(super) fn link(writer: &Connection, first_seq: u64) -> Result<(), EngineError> {
    writer.execute(
        "INSERT INTO person_alias (project, alias, person, seq) \
         SELECT project, anonymous, arg_min(person, seq), min(seq) FROM events \
         WHERE seq >= ? AND anonymous IS NOT NULL AND person <> anonymous AND NOT EXISTS (\
         SELECT 1 FROM person_alias AS held WHERE held.project = events.project AND held.alias = events.anonymous) \
         GROUP BY project, anonymous",
        params![first_seq as i64],
    )?;
    Ok(())
}

/// Says that `alias` is `person`: from now on all events of both count for `person`. Blocks.
///
/// # Errors
/// If one of them is unknown, or cannot play its part; nothing is changed then.
pub fn merge(engine: &Engine, project: u32, alias: &Name, person: &Name) -> Result<(), MergeError> {
    within(engine, |writer| {
        let (from, into) = (
            number(writer, project, alias)?,
            number(writer, project, person)?,
        );
        if from == into {
            return Err(MergeError::Itself(alias.name.clone()));
        }
        if person.kind == NameKind::Anonymous {
            return Err(MergeError::IntoAnonymous(person.name.clone()));
        }
        if held(writer, project, into)?.flatten().is_some() {
            return Err(MergeError::IntoAlias(person.name.clone()));
        }
        let users: i64 = writer.query_row(
            "SELECT count(*) FROM person_alias AS a JOIN people AS p ON p.project = a.project AND p.person = a.alias \
             WHERE a.project = ? AND a.person = ? AND p.kind = 'user'",
            params![project, from],
            |row| row.get(0),
        )?;
        if users > 0 {
            return Err(MergeError::HasUsers(alias.name.clone()));
        }
        put(writer, project, from, Some(into))
    })
}

/// Takes a merge back: the events of `alias` count for themselves again, and are not merged again by themselves. Blocks.
///
/// # Errors
/// If nobody has this name, or it is not merged; nothing is changed then.
pub fn undo(engine: &Engine, project: u32, alias: &Name) -> Result<(), MergeError> {
    within(engine, |writer| {
        let number = number(writer, project, alias)?;
        if held(writer, project, number)?.flatten().is_none() {
            return Err(MergeError::NotMerged(alias.name.clone()));
        }
        put(writer, project, number, None)
    })
}

/// The number of somebody.
pub(super) fn number(writer: &Connection, project: u32, name: &Name) -> Result<i64, MergeError> {
    let mut statement =
        writer.prepare("SELECT person FROM people WHERE project = ? AND kind = ? AND name = ?")?;
    let mut rows = statement.query(params![project, name.kind.id(), name.name])?;
    match rows.next()? {
        Some(row) => Ok(row.get(0)?),
        None => Err(MergeError::Unknown(name.name.chars().take(100).collect())),
    }
}

/// Who somebody is: an alias leads to a user at once, or to one who was merged into another by hand.
pub(super) fn leads_to(writer: &Connection, project: u32, number: i64) -> Result<i64, EngineError> {
    let mut whole = number;
    for _ in 0..2 {
        match held(writer, project, whole)?.flatten() {
            Some(person) => whole = person,
            None => break,
        }
    }
    Ok(whole)
}

/// The row of an alias: `None` without one, `Some(None)` if its merge was undone.
fn held(writer: &Connection, project: u32, alias: i64) -> Result<Option<Option<i64>>, EngineError> {
    let mut statement =
        writer.prepare("SELECT person FROM person_alias WHERE project = ? AND alias = ?")?;
    let mut rows = statement.query(params![project, alias])?;
    Ok(match rows.next()? {
        Some(row) => Some(row.get(0)?),
        None => None,
    })
}

fn put(
    writer: &Connection,
    project: u32,
    alias: i64,
    person: Option<i64>,
) -> Result<(), MergeError> {
    writer.execute(
        "DELETE FROM person_alias WHERE project = ? AND alias = ?",
        params![project, alias],
    )?;
    writer.execute(
        "INSERT INTO person_alias (project, alias, person, seq) VALUES (?, ?, ?, NULL)",
        params![project, alias, person],
    )?;
    Ok(())
}

fn within(
    engine: &Engine,
    work: impl FnOnce(&Connection) -> Result<(), MergeError>,
) -> Result<(), MergeError> {
    let mut refused = None;
    engine.write(|writer| {
        writer.execute_batch("BEGIN")?;
        let done = match work(writer) {
            Ok(()) => writer.execute_batch("COMMIT").map_err(EngineError::from),
            Err(MergeError::Engine(error)) => Err(error),
            Err(error) => {
                refused = Some(error);
                writer.execute_batch("ROLLBACK").map_err(EngineError::from)
            }
        };
        if done.is_err() {
            // After some failures there is no transaction left to roll back.
            let _gone_already = writer.execute_batch("ROLLBACK");
        }
        done
    })?;
    refused.map_or(Ok(()), Err)
}
