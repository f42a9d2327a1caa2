//! Usage times price: the cost of one call, exactly, by part.
//!
//! Rules of billing, in one place:
//! - A call is billed in the measures that its price names. Tokens of a call that is billed by
//!   the minute cost nothing; a price by the minute without a reported time gives no cost.
//! - A class of tokens without a rate is billed as the class that the book names for it, else
//!   it is missing, and the cost is partial. So is a total that was not reported.
//! - A service tier without a price is billed as standard, and the cost is partial.
//! - A long prompt pays its context tier's rate for every class.
//!
//! Fractions are summed exactly and rounded once, half to even. Does not look at reported costs.

use std::sync::Arc;

use jiff::Timestamp;

use crate::core::currency::Currency;
use crate::core::money::Money;
use crate::pricing::book::{Match, PriceBook};
use crate::pricing::class::{CLASSES, Class, Measure};
use crate::pricing::rate::{Rate, Rates};
use crate::pricing::usage::{Classes, ServiceTier, Usage};

/// A multiple of every pack, so that all products share one denominator.
const COMMON_PACK: u128 = 9_000_000_000;

/// Products per billionth: a rate counts 10^-12, of which 1000 are a billionth.
const PRODUCTS_PER_NANO: u128 = COMMON_PACK * 1_000;

/// Where the cost of a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CostSource {
    /// The client said it.
    Reported,
    /// Usage times price, nothing missing.
    Computed,
    /// Usage times price, but a part is unknown.
    Partial,
    /// Nothing is known; the cost is null and not 0.
    Unpriced,
}

impl CostSource {
    /// Its name in data.
    pub fn id(self) -> &'static str {
        match self {
            CostSource::Reported => "reported",
            CostSource::Computed => "computed",
            CostSource::Partial => "partial",
            CostSource::Unpriced => "unpriced",
        }
    }

    /// The source of this name.
    pub fn parse(id: &str) -> Option<CostSource> {
        [
            CostSource::Reported,
            CostSource::Computed,
            CostSource::Partial,
            CostSource::Unpriced,
        ]
        .into_iter()
        .find(|source| source.id() == id)
    }
}

/// What stood in the way of a full cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gap {
    /// The class was used without having a price, or has a price without being reported.
    Class(Class),
    /// The service tier has no price; the standard one was taken.
    ServiceTier,
}

impl Gap {
    /// Its name in data.
    pub fn id(self) -> &'static str {
        match self {
            Gap::Class(class) => class.id(),
            Gap::ServiceTier => "service_tier",
        }
    }
}

/// The cost of a call by class, summing exactly to the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts([Money; CLASSES]);

impl Parts {
    /// The part of `class`.
    pub fn get(&self, class: Class) -> Money {
        self.0[class.index()]
    }

    /// Classes that cost anything, with their parts.
    pub fn iter(&self) -> impl Iterator<Item = (Class, Money)> + '_ {
        let all = Class::ALL.into_iter().zip(self.0);
        all.filter(|(_, part)| *part != Money::ZERO)
    }
}

/// What a call cost, as far as the price book knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The cost; none if nothing is known about it.
    pub cost: Option<Money>,
    /// The currency of the cost; none without a price.
    pub currency: Option<Currency>,
    /// The cost by class; all zero without a cost.
    pub parts: Parts,
    /// `Computed`, `Partial` or `Unpriced`.
    pub source: CostSource,
    /// The id of the price, which an event keeps; none without a price.
    pub price_id: Option<Arc<str>>,
    /// Why the source is not `Computed`; empty if there is no price at all.
    pub missing: Vec<Gap>,
}

impl Priced {
    fn unpriced(price: Option<&Match<'_>>, missing: Vec<Gap>) -> Priced {
        Priced {
            cost: None,
            currency: price.map(|found| found.entry.currency),
            parts: Parts::default(),
            source: CostSource::Unpriced,
            price_id: price.map(|found| Arc::clone(found.price.id())),
            missing,
        }
    }
}

/// The cost of a call that started at `at`.
///
/// `provider` and `model` are as reported. A cost beyond [`Money::MAX`] can only come from a
/// broken count and is unpriced.
pub fn price(
    book: &PriceBook,
    provider: Option<&str>,
    model: &str,
    at: Timestamp,
    usage: &Usage,
) -> Priced {
    let tier = usage.service_tier.unwrap_or(ServiceTier::Standard);
    let Some(found) = book.find(provider, model, at, tier) else {
        return Priced::unpriced(None, Vec::new());
    };
    let classes = Classes::of(usage);
    let rates = found.price.rates_for(classes.input_total());
    let rate_of = |class: Class| {
        let own = rates.get(class);
        own.or_else(|| rates.get(book.billed_as(class)?))
    };

    let mut missing = gaps(&classes, rates, &rate_of);
    if !is_billable(&classes, rates, usage) {
        return Priced::unpriced(Some(&found), missing);
    }
    if !found.is_tier_known {
        missing.push(Gap::ServiceTier);
    }
    let mut products = [0_u128; CLASSES];
    let mut has_rate = false;
    for class in Class::ALL {
        let measure = class.measure();
        if !rates.names(measure) || !classes.has(measure) {
            continue;
        }
        if let Some(rate) = rate_of(class) {
            has_rate |= classes.count(class) > 0;
            let Some(product) = product(classes.count(class), rate, measure) else {
                return Priced::unpriced(Some(&found), missing);
            };
            products[class.index()] = product;
        }
    }
    let has_class_gap = missing.iter().any(|gap| matches!(gap, Gap::Class(_)));
    match rounded(&products) {
        // Of a call of which no part is known, not even a lower bound is worth telling.
        Some((cost, parts)) if has_rate || !has_class_gap => Priced {
            cost: Some(cost),
            currency: Some(found.entry.currency),
            parts,
            source: if missing.is_empty() {
                CostSource::Computed
            } else {
                CostSource::Partial
            },
            price_id: Some(Arc::clone(found.price.id())),
            missing,
        },
        Some(_) | None => Priced::unpriced(Some(&found), missing),
    }
}

/// Whether anything was reported that the price is for.
fn is_billable(classes: &Classes, rates: &Rates, usage: &Usage) -> bool {
    let is_per_request = rates.names(Measure::Requests);
    rates
        .iter()
        .any(|(class, _)| class.measure() != Measure::Requests && classes.has(class.measure()))
        || is_per_request && (usage.requests.is_some() || !has_other_measures(rates))
}

fn has_other_measures(rates: &Rates) -> bool {
    rates
        .iter()
        .any(|(class, _)| class.measure() != Measure::Requests)
}

/// Classes that were used and have no rate, or have a rate and were not reported.
fn gaps(classes: &Classes, rates: &Rates, rate_of: &dyn Fn(Class) -> Option<Rate>) -> Vec<Gap> {
    let mut missing = Vec::new();
    if rates.names(Measure::Tokens) {
        for class in Class::ALL {
            let is_token = class.measure() == Measure::Tokens;
            let is_unreported = class == Class::Uncached && !classes.has_input()
                || class == Class::Answer && !classes.has_output();
            let is_gap = match rate_of(class) {
                Some(rate) => is_unreported && rate != Rate::default(),
                None => classes.count(class) > 0,
            };
            if is_token && is_gap {
                missing.push(Gap::Class(class));
            }
        }
        return missing;
    }
    for (class, rate) in rates.iter() {
        if !classes.has(class.measure()) && rate != Rate::default() {
            missing.push(Gap::Class(class));
        }
    }
    missing
}

fn product(count: u64, rate: Rate, measure: Measure) -> Option<u128> {
    let factor = COMMON_PACK / u128::from(measure.pack());
    (u128::from(count) * u128::from(rate.picos())).checked_mul(factor)
}

/// The whole in billionths, rounded half to even, and parts that sum to it.
///
/// Parts are cut, and what is left of the whole goes to those that lost most.
fn rounded(products: &[u128; CLASSES]) -> Option<(Money, Parts)> {
    let mut sum = 0_u128;
    for product in products {
        sum = sum.checked_add(*product)?;
    }
    let cut = sum / PRODUCTS_PER_NANO;
    let rest = sum % PRODUCTS_PER_NANO;
    let half = PRODUCTS_PER_NANO / 2;
    let is_up = rest > half || (rest == half && cut % 2 == 1);
    let whole = cut + u128::from(is_up);

    let mut nanos = products.map(|product| product / PRODUCTS_PER_NANO);
    let mut left = whole - nanos.iter().sum::<u128>();
    if left > 0 {
        let mut order: [usize; CLASSES] = std::array::from_fn(|place| place);
        // A stable sort: of equal losses the earlier class gets the billionth.
        order.sort_by_key(|place| std::cmp::Reverse(products[*place] % PRODUCTS_PER_NANO));
        for place in order {
            if left == 0 {
                break;
            }
            nanos[place] += 1;
            left -= 1;
        }
    }
    let money = |nanos: u128| Money::from_nanos(i128::try_from(nanos).ok()?);
    let mut parts = Parts::default();
    for (part, nanos) in parts.0.iter_mut().zip(nanos) {
        *part = money(nanos)?;
    }
    Some((money(whole)?, parts))
}

#[cfg(test)]
mod providers;
#[cfg(test)]
mod tests;
