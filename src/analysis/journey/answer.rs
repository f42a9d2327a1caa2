//! What journeys give: places step by step with the ways between them, and the most frequent sequences.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::journey::question::Question;
use crate::core::range::Period;
use crate::query::answers::{Figures, Timed};

/// Ways with how many visits took them. A way has one place more than steps if it goes on.
pub type Ways = HashMap<Box<[u32]>, u64, RandomState>;

/// Where a visit is at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// One of the largest places.
    Place(u32),
    /// Any other.
    Other,
    /// Nowhere any more: the visit has ended, or looking back, begun.
    End,
}

/// A node of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Where.
    pub node: Node,
    /// What it is called.
    pub label: String,
    /// Visits that were there.
    pub visits: u64,
}

/// Visits that went from one node of a step to one of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The step of its start, from 0.
    pub step: usize,
    /// The place of its start among the stations of that step.
    pub from: usize,
    /// The place of its end among those of the next.
    pub to: usize,
    /// Visits.
    pub visits: u64,
}

/// A sequence of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Names of its places, in the order in which one looks.
    pub places: Vec<String>,
    /// Whether the visit ended (or began) with the last.
    pub ends: bool,
    /// Visits.
    pub visits: u64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// Visits with the asked event.
    pub visits: u64,
    /// Stations of each step, the largest first, the rest and the end last.
    pub steps: Vec<Vec<Station>>,
    /// Between them.
    pub links: Vec<Link>,
    /// The most frequent sequences.
    pub sequences: Vec<Sequence>,
    /// How many there are in all.
    pub sequences_all: u64,
    /// Everything with a lower sequence number is in the answer.
    pub commit: u64,
}

impl Timed for Question {
    fn period_mut(&mut self) -> &mut Period {
        &mut self.period
    }
}

impl Figures for Answer {
    fn figures(&self) -> usize {
        self.links.len() + self.sequences.len()
    }
}

impl Answer {
    /// Puts ways together.
    pub fn new(
        question: Question,
        ways: &Ways,
        name: impl Fn(u32) -> String,
        end: &str,
        commit: u64,
    ) -> Answer {
        let steps: Vec<Vec<Station>> = (0..question.steps)
            .map(|step| stations(ways, step, question.top, &name, end))
            .collect();
        let places: Vec<HashMap<Node, usize>> = steps
            .iter()
            .map(|stations| {
                stations
                    .iter()
                    .enumerate()
                    .map(|(place, station)| (station.node, place))
                    .collect()
            })
            .collect();
        let mut counts: HashMap<(usize, usize, usize), u64> = HashMap::new();
        for (way, visits) in ways {
            for step in 0..question.steps - 1 {
                if step >= way.len() {
                    break;
                }
                let from = place_in(&places[step], node_at(way, step));
                let to = place_in(&places[step + 1], node_at(way, step + 1));
                if let (Some(from), Some(to)) = (from, to) {
                    *counts.entry((step, from, to)).or_default() += visits;
                }
            }
        }
        let mut links: Vec<Link> = counts
            .into_iter()
            .map(|((step, from, to), visits)| Link {
                step,
                from,
                to,
                visits,
            })
            .collect();
        links.sort_unstable_by_key(|link| (link.step, link.from, link.to));
        let (sequences, sequences_all) = sequences(ways, &question, &name);
        Answer {
            visits: ways.values().sum(),
            steps,
            links,
            sequences,
            sequences_all,
            commit,
            question,
        }
    }
}

fn node_at(way: &[u32], step: usize) -> Node {
    way.get(step).map_or(Node::End, |place| Node::Place(*place))
}

/// Where a node stands; a place that is none of the largest is among the others.
fn place_in(places: &HashMap<Node, usize>, node: Node) -> Option<usize> {
    places
        .get(&node)
        .or_else(|| places.get(&Node::Other))
        .copied()
}

fn stations(
    ways: &Ways,
    step: usize,
    top: usize,
    name: &impl Fn(u32) -> String,
    end: &str,
) -> Vec<Station> {
    let mut counts: HashMap<u32, u64, RandomState> = HashMap::default();
    let mut ended = 0;
    for (way, visits) in ways {
        match way.get(step) {
            Some(place) => *counts.entry(*place).or_default() += visits,
            // Who ended at an earlier step is counted there.
            None if way.len() == step => ended += visits,
            None => {}
        }
    }
    let mut counted: Vec<(u64, String, u32)> = counts
        .into_iter()
        .map(|(place, visits)| (visits, name(place), place))
        .collect();
    counted.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let rest: u64 = counted.iter().skip(top).map(|(visits, _, _)| visits).sum();
    let largest = counted
        .into_iter()
        .take(top)
        .map(|(visits, label, place)| Station {
            node: Node::Place(place),
            label,
            visits,
        });
    let others = [
        Station {
            node: Node::Other,
            label: "Other".to_owned(),
            visits: rest,
        },
        Station {
            node: Node::End,
            label: end.to_owned(),
            visits: ended,
        },
    ];
    largest
        .chain(others.into_iter().filter(|station| station.visits > 0))
        .collect()
}

fn sequences(
    ways: &Ways,
    question: &Question,
    name: &impl Fn(u32) -> String,
) -> (Vec<Sequence>, u64) {
    let mut counts: HashMap<(&[u32], bool), u64> = HashMap::new();
    for (way, visits) in ways {
        let ends = way.len() <= question.steps;
        let places = &way[..way.len().min(question.steps)];
        *counts.entry((places, ends)).or_default() += visits;
    }
    let all = counts.len() as u64;
    let mut counted: Vec<(&[u32], bool, u64)> = counts
        .into_iter()
        .map(|((places, ends), visits)| (places, ends, visits))
        .collect();
    let most_first = |counted: &(&[u32], bool, u64)| Reverse(counted.2);
    // Only the largest need names; those that tie with the last of them too, to be told apart by name.
    if let Some(last) = question
        .limit
        .checked_sub(1)
        .filter(|last| *last < counted.len())
    {
        counted.select_nth_unstable_by_key(last, most_first);
        let least = counted[last].2;
        counted.retain(|(_, _, visits)| *visits >= least);
    }
    let mut sequences: Vec<Sequence> = counted
        .into_iter()
        .map(|(places, ends, visits)| Sequence {
            places: places.iter().map(|place| name(*place)).collect(),
            ends,
            visits,
        })
        .collect();
    sequences.sort_unstable_by(|a, b| {
        b.visits
            .cmp(&a.visits)
            .then_with(|| a.places.cmp(&b.places))
            .then_with(|| a.ends.cmp(&b.ends))
    });
    sequences.truncate(question.limit);
    (sequences, all)
}
