//! A page of sections: cards with charts, tables and lists, under a range and filters.

use askama::Template;

use crate::web::view::block::bar_list::BarList;
use crate::web::view::block::card::{Card, Waiting};
use crate::web::view::block::chart::ChartBlock;
use crate::web::view::block::country_map::CountryMap;
use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::filter_bar::FilterBar;
use crate::web::view::block::kpi::KpiStrip;
use crate::web::view::block::range_bar::RangeBar;
use crate::web::view::block::state::{Empty, Failure};
use crate::web::view::budgets::BudgetPanel;
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// What stands in a card.
#[derive(Clone, Debug)]
pub enum Content {
    /// A chart.
    Chart(Box<ChartBlock>),
    /// Tiles over their main chart.
    Tiles(Box<KpiStrip>, Box<ChartBlock>),
    /// A table.
    Table(Box<DataTable>),
    /// Names with bars.
    Bars(Box<BarList>),
    /// A map of countries; a list of the same ones stands beside it.
    Map(Box<CountryMap>),
    /// Nothing is there.
    Empty(Box<Empty>),
    /// It could not be computed.
    Failure(Box<Failure>),
    /// It is loaded once the page is there.
    Waiting(Box<Waiting>),
}

/// A section of the page.
#[derive(Clone, Debug)]
pub struct ReportSection {
    /// Its frame.
    pub card: Card,
    /// What stands in it.
    pub content: Content,
}

/// Sections under the range and the filters that hold for all of them.
#[derive(Clone, Debug)]
pub struct Report {
    /// Range, days, comparison.
    pub range: RangeBar,
    /// Filters.
    pub filters: FilterBar,
    /// What a split means for the figures, in sentences. May be empty.
    pub split: String,
    /// A sentence about what is not in the figures. May be empty.
    pub doubt: String,
    /// The sections, in order.
    pub sections: Vec<ReportSection>,
}

impl Report {
    /// The address of the page with all of it drawn, for readers without script; none if it is.
    pub fn whole_href(&self) -> Option<&str> {
        self.sections
            .iter()
            .find_map(|section| match &section.content {
                Content::Waiting(waiting) => Some(waiting.whole_href()),
                _ => None,
            })
    }
}

/// `GET /sections/{page}/{section}`: one section without the page around it.
#[derive(Template)]
#[template(path = "section.html")]
pub struct SectionAlone {
    /// The page's frame.
    pub frame: Frame,
    /// The section.
    pub section: ReportSection,
}

/// `GET /performance`, `/models`, `/costs`.
#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Its title.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// Budgets, on the page of costs.
    pub budgets: Option<Box<BudgetPanel>>,
    /// Its sections.
    pub report: Report,
}
