//! Where somebody is: an event, or a page by the form of its path.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::choice::in_words;
use crate::core::event::PAGE_VIEW;
use crate::core::page;

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
            Some(path) => page::form(path),
            None => in_words(kind),
        };
        self.named(&name)
    }

    /// The number of the place of this name.
    pub fn named(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The name of a place.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
