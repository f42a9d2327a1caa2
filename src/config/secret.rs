//! A value that must never be shown.
//!
//! Does not encrypt and does not wipe memory: it keeps secrets out of logs, errors, pages and
//! printed settings. It implements no serialisation, so that none can carry it away.

use std::fmt;

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Text that prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: String) -> Secret {
        Secret(text)
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `given` is the secret. Takes the same time wherever they differ, so that an
    /// answer's delay does not tell how much of a guess was right; it does tell the length.
    pub fn matches(&self, given: &str) -> bool {
        let (secret, given) = (self.0.as_bytes(), given.as_bytes());
        let mut difference = secret.len() ^ given.len();
        for (own, other) in secret.iter().zip(given) {
            difference |= usize::from(own ^ other);
        }
        difference == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_stars_however_it_is_formatted() {
        let secret = Secret::new("open-sesame-open".to_owned());

        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "*** *** ***");
        assert_eq!(secret.expose(), "open-sesame-open");
    }

    #[test]
    fn a_secret_matches_only_itself() {
        let secret = Secret::new("open-sesame".to_owned());

        assert!(secret.matches("open-sesame"));
        for other in [
            "",
            "open-sesamE",
            "Open-sesame",
            "open-sesam",
            "open-sesame!",
        ] {
            assert!(!secret.matches(other), "{other}");
        }
    }
}
