//! Who uses which feature, and how soon.

use crate::analysis::grouped::Grouped;
use crate::analysis::statistic::median;
use crate::core::value::Better::{Higher, Lower};
use crate::core::value::Unit::{Count, Ratio, Share};
use crate::core::value::Value;
use crate::people::activity::Activity;
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, FEATURES_MAX, measure, number};

impl Asker<'_> {
    pub(super) fn features(&self) -> Answered {
        let held = self.activity()?;
        let activity: &Activity = &held;
        let crowd = self.crowd();
        let last = crowd.last_day();
        let (from, to) = (
            self.place(crowd.first_day(), activity),
            self.place(last, activity) + 1,
        );
        let mut active = 0i64;
        let (mut old, mut older) = (0i64, 0i64);
        for (member, days) in activity.people() {
            active += i64::from(days.count(from, to) > 0);
            old += i64::from(member.first <= last - 7);
            older += i64::from(member.first <= last - 30);
        }
        let mut uses: Grouped<i32> = Grouped::default();
        let features = crowd.feature_uses(self.session, |feature, person, day| {
            uses.push((feature as i64) << 32 | person as i64, day as i32);
        })?;
        let parts = uses.fold(
            || vec![Adoption::default(); features.len()],
            |adoptions, owner, days| {
                let adoption = &mut adoptions[(owner >> 32) as usize];
                let (mut begun, mut latest) = (i64::MAX, i64::MIN);
                for day in days.iter().map(|day| i64::from(*day)) {
                    (begun, latest) = (begun.min(day), latest.max(day));
                }
                adoption.users += i64::from(latest >= crowd.first_day());
                if let Some((_, seen)) = activity.first_of((owner & 0xFFFF_FFFF) as usize) {
                    let days = begun - seen;
                    adoption.days.push(days);
                    adoption.by_7 += i64::from(days <= 7 && seen <= last - 7);
                    adoption.by_30 += i64::from(days <= 30 && seen <= last - 30);
                }
            },
        );
        let mut adoptions = vec![Adoption::default(); features.len()];
        for (adoption, part) in parts
            .into_iter()
            .flat_map(|part| part.into_iter().enumerate())
        {
            adoptions[adoption].merge(part);
        }
        let mut found: Vec<(String, Adoption)> = features
            .into_iter()
            .zip(adoptions)
            .filter(|(_, adoption)| adoption.users > 0)
            .collect();
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

/// How a feature was taken up.
#[derive(Clone, Default)]
struct Adoption {
    users: i64,
    days: Vec<i64>,
    by_7: i64,
    by_30: i64,
}

impl Adoption {
    fn merge(&mut self, other: Adoption) {
        self.users += other.users;
        self.days.extend(other.days);
        self.by_7 += other.by_7;
        self.by_30 += other.by_30;
    }
}
