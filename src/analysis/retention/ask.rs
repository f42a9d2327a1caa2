//! From retention's question to its answer.

use std::cmp::Reverse;

use crate::analysis::identity::Identity;
use crate::analysis::inquiry::Inquiry;
use crate::analysis::retention::answer::{Answer, Cell, Coverage, Head, Row};
use crate::analysis::retention::calendar::{Calendar, Stage};
use crate::analysis::retention::people::Cohorts;
use crate::analysis::retention::question::{Measure, Mode, Question, Whose};
use crate::analysis::retention::source;
use crate::query::ask::by_segment;
use crate::query::condition::Checked;
use crate::query::field::Field;
use crate::store::engine::EngineError;
use crate::store::study::by_row;
use crate::store::table;

/// Answers.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn answer(
    inquiry: &Inquiry,
    question: Question,
    calendar: &Calendar,
) -> Result<Answer, EngineError> {
    let identity = Identity::read(inquiry)?;
    if question.by.as_ref().is_some_and(Field::is_segment) {
        return by_segment(inquiry, question, calendar, &identity);
    }
    let values = values(inquiry, &question, calendar)?;
    let asker = Asker {
        inquiry,
        question: &question,
        calendar,
        identity: &identity,
    };
    let (cohorts, coverage) = asker.people(&values)?;
    let cells = match question.measure {
        Measure::People => asker.kept(&cohorts, values.len()),
        Measure::Revenue => asker.paid(&cohorts, values.len())?,
    };
    let average = (0..question.columns)
        .map(|column| finished(cells.iter().flatten(), column))
        .collect();
    let rows = match question.by.is_some() {
        false => cells.into_iter().flatten().map(|row| row.0).collect(),
        true => by_value(cells, values, question.columns),
    };
    Ok(Answer {
        rows,
        average,
        coverage,
        commit: inquiry.commit,
        question,
    })
}

/// A row for each segment, and one for those in none. Somebody may be in several, so each is asked by itself; average
/// and coverage are of everybody.
fn by_segment(
    inquiry: &Inquiry,
    question: Question,
    calendar: &Calendar,
    identity: &Identity,
) -> Result<Answer, EngineError> {
    let cells_of = |filter: Checked| {
        let one = Question {
            filter,
            by: None,
            ..question.clone()
        };
        let asker = Asker {
            inquiry,
            question: &one,
            calendar,
            identity,
        };
        let (cohorts, coverage) = asker.people(&[])?;
        let cells = match one.measure {
            Measure::People => asker.kept(&cohorts, 0),
            Measure::Revenue => asker.paid(&cohorts, 0)?,
        };
        Ok::<_, EngineError>((cells.into_iter().flatten().collect(), coverage))
    };
    let (whole, coverage): (Vec<CohortRow>, Coverage) = cells_of(question.filter.clone())?;
    let average = (0..question.columns)
        .map(|column| finished(whole.iter(), column))
        .collect();
    // Nobody has any other value: its row is empty and falls away.
    let (mut names, mut cells) = (Vec::new(), vec![Vec::new()]);
    for (name, filter) in by_segment::parts(inquiry.segments(), &question.filter)? {
        names.push(name);
        cells.push(cells_of(filter)?.0);
    }
    let mut rows = by_value(cells, names, question.columns);
    rows.truncate(question.limit);
    Ok(Answer {
        rows,
        average,
        coverage,
        commit: inquiry.commit,
        question,
    })
}

fn values(
    inquiry: &Inquiry,
    question: &Question,
    calendar: &Calendar,
) -> Result<Vec<Option<String>>, EngineError> {
    let Some((sql, binds)) = source::values(question, calendar) else {
        return Ok(Vec::new());
    };
    let rows = inquiry.rows(&sql, &binds)?;
    let text = |row: &Vec<table::Cell>| row.first().and_then(table::Cell::text).map(str::to_owned);
    Ok(rows.iter().map(text).collect())
}

/// A row of one cohort.
#[derive(Clone, Debug)]
struct CohortRow(Row);

/// Rows by number of the split's value, then by cohort.
type Cells = Vec<Vec<CohortRow>>;

struct Asker<'a> {
    inquiry: &'a Inquiry<'a>,
    question: &'a Question,
    calendar: &'a Calendar,
    identity: &'a Identity,
}

impl Asker<'_> {
    /// Whom a stored number stands for in this question; `None` if they are not asked about.
    fn resolve(&self, person: i64) -> Option<u32> {
        let person = u32::try_from(person).ok()?;
        match self.question.whose {
            Whose::Identified => self
                .identity
                .is_user(person)
                .then(|| self.identity.resolve(person)),
            Whose::All => Some(self.identity.resolve(person)),
        }
    }

    /// Cohorts and returns, and whom that covers.
    fn people(&self, values: &[Option<String>]) -> Result<(Cohorts, Coverage), EngineError> {
        let question = self.question;
        let mut cohorts = Cohorts::default();
        let mut coverage = Coverage::default();
        let (starts_any, returns_any) = (
            source::is_any(&question.start) && question.by.is_none(),
            source::is_any(&question.back),
        );
        let mut seen: Vec<bool> = Vec::new();
        let (sql, binds) = source::activity(self.inquiry, question, self.calendar);
        self.inquiry.numbers(&sql, &binds, |columns| {
            for [person, stretch, count] in by_row(columns) {
                let stretch = self.calendar.place(stretch);
                if stretch.is_some() {
                    self.cover(person, count, &mut seen, &mut coverage);
                }
                let Some(person) = self.resolve(person) else {
                    continue;
                };
                if starts_any {
                    cohorts.began(person, stretch, 0);
                }
                if returns_any {
                    cohorts.came_back(person, stretch);
                }
            }
        })?;
        if !starts_any {
            let (sql, binds) = source::starts(question, self.calendar, values);
            let mut starts: Vec<(i64, u32, u8)> = Vec::new();
            self.inquiry.numbers(&sql, &binds, |columns| {
                for [person, at, value] in by_row(columns) {
                    if let Some(person) = self.resolve(person) {
                        starts.push((at, person, value as u8));
                    }
                }
            })?;
            // Several numbers may stand for one person; the earliest start has the value that counts.
            starts.sort_unstable();
            for (at, person, value) in starts {
                cohorts.began(person, self.calendar.place_of(at), value);
            }
        }
        if !returns_any {
            let (sql, binds) = source::returns(question, self.calendar);
            self.inquiry.numbers(&sql, &binds, |columns| {
                for (person, stretch) in columns[0].iter().zip(columns[1]) {
                    if let Some(person) = self.resolve(*person) {
                        cohorts.came_back(person, self.calendar.place(*stretch));
                    }
                }
            })?;
        }
        Ok((cohorts, coverage))
    }

    fn cover(&self, person: i64, events: i64, seen: &mut Vec<bool>, coverage: &mut Coverage) {
        coverage.events += events as u64;
        let Ok(person) = u32::try_from(person) else {
            return;
        };
        let is_user = self.identity.is_user(person);
        if is_user {
            coverage.user_events += events as u64;
        }
        let resolved = self.identity.resolve(person);
        let place = resolved as usize;
        if seen.len() <= place {
            seen.resize(place + 1, false);
        }
        if !seen[place] {
            seen[place] = true;
            match self.identity.is_user(resolved) {
                true => coverage.users += 1,
                false => coverage.anonymous += 1,
            }
        }
    }

    fn empty(&self, values: usize) -> Cells {
        let cohorts = (0..self.calendar.cohorts).map(|cohort| {
            let cell = |column: usize| Cell {
                part: 0,
                whole: 0,
                stage: self.calendar.stage(cohort + column),
            };
            CohortRow(Row {
                head: Head::Cohort(self.calendar.dates[cohort]),
                size: 0,
                cells: (0..self.question.columns).map(cell).collect(),
            })
        });
        vec![cohorts.collect(); values + 1]
    }

    fn kept(&self, cohorts: &Cohorts, values: usize) -> Cells {
        let mut cells = self.empty(values);
        for (_, member) in cohorts.members(self.calendar.cohorts) {
            let row = &mut cells[member.value][member.cohort].0;
            row.size += 1;
            for (column, cell) in row.cells.iter_mut().enumerate() {
                let place = member.cohort + column;
                let came_back = match self.question.mode {
                    Mode::On => member.came_back_in(place),
                    Mode::OnOrAfter => member.came_back_from(place),
                };
                cell.whole += 1;
                cell.part += i64::from(came_back);
            }
        }
        cells
    }

    /// What a cohort paid in each stretch, of what it paid in its own.
    fn paid(&self, cohorts: &Cohorts, values: usize) -> Result<Cells, EngineError> {
        let mut cells = self.empty(values);
        let mut homes: Vec<Option<(usize, usize)>> = Vec::new();
        for (person, member) in cohorts.members(self.calendar.cohorts) {
            homes.resize(homes.len().max(person as usize + 1), None);
            homes[person as usize] = Some((member.value, member.cohort));
            cells[member.value][member.cohort].0.size += 1;
        }
        let (sql, binds) = source::payments(self.question, self.calendar);
        self.inquiry.numbers(&sql, &binds, |columns| {
            for [person, stretch, paid] in by_row(columns) {
                let person = self.resolve(person);
                let home = person.and_then(|person| homes.get(person as usize).copied().flatten());
                let (Some((value, cohort)), Some(stretch)) = (home, self.calendar.place(stretch))
                else {
                    continue;
                };
                let column = stretch.checked_sub(cohort);
                if let Some(cell) =
                    column.and_then(|column| cells[value][cohort].0.cells.get_mut(column))
                {
                    cell.part += paid;
                }
            }
        })?;
        for row in cells.iter_mut().flatten() {
            let first = row.0.cells.first().map_or(0, |cell| cell.part);
            for cell in &mut row.0.cells {
                cell.whole = first;
            }
        }
        Ok(cells)
    }
}

/// Over the finished cells of a column, weighted by what they are of.
fn finished<'a>(rows: impl Iterator<Item = &'a CohortRow>, column: usize) -> Option<Cell> {
    let cells = rows
        .filter_map(|row| row.0.cells.get(column))
        .filter(|cell| cell.stage == Stage::Finished);
    let (part, whole) = cells.fold((0, 0), |(part, whole), cell| {
        (part + cell.part, whole + cell.whole)
    });
    (whole > 0).then_some(Cell {
        part,
        whole,
        stage: Stage::Finished,
    })
}

/// One row a value: its finished cells over all cohorts; where there are none, what runs, marked as such.
fn by_value(cells: Cells, values: Vec<Option<String>>, columns: usize) -> Vec<Row> {
    let heads = std::iter::once(Head::Other).chain(values.into_iter().map(Head::Value));
    let mut rows: Vec<Row> = heads
        .zip(cells)
        .map(|(head, cohorts)| {
            let cell = |column: usize| {
                finished(cohorts.iter(), column).unwrap_or_else(|| {
                    let running = cohorts
                        .iter()
                        .map(|row| row.0.cells[column])
                        .filter(|cell| cell.stage == Stage::Running);
                    let (part, whole) = running.fold((0, 0), |(part, whole), cell| {
                        (part + cell.part, whole + cell.whole)
                    });
                    Cell {
                        part,
                        whole,
                        stage: if whole > 0 {
                            Stage::Running
                        } else {
                            Stage::Future
                        },
                    }
                })
            };
            Row {
                size: cohorts.iter().map(|row| row.0.size).sum(),
                cells: (0..columns).map(cell).collect(),
                head,
            }
        })
        .filter(|row| row.size > 0)
        .collect();
    // The rest comes last, whatever its size; of equals the first by name.
    rows.sort_by_cached_key(|row| {
        let value = match &row.head {
            Head::Value(value) => value.clone(),
            Head::Cohort(_) | Head::Other => None,
        };
        (
            row.head == Head::Other,
            Reverse(row.size),
            value.is_none(),
            value,
        )
    });
    rows
}
