//! `GET /hours`: the hours of the week, for people who are logged in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::analysis::heatmap::{self, Answer, MEASURES, Measure, PARAMETERS, Question};
use crate::core::currency::Currency;
use crate::render::heatmap::mean;
use crate::render::unit::Unit;
use crate::web::analysis::answer;
use crate::web::pages::analysis::controls::{PAGE_PARAMETERS, menu};
use crate::web::pages::analysis::sheet::{Sheet, failure};
use crate::web::pages::place::see_other;
use crate::web::pages::report::controls::added_filter;
use crate::web::pages::report::wording::{days, zone_name};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::analysis::{Content, Section};
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::heat_map::{HeatHour, HeatMap};
use crate::web::view::shell::Room;

/// Where the page is.
pub const PATH: &str = "/hours";

/// `GET /hours`.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let sheet = Sheet::new(&visit, PATH, request.query_string(), &PARAMETERS);
    if let Some(place) = added_filter(&request, &sheet.address)? {
        return Ok(see_other(&visit.app, &place));
    }
    let question = Question::parse(
        &sheet.address.query(),
        &PAGE_PARAMETERS,
        &visit.project().time_zone,
        visit.now(),
    )?;
    let names = ("Hours of use", "When do they come?");
    let mut page = sheet
        .page(Room::Hours, names, question.period.range)
        .await?;
    page.range.compare = None;
    let measures = MEASURES.map(|(id, measure)| (id, measure.label()));
    page.menus = vec![menu(
        &sheet.address,
        "Count",
        "measure",
        question.measure.id(),
        &measures,
    )];
    let answered = answer(&visit.app, visit.access.scope(), question, heatmap::answer).await;
    page.sections = vec![match answered {
        Ok(answer) => section(&sheet, &answer),
        Err(problem) => Section {
            card: Card::new("hours", "By weekday and hour", Width::Full),
            content: failure(&request, &sheet.address, &problem),
            note: String::new(),
        },
    }];
    draw(StatusCode::OK, &page)
}

fn section(sheet: &Sheet, answer: &Answer) -> Section {
    let question = &answer.question;
    let measure = question.measure;
    let zone = zone_name(&question.period.zone);
    let card = Card::new(
        "hours",
        format!("{} by weekday and hour", measure.label()),
        Width::Full,
    )
    .about(format!("{}, {zone}", days(&question.period)))
    .csv(sheet.csv("heatmap"));
    if answer.hours.iter().all(|hour| hour.total == 0) {
        let content = sheet.nothing(
            "Nothing happened in this time",
            "No whole hour of it has anything to count. Look further back, or take a filter away.",
        );
        return Section {
            card,
            content,
            note: String::new(),
        };
    }
    let unit = match measure {
        Measure::Cost => Unit::money(Currency::USD),
        Measure::Interactions | Measure::People | Measure::Requests => Unit::Count,
    };
    let mut hours: [[Option<HeatHour>; 24]; 7] = [[None; 24]; 7];
    for (number, hour) in answer.hours.iter().enumerate() {
        hours[number / 24][number % 24] = mean(*hour, measure).map(|mean| HeatHour {
            mean,
            total: mean * f64::from(hour.occurrences),
            occurrences: hour.occurrences,
        });
    }
    let caption = format!("{} by weekday and hour, {zone}", measure.label());
    Section {
        content: Content::Hours(Box::new(HeatMap::new(caption, measure.label(), &unit, &hours))),
        card,
        note: "A cell is the mean over every time that hour came round, hours that are not over left out. Point at it, or move with the arrow keys, for the exact count.".to_owned(),
    }
}
