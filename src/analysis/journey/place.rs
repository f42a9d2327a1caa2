//! Where somebody is: an event, or a page by the form of its path.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::choice::in_words;

/// Shortest part of a path that is an id if it has digits: hashes and keys are longer, words are not.
const ID_CHARACTERS_MIN: usize = 16;
/// Shortest part in hexadecimal that is an id, as in `/thread/3fa9c1`, if it has digits and is not a date.
const HEX_CHARACTERS_MIN: usize = 6;

/// Names of places with their numbers.
#[derive(Debug, Default)]
pub struct Places {
    names: Vec<String>,
    numbers: HashMap<String, u32, RandomState>,
}

impl Places {
    /// The number of an event's place; pages whose paths differ only in ids are one.
    pub fn number(&mut self, kind: &str, path: Option<&str>) -> u32 {
        let name = match path.filter(|_| kind == PAGE_VIEW) {
            Some(path) => form(path),
            None => in_words(kind),
        };
        match self.numbers.get(&name) {
            Some(number) => *number,
            None => {
                let number = self.names.len() as u32;
                self.names.push(name.clone());
                self.numbers.insert(name, number);
                number
            }
        }
    }

    /// The name of a place.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}

/// The event whose place is its path.
pub const PAGE_VIEW: &str = "page_view";

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

    #[test]
    fn a_page_is_its_path_and_another_event_its_name() {
        let mut places = Places::default();
        let one = places.number("page_view", Some("/users/1"));
        assert_eq!(one, places.number("page_view", Some("/users/2")));
        let event = places.number("sign_up", Some("/users/1"));
        assert_eq!(
            (places.name(one), places.name(event)),
            ("/users/:id", "Sign up")
        );
        assert_eq!(places.number("page_view", None), 2);
    }
}
