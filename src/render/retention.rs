//! Retention as JSON and CSV.

use serde_json::{Value as Json, json};

use crate::analysis::retention::answer::{Answer, Cell, Head, Row};
use crate::analysis::retention::calendar::Stage;
use crate::analysis::retention::question::{MEASURES, MODES, Measure, WHOSE};
use crate::analysis::statistic::Share;
use crate::render::csv::{Lines, guarded};
use crate::render::json::period_json;

/// As JSON: shares from 0 to 1; `part` and `whole` are people, or amounts in the project's currency.
pub fn json(answer: &Answer, currency: &str) -> Json {
    let question = &answer.question;
    let id = |known: &[(&'static str, bool)]| known.iter().find(|(_, is)| *is).map(|(id, _)| *id);
    let row = |row: &Row| {
        json!({
            "cohort": match &row.head { Head::Cohort(date) => Some(date.to_string()), Head::Value(_) | Head::Other => None },
            "value": match &row.head { Head::Value(value) => value.clone(), Head::Cohort(_) | Head::Other => None },
            "is_other": row.head == Head::Other,
            "size": row.size,
            "cells": row.cells.iter().map(|cell| cell_json(cell, question.measure)).collect::<Vec<_>>(),
        })
    };
    let coverage = answer.coverage;
    json!({
        "period": period_json(&question.period),
        "start": question.start.to_text(),
        "return": question.back.to_text(),
        "mode": id(&MODES.map(|(id, mode)| (id, mode == question.mode))),
        "people": id(&WHOSE.map(|(id, whose)| (id, whose == question.whose))),
        "measure": id(&MEASURES.map(|(id, measure)| (id, measure == question.measure))),
        "currency": (question.measure == Measure::Revenue).then_some(currency),
        "columns": question.columns,
        "by": question.by.as_ref().map(|by| json!({ "id": by.id(), "label": by.label() })),
        "rows": answer.rows.iter().map(row).collect::<Vec<_>>(),
        "average": answer.average.iter().map(|cell| cell.as_ref().map(|cell| cell_json(cell, question.measure))).collect::<Vec<_>>(),
        "coverage": {
            "identified_people": coverage.users,
            "anonymous_people": coverage.anonymous,
            "people_share": Share { part: coverage.users, whole: coverage.users + coverage.anonymous }.value(),
            "identified_events": coverage.user_events,
            "events": coverage.events,
            "events_share": Share { part: coverage.user_events, whole: coverage.events }.value(),
        },
        "commit": answer.commit,
    })
}

fn cell_json(cell: &Cell, measure: Measure) -> Json {
    let amount = |number: i64| match measure {
        Measure::People => json!(number),
        Measure::Revenue => json!(money(number)),
    };
    json!({
        "share": cell.share(),
        "part": amount(cell.part),
        "whole": amount(cell.whole),
        "state": stage(cell.stage),
        "low_n": measure == Measure::People && Share { part: 0, whole: cell.whole as u64 }.is_low_n(),
    })
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Finished => "finished",
        Stage::Running => "so_far",
        Stage::Future => "future",
    }
}

/// Ten-thousandths as a decimal number.
pub fn money(ten_thousandths: i64) -> String {
    crate::core::money::MoneySum::from_nanos(i128::from(ten_thousandths) * 100_000).to_string()
}

/// As CSV: a line for each row and column.
///
/// # Errors
/// Only if memory ends.
pub fn csv(answer: &Answer) -> Result<Vec<u8>, csv::Error> {
    let mut lines = Lines::default();
    let question = &answer.question;
    let name = question
        .by
        .as_ref()
        .map_or_else(|| "cohort".to_owned(), |by| by.id());
    let rest = ["size", "column", "part", "whole", "share", "state"].map(str::to_owned);
    lines.add(std::iter::once(name).chain(rest).collect())?;
    for row in &answer.rows {
        let head = match &row.head {
            Head::Cohort(date) => date.to_string(),
            Head::Value(value) => guarded(value.as_deref().unwrap_or_default()),
            Head::Other => "other".to_owned(),
        };
        for (column, cell) in row.cells.iter().enumerate() {
            let amount = |number: i64| match question.measure {
                Measure::People => number.to_string(),
                Measure::Revenue => money(number),
            };
            lines.add(vec![
                head.clone(),
                row.size.to_string(),
                column.to_string(),
                amount(cell.part),
                amount(cell.whole),
                cell.share()
                    .map(|share| share.to_string())
                    .unwrap_or_default(),
                stage(cell.stage).to_owned(),
            ])?;
        }
    }
    lines.bytes()
}
