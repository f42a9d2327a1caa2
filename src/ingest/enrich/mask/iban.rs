//! International bank account numbers: a country's length, and a remainder of 1 by 97.

/// Countries that issue them, and the length each has. [IBAN registry]
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The end of the account number that starts at `start`, written closely or in groups with one
/// space or hyphen between, in capitals or not.
pub fn end(bytes: &[u8], start: usize) -> Option<usize> {
    let [first, second, third, fourth] = *bytes.get(start..)?.first_chunk::<4>()?;
    let country = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
    // The two check digits turn nearly every word away before the table is searched.
    if !third.is_ascii_digit() || !fourth.is_ascii_digit() {
        return None;
    }
    let length = LENGTHS.iter().find(|(known, _)| **known == country)?.1;
    let mut head = 0;
    let mut remainder = 0;
    let mut count = 0;
    let mut at = start;
    while count < length {
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            // The first four characters are reckoned last.
            if count < 4 {
                head = append(head, byte);
            } else {
                remainder = append(remainder, byte);
            }
            count += 1;
        } else if !(matches!(byte, b' ' | b'-')
            && count > 0
            && bytes[at - 1].is_ascii_alphanumeric())
        {
            return None;
        }
        at += 1;
    }
    // Two letters, which are 10 to 35, and two digits take six places.
    let whole = (remainder * 1_000_000 + head) % 97;
    (whole == 1).then_some(at)
}

/// The number with one more character behind it: a digit counts as itself, `A` as 10.
///
/// Reduced by 97 only when it must be, so that the head stays a number of six places.
fn append(number: u64, byte: u8) -> u64 {
    let (places, value) = match byte {
        b'0'..=b'9' => (10, byte - b'0'),
        _ => (100, byte.to_ascii_uppercase() - b'A' + 10),
    };
    let number = number * places + u64::from(value);
    if number > 1_000_000 {
        number % 97
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_iban(text: &str) -> bool {
        end(text.as_bytes(), 0) == Some(text.len())
    }

    #[test]
    fn the_examples_of_the_registry_are_recognised() {
        for text in [
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "de89-3704-0044-0532-0130-00",
            "GB82 WEST 1234 5698 7654 32",
            "NO93 8601 1117 947",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
            "FR14 2004 1010 0505 0001 3M02 606",
        ] {
            assert!(is_iban(text), "{text}");
        }
    }

    #[test]
    fn a_wrong_digit_length_or_country_is_not_one() {
        for text in [
            "DE88370400440532013000", // check digits
            "DE8937040044053201300",  // one short
            "ZZ89370400440532013000",
            "DE89  3704 0044 0532 0130 00", // two spaces
            "DE",
        ] {
            assert!(!is_iban(text), "{text}");
        }
    }

    #[test]
    fn it_ends_where_its_country_says() {
        let text = "DE89 3704 0044 0532 0130 00 thanks";
        assert_eq!(end(text.as_bytes(), 0), Some(text.len() - " thanks".len()));
    }

    #[test]
    fn the_table_is_sorted_so_that_a_country_is_found_once() {
        assert!(LENGTHS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
