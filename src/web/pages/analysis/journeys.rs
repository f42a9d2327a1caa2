//! `GET /journeys`: for people who are logged in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::analysis::journey::answer::{Answer, Sequence};
use crate::analysis::journey::ask;
use crate::analysis::journey::question::{DIRECTIONS, Direction, PARAMETERS, Question};
use crate::analysis::statistic::Share;
use crate::render::colour::Colour;
use crate::render::number::grouped;
use crate::render::unit::Unit;
use crate::web::analysis::answer;
use crate::web::pages::analysis::controls::{PAGE_PARAMETERS, chip, menu, picked};
use crate::web::pages::analysis::sheet::{Sheet, failure};
use crate::web::pages::place::see_other;
use crate::web::pages::report::controls::added_filter;
use crate::web::pages::report::wording::days;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::analysis::{AnalysisPage, Content, EventForm, Section};
use crate::web::view::block::bar_list::percent;
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::sankey::Sankey;
use crate::web::view::shell::Room;

/// Where the page is.
pub const PATH: &str = "/journeys";

/// `GET /journeys`.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let sheet = Sheet::new(&visit, PATH, request.query_string(), &PARAMETERS);
    if let Some(place) = added_filter(&request, &sheet.address)? {
        return Ok(see_other(&visit.app, &place));
    }
    if let Some(place) = picked(&request, &sheet.address, &["event"], "")? {
        return Ok(see_other(&visit.app, &place));
    }
    let question = Question::parse(
        &sheet.address.query(),
        &PAGE_PARAMETERS,
        &visit.project().time_zone,
        visit.now(),
    )?;
    let names = ("Journeys", "What do they do next?");
    let mut page = sheet
        .page(Room::Journeys, names, question.period.range)
        .await?;
    page.range.compare = None;
    fill_controls(&sheet, &question, &mut page);
    let answered = answer(&visit.app, visit.access.scope(), question, ask::answer).await;
    page.sections = match answered {
        Ok(answer) => sections(&sheet, &answer),
        Err(problem) => vec![Section {
            card: Card::new("ways", "Ways", Width::Full),
            content: failure(&request, &sheet.address, &problem),
            note: String::new(),
        }],
    };
    draw(StatusCode::OK, &page)
}

fn fill_controls(sheet: &Sheet, question: &Question, page: &mut AnalysisPage) {
    let address = &sheet.address;
    match &question.event {
        Some(event) => page.chips.push(chip(address, "event", "from", event)),
        None => page.forms.push(EventForm {
            name: "event",
            label: "From an event",
            has_label: false,
        }),
    }
    let direction = DIRECTIONS
        .iter()
        .find(|(_, direction)| *direction == question.direction)
        .map_or("", |(id, _)| id);
    page.menus = vec![
        menu(
            address,
            "Look",
            "direction",
            direction,
            &[("forward", "forwards"), ("backward", "backwards")],
        ),
        menu(
            address,
            "Steps",
            "steps",
            &question.steps.to_string(),
            &[
                ("5", "5"),
                ("2", "2"),
                ("3", "3"),
                ("4", "4"),
                ("6", "6"),
                ("7", "7"),
                ("8", "8"),
            ],
        ),
        menu(
            address,
            "Largest",
            "top",
            &question.top.to_string(),
            &[("8", "8"), ("4", "4"), ("12", "12"), ("20", "20")],
        ),
    ];
}

fn sections(sheet: &Sheet, answer: &Answer) -> Vec<Section> {
    let question = &answer.question;
    let title = match (&question.event, question.direction) {
        (Some(event), Direction::Forward) => format!("What follows “{}”", event.label()),
        (Some(event), Direction::Backward) => format!("What leads to “{}”", event.label()),
        (None, Direction::Forward) => "How visits begin, and go on".to_owned(),
        (None, Direction::Backward) => "How visits end, and what led there".to_owned(),
    };
    let card = Card::new("ways", title, Width::Full)
        .about(format!("visits, {}", days(&question.period)))
        .csv(sheet.csv("journeys"));
    if answer.visits == 0 {
        let content = sheet.nothing("No visit in this time", "No visit has the asked event, or the filters leave none. Look further back, or choose another event.");
        return vec![Section {
            card,
            content,
            note: String::new(),
        }];
    }
    let most = answer.sequences.first();
    let summary = format!(
        "{} visits over {} steps; the most frequent way is {}",
        grouped(answer.visits as f64, 0),
        question.steps,
        most.map(|sequence| sequence.places.join(", then "))
            .unwrap_or_default()
    );
    let ways = Section {
        content: Content::Ways(Box::new(Sankey::new(summary, answer))),
        card,
        note: "A place that comes again right after itself is one stop; paths that differ only in ids are one place.".to_owned(),
    };
    vec![ways, table(answer, most)]
}

fn table(answer: &Answer, most: Option<&Sequence>) -> Section {
    let end = match answer.question.direction {
        Direction::Forward => "exit",
        Direction::Backward => "start of the visit",
    };
    let columns = vec![
        Column::words("Way"),
        Column::numbers("Visits"),
        Column::numbers("Share"),
    ];
    let largest = most.map_or(0, |sequence| sequence.visits);
    let row = |sequence: &Sequence| {
        let mut way = sequence.places.join(" → ");
        if sequence.ends {
            way.push_str(" → ");
            way.push_str(end);
        }
        let share = Share {
            part: sequence.visits,
            whole: answer.visits,
        }
        .value()
        .unwrap_or(0.0);
        Row::new(vec![
            Cell::Text(way),
            Cell::Bar {
                text: grouped(sequence.visits as f64, 0),
                width: percent(sequence.visits as f64, largest as f64),
                colour: Colour::ACCENT,
            },
            Cell::Number {
                text: Unit::Share.short(share),
                exact: Unit::Share.full(share),
            },
        ])
    };
    let rows: Vec<Row> = answer.sequences.iter().map(row).collect();
    Section {
        card: Card::new("sequences", "Most frequent ways", Width::Full).about(format!(
            "{} of {}",
            rows.len(),
            grouped(answer.sequences_all as f64, 0)
        )),
        content: Content::Table(Box::new(DataTable::new(
            "Most frequent ways",
            columns,
            rows,
        ))),
        note: String::new(),
    }
}
