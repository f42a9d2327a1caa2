//! `GET /rows`: the events behind a figure, the latest first. The address holds range, filters, the figure whose
//! rows they are (`metrics`), and for further pages the place (`before`).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::core::currency::Currency;
use crate::core::filter::Condition;
use crate::core::money::MoneySum;
use crate::query::question::{Question, Shape};
use crate::query::rows::{EventRow, Listing};
use crate::render::colour::Colour;
use crate::render::unit::Unit;
use crate::store::table;
use crate::web::extract::parameter;
use crate::web::pages::place::see_other;
use crate::web::pages::report::address::{Address, SPLIT};
use crate::web::pages::report::controls;
use crate::web::pages::report::wording::{days, named, over, zone_name};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::query::{Answered, answer};
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::state::Empty;
use crate::web::view::moment::Moment;
use crate::web::view::rows::RowsPage;
use crate::web::view::shell::{Room, Tone};

/// Where the page is.
const PATH: &str = "/rows";
/// Rows of one page: a few screens, drawn at once.
const PAGE_ROWS: usize = 100;

/// The way to the rows behind a metric, with range and filters as they are.
pub fn link(visit: &Visit, address: &Address, metric: &str) -> String {
    let there = address
        .without(&["compare", "metric", SPLIT])
        .with("metrics", metric)
        .at(PATH);
    format!(
        "{}{}",
        visit.app.config.server.base_path.as_str(),
        there.path_and_query()
    )
}

/// `GET /rows`: for people who are logged in.
///
/// # Errors
/// If a parameter of the address cannot be used, or the engine fails.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let address = Address::of(PATH, request.query_string()).without(&["compare", "metric", SPLIT]);
    if let Some(place) = controls::added_filter(&request, &address)? {
        return Ok(see_other(&visit.app, &place));
    }
    let mut parameters = address.parameters()?;
    let range = parameters.range()?;
    let range_bar = controls::range_bar(&visit, &address, &parameters, range)?;
    let filters = controls::filter_bar(&visit, &address, &parameters)?;
    let before = parameter(&request, "before");
    parameters.set("shape", Shape::Rows.id().to_owned());
    parameters.set("limit", PAGE_ROWS.to_string());
    parameters.set("before", before.clone().unwrap_or_default());
    let question = parameters.question(&visit.project().time_zone, visit.now())?;
    let about = match question.metrics.first() {
        Some(metric) => format!("behind {}, {}", metric.label, over(range)),
        None => format!("events of any kind, {}", over(range)),
    };
    let (csv, card_about) = (csv_link(&visit, &question), days(&question.period));
    let answered = answer(&visit.app, visit.access.scope(), question).await?;
    let listing = match answered {
        Answered::Rows(listing) => listing,
        Answered::Figures(_) | Answered::Distribution(_) => {
            return Err(Problem::internal("rows were asked for, and figures came"));
        }
    };
    let here = |name: &str, value: &str| address.with(name, value).link();
    let zone = &visit.project().time_zone;
    let page = RowsPage {
        frame: visit.frame(),
        shell: visit.shell(Room::Performance),
        about,
        range: crate::web::view::block::range_bar::RangeBar {
            compare: None,
            ..range_bar
        },
        filters,
        card: Card::new("rows", "Events, the latest first", Width::Full)
            .about(format!("{card_about}, {}", zone_name(zone)))
            .csv(csv),
        empty: listing.rows.is_empty().then(|| {
            Empty::range(
                format!("Nothing {}", over(range)),
                "No event matches. Remove a filter, or look further back.",
                None,
            )
        }),
        first_href: before.is_some().then(|| address.link()),
        next_href: listing
            .next
            .map(|(at, seq)| here("before", &format!("{at}-{seq}"))),
        table: table(&listing, &address, zone),
    };
    draw(StatusCode::OK, &page)
}

/// Exactly these rows as CSV.
fn csv_link(visit: &Visit, question: &Question) -> String {
    let mut serializer = url::form_urlencoded::Serializer::new(String::new());
    serializer.append_pair("project", &visit.project().slug);
    serializer.extend_pairs(question.to_pairs());
    serializer.append_pair("format", "csv");
    format!(
        "{}/api/v1/query?{}",
        visit.app.config.server.base_path.as_str(),
        serializer.finish()
    )
}

fn table(listing: &Listing, address: &Address, zone: &TimeZone) -> DataTable {
    let columns = vec![
        Column::words("Time"),
        Column::words("Event").wide_only(),
        Column::words("Person").wide_only(),
        Column::words("Provider").wide_only(),
        Column::words("Model"),
        Column::words("Feature").wide_only(),
        Column::words("Status"),
        Column::words("Error").wide_only(),
        Column::numbers("Latency").wide_only(),
        Column::numbers("Cost"),
        Column::numbers("Tokens in").wide_only(),
        Column::numbers("Tokens out").wide_only(),
    ];
    let rows = listing
        .rows
        .iter()
        .map(|event| row(event, address, zone))
        .collect();
    let mut table = DataTable::new("Events", columns, rows);
    // The page is the table: it scrolls by itself.
    table.is_tall = false;
    table
}

fn row(event: &EventRow, address: &Address, zone: &TimeZone) -> Row {
    let link = |dimension: &str, column: &str| match text(event, column) {
        None => Cell::Missing("It is not given."),
        Some(value) => Cell::Link {
            label: named(dimension, Some(&value), ""),
            href: address
                .with_filter(&Condition::is(dimension, &value))
                .link(),
        },
    };
    let provider = match text(event, "provider") {
        None => Cell::Missing("It is no AI call."),
        Some(id) => Cell::Mark {
            colour: Colour::provider(&id),
            label: named("provider", Some(&id), ""),
            href: Some(address.with_filter(&Condition::is("provider", &id)).link()),
        },
    };
    Row::new(vec![
        Cell::When(moment(event.occurred_at, zone)),
        link("type", "type"),
        link("user", "user"),
        provider,
        link("model", "model"),
        link("feature", "feature"),
        status(event),
        link("error_type", "error_type"),
        number(event, "latency_ms", &Unit::Milliseconds),
        cost(event),
        number(event, "input_tokens", &Unit::Tokens),
        number(event, "output_tokens", &Unit::Tokens),
    ])
}

fn text(event: &EventRow, column: &str) -> Option<String> {
    match event.get(column) {
        table::Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn status(event: &EventRow) -> Cell {
    let (tone, label) = match text(event, "outcome").as_deref() {
        Some("success") => (Tone::Good, "Success"),
        Some("failure") => (Tone::Bad, "Failure"),
        Some("cancelled") => (Tone::Plain, "Cancelled"),
        _ => return Cell::Missing("It is no AI call."),
    };
    let label = match event.get("status_code") {
        // That a success has the status 200 is no news.
        table::Cell::Whole(code) if *code >= 400 => format!("{label} {code}"),
        _ => label.to_owned(),
    };
    Cell::Pill { tone, label }
}

fn number(event: &EventRow, column: &str, unit: &Unit) -> Cell {
    let value = match event.get(column) {
        table::Cell::Whole(number) => *number as f64,
        table::Cell::Number(number) => *number,
        _ => return Cell::Missing("It is not given."),
    };
    Cell::Number {
        text: unit.short(value),
        exact: unit.full(value),
    }
}

/// What the call cost; the exact amount behind it.
fn cost(event: &EventRow) -> Cell {
    let table::Cell::Billionths(billionths) = event.get("cost") else {
        return match event.get("cost_source") {
            table::Cell::Null => Cell::Missing("It costs nothing that is known."),
            _ => Cell::Missing("The call has no price."),
        };
    };
    let exact = MoneySum::from_nanos(*billionths).to_string();
    let amount = exact.parse().unwrap_or_default();
    Cell::Number {
        text: Unit::money(Currency::USD).short_exact(amount),
        exact: format!("${exact}"),
    }
}

/// A moment to the second in the project's zone; to the millisecond behind it.
fn moment(at_us: i64, zone: &TimeZone) -> Moment {
    let at = Timestamp::from_microsecond(at_us).unwrap_or_default();
    let local = at.to_zoned(zone.clone());
    Moment {
        datetime: at.to_string(),
        exact: local.strftime("%-d %b %Y, %H:%M:%S%.3f %Z").to_string(),
        text: local.strftime("%-d %b %H:%M:%S").to_string(),
        is_relative: false,
    }
}
