//! Lists to choose from: time zones and currencies, and how amounts of a currency are written.

use crate::core::currency::{Currency, NAMED};
use crate::web::view::field::Select;

/// Areas of the zone database. Others (`Etc`, `US`, `posix`) hold old names of the same zones.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// All time zones by name, with `chosen` selected even if it is an unusual one.
pub fn time_zones(chosen: &str) -> Select {
    let is_area = |name: &str| {
        name.split_once('/')
            .is_some_and(|(area, _)| AREAS.contains(&area))
    };
    let available = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned());
    let mut names: Vec<String> = available.filter(|name| is_area(name)).collect();
    names.push("UTC".to_owned());
    if !chosen.is_empty() {
        names.push(chosen.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    Select::new(
        names.iter().map(|name| (name.as_str(), name.as_str())),
        chosen,
    )
}

/// All currencies by code, with `chosen` selected.
pub fn currencies(chosen: &str) -> Select {
    let labels: Vec<(&str, String)> = Currency::all()
        .iter()
        .map(|currency| (currency.code(), label(currency.code())))
        .collect();
    Select::new(
        labels.iter().map(|(code, label)| (*code, label.as_str())),
        chosen,
    )
}

/// A currency in words: "USD, US dollar".
pub fn label(code: &str) -> String {
    match NAMED.iter().find(|(named, _, _)| *named == code) {
        Some((_, name, _)) => format!("{code}, {name}"),
        None => code.to_owned(),
    }
}

/// Decimals in which amounts are written; two for a currency that is not known.
pub fn decimals(code: &str) -> u8 {
    code.parse::<Currency>().map_or(2, Currency::decimals)
}

#[cfg(test)]
mod tests {
    use crate::core::currency::Currency;
    use crate::core::currency::{NAMED, prefix};
    use crate::web::pages::choices::{currencies, decimals, time_zones};

    #[test]
    fn every_named_currency_is_one_and_stands_there_once() {
        for pair in NAMED.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} is out of order", pair[1].0);
        }
        for (code, _, prefix) in NAMED {
            assert!(code.parse::<Currency>().is_ok(), "{code}");
            assert!(
                prefix.chars().count() == 1 || *prefix == format!("{code} "),
                "{code}"
            );
        }
    }

    #[test]
    fn amounts_are_written_with_the_sign_or_the_code_of_their_currency() {
        assert_eq!((prefix("USD"), decimals("USD")), ("$".to_owned(), 2));
        assert_eq!((prefix("JPY"), decimals("JPY")), ("¥".to_owned(), 0));
        assert_eq!((prefix("KWD"), decimals("KWD")), ("KWD ".to_owned(), 3));
        assert_eq!((prefix("old"), decimals("old")), ("old ".to_owned(), 2));
    }

    #[test]
    fn the_chosen_zone_is_offered_even_if_it_is_an_unusual_one() {
        for zone in ["UTC", "Europe/Berlin", "Etc/GMT+5"] {
            let select = time_zones(zone);
            let chosen: Vec<&str> = select
                .choices
                .iter()
                .filter(|choice| choice.is_chosen)
                .map(|choice| &*choice.value)
                .collect();
            assert_eq!(chosen, [zone]);
            assert!(select.choices.len() > 300, "{} zones", select.choices.len());
        }
    }

    #[test]
    fn every_currency_can_be_chosen() {
        let select = currencies("KES");

        assert_eq!(select.choices.len(), Currency::all().len());
        assert_eq!(
            select
                .choices
                .iter()
                .filter(|choice| choice.is_chosen)
                .count(),
            1
        );
    }
}
