//! How far one person gets: the definition of a funnel, over the events of one person in order.
//!
//! An *attempt* begins with an event that is the first step (in any order: any step) and lies in the period. A later
//! step counts if it happens at most the window after the entry, the last moment included. Steps are taken as early
//! as possible, which reaches as far as any other choice and finishes first. An attempt is under way from its entry
//! until it is finished, its window is over, or (strict) another event breaks it; an exclusion event meanwhile
//! removes it, unless that event is itself one of its steps. Of a person's attempts the one that gets furthest
//! counts, the earliest of equals. Events of one moment are ordered as they were received.

use crate::analysis::funnel::question::{Order, STEPS_MAX};

/// The bit of an exclusion event.
pub const EXCLUDED: u16 = 1 << STEPS_MAX;

/// An event of one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// When, in microseconds.
    pub at: i64,
    /// Its place in the order of receipt.
    pub order: u32,
    /// Bit `k`: it is step `k`; [`EXCLUDED`]: it removes attempts.
    pub mask: u16,
    /// The number of its value of the split.
    pub split: u16,
}

/// What holds for all people.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many steps there are.
    pub steps: usize,
    /// In which order.
    pub order: Order,
    /// How long after the entry a step counts.
    pub window_us: i64,
    /// First moment of entries.
    pub from: i64,
    /// The moment after the last.
    pub to: i64,
    /// When one looks: a window that is not over then leaves an unfinished attempt open.
    pub as_of: i64,
}

/// What a person's best attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Steps taken, at least 1.
    pub depth: usize,
    /// When each was taken.
    pub times: [i64; STEPS_MAX],
    /// The number of the split's value at the entry.
    pub split: u16,
    /// Whether it may still go on.
    pub is_open: bool,
}

/// What a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They never entered in the period.
    Absent,
    /// Each of their attempts was removed.
    Removed,
    /// Their best attempt.
    Best(Attempt),
}

/// Finds best attempts; keeps its memory from person to person.
#[derive(Debug)]
pub struct Judge {
    rules: Rules,
    /// Places of the events that are each step, and of those that exclude.
    places: Vec<Vec<u32>>,
    taken: Vec<u32>,
}

impl Judge {
    /// A judge with these rules.
    pub fn new(rules: Rules) -> Judge {
        Judge {
            rules,
            places: vec![Vec::new(); STEPS_MAX + 1],
            taken: Vec::with_capacity(STEPS_MAX),
        }
    }

    /// What a person did. The events are put in order.
    pub fn outcome(&mut self, events: &mut [Moment]) -> Outcome {
        events.sort_unstable_by_key(|event| (event.at, event.order));
        for places in &mut self.places {
            places.clear();
        }
        for (place, event) in events.iter().enumerate() {
            let mut rest = event.mask;
            while rest != 0 {
                self.places[rest.trailing_zeros() as usize].push(place as u32);
                rest &= rest - 1;
            }
        }
        let mut best: Option<Attempt> = None;
        let mut is_removed = false;
        let entry_mask = match self.rules.order {
            Order::Sequential | Order::Strict => 1,
            Order::Any => EXCLUDED - 1,
        };
        for (place, event) in events.iter().enumerate() {
            if event.mask & entry_mask == 0 || event.at < self.rules.from {
                continue;
            }
            if event.at >= self.rules.to {
                break;
            }
            match self.attempt(events, place) {
                None => is_removed = true,
                Some(attempt) => {
                    if best.is_none_or(|held| attempt.depth > held.depth) {
                        best = Some(attempt);
                    }
                    if attempt.depth == self.rules.steps {
                        break;
                    }
                }
            }
        }
        match best {
            Some(attempt) => Outcome::Best(attempt),
            None if is_removed => Outcome::Removed,
            None => Outcome::Absent,
        }
    }

    /// The attempt that begins at a place; `None` if it is removed.
    fn attempt(&mut self, events: &[Moment], entry: usize) -> Option<Attempt> {
        let deadline = events[entry].at.saturating_add(self.rules.window_us);
        let mut times = [0; STEPS_MAX];
        self.taken.clear();
        match self.rules.order {
            Order::Sequential => self.take_in_order(events, entry, deadline),
            Order::Strict => self.take_next(events, entry, deadline),
            Order::Any => self.take_any(events, entry, deadline),
        }
        for (time, place) in times.iter_mut().zip(&self.taken) {
            *time = events[*place as usize].at;
        }
        let depth = self.taken.len();
        let is_finished = depth == self.rules.steps;
        if self.is_excluded(events, entry, deadline, is_finished) {
            return None;
        }
        let is_broken = self.rules.order == Order::Strict
            && events.len() > entry + depth
            && events[entry + depth].at <= deadline;
        Some(Attempt {
            depth,
            times,
            split: events[entry].split,
            is_open: !is_finished && !is_broken && deadline >= self.rules.as_of,
        })
    }

    fn take_in_order(&mut self, events: &[Moment], entry: usize, deadline: i64) {
        let mut last = entry as u32;
        self.taken.push(last);
        for step in 1..self.rules.steps {
            let places = &self.places[step];
            let next = places.partition_point(|place| *place <= last);
            match places.get(next) {
                Some(place) if events[*place as usize].at <= deadline => {
                    last = *place;
                    self.taken.push(last);
                }
                _ => break,
            }
        }
    }

    fn take_next(&mut self, events: &[Moment], entry: usize, deadline: i64) {
        let following = events[entry..].iter().take(self.rules.steps).enumerate();
        for (step, event) in following {
            if event.mask & (1 << step) == 0 || event.at > deadline {
                break;
            }
            self.taken.push((entry + step) as u32);
        }
    }

    /// Steps in any order, each by an event of its own. An event that could be several steps is whichever of them
    /// lets most steps be taken; a step is taken at the moment from which that many are possible.
    fn take_any(&mut self, events: &[Moment], entry: usize, deadline: i64) {
        // No more than the first events of each step can be needed, as many as there are steps.
        let steps = self.rules.steps;
        let mut candidates: Vec<u32> = vec![entry as u32];
        for places in &self.places[..steps] {
            let next = places.partition_point(|place| *place <= entry as u32);
            let in_time = places[next..].iter().take(steps);
            candidates.extend(in_time.filter(|place| events[**place as usize].at <= deadline));
        }
        candidates[1..].sort_unstable();
        candidates.dedup();
        let mut owners: [Option<u32>; STEPS_MAX] = [None; STEPS_MAX];
        for place in candidates {
            let mut seen = 0;
            if find_step(events, place, &mut owners, &mut seen) {
                self.taken.push(place);
                if self.taken.len() == steps {
                    break;
                }
            }
        }
    }

    fn is_excluded(
        &self,
        events: &[Moment],
        entry: usize,
        deadline: i64,
        is_finished: bool,
    ) -> bool {
        let places = &self.places[STEPS_MAX];
        let first = places.partition_point(|place| *place <= entry as u32);
        let last_taken = self.taken.last().copied().unwrap_or(entry as u32);
        for place in &places[first..] {
            if events[*place as usize].at > deadline || (is_finished && *place > last_taken) {
                return false;
            }
            if self.taken.contains(place) {
                continue;
            }
            // In strict order the first other event ends the attempt; it removes it only if it is the excluded one.
            return self.rules.order != Order::Strict || *place == last_taken + 1;
        }
        false
    }
}

/// Finds a step for an event, moving others to another step of theirs where that makes room.
fn find_step(
    events: &[Moment],
    place: u32,
    owners: &mut [Option<u32>; STEPS_MAX],
    seen: &mut u16,
) -> bool {
    let mut rest = events[place as usize].mask & (EXCLUDED - 1);
    while rest != 0 {
        let step = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        if *seen & (1 << step) != 0 {
            continue;
        }
        *seen |= 1 << step;
        let is_free = match owners[step] {
            None => true,
            Some(owner) => find_step(events, owner, owners, seen),
        };
        if is_free {
            owners[step] = Some(place);
            return true;
        }
    }
    false
}
