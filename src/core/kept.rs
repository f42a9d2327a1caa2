//! What was found last, so that whoever asks the same shares it.
//!
//! Exact as long as nothing changed. Where events come in all the time and finding is slow, what is given may be a few
//! seconds old: at most twenty times as old as finding it took, so that no more than a twentieth of the time goes there.
//! What is found quickly is always found anew.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Of the time that finding something took, this many times as old may it be where something changed.
const TIMES_OLD: u32 = 20;

/// What is kept, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Most entries.
    pub entries_max: usize,
    /// What takes less than this is not kept.
    pub worth: Duration,
    /// What takes less than this is found anew when something changed.
    pub quick: Duration,
    /// The oldest that an entry may be when something changed.
    pub stale_max: Duration,
    /// The oldest that an entry may be at all.
    pub age_max: Duration,
}

/// Values by key, each with the state of things of which it is.
#[derive(Debug)]
pub struct Kept<K, S, V> {
    rules: Rules,
    slots: Mutex<HashMap<K, Slot<S, V>>>,
}

#[derive(Debug)]
struct Slot<S, V> {
    used: Instant,
    entry: Arc<Mutex<Option<Entry<S, V>>>>,
}

#[derive(Debug)]
struct Entry<S, V> {
    value: V,
    state: S,
    at: Instant,
    took: Duration,
}

impl<K: Clone + Eq + Hash, S: PartialEq, V: Clone> Kept<K, S, V> {
    /// Nothing yet.
    pub fn new(rules: Rules) -> Kept<K, S, V> {
        Kept {
            rules,
            slots: Mutex::default(),
        }
    }

    /// The value of `key`, found by `find` if none is kept that may be used, and kept if `is_small` says so. Whoever asks
    /// for the same meanwhile waits.
    ///
    /// # Errors
    /// As `find`.
    pub fn get<E>(
        &self,
        key: K,
        state: S,
        is_small: impl FnOnce(&V) -> bool,
        find: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let slot = self.slot(key.clone());
        let mut entry = slot.lock();
        if let Some(entry) = entry.as_ref().filter(|entry| self.serves(entry, &state)) {
            return Ok(entry.value.clone());
        }
        let started = Instant::now();
        let value = find()?;
        let took = started.elapsed();
        if took < self.rules.worth || !is_small(&value) {
            *entry = None;
            self.slots.lock().remove(&key);
            return Ok(value);
        }
        *entry = Some(Entry {
            value: value.clone(),
            state,
            at: Instant::now(),
            took,
        });
        Ok(value)
    }

    fn slot(&self, key: K) -> Arc<Mutex<Option<Entry<S, V>>>> {
        let mut slots = self.slots.lock();
        if slots.len() >= self.rules.entries_max && !slots.contains_key(&key) {
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

    fn serves(&self, entry: &Entry<S, V>, state: &S) -> bool {
        let (age, took) = (entry.at.elapsed(), entry.took);
        match entry.state == *state {
            true => age < self.rules.age_max,
            false => took >= self.rules.quick && age < (took * TIMES_OLD).min(self.rules.stale_max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything is kept, and nothing once something changed.
    const EXACT: Rules = Rules {
        entries_max: 4,
        worth: Duration::ZERO,
        quick: Duration::MAX,
        stale_max: Duration::ZERO,
        age_max: Duration::from_secs(600),
    };

    fn ask(kept: &Kept<u32, u32, u32>, key: u32, state: u32, found: u32) -> u32 {
        let value = kept.get(key, state, |_| true, || Ok::<u32, ()>(found));
        value.expect("found")
    }

    #[test]
    fn a_value_is_found_once_while_nothing_changes_and_anew_when_something_did() {
        let kept = Kept::new(EXACT);
        assert_eq!(ask(&kept, 1, 1, 5), 5);
        assert_eq!(ask(&kept, 1, 1, 6), 5, "nothing changed");
        assert_eq!(ask(&kept, 1, 2, 6), 6, "something did");
        assert_eq!(ask(&kept, 2, 2, 7), 7, "another key");
    }

    #[test]
    fn what_was_slow_serves_a_little_longer_and_what_was_quick_does_not() {
        let kept = Kept::new(Rules {
            quick: Duration::from_millis(20),
            stale_max: Duration::from_secs(600),
            ..EXACT
        });
        let slow = || {
            std::thread::sleep(Duration::from_millis(200));
            Ok::<u32, ()>(5)
        };
        assert_eq!(kept.get(1, 1, |_| true, slow), Ok(5));
        assert_eq!(ask(&kept, 1, 2, 6), 5, "four seconds have not passed");
        let exact = Kept::new(EXACT);
        assert_eq!(exact.get(1, 1, |_| true, slow), Ok(5));
        assert_eq!(ask(&exact, 1, 2, 6), 6);
    }

    #[test]
    fn a_failure_and_what_is_large_or_quick_are_not_kept_and_entries_are_bounded() {
        let kept: Kept<u32, u32, u32> = Kept::new(EXACT);
        assert_eq!(kept.get(1, 1, |_| true, || Err("no")), Err("no"));
        assert_eq!(ask(&kept, 1, 1, 5), 5);
        assert_eq!(kept.get(2, 1, |_| false, || Ok::<u32, ()>(5)), Ok(5));
        assert_eq!(ask(&kept, 2, 1, 6), 6, "it was too large");
        let picky = Kept::new(Rules {
            worth: Duration::from_secs(600),
            ..EXACT
        });
        assert_eq!(ask(&picky, 1, 1, 5), 5);
        assert_eq!(ask(&picky, 1, 1, 6), 6, "it took no time");
        for key in 0..20 {
            ask(&kept, key, 1, key);
        }
        assert_eq!(kept.slots.lock().len(), EXACT.entries_max);
    }
}
