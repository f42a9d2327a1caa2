//! `GET /retention`: for people who are logged in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::analysis::retention::answer::{Answer, Cell, Head, Row};
use crate::analysis::retention::ask;
use crate::analysis::retention::calendar::{Calendar, Stage};
use crate::analysis::retention::question::{
    INTERVALS, MEASURES, MODES, Measure, PARAMETERS, Question, WHOSE,
};
use crate::analysis::statistic::Share;
use crate::core::range::Interval;
use crate::render::number::grouped;
use crate::render::retention::money;
use crate::render::unit::Unit;
use crate::web::analysis::answer;
use crate::web::pages::analysis::controls::{PAGE_PARAMETERS, chip, menu, picked, split_menu};
use crate::web::pages::analysis::sheet::{Sheet, failure};
use crate::web::pages::place::see_other;
use crate::web::pages::report::controls::added_filter;
use crate::web::pages::report::wording::{named, zone_name};
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::analysis::{AnalysisPage, Content, EventForm, Section};
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::cohort_table::{Cohort, CohortTable, Retained};
use crate::web::view::block::data_table::{self, Column, DataTable};
use crate::web::view::shell::Room;

/// Where the page is.
pub const PATH: &str = "/retention";

/// `GET /retention`.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let sheet = Sheet::new(&visit, PATH, request.query_string(), &PARAMETERS);
    if let Some(place) = added_filter(&request, &sheet.address)? {
        return Ok(see_other(&visit.app, &place));
    }
    if let Some(place) = picked(&request, &sheet.address, &["start", "return"], "")? {
        return Ok(see_other(&visit.app, &place));
    }
    let question = Question::parse(
        &sheet.address.query(),
        &PAGE_PARAMETERS,
        &visit.project().time_zone,
        visit.now(),
    )?;
    let calendar = Calendar::new(&question)?;
    let names = ("Retention", "Do they return?");
    let mut page = sheet
        .page(Room::Retention, names, question.period.range)
        .await?;
    page.range.compare = None;
    fill_controls(&sheet, &question, &mut page);
    let answered = answer(
        &visit.app,
        visit.access.scope(),
        question,
        move |inquiry, question| ask::answer(inquiry, question, &calendar),
    )
    .await;
    page.sections = match answered {
        Ok(answer) => vec![table(&sheet, &answer)],
        Err(problem) => vec![Section {
            card: Card::new("cohorts", "Cohorts", Width::Full),
            content: failure(&request, &sheet.address, &problem),
            note: String::new(),
        }],
    };
    draw(StatusCode::OK, &page)
}

fn fill_controls(sheet: &Sheet, question: &Question, page: &mut AnalysisPage) {
    let address = &sheet.address;
    for (name, mark, label, choice) in [
        ("start", "begin with", "Begin with", &question.start),
        ("return", "come back for", "Come back for", &question.back),
    ] {
        match address.get(name) {
            Some(_) => page.chips.push(chip(address, name, mark, choice)),
            None => page.forms.push(EventForm {
                name,
                label,
                has_label: false,
            }),
        }
    }
    let id =
        |known: &[(&'static str, bool)]| known.iter().find(|(_, is)| *is).map_or("", |(id, _)| *id);
    // Each width of a cohort has its own usual range.
    let without_range = sheet.address.without(&["range", "from", "to"]);
    page.menus = vec![
        menu(
            &without_range,
            "Cohorts by",
            "interval",
            id(&INTERVALS.map(|(id, interval)| (id, interval == question.interval))),
            &[("week", "week"), ("day", "day"), ("month", "month")],
        ),
        menu(
            address,
            "Come back",
            "mode",
            id(&MODES.map(|(id, mode)| (id, mode == question.mode))),
            &[("on", "in that period"), ("on_or_after", "then or later")],
        ),
        menu(
            address,
            "Whom",
            "people",
            id(&WHOSE.map(|(id, whose)| (id, whose == question.whose))),
            &[
                ("identified", "identified users"),
                ("all", "anonymous ids too"),
            ],
        ),
        menu(
            &address.without(&["mode"]),
            "Keep",
            "measure",
            id(&MEASURES.map(|(id, measure)| (id, measure == question.measure))),
            &[("people", "people"), ("revenue", "revenue")],
        ),
        split_menu(address, "by", question.by.as_ref().map(|by| by.id())),
    ];
}

fn table(sheet: &Sheet, answer: &Answer) -> Section {
    let question = &answer.question;
    let zone = zone_name(&question.period.zone);
    let title = match question.measure {
        Measure::People => "Who comes back",
        Measure::Revenue => "What is still paid",
    };
    let card = Card::new("cohorts", title, Width::Full)
        .about(format!("by {}, {zone}", question.interval.id()))
        .csv(sheet.csv("retention"));
    let has_any = answer.rows.iter().any(|row| row.size > 0);
    let has_money =
        question.measure == Measure::People || answer.average.iter().any(Option::is_some);
    let content = match (has_any, has_money) {
        (false, _) => sheet.nothing(
            "Nobody began in this time",
            "No one did the first event for the first time here. Look further back, choose another event, or count anonymous ids too.",
        ),
        (true, false) => sheet.nothing(
            "No cohort has paid yet",
            "Revenue is told of what a cohort paid in its own period. Cohorts by month, or cohorts that begin with a payment, have more to tell.",
        ),
        (true, true) => match question.measure {
            Measure::People => cohorts(answer),
            Measure::Revenue => revenue(answer),
        },
    };
    Section {
        card,
        content,
        note: coverage(answer),
    }
}

/// "W0", "D3", "M12".
fn heads(answer: &Answer) -> Vec<String> {
    let letter = match answer.question.interval {
        Interval::Month => 'M',
        Interval::Week => 'W',
        Interval::Minute | Interval::Hour | Interval::Day => 'D',
    };
    (0..answer.question.columns)
        .map(|column| format!("{letter}{column}"))
        .collect()
}

fn label(answer: &Answer, row: &Row) -> String {
    match &row.head {
        Head::Cohort(date) => match answer.question.interval {
            Interval::Month => date.strftime("%b %Y").to_string(),
            Interval::Minute | Interval::Hour | Interval::Day | Interval::Week => {
                date.strftime("%-d %b").to_string()
            }
        },
        Head::Value(value) => {
            let by = answer.question.by.as_ref();
            let (id, none) = by.map_or_else(|| (String::new(), "none"), |by| (by.id(), by.none()));
            named(&id, value.as_deref(), none)
        }
        Head::Other => "all others".to_owned(),
    }
}

fn cohorts(answer: &Answer) -> Content {
    let retained = |cell: &Cell| {
        let people = cell.part as u64;
        match (cell.share(), cell.stage) {
            (Some(share), Stage::Finished) => Retained::Finished { share, people },
            (Some(share), Stage::Running) => Retained::Running { share, people },
            (_, Stage::Future) | (None, _) => Retained::Future,
        }
    };
    let rows = answer.rows.iter().map(|row| Cohort {
        label: label(answer, row),
        size: row.size,
        periods: row.cells.iter().map(retained).collect(),
        href: None,
    });
    let caption = format!(
        "Retention by {}: the share of each cohort that came back",
        answer.question.interval.id()
    );
    Content::Cohorts(Box::new(CohortTable::new(
        caption,
        heads(answer),
        rows.collect(),
        None,
    )))
}

fn revenue(answer: &Answer) -> Content {
    let mut columns = vec![Column::words("Cohort"), Column::numbers("Size")];
    columns.extend(heads(answer).into_iter().map(Column::numbers));
    let cell = |cell: &Cell| match (cell.share(), cell.stage) {
        (_, Stage::Future) => data_table::Cell::Text(String::new()),
        (None, _) => data_table::Cell::Missing("Nothing was paid in the cohort's own period."),
        (Some(share), stage) => data_table::Cell::Number {
            text: format!(
                "{}{}",
                Unit::Share.short(share),
                if stage == Stage::Running {
                    " so far"
                } else {
                    ""
                }
            ),
            exact: format!("{} of {}", money(cell.part), money(cell.whole)),
        },
    };
    let size = |row: &Row| data_table::Cell::Number {
        text: grouped(row.size as f64, 0),
        exact: String::new(),
    };
    let rows = answer.rows.iter().map(|row| {
        let first = [data_table::Cell::Text(label(answer, row)), size(row)];
        data_table::Row::new(
            first
                .into_iter()
                .chain(row.cells.iter().map(cell))
                .collect(),
        )
    });
    let mut table = DataTable::new(
        "Revenue of each cohort, of what it paid in its own period",
        columns,
        rows.collect(),
    );
    let average = answer.average.iter().map(|held| match held {
        Some(held) => cell(held),
        None => data_table::Cell::Missing("No cohort has finished it."),
    });
    let first = [
        data_table::Cell::Text("Average".to_owned()),
        data_table::Cell::Text(String::new()),
    ];
    table.total = Some(data_table::Row::new(
        first.into_iter().chain(average).collect(),
    ));
    Content::Table(Box::new(table))
}

/// Whom the table is about, and how much of what happened that is.
fn coverage(answer: &Answer) -> String {
    let coverage = answer.coverage;
    let share = |part: u64, whole: u64| match (Share { part, whole }).value() {
        Some(share) => Unit::Share.short(share),
        None => "–".to_owned(),
    };
    let people = coverage.users + coverage.anonymous;
    format!(
        "Identified: {} of {} people ({}), {} of {} interactions ({}). Interactions without any id belong to nobody here.",
        grouped(coverage.users as f64, 0),
        grouped(people as f64, 0),
        share(coverage.users, people),
        grouped(coverage.user_events as f64, 0),
        grouped(coverage.events as f64, 0),
        share(coverage.user_events, coverage.events)
    )
}
