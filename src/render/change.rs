//! How a number differs from an earlier one, and whether that is good.
//!
//! The chart bundle says changes by the same rule (`static/src/js/charts/change.js`).

use crate::render::number::fixed;
use crate::render::unit::Unit;

/// Which direction of a number people hope for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better: revenue.
    Higher,
    /// Less is better: error rate.
    Lower,
    /// Neither.
    Neutral,
}

/// Where a number went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It rose.
    Up,
    /// It fell.
    Down,
    /// It stayed, as far as the shown digits tell.
    Flat,
}

/// A change as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its size without a sign: "14.2%", "0.70 pp", "new".
    pub text: String,
    /// Where the number went.
    pub direction: Direction,
    /// `Some(true)` for good, `Some(false)` for bad, `None` where neither can be said.
    pub is_good: Option<bool>,
}

impl Change {
    /// The change from `previous` to `current`; none if one of them is not known.
    ///
    /// Shares change by percentage points, everything else in per cent. From nothing to something is "new", since
    /// no per cent says it.
    pub fn between(
        current: Option<f64>,
        previous: Option<f64>,
        unit: &Unit,
        better: Better,
    ) -> Option<Self> {
        let (current, previous) = (current?, previous?);
        let size = if *unit == Unit::Share {
            (current - previous) * 100.0
        } else if previous == 0.0 && current != 0.0 {
            return Some(Self {
                text: "new".into(),
                direction: Direction::Up,
                is_good: is_good(Direction::Up, better),
            });
        } else if previous == 0.0 {
            0.0
        } else {
            (current - previous) / previous.abs() * 100.0
        };
        Some(Self::by(size, unit, better))
    }

    /// A change of known size: percentage points of a share, per cent of everything else.
    pub fn by(size: f64, unit: &Unit, better: Better) -> Self {
        let (decimals, ending) = match unit {
            Unit::Share => (2, " pp"),
            _ => (1, "%"),
        };
        let text = fixed(size.abs(), decimals);
        let direction = match () {
            () if text.bytes().all(|byte| b"0.".contains(&byte)) => Direction::Flat,
            () if size > 0.0 => Direction::Up,
            () => Direction::Down,
        };
        Self {
            text: text + ending,
            direction,
            is_good: is_good(direction, better),
        }
    }

    /// The change with its sign: "+14.2%", "−0.70 pp", "new".
    pub fn signed(&self) -> String {
        let sign = match self.direction {
            _ if self.text == "new" => "",
            Direction::Up => "+",
            Direction::Down => "−",
            Direction::Flat => "",
        };
        format!("{sign}{}", self.text)
    }

    /// The style sheet's class: "good", "bad" or none.
    pub fn class(&self) -> &'static str {
        match self.is_good {
            Some(true) => "good",
            Some(false) => "bad",
            None => "quiet",
        }
    }

    /// What happened, for readers who do not see the arrow.
    pub fn word(&self) -> &'static str {
        match self.direction {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Flat => "unchanged",
        }
    }
}

fn is_good(direction: Direction, better: Better) -> Option<bool> {
    match (direction, better) {
        (Direction::Flat, _) | (_, Better::Neutral) => None,
        (Direction::Up, Better::Higher) | (Direction::Down, Better::Lower) => Some(true),
        (Direction::Up, Better::Lower) | (Direction::Down, Better::Higher) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Better, Change, Direction};
    use crate::render::unit::Unit;

    /// Form of the unit, this value, the earlier one, and how the change reads.
    type Case = (String, Option<f64>, Option<f64>, Option<String>);

    #[derive(Deserialize)]
    struct Cases {
        change: Vec<Case>,
    }

    #[test]
    fn a_change_reads_as_the_chart_bundle_writes_it() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../static/src/js/figure.cases.json"))
                .expect("the shared cases have this shape");

        for (form, current, previous, text) in cases.change {
            let unit = if form == "share" {
                Unit::Share
            } else {
                Unit::Count
            };
            let change = Change::between(current, previous, &unit, Better::Neutral);
            assert_eq!(
                change.map(|change| change.signed()),
                text,
                "{current:?} after {previous:?}"
            );
        }
    }

    #[test]
    fn whether_a_change_is_good_depends_on_what_people_hope_for() {
        let change = |current, better| {
            Change::between(Some(current), Some(100.0), &Unit::Count, better)
                .expect("both are known")
                .is_good
        };

        assert_eq!(change(114.0, Better::Higher), Some(true));
        assert_eq!(change(114.0, Better::Lower), Some(false));
        assert_eq!(change(86.0, Better::Lower), Some(true));
        assert_eq!(change(114.0, Better::Neutral), None);
        assert_eq!(change(100.0, Better::Higher), None);
    }

    #[test]
    fn a_change_too_small_to_show_has_no_arrow() {
        let change = Change::between(Some(100.01), Some(100.0), &Unit::Count, Better::Higher)
            .expect("both are known");

        assert_eq!(change.direction, Direction::Flat);
        assert_eq!(change.text, "0.0%");
    }
}
