//! A made-up product of just the size that a set of events needs: more people, not busier ones.

use crate::demo::day::{Planned, What};
use crate::demo::rhythm::DAY_MS;
use crate::demo::world::{World, WorldSettings};

/// Visits to the site for each sign-up: fewer than in the demo, so that ten million events are of about two
/// hundred thousand people and visitors, a quarter of whom have signed up.
const VISITS_PER_SIGN_UP: f64 = 1.3;
/// Events for each sign-up, as a first guess.
const EVENTS_PER_SIGN_UP: f64 = 190.0;
/// How much larger than asked for the set is planned. What is too much is left off at its end, within the last
/// hours of it.
const MARGIN: f64 = 1.004;
/// Times that the share of what happens is corrected. Once is not enough, as leaving a session out makes room for
/// another one of the same person.
const CORRECTIONS: usize = 3;
/// Growth of the product while it is too small.
const STEP: f64 = 1.08;
/// Planned things of which all are written out to be counted; of more, only a part.
const COUNTED_ALL: u64 = 60_000;
/// Milliseconds by which ids are ahead of their events: about a century. Nothing in a new store is as old as
/// that, and so the loader need not look for earlier copies of the set's events in the set itself.
const IDS_AHEAD_MS: i64 = 100 * 365 * DAY_MS;

/// What a set is to be like.
#[derive(Clone, Copy, Debug)]
pub struct LoadSize {
    /// Events.
    pub events: u64,
    /// Days over which they spread.
    pub days: u32,
    /// What everything is drawn from.
    pub seed: u64,
    /// The end of the set, in milliseconds since 1970.
    pub until: i64,
}

impl LoadSize {
    /// A product with a few events more than are asked for.
    pub fn settings(self) -> WorldSettings {
        let launch = (self.until - 1).div_euclid(DAY_MS) + 1 - i64::from(self.days);
        let mut settings = WorldSettings {
            visits_per_sign_up: VISITS_PER_SIGN_UP,
            sign_ups: self.events as f64 / EVENTS_PER_SIGN_UP,
            ids_ahead: IDS_AHEAD_MS,
            ..WorldSettings::demo(self.seed, launch, self.days)
        };
        let wanted = self.events as f64 * MARGIN;
        loop {
            let Expected { fixed, optional } = self.expected(settings);
            if fixed + optional >= wanted {
                break;
            }
            settings.sign_ups *= STEP * (wanted / (fixed + optional)).max(1.0);
        }
        // Sessions and visits are left out, evenly over all days, until the rest fits.
        for _ in 0..CORRECTIONS {
            let Expected { fixed, optional } = self.expected(settings);
            settings.keep = (settings.keep * (wanted - fixed) / optional).clamp(0.0, 1.0);
        }
        settings
    }

    /// Events that a product gives until the end of the set.
    fn expected(self, settings: WorldSettings) -> Expected {
        let mut world = World::new(settings);
        let mut expected = Expected::default();
        let mut written = Vec::new();
        let one_of = (self.events / 12 / COUNTED_ALL).max(1);
        let mut number = 0;
        for day in settings.launch..=(self.until - 1).div_euclid(DAY_MS) {
            for planned in world.plan_day(day) {
                number += 1;
                if number % one_of != 0 || planned.at >= self.until {
                    continue;
                }
                world.write(&planned, &mut written);
                let until = written.iter().filter(|event| event.at < self.until);
                let events = (until.count() as u64 * one_of) as f64;
                written.clear();
                *expected.of(&planned) += events;
            }
        }
        expected
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Expected {
    /// Events without which the product would be another one: sign-ups, payments.
    fixed: f64,
    /// Events of sessions and visits.
    optional: f64,
}

impl Expected {
    fn of(&mut self, planned: &Planned) -> &mut f64 {
        match planned.what {
            What::Visit | What::Session => &mut self.optional,
            What::Look | What::SignUp | What::Spike | What::Turn(_) => &mut self.fixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::stream::Stream;

    #[test]
    fn a_set_reaches_its_end_with_just_a_few_events_more_than_asked_for() {
        for (events, days) in [(20_000, 90), (150_000, 30)] {
            let size = LoadSize {
                events,
                days,
                seed: 3,
                until: 20_781 * DAY_MS + DAY_MS / 2,
            };
            let mut stream = Stream::new(World::new(size.settings()), 0);
            let mut made = 0;
            let mut last = 0;
            while made < events {
                last = stream.next().expect("it never ends").at;
                made += 1;
            }
            assert!(
                last < size.until,
                "{events}: it ends {} s late",
                (last - size.until) / 1_000
            );
            assert!(
                last > size.until - DAY_MS,
                "{events}: it ends {} h early",
                (size.until - last) / 3_600_000
            );
        }
    }

    #[test]
    fn there_is_about_one_person_for_fifty_events() {
        let size = LoadSize {
            events: 200_000,
            days: 90,
            seed: 1,
            until: 20_781 * DAY_MS,
        };
        let stream = Stream::new(World::new(size.settings()), 0);
        let mut people = HashSet::new();
        for event in stream.take(200_000) {
            let event: serde_json::Value = serde_json::from_str(&event.json).expect("JSON");
            let person = event["user_id"].as_str().or(event["anonymous_id"].as_str());
            people.insert(person.unwrap_or_default().to_owned());
        }
        assert!((3_000..6_000).contains(&people.len()), "{}", people.len());
    }
}
