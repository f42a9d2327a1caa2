//! The price book and own prices; pricing stored calls anew.

use askama::Template;

use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::range_bar::Segmented;
use crate::web::view::field::{Field, Select};
use crate::web::view::frame::Frame;
use crate::web::view::shell::Shell;

/// `GET /settings/prices?q=`: every price, own ones first. The book is replaced by `POST /settings/prices/book` (`csrf`,
/// `book`) and put aside by `POST /settings/prices/book/remove` (`csrf`). Each address carries `?project=`.
#[derive(Template)]
#[template(path = "prices.html")]
pub struct PricesPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// What is searched for.
    pub query: String,
    /// How many prices there are, and how many are shown, in words.
    pub count: String,
    /// The prices that are shown.
    pub table: DataTable,
    /// Whether none is.
    pub is_empty: bool,
    /// The version of the book.
    pub version: String,
    /// Where it comes from, as a sentence.
    pub origin: String,
    /// Whether it was uploaded and can be put aside.
    pub is_uploaded: bool,
    /// The text that was sent, if it cannot be used, and everything that is wrong with it.
    pub book: Field,
    /// Each problem of it with its line.
    pub book_problems: Vec<String>,
}

/// A figure of the form of a price.
#[derive(Clone, Debug)]
pub struct RateField {
    /// Its name in the form and in the book.
    pub key: &'static str,
    /// What it is for: "Cache read".
    pub label: &'static str,
    /// For how much: "a million tokens".
    pub pack: &'static str,
    /// What was entered.
    pub field: Field,
}

/// `GET /settings/prices/new`, `GET /settings/prices/{id}`, and the answers to their forms (`csrf`, `provider`, `model`,
/// `service_tier`, `valid_from`, `valid_to`, and the book's keys). A price is ended by `POST /settings/prices/{id}/end`.
#[derive(Template)]
#[template(path = "price.html")]
pub struct PricePage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The number of the price; empty for a new one.
    pub id: String,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
    /// The provider.
    pub provider: Field,
    /// The model.
    pub model: Field,
    /// The service tier.
    pub service_tier: Select,
    /// The first day.
    pub valid_from: Field,
    /// The first day without it.
    pub valid_to: Field,
    /// The figures.
    pub rates: Vec<RateField>,
}

/// A comparison of costs.
#[derive(Clone, Debug)]
pub struct Compared {
    /// By model.
    pub table: DataTable,
    /// The whole in a sentence.
    pub summary: String,
    /// How many calls would change, in words, if it can be written and there is any; the button says it.
    pub button: Option<String>,
}

/// `GET /settings/prices/reprice?from=&to=&basis=`, and `POST` of `csrf`, `from`, `to`.
#[derive(Template)]
#[template(path = "reprice.html")]
pub struct RepricePage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// The first day.
    pub from: Field,
    /// The last day.
    pub to: Field,
    /// Today.
    pub latest: String,
    /// Which prices are compared with, in addresses.
    pub basis: &'static str,
    /// The same as a choice.
    pub bases: Segmented,
    /// What would change; none while the days cannot be used.
    pub compared: Option<Compared>,
    /// The latest ones that were asked for.
    pub done: Option<DataTable>,
}
