//! Random secrets (keys, sessions, links) and the hashes by which they are recognised.
//!
//! A token is random enough that a plain SHA-256 is a safe way to store it: nobody can try
//! all values. Passwords are not; they go through Argon2id in the control store.

use std::fmt;

use rand::distr::{Alphanumeric, SampleString};
use sha2::{Digest, Sha256};

/// Letters and digits in [`SecretToken::random`]: 43 of 62 kinds are 256 bits.
pub const TOKEN_CHARACTERS: usize = 43;

/// A secret that is shown once and then known only by its hash. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken(String);

impl SecretToken {
    /// A new secret of 43 random letters and digits (256 bits).
    pub fn random() -> SecretToken {
        SecretToken::with_prefix("", TOKEN_CHARACTERS)
    }

    /// A new secret: `prefix`, then `characters` random letters and digits of 5.95 bits each.
    pub fn with_prefix(prefix: &str, characters: usize) -> SecretToken {
        let random = Alphanumeric.sample_string(&mut rand::rng(), characters);
        SecretToken(format!("{prefix}{random}"))
    }

    /// The secret read back from where it was stored, for example a form token.
    pub fn from_stored(text: String) -> SecretToken {
        SecretToken(text)
    }

    /// The secret itself, for the one place that shows or sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored in place of the secret.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// Whether `text` is this secret. The time taken tells nothing about where they differ,
    /// because hashes are compared.
    pub fn is(&self, text: &str) -> bool {
        self.hash() == TokenHash::of(text)
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretToken(***)")
    }
}

/// SHA-256 of a secret token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of `text`.
    pub fn of(text: &str) -> TokenHash {
        TokenHash(Sha256::digest(text.as_bytes()).into())
    }

    /// 64 lower-case hexadecimal digits, the form in the database.
    pub fn to_hex(self) -> String {
        bytes_to_hex(&self.0)
    }

    /// The hash written as [`TokenHash::to_hex`] writes it; `None` for any other text.
    pub fn from_hex(text: &str) -> Option<TokenHash> {
        bytes_from_hex(text).map(TokenHash)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(***)")
    }
}

/// `bytes` as lower-case hexadecimal digits.
pub fn bytes_to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// 32 bytes from 64 lower-case hexadecimal digits; `None` for any other text.
pub fn bytes_from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_differ_and_are_43_letters_and_digits() {
        let tokens: std::collections::HashSet<String> = (0..1000)
            .map(|_| SecretToken::random().reveal().to_string())
            .collect();
        assert_eq!(tokens.len(), 1000);
        for token in &tokens {
            assert_eq!(token.len(), 43);
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        // 43,000 draws from 62 kinds: each kind is expected 694 times.
        let kinds: std::collections::HashSet<u8> =
            tokens.iter().flat_map(|token| token.bytes()).collect();
        assert_eq!(kinds.len(), 62);
    }

    #[test]
    fn the_hash_is_sha_256_in_hexadecimal() {
        // The test vector for "abc" in FIPS 180-4.
        assert_eq!(
            TokenHash::of("abc").to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn debug_output_holds_neither_secret_nor_hash() {
        let token = SecretToken::from_stored("an_read_swordfish".to_string());
        assert_eq!(format!("{token:?}"), "SecretToken(***)");
        assert_eq!(format!("{:?}", token.hash()), "TokenHash(***)");
    }

    #[test]
    fn a_token_is_only_itself() {
        let token = SecretToken::from_stored("abc".to_string());
        assert!(token.is("abc"));
        for other in ["", "ab", "abd", "ABC", "abc\0", "abcd"] {
            assert!(!token.is(other), "{other:?}");
        }
    }

    #[test]
    fn text_that_is_not_a_hash_is_refused() {
        let hash = TokenHash::of("abc").to_hex();
        for text in ["", "00", &hash.to_uppercase(), &hash[1..], &"é".repeat(32)] {
            assert_eq!(TokenHash::from_hex(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_hash_survives_its_text_form(text in ".*") {
            let hash = TokenHash::of(&text);
            prop_assert_eq!(TokenHash::from_hex(&hash.to_hex()), Some(hash));
        }
    }
}
