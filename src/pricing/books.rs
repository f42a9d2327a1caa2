//! `PriceBooks`: the price book in force, with the own prices of each project before it.
//!
//! One value that is replaced as a whole when a price changes, so that an event meets either the old prices or the new
//! ones. Does not know where prices are kept.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::pricing::book::PriceBook;
use crate::pricing::entry::Entry;
use crate::pricing::problem::Problem;

/// Where the common book comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookOrigin {
    /// It is part of the program.
    Embedded,
    /// The file of the setting `prices.file`.
    File,
    /// Somebody uploaded it on screen.
    Uploaded {
        /// When.
        at: Timestamp,
    },
}

/// All prices.
#[derive(Debug)]
pub struct PriceBooks {
    common: PriceBook,
    origin: BookOrigin,
    own: HashMap<u32, PriceBook>,
}

impl PriceBooks {
    /// The common book alone.
    pub fn new(common: PriceBook, origin: BookOrigin) -> PriceBooks {
        PriceBooks {
            common,
            origin,
            own: HashMap::new(),
        }
    }

    /// Puts the own prices of a project before the common ones.
    ///
    /// # Errors
    /// Every problem of the own entries; the project then keeps the common prices.
    pub fn set_own(&mut self, project: u32, entries: Vec<Entry>) -> Result<(), Vec<Problem>> {
        let book = self.common.with_overrides(entries)?;
        self.own.insert(project, book);
        Ok(())
    }

    /// The prices of a project.
    pub fn of(&self, project: u32) -> &PriceBook {
        self.own.get(&project).unwrap_or(&self.common)
    }

    /// The prices of whoever has no own ones.
    pub fn common(&self) -> &PriceBook {
        &self.common
    }

    /// Where the common book comes from.
    pub fn origin(&self) -> BookOrigin {
        self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::class::Class;
    use crate::pricing::entry::Price;
    use crate::pricing::rate::Rate;
    use crate::pricing::usage::ServiceTier;

    fn input(books: &PriceBooks, project: u32) -> String {
        let at = "2026-11-24T12:00:00Z".parse().expect("a moment");
        let book = books.of(project);
        let found = book.find(Some("openai"), "gpt-5-mini", at, ServiceTier::Standard);
        let rate = found.expect("a price").price.rates.get(Class::Uncached);
        rate.expect("a rate").to_string()
    }

    #[test]
    fn own_prices_hold_in_their_project_only() {
        let mut books = PriceBooks::new(PriceBook::embedded(), BookOrigin::Embedded);
        let common = input(&books, 1);
        let mut entry = Entry::new(Some("openai"), "gpt-5-mini");
        let rate = Rate::parse("123.456").expect("a rate");
        let rates = [(Class::Uncached, rate)].into_iter().collect();
        entry.prices.push(Price::new(rates));

        books.set_own(1, vec![entry]).expect("a price");

        assert_eq!(input(&books, 1), "123.456");
        assert_eq!(input(&books, 2), common);
        assert!(books.set_own(1, vec![Entry::new(None, "")]).is_err());
        assert_eq!(
            input(&books, 1),
            "123.456",
            "what was wrong changes nothing"
        );
    }
}
