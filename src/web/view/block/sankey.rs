//! Journeys: stations of each step as bars, with bands between them as wide as the visits that went there.
//!
//! Drawn by the server, so that it is there without script; the numbers are in its titles and in a table beside it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::analysis::journey::answer::{Answer, Node};
use crate::analysis::statistic::Share;
use crate::render::unit::Unit;

/// Width of a step with the bands after it.
const STEP_WIDTH: f64 = 184.0;
const BAR_WIDTH: f64 = 10.0;
/// Height that all visits of the first step share.
const HEIGHT: f64 = 340.0;
/// Between two stations: room for the name of a thin one.
const GAP: f64 = 16.0;
/// No station is thinner.
const THICKNESS_MIN: f64 = 1.5;
const TOP: f64 = 14.0;
/// Longest name beside a bar.
const NAME_CHARACTERS: usize = 22;

#[derive(Clone, Debug)]
struct Bar {
    x: String,
    y: String,
    height: String,
    opacity: &'static str,
    text_x: String,
    text_y: String,
    name: String,
    visits: String,
    title: String,
}

#[derive(Clone, Debug)]
struct Band {
    path: String,
    opacity: &'static str,
    title: String,
}

/// The drawing. Place it with `{{ sankey }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "block/sankey.html")]
pub struct Sankey {
    summary: String,
    width: String,
    height: String,
    bars: Vec<Bar>,
    bands: Vec<Band>,
}

impl HtmlSafe for Sankey {}

/// Where a station stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    x: f64,
    /// How far bands have filled its left and right side.
    filled: (f64, f64),
}

impl Sankey {
    /// The ways of an answer; `summary` says in a sentence what it shows.
    pub fn new(summary: impl Into<String>, answer: &Answer) -> Self {
        let scale = HEIGHT / (answer.visits.max(1) as f64);
        let mut places: Vec<Vec<Place>> = Vec::new();
        let mut bars = Vec::new();
        let mut lowest = 0.0_f64;
        for (step, stations) in answer.steps.iter().enumerate() {
            let x = step as f64 * STEP_WIDTH;
            let mut y = TOP;
            let mut of_step = Vec::with_capacity(stations.len());
            for station in stations {
                let thickness = (station.visits as f64 * scale).max(THICKNESS_MIN);
                of_step.push(Place { x, filled: (y, y) });
                let share = Share {
                    part: station.visits,
                    whole: answer.visits,
                }
                .value()
                .unwrap_or(0.0);
                bars.push(Bar {
                    x: number(x),
                    y: number(y),
                    height: number(thickness),
                    opacity: if matches!(station.node, Node::Place(_)) {
                        "1"
                    } else {
                        "0.35"
                    },
                    text_x: number(x + BAR_WIDTH + 6.0),
                    text_y: number(y + (thickness / 2.0).max(4.0) + 4.0),
                    name: shortened(&station.label),
                    visits: Unit::Count.short(station.visits as f64),
                    title: format!(
                        "Step {}, {}: {} visits, {} of all",
                        step + 1,
                        station.label,
                        Unit::Count.full(station.visits as f64),
                        Unit::Share.short(share)
                    ),
                });
                y += thickness + GAP;
            }
            lowest = lowest.max(y);
            places.push(of_step);
        }
        let bands = answer
            .links
            .iter()
            .map(|link| {
                let thickness = link.visits as f64 * scale;
                let from = &mut places[link.step][link.from];
                let (left, top) = (from.x + BAR_WIDTH, from.filled.1);
                from.filled.1 += thickness;
                let to = &mut places[link.step + 1][link.to];
                let (right, end) = (to.x, to.filled.0);
                to.filled.0 += thickness;
                let (start_station, end_station) = (
                    &answer.steps[link.step][link.from],
                    &answer.steps[link.step + 1][link.to],
                );
                Band {
                    path: band((left, top), (right, end), thickness),
                    opacity: if end_station.node == Node::End {
                        "0.07"
                    } else {
                        "0.2"
                    },
                    title: format!(
                        "{} to {}: {} visits",
                        start_station.label,
                        end_station.label,
                        Unit::Count.full(link.visits as f64)
                    ),
                }
            })
            .collect();
        Self {
            summary: summary.into(),
            width: number(answer.steps.len() as f64 * STEP_WIDTH),
            height: number(lowest.max(HEIGHT)),
            bars,
            bands,
        }
    }
}

/// A band as path data: along the upper edge and back along the lower.
fn band((x, y): (f64, f64), (right, end): (f64, f64), thickness: f64) -> String {
    let middle = number((x + right) / 2.0);
    format!(
        "M{} {}C{middle} {},{middle} {},{} {}V{}C{middle} {},{middle} {},{} {}Z",
        number(x),
        number(y),
        number(y),
        number(end),
        number(right),
        number(end),
        number(end + thickness),
        number(end + thickness),
        number(y + thickness),
        number(x),
        number(y + thickness)
    )
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn shortened(name: &str) -> String {
    match name.chars().count() > NAME_CHARACTERS {
        true => name
            .chars()
            .take(NAME_CHARACTERS - 1)
            .chain(['…'])
            .collect(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{band, shortened};

    #[test]
    fn a_band_goes_there_and_back() {
        assert_eq!(
            band((0.0, 0.0), (10.0, 4.0), 2.0),
            "M0.0 0.0C5.0 0.0,5.0 4.0,10.0 4.0V6.0C5.0 6.0,5.0 2.0,0.0 2.0Z"
        );
    }

    #[test]
    fn a_long_name_is_cut_by_characters() {
        assert_eq!(shortened("/docs"), "/docs");
        assert_eq!(shortened(&"ü".repeat(30)).chars().count(), 22);
    }
}
