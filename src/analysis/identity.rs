//! Who an anonymous id became, and who is identified at all.
//!
//! Events keep the number they were stored with; the table of aliases says whom it stands for (`store/alias.rs` has the
//! rule). What somebody did before they logged in is theirs from the moment an event names both, and an undone merge
//! is undone here at once.

use crate::analysis::inquiry::Inquiry;
use crate::catalogue::frame::alias;
use crate::core::sql::{Binds, Sql};
use crate::query::ask::people::Users;
use crate::query::condition::Checked;
use crate::query::field::Field;
use crate::store::engine::EngineError;

/// Whom each alias stands for.
const LINKS: &str = "SELECT CAST(alias AS BIGINT), CAST(person AS BIGINT) FROM person_alias \
    WHERE project = $project AND person IS NOT NULL";

/// Everybody with a user id.
const USERS: &str =
    "SELECT CAST(person AS BIGINT) FROM people WHERE project = $project AND kind = 'user'";

/// The events that a question looks at: as they are stored, or, if its filters name people, with everybody as who they
/// turned out to be. The second costs a join.
pub fn events<'a>(filters: impl IntoIterator<Item = &'a Checked>) -> Sql {
    match name_people(filters) {
        false => Sql::text("events"),
        true => alias::resolved(&Sql::text(
            "(SELECT events.* {{replaced}}, events.person AS sent_person FROM events {{aliases}} WHERE project = $project) AS events",
        )),
    }
}

/// The column of [`events`] that holds the person as an event named them, whoever that turned out to be.
pub fn sent_person<'a>(filters: impl IntoIterator<Item = &'a Checked>) -> Sql {
    match name_people(filters) {
        false => Sql::text("person"),
        true => Sql::text("sent_person"),
    }
}

fn name_people<'a>(filters: impl IntoIterator<Item = &'a Checked>) -> bool {
    filters
        .into_iter()
        .any(|filter| filter.fields().any(Field::is_person))
}

/// What is known about the people of a project.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    becomes: Vec<u32>,
    users: Users,
}

impl Identity {
    /// Reads it.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn read(inquiry: &Inquiry) -> Result<Identity, EngineError> {
        let mut identity = Identity::default();
        inquiry.numbers(&Sql::text(USERS), &Binds::default(), |columns| {
            for person in columns[0] {
                identity.users.add(*person as usize);
            }
        })?;
        inquiry.numbers(&Sql::text(LINKS), &Binds::default(), |columns| {
            for (anonymous, person) in columns[0].iter().zip(columns[1]) {
                identity.link(*anonymous as u32, *person as u32);
            }
        })?;
        Ok(identity)
    }

    fn link(&mut self, anonymous: u32, person: u32) {
        let place = anonymous as usize;
        if self.becomes.len() <= place {
            let known = self.becomes.len() as u32;
            self.becomes.extend(known..=anonymous);
        }
        self.becomes[place] = person;
    }

    /// Whom a stored number stands for. An alias leads to a user, or to one who was merged into another by hand.
    pub fn resolve(&self, person: u32) -> u32 {
        self.leads_to(self.leads_to(person))
    }

    fn leads_to(&self, person: u32) -> u32 {
        self.becomes.get(person as usize).copied().unwrap_or(person)
    }

    /// Whether a person has a user id.
    pub fn is_user(&self, person: u32) -> bool {
        self.users.has(person as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_number_stands_for_itself() {
        let mut identity = Identity::default();
        identity.users.add(9);
        identity.link(3, 9);
        identity.link(2, 3);
        assert_eq!(
            [0, 2, 3, 9, 1_000].map(|person| identity.resolve(person)),
            [0, 9, 9, 9, 1_000]
        );
        assert!(identity.is_user(9) && !identity.is_user(3) && !identity.is_user(1_000));
    }
}
