//! `Money`: an exact amount in billionths of one unit of some currency, and sums of it.
//!
//! What a row stores as DECIMAL(18,9). Knows neither which currency it is in nor how an amount
//! is shown to people: the row carries the one, rendering does the other.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use crate::core::decimal::{DecimalError, scaled};

/// Decimals of an amount.
const DECIMALS: u32 = 9;

/// Billionths in one unit.
const NANOS_PER_UNIT: u128 = 1_000_000_000;

/// Characters of a refused text that an error repeats.
const QUOTED_CHARACTERS_MAX: usize = 40;

/// An exact signed amount, at most 999 999 999.999999999 in size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// Nothing; not the same as an unknown amount, which is `None`.
    pub const ZERO: Money = Money(0);
    /// The largest amount that DECIMAL(18,9) holds.
    pub const MAX: Money = Money(999_999_999_999_999_999);
    /// The smallest amount that DECIMAL(18,9) holds.
    pub const MIN: Money = Money(-Money::MAX.0);

    /// The amount of `nanos` billionths, or nothing outside of [`Money::MIN`] to [`Money::MAX`].
    pub fn from_nanos(nanos: i128) -> Option<Money> {
        let nanos = i64::try_from(nanos).ok()?;
        (Money::MIN.0..=Money::MAX.0)
            .contains(&nanos)
            .then_some(Money(nanos))
    }

    /// The amount in billionths, as the column stores it.
    pub fn nanos(self) -> i64 {
        self.0
    }

    /// The amount written as the JSON number `number`, read from its text and not as a float.
    ///
    /// # Errors
    /// As [`Money::from_str`].
    pub fn from_json(number: &serde_json::Number) -> Result<Money, MoneyError> {
        number.to_string().parse()
    }

    /// `self + other`, or nothing if the result cannot be held.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        Money::from_nanos(i128::from(self.0) + i128::from(other.0))
    }

    /// `self - other`, or nothing if the result cannot be held.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        Money::from_nanos(i128::from(self.0) - i128::from(other.0))
    }
}

/// Reads plain or exponent form; a tenth decimal and those behind it are rounded half to even.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Money, MoneyError> {
        let quoted = || text.chars().take(QUOTED_CHARACTERS_MAX).collect();
        match scaled(text, DECIMALS) {
            Ok(scaled) => {
                Money::from_nanos(scaled.value).ok_or_else(|| MoneyError::OutOfRange(quoted()))
            }
            Err(DecimalError::NotANumber) => Err(MoneyError::NotANumber(quoted())),
            Err(DecimalError::TooLarge) => Err(MoneyError::OutOfRange(quoted())),
        }
    }
}

/// Plain decimal text without needless zeros: `0.05063025`, `-3`, `0`.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_nanos(i128::from(self.0), formatter)
    }
}

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is no decimal number.
    #[error("the amount `{0}` is not a decimal number; write it like 12.5, without currency")]
    NotANumber(String),
    /// The number does not fit the column.
    #[error("the amount `{0}` is out of range; the most is 999999999.999999999")]
    OutOfRange(String),
}

/// A sum of amounts, wide enough for more rows than any store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MoneySum(i128);

impl MoneySum {
    /// The sum of nothing.
    pub const ZERO: MoneySum = MoneySum(0);

    /// Adds `amount`; at the ends of the range, which 10^20 rows do not reach, it stays there.
    pub fn add(&mut self, amount: Money) {
        self.0 = self.0.saturating_add(i128::from(amount.0));
    }

    /// The sum of `nanos` billionths.
    pub const fn from_nanos(nanos: i128) -> MoneySum {
        MoneySum(nanos)
    }

    /// Adds another sum; at the ends of the range it stays there.
    pub fn add_sum(&mut self, other: MoneySum) {
        *self = self.plus(other);
    }

    /// Two sums together; at the ends of the range the sum stays there.
    #[must_use]
    pub fn plus(self, other: MoneySum) -> MoneySum {
        MoneySum(self.0.saturating_add(other.0))
    }

    /// The sum in billionths.
    pub fn nanos(self) -> i128 {
        self.0
    }

    /// The sum as an amount, or nothing if it is too large for one.
    pub fn to_money(self) -> Option<Money> {
        Money::from_nanos(self.0)
    }
}

impl Sum<Money> for MoneySum {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> MoneySum {
        let mut sum = MoneySum::ZERO;
        for amount in amounts {
            sum.add(amount);
        }
        sum
    }
}

impl fmt::Display for MoneySum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_nanos(self.0, formatter)
    }
}

fn write_nanos(nanos: i128, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let size = nanos.unsigned_abs();
    let units = size / NANOS_PER_UNIT;
    let text = format!("{units}.{:09}", size % NANOS_PER_UNIT);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    formatter.pad_integral(nanos >= 0, "", text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn an_amount_is_read_and_shown_exactly() {
        for (text, nanos, shown) in [
            ("0.050630250", 50_630_250, "0.05063025"),
            ("19", 19_000_000_000, "19"),
            ("-0.5", -500_000_000, "-0.5"),
            ("100", 100_000_000_000, "100"),
            ("1e-9", 1, "0.000000001"),
            ("2.5E3", 2_500_000_000_000, "2500"),
            ("-0", 0, "0"),
        ] {
            assert_eq!(money(text).nanos(), nanos, "{text}");
            assert_eq!(money(text).to_string(), shown, "{text}");
        }
    }

    #[test]
    fn the_tenth_decimal_is_rounded_half_to_even() {
        assert_eq!(money("0.0000000005").nanos(), 0);
        assert_eq!(money("0.0000000015").nanos(), 2);
        assert_eq!(money("0.0000000025").nanos(), 2);
        assert_eq!(money("0.00000000250001").nanos(), 3);
    }

    #[test]
    fn the_largest_amount_of_the_column_is_held_and_the_next_one_is_refused() {
        assert_eq!(money("999999999.999999999"), Money::MAX);
        assert_eq!(money("-999999999.999999999"), Money::MIN);
        for text in ["1000000000", "999999999.9999999995", "-1e9", "1e40"] {
            assert_eq!(
                text.parse::<Money>(),
                Err(MoneyError::OutOfRange(text.into()))
            );
        }
        assert_eq!(Money::MAX.checked_add(money("1e-9")), None);
        assert_eq!(Money::MIN.checked_sub(money("1e-9")), None);
        assert_eq!(money("0.3").checked_sub(money("0.1")), Some(money("0.2")));
    }

    #[test]
    fn an_error_repeats_the_start_of_the_text_and_says_what_to_write() {
        let error = "12,50 EUR".parse::<Money>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the amount `12,50 EUR` is not a decimal number; write it like 12.5, without currency"
        );
        let error = "é".repeat(500).parse::<Money>().unwrap_err();
        assert_eq!(error, MoneyError::NotANumber("é".repeat(40)));
    }

    #[test]
    fn a_json_number_is_taken_by_its_text() {
        for (json, nanos) in [
            ("0.1", 100_000_000),
            ("0.000123", 123_000),
            ("3e-7", 300),
            ("19", 19_000_000_000),
            ("-2.50", -2_500_000_000),
        ] {
            let number: serde_json::Number = serde_json::from_str(json).unwrap();
            assert_eq!(Money::from_json(&number).unwrap().nanos(), nanos, "{json}");
        }
    }

    #[test]
    fn a_sum_may_be_larger_than_any_amount() {
        let sum: MoneySum = [Money::MAX, Money::MAX, money("0.000000002")]
            .into_iter()
            .sum();
        assert_eq!(sum.to_string(), "2000000000");
        assert_eq!(sum.to_money(), None);

        let sum: MoneySum = [money("0.1"), money("0.2"), money("-0.3")]
            .into_iter()
            .sum();
        assert_eq!(sum.to_money(), Some(Money::ZERO));
    }

    #[test]
    fn an_amount_can_be_padded_for_a_table_of_text() {
        assert_eq!(format!("[{:>6}]", money("-0.5")), "[  -0.5]");
    }

    proptest! {
        #[test]
        fn an_amount_survives_its_text(nanos in Money::MIN.0..=Money::MAX.0) {
            let amount = Money(nanos);
            prop_assert_eq!(amount.to_string().parse::<Money>().unwrap(), amount);
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,60}|[-+0-9.eE]{0,40}") {
            let _ = text.parse::<Money>();
        }

        #[test]
        fn moving_the_point_and_changing_the_exponent_is_the_same_amount(
            digits in 0_i64..1_000_000_000, places in 0_u32..9
        ) {
            let scaled = format!("{digits}e-{places}");
            let expected = i128::from(digits) * 10_i128.pow(9 - places);
            prop_assert_eq!(i128::from(money(&scaled).nanos()), expected);
        }
    }
}
