//! Answers questions about people; several at once share what they read. Each file beside this one answers some.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::core::range::{Period, midnight};
use crate::core::value::{Better, Unit, Value};
use crate::people::activity::Activity;
use crate::people::answer::{Coverage, Line, Measure, Table, Topic};
use crate::people::growth::LOOK_BACK;
use crate::people::lifecycle::Bar;
use crate::people::load::{Crowd, date_of};
use crate::people::rfm;
use crate::query::condition::Checked;
use crate::query::field::Field;
use crate::query::plan::{Level, Plan};
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::Cell;

mod active;
mod engagement;
mod features;
mod growth;
mod lifecycle;
mod rfm_grid;
mod sessions;
mod stages;

pub use rfm_grid::Scored;

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

type Answered = Result<(Vec<Measure>, Vec<Line>, Option<Line>), EngineError>;

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

fn number(value: Option<f64>) -> Value {
    value.map_or(Value::Null, Value::Number)
}
