//! `PriceBook`: which price a reported call is billed at.
//!
//! Shelves of entries, the project's own before the common one, looked up by hash and kept in a
//! bounded cache, as the same few models come a hundred thousand times a second. Does not
//! multiply and does not read files.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::pricing::book_file::BookFile;
use crate::pricing::class::{CLASSES, Class};
use crate::pricing::entry::{Entry, Price};
use crate::pricing::pattern::Pattern;
use crate::pricing::problem::Problem;
use crate::pricing::provider;
use crate::pricing::spelling::spellings;
use crate::pricing::usage::ServiceTier;

/// Names of models remembered with what they led to. A project uses dozens; beyond this, made-up
/// names push each other out and cost a search of some microseconds.
const MODELS_CACHED_MAX: usize = 1024;

/// Longest model name that is looked for. Longer ones are not names, and would fill the cache.
const MODEL_BYTES_MAX: usize = 256;

const EMBEDDED: &str = include_str!("book.toml");

/// Prices of models, with the rules that go with them.
#[derive(Debug)]
pub struct PriceBook {
    version: String,
    billed_as: Arc<[Option<Class>; CLASSES]>,
    own: Option<Shelf>,
    common: Arc<Shelf>,
    places: Cache<Name, Places>,
}

/// The price of a call, with what is needed to use it.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The model's entry.
    pub entry: &'a Entry,
    /// The price that holds.
    pub price: &'a Price,
    /// Whether it is for the service tier that was reported; if not, it is the standard price.
    pub is_tier_known: bool,
}

impl PriceBook {
    /// The book that is part of the program. Takes some milliseconds.
    pub fn embedded() -> PriceBook {
        PriceBook::parse(EMBEDDED).expect("a test parses the embedded book")
    }

    /// The book written in `text`, which replaces the embedded one.
    ///
    /// # Errors
    /// Every problem of the text, in the order of its lines.
    pub fn parse(text: &str) -> Result<PriceBook, Vec<Problem>> {
        let file = BookFile::parse(text)?;
        let mut billed_as = [None; CLASSES];
        for (class, other) in file.billed_as {
            billed_as[class.index()] = Some(other);
        }
        let common = Shelf::new("", file.entries, file.sells_models_of)?;
        Ok(PriceBook {
            version: file.version,
            billed_as: Arc::new(billed_as),
            own: None,
            common: Arc::new(common),
            places: Cache::new(MODELS_CACHED_MAX),
        })
    }

    /// This book with `own` prices before its own, sharing everything else.
    ///
    /// Where an own entry has no price for a moment, the common one counts.
    ///
    /// # Errors
    /// Every problem of the own entries.
    pub fn with_overrides(&self, own: Vec<Entry>) -> Result<PriceBook, Vec<Problem>> {
        let problems: Vec<Problem> = own.iter().flat_map(Entry::problems).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(PriceBook {
            version: self.version.clone(),
            billed_as: Arc::clone(&self.billed_as),
            own: Some(Shelf::new("own:", own, HashMap::new())?),
            common: Arc::clone(&self.common),
            places: Cache::new(MODELS_CACHED_MAX),
        })
    }

    /// What the common book calls itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The own entries, in the order given.
    pub fn own_entries(&self) -> &[Entry] {
        self.own.as_ref().map_or(&[], |shelf| &shelf.entries)
    }

    /// The entries of the common book, in its order.
    pub fn entries(&self) -> &[Entry] {
        &self.common.entries
    }

    /// The class that `class` is billed as when it has no price of its own.
    pub fn billed_as(&self, class: Class) -> Option<Class> {
        self.billed_as[class.index()]
    }

    /// The price of a call that reported `model` and, if anything, `provider`, at its start `at`.
    ///
    /// None says that the model, or its price at that time, is unknown: not that it is free.
    pub fn find(
        &self,
        provider: Option<&str>,
        model: &str,
        at: Timestamp,
        tier: ServiceTier,
    ) -> Option<Match<'_>> {
        let places = self.places(provider, model)?;
        let own = || {
            let shelf = self.own.as_ref()?;
            let entry = shelf.entries.get(places.own?)?;
            let (price, is_tier_known) = entry.price_at(at, tier)?;
            Some(Match {
                entry,
                price,
                is_tier_known,
            })
        };
        let common = || {
            let place = places.common?;
            let entry = self.common.entries.get(place)?;
            // Who sells another's models has service tiers of their own.
            let is_standard = tier == ServiceTier::Standard;
            let asked = if places.is_lent {
                ServiceTier::Standard
            } else {
                tier
            };
            let (price, is_known) = entry.price_at(at, asked)?;
            Some(Match {
                entry,
                price,
                is_tier_known: is_known && (is_standard || !places.is_lent),
            })
        };
        own().or_else(common)
    }

    fn places(&self, provider: Option<&str>, model: &str) -> Option<Places> {
        let provider_bytes = provider.map_or(0, str::len);
        if model.len() > MODEL_BYTES_MAX || provider_bytes > MODEL_BYTES_MAX {
            return None;
        }
        let asked = Asked { provider, model };
        if let Some(places) = self.places.get(&asked) {
            return Some(places);
        }
        let places = self.search(provider, model);
        let name = Name {
            provider: provider.map(Box::from),
            model: model.into(),
        };
        self.places.insert(name, places);
        Some(places)
    }

    fn search(&self, provider: Option<&str>, model: &str) -> Places {
        let provider = provider::of_call(provider, model);
        let spellings = spellings(model);
        let mut places = Places::default();
        if let Some(shelf) = &self.own {
            places.own = spellings.iter().find_map(|spelling| {
                let billed = shelf.place(provider.as_deref(), spelling);
                billed.or_else(|| shelf.place(None, spelling))
            });
        }
        let Some(provider) = provider else {
            return places;
        };
        let lenders = self.common.sells_models_of.get(provider.as_ref());
        for spelling in &spellings {
            places.common = self.common.place(Some(&provider), spelling);
            if places.common.is_some() {
                break;
            }
            let lent = |other: &String| self.common.place(Some(other), spelling);
            places.common = lenders.and_then(|others| others.iter().find_map(lent));
            if places.common.is_some() {
                places.is_lent = true;
                break;
            }
        }
        places
    }
}

/// Where a name leads to: places in the lists of entries.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    own: Option<usize>,
    common: Option<usize>,
    /// Whether the common entry is of another provider, whose models this one sells.
    is_lent: bool,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    provider: Option<Box<str>>,
    model: Box<str>,
}

/// A `Name` that borrows, so that a look-up does not allocate. Its fields hash like those.
#[derive(Hash)]
struct Asked<'a> {
    provider: Option<&'a str>,
    model: &'a str,
}

impl Equivalent<Name> for Asked<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        self.provider == name.provider.as_deref() && *self.model == *name.model
    }
}

/// Entries with the ways to find them.
#[derive(Debug)]
struct Shelf {
    entries: Vec<Entry>,
    /// By provider; the empty key is for entries of any.
    names: HashMap<String, Names>,
    sells_models_of: HashMap<String, Vec<String>>,
}

#[derive(Debug, Default)]
struct Names {
    exact: HashMap<String, usize>,
    patterns: Vec<(Pattern, usize)>,
}

impl Shelf {
    fn new(
        prefix: &str,
        mut entries: Vec<Entry>,
        sells_models_of: HashMap<String, Vec<String>>,
    ) -> Result<Shelf, Vec<Problem>> {
        let mut names: HashMap<String, Names> = HashMap::new();
        let mut problems = Vec::new();
        for (place, entry) in entries.iter_mut().enumerate() {
            entry.provider = entry
                .provider
                .take()
                .map(|name| provider::id(&name).into_owned());
            entry.seal(prefix);
            let provider = entry.provider.clone().unwrap_or_default();
            let names = names.entry(provider).or_default();
            let model = Pattern::new(&entry.model);
            for pattern in entry.patterns.iter().chain([&model]) {
                if !pattern.is_exact() {
                    names.patterns.push((pattern.clone(), place));
                    continue;
                }
                let owner = names.exact.insert(pattern.as_str().to_owned(), place);
                if owner.is_some_and(|owner| owner != place) {
                    let rule = "another entry of this provider has the same name; keep one, with all its prices";
                    let mut problem =
                        Problem::new("model", format!("{:?}", pattern.as_str()), rule);
                    problem.entry = entry.name();
                    problems.push(problem);
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Shelf {
            entries,
            names,
            sells_models_of,
        })
    }

    /// The place of the entry that `provider` has for `spelling`.
    fn place(&self, provider: Option<&str>, spelling: &str) -> Option<usize> {
        let names = self.names.get(provider.unwrap_or_default())?;
        if let Some(place) = names.exact.get(spelling) {
            return Some(*place);
        }
        let fits = |(pattern, place): &&(Pattern, usize)| {
            let except = &self.entries[*place].except;
            pattern.matches(spelling) && !except.iter().any(|other| other.matches(spelling))
        };
        names.patterns.iter().find(fits).map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests;
