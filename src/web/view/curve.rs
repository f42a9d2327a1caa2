//! Lines and areas as SVG paths.
//!
//! Pure geometry. The live script draws by the same rule (`static/src/js/curve.js`, and `plot.cases.json` holds
//! what both must answer), so that the first live update does not move the line. The base line is zero: a small
//! change must not look large.

use std::fmt::Write;

/// A view box and where zero and the largest value lie in it.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// Width of the view box.
    pub width: f64,
    /// Height of the view box.
    pub height: f64,
    /// Where the largest value lies, from above.
    pub top: f64,
    /// Where zero lies, from above.
    pub zero: f64,
}

/// A line and the area below it, as path data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    /// The line; empty without a value.
    pub line: String,
    /// The area between line and the lower edge.
    pub fill: String,
}

impl Curve {
    /// The curve through values at equal steps, oldest first, where `most` touches the canvas's top.
    /// `None` is a gap; the line does not cross it.
    pub fn new(values: &[Option<f64>], most: f64, canvas: Canvas) -> Curve {
        let x = |index: usize| match values.len() {
            0 | 1 => 0.0,
            count => index as f64 / (count - 1) as f64 * canvas.width,
        };
        let y = |value: f64| {
            let share = if most > 0.0 {
                (value / most).clamp(0.0, 1.0)
            } else {
                0.0
            };
            canvas.zero - share * (canvas.zero - canvas.top)
        };
        let points: Vec<Option<(String, String)>> = values
            .iter()
            .enumerate()
            .map(|(index, value)| value.map(|value| (coordinate(x(index)), coordinate(y(value)))))
            .collect();

        let mut curve = Curve::default();
        for run in points.split(Option::is_none) {
            let run: Vec<&(String, String)> = run.iter().flatten().collect();
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let points: Vec<String> = run.iter().map(|(x, y)| format!("{x} {y}")).collect();
            let path = points.join("L");
            curve.line.push('M');
            curve.line.push_str(&path);
            if run.len() == 1 {
                // A point alone has no length; a stroke of length zero with round caps is a dot.
                curve.line.push_str("h0");
                continue;
            }
            let height = coordinate(canvas.height);
            write!(
                curve.fill,
                "M{} {height}L{path}L{} {height}Z",
                first.0, last.0
            )
            .expect("a String takes every write");
        }
        curve
    }
}

/// The largest of some values; 0 without one.
pub fn largest(values: &[Option<f64>]) -> f64 {
    let values = values.iter().flatten();
    values.fold(0.0_f64, |most, value| most.max(*value))
}

/// One decimal, without a trailing ".0": enough for a line one and a half pixels wide.
pub fn coordinate(number: f64) -> String {
    // Halves go up, as in the script; formatting alone would take them to the even neighbour.
    let text = format!("{:.1}", (number * 10.0).round() / 10.0);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Canvas, Curve};

    const BOX: Canvas = Canvas {
        width: 160.0,
        height: 40.0,
        top: 3.0,
        zero: 38.0,
    };

    fn curve(values: &[Option<f64>], most: f64) -> Curve {
        Curve::new(values, most, BOX)
    }

    #[test]
    fn a_line_starts_at_zero_and_touches_the_top_at_its_largest_value() {
        // x: 0, 80, 160. y: 38 - share × 35: 0 of 4 → 38, 4 of 4 → 3, 2 of 4 → 20.5.
        let drawn = curve(&[Some(0.0), Some(4.0), Some(2.0)], 4.0);

        assert_eq!(drawn.line, "M0 38L80 3L160 20.5");
        assert_eq!(drawn.fill, "M0 40L0 38L80 3L160 20.5L160 40Z");
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_point_alone_is_a_dot() {
        let drawn = curve(&[Some(1.0), Some(1.0), None, Some(1.0), None], 1.0);

        assert_eq!(drawn.line, "M0 3L40 3M120 3h0");
        assert_eq!(drawn.fill, "M0 40L0 3L40 3L40 40Z");
    }

    #[test]
    fn nothing_but_gaps_draws_nothing() {
        assert_eq!(curve(&[None, None], 1.0), Curve::default());
        assert_eq!(curve(&[], 0.0), Curve::default());
    }

    proptest! {
        #[test]
        fn every_path_holds_only_what_an_attribute_may_hold(
            values in prop::collection::vec(prop::option::of(-1e9_f64..1e15), 0..90),
        ) {
            let drawn = curve(&values, super::largest(&values));
            let is_plain = |text: &str| text.chars().all(|letter| "MLhZ .0123456789".contains(letter));
            prop_assert!(is_plain(&drawn.line) && is_plain(&drawn.fill), "{drawn:?}");
        }
    }
}
