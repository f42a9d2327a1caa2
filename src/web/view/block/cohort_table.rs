//! Retention: one row for each cohort, one column for each period after it, from red to green.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::number::grouped;
use crate::render::unit::Unit;

/// Steps of the scale, `c0` to `c6` in the style sheet.
const STEPS: usize = 7;

/// What a cohort did in one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Retained {
    /// A finished period: the share that came back, and how many that are.
    Finished {
        /// 0 to 1.
        share: f64,
        /// People.
        people: u64,
    },
    /// A period that still runs; its share can only grow.
    Running {
        /// 0 to 1.
        share: f64,
        /// People so far.
        people: u64,
    },
    /// A period that has not begun.
    Future,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// When it began: "3 Oct".
    pub label: String,
    /// How many people it has.
    pub size: u64,
    /// One for each column.
    pub periods: Vec<Retained>,
    /// The people behind it.
    pub href: Option<String>,
}

/// Between which shares the colours run. Below and above they stay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CohortScale {
    /// The share that is red.
    pub low: f64,
    /// The share that is green.
    pub high: f64,
}

#[derive(Clone, Debug)]
struct Cell {
    class: String,
    text: String,
    tip: String,
    is_running: bool,
    /// Where the keyboard enters the table.
    is_stop: bool,
}

#[derive(Clone, Debug)]
struct Row {
    label: String,
    size: String,
    href: Option<String>,
    cells: Vec<Option<Cell>>,
}

/// The table. Place it with `{{ cohorts }}`. The arrow keys move through it.
#[derive(Clone, Debug, Template)]
#[template(path = "block/cohort_table.html")]
pub struct CohortTable {
    caption: String,
    periods: Vec<String>,
    rows: Vec<Row>,
    average: Vec<Option<Cell>>,
    has_running: bool,
}

impl HtmlSafe for CohortTable {}

impl CohortTable {
    /// Cohorts, oldest first, under the heads of their periods: "W0", "W1". The last row is the average of finished
    /// periods, weighted by size. `scale` is taken from the finished periods if none is given.
    pub fn new(
        caption: impl Into<String>,
        periods: Vec<String>,
        cohorts: Vec<Cohort>,
        scale: Option<CohortScale>,
    ) -> Self {
        let scale = scale.unwrap_or_else(|| scale_of(&cohorts));
        let average = (0..periods.len())
            .map(|column| {
                let (people, size) =
                    cohorts
                        .iter()
                        .fold((0_u64, 0_u64), |(people, size), cohort| {
                            match cohort.periods.get(column) {
                                Some(Retained::Finished { people: back, .. }) => {
                                    (people + back, size + cohort.size)
                                }
                                Some(Retained::Running { .. } | Retained::Future) | None => {
                                    (people, size)
                                }
                            }
                        });
                (size > 0).then(|| {
                    let share = people as f64 / size as f64;
                    let tip = tip("All cohorts", &periods[column], share, people, size, false);
                    cell(share, scale, column == 0, false, tip)
                })
            })
            .collect();
        let mut rows: Vec<Row> = cohorts
            .into_iter()
            .map(|cohort| Row {
                cells: periods
                    .iter()
                    .enumerate()
                    .map(|(column, head)| {
                        let (share, people, is_running) = match cohort.periods.get(column)? {
                            Retained::Finished { share, people } => (*share, *people, false),
                            Retained::Running { share, people } => (*share, *people, true),
                            Retained::Future => return None,
                        };
                        let tip = tip(&cohort.label, head, share, people, cohort.size, is_running);
                        Some(cell(share, scale, column == 0, is_running, tip))
                    })
                    .collect(),
                size: Unit::Count.short(cohort.size as f64),
                label: cohort.label,
                href: cohort.href,
            })
            .collect();
        if let Some(cell) = rows
            .iter_mut()
            .flat_map(|row| &mut row.cells)
            .flatten()
            .next()
        {
            cell.is_stop = true;
        }
        Self {
            caption: caption.into(),
            has_running: rows
                .iter()
                .any(|row| row.cells.iter().flatten().any(|cell| cell.is_running)),
            periods,
            rows,
            average,
        }
    }
}

/// From the lowest to the highest finished share after the first period, but at least ten points apart, or the
/// colours would shout about noise.
fn scale_of(cohorts: &[Cohort]) -> CohortScale {
    let shares = cohorts
        .iter()
        .flat_map(|cohort| cohort.periods.iter().skip(1))
        .filter_map(|retained| match retained {
            Retained::Finished { share, .. } => Some(*share),
            Retained::Running { .. } | Retained::Future => None,
        });
    let (low, high) = shares.fold((1.0_f64, 0.0_f64), |(low, high), share| {
        (low.min(share), high.max(share))
    });
    if high < low {
        return CohortScale {
            low: 0.0,
            high: 1.0,
        };
    }
    let missing = (0.1 - (high - low)).max(0.0) / 2.0;
    CohortScale {
        low: (low - missing).max(0.0),
        high: (high + missing).min(1.0),
    }
}

fn cell(share: f64, scale: CohortScale, is_base: bool, is_running: bool, tip: String) -> Cell {
    let place = (share - scale.low) / (scale.high - scale.low).max(f64::EPSILON);
    // A float between 0 and 7, so the conversion keeps it.
    let step = (place.clamp(0.0, 1.0) * STEPS as f64) as usize;
    Cell {
        class: if is_base {
            "c-base".into()
        } else {
            format!("c{}", step.min(STEPS - 1))
        },
        text: format!("{}%", grouped(share * 100.0, 0)),
        tip,
        is_running,
        is_stop: false,
    }
}

fn tip(cohort: &str, period: &str, share: f64, people: u64, size: u64, is_running: bool) -> String {
    let so_far = if is_running { ", so far" } else { "" };
    [
        format!("{cohort}, {period}{so_far}"),
        "Share".into(),
        Unit::Share.full(share),
        "People".into(),
        format!(
            "{} of {}",
            Unit::Count.full(people as f64),
            Unit::Count.full(size as f64)
        ),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Cohort, CohortScale, CohortTable, Retained, scale_of};

    fn finished(people: u64, size: u64) -> Retained {
        Retained::Finished {
            share: people as f64 / size as f64,
            people,
        }
    }

    fn cohorts() -> Vec<Cohort> {
        let cohort = |label: &str, size, periods: Vec<Retained>| Cohort {
            label: label.into(),
            size,
            periods,
            href: None,
        };
        vec![
            cohort(
                "3 Oct",
                100,
                vec![finished(100, 100), finished(50, 100), finished(30, 100)],
            ),
            cohort(
                "10 Oct",
                300,
                vec![
                    finished(300, 300),
                    finished(90, 300),
                    Retained::Running {
                        share: 0.05,
                        people: 15,
                    },
                ],
            ),
        ]
    }

    fn heads() -> Vec<String> {
        vec!["W0".into(), "W1".into(), "W2".into()]
    }

    #[test]
    fn the_average_is_weighted_by_size_and_leaves_running_periods_out() {
        let table = CohortTable::new("Retention", heads(), cohorts(), None);

        // W1: 140 of 400. W2: only the first cohort has finished it, 30 of 100.
        let texts: Vec<_> = table
            .average
            .iter()
            .map(|cell| cell.as_ref().map(|cell| cell.text.clone()))
            .collect();
        assert_eq!(
            texts,
            [Some("100%".into()), Some("35%".into()), Some("30%".into())]
        );
        assert!(
            table.average[1]
                .as_ref()
                .is_some_and(|cell| cell.tip.ends_with("140 of 400"))
        );
        assert!(table.has_running);
    }

    #[test]
    fn colours_run_from_the_lowest_to_the_highest_finished_share() {
        // W1 and W2 are 50 %, 30 %, 30 %; the running 5 % does not stretch the scale.
        let scale = scale_of(&cohorts());
        assert!(
            (scale.low - 0.3).abs() < 1e-9 && (scale.high - 0.5).abs() < 1e-9,
            "{scale:?}"
        );

        let table = CohortTable::new("Retention", heads(), cohorts(), None);
        let class = |row: usize, column: usize| {
            table.rows[row].cells[column]
                .as_ref()
                .map(|cell| cell.class.clone())
                .expect("the cell has begun")
        };
        assert_eq!(class(0, 0), "c-base");
        assert_eq!(class(0, 1), "c6");
        assert_eq!(class(0, 2), "c0");
        assert_eq!(class(1, 2), "c0");
    }

    #[test]
    fn a_few_points_of_noise_do_not_run_from_red_to_green() {
        let cohort = |share: f64| Cohort {
            label: "x".into(),
            size: 100,
            periods: vec![finished(100, 100), Retained::Finished { share, people: 0 }],
            href: None,
        };

        let scale = scale_of(&[cohort(0.4), cohort(0.42)]);

        // 2 points apart become 10, around the middle.
        assert!((scale.low - 0.36).abs() < 1e-9 && (scale.high - 0.46).abs() < 1e-9);
        assert_eq!(
            scale_of(&[]),
            CohortScale {
                low: 0.0,
                high: 1.0
            }
        );
    }
}
