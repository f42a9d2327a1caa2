//! People one by one: the list, one of them, and the receipts of those who were erased.

use askama::Template;

use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::filter_bar::FilterBar;
use crate::web::view::block::range_bar::RangeBar;
use crate::web::view::block::state::Empty;
use crate::web::view::field::Field;
use crate::web::view::frame::Frame;
use crate::web::view::moment::Moment;
use crate::web::view::report::{Content, ReportSection};
use crate::web::view::shell::Shell;

/// `GET /users/list`.
#[derive(Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// "in the last 30 days".
    pub over: String,
    /// Range and days.
    pub range: RangeBar,
    /// Filters.
    pub filters: FilterBar,
    /// What the search form keeps.
    pub kept: Vec<(String, String)>,
    /// What is searched.
    pub search: Field,
    /// The people; `None` if nobody is found.
    pub table: Option<DataTable>,
    /// What stands in place of nobody.
    pub empty: Empty,
    /// The page before.
    pub earlier_href: Option<String>,
    /// The page after.
    pub later_href: Option<String>,
}

/// Another id of somebody.
#[derive(Clone, Debug)]
pub struct AliasRow {
    /// The id.
    pub name: String,
    /// `user` or `anonymous`.
    pub kind: &'static str,
}

/// `GET /users/person`.
#[derive(Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The id.
    pub name: String,
    /// `user` or `anonymous`.
    pub kind: &'static str,
    /// Range and days.
    pub range: RangeBar,
    /// What they did.
    pub sections: Vec<ReportSection>,
    /// Everyone who turned out to be them.
    pub aliases: Vec<AliasRow>,
    /// Into whom to merge.
    pub into: Field,
    /// Where the export is.
    pub export_href: String,
}

/// A receipt.
#[derive(Clone, Debug)]
pub struct ReceiptRow {
    /// Its number.
    pub id: String,
    /// The hash of whom it was about.
    pub hash: String,
    /// When it was asked for.
    pub asked: Moment,
    /// When it was done.
    pub done: Option<Moment>,
    /// Events that were removed.
    pub events: String,
    /// Names that were removed.
    pub names: String,
}

/// `GET /users/erased`.
#[derive(Template)]
#[template(path = "erased.html")]
pub struct ErasedPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The receipts, the newest first.
    pub rows: Vec<ReceiptRow>,
}
