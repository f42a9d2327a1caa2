//! How an event is refused: a code, and a message that names the value and the rule.

use crate::core::code::Code;

/// Why an event is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub code: Code,
    /// What exactly is wrong, naming value and rule.
    pub message: String,
}

impl Refusal {
    /// A refusal with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            message: message.into(),
        }
    }
}

/// The longest start of `text` with at most `bytes_max` bytes.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max.min(text.len()))]
}

/// A value for a message: short, and without what would break a line.
pub(super) fn quote(value: &str) -> String {
    let short = cut(value, 60);
    let more = if short.len() < value.len() { "…" } else { "" };
    format!("`{}{more}`", short.replace(char::is_control, " "))
}
