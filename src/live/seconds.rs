//! The last five minutes by the second: what figures that slide need.

use jiff::Timestamp;

use crate::core::event::{Event, Outcome};
use crate::core::sketch::Sketch;
use crate::live::tally::{ByProvider, Tally};

/// Seconds of the figures that look back five minutes.
pub const RECENT_S: i64 = 300;

/// Counts of one second.
#[derive(Clone, Debug, Default)]
struct Second {
    /// Which second since 1970 this is.
    stamp: i64,
    tally: Tally,
    latency: Sketch,
    providers: ByProvider,
}

/// A ring of seconds.
pub struct Seconds {
    ring: Vec<Second>,
}

/// What the ring holds at one moment.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// The last five minutes.
    pub five_minutes: Tally,
    /// Latencies of successful calls in them.
    pub latency: Sketch,
    /// The same five minutes by provider.
    pub providers: ByProvider,
    /// The last full 60 seconds; the present second is not over and so not in it.
    pub minute: Tally,
    /// The same 60 seconds by provider.
    pub minute_providers: ByProvider,
}

impl Default for Seconds {
    fn default() -> Seconds {
        Seconds {
            ring: vec![Second::default(); RECENT_S as usize + 1],
        }
    }
}

impl Seconds {
    /// Adds an event that happened at `at`, which is not later than `now` (microseconds).
    pub fn count(&mut self, event: &Event, tally: &Tally, at: i64, now: i64) {
        let stamp = at.div_euclid(1_000_000);
        let index = stamp.rem_euclid(self.ring.len() as i64) as usize;
        let second = &mut self.ring[index];
        // A second later than now is from before the clock was set back.
        let is_held = second.stamp > stamp && second.stamp <= now.div_euclid(1_000_000);
        if is_held {
            return;
        }
        if second.stamp != stamp {
            *second = Second {
                stamp,
                ..Second::default()
            };
        }
        second.tally.add(tally);
        second.providers.count(event, tally);
        if let (true, Outcome::Success, Some(latency)) =
            (event.is_call(), event.outcome(), event.latency_ms)
        {
            second.latency.add(latency);
        }
    }

    /// The sums at `now`.
    pub fn recent(&self, now: Timestamp) -> Recent {
        let mut recent = Recent::default();
        let present = now.as_microsecond().div_euclid(1_000_000);
        for second in &self.ring {
            let age = present - second.stamp;
            if (0..RECENT_S).contains(&age) {
                recent.five_minutes.add(&second.tally);
                recent.latency.merge(&second.latency);
                recent.providers.merge(&second.providers);
            }
            if (1..=60).contains(&age) {
                recent.minute.add(&second.tally);
                recent.minute_providers.merge(&second.providers);
            }
        }
        recent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().expect("a time")
    }

    fn with_calls(seconds_ago: &[i64]) -> Seconds {
        let mut seconds = Seconds::default();
        for ago in seconds_ago {
            let event = Event {
                kind: "response_received".into(),
                provider: Some("openai".into()),
                latency_ms: Some(500.0),
                ..Event::default()
            };
            let at = now().as_microsecond() - ago * 1_000_000;
            seconds.count(&event, &Tally::of(&event), at, now().as_microsecond());
        }
        seconds
    }

    #[test]
    fn five_minutes_begin_299_seconds_ago_and_hold_the_present_second() {
        let recent = with_calls(&[0, 1, 299, 300]).recent(now());
        assert_eq!(recent.five_minutes.answers, 3);
        assert_eq!(recent.latency.len(), 3);
        assert_eq!(recent.providers.ranked()[0].1.answers, 3);
    }

    #[test]
    fn the_minute_is_the_last_full_one() {
        let recent = with_calls(&[0, 1, 60, 61]).recent(now());
        assert_eq!(recent.minute.answers, 2, "1 and 60 seconds ago");
        assert_eq!(recent.minute_providers.ranked()[0].1.answers, 2);
    }

    #[test]
    fn a_second_that_left_the_ring_makes_room_and_does_not_come_back() {
        let mut seconds = with_calls(&[0]);
        let event = Event {
            kind: "query_sent".into(),
            ..Event::default()
        };
        // 301 seconds earlier uses the same place of the ring.
        let earlier = now().as_microsecond() - 301_000_000;
        seconds.count(&event, &Tally::of(&event), earlier, now().as_microsecond());

        let recent = seconds.recent(now());

        assert_eq!(
            (recent.five_minutes.queries, recent.five_minutes.answers),
            (0, 1)
        );
        let set_back = now() - jiff::SignedDuration::from_secs(301);
        seconds.count(&event, &Tally::of(&event), earlier, earlier);
        assert_eq!(seconds.recent(set_back).five_minutes.queries, 1);
    }
}
