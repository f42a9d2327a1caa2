//! Validity, hours, tiers and ids of prices, and the rules of an entry.

use super::*;
use crate::pricing::rate::Rate;

fn rates(figures: &[(Class, &str)]) -> Rates {
    let rate = |(class, text): &(Class, &str)| (*class, Rate::parse(text).unwrap());
    figures.iter().map(rate).collect()
}

fn dated(from: Option<&str>, to: Option<&str>, input: &str) -> Price {
    let mut price = Price::new(rates(&[(Class::Uncached, input)]));
    price.valid_from = from.map(|day| day.parse().unwrap());
    price.valid_to = to.map(|day| day.parse().unwrap());
    price
}

fn entry(prices: Vec<Price>) -> Entry {
    let mut entry = Entry::new(Some("OpenAI"), "GPT-X");
    entry.prices = prices;
    entry.seal("");
    entry
}

fn input_at(entry: &Entry, at: &str) -> Option<String> {
    let at = at.parse().unwrap();
    let (price, _) = entry.price_at(at, ServiceTier::Standard)?;
    price
        .rates
        .get(Class::Uncached)
        .map(|rate| rate.to_string())
}

#[test]
fn a_price_changes_at_midnight_utc_of_its_first_day() {
    let entry = entry(vec![
        dated(Some("2026-03-29"), Some("2026-06-01"), "2"),
        dated(None, Some("2026-03-29"), "5"),
    ]);
    assert_eq!(entry.problems(), []);
    for (at, input) in [
        ("1999-01-01T00:00:00Z", Some("5")),
        ("2026-03-28T23:59:59.999999Z", Some("5")),
        ("2026-03-29T00:00:00Z", Some("2")),
        ("2026-03-29T01:30:00+02:00", Some("5")), // 28 March, 23:30 in UTC
        ("2026-05-31T23:59:59Z", Some("2")),
        ("2026-06-01T00:00:00Z", None),
    ] {
        assert_eq!(input_at(&entry, at).as_deref(), input, "{at}");
    }
}

#[test]
fn hours_go_before_a_price_without_hours_and_may_pass_midnight() {
    let mut night = dated(None, None, "1");
    night.hours = Some(Hours {
        from: "16:30".parse().unwrap(),
        to: "00:30".parse().unwrap(),
    });
    let entry = entry(vec![night, dated(None, None, "2")]);
    assert_eq!(entry.problems(), []);
    for (at, input) in [
        ("2026-01-01T16:29:59Z", "2"),
        ("2026-01-01T16:30:00Z", "1"),
        ("2026-01-02T00:29:59Z", "1"),
        ("2026-01-02T00:30:00Z", "2"),
        ("1969-12-31T23:00:00Z", "1"),
    ] {
        assert_eq!(input_at(&entry, at).as_deref(), Some(input), "{at}");
    }
}

#[test]
fn a_tier_without_price_of_its_own_falls_back_to_the_standard_price_and_says_so() {
    let mut batch = dated(Some("2026-10-14"), None, "1");
    batch.service_tier = ServiceTier::Batch;
    let entry = entry(vec![dated(None, None, "2"), batch]);
    let found = |at: &str, tier| {
        let (price, is_known) = entry.price_at(at.parse().unwrap(), tier).unwrap();
        (price.service_tier, is_known)
    };
    let before = "2026-10-13T23:59:59Z";
    let after = "2026-10-14T00:00:00Z";
    assert_eq!(
        found(before, ServiceTier::Batch),
        (ServiceTier::Standard, false)
    );
    assert_eq!(found(after, ServiceTier::Batch), (ServiceTier::Batch, true));
    assert_eq!(
        found(after, ServiceTier::Other),
        (ServiceTier::Standard, false)
    );
    assert_eq!(
        found(after, ServiceTier::Standard),
        (ServiceTier::Standard, true)
    );
}

#[test]
fn a_prompt_of_the_threshold_pays_the_base_rate_and_one_token_more_the_tier() {
    let mut price = dated(None, None, "3");
    for (above, input) in [(200_000, "6"), (500_000, "9")] {
        let rates = rates(&[(Class::Uncached, input)]);
        price.context_tiers.push(ContextTier { above, rates });
    }
    for (tokens, input) in [
        (200_000, "3"),
        (200_001, "6"),
        (500_000, "6"),
        (500_001, "9"),
    ] {
        let rate = price.rates_for(tokens).get(Class::Uncached).unwrap();
        assert_eq!(rate.to_string(), input, "{tokens}");
    }
}

#[test]
fn an_id_names_the_price_and_changes_with_its_figures_only() {
    let mut batch = dated(Some("2026-10-14"), None, "1");
    batch.service_tier = ServiceTier::Batch;
    let id = |input: &str, to: Option<&str>| {
        let entry = entry(vec![dated(None, to, input), batch.clone()]);
        (
            entry.prices[0].id().to_string(),
            entry.prices[1].id().to_string(),
        )
    };
    let (standard, tier) = id("2.5", None);
    assert!(standard.starts_with("openai/gpt-x~"), "{standard}");
    assert!(tier.starts_with("openai/gpt-x#batch@2026-10-14~"), "{tier}");
    assert_eq!(id("2.50", Some("2027-01-01")).0, standard);
    assert_ne!(id("2.6", None).0, standard);
}

#[test]
fn every_broken_rule_of_an_entry_is_listed() {
    let mut tiered = dated(Some("2026-02-01"), Some("2026-01-01"), "1");
    tiered.context_tiers.push(ContextTier {
        above: 100,
        rates: rates(&[(Class::Answer, "5")]),
    });
    let mut entry = entry(vec![
        tiered,
        dated(None, None, "2"),
        Price::new(Rates::default()),
    ]);
    entry.patterns.push(Pattern::new("**"));
    let problems: Vec<String> = entry.problems().iter().map(Problem::to_string).collect();
    for part in [
        "`match` is \"**\"; a pattern must hold",
        "`valid_to` is 2026-01-01; it must be later than `valid_from`, which is 2026-02-01",
        "`input` is missing in the tier above 100",
        "`output` is missing below the tier",
        "a price needs at least one figure",
        "`valid_from` is unbounded; another standard price",
    ] {
        assert!(
            problems.iter().any(|problem| problem.contains(part)),
            "{part} in {problems:#?}"
        );
    }
    assert!(
        problems
            .iter()
            .all(|problem| problem.starts_with("openai/gpt-x: "))
    );
}
