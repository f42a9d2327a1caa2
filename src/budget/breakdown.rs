//! Who spends, and against which budget: a line for each value of a dimension, or for each of several projects.

use jiff::Timestamp;

use crate::budget::board::{Board, BoardError, Held};
use crate::budget::spend::{self, SpendError};
use crate::budget::standing::{Course, Days, Standing, course, standing};
use crate::core::cycle::Cycle;
use crate::core::filter::{Filter, Test};
use crate::store::control::Control;
use crate::store::control::access::ReadAccess;
use crate::store::control::budget::Budget;
use crate::store::control::project::Project;
use crate::store::engine::Engine;

/// By what spends can be split: id and name. `project` is each project that the reader may see, as a whole.
pub const SPLITS: [(&str, &str); 6] = [
    ("provider", "Provider"),
    ("project", "Project"),
    ("feature", "Feature"),
    ("team", "Team"),
    ("user", "User"),
    ("model", "Model"),
];

/// Most values without a budget of their own.
const VALUES_MAX: usize = 20;

/// One value, and one budget for it if there is any. With several budgets it has several lines.
#[derive(Clone, Debug)]
pub struct Line {
    /// The value; none for calls that have none. For `project` its short name.
    pub key: Option<String>,
    /// What is spent in this calendar month, and will be.
    pub month: Course,
    /// The budget for just this value, and how it stands.
    pub budget: Option<(Budget, Standing)>,
}

/// A line for each project of `accesses` and each budget for all of it, the dearest this month first. No more is
/// looked at than there are proofs for.
///
/// # Errors
/// If a store fails.
pub async fn of_projects(
    board: &Board,
    (control, engine): (&Control, &Engine),
    accesses: &[ReadAccess],
    now: Timestamp,
) -> Result<Vec<Line>, BoardError> {
    let mut all = Vec::new();
    for access in accesses {
        let project = access.scope().project();
        let held = board.look(control, engine, project, now).await?;
        all.extend(lines(engine, project, &held, "project", now).await?);
    }
    // Prices are in US dollars everywhere, so that projects can be compared. The first of equals stays first.
    all.sort_by_key(|line| std::cmp::Reverse(line.month.spent));
    Ok(all)
}

/// The lines of one project by one of [`SPLITS`], the dearest values first; values with a budget are never left out.
///
/// # Errors
/// If the engine fails.
pub async fn lines(
    engine: &Engine,
    project: &Project,
    held: &[Held],
    by: &str,
    now: Timestamp,
) -> Result<Vec<Line>, SpendError> {
    let today = now.to_zoned(project.time_zone.clone()).date();
    let budgets: Vec<(Option<String>, &Budget)> = held
        .iter()
        .filter_map(|held| Some((value_of(&held.budget, project, by)?, &held.budget)))
        .collect();
    let cycles = budgets.iter().map(|(_, budget)| budget.cycle);
    let first = spend::first_day(cycles.chain([Cycle::Monthly]), today);
    let mut values: Vec<(Option<String>, Days)> = match by {
        "project" => {
            let days = spend::by_day(engine, project, "", first, now).await?;
            vec![(Some(project.slug.clone()), days)]
        }
        by => spend::by_value(engine, project, (by, VALUES_MAX), first, now).await?,
    };
    for (value, budget) in &budgets {
        if !values.iter().any(|(key, _)| key == value) {
            let days = spend::by_day(engine, project, &budget.filter, first, now).await?;
            values.push((value.clone(), days));
        }
    }
    let zone = &project.time_zone;
    let mut lines = Vec::new();
    for (key, days) in values {
        let month = course(&days, Cycle::Monthly, zone, now);
        let own: Vec<&Budget> = budgets
            .iter()
            .filter(|(value, _)| *value == key)
            .map(|(_, budget)| *budget)
            .collect();
        let stands = |budget: &Budget| {
            let (amount, thresholds) = (budget.amount, &budget.thresholds);
            standing(&days, budget.cycle, amount, thresholds, zone, now)
        };
        if own.is_empty() {
            lines.push(Line {
                key: key.clone(),
                month: month.clone(),
                budget: None,
            });
        }
        lines.extend(own.into_iter().map(|budget| Line {
            key: key.clone(),
            month: month.clone(),
            budget: Some((budget.clone(), stands(budget))),
        }));
    }
    Ok(lines)
}

/// The value of `by` that a budget is for, if it is for just one. The inner none is "no value".
fn value_of(budget: &Budget, project: &Project, by: &str) -> Option<Option<String>> {
    let filter = Filter::parse([budget.filter.as_str()]).ok()?;
    if by == "project" {
        return filter.is_empty().then(|| Some(project.slug.clone()));
    }
    let [clause] = filter.0.as_slice() else {
        return None;
    };
    let [condition] = clause.as_slice() else {
        return None;
    };
    let is_one = condition.field == by && condition.test == Test::Is && !condition.is_negated;
    let value = condition.values.first().filter(|_| is_one)?;
    Some(Some(value.clone()).filter(|value| !value.is_empty()))
}
