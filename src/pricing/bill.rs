//! `bill`: which cost of a call counts, the reported or the computed one. Used when an event comes and when stored ones
//! are priced anew, so that both agree.

use std::sync::Arc;

use jiff::Timestamp;

use crate::core::money::Money;
use crate::pricing::book::PriceBook;
use crate::pricing::price::{self, CostSource};
use crate::pricing::usage::Usage;

/// A call as its event tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The provider's id, if known.
    pub provider: Option<&'a str>,
    /// The model; empty if none was named.
    pub model: &'a str,
    /// When it started, which says which price holds.
    pub at: Timestamp,
    /// What it used.
    pub usage: &'a Usage,
    /// What the client says it cost.
    pub reported: Option<Money>,
    /// Whether the product's own cache answered, which costs nothing.
    pub is_from_own_cache: bool,
    /// Whether it gave a usable answer.
    pub is_success: bool,
}

/// What an event keeps about its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What it cost; none if nothing is known.
    pub cost: Option<Money>,
    /// What it costs by the price book, whatever was reported.
    pub computed: Option<Money>,
    /// Where the cost comes from.
    pub source: CostSource,
    /// The price that was taken.
    pub price_id: Option<Arc<str>>,
}

/// The bill of a call; `None` for one that failed before it used anything, which is not an unpriced call.
pub fn bill(book: &PriceBook, call: &Call<'_>) -> Option<Bill> {
    let used = Usage {
        requests: None,
        service_tier: None,
        ..*call.usage
    };
    if used == Usage::default() && call.reported.is_none() && !call.is_success {
        return None;
    }
    let priced = price::price(book, call.provider, call.model, call.at, call.usage);
    // What the model would have cost stays beside the nothing that the own cache costs.
    let own_cache = call.is_from_own_cache.then_some(Money::ZERO);
    let reported = call.reported.or(own_cache);
    Some(Bill {
        cost: reported.or(priced.cost),
        computed: priced.cost,
        source: match reported {
            Some(_) => CostSource::Reported,
            None => priced.source,
        },
        price_id: priced.price_id,
    })
}
