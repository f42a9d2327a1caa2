//! What is wrong with a line of a price book: where, what it says, and the rule.
//!
//! Problems are collected, so that a person repairs a file once. Does not know files or forms.

use std::fmt;

/// One thing that has to be changed before a price book can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line of the text, counted from one, where there is a text.
    pub line: Option<usize>,
    /// The entry, as in `openai/gpt-4o`; empty for the book itself.
    pub entry: String,
    /// The key, as in `input`; empty when the entry as a whole is meant.
    pub key: String,
    /// The value as it was written; empty when there is none.
    pub value: String,
    /// The rule and the remedy, in a sentence without a final stop.
    pub rule: String,
}

impl Problem {
    /// A problem with `value` of `key`, not yet placed in an entry.
    pub fn new(key: &str, value: impl fmt::Display, rule: impl Into<String>) -> Problem {
        Problem {
            line: None,
            entry: String::new(),
            key: key.to_owned(),
            value: value.to_string(),
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        if !self.entry.is_empty() {
            write!(formatter, "{}: ", self.entry)?;
        }
        match (self.key.is_empty(), self.value.is_empty()) {
            (true, _) => write!(formatter, "{}", self.rule),
            (false, true) => write!(formatter, "`{}`: {}", self.key, self.rule),
            (false, false) => write!(formatter, "`{}` is {}; {}", self.key, self.value, self.rule),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_a_line_with_place_value_and_rule() {
        let mut problem = Problem::new("input", "-1", "a price is at least 0");
        assert_eq!(problem.to_string(), "`input` is -1; a price is at least 0");
        problem.line = Some(7);
        problem.entry = "openai/gpt-4o".to_owned();
        assert_eq!(
            problem.to_string(),
            "line 7: openai/gpt-4o: `input` is -1; a price is at least 0"
        );
        assert_eq!(
            Problem::new("model", "", "say which model").to_string(),
            "`model`: say which model"
        );
    }
}
