//! Numbers as text, without a unit.
//!
//! The scripts write the same numbers by the same rules (`static/src/js/figure.js`), and
//! `static/src/js/figure.cases.json` holds what both must answer. [`crate::render::unit`] puts units to them.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

const STEPS: [&str; 5] = ["", "K", "M", "B", "T"];

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
    with_commas(&count.to_string())
}

fn with_commas(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with so many decimals and a comma between thousands: "−1,234.50". The sign is a minus, not a hyphen.
pub fn grouped(number: f64, decimals: i32) -> String {
    let size = fixed(number.abs(), decimals);
    let (whole, rest) = size.split_at(size.find('.').unwrap_or(size.len()));
    let sign = if number < 0.0 && rounded(number.abs(), decimals) > 0.0 {
        "−"
    } else {
        ""
    };
    format!("{sign}{}{rest}", with_commas(whole))
}

/// An exact amount with so many decimals and a comma between thousands: "45,612.34".
pub fn grouped_exact(amount: Decimal, decimals: u8) -> String {
    let size = amount
        .abs()
        .round_dp_with_strategy(u32::from(decimals), RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{size:.width$}", width = usize::from(decimals));
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let sign = if amount.is_sign_negative() && !size.is_zero() {
        "−"
    } else {
        ""
    };
    format!("{sign}{}{rest}", with_commas(whole))
}

/// Drops zeros behind the last other decimal: "1.50K" becomes "1.5K", "2.00%" becomes "2%".
pub fn without_zeros(text: &str) -> String {
    let Some(point) = text.find('.') else {
        return text.to_owned();
    };
    let (whole, rest) = text.split_at(point);
    let digits = rest[1..]
        .find(|letter: char| !letter.is_ascii_digit())
        .map_or(rest.len(), |length| length + 1);
    let kept = rest[..digits].trim_end_matches('0').trim_end_matches('.');
    format!("{whole}{kept}{}", &rest[digits..])
}

/// A number rounded to so many decimals, halves away from zero: the steps that the script does too.
pub fn rounded(number: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    (number * scale).round() / scale
}

/// A number with so many decimals, rounded by the same steps as the script.
pub fn fixed(number: f64, decimals: i32) -> String {
    format!(
        "{:.width$}",
        rounded(number, decimals),
        width = decimals.unsigned_abs() as usize
    )
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{grouped, grouped_exact, without_zeros};

    #[test]
    fn an_exact_amount_keeps_every_digit_that_a_float_would_lose() {
        let amount: Decimal = "12345678901234567.895".parse().expect("a literal");

        assert_eq!(grouped_exact(amount, 2), "12,345,678,901,234,567.90");
        assert_eq!(grouped_exact(-amount, 0), "−12,345,678,901,234,568");
        assert_eq!(grouped_exact(Decimal::new(-1, 3), 2), "0.00");
    }

    #[test]
    fn nothing_is_not_negative() {
        assert_eq!(grouped(-0.001, 2), "0.00");
        assert_eq!(grouped(-0.005, 2), "−0.01");
    }

    #[test]
    fn only_zeros_behind_the_point_are_dropped() {
        for (text, kept) in [
            ("1.50K", "1.5K"),
            ("2.00%", "2%"),
            ("100", "100"),
            ("$0.0200", "$0.02"),
            ("1.05", "1.05"),
            ("10.0 s", "10 s"),
        ] {
            assert_eq!(without_zeros(text), kept, "{text}");
        }
    }
}
