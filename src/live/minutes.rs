//! The last two days by the minute: today's sums, the same time yesterday, and the charts of the last hour.
//!
//! Sparse: a minute without an event takes no room. Bounded by the two days that are kept.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::core::event::Event;
use crate::live::tally::{ByProvider, Tally};

/// Microseconds of a minute.
pub const MINUTE_US: i64 = 60_000_000;
/// Minutes kept: yesterday's first minute is never further away, as neither day has more than 25 hours.
pub const KEPT_MINUTES: i64 = 50 * 60;
/// Minutes of which calls are kept by provider, for the chart of the last hour.
pub const PROVIDER_MINUTES: i64 = 60;

/// Counts of one minute.
#[derive(Clone, Debug, Default)]
pub struct Minute {
    /// Requests, calls and tokens.
    pub tally: Tally,
    /// Calls by provider; emptied after [`PROVIDER_MINUTES`].
    pub providers: ByProvider,
    /// People and visitors who were active in the five minutes up to the end of this one.
    pub active: u64,
    /// Payments by currency, in ten-thousandths. As they were paid, so that a project may change its
    /// currency, and a rate may be entered late.
    paid: Vec<(String, i64)>,
}

impl Minute {
    /// Adds a payment.
    pub fn pay(&mut self, currency: &str, amount: i64) {
        match self.paid.iter_mut().find(|(code, _)| code == currency) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => self.paid.push((currency.to_owned(), amount)),
        }
    }

    /// Payments by currency, in ten-thousandths.
    pub fn paid(&self) -> impl Iterator<Item = (&str, i64)> {
        self.paid.iter().map(|(code, sum)| (code.as_str(), *sum))
    }
}

/// Minutes by their number since 1970.
#[derive(Default)]
pub struct Minutes {
    kept: BTreeMap<i64, Minute>,
}

impl Minutes {
    /// The minute with this number.
    pub fn minute(&mut self, number: i64) -> &mut Minute {
        self.kept.entry(number).or_default()
    }

    /// Adds an event to the minute with this number.
    pub fn count(&mut self, event: &Event, tally: &Tally, number: i64) {
        let minute = self.minute(number);
        minute.tally.add(tally);
        minute.providers.count(event, tally);
        if let ("payment_completed", Some(amount), Some(currency)) =
            (event.kind.as_str(), event.amount, &event.currency)
        {
            minute.pay(currency, amount);
        }
    }

    /// What is known of one minute; a minute without an event is all zero.
    pub fn get(&self, number: i64) -> Option<&Minute> {
        self.kept.get(&number)
    }

    /// Counts of a range of minutes, half open.
    pub fn sum(&self, range: Range<i64>) -> Tally {
        let mut sum = Tally::default();
        for (_, minute) in self.kept.range(range) {
            sum.add(&minute.tally);
        }
        sum
    }

    /// Payments of a range of minutes, half open, by currency, in ten-thousandths.
    pub fn paid(&self, range: Range<i64>) -> Vec<(String, i64)> {
        let mut sum = Minute::default();
        for (_, minute) in self.kept.range(range) {
            for (currency, amount) in minute.paid() {
                sum.pay(currency, amount);
            }
        }
        sum.paid
    }

    /// Forgets what the present minute no longer needs. To be called once a minute.
    pub fn turn(&mut self, present: i64) {
        self.kept = self.kept.split_off(&(present - KEPT_MINUTES));
        for (_, minute) in self.kept.range_mut(..present - PROVIDER_MINUTES) {
            minute.providers.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(amount: i64, currency: &str) -> Event {
        Event {
            kind: "payment_completed".into(),
            amount: Some(amount),
            currency: Some(currency.into()),
            ..Event::default()
        }
    }

    fn call() -> Event {
        Event {
            kind: "response_received".into(),
            provider: Some("openai".into()),
            ..Event::default()
        }
    }

    fn count(minutes: &mut Minutes, event: &Event, number: i64) {
        minutes.count(event, &Tally::of(event), number);
    }

    #[test]
    fn payments_are_kept_by_currency() {
        let mut minutes = Minutes::default();
        count(&mut minutes, &payment(49_0000, "USD"), 1000);
        count(&mut minutes, &payment(10_0000, "EUR"), 1000);
        count(&mut minutes, &payment(-9_0000, "USD"), 1001);

        let both = [("USD".to_owned(), 40_0000), ("EUR".to_owned(), 10_0000)];
        assert_eq!(minutes.paid(1000..1002), both);
        assert_eq!(minutes.paid(1001..1002), [("USD".to_owned(), -9_0000)]);
        assert_eq!(minutes.paid(1002..1010), []);
    }

    #[test]
    fn a_range_is_half_open() {
        let mut minutes = Minutes::default();
        for number in 1000..1005 {
            count(&mut minutes, &call(), number);
        }
        assert_eq!(minutes.sum(1001..1004).answers, 3);
    }

    #[test]
    fn two_days_are_kept_and_an_hour_of_them_by_provider() {
        let mut minutes = Minutes::default();
        let present = 100_000;
        for number in [
            present - KEPT_MINUTES - 1,
            present - KEPT_MINUTES,
            present - PROVIDER_MINUTES - 1,
            present - PROVIDER_MINUTES,
        ] {
            count(&mut minutes, &call(), number);
        }

        minutes.turn(present);

        assert_eq!(minutes.sum(0..present).answers, 3);
        let providers = |number| minutes.get(number).map(|m| m.providers.iter().count());
        assert_eq!(providers(present - PROVIDER_MINUTES - 1), Some(0));
        assert_eq!(providers(present - PROVIDER_MINUTES), Some(1));
    }
}
