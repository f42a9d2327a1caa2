//! The events behind a figure, the latest first, a page at a time.

use askama::Template;

use crate::web::view::block::card::Card;
use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::filter_bar::FilterBar;
use crate::web::view::block::range_bar::RangeBar;
use crate::web::view::block::state::Empty;
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// `GET /rows`.
#[derive(Template)]
#[template(path = "rows.html")]
pub struct RowsPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// What the rows are, and of which figure.
    pub about: String,
    /// Range and days.
    pub range: RangeBar,
    /// Filters.
    pub filters: FilterBar,
    /// The card around the rows.
    pub card: Card,
    /// The rows.
    pub table: DataTable,
    /// What is said where there are none.
    pub empty: Option<Empty>,
    /// The first page, if this is another one.
    pub first_href: Option<String>,
    /// The next page, if there is one.
    pub next_href: Option<String>,
}
