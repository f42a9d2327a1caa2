//! `GET /users/list`: everybody with an event in the period, by name, with search. For people who are logged in.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;

use crate::core::currency::Currency;
use crate::core::filter::Condition;
use crate::people::list;
use crate::people::load::date_of;
use crate::people::stage::Stage;
use crate::query::plan::person::Sort;
use crate::query::session::Session;
use crate::render::unit::Unit;
use crate::store::table::Cell as Value;
use crate::web::extract::parameter;
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::report::address::Address;
use crate::web::pages::report::{controls, wording};
use crate::web::pages::visit::{Visit, draw};
use crate::web::people::Asked;
use crate::web::problem::Problem;
use crate::web::segments::membership;
use crate::web::view::block::data_table::{Cell, Column, DataTable, Order, Row};
use crate::web::view::block::state::Empty;
use crate::web::view::field::Field;
use crate::web::view::person::PeoplePage;
use crate::web::view::shell::Room;

/// Where it is.
pub const PATH: &str = "/users/list";
/// People of one page.
const PAGE: usize = 50;
/// Pages that can be turned: beyond it a search is quicker.
const PAGES_MAX: usize = 200;

/// `GET /users/list`.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let address = Address::of(PATH, request.query_string());
    if let Some(place) = controls::added_filter(&request, &address)? {
        return Ok(see_other(&visit.app, &place));
    }
    let search = parameter(&request, "q")
        .unwrap_or_default()
        .trim()
        .to_owned();
    let sort = parameter(&request, "sort").unwrap_or_default();
    let order = list::Order::all()
        .find(|known| known.id() == sort)
        .unwrap_or(list::Order::By(Sort::Seen));
    let number: usize = parameter(&request, "page")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let number = number.min(PAGES_MAX);
    let parameters = address.parameters()?;
    let searched = match search.is_empty() {
        true => address.clone(),
        false => {
            let mut condition = Condition::is("user", &search);
            condition.test = crate::core::filter::Test::Contains;
            address.with_filter(&condition)
        }
    };
    let asked = Asked::of(
        &searched.parameters()?,
        &visit.project().time_zone,
        visit.now(),
    )?;
    let range = asked.period.range;
    let found = people(&visit, asked, order, number).await?;
    let has_more = found.rows.len() > PAGE && number < PAGES_MAX;
    let link = |order: list::Order, number: usize| {
        let mut pairs = address.pairs_without(&[]);
        pairs.push(("q".to_owned(), search.clone()));
        pairs.push(("sort".to_owned(), order.id().to_owned()));
        pairs.push(("page".to_owned(), number.to_string()));
        let mut serializer = url::form_urlencoded::Serializer::new(String::new());
        serializer.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        format!("?{}", serializer.finish())
    };
    let head = |label: &str, by: Sort| {
        let (column, by) = (Column::numbers(label), list::Order::By(by));
        column.sort(link(by, 0), (by == order).then_some(Order::Descending))
    };
    let is_by_stage = order == list::Order::Stage;
    let columns = vec![
        Column::words("Person"),
        Column::words("Kind").wide_only(),
        head("Last active", Sort::Seen),
        head("Events", Sort::Events),
        head("Requests", Sort::Requests),
        head("Cost", Sort::Cost),
        head("Revenue", Sort::Revenue),
        Column::words("Stage")
            .help("Of their life with the product, at the end of this time: who has gone comes first, then who is about to.")
            .sort(
                link(list::Order::Stage, 0),
                is_by_stage.then_some(Order::Ascending),
            ),
        Column::words("Plan").wide_only(),
    ];
    let lines: Vec<Row> = found
        .rows
        .iter()
        .take(PAGE)
        .filter_map(|row| line(&visit, row, &found.stages))
        .collect();
    let mut kept = address.pairs_without(&[]);
    kept.push(("sort".to_owned(), order.id().to_owned()));
    draw(
        StatusCode::OK,
        &PeoplePage {
            frame: visit.frame(),
            shell: visit.shell(Room::Users),
            over: wording::over(range),
            range: controls::range_bar(&visit, &address, &parameters, range)?,
            filters: controls::filter_bar(&visit, &address, &parameters)?,
            kept,
            search: Field::new(search.clone()),
            table: (!lines.is_empty()).then(|| DataTable::new("People", columns, lines)),
            empty: Empty::range(
                "Nobody is found",
                "Nobody with an event in this time matches. Search for less, remove a filter, or look further back.",
                None,
            ),
            earlier_href: number.checked_sub(1).map(|before| link(order, before)),
            later_href: has_more.then(|| link(order, number + 1)),
        },
    )
}

async fn people(
    visit: &Visit,
    asked: Asked,
    order: list::Order,
    page: usize,
) -> Result<list::People, Problem> {
    let scope = visit.access.scope();
    let (project, exchange) = (scope.project_id().get(), scope.project().exchange.clone());
    let membership = membership(&visit.app, scope).await?;
    let found = visit.app.engine.ask(move |engine| {
        let session = Session::begin(engine, project, &exchange)?.with(membership);
        let place = (PAGE + 1, page * PAGE);
        list::people(&session, &asked.period, &asked.filter, order, place)
    });
    Ok(found.await?)
}

fn line(visit: &Visit, row: &[Value], stages: &HashMap<i64, Stage>) -> Option<Row> {
    let (kind, name) = (row.get(1)?.text()?, row.get(2)?.text()?);
    let count = |place: usize| {
        let number = row.get(place).and_then(Value::number).unwrap_or(0.0);
        Cell::Number {
            text: Unit::Count.short(number),
            exact: Unit::Count.full(number),
        }
    };
    let money = |place: usize, currency: Currency| {
        let sum = row.get(place).and_then(Value::number).unwrap_or(0.0);
        let unit = Unit::money(currency);
        Cell::Number {
            text: unit.short(sum),
            exact: unit.full(sum),
        }
    };
    let seen = row.get(4).and_then(Value::whole)?;
    Some(Row::new(vec![
        Cell::Link {
            label: name.to_owned(),
            href: format!(
                "{}{}",
                visit.app.config.server.base_path.as_str(),
                link_to(visit, kind, name)
            ),
        },
        Cell::Text(kind.to_owned()),
        Cell::Text(date_of(seen).to_string()),
        count(5),
        count(6),
        money(7, Currency::USD),
        money(9, own_currency(visit)),
        match stages.get(&row.first()?.whole()?) {
            Some(stage) => Cell::Text(stage.label().to_owned()),
            None => Cell::Missing("They were never active: only a server’s events name them."),
        },
        match row.get(8).and_then(Value::text) {
            Some(plan) => Cell::Text(plan.to_owned()),
            None => Cell::Missing("No event named a plan."),
        },
    ]))
}

/// The currency in which the project is paid.
pub fn own_currency(visit: &Visit) -> Currency {
    visit.project().currency.parse().unwrap_or(Currency::USD)
}

/// The page of somebody, after the base.
pub fn link_to(visit: &Visit, kind: &str, name: &str) -> String {
    let query = [
        ("project", visit.project().slug.as_str()),
        ("kind", kind),
        ("id", name),
    ];
    with_query("/users/person", &query)
}

/// The moment of a cell, if it is one.
pub fn moment(cell: Option<&Value>) -> Option<Timestamp> {
    Timestamp::from_microsecond(cell?.whole()?).ok()
}
