//! The text form of a price book: TOML to entries, or a list of everything wrong with it.
//!
//! The embedded book, a file of the operator and own prices share this form. Figures are taken
//! by their text, never as floats. Reads no files itself.

use std::collections::HashMap;

use jiff::civil::Time;
use toml::de::DeTable;

use crate::core::currency::Currency;
use crate::pricing::class::Class;
use crate::pricing::entry::{ContextTier, Entry, Hours, Price};
use crate::pricing::pattern::Pattern;
use crate::pricing::problem::Problem;
use crate::pricing::provider;
use crate::pricing::rate::{Rate, Rates};
use crate::pricing::reader::Reader;
use crate::pricing::usage::ServiceTier;

/// Other units a price may be written in: key, its class, and what to multiply with.
const OTHER_UNITS: &[(&str, Class, i64)] = &[
    ("per_1k_characters", Class::Characters, 1_000),
    ("per_audio_minute", Class::AudioTime, 60),
];

const BOOK_KEYS: &[&str] = &[
    "version",
    "currency",
    "billed_as",
    "sells_models_of",
    "model",
];
const ENTRY_KEYS: &[&str] = &[
    "provider",
    "model",
    "label",
    "match",
    "except",
    "not_included",
    "currency",
    "price",
];
const PRICE_KEYS: &[&str] = &[
    "service_tier",
    "valid_from",
    "valid_to",
    "hours_utc",
    "context_tiers",
];

/// A price book as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFile {
    /// What the text calls itself.
    pub version: String,
    /// Classes of tokens that are billed as another when they have no price.
    pub billed_as: Vec<(Class, Class)>,
    /// Providers by id, and those whose models they sell at the same price.
    pub sells_models_of: HashMap<String, Vec<String>>,
    /// The entries, in the order of the text.
    pub entries: Vec<Entry>,
}

impl BookFile {
    /// Reads `text`.
    ///
    /// # Errors
    /// Every problem of the text, in the order of its lines.
    pub fn parse(text: &str) -> Result<BookFile, Vec<Problem>> {
        let mut reader = Reader::new(text);
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            reader.report(at, Problem::new("", "", error.message()));
        }
        let book = read_book(&mut reader, table.get_ref());
        if reader.problems.is_empty() {
            return Ok(book);
        }
        reader.problems.sort_by_key(|problem| problem.line);
        Err(reader.problems)
    }
}

fn read_book(reader: &mut Reader, table: &DeTable<'_>) -> BookFile {
    reader.check_keys(table, &[BOOK_KEYS]);
    let version = match table.get("version") {
        Some(value) => reader.text("version", value).unwrap_or_default(),
        None => {
            let rule = "a price book needs a version, like `version = \"2026-11\"`";
            reader.report(0, Problem::new("version", "", rule));
            String::new()
        }
    };
    let currency = reader.currency(table).unwrap_or(Currency::USD);
    let mut billed_as = Vec::new();
    for (key, value) in reader.pairs("billed_as", table) {
        let class = Class::by_key(&key);
        let other = reader
            .text(&key, value)
            .and_then(|text| Class::by_key(&text));
        match (class, other) {
            (Some(class), Some(other)) if class != other && class.measure() == other.measure() => {
                billed_as.push((class, other));
            }
            (_, _) => {
                let rule =
                    "name two keys of prices of the same measure, like `reasoning = \"output\"`";
                reader.refuse(&key, value, rule);
            }
        }
    }
    let mut sells_models_of = HashMap::new();
    for (key, value) in reader.pairs("sells_models_of", table) {
        let others = reader.texts(&key, value);
        let others = others.iter().map(|name| provider::id(name).into_owned());
        sells_models_of.insert(provider::id(&key).into_owned(), others.collect());
    }
    let mut entries = Vec::new();
    for (at, model) in reader.tables("model", table) {
        entries.push(read_entry(reader, at, model, currency));
        reader.entry.clear();
    }
    BookFile {
        version,
        billed_as,
        sells_models_of,
        entries,
    }
}

fn read_entry(reader: &mut Reader, at: usize, table: &DeTable<'_>, currency: Currency) -> Entry {
    let text = |reader: &mut Reader, key: &str| {
        let value = table.get(key)?;
        reader.text(key, value)
    };
    let provider = text(reader, "provider");
    let model = text(reader, "model").unwrap_or_default();
    let mut entry = Entry::new(provider.as_deref(), &model);
    reader.entry = entry.name();
    reader.check_keys(table, &[ENTRY_KEYS]);
    entry.label = text(reader, "label");
    entry.currency = reader.currency(table).unwrap_or(currency);
    for (key, list) in [
        ("match", &mut entry.patterns),
        ("except", &mut entry.except),
    ] {
        if let Some(value) = table.get(key) {
            let texts = reader.texts(key, value);
            list.extend(texts.iter().map(|text| Pattern::new(text)));
        }
    }
    if let Some(value) = table.get("not_included") {
        entry.not_included = reader.texts("not_included", value);
    }
    let before = reader.problems.len();
    for (_, row) in reader.tables("price", table) {
        entry.prices.push(read_price(reader, row));
    }
    // What could not be read is missing from the entry; its rules would complain again.
    if reader.problems.len() == before {
        for problem in entry.problems() {
            reader.report(at, problem);
        }
    }
    entry
}

fn read_price(reader: &mut Reader, table: &DeTable<'_>) -> Price {
    let rates = read_rates(reader, table, PRICE_KEYS);
    let mut price = Price::new(rates);
    if let Some(value) = table.get("service_tier") {
        let tier = reader.text("service_tier", value).and_then(|text| {
            ServiceTier::PRICED
                .into_iter()
                .find(|tier| tier.id() == text)
        });
        match tier {
            Some(tier) => price.service_tier = tier,
            None => {
                let rule =
                    "a price is for \"standard\", \"batch\", \"flex\", \"priority\" or \"fast\"";
                reader.refuse("service_tier", value, rule);
            }
        }
    }
    price.valid_from = reader.date("valid_from", table);
    price.valid_to = reader.date("valid_to", table);
    if let Some(value) = table.get("hours_utc") {
        let times: Vec<Option<Time>> = reader
            .texts("hours_utc", value)
            .iter()
            .map(|text| text.parse().ok())
            .collect();
        match times[..] {
            [Some(from), Some(to)] => price.hours = Some(Hours { from, to }),
            _ => reader.refuse(
                "hours_utc",
                value,
                "write two times, like [\"16:30\", \"00:30\"]",
            ),
        }
    }
    for (at, tier) in reader.tables("context_tiers", table) {
        let above = tier.get("above").and_then(|value| {
            let number = value.get_ref().as_integer()?;
            number
                .as_str()
                .parse()
                .ok()
                .filter(|_| number.radix() == 10)
        });
        match above {
            Some(above) => {
                let rates = read_rates(reader, tier, &["above"]);
                price.context_tiers.push(ContextTier { above, rates });
            }
            None => {
                let rule = "say the number of input tokens above which the tier holds, like `above = 200000`";
                reader.report(at, Problem::new("above", "", rule));
            }
        }
    }
    price
}

/// The figures of `table`, in which only `others` may stand besides.
fn read_rates(reader: &mut Reader, table: &DeTable<'_>, others: &[&str]) -> Rates {
    let mut rates = Rates::default();
    for (key, value) in table {
        let key: &str = key.get_ref();
        let other_unit = OTHER_UNITS.iter().find(|(name, _, _)| *name == key);
        let (class, factor) = match (Class::by_key(key), other_unit) {
            (Some(class), _) => (class, 1),
            (None, Some((_, class, factor))) => (*class, *factor),
            (None, None) => {
                if !others.contains(&key) {
                    reader.refuse_key(key, value, &[others, &price_keys()]);
                }
                continue;
            }
        };
        let figure = value.get_ref();
        let integer = figure.as_integer().filter(|number| number.radix() == 10);
        let text = integer
            .map(|number| number.as_str())
            .or_else(|| figure.as_float().map(|number| number.as_str()))
            .or_else(|| figure.as_str())
            .unwrap_or_default();
        let rate = Rate::parse(text).and_then(|rate| {
            rate.times(factor)
                .ok_or("the price is too large for its unit")
        });
        match rate {
            Ok(_) if rates.get(class).is_some() => {
                reader.refuse(
                    key,
                    value,
                    "the same price stands in another unit beside it; keep one",
                );
            }
            Ok(rate) => rates.set(class, rate),
            Err(rule) => reader.refuse(key, value, rule),
        }
    }
    rates
}

fn price_keys() -> Vec<&'static str> {
    let classes = Class::ALL.into_iter().map(Class::key);
    classes
        .chain(OTHER_UNITS.iter().map(|(key, _, _)| *key))
        .collect()
}

#[cfg(test)]
mod tests;
