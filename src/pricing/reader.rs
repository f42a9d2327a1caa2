//! `Reader`: typed values out of TOML tables, with a note of everything that is wrong.
//!
//! Goes on after a problem, so that a person repairs a file once. Does not know price books.

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::core::currency::Currency;
use crate::pricing::problem::Problem;

/// A value with its place in the text.
pub type Value<'i> = Spanned<DeValue<'i>>;

/// Reads tables of one text and collects problems.
pub struct Reader {
    line_starts: Vec<usize>,
    /// The entry that is being read, for its problems; empty outside of entries.
    pub entry: String,
    /// The problems so far, in the order in which they were found.
    pub problems: Vec<Problem>,
}

impl Reader {
    /// A reader of `text`, which its problems refer to.
    pub fn new(text: &str) -> Reader {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = [0].into_iter().chain(breaks.map(|(at, _)| at + 1));
        Reader {
            line_starts: line_starts.collect(),
            entry: String::new(),
            problems: Vec::new(),
        }
    }

    /// Notes `problem`, found at byte `at` of the text.
    pub fn report(&mut self, at: usize, mut problem: Problem) {
        problem.line = Some(self.line_starts.partition_point(|start| *start <= at));
        if problem.entry.is_empty() {
            problem.entry.clone_from(&self.entry);
        }
        self.problems.push(problem);
    }

    /// Notes that `value` of `key` breaks `rule`.
    pub fn refuse(&mut self, key: &str, value: &Value<'_>, rule: &str) {
        let problem = Problem::new(key, shown(value.get_ref()), rule);
        self.report(value.span().start, problem);
    }

    /// The text that `value` is.
    pub fn text(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.refuse(key, value, "write a text in quotes");
        }
        text.map(|text| text.trim().to_owned())
    }

    /// The list of texts that `value` is.
    pub fn texts(&mut self, key: &str, value: &Value<'_>) -> Vec<String> {
        let DeValue::Array(array) = value.get_ref() else {
            self.refuse(key, value, "write a list of texts, like [\"a\", \"b\"]");
            return Vec::new();
        };
        array
            .iter()
            .filter_map(|item| self.text(key, item))
            .collect()
    }

    /// The value of the key `currency` in `table`.
    pub fn currency(&mut self, table: &DeTable<'_>) -> Option<Currency> {
        let value = table.get("currency")?;
        let text = self.text("currency", value)?;
        match text.parse() {
            Ok(currency) => Some(currency),
            Err(error) => {
                self.refuse("currency", value, &format!("{error}"));
                None
            }
        }
    }

    /// The day under `key` in `table`.
    pub fn date(&mut self, key: &str, table: &DeTable<'_>) -> Option<Date> {
        let value = table.get(key)?;
        let written = value.get_ref().as_datetime().map(ToString::to_string);
        let quoted = || value.get_ref().as_str().map(str::to_owned);
        let text = written.or_else(quoted).unwrap_or_default();
        // The reader of days would also take the day of a time with zone.
        let date = text.parse().ok().filter(|_| text.len() == 10);
        if date.is_none() {
            self.refuse(
                key,
                value,
                "write a day, like 2026-11-21; it begins at midnight UTC",
            );
        }
        date
    }

    /// The tables of the list under `key`, each with its place in the text.
    pub fn tables<'t, 'i>(
        &mut self,
        key: &str,
        table: &'t DeTable<'i>,
    ) -> Vec<(usize, &'t DeTable<'i>)> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.refuse(key, value, "write a list of tables, like [[model]]");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in list {
            match item.get_ref().as_table() {
                Some(table) => tables.push((item.span().start, table)),
                None => self.refuse(key, item, "write a table here"),
            }
        }
        tables
    }

    /// Keys and values of the table under `key`.
    pub fn pairs<'t, 'i>(
        &mut self,
        key: &str,
        table: &'t DeTable<'i>,
    ) -> Vec<(String, &'t Value<'i>)> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            self.refuse(key, value, "write a table here");
            return Vec::new();
        };
        table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), value))
            .collect()
    }

    /// Notes every key of `table` that is in none of the lists of `known` ones.
    pub fn check_keys(&mut self, table: &DeTable<'_>, known: &[&[&str]]) {
        for (key, value) in table {
            let key: &str = key.get_ref();
            if !known.iter().any(|keys| keys.contains(&key)) {
                self.refuse_key(key, value, known);
            }
        }
    }

    /// Notes that `key` is not one of the `known` ones.
    pub fn refuse_key(&mut self, key: &str, value: &Value<'_>, known: &[&[&str]]) {
        let rule = format!("unknown key; known here are {}", known.concat().join(", "));
        self.report(value.span().start, Problem::new(key, "", rule));
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(is_true) => is_true.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_placed_in_the_line_of_its_value() {
        let text = "a = 1\n\nb = [\"x\",\n  2]\nday = 2026-11-21\nnight = 2026-11-21T00:00:00Z\n";
        let table = DeTable::parse(text).unwrap();
        let table = table.get_ref();
        let mut reader = Reader::new(text);
        assert_eq!(reader.text("a", &table["a"]), None);
        assert_eq!(reader.texts("b", &table["b"]), ["x"]);
        assert_eq!(reader.date("day", table), "2026-11-21".parse().ok());
        assert_eq!(reader.date("night", table), None);
        reader.check_keys(table, &[&["a", "b"], &["day"]]);
        let problems: Vec<String> = reader.problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            problems,
            [
                "line 1: `a` is 1; write a text in quotes",
                "line 4: `b` is 2; write a text in quotes",
                "line 6: `night` is 2026-11-21T00:00:00Z; write a day, like 2026-11-21; it begins at midnight UTC",
                "line 6: `night`: unknown key; known here are a, b, day",
            ]
        );
    }
}
