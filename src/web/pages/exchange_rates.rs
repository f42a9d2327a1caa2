//! Exchange rates: what is known and what is missing, one rate or a file of them, and their removal.
//!
//! After each change the live figures take them over; questions read them with the project.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::civil::Date;

use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::exchange::Rates;
use crate::core::limits;
use crate::core::value::Value;
use crate::query::answer::Row;
use crate::query::question::Parameters;
use crate::render::number::separated;
use crate::store::control::access::Administrator;
use crate::store::control::exchange_file;
use crate::store::control::exchange_rate::{RateDraft, RateError};
use crate::store::control::problem::Problems;
use crate::web::extract::parameter;
use crate::web::form::{LongForm, PersonForm, told};
use crate::web::pages::choices::{currencies, label};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::query::{Answered, answer};
use crate::web::view::exchange_rates::{ExchangeRatesPage, MissingRow, RateRow};
use crate::web::view::field::{Field, Select};
use crate::web::view::shell::Room;

/// Where the page is.
const PATH: &str = "/settings/exchange-rates";
/// Most rates of one page. More of them nobody reads; the search narrows them.
const ROWS_MAX: usize = 200;
/// Most currencies that are told to be missing, the one with the most payments first.
const MISSING_MAX: usize = 20;
/// Problems of a file that are shown; a person repairs the first ones first.
const PROBLEMS_MAX: usize = 50;

/// What a form of the page was sent with, and what is wrong with it.
#[derive(Default)]
struct Entered {
    draft: RateDraft,
    problems: Option<Problems>,
    /// What is wrong with it as a whole.
    error: Option<String>,
    file: String,
    file_problems: Vec<String>,
}

/// `GET /settings/exchange-rates?q=&currency=`: for people who are logged in.
///
/// # Errors
/// If the engine cannot tell what is missing.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let asked = |name| parameter(&request, name).unwrap_or_default();
    let entered = Entered {
        draft: RateDraft {
            currency: asked("currency"),
            day: visit
                .now()
                .to_zoned(visit.project().time_zone.clone())
                .date()
                .to_string(),
            ..RateDraft::default()
        },
        ..Entered::default()
    };
    draw(StatusCode::OK, &drawn(&visit, asked("q"), entered).await?)
}

/// `POST /settings/exchange-rates`: a rate, for administrators.
///
/// # Errors
/// If the person may not, or the control store fails; what was entered wrongly is told on the page.
pub async fn enter(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let text = |name: &str| form.fields.text(name).trim().to_owned();
    let draft = RateDraft {
        currency: text("currency"),
        day: text("day"),
        usd: text("usd"),
    };
    let done = visit.app.control.enter_rate(&manager(visit)?, &draft).await;
    let (problems, error) = match done {
        Ok(()) => return Ok(saved(visit, "rate_entered")),
        Err(RateError::Invalid(problems)) => (
            Some(problems),
            "Nothing is saved yet: some fields need another look.".to_owned(),
        ),
        Err(error @ RateError::TooMany(_)) => (None, sentence(&error)),
        Err(error) => return Err(problem(error)),
    };
    let entered = Entered {
        draft,
        problems,
        error: Some(error),
        ..Entered::default()
    };
    refuse(visit, entered).await
}

/// `POST /settings/exchange-rates/file`: the rates of a file, for administrators.
///
/// # Errors
/// If the person may not, or the control store fails; what is wrong with the text is told on the page.
pub async fn read_file(form: LongForm) -> Result<HttpResponse, Problem> {
    let (visit, text) = (&form.visit, form.fields.text("rates"));
    let manager = manager(visit)?;
    let file_problems = match exchange_file::parse(text, visit.now()) {
        Ok(rates) => match visit.app.control.enter_rates(&manager, &rates).await {
            Ok(_) => return Ok(saved(visit, "rates_read")),
            Err(error @ RateError::TooMany(_)) => vec![error.to_string()],
            Err(error) => return Err(problem(error)),
        },
        Err(mut problems) => {
            let more = problems.len().saturating_sub(PROBLEMS_MAX);
            problems.truncate(PROBLEMS_MAX);
            if more > 0 {
                problems.push(format!("and {more} more"));
            }
            problems
        }
    };
    let entered = Entered {
        file: text.to_owned(),
        file_problems,
        ..Entered::default()
    };
    refuse(visit, entered).await
}

/// `POST /settings/exchange-rates/remove`: takes a rate away, for administrators.
///
/// # Errors
/// If the person may not, there is no such rate, or the control store fails.
pub async fn remove(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let (currency, day) = (form.fields.text("currency"), form.fields.text("day"));
    let control = &visit.app.control;
    let done = control.remove_rate(&manager(visit)?, currency, day).await;
    done.map_err(problem)?;
    Ok(saved(visit, "rate_removed"))
}

fn manager(visit: &Visit) -> Result<Administrator, Problem> {
    visit
        .session
        .administrator()
        .ok_or_else(|| Problem::of(Code::KeyForbidden))
}

async fn drawn(
    visit: &Visit,
    query: String,
    entered: Entered,
) -> Result<ExchangeRatesPage, Problem> {
    let missing = missing(visit).await?;
    let exchange = &visit.project().exchange;
    let (rates, own) = (exchange.rates(), exchange.currency());
    let found = rows(rates, &query);
    let field = |value: &str, name: &str| Field {
        value: value.to_owned(),
        error: entered
            .problems
            .as_ref()
            .and_then(|problems| told(problems, name)),
    };
    let mut currency = choices(&entered.draft.currency, own);
    currency.error = field("", "currency").error;
    Ok(ExchangeRatesPage {
        frame: visit.frame(),
        shell: visit.shell(Room::ExchangeRates),
        own: own.to_owned(),
        own_missing: own_missing(rates, own, !missing.is_empty()),
        missing,
        count: count(rates.count(), found.len()),
        has_none: rates.count() == 0,
        rows: found.into_iter().take(ROWS_MAX).collect(),
        query,
        error: entered.error.clone(),
        currency,
        day: field(&entered.draft.day, "day"),
        usd: field(&entered.draft.usd, "usd"),
        file: Field::new(entered.file.clone()),
        file_problems: entered.file_problems.clone(),
    })
}

/// All currencies but the dollar; first of all that of the form, or one that the project does not have.
fn choices(entered: &str, own: &str) -> Select {
    let first = match own {
        "EUR" | "USD" => "EUR",
        own => own,
    };
    let chosen = if entered.is_empty() { first } else { entered };
    let mut select = currencies(chosen);
    select
        .choices
        .retain(|choice| choice.value != Currency::USD.code());
    select
}

/// That the project's own currency has no rate while other currencies need one.
fn own_missing(rates: &Rates, own: &str, is_needed: bool) -> Option<String> {
    let is_unknown = own != Currency::USD.code() && rates.since(own).is_none();
    (is_needed && is_unknown).then(|| {
        format!("{own}, the project’s currency, has no rate itself. Rates are told in US dollars, so it needs one before any other currency counts.")
    })
}

/// The currencies of payments that have no rate on their day.
async fn missing(visit: &Visit) -> Result<Vec<MissingRow>, Problem> {
    let project = visit.project();
    let asked = format!(
        "metrics=foreign_payments&by=currency&shape=breakdown&limit={MISSING_MAX}&range={}d",
        limits::RANGE_DAYS_MAX
    );
    let parameters = Parameters::parse(&asked, &[])?;
    let question = parameters.question(&project.time_zone, visit.now())?;
    let Answered::Figures(answer) = answer(&visit.app, visit.access.scope(), question).await?
    else {
        return Ok(Vec::new());
    };
    let base = visit.app.config.server.base_path.as_str();
    let rates = project.exchange.rates();
    let row = |row: &Row| {
        let code = row.keys.first()?.as_deref()?;
        let Value::Whole(payments) = row.figures.first()?.value else {
            return None;
        };
        let href = with_query(PATH, &[("project", &project.slug), ("currency", code)]);
        (payments > 0).then(|| MissingRow {
            currency: label(code),
            payments: separated(payments.unsigned_abs()),
            known: match rates.since(code) {
                None if code == Currency::USD.code() => "A dollar is a dollar.".to_owned(),
                None => "No rate is known.".to_owned(),
                Some(day) => format!("Known from {day} on."),
            },
            href: format!("{base}{href}#new"),
        })
    };
    Ok(answer.rows.iter().filter_map(row).collect())
}

/// The rates of the currencies whose code or name holds `query`: by currency, the latest first.
fn rows(rates: &Rates, query: &str) -> Vec<RateRow> {
    let query = query.trim().to_lowercase();
    let mut rows: Vec<RateRow> = Vec::new();
    let mut next: Option<(&str, Date)> = None;
    for (code, day, usd) in rates.list() {
        let until = next
            .filter(|(of, _)| *of == code)
            .and_then(|(_, day)| day.yesterday().ok());
        next = Some((code, day));
        let currency = label(code);
        if currency.to_lowercase().contains(&query) {
            rows.push(RateRow {
                code: code.to_owned(),
                currency,
                day: day.to_string(),
                until: until.map(|day| day.to_string()),
                usd: usd.to_string(),
            });
        }
    }
    rows
}

fn count(all: usize, found: usize) -> String {
    let whole = |count: usize| separated(count as u64);
    match (all, found) {
        (0, _) => "none is known".to_owned(),
        (1, 1) => "one rate".to_owned(),
        (all, found) if found > ROWS_MAX => {
            format!("the first {} of {}", whole(ROWS_MAX), whole(all.min(found)))
        }
        (all, found) if all == found => format!("{} rates", whole(all)),
        (all, found) => format!("{} of {}", whole(found), whole(all)),
    }
}

async fn refuse(visit: &Visit, entered: Entered) -> Result<HttpResponse, Problem> {
    let page = drawn(visit, String::new(), entered).await?;
    draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Back to the page, with the new rates in the live figures of all projects.
fn saved(visit: &Visit, notice: &str) -> HttpResponse {
    for project in visit.app.control.directory().all_projects() {
        visit.app.hub.configure(&project);
    }
    let query = [
        ("project", visit.project().slug.as_str()),
        ("notice", notice),
    ];
    see_other(&visit.app, &with_query(PATH, &query))
}

/// "there would be 3 rates" → "There would be 3 rates."
fn sentence(error: &RateError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

fn problem(error: RateError) -> Problem {
    match error {
        RateError::Unknown { .. } => Problem::new(Code::NotFound, error.to_string()),
        RateError::Invalid(_) | RateError::TooMany(_) => {
            Problem::new(Code::FormInvalid, error.to_string())
        }
        RateError::Store(error) => Problem::internal(error),
    }
}
