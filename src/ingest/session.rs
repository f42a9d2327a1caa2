//! Which session an event belongs to: a gap of 30 minutes or a new campaign opens the next one.
//!
//! Somebody who says who he is takes his visit along: the pages that the browser has shown before and the ones
//! after are one session. From memory alone, bounded; an id is given at ingest and never changed. Knows no store:
//! after a start it is told the recent events again.

use parking_lot::{Mutex, MutexGuard};
use quick_cache::unsync::Cache;

/// A longer pause than this ends a session (GA4, Plausible), in microseconds.
const GAP_US: i64 = 30 * 60 * 1_000_000;
/// People remembered, and as many visitors. At about 80 bytes each both are at most 16 MB.
const PEOPLE_MAX: usize = 100_000;
/// Parts with a lock each, so that workers seldom meet.
const SHARDS: usize = 16;
/// Added to the number of somebody whose earlier session goes on beside the open one.
const EARLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// A session that may go on.
#[derive(Clone, Copy, Debug)]
struct Seen {
    session: u64,
    first: i64,
    last: i64,
    campaign: u64,
    /// Who has taken it, of those known by name; 0 while nobody has.
    owner: u64,
}

impl Seen {
    /// Whether the touch belongs to it.
    fn takes(&self, touch: &Touch) -> bool {
        (self.first.saturating_sub(GAP_US)..=self.last.saturating_add(GAP_US)).contains(&touch.at)
            && (touch.campaign == 0 || touch.campaign == self.campaign)
    }

    /// Whether the touch is of a time before it.
    fn is_after(&self, touch: &Touch) -> bool {
        touch.at < self.first.saturating_sub(GAP_US)
    }
}

/// One use of the product by one person. At least one of the two numbers is there.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// Who by name, within which project.
    pub person: Option<u64>,
    /// Which browser, as far as that is known without a name.
    pub visitor: Option<u64>,
    /// When, in microseconds.
    pub at: i64,
    /// The campaign marks of the event; 0 without any.
    pub campaign: u64,
}

type Part = Cache<u64, Seen>;

/// The open sessions of one kind of key.
struct Open(Vec<Mutex<Part>>);

impl Open {
    fn new() -> Open {
        Open(
            (0..SHARDS)
                .map(|_| Mutex::new(Cache::new(PEOPLE_MAX / SHARDS)))
                .collect(),
        )
    }

    fn of(&self, key: u64) -> Entry<'_> {
        Entry {
            part: self.0[(key % SHARDS as u64) as usize].lock(),
            key,
        }
    }
}

/// The place of one key, locked.
struct Entry<'a> {
    part: MutexGuard<'a, Part>,
    key: u64,
}

impl Entry<'_> {
    fn seen(&self) -> Option<Seen> {
        self.part.get(&self.key).copied()
    }

    fn put(&mut self, seen: Seen) {
        self.part.insert(self.key, seen);
    }
}

/// The sessions that are open now.
pub struct Sessions {
    people: Open,
    visitors: Open,
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions {
            people: Open::new(),
            visitors: Open::new(),
        }
    }
}

impl Sessions {
    /// The session of this touch: the open one, or a new one.
    pub fn session(&self, touch: Touch) -> String {
        // People are always locked before visitors, so that two workers cannot wait for each other.
        let mut person = touch.person.map(|key| self.people.of(key));
        let mut visitor = touch.visitor.map(|key| self.visitors.of(key));
        let places = || person.iter().chain(&visitor);
        // What was kept while a browser was offline must not end what has begun since.
        let is_late = places().any(|place| place.seen().is_some_and(|seen| seen.is_after(&touch)));
        if is_late {
            for place in person.iter_mut().chain(&mut visitor) {
                place.key ^= EARLIER;
            }
        }
        let own = person.as_ref().and_then(Entry::seen);
        let of_browser = visitor.as_ref().and_then(Entry::seen).filter(|seen| {
            // Two people at one browser, or behind one address, stay two.
            touch.person.is_none() || [Some(0), touch.person].contains(&Some(seen.owner))
        });
        let open = [own, of_browser]
            .into_iter()
            .flatten()
            .find(|seen| seen.takes(&touch));
        let mut seen = open.unwrap_or(Seen {
            session: mix(touch.person.or(touch.visitor).unwrap_or(0), touch.at),
            first: touch.at,
            last: touch.at,
            campaign: touch.campaign,
            owner: 0,
        });
        seen.first = seen.first.min(touch.at);
        seen.last = seen.last.max(touch.at);
        seen.owner = touch.person.unwrap_or(seen.owner);
        for place in person.iter_mut().chain(&mut visitor) {
            place.put(seen);
        }
        name(seen.session)
    }

    /// Remembers a session that was given before the server started. Touches come in the order of time.
    pub fn remember(&self, touch: Touch, session_id: &str) {
        let Some(session) = parse(session_id) else {
            return;
        };
        let person = touch.person.map(|key| self.people.of(key));
        let visitor = touch.visitor.map(|key| self.visitors.of(key));
        for mut place in person.into_iter().chain(visitor) {
            let before = place.seen().filter(|seen| seen.session == session);
            place.put(Seen {
                session,
                first: before.map_or(touch.at, |seen| seen.first),
                last: touch.at,
                campaign: 0,
                owner: touch.person.or(before.map(|seen| seen.owner)).unwrap_or(0),
            });
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
            person: Some(person),
            visitor: None,
            at: minute * MINUTE,
            campaign,
        }
    }

    /// At the one browser there is here, by somebody known or not.
    fn browse(person: Option<u64>, minute: i64) -> Touch {
        Touch {
            person,
            visitor: Some(900),
            at: minute * MINUTE,
            campaign: 0,
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
        assert_eq!(
            sessions.session(touch(1, -25, 0)),
            first,
            "25 minutes before the first"
        );
    }

    #[test]
    fn what_comes_hours_late_is_a_session_of_its_own_and_ends_none() {
        let sessions = Sessions::default();
        let open = sessions.session(touch(1, 600, 0));
        let earlier = sessions.session(touch(1, 300, 0));
        assert_ne!(earlier, open);
        assert_eq!(sessions.session(touch(1, 310, 0)), earlier);
        assert_eq!(sessions.session(touch(1, 610, 0)), open);
    }

    #[test]
    fn who_says_who_he_is_takes_his_visit_along() {
        let sessions = Sessions::default();
        let visit = sessions.session(browse(None, 0));
        assert_eq!(sessions.session(browse(Some(1), 1)), visit);
        assert_eq!(
            sessions.session(browse(None, 2)),
            visit,
            "the next page, before it says who it is for"
        );
        assert_eq!(sessions.session(touch(1, 20, 0)), visit, "by name alone");
        assert_eq!(sessions.session(browse(Some(1), 45)), visit);
    }

    #[test]
    fn two_people_at_one_browser_are_two_sessions() {
        let sessions = Sessions::default();
        let visit = sessions.session(browse(None, 0));
        assert_eq!(sessions.session(browse(Some(1), 1)), visit);
        let second = sessions.session(browse(Some(2), 2));
        assert_ne!(second, visit);
        assert_eq!(sessions.session(browse(Some(1), 3)), visit);
        assert_eq!(sessions.session(browse(Some(2), 4)), second);
    }

    #[test]
    fn sessions_go_on_after_a_start() {
        let before = Sessions::default().session(browse(None, 0));
        let after = Sessions::default();
        after.remember(browse(None, 0), &before);
        after.remember(browse(Some(1), 1), &before);
        after.remember(touch(2, 1, 0), "the client's own");
        assert_eq!(after.session(touch(1, 29, 0)), before);
        assert_eq!(after.session(browse(None, 30)), before);
        assert_ne!(
            after.session(browse(Some(3), 30)),
            before,
            "it is the first one's"
        );
    }
}
