//! Live figures as text.
//!
//! The live script writes the same numbers by the same rules (`static/src/js/figure.js`), and
//! `static/src/js/figure.cases.json` holds what both must answer; or the first live frame would change
//! how a figure looks. Does not know any metric;
//! [`crate::render::unit`] writes all other numbers.

use rust_decimal::Decimal;

use crate::core::value::Unit;
use crate::render::number::fixed;
// Pages write what stands beside a figure by the same rules.
pub use crate::render::number::{compact, cost, duration, money, separated};

/// The name under which the script knows how a live number of this unit is written. Live frames send hundredths for a
/// share; what has no form of its own is a plain number.
pub fn form(unit: Unit) -> &'static str {
    match unit {
        Unit::Cost | Unit::Revenue => "money",
        Unit::Milliseconds => "milliseconds",
        Unit::Share => "percent",
        Unit::PerMinute => "per_minute",
        Unit::Count
        | Unit::Tokens
        | Unit::Seconds
        | Unit::PerSecond
        | Unit::Bytes
        | Unit::Ratio => "count",
    }
}

/// A figure, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// A number.
    Known {
        /// The number as a plain decimal in the unit of the live frame, from which the script counts on.
        plain: String,
        /// The number as people read it, without its unit: "1.2K".
        text: String,
        /// The unit behind it: "/min", "ms", "s", "%" or nothing.
        unit: &'static str,
    },
    /// No number; the card shows a dash whose title is the card's `missing`.
    Missing,
}

impl Figure {
    /// A count: "342", "1.2M".
    pub fn count(count: u64) -> Self {
        Self::known(count.to_string(), compact(count as f64), "")
    }

    /// A count per minute: "46 /min".
    pub fn per_minute(count: u64) -> Self {
        Self::known(count.to_string(), compact(count as f64), "/min")
    }

    /// An amount in the currency of `prefix` and `decimals`: "$129.50", "$45.6K".
    pub fn money(amount: Decimal, prefix: &str, decimals: u8) -> Self {
        Self::known(amount.to_string(), money(amount, prefix, decimals), "")
    }

    /// A duration in milliseconds: "812 ms", "12.3 s".
    pub fn milliseconds(value_ms: f64) -> Self {
        let (text, unit) = duration(value_ms);
        Self::known(value_ms.to_string(), text, unit)
    }

    /// Hundredths, 0 to 100: "1.25 %".
    pub fn percent(value: f64) -> Self {
        Self::known(value.to_string(), fixed(value, 2), "%")
    }

    fn known(plain: String, text: String, unit: &'static str) -> Self {
        Self::Known { plain, text, unit }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use serde::Deserialize;

    use super::{Figure, compact, cost, duration, money, separated};

    /// What the script's tests read too.
    #[derive(Deserialize)]
    struct Cases {
        compact: Vec<(f64, String)>,
        money: Vec<(String, String, u8, String)>,
        cost: Vec<(String, String, String)>,
        duration: Vec<(f64, String, String)>,
        percent: Vec<(f64, String)>,
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("the shared cases hold decimals")
    }

    #[test]
    fn figures_read_as_the_script_writes_them() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../../static/src/js/figure.cases.json"))
                .expect("the shared cases have this shape");

        for (number, text) in cases.compact {
            assert_eq!(compact(number), text, "{number}");
        }
        for (amount, prefix, decimals, text) in cases.money {
            assert_eq!(money(decimal(&amount), &prefix, decimals), text, "{amount}");
        }
        for (amount, prefix, text) in cases.cost {
            assert_eq!(cost(decimal(&amount), &prefix), text, "{amount}");
        }
        for (value_ms, text, unit) in cases.duration {
            assert_eq!(duration(value_ms), (text, &*unit), "{value_ms}");
        }
        for (value, expected) in cases.percent {
            let Figure::Known { text, unit, .. } = Figure::percent(value) else {
                panic!("{value} is known")
            };
            assert_eq!((text, unit), (expected, "%"));
        }
    }

    #[test]
    fn thousands_are_separated() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_204_311, "1,204,311"),
        ] {
            assert_eq!(separated(count), text);
        }
    }

    #[test]
    fn a_figure_carries_the_number_from_which_the_script_counts_on() {
        let revenue = Figure::money(Decimal::new(12950, 2), "$", 2);

        assert_eq!(
            revenue,
            Figure::Known {
                plain: "129.50".into(),
                text: "$129.50".into(),
                unit: ""
            }
        );
    }

    proptest! {
        #[test]
        fn a_compact_count_has_at_most_three_digits(count in 0_u64..999_000_000_000_000) {
            let text = compact(count as f64);
            let digits = text.chars().filter(char::is_ascii_digit).count();
            prop_assert!((1..=3).contains(&digits), "{count} reads {text}");
        }
    }
}
