//! The small line in a tile: this period over the earlier one, on one scale.
//!
//! Pure geometry in a view box of 160 × 40, whose base line is zero.

use std::fmt::Write;

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 40.0;
/// Room above the highest point and below zero, so that the stroke is not cut.
const TOP: f64 = 3.0;
const ZERO: f64 = 38.0;

/// SVG paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spark {
    /// The line of this period; empty without a value.
    pub line: String,
    /// The area between it and zero.
    pub fill: String,
    /// The line of the earlier period; may be empty.
    pub previous: String,
}

impl Spark {
    /// Both periods at equal steps, oldest first. `None` is a gap; no line crosses it.
    pub fn new(current: &[Option<f64>], previous: &[Option<f64>]) -> Self {
        let most = current
            .iter()
            .chain(previous)
            .flatten()
            .fold(0.0_f64, |most, value| most.max(*value));
        let (line, fill) = paths(current, most);
        let (previous, _) = paths(previous, most);
        Self {
            line,
            fill,
            previous,
        }
    }
}

fn paths(values: &[Option<f64>], most: f64) -> (String, String) {
    let step = WIDTH / values.len().saturating_sub(1).max(1) as f64;
    let point = |index: usize, value: f64| {
        let share = if most > 0.0 {
            (value / most).max(0.0)
        } else {
            0.0
        };
        (index as f64 * step, ZERO - share * (ZERO - TOP))
    };
    let (mut line, mut fill) = (String::new(), String::new());
    let indexed: Vec<(usize, Option<f64>)> = values.iter().copied().enumerate().collect();
    for run in indexed.split(|(_, value)| value.is_none()) {
        let points: Vec<(f64, f64)> = run
            .iter()
            .filter_map(|(index, value)| value.map(|value| point(*index, value)))
            .collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            continue;
        };
        let path: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1} {y:.1}"))
            .collect();
        let path = path.join("L");
        if points.len() == 1 {
            // A point alone has no length; a stroke of length zero with round caps is a dot.
            write!(line, "M{path}h0").expect("a String takes every write");
            continue;
        }
        write!(line, "M{path}").expect("a String takes every write");
        write!(
            fill,
            "M{:.1} {HEIGHT}L{path}L{:.1} {HEIGHT}Z",
            first.0, last.0
        )
        .expect("a String takes every write");
    }
    (line, fill)
}

#[cfg(test)]
mod tests {
    use super::Spark;

    #[test]
    fn both_periods_share_one_scale_that_starts_at_zero() {
        // The most is 4. y: 38 − share × 35: 2 of 4 → 20.5, 1 of 4 → 29.25, 4 of 4 → 3.
        let spark = Spark::new(&[Some(0.0), Some(2.0), Some(1.0)], &[Some(4.0), Some(0.0)]);

        assert_eq!(spark.line, "M0.0 38.0L80.0 20.5L160.0 29.2");
        assert_eq!(
            spark.fill,
            "M0.0 40L0.0 38.0L80.0 20.5L160.0 29.2L160.0 40Z"
        );
        assert_eq!(spark.previous, "M0.0 3.0L160.0 38.0");
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_point_alone_is_a_dot() {
        let spark = Spark::new(&[Some(1.0), None, Some(1.0), Some(1.0)], &[]);

        assert_eq!(spark.line, "M0.0 3.0h0M106.7 3.0L160.0 3.0");
        assert_eq!(Spark::new(&[None], &[]), Spark::default());
    }
}
