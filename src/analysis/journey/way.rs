//! The way of one visit: its places in order, repeats collapsed, from the asked event onwards or back.

use crate::analysis::journey::question::Direction;

/// An event of a visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stop {
    /// When, in microseconds.
    pub at: i64,
    /// Its place in the order of receipt.
    pub seq: i64,
    /// The number of its place.
    pub place: u32,
    /// Whether it is the asked event.
    pub is_anchor: bool,
}

/// The first `steps` places from the first asked event of a visit, which is put in order; `None` if it has none.
///
/// Without a question for an event, from the first of the visit, or from the last one back. A place that comes again
/// right after itself is one stop. Whether the way ends there: fewer places than steps.
pub fn way(
    stops: &mut [Stop],
    direction: Direction,
    has_anchor: bool,
    steps: usize,
) -> Option<Vec<u32>> {
    stops.sort_unstable_by_key(|stop| (stop.at, stop.seq));
    let start = match (has_anchor, direction) {
        (true, _) => stops.iter().position(|stop| stop.is_anchor)?,
        (false, Direction::Forward) => 0,
        (false, Direction::Backward) => stops.len().checked_sub(1)?,
    };
    let mut places: Vec<u32> = Vec::with_capacity(steps);
    let mut take = |stop: &Stop| {
        if places.last() != Some(&stop.place) {
            places.push(stop.place);
        }
        places.len() > steps
    };
    match direction {
        Direction::Forward => stops[start..].iter().any(&mut take),
        Direction::Backward => stops[..=start].iter().rev().any(&mut take),
    };
    // One more place was looked for, so that a way that goes on is told from one that ends.
    Some(places)
}
