//! Our own wire format: one JSON object, an array of them, or one a line (NDJSON).
//!
//! Bytes to raw events, no rules. A broken line of NDJSON costs only that line; an array that is broken
//! anywhere is refused whole, because nobody can say where the next event begins.

use serde_json::value::RawValue;

use crate::core::code::Code;
use crate::ingest::refusal::Refusal;

/// The events of a body: JSON text each, or `None` where a line is not JSON.
///
/// # Errors
/// `BodyEmpty`, `BodyNotUtf8`, `BodyMalformed`, or `EventsTooMany` with more than `events_max` of them; the message
/// says where the body breaks.
pub fn split(body: &[u8], events_max: usize) -> Result<Vec<Option<&str>>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let good = error.valid_up_to();
        Refusal::new(Code::BodyNotUtf8, format!("it is UTF-8 for {good} bytes"))
    })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Refusal::new(Code::BodyEmpty, "nothing but space was sent"));
    }
    let events: Vec<Option<&str>> = if text.starts_with('[') {
        let all: Vec<&RawValue> =
            serde_json::from_str(text).map_err(|error| malformed("the array", &error))?;
        all.into_iter().map(|event| Some(event.get())).collect()
    } else {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(one) => vec![Some(one.get())],
            Err(_) if text.contains('\n') => lines(text)?,
            Err(error) => return Err(malformed("the object", &error)),
        }
    };
    if events.len() > events_max {
        let message = format!("the batch holds more than {events_max} events");
        Err(Refusal::new(Code::EventsTooMany, message))
    } else {
        Ok(events)
    }
}

fn lines(text: &str) -> Result<Vec<Option<&str>>, Refusal> {
    let mut events = Vec::new();
    let mut first_error = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match serde_json::from_str::<&RawValue>(line) {
            Ok(event) => events.push(Some(event.get())),
            Err(error) => {
                first_error.get_or_insert(error);
                events.push(None);
            }
        }
    }
    match first_error {
        Some(error) if events.iter().all(Option::is_none) => {
            Err(malformed("no line is JSON; the first", &error))
        }
        _ => Ok(events),
    }
}

fn malformed(what: &str, error: &serde_json::Error) -> Refusal {
    Refusal::new(Code::BodyMalformed, format!("{what} breaks: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_object_an_array_and_lines_are_read() {
        assert_eq!(split(b" {\"a\":1} ", 9), Ok(vec![Some("{\"a\":1}")]));
        assert_eq!(
            split(b"[{\"a\":1}, 2]", 9),
            Ok(vec![Some("{\"a\":1}"), Some("2")])
        );
        assert_eq!(
            split(b"{\"a\":1}\r\n\n{\"b\":2}\n", 9),
            Ok(vec![Some("{\"a\":1}"), Some("{\"b\":2}")])
        );
        assert_eq!(
            split(b"{\n \"a\": 1\n}", 9),
            Ok(vec![Some("{\n \"a\": 1\n}")])
        );
        assert_eq!(split(b"[]", 9), Ok(vec![]));
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        assert_eq!(
            split(b"{\"a\":1}\n{\"b\":\n{\"c\":3}", 9),
            Ok(vec![Some("{\"a\":1}"), None, Some("{\"c\":3}")])
        );
    }

    #[track_caller]
    fn refused(body: &[u8], events_max: usize) -> (Code, String) {
        let refusal = split(body, events_max).expect_err("it is refused");
        (refusal.code, refusal.message)
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        assert_eq!(refused(b"  ", 9).0, Code::BodyEmpty);
        assert_eq!(
            refused(b"ab\xff\xfe", 9),
            (Code::BodyNotUtf8, "it is UTF-8 for 2 bytes".to_owned())
        );
        let malformed = |message: &str| (Code::BodyMalformed, message.to_owned());
        assert_eq!(
            refused(b"{\"a\":", 9),
            malformed("the object breaks: EOF while parsing a value at line 1 column 5")
        );
        assert_eq!(
            refused(b"[{},{]", 9),
            malformed("the array breaks: key must be a string at line 1 column 6")
        );
        assert_eq!(
            refused(b"hello\nworld", 9),
            malformed("no line is JSON; the first breaks: expected value at line 1 column 1")
        );
        assert_eq!(
            refused(b"[1,2,3]", 2),
            (
                Code::EventsTooMany,
                "the batch holds more than 2 events".to_owned()
            )
        );
        let deep = "[".repeat(200_000);
        assert_eq!(refused(deep.as_bytes(), 9).0, Code::BodyMalformed);
    }

    fn objects() -> impl Strategy<Value = Vec<String>> {
        let object =
            (any::<String>(), any::<String>(), any::<i64>()).prop_map(|(name, text, number)| {
                serde_json::json!({ name: [text, number] }).to_string()
            });
        proptest::collection::vec(object, 1..8)
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _no_panic = split(&body, 10);
        }

        #[test]
        fn an_array_and_lines_hold_the_same_events(objects in objects()) {
            let expected: Vec<Option<&str>> = objects.iter().map(|object| Some(object.as_str())).collect();
            let array = format!("[{}]", objects.join(" , "));
            prop_assert_eq!(split(array.as_bytes(), 8), Ok(expected.clone()));
            let lines = objects.join("\r\n");
            prop_assert_eq!(split(lines.as_bytes(), 8), Ok(expected));
        }

        #[test]
        fn a_damaged_byte_costs_at_most_its_line(objects in objects(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let line = at.index(objects.len());
            let mut lines: Vec<Vec<u8>> = objects.iter().map(|object| object.clone().into_bytes()).collect();
            let place = at.index(lines[line].len());
            lines[line][place] = if byte == b'\n' { b'x' } else { byte };
            let body = lines.join(&b'\n');
            if let Ok(events) = split(&body, 8) && events.len() == objects.len() {
                for (number, object) in objects.iter().enumerate().filter(|(number, _)| *number != line) {
                    prop_assert_eq!(events[number], Some(object.as_str()));
                }
            }
        }
    }
}
