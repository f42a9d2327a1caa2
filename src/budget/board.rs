//! `Board`: how every budget stood when it was last looked at, and who has put its banner away.
//!
//! Pages read it from memory, so that a banner costs no question. It is brought up to date once a minute, and only if
//! something has been loaded or edited, or a day has begun; and whenever somebody opens the page of costs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use parking_lot::RwLock;

use crate::app::App;
use crate::budget::spend::{self, SpendError};
use crate::budget::standing::{Standing, standing};
use crate::core::project_id::ProjectId;
use crate::store::control::budget::{Budget, BudgetId};
use crate::store::control::budget_dismissal::Dismissal;
use crate::store::control::person::PersonId;
use crate::store::control::project::Project;
use crate::store::control::{Control, ControlError};
use crate::store::engine::Engine;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(60);
/// A look may take one part in so many of the time, however slow its questions are.
const SHARE: u32 = 20;

/// A budget and how it stands.
#[derive(Clone, Debug)]
pub struct Held {
    /// The budget.
    pub budget: Budget,
    /// How it stands; none if its filter cannot be used any more.
    pub standing: Option<Standing>,
}

/// A banner for one person.
#[derive(Clone, Debug)]
pub struct Banner {
    /// The budget that is spent most.
    pub held: Held,
    /// The step that was reached.
    pub step: u8,
    /// How many other budgets are above their step too.
    pub others: usize,
}

/// Why the board could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The control store.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The engine.
    #[error(transparent)]
    Spend(#[from] SpendError),
}

/// The latest of every budget.
#[derive(Debug, Default)]
pub struct Board {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    held: HashMap<ProjectId, Vec<Held>>,
    dismissed: HashMap<(PersonId, BudgetId), (Date, u8)>,
}

impl Board {
    /// Looks at the budgets of one project, and keeps what was found.
    ///
    /// # Errors
    /// If the stores fail; the former state stays.
    pub async fn look(
        &self,
        control: &Control,
        engine: &Engine,
        project: &Project,
        now: Timestamp,
    ) -> Result<Vec<Held>, BoardError> {
        let budgets = control.budgets(project.id).await?;
        let today = now.to_zoned(project.time_zone.clone()).date();
        let mut held = Vec::with_capacity(budgets.len());
        for budget in budgets {
            let first = spend::first_day([budget.cycle], today);
            let days = spend::by_day(engine, project, &budget.filter, first, now).await;
            let standing = match days {
                Ok(days) => Some(standing(
                    &days,
                    budget.cycle,
                    budget.amount,
                    &budget.thresholds,
                    &project.time_zone,
                    now,
                )),
                Err(SpendError::Question(_)) => None,
                Err(error) => return Err(error.into()),
            };
            held.push(Held { budget, standing });
        }
        self.state.write().held.insert(project.id, held.clone());
        Ok(held)
    }

    /// Reads again who has put which banner away.
    ///
    /// # Errors
    /// If the control store fails.
    pub async fn recall(&self, control: &Control) -> Result<(), ControlError> {
        let rows = control.dismissals().await?;
        let kept = |row: Dismissal| ((row.person, row.budget), (row.turn, row.step));
        self.state.write().dismissed = rows.into_iter().map(kept).collect();
        Ok(())
    }

    /// What a person has to see on every page of a project.
    pub fn banner(&self, project: ProjectId, person: PersonId) -> Option<Banner> {
        let state = self.state.read();
        let mut open: Vec<(f64, u8, &Held)> = Vec::new();
        for held in state.held.get(&project)? {
            let Some(standing) = &held.standing else {
                continue;
            };
            let Some(step) = standing.banner_step else {
                continue;
            };
            let put_away = state.dismissed.get(&(person, held.budget.id));
            let is_quiet = put_away
                .is_some_and(|(turn, seen)| *turn == standing.course.turn.first && *seen >= step);
            if !is_quiet {
                open.push((standing.used_percent, step, held));
            }
        }
        // The first of equals stays first.
        open.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (_, step, held) = *open.first()?;
        Some(Banner {
            held: held.clone(),
            step,
            others: open.len() - 1,
        })
    }

    /// Puts the banners of a budget away for a person, until its next step or turn. Nothing happens if there is none.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn dismiss(
        &self,
        control: &Control,
        project: ProjectId,
        person: PersonId,
        budget: BudgetId,
    ) -> Result<(), ControlError> {
        let reached = {
            let state = self.state.read();
            let held = state.held.get(&project).into_iter().flatten();
            let standing = held
                .filter(|held| held.budget.id == budget)
                .find_map(|held| held.standing.as_ref());
            standing.and_then(|standing| Some((standing.course.turn.first, standing.banner_step?)))
        };
        let Some((turn, step)) = reached else {
            return Ok(());
        };
        control
            .dismiss(Dismissal {
                person,
                budget,
                turn,
                step,
            })
            .await?;
        let mut state = self.state.write();
        state.dismissed.insert((person, budget), (turn, step));
        Ok(())
    }
}

/// Keeps the board up to date, for as long as the server runs.
pub async fn follow(app: Arc<App>) {
    let mut seen: HashMap<ProjectId, (u64, Date)> = HashMap::new();
    loop {
        let started = Instant::now();
        if let Err(error) = look_at_all(&app, &mut seen).await {
            tracing::warn!(%error, "how budgets stand could not be told; it will be tried again");
        }
        tokio::time::sleep(LOOK.max(started.elapsed() * SHARE)).await;
    }
}

async fn look_at_all(
    app: &App,
    seen: &mut HashMap<ProjectId, (u64, Date)>,
) -> Result<(), BoardError> {
    app.budgets.recall(&app.control).await?;
    let now = app.clock.now();
    for project in app.control.directory().projects() {
        let today = now.to_zoned(project.time_zone.clone()).date();
        let state = (*app.loader.loaded().borrow(), today);
        // An engine that nobody asks may rest.
        if seen.get(&project.id) == Some(&state) {
            continue;
        }
        let look = app.budgets.look(&app.control, &app.engine, &project, now);
        look.await?;
        seen.insert(project.id, state);
    }
    Ok(())
}
