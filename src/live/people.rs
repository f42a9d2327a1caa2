//! Who is active: distinct people and visitors of the last five minutes, now and at the end of each minute.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::core::event::Event;
use crate::live::minutes::MINUTE_US;

/// Somebody is active for this long after an event, in microseconds.
pub const ACTIVE_US: i64 = 5 * MINUTE_US;
/// People remembered. At 24 bytes each this is 12 MB; beyond it the figure is "at least".
const PEOPLE_MAX: usize = 500_000;

/// People and when they were last seen, in microseconds.
#[derive(Default)]
pub struct People {
    seen: HashMap<u64, i64>,
    hasher: RandomState,
    /// The minute that is running.
    minute: i64,
}

impl People {
    /// Sees whom an event is about, at `at`, which is not later than `now` (microseconds).
    pub fn see(&mut self, event: &Event, at: i64, now: i64) {
        let Some(person) = self.person(event) else {
            return;
        };
        if self.seen.len() < PEOPLE_MAX || self.seen.contains_key(&person) {
            let seen = self.seen.entry(person).or_insert(at);
            // Seen later than now: the clock was set back since, and that moment is still to come.
            *seen = if *seen > now { at } else { at.max(*seen) };
        }
    }

    /// Those active at `now` (microseconds).
    pub fn active(&self, now: i64) -> u64 {
        let active = self.seen.values().filter(|seen| is_active(**seen, now));
        active.count() as u64
    }

    /// Moves on to the minute of `now`: tells who was active at the end of each minute that is over and had
    /// anybody, oldest first, and forgets those who are not active any more.
    ///
    /// To be called before the first event of a minute is seen. An event that arrives after its minute is over
    /// does not change what was told.
    pub fn turn(&mut self, now: i64) -> Vec<(i64, u64)> {
        let present = now.div_euclid(MINUTE_US);
        if present < self.minute {
            // The clock was set back; what it showed before is told again when it comes.
            self.minute = present;
        }
        if present == self.minute {
            return Vec::new();
        }
        // Nobody seen in the minute that ends now is active later than five minutes after it.
        let last = present.min(self.minute + ACTIVE_US / MINUTE_US + 1);
        let ended = (self.minute..last)
            .map(|minute| (minute, self.active((minute + 1) * MINUTE_US)))
            .filter(|(_, active)| *active > 0)
            .collect();
        self.seen.retain(|_, seen| is_active(*seen, now));
        self.minute = present;
        ended
    }

    fn person(&self, event: &Event) -> Option<u64> {
        if let Some(name) = event.user_id.as_deref().or(event.anonymous_id.as_deref()) {
            return Some(self.hasher.hash_one(name));
        }
        event.visitor.map(|visitor| self.hasher.hash_one(visitor))
    }
}

/// A moment a little after `now` counts too: clocks are set back by small steps all the time.
fn is_active(seen: i64, now: i64) -> bool {
    (now - seen).abs() < ACTIVE_US
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Event {
        Event {
            user_id: Some(name.into()),
            ..Event::default()
        }
    }

    fn at(minute: i64, second: i64) -> i64 {
        minute * MINUTE_US + second * 1_000_000
    }

    #[test]
    fn people_are_counted_once_and_leave_after_five_minutes() {
        let mut people = People::default();
        people.see(&person("ana"), at(100, 0), at(100, 0));
        people.see(&person("ana"), at(100, 30), at(100, 30));
        let visitor = Event {
            visitor: Some(7),
            ..Event::default()
        };
        people.see(&visitor, at(103, 0), at(103, 0));
        people.see(&Event::default(), at(103, 0), at(103, 0));

        assert_eq!(people.active(at(104, 0)), 2);
        assert_eq!(people.active(at(105, 30)), 1, "ana was last seen at 100:30");
        assert_eq!(people.active(at(108, 0)), 0);
    }

    #[test]
    fn each_minute_that_ends_tells_who_was_active_at_its_end() {
        let mut people = People::default();
        people.turn(at(100, 0));
        people.see(&person("ana"), at(100, 10), at(100, 10));
        assert_eq!(people.turn(at(100, 50)), [], "the minute is not over");
        assert_eq!(people.turn(at(101, 0)), [(100, 1)]);
        people.see(&person("bo"), at(101, 5), at(101, 5));

        // Nothing happens for a long time: ana leaves during minute 105, bo during minute 106.
        let ended = people.turn(at(500, 0));

        assert_eq!(ended, [(101, 2), (102, 2), (103, 2), (104, 2), (105, 1)]);
        assert_eq!(people.active(at(500, 0)), 0);
        assert!(people.seen.is_empty(), "nobody is remembered for ever");
    }

    #[test]
    fn a_clock_that_is_set_back_leaves_nobody_active_for_ever() {
        let mut people = People::default();
        people.turn(at(100, 0));
        people.see(&person("ana"), at(100, 10), at(100, 10));

        people.turn(at(40, 0));
        people.see(&person("bo"), at(40, 5), at(40, 5));

        assert_eq!(people.active(at(40, 10)), 1, "only bo");
        people.see(&person("ana"), at(40, 20), at(40, 20));
        assert_eq!(people.active(at(40, 30)), 2);
        assert_eq!(people.turn(at(41, 0)), [(40, 2)]);
    }
}
