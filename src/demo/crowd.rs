//! A few more people, for as long as somebody is likely to watch: a young server should not look asleep.
//!
//! The demo's own rhythm gives an event every few seconds. For the first hours after a start, people of the demo
//! begin sessions besides those of their own, at hours that suit them; the rate halves again and again, so that a
//! server that runs for days keeps days that look alike.

use crate::core::draw::Draw;
use crate::demo::day::Planned;
use crate::demo::funnel::Habit;
use crate::demo::part;
use crate::demo::person::Person;
use crate::demo::rhythm::{self, DAY_MS};
use crate::demo::stream::Stream;
use crate::demo::world::World;

/// Milliseconds between two such sessions at first. A session has about eighteen events.
const PAUSE_MS: f64 = 4_000.0;
/// Milliseconds after which there are half as many.
const HALF_LIFE_MS: f64 = 40.0 * 60_000.0;
/// Looks at random people for one who may come now.
const LOOKS_MAX: usize = 60;

/// The source of such sessions.
pub struct Crowd {
    draw: Draw,
    begun_at: i64,
    next_at: i64,
}

impl Crowd {
    /// A crowd that begins to come at `at`, in milliseconds since 1970.
    pub fn new(seed: u64, at: i64) -> Crowd {
        Crowd {
            draw: Draw::part(seed, &[part::LIVE, at as u64]),
            begun_at: at,
            next_at: at,
        }
    }

    /// Adds to `stream` all sessions that begin before its next event and before `until`.
    pub fn join(&mut self, stream: &mut Stream, until: i64) {
        while self.next_at < until.min(stream.next_at()) {
            if let Some(session) = self.session(stream.world()) {
                stream.add(&session);
            }
            let halved = (self.next_at - self.begun_at) as f64 / HALF_LIFE_MS;
            let pause = self.draw.exponential(PAUSE_MS * halved.exp2());
            // A pause of centuries ends nothing that still runs.
            self.next_at += 1 + pause.min(1e15) as i64;
        }
    }

    /// A session of somebody who uses the product these days and is awake.
    fn session(&mut self, world: &World) -> Option<Planned> {
        let at = self.next_at;
        let day = at.div_euclid(DAY_MS);
        let people = world.joined_before(day);
        if people.is_empty() {
            return None;
        }
        for _ in 0..LOOKS_MAX {
            let person: &Person = &people[self.draw.below(people.len() as u64) as usize];
            let age = day - person.joined_at.div_euclid(DAY_MS);
            let is_there = person.habit >= Habit::Regular && person.stay.holds(age);
            let awake = rhythm::awake(at, person.place().ahead_minutes);
            if is_there && self.draw.chance(awake) {
                return Some(World::plan_session(&mut self.draw, person, at));
            }
        }
        None
    }
}
