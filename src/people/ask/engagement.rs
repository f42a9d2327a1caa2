//! How often people come, and how much they do.

use crate::core::value::Better::{Higher, Neutral};
use crate::core::value::Unit::{Count, Ratio};
use crate::core::value::Value;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, ENGAGED_DAYS, measure, number};
use crate::people::growth::{self, WEEK};
use crate::query::plan::Level;
use crate::store::table::Cell;

impl Asker<'_> {
    pub(super) fn active_days(&self) -> Answered {
        let activity = self.activity()?;
        let last = self.place(self.crowd().last_day(), &activity);
        let counts = growth::active_days(&activity, last, ENGAGED_DAYS);
        let weekly = growth::active_days(&activity, last, WEEK);
        let mut at_least: i64 = counts.iter().sum();
        let mut lines = Vec::with_capacity(counts.len());
        for (place, count) in counts.iter().enumerate() {
            lines.push(Line {
                keys: vec![(place + 1).to_string()],
                values: vec![
                    Value::Whole(*count),
                    Value::Whole(at_least),
                    weekly
                        .get(place)
                        .map_or(Value::Null, |count| Value::Whole(*count)),
                ],
                ..Line::default()
            });
            at_least -= count;
        }
        Ok((
            vec![
                measure(
                    "users",
                    "Users",
                    Count,
                    Neutral,
                    "People with exactly this many active days in the 28 days that end the period.",
                ),
                measure(
                    "at_least",
                    "At least",
                    Count,
                    Neutral,
                    "People with this many active days or more.",
                ),
                measure(
                    "users_7",
                    "In a week",
                    Count,
                    Neutral,
                    "The same for the last seven days.",
                ),
            ],
            lines,
            None,
        ))
    }

    pub(super) fn engagement(&self) -> Answered {
        let activity = self.activity()?;
        let last = self.place(self.crowd().last_day(), &activity);
        let days = growth::middle(&growth::active_days(&activity, last, ENGAGED_DAYS));
        let rows = self.session.ask(
            &self
                .plan(self.period, &[], &[Level::Total])
                .events_of_each(),
        )?;
        let of_events = |place: usize| {
            rows.first()
                .and_then(|row| row.get(place))
                .and_then(Cell::number)
        };
        let line = Line {
            values: vec![
                number(of_events(0)),
                number(of_events(1)),
                number(days.map(|(median, _)| median)),
                number(days.map(|(_, mean)| mean)),
            ],
            ..Line::default()
        };
        Ok((
            vec![
                measure(
                    "events_per_user_median",
                    "Median events",
                    Ratio,
                    Higher,
                    "Half of the active people had at most this many events in the period that they caused themselves.",
                ),
                measure(
                    "events_per_user_mean",
                    "Mean events",
                    Ratio,
                    Higher,
                    "Events that people caused, divided by active people.",
                ),
                measure(
                    "active_days_median",
                    "Median active days",
                    Ratio,
                    Higher,
                    "Median of the active days of those who were active in the 28 days that end the period.",
                ),
                measure(
                    "active_days_mean",
                    "Mean active days",
                    Ratio,
                    Higher,
                    "The mean of the same.",
                ),
            ],
            vec![line],
            None,
        ))
    }
}
