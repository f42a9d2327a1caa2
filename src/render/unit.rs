//! Units, and how a number of each is written.
//!
//! The one place for it: tables, tiles, the chart bundle's axes and tooltips and the exports follow these rules.
//! The bundle has the same ones in `static/src/js/number.js`; `static/src/js/figure.cases.json` holds what both
//! must answer.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::Serialize;

use crate::core::currency::{self, Currency};
use crate::core::value;
use crate::render::number::{
    compact, cost, duration, grouped, grouped_exact, money, rounded, without_zeros,
};

const MINUTE_S: f64 = 60.0;
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;

/// How a number is written. What it is measured in is [`value::Unit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Unit {
    /// Whole things: requests, people.
    Count,
    /// Tokens; written like a count.
    Tokens,
    /// A number that need not be whole: requests per person, a rating.
    Number,
    /// A share of one: 0.0341 is 3.41 %.
    Share,
    /// A latency.
    Milliseconds,
    /// A duration that people count in minutes, hours or days.
    Seconds,
    /// An amount of one currency.
    Money {
        /// What stands before it: "$", "CHF ".
        prefix: String,
        /// Decimals in which people write it.
        decimals: u8,
    },
}

impl Unit {
    /// How pages write what is measured in `measured`; `currency` is the project's.
    pub fn of(measured: value::Unit, currency: &str) -> Self {
        match measured {
            value::Unit::Count | value::Unit::Bytes => Unit::Count,
            value::Unit::Tokens => Unit::Tokens,
            value::Unit::Share => Unit::Share,
            value::Unit::Milliseconds => Unit::Milliseconds,
            value::Unit::Seconds => Unit::Seconds,
            value::Unit::Cost => Unit::money(Currency::USD),
            value::Unit::Revenue => Unit::money(currency.parse().unwrap_or(Currency::USD)),
            value::Unit::PerSecond | value::Unit::PerMinute | value::Unit::Ratio => Unit::Number,
        }
    }

    /// Amounts of `currency`.
    pub fn money(currency: Currency) -> Self {
        Self::Money {
            prefix: currency::prefix(currency.code()),
            decimals: currency.decimals(),
        }
    }

    /// For cells, tiles and labels: "1.2K", "$45.6K", "3.41%", "842 ms", "12.5 min".
    pub fn short(&self, value: f64) -> String {
        match self {
            Unit::Count | Unit::Tokens => compact(value),
            Unit::Number if value.abs().round() >= 1000.0 => compact(value),
            Unit::Number => without_zeros(&grouped(value, three_digits(value))),
            Unit::Share => format!("{}%", grouped(value * 100.0, three_digits(value * 100.0))),
            Unit::Milliseconds => milliseconds(value),
            Unit::Seconds => seconds(value),
            Unit::Money { prefix, .. } if is_small(value) => small(value, prefix),
            Unit::Money { prefix, decimals } => money(decimal(value), prefix, *decimals),
        }
    }

    /// For tooltips, tables and exports: "1,204,311", "$45,612.34", "33.33%", "12,340 ms".
    pub fn full(&self, value: f64) -> String {
        match self {
            Unit::Count | Unit::Tokens => grouped(value, 0),
            Unit::Number => without_zeros(&grouped(value, 2)),
            Unit::Share => format!("{}%", grouped(value * 100.0, 2)),
            Unit::Milliseconds => format!("{} ms", grouped(value, 0)),
            Unit::Seconds => seconds(value),
            Unit::Money { prefix, .. } if is_small(value) => small(value, prefix),
            Unit::Money { prefix, decimals } => {
                let sign = if value < 0.0 { "−" } else { "" };
                format!(
                    "{sign}{prefix}{}",
                    grouped(value.abs(), i32::from(*decimals))
                )
            }
        }
    }

    /// [`Unit::full`] of an exact amount, which a float would round.
    pub fn full_exact(&self, amount: Decimal) -> String {
        match self {
            Unit::Money { prefix, decimals } if amount.abs() >= Decimal::ONE => {
                let sign = if amount.is_sign_negative() { "−" } else { "" };
                format!("{sign}{prefix}{}", grouped_exact(amount.abs(), *decimals))
            }
            _ => self.full(float(amount)),
        }
    }

    /// [`Unit::short`] of an exact amount.
    pub fn short_exact(&self, amount: Decimal) -> String {
        match self {
            Unit::Money { prefix, decimals } if amount.abs() >= Decimal::ONE => {
                money(amount, prefix, *decimals)
            }
            _ => self.short(float(amount)),
        }
    }

    /// For the ticks of an axis, which are round numbers: "2%", "$1.5K", "800 ms".
    pub fn tick(&self, value: f64) -> String {
        match self {
            Unit::Money { prefix, .. } if value == 0.0 => format!("{prefix}0"),
            Unit::Count if value.abs() < 10.0 => without_zeros(&grouped(value, 2)),
            _ => without_zeros(&self.short(value)),
        }
    }
}

/// A share in a list of shares, which all have one decimal so that they line up: "38.0%", "8.0%".
pub fn share_in_list(share: f64) -> String {
    format!("{}%", grouped(share * 100.0, 1))
}

/// So many decimals that three digits show: 3.41, 33.3, 100.
fn three_digits(number: f64) -> i32 {
    if rounded(number.abs(), 2) < 10.0 {
        2
    } else if rounded(number.abs(), 1) < 100.0 {
        1
    } else {
        0
    }
}

fn milliseconds(value: f64) -> String {
    let (text, unit) = duration(value.abs());
    let sign = if value < 0.0 && text != "0" {
        "−"
    } else {
        ""
    };
    format!("{sign}{text} {unit}")
}

fn seconds(value: f64) -> String {
    let size = value.abs();
    let in_steps = |step: f64| without_zeros(&grouped(value / step, 1));
    if rounded(size, 1) < MINUTE_S {
        format!("{} s", in_steps(1.0))
    } else if rounded(size / MINUTE_S, 1) < 60.0 {
        format!("{} min", in_steps(MINUTE_S))
    } else if rounded(size / HOUR_S, 1) < 24.0 {
        format!("{} h", in_steps(HOUR_S))
    } else {
        format!("{} d", in_steps(DAY_S))
    }
}

/// Amounts below one are costs of single calls, whose cents would all read 0.00.
fn is_small(value: f64) -> bool {
    value.abs() < 1.0
}

fn small(value: f64, prefix: &str) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}", cost(decimal(value.abs()), prefix))
}

/// The amount that a float says; what no amount can hold is shown as the largest one.
fn decimal(value: f64) -> Decimal {
    Decimal::from_f64(value).unwrap_or(Decimal::MAX)
}

fn float(amount: Decimal) -> f64 {
    use rust_decimal::prelude::ToPrimitive;
    amount.to_f64().unwrap_or(f64::MAX)
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use serde::Deserialize;

    use super::Unit;
    use crate::core::currency::Currency;

    /// What the bundle's tests read too.
    #[derive(Deserialize)]
    struct Cases {
        short: Vec<(serde_json::Value, f64, String)>,
        full: Vec<(serde_json::Value, f64, String)>,
        tick: Vec<(serde_json::Value, f64, String)>,
    }

    fn unit(form: &serde_json::Value) -> Unit {
        match form["form"].as_str().expect("a unit has a form") {
            "count" => Unit::Count,
            "tokens" => Unit::Tokens,
            "number" => Unit::Number,
            "share" => Unit::Share,
            "milliseconds" => Unit::Milliseconds,
            "seconds" => Unit::Seconds,
            "money" => Unit::Money {
                prefix: form["prefix"].as_str().expect("money has a prefix").into(),
                decimals: u8::try_from(form["decimals"].as_u64().expect("money has decimals"))
                    .expect("few decimals"),
            },
            other => panic!("no unit is called {other}"),
        }
    }

    #[test]
    fn numbers_read_as_the_chart_bundle_writes_them() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../static/src/js/figure.cases.json"))
                .expect("the shared cases have this shape");

        let check = |cases: Vec<(serde_json::Value, f64, String)>,
                     write: fn(&Unit, f64) -> String| {
            assert!(cases.len() > 10);
            for (form, value, text) in cases {
                assert_eq!(write(&unit(&form), value), text, "{form} {value}");
            }
        };
        check(cases.short, Unit::short);
        check(cases.full, Unit::full);
        check(cases.tick, Unit::tick);
    }

    #[test]
    fn a_unit_travels_to_the_bundle_under_the_name_it_has_there() {
        let json = |unit: &Unit| serde_json::to_string(unit).expect("a unit is JSON");

        assert_eq!(json(&Unit::Share), r#"{"form":"share"}"#);
        assert_eq!(
            json(&Unit::money(Currency::USD)),
            r#"{"form":"money","prefix":"$","decimals":2}"#
        );
    }

    #[test]
    fn an_exact_amount_is_written_like_a_float_but_not_rounded_like_one() {
        let dollars = Unit::money(Currency::USD);
        let amount: Decimal = "12345678901234567.89".parse().expect("a literal");

        assert_eq!(dollars.full_exact(amount), "$12,345,678,901,234,567.89");
        assert_eq!(dollars.full_exact(Decimal::new(31, 4)), "$0.0031");
        assert_eq!(dollars.full_exact(Decimal::new(-15225, 1)), "−$1,522.50");
        assert_eq!(dollars.short_exact(Decimal::new(456_000, 1)), "$45.6K");
    }
}
