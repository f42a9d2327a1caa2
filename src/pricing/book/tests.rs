//! Which entry and price a reported name leads to, and what the embedded book holds.

use std::collections::BTreeSet;

use super::*;
use crate::pricing::price::{CostSource, price};
use crate::pricing::usage::Usage;

const AT: &str = "2026-11-21T12:00:00Z";

fn entry_name(book: &PriceBook, provider: Option<&str>, model: &str) -> Option<String> {
    let at = AT.parse().unwrap();
    let found = book.find(provider, model, at, ServiceTier::Standard)?;
    Some(found.entry.name())
}

#[test]
fn a_name_is_found_exactly_then_by_the_first_pattern_that_fits() {
    let book = PriceBook::parse(
        r#"
version = "1"
[[model]]
provider = "acme"
model = "big"
match = ["big-*"]
except = ["*-image"]
price = [{ input = 1 }]
[[model]]
provider = "acme"
model = "big-2"
match = ["big-2*"]
price = [{ input = 2 }]
"#,
    )
    .unwrap();
    for (model, expected) in [
        ("big", Some("acme/big")),
        ("BIG-1", Some("acme/big")),
        ("big-2", Some("acme/big-2")),
        ("big-2-mini", Some("acme/big")),
        ("big-2-image", Some("acme/big-2")),
        ("big-1-image", None),
        ("small", None),
    ] {
        for _ in 0..2 {
            // The second time the answer comes from the cache.
            let found = entry_name(&book, Some("Acme"), model);
            assert_eq!(found.as_deref(), expected, "{model}");
        }
    }
}

#[test]
fn two_entries_with_one_name_are_a_problem() {
    let row = "[[model]]\nprovider = \"acme\"\nmodel = \"m\"\nprice = [{ input = 1 }]\n";
    let problems = PriceBook::parse(&format!("version = \"1\"\n{row}{row}")).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "acme/m: `model` is \"m\"; another entry of this provider has the same name; keep one, with all its prices"
    );
}

fn own(provider: Option<&str>, model: &str, figures: &str) -> Entry {
    let text =
        format!("version = \"own\"\n[[model]]\nmodel = \"{model}\"\n[[model.price]]\n{figures}\n");
    let mut entry = BookFile::parse(&text).unwrap().entries.remove(0);
    entry.provider = provider.map(str::to_owned);
    entry
}

#[test]
fn an_own_price_goes_before_the_common_one_while_it_holds() {
    let common = PriceBook::embedded();
    let book = common
        .with_overrides(vec![
            own(
                Some("openai"),
                "gpt-4o",
                "valid_from = 2026-06-01\ninput = 1\noutput = 1",
            ),
            own(Some("acme"), "gpt-4o", "input = 2\noutput = 2"),
        ])
        .unwrap();
    let cost = |book: &PriceBook, provider: &str, at: &str| {
        let usage = Usage {
            input_tokens: Some(1_000_000),
            output_tokens: Some(0),
            ..Usage::default()
        };
        let priced = price(book, Some(provider), "gpt-4o", at.parse().unwrap(), &usage);
        priced.cost.map(|cost| cost.to_string())
    };
    let before = "2026-05-31T23:59:59Z";
    let after = "2026-06-01T00:00:00Z";
    assert_eq!(cost(&book, "OpenAI", before).as_deref(), Some("2.5"));
    assert_eq!(cost(&book, "OpenAI", after).as_deref(), Some("1"));
    assert_eq!(cost(&book, "acme", after).as_deref(), Some("2"));
    // Azure sells the model at the common price, which the own one for OpenAI is not.
    assert_eq!(cost(&book, "azure", after).as_deref(), Some("2.5"));
    // The common book is shared and unchanged.
    assert_eq!(cost(&common, "openai", after).as_deref(), Some("2.5"));
    assert_eq!(book.own_entries().len(), 2);
    assert_eq!(book.entries().len(), common.entries().len());
}

#[test]
fn own_prices_with_problems_are_refused_with_all_of_them() {
    let entries = vec![
        Entry::new(Some("acme"), "a"),
        own(None, "b", "input = 1"),
        Entry::new(Some("acme"), ""),
    ];
    let problems = PriceBook::embedded().with_overrides(entries).unwrap_err();
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:#?}"); // no price, no name, no price
}

#[test]
fn real_names_of_models_lead_to_their_entries_in_the_embedded_book() {
    let book = PriceBook::embedded();
    for (provider, model, expected) in [
        (Some("openai"), "gpt-4o-2024-08-06", Some("openai/gpt-4o")),
        (None, "openai/gpt-4o", Some("openai/gpt-4o")),
        (Some("azure_openai"), "gpt-4o", Some("openai/gpt-4o")),
        (Some("openai"), "gpt-5-20250807", Some("openai/gpt-5")),
        (
            None,
            "anthropic/claude-sonnet-4-5",
            Some("anthropic/claude-sonnet-4-5"),
        ),
        (
            Some("Anthropic"),
            "claude-sonnet-4-5-20250929",
            Some("anthropic/claude-sonnet-4-5"),
        ),
        (
            None,
            "models/gemini-2.5-flash",
            Some("google/gemini-2.5-flash"),
        ),
        (
            Some("vertex_ai"),
            "claude-opus-5",
            Some("google/claude-opus-5"),
        ),
        (Some("x-ai"), "grok-4-0709", Some("xai/grok-4-0709")),
        (None, "deepseek-chat", Some("deepseek/deepseek-chat")),
        (
            Some("mistral"),
            "mistral-large-2512",
            Some("mistral/mistral-large-2512"),
        ),
        (
            Some("cohere"),
            "command-r-plus",
            Some("cohere/command-r-plus"),
        ),
        (
            Some("aws.bedrock"),
            "us.amazon.nova-lite-v1:0",
            Some("aws/amazon.nova-lite-v1:0"),
        ),
        (
            None,
            "amazon.nova-pro-v1:0",
            Some("aws/amazon.nova-pro-v1:0"),
        ),
        (
            None,
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            Some("aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ),
        (
            Some("groq"),
            "llama-3.3-70b-versatile",
            Some("groq/llama-3.3-70b-versatile"),
        ),
        (
            Some("together_ai"),
            "meta-llama/Llama-3.3-70B-Instruct-Turbo",
            Some("together/meta-llama/llama-3.3-70b-instruct-turbo"),
        ),
        (Some("ollama"), "mistral-small", None),
        (None, "deepseek-r1:8b", None),
        (Some("vllm"), "gpt-4o", None),
        (Some("openai"), "gpt-99", None),
    ] {
        let found = entry_name(&book, provider, model);
        assert_eq!(found.as_deref(), expected, "{provider:?} {model}");
    }
}

#[test]
fn the_embedded_book_holds_the_large_providers_and_every_id_is_its_own() {
    let book = PriceBook::embedded();
    let mut ids = BTreeSet::new();
    for entry in book.entries() {
        assert_eq!(entry.problems(), [], "{}", entry.name());
        let provider = entry.provider.as_deref().expect("every entry names one");
        assert!(provider::find(provider).is_some_and(|known| known.id == provider));
        for price in &entry.prices {
            assert!(ids.insert(price.id().to_string()), "{} twice", price.id());
        }
    }
    for provider in [
        "openai",
        "anthropic",
        "google",
        "xai",
        "deepseek",
        "mistral",
        "meta",
        "cohere",
        "aws",
        "groq",
    ] {
        let some = |entry: &&Entry| entry.provider.as_deref() == Some(provider);
        assert!(
            book.entries().iter().any(|entry| some(&entry)),
            "{provider}"
        );
    }
    assert!(book.version().starts_with("genai-prices-"));
    assert_eq!(book.billed_as(Class::Reasoning), Some(Class::Answer));
}

#[test]
fn a_dated_change_of_the_embedded_book_holds_from_its_first_day() {
    let book = PriceBook::embedded();
    let usage = Usage {
        input_tokens: Some(100_000),
        output_tokens: Some(10_000),
        ..Usage::default()
    };
    let cost = |at: &str| {
        let priced = price(
            &book,
            Some("openai"),
            "gpt-5.6-sol",
            at.parse().unwrap(),
            &usage,
        );
        assert_eq!(priced.source, CostSource::Computed);
        priced.cost.map(|cost| cost.to_string())
    };
    // 0.1 million x 5 + 0.01 million x 30; from 21 August on x 4 and x 20.
    assert_eq!(cost("2026-08-20T23:59:59Z").as_deref(), Some("0.8"));
    assert_eq!(cost("2026-08-21T00:00:00Z").as_deref(), Some("0.6"));
}

#[test]
fn the_service_tier_of_a_lender_is_not_that_of_its_reseller() {
    let book = PriceBook::embedded();
    let at = AT.parse().unwrap();
    let is_known = |provider, tier| {
        let found = book.find(Some(provider), "gpt-4o", at, tier);
        found.map(|found| (found.price.service_tier, found.is_tier_known))
    };
    assert_eq!(
        is_known("openai", ServiceTier::Batch),
        Some((ServiceTier::Batch, true))
    );
    assert_eq!(
        is_known("azure", ServiceTier::Batch),
        Some((ServiceTier::Standard, false))
    );
    assert_eq!(
        is_known("azure", ServiceTier::Standard),
        Some((ServiceTier::Standard, true))
    );
}

#[test]
fn an_endless_model_name_is_unknown() {
    let book = PriceBook::embedded();
    assert_eq!(
        entry_name(&book, Some("openai"), &"gpt-4o".repeat(100)),
        None
    );
    assert_eq!(
        entry_name(&book, Some(&"openai".repeat(100)), "gpt-4o"),
        None
    );
}
