//! How long and how deep sessions are.

use std::collections::HashMap;

use crate::analysis::statistic::median;
use crate::core::value::Better::{Higher, Neutral};
use crate::core::value::Unit::{Count, Ratio, Seconds};
use crate::core::value::Value;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, measure, number};
use crate::people::load::day_number;
use crate::query::ask::people::Seen;
use crate::query::plan::{Level, session::LENGTHS};
use crate::store::study::by_row;

impl Asker<'_> {
    pub(super) fn sessions(&self) -> Answered {
        let plan = self.plan(self.period, &[], &[Level::Bar]);
        let whos = self.session.whos_of(&plan)?;
        let mut by_bar: HashMap<i64, Sessions> = HashMap::new();
        let (mut last, mut open) = (i64::MIN, Sessions::default());
        self.session.numbers(&plan.sessions(), |columns| {
            for [bar, stay, depth, person, visitor] in by_row(columns) {
                // Sessions of one bar mostly follow each other.
                if bar != last {
                    let next = by_bar.remove(&bar).unwrap_or_default();
                    by_bar.insert(last, std::mem::replace(&mut open, next));
                    last = bar;
                }
                let person = usize::try_from(person).ok();
                open.add(
                    stay,
                    depth,
                    person.map(|number| whos.resolve(number)),
                    visitor,
                );
            }
        })?;
        by_bar.insert(last, open);
        let mut whole = Sessions::default();
        let lines = self.period.buckets().into_iter().map(|bucket| {
            let bar = day_number(self.period, self.period.bar_start(bucket.from));
            let sessions = by_bar.remove(&bar).unwrap_or_default();
            whole.unite(&sessions);
            Line {
                keys: vec![bucket.from.to_string()],
                from: Some(bucket.from),
                values: sessions.figures(),
                is_partial: bucket.is_partial,
            }
        });
        let lines: Vec<Line> = lines.collect();
        let total = Some(Line {
            values: whole.figures(),
            ..Line::default()
        });
        Ok((
            vec![
                measure(
                    "sessions",
                    "Sessions",
                    Count,
                    Higher,
                    "Sessions that began in the bar.",
                ),
                measure(
                    "visit_duration_median_s",
                    "Median duration",
                    Seconds,
                    Higher,
                    "Half of the sessions lasted at most this long, from their first to their last event; one event lasts 0.",
                ),
                measure(
                    "visit_duration_mean_s",
                    "Mean duration",
                    Seconds,
                    Higher,
                    "The mean, which a few long sessions pull up.",
                ),
                measure(
                    "visit_depth_median",
                    "Median depth",
                    Ratio,
                    Higher,
                    "Page views of a session, or its queries where it has no page views; the median.",
                ),
                measure(
                    "visit_depth_mean",
                    "Mean depth",
                    Ratio,
                    Higher,
                    "The same, the mean.",
                ),
                measure(
                    "sessions_per_user",
                    "Per visitor",
                    Ratio,
                    Higher,
                    "Sessions divided by the people and visitors who had them.",
                ),
            ],
            lines,
            total,
        ))
    }

    pub(super) fn session_lengths(&self) -> Answered {
        let plan = self.plan(self.period, &[], &[Level::Total]);
        let rows = self.session.ask(&plan.session_lengths())?;
        let counts = rows.first().cloned().unwrap_or_default();
        let lines = LENGTHS.iter().zip(counts).map(|((label, _), count)| Line {
            keys: vec![(*label).to_owned()],
            values: vec![Value::Whole(count.whole().unwrap_or(0))],
            ..Line::default()
        });
        Ok((
            vec![measure(
                "sessions",
                "Sessions",
                Count,
                Neutral,
                "Sessions that began in the period, by how long they lasted.",
            )],
            lines.collect(),
            None,
        ))
    }
}

/// Some sessions.
#[derive(Default)]
struct Sessions {
    /// How long each is, in microseconds.
    stays: Vec<i64>,
    depths: Vec<i64>,
    /// Whose they are.
    people: Seen,
    /// Of those of nobody who is known: the cookieless visitors.
    visitors: Vec<i64>,
}

impl Sessions {
    fn add(&mut self, stay: i64, depth: i64, person: Option<usize>, visitor: i64) {
        self.stays.push(stay);
        self.depths.push(depth);
        match person {
            Some(person) => self.people.add(person),
            // Sessions of nobody at all have no visitor.
            None if visitor == 0 => {}
            None => self.visitors.push(visitor),
        }
    }

    fn unite(&mut self, other: &Sessions) {
        self.stays.extend(&other.stays);
        self.depths.extend(&other.depths);
        self.people.unite(&other.people);
        self.visitors.extend(&other.visitors);
    }

    /// Their number, median and mean duration in seconds, median and mean depth, and how many each visitor had.
    fn figures(mut self) -> Vec<Value> {
        let count = self.stays.len() as f64;
        self.visitors.sort_unstable();
        self.visitors.dedup();
        let visitors = self.people.count() + self.visitors.len() as u64;
        let seconds = |us: Option<f64>| number(us.map(|us| us / 1_000_000.0));
        vec![
            Value::Whole(self.stays.len() as i64),
            seconds(median(&mut self.stays)),
            seconds(mean(&self.stays)),
            number(median(&mut self.depths)),
            number(mean(&self.depths)),
            number((visitors > 0).then(|| count / visitors as f64)),
        ]
    }
}

fn mean(values: &[i64]) -> Option<f64> {
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    (!values.is_empty()).then(|| sum as f64 / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_of_some() {
        assert_eq!(mean(&[1, 2, 6]), Some(3.0));
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn sessions_of_nobody_count_but_have_no_visitor() {
        let mut sessions = Sessions::default();
        sessions.add(4_000_000, 3, Some(0), 0);
        sessions.add(2_000_000, 1, Some(0), 0);
        sessions.add(0, 1, None, -5);
        sessions.add(0, 1, None, 0);
        assert_eq!(
            sessions.figures(),
            [
                Value::Whole(4),
                number(Some(1.0)),
                number(Some(1.5)),
                number(Some(1.0)),
                number(Some(1.5)),
                number(Some(2.0)),
            ]
        );
    }
}
