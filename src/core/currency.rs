//! ISO 4217 currency codes.
//!
//! A code is one of the list below, so that a typing error cannot open a currency of its own.
//! Knows no rates.

use std::fmt;
use std::str::FromStr;

/// Codes by the decimals of their smallest coin, each list sorted.
///
/// Money in circulation as of 2026 and the six codes withdrawn since 2023, which imported payments
/// still carry. Metals, units of account for banks and the test code are left out.
const CODES: &[(u8, &[&str])] = &[
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (
        2,
        &[
            "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD",
            "BDT", "BGN", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD",
            "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC", "CUC", "CUP", "CVE",
            "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL",
            "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS",
            "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR",
            "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
            "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB",
            "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR",
            "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP", "STN", "SVC", "SYP",
            "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN",
            "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG", "ZWL",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

/// Names of the currencies that people are likely to look for, and the sign of those whose sign is unmistakable.
pub const NAMED: &[(&str, &str, &str)] = &[
    ("AUD", "Australian dollar", "AUD "),
    ("BRL", "Brazilian real", "BRL "),
    ("CAD", "Canadian dollar", "CAD "),
    ("CHF", "Swiss franc", "CHF "),
    ("CNY", "Chinese yuan", "CNY "),
    ("CZK", "Czech koruna", "CZK "),
    ("DKK", "Danish krone", "DKK "),
    ("EUR", "euro", "€"),
    ("GBP", "pound sterling", "£"),
    ("HKD", "Hong Kong dollar", "HKD "),
    ("ILS", "Israeli shekel", "₪"),
    ("INR", "Indian rupee", "₹"),
    ("JPY", "Japanese yen", "¥"),
    ("KRW", "South Korean won", "₩"),
    ("MXN", "Mexican peso", "MXN "),
    ("NOK", "Norwegian krone", "NOK "),
    ("NZD", "New Zealand dollar", "NZD "),
    ("PLN", "Polish złoty", "PLN "),
    ("SEK", "Swedish krona", "SEK "),
    ("SGD", "Singapore dollar", "SGD "),
    ("TRY", "Turkish lira", "TRY "),
    ("USD", "US dollar", "$"),
    ("ZAR", "South African rand", "ZAR "),
];

/// What stands before an amount: "$", "CHF ".
pub fn prefix(code: &str) -> String {
    match NAMED.iter().find(|(named, _, _)| *named == code) {
        Some((_, _, prefix)) => (*prefix).to_owned(),
        None => format!("{code} "),
    }
}

/// A currency, known by its code of three upper-case letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    decimals: u8,
}

impl Currency {
    /// The US dollar, in which model providers name their prices.
    pub const USD: Currency = Currency {
        code: "USD",
        decimals: 2,
    };

    /// The code, as in `EUR`.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Decimals in which people write amounts of this currency: 2 for EUR, 0 for JPY.
    pub fn decimals(self) -> u8 {
        self.decimals
    }

    /// Every currency, by code.
    pub fn all() -> Vec<Currency> {
        let mut all: Vec<Currency> = CODES
            .iter()
            .flat_map(|(decimals, codes)| codes.iter().map(|code| (*decimals, *code)))
            .map(|(decimals, code)| Currency { code, decimals })
            .collect();
        all.sort_unstable();
        all
    }
}

/// Takes the exact code only: `usd` is refused, so that a text is one currency or none.
impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Currency, CurrencyError> {
        for (decimals, codes) in CODES {
            if let Ok(at) = codes.binary_search(&text) {
                return Ok(Currency {
                    code: codes[at],
                    decimals: *decimals,
                });
            }
        }
        Err(CurrencyError(text.chars().take(16).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code)
    }
}

/// The text is no code of the list; holds its start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency code; use three upper-case letters of ISO 4217, like EUR")]
pub struct CurrencyError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_list_is_a_currency_with_its_decimals() {
        for (code, decimals) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("BGN", 2)] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!((currency.code(), currency.decimals()), (code, decimals));
            assert_eq!(currency.to_string(), code);
        }
        assert_eq!("USD".parse(), Ok(Currency::USD));
    }

    #[test]
    fn a_text_that_is_no_code_is_refused_with_the_way_out() {
        for text in ["usd", "EURO", "", "XXX", "ABC", "US ", "€"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
        assert_eq!(
            "usd".parse::<Currency>().unwrap_err().to_string(),
            "`usd` is not a currency code; use three upper-case letters of ISO 4217, like EUR"
        );
    }

    #[test]
    fn every_code_of_the_list_is_found_and_stands_there_once() {
        let all = Currency::all();
        assert_eq!(all.len(), 170);
        for pair in all.windows(2) {
            assert!(pair[0].code() < pair[1].code());
        }
        for currency in all {
            assert_eq!(currency.code().parse(), Ok(currency));
        }
    }
}
