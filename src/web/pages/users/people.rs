//! `GET /users/list`: everybody with an event in the period, by name, with search. For people who are logged in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;

use crate::core::currency::Currency;
use crate::core::filter::Condition;
use crate::people::load::{Crowd, date_of};
use crate::query::plan::person::Sort;
use crate::query::plan::{Level, Plan};
use crate::query::session::Session;
use crate::render::unit::Unit;
use crate::store::table::{Cell as Value, Rows};
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
    let sort = Sort::ALL
        .into_iter()
        .find(|known| known.id() == sort)
        .unwrap_or(Sort::Seen);
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
    let rows = people(&visit, asked, sort, number).await?;
    let has_more = rows.len() > PAGE && number < PAGES_MAX;
    let link = |sort: Sort, number: usize| {
        let mut pairs = address.pairs_without(&[]);
        pairs.push(("q".to_owned(), search.clone()));
        pairs.push(("sort".to_owned(), sort.id().to_owned()));
        pairs.push(("page".to_owned(), number.to_string()));
        let mut serializer = url::form_urlencoded::Serializer::new(String::new());
        serializer.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        format!("?{}", serializer.finish())
    };
    let head = |label: &str, by: Sort| {
        let column = Column::numbers(label);
        column.sort(link(by, 0), (by == sort).then_some(Order::Descending))
    };
    let columns = vec![
        Column::words("Person"),
        Column::words("Kind").wide_only(),
        head("Last active", Sort::Seen),
        head("Events", Sort::Events),
        head("Requests", Sort::Requests),
        head("Cost", Sort::Cost),
        Column::words("Plan").wide_only(),
    ];
    let lines: Vec<Row> = rows
        .iter()
        .take(PAGE)
        .filter_map(|row| line(&visit, row))
        .collect();
    let mut kept = address.pairs_without(&[]);
    kept.push(("sort".to_owned(), sort.id().to_owned()));
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
            earlier_href: number.checked_sub(1).map(|before| link(sort, before)),
            later_href: has_more.then(|| link(sort, number + 1)),
        },
    )
}

async fn people(visit: &Visit, asked: Asked, sort: Sort, page: usize) -> Result<Rows, Problem> {
    let scope = visit.access.scope();
    let (project, currency) = (scope.project_id().get(), scope.project().currency.clone());
    let membership = membership(&visit.app, scope).await?;
    let rows = visit.app.engine.ask(move |engine| {
        let session = Session::begin(engine, project, &currency)?.with(membership);
        let crowd = Crowd {
            period: &asked.period,
            filter: &asked.filter,
        };
        // Days of the period, whatever its bars are.
        let period = crate::core::range::Period {
            interval: crate::core::range::Interval::Day,
            ..crowd.period.clone()
        };
        let plan = Plan {
            period: &period,
            by: &[],
            filter: crowd.filter,
            levels: &[Level::Bar],
            only: None,
            rolled: session.rolled_for(&period),
        };
        session.ask(&plan.people(sort, PAGE + 1, page * PAGE))
    });
    Ok(rows.await?)
}

fn line(visit: &Visit, row: &[Value]) -> Option<Row> {
    let (kind, name) = (row.get(1)?.text()?, row.get(2)?.text()?);
    let count = |place: usize| {
        let number = row.get(place).and_then(Value::number).unwrap_or(0.0);
        Cell::Number {
            text: Unit::Count.short(number),
            exact: Unit::Count.full(number),
        }
    };
    let money = Unit::money(Currency::USD);
    let cost = row.get(7).and_then(Value::number).unwrap_or(0.0);
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
        Cell::Number {
            text: money.short(cost),
            exact: money.full(cost),
        },
        match row.get(8).and_then(Value::text) {
            Some(plan) => Cell::Text(plan.to_owned()),
            None => Cell::Missing("No event named a plan."),
        },
    ]))
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
