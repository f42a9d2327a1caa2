//! Everybody in the stage where they stand at the end of the period.

use std::collections::BTreeMap;

use crate::core::value::Better::Neutral;
use crate::core::value::Unit::{Count, Share};
use crate::core::value::Value;
use crate::people::activity::{Days, Member};
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, measure, number};
use crate::people::stage::{Signs, Stage, stage};
use crate::store::engine::EngineError;

impl Asker<'_> {
    /// Everybody's stage at the end of the period.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn stage_of_each(&self) -> Result<Vec<(i64, Stage)>, EngineError> {
        let crowd = self.crowd();
        let activity = self.activity()?;
        let activated = crowd.activated(self.session, &activity)?;
        let end = self.place(crowd.last_day(), &activity) + 1;
        let of = |((member, days), is_activated): ((Member, Days), bool)| {
            let last = days.last_before(end);
            let signs = Signs {
                age: crowd.last_day() - member.first,
                rec: last.map_or(i64::MAX, |last| (end - 1 - last) as i64),
                act28: days.count(end.saturating_sub(28), end),
                prev28: days.count(end.saturating_sub(56), end.saturating_sub(28)),
                is_activated,
            };
            (member.person, stage(&signs))
        };
        Ok(activity.people().zip(activated).map(of).collect())
    }

    pub(super) fn stages(&self) -> Answered {
        let mut counts: BTreeMap<Stage, i64> = BTreeMap::new();
        for (_, stage) in self.stage_of_each()? {
            *counts.entry(stage).or_default() += 1;
        }
        let all: i64 = counts.values().sum();
        let lines = Stage::ALL.into_iter().filter(|_| all > 0).map(|stage| {
            let count = counts.get(&stage).copied().unwrap_or(0);
            Line {
                keys: vec![stage.label().to_owned(), stage.advice().to_owned()],
                values: vec![Value::Whole(count), number(Some(count as f64 / all as f64))],
                ..Line::default()
            }
        });
        Ok((
            vec![
                measure(
                    "users",
                    "Users",
                    Count,
                    Neutral,
                    "People in the stage at the end of the period; everybody ever seen is in one.",
                ),
                measure(
                    "share",
                    "Share",
                    Share,
                    Neutral,
                    "The same as a share of all.",
                ),
            ],
            lines.collect(),
            None,
        ))
    }
}
