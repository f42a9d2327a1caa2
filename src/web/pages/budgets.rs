//! Budgets: the form that makes or changes one, archiving, and putting a banner away.
//!
//! The page of costs shows them; see `budget_panel`.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::catalogue::dimension::{DIMENSIONS, DimensionKind};
use crate::core::code::Code;
use crate::core::cycle::Cycle;
use crate::core::filter::{Condition, Filter, Test};
use crate::core::threshold::{BANNER_PERCENT, CHOICES, Thresholds};
use crate::query::condition::Checked;
use crate::store::control::budget::{Budget, BudgetDraft, BudgetError, BudgetId};
use crate::store::control::problem::Problems;
use crate::web::extract::parameter;
use crate::web::form::{Fields, PersonForm, told};
use crate::web::pages::place::{local, see_other, with_query};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::budgets::{BudgetPage, ThresholdChoice};
use crate::web::view::field::{Field, Select};
use crate::web::view::shell::Room;

/// `GET /costs/budgets/new?filter=`: the empty form, for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn new_form(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let all = Thresholds::default();
    let draft = BudgetDraft {
        filter: parameter(&request, "filter").unwrap_or_default(),
        cycle: Cycle::Monthly.id().to_owned(),
        percents: all.percents.iter().map(u8::to_string).collect(),
        forecast: all.forecast,
        ..BudgetDraft::default()
    };
    draw(
        StatusCode::OK,
        &page(&visit, None, &Entered::of(draft), None),
    )
}

/// `POST /costs/budgets`: a new budget, for administrators.
///
/// # Errors
/// If a store fails; what was entered wrongly is told on the page.
pub async fn create(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let access = visit.admin()?;
    let entered = Entered::read(&form.fields);
    if let Err(problems) = entered.check_fields() {
        return refuse(visit, None, &entered, &problems);
    }
    match visit
        .app
        .control
        .create_budget(&access, &entered.draft)
        .await
    {
        Ok(_) => saved(visit, "budget_created").await,
        Err(BudgetError::Invalid(problems)) => refuse(visit, None, &entered, &problems),
        Err(error) => Err(problem(error)),
    }
}

/// `GET /costs/budgets/{id}`: the form of a budget, for people who are logged in.
///
/// # Errors
/// If the project has no such budget in use.
pub async fn form(id: Path<i64>, visit: Visit) -> Result<HttpResponse, Problem> {
    let budget = find(&visit, BudgetId(*id)).await?;
    let entered = Entered::of(budget.to_draft());
    draw(
        StatusCode::OK,
        &page(&visit, Some(budget.id), &entered, None),
    )
}

/// `POST /costs/budgets/{id}`: changes a budget, for administrators.
///
/// # Errors
/// If the project has no such budget, or a store fails; what was entered wrongly is told on the page.
pub async fn update(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, id) = (&form.visit, BudgetId(*id));
    let access = visit.admin()?;
    let entered = Entered::read(&form.fields);
    if let Err(problems) = entered.check_fields() {
        return refuse(visit, Some(id), &entered, &problems);
    }
    match visit
        .app
        .control
        .update_budget(&access, id, &entered.draft)
        .await
    {
        Ok(()) => saved(visit, "budget_saved").await,
        Err(BudgetError::Invalid(problems)) => refuse(visit, Some(id), &entered, &problems),
        Err(error) => Err(problem(error)),
    }
}

/// `POST /costs/budgets/{id}/archive`: takes a budget out of use, for administrators.
///
/// # Errors
/// If the project has no such budget in use, or a store fails.
pub async fn archive(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let done = visit
        .app
        .control
        .archive_budget(&visit.admin()?, BudgetId(*id))
        .await;
    done.map_err(problem)?;
    saved(visit, "budget_archived").await
}

/// `POST /costs/budgets/{id}/dismiss`: puts its banner away until the next step, for whoever is logged in.
///
/// # Errors
/// If the control store fails.
pub async fn dismiss(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let (app, project) = (&visit.app, visit.project().id);
    let person = visit.session.person.id;
    let done = app
        .budgets
        .dismiss(&app.control, project, person, BudgetId(*id));
    done.await.map_err(Problem::internal)?;
    Ok(see_other(app, local(form.fields.text("back"))))
}

/// What was entered, with the simple filter apart.
struct Entered {
    draft: BudgetDraft,
    by: String,
    is: String,
    rest: String,
}

impl Entered {
    /// A draft, whose first clause stands in the two simple fields if it is as simple.
    fn of(draft: BudgetDraft) -> Entered {
        let filter = Filter::parse([draft.filter.as_str()]).unwrap_or_default();
        let first = filter.0.first().and_then(|clause| simple(clause)).cloned();
        let (by, is, rest) = match first {
            Some(condition) => (
                condition.field.clone(),
                condition.values.concat(),
                filter.without(0).to_texts().join(";"),
            ),
            None => (String::new(), String::new(), draft.filter.clone()),
        };
        Entered {
            draft,
            by,
            is,
            rest,
        }
    }

    fn read(fields: &Fields) -> Entered {
        let text = |name: &str| fields.text(name).trim().to_owned();
        let (by, is, rest) = (text("by"), text("is"), text("filter"));
        let simple = (!by.is_empty()).then(|| Condition::is(&by, &is).to_string());
        let parts = simple.into_iter().chain(Some(rest.clone()));
        let filter: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        let chosen = CHOICES
            .iter()
            .filter(|percent| fields.is_on(&format!("threshold_{percent}")));
        Entered {
            draft: BudgetDraft {
                name: text("name"),
                filter: filter.join(";"),
                amount: text("amount"),
                cycle: text("cycle"),
                percents: chosen.map(u8::to_string).collect(),
                forecast: fields.is_on("forecast"),
            },
            by,
            is,
            rest,
        }
    }

    /// Whether the filter names known fields. Its form is checked with the rest of the draft.
    fn check_fields(&self) -> Result<(), Problems> {
        let Ok(filter) = Filter::parse([self.draft.filter.as_str()]) else {
            return Ok(());
        };
        match Checked::new(filter) {
            // Who is in a segment changes, so what was spent would not stand still.
            Ok(checked) if checked.fields().any(|field| field.is_segment()) => Err(Problems::one(
                "filter",
                "holds a segment, whose people change; use plan, account, team or user".to_owned(),
            )),
            Ok(_) => Ok(()),
            Err(error) => Err(Problems::one("filter", error.to_string())),
        }
    }
}

/// The condition of a clause, if it is one value of one dimension.
fn simple(clause: &[Condition]) -> Option<&Condition> {
    match clause {
        [condition] if condition.test == Test::Is && !condition.is_negated => DIMENSIONS
            .iter()
            .any(|dimension| dimension.id == condition.field)
            .then_some(condition),
        _ => None,
    }
}

/// The budget in use with this number.
async fn find(visit: &Visit, id: BudgetId) -> Result<Budget, Problem> {
    let budgets = visit.app.control.budgets(visit.project().id).await;
    let budgets = budgets.map_err(Problem::internal)?;
    budgets
        .into_iter()
        .find(|budget| budget.id == id)
        .ok_or_else(|| problem(BudgetError::Unknown(id)))
}

fn page(
    visit: &Visit,
    id: Option<BudgetId>,
    entered: &Entered,
    problems: Option<&Problems>,
) -> BudgetPage {
    let draft = &entered.draft;
    let field = |value: &str, name: &str| Field {
        value: value.to_owned(),
        error: problems.and_then(|problems| told(problems, name)),
    };
    let mut cycle = Select::new(
        Cycle::ALL.map(|cycle| match cycle {
            Cycle::Weekly => (cycle.id(), "Week"),
            Cycle::Monthly => (cycle.id(), "Month"),
            Cycle::Quarterly => (cycle.id(), "Quarter"),
        }),
        &draft.cycle,
    );
    cycle.error = problems.and_then(|problems| told(problems, "cycle"));
    let named = DIMENSIONS
        .iter()
        .filter(|dimension| {
            !matches!(
                dimension.kind,
                DimensionKind::Number | DimensionKind::Segment
            )
        })
        .map(|dimension| (dimension.id, dimension.label));
    BudgetPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Costs),
        id: id.map_or(String::new(), |id| id.to_string()),
        error: problems.map(|_| "Nothing is saved yet: some fields need another look.".to_owned()),
        name: field(&draft.name, "name"),
        amount: field(&draft.amount, "amount"),
        cycle,
        by: Select::new([("", "all calls")].into_iter().chain(named), &entered.by),
        is: field(&entered.is, "is"),
        filter: field(&entered.rest, "filter"),
        thresholds: CHOICES
            .iter()
            .map(|percent| ThresholdChoice {
                percent: *percent,
                is_chosen: draft.percents.contains(&percent.to_string()),
            })
            .collect(),
        thresholds_error: problems.and_then(|problems| told(problems, "thresholds")),
        has_forecast: draft.forecast,
        cycle_hint: format!(
            "Begins at midnight in {}; weeks on Monday.",
            visit.project().time_zone_name()
        ),
    }
}

fn refuse(
    visit: &Visit,
    id: Option<BudgetId>,
    entered: &Entered,
    problems: &Problems,
) -> Result<HttpResponse, Problem> {
    let page = page(visit, id, entered, Some(problems));
    draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Back to the page of costs, with the board up to date.
async fn saved(visit: &Visit, notice: &str) -> Result<HttpResponse, Problem> {
    let app = &visit.app;
    let project = visit.project();
    let look = async {
        app.budgets.recall(&app.control).await?;
        let looked = app
            .budgets
            .look(&app.control, &app.engine, project, visit.now());
        looked.await.map(drop)
    };
    if let Err(error) = look.await {
        // The budget is saved all the same, and the board is brought up to date within a minute.
        tracing::warn!(%error, "how budgets stand could not be told");
    }
    let query = [("project", project.slug.as_str()), ("notice", notice)];
    Ok(see_other(app, &with_query("/costs", &query)))
}

fn problem(error: BudgetError) -> Problem {
    match error {
        BudgetError::Unknown(_) => Problem::new(Code::NotFound, error.to_string()),
        BudgetError::Invalid(_) => Problem::new(Code::FormInvalid, error.to_string()),
        BudgetError::Store(error) => Problem::internal(error),
    }
}

const _: () = assert!(BANNER_PERCENT == 80, "the form names it");
