//! People as small numbers: the name of each user and each anonymous id stands once, in the table `people`.
//!
//! Events hold the number. That is smaller on disk, faster to group by, and lets sets of people be plain
//! arrays. Numbers are dense within a project and given by the loader, which saves new ones in the same
//! transaction as the events that name them. Knows which numbers are given, not what people did.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{AsArray, Int32Builder, StringBuilder};
use duckdb::arrow::datatypes::{DataType, Field, Int32Type, Schema};
use duckdb::arrow::record_batch::RecordBatch;
use foldhash::quality::RandomState;

use crate::core::event::Event;
use crate::store::engine::EngineError;

/// Columns of the table `people`.
pub const COLUMNS: [&str; 4] = ["project", "person", "kind", "name"];

/// What kind of name stands for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A `user_id`: somebody identified.
    User,
    /// An `anonymous_id`: somebody not identified yet.
    Anonymous,
}

impl NameKind {
    /// Every kind.
    pub const ALL: [NameKind; 2] = [NameKind::User, NameKind::Anonymous];

    /// Its name in the table.
    pub fn id(self) -> &'static str {
        match self {
            NameKind::User => "user",
            NameKind::Anonymous => "anonymous",
        }
    }

    /// The kind of this name.
    pub fn parse(text: &str) -> Option<NameKind> {
        NameKind::ALL.into_iter().find(|kind| kind.id() == text)
    }
}

/// The numbers of one event's people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Persons {
    /// Of the user, else of the anonymous id; `None` without either.
    pub person: Option<u32>,
    /// Of the anonymous id, if there is one.
    pub anonymous: Option<u32>,
}

/// All numbers that are given.
///
/// A name is remembered by 64 bits of a keyed hash, 16 bytes a person: at two million people the chance that any
/// two of a project share one is one in ten million, and nobody outside can aim at it.
#[derive(Default)]
pub struct People {
    hasher: RandomState,
    numbers: hashbrown::HashMap<u64, u32, foldhash::fast::RandomState>,
    next: HashMap<u32, u32>,
    new: Vec<NewPerson>,
}

struct NewPerson {
    project: u32,
    number: u32,
    kind: NameKind,
    name: String,
}

impl People {
    /// The people that the tables hold.
    ///
    /// # Errors
    /// If the engine cannot answer.
    pub fn load(connection: &Connection) -> Result<People, EngineError> {
        let mut people = People::default();
        let mut statement = connection.prepare("SELECT project, person, kind, name FROM people")?;
        for batch in statement.query_arrow([])? {
            let projects = batch.column(0).as_primitive::<Int32Type>();
            let numbers = batch.column(1).as_primitive::<Int32Type>();
            let (kinds, names) = (
                batch.column(2).as_string::<i32>(),
                batch.column(3).as_string::<i32>(),
            );
            for row in 0..batch.num_rows() {
                let kind = match kinds.value(row) {
                    "anonymous" => NameKind::Anonymous,
                    _ => NameKind::User,
                };
                let (project, number) = (projects.value(row) as u32, numbers.value(row) as u32);
                let hash = people.hash(project, kind, names.value(row));
                people.numbers.insert(hash, number);
                let next = people.next.entry(project).or_default();
                *next = (*next).max(number + 1);
            }
        }
        Ok(people)
    }

    /// The numbers of an event's people; new ones are given, and wait in [`People::take_new`].
    pub fn of(&mut self, event: &Event) -> Persons {
        let anonymous = event
            .anonymous_id
            .as_deref()
            .map(|name| self.number(event.project, NameKind::Anonymous, name));
        let user = event
            .user_id
            .as_deref()
            .map(|name| self.number(event.project, NameKind::User, name));
        Persons {
            person: user.or(anonymous),
            anonymous,
        }
    }

    /// People known.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// True if nobody is known.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Bytes of the table in memory.
    pub fn bytes(&self) -> usize {
        self.numbers.allocation_size()
    }

    /// The people named for the first time since the last call, as rows; `None` if there are none.
    ///
    /// Whoever takes them must save them, or load all people again.
    ///
    /// # Errors
    /// Only if the columns had different lengths, which they have not.
    pub fn take_new(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        if self.new.is_empty() {
            return Ok(None);
        }
        let (mut projects, mut numbers) = (Int32Builder::new(), Int32Builder::new());
        let (mut kinds, mut names) = (StringBuilder::new(), StringBuilder::new());
        for person in self.new.drain(..) {
            projects.append_value(person.project as i32);
            numbers.append_value(person.number as i32);
            kinds.append_value(person.kind.id());
            names.append_value(&person.name);
        }
        let schema = Schema::new(vec![
            Field::new(COLUMNS[0], DataType::Int32, false),
            Field::new(COLUMNS[1], DataType::Int32, false),
            Field::new(COLUMNS[2], DataType::Utf8, false),
            Field::new(COLUMNS[3], DataType::Utf8, false),
        ]);
        let rows = RecordBatch::try_new(
            Arc::new(schema),
            vec![
                Arc::new(projects.finish()),
                Arc::new(numbers.finish()),
                Arc::new(kinds.finish()),
                Arc::new(names.finish()),
            ],
        )?;
        Ok(Some(rows))
    }

    fn number(&mut self, project: u32, kind: NameKind, name: &str) -> u32 {
        let hash = self.hash(project, kind, name);
        if let Some(number) = self.numbers.get(&hash) {
            return *number;
        }
        let next = self.next.entry(project).or_default();
        let number = *next;
        *next += 1;
        self.numbers.insert(hash, number);
        self.new.push(NewPerson {
            project,
            number,
            kind,
            name: name.to_owned(),
        });
        number
    }

    fn hash(&self, project: u32, kind: NameKind, name: &str) -> u64 {
        self.hasher.hash_one((project, kind, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(project: u32, user: Option<&str>, anonymous: Option<&str>) -> Event {
        Event {
            project,
            user_id: user.map(str::to_owned),
            anonymous_id: anonymous.map(str::to_owned),
            ..Event::default()
        }
    }

    #[test]
    fn numbers_are_dense_within_a_project_and_the_user_goes_before_the_anonymous_id() {
        let mut people = People::default();
        let both = people.of(&event(1, Some("ana"), Some("ana")));
        assert_eq!(
            (both.person, both.anonymous),
            (Some(1), Some(0)),
            "the same text is two people"
        );
        assert_eq!(people.of(&event(1, Some("ana"), None)).person, Some(1));
        assert_eq!(people.of(&event(1, None, Some("bo"))).person, Some(2));
        assert_eq!(
            people.of(&event(2, Some("ana"), None)).person,
            Some(0),
            "another project"
        );
        assert_eq!(people.of(&event(1, None, None)), Persons::default());
    }

    #[test]
    fn a_person_is_new_once() {
        let mut people = People::default();
        people.of(&event(1, Some("ana"), None));
        people.of(&event(1, Some("ana"), None));
        let rows = people.take_new().expect("rows").expect("one row");
        assert_eq!(rows.num_rows(), 1);
        assert!(people.take_new().expect("no rows").is_none());
        assert_eq!(people.of(&event(1, Some("ana"), None)).person, Some(0));
        assert_eq!(people.len(), 1);
    }
}
