//! A few more people, for as long as somebody is likely to watch: a young server should not look asleep.
//!
//! The demo's own rhythm gives an event every few seconds. Around a start, people of the demo begin sessions
//! besides those of their own, at hours that suit them: more and more of them in the hour before it, so that the
//! last hour looks like one, and half as many again and again after it, so that a server that runs for days keeps
//! days that look alike. The day before had a crowd at the same hour, since live figures are compared with it. Each
//! of the two days has some 40 per cent more events by it, which is what a busy day may have.

use crate::core::draw::Draw;
use crate::demo::day::Planned;
use crate::demo::funnel::Habit;
use crate::demo::part;
use crate::demo::person::Person;
use crate::demo::rhythm::{self, DAY_MS};
use crate::demo::stream::Stream;
use crate::demo::world::World;

/// Milliseconds between two such sessions at their busiest. A session has about eighteen events.
const PAUSE_MS: f64 = 22_000.0;
/// Milliseconds before the start from which they come.
const BEFORE_MS: i64 = 65 * 60_000;
/// Milliseconds before the start at which they are busiest, as most sessions last a few minutes.
const BUSIEST_MS: i64 = 5 * 60_000;
/// Share of the busiest rate with which they begin.
const AT_FIRST: f64 = 0.2;
/// Milliseconds after which there are half as many.
const HALF_LIFE_MS: f64 = 20.0 * 60_000.0;
/// Looks at random people for one who may come now.
const LOOKS_MAX: usize = 60;

/// The source of such sessions.
pub struct Crowd {
    draw: Draw,
    busiest_at: i64,
    next_at: i64,
}

impl Crowd {
    /// The crowd around a start at `start`; nobody of it comes before `from`. Both in milliseconds since 1970.
    pub fn new(seed: u64, start: i64, from: i64) -> Crowd {
        Crowd {
            draw: Draw::part(seed, &[part::LIVE, start as u64]),
            busiest_at: start - BUSIEST_MS,
            next_at: from.max(start - BEFORE_MS),
        }
    }

    /// When the next session may begin.
    pub fn next_at(&self) -> i64 {
        self.next_at
    }

    /// Adds to `stream` all sessions that begin before its next event and before `until`.
    pub fn join(&mut self, stream: &mut Stream, until: i64) {
        while self.next_at < until.min(stream.next_at()) {
            if let Some(session) = self.session(stream.world()) {
                stream.add(&session);
            }
            let pause = self.draw.exponential(PAUSE_MS / self.rate());
            // A pause of centuries ends nothing that still runs.
            self.next_at += 1 + pause.min(1e15) as i64;
        }
    }

    /// The present share of the busiest rate.
    fn rate(&self) -> f64 {
        let since = (self.next_at - self.busiest_at) as f64;
        if since < 0.0 {
            let rise = 1.0 + since / (BEFORE_MS - BUSIEST_MS) as f64;
            AT_FIRST + (1.0 - AT_FIRST) * rise.max(0.0)
        } else {
            (-since / HALF_LIFE_MS).exp2()
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
