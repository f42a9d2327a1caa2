//! The clock: the one place that reads the time.
//!
//! Everything else is handed a [`Clock`] or a `Timestamp`, so that expiry, throttling and
//! salts can be tested on literal dates. Does not know time zones and does not sleep.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

/// Where the present moment comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A clock that stands still until a test moves it.
    Manual(ManualClock),
}

impl Clock {
    /// The present moment, in UTC.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the place that all other code asks instead"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Manual(manual) => manual.now(),
        }
    }
}

/// A clock set by hand; clones share the same time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    now: Arc<Mutex<Timestamp>>,
}

impl ManualClock {
    /// A clock that shows `now` until it is moved.
    pub fn at(now: Timestamp) -> ManualClock {
        ManualClock {
            now: Arc::new(Mutex::new(now)),
        }
    }

    /// Moves the clock to `now`, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock() = now;
    }

    /// Moves the clock forwards by `step`, at most to the last representable moment.
    pub fn advance(&self, step: Duration) {
        let mut now = self.now.lock();
        *now = now.checked_add(step).unwrap_or(Timestamp::MAX);
    }

    fn now(&self) -> Timestamp {
        *self.now.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved_and_clones_move_with_it() {
        let start: Timestamp = "2026-03-29T10:00:00Z".parse().unwrap();
        let manual = ManualClock::at(start);
        let clock = Clock::Manual(manual.clone());
        assert_eq!(clock.now(), start);
        assert_eq!(clock.now(), start);

        manual.advance(Duration::from_millis(90_500));
        assert_eq!(clock.now().to_string(), "2026-03-29T10:01:30.5Z");

        manual.set("2020-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(clock.now().to_string(), "2020-01-01T00:00:00Z");
    }

    #[test]
    fn a_manual_clock_stops_at_the_end_of_time() {
        let manual = ManualClock::at(Timestamp::MAX);
        manual.advance(Duration::MAX);
        assert_eq!(Clock::Manual(manual).now(), Timestamp::MAX);
    }
}
