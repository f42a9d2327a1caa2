//! From a funnel's question to its answer: one pass over narrow columns, grouped by person, judged one by one.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::analysis::funnel::answer::{Answer, Part, Person};
use crate::analysis::funnel::attempt::{Attempt, Judge, Moment, Outcome, Rules};
use crate::analysis::funnel::question::{Listed, PEOPLE_MAX, Question, Unit};
use crate::analysis::funnel::source;
use crate::analysis::funnel::tally::Tally;
use crate::analysis::grouped::Passes;
use crate::analysis::identity::Identity;
use crate::analysis::inquiry::Inquiry;
use crate::core::range::Compare;
use crate::core::sql::{Binds, Sql};
use crate::query::ask::by_segment;
use crate::store::engine::EngineError;
use crate::store::table::Cell;

/// Answers a funnel.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(inquiry: &Inquiry, mut question: Question) -> Result<Answer, EngineError> {
    if let Some(segment) = question.by.take_if(|field| field.is_segment()) {
        let parts = by_segment(inquiry, &question)?;
        let mut answer = self::answer(inquiry, question)?;
        answer.parts = parts;
        answer.question.by = Some(segment);
        return Ok(answer);
    }
    let identity = match question.unit {
        Unit::User => Identity::read(inquiry)?,
        Unit::Visit => Identity::default(),
    };
    let as_of = question.period.now.as_microsecond();
    let now = rules(
        &question,
        question.period.from.as_microsecond(),
        question.period.to.as_microsecond(),
        as_of,
    );
    let values = split_values(inquiry, &question, &now)?;
    let counted = Counter {
        inquiry,
        question: &question,
        identity: &identity,
    }
    .count(&now, &values, question.people)?;
    let before = match question.compared() {
        None => None,
        Some((period, as_of)) => {
            let earlier = rules(
                &question,
                period.from.as_microsecond(),
                period.to.as_microsecond(),
                as_of.as_microsecond(),
            );
            let counter = Counter {
                inquiry,
                question: &question,
                identity: &identity,
            };
            let steps = counter
                .count(&earlier, &[], None)?
                .whole
                .steps(question.steps.len());
            Some((period, steps))
        }
    };
    let (people, is_cut) = named(inquiry, question.unit, &identity, counted.listed)?;
    let count = question.steps.len();
    Ok(Answer {
        steps: counted.whole.steps(count),
        before,
        parts: parts(&question, values, counted.parts, count),
        removed: counted.removed,
        users: (question.unit == Unit::User).then_some(counted.users),
        people,
        is_cut,
        commit: inquiry.commit,
        question,
    })
}

/// The steps of each segment, and of those in none. Somebody may be in several, so each is a funnel of its own.
fn by_segment(inquiry: &Inquiry, question: &Question) -> Result<Vec<Part>, EngineError> {
    let mut parts = Vec::new();
    for (value, filter) in by_segment::parts(inquiry.segments(), &question.filter)? {
        let one = Question {
            filter,
            compare: Compare::None,
            people: None,
            ..question.clone()
        };
        parts.push(Part {
            value,
            is_other: false,
            steps: answer(inquiry, one)?.steps,
        });
    }
    parts.retain(|part| part.steps.first().is_some_and(|step| step.people > 0));
    sort(&mut parts);
    parts.truncate(question.limit);
    Ok(parts)
}

/// The largest first; of equals the first by name.
fn sort(parts: &mut [Part]) {
    parts.sort_by_cached_key(|part| {
        let people = part.steps.first().map_or(0, |step| step.people);
        (Reverse(people), part.value.is_none(), part.value.clone())
    });
}

fn rules(question: &Question, from: i64, to: i64, as_of: i64) -> Rules {
    Rules {
        steps: question.steps.len(),
        order: question.order,
        window_us: question.window_us,
        from,
        to,
        as_of,
    }
}

fn split_values(
    inquiry: &Inquiry,
    question: &Question,
    rules: &Rules,
) -> Result<Vec<Option<String>>, EngineError> {
    let Some((sql, binds)) = source::values(question, rules) else {
        return Ok(Vec::new());
    };
    let rows = inquiry.rows(&sql, &binds)?;
    Ok(rows
        .iter()
        .map(|row| row.first().and_then(Cell::text).map(str::to_owned))
        .collect())
}

fn parts(
    question: &Question,
    values: Vec<Option<String>>,
    tallies: Vec<Tally>,
    count: usize,
) -> Vec<Part> {
    if question.by.is_none() {
        return Vec::new();
    }
    let mut tallies = tallies.into_iter();
    let other = tallies.next().unwrap_or_default().steps(count);
    let mut parts: Vec<Part> = values
        .into_iter()
        .zip(tallies)
        .map(|(value, tally)| Part {
            value,
            is_other: false,
            steps: tally.steps(count),
        })
        .collect();
    // The first look counted everybody with a value; a person counts once, with the value at the best entry.
    sort(&mut parts);
    if other.first().is_some_and(|step| step.people > 0) {
        parts.push(Part {
            value: None,
            is_other: true,
            steps: other,
        });
    }
    parts
}

#[derive(Default)]
struct Counted {
    whole: Tally,
    /// By number of the split's value; the first is any other.
    parts: Vec<Tally>,
    removed: u64,
    users: u64,
    listed: Vec<(i64, Attempt)>,
}

impl Counted {
    fn with_parts(parts: usize) -> Counted {
        Counted {
            parts: vec![Tally::default(); parts],
            ..Counted::default()
        }
    }

    fn merge(&mut self, other: Counted) {
        self.whole.merge(other.whole);
        for (held, part) in self.parts.iter_mut().zip(other.parts) {
            held.merge(part);
        }
        self.removed += other.removed;
        self.users += other.users;
        self.listed.extend(other.listed);
    }
}

struct Counter<'a> {
    inquiry: &'a Inquiry<'a>,
    question: &'a Question,
    identity: &'a Identity,
}

impl Counter<'_> {
    fn count(
        &self,
        rules: &Rules,
        values: &[Option<String>],
        people: Option<(usize, Listed)>,
    ) -> Result<Counted, EngineError> {
        let (sql, binds) = source::events(self.question, rules, values);
        let mut counted = Counted::with_parts(values.len() + 1);
        let (identity, is_user_funnel) = (self.identity, self.question.unit == Unit::User);
        let mut passes = Passes::of::<Moment>();
        while let Some(grouped) = passes.next(
            self.inquiry,
            &sql,
            &binds,
            |[key, at, seq, step]: [i64; 4]| {
                let owner = match is_user_funnel {
                    true => i64::from(identity.resolve(key as u32)),
                    false => key,
                };
                let moment = Moment {
                    at,
                    order: self.inquiry.order(seq),
                    mask: (step >> 16) as u16,
                    split: step as u16,
                };
                Some((owner, moment))
            },
        )? {
            let start = || (Judge::new(*rules), Counted::with_parts(values.len() + 1));
            let found = grouped.fold(start, |(judge, counted), owner, events| {
                match judge.outcome(events) {
                    Outcome::Absent => {}
                    Outcome::Removed => counted.removed += 1,
                    Outcome::Best(attempt) => {
                        counted.whole.add(&attempt);
                        counted.parts[usize::from(attempt.split)].add(&attempt);
                        counted.users +=
                            u64::from(is_user_funnel && identity.is_user(owner as u32));
                        if people.is_some_and(|(step, listed)| is_listed(&attempt, step, listed)) {
                            counted.listed.push((owner, attempt));
                        }
                    }
                }
            });
            for (_, part) in found {
                counted.merge(part);
            }
        }
        Ok(counted)
    }
}

fn is_listed(attempt: &Attempt, step: usize, listed: Listed) -> bool {
    match listed {
        Listed::Reached => attempt.depth >= step,
        Listed::Dropped => attempt.depth == step && !attempt.is_open,
        Listed::Open => attempt.depth == step && attempt.is_open,
    }
}

/// The people behind a step with their names, the latest entry first.
fn named(
    inquiry: &Inquiry,
    unit: Unit,
    identity: &Identity,
    mut listed: Vec<(i64, Attempt)>,
) -> Result<(Vec<Person>, bool), EngineError> {
    listed.sort_unstable_by_key(|(key, attempt)| (Reverse(attempt.times[0]), *key));
    let is_cut = listed.len() as u64 > PEOPLE_MAX;
    listed.truncate(PEOPLE_MAX as usize);
    if listed.is_empty() {
        return Ok((Vec::new(), false));
    }
    let mut binds = Binds::default();
    let keys: Vec<Sql> = listed.iter().map(|(key, _)| binds.whole(*key)).collect();
    let sql = match unit {
        Unit::User => {
            "SELECT CAST(person AS BIGINT), name FROM people WHERE project = $project AND person IN ({{keys}})"
        }
        Unit::Visit => {
            "SELECT text_number(session_id) AS k, min(session_id) FROM events WHERE project = $project \
             AND session_id IS NOT NULL AND text_number(session_id) IN ({{keys}}) GROUP BY k"
        }
    };
    let rows = inquiry.rows(&Sql::text(sql).fill("keys", &Sql::join(keys, ", ")), &binds)?;
    let names: HashMap<i64, &str> = rows
        .iter()
        .filter_map(|row| Some((row.first()?.whole()?, row.get(1)?.text()?)))
        .collect();
    let people = listed.iter().map(|(key, attempt)| Person {
        name: names.get(key).copied().unwrap_or_default().to_owned(),
        is_user: unit == Unit::User && identity.is_user(*key as u32),
        entered_at: attempt.times[0],
        depth: attempt.depth,
        last_at: attempt.times[attempt.depth - 1],
    });
    Ok((people.collect(), is_cut))
}
