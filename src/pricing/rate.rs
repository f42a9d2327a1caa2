//! `Rate`: an exact price for one pack of units, and the rates of one price by class.
//!
//! A pack is what a price list names: a million tokens, an hour of audio. Does not multiply:
//! `price` does.

use std::fmt;

use crate::core::decimal::scaled;
use crate::pricing::class::{Class, Measure};

/// Decimals of a rate. The finest price seen for a million tokens has six.
const RATE_DECIMALS: u32 = 12;

/// Picos (10^-12) in one unit of the currency.
const PICOS_PER_UNIT: i64 = 1_000_000_000_000;

/// A price for one pack of units, never negative, exact to 12 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// Reads decimal text, for example `"0.075"`.
    ///
    /// # Errors
    /// A sentence saying what a rate has to be, to follow after the value.
    pub fn parse(text: &str) -> Result<Rate, &'static str> {
        const RULE: &str =
            "a price is a decimal number from 0 to 1000000 with at most 12 decimals, like 2.50";
        let scaled = scaled(text, RATE_DECIMALS).map_err(|_| RULE)?;
        let most = i128::from(PICOS_PER_UNIT) * 1_000_000;
        if !scaled.is_exact || !(0..=most).contains(&scaled.value) {
            return Err(RULE);
        }
        i64::try_from(scaled.value).map(Rate).map_err(|_| RULE)
    }

    /// `self` times `factor`, to turn a price for a minute into one for an hour.
    pub fn times(self, factor: i64) -> Option<Rate> {
        self.0.checked_mul(factor).map(Rate)
    }

    /// The rate in 10^-12 of the currency's unit.
    pub fn picos(self) -> u64 {
        self.0.unsigned_abs()
    }
}

/// Plain decimal text without needless zeros.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = self.0 / PICOS_PER_UNIT;
        let text = format!("{units}.{:012}", self.0 % PICOS_PER_UNIT);
        formatter.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The rates of one price: some classes have one, the others none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates(Vec<(Class, Rate)>);

impl Rates {
    /// Sets the rate of `class`, replacing an earlier one.
    pub fn set(&mut self, class: Class, rate: Rate) {
        match self.0.binary_search_by_key(&class, |(class, _)| *class) {
            Ok(at) => self.0[at].1 = rate,
            Err(at) => self.0.insert(at, (class, rate)),
        }
    }

    /// The rate of `class` itself.
    pub fn get(&self, class: Class) -> Option<Rate> {
        // At most sixteen, mostly three: looking at each beats a search.
        self.0
            .iter()
            .find(|(own, _)| *own == class)
            .map(|(_, rate)| *rate)
    }

    /// Whether any class of `measure` has a rate: whether a call is billed by it.
    pub fn names(&self, measure: Measure) -> bool {
        self.0.iter().any(|(class, _)| class.measure() == measure)
    }

    /// Classes with a rate, in the order of [`Class::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Class, Rate)> + '_ {
        self.0.iter().copied()
    }

    /// Whether no class has a rate.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Class, Rate)> for Rates {
    fn from_iter<I: IntoIterator<Item = (Class, Rate)>>(rates: I) -> Rates {
        let mut all = Rates::default();
        for (class, rate) in rates {
            all.set(class, rate);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_shown_exactly() {
        for (text, picos, shown) in [
            ("2.50", 2_500_000_000_000, "2.5"),
            ("0.003625", 3_625_000_000, "0.003625"),
            ("0", 0, "0"),
            ("1e-12", 1, "0.000000000001"),
            ("1000000", 1_000_000_000_000_000_000, "1000000"),
        ] {
            let rate = Rate::parse(text).unwrap();
            assert_eq!((rate.picos(), rate.to_string().as_str()), (picos, shown));
        }
    }

    #[test]
    fn a_rate_that_is_negative_too_fine_too_large_or_no_number_is_refused() {
        for text in ["-1", "1e-13", "1000000.01", "free", ""] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_stay_in_the_order_of_classes_and_a_later_one_replaces() {
        let rate = |text: &str| Rate::parse(text).unwrap();
        let rates: Rates = [
            (Class::Answer, rate("4")),
            (Class::Uncached, rate("1")),
            (Class::Answer, rate("5")),
        ]
        .into_iter()
        .collect();
        let listed: Vec<_> = rates.iter().collect();
        assert_eq!(
            listed,
            [(Class::Uncached, rate("1")), (Class::Answer, rate("5"))]
        );
        assert!(rates.names(Measure::Tokens) && !rates.names(Measure::AudioTime));
    }
}
