//! The layer of the settings file.
//!
//! Finds syntax errors, sections and keys. Whether a value is right is decided in `load.rs`.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::config::key::{key_in_file, key_remedy, section_remedy, sections};
use crate::config::load::{Given, Reader};
use crate::config::problem::{Problem, Source};

/// A settings file while it is read.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
    /// Lines that are not TOML; `None` for one that cannot be told.
    broken_lines: Vec<Option<usize>>,
}

impl File<'_> {
    /// The line of the byte at `offset`, counted from 1.
    fn line(&self, offset: usize) -> usize {
        let before = self.text.bytes().take(offset);
        1 + before.filter(|byte| *byte == b'\n').count()
    }

    fn source(&self, line: Option<usize>) -> Source {
        Source::File {
            path: self.path.to_owned(),
            line,
        }
    }

    /// A problem of a name, or of the file where there is none. The value is never told: that
    /// of a misspelt key may be a secret.
    fn problem(
        &self,
        line: Option<usize>,
        key: Option<String>,
        rule: String,
        remedy: Option<String>,
    ) -> Problem {
        Problem {
            source: self.source(line),
            key,
            value: None,
            rule,
            remedy,
        }
    }
}

/// Gives `reader` all that stands in the file at `path`.
pub(super) fn read_file(reader: &mut Reader, path: &Path) {
    let read = std::fs::read_to_string(path);
    let mut file = File {
        path,
        text: read.as_deref().unwrap_or_default(),
        broken_lines: Vec::new(),
    };
    if let Err(error) = &read {
        let rule = format!("the settings file cannot be read: {error}");
        reader.note(file.problem(None, None, rule, None));
        return;
    }

    let (table, errors) = DeTable::parse_recoverable(file.text);
    for error in errors {
        let line = error.span().map(|span| file.line(span.start));
        // One slip confuses the parser more than once; the first message on a line tells.
        if file.broken_lines.contains(&line) {
            continue;
        }
        file.broken_lines.push(line);
        // Only the message: the parser's full report quotes the line, and a secret with it.
        let rule = format!("this is not TOML: {}", error.message());
        reader.note(file.problem(line, None, rule, syntax_remedy(file.text, line)));
    }

    for (name, value) in table.get_ref() {
        let line = Some(file.line(name.span().start));
        let name = name.get_ref();
        let is_section = sections().any(|known| known == name);
        let (key, rule, remedy) = match value.get_ref() {
            DeValue::Table(table) if is_section => {
                read_section(reader, &file, name, table);
                continue;
            }
            DeValue::Table(_) => (
                format!("[{name}]"),
                "there is no such section",
                section_remedy(name),
            ),
            _ if is_section => (
                name.to_string(),
                "this is a section and has no value of its own",
                format!("write [{name}] on a line, and its settings below it"),
            ),
            _ => (
                name.to_string(),
                "there is no such setting",
                key_remedy(None, name),
            ),
        };
        note_name(reader, &file, line, key, rule, remedy);
    }
}

fn read_section(reader: &mut Reader, file: &File, section: &str, table: &DeTable) {
    for (name, value) in table {
        let line = Some(file.line(name.span().start));
        if file.broken_lines.contains(&line) {
            continue;
        }
        let name = name.get_ref();
        let Some(key) = key_in_file(section, name) else {
            let path = format!("{section}.{name}");
            let remedy = key_remedy(Some(section), name);
            note_name(reader, file, line, path, "there is no such setting", remedy);
            continue;
        };
        let written = file.text.get(value.span()).unwrap_or_default();
        let readings = match value.get_ref() {
            DeValue::Table(_) => Vec::new(),
            // A whole number beyond 64 bits has no reading, and is in no range.
            _ => written.parse().into_iter().collect(),
        };
        reader.give(Given {
            key,
            source: file.source(line),
            written: written.to_owned(),
            readings,
        });
    }
}

/// Notes a name that means nothing where it stands.
fn note_name(
    reader: &mut Reader,
    file: &File,
    line: Option<usize>,
    key: String,
    rule: &str,
    remedy: String,
) {
    // After a syntax error keys may stand in the wrong section through no fault of their own.
    if file.broken_lines.is_empty() {
        reader.note(file.problem(line, Some(key), rule.to_owned(), Some(remedy)));
    }
}

/// What to do about the most common slip, text without quotes.
fn syntax_remedy(text: &str, line: Option<usize>) -> Option<String> {
    let (_, value) = text.lines().nth(line?.checked_sub(1)?)?.split_once('=')?;
    let is_bare = !value.trim().is_empty() && !value.contains(['"', '\'']);
    is_bare.then(|| "text stands in double quotes".to_owned())
}
