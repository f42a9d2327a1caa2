//! The week by hours: a real table of 7 × 24 cells, from light to strong.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::unit::Unit;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Steps of the scale, `q0` to `q8` in the style sheet.
const STEPS: usize = 9;

/// One hour of the week, over the asked period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatHour {
    /// Mean per occurrence of that hour.
    pub mean: f64,
    /// Sum over all occurrences.
    pub total: f64,
    /// How often that hour occurred in the period.
    pub occurrences: u32,
}

#[derive(Clone, Debug)]
struct Cell {
    class: String,
    value: String,
    tip: String,
}

#[derive(Clone, Debug)]
struct Day {
    name: &'static str,
    cells: Vec<Option<Cell>>,
}

/// 24 × 7 cells. Place it with `{{ heat_map }}`. The arrow keys move through it.
#[derive(Clone, Debug, Template)]
#[template(path = "block/heat_map.html")]
pub struct HeatMap {
    caption: String,
    hours: Vec<String>,
    days: Vec<Day>,
    peak: Option<String>,
    first: usize,
}

impl HtmlSafe for HeatMap {}

impl HeatMap {
    /// Hours of the week in the project's zone, Monday first; `None` where the hour did not occur in the period.
    ///
    /// `caption` names it with its zone: "Requests by weekday and hour, Europe/Berlin". `counted` is what a cell
    /// counts: "Requests".
    pub fn new(
        caption: impl Into<String>,
        counted: &str,
        unit: &Unit,
        hours: &[[Option<HeatHour>; 24]; 7],
    ) -> Self {
        let all = || {
            hours
                .iter()
                .enumerate()
                .flat_map(|(day, hours)| {
                    hours
                        .iter()
                        .enumerate()
                        .map(move |(hour, cell)| (day, hour, cell))
                })
                .filter_map(|(day, hour, cell)| cell.map(|cell| (day, hour, cell)))
        };
        let most = all().fold(0.0_f64, |most, (_, _, cell)| most.max(cell.mean));
        let peak = all()
            .filter(|(_, _, cell)| cell.mean > 0.0)
            // Of equal hours the first one of the week, so that the page is the same each time.
            .reduce(|best, next| {
                if next.2.mean > best.2.mean {
                    next
                } else {
                    best
                }
            })
            .map(|(day, hour, _)| format!("{} {hour:02}:00", DAYS[day]));
        // A mean of counts is not whole.
        let mean_unit = if *unit == Unit::Count {
            &Unit::Number
        } else {
            unit
        };
        let days = hours
            .iter()
            .zip(DAYS)
            .map(|(hours, name)| Day {
                name,
                cells: hours
                    .iter()
                    .enumerate()
                    .map(|(hour, cell)| {
                        cell.map(|cell| Cell {
                            class: format!("q{}", step(cell.mean, most)),
                            value: mean_unit.short(cell.mean),
                            tip: [
                                format!("{name} {hour:02}:00 to {:02}:00", (hour + 1) % 24),
                                "Mean".into(),
                                mean_unit.full(cell.mean),
                                counted.into(),
                                unit.full(cell.total),
                                "Occurrences".into(),
                                cell.occurrences.to_string(),
                            ]
                            .join("\n"),
                        })
                    })
                    .collect(),
            })
            .collect();
        Self {
            caption: caption.into(),
            hours: (0..24).map(|hour| format!("{hour:02}")).collect(),
            days,
            peak,
            first: all().next().map_or(0, |(day, hour, _)| day * 24 + hour),
        }
    }
}

/// 0 for nothing, then eight equal steps up to the most.
fn step(value: f64, most: f64) -> usize {
    if value <= 0.0 || most <= 0.0 {
        return 0;
    }
    // A float between 0 and 8, so the conversion keeps it.
    let step = (value / most * (STEPS - 1) as f64).ceil() as usize;
    step.clamp(1, STEPS - 1)
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{HeatHour, HeatMap, step};
    use crate::render::unit::Unit;

    #[test]
    fn only_an_hour_without_anything_has_the_lowest_step() {
        let steps: Vec<usize> = [0.0, 0.1, 50.0, 100.0]
            .iter()
            .map(|value| step(*value, 100.0))
            .collect();

        assert_eq!(steps, [0, 1, 4, 8]);
        assert_eq!(step(0.0, 0.0), 0);
    }

    #[test]
    fn a_cell_says_mean_sum_and_occurrences_and_the_first_of_equal_hours_is_the_peak() {
        let mut hours = [[None; 24]; 7];
        let hour = HeatHour {
            mean: 2.5,
            total: 10.0,
            occurrences: 4,
        };
        hours[0][9] = Some(hour);
        hours[4][23] = Some(hour);

        let html = HeatMap::new("Requests, UTC", "Requests", &Unit::Count, &hours)
            .render()
            .expect("a heat map renders");

        assert!(
            html.contains(
                "data-tip=\"Mon 09:00 to 10:00\nMean\n2.5\nRequests\n10\nOccurrences\n4\""
            )
        );
        assert!(html.contains("Fri 23:00 to 00:00"));
        assert!(html.contains(">Mon 09:00</b>"));
        // One stop for the keyboard; the arrow keys do the rest.
        assert_eq!(html.matches("tabindex=\"0\" data-tip").count(), 1);
    }
}
