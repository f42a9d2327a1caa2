//! Our own wire format: one JSON object, an array of them, or one a line (NDJSON).
//!
//! Bytes to raw events, no rules. A broken line of NDJSON costs only that line; an array that is broken
//! anywhere is refused whole, because nobody can say where the next event begins.

use serde_json::value::RawValue;

use crate::core::code::Code;

/// The events of a body: JSON text each, or `None` where a line is not JSON.
///
/// # Errors
/// `BodyEmpty`, `BodyNotUtf8`, `BodyMalformed`, or `EventsTooMany` with more than `events_max` of them.
pub fn split(body: &[u8], events_max: usize) -> Result<Vec<Option<&str>>, Code> {
    let text = std::str::from_utf8(body).map_err(|_| Code::BodyNotUtf8)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Code::BodyEmpty);
    }
    let events: Vec<Option<&str>> = if text.starts_with('[') {
        let all: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Code::BodyMalformed)?;
        all.into_iter().map(|event| Some(event.get())).collect()
    } else if let Ok(one) = serde_json::from_str::<&RawValue>(text) {
        vec![Some(one.get())]
    } else if text.contains('\n') {
        lines(text)?
    } else {
        return Err(Code::BodyMalformed);
    };
    if events.len() > events_max {
        Err(Code::EventsTooMany)
    } else {
        Ok(events)
    }
}

fn lines(text: &str) -> Result<Vec<Option<&str>>, Code> {
    let mut events = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        events.push(
            serde_json::from_str::<&RawValue>(line)
                .ok()
                .map(RawValue::get),
        );
    }
    if events.iter().all(Option::is_none) {
        Err(Code::BodyMalformed)
    } else {
        Ok(events)
    }
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

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(split(b"  ", 9), Err(Code::BodyEmpty));
        assert_eq!(split(b"\xff\xfe", 9), Err(Code::BodyNotUtf8));
        assert_eq!(split(b"{\"a\":", 9), Err(Code::BodyMalformed));
        assert_eq!(split(b"[{},{]", 9), Err(Code::BodyMalformed));
        assert_eq!(split(b"hello\nworld", 9), Err(Code::BodyMalformed));
        assert_eq!(split(b"[1,2,3]", 2), Err(Code::EventsTooMany));
        let deep = "[".repeat(200_000);
        assert_eq!(split(deep.as_bytes(), 9), Err(Code::BodyMalformed));
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
