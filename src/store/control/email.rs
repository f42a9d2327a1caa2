//! Email addresses as names of accounts: their normal form and a plausible one.
//!
//! Sends nothing.

/// Longest email address that mail servers carry.
const EMAIL_CHARACTERS_MAX: usize = 254;

/// The form in which addresses are stored and compared.
pub(super) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A plausible address: whether it exists, only a mail could tell.
pub(super) fn check_email(email: &str) -> Result<(), String> {
    let characters = email.chars().count();
    let has_bad = email.chars().any(|character| {
        character.is_control() || character.is_whitespace() || "<>\",;".contains(character)
    });
    let parts: Vec<&str> = email.split('@').collect();
    if characters > EMAIL_CHARACTERS_MAX {
        Err(format!(
            "has {characters} characters; the most is {EMAIL_CHARACTERS_MAX}"
        ))
    } else if has_bad || parts.len() != 2 || parts.iter().any(|part| part.is_empty()) {
        Err("is not an email address; write it like ana@example.com".to_string())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plausible_addresses_are_taken_and_others_refused() {
        for email in [
            "ana@example.com",
            "a+b@localhost",
            "o'neil@example.com",
            "jö@bücher.de",
        ] {
            assert_eq!(check_email(email), Ok(()), "{email}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for email in [
            "",
            "ana",
            "@",
            "ana@",
            "@example.com",
            "a@b@c",
            "a b@example.com",
            "a\0@example.com",
            "a@example.com\r\nbcc: x@y",
            "<script>@example.com",
            "\"a\"@example.com",
            &long,
        ] {
            assert!(check_email(email).is_err(), "{email:?}");
        }
    }
}
