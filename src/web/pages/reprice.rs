//! Cost as billed then against other prices, and pricing days of stored calls anew.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::civil::Date;
use jiff::{ToSpan, Unit as Span};
use rust_decimal::Decimal;
use serde_json::json;

use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::limits;
use crate::core::money::MoneySum;
use crate::prices;
use crate::render::number::separated;
use crate::render::unit::Unit;
use crate::store::control::problem::Problems;
use crate::store::control::repricing::Repricing;
use crate::store::reprice::{self, Basis, Comparison, Job};
use crate::web::extract::parameter;
use crate::web::form::{PersonForm, told};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::report::name_of;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::range_bar::{LinkChoice, Segmented};
use crate::web::view::field::Field;
use crate::web::view::moment::Moment;
use crate::web::view::prices::{Compared, RepricePage};
use crate::web::view::shell::Room;

/// Longest time of one comparison, which asks for each day by itself.
const COMPARE_MAX: Duration = Duration::from_secs(60);
/// How long a comparison waits for events that are acknowledged and not loaded yet.
const BARRIER_PATIENCE: Duration = Duration::from_secs(20);

const PLACE: &str = "/settings/prices/reprice";

/// `GET /settings/prices/reprice?from=&to=&basis=own|today`: for people who are logged in. Without days: the last week.
///
/// # Errors
/// If a store fails, or the comparison takes too long.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let today = visit
        .now()
        .to_zoned(visit.project().time_zone.clone())
        .date();
    let week = today.checked_sub(6.days()).unwrap_or(today);
    let asked = |name, usual: Date| parameter(&request, name).unwrap_or(usual.to_string());
    let (from, to) = (asked("from", week), asked("to", today));
    let basis = match parameter(&request, "basis").as_deref() {
        Some("today") => "today",
        _ => "own",
    };
    match days(&from, &to) {
        Err(problems) => {
            let page = drawn(&visit, (&from, &to, basis), None, Some(&problems)).await?;
            draw(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Ok(days) => {
            let taken = match basis {
                "today" => Basis::Moment(visit.now()),
                _ => Basis::OwnTime,
            };
            let comparison = compare(&visit, days, taken).await?;
            let page = drawn(&visit, (&from, &to, basis), Some(&comparison), None).await?;
            draw(StatusCode::OK, &page)
        }
    }
}

/// `POST /settings/prices/reprice`: prices the days anew in the background, for administrators.
///
/// # Errors
/// If the days cannot be used or a store fails.
pub async fn start(form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let access = visit.admin()?;
    let (from, to) = (fields.text("from"), fields.text("to"));
    let days =
        days(from, to).map_err(|problems| Problem::new(Code::FormInvalid, problems.to_string()))?;
    let total = compare(visit, days, Basis::OwnTime).await?.total;
    let expected = json!({
        "calls": total.calls,
        "changed": total.changed,
        "old": total.old.to_string(),
        "new": total.new.to_string(),
    });
    let control = &visit.app.control;
    let asked = control.ask_repricing(&access, days, expected).await;
    asked.map_err(Problem::internal)?;
    let app = Arc::clone(&visit.app);
    tokio::spawn(async move {
        if let Err(error) = prices::reprice_asked(&app).await {
            tracing::warn!(%error, "calls could not be priced anew; the next start goes on with it");
        }
    });
    let query = [
        ("project", visit.project().slug.as_str()),
        ("from", from),
        ("to", to),
        ("notice", "repricing_asked"),
    ];
    Ok(see_other(&visit.app, &with_query(PLACE, &query)))
}

/// The two days.
fn days(from: &str, to: &str) -> Result<(Date, Date), Problems> {
    let day = |field: &'static str, text: &str| {
        text.trim().parse::<Date>().map_err(|_| {
            let text: String = text.chars().take(40).collect();
            Problems::one(
                field,
                format!("`{text}` is no day; write it like 2026-11-24"),
            )
        })
    };
    let (first, last) = (day("from", from)?, day("to", to)?);
    if first > last {
        let message = format!("is {last}, which is before the first day {first}");
        return Err(Problems::one("to", message));
    }
    let span = first.until((Span::Day, last));
    let count = span.map_or(i64::MAX, |span| i64::from(span.get_days()) + 1);
    if count > limits::REPRICE_DAYS_MAX {
        let message = format!(
            "is {count} days from the first day; the most is {}",
            limits::REPRICE_DAYS_MAX
        );
        return Err(Problems::one("to", message));
    }
    Ok((first, last))
}

async fn compare(
    visit: &Visit,
    (first, last): (Date, Date),
    basis: Basis,
) -> Result<Comparison, Problem> {
    let (app, project) = (&visit.app, visit.project());
    let acknowledged = app.journal.progress().next();
    if !app.loader.barrier(acknowledged, BARRIER_PATIENCE).await {
        let detail = "events are still being loaded, and the comparison would not be exact";
        return Err(Problem::new(Code::NotReady, detail).retry_after(5));
    }
    let job = Job {
        project: project.id.get(),
        first,
        last,
        books: app.pipeline.prices.load_full(),
    };
    let compared = reprice::compare(&app.engine, &job, &project.time_zone, basis);
    match tokio::time::timeout(COMPARE_MAX, compared).await {
        Ok(comparison) => Ok(comparison?),
        Err(_elapsed) => {
            let detail = "the comparison took longer than a minute; choose fewer days";
            Err(Problem::new(Code::QueryDeadline, detail))
        }
    }
}

async fn drawn(
    visit: &Visit,
    (from, to, basis): (&str, &str, &'static str),
    comparison: Option<&Comparison>,
    problems: Option<&Problems>,
) -> Result<RepricePage, Problem> {
    let field = |value: &str, name: &str| Field {
        value: value.to_owned(),
        error: problems.and_then(|problems| told(problems, name)),
    };
    let base = visit.app.config.server.base_path.as_str();
    let slug = visit.project().slug.as_str();
    let choice = |id: &str, label: &str| LinkChoice {
        label: label.to_owned(),
        href: format!(
            "{base}{}",
            with_query(
                PLACE,
                &[("project", slug), ("from", from), ("to", to), ("basis", id)]
            )
        ),
        is_current: basis == id,
    };
    let repricings = visit.app.control.repricings(visit.project().id).await;
    let repricings = repricings.map_err(Problem::internal)?;
    let today = visit
        .now()
        .to_zoned(visit.project().time_zone.clone())
        .date();
    Ok(RepricePage {
        frame: visit.frame(),
        shell: visit.shell(Room::Prices),
        from: field(from, "from"),
        to: field(to, "to"),
        latest: today.to_string(),
        basis,
        bases: Segmented {
            label: "Compare with".to_owned(),
            choices: vec![
                choice("own", "Prices of each call’s day"),
                choice("today", "Today’s prices"),
            ],
            swaps: false,
        },
        compared: comparison.map(|comparison| compared(comparison, basis)),
        done: (!repricings.is_empty()).then(|| done(&repricings, visit)),
    })
}

fn compared(comparison: &Comparison, basis: &str) -> Compared {
    let total = &comparison.total;
    let other = match basis {
        "today" => "at today’s prices",
        _ => "at the prices of each call’s day",
    };
    let mut summary = format!(
        "{} as billed then, and {} {other}, for {}: a difference of {}.",
        dollars(total.old),
        dollars(total.new),
        calls(total.calls),
        difference(total.old, total.new)
    );
    if total.unpriced_old > 0 || total.unpriced_new > 0 {
        summary.push_str(&format!(
            " {} of them had no price, {} have none now.",
            separated(total.unpriced_old),
            separated(total.unpriced_new)
        ));
    }
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Calls").help("Calls that have a bill, and how many of them differ."),
        Column::numbers("As billed then"),
        Column::numbers("New").help("What the same calls cost at the other prices."),
        Column::numbers("Difference"),
    ];
    let row = |name: String, one: &reprice::Compared| {
        Row::new(vec![
            Cell::Text(name),
            Cell::Number {
                text: separated(one.calls),
                exact: format!("{} differ", separated(one.changed)),
            },
            money(one.old, one.unpriced_old, one.calls),
            money(one.new, one.unpriced_new, one.calls),
            Cell::Text(difference(one.old, one.new)),
        ])
    };
    let mut models: Vec<_> = comparison.models.iter().collect();
    // What changes most comes first; of equals the first by name.
    models.sort_by_key(|(_, one)| {
        let by = (one.new.nanos() - one.old.nanos()).unsigned_abs();
        (std::cmp::Reverse(by), std::cmp::Reverse(one.old.nanos()))
    });
    let mut rows: Vec<Row> = models
        .into_iter()
        .map(|((provider, model), one)| {
            let (provider, model) = (provider.as_deref(), model.as_deref());
            let name = format!(
                "{} · {}",
                name_of("provider", provider),
                name_of("model", model)
            );
            row(name, one)
        })
        .collect();
    if comparison.others.calls > 0 {
        rows.push(row("Further models".to_owned(), &comparison.others));
    }
    let mut table = DataTable::new("Costs as billed then and anew, by model", columns, rows);
    table.total = Some(row("All".to_owned(), total));
    Compared {
        table,
        summary,
        button: (basis == "own" && total.changed > 0)
            .then(|| format!("Price {} anew", calls(total.changed))),
    }
}

fn calls(count: u64) -> String {
    match count {
        1 => "one call".to_owned(),
        count => format!("{} calls", separated(count)),
    }
}

fn money(sum: MoneySum, unpriced: u64, calls: u64) -> Cell {
    if unpriced == calls {
        return Cell::Missing("None of these calls has a price.");
    }
    Cell::Number {
        text: dollars(sum),
        exact: format!("{sum} US dollars"),
    }
}

fn done(repricings: &[Repricing], visit: &Visit) -> DataTable {
    let now = visit.now();
    let columns = vec![
        Column::words("Days"),
        Column::words("Asked"),
        Column::words("State"),
        Column::numbers("Calls changed"),
    ];
    let rows = repricings.iter().map(|one| {
        Row::new(vec![
            Cell::Text(match one.first == one.last {
                true => one.first.to_string(),
                false => format!("{} to {}", one.first, one.last),
            }),
            Cell::When(Moment::past(one.asked_at, now)),
            Cell::Text(match one.done_at {
                Some(_) => "done".to_owned(),
                None => "running".to_owned(),
            }),
            match one.changed {
                Some(count) => Cell::Text(separated(count.unsigned_abs())),
                None => Cell::Missing("It is not done yet."),
            },
        ])
    });
    DataTable::new("Days that were priced anew", columns, rows.collect())
}

fn dollars(sum: MoneySum) -> String {
    let exact: Decimal = sum.to_string().parse().unwrap_or_default();
    Unit::money(Currency::USD).short_exact(exact)
}

fn difference(old: MoneySum, new: MoneySum) -> String {
    let by = MoneySum::from_nanos(new.nanos() - old.nanos());
    match by.nanos() {
        1.. => format!("+{}", dollars(by)),
        _ => dollars(by),
    }
}
