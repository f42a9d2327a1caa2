//! Thresholds of a project: from where on the tables of services are yellow or red, and charts draw their line.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::store::control::problem::Problems;
use crate::store::control::project::ProjectError;
use crate::store::control::threshold::Thresholds;
use crate::web::form::{Fields, PersonForm, told};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::block::card::MenuLink;
use crate::web::view::field::Field;
use crate::web::view::shell::Room;
use crate::web::view::thresholds::{LimitField, ThresholdsPage};

/// A limit as the form shows it.
struct Limit {
    id: &'static str,
    group: &'static str,
    label: &'static str,
    hint: &'static str,
    /// Shares are shown in per cent, milliseconds as they are.
    is_share: bool,
    get: fn(&Thresholds) -> f64,
    set: fn(&mut Thresholds, f64),
}

const LIMITS: &[Limit] = &[
    Limit {
        id: "success_green",
        group: "Success rate",
        label: "Green from, in %",
        hint: "A service with at least this share of successful calls is green.",
        is_share: true,
        get: |limits| limits.success_green,
        set: |limits, value| limits.success_green = value,
    },
    Limit {
        id: "success_yellow",
        group: "Success rate",
        label: "Yellow from, in %",
        hint: "Between this and green it is yellow, below it is red.",
        is_share: true,
        get: |limits| limits.success_yellow,
        set: |limits, value| limits.success_yellow = value,
    },
    Limit {
        id: "p95_green_ms",
        group: "95th percentile of latency",
        label: "Green up to, in ms",
        hint: "A service of whose calls 95 in 100 are at least this fast is green.",
        is_share: false,
        get: |limits| limits.p95_green_ms,
        set: |limits, value| limits.p95_green_ms = value,
    },
    Limit {
        id: "p95_yellow_ms",
        group: "95th percentile of latency",
        label: "Yellow up to, in ms",
        hint: "Between green and this it is yellow, above it is red.",
        is_share: false,
        get: |limits| limits.p95_yellow_ms,
        set: |limits, value| limits.p95_yellow_ms = value,
    },
    Limit {
        id: "error_rate",
        group: "Error rate",
        label: "Line of the charts at, in %",
        hint: "Where the chart of the error rate draws its threshold.",
        is_share: true,
        get: |limits| limits.error_rate,
        set: |limits, value| limits.error_rate = value,
    },
];

/// The way to the form, for the menus of cards that follow the limits.
pub fn link(visit: &Visit) -> MenuLink {
    MenuLink {
        label: "Edit the thresholds".to_owned(),
        href: format!(
            "{}{}",
            visit.app.config.server.base_path.as_str(),
            with_query(
                "/settings/thresholds",
                &[("project", &visit.project().slug)]
            )
        ),
        is_download: false,
    }
}

/// `GET /settings/thresholds`: for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn form(visit: Visit) -> Result<HttpResponse, Problem> {
    let limits = visit.project().thresholds;
    let shown = LIMITS.iter().map(|limit| written(limit, &limits)).collect();
    draw(StatusCode::OK, &page(&visit, shown, None))
}

/// `POST /settings/thresholds`: changes the limits, for administrators.
///
/// # Errors
/// If the person may not, or the control store fails; what was entered wrongly is told on the page.
pub async fn save(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let admin = visit.admin()?;
    let saved = visit
        .app
        .control
        .set_thresholds(
            admin.scope().project_id(),
            Some(read(&form.fields)),
            admin.actor(),
        )
        .await;
    match saved {
        Ok(()) => Ok(back(visit, "thresholds_saved")),
        Err(ProjectError::Invalid(problems)) => {
            let entered = LIMITS
                .iter()
                .map(|limit| form.fields.text(limit.id).to_owned())
                .collect();
            draw(
                StatusCode::UNPROCESSABLE_ENTITY,
                &page(visit, entered, Some(&problems)),
            )
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// `POST /settings/thresholds/reset`: back to the usual limits, for administrators.
///
/// # Errors
/// If the person may not, or the control store fails.
pub async fn reset(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let admin = visit.admin()?;
    visit
        .app
        .control
        .set_thresholds(admin.scope().project_id(), None, admin.actor())
        .await
        .map_err(Problem::internal)?;
    Ok(back(visit, "thresholds_reset"))
}

fn page(visit: &Visit, shown: Vec<String>, problems: Option<&Problems>) -> ThresholdsPage {
    let usual = Thresholds::default();
    let mut groups: Vec<(&'static str, Vec<LimitField>)> = Vec::new();
    for (limit, value) in LIMITS.iter().zip(shown) {
        let field = LimitField {
            id: limit.id,
            label: limit.label,
            hint: format!("{} Usually {}.", limit.hint, written(limit, &usual)),
            step: if limit.is_share { "any" } else { "1" },
            field: Field {
                value,
                error: problems.and_then(|problems| told(problems, limit.id)),
            },
        };
        match groups.last_mut() {
            Some((group, fields)) if *group == limit.group => fields.push(field),
            _ => groups.push((limit.group, vec![field])),
        }
    }
    ThresholdsPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Performance),
        error: problems.map(|_| "Nothing is saved yet: some fields need another look.".to_owned()),
        groups,
        is_usual: visit.project().thresholds == usual,
    }
}

/// What was entered. Text that is no number is none of the allowed ones, and is told as such.
fn read(fields: &Fields) -> Thresholds {
    let mut limits = Thresholds::default();
    for limit in LIMITS {
        let entered = fields.text(limit.id).trim().replace(',', ".");
        let number = entered.parse().unwrap_or(f64::NAN);
        (limit.set)(
            &mut limits,
            if limit.is_share {
                // 99.9 per cent is 0.999 and not 0.9990000000000001.
                (number * 1e7).round() / 1e9
            } else {
                number
            },
        );
    }
    limits
}

/// A limit as it stands in its field: without the noise of binary fractions.
fn written(limit: &Limit, limits: &Thresholds) -> String {
    let value = (limit.get)(limits);
    let shown = if limit.is_share { value * 100.0 } else { value };
    ((shown * 1e6).round() / 1e6).to_string()
}

fn back(visit: &Visit, notice: &str) -> HttpResponse {
    see_other(
        &visit.app,
        &with_query(
            "/settings/thresholds",
            &[("project", &visit.project().slug), ("notice", notice)],
        ),
    )
}
