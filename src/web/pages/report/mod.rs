//! Pages of sections: every section asks the query layer, and is drawn as the catalogue says.
//!
//! `GET /performance`, `/models`, `/costs`, for people who are logged in. The address holds everything: range,
//! comparison, filters, and the chosen tile.

pub mod address;
pub mod alone;
pub mod controls;
mod draw;
mod map;
pub mod rows;
pub mod split;
mod table;
pub mod wording;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::{join, join_all};

use crate::catalogue::dimension;
use crate::catalogue::section::{Draw, Page, Section};
use crate::core::range::Range;
use crate::query::question::{Parameters, Question};
use crate::render::chart::POINTS_MAX;
use crate::web::extract;
use crate::web::pages::budget_panel;
use crate::web::pages::place::see_other;
use crate::web::pages::report::address::{Address, DRAW};
use crate::web::pages::report::draw::{Easel, chosen_metric};
use crate::web::pages::report::split::Split;
use crate::web::pages::thresholds;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::query::{Answered, answer};
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::chart::ChartBlock;
use crate::web::view::block::state::{Empty, Failure, Step};
use crate::web::view::report::{Content, Report, ReportPage, ReportSection};
use crate::web::view::shell::Room;

const _: () = assert!(crate::core::limits::BUCKETS_MAX <= POINTS_MAX);

/// `GET` of one page of sections.
///
/// # Errors
/// If a parameter of the address cannot be used. A section that fails says so in its place; the others live on.
pub async fn page(
    request: HttpRequest,
    visit: Visit,
    page: &'static Page,
    room: Room,
) -> Result<HttpResponse, Problem> {
    let address = Address::of(page.path, request.query_string());
    if let Some(place) = controls::added_filter(&request, &address)? {
        return Ok(see_other(&visit.app, &place));
    }
    let report = report(&request, &visit, &address, page).await?;
    let budgets = match page.id {
        "costs" => Some(Box::new(budget_panel::panel(&request, &visit).await?)),
        _ => None,
    };
    let page = ReportPage {
        frame: visit.frame(),
        shell: visit.shell(room),
        title: page.title,
        question: page.question,
        budgets,
        report,
    };
    draw(StatusCode::OK, &page)
}

/// The sections of a page under their range and filters. Those that are not on the first screen are left to wait.
///
/// # Errors
/// As [`page`].
pub async fn report(
    request: &HttpRequest,
    visit: &Visit,
    address: &Address,
    page: &'static Page,
) -> Result<Report, Problem> {
    let parameters = address.parameters()?;
    let range = parameters.range()?;
    let (first, later) = page.sections.split_at(match address.get(DRAW) {
        Some(_) => page.sections.len(),
        None => page.first,
    });
    let split = Split::of(address)?;
    let asked = Asked {
        request,
        visit,
        address,
        parameters: &parameters,
        split: split.as_ref(),
    };
    let first_ones = first.iter().map(|section| section_of(&asked, section));
    let (answers, mut unpriced) = join(
        join_all(first_ones),
        alone::unpriced(visit, &parameters, first, later),
    )
    .await;
    let mut sections = Vec::with_capacity(page.sections.len());
    for (answered, section) in answers.into_iter().zip(first) {
        let (mut drawn, unpriced_here) = answered?;
        drawn.card.alone = Some(alone::source(visit, address, page, section));
        unpriced = unpriced.max(unpriced_here);
        sections.push(drawn);
    }
    for section in later {
        sections.push(alone::waiting(visit, address, page, section));
    }
    let mut filters = controls::filter_bar(visit, address, &parameters)?;
    if page.sections.iter().any(Section::can_split) {
        filters.split = Some(Split::menu(split.as_ref(), address));
    }
    Ok(Report {
        range: controls::range_bar(visit, address, &parameters, range)?,
        filters,
        split: match &split {
            Some(split) => split.note(parameters.compare()?),
            None => String::new(),
        },
        doubt: match unpriced {
            0 => String::new(),
            1 => "One call has no price, so costs are at least what is shown.".to_owned(),
            count => format!("{count} calls have no price, so costs are at least what is shown."),
        },
        sections,
    })
}

/// What the sections of a page have in common.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// Who looks.
    pub visit: &'a Visit,
    /// The page's address.
    pub address: &'a Address,
    /// What it asks.
    pub parameters: &'a Parameters,
    /// What its charts are split by.
    pub split: Option<&'a Split>,
}

/// One section, and how many of its calls have no price.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn section_of(
    asked: &Asked<'_>,
    section: &'static Section,
) -> Result<(ReportSection, i64), Problem> {
    let Asked { visit, address, .. } = *asked;
    let scope = visit.access.scope();
    let mut question = question_with(asked, section.parameters())?;
    // Tiles stand over a split chart as they are, and what cannot be split is drawn whole, so both are asked.
    let parts = match asked.split.filter(|_| section.can_split()) {
        Some(split) => Some((split, split.question(asked, section)?)),
        None => None,
    };
    let whole = answer(&visit.app, scope, question.clone());
    let (mut answered, parts) = match parts {
        None => (whole.await, None),
        Some((split, parts)) => {
            let (whole, answered) = join(whole, answer(&visit.app, scope, parts.clone())).await;
            (whole, Some((split, parts, answered)))
        }
    };
    let range = question.period.range;
    let easel = Easel {
        section,
        address,
        currency: &visit.project().currency,
        thresholds: &visit.project().thresholds,
        sprite: visit.frame().world(),
    };
    let mut card = Card::new(section.id, title(section, address), width(section.columns));
    card.help = section.action.to_owned();
    card.about = match section.is_over_time() {
        true => wording::per_bar(&question.period),
        false => wording::days(&question.period),
    };
    let mut chart = None;
    match parts {
        Some((split, parts, Ok(Answered::Figures(answer)))) => match split.refusal(&answer) {
            Some(reason) => card.about = format!("{}; {reason}", card.about),
            None => {
                question = parts;
                card.about = split.about(&question.period);
                chart = Some(easel.split(&answer, split));
            }
        },
        Some((_, _, Err(problem))) => answered = Err(problem),
        Some((_, _, Ok(Answered::Distribution(_) | Answered::Rows(_)))) | None => {}
    }
    let api = |question: &Question, format: &str| {
        let mut serializer = url::form_urlencoded::Serializer::new(String::new());
        serializer.append_pair("project", &visit.project().slug);
        serializer.extend_pairs(question.to_pairs());
        serializer.append_pair("format", format);
        format!(
            "{}/api/v1/query?{}",
            visit.app.config.server.base_path.as_str(),
            serializer.finish()
        )
    };
    card = card.csv(api(&question, "csv"));
    card = card.rows(rows::link(visit, address, section.metrics[0]));
    if matches!(
        section.draw,
        Draw::Table { has_status: true } | Draw::Area { threshold: Some(_) }
    ) {
        card.menu.push(thresholds::link(visit));
    }
    if !matches!(
        section.draw,
        Draw::Table { .. } | Draw::Matrix | Draw::Bars | Draw::Countries
    ) {
        card = card.chart(section.id);
    }
    let (content, unpriced) = match answered {
        Err(problem) => (failure(asked.request, address, &problem), 0),
        Ok(answered) => (drawn(&easel, &answered, chart, range), unpriced(&answered)),
    };
    if matches!(content, Content::Empty(_) | Content::Failure(_)) {
        card.chart = None;
    }
    Ok((ReportSection { card, content }, unpriced))
}

/// A section's title; tiles are over the chart of the one that is chosen, which has its name.
fn title(section: &'static Section, address: &Address) -> &'static str {
    match section.draw {
        Draw::Tiles => chosen_metric(section, address).map_or(section.title, |metric| metric.label),
        _ => section.title,
    }
}

/// What the page asks, with these parameters in place of its own; the last of several of the same name holds.
fn question_with(
    asked: &Asked,
    own: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<Question, Problem> {
    let mut parameters = asked.parameters.clone();
    for (name, value) in own {
        parameters.set(name, value);
    }
    Ok(parameters.question(&asked.visit.project().time_zone, asked.visit.now())?)
}

/// What stands in a card; `split` is its chart, if it is split.
fn drawn(easel: &Easel, answered: &Answered, split: Option<ChartBlock>, range: Range) -> Content {
    match (answered, easel.section.draw, split) {
        (Answered::Figures(answer), Draw::Tiles, split) => easel.tiles(answer, split),
        (_, _, Some(chart)) => Content::Chart(Box::new(chart)),
        (answered, _, None) => whole(easel, answered, range),
    }
}

fn whole(easel: &Easel, answered: &Answered, range: Range) -> Content {
    match (answered, easel.section.draw) {
        (Answered::Distribution(distribution), _) if distribution.count == 0 => {
            nothing(easel, range)
        }
        (Answered::Distribution(distribution), _) => easel.histogram(distribution),
        (Answered::Figures(answer), _)
            if !easel.section.by.is_empty() && answer.rows.is_empty() =>
        {
            nothing(easel, range)
        }
        (Answered::Figures(answer), Draw::Lines | Draw::Area { .. } | Draw::Stack) => {
            easel.course(answer)
        }
        (Answered::Figures(answer), Draw::Table { has_status }) => easel.table(answer, has_status),
        (Answered::Figures(answer), Draw::Matrix) => easel.matrix(answer),
        (Answered::Figures(answer), Draw::Bars) => easel.bars(answer),
        (Answered::Figures(answer), Draw::Countries) => easel.countries(answer),
        (Answered::Figures(answer), Draw::Donut) => easel.donut(answer),
        (Answered::Figures(answer), Draw::Scatter) => easel.scatter(answer),
        (Answered::Figures(answer), Draw::Radar) => easel.radar(answer),
        (Answered::Figures(_), Draw::Tiles | Draw::Histogram) | (Answered::Rows(_), _) => {
            nothing(easel, range)
        }
    }
}

fn unpriced(answered: &Answered) -> i64 {
    match answered {
        Answered::Figures(answer) => answer.unpriced,
        Answered::Distribution(_) | Answered::Rows(_) => 0,
    }
}

fn nothing(easel: &Easel, range: Range) -> Content {
    let wider = match range {
        Range::Hour => Some("24h"),
        Range::Day => Some("7d"),
        Range::Days(days) if days < 30 => Some("30d"),
        Range::Days(days) if days < 365 => Some("1y"),
        Range::Days(_) => None,
        Range::Dates(..) | Range::Moments(..) => Some("90d"),
    };
    let step = wider.map(|name| Step {
        label: format!("Widen to {name}"),
        href: easel
            .address
            .without(&["from", "to"])
            .with("range", name)
            .link(),
    });
    let text = match easel.address.get("filter") {
        Some(_) => "No call matches the filters in this time. Remove one, or look further back.",
        None => "No AI call was received in this time. Look further back, or send one.",
    };
    Content::Empty(Box::new(Empty::range(
        format!("Nothing {}", wording::over(range)),
        text,
        step,
    )))
}

/// What stands in place of a section that could not be computed.
pub fn failure(request: &HttpRequest, address: &Address, problem: &Problem) -> Content {
    Content::Failure(Box::new(Failure {
        text: problem.text(),
        request_id: extract::request_id(request).unwrap_or_default(),
        retry_href: address.link(),
    }))
}

/// The filters of a page, as one text.
pub fn filter_text(request: &HttpRequest) -> String {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let filters: Vec<String> = pairs
        .filter(|(name, value)| name == "filter" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect();
    filters.join(";")
}

/// The page of costs with one parameter changed.
pub fn link_with(request: &HttpRequest, name: &str, value: &str) -> String {
    Address::of("/costs", request.query_string())
        .with(name, value)
        .link()
}

/// The name of a value of a dimension, as people read it.
pub fn name_of(by: &str, value: Option<&str>) -> String {
    let none = dimension::find(by).map_or("none", |found| found.none);
    wording::named(by, value, none)
}

fn width(columns: u8) -> Width {
    match columns {
        ..=3 => Width::Three,
        4 => Width::Four,
        5 => Width::Five,
        6 => Width::Six,
        7 => Width::Seven,
        8 => Width::Eight,
        9..=11 => Width::Nine,
        12.. => Width::Full,
    }
}
