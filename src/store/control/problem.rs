//! Problems with what a person typed: all of them at once, each with its field.

use std::fmt;

/// One field that cannot be used as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the field in forms and JSON.
    pub field: &'static str,
    /// The value, the rule and the remedy; lower case, without a final stop.
    pub message: String,
}

/// One or more problems, in the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok` if `problems` is empty.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub fn check(problems: Vec<Problem>) -> Result<(), Problems> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Problems(problems))
        }
    }

    /// A single problem.
    pub fn one(field: &'static str, message: String) -> Problems {
        Problems(vec![Problem { field, message }])
    }

    /// The problems, at least one.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(
                formatter,
                "{separator}{}: {}",
                problem.field, problem.message
            )?;
        }
        Ok(())
    }
}

/// `text` without spaces around it.
///
/// # Errors
/// The broken rule: one to `characters_max` characters, and no control characters, which
/// would garble logs and terminals (a NUL would also end the text in some readers).
pub(super) fn line_of_text(text: &str, characters_max: usize) -> Result<String, String> {
    let text = text.trim();
    let characters = text.chars().count();
    if text.is_empty() {
        Err("is empty; type at least one character".to_string())
    } else if characters > characters_max {
        Err(format!(
            "has {characters} characters; the most is {characters_max}"
        ))
    } else if text.chars().any(char::is_control) {
        Err("holds a control character; use letters, digits, signs and spaces".to_string())
    } else {
        Ok(text.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_bounded_and_keeps_signs_as_they_are() {
        assert_eq!(line_of_text("  a b ", 3), Ok("a b".to_string()));
        assert_eq!(line_of_text("é漢'", 3), Ok("é漢'".to_string()));
        assert_eq!(
            line_of_text("abcd", 3),
            Err("has 4 characters; the most is 3".to_string())
        );
        for text in ["", "   ", "a\0b", "a\nb", "a\u{1b}[31m"] {
            assert!(line_of_text(text, 100).is_err(), "{text:?}");
        }
    }

    #[test]
    fn problems_read_as_one_line() {
        let problems = Problems::check(vec![
            Problem {
                field: "slug",
                message: "is empty".to_string(),
            },
            Problem {
                field: "name",
                message: "is long".to_string(),
            },
        ]);
        assert_eq!(
            problems.unwrap_err().to_string(),
            "slug: is empty; name: is long"
        );
        assert_eq!(Problems::check(Vec::new()), Ok(()));
    }
}
