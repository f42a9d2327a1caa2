//! A funnel's answer as cards: steps, the split as a table, the people behind a step.

use crate::analysis::funnel::answer::{Answer, MEDIAN_MIN, Person, Step, whole_way};
use crate::analysis::funnel::question::{LISTS, Listed, Unit as Who};
use crate::render::number::grouped;
use crate::render::unit::Unit;
use crate::web::pages::analysis::sheet::Sheet;
use crate::web::pages::report::wording::{days, named};
use crate::web::view::analysis::{Content, Section};
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::funnel::{Funnel, FunnelStep};
use crate::web::view::moment::Moment;

/// Cards of an answer.
pub fn sections(sheet: &Sheet, answer: &Answer) -> Vec<Section> {
    let mut sections = vec![steps(sheet, answer), figures(answer)];
    if answer.question.by.is_some() && answer.entered() > 0 {
        sections.push(split(answer));
    }
    if answer.question.people.is_some() {
        sections.push(people(sheet, answer));
    }
    sections
}

fn people_word(answer: &Answer) -> &'static str {
    match answer.question.unit {
        Who::User => "people",
        Who::Visit => "visits",
    }
}

fn steps(sheet: &Sheet, answer: &Answer) -> Section {
    let card = Card::new("steps", "Steps", Width::Full)
        .about(days(&answer.question.period))
        .csv(sheet.csv("funnel"));
    if answer.entered() == 0 {
        let content = sheet.nothing(
            "Nobody entered in this time",
            "No event of the first step was received, or the filters leave none. Look further back, or choose another first step.",
        );
        return Section {
            card,
            content,
            note: String::new(),
        };
    }
    let labels = answer.question.labels();
    let before = answer.before.as_ref().map(|(_, steps)| steps);
    let rows = labels
        .iter()
        .zip(&answer.steps)
        .enumerate()
        .map(|(place, (label, step))| FunnelStep {
            label: label.clone(),
            people: step.people,
            rate: step.of_previous.value(),
            previous_rate: before
                .and_then(|steps| steps.get(place))
                .and_then(|step| step.of_previous.value()),
            note: note(step),
            href: Some(
                sheet
                    .address
                    .with("people", &(place + 1).to_string())
                    .link(),
            ),
        });
    let rate = answer.rate();
    let interval = rate.interval().map_or_else(String::new, |(low, high)| {
        format!(
            " (95 % interval {} to {})",
            Unit::Share.short(low),
            Unit::Share.short(high)
        )
    });
    let sentence = format!(
        "of {} {} whose attempt is over went the whole way{interval}",
        grouped(rate.whole as f64, 0),
        people_word(answer)
    );
    Section {
        content: Content::Funnel(Box::new(Funnel::new(
            Some((rate.value(), sentence)),
            rows.collect(),
        ))),
        card,
        note: doubts(answer),
    }
}

fn note(step: &Step) -> String {
    let Some(median) = step.median_us else {
        return String::new();
    };
    let few = if step.timed < MEDIAN_MIN { ", few" } else { "" };
    let nine = step.p90_us.map_or_else(String::new, |p90| {
        format!(", 9 of 10 within {}", Unit::Seconds.short(p90 / 1e6))
    });
    format!("median {}{nine}{few}", Unit::Seconds.short(median / 1e6))
}

/// What is left out of the rates, and whom they are about.
fn doubts(answer: &Answer) -> String {
    let mut sentences = Vec::new();
    let count = |count: u64| grouped(count as f64, 0);
    if answer.open() > 0 {
        sentences.push(format!(
            "{} may still go on and are left out of the rate of the whole way.",
            count(answer.open())
        ));
    }
    if answer.removed > 0 {
        sentences.push(format!(
            "{} were taken out by the exclusion.",
            count(answer.removed)
        ));
    }
    if let Some(users) = answer.users {
        sentences.push(format!(
            "Of the {} who entered, {} are identified; the others are anonymous ids, each counted as one.",
            count(answer.entered()),
            count(users)
        ));
    }
    if answer.rate().is_low_n() {
        sentences.push(
            "Fewer than 30 attempts are over: the rate of the whole way says little.".to_owned(),
        );
    }
    sentences.join(" ")
}

fn number(value: u64) -> Cell {
    Cell::Number {
        text: grouped(value as f64, 0),
        exact: String::new(),
    }
}

fn share(value: Option<f64>) -> Cell {
    match value {
        Some(share) => Cell::Number {
            text: Unit::Share.short(share),
            exact: Unit::Share.full(share),
        },
        None => Cell::Missing("Nobody was at the step before."),
    }
}

fn time(value: Option<f64>) -> Cell {
    match value {
        Some(us) => Cell::Number {
            text: Unit::Seconds.short(us / 1e6),
            exact: String::new(),
        },
        None => Cell::Missing("Nobody came here from another step."),
    }
}

/// Every figure of every step, also for who does not see bars.
fn figures(answer: &Answer) -> Section {
    let mut columns = vec![
        Column::words("Step"),
        Column::numbers(if answer.question.unit == Who::User {
            "People"
        } else {
            "Visits"
        }),
        Column::numbers("Of previous").help("Of those at the step before."),
        Column::numbers("Of first")
            .help("Of those who entered.")
            .wide_only(),
        Column::numbers("Dropped").help("Went no further, and their window is over."),
        Column::numbers("Open")
            .help("Went no further yet, but still may.")
            .wide_only(),
        Column::numbers("Median")
            .help("Time from the step before.")
            .wide_only(),
        Column::numbers("9 of 10")
            .help("Nine of ten were faster.")
            .wide_only(),
    ];
    let before = answer.before.as_ref().map(|(_, steps)| steps);
    if before.is_some() {
        columns.push(
            Column::numbers("Of previous, earlier")
                .help("The same in the earlier period, seen as long after it."),
        );
    }
    let row = |(place, (label, step)): (usize, (&String, &Step))| {
        let mut cells = vec![
            Cell::Text(label.clone()),
            number(step.people),
            share(step.of_previous.value()),
            share(step.of_first.value()),
            number(step.dropped),
            number(step.open),
            time(step.median_us),
            time(step.p90_us),
        ];
        if let Some(before) = before {
            cells.push(share(
                before.get(place).and_then(|step| step.of_previous.value()),
            ));
        }
        Row::new(cells)
    };
    let labels = answer.question.labels();
    let rows = labels
        .iter()
        .zip(&answer.steps)
        .enumerate()
        .map(row)
        .collect();
    Section {
        card: Card::new("figures", "All figures", Width::Full),
        content: Content::Table(Box::new(DataTable::new(
            "Figures of each step",
            columns,
            rows,
        ))),
        note: String::new(),
    }
}

fn split(answer: &Answer) -> Section {
    let by = answer.question.by.as_ref();
    let (id, label, none) = by.map_or_else(
        || (String::new(), String::new(), "none"),
        |by| (by.id(), by.label(), by.none()),
    );
    let mut columns = vec![Column::words(label.clone())];
    columns.extend(answer.question.labels().into_iter().map(Column::numbers));
    columns.push(Column::numbers("Whole way"));
    let rows = answer.parts.iter().map(|part| {
        let name = match part.is_other {
            true => "all others".to_owned(),
            false => named(&id, part.value.as_deref(), none),
        };
        let mut cells = vec![Cell::Text(name)];
        cells.extend(part.steps.iter().map(|step| number(step.people)));
        cells.push(share(whole_way(&part.steps).value()));
        Row::new(cells)
    });
    Section {
        card: Card::new("split", format!("By {}", label.to_lowercase()), Width::Full)
            .about("the value at the entry"),
        content: Content::Table(Box::new(DataTable::new(
            format!("Steps by {}", label.to_lowercase()),
            columns,
            rows.collect(),
        ))),
        note: String::new(),
    }
}

fn people(sheet: &Sheet, answer: &Answer) -> Section {
    let (step, listed) = answer.question.people.unwrap_or((1, Listed::Reached));
    let labels = answer.question.labels();
    let label = labels.get(step - 1).map_or("", String::as_str);
    let verb = match listed {
        Listed::Reached => "reached",
        Listed::Dropped => "stopped at",
        Listed::Open => "may still go on from",
    };
    let who = people_word(answer);
    let now = sheet.visit.now();
    let moment = |us: i64| {
        Cell::When(Moment::past(
            jiff::Timestamp::from_microsecond(us).unwrap_or(now),
            now,
        ))
    };
    let columns = vec![
        Column::words(if answer.question.unit == Who::User {
            "Person"
        } else {
            "Visit"
        }),
        Column::words("Known as").wide_only(),
        Column::numbers("Steps"),
        Column::words("Entered"),
        Column::words("Last step").wide_only(),
    ];
    let row = |person: &Person| {
        let kind = match (answer.question.unit, person.is_user) {
            (Who::Visit, _) => "visit",
            (Who::User, true) => "user",
            (Who::User, false) => "anonymous id",
        };
        Row::new(vec![
            Cell::Code(person.name.clone()),
            Cell::Text(kind.to_owned()),
            number(person.depth as u64),
            moment(person.entered_at),
            moment(person.last_at),
        ])
    };
    let rows: Vec<Row> = answer.people.iter().map(row).collect();
    let note = match answer.is_cut {
        true => format!("The latest {} are shown; there are more.", rows.len()),
        false => String::new(),
    };
    let content = match rows.is_empty() {
        true => sheet.nothing("Nobody is here", "No one is in this group in this time."),
        false => Content::Table(Box::new(DataTable::new(
            format!("Those who {verb} {label}"),
            columns,
            rows,
        ))),
    };
    let mut card = Card::new("people", format!("Those who {verb} “{label}”"), Width::Full)
        .about(format!("{who}, the latest entry first"))
        .csv(sheet.csv("funnel"));
    for (id, other) in LISTS {
        if other != listed {
            card.menu.push(crate::web::view::block::card::MenuLink {
                label: match other {
                    Listed::Reached => "Those who reached it".to_owned(),
                    Listed::Dropped => "Those who stopped here".to_owned(),
                    Listed::Open => "Those who may still go on".to_owned(),
                },
                href: sheet.address.with("state", id).link(),
                is_download: false,
            });
        }
    }
    Section {
        card,
        content,
        note,
    }
}
