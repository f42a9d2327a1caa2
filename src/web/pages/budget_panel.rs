//! The head of the page of costs: a gauge for each budget, and who spends how much of which.

use actix_web::HttpRequest;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::budget::board::Held;
use crate::budget::breakdown::{self, Line, SPLITS};
use crate::budget::standing::{Course, Standing};
use crate::core::currency::Currency;
use crate::core::money::MoneySum;
use crate::render::colour::Colour;
use crate::render::unit::Unit;
use crate::store::control::budget::Budget;
use crate::web::extract::parameter;
use crate::web::pages::place::with_query;
use crate::web::pages::visit::Visit;
use crate::web::problem::Problem;
use crate::web::view::block::bar_list::percent;
use crate::web::view::block::card::{Card, CardMark, Width};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::gauge::{Gauge, percent_used};
use crate::web::view::block::range_bar::{LinkChoice, Segmented};
use crate::web::view::budgets::{BudgetBanner, BudgetCard, BudgetPanel};
use crate::web::view::shell::Tone;
use crate::web::view::system::SystemFact;

/// Budgets of the project, and the table that `?by=` asks for.
///
/// # Errors
/// If a store fails.
pub async fn panel(request: &HttpRequest, visit: &Visit) -> Result<BudgetPanel, Problem> {
    let (app, project, now) = (&visit.app, visit.project(), visit.now());
    let held = app
        .budgets
        .look(&app.control, &app.engine, project, now)
        .await?;
    let asked = parameter(request, "by").unwrap_or_default();
    let (by, label) = SPLITS
        .into_iter()
        .find(|(id, _)| *id == asked)
        .unwrap_or(SPLITS[0]);
    let readable = app.control.directory().readable(&visit.session);
    let lines = match by {
        "project" => {
            let stores = (&app.control, &*app.engine);
            breakdown::of_projects(&app.budgets, stores, &readable, now).await?
        }
        by => breakdown::lines(&app.engine, project, &held, by, now).await?,
    };
    let whole = breakdown::lines(&app.engine, project, &[], "project", now).await?;
    let month = whole.first().map(|line| &line.month);
    let base = app.config.server.base_path.as_str();
    let filter = crate::web::pages::report::filter_text(request);
    let slug = project.slug.as_str();
    let choices = SPLITS.iter().map(|(id, label)| LinkChoice {
        label: (*label).to_owned(),
        href: crate::web::pages::report::link_with(request, "by", id),
        is_current: *id == by,
    });
    let new = [("project", slug), ("filter", filter.as_str())];
    let known = if filter.is_empty() {
        &new[..1]
    } else {
        &new[..]
    };
    Ok(BudgetPanel {
        frame: visit.frame(),
        budgets: held.iter().map(|held| card(held, base, slug)).collect(),
        new_href: format!("{base}{}", with_query("/costs/budgets/new", known)),
        card: Card::new("spenders", "Spend against budget", Width::Full)
            .about("this month, or the period of the budget"),
        burn: month
            .and_then(|month| month.burn_per_day)
            .map_or("–".to_owned(), |burn| format!("{} a day", short(burn))),
        month: month.map_or(String::new(), month_sentence),
        by: Segmented {
            label: "Split by".to_owned(),
            choices: choices.collect(),
            swaps: false,
        },
        table: table(&lines, label, by, |slug| {
            let place = with_query("/costs", &[("project", slug), ("by", by)]);
            let mut projects = readable.iter().map(|access| access.scope().project());
            let found = projects.find(|project| project.slug == slug);
            (
                found.map(|project| project.name.clone()),
                format!("{base}{place}"),
            )
        }),
    })
}

/// The banner that a person has to see on a page at `back`.
pub fn banner(visit: &Visit, back: &str) -> Option<BudgetBanner> {
    let (project, person) = (visit.project().id, visit.session.person.id);
    let banner = visit.app.budgets.banner(project, person)?;
    let (budget, standing) = (&banner.held.budget, banner.held.standing.as_ref()?);
    let mut text = format!(
        "{} of the budget “{}” is spent: {} of {} for this {}.",
        percent_used(standing.used_percent / 100.0),
        budget.name,
        dollars(standing.course.spent),
        dollars_of(budget),
        budget.cycle.noun()
    );
    if let Some(day) = standing.runs_out.filter(|_| standing.used_percent < 100.0) {
        text.push_str(&format!(" At this rate it runs out on {}.", written(day)));
    }
    match banner.others {
        0 => {}
        1 => text.push_str(" One more budget is above 80%."),
        count => text.push_str(&format!(" {count} more budgets are above 80%.")),
    }
    Some(BudgetBanner {
        id: budget.id.to_string(),
        tone: tone(standing),
        text,
        back: back.to_owned(),
    })
}

fn card(held: &Held, base: &str, slug: &str) -> BudgetCard {
    let budget = &held.budget;
    let id = format!("budget-{}", budget.id);
    let mut card = Card::new(id, budget.name.clone(), Width::Four);
    card.about = format!("this {}", budget.cycle.noun());
    let place = format!("/costs/budgets/{}", budget.id);
    let scope = match budget.filter.is_empty() {
        true => "All calls".to_owned(),
        false => format!("Only {}", budget.filter.replace(';', ", ")),
    };
    let edit_href = format!("{base}{}", with_query(&place, &[("project", slug)]));
    let Some(standing) = &held.standing else {
        return BudgetCard {
            card,
            gauge: None,
            facts: Vec::new(),
            scope,
            edit_href,
        };
    };
    if standing.forecast_crossed && standing.used_percent < 100.0 {
        card.mark = Some(CardMark {
            tone: Tone::Warn,
            label: "Will not last".to_owned(),
        });
    }
    let marks: Vec<f64> = budget
        .thresholds
        .percents
        .iter()
        .filter(|percent| **percent < 100)
        .map(|percent| f64::from(*percent) / 100.0)
        .collect();
    let note = format!(
        "{} of {}",
        dollars(standing.course.spent),
        dollars_of(budget)
    );
    BudgetCard {
        gauge: Some(Gauge::new(
            standing.used_percent / 100.0,
            note,
            &marks,
            tone(standing),
        )),
        facts: facts(standing, budget),
        card,
        scope,
        edit_href,
    }
}

fn facts(standing: &Standing, budget: &Budget) -> Vec<SystemFact> {
    let fact = |label: &str, value: String, note: String| SystemFact {
        label: label.to_owned(),
        value,
        note,
        tone: Tone::Plain,
    };
    let course = &standing.course;
    let days = course.turn.length();
    let (projected, between) = match &course.projection {
        None => (
            "–".to_owned(),
            "Needs three complete days with costs.".to_owned(),
        ),
        Some(projection) => {
            let between = match projection.interval {
                Some((low, high)) => {
                    format!(
                        "Eight times in ten between {} and {}.",
                        short(low),
                        short(high)
                    )
                }
                None => "An interval needs fourteen days.".to_owned(),
            };
            (short(projection.total), between)
        }
    };
    let burn = course
        .burn_per_day
        .map_or("–".to_owned(), |burn| format!("{} a day", short(burn)));
    let allowed = short(standing.amount.nanos() as f64 / 1e9 / days.max(1) as f64);
    let pace = match standing.pace {
        Some(pace) => format!(
            "{} times as fast as {allowed} a day, which would last the {}.",
            Unit::Number.short(pace),
            budget.cycle.noun()
        ),
        None => String::new(),
    };
    let out = match standing.runs_out {
        Some(day) => written(day),
        None if course.projection.is_none() => "–".to_owned(),
        None => format!("not this {}", budget.cycle.noun()),
    };
    let next = match standing.next {
        Some(percent) => format!("{percent}%"),
        None => "all reached".to_owned(),
    };
    vec![
        fact("Projected", projected, between),
        fact("Burn rate", burn, pace),
        fact(
            if standing.used_percent >= 100.0 {
                "Ran out"
            } else {
                "Runs out"
            },
            out,
            String::new(),
        ),
        fact("Next alert", next, String::new()),
    ]
}

/// The table of who spends. `project` tells the name of a project and where its own costs are.
fn table(
    lines: &[Line],
    label: &str,
    by: &str,
    project: impl Fn(&str) -> (Option<String>, String),
) -> DataTable {
    let columns = vec![
        Column::words(label),
        Column::numbers("Current spend")
            .help("Spent so far in the period of the budget, or in this month."),
        Column::numbers("Budget"),
        Column::numbers("Used"),
        Column::numbers("Projected month")
            .help("What this calendar month will cost, and in eight of ten cases between which.")
            .wide_only(),
        Column::numbers("Next alert")
            .help("The next threshold of the budget.")
            .wide_only(),
    ];
    let most = lines
        .iter()
        .map(|line| spent(line).nanos() as f64)
        .fold(0.0, f64::max);
    let rows = lines.iter().map(|line| {
        let (name, href) = match (by, &line.key) {
            ("project", Some(slug)) => {
                let (name, href) = project(slug);
                (name.unwrap_or_else(|| slug.clone()), Some(href))
            }
            (by, key) => (crate::web::pages::report::name_of(by, key.as_deref()), None),
        };
        let label = match &line.budget {
            Some((budget, _)) => format!("{name} · {} a {}", budget.name, budget.cycle.noun()),
            None => name,
        };
        let sum = spent(line);
        let mut cells = vec![
            match href {
                Some(href) => Cell::Link { label, href },
                None => Cell::Text(label),
            },
            Cell::Bar {
                text: dollars(sum),
                width: percent(sum.nanos() as f64, most),
                colour: Colour::ACCENT,
            },
        ];
        match &line.budget {
            None => cells.extend([
                Cell::Missing("There is no budget for it."),
                Cell::Missing("There is no budget for it."),
            ]),
            Some((budget, standing)) => cells.extend([
                Cell::Text(dollars_of(budget)),
                Cell::Pill {
                    tone: tone(standing),
                    label: percent_used(standing.used_percent / 100.0),
                },
            ]),
        }
        cells.push(projected(&line.month));
        cells.push(match &line.budget {
            None => Cell::Missing("There is no budget for it."),
            Some((_, standing)) => match standing.next {
                Some(percent) => Cell::Text(format!("{percent}%")),
                None => Cell::Text("all reached".to_owned()),
            },
        });
        Row::new(cells)
    });
    DataTable::new("Spend against budget", columns, rows.collect())
}

/// "burn rate over the last seven complete days; this month $1.1K so far, projected $1.4K (between $1.3K and $1.6K)"
fn month_sentence(month: &Course) -> String {
    let spent = dollars(month.spent);
    let mut text =
        format!("burn rate over the last seven complete days; this month {spent} so far");
    if let Some(projection) = &month.projection {
        text.push_str(&format!(", projected {}", short(projection.total)));
        if let Some((low, high)) = projection.interval {
            text.push_str(&format!(" (between {} and {})", short(low), short(high)));
        }
    }
    text
}

fn projected(month: &Course) -> Cell {
    match &month.projection {
        None => Cell::Missing("A projection needs three complete days with costs."),
        Some(projection) => Cell::Number {
            text: match projection.interval {
                Some((low, high)) => format!(
                    "{} ({} – {})",
                    short(projection.total),
                    short(low),
                    short(high)
                ),
                None => short(projection.total),
            },
            exact: String::new(),
        },
    }
}

fn spent(line: &Line) -> MoneySum {
    match &line.budget {
        Some((_, standing)) => standing.course.spent,
        None => line.month.spent,
    }
}

fn tone(standing: &Standing) -> Tone {
    match standing.used_percent {
        used if used >= 100.0 => Tone::Bad,
        used if used >= 80.0 => Tone::Warn,
        _ => Tone::Good,
    }
}

fn written(day: Date) -> String {
    day.strftime("%-d %b").to_string()
}

fn unit() -> Unit {
    Unit::money(Currency::USD)
}

fn short(amount: f64) -> String {
    unit().short(amount)
}

fn dollars(sum: MoneySum) -> String {
    let exact: Decimal = sum.to_string().parse().unwrap_or_default();
    unit().short_exact(exact)
}

fn dollars_of(budget: &Budget) -> String {
    let exact: Decimal = budget.amount.to_string().parse().unwrap_or_default();
    unit().short_exact(exact)
}
