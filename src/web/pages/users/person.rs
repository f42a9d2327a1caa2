//! One person: `GET /users/person`, for people who are logged in; merging, undoing and erasing, for administrators.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::join_all;

use crate::catalogue::section::users::OF_ONE;
use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::filter::Condition;
use crate::people::erasures::erase_asked;
use crate::people::one::{self, Profile};
use crate::query::session::Session;
use crate::render::country;
use crate::render::unit::Unit;
use crate::store::alias::{self, MergeError, Name};
use crate::store::control::person_erasure::PersonNote;
use crate::store::person::NameKind;
use crate::store::table::Cell as Value;
use crate::web::extract::parameter;
use crate::web::form::{Fields, PersonForm};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::report::address::Address;
use crate::web::pages::report::{self, controls};
use crate::web::pages::users::people::{link_to, moment};
use crate::web::pages::visit::{Visit, draw};
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
/// Receipts shown.
const RECEIPTS_MAX: u32 = 200;

/// `GET /users/person?kind=user&id=ana`.
///
/// # Errors
/// `not_found` if nobody has this name.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let name = name_of(
        &parameter(&request, "kind").unwrap_or_else(|| "user".to_owned()),
        &parameter(&request, "id").unwrap_or_default(),
    )?;
    let profile = profile(&visit, name.clone()).await?;
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
        ("filter", Condition::is("user", &name.name).to_string()),
        ("kind", name.kind.id().to_owned()),
        ("id", name.name.clone()),
    ];
    let written = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()))
        .finish();
    let address = Address::of(PATH, &written);
    let parameters = address.parameters()?;
    let asked = OF_ONE
        .iter()
        .map(|section| report::section_of(&request, &visit, &address, &parameters, section));
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
    let project = admin.scope().project_id();
    change(visit, {
        let (name, into) = (name.clone(), into.clone());
        move |engine| alias::merge(engine, project.get(), &name, &into)
    })
    .await?;
    let note = PersonNote::MergedInto(into.clone());
    let noted = visit
        .app
        .control
        .note_about_person(project, &name, note, admin.actor());
    noted.await.map_err(Problem::internal)?;
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
    let project = admin.scope().project_id();
    change(visit, {
        let alias = alias.clone();
        move |engine| alias::undo(engine, project.get(), &alias)
    })
    .await?;
    let noted =
        visit
            .app
            .control
            .note_about_person(project, &alias, PersonNote::Unmerged, admin.actor());
    noted.await.map_err(Problem::internal)?;
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
    let project = admin.scope().project_id();
    let control = &visit.app.control;
    let asked = control
        .ask_person_erasure(project, &name, admin.actor())
        .await;
    asked.map_err(Problem::internal)?;
    erase_asked(&visit.app).await.map_err(Problem::internal)?;
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
        .person_erasures(project, RECEIPTS_MAX)
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

/// Somebody by kind and id, as an address or a form says them.
///
/// # Errors
/// If the kind is none, or the id is missing.
pub fn name_of(kind: &str, id: &str) -> Result<Name, Problem> {
    let known = [NameKind::User, NameKind::Anonymous];
    let found = known.into_iter().find(|known| known.id() == kind);
    let kind = found
        .ok_or_else(|| Problem::new(Code::ParameterInvalid, "`kind` must be user or anonymous"))?;
    match id.is_empty() {
        true => Err(Problem::new(
            Code::ParameterInvalid,
            "`id` is missing; it is the user id or anonymous id as it was sent",
        )),
        false => Ok(Name {
            kind,
            name: id.to_owned(),
        }),
    }
}

fn named(fields: &Fields, kind: &str, id: &str) -> Result<Name, Problem> {
    name_of(fields.text(kind), fields.text(id))
}

async fn change(
    visit: &Visit,
    work: impl FnOnce(&crate::store::engine::Engine) -> Result<(), MergeError> + Send + 'static,
) -> Result<(), Problem> {
    let engine = std::sync::Arc::clone(&visit.app.engine);
    let done = tokio::task::spawn_blocking(move || work(&engine)).await;
    match done.map_err(Problem::internal)? {
        Ok(()) => Ok(()),
        Err(MergeError::Engine(error)) => Err(error.into()),
        Err(error @ MergeError::Unknown(_)) => Err(Problem::new(Code::NotFound, error.to_string())),
        Err(error) => Err(Problem::new(Code::FormInvalid, error.to_string())),
    }
}

fn back(visit: &Visit, name: &Name, notice: &str) -> HttpResponse {
    let place = link_to(visit, name.kind.id(), &name.name);
    see_other(&visit.app, &format!("{place}&notice={notice}"))
}

async fn profile(visit: &Visit, name: Name) -> Result<Profile, Problem> {
    let scope = visit.access.scope();
    let (project, currency) = (scope.project_id().get(), scope.project().currency.clone());
    let shown = name.name.chars().take(100).collect::<String>();
    let found = visit.app.engine.ask(move |engine| {
        let session = Session::begin(engine, project, &currency)?;
        one::profile(&session, &name)
    });
    let found = found.await?;
    found.ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            format!("there is nobody called `{shown}` in this project"),
        )
    })
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
