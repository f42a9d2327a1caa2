//! Pages: paths that differ only in what they name are one.

/// Shortest part of a path that is an id if it has digits: hashes and keys are longer, words are not.
const ID_CHARACTERS_MIN: usize = 16;
/// Shortest part in hexadecimal that is an id, as in `/thread/3fa9c1`, if it has digits and is not a date.
const HEX_CHARACTERS_MIN: usize = 6;

/// A path with `:id` in the place of what names one thing among many: numbers, UUIDs, long keys, addresses.
pub fn form(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path
        .trim_end_matches('/')
        .split('/')
        .map(|part| if is_id(part) { ":id" } else { part })
        .collect();
    match parts.join("/") {
        empty if empty.is_empty() => "/".to_owned(),
        form => form,
    }
}

fn is_id(part: &str) -> bool {
    let count = |is: fn(&char) -> bool| part.chars().filter(is).count();
    let digits = count(char::is_ascii_digit);
    let is_number = digits > 0 && part.chars().all(|c| c.is_ascii_digit());
    // A UUID, or a hash in hexadecimal.
    let is_hex = part.len() >= ID_CHARACTERS_MIN
        && digits > 0
        && part.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let is_key = part.len() >= ID_CHARACTERS_MIN
        && digits >= 3
        && !part.contains('-')
        && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_short_hex = part.len() >= HEX_CHARACTERS_MIN
        && digits > 0
        && part
            .chars()
            .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    is_number || is_hex || is_short_hex || is_key || part.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_paths_are_one_place() {
        for (path, expected) in [
            ("/", "/"),
            ("", "/"),
            ("/pricing/", "/pricing"),
            ("/users/42/edit", "/users/:id/edit"),
            ("/d/0199b2f0-6f3e-7c3a-9c51-0d6b1a2c3d4e", "/d/:id"),
            ("/c/5f3c1e2a9b8d7c6f", "/c/:id"),
            ("/c/cus_NffrFeUfNV2Hib00", "/c/:id"),
            ("/draft/3fa9c1", "/draft/:id"),
            ("/news/2026-11-24", "/news/2026-11-24"),
            ("/menu/decade", "/menu/decade"),
            ("/menu/cafe5", "/menu/cafe5"),
            ("/people/ana@example.org", "/people/:id"),
            (
                "/blog/how-we-halved-our-costs-in-2026",
                "/blog/how-we-halved-our-costs-in-2026",
            ),
            ("/v2/chat", "/v2/chat"),
            ("/a?b=1#c", "/a"),
        ] {
            assert_eq!(form(path), expected, "{path}");
        }
    }
}
