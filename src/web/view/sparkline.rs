//! Small drawings from numbers: the line of the last hour, and its bars.
//!
//! Pure geometry. The live script redraws by the same rule (`static/src/js/spark.js`), so that the first
//! live update does not move the line. The base line is zero: a small change must not look large.

use std::fmt::Write;

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 40.0;
/// Room above the highest point and below zero, so that the stroke is not cut.
const MARGIN_TOP: f64 = 3.0;
const MARGIN_BOTTOM: f64 = 2.0;
/// Height of the bars of the last hour, in units of their view box.
const BAR_HEIGHT: f64 = 64.0;

/// SVG paths in a view box of 160 × 40.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sparkline {
    /// The line; empty without a value.
    pub line: String,
    /// The area between line and zero.
    pub fill: String,
}

impl Sparkline {
    /// The line through values at equal steps, oldest first. `None` is a gap; the line does not cross it.
    pub fn new(values: &[Option<f64>]) -> Self {
        let top = values
            .iter()
            .flatten()
            .fold(0.0_f64, |top, value| top.max(*value));
        let x = |index: usize| match values.len() {
            0 | 1 => 0.0,
            count => index as f64 / (count - 1) as f64 * WIDTH,
        };
        let y = |value: f64| {
            let share = if top > 0.0 { value / top } else { 0.0 };
            HEIGHT - MARGIN_BOTTOM - share * (HEIGHT - MARGIN_TOP - MARGIN_BOTTOM)
        };
        let points: Vec<Option<(String, String)>> = values
            .iter()
            .enumerate()
            .map(|(index, value)| value.map(|value| (coordinate(x(index)), coordinate(y(value)))))
            .collect();

        let mut drawing = Self::default();
        for run in points.split(Option::is_none) {
            let run: Vec<String> = run
                .iter()
                .flatten()
                .map(|(x, y)| format!("{x} {y}"))
                .collect();
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let path = run.join("L");
            drawing.line.push('M');
            drawing.line.push_str(&path);
            if run.len() == 1 {
                // A point alone has no length; a stroke of length zero with round caps is a dot.
                drawing.line.push_str("h0");
                continue;
            }
            let from = first.split(' ').next().unwrap_or_default();
            let to = last.split(' ').next().unwrap_or_default();
            write!(drawing.fill, "M{from} {HEIGHT}L{path}L{to} {HEIGHT}Z")
                .expect("a String takes every write");
        }
        drawing
    }
}

/// One bar of the last hour, in a view box 64 high where each bar is 4 wide, 1 of it a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Left edge.
    pub x: String,
    /// Upper edge.
    pub y: String,
    /// Height; a bar of zero is drawn 1 high, in grey.
    pub height: String,
    /// The class: "none" for zero, "part" for the running minute, else empty.
    pub class: &'static str,
}

/// Bars of equal steps, oldest first; the last one is still running.
pub fn bars(values: &[f64]) -> Vec<Bar> {
    let top = values.iter().fold(1.0_f64, |top, value| top.max(*value));
    values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let height = if *value > 0.0 {
                (value / top * BAR_HEIGHT).max(2.0)
            } else {
                1.0
            };
            Bar {
                x: (index * 4).to_string(),
                y: coordinate(BAR_HEIGHT - height),
                height: coordinate(height),
                class: match (*value > 0.0, index + 1 == values.len()) {
                    (false, _) => "none",
                    (true, true) => "part",
                    (true, false) => "",
                },
            }
        })
        .collect()
}

/// One decimal, without a trailing ".0": enough for a line one and a half pixels wide.
fn coordinate(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Sparkline, bars};

    #[test]
    fn a_line_starts_at_zero_and_touches_the_top_at_its_highest_value() {
        // x: 0, 80, 160. y: 38 - share × 35: 0 of 4 → 38, 4 of 4 → 3, 2 of 4 → 20.5.
        let drawing = Sparkline::new(&[Some(0.0), Some(4.0), Some(2.0)]);

        assert_eq!(drawing.line, "M0 38L80 3L160 20.5");
        assert_eq!(drawing.fill, "M0 40L0 38L80 3L160 20.5L160 40Z");
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_point_alone_is_a_dot() {
        let drawing = Sparkline::new(&[Some(1.0), Some(1.0), None, Some(1.0), None]);

        assert_eq!(drawing.line, "M0 3L40 3M120 3h0");
        assert_eq!(drawing.fill, "M0 40L0 3L40 3L40 40Z");
    }

    #[test]
    fn nothing_but_gaps_draws_nothing() {
        assert_eq!(Sparkline::new(&[None, None]), Sparkline::default());
        assert_eq!(Sparkline::new(&[]), Sparkline::default());
    }

    #[test]
    fn bars_share_the_scale_and_mark_the_empty_and_the_running_minute() {
        let drawn = bars(&[2.0, 0.0, 4.0]);

        // 2 of 4 is half of 64; zero is a grey line; 4 of 4 is the whole height.
        let seen: Vec<_> = drawn
            .iter()
            .map(|bar| (&*bar.x, &*bar.y, &*bar.height, bar.class))
            .collect();
        assert_eq!(
            seen,
            [
                ("0", "32", "32", ""),
                ("4", "63", "1", "none"),
                ("8", "0", "64", "part")
            ]
        );
    }

    proptest! {
        #[test]
        fn every_path_holds_only_what_an_attribute_may_hold(
            values in prop::collection::vec(prop::option::of(0.0_f64..1e15), 0..90),
        ) {
            let drawing = Sparkline::new(&values);
            let is_plain = |text: &str| text.chars().all(|letter| "MLhZ .0123456789".contains(letter));
            prop_assert!(is_plain(&drawing.line) && is_plain(&drawing.fill), "{drawing:?}");
        }
    }
}
