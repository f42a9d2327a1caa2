//! Attempts of many people, added up step by step.

use crate::analysis::funnel::answer::Step;
use crate::analysis::funnel::attempt::Attempt;
use crate::analysis::funnel::question::STEPS_MAX;
use crate::analysis::statistic::{Share, quantile};

/// Best attempts, counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Attempts that ended at each depth, finished or not, by whether they are open.
    settled: [u64; STEPS_MAX + 1],
    open: [u64; STEPS_MAX + 1],
    /// From the step before to each step, in microseconds; from the entry, in the second.
    times: [Vec<i64>; STEPS_MAX],
    whole_times: [Vec<i64>; STEPS_MAX],
}

impl Tally {
    /// Counts an attempt.
    pub fn add(&mut self, attempt: &Attempt) {
        match attempt.is_open {
            true => self.open[attempt.depth] += 1,
            false => self.settled[attempt.depth] += 1,
        }
        for step in 1..attempt.depth {
            self.times[step].push(attempt.times[step] - attempt.times[step - 1]);
            self.whole_times[step].push(attempt.times[step] - attempt.times[0]);
        }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: Tally) {
        let counts = [
            (&mut self.settled, other.settled),
            (&mut self.open, other.open),
        ];
        for (held, counted) in counts {
            for (held, counted) in held.iter_mut().zip(counted) {
                *held += counted;
            }
        }
        let times = [
            (&mut self.times, other.times),
            (&mut self.whole_times, other.whole_times),
        ];
        for (held, timed) in times {
            for (held, timed) in held.iter_mut().zip(timed) {
                held.extend(timed);
            }
        }
    }

    /// Its steps.
    pub fn steps(mut self, count: usize) -> Vec<Step> {
        let at_least = |counts: &[u64], depth: usize| counts[depth..].iter().sum::<u64>();
        (1..=count)
            .map(|depth| {
                let settled = at_least(&self.settled, depth);
                let times = &mut self.times[depth - 1];
                let whole_times = &mut self.whole_times[depth - 1];
                times.sort_unstable();
                whole_times.sort_unstable();
                let people =
                    |depth: usize| at_least(&self.settled, depth) + at_least(&self.open, depth);
                Step {
                    people: people(depth),
                    settled,
                    open: self.open[depth],
                    dropped: if depth < count {
                        self.settled[depth]
                    } else {
                        0
                    },
                    of_previous: Share {
                        part: people(depth),
                        whole: people(depth.max(2) - 1),
                    },
                    of_first: Share {
                        part: people(depth),
                        whole: people(1),
                    },
                    timed: times.len() as u64,
                    median_us: quantile(times, 0.5),
                    p90_us: quantile(times, 0.9),
                    from_entry_median_us: quantile(whole_times, 0.5),
                    from_entry_p90_us: quantile(whole_times, 0.9),
                }
            })
            .collect()
    }
}
