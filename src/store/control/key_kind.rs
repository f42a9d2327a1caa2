//! Kinds of keys, and the form of a key.
//!
//! A key tells its kind in its first letters, so that a person sees what is about to be
//! pasted into a page.

use std::fmt;

/// Random letters and digits in a key: 238 bits. Eight of them are shown in lists, which
/// leaves 190 bits to guess.
pub const KEY_RANDOM_CHARACTERS: usize = 40;

/// What a key may do, in its project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Send events and nothing else; may stand in a public page.
    Ingest,
    /// Ask questions and nothing else.
    Read,
    /// Send events with any date, ask questions, change the project and its keys.
    Admin,
}

impl KeyKind {
    /// All kinds.
    pub const ALL: [KeyKind; 3] = [KeyKind::Ingest, KeyKind::Read, KeyKind::Admin];

    /// The word for the kind in keys, on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyKind::Ingest => "ingest",
            KeyKind::Read => "read",
            KeyKind::Admin => "admin",
        }
    }

    /// The kind with this word.
    pub fn parse(word: &str) -> Option<KeyKind> {
        KeyKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// First letters of keys of this kind.
    pub fn prefix(self) -> &'static str {
        match self {
            KeyKind::Ingest => "an_ingest_",
            KeyKind::Read => "an_read_",
            KeyKind::Admin => "an_admin_",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether `text` has the form of a key. Everything else is refused without a look-up.
pub(super) fn has_key_form(text: &str) -> bool {
    KeyKind::ALL.into_iter().any(|kind| {
        text.strip_prefix(kind.prefix()).is_some_and(|random| {
            random.len() == KEY_RANDOM_CHARACTERS
                && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret_token::SecretToken;

    #[test]
    fn the_prefix_tells_the_kind() {
        for kind in KeyKind::ALL {
            assert_eq!(kind.prefix(), format!("an_{kind}_"));
            assert_eq!(KeyKind::parse(kind.as_str()), Some(kind));
            let key = SecretToken::with_prefix(kind.prefix(), KEY_RANDOM_CHARACTERS);
            assert!(has_key_form(key.reveal()));
        }
        assert_eq!(KeyKind::parse("Admin"), None);
    }

    #[test]
    fn text_of_another_form_is_not_a_key() {
        let random = "a".repeat(40);
        assert!(has_key_form(&format!("an_read_{random}")));
        for text in [
            String::new(),
            random.clone(),
            format!("an_write_{random}"),
            format!("AN_READ_{random}"),
            format!(" an_read_{random}"),
            format!("an_read_{random}a"),
            format!("an_read_{}", &random[1..]),
            format!("an_read_{}'", &random[1..]),
            format!("an_read_{}é", &random[2..]),
            format!("an_read_{}\0", &random[1..]),
            "an_read_".repeat(100_000),
        ] {
            assert!(!has_key_form(&text), "{} bytes", text.len());
        }
    }
}
