//! Answers questions about people; several at once share what they read.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::metric;
use crate::core::money::MoneySum;
use crate::core::range::{Period, midnight};
use crate::core::value::Better::{Higher, Lower, Neutral};
use crate::core::value::Unit::{Cost, Count, Ratio, Revenue, Seconds, Share};
use crate::core::value::{Better, Unit, Value};
use crate::people::activity::Activity;
use crate::people::answer::{Coverage, Line, Measure, Table, Topic};
use crate::people::growth::{self, Growth, LOOK_BACK, MONTH, WEEK};
use crate::people::lifecycle::{Bar, lifecycle};
use crate::people::load::{Crowd, date_of};
use crate::people::rfm::{self, Scores, Standing};
use crate::people::stage::{Signs, Stage, stage};
use crate::query::condition::Checked;
use crate::query::field::Field;
use crate::query::plan::{Level, Plan};
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::Cell;

/// Days that an active-days distribution and the engagement look at.
const ENGAGED_DAYS: usize = 28;
/// Days before the period of which every question finds enough: a month to align bars, and what growth looks back.
const USUAL_LOOK_BACK: usize = LOOK_BACK + 31;
/// Most days that are told one by one; a chart has no room for more.
const DAYS_MAX: i64 = 400;
/// Most features in an answer.
const FEATURES_MAX: usize = 50;

/// Asks.
pub struct Asker<'a> {
    session: &'a Session<'a>,
    period: &'a Period,
    filter: &'a Checked,
    activity: OnceCell<Rc<Activity>>,
    long: OnceCell<Rc<Activity>>,
    coverage: OnceCell<Coverage>,
}

impl<'a> Asker<'a> {
    /// About the people of a period; a filter says which events make somebody active.
    pub fn new(session: &'a Session<'a>, period: &'a Period, filter: &'a Checked) -> Asker<'a> {
        Asker {
            session,
            period,
            filter,
            activity: OnceCell::new(),
            long: OnceCell::new(),
            coverage: OnceCell::new(),
        }
    }

    /// The answer to one question.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn answer(&self, topic: Topic) -> Result<Table, EngineError> {
        let (measures, lines, total) = match topic {
            Topic::Growth => self.growth()?,
            Topic::Active => self.active()?,
            Topic::Lifecycle => self.lifecycle()?,
            Topic::ActiveDays => self.active_days()?,
            Topic::Engagement => self.engagement()?,
            Topic::Stages => self.stages()?,
            Topic::Rfm => self.rfm()?,
            Topic::Features => self.features()?,
            Topic::Sessions => self.sessions()?,
            Topic::SessionLengths => self.session_lengths()?,
        };
        Ok(Table {
            topic,
            period: self.period.clone(),
            measures,
            lines,
            total,
            coverage: self.coverage()?,
            commit: self.session.commit,
        })
    }

    /// Everybody's stage at the end of the period.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn stage_of_each(&self) -> Result<Vec<(i64, Stage)>, EngineError> {
        let crowd = self.crowd();
        let (activity, activated) = (self.activity()?, crowd.activated(self.session)?);
        let end = self.place(crowd.last_day(), &activity) + 1;
        let of = |(member, days): (
            crate::people::activity::Member,
            crate::people::activity::Days,
        )| {
            let last = days.last_before(end);
            let signs = Signs {
                age: crowd.last_day() - member.first,
                rec: last.map_or(i64::MAX, |last| (end - 1 - last) as i64),
                act28: days.count(end.saturating_sub(28), end),
                prev28: days.count(end.saturating_sub(56), end.saturating_sub(28)),
                is_activated: activated.contains(&member.person),
            };
            (member.person, stage(&signs))
        };
        Ok(activity.people().map(of).collect())
    }

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

    /// Of whom the figures are.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn coverage(&self) -> Result<Coverage, EngineError> {
        if let Some(coverage) = self.coverage.get() {
            return Ok(*coverage);
        }
        let activity = self.activity()?;
        let crowd = self.crowd();
        let (from, to) = (
            self.place(crowd.first_day(), &activity),
            self.place(crowd.last_day(), &activity) + 1,
        );
        let mut coverage = Coverage::default();
        for (member, days) in activity.people() {
            if days.count(from, to) > 0 {
                match member.is_identified {
                    true => coverage.identified += 1,
                    false => coverage.anonymous += 1,
                }
            }
        }
        coverage.cookieless = self.cookieless()?;
        Ok(*self.coverage.get_or_init(|| coverage))
    }

    fn cookieless(&self) -> Result<i64, EngineError> {
        let plan = self.plan(self.period, &[], &[Level::Total]);
        let rows = self.session.ask(&plan.cookieless())?;
        Ok(rows
            .first()
            .and_then(|row| row.first())
            .and_then(Cell::whole)
            .unwrap_or(0))
    }

    fn growth(&self) -> Answered {
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
                    share(growth::growth_rate(life.active(), before)),
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

    fn active(&self) -> Answered {
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
                    share(stickiness),
                    share(growth.daily_of_weekly(place)),
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

    fn lifecycle(&self) -> Answered {
        let activity = self.activity()?;
        let bars = self.crowd().bars();
        let places = self.places(&bars, &activity);
        let lives = lifecycle(&activity, self.place_before(&activity), &places);
        let lines = bars.iter().zip(lives).map(|(bar, life)| {
            let counts = [
                life.new,
                life.returning,
                life.resurrecting,
                -life.dormant,
                life.active(),
            ];
            self.bar(*bar, counts.map(Value::Whole).to_vec())
        });
        Ok((
            vec![
                measure(
                    "new",
                    "New",
                    Count,
                    Higher,
                    "First active day ever in this bar.",
                ),
                measure(
                    "returning",
                    "Returning",
                    Count,
                    Higher,
                    "Active in this bar and in the one before.",
                ),
                measure(
                    "resurrecting",
                    "Resurrecting",
                    Count,
                    Higher,
                    "Active in this bar, not in the one before, and not new.",
                ),
                measure(
                    "dormant",
                    "Dormant",
                    Count,
                    Higher,
                    "Active in the bar before, not in this one; told as a negative number.",
                ),
                measure(
                    "active",
                    "Active",
                    Count,
                    Higher,
                    "Everybody active: the bar before, less dormant, plus new and resurrecting.",
                ),
            ],
            lines.collect(),
            None,
        ))
    }

    fn active_days(&self) -> Answered {
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

    fn engagement(&self) -> Answered {
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

    fn stages(&self) -> Answered {
        let mut counts: BTreeMap<Stage, i64> = BTreeMap::new();
        for (_, stage) in self.stage_of_each()? {
            *counts.entry(stage).or_default() += 1;
        }
        let all: i64 = counts.values().sum();
        let lines = Stage::ALL.into_iter().filter(|_| all > 0).map(|stage| {
            let count = counts.get(&stage).copied().unwrap_or(0);
            Line {
                keys: vec![stage.label().to_owned(), stage.advice().to_owned()],
                values: vec![Value::Whole(count), share(Some(count as f64 / all as f64))],
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

    fn rfm(&self) -> Answered {
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

    fn features(&self) -> Answered {
        let activity = self.activity()?;
        let crowd = self.crowd();
        let last = crowd.last_day();
        let (from, to) = (
            self.place(crowd.first_day(), &activity),
            self.place(last, &activity) + 1,
        );
        let mut active = 0i64;
        let (mut old, mut older) = (0i64, 0i64);
        let mut firsts: HashMap<i64, i64> = HashMap::with_capacity(activity.len());
        for (member, days) in activity.people() {
            active += i64::from(days.count(from, to) > 0);
            old += i64::from(member.first <= last - 7);
            older += i64::from(member.first <= last - 30);
            firsts.insert(member.person, member.first);
        }
        let mut uses: BTreeMap<String, Adoption> = BTreeMap::new();
        for row in crowd.feature_uses(self.session)? {
            let [Cell::Text(feature), person, first, latest] = row.as_slice() else {
                continue;
            };
            let (Some(person), Some(first), Some(latest)) =
                (person.whole(), first.whole(), latest.whole())
            else {
                continue;
            };
            let adoption = uses.entry(feature.clone()).or_default();
            adoption.users += i64::from(latest >= crowd.first_day());
            if let Some(seen) = firsts.get(&person) {
                let days = first - seen;
                adoption.days.push(days);
                adoption.by_7 += i64::from(days <= 7 && *seen <= last - 7);
                adoption.by_30 += i64::from(days <= 30 && *seen <= last - 30);
            }
        }
        let mut found: Vec<(String, Adoption)> =
            uses.into_iter().filter(|(_, one)| one.users > 0).collect();
        found.sort_by(|(a, x), (b, y)| y.users.cmp(&x.users).then_with(|| a.cmp(b)));
        found.truncate(FEATURES_MAX);
        let part = |part: i64, whole: i64| share((whole > 0).then(|| part as f64 / whole as f64));
        let lines = found.into_iter().map(|(feature, mut one)| {
            one.days.sort_unstable();
            let nth = |place: usize| one.days.get(place).map(|days| *days as f64);
            let middle = match one.days.len() {
                0 => None,
                count => nth((count - 1) / 2)
                    .zip(nth(count / 2))
                    .map(|(a, b)| (a + b) / 2.0),
            };
            Line {
                keys: vec![feature],
                values: vec![
                    Value::Whole(one.users),
                    part(one.users, active),
                    number(middle),
                    part(one.by_7, old),
                    part(one.by_30, older),
                ],
                ..Line::default()
            }
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

    fn sessions(&self) -> Answered {
        let plan = self.plan(self.period, &[], &[Level::Bar]);
        let rows = self.session.ask(&plan.sessions(self.period.from))?;
        let mut by_bar: HashMap<i64, Vec<Value>> = HashMap::new();
        for row in &rows {
            if let Some(bar) = row.first().and_then(Cell::whole) {
                by_bar.insert(bar, session_figures(&row[1..]));
            }
        }
        let lines = self.period.buckets().into_iter().map(|bucket| {
            let bar =
                crate::people::load::day_number(self.period, self.period.bar_start(bucket.from));
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
        let rows = self.session.ask(&whole.sessions(self.period.from))?;
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

    fn session_lengths(&self) -> Answered {
        let plan = self.plan(self.period, &[], &[Level::Total]);
        let rows = self.session.ask(&plan.session_lengths(self.period.from))?;
        let counts = rows.first().cloned().unwrap_or_default();
        let lines =
            crate::query::plan::session::LENGTHS
                .iter()
                .zip(counts)
                .map(|((label, _), count)| Line {
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

    fn money(&self, id: &str, period: &Period) -> Result<HashMap<i64, i128>, EngineError> {
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

    fn plan<'p>(&'p self, period: &'p Period, by: &'p [Field], levels: &'p [Level]) -> Plan<'p> {
        Plan {
            period,
            by,
            filter: self.filter,
            levels,
            only: None,
            rolled: self.session.rolled_for(period),
        }
    }

    fn crowd(&self) -> Crowd<'a> {
        Crowd {
            period: self.period,
            filter: self.filter,
        }
    }

    fn activity(&self) -> Result<Rc<Activity>, EngineError> {
        if let Some(activity) = self.long.get().or_else(|| self.activity.get()) {
            return Ok(Rc::clone(activity));
        }
        let activity = Rc::new(self.crowd().activity(self.session, USUAL_LOOK_BACK)?);
        Ok(Rc::clone(self.activity.get_or_init(|| activity)))
    }

    fn long_activity(&self) -> Result<Rc<Activity>, EngineError> {
        if let Some(activity) = self.long.get() {
            return Ok(Rc::clone(activity));
        }
        let activity = Rc::new(self.crowd().activity(self.session, rfm::WINDOW + 1)?);
        Ok(Rc::clone(self.long.get_or_init(|| activity)))
    }

    /// A local day as a place in the window.
    fn place(&self, day: i64, activity: &Activity) -> usize {
        usize::try_from(day - activity.start())
            .unwrap_or(0)
            .min(activity.days().saturating_sub(1))
    }

    fn places(&self, bars: &[(i64, i64, bool)], activity: &Activity) -> Vec<Bar> {
        let bars = bars.iter().map(|(from, to, _)| {
            (
                self.place(*from, activity),
                self.place(*to - 1, activity) + 1,
            )
        });
        bars.collect()
    }

    fn place_before(&self, activity: &Activity) -> Bar {
        let (from, to) = self.crowd().bar_before();
        (self.place(from, activity), self.place(to, activity))
    }

    fn bar(&self, (from, _, is_partial): (i64, i64, bool), values: Vec<Value>) -> Line {
        let date = date_of(from);
        Line {
            keys: vec![date.to_string()],
            from: Some(midnight(date, &self.period.zone)),
            values,
            is_partial,
        }
    }
}

/// Everybody with their scores, and what their money is.
pub type Scored = (Vec<(Standing, Scores)>, Unit);

type Answered = Result<(Vec<Measure>, Vec<Line>, Option<Line>), EngineError>;

#[derive(Default)]
struct Adoption {
    users: i64,
    days: Vec<i64>,
    by_7: i64,
    by_30: i64,
}

/// Churned people of some days as a share of the month before; nothing where nobody was active then.
fn churn_rate(growth: &Growth, (from, to): Bar) -> Value {
    let churned: i64 = growth.churned[from..to].iter().sum();
    let base = from.checked_sub(1).map_or(0, |day| growth.mau[day]);
    share((base > 0).then(|| churned as f64 / base as f64))
}

/// Figures of sessions as the statement gives them: the count, then numbers.
fn session_figures(cells: &[Cell]) -> Vec<Value> {
    let count = cells.first().and_then(Cell::whole).unwrap_or(0);
    let figures = cells.iter().skip(1).map(|cell| number(cell.number()));
    std::iter::once(Value::Whole(count))
        .chain(figures)
        .collect()
}

fn measure(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    better: Better,
    help: &'static str,
) -> Measure {
    Measure {
        id,
        label,
        help,
        unit,
        better,
    }
}

fn share(value: Option<f64>) -> Value {
    number(value)
}

fn number(value: Option<f64>) -> Value {
    value.map_or(Value::Null, Value::Number)
}

/// The numbers of those people whose stage is one of `stages`.
pub fn in_stages(each: Vec<(i64, Stage)>, stages: &[Stage]) -> HashSet<i64> {
    let wanted = each.into_iter().filter(|(_, stage)| stages.contains(stage));
    wanted.map(|(person, _)| person).collect()
}
