//! A choice of one value among a few, which changes the page's address.

use crate::web::view::block::range_bar::LinkChoice;

/// One of a few values, as a menu of links. Place it among chips with `{% call kit::menu(frame, menu) %}{% endcall %}`.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What is chosen: "Order".
    pub label: String,
    /// What holds now.
    pub current: String,
    /// The choices.
    pub choices: Vec<LinkChoice>,
}
