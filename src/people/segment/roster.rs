//! The saved segments of a project as questions use them.

use std::hash::BuildHasher;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::core::exchange::Exchange;
use crate::core::filter::{Condition, Test};
use crate::core::sql::{Binds, Sql};
use crate::people::segment::cache::{Cache, Held, Key, State};
use crate::people::segment::definition::Definition;
use crate::people::segment::find::Finder;
use crate::people::segment::set::Set;
use crate::query::membership::Membership;
use crate::query::plan::Statement;
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::study::Study;
use crate::store::table::Cell;
use crate::store::zones;

/// Most names in an error.
const NAMES_TOLD: usize = 12;

/// A segment by name.
#[derive(Clone, Debug, Hash)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its definition as a query.
    pub definition: String,
}

/// The segments of a project, and what finding their people takes.
#[derive(Clone)]
pub struct Roster {
    /// The project.
    pub project: u32,
    /// What currencies are worth in its own.
    pub exchange: Exchange,
    /// Its zone, which cuts days.
    pub zone: TimeZone,
    /// Now.
    pub now: Timestamp,
    /// Its segments.
    pub segments: Vec<Named>,
    /// What was found before.
    pub cache: Arc<Cache>,
}

impl Roster {
    /// As a question takes it.
    pub fn membership(self) -> Membership {
        let names = self.segments.iter().map(|one| one.name.clone()).collect();
        let fingerprint = foldhash::quality::FixedState::default().hash_one(&self.segments);
        Membership::new(names, fingerprint, move |study, condition| {
            self.bits(study, condition)
        })
    }

    /// The people of a definition.
    ///
    /// # Errors
    /// If it is none, or the engine fails.
    pub fn people(&self, study: &Study, definition: &str) -> Result<Held, EngineError> {
        let session = Session::begin(study, self.project, &self.exchange)?;
        let state = state(&session)?;
        let key = Key {
            project: self.project,
            definition: definition.to_owned(),
            zone: zones::name(&self.zone).to_owned(),
            today: self.now.to_zoned(self.zone.clone()).date(),
        };
        self.cache.get(key, state, || {
            let definition = Definition::parse(definition)
                .map_err(|error| EngineError::Question(error.to_string()))?;
            Finder::new(&session, &self.zone, self.now)?.find(&definition)
        })
    }

    /// The numbers of everybody in a segment whose name meets the condition.
    fn bits(&self, study: &Study, condition: &Condition) -> Result<Arc<Vec<u8>>, EngineError> {
        if matches!(condition.test, Test::Is | Test::In) {
            let is_known = |name: &&String| self.segments.iter().any(|one| one.name == **name);
            if let Some(unknown) = condition.values.iter().find(|name| !is_known(name)) {
                return Err(EngineError::Question(self.told(unknown)));
            }
        }
        let named: Vec<&Named> = self
            .segments
            .iter()
            .filter(|one| meets(condition, &one.name))
            .collect();
        match named.as_slice() {
            [one] => Ok(self.people(study, &one.definition)?.bits),
            several => {
                let mut numbers = Set::default();
                for one in several {
                    numbers.unite(&self.people(study, &one.definition)?.found.numbers);
                }
                Ok(Arc::new(numbers.to_bytes()))
            }
        }
    }

    /// That there is no such segment, with those that there are.
    fn told(&self, name: &str) -> String {
        let name: String = name.chars().take(80).collect();
        let known = self
            .segments
            .iter()
            .take(NAMES_TOLD)
            .map(|one| one.name.as_str());
        let known: Vec<&str> = known.collect();
        match self.segments.len() {
            0 => format!(
                "`segment` is `{name}`, and this project has no segments; save one on the page Segments"
            ),
            count if count > NAMES_TOLD => format!(
                "`segment` is `{name}`, which is no segment of this project; known are {} and {} more",
                known.join(", "),
                count - NAMES_TOLD
            ),
            _ => format!(
                "`segment` is `{name}`, which is no segment of this project; known are {}",
                known.join(", ")
            ),
        }
    }
}

fn meets(condition: &Condition, name: &str) -> bool {
    match condition.test {
        Test::Exists => true,
        Test::Is | Test::In => condition.values.iter().any(|value| value == name),
        Test::Contains => {
            let needle = condition.values.first().map(|text| text.to_lowercase());
            needle.is_none_or(|needle| name.to_lowercase().contains(&needle))
        }
        Test::Greater | Test::Less => false,
    }
}

/// How many events there are, how many people, who is whom, and what currencies are worth.
fn state(session: &Session) -> Result<State, EngineError> {
    let sql = Sql::text(
        "SELECT (SELECT count(*) FROM people WHERE project = $project), count(*), \
         CAST(bit_xor(hash(alias, person)) >> 1 AS BIGINT) FROM person_alias WHERE project = $project",
    );
    let rows = session.ask(&Statement {
        sql,
        binds: Binds::default(),
    })?;
    let mut state: State = vec![
        Some(session.commit as i64),
        Some(session.money_fingerprint()),
    ];
    state.extend(rows.iter().flatten().map(Cell::whole));
    Ok(state)
}
