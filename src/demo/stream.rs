//! The events of a demo in order of time, from any moment on and without end.
//!
//! Holds the rest of the day that is planned, and the events of what has begun.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::demo::day::Planned;
use crate::demo::line::DemoEvent;
use crate::demo::rhythm::DAY_MS;
use crate::demo::world::World;

/// Events of a demo.
pub struct Stream {
    world: World,
    from: i64,
    day: i64,
    /// What begins later on the planned day, the latest first.
    planned: Vec<Planned>,
    begun: BinaryHeap<Reverse<Begun>>,
    count: u64,
    written: Vec<DemoEvent>,
}

/// An event that waits for its moment. Events of the same moment come in the order in which they were written.
struct Begun {
    place: u64,
    event: DemoEvent,
}

impl Stream {
    /// The events of `world` that happen at `from` (milliseconds since 1970) or later.
    pub fn new(world: World, from: i64) -> Stream {
        // What began on the day before may go on.
        let day = from.div_euclid(DAY_MS).max(world.settings.launch) - 2;
        Stream {
            world,
            from,
            day,
            planned: Vec::new(),
            begun: BinaryHeap::new(),
            count: 0,
            written: Vec::new(),
        }
    }

    /// The people, as far as they are known.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// When the next event happens, in milliseconds since 1970.
    pub fn next_at(&mut self) -> i64 {
        self.begin();
        self.begun
            .peek()
            .map_or(i64::MAX, |Reverse(next)| next.event.at)
    }

    /// Adds something to what was planned. It must not begin before the last event that was given.
    pub fn add(&mut self, planned: &Planned) {
        self.world.write(planned, &mut self.written);
        self.hold();
    }

    /// Begins everything that begins before the next event.
    fn begin(&mut self) {
        loop {
            while let Some(next) = self.planned.last().copied() {
                if self
                    .begun
                    .peek()
                    .is_some_and(|Reverse(begun)| begun.event.at < next.at)
                {
                    return;
                }
                self.planned.pop();
                self.world.write(&next, &mut self.written);
                self.hold();
            }
            let tomorrow = (self.day + 1) * DAY_MS;
            if self
                .begun
                .peek()
                .is_some_and(|Reverse(begun)| begun.event.at < tomorrow)
            {
                return;
            }
            self.day += 1;
            self.planned = self.world.plan_day(self.day);
            self.planned.reverse();
        }
    }

    fn hold(&mut self) {
        for event in self.written.drain(..).filter(|event| event.at >= self.from) {
            self.begun.push(Reverse(Begun {
                place: self.count,
                event,
            }));
            self.count += 1;
        }
    }
}

impl Iterator for Stream {
    type Item = DemoEvent;

    /// The next event; there always is one.
    fn next(&mut self) -> Option<DemoEvent> {
        self.begin();
        self.begun.pop().map(|Reverse(next)| next.event)
    }
}

impl PartialEq for Begun {
    fn eq(&self, other: &Begun) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Begun {}

impl PartialOrd for Begun {
    fn partial_cmp(&self, other: &Begun) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Begun {
    fn cmp(&self, other: &Begun) -> Ordering {
        (self.event.at, self.place).cmp(&(other.event.at, other.place))
    }
}
