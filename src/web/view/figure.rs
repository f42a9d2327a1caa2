//! Live figures as text.
//!
//! The live script writes the same numbers by the same rules (`static/src/js/figure.js`), and
//! `static/src/js/figure.cases.json` holds what both must answer; or the first live frame would change
//! how a figure looks. Does not know any metric.

use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_decimal::{Decimal, RoundingStrategy};

const STEPS: [&str; 5] = ["", "K", "M", "B", "T"];

/// How a live number becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureForm {
    /// A count.
    Count,
    /// A count per minute.
    PerMinute,
    /// An amount in the project's currency.
    Money,
    /// A duration, sent in milliseconds.
    Milliseconds,
    /// Hundredths.
    Percent,
}

impl FigureForm {
    /// The name under which the script knows the form.
    pub fn name(self) -> &'static str {
        match self {
            FigureForm::Count => "count",
            FigureForm::PerMinute => "per_minute",
            FigureForm::Money => "money",
            FigureForm::Milliseconds => "milliseconds",
            FigureForm::Percent => "percent",
        }
    }

    /// The form of this name.
    #[cfg(test)]
    pub fn named(name: &str) -> Option<FigureForm> {
        use FigureForm::{Count, Milliseconds, Money, PerMinute, Percent};
        let all = [Count, PerMinute, Money, Milliseconds, Percent];
        all.into_iter().find(|form| form.name() == name)
    }

    /// A value in one word, with its unit: "342", "$38.6K", "942 ms", "1.13%".
    pub fn short(self, value: f64, prefix: &str, decimals: u8) -> String {
        match self {
            FigureForm::Count => compact(value),
            FigureForm::PerMinute if value < 10.0 && rounded(value, 1).fract() != 0.0 => {
                fixed(value, 1)
            }
            FigureForm::PerMinute => compact(value),
            FigureForm::Money => money(
                Decimal::from_f64(value).unwrap_or_default(),
                prefix,
                decimals,
            ),
            FigureForm::Milliseconds => {
                let (text, unit) = duration(value);
                format!("{text} {unit}")
            }
            FigureForm::Percent => format!("{}%", fixed(value, 2)),
        }
    }

    /// A value with all its digits, as a table shows it: "1,204", "$38,600.00", "942 ms", "1.13%".
    pub fn full(self, value: f64, prefix: &str, decimals: u8) -> String {
        let sign = if value < 0.0 { "−" } else { "" };
        let size = value.abs();
        match self {
            FigureForm::Count | FigureForm::PerMinute => {
                format!("{sign}{}", separated(size.round() as u64))
            }
            FigureForm::Money => {
                let text = fixed(size, i32::from(decimals));
                let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
                let point = if rest.is_empty() { "" } else { "." };
                let whole = separated(whole.parse().unwrap_or(0));
                format!("{sign}{prefix}{whole}{point}{rest}")
            }
            FigureForm::Milliseconds | FigureForm::Percent => self.short(value, prefix, decimals),
        }
    }

    /// A value as an axis shows it, without needless zeros: "1.5K", "$20", "2.5 s", "0.5%".
    pub fn axis(self, value: f64, prefix: &str) -> String {
        let plain = |value: f64| {
            let text = fixed(value, 2);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        let short = |value: f64| compact(value).replace(".0", "");
        match self {
            FigureForm::Count | FigureForm::PerMinute => short(value),
            FigureForm::Money if value.fract() != 0.0 && value < 1000.0 => {
                format!("{prefix}{}", fixed(value, 2))
            }
            FigureForm::Money => format!("{prefix}{}", short(value)),
            FigureForm::Milliseconds if value == 0.0 => "0".to_owned(),
            FigureForm::Milliseconds if value < 1000.0 => format!("{} ms", plain(value)),
            FigureForm::Milliseconds => format!("{} s", plain(value / 1000.0)),
            FigureForm::Percent => format!("{}%", plain(value)),
        }
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

/// 12 → "12", 1234 → "1.2K", 123456 → "123K", 999960 → "1.0M".
pub fn compact(number: f64) -> String {
    let sign = if number < 0.0 { "−" } else { "" };
    let mut size = number.abs();
    if size.round() < 1000.0 {
        return format!("{sign}{}", size.round());
    }
    let mut step = 0;
    // The step is chosen after rounding, or 999,960 would read "1000K".
    while step < STEPS.len() - 1 && three_digits(size).1 >= 1000.0 {
        size /= 1000.0;
        step += 1;
    }
    format!("{sign}{}{}", three_digits(size).0, STEPS[step])
}

/// One decimal below a hundred, none above; as text and as the number that the text says.
fn three_digits(size: f64) -> (String, f64) {
    let decimals = if rounded(size, 1) < 100.0 { 1 } else { 0 };
    (fixed(size, decimals), rounded(size, decimals))
}

/// Exact below a thousand, with the currency's decimals; compact above.
pub fn money(amount: Decimal, prefix: &str, decimals: u8) -> String {
    let sign = if amount.is_sign_negative() && !amount.is_zero() {
        "−"
    } else {
        ""
    };
    let size = amount.abs();
    let exact =
        size.round_dp_with_strategy(u32::from(decimals), RoundingStrategy::MidpointAwayFromZero);
    if exact < Decimal::ONE_THOUSAND {
        return format!(
            "{sign}{prefix}{exact:.width$}",
            width = usize::from(decimals)
        );
    }
    // Three digits are shown, so a float is exact enough; every Decimal has a nearest one.
    format!(
        "{sign}{prefix}{}",
        compact(size.to_f64().unwrap_or(f64::MAX))
    )
}

/// A cost of one call: two decimals from 1 on, four below, and never a zero that is not one.
pub fn cost(amount: Decimal, prefix: &str) -> String {
    let smallest = Decimal::new(1, 4);
    if amount.is_zero() {
        return format!("{prefix}0");
    }
    if amount < smallest {
        return format!("<{prefix}0.0001");
    }
    let round =
        |decimals| amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    if round(4) >= Decimal::ONE {
        format!("{prefix}{:.2}", round(2))
    } else {
        format!("{prefix}{:.4}", round(4))
    }
}

/// A duration and its unit: milliseconds with a thousands separator, from ten seconds on seconds.
pub fn duration(value_ms: f64) -> (String, &'static str) {
    let whole_ms = value_ms.round();
    if whole_ms < 10_000.0 {
        return (separated(whole_ms as u64), "ms");
    }
    (fixed(value_ms / 1000.0, 1), "s")
}

/// A count with a comma between thousands: "1,204,311".
pub fn separated(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number rounded to so many decimals, halves away from zero: the steps that the script does too.
fn rounded(number: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    (number * scale).round() / scale
}

fn fixed(number: f64, decimals: i32) -> String {
    format!(
        "{:.width$}",
        rounded(number, decimals),
        width = decimals.unsigned_abs() as usize
    )
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
