//! How many are active by day, week and month.

use crate::core::value::Better::Higher;
use crate::core::value::Unit::{Count, Share};
use crate::core::value::Value;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, DAYS_MAX, measure, number};
use crate::people::growth::{Growth, MONTH};

impl Asker<'_> {
    pub(super) fn active(&self) -> Answered {
        let activity = self.activity()?;
        let growth = Growth::of(&activity);
        let crowd = self.crowd();
        let earliest = activity.earliest().unwrap_or(i64::MAX) - activity.start();
        let (first, last) = (crowd.first_day(), crowd.last_day());
        let is_today_over = self.period.to < self.period.now;
        let days: Vec<i64> = match last - first < DAYS_MAX {
            true => (first..=last).collect(),
            // Over years the last day of each bar stands for it.
            false => crowd
                .bars()
                .iter()
                .map(|(_, end, _)| (end - 1).min(last))
                .collect(),
        };
        let lines = days.into_iter().map(|day| {
            let place = self.place(day, &activity);
            let is_open = day == last && !is_today_over;
            let stickiness = match is_open {
                true => None,
                false => growth.stickiness(place, earliest),
            };
            let mut line = self.bar(
                (day, day + 1, is_open),
                vec![
                    Value::Whole(growth.dau[place]),
                    Value::Whole(growth.wau[place]),
                    Value::Whole(growth.mau[place]),
                    number(stickiness),
                    number(growth.daily_of_weekly(place)),
                ],
            );
            line.is_partial = is_open || (place as i64) < earliest + MONTH as i64 - 1;
            line
        });
        let lines: Vec<Line> = lines.collect();
        // Today is not over, so the figures of the whole are those of the last day that is.
        let total = lines
            .iter()
            .rev()
            .find(|line| line.values[3] != Value::Null)
            .cloned();
        let total = total.or_else(|| lines.last().cloned()).map(|line| Line {
            keys: Vec::new(),
            ..line
        });
        Ok((
            vec![
                measure("dau", "Daily", Count, Higher, "People active on the day."),
                measure(
                    "wau",
                    "Weekly",
                    Count,
                    Higher,
                    "People active in the seven days that end with it.",
                ),
                measure(
                    "mau",
                    "Monthly",
                    Count,
                    Higher,
                    "People active in the 30 days that end with it.",
                ),
                measure(
                    "stickiness",
                    "Stickiness",
                    Share,
                    Higher,
                    "Mean of the daily active people over 30 complete days, divided by the monthly ones: how many of 30 days a person comes. Nothing before there are 30 days.",
                ),
                measure(
                    "dau_wau",
                    "Daily of weekly",
                    Share,
                    Higher,
                    "Daily active people divided by the weekly ones.",
                ),
            ],
            lines,
            total,
        ))
    }
}
