//! Sections on their own: those below the first screen wait until the page is there, and any may be tried again.
//!
//! `GET /sections/{page}/{section}`, for people who are logged in, takes the query of the page. The page's script asks
//! for a few at once. Readers without script get the page once more with `draw=all`, where the server draws everything.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::catalogue::metric;
use crate::catalogue::section::{self, Draw, Page, Section};
use crate::core::code::Code;
use crate::core::range::Compare;
use crate::core::value::Unit;
use crate::query::question::Parameters;
use crate::web::pages::report::address::{Address, DRAW};
use crate::web::pages::report::split::Split;
use crate::web::pages::report::{Asked, section_of, title, width};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::query::{Answered, answer};
use crate::web::view::block::card::{Card, Waiting};
use crate::web::view::block::chart::Height;
use crate::web::view::block::section::Section as Source;
use crate::web::view::report::{Content, ReportSection, SectionAlone};

/// `GET /sections/{page}/{section}`.
///
/// # Errors
/// If there is no such section, or a parameter of the address cannot be used. What fails behind it is said in the card.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let named = |name| request.match_info().get(name).unwrap_or_default();
    let (page, section) = (named("page"), named("section"));
    let (page, section) = section::find_section(page, section).ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            format!("there is no section `{page}/{section}`"),
        )
    })?;
    let address = Address::of(page.path, request.query_string());
    let parameters = address.parameters()?;
    let split = Split::of(&address)?;
    let asked = Asked {
        request: &request,
        visit: &visit,
        address: &address,
        parameters: &parameters,
        split: split.as_ref(),
    };
    let (drawn, _) = section_of(&asked, section).await?;
    let alone = SectionAlone {
        frame: visit.frame(),
        section: drawn,
    };
    draw(StatusCode::OK, &alone)
}

/// Where a section is loaded on its own.
pub fn source(visit: &Visit, address: &Address, page: &Page, section: &Section) -> Source {
    let asked = address
        .without(&[DRAW])
        .with("project", &visit.project().slug);
    Source {
        src: format!(
            "{}/sections/{}/{}?{}",
            visit.app.config.server.base_path.as_str(),
            page.id,
            section.id,
            asked.query()
        ),
        refresh_s: None,
        class: width(section.columns).class(),
    }
}

/// The place of a section that is loaded later.
pub fn waiting(
    visit: &Visit,
    address: &Address,
    page: &Page,
    section: &'static Section,
) -> ReportSection {
    let mut card = Card::new(section.id, title(section, address), width(section.columns));
    card.alone = Some(source(visit, address, page, section));
    let waiting = Waiting {
        card: card.clone(),
        height: match section.draw {
            Draw::Tiles | Draw::Table { .. } | Draw::Countries => Height::Main,
            Draw::Lines
            | Draw::Area { .. }
            | Draw::Stack
            | Draw::Bars
            | Draw::Donut
            | Draw::Histogram
            | Draw::Scatter
            | Draw::Matrix
            | Draw::Radar => Height::Middle,
        },
        href: format!("{}#h-{}", address.with(DRAW, "all").link(), section.id),
    };
    ReportSection {
        card,
        content: Content::Waiting(Box::new(waiting)),
    }
}

/// How many calls have no price, if sections that wait show costs and those that are drawn do not say it.
///
/// A failure is said where costs are shown, so here it counts as none.
pub async fn unpriced(
    visit: &Visit,
    parameters: &Parameters,
    first: &[Section],
    later: &[Section],
) -> i64 {
    let shows_costs = |sections: &[Section]| {
        let mut metrics = sections.iter().flat_map(|section| section.metrics);
        metrics.any(|id| metric::find(id).is_some_and(|metric| metric.unit == Unit::Cost))
    };
    if shows_costs(first) || !shows_costs(later) {
        return 0;
    }
    let mut asked = parameters.clone();
    for (name, value) in [
        ("metrics", "cost"),
        ("by", ""),
        ("shape", "total"),
        ("compare", Compare::None.id()),
    ] {
        asked.set(name, value.to_owned());
    }
    let Ok(question) = asked.question(&visit.project().time_zone, visit.now()) else {
        return 0;
    };
    match answer(&visit.app, visit.access.scope(), question).await {
        Ok(Answered::Figures(answer)) => answer.unpriced,
        Ok(Answered::Distribution(_) | Answered::Rows(_)) | Err(_) => 0,
    }
}
