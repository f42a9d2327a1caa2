//! "Why is my event missing?": counts per step and reason, and the last events that were not kept.
//!
//! In memory, bounded, per project, since the start. Holds no address, no user agent and no key.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use serde::Serialize;

use crate::core::code::Code;

/// One event, or one request, that was not kept.
#[derive(Clone, Debug, Serialize)]
pub struct Missing {
    /// When it came.
    pub at: Timestamp,
    /// Why, by id.
    pub reason: &'static str,
    /// What exactly was wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
    /// Name of the key it came with.
    pub key: Option<String>,
    /// Its type, if it could be read.
    pub kind: Option<String>,
    /// Its id, if it could be read.
    pub id: Option<String>,
    /// Events it stands for: a refused request may hold many.
    pub events: u64,
}

/// Counts of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepCount {
    /// Events that reached the step.
    pub seen: u64,
    /// Events that it stopped.
    pub stopped: u64,
}

/// The log of one project.
#[derive(Debug, Default)]
pub struct ProjectLog {
    counts: Mutex<Counts>,
    latest: Mutex<HashMap<Code, VecDeque<Missing>>>,
}

#[derive(Debug, Default)]
struct Counts {
    accepted: u64,
    steps: Vec<StepCount>,
    reasons: BTreeMap<Code, u64>,
}

/// What the log tells about a project.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Events kept.
    pub accepted: u64,
    /// Counts per step, the reading of the event first.
    pub steps: Vec<StepCount>,
    /// Events not kept, per reason.
    pub reasons: Vec<(Code, u64)>,
    /// The latest of them, newest first.
    pub latest: Vec<Missing>,
}

/// What happened to the events of one request.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Events read.
    pub seen: u64,
    /// Events kept.
    pub accepted: u64,
    /// Events stopped per step.
    pub stopped: Vec<u64>,
    /// Events not kept.
    pub missing: Vec<(Code, Missing)>,
}

/// The logs of all projects.
pub struct IngestLog {
    projects: RwLock<HashMap<u32, Arc<ProjectLog>>>,
    entries_max: usize,
}

impl IngestLog {
    /// A log that keeps `entries_max` events per reason and project.
    pub fn new(entries_max: usize) -> IngestLog {
        IngestLog {
            projects: RwLock::default(),
            entries_max,
        }
    }

    /// Adds what happened to one request.
    pub fn add(&self, project: u32, tally: Tally) {
        let log = self.project(project);
        {
            let mut counts = log.counts.lock();
            counts.accepted += tally.accepted;
            let mut reaching = tally.seen;
            if counts.steps.len() < tally.stopped.len() {
                counts
                    .steps
                    .resize(tally.stopped.len(), StepCount::default());
            }
            for (count, stopped) in counts.steps.iter_mut().zip(&tally.stopped) {
                count.seen += reaching;
                count.stopped += stopped;
                reaching -= stopped;
            }
            for (code, missing) in &tally.missing {
                *counts.reasons.entry(*code).or_default() += missing.events;
            }
        }
        if !tally.missing.is_empty() {
            let mut latest = log.latest.lock();
            for (code, missing) in tally.missing {
                let entries = latest.entry(code).or_default();
                if entries.len() >= self.entries_max {
                    entries.pop_front();
                }
                entries.push_back(missing);
            }
        }
    }

    /// What is known about a project: of one reason or of all, at most `limit` of the latest.
    pub fn report(&self, project: u32, reason: Option<Code>, limit: usize) -> Report {
        let log = self.project(project);
        let counts = log.counts.lock();
        let latest = log.latest.lock();
        let mut chosen: Vec<&Missing> = latest
            .iter()
            .filter(|(code, _)| reason.is_none_or(|wanted| wanted == **code))
            .flat_map(|(_, entries)| entries)
            .collect();
        chosen.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.id.cmp(&a.id)));
        chosen.truncate(limit);
        Report {
            accepted: counts.accepted,
            steps: counts.steps.clone(),
            reasons: counts
                .reasons
                .iter()
                .map(|(code, count)| (*code, *count))
                .collect(),
            latest: chosen.into_iter().cloned().collect(),
        }
    }

    /// Accepted events and events per reason over all projects, for `/metrics`.
    pub fn totals(&self) -> (u64, BTreeMap<Code, u64>) {
        let mut accepted = 0;
        let mut reasons: BTreeMap<Code, u64> = BTreeMap::new();
        for log in self.projects.read().values() {
            let counts = log.counts.lock();
            accepted += counts.accepted;
            for (code, count) in &counts.reasons {
                *reasons.entry(*code).or_default() += count;
            }
        }
        (accepted, reasons)
    }

    fn project(&self, project: u32) -> Arc<ProjectLog> {
        if let Some(log) = self.projects.read().get(&project) {
            return Arc::clone(log);
        }
        Arc::clone(self.projects.write().entry(project).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(at: i64, code: Code) -> (Code, Missing) {
        let at = Timestamp::from_second(at).expect("a time");
        let reason = code.id();
        let entry = Missing {
            at,
            reason,
            message: String::new(),
            remedy: "",
            key: None,
            kind: None,
            id: None,
            events: 1,
        };
        (code, entry)
    }

    #[test]
    fn each_step_sees_what_the_ones_before_let_through() {
        let log = IngestLog::new(10);
        let tally = Tally {
            seen: 10,
            accepted: 6,
            stopped: vec![3, 0, 1],
            missing: vec![],
        };
        log.add(1, tally);
        let report = log.report(1, None, 10);
        let counts: Vec<(u64, u64)> = report.steps.iter().map(|s| (s.seen, s.stopped)).collect();
        assert_eq!(counts, [(10, 3), (7, 0), (7, 1)]);
        assert_eq!(report.accepted, 6);
        assert_eq!(log.report(2, None, 10).accepted, 0, "another project");
    }

    #[test]
    fn the_latest_of_each_reason_stay() {
        let log = IngestLog::new(2);
        for at in 0..5 {
            log.add(
                1,
                Tally {
                    missing: vec![missing(at, Code::Bot)],
                    ..Tally::default()
                },
            );
        }
        log.add(
            1,
            Tally {
                missing: vec![missing(1, Code::IdInvalid)],
                ..Tally::default()
            },
        );
        let report = log.report(1, None, 10);
        let seconds: Vec<i64> = report.latest.iter().map(|m| m.at.as_second()).collect();
        assert_eq!(
            seconds,
            [4, 3, 1],
            "a flood of bots does not push out the wrong id"
        );
        assert_eq!(report.reasons, [(Code::IdInvalid, 1), (Code::Bot, 5)]);
        assert_eq!(log.report(1, Some(Code::IdInvalid), 10).latest.len(), 1);
    }
}
