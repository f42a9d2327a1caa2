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
    /// Whether the line bends between values instead of breaking at them. It passes through every value and is
    /// nowhere above or below its two neighbours, so that no peak is drawn that was not there.
    pub is_smooth: bool,
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
        let points: Vec<Option<(f64, f64)>> = values
            .iter()
            .enumerate()
            .map(|(index, value)| value.map(|value| (x(index), y(value))))
            .collect();

        let mut curve = Curve::default();
        for run in points.split(Option::is_none) {
            let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let path = match canvas.is_smooth {
                true => bent(&run),
                false => run.iter().map(place).collect::<Vec<String>>().join("L"),
            };
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
                coordinate(first.0),
                coordinate(last.0)
            )
            .expect("a String takes every write");
        }
        curve
    }
}

/// A point as path data: "80 20.5".
fn place((x, y): &(f64, f64)) -> String {
    format!("{} {}", coordinate(*x), coordinate(*y))
}

/// A monotone cubic through points at equal steps. [Steffen 1990, "A simple method for monotonic interpolation"]
fn bent(run: &[(f64, f64)]) -> String {
    let rise: Vec<f64> = run.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    // One point or two have nothing to bend.
    if rise.len() < 2 {
        return run.iter().map(place).collect::<Vec<String>>().join("L");
    }
    let mut path = place(&run[0]);
    // What the line rises by in one step, at each point.
    let inner = |before: f64, after: f64| match before * after > 0.0 {
        true => (before.abs().min(after.abs()) * 2.0)
            .min((before + after).abs() / 2.0)
            .copysign(before),
        // A peak, a trough or a plateau is flat at its point.
        false => 0.0,
    };
    let mut slope = vec![0.0; run.len()];
    for (point, pair) in rise.windows(2).enumerate() {
        slope[point + 1] = inner(pair[0], pair[1]);
    }
    let last = rise.len();
    slope[0] = (3.0 * rise[0] - slope[1]) / 2.0;
    slope[last] = (3.0 * rise[last - 1] - slope[last - 1]) / 2.0;
    for (number, pair) in run.windows(2).enumerate() {
        let third = (pair[1].0 - pair[0].0) / 3.0;
        let leaving = (pair[0].0 + third, pair[0].1 + slope[number] / 3.0);
        let coming = (pair[1].0 - third, pair[1].1 - slope[number + 1] / 3.0);
        path.push('C');
        path.push_str(
            &[leaving, coming, pair[1]]
                .iter()
                .map(place)
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
    path
}

/// The largest of some values; 0 without one.
pub fn largest(values: &[Option<f64>]) -> f64 {
    let values = values.iter().flatten();
    values.fold(0.0_f64, |most, value| most.max(*value))
}

/// One decimal, without a trailing ".0": enough for a line one and a half pixels wide.
pub fn coordinate(number: f64) -> String {
    // Halves go up, as in the script; formatting alone would take them to the even neighbour.
    // Adding zero takes the sign off a zero.
    let text = format!("{:.1}", (number * 10.0).round() / 10.0 + 0.0);
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
        is_smooth: false,
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
    fn a_smooth_line_is_flat_at_its_peaks_and_passes_no_value() {
        // x: 0, 30, 60, 90. y = 90 - value: 90, 60, 0, 60. Rises: -30, -60, +60.
        // Slopes: at 1 -min(2 × 30, 45) = -45, at 2 (a peak) 0; ends (-90 + 45) / 2 = -22.5 and (180 - 0) / 2 = 90.
        let smooth = Canvas {
            width: 90.0,
            height: 90.0,
            top: 0.0,
            zero: 90.0,
            is_smooth: true,
        };
        let values = [Some(0.0), Some(30.0), Some(90.0), Some(30.0)];

        let drawn = Curve::new(&values, 90.0, smooth);

        assert_eq!(
            drawn.line,
            "M0 90C10 82.5 20 75 30 60C40 45 50 0 60 0C70 0 80 30 90 60"
        );
        for (values, line) in [
            ([Some(0.0), Some(90.0)], "M0 90L90 0"),
            ([Some(90.0), None], "M0 0h0"),
        ] {
            assert_eq!(Curve::new(&values, 90.0, smooth).line, line);
        }
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
            let is_plain = |text: &str| text.chars().all(|letter| "MLChZ .0123456789".contains(letter));
            for is_smooth in [false, true] {
                let drawn = Curve::new(&values, super::largest(&values), Canvas { is_smooth, ..BOX });
                // No minus sign either: no line leaves its box.
                prop_assert!(is_plain(&drawn.line) && is_plain(&drawn.fill), "{drawn:?}");
            }
        }
    }
}
