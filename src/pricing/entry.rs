//! `Entry`: one model of a price book with all its prices, each with dates, hours and tiers.
//!
//! Knows its own rules and which of its prices holds at a moment. Does not know files, nor how
//! a reported model name leads here.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::core::currency::Currency;
use crate::pricing::class::Class;
use crate::pricing::pattern::Pattern;
use crate::pricing::problem::Problem;
use crate::pricing::rate::Rates;
use crate::pricing::usage::ServiceTier;

const SECONDS_PER_DAY: i64 = 86_400;

/// A model that calls are priced for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Id of the provider who bills it; none in an own price that holds whoever answers.
    pub provider: Option<String>,
    /// The model's name, in lower case.
    pub model: String,
    /// The model's name for people, where it differs.
    pub label: Option<String>,
    /// Other names of the model.
    pub patterns: Vec<Pattern>,
    /// Names that are not this model although a pattern fits.
    pub except: Vec<Pattern>,
    /// What the provider bills besides and this entry cannot, in words: `web searches`.
    pub not_included: Vec<String>,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Its prices, in any order.
    pub prices: Vec<Price>,
}

/// What one service tier of a model costs for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The tier it is for, never `Other`.
    pub service_tier: ServiceTier,
    /// The first day it holds, in UTC; none if it always did.
    pub valid_from: Option<Date>,
    /// The first day it holds no more, in UTC; none if no end is known.
    pub valid_to: Option<Date>,
    /// The hours of a day in which it holds, before a price without hours.
    pub hours: Option<Hours>,
    /// The rates.
    pub rates: Rates,
    /// The rates of long prompts, by rising threshold.
    pub context_tiers: Vec<ContextTier>,
    /// Set by the book that holds it.
    id: Arc<str>,
    /// The days it holds as seconds, set by the book that holds it.
    from_s: i64,
    to_s: i64,
}

/// The rates of every class for prompts longer than a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextTier {
    /// Input tokens that a prompt must exceed; a prompt of just that many pays less.
    pub above: u64,
    /// The rates, for the same classes as the price without tier.
    pub rates: Rates,
}

/// A stretch of every day in UTC, half open; it may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// When it begins.
    pub from: Time,
    /// When it is over.
    pub to: Time,
}

impl Hours {
    fn contains(self, second_of_day: i64) -> bool {
        let (from, to) = (second_of_day_at(self.from), second_of_day_at(self.to));
        if from < to {
            (from..to).contains(&second_of_day)
        } else {
            second_of_day >= from || second_of_day < to
        }
    }

    fn overlaps(self, other: Hours) -> bool {
        self.contains(second_of_day_at(other.from)) || other.contains(second_of_day_at(self.from))
    }
}

fn second_of_day_at(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

impl Price {
    /// The standard price with `rates`, at all times.
    pub fn new(rates: Rates) -> Price {
        Price {
            service_tier: ServiceTier::Standard,
            valid_from: None,
            valid_to: None,
            hours: None,
            rates,
            context_tiers: Vec::new(),
            id: "".into(),
            from_s: i64::MIN,
            to_s: i64::MAX,
        }
    }

    /// What an event keeps to say which price it was billed at.
    ///
    /// Its end is a digest of the figures: another figure is another id, in whichever version
    /// of the book. Empty until a book holds the price.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// The rates for a prompt of `input_tokens`.
    pub fn rates_for(&self, input_tokens: u64) -> &Rates {
        self.context_tiers
            .iter()
            .rev()
            .find(|tier| input_tokens > tier.above)
            .map_or(&self.rates, |tier| &tier.rates)
    }

    fn is_valid(&self, at_s: i64) -> bool {
        (self.from_s..self.to_s).contains(&at_s)
            && self
                .hours
                .is_none_or(|hours| hours.contains(at_s.rem_euclid(SECONDS_PER_DAY)))
    }

    fn overlaps(&self, other: &Price) -> bool {
        let is_before = |a: &Price, b: &Price| match (a.valid_to, b.valid_from) {
            (Some(end), Some(start)) => end <= start,
            (_, _) => false,
        };
        let share_hours = match (self.hours, other.hours) {
            (Some(mine), Some(theirs)) => mine.overlaps(theirs),
            (None, None) => true,
            // Hours go before a price without them; that is what they are for.
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.service_tier == other.service_tier
            && share_hours
            && !is_before(self, other)
            && !is_before(other, self)
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.rates.is_empty() {
            let rule = "a price needs at least one figure, like `input = 2.50`";
            problems.push(Problem::new("", "", rule));
        }
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && from >= to
        {
            let rule = format!("it must be later than `valid_from`, which is {from}");
            problems.push(Problem::new("valid_to", to, rule));
        }
        if let Some(hours) = self.hours
            && hours.from == hours.to
        {
            let rule = "the two hours must differ; leave the key out for the whole day";
            problems.push(Problem::new("hours_utc", "", rule));
        }
        if self.service_tier == ServiceTier::Other {
            let rule = "a price is for standard, batch, flex, priority or fast";
            problems.push(Problem::new("service_tier", "other", rule));
        }
        for pair in self.context_tiers.windows(2) {
            if pair[0].above >= pair[1].above {
                let rule = "thresholds must rise from tier to tier";
                problems.push(Problem::new("above", pair[1].above, rule));
            }
        }
        for tier in &self.context_tiers {
            for class in Class::ALL {
                let base = self.rates.get(class).is_some();
                let own = tier.rates.get(class).is_some();
                let at = format!("missing in the tier above {}", tier.above);
                match (base, own) {
                    (true, false) => problems.push(Problem::new(
                        class.key(),
                        at,
                        "a long prompt pays its tier's rate for every class; name it, even if it is the same",
                    )),
                    (false, true) => problems.push(Problem::new(
                        class.key(),
                        "missing below the tier",
                        "a class with a price in a context tier needs one outside of it",
                    )),
                    (true, true) | (false, false) => {}
                }
            }
        }
        problems
    }
}

impl Entry {
    /// An entry for `model` of `provider`, in US dollars and without prices yet.
    pub fn new(provider: Option<&str>, model: &str) -> Entry {
        Entry {
            provider: provider.map(|name| crate::pricing::provider::id(name).into_owned()),
            model: model.trim().to_lowercase(),
            label: None,
            patterns: Vec::new(),
            except: Vec::new(),
            not_included: Vec::new(),
            currency: Currency::USD,
            prices: Vec::new(),
        }
    }

    /// `provider/model`, as in `openai/gpt-4o`, and `*/model` without provider.
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider.as_deref().unwrap_or("*"), self.model)
    }

    /// Everything that must be changed before the entry can be used.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.model.is_empty() {
            let rule = "an entry needs the name of its model";
            problems.push(Problem::new("model", "", rule));
        }
        for pattern in &self.patterns {
            if pattern.is_catch_all() {
                let rule = "a pattern must hold a part of a name";
                problems.push(Problem::new(
                    "match",
                    format!("{:?}", pattern.as_str()),
                    rule,
                ));
            }
        }
        if self.prices.is_empty() {
            let rule = "an entry needs at least one price, in a table [[model.price]]";
            problems.push(Problem::new("price", "", rule));
        }
        for (place, price) in self.prices.iter().enumerate() {
            problems.extend(price.problems());
            if self.prices[..place]
                .iter()
                .any(|other| price.overlaps(other))
            {
                let from = price
                    .valid_from
                    .map_or("unbounded".to_owned(), |day| day.to_string());
                let rule = format!(
                    "another {} price holds at the same time; end it with `valid_to`",
                    price.service_tier.id()
                );
                problems.push(Problem::new("valid_from", from, rule));
            }
        }
        for problem in &mut problems {
            problem.entry = self.name();
        }
        problems
    }

    /// The price that holds at `at` for `tier`, and whether it is one for that tier.
    ///
    /// Without a price for the tier it is the standard one, as the nearest that is known.
    pub fn price_at(&self, at: Timestamp, tier: ServiceTier) -> Option<(&Price, bool)> {
        let best = |tier: ServiceTier| {
            self.prices
                .iter()
                .filter(|price| price.service_tier == tier && price.is_valid(at.as_second()))
                .max_by_key(|price| price.hours.is_some())
        };
        match best(tier) {
            Some(price) => Some((price, true)),
            None => best(ServiceTier::Standard).map(|price| (price, false)),
        }
    }

    /// Gives every price its id, which starts with `prefix`, and its seconds.
    pub(crate) fn seal(&mut self, prefix: &str) {
        let name = self.name();
        let currency = self.currency;
        let seconds = |day: Date| {
            let since = day.duration_since(Date::new(1970, 1, 1).expect("it is a day"));
            since.as_secs()
        };
        for price in &mut self.prices {
            price.from_s = price.valid_from.map_or(i64::MIN, seconds);
            price.to_s = price.valid_to.map_or(i64::MAX, seconds);
            let mut id = format!("{prefix}{name}");
            if price.service_tier != ServiceTier::Standard {
                id.push('#');
                id.push_str(price.service_tier.id());
            }
            if let Some(day) = price.valid_from {
                id.push_str(&format!("@{day}"));
            }
            if let Some(hours) = price.hours {
                id.push_str(&format!(
                    "+{:02}:{:02}",
                    hours.from.hour(),
                    hours.from.minute()
                ));
            }
            id.push_str(&format!("~{:08x}", price.digest(currency)));
            price.id = id.into();
        }
    }
}

impl Price {
    /// FNV-1a of all figures: the same on every machine, in every version.
    fn digest(&self, currency: Currency) -> u32 {
        let mut text = currency.code().to_owned();
        for (class, rate) in self.rates.iter() {
            text.push_str(&format!(";{}={rate}", class.key()));
        }
        for tier in &self.context_tiers {
            text.push_str(&format!(";>{}", tier.above));
            for (class, rate) in tier.rates.iter() {
                text.push_str(&format!(";{}={rate}", class.key()));
            }
        }
        text.bytes().fold(0x811c_9dc5, |hash: u32, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    }
}

#[cfg(test)]
mod tests;
