//! Activity from the store: whole days from the roll-up by person, the rest from events.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::core::range::{Interval, Period, midnight};
use crate::core::sql::{Binds, Sql};
use crate::people::activity::Activity;
use crate::query::condition::Checked;
use crate::query::field::Field;
use crate::query::plan::{Level, Plan, Statement};
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::study::by_row;
use crate::store::table::Cell;

/// Days from the first one in which somebody is activated, or not.
const ACTIVATION_DAYS: u32 = 14;

/// Who is looked at: the period, and which events count.
#[derive(Clone, Copy, Debug)]
pub struct Crowd<'a> {
    /// The asked period.
    pub period: &'a Period,
    /// Which events make somebody active. First days are of all events.
    pub filter: &'a Checked,
}

impl Crowd<'_> {
    /// The days of the period and `look_back` days before, with everybody who was active on any of them or ever
    /// before. Who was never active in the period's window stays in it for their first day, unless there is a filter.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn activity(&self, session: &Session, look_back: usize) -> Result<Activity, EngineError> {
        let last = self.last_day();
        let start = self.first_day() - look_back as i64;
        let days = usize::try_from(last - start + 1).unwrap_or(1);
        let whole = match earliest(session)? {
            None => return Ok(Activity::new(start, days)),
            Some(earliest) => self.since(earliest),
        };
        let all = Checked::default();
        // Of somebody who is in it a filter of people alone leaves every event, the first one too.
        let is_filtered = self.filter.fields().any(|field| !field.is_person());
        if !is_filtered {
            let plan = plan(session, &whole, self.filter);
            return read(session, &plan, start, days);
        }
        let window = self.since(self.moment_of(start).max(whole.from));
        let found = read(session, &plan(session, &window, self.filter), start, days)?;
        let everybody = read(session, &plan(session, &whole, &all), start, 1)?;
        Ok(found.with_firsts(&everybody))
    }

    /// Who of an activity got something out of the product in their first two weeks: at least three qualifying events on
    /// at least two days. In the order of its people.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn activated(
        &self,
        session: &Session,
        activity: &Activity,
    ) -> Result<Vec<bool>, EngineError> {
        let Some(earliest) = earliest(session)? else {
            return Ok(vec![false; activity.len()]);
        };
        let (whole, all) = (self.since(earliest), Checked::default());
        let is_of_people = self.filter.fields().all(Field::is_person);
        let filter = if is_of_people { self.filter } else { &all };
        let plan = plan(session, &whole, filter);
        let whos = session.whos_of(&plan)?;
        // How many events, and on which of the days, a bit each.
        let mut begun = vec![(0_i64, 0_u16); activity.len()];
        session.numbers(&plan.qualifying(), |columns| {
            for [number, day, events] in by_row(columns) {
                let person = whos.resolve(number as usize);
                let Some((place, first)) = activity.first_of(person) else {
                    continue;
                };
                if let Ok(age @ 0..ACTIVATION_DAYS) = u32::try_from(day - first) {
                    begun[place].0 += events;
                    begun[place].1 |= 1 << age;
                }
            }
        })?;
        let is_activated = |(events, days): (i64, u16)| events >= 3 && days.count_ones() >= 2;
        Ok(begun.into_iter().map(is_activated).collect())
    }

    /// Who used which feature ever, day by day: `each` gets the place of a feature among those that are returned, a
    /// person, and a day.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn feature_uses(
        &self,
        session: &Session,
        mut each: impl FnMut(usize, usize, i64),
    ) -> Result<Vec<String>, EngineError> {
        let Some(earliest) = earliest(session)? else {
            return Ok(Vec::new());
        };
        let whole = self.since(earliest);
        let by = [Field::find("feature").map_err(|error| EngineError::Query(error.to_string()))?];
        let plan = Plan {
            by: &by,
            levels: &[Level::ValueInBar],
            ..plan(session, &whole, self.filter)
        };
        let (mut features, mut places) = (Vec::new(), HashMap::new());
        for row in session.ask(&plan.features())? {
            if let [Cell::Text(feature), Cell::Whole(number)] = row.as_slice() {
                places.insert(*number, features.len());
                features.push(feature.clone());
            }
        }
        let whos = session.whos_of(&plan)?;
        session.numbers(&plan.feature_uses(), |columns| {
            for [feature, number, day] in by_row(columns) {
                if let Some(place) = places.get(&feature) {
                    each(*place, whos.resolve(number as usize), day);
                }
            }
        })?;
        Ok(features)
    }

    /// The first local day of the first bar, in days since 1970. Weeks and months are told whole.
    pub fn first_day(&self) -> i64 {
        day_number(self.period, self.period.bar_start(self.period.from))
    }

    /// The local day of the period's last moment, or of now if the period goes on after it.
    pub fn last_day(&self) -> i64 {
        let end = self.period.to.min(self.period.now);
        let last = Timestamp::from_microsecond(end.as_microsecond() - 1).unwrap_or(end);
        day_number(self.period, last).max(self.first_day())
    }

    /// The bars as stretches of local days since 1970, half open, each with whether it is not over.
    pub fn bars(&self) -> Vec<(i64, i64, bool)> {
        let mut from = self.first_day();
        let mut bars = Vec::new();
        for bucket in self.period.buckets() {
            let last = Timestamp::from_microsecond(bucket.to.as_microsecond() - 1);
            let end = day_number(self.period, last.unwrap_or(bucket.to)) + 1;
            if from <= self.last_day() {
                // A bar that the period cuts at its start is told whole; one that is cut at its end is not over.
                let is_open = bucket.is_partial && bucket.to >= self.period.to;
                bars.push((from, end, is_open));
            }
            from = end;
        }
        bars
    }

    /// The bar before the first one.
    pub fn bar_before(&self) -> (i64, i64) {
        let end = self.first_day();
        let first = date_of(end);
        let from = match self.period.interval {
            Interval::Week => end - 7,
            Interval::Month => first
                .first_of_month()
                .checked_sub(jiff::ToSpan::month(1))
                .map_or(end - 31, number_of),
            Interval::Minute | Interval::Hour | Interval::Day => end - 1,
        };
        (from, end)
    }

    /// The same period, but by days and from `from` on.
    fn since(&self, from: Timestamp) -> Period {
        Period {
            from: midnight(self.period.date(from), &self.period.zone),
            to: self.period.to.min(self.period.now),
            interval: Interval::Day,
            ..self.period.clone()
        }
    }

    fn moment_of(&self, day: i64) -> Timestamp {
        midnight(date_of(day), &self.period.zone)
    }
}

/// The local date of a day since 1970.
pub fn date_of(day: i64) -> jiff::civil::Date {
    let utc = Timestamp::from_second(day * 86_400).unwrap_or(Timestamp::UNIX_EPOCH);
    utc.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The local day of a moment, in days since 1970.
pub fn day_number(period: &Period, moment: Timestamp) -> i64 {
    number_of(period.date(moment))
}

fn number_of(date: jiff::civil::Date) -> i64 {
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC);
    midnight.map_or(0, |moment| {
        moment.timestamp().as_second().div_euclid(86_400)
    })
}

/// The moment of the project's first event; `None` without any.
///
/// # Errors
/// If the engine fails.
pub fn earliest(session: &Session) -> Result<Option<Timestamp>, EngineError> {
    let rows = session.ask(&Statement {
        sql: Sql::text("SELECT min(occurred_at) FROM events WHERE project = $project"),
        binds: Binds::default(),
    })?;
    let first = rows
        .first()
        .and_then(|row| row.first())
        .and_then(Cell::whole);
    Ok(first.and_then(|us| Timestamp::from_microsecond(us).ok()))
}

fn plan<'a>(session: &Session, period: &'a Period, filter: &'a Checked) -> Plan<'a> {
    Plan {
        period,
        by: &[],
        filter,
        levels: &[Level::Bar],
        only: None,
        rolled: session.rolled_for(period),
    }
}

/// Everybody as who they turned out to be.
fn read(session: &Session, plan: &Plan, start: i64, days: usize) -> Result<Activity, EngineError> {
    let (users, whos) = (session.users()?, session.whos_of(plan)?);
    let mut activity = Activity::new(start, days);
    session.numbers(&plan.activity(), |columns| {
        for [number, day] in by_row(columns) {
            activity.add(whos.resolve(number as usize), day);
        }
    })?;
    activity.identify(|person| users.has(person));
    Ok(activity)
}
