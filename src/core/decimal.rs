//! Decimal text to a whole number of small units, exactly.
//!
//! The one reader of amounts and prices, so that no figure takes a detour through a float.
//! Does not know currencies or ranges: the types built on it do.

/// Longest text that is read as a number. Longer ones are no amounts but mistakes or attacks.
const TEXT_BYTES_MAX: usize = 128;

/// Most digits of a result; 38 digits of nine always fit an `i128`.
const DIGITS_MAX: i64 = 38;

/// A number in units of ten to the power of minus the decimals that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// The number of units, rounded half to even.
    pub value: i128,
    /// Whether nothing was lost by rounding.
    pub is_exact: bool,
}

/// Why a text is not a number that can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The text is not of the form `-12.5e3`.
    #[error("not a decimal number")]
    NotANumber,
    /// The number has more digits than any amount needs.
    #[error("too large")]
    TooLarge,
}

/// `text` in units of 10^-`decimals`: with 9 decimals, `"0.5"` gives 500 000 000.
///
/// Takes an optional sign, digits with at most one point, and an optional exponent; no spaces,
/// separators or currency signs.
///
/// # Errors
/// `NotANumber` for any other text, `TooLarge` beyond 38 digits.
pub fn scaled(text: &str, decimals: u32) -> Result<Scaled, DecimalError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(DecimalError::NotANumber);
    }
    let (is_negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let marker = unsigned.iter().position(|b| matches!(b, b'e' | b'E'));
    let (mantissa, exponent) = match marker {
        Some(at) => (&unsigned[..at], exponent(&unsigned[at + 1..])?),
        None => (unsigned, 0),
    };

    let mut digits = [0_u8; TEXT_BYTES_MAX];
    let mut count = 0;
    let mut seen_digits = 0;
    let mut fraction_digits = 0_i64;
    let mut seen_point = false;
    for &byte in mantissa {
        match byte {
            b'0'..=b'9' => {
                seen_digits += 1;
                fraction_digits += i64::from(seen_point);
                // Leading zeros say nothing and would count against the limit of digits.
                if count > 0 || byte != b'0' {
                    digits[count] = byte - b'0';
                    count += 1;
                }
            }
            b'.' if !seen_point => seen_point = true,
            _ => return Err(DecimalError::NotANumber),
        }
    }
    if seen_digits == 0 {
        return Err(DecimalError::NotANumber);
    }

    let shift = exponent - fraction_digits + i64::from(decimals);
    let magnitude = shifted(&digits[..count], shift)?;
    let value = if is_negative {
        -magnitude.value
    } else {
        magnitude.value
    };
    Ok(Scaled { value, ..magnitude })
}

/// The exponent's value, held to a range in which it cannot overflow later sums.
fn exponent(text: &[u8]) -> Result<i64, DecimalError> {
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(DecimalError::NotANumber);
    }
    let size = digits.iter().fold(0_i64, |size, digit| {
        (size * 10 + i64::from(digit - b'0')).min(1_000_000)
    });
    Ok(if is_negative { -size } else { size })
}

/// `digits` times ten to the power of `shift`, rounded half to even.
fn shifted(digits: &[u8], shift: i64) -> Result<Scaled, DecimalError> {
    let length = digits.len() as i64;
    let kept = length + shift;
    if length == 0 || kept < 0 {
        // Nothing but zeros, or less than a tenth of a unit.
        let is_exact = length == 0;
        return Ok(Scaled { value: 0, is_exact });
    }
    if kept > DIGITS_MAX {
        return Err(DecimalError::TooLarge);
    }
    let mut value = 0_i128;
    for index in 0..kept as usize {
        value = value * 10 + i128::from(digits.get(index).copied().unwrap_or(0));
    }
    let lost = digits.get(kept as usize..).unwrap_or(&[]);
    let is_exact = lost.iter().all(|digit| *digit == 0);
    let is_beyond_half = match lost {
        [5, rest @ ..] => value % 2 == 1 || rest.iter().any(|digit| *digit > 0),
        [first, ..] => *first > 5,
        [] => false,
    };
    Ok(Scaled {
        value: value + i128::from(is_beyond_half),
        is_exact,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(i128, bool), DecimalError> {
        scaled(text, 2).map(|scaled| (scaled.value, scaled.is_exact))
    }

    #[test]
    fn a_number_is_read_in_hundredths_whatever_its_form() {
        for (text, value) in [
            ("12", 1200),
            ("+12.5", 1250),
            ("-0.05", -5),
            (".5", 50),
            ("5.", 500),
            ("000.10", 10),
            ("1e2", 10_000),
            ("1.25E-0", 125),
            ("125e-2", 125),
            ("0e999999999999", 0),
        ] {
            assert_eq!(read(text), Ok((value, true)), "{text}");
        }
    }

    #[test]
    fn half_a_unit_goes_to_the_even_neighbour_and_is_not_exact() {
        for (text, value) in [
            ("0.005", 0),
            ("0.015", 2),
            ("0.025", 2),
            ("0.0251", 3),
            ("-0.015", -2),
            ("0.0049999", 0),
            ("0.006", 1),
            ("0.0009", 0),
            ("1e-999999999999", 0),
        ] {
            assert_eq!(read(text), Ok((value, false)), "{text}");
        }
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        let long = "1".repeat(TEXT_BYTES_MAX + 1);
        for text in [
            "", "-", ".", "1.2.3", "1,5", "1 ", " 1", "1_000", "0x10", "1e", "1e+", "1e1.5", "e5",
            "--1", "NaN", "inf", "١", "$1", &long,
        ] {
            assert_eq!(read(text), Err(DecimalError::NotANumber), "{text}");
        }
    }

    #[test]
    fn a_number_of_39_digits_is_too_large_and_38_digits_are_held() {
        assert_eq!(
            scaled(&"9".repeat(38), 0).map(|scaled| scaled.value),
            Ok(10_i128.pow(38) - 1)
        );
        assert_eq!(scaled(&"9".repeat(39), 0), Err(DecimalError::TooLarge));
        assert_eq!(read("1e999999999999"), Err(DecimalError::TooLarge));
    }
}
