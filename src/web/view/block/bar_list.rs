//! Names with a figure and a bar: the usual way to show shares and rankings.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::colour::Colour;
use crate::render::unit::Unit;

/// What a row is made from.
#[derive(Clone, Debug)]
pub struct BarEntry {
    /// Its name.
    pub label: String,
    /// Its colour; a dot stands before the name of what has one.
    pub colour: Option<Colour>,
    /// Its size; never negative.
    pub value: f64,
    /// A part of it that is drawn stronger: input tokens of all tokens.
    pub inner: Option<f64>,
    /// A second figure, in grey: "12.4%". May be empty.
    pub note: String,
    /// The page with this as a filter.
    pub href: Option<String>,
}

/// A row with its finished widths.
#[derive(Clone, Debug)]
struct Row {
    label: String,
    colour: Option<Colour>,
    value: String,
    exact: String,
    note: String,
    href: Option<String>,
    width: String,
    inner_width: Option<String>,
}

/// A list of bars on one scale, largest first. Place it with `{{ list }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "block/bar_list.html")]
pub struct BarList {
    label: String,
    rows: Vec<Row>,
}

impl HtmlSafe for BarList {}

impl BarList {
    /// The list in the order given; the longest bar is the largest value's. `label` names the list.
    pub fn new(label: impl Into<String>, unit: &Unit, entries: Vec<BarEntry>) -> Self {
        let most = entries
            .iter()
            .fold(0.0_f64, |most, entry| most.max(entry.value));
        let rows = entries
            .into_iter()
            .map(|entry| Row {
                value: unit.short(entry.value),
                exact: unit.full(entry.value),
                width: percent(entry.value, most),
                inner_width: entry.inner.map(|inner| percent(inner, most)),
                label: entry.label,
                colour: entry.colour,
                note: entry.note,
                href: entry.href,
            })
            .collect();
        Self {
            label: label.into(),
            rows,
        }
    }
}

/// A width as an SVG attribute takes it, since the policy forbids styles in HTML: "42.0".
pub fn percent(part: f64, all: f64) -> String {
    let share = if all > 0.0 {
        (part / all).clamp(0.0, 1.0)
    } else {
        0.0
    };
    format!("{:.1}", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_bar_is_never_longer_than_its_track() {
        assert_eq!(percent(1.0, 4.0), "25.0");
        assert_eq!(percent(5.0, 4.0), "100.0");
        assert_eq!(percent(0.0, 0.0), "0.0");
    }
}
