//! Who uses which feature, and how soon.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::statistic::median;
use crate::core::value::Better::{Higher, Lower};
use crate::core::value::Unit::{Count, Ratio, Share};
use crate::core::value::Value;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, FEATURES_MAX, measure, number};
use crate::store::table::Cell;

impl Asker<'_> {
    pub(super) fn features(&self) -> Answered {
        let activity = self.activity()?;
        let crowd = self.crowd();
        let last = crowd.last_day();
        let (from, to) = (
            self.place(crowd.first_day(), &activity),
            self.place(last, &activity) + 1,
        );
        let mut active = 0i64;
        let (mut old, mut older) = (0i64, 0i64);
        for (member, days) in activity.people() {
            active += i64::from(days.count(from, to) > 0);
            old += i64::from(member.first <= last - 7);
            older += i64::from(member.first <= last - 30);
        }
        let mut found: Vec<(String, Adoption)> = Vec::new();
        let (uses, whos) = crowd.feature_uses(self.session)?;
        for row in uses {
            let [Cell::Text(feature), people, begun, seen] = row.as_slice() else {
                continue;
            };
            let mut adoption = Adoption::default();
            let mut users: HashMap<usize, (i64, i64), RandomState> = HashMap::default();
            let uses = people
                .wholes()
                .iter()
                .zip(begun.wholes())
                .zip(seen.wholes());
            for ((number, first), latest) in uses {
                let stretch = users
                    .entry(whos.resolve(*number as usize))
                    .or_insert((*first, *latest));
                *stretch = (stretch.0.min(*first), stretch.1.max(*latest));
            }
            for (person, (first, latest)) in users {
                adoption.users += i64::from(latest >= crowd.first_day());
                if let Some(seen) = activity.first_day_of(person) {
                    let days = first - seen;
                    adoption.days.push(days);
                    adoption.by_7 += i64::from(days <= 7 && seen <= last - 7);
                    adoption.by_30 += i64::from(days <= 30 && seen <= last - 30);
                }
            }
            if adoption.users > 0 {
                found.push((feature.clone(), adoption));
            }
        }
        found.sort_by(|(a, x), (b, y)| y.users.cmp(&x.users).then_with(|| a.cmp(b)));
        found.truncate(FEATURES_MAX);
        let part = |part: i64, whole: i64| number((whole > 0).then(|| part as f64 / whole as f64));
        let lines = found.into_iter().map(|(feature, mut one)| Line {
            keys: vec![feature],
            values: vec![
                Value::Whole(one.users),
                part(one.users, active),
                number(median(&mut one.days)),
                part(one.by_7, old),
                part(one.by_30, older),
            ],
            ..Line::default()
        });
        Ok((
            vec![
                measure(
                    "users",
                    "Users",
                    Count,
                    Higher,
                    "People who used the feature in the period.",
                ),
                measure(
                    "feature_adoption",
                    "Adoption",
                    Share,
                    Higher,
                    "The same as a share of the people active in it.",
                ),
                measure(
                    "days_to_adopt",
                    "Median days to first use",
                    Ratio,
                    Lower,
                    "Median days from first seen to the first use, over those who ever used it.",
                ),
                measure(
                    "adopted_by_7",
                    "By day 7",
                    Share,
                    Higher,
                    "Who used it within 7 days of being first seen, of all people who have been known that long.",
                ),
                measure(
                    "adopted_by_30",
                    "By day 30",
                    Share,
                    Higher,
                    "The same within 30 days.",
                ),
            ],
            lines.collect(),
            None,
        ))
    }
}

#[derive(Default)]
struct Adoption {
    users: i64,
    days: Vec<i64>,
    by_7: i64,
    by_30: i64,
}
