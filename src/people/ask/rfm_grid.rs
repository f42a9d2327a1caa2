//! People by recency, frequency and money.

use std::collections::{BTreeMap, HashMap};

use crate::catalogue::metric;
use crate::core::money::MoneySum;
use crate::core::range::{Period, midnight};
use crate::core::value::Better::Neutral;
use crate::core::value::Unit::{Cost, Count, Revenue};
use crate::core::value::{Unit, Value};
use crate::people::answer::Line;
use crate::people::ask::{Answered, Asker, measure};
use crate::people::load::date_of;
use crate::people::rfm::{self, Scores, Standing};
use crate::query::field::Field;
use crate::query::plan::Level;
use crate::store::engine::EngineError;
use crate::store::table::Cell;

impl Asker<'_> {
    /// Scores of everybody who was active in the year that ends with the period, and what their money is: paid, or what
    /// they cost where nothing was paid. `None` for too few people.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn scores_of_each(&self) -> Result<Option<Scored>, EngineError> {
        let crowd = self.crowd();
        let activity = self.long_activity()?;
        let last = self.place(crowd.last_day(), &activity);
        let from = (last + 1).saturating_sub(rfm::WINDOW);
        let year = Period {
            from: midnight(date_of(activity.start() + from as i64), &self.period.zone),
            ..self.period.clone()
        };
        let mut unit = Revenue;
        let mut money = self.money("revenue", &year)?;
        if money.values().all(|nanos| *nanos == 0) {
            (unit, money) = (Cost, self.money("user_cost", &year)?);
        }
        let standings: Vec<Standing> = activity
            .people()
            .filter_map(|(member, days)| {
                let seen = days.last_before(last + 1).filter(|seen| *seen >= from)?;
                Some(Standing {
                    person: member.person,
                    rec: (last - seen) as i64,
                    days: i64::from(days.count(from, last + 1)),
                    money: money.get(&member.person).copied().unwrap_or(0),
                })
            })
            .collect();
        Ok(rfm::scores(&standings)
            .map(|scores| (standings.into_iter().zip(scores).collect(), unit)))
    }

    pub(super) fn rfm(&self) -> Answered {
        let scored = self.scores_of_each()?;
        let unit = scored.as_ref().map_or(Revenue, |(_, unit)| *unit);
        let mut cells: BTreeMap<(u8, u8), (i64, i128)> = BTreeMap::new();
        for (standing, scores) in scored.iter().flat_map(|(people, _)| people) {
            let cell = cells.entry((scores.r, scores.fm())).or_default();
            cell.0 += 1;
            cell.1 += standing.money;
        }
        let mut lines = Vec::new();
        for r in (1..=5).rev().filter(|_| scored.is_some()) {
            for fm in 1..=5 {
                let (users, money) = cells.get(&(r, fm)).copied().unwrap_or_default();
                let scores = Scores { r, f: fm, m: fm };
                lines.push(Line {
                    keys: vec![r.to_string(), fm.to_string(), scores.label().to_owned()],
                    values: vec![
                        Value::Whole(users),
                        Value::Money(MoneySum::from_nanos(money)),
                    ],
                    ..Line::default()
                });
            }
        }
        let (label, help) = match unit {
            Cost => (
                "Usage cost",
                "What they cost, as nothing was paid in this project.",
            ),
            _ => ("Revenue", "What they paid in the year."),
        };
        Ok((
            vec![
                measure(
                    "users",
                    "Users",
                    Count,
                    Neutral,
                    "People in the cell, of those active in the 365 days that end the period. Nothing for fewer than 25.",
                ),
                measure("money", label, unit, Neutral, help),
            ],
            lines,
            None,
        ))
    }

    pub(super) fn money(
        &self,
        id: &str,
        period: &Period,
    ) -> Result<HashMap<i64, i128>, EngineError> {
        let Some(metric) = metric::find(id) else {
            return Ok(HashMap::new());
        };
        let by = Field::find("user").into_iter().collect::<Vec<_>>();
        let rows = self
            .session
            .ask(&self.plan(period, &by, &[Level::Value]).figures(
                metric.grain.frame(),
                &[metric],
                0,
                None,
            ))?;
        let read = |row: &Vec<Cell>| match (row.first()?.whole()?, row.get(1)?) {
            (person, Cell::Billionths(nanos)) => Some((person, *nanos)),
            (person, Cell::Whole(whole)) => Some((person, i128::from(*whole) * 1_000_000_000)),
            _ => None,
        };
        Ok(rows.iter().filter_map(read).collect())
    }
}

/// Everybody with their scores, and what their money is.
pub type Scored = (Vec<(Standing, Scores)>, Unit);
