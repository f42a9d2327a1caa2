//! How much of a prompt or an answer is kept beside its event.
//!
//! Each project chooses. Whatever it chooses, the text is masked first: cut first, and a key of
//! which the end is missing would no longer look like one.

use crate::ingest::enrich::mask::mask;

/// Characters that are kept unless a project says otherwise.
pub const PREVIEW_CHARACTERS_DEFAULT: usize = 500;

/// What is kept of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preview {
    /// Nothing.
    Off,
    /// The first characters of the masked text, and an ellipsis if there are more.
    Truncated {
        /// Characters that are kept, the ellipsis not counted.
        characters: usize,
    },
    /// The whole masked text.
    Full,
}

impl Default for Preview {
    fn default() -> Preview {
        Preview::Truncated {
            characters: PREVIEW_CHARACTERS_DEFAULT,
        }
    }
}

/// What is stored of `text`: masked, then cut. `None` if nothing is kept.
#[must_use]
pub fn apply(preview: Preview, text: &str) -> Option<String> {
    match preview {
        Preview::Off => None,
        Preview::Full => Some(mask(text).into_owned()),
        Preview::Truncated { .. } => cut(preview, &mask(text)),
    }
}

/// What is stored of `text` in a project that has switched masking off: cut only.
#[must_use]
pub fn cut(preview: Preview, text: &str) -> Option<String> {
    match preview {
        Preview::Off => None,
        Preview::Full => Some(text.to_owned()),
        Preview::Truncated { characters } => match text.char_indices().nth(characters) {
            None => Some(text.to_owned()),
            Some((end, _)) => Some(format!("{}…", &text[..end])),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_keeps_what_it_says() {
        let text = "mail ana@example.com";
        assert_eq!(apply(Preview::Off, text), None);
        assert_eq!(apply(Preview::Full, text).as_deref(), Some("mail [email]"));
        // "mail [email]" has 12 characters.
        let cut = |characters| apply(Preview::Truncated { characters }, text);
        assert_eq!(cut(12).as_deref(), Some("mail [email]"));
        assert_eq!(cut(11).as_deref(), Some("mail [email…"));
        assert_eq!(cut(0).as_deref(), Some("…"));
    }

    #[test]
    fn a_key_across_the_cut_does_not_leak_its_first_half() {
        let key = "sk-proj-abcdefghij0123456789";
        let text = format!("use {key} now");
        let kept = apply(Preview::Truncated { characters: 14 }, &text);
        assert_eq!(kept.as_deref(), Some("use [secret] n…"));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let cut = apply(Preview::Truncated { characters: 2 }, "äöü");
        assert_eq!(cut.as_deref(), Some("äö…"));
        assert_eq!(
            apply(Preview::Truncated { characters: 1 }, "").as_deref(),
            Some("")
        );
    }

    #[test]
    fn the_default_is_500_characters() {
        let kept = apply(Preview::default(), &"x".repeat(501)).expect("the default keeps a part");
        assert_eq!(kept.chars().count(), 501); // 500 and the ellipsis
    }
}
