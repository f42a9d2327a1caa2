//! Which session an event belongs to: a gap of 30 minutes or a new campaign opens the next one.
//!
//! From memory alone, bounded; an id is given at ingest and never changed. Knows no store: after a start
//! it is told the recent events again.

use parking_lot::Mutex;
use quick_cache::unsync::Cache;

/// A longer pause than this ends a session (GA4, Plausible), in microseconds.
const GAP_US: i64 = 30 * 60 * 1_000_000;
/// People and visitors remembered. At about 64 bytes each this is at most 13 MB.
const PEOPLE_MAX: usize = 200_000;
/// Parts with a lock each, so that workers seldom meet.
const SHARDS: usize = 16;

#[derive(Clone, Copy, Debug)]
struct Seen {
    session: u64,
    last: i64,
    campaign: u64,
}

/// One use of the product by one person.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// Who, within which project.
    pub person: u64,
    /// When, in microseconds.
    pub at: i64,
    /// The campaign marks of the event; 0 without any.
    pub campaign: u64,
}

/// The sessions that are open now.
pub struct Sessions {
    shards: Vec<Mutex<Cache<u64, Seen>>>,
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions {
            shards: (0..SHARDS)
                .map(|_| Mutex::new(Cache::new(PEOPLE_MAX / SHARDS)))
                .collect(),
        }
    }
}

impl Sessions {
    /// The session of this touch: the open one, or a new one.
    pub fn session(&self, touch: Touch) -> String {
        let mut shard = self.shards[(touch.person % SHARDS as u64) as usize].lock();
        let open = shard.get(&touch.person).copied().filter(|seen| {
            (touch.at - seen.last).abs() <= GAP_US
                && (touch.campaign == 0 || touch.campaign == seen.campaign)
        });
        let seen = match open {
            Some(seen) => Seen {
                last: seen.last.max(touch.at),
                ..seen
            },
            None => Seen {
                session: mix(touch.person, touch.at),
                last: touch.at,
                campaign: touch.campaign,
            },
        };
        shard.insert(touch.person, seen);
        name(seen.session)
    }

    /// Remembers a session that was given before the server started.
    pub fn remember(&self, person: u64, at: i64, session_id: &str) {
        let Some(session) = parse(session_id) else {
            return;
        };
        let mut shard = self.shards[(person % SHARDS as u64) as usize].lock();
        if shard.get(&person).is_none_or(|seen| seen.last < at) {
            shard.insert(
                person,
                Seen {
                    session,
                    last: at,
                    campaign: 0,
                },
            );
        }
    }
}

/// The name of a session of ours.
fn name(session: u64) -> String {
    format!("s_{session:016x}")
}

/// The number in the name of a session of ours; `None` for a client's own.
fn parse(session_id: &str) -> Option<u64> {
    let digits = session_id
        .strip_prefix("s_")
        .filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok()
}

/// Two numbers to one that looks random (splitmix64).
fn mix(person: u64, at: i64) -> u64 {
    let mut z = person ^ (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn touch(person: u64, minute: i64, campaign: u64) -> Touch {
        Touch {
            person,
            at: minute * MINUTE,
            campaign,
        }
    }

    #[test]
    fn thirty_minutes_are_one_session_and_a_second_more_is_two() {
        let sessions = Sessions::default();
        let first = sessions.session(touch(1, 0, 0));
        assert_eq!(sessions.session(touch(1, 30, 0)), first);
        assert_eq!(
            sessions.session(touch(1, 60, 0)),
            first,
            "the gap counts from the last event"
        );
        assert_ne!(
            sessions.session(Touch {
                at: 90 * MINUTE + 1_000_000,
                ..touch(1, 0, 0)
            }),
            first
        );
        assert_ne!(sessions.session(touch(2, 0, 0)), first, "another person");
    }

    #[test]
    fn a_new_campaign_opens_a_session_and_no_campaign_does_not() {
        let sessions = Sessions::default();
        let first = sessions.session(touch(1, 0, 7));
        assert_eq!(sessions.session(touch(1, 1, 0)), first);
        assert_eq!(sessions.session(touch(1, 2, 7)), first);
        assert_ne!(sessions.session(touch(1, 3, 8)), first);
    }

    #[test]
    fn a_late_event_joins_its_session() {
        let sessions = Sessions::default();
        let first = sessions.session(touch(1, 10, 0));
        assert_eq!(sessions.session(touch(1, 0, 0)), first);
    }

    #[test]
    fn sessions_go_on_after_a_start() {
        let before = Sessions::default().session(touch(1, 0, 0));
        let after = Sessions::default();
        after.remember(1, 0, &before);
        after.remember(2, 0, "the client's own");
        assert_eq!(after.session(touch(1, 29, 0)), before);
    }
}
