//! Prices: the list with its search, own prices, and another price book.
//!
//! After each change all prices are read again, so that new events are priced by them without a restart.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::core::code::Code;
use crate::prices;
use crate::pricing::book::PriceBook;
use crate::pricing::books::BookOrigin;
use crate::pricing::class::Class;
use crate::pricing::usage::ServiceTier;
use crate::store::control::own_price::{OwnPriceId, PriceDraft, PriceError};
use crate::store::control::problem::Problems;
use crate::web::extract::parameter;
use crate::web::form::{Fields, LongForm, PersonForm, told};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::price_list::{PriceList, per};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::field::{Field, Select};
use crate::web::view::prices::{PricePage, PricesPage, RateField};
use crate::web::view::shell::Room;

/// Problems of an uploaded book that are shown; a person repairs the first ones first.
const PROBLEMS_MAX: usize = 50;

/// `GET /settings/prices?q=`: for people who are logged in.
///
/// # Errors
/// If the control store cannot be read.
pub async fn list(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let query = parameter(&request, "q").unwrap_or_default();
    let page = page(&visit, query, Field::default(), Vec::new()).await?;
    draw(StatusCode::OK, &page)
}

/// `GET /settings/prices/new?provider=&model=`: the empty form, for people who are logged in.
///
/// # Errors
/// If the page cannot be drawn.
pub async fn new_form(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let asked = |name| parameter(&request, name).unwrap_or_default();
    let draft = PriceDraft {
        provider: asked("provider"),
        model: asked("model"),
        service_tier: ServiceTier::Standard.id().to_owned(),
        ..PriceDraft::default()
    };
    draw(StatusCode::OK, &price_page(&visit, None, &draft, None))
}

/// `POST /settings/prices`: a new own price, for administrators.
///
/// # Errors
/// If the control store fails; what was entered wrongly is told on the page.
pub async fn create(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let draft = entered(&form.fields);
    match visit.app.control.add_price(&visit.admin()?, &draft).await {
        Ok(_) => saved(visit, "price_saved").await,
        Err(PriceError::Invalid(problems)) => refuse(visit, None, &draft, &problems),
        Err(error) => Err(problem(error)),
    }
}

/// `GET /settings/prices/{id}`: the form of an own price, for people who are logged in.
///
/// # Errors
/// If the project has no such price.
pub async fn form(id: Path<i64>, visit: Visit) -> Result<HttpResponse, Problem> {
    let id = OwnPriceId(*id);
    let own = visit.app.control.own_prices(visit.project().id).await;
    let own = own.map_err(Problem::internal)?;
    let price = own
        .iter()
        .find(|price| price.id == id)
        .ok_or_else(|| problem(PriceError::Unknown(id)))?;
    let page = price_page(&visit, Some(id), &price.to_draft(), None);
    draw(StatusCode::OK, &page)
}

/// `POST /settings/prices/{id}`: changes an own price, for administrators.
///
/// # Errors
/// If the project has no such price, or the control store fails; what was entered wrongly is told on the page.
pub async fn update(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, id) = (&form.visit, OwnPriceId(*id));
    let draft = entered(&form.fields);
    let done = visit
        .app
        .control
        .update_price(&visit.admin()?, id, &draft)
        .await;
    match done {
        Ok(()) => saved(visit, "price_saved").await,
        Err(PriceError::Invalid(problems)) => refuse(visit, Some(id), &draft, &problems),
        Err(error) => Err(problem(error)),
    }
}

/// `POST /settings/prices/{id}/end`: ends an own price, for administrators.
///
/// # Errors
/// If the project has no such price, or the control store fails.
pub async fn end(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let access = visit.admin()?;
    let ended = visit.app.control.end_price(&access, OwnPriceId(*id)).await;
    ended.map_err(problem)?;
    saved(visit, "price_ended").await
}

/// `POST /settings/prices/book`: another price book for all projects, for administrators.
///
/// # Errors
/// If the control store fails; what is wrong with the text is told on the page.
pub async fn upload(form: LongForm) -> Result<HttpResponse, Problem> {
    let (visit, text) = (&form.visit, form.fields.text("book"));
    let manager = visit
        .session
        .administrator()
        .ok_or_else(|| Problem::of(Code::KeyForbidden))?;
    // Browsers send line ends of two characters; problems count lines the same way.
    let book = match PriceBook::parse(text) {
        Ok(book) if !book.entries().is_empty() => book,
        Ok(_) => {
            let problems =
                vec!["it holds no [[model]]; with it every call would be unpriced".into()];
            return refuse_book(visit, text, problems).await;
        }
        Err(problems) => {
            let mut lines: Vec<String> = problems
                .iter()
                .take(PROBLEMS_MAX)
                .map(ToString::to_string)
                .collect();
            if problems.len() > PROBLEMS_MAX {
                lines.push(format!("and {} more", problems.len() - PROBLEMS_MAX));
            }
            return refuse_book(visit, text, lines).await;
        }
    };
    let control = &visit.app.control;
    let done = control.upload_book(&manager, book.version(), text).await;
    done.map_err(Problem::internal)?;
    saved(visit, "book_uploaded").await
}

/// `POST /settings/prices/book/remove`: puts the uploaded book aside, for administrators.
///
/// # Errors
/// If the control store fails.
pub async fn remove_book(form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let manager = visit
        .session
        .administrator()
        .ok_or_else(|| Problem::of(Code::KeyForbidden))?;
    let done = visit.app.control.remove_book(&manager).await;
    done.map_err(Problem::internal)?;
    saved(visit, "book_removed").await
}

async fn page(
    visit: &Visit,
    query: String,
    book: Field,
    book_problems: Vec<String>,
) -> Result<PricesPage, Problem> {
    let own = visit.app.control.own_prices(visit.project().id).await;
    let own = own.map_err(Problem::internal)?;
    let books = visit.app.pipeline.prices.load();
    let base = visit.app.config.server.base_path.as_str();
    let project = [("project", visit.project().slug.as_str())];
    let list = PriceList::new(&own, &books, &query, |price| {
        let place = format!("/settings/prices/{}", price.id);
        format!("{base}{}", with_query(&place, &project))
    });
    let zone = &visit.project().time_zone;
    Ok(PricesPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Prices),
        count: list.count(),
        is_empty: list.table.rows.is_empty(),
        table: list.table,
        query,
        version: books.common().version().to_owned(),
        origin: match books.origin() {
            BookOrigin::Embedded => {
                "It is part of the program and comes with each new version of it.".to_owned()
            }
            BookOrigin::File => "It is the file that the setting prices.file names.".to_owned(),
            BookOrigin::Uploaded { at } => format!(
                "It was uploaded on {}.",
                at.to_zoned(zone.clone()).strftime("%-d %B %Y at %H:%M")
            ),
        },
        is_uploaded: matches!(books.origin(), BookOrigin::Uploaded { .. }),
        book,
        book_problems,
    })
}

async fn refuse_book(
    visit: &Visit,
    text: &str,
    problems: Vec<String>,
) -> Result<HttpResponse, Problem> {
    let page = page(visit, String::new(), Field::new(text), problems).await?;
    draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn entered(fields: &Fields) -> PriceDraft {
    let text = |name: &str| fields.text(name).trim().to_owned();
    PriceDraft {
        provider: text("provider"),
        model: text("model"),
        service_tier: text("service_tier"),
        valid_from: text("valid_from"),
        valid_to: text("valid_to"),
        rates: Class::ALL
            .into_iter()
            .map(|class| (class.key(), text(class.key())))
            .filter(|(_, figure)| !figure.is_empty())
            .collect(),
    }
}

fn price_page(
    visit: &Visit,
    id: Option<OwnPriceId>,
    draft: &PriceDraft,
    problems: Option<&Problems>,
) -> PricePage {
    let field = |value: &str, name: &str| Field {
        value: value.to_owned(),
        error: problems.and_then(|problems| told(problems, name)),
    };
    let tiers = ServiceTier::PRICED.map(|tier| (tier.id(), tier.id()));
    let mut service_tier = Select::new(tiers, &draft.service_tier);
    service_tier.error = problems.and_then(|problems| told(problems, "service_tier"));
    let rate = |class: Class| RateField {
        key: class.key(),
        label: class.label(),
        pack: per(class.measure()),
        field: field(
            draft.rates.get(class.key()).map_or("", String::as_str),
            class.key(),
        ),
    };
    PricePage {
        frame: visit.frame(),
        shell: visit.shell(Room::Prices),
        id: id.map_or(String::new(), |id| id.to_string()),
        error: problems.map(|_| "Nothing is saved yet: some fields need another look.".to_owned()),
        provider: field(&draft.provider, "provider"),
        model: field(&draft.model, "model"),
        service_tier,
        valid_from: field(&draft.valid_from, "valid_from"),
        valid_to: field(&draft.valid_to, "valid_to"),
        rates: Class::ALL.into_iter().map(rate).collect(),
    }
}

fn refuse(
    visit: &Visit,
    id: Option<OwnPriceId>,
    draft: &PriceDraft,
    problems: &Problems,
) -> Result<HttpResponse, Problem> {
    let page = price_page(visit, id, draft, Some(problems));
    draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Back to the list, with the new prices in force.
async fn saved(visit: &Visit, notice: &str) -> Result<HttpResponse, Problem> {
    prices::reload(&visit.app)
        .await
        .map_err(Problem::internal)?;
    let query = [
        ("project", visit.project().slug.as_str()),
        ("notice", notice),
    ];
    Ok(see_other(
        &visit.app,
        &with_query("/settings/prices", &query),
    ))
}

fn problem(error: PriceError) -> Problem {
    match error {
        PriceError::Unknown(_) => Problem::new(Code::NotFound, error.to_string()),
        PriceError::Invalid(_) => Problem::new(Code::FormInvalid, error.to_string()),
        PriceError::Store(error) => Problem::internal(error),
    }
}
