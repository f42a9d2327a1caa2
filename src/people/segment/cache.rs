//! The people of segments as they were last found, so that the sections of a page share them; see [`Kept`].

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::core::kept::{Kept, Rules};
use crate::people::segment::find::Found;
use crate::store::engine::EngineError;

/// How they are kept. At a bit a person, of two million people, 64 sets are 32 MB. At all they grow old because money
/// changes when calls are priced anew, which leaves the rest as it is.
const RULES: Rules = Rules {
    entries_max: 64,
    worth: Duration::ZERO,
    quick: Duration::from_millis(50),
    stale_max: Duration::from_secs(10),
    age_max: Duration::from_secs(600),
};

/// What a set is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The project.
    pub project: u32,
    /// The definition as a query.
    pub definition: String,
    /// Its zone.
    pub zone: String,
    /// The local day, which is the last of every "in the last days".
    pub today: Date,
}

/// What must be alike for a set to be exact still: how many events and people there are, who is whom, and
/// what currencies are worth.
pub type State = Vec<Option<i64>>;

/// The people of a segment, and their numbers as a statement takes them.
#[derive(Clone, Debug)]
pub struct Held {
    /// The people.
    pub found: Arc<Found>,
    /// Their numbers.
    pub bits: Arc<Vec<u8>>,
}

/// The sets.
pub struct Cache {
    kept: Kept<Key, State, Held>,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache {
            kept: Kept::new(RULES),
        }
    }
}

impl Cache {
    /// The set of `key`, found by `find` if none is held that may be used. Whoever asks for the same meanwhile waits.
    ///
    /// # Errors
    /// As `find`.
    pub fn get(
        &self,
        key: Key,
        state: State,
        find: impl FnOnce() -> Result<Found, EngineError>,
    ) -> Result<Held, EngineError> {
        self.kept.get(
            key,
            state,
            |_| true,
            || {
                let found = find()?;
                Ok(Held {
                    bits: Arc::new(found.numbers.to_bytes()),
                    found: Arc::new(found),
                })
            },
        )
    }
}
