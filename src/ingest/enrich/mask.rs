//! Masking: mail addresses, keys, card and account numbers are replaced by a word.
//!
//! One pass over the text, without regular expressions: each detector looks a bounded number
//! of bytes ahead before it says yes, so that a hostile text takes time in proportion to its
//! length. Telephone numbers and names are not masked, and neither is a long random text which
//! nothing beside it calls a key: identifiers and checksums look the same.
//!
//! Masking twice changes nothing more. For that, a detector counts the end of a masked part as
//! the start of a text, and says yes to a longer run wherever it would to its beginning.

mod card;
mod iban;
mod secret;

use std::borrow::Cow;

/// What stands in place of a mail address.
pub const EMAIL: &str = "[email]";
/// What stands in place of a key, a token or a password.
pub const SECRET: &str = "[secret]";
/// What stands in place of a payment card's number.
pub const CARD: &str = "[card]";
/// What stands in place of an international bank account number.
pub const IBAN: &str = "[iban]";

/// A part of the text to replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    start: usize,
    end: usize,
    label: &'static str,
}

/// `text` with everything sensitive replaced; borrowed if there is nothing.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut scanner = Scanner::new(text);
    let mut copied = 0;
    while let Some(found) = scanner.next_found() {
        masked.push_str(&text[copied..found.start]);
        masked.push_str(found.label);
        copied = found.end;
    }
    if copied == 0 {
        // Every finding has an end behind 0, so there was none.
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Walks over the text once and keeps what the detectors need to know of the part behind.
struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the last masked part ends. Nothing before it is looked at again.
    floor: usize,
    /// Where the run of characters that a mail address may have in front of its `@` starts.
    local_start: usize,
    /// Up to where digits and their separators were already searched for a card.
    digits_until: usize,
    /// Where the log-in of an address starts, behind its `://`, and whether a `:` was seen.
    login: Option<Login>,
}

struct Login {
    start: usize,
    has_password: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            floor: 0,
            local_start: 0,
            digits_until: 0,
            login: None,
        }
    }

    /// The next part to replace.
    fn next_found(&mut self) -> Option<Found> {
        while let Some(&byte) = self.bytes.get(self.at) {
            // Inside a word nothing begins or ends: most bytes of a text are done with this.
            if byte.is_ascii_alphabetic() && !self.is_word_start() {
                self.at += 1;
                continue;
            }
            if let Some(found) = self.look(byte) {
                self.at = found.end;
                self.floor = found.end;
                self.local_start = found.end;
                self.digits_until = found.end;
                self.login = None;
                return Some(found);
            }
            self.step(byte);
        }
        None
    }

    /// Whether something to replace is recognised at this byte. It may start further back.
    fn look(&mut self, byte: u8) -> Option<Found> {
        let here = self.at;
        let found = |end, label| {
            Some(Found {
                start: here,
                end,
                label,
            })
        };
        if byte == b'-'
            && let Some(end) = secret::private_key(self.bytes, here)
        {
            return found(end, SECRET);
        }
        if self.is_word_start() {
            if let Some(end) = secret::known_form(self.bytes, here) {
                return found(end, SECRET);
            }
            if let Some(end) = iban::end(self.bytes, here) {
                return found(end, IBAN);
            }
        }
        if byte.is_ascii_digit() && here >= self.digits_until {
            if let Some((start, end)) = card::find(self.bytes, here, self.floor) {
                return Some(Found {
                    start,
                    end,
                    label: CARD,
                });
            }
            self.digits_until = card::run_end(self.bytes, here);
        }
        if byte == b'@' || self.is_escaped_at(byte) {
            let sign = if byte == b'@' { 1 } else { 3 };
            if let Some(login) = self
                .login
                .as_ref()
                .filter(|login| byte == b'@' && login.has_password)
            {
                return Some(Found {
                    start: login.start,
                    end: here,
                    label: SECRET,
                });
            }
            if self.local_start < here
                && let Some(end) = domain_end(self.text, here + sign)
            {
                return Some(Found {
                    start: self.local_start,
                    end,
                    label: EMAIL,
                });
            }
        }
        // A value is recognised at the end of the word that announces it.
        if let Some((start, end)) = secret::announced(self.bytes, here, self.floor) {
            return Some(Found {
                start,
                end,
                label: SECRET,
            });
        }
        None
    }

    /// Goes to the next character, and notes what this one begins or ends.
    fn step(&mut self, byte: u8) {
        let width = match byte {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..=0xff => 4,
        };
        let next = self.at + width;
        // An escaped @ ends the local part as the sign itself does.
        let is_escaped_at = self.is_escaped_at(byte);
        if !is_local(byte) || is_escaped_at {
            self.local_start = if is_escaped_at { self.at + 3 } else { next };
        }
        match byte {
            b'/' if self.at >= self.floor + 2 && self.bytes[..self.at].ends_with(b":/") => {
                self.login = Some(Login {
                    start: next,
                    has_password: false,
                });
            }
            b':' => {
                if let Some(login) = &mut self.login {
                    login.has_password = true;
                }
            }
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'[' | b']' | b'\\' | b'@' => {
                self.login = None
            }
            byte if byte.is_ascii_whitespace() => self.login = None,
            _ => {}
        }
        self.at = next;
    }

    /// Whether this byte begins an `@` as addresses of pages write it.
    fn is_escaped_at(&self, byte: u8) -> bool {
        byte == b'%' && self.bytes[self.at..].starts_with(b"%40")
    }

    /// Whether a word may start here: at the start, behind a masked part, or behind a byte that
    /// is no letter or digit.
    fn is_word_start(&self) -> bool {
        self.at == self.floor || !self.bytes[self.at - 1].is_ascii_alphanumeric()
    }
}

/// Whether a byte may stand in front of the `@` of a mail address. Letters of two bytes (Latin
/// with marks, Greek, Cyrillic) may; those of three (Chinese, Japanese) would pull in the
/// sentence before, which is written without spaces.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte) || (0xc3..0xe0).contains(&byte)
}

/// The end of the domain that starts at `start`: labels with full stops between, of which the
/// last begins with two letters.
fn domain_end(text: &str, start: usize) -> Option<usize> {
    /// The longest name that the domain name system allows.
    const DOMAIN_BYTES_MAX: usize = 253;
    let rest = &text[start..];
    let mut end = None;
    let mut label_letters = 0;
    let mut labels = 0;
    let mut is_label_start = true;
    for (index, letter) in rest.char_indices() {
        if index >= DOMAIN_BYTES_MAX {
            break;
        }
        if letter == '.' {
            if is_label_start {
                break;
            }
            labels += 1;
            label_letters = 0;
            is_label_start = true;
            continue;
        }
        let is_letter = letter.is_alphabetic() && letter.len_utf8() <= 2;
        if !(is_letter || letter.is_ascii_digit() || letter == '-') {
            break;
        }
        let follows_letters_only = is_label_start || label_letters > 0;
        is_label_start = false;
        label_letters = if is_letter && follows_letters_only {
            label_letters + 1
        } else {
            0
        };
        // Two letters make a top-level name; more letters make it longer.
        if labels > 0 && label_letters >= 2 {
            end = Some(start + index + letter.len_utf8());
        }
    }
    end
}

#[cfg(test)]
mod tests;
