//! Settings of exchange rates: what is known, what is missing, and how to enter it.

use askama::Template;

use crate::web::view::field::{Field, Select};
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// A rate of the list.
#[derive(Clone, Debug)]
pub struct RateRow {
    /// The code of its currency.
    pub code: String,
    /// The currency in words: "EUR, euro".
    pub currency: String,
    /// Its first day, in the form in which it is removed.
    pub day: String,
    /// The last day on which it holds; none for the latest rate.
    pub until: Option<String>,
    /// What one unit is worth in US dollars.
    pub usd: String,
}

/// A currency of payments that are not part of the revenue.
#[derive(Clone, Debug)]
pub struct MissingRow {
    /// The currency in words.
    pub currency: String,
    /// Its payments without a rate.
    pub payments: String,
    /// Since when a rate is known, as a sentence.
    pub known: String,
    /// The form with this currency chosen.
    pub href: String,
}

/// `GET /settings/exchange-rates?q=&currency=`, and the answers to its forms: `POST` of `csrf`, `currency`, `day` and
/// `usd`, `POST .../file` of `csrf` and `rates`, `POST .../remove` of `csrf`, `currency` and `day`. Each address carries
/// `?project=`.
#[derive(Template)]
#[template(path = "exchange_rates.html")]
pub struct ExchangeRatesPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The project's currency.
    pub own: String,
    /// That the project's own currency has no rate, if it needs one.
    pub own_missing: Option<String>,
    /// Currencies of payments that are not part of the revenue.
    pub missing: Vec<MissingRow>,
    /// Which currency's rates are shown; empty for all.
    pub query: String,
    /// How many there are, and how many are shown, in words.
    pub count: String,
    /// Whether no rate is known at all.
    pub has_none: bool,
    /// The rates that are shown.
    pub rows: Vec<RateRow>,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
    /// The currency.
    pub currency: Select,
    /// The first day.
    pub day: Field,
    /// What one unit is worth in US dollars.
    pub usd: Field,
    /// The text of a file, if it cannot be used.
    pub file: Field,
    /// Everything that is wrong with it, each with its line.
    pub file_problems: Vec<String>,
}
