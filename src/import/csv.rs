//! Rows of CSV. The separator is found from the header.
//!
//! A row with too many or too few values is named and left out: its values would land in wrong columns.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

use anyhow::{Context as _, bail};
use csv::{ByteRecord, ReaderBuilder};

use crate::import::row::{Each, Found, Members, Row};
use crate::import::value;

/// Longest header line. A longer one is no header.
const HEADER_BYTES_MAX: u64 = 1024 * 1024;

/// Gives every row after the header to `each`.
///
/// # Errors
/// If the input cannot be read, or `each` ends the reading.
pub fn rows(mut input: impl BufRead, each: Each) -> anyhow::Result<()> {
    let mut header = Vec::new();
    input
        .by_ref()
        .take(HEADER_BYTES_MAX)
        .read_until(b'\n', &mut header)?;
    let delimiter = delimiter(&header);
    let mut lines = Lines::default();
    let input = Marking {
        input: Cursor::new(header).chain(input),
        read: 0,
        ends: lines.ends.clone(),
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(input);
    let names = names(reader.byte_headers().context("cannot read the header")?)?;
    if names.is_empty() {
        return Ok(());
    }
    each(Found::Columns(names.clone()))?;
    let mut record = ByteRecord::new();
    let mut number = 0;
    while reader
        .read_byte_record(&mut record)
        .with_context(|| format!("cannot read after row {number}"))?
    {
        number += 1;
        let place = record
            .position()
            .map_or(number, |position| lines.line_at(position.byte()));
        each(match members(&names, &record) {
            Ok(members) => Found::Row(Row {
                number,
                place,
                members,
            }),
            Err(message) => Found::Broken {
                number,
                place,
                message,
            },
        })?;
    }
    Ok(())
}

fn members<'a>(names: &'a [String], record: &'a ByteRecord) -> Result<Members<'a>, String> {
    let (have, need) = (record.len(), names.len());
    if have != need {
        return Err(format!(
            "the row has {have} values; the header has {need}; check the quotes around values"
        ));
    }
    let mut members = Vec::with_capacity(need);
    for (name, cell) in names.iter().zip(record) {
        let cell = std::str::from_utf8(cell)
            .map_err(|_| format!("`{name}` is not UTF-8; save the file as UTF-8"))?;
        if let Some(json) = value::json(cell) {
            members.push((Cow::Borrowed(name.as_str()), json));
        }
    }
    Ok(members)
}

/// The names of the header; a missing one is `column_3`, a repeated one `name_2`.
fn names(header: &ByteRecord) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (index, cell) in header.iter().enumerate() {
        let Ok(cell) = std::str::from_utf8(cell) else {
            bail!("the header is not UTF-8; save the file as UTF-8")
        };
        let base = match cell.trim() {
            "" => format!("column_{}", index + 1),
            name => name.to_owned(),
        };
        let mut name = base.clone();
        let mut count = 1;
        while names.contains(&name) {
            count += 1;
            name = format!("{base}_{count}");
        }
        names.push(name);
    }
    Ok(names)
}

/// The most frequent separator of the header outside quotes; a comma if there is none.
fn delimiter(header: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    for byte in header {
        if *byte == b'"' {
            is_quoted = !is_quoted;
        } else if let Some((_, count)) = counts
            .iter_mut()
            .find(|(separator, _)| separator == byte && !is_quoted)
        {
            *count += 1;
        }
    }
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

/// Where line ends stand in what was read and not yet passed: the byte, and whether it begins a line.
type Ends = Rc<RefCell<VecDeque<(u64, bool)>>>;

/// Line numbers as an editor shows them. The CSV reader's own are those of the end of the row before,
/// which differ with blank lines and with the line ends of Windows.
#[derive(Default)]
struct Lines {
    ends: Ends,
    passed: u64,
}

impl Lines {
    /// The line of the row that begins at `byte` or after the line ends there. Bytes must not decrease.
    fn line_at(&mut self, mut byte: u64) -> u64 {
        let mut ends = self.ends.borrow_mut();
        while let Some((at, begins_line)) = ends.front().copied().filter(|(at, _)| *at <= byte) {
            ends.pop_front();
            self.passed += u64::from(begins_line);
            byte += u64::from(at == byte);
        }
        self.passed + 1
    }
}

/// Notes line ends while reading.
struct Marking<R> {
    input: R,
    read: u64,
    ends: Ends,
}

impl<R: Read> Read for Marking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let mut ends = self.ends.borrow_mut();
        for (at, byte) in (self.read..).zip(&buffer[..count]) {
            if matches!(byte, b'\n' | b'\r') {
                ends.push_back((at, *byte == b'\n'));
            }
        }
        self.read += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every row as `place name=json …`.
    fn read(text: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        rows(text, &mut |row| {
            match row {
                Found::Columns(_) => {}
                Found::Row(row) => {
                    let members: Vec<String> = row
                        .members
                        .iter()
                        .map(|(name, json)| format!("{name}={json}"))
                        .collect();
                    found.push(format!("{} {}", row.place, members.join(" ")));
                }
                Found::Broken { place, message, .. } => {
                    found.push(format!("{place} broken: {message}"))
                }
            }
            Ok(())
        })
        .expect("rows");
        found
    }

    #[test]
    fn the_separator_is_found_from_the_header() {
        for text in [
            "a,b;c\n1,x\n",
            "a;b;c,d\n1;;x\n",
            "\"a;;\",b\n1,x\n",
            "a\tb\r\n1\tx\r\n",
            "a|b\n1|x",
        ] {
            let rows = read(text.as_bytes());
            assert!(
                rows[0].contains("=1") && rows[0].ends_with("=\"x\""),
                "{rows:?}"
            );
        }
        assert_eq!(read(b"a\n1\n"), ["2 a=1"]);
    }

    #[test]
    fn quoted_cells_may_hold_line_ends_and_the_line_number_is_the_editors() {
        assert_eq!(
            read(b"a,b\n\"x\ny\",1\n\n2,3"),
            [r#"2 a="x\ny" b=1"#, "5 a=2 b=3"]
        );
    }

    #[test]
    fn broken_rows_are_named_and_their_neighbours_are_kept() {
        let rows = read(b"a,b\n1\n1,2,3\n\xff,1\n4,5\n");
        assert!(
            rows[0].starts_with("2 broken: the row has 1 values; the header has 2"),
            "{rows:?}"
        );
        assert!(
            rows[1].starts_with("3 broken: the row has 3 values"),
            "{rows:?}"
        );
        assert!(
            rows[2].starts_with("4 broken: `a` is not UTF-8"),
            "{rows:?}"
        );
        assert_eq!(rows[3], "5 a=4 b=5");
    }

    #[test]
    fn missing_and_repeated_names_get_one_of_their_own() {
        assert_eq!(read(b"a,,a\n1,2,3\n"), ["2 a=1 column_2=2 a_2=3"]);
    }

    #[test]
    fn an_empty_file_and_a_lone_header_have_no_rows() {
        assert_eq!(read(b""), [""; 0]);
        assert_eq!(read(b"a,b\n"), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _no_panic = rows(&bytes[..], &mut |_| Ok(()));
        }
    }
}
