//! Who comes, who stays away and who is back, bar by bar.

use crate::core::value::Better::{Higher, Lower};
use crate::core::value::Unit::{Count, Share};
use crate::core::value::Value;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, measure, number};
use crate::people::growth::{self, Growth};
use crate::people::lifecycle::{Bar, lifecycle};

impl Asker<'_> {
    pub(super) fn growth(&self) -> Answered {
        let activity = self.activity()?;
        let growth = Growth::of(&activity);
        let crowd = self.crowd();
        let bars = crowd.bars();
        let places = self.places(&bars, &activity);
        let lives = lifecycle(&activity, self.place_before(&activity), &places);
        let mut known = growth.known_before
            + growth.new[..places.first().map_or(0, |bar| bar.0)]
                .iter()
                .sum::<i64>();
        let active_before: i64 = {
            let (from, to) = self.place_before(&activity);
            activity
                .people()
                .filter(|(_, days)| days.count(from, to) > 0)
                .count() as i64
        };
        let mut before = active_before;
        let sum = |counts: &[i64], (from, to): Bar| counts[from..to].iter().sum::<i64>();
        let mut lines = Vec::with_capacity(bars.len());
        for ((bar, place), life) in bars.iter().zip(&places).zip(&lives) {
            let new = sum(&growth.new, *place);
            known += new;
            lines.push(self.bar(
                *bar,
                vec![
                    Value::Whole(new),
                    Value::Whole(sum(&growth.resurrected, *place)),
                    Value::Whole(sum(&growth.churned, *place)),
                    Value::Whole(growth.mau[place.1 - 1]),
                    Value::Whole(life.active()),
                    number(growth::growth_rate(life.active(), before)),
                    churn_rate(&growth, *place),
                    Value::Whole(known),
                ],
            ));
            before = life.active();
        }
        let total = places.first().zip(places.last()).map(|(first, last)| {
            let whole = (first.0, last.1);
            Line {
                values: vec![
                    Value::Whole(sum(&growth.new, whole)),
                    Value::Whole(sum(&growth.resurrected, whole)),
                    Value::Whole(sum(&growth.churned, whole)),
                    Value::Whole(growth.mau[last.1 - 1]),
                    Value::Null,
                    Value::Null,
                    churn_rate(&growth, whole),
                    Value::Whole(known),
                ],
                ..Line::default()
            }
        });
        Ok((
            vec![
                measure(
                    "new_users",
                    "New",
                    Count,
                    Higher,
                    "People whose first active day ever is in the bar.",
                ),
                measure(
                    "resurrected_users",
                    "Resurrected",
                    Count,
                    Higher,
                    "People who came back after 30 days or more without an active day.",
                ),
                measure(
                    "churned_users",
                    "Churned",
                    Count,
                    Lower,
                    "People who reached 30 days without an active day in the bar. It does not change when they return later.",
                ),
                measure(
                    "total_users",
                    "Total",
                    Count,
                    Higher,
                    "People active in the 30 days that end with the bar: before, plus new and resurrected, less churned.",
                ),
                measure(
                    "active_users",
                    "Active",
                    Count,
                    Higher,
                    "People active in the bar.",
                ),
                measure(
                    "user_growth_rate",
                    "Growth rate",
                    Share,
                    Higher,
                    "Active people against those of the bar before.",
                ),
                measure(
                    "user_churn_rate",
                    "Churn rate",
                    Share,
                    Lower,
                    "Churned people as a share of those active in the 30 days before the bar. Churn of use, not of payment.",
                ),
                measure(
                    "known_users",
                    "Ever seen",
                    Count,
                    Higher,
                    "Everybody who was ever active up to the end of the bar.",
                ),
            ],
            lines,
            total,
        ))
    }
}

/// Churned people of some days as a share of the month before; nothing where nobody was active then.
fn churn_rate(growth: &Growth, (from, to): Bar) -> Value {
    let churned: i64 = growth.churned[from..to].iter().sum();
    let base = from.checked_sub(1).map_or(0, |day| growth.mau[day]);
    number((base > 0).then(|| churned as f64 / base as f64))
}
