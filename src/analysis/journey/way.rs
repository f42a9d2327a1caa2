//! The way of one visit: its places in order, repeats collapsed, from the asked event onwards or back.

use crate::analysis::journey::question::Direction;

/// An event of a visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stop {
    /// When, in microseconds.
    pub at: i64,
    /// Its place in the order of receipt.
    order: u32,
    /// The number of its place; [`ANCHOR`] is set where it is the asked event.
    place: u32,
}

/// The bit of the asked event.
const ANCHOR: u32 = 1 << 31;

impl Stop {
    /// An event at a moment, by its order of receipt and the number of its place, below 2³¹; and whether it is the asked
    /// event.
    pub fn new(at: i64, order: u32, place: u32, is_anchor: bool) -> Stop {
        Stop {
            at,
            order,
            place: place | if is_anchor { ANCHOR } else { 0 },
        }
    }

    /// The number of its place.
    pub fn place(&self) -> u32 {
        self.place & !ANCHOR
    }

    /// Whether it is the asked event.
    pub fn is_anchor(&self) -> bool {
        self.place & ANCHOR != 0
    }
}

/// The first `steps` places from the first asked event of a visit, which is put in order; nothing if it has none. Into
/// `places`, by the numbers that `number` gives them.
///
/// Without a question for an event, from the first of the visit, or from the last one back. A place that comes again
/// right after itself is one stop. Whether the way ends there: fewer places than steps.
pub fn way(
    stops: &mut [Stop],
    direction: Direction,
    has_anchor: bool,
    steps: usize,
    number: impl Fn(u32) -> u32,
    places: &mut Vec<u32>,
) {
    places.clear();
    stops.sort_unstable_by_key(|stop| (stop.at, stop.order));
    let start = match (has_anchor, direction) {
        (true, _) => stops.iter().position(Stop::is_anchor),
        (false, Direction::Forward) => (!stops.is_empty()).then_some(0),
        (false, Direction::Backward) => stops.len().checked_sub(1),
    };
    let Some(start) = start else {
        return;
    };
    let mut take = |stop: &Stop| {
        let place = number(stop.place());
        if places.last() != Some(&place) {
            places.push(place);
        }
        places.len() > steps
    };
    match direction {
        Direction::Forward => stops[start..].iter().any(&mut take),
        Direction::Backward => stops[..=start].iter().rev().any(&mut take),
    };
    // One more place was looked for, so that a way that goes on is told from one that ends.
}
