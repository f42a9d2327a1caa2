//! Prices as rows of a table: own ones first, then those of the book, as far as they match what is searched for.

use jiff::civil::Date;

use crate::pricing::book::PriceBook;
use crate::pricing::books::{BookOrigin, PriceBooks};
use crate::pricing::class::Measure;
use crate::pricing::entry::{Entry, Price};
use crate::pricing::provider;
use crate::pricing::rate::Rates;
use crate::pricing::usage::ServiceTier;
use crate::render::number::separated;
use crate::store::control::own_price::OwnPrice;
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};

/// Most prices of one page. More of them nobody reads; the search narrows them.
const ROWS_MAX: usize = 200;

/// What stands in the list.
pub struct PriceList {
    /// The table.
    pub table: DataTable,
    /// How many prices match.
    pub found: usize,
    /// How many there are.
    pub all: usize,
}

impl PriceList {
    /// The prices whose provider or model holds `query`. `edit` gives the address of an own one's form.
    pub fn new(
        own: &[OwnPrice],
        books: &PriceBooks,
        query: &str,
        edit: impl Fn(&OwnPrice) -> String,
    ) -> PriceList {
        let query = query.trim().to_lowercase();
        let common = books.common();
        let mut rows = Vec::new();
        let (mut found, mut all) = (0, 0);
        for price in own {
            all += 1;
            let provider = price.provider.as_deref();
            if !holds(provider, &price.model, None, &query) {
                continue;
            }
            found += 1;
            let name = Cell::Link {
                label: price.model.clone(),
                href: edit(price),
            };
            rows.push(row(name, provider, &price.price, "own".to_owned()));
        }
        for entry in common.entries() {
            all += entry.prices.len();
            let provider = entry.provider.as_deref();
            if !holds(provider, &entry.model, entry.label.as_deref(), &query) {
                continue;
            }
            found += entry.prices.len();
            for price in &entry.prices {
                if rows.len() < ROWS_MAX {
                    let name = Cell::Text(entry.model.clone());
                    rows.push(row(name, provider, price, source(books, common, entry)));
                }
            }
        }
        let columns = vec![
            Column::words("Model"),
            Column::words("Provider"),
            Column::words("From").wide_only(),
            Column::words("Until before").wide_only(),
            Column::words("Source").wide_only().wrapped(),
            // Last, as it may be long.
            Column::words("Price in dollars").wrapped(),
        ];
        PriceList {
            table: DataTable::new("All prices", columns, rows),
            found,
            all,
        }
    }

    /// How many prices there are, and how many are shown.
    pub fn count(&self) -> String {
        let shown = self.table.rows.len();
        let whole = |count: usize| separated(count as u64);
        match (self.found == self.all, shown < self.found) {
            (true, false) if self.all == 1 => "one price".to_owned(),
            (true, false) => format!("{} prices", whole(self.all)),
            (true, true) => format!("the first {} of {}", whole(shown), whole(self.all)),
            (false, false) => format!("{} of {}", whole(self.found), whole(self.all)),
            (false, true) => format!(
                "the first {} of {} that match",
                whole(shown),
                whole(self.found)
            ),
        }
    }
}

fn holds(provider: Option<&str>, model: &str, label: Option<&str>, query: &str) -> bool {
    let provider = provider.unwrap_or("any");
    // "openai/gpt" finds what the audit table calls so.
    format!("{provider}/{model}").contains(query)
        || [provider::label(provider), label.unwrap_or_default()]
            .iter()
            .any(|text| text.to_lowercase().contains(query))
}

fn source(books: &PriceBooks, common: &PriceBook, entry: &Entry) -> String {
    let more = match entry.not_included.is_empty() {
        true => String::new(),
        false => format!("; without {}", entry.not_included.join(", ")),
    };
    let origin = match books.origin() {
        BookOrigin::Embedded => "built in",
        BookOrigin::File => "configured file",
        BookOrigin::Uploaded { .. } => "uploaded",
    };
    format!("{origin}, {}{more}", common.version())
}

fn row(name: Cell, provider: Option<&str>, price: &Price, source: String) -> Row {
    let day = |day: Option<Date>, none: &'static str| match day {
        Some(day) => Cell::Text(day.to_string()),
        None => Cell::Missing(none),
    };
    Row::new(vec![
        name,
        Cell::Text(provider.map_or("any".to_owned(), |id| provider::label(id).to_owned())),
        day(price.valid_from, "It always held."),
        day(price.valid_to, "No end is known."),
        Cell::Text(source),
        Cell::Text(described(price)),
    ])
}

/// A price in words: "Input 2.5, Output 10 per million tokens".
fn described(price: &Price) -> String {
    let mut text = figures(&price.rates);
    if price.service_tier != ServiceTier::Standard {
        text = format!("{}: {text}", price.service_tier.id());
    }
    if let Some(hours) = price.hours {
        let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
        text.push_str(&format!(
            ", from {} to {} UTC",
            time(hours.from),
            time(hours.to)
        ));
    }
    for tier in &price.context_tiers {
        text.push_str(&format!(
            "; prompts above {} tokens: {}",
            separated(tier.above),
            figures(&tier.rates)
        ));
    }
    text
}

fn figures(rates: &Rates) -> String {
    let measures = [
        Measure::Tokens,
        Measure::Requests,
        Measure::Characters,
        Measure::AudioTime,
        Measure::Images,
        Measure::Bytes,
    ];
    let of = |measure: Measure| {
        let named: Vec<String> = rates
            .iter()
            .filter(|(class, _)| class.measure() == measure)
            .map(|(class, rate)| match measure {
                Measure::Tokens => format!("{} {rate}", class.label()),
                _ => rate.to_string(),
            })
            .collect();
        (!named.is_empty()).then(|| format!("{} {}", named.join(", "), per(measure)))
    };
    let parts: Vec<String> = measures.into_iter().filter_map(of).collect();
    parts.join("; ")
}

/// For how much a figure is: "per million tokens".
pub fn per(measure: Measure) -> &'static str {
    match measure {
        Measure::Tokens => "per million tokens",
        Measure::Requests => "per request",
        Measure::Characters => "per million characters",
        Measure::AudioTime => "per hour of audio",
        Measure::Images => "per image",
        Measure::Bytes => "per gigabyte",
    }
}
