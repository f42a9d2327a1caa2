//! The filters of a page as chips, and the form that adds one.

use crate::web::view::block::menu::Menu;
use crate::web::view::field::Select;

/// A filter that holds.
#[derive(Clone, Debug)]
pub struct FilterChip {
    /// The dimension: "Provider".
    pub label: String,
    /// How it is compared, unless it is plain equality: "is not". May be empty.
    pub comparison: String,
    /// With what: "OpenAI".
    pub value: String,
    /// The page without it.
    pub remove_href: String,
}

/// Filters. Place it below the header with `{% call kit::filter_bar(frame, bar) %}{% endcall %}`.
///
/// The form sends `add_by`, `add_is` and `add_value` by GET, with all that is `kept`; the page's handler makes a
/// filter of them and redirects to the address that holds it.
#[derive(Clone, Debug)]
pub struct FilterBar {
    /// The filters that hold.
    pub chips: Vec<FilterChip>,
    /// The page without any.
    pub clear_href: String,
    /// The page's path.
    pub action: String,
    /// All parameters of the page's address, to be kept.
    pub kept: Vec<(String, String)>,
    /// What can be filtered by.
    pub dimensions: Select,
    /// How: is, is not, contains.
    pub comparisons: Select,
    /// Values to suggest. May be empty.
    pub suggestions: Vec<String>,
    /// By what the page's charts are split, where they can be.
    pub split: Option<Menu>,
}
