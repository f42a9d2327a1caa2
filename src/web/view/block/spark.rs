//! The small line in a tile: this period over the earlier one, on one scale.
//!
//! In a view box of 160 × 40, whose base line is zero. The live script redraws it by the same rule
//! (`static/src/js/curve.js`).

use crate::web::view::curve::{Canvas, Curve, largest};

/// A little room above the highest point and below zero, so that the stroke is not cut.
const CANVAS: Canvas = Canvas {
    width: 160.0,
    height: 40.0,
    top: 3.0,
    zero: 38.0,
    is_smooth: false,
};

/// SVG paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spark {
    /// The line of this period; empty without a value.
    pub line: String,
    /// The area between it and zero.
    pub fill: String,
    /// The line of the earlier period; empty where that had nothing to show.
    pub previous: String,
}

impl Spark {
    /// Both periods at equal steps, oldest first. `None` is a gap; no line crosses it.
    pub fn new(current: &[Option<f64>], previous: &[Option<f64>]) -> Self {
        let most = largest(current).max(largest(previous));
        let Curve { line, fill } = Curve::new(current, most, CANVAS);
        Self {
            line,
            fill,
            previous: match largest(previous) > 0.0 {
                true => Curve::new(previous, most, CANVAS).line,
                false => String::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Spark;

    #[test]
    fn both_periods_share_one_scale_that_starts_at_zero() {
        // The most is 4. y: 38 − share × 35: 2 of 4 → 20.5, 1 of 4 → 29.25, 4 of 4 → 3.
        let spark = Spark::new(&[Some(0.0), Some(2.0), Some(1.0)], &[Some(4.0), Some(0.0)]);

        assert_eq!(spark.line, "M0 38L80 20.5L160 29.3");
        assert_eq!(spark.fill, "M0 40L0 38L80 20.5L160 29.3L160 40Z");
        assert_eq!(spark.previous, "M0 3L160 38");
    }

    #[test]
    fn an_earlier_period_of_nothing_is_not_drawn() {
        let spark = Spark::new(&[Some(1.0), Some(2.0)], &[Some(0.0), None]);

        assert_eq!((&*spark.line, &*spark.previous), ("M0 20.5L160 3", ""));
        assert_eq!(Spark::new(&[None], &[]), Spark::default());
    }
}
