//! A slow and obvious funnel, for tests: it tries every choice of events and keeps the best.

use crate::analysis::funnel::attempt::{EXCLUDED, Moment, Rules};
use crate::analysis::funnel::question::Order;

/// Depth, entry's time and the time of the last step of a person's best attempt, or whether all were removed.
#[derive(Debug, PartialEq, Eq)]
pub enum Expected {
    Absent,
    Removed,
    Best {
        depth: usize,
        times: Vec<i64>,
        is_open: bool,
    },
}

pub fn outcome(events: &[Moment], rules: &Rules) -> Expected {
    let mut events = events.to_vec();
    events.sort_by_key(|event| (event.at, event.order));
    let (mut best, mut is_removed) = (None, false);
    for entry in 0..events.len() {
        let is_entry = match rules.order {
            Order::Any => events[entry].mask & (EXCLUDED - 1) != 0,
            Order::Sequential | Order::Strict => events[entry].mask & 1 != 0,
        };
        if !is_entry || events[entry].at < rules.from || events[entry].at >= rules.to {
            continue;
        }
        let deadline = events[entry].at + rules.window_us;
        // Every way to take steps from here; of the longest the one whose steps are taken earliest.
        let mut ways: Vec<Vec<usize>> = Vec::new();
        extend(&events, rules, deadline, vec![entry], &mut ways);
        let way = ways
            .into_iter()
            .min_by_key(|way| {
                (
                    usize::MAX - way.len(),
                    way.iter().rev().copied().collect::<Vec<_>>(),
                )
            })
            .expect("the entry alone is a way");
        let depth = way.len();
        let is_finished = depth == rules.steps;
        // The first event after the attempt's last step breaks a strict attempt.
        let breaker = (rules.order == Order::Strict && !is_finished)
            .then(|| entry + depth)
            .filter(|place| *place < events.len() && events[*place].at <= deadline);
        let end = match (is_finished, breaker) {
            (true, _) => *way.last().expect("not empty"),
            (false, Some(place)) => place,
            (false, None) => events.len(),
        };
        let removes = |place: usize| {
            place > entry
                && place <= end
                && !way.contains(&place)
                && events[place].mask & EXCLUDED != 0
                && events[place].at <= deadline
        };
        if (0..events.len()).any(removes) {
            is_removed = true;
            continue;
        }
        let times: Vec<i64> = earliest_times(&events, rules, deadline, entry, depth);
        let is_open = !is_finished && breaker.is_none() && deadline >= rules.as_of;
        let is_better = match &best {
            Some(Expected::Best { depth: held, .. }) => depth > *held,
            _ => true,
        };
        if is_better {
            best = Some(Expected::Best {
                depth,
                times,
                is_open,
            });
        }
    }
    best.unwrap_or(if is_removed {
        Expected::Removed
    } else {
        Expected::Absent
    })
}

/// Adds every way that begins with `way`.
fn extend(
    events: &[Moment],
    rules: &Rules,
    deadline: i64,
    way: Vec<usize>,
    ways: &mut Vec<Vec<usize>>,
) {
    let last = *way.last().expect("not empty");
    if way.len() < rules.steps {
        let next: Vec<usize> = match rules.order {
            Order::Strict => vec![last + 1],
            Order::Sequential | Order::Any => (last + 1..events.len()).collect(),
        };
        for place in next {
            if place >= events.len() || events[place].at > deadline {
                continue;
            }
            let mut longer = way.clone();
            longer.push(place);
            let fits = match rules.order {
                Order::Any => can_be_steps(events, &longer, rules.steps, 0),
                Order::Sequential | Order::Strict => events[place].mask & (1 << way.len()) != 0,
            };
            if fits {
                extend(events, rules, deadline, longer, ways);
            }
        }
    }
    ways.push(way);
}

/// Whether each event of a way can be a step of its own.
fn can_be_steps(events: &[Moment], way: &[usize], steps: usize, used: u16) -> bool {
    let Some((first, rest)) = way.split_first() else {
        return true;
    };
    (0..steps).any(|step| {
        let bit = 1 << step;
        events[*first].mask & bit != 0
            && used & bit == 0
            && can_be_steps(events, rest, steps, used | bit)
    })
}

/// When 1, 2, … steps were first possible from this entry.
fn earliest_times(
    events: &[Moment],
    rules: &Rules,
    deadline: i64,
    entry: usize,
    depth: usize,
) -> Vec<i64> {
    let mut ways = Vec::new();
    extend(events, rules, deadline, vec![entry], &mut ways);
    (1..=depth)
        .map(|length| {
            let lasts = ways.iter().filter(|way| way.len() == length);
            lasts
                .map(|way| events[way[length - 1]].at)
                .min()
                .expect("a prefix is a way")
        })
        .collect()
}
