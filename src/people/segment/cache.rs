//! The people of segments as they were last found, so that the sections of a page share them.
//!
//! Exact as long as nothing changed. Where events come in all the time and finding is slow, a set may be a few seconds
//! old: at most twenty times as old as finding it took, so that no more than a twentieth of the time goes there. What
//! is found quickly is always found anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use parking_lot::Mutex;

use crate::people::segment::find::Found;
use crate::store::engine::EngineError;

/// Most sets that are kept. At a bit a person, of two million people, this is 32 MB.
const SETS_MAX: usize = 64;
/// What takes less than this is not worth an old answer.
const QUICK: Duration = Duration::from_millis(50);
/// The oldest that a set may be while events come in.
const STALE_MAX: Duration = Duration::from_secs(10);
/// The oldest that a set may be at all: money changes when calls are priced anew, which leaves the rest as it is.
const AGE_MAX: Duration = Duration::from_secs(600);

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

struct Entry {
    held: Held,
    state: State,
    at: Instant,
    took: Duration,
}

struct Slot {
    used: Instant,
    entry: Arc<Mutex<Option<Entry>>>,
}

/// The sets.
#[derive(Default)]
pub struct Cache {
    slots: Mutex<HashMap<Key, Slot>>,
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
        let slot = self.slot(key);
        let mut entry = slot.lock();
        if let Some(entry) = entry.as_ref().filter(|entry| entry.serves(&state)) {
            return Ok(entry.held.clone());
        }
        let started = Instant::now();
        let found = find()?;
        let held = Held {
            bits: Arc::new(found.numbers.to_bytes()),
            found: Arc::new(found),
        };
        *entry = Some(Entry {
            held: held.clone(),
            state,
            at: Instant::now(),
            took: started.elapsed(),
        });
        Ok(held)
    }

    fn slot(&self, key: Key) -> Arc<Mutex<Option<Entry>>> {
        let mut slots = self.slots.lock();
        if slots.len() >= SETS_MAX && !slots.contains_key(&key) {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                slots.remove(&oldest);
            }
        }
        let slot = slots.entry(key).or_insert_with(|| Slot {
            used: Instant::now(),
            entry: Arc::default(),
        });
        slot.used = Instant::now();
        Arc::clone(&slot.entry)
    }
}

impl Entry {
    fn serves(&self, state: &State) -> bool {
        let age = self.at.elapsed();
        match self.state == *state {
            true => age < AGE_MAX,
            false => self.took >= QUICK && age < (self.took * 20).min(STALE_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::segment::set::Set;

    fn key(number: u32) -> Key {
        Key {
            project: number,
            definition: String::new(),
            zone: "UTC".to_owned(),
            today: jiff::civil::date(2026, 11, 21),
        }
    }

    fn found(person: i64) -> Found {
        Found {
            people: Set::of(&[person]),
            numbers: Set::of(&[person]),
            of: 9,
        }
    }

    #[test]
    fn a_set_is_found_once_while_nothing_changes_and_anew_when_something_did() {
        let cache = Cache::default();
        let ask = |state: i64, person: i64| {
            let held = cache.get(key(1), vec![Some(state)], || Ok(found(person)));
            held.expect("found").found.people.clone()
        };
        assert_eq!(ask(1, 5), Set::of(&[5]));
        assert_eq!(ask(1, 6), Set::of(&[5]), "nothing changed");
        assert_eq!(ask(2, 6), Set::of(&[6]), "an event came");
    }

    #[test]
    fn a_failure_is_not_kept_and_the_number_of_sets_is_bounded() {
        let cache = Cache::default();
        let failed = cache.get(key(1), Vec::new(), || {
            Err(EngineError::Query("no".to_owned()))
        });
        assert!(failed.is_err());
        assert!(cache.get(key(1), Vec::new(), || Ok(found(1))).is_ok());
        for number in 0..200 {
            let held = cache.get(key(number), Vec::new(), || Ok(found(1)));
            assert!(held.is_ok());
        }
        assert_eq!(cache.slots.lock().len(), SETS_MAX);
    }
}
