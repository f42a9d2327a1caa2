//! Who an anonymous id became, and who is identified at all.
//!
//! Events keep the number they were stored with. What somebody did before they logged in is theirs from the moment
//! an event names both the anonymous id and the user; nothing stored is rewritten. An id that several users shared,
//! as on a family's computer, belongs to the one who was named first, so that a later log-in changes no history.

use crate::analysis::inquiry::Inquiry;
use crate::core::sql::{Binds, Sql};
use crate::store::engine::EngineError;

/// The first user of each anonymous id, and whether they are the only thing it is known for.
const LINKS: &str = "SELECT CAST(anonymous AS BIGINT), CAST(arg_min(person, seq) AS BIGINT) FROM events \
    WHERE project = $project AND anonymous IS NOT NULL AND person IS NOT NULL AND person <> anonymous \
    GROUP BY anonymous";

/// Everybody with a user id.
const USERS: &str =
    "SELECT CAST(person AS BIGINT) FROM people WHERE project = $project AND kind = 'user'";

/// What is known about the people of a project.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    becomes: Vec<u32>,
    is_user: Vec<bool>,
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
                identity.add_user(*person as u32);
            }
        })?;
        inquiry.numbers(&Sql::text(LINKS), &Binds::default(), |columns| {
            for (anonymous, person) in columns[0].iter().zip(columns[1]) {
                identity.link(*anonymous as u32, *person as u32);
            }
        })?;
        Ok(identity)
    }

    fn add_user(&mut self, person: u32) {
        let place = person as usize;
        if self.is_user.len() <= place {
            self.is_user.resize(place + 1, false);
        }
        self.is_user[place] = true;
    }

    fn link(&mut self, anonymous: u32, person: u32) {
        let place = anonymous as usize;
        if self.becomes.len() <= place {
            let known = self.becomes.len() as u32;
            self.becomes.extend(known..=anonymous);
        }
        self.becomes[place] = person;
    }

    /// Whom a stored number stands for.
    pub fn resolve(&self, person: u32) -> u32 {
        self.becomes.get(person as usize).copied().unwrap_or(person)
    }

    /// Whether a person has a user id.
    pub fn is_user(&self, person: u32) -> bool {
        self.is_user.get(person as usize).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_number_stands_for_itself() {
        let mut identity = Identity::default();
        identity.add_user(9);
        identity.link(3, 9);
        assert_eq!(
            [0, 3, 9, 1_000].map(|person| identity.resolve(person)),
            [0, 9, 9, 1_000]
        );
        assert!(identity.is_user(9) && !identity.is_user(3) && !identity.is_user(1_000));
    }
}
