//! Rows of NDJSON: one JSON object a line. Values keep the digits they were written with.
//!
//! A broken line costs only itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

use anyhow::bail;
use serde_json::value::RawValue;

use crate::import::row::{Each, Found, Row};

/// Longest line. The server would refuse such an event, and a file without line ends must not fill the memory.
const LINE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Gives every line that is not empty to `each`.
///
/// # Errors
/// If the input cannot be read, a line is longer than 8 MiB, or `each` ends the reading.
pub fn rows(mut input: impl BufRead, each: Each) -> anyhow::Result<()> {
    let mut line = Vec::new();
    let (mut place, mut number) = (0, 0);
    loop {
        line.clear();
        if input
            .by_ref()
            .take(LINE_BYTES_MAX as u64 + 1)
            .read_until(b'\n', &mut line)?
            == 0
        {
            return Ok(());
        }
        place += 1;
        if line.len() > LINE_BYTES_MAX {
            bail!("line {place} is longer than {LINE_BYTES_MAX} bytes; write one event a line");
        }
        let content = line.trim_ascii();
        if content.is_empty() {
            continue;
        }
        number += 1;
        let object: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_slice(content);
        each(match object {
            Ok(object) => {
                let members = object
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name), Cow::Borrowed(value.get())));
                Found::Row(Row {
                    number,
                    place,
                    members: members.collect(),
                })
            }
            Err(error) => Found::Broken {
                number,
                place,
                message: format!("the line is not a JSON object: {error}"),
            },
        })?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_read_with_their_digits_and_broken_ones_are_named() {
        let text = b"{\"b\":0.1000000000000000005,\"a\":{\"c\":1}}\n\n[1]\r\n{\"a\":\n{\"z\":null}";
        let mut found = Vec::new();

        rows(&text[..], &mut |row| {
            found.push(match row {
                Found::Row(row) => format!("{}@{} {:?}", row.number, row.place, row.members),
                Found::Broken {
                    number,
                    place,
                    message,
                } => format!("{number}@{place} {}", &message[..30]),
                Found::Columns(_) => "columns".to_owned(),
            });
            Ok(())
        })
        .expect("rows");

        assert_eq!(
            found,
            [
                r#"1@1 [("a", "{\"c\":1}"), ("b", "0.1000000000000000005")]"#,
                "2@3 the line is not a JSON object:",
                "3@4 the line is not a JSON object:",
                r#"4@5 [("z", "null")]"#,
            ]
        );
    }

    #[test]
    fn a_file_without_line_ends_is_refused_before_it_fills_the_memory() {
        let endless = std::io::repeat(b'x').take(LINE_BYTES_MAX as u64 * 2);
        let error = rows(std::io::BufReader::new(endless), &mut |_| Ok(())).expect_err("a refusal");
        assert!(error.to_string().starts_with("line 1 is longer"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _no_panic = rows(&bytes[..], &mut |_| Ok(()));
        }

        #[test]
        fn every_line_is_a_row_or_broken_and_in_its_place(
            lines in proptest::collection::vec(prop_oneof![
                Just(String::new()), Just("{\"a\":".to_owned()), Just("[1]".to_owned()), Just("{\"a\":1}".to_owned()),
            ], 0..20),
        ) {
            let mut found = Vec::new();
            rows(lines.join("\n").as_bytes(), &mut |row| {
                found.push(match row {
                    Found::Row(row) => (row.place, true),
                    Found::Broken { place, .. } => (place, false),
                    Found::Columns(_) => unreachable!("lines have no columns"),
                });
                Ok(())
            })
            .expect("rows");
            let expected: Vec<(u64, bool)> = (1..)
                .zip(&lines)
                .filter(|(_, line)| !line.is_empty())
                .map(|(place, line)| (place, line == "{\"a\":1}"))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
