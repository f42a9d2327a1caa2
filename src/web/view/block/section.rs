//! A part of a page that is loaded and brought up to date on its own.

/// `<an-section>`: open it with `{% call kit::section(section) %} card {% endcall %}`.
///
/// Its address answers with the same card as HTML, without the page around it. The handler of that address and the
/// page share one template, so that both show the same.
#[derive(Clone, Debug)]
pub struct Section {
    /// The address of the card, with the page's query: "/sections/costs/by-model?range=30d".
    pub src: String,
    /// Seconds between two loads while the page is visible; none to load it only once.
    pub refresh_s: Option<u32>,
    /// The class of its place in the grid, which is its card's: `card.width.class()`.
    pub class: &'static str,
}
