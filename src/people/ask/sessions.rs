//! How long and how deep sessions are.

use std::collections::HashMap;

use crate::core::value::Better::{Higher, Neutral};
use crate::core::value::Unit::{Count, Ratio, Seconds};
use crate::core::value::Value;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, measure, number};
use crate::people::load::day_number;
use crate::query::plan::{Level, session::LENGTHS};
use crate::store::table::Cell;

impl Asker<'_> {
    pub(super) fn sessions(&self) -> Answered {
        let plan = self.plan(self.period, &[], &[Level::Bar]);
        let rows = self.session.ask(&plan.sessions())?;
        let mut by_bar: HashMap<i64, Vec<Value>> = HashMap::new();
        for row in &rows {
            if let Some(bar) = row.first().and_then(Cell::whole) {
                by_bar.insert(bar, session_figures(&row[1..]));
            }
        }
        let lines = self.period.buckets().into_iter().map(|bucket| {
            let bar = day_number(self.period, self.period.bar_start(bucket.from));
            Line {
                keys: vec![bucket.from.to_string()],
                from: Some(bucket.from),
                values: by_bar.remove(&bar).unwrap_or_else(|| {
                    let mut nothing = vec![Value::Null; 6];
                    nothing[0] = Value::Whole(0);
                    nothing
                }),
                is_partial: bucket.is_partial,
            }
        });
        let lines: Vec<Line> = lines.collect();
        let whole = self.plan(self.period, &[], &[Level::Total]);
        let rows = self.session.ask(&whole.sessions())?;
        let total = rows.first().map(|row| Line {
            values: session_figures(row),
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

/// Figures of sessions as the statement gives them: the count, then numbers.
fn session_figures(cells: &[Cell]) -> Vec<Value> {
    let count = cells.first().and_then(Cell::whole).unwrap_or(0);
    let figures = cells.iter().skip(1).map(|cell| number(cell.number()));
    std::iter::once(Value::Whole(count))
        .chain(figures)
        .collect()
}
