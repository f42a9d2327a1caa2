//! Sections of pages as data: what each asks, how it is drawn, and what a reader should do with it.

mod audience;
mod costs;
mod models;
mod overview;
mod performance;
pub mod users;

pub use overview::PAGE as OVERVIEW;

use crate::core::range::Compare;

/// A page that is made of sections.
#[derive(Debug)]
pub struct Page {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its path, after the base.
    pub path: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// Its sections, in order.
    pub sections: &'static [Section],
    /// How many of them stand on the first screen; the others are loaded on their own, once these are there.
    pub first: usize,
    /// With what its tiles are compared, unless the reader chooses otherwise.
    pub compare: Compare,
}

/// A block of a page.
#[derive(Debug)]
pub struct Section {
    /// Unique in its page.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it shows and what to do with it, in sentences.
    pub action: &'static str,
    /// What is measured; the first metric leads.
    pub metrics: &'static [&'static str],
    /// What it is split by.
    pub by: &'static [&'static str],
    /// How it is drawn.
    pub draw: Draw,
    /// Columns of twelve that it takes in a wide window.
    pub columns: u8,
    /// Most values of the dimension.
    pub limit: usize,
}

/// How an answer is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Draw {
    /// Tiles, the first of which is the main chart; metrics in order.
    Tiles,
    /// A line a value over time.
    Lines,
    /// An area over time, with a line at a threshold.
    Area {
        /// The threshold, in the metric's unit.
        threshold: Option<f64>,
    },
    /// Bars over time, stacked by value.
    Stack,
    /// A table, a row a value.
    Table {
        /// Whether each row has a colour by success rate and 95th percentile.
        has_status: bool,
    },
    /// Names with bars.
    Bars,
    /// A map of countries; the list of the same ones is a section beside it.
    Countries,
    /// Shares of a whole.
    Donut,
    /// How often each size occurs, with marks.
    Histogram,
    /// A point a value: the first metric to the right, the second upwards.
    Scatter,
    /// A table of two dimensions, darker where there is more.
    Matrix,
    /// At most three values by several metrics.
    Radar,
}

impl Section {
    /// What it asks beside range and filters: parameters of `GET /api/v1/query`.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let shape = match self.draw {
            Draw::Tiles | Draw::Lines | Draw::Area { .. } | Draw::Stack => "series",
            Draw::Histogram => "distribution",
            Draw::Matrix => "matrix",
            Draw::Table { .. }
            | Draw::Bars
            | Draw::Countries
            | Draw::Donut
            | Draw::Scatter
            | Draw::Radar => "breakdown",
        };
        let mut parameters = vec![
            ("metrics", self.metrics.join(",")),
            ("by", self.by.join(",")),
            ("limit", self.limit.to_string()),
            ("shape", shape.to_owned()),
        ];
        if self.draw != Draw::Tiles {
            // The tiles say whether anything changed; the other sections say where.
            parameters.push(("compare", Compare::None.id().to_owned()));
        }
        parameters
    }

    /// Whether its chart can be split by any dimension: it is over time and has no breakdown of its own.
    pub fn can_split(&self) -> bool {
        self.is_over_time() && self.by.is_empty()
    }

    /// Whether it is drawn over time.
    pub fn is_over_time(&self) -> bool {
        matches!(
            self.draw,
            Draw::Tiles | Draw::Lines | Draw::Area { .. } | Draw::Stack
        )
    }
}

/// Every page of sections.
pub static PAGES: &[&Page] = &[
    &overview::PAGE,
    &audience::PAGE,
    &performance::PAGE,
    &models::PAGE,
    &costs::PAGE,
];

/// The page of this name, and its section of that one.
pub fn find_section(page: &str, section: &str) -> Option<(&'static Page, &'static Section)> {
    let page = PAGES.iter().copied().find(|held| held.id == page)?;
    let section = page.sections.iter().find(|held| held.id == section)?;
    Some((page, section))
}

/// The page at a path.
pub fn find(path: &str) -> Option<&'static Page> {
    PAGES.iter().copied().find(|page| page.path == path)
}
