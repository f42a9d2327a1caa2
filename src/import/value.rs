//! Cells to JSON: what a number, a truth value and a time look like in files.
//!
//! Guesses the form only; whether a value suits its field is for the server to say.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::core::decimal;

/// Digits a number may have. Longer ones are ids, which other readers of JSON would round.
const DIGITS_MAX: usize = 15;

/// Seconds since 1970 below this are years before 2000: no times but other numbers, such as `20231116`.
const SECONDS_MIN: i128 = 946_684_800;

/// A text cell as JSON: numbers and truth values as such, everything else as text; `None` if it is empty.
pub fn json(cell: &str) -> Option<Cow<'_, str>> {
    let cell = cell.trim();
    if cell.is_empty() {
        return None;
    }
    if matches!(cell, "true" | "false") || is_number(cell) {
        return Some(Cow::Borrowed(cell));
    }
    Some(Cow::Owned(Value::from(cell).to_string()))
}

/// Whether a text is a plain JSON number: `007`, `+1` and `1e400` are not.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole)
        && are_digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && whole.len() + fraction.len() <= DIGITS_MAX
}

/// A time in JSON as RFC 3339 in UTC, if it is one of the usual forms; else as it was.
///
/// Understands RFC 3339, dates with and without a time of day (in `zone` where they name none), and
/// seconds, milliseconds, microseconds and nanoseconds since 1970, told apart by their size.
pub fn timestamp<'a>(json: &'a str, zone: &TimeZone) -> Cow<'a, str> {
    let text = match serde_json::from_str(json) {
        Ok(Value::String(text)) => text,
        Ok(Value::Number(_)) => json.to_owned(),
        _ => return Cow::Borrowed(json),
    };
    match moment(text.trim(), zone) {
        Some(at) => Cow::Owned(format!("\"{at}\"")),
        None => Cow::Borrowed(json),
    }
}

fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if !text.contains([':', '/']) && text.matches('-').count() < 2 {
        return since_1970(text);
    }
    let utc = text.strip_suffix(" UTC").map(|text| format!("{text}Z"));
    if let Ok(at) = utc.as_deref().unwrap_or(text).parse() {
        return Some(at);
    }
    let local: civil::DateTime = match text.parse() {
        Ok(local) => local,
        Err(_) => text.parse::<civil::Date>().ok()?.at(0, 0, 0, 0),
    };
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

fn since_1970(text: &str) -> Option<Timestamp> {
    let whole = decimal::scaled(text, 0).ok()?.value;
    // The decimals that make microseconds of the unit; a unit's range ends where the next one's year 2000 begins.
    let microseconds = match whole {
        SECONDS_MIN..100_000_000_000 => decimal::scaled(text, 6).ok()?.value,
        100_000_000_000..100_000_000_000_000 => decimal::scaled(text, 3).ok()?.value,
        100_000_000_000_000..100_000_000_000_000_000 => whole,
        100_000_000_000_000_000.. => whole / 1000,
        _ => return None,
    };
    Timestamp::from_microsecond(i64::try_from(microseconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_numbers_only_where_nothing_would_be_lost() {
        for number in ["0", "374", "-2.50", "0.5", "true", "false"] {
            assert_eq!(json(number).as_deref(), Some(number));
        }
        for text in [
            "007",
            "+1",
            "1e400",
            "1e5",
            ".5",
            "5.",
            "-",
            "1,5",
            "1234567890123456",
            "NaN",
            "True",
            "a b",
        ] {
            assert_eq!(
                json(text),
                Some(Cow::Owned(format!("\"{text}\""))),
                "{text}"
            );
        }
        assert_eq!(json("  "), None);
        assert_eq!(json(" \"x\"\n").as_deref(), Some(r#""\"x\"""#));
    }

    #[test]
    fn times_are_read_in_their_usual_forms() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        // 2023-11-16T18:15:46.680590Z is 1700158546.68059 s after 1970.
        for (given, zone, expected) in [
            (
                r#""2023-11-16 18:15:46.6805900""#,
                &TimeZone::UTC,
                "2023-11-16T18:15:46.68059Z",
            ),
            (
                r#""2023-11-16 18:15:46.6805900""#,
                &berlin,
                "2023-11-16T17:15:46.68059Z",
            ),
            (r#""2023-07-16T18:15""#, &berlin, "2023-07-16T16:15:00Z"),
            (r#""2023-11-16""#, &berlin, "2023-11-15T23:00:00Z"),
            (
                r#""2023-11-16T18:15:46+02:00""#,
                &berlin,
                "2023-11-16T16:15:46Z",
            ),
            (
                r#""2023-11-16 18:15:46 UTC""#,
                &berlin,
                "2023-11-16T18:15:46Z",
            ),
            ("1700158546.68059", &berlin, "2023-11-16T18:15:46.68059Z"),
            (r#""1700158546""#, &berlin, "2023-11-16T18:15:46Z"),
            ("1700158546680.59", &berlin, "2023-11-16T18:15:46.68059Z"),
            ("1700158546680590", &berlin, "2023-11-16T18:15:46.68059Z"),
            (
                r#""1700158546680590123""#,
                &berlin,
                "2023-11-16T18:15:46.68059Z",
            ),
        ] {
            assert_eq!(timestamp(given, zone), format!("\"{expected}\""), "{given}");
        }
    }

    #[test]
    fn what_is_no_time_stays_as_it_was_so_that_the_answer_can_name_it() {
        for given in [
            r#""yesterday""#,
            "20231116",
            "-5",
            "null",
            "{}",
            r#""2023-13-01 00:00:00""#,
            r#""16/11/2023""#,
        ] {
            assert_eq!(timestamp(given, &TimeZone::UTC), given);
        }
    }

    proptest! {
        #[test]
        fn any_cell_is_json_that_says_the_same(cell in ".{0,40}") {
            if let Some(json) = json(&cell) {
                let value: Value = serde_json::from_str(&json).expect("JSON");
                match value {
                    Value::String(text) => prop_assert_eq!(text, cell.trim()),
                    _ => prop_assert_eq!(&*json, cell.trim()),
                }
            }
            let _no_panic = timestamp(&cell, &TimeZone::UTC);
        }
    }
}
