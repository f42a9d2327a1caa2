//! Who belongs to which cohort, and in which stretches they came back.

use crate::analysis::retention::question::COHORTS_MAX;
use crate::analysis::retention::question::COLUMNS_MAX;

/// A place in the calendar is one bit of this; the last stands for everything later.
const BITS: usize = 128;
const _: () = assert!(COHORTS_MAX + COLUMNS_MAX as usize <= BITS);

/// Nobody's cohort yet.
const NONE: u8 = u8::MAX;
/// They began before the first cohort.
const EARLIER: u8 = u8::MAX - 1;

/// What is known of a person.
#[derive(Clone, Copy, Debug)]
struct Known {
    cohort: u8,
    value: u8,
    /// Bit `k`: they came back in stretch `k`.
    returns: u128,
}

/// All people, by their dense numbers.
#[derive(Debug, Default)]
pub struct Cohorts {
    people: Vec<Known>,
}

/// A member of a cohort.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Their cohort.
    pub cohort: usize,
    /// The number of their value of the split.
    pub value: usize,
    /// Bit `k`: they came back in stretch `k`.
    pub returns: u128,
}

impl Member {
    /// Whether they came back in a stretch.
    pub fn came_back_in(&self, place: usize) -> bool {
        self.returns >> place.min(BITS - 1) & 1 == 1
    }

    /// Whether they came back in a stretch or later.
    pub fn came_back_from(&self, place: usize) -> bool {
        self.returns >> place.min(BITS - 1) != 0
    }
}

impl Cohorts {
    fn known(&mut self, person: u32) -> &mut Known {
        let place = person as usize;
        if self.people.len() <= place {
            self.people.resize(
                place + 1,
                Known {
                    cohort: NONE,
                    value: 0,
                    returns: 0,
                },
            );
        }
        &mut self.people[place]
    }

    /// Somebody did the start event in a stretch, `None` before the first. The earliest counts, with its value.
    pub fn began(&mut self, person: u32, place: Option<usize>, value: u8) {
        let known = self.known(person);
        match place {
            None => known.cohort = EARLIER,
            Some(_) if known.cohort == EARLIER => {}
            Some(place) => {
                let place = place.min(BITS - 1) as u8;
                if known.cohort == NONE || place < known.cohort {
                    (known.cohort, known.value) = (place, value);
                }
            }
        }
    }

    /// Somebody came back in a stretch; before the first nobody asks.
    pub fn came_back(&mut self, person: u32, place: Option<usize>) {
        if let Some(place) = place {
            self.known(person).returns |= 1 << place.min(BITS - 1);
        }
    }

    /// Those who began in one of the first `cohorts` stretches, with their numbers.
    pub fn members(&self, cohorts: usize) -> impl Iterator<Item = (u32, Member)> {
        let numbered = self.people.iter().enumerate();
        numbered
            .filter(move |(_, known)| usize::from(known.cohort) < cohorts && known.cohort < EARLIER)
            .map(|(person, known)| {
                let member = Member {
                    cohort: usize::from(known.cohort),
                    value: usize::from(known.value),
                    returns: known.returns,
                };
                (person as u32, member)
            })
    }
}
