//! Numbers of payment cards: 13 to 19 digits of a card maker's range with a valid check digit.

/// Digits of a card number.
const DIGITS_MIN: usize = 13;
const DIGITS_MAX: usize = 19;

/// Separators between two groups of digits.
const SEPARATORS_MAX: usize = 2;

/// The first four digits of cards. Times in milliseconds and most numbering of databases fall
/// outside, which the check digit alone would let through one time in ten.
const RANGES: &[(u16, u16)] = &[
    (2200, 2204), // Mir
    (2221, 2720), // Mastercard
    (3000, 3099), // Diners Club
    (3400, 3499), // American Express
    (3528, 3589), // JCB
    (3600, 3699), // Diners Club
    (3700, 3799), // American Express
    (3800, 3999), // Diners Club
    (4000, 4999), // Visa
    (5000, 5999), // Mastercard, Maestro
    (6000, 6999), // Discover, UnionPay, Maestro, RuPay
    (8100, 8299), // RuPay, UnionPay
];

/// The first card in the run of digits and separators that starts with the digit at `start`.
///
/// Cards begin and end with a group of digits. Nothing before `floor` is looked at.
pub fn find(bytes: &[u8], start: usize, floor: usize) -> Option<(usize, usize)> {
    let mut group = start;
    while let Some(group_end) = group_end(bytes, group) {
        if !is_fraction(bytes, group, floor)
            && let Some(end) = card_end(bytes, group)
        {
            return Some((group, end));
        }
        group = next_group(bytes, group_end)?;
    }
    None
}

/// The end of the run of digits and separators that starts with the digit at `start`.
pub fn run_end(bytes: &[u8], start: usize) -> usize {
    let mut group = start;
    loop {
        let Some(end) = group_end(bytes, group) else {
            return group;
        };
        match next_group(bytes, end) {
            Some(next) => group = next,
            None => return end,
        }
    }
}

/// The end of the longest card that starts at the first digit of a group.
fn card_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut digits = [0_u8; DIGITS_MAX];
    let mut count = 0;
    let mut at = start;
    let mut longest = None;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_digit() {
            if count == DIGITS_MAX {
                break;
            }
            digits[count] = byte - b'0';
            count += 1;
            at += 1;
            let ends_group = !bytes.get(at).is_some_and(u8::is_ascii_digit);
            if ends_group && count >= DIGITS_MIN && is_card(&digits[..count]) {
                longest = Some(at);
            }
        } else {
            match next_group(bytes, at) {
                Some(next) => at = next,
                None => break,
            }
        }
    }
    longest
}

fn is_card(digits: &[u8]) -> bool {
    let first = digits[..4]
        .iter()
        .fold(0, |number, digit| number * 10 + u16::from(*digit));
    let is_issued = RANGES
        .iter()
        .any(|(low, high)| (*low..=*high).contains(&first));
    is_issued && is_luhn(digits)
}

/// Luhn: from the right every second digit counts double, less 9 if it is above 9; the sum is a
/// multiple of ten.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => u32::from(*digit),
            (_, double) if double > 9 => u32::from(double - 9),
            (_, double) => u32::from(double),
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether the digits at `group` stand behind a decimal point, as in `0.4141592653589793`.
fn is_fraction(bytes: &[u8], group: usize, floor: usize) -> bool {
    group >= floor + 2 && bytes[group - 1] == b'.' && bytes[group - 2].is_ascii_digit()
}

/// The end of the digits at `at`, if there are any.
fn group_end(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes
        .get(at..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    (digits > 0).then_some(at + digits)
}

/// The start of the digits behind the separators at `at`.
fn next_group(bytes: &[u8], at: usize) -> Option<usize> {
    let separators = bytes
        .get(at..)?
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'-'))
        .take(SEPARATORS_MAX + 1)
        .count();
    let next = at + separators;
    let is_joined = (1..=SEPARATORS_MAX).contains(&separators)
        && bytes.get(next).is_some_and(u8::is_ascii_digit);
    is_joined.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_worked_out_from_the_right() {
        // 7 9 9 2 7 3 9 8 7 1 and check digit 3: 1·2 + 7 + 8·2-9 + 9 + 3·2 + 7 + 2·2 + 9 + 9·2-9 + 7 = 67, and 3 makes 70.
        assert!(is_luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
        assert!(!is_luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 4]));
    }

    #[test]
    fn the_table_of_ranges_is_sorted_and_has_no_overlap() {
        for pair in RANGES.windows(2) {
            assert!(pair[0].1 < pair[1].0, "{pair:?}");
        }
        assert!(RANGES.iter().all(|(low, high)| low <= high));
    }
}
