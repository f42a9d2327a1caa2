//! Finds the people of a segment: each rule is a set, and sets are united and cut as the definition says.
//!
//! Everybody is who they turned out to be: what an anonymous id did counts for the user it became. Days are local days
//! of the project, so a rule holds from midnight to midnight; stage and class are those of today.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::analysis::choice::EventChoice;
use crate::core::filter::{Condition, Filter, Test};
use crate::core::range::{Interval, Period, Range, midnight};
use crate::core::sql::{Binds, Sql};
use crate::people::ask::Asker;
use crate::people::load::{Crowd, date_of};
use crate::people::segment::definition::Definition;
use crate::people::segment::rule::{Often, Rule};
use crate::people::segment::set::Set;
use crate::query::condition::Checked;
use crate::query::plan::Statement;
use crate::query::session::Session;
use crate::store::engine::EngineError;
use crate::store::table::Cell;

/// Events with everybody as who they are.
const EVENTS: &str =
    "(SELECT events.* {{replaced}} FROM events {{aliases}} WHERE project = $project) AS events";

/// The people of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Everybody in it, by the number of who they are.
    pub people: Set,
    /// The same with all numbers under which their events may stand.
    pub numbers: Set,
    /// How many people the project has.
    pub of: u64,
}

/// What every rule needs to know.
pub struct Finder<'a> {
    session: &'a Session<'a>,
    zone: &'a TimeZone,
    now: Timestamp,
    links: HashMap<i64, i64>,
    everybody: Set,
    firsts: Option<HashMap<i64, i64>>,
}

impl<'a> Finder<'a> {
    /// Looks at who there is.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn new(
        session: &'a Session<'a>,
        zone: &'a TimeZone,
        now: Timestamp,
    ) -> Result<Finder<'a>, EngineError> {
        // A pair in one number: both are below 2^31.
        let pairs = wholes(
            session,
            Sql::text(
                "SELECT all_of(CAST(alias AS BIGINT) * 4294967296 + person) FROM person_alias \
                 WHERE project = $project AND person IS NOT NULL",
            ),
            Binds::default(),
        )?;
        let links: HashMap<i64, i64> = pairs
            .into_iter()
            .map(|pair| (pair >> 32, pair & 0xffff_ffff))
            .collect();
        let mut everybody = Set::of(&wholes(
            session,
            Sql::text("SELECT all_of(CAST(person AS BIGINT)) FROM people WHERE project = $project"),
            Binds::default(),
        )?);
        let aliases: Vec<i64> = links.keys().copied().collect();
        everybody = Set::of(&aliases).rest_of(&everybody);
        Ok(Finder {
            session,
            zone,
            now,
            links,
            everybody,
            firsts: None,
        })
    }

    /// The people of a definition.
    ///
    /// # Errors
    /// If the engine fails or is interrupted.
    pub fn find(&mut self, definition: &Definition) -> Result<Found, EngineError> {
        let mut people = self.everybody.clone();
        for clause in &definition.clauses {
            let mut any = Set::default();
            for rule in clause {
                any.unite(&self.rule(rule)?);
            }
            people.intersect(&any);
        }
        let mut numbers = people.clone();
        for alias in self.links.keys() {
            let person = self.leads_to(self.leads_to(*alias));
            if let (Ok(alias), Ok(person)) = (usize::try_from(*alias), usize::try_from(person))
                && people.has(person)
            {
                numbers.insert(alias);
            }
        }
        Ok(Found {
            people,
            numbers,
            of: self.everybody.len(),
        })
    }

    /// An alias leads to a user at once, or to one who was merged into another by hand.
    fn leads_to(&self, person: i64) -> i64 {
        self.links.get(&person).copied().unwrap_or(person)
    }

    fn rest(&self, people: &Set) -> Set {
        people.rest_of(&self.everybody)
    }

    fn rule(&mut self, rule: &Rule) -> Result<Set, EngineError> {
        match rule {
            Rule::Did {
                event,
                often,
                times,
                days,
            } => self.did(event, *often, *times, *days),
            Rule::FirstSeen { day, is_before } => self.first_seen(*day, *is_before),
            Rule::Is(condition) => {
                let held = self.holds(condition)?;
                match condition.is_negated {
                    true => Ok(self.rest(&held)),
                    false => Ok(held),
                }
            }
        }
    }

    fn did(
        &self,
        event: &EventChoice,
        often: Often,
        times: u32,
        days: u16,
    ) -> Result<Set, EngineError> {
        let times = i64::from(times);
        // Who never did it has no row, so "at most" and "never" are everybody but those who did it more often.
        let (having, times, is_rest) = match often {
            Often::AtLeast => ("count(*) >= {{n}}", times, false),
            Often::AtMost => ("count(*) >= {{n}}", times + 1, true),
            Often::Exactly if times == 0 => ("count(*) >= {{n}}", 1, true),
            Often::Exactly => ("count(*) = {{n}}", times, false),
        };
        let (from, to) = self.days(days);
        let mut binds = Binds::default();
        let sql = Sql::text(
            "SELECT all_of(CAST(person AS BIGINT)) FROM (SELECT person FROM {{events}} WHERE person IS NOT NULL \
             AND occurred_at >= make_timestamp({{from}}) AND occurred_at < make_timestamp({{to}}) AND {{event}} \
             GROUP BY person HAVING {{having}})",
        )
        .fill("events", &Sql::text(EVENTS))
        .fill("from", &binds.whole(from.as_microsecond()))
        .fill("to", &binds.whole(to.as_microsecond()))
        .fill("event", &event.sql(&mut binds))
        .fill("having", &Sql::text(having).fill("n", &binds.whole(times)));
        let did = Set::of(&wholes(self.session, sql, binds)?);
        Ok(match is_rest {
            true => self.rest(&did),
            false => did,
        })
    }

    /// The last local days, today the last of them: from its first moment to the first one of tomorrow.
    fn days(&self, days: u16) -> (Timestamp, Timestamp) {
        let today = self.now.to_zoned(self.zone.clone()).date();
        let day = |by: i64| today.checked_add(by.days()).unwrap_or(today);
        (
            midnight(day(1 - i64::from(days)), self.zone),
            midnight(day(1), self.zone),
        )
    }

    fn first_seen(&mut self, day: Date, is_before: bool) -> Result<Set, EngineError> {
        if self.firsts.is_none() {
            let (period, all) = (self.today()?, Checked::default());
            let crowd = Crowd {
                period: &period,
                filter: &all,
            };
            let activity = crowd.activity(self.session, 0)?;
            let firsts = activity
                .people()
                .map(|(member, _)| (member.person, member.first));
            self.firsts = Some(firsts.collect());
        }
        let firsts = self.firsts.iter().flatten();
        let those = firsts.filter(|(_, first)| (date_of(**first) < day) == is_before);
        let people: Vec<i64> = those.map(|(person, _)| *person).collect();
        Ok(Set::of(&people))
    }

    fn today(&self) -> Result<Period, EngineError> {
        let today = Range::Days(1).resolve(Some(Interval::Day), self.zone, self.now);
        today.map_err(|error| EngineError::Query(error.to_string()))
    }

    /// Those of whom the condition holds, turned round or not.
    fn holds(&self, condition: &Condition) -> Result<Set, EngineError> {
        match condition.field.as_str() {
            "stage" => self.stages(condition),
            "rfm" => self.classes(condition),
            "feature" => self.with_absence(condition, "feature", Self::ever),
            "country" => self.with_absence(condition, "country", Self::latest),
            _ => self.with_absence(condition, "plan", Self::latest),
        }
    }

    fn stages(&self, condition: &Condition) -> Result<Set, EngineError> {
        let (period, all) = (self.today()?, Checked::default());
        let each = Asker::new(self.session, &period, &all).stage_of_each()?;
        let named = |id: &'static str| id;
        let held = each
            .into_iter()
            .map(|(person, stage)| (person, named(stage.id())))
            .collect::<Vec<_>>();
        Ok(self.by_name(
            condition,
            held.iter().map(|(person, id)| (*person, [*id, ""])),
        ))
    }

    fn classes(&self, condition: &Condition) -> Result<Set, EngineError> {
        let (period, all) = (self.today()?, Checked::default());
        let scored = Asker::new(self.session, &period, &all).scores_of_each()?;
        let named: Vec<(i64, &'static str, String)> = scored
            .into_iter()
            .flat_map(|(people, _)| people)
            .map(|(one, scores)| {
                let cell = format!("{}-{}", scores.r, scores.fm());
                (one.person, scores.label(), cell)
            })
            .collect();
        let each = named
            .iter()
            .map(|(person, label, cell)| (*person, [*label, cell.as_str()]));
        Ok(self.by_name(condition, each))
    }

    /// Those with a name that the condition is about; who has none is absent.
    fn by_name<'n>(
        &self,
        condition: &Condition,
        each: impl Iterator<Item = (i64, [&'n str; 2])>,
    ) -> Set {
        let wanted = |name: &str| match condition.test {
            Test::Exists => true,
            Test::Contains => {
                let needle = condition.values.first().map(|text| text.to_lowercase());
                needle.is_some_and(|needle| name.to_lowercase().contains(&needle))
            }
            Test::Is | Test::In => condition.values.iter().any(|value| value == name),
            Test::Greater | Test::Less => false,
        };
        let (mut people, mut known) = (Vec::new(), Vec::new());
        for (person, names) in each {
            known.push(person);
            if names.iter().any(|name| !name.is_empty() && wanted(name)) {
                people.push(person);
            }
        }
        let mut set = Set::of(&people);
        if asks_for_absence(condition) {
            set.unite(&self.rest(&Set::of(&known)));
        }
        set
    }

    /// Those of whom a value is known that meets the condition, and if it asks for absence those without any.
    fn with_absence(
        &self,
        condition: &Condition,
        column: &'static str,
        ask: impl Fn(&Self, &Condition, &'static str) -> Result<Set, EngineError>,
    ) -> Result<Set, EngineError> {
        let values: Vec<String> = condition
            .values
            .iter()
            .filter(|value| !value.is_empty())
            .cloned()
            .collect();
        let mut set = Set::default();
        if condition.test == Test::Exists || condition.test == Test::Contains || !values.is_empty()
        {
            let positive = Condition {
                is_negated: false,
                values: match condition.test {
                    Test::Contains => condition.values.clone(),
                    _ => values,
                },
                ..condition.clone()
            };
            set = ask(self, &positive, column)?;
        }
        if asks_for_absence(condition) {
            let known = Condition {
                test: Test::Exists,
                is_negated: false,
                values: Vec::new(),
                ..condition.clone()
            };
            set.unite(&self.rest(&ask(self, &known, column)?));
        }
        Ok(set)
    }

    /// Those with an event whose value meets the condition, ever.
    fn ever(&self, condition: &Condition, column: &'static str) -> Result<Set, EngineError> {
        let mut binds = Binds::default();
        let sql = Sql::text(
            "SELECT all_of(CAST(person AS BIGINT)) FROM (SELECT DISTINCT person FROM {{events}} \
             WHERE person IS NOT NULL AND {{column}} IS NOT NULL AND {{holds}})",
        )
        .fill("events", &Sql::text(EVENTS))
        .fill("column", &Sql::text(column))
        .fill("holds", &checked(condition)?.sql(&mut binds));
        Ok(Set::of(&wholes(self.session, sql, binds)?))
    }

    /// Those whose latest value meets the condition; of events of one moment the last received counts.
    fn latest(&self, condition: &Condition, column: &'static str) -> Result<Set, EngineError> {
        let mut binds = Binds::default();
        let sql = Sql::text(
            "SELECT all_of(CAST(person AS BIGINT)) FROM (SELECT person, \
             arg_max({{column}}, CAST(epoch_us(occurred_at) AS HUGEINT) * 4611686018427387904 + seq) AS {{column}} \
             FROM {{events}} WHERE person IS NOT NULL AND {{column}} IS NOT NULL GROUP BY person) WHERE {{holds}}",
        )
        .fill("events", &Sql::text(EVENTS))
        .fill("column", &Sql::text(column))
        .fill("holds", &checked(condition)?.sql(&mut binds));
        Ok(Set::of(&wholes(self.session, sql, binds)?))
    }
}

/// Whether "nothing known" meets a condition that is not turned round.
fn asks_for_absence(condition: &Condition) -> bool {
    matches!(condition.test, Test::Is | Test::In) && condition.values.iter().any(String::is_empty)
}

fn checked(condition: &Condition) -> Result<Checked, EngineError> {
    let filter = Filter(vec![vec![condition.clone()]]);
    Checked::new(filter).map_err(|error| EngineError::Query(error.to_string()))
}

/// The one list of whole numbers that a statement gives; none if it gives nothing.
fn wholes(session: &Session, sql: Sql, binds: Binds) -> Result<Vec<i64>, EngineError> {
    let rows = session.ask(&Statement { sql, binds })?;
    let list = rows.first().and_then(|row| row.first());
    Ok(list.map(Cell::wholes).unwrap_or_default().to_vec())
}
