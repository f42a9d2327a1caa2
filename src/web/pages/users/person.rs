//! One person: `GET /users/person`, for people who are logged in; merging, undoing and erasing, for administrators.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::join_all;

use crate::catalogue::section::users::OF_ONE;
use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::filter::Condition;
use crate::core::range::{Interval, Range};
use crate::people::one::{self, Profile};
use crate::query::session::Session;
use crate::render::country;
use crate::render::unit::Unit;
use crate::store::alias::Name;
use crate::store::table::Cell as Value;
use crate::web::extract::parameter;
use crate::web::form::{Fields, PersonForm};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::report::address::Address;
use crate::web::pages::report::{self, controls};
use crate::web::pages::users::people::{link_to, moment, own_currency};
use crate::web::pages::visit::{Visit, draw};
use crate::web::person::{self, name_of};
use crate::web::problem::Problem;
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::field::Field;
use crate::web::view::moment::Moment;
use crate::web::view::person::{AliasRow, ErasedPage, PersonPage, ReceiptRow};
use crate::web::view::report::{Content, ReportSection};
use crate::web::view::shell::Room;

/// Where it is.
pub const PATH: &str = "/users/person";

/// `GET /users/person?kind=user&id=ana`.
///
/// # Errors
/// `not_found` if nobody has this name.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let name = person::named(&request)?;
    let profile = profile(&visit, &name).await?;
    // The sections are those of every page, about this one person.
    let query = [
        ("project", visit.project().slug.clone()),
        (
            "range",
            parameter(&request, "range").unwrap_or_else(|| "90d".to_owned()),
        ),
        ("from", parameter(&request, "from").unwrap_or_default()),
        ("to", parameter(&request, "to").unwrap_or_default()),
        ("metric", parameter(&request, "metric").unwrap_or_default()),
        (
            "filter",
            Condition::is("user", &profile.name.name).to_string(),
        ),
        ("kind", name.kind.id().to_owned()),
        ("id", name.name.clone()),
    ];
    let written = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()))
        .finish();
    let address = Address::of(PATH, &written);
    let parameters = address.parameters()?;
    let page = report::Asked {
        request: &request,
        visit: &visit,
        address: &address,
        parameters: &parameters,
        split: None,
    };
    let asked = OF_ONE
        .iter()
        .map(|section| report::section_of(&page, section));
    let mut sections = vec![facts(&profile, &visit)];
    for answered in join_all(asked).await {
        sections.push(answered?.0);
    }
    sections.push(sessions(&profile, &visit));
    sections.push(timeline(&profile, &visit));
    let mut range = controls::range_bar(&visit, &address, &parameters, parameters.range()?)?;
    range.compare = None;
    draw(
        StatusCode::OK,
        &PersonPage {
            frame: visit.frame(),
            shell: visit.shell(Room::Users),
            export_href: format!(
                "{}{}",
                visit.app.config.server.base_path.as_str(),
                with_query(
                    "/users/export",
                    &[
                        ("project", visit.project().slug.as_str()),
                        ("kind", name.kind.id()),
                        ("id", &name.name),
                    ],
                )
            ),
            kind: name.kind.id(),
            name: name.name,
            range,
            sections,
            aliases: profile
                .aliases
                .iter()
                .map(|alias| AliasRow {
                    name: alias.name.clone(),
                    kind: alias.kind.id(),
                })
                .collect(),
            into: Field::default(),
        },
    )
}

/// `POST /users/merge`: from now on all events of somebody count for a user. For administrators.
///
/// # Errors
/// If one of them is unknown or cannot play its part.
pub async fn merge(form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let admin = visit.admin()?;
    let name = named(fields, "kind", "id")?;
    let into = name_of("user", fields.text("into").trim())?;
    person::merge(&visit.app, &admin, &name, &into, Code::FormInvalid).await?;
    Ok(back(visit, &into, "user_merged"))
}

/// `POST /users/unmerge`: takes a merge back. For administrators.
///
/// # Errors
/// If it is not merged.
pub async fn unmerge(form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let admin = visit.admin()?;
    let alias = named(fields, "alias_kind", "alias")?;
    let name = named(fields, "kind", "id")?;
    person::undo(&visit.app, &admin, &alias, Code::FormInvalid).await?;
    Ok(back(visit, &name, "user_unmerged"))
}

/// `POST /users/erase`: erases somebody for good. For administrators.
///
/// # Errors
/// If a store fails. What is left then follows by itself.
pub async fn erase(form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let admin = visit.admin()?;
    let name = named(fields, "kind", "id")?;
    person::erase(&visit.app, &admin, &name).await?;
    let query = [
        ("project", visit.project().slug.as_str()),
        ("notice", "user_erased"),
    ];
    Ok(see_other(&visit.app, &with_query("/users/erased", &query)))
}

/// `GET /users/erased`: the receipts, for people who are logged in.
///
/// # Errors
/// If the control store fails.
pub async fn erased(visit: Visit) -> Result<HttpResponse, Problem> {
    let project = visit.access.scope().project_id();
    let receipts = visit
        .app
        .control
        .person_erasures(project, person::RECEIPTS_MAX)
        .await;
    let now = visit.now();
    let count = |number: u64| Unit::Count.full(number as f64);
    let rows = receipts
        .map_err(Problem::internal)?
        .into_iter()
        .map(|receipt| ReceiptRow {
            id: receipt.id.to_string(),
            hash: receipt.name_hash,
            asked: Moment::past(receipt.asked_at, now),
            done: receipt.done_at.map(|at| Moment::past(at, now)),
            events: count(receipt.erased.events),
            names: count(receipt.erased.names),
        });
    draw(
        StatusCode::OK,
        &ErasedPage {
            frame: visit.frame(),
            shell: visit.shell(Room::Users),
            rows: rows.collect(),
        },
    )
}

fn named(fields: &Fields, kind: &str, id: &str) -> Result<Name, Problem> {
    name_of(fields.text(kind), fields.text(id))
}

fn back(visit: &Visit, name: &Name, notice: &str) -> HttpResponse {
    let place = link_to(visit, name.kind.id(), &name.name);
    see_other(&visit.app, &format!("{place}&notice={notice}"))
}

/// Of all time; the stage is that of today.
async fn profile(visit: &Visit, name: &Name) -> Result<Profile, Problem> {
    let scope = visit.access.scope();
    let (project, exchange) = (scope.project_id().get(), scope.project().exchange.clone());
    let (zone, now) = (&visit.project().time_zone, visit.now());
    let today = Range::Days(1).resolve(Some(Interval::Day), zone, now);
    let today = today.map_err(Problem::internal)?;
    let asked = name.clone();
    let found = visit.app.engine.ask(move |engine| {
        let session = Session::begin(engine, project, &exchange)?;
        one::profile(&session, &asked, &today)
    });
    found.await?.ok_or_else(|| person::nobody(name))
}

fn facts(profile: &Profile, visit: &Visit) -> ReportSection {
    let now = visit.now();
    let when = |us: Option<i64>| match us.and_then(|us| jiff::Timestamp::from_microsecond(us).ok())
    {
        Some(at) => Cell::When(Moment::past(at, now)),
        None => Cell::Missing("There is no event."),
    };
    let word = |text: &Option<String>, why: &'static str| match text {
        Some(text) => Cell::Text(text.clone()),
        None => Cell::Missing(why),
    };
    let named = profile
        .country
        .as_deref()
        .and_then(country::name)
        .map(str::to_owned);
    let rows = vec![
        ("First seen", when(profile.first)),
        ("Last seen", when(profile.last)),
        ("Events", number(profile.events as f64, &Unit::Count)),
        ("Sessions", number(profile.sessions as f64, &Unit::Count)),
        ("Revenue", revenue(profile, visit)),
        ("Cost", number(profile.cost, &Unit::money(Currency::USD))),
        (
            "Stage today",
            match profile.stage {
                Some(stage) => Cell::Text(stage.label().to_owned()),
                None => Cell::Missing("They were never active: only a server’s events name them."),
            },
        ),
        ("Plan", word(&profile.plan, "No event named a plan.")),
        (
            "Account",
            word(&profile.account, "No event named an account."),
        ),
        ("Country", word(&named, "No event had a country.")),
    ];
    let rows = rows
        .into_iter()
        .map(|(label, cell)| Row::new(vec![Cell::Text(label.to_owned()), cell]));
    let columns = vec![Column::words("What"), Column::words("Of all time")];
    let mut card = Card::new("facts", "At a glance", Width::Four);
    if profile.is_alias {
        card.about = "part of another person".to_owned();
    }
    ReportSection {
        card,
        content: Content::Table(Box::new(DataTable::new(
            "At a glance",
            columns,
            rows.collect(),
        ))),
    }
}

/// What was paid in a currency without a rate is told and not added up.
fn revenue(profile: &Profile, visit: &Visit) -> Cell {
    let unit = Unit::money(own_currency(visit));
    let also = match profile.foreign_payments {
        0 => String::new(),
        1 => ", and one payment in a currency without a rate".to_owned(),
        count => format!(", and {count} payments in currencies without a rate"),
    };
    Cell::Number {
        text: unit.short(profile.revenue),
        exact: format!("{}{also}", unit.full(profile.revenue)),
    }
}

fn sessions(profile: &Profile, visit: &Visit) -> ReportSection {
    let now = visit.now();
    let money = Unit::money(Currency::USD);
    let rows = profile.latest_sessions.iter().map(|row| {
        let number_of = |place: usize| row.get(place).and_then(Value::number).unwrap_or(0.0);
        Row::new(vec![
            when(row.get(1), now),
            number(number_of(2), &Unit::Seconds),
            number(number_of(3), &Unit::Count),
            number(number_of(4), &Unit::Count),
            number(number_of(5), &money),
            text(row.get(6), "The device is unknown."),
        ])
    });
    let columns = vec![
        Column::words("Began"),
        Column::numbers("Duration"),
        Column::numbers("Events"),
        Column::numbers("Requests").wide_only(),
        Column::numbers("Cost"),
        Column::words("Device").wide_only(),
    ];
    let title = "Latest sessions";
    ReportSection {
        card: Card::new("sessions", title, Width::Six),
        content: Content::Table(Box::new(DataTable::new(title, columns, rows.collect()))),
    }
}

fn timeline(profile: &Profile, visit: &Visit) -> ReportSection {
    let now = visit.now();
    let money = Unit::money(Currency::USD);
    let rows = profile.timeline.iter().map(|row| {
        let what = [3, 2, 7]
            .into_iter()
            .find_map(|place| row.get(place).and_then(Value::text))
            .map(str::to_owned);
        Row::new(vec![
            when(row.first(), now),
            text(row.get(1), "It has no name."),
            match what {
                Some(what) => Cell::Text(what),
                None => Cell::Missing("No model, feature or page."),
            },
            text(row.get(4), "It was no AI call."),
            match row.get(6).and_then(Value::number) {
                Some(cost) => number(cost, &money),
                None => Cell::Missing("It cost nothing that is known."),
            },
        ])
    });
    let columns = vec![
        Column::words("When"),
        Column::words("Event"),
        Column::words("Model, feature or page"),
        Column::words("Outcome").wide_only(),
        Column::numbers("Cost").wide_only(),
    ];
    let title = "Latest events";
    ReportSection {
        card: Card::new("timeline", title, Width::Six),
        content: Content::Table(Box::new(DataTable::new(title, columns, rows.collect()))),
    }
}

fn number(value: f64, unit: &Unit) -> Cell {
    Cell::Number {
        text: unit.short(value),
        exact: unit.full(value),
    }
}

fn text(cell: Option<&Value>, why: &'static str) -> Cell {
    match cell.and_then(Value::text) {
        Some(text) => Cell::Text(text.to_owned()),
        None => Cell::Missing(why),
    }
}

fn when(cell: Option<&Value>, now: jiff::Timestamp) -> Cell {
    match moment(cell) {
        Some(at) => Cell::When(Moment::past(at, now)),
        None => Cell::Missing("The moment is unknown."),
    }
}
