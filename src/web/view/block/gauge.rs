//! How much of a budget is used: an arc with marks. For nothing but budgets.

use std::f64::consts::PI;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::number::grouped;
use crate::web::view::shell::Tone;

/// Middle of the arc and its radius, in a view box of 200 × 122.
const MIDDLE: f64 = 100.0;
const RADIUS: f64 = 80.0;

/// A gauge. Place it with `{{ gauge }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "block/gauge.html")]
pub struct Gauge {
    summary: String,
    text: String,
    note: String,
    tone: Tone,
    track: String,
    arc: Option<String>,
    marks: Vec<String>,
}

impl HtmlSafe for Gauge {}

impl Gauge {
    /// The share that is used, which may be more than 1; what stands below it ("$21.9K of $30K"); the shares at which
    /// somebody is told; and how it stands.
    pub fn new(used: f64, note: impl Into<String>, marks: &[f64], tone: Tone) -> Self {
        let note = note.into();
        let text = percent_used(used);
        let full = used.clamp(0.0, 1.0);
        Self {
            summary: format!("{text} of the budget is used: {note}"),
            text,
            note,
            tone,
            track: arc(0.0, 1.0),
            // An arc without length would be a dot.
            arc: (full > 0.0).then(|| arc(0.0, full)),
            marks: marks.iter().map(|share| mark(*share)).collect(),
        }
    }
}

/// A used share as per cent: whole ones, as a budget is not steered by tenths, and cut, as 79.6 % is not 80 % yet; but
/// what has begun is not nothing.
pub fn percent_used(share: f64) -> String {
    // What is lost in turning per cent into a share and back must not cost a whole one.
    let percent = (share * 100.0 + 1e-9).floor();
    if share > 0.0 && percent < 1.0 {
        return "<1%".to_owned();
    }
    format!("{}%", grouped(percent, 0))
}

/// A point at a share of the half circle, from the left.
fn point(radius: f64, share: f64) -> String {
    let angle = PI * (1.0 + share.clamp(0.0, 1.0));
    format!(
        "{:.2} {:.2}",
        MIDDLE + radius * angle.cos(),
        MIDDLE + radius * angle.sin()
    )
}

fn arc(from: f64, to: f64) -> String {
    format!(
        "M{}A{RADIUS} {RADIUS} 0 0 1 {}",
        point(RADIUS, from),
        point(RADIUS, to)
    )
}

fn mark(share: f64) -> String {
    format!(
        "M{}L{}",
        point(RADIUS - 10.0, share),
        point(RADIUS + 10.0, share)
    )
}

#[cfg(test)]
mod tests {
    use super::{Gauge, arc, percent_used};
    use crate::web::view::shell::Tone;

    #[test]
    fn the_arc_runs_from_left_over_the_top_to_the_right() {
        assert_eq!(arc(0.0, 0.5), "M20.00 100.00A80 80 0 0 1 100.00 20.00");
        assert_eq!(arc(0.0, 1.0), "M20.00 100.00A80 80 0 0 1 180.00 100.00");
    }

    #[test]
    fn what_is_used_is_cut_to_whole_per_cent_but_never_to_nothing() {
        assert_eq!(percent_used(0.0), "0%");
        assert_eq!(percent_used(0.000_1), "<1%");
        assert_eq!(percent_used(0.009_9), "<1%");
        assert_eq!(percent_used(0.01), "1%");
        assert_eq!(percent_used(0.796), "79%");
        assert_eq!(percent_used(29.0 / 100.0), "29%");
        assert_eq!(percent_used(12.345), "1,234%");
    }

    #[test]
    fn more_than_the_budget_fills_the_arc_and_is_still_said() {
        let gauge = Gauge::new(1.284, "$38.5K of $30K", &[0.8], Tone::Bad);

        assert_eq!(gauge.text, "128%");
        assert_eq!(gauge.arc, Some(gauge.track.clone()));
        assert_eq!(Gauge::new(0.731, "", &[], Tone::Plain).text, "73%");
        assert_eq!(Gauge::new(0.0, "", &[], Tone::Plain).arc, None);
    }
}
