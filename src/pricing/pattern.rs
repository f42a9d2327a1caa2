//! Name patterns of the price book: `*` stands for any text, `#` for one digit.
//!
//! Less than regular expressions on purpose: they cannot be slow, and everyone can read them.
//! Compares bytes; names are in lower case on both sides.

/// A pattern such as `gpt-4o-####-##-##` or `*anthropic.claude-*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern written as `text`, in lower case.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.trim().to_lowercase())
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for one name only.
    pub fn is_exact(&self) -> bool {
        !self.0.contains(['*', '#'])
    }

    /// Whether it has no fixed character, so that it would claim every model.
    pub fn is_catch_all(&self) -> bool {
        self.0.chars().all(|c| matches!(c, '*' | '#'))
    }

    /// Whether `name`, in lower case, is of this form.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (self.0.as_bytes(), name.as_bytes());
        let (mut at, mut from) = (0, 0);
        // Where to go on when the text after the last star does not fit: one byte further.
        let mut retry: Option<(usize, usize)> = None;
        while from < name.len() {
            match pattern.get(at) {
                Some(b'*') => {
                    retry = Some((at + 1, from));
                    at += 1;
                }
                Some(b'#') if name[from].is_ascii_digit() => (at, from) = (at + 1, from + 1),
                Some(byte) if *byte != b'#' && *byte == name[from] => {
                    (at, from) = (at + 1, from + 1);
                }
                _ => match retry {
                    Some((after_star, start)) => {
                        retry = Some((after_star, start + 1));
                        (at, from) = (after_star, start + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|byte| *byte == b'*')
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_hash_is_one_digit() {
        for (pattern, name, expected) in [
            ("gpt-4o", "gpt-4o", true),
            ("gpt-4o", "gpt-4o-mini", false),
            ("gpt-4o*", "gpt-4o-mini", true),
            ("gpt-4o-####-##-##", "gpt-4o-2024-08-06", true),
            ("gpt-4o-####-##-##", "gpt-4o-2024-08-0x", false),
            ("gpt-4o-####-##-##", "gpt-4o-2024-08-061", false),
            ("*amazon.nova-lite*", "us.amazon.nova-lite-v1:0", true),
            ("*claude-opus-5", "us.claude-opus-5", true),
            ("*claude-opus-5", "claude-opus-5-5", false),
            ("*-tts-*", "gemini-2.5-pro-preview-tts-1", true),
            ("*ab*ab", "ababab", true),
            ("*ab*ab", "aab", false),
            ("*#*", "a1b", true),
            ("*", "", true),
            ("", "", true),
            ("#", "#", false),
        ] {
            assert_eq!(
                Pattern::new(pattern).matches(name),
                expected,
                "{pattern} {name}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_and_itself_with_a_part_replaced_by_a_star(
            name in "[a-z0-9.:/-]{1,30}", cut in 0..30_usize, length in 0..10_usize
        ) {
            let start = cut.min(name.len());
            let end = (start + length).min(name.len());
            prop_assert!(Pattern::new(&name).matches(&name));
            let pattern = format!("{}*{}", &name[..start], &name[end..]);
            prop_assert!(Pattern::new(&pattern).matches(&name));
        }
    }
}
