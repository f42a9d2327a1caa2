//! Steps of a funnel: how many reach each, the rate of the step before, and the tick of the earlier period.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::change::{Better, Change};
use crate::render::unit::Unit;
use crate::web::view::block::bar_list::percent;

/// What a step is made from.
#[derive(Clone, Debug)]
pub struct FunnelStep {
    /// Its name: "Signed up".
    pub label: String,
    /// People who reached it.
    pub people: u64,
    /// Of those at the step before, the share that reached this one; `None` where nobody was there.
    pub rate: Option<f64>,
    /// The same in the earlier period, at equal maturity.
    pub previous_rate: Option<f64>,
    /// A third fact: "median 2.1 h". May be empty.
    pub note: String,
    /// The people behind it.
    pub href: Option<String>,
}

#[derive(Clone, Debug)]
struct Row {
    label: String,
    people: String,
    exact: String,
    rate: Option<String>,
    width: String,
    tick: Option<String>,
    change: Option<Change>,
    note: String,
    href: Option<String>,
}

/// The steps after the first. Place it with `{{ funnel }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "block/funnel.html")]
pub struct Funnel {
    headline: Option<(String, String)>,
    rows: Vec<Row>,
    has_previous: bool,
}

impl HtmlSafe for Funnel {}

impl Funnel {
    /// Steps in order. The headline is the rate of the whole way and a sentence about it: "of 48.2K visitors paid, was
    /// 1.53%".
    pub fn new(headline: Option<(Option<f64>, String)>, steps: Vec<FunnelStep>) -> Self {
        let rows: Vec<Row> = steps
            .into_iter()
            .map(|step| Row {
                people: Unit::Count.short(step.people as f64),
                exact: Unit::Count.full(step.people as f64),
                rate: step.rate.map(|rate| Unit::Share.short(rate)),
                width: percent(step.rate.unwrap_or(0.0), 1.0),
                tick: step.previous_rate.map(|rate| percent(rate, 1.0)),
                change: Change::between(
                    step.rate,
                    step.previous_rate,
                    &Unit::Share,
                    Better::Higher,
                ),
                label: step.label,
                note: step.note,
                href: step.href,
            })
            .collect();
        Self {
            headline: headline.map(|(rate, sentence)| {
                (
                    rate.map_or_else(|| "–".to_owned(), |rate| Unit::Share.short(rate)),
                    sentence,
                )
            }),
            has_previous: rows.iter().any(|row| row.tick.is_some()),
            rows,
        }
    }
}
