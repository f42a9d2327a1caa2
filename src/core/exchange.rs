//! Exchange rates: what one unit of a currency is worth in US dollars from a day on, and in a project's currency.
//!
//! The one definition of the conversion. The dollar is the pivot, as model prices are in dollars. Everything is exact:
//! a rate has up to twelve decimals, a factor from one currency to another is rounded to twelve, and a sum of amounts
//! times factors keeps all sixteen until [`ten_thousandths`] rounds it, once. Knows no store and no SQL.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::core::currency::Currency;
use crate::core::decimal::{DecimalError, scaled};

/// Decimals of a rate and of a factor.
const DECIMALS: u32 = 12;
/// One dollar, and a factor of one.
const ONE: i128 = 1_000_000_000_000;
/// The smallest rate, a ten-millionth of a dollar: a fifth of what the smallest unit in circulation was ever worth.
const LEAST: i128 = ONE / 10_000_000;
/// The largest rate, a thousand dollars: twenty times what the largest unit is worth.
const MOST: i128 = 1_000 * ONE;
/// Factors are below this, or the engine's column could not hold them (eight digits before the point).
const FACTOR_BELOW: i128 = 100_000_000 * ONE;

/// What one unit of a currency is worth in US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsdRate(i64);

impl UsdRate {
    /// A rate of so many trillionths of a dollar, if it is within the bounds.
    pub fn from_trillionths(trillionths: i128) -> Option<UsdRate> {
        let number = i64::try_from(trillionths).ok()?;
        (LEAST..=MOST)
            .contains(&trillionths)
            .then_some(UsdRate(number))
    }

    /// The rate in trillionths of a dollar.
    pub fn trillionths(self) -> i64 {
        self.0
    }

    /// Reads a decimal as people write it.
    ///
    /// # Errors
    /// The broken rule, with the remedy.
    pub fn parse(text: &str) -> Result<UsdRate, String> {
        let shown: String = text.chars().take(40).collect();
        let number = match scaled(text, DECIMALS) {
            Ok(number) => number,
            Err(DecimalError::NotANumber) if text.is_empty() => {
                return Err(
                    "is empty; write what one unit is worth in US dollars, like 1.0834".to_owned(),
                );
            }
            Err(DecimalError::NotANumber) => {
                return Err(format!(
                    "is `{shown}`, which is no decimal number; write it like 1.0834"
                ));
            }
            Err(DecimalError::TooLarge) => return Err(out_of_bounds(&shown)),
        };
        if !number.is_exact && number.value != 0 {
            return Err(format!(
                "is {shown}; the most is {DECIMALS} decimals, round it"
            ));
        }
        UsdRate::from_trillionths(number.value).ok_or_else(|| out_of_bounds(&shown))
    }
}

fn out_of_bounds(shown: &str) -> String {
    format!(
        "is {shown}; one unit is worth from 0.0000001 to 1000 US dollars, so look which of the two is the one unit"
    )
}

/// Plain decimal text without needless zeros: `1.0834`.
impl fmt::Display for UsdRate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&decimal(i128::from(self.0)))
    }
}

/// What one unit of a currency is worth in another; above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor(i128);

impl fmt::Display for Factor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&decimal(self.0))
    }
}

fn decimal(number: i128) -> String {
    let text = format!("{}.{:012}", number / ONE, number % ONE);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Sixteen decimals to the four of stored amounts, half away from zero: the only place where converted money is
/// rounded.
pub fn ten_thousandths(exact: i128) -> i128 {
    let size = (exact.unsigned_abs() + ONE.unsigned_abs() / 2) / ONE.unsigned_abs();
    i128::try_from(size).unwrap_or(i128::MAX) * exact.signum()
}

/// A rate and the day from which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedRate {
    /// The currency; not the dollar.
    pub currency: Currency,
    /// The first local day on which it holds; the last is the one before the next rate's.
    pub day: Date,
    /// What one unit is worth.
    pub usd: UsdRate,
}

/// Every rate that is known.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// By currency, sorted by day.
    known: BTreeMap<&'static str, Vec<(Date, UsdRate)>>,
    fingerprint: u64,
}

impl Rates {
    /// The rates of these rows; of two of one currency and day the later one holds.
    pub fn of(rows: impl IntoIterator<Item = DatedRate>) -> Rates {
        let mut sorted: BTreeMap<&'static str, BTreeMap<Date, UsdRate>> = BTreeMap::new();
        for row in rows {
            let days = sorted.entry(row.currency.code()).or_default();
            days.insert(row.day, row.usd);
        }
        let known: BTreeMap<&'static str, Vec<(Date, UsdRate)>> = sorted
            .into_iter()
            .map(|(code, days)| (code, days.into_iter().collect()))
            .collect();
        let mut hasher = DefaultHasher::new();
        known.hash(&mut hasher);
        Rates {
            known,
            fingerprint: hasher.finish(),
        }
    }

    /// Every rate: by currency, the latest day first.
    pub fn list(&self) -> impl Iterator<Item = (&'static str, Date, UsdRate)> {
        self.known.iter().flat_map(|(code, days)| {
            let latest_first = days.iter().rev();
            latest_first.map(|(day, usd)| (*code, *day, *usd))
        })
    }

    /// The first day of a currency's first rate.
    pub fn since(&self, currency: &str) -> Option<Date> {
        self.days(currency).first().map(|(day, _)| *day)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.known.values().map(Vec::len).sum()
    }

    /// What one unit of a currency is worth in trillionths of a dollar on a day.
    fn usd(&self, currency: &str, day: Date) -> Option<i128> {
        if currency == Currency::USD.code() {
            return Some(ONE);
        }
        let days = self.days(currency);
        let after = days.partition_point(|(from, _)| *from <= day);
        let (_, usd) = days.get(after.checked_sub(1)?)?;
        Some(i128::from(usd.0))
    }

    fn days(&self, currency: &str) -> &[(Date, UsdRate)] {
        self.known.get(currency).map_or(&[], Vec::as_slice)
    }
}

/// A stretch of days on which a factor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first day; `None` for always.
    pub from: Option<Date>,
    /// The first day after it; `None` if it goes on.
    pub until: Option<Date>,
    /// What one unit is worth.
    pub factor: Factor,
}

/// How amounts become amounts of a project's currency. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Exchange {
    currency: String,
    zone: TimeZone,
    rates: Arc<Rates>,
}

impl Exchange {
    /// Into `currency`, by the local days of `zone`.
    pub fn new(currency: impl Into<String>, zone: TimeZone, rates: Arc<Rates>) -> Exchange {
        Exchange {
            currency: currency.into(),
            zone,
            rates,
        }
    }

    /// While no rate is known.
    pub fn without_rates(currency: impl Into<String>, zone: TimeZone) -> Exchange {
        Exchange::new(currency, zone, Arc::default())
    }

    /// The project's currency.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The zone that cuts its days.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The rates that are known.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Differs where amounts may become others.
    pub fn fingerprint(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        (&self.currency, self.rates.fingerprint).hash(&mut hasher);
        (hasher.finish() >> 1) as i64
    }

    /// What one unit of a currency is worth on a local day; `None` where either rate is unknown, or where the two are
    /// a hundred million apart, which no two currencies are.
    pub fn factor(&self, currency: &str, day: Date) -> Option<Factor> {
        if currency == self.currency {
            return Some(Factor(ONE));
        }
        let (worth, own) = (
            self.rates.usd(currency, day)?,
            self.rates.usd(&self.currency, day)?,
        );
        let factor = (2 * worth * ONE + own) / (2 * own);
        (factor > 0 && factor < FACTOR_BELOW).then_some(Factor(factor))
    }

    /// The stretches of days on which a currency has a factor, in their order.
    pub fn stretches(&self, currency: &str) -> Vec<Stretch> {
        if currency == self.currency {
            return vec![Stretch {
                from: None,
                until: None,
                factor: Factor(ONE),
            }];
        }
        let of = |code| self.rates.days(code).iter().map(|(day, _)| *day);
        let mut days: Vec<Date> = of(currency).chain(of(&self.currency)).collect();
        days.sort_unstable();
        days.dedup();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (place, day) in days.iter().enumerate() {
            let Some(factor) = self.factor(currency, *day) else {
                continue;
            };
            let until = days.get(place + 1).copied();
            match stretches.last_mut() {
                Some(last) if last.factor == factor && last.until == Some(*day) => {
                    last.until = until;
                }
                _ => stretches.push(Stretch {
                    from: Some(*day),
                    until,
                    factor,
                }),
            }
        }
        stretches
    }

    /// Amounts of one local day by their currencies as one of the project's, in ten-thousandths. Those without a rate
    /// are left out.
    pub fn sum<'a>(&self, amounts: impl IntoIterator<Item = (&'a str, i64)>, day: Date) -> i64 {
        let mut exact: i128 = 0;
        for (currency, amount) in amounts {
            if let Some(factor) = self.factor(currency, day) {
                exact = exact.saturating_add(i128::from(amount).saturating_mul(factor.0));
            }
        }
        let rounded = ten_thousandths(exact);
        i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rate(currency: &str, day: Date, usd: &str) -> DatedRate {
        DatedRate {
            currency: currency.parse().expect("a currency"),
            day,
            usd: UsdRate::parse(usd).expect("a rate"),
        }
    }

    fn exchange(currency: &str, rows: &[DatedRate]) -> Exchange {
        let rates = Arc::new(Rates::of(rows.iter().copied()));
        Exchange::new(currency, TimeZone::UTC, rates)
    }

    fn factor(exchange: &Exchange, currency: &str, day: Date) -> Option<String> {
        exchange
            .factor(currency, day)
            .map(|factor| factor.to_string())
    }

    #[test]
    fn a_rate_holds_from_its_day_until_the_next_one() {
        let into = exchange(
            "USD",
            &[
                rate("EUR", date(2026, 3, 10), "1.1"),
                rate("EUR", date(2026, 3, 1), "1.05"),
            ],
        );
        let of = |day| factor(&into, "EUR", date(2026, 3, day));
        assert_eq!(factor(&into, "EUR", date(2026, 2, 28)), None, "before");
        assert_eq!(of(1).as_deref(), Some("1.05"), "the day itself");
        assert_eq!(of(9).as_deref(), Some("1.05"));
        assert_eq!(of(10).as_deref(), Some("1.1"));
        assert_eq!(
            factor(&into, "USD", date(1999, 1, 1)).as_deref(),
            Some("1"),
            "a dollar is a dollar"
        );
    }

    #[test]
    fn between_two_currencies_the_dollar_is_the_pivot_and_both_must_be_known() {
        let into = exchange(
            "GBP",
            &[
                rate("GBP", date(2026, 3, 5), "1.25"),
                rate("EUR", date(2026, 3, 1), "1.1"),
            ],
        );
        // 1.1 / 1.25 = 0.88, and a dollar is 1 / 1.25 = 0.8 pounds.
        let of = |currency, day| factor(&into, currency, date(2026, 3, day));
        assert_eq!(of("EUR", 5).as_deref(), Some("0.88"));
        assert_eq!(of("EUR", 4), None, "what a pound was worth is unknown");
        assert_eq!(of("USD", 5).as_deref(), Some("0.8"));
        assert_eq!(of("CHF", 5), None);
        assert_eq!(
            of("GBP", 1).as_deref(),
            Some("1"),
            "one's own needs no rate"
        );
    }

    #[test]
    fn stretches_are_cut_where_either_side_changes() {
        let into = exchange(
            "GBP",
            &[
                rate("EUR", date(2026, 3, 1), "1.1"),
                rate("GBP", date(2026, 3, 5), "1.25"),
                rate("EUR", date(2026, 3, 7), "1.1"),
                rate("GBP", date(2026, 3, 9), "1"),
            ],
        );
        let cut: Vec<(Option<Date>, Option<Date>, String)> = into
            .stretches("EUR")
            .into_iter()
            .map(|stretch| (stretch.from, stretch.until, stretch.factor.to_string()))
            .collect();
        let day = |day| Some(date(2026, 3, day));
        assert_eq!(
            cut,
            [
                (day(5), day(9), "0.88".to_owned()),
                (day(9), None, "1.1".to_owned())
            ],
            "the seventh changed nothing"
        );
    }

    #[test]
    fn a_factor_is_rounded_to_twelve_decimals_and_a_sum_once_half_away_from_zero() {
        let into = exchange(
            "GBP",
            &[
                rate("GBP", date(2026, 1, 1), "3"),
                rate("EUR", date(2026, 1, 1), "2"),
            ],
        );
        let day = date(2026, 1, 1);
        assert_eq!(factor(&into, "EUR", day).as_deref(), Some("0.666666666667"));
        // 0.0001 EUR is 0.0000666… GBP, three of them 0.0002, not three times 0.0001.
        assert_eq!(into.sum([("EUR", 1)], day), 1);
        assert_eq!(into.sum([("EUR", 3)], day), 2);
        assert_eq!(into.sum([("EUR", -3), ("GBP", 10), ("CHF", 99)], day), 8);
        for (exact, rounded) in [
            (ONE / 2, 1),
            (ONE / 2 - 1, 0),
            (-ONE / 2, -1),
            (-ONE / 2 + 1, 0),
            (3 * ONE / 2, 2),
        ] {
            assert_eq!(ten_thousandths(exact), rounded, "{exact}");
        }
    }

    #[test]
    fn what_is_remembered_of_money_is_told_apart_by_the_rates_and_the_currency() {
        let of = |currency: &str, usd: &str| {
            exchange(currency, &[rate("EUR", date(2026, 3, 1), usd)]).fingerprint()
        };
        assert_eq!(of("USD", "1.1"), of("USD", "1.10"));
        assert_ne!(of("USD", "1.1"), of("USD", "1.2"));
        assert_ne!(of("USD", "1.1"), of("EUR", "1.1"));
        assert_ne!(of("USD", "1.1"), exchange("USD", &[]).fingerprint());
    }

    #[test]
    fn a_rate_is_a_decimal_within_bounds() {
        for (text, shown) in [
            ("1.0834", "1.0834"),
            ("0.0000001", "0.0000001"),
            ("1000", "1000"),
            ("0.006612345678", "0.006612345678"),
        ] {
            assert_eq!(
                UsdRate::parse(text).map(|rate| rate.to_string()),
                Ok(shown.to_owned())
            );
        }
        for (text, rule) in [
            ("", "is empty"),
            ("1,08", "no decimal number"),
            ("0", "from 0.0000001 to 1000"),
            ("-1.1", "from 0.0000001 to 1000"),
            ("1000.01", "from 0.0000001 to 1000"),
            ("1e40", "from 0.0000001 to 1000"),
            ("0.00000009", "from 0.0000001 to 1000"),
            ("1.0000000000001", "12 decimals"),
        ] {
            let told = UsdRate::parse(text).expect_err(text);
            assert!(told.contains(rule), "{text}: {told}");
        }
    }

    #[test]
    fn absurd_amounts_stay_at_the_end_of_their_type() {
        let into = exchange(
            "IRR",
            &[
                rate("IRR", date(2026, 1, 1), "0.0000001"),
                rate("CLF", date(2026, 1, 1), "9.9"),
                rate("EUR", date(2026, 1, 1), "10"),
            ],
        );
        let day = date(2026, 1, 1);
        assert_eq!(into.sum([("CLF", i64::MAX)], day), i64::MAX);
        assert_eq!(into.sum([("CLF", i64::MIN)], day), i64::MIN);
        assert_eq!(into.factor("EUR", day), None, "a hundred million apart");
    }
}
