//! Costs worked by hand, and laws that hold for any usage and price.

use proptest::prelude::*;

use super::*;
use crate::core::money::MoneySum;
use crate::pricing::entry::Entry;

const AT: &str = "2026-11-21T12:00:00Z";

/// A book of one provider, `acme`, with `models` in the form of the file.
fn book(models: &str) -> PriceBook {
    let text = format!("version = \"test\"\n[billed_as]\nreasoning = \"output\"\n{models}");
    PriceBook::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn one(figures: &str) -> PriceBook {
    book(&format!(
        "[[model]]\nprovider = \"acme\"\nmodel = \"m\"\n[[model.price]]\n{figures}\n"
    ))
}

fn cost(book: &PriceBook, usage: Usage) -> Priced {
    price(book, Some("acme"), "m", AT.parse().unwrap(), &usage)
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[track_caller]
fn check(priced: &Priced, expected: &str, source: CostSource, missing: &[Gap]) {
    assert_eq!(
        priced.cost.map(|cost| cost.to_string()).as_deref(),
        Some(expected)
    );
    assert_eq!((priced.source, &priced.missing[..]), (source, missing));
}

#[track_caller]
fn check_unpriced(priced: &Priced) {
    assert_eq!((priced.cost, priced.source), (None, CostSource::Unpriced));
    assert_eq!(priced.parts.iter().count(), 0);
}

const CACHED: &str = "input = 3\ncache_read = 0.30\ncache_write = 3.75\noutput = 15";

fn tokens(input: u64, output: u64) -> Usage {
    Usage {
        input_tokens: Some(input),
        output_tokens: Some(output),
        ..Usage::default()
    }
}

#[test]
fn input_of_130213_with_128955_read_and_1253_written_leaves_5_uncached() {
    let priced = cost(
        &one(CACHED),
        Usage {
            cache_read_tokens: Some(128_955),
            cache_write_tokens: Some(1_253),
            ..tokens(130_213, 482)
        },
    );
    //     5 x  3.00 = 0.000015 000
    // 128955 x 0.30 = 0.038686 500
    //  1253 x  3.75 = 0.004698 750
    //   482 x 15.00 = 0.007230 000, together 0.050630250
    check(&priced, "0.05063025", CostSource::Computed, &[]);
    for (class, part) in [
        (Class::Uncached, "0.000015"),
        (Class::CacheRead, "0.0386865"),
        (Class::CacheWrite, "0.00469875"),
        (Class::Answer, "0.00723"),
    ] {
        assert_eq!(priced.parts.get(class), money(part));
    }
    assert_eq!(priced.parts.iter().count(), 4);
    assert_eq!(priced.currency, Some(Currency::USD));
    let id = priced.price_id.unwrap();
    assert!(id.starts_with("acme/m~"), "{id}");
}

#[test]
fn input_of_17903_with_17817_cached_bills_86_at_the_full_price() {
    let usage = Usage {
        cache_read_tokens: Some(17_817),
        ..tokens(17_903, 0)
    };
    let priced = cost(&one("input = 3\ncache_read = 0\noutput = 15"), usage);
    check(&priced, "0.000258", CostSource::Computed, &[]); // 86 x 3
}

#[test]
fn output_of_482_including_448_of_reasoning_bills_482() {
    let usage = Usage {
        reasoning_tokens: Some(448),
        ..tokens(0, 482)
    };
    let priced = cost(&one("input = 3\noutput = 15"), usage);
    check(&priced, "0.00723", CostSource::Computed, &[]); // 482 x 15
    assert_eq!(priced.parts.get(Class::Reasoning), money("0.00672")); // 448 x 15
    assert_eq!(priced.parts.get(Class::Answer), money("0.00051")); // 34 x 15

    // A model that names a price for reasoning bills that instead.
    let priced = cost(&one("input = 3\noutput = 15\nreasoning = 1"), usage);
    check(&priced, "0.000958", CostSource::Computed, &[]); // 34 x 15 + 448 x 1
}

#[test]
fn a_prompt_above_the_context_tier_pays_its_rate_for_every_class() {
    let book = one("input = 2\ncache_read = 0.2\noutput = 10\n\
         context_tiers = [{ above = 200000, input = 4, cache_read = 0.4, output = 15 }]");
    let usage = |input| Usage {
        cache_read_tokens: Some(150_000),
        ..tokens(input, 1_000)
    };
    // 50000 x 2 + 150000 x 0.2 + 1000 x 10 = 0.1 + 0.03 + 0.01
    check(
        &cost(&book, usage(200_000)),
        "0.14",
        CostSource::Computed,
        &[],
    );
    // 50001 x 4 + 150000 x 0.4 + 1000 x 15 = 0.200004 + 0.06 + 0.015
    check(
        &cost(&book, usage(200_001)),
        "0.275004",
        CostSource::Computed,
        &[],
    );
}

#[test]
fn the_context_tier_counts_a_prompt_of_which_only_the_subsets_were_reported() {
    let book = one("input = 1\ncache_read = 1\ncache_write = 1\n\
         context_tiers = [{ above = 10, input = 2, cache_read = 2, cache_write = 2 }]");
    let usage = |write| Usage {
        cache_read_tokens: Some(6),
        cache_write_tokens: Some(write),
        ..Usage::default()
    };
    check(&cost(&book, usage(4)), "0.00001", CostSource::Computed, &[]); // 10 x 1
    check(
        &cost(&book, usage(5)),
        "0.000022",
        CostSource::Computed,
        &[],
    ); // 11 x 2
}

#[test]
fn a_service_tier_has_its_own_price_and_an_unknown_one_is_partial_at_the_standard_price() {
    let book = book(
        "[[model]]\nprovider = \"acme\"\nmodel = \"m\"\n[[model.price]]\ninput = 2\noutput = 8\n\
         [[model.price]]\nservice_tier = \"batch\"\ninput = 1\noutput = 4\n",
    );
    let usage = |service_tier| Usage {
        service_tier,
        ..tokens(1_000, 1_000)
    };
    for tier in [None, Some(ServiceTier::Standard)] {
        check(&cost(&book, usage(tier)), "0.01", CostSource::Computed, &[]);
    }
    let batch = cost(&book, usage(Some(ServiceTier::Batch)));
    check(&batch, "0.005", CostSource::Computed, &[]);
    assert!(batch.price_id.unwrap().starts_with("acme/m#batch~"));
    for tier in [ServiceTier::Flex, ServiceTier::Other] {
        let priced = cost(&book, usage(Some(tier)));
        check(&priced, "0.01", CostSource::Partial, &[Gap::ServiceTier]);
    }
}

#[test]
fn a_model_without_price_is_unpriced_and_never_free() {
    let book = one("input = 2\noutput = 8");
    for (provider, model) in [
        (Some("acme"), "n"),
        (Some("other"), "m"),
        (None, "m"),
        (Some("acme"), ""),
    ] {
        let at = AT.parse().unwrap();
        let priced = price(&book, provider, model, at, &tokens(1_000, 1_000));
        check_unpriced(&priced);
        assert_eq!((priced.price_id, priced.currency), (None, None));
    }
}

#[test]
fn an_own_price_of_zero_is_a_cost_of_zero() {
    let mut own = Entry::new(None, "m");
    let zero = Rate::parse("0").unwrap();
    let rates = [(Class::Uncached, zero), (Class::Answer, zero)];
    own.prices.push(crate::pricing::entry::Price::new(
        rates.into_iter().collect(),
    ));
    let book = one("input = 2\noutput = 8")
        .with_overrides(vec![own])
        .unwrap();
    for provider in [Some("acme"), Some("ollama"), None] {
        let priced = price(
            &book,
            provider,
            "m",
            AT.parse().unwrap(),
            &tokens(1_000, 1_000),
        );
        check(&priced, "0", CostSource::Computed, &[]);
        assert!(priced.price_id.unwrap().starts_with("own:*/m~"));
    }
}

#[test]
fn a_class_that_was_used_and_has_no_price_makes_the_cost_partial() {
    let usage = Usage {
        cache_read_tokens: Some(400),
        output_audio_tokens: Some(10),
        ..tokens(1_000, 100)
    };
    let priced = cost(&one("input = 2\noutput = 8"), usage);
    let missing = [Gap::Class(Class::CacheRead), Gap::Class(Class::OutputAudio)];
    check(&priced, "0.00192", CostSource::Partial, &missing); // 600 x 2 + 90 x 8

    // Zero tokens of it miss nothing.
    let usage = Usage {
        cache_read_tokens: Some(0),
        ..tokens(1_000, 100)
    };
    check(
        &cost(&one("input = 2\noutput = 8"), usage),
        "0.0028",
        CostSource::Computed,
        &[],
    );
}

#[test]
fn a_call_of_which_no_class_has_a_price_is_unpriced_and_says_why() {
    let priced = cost(&one("output = 8"), tokens(1_000, 0));
    check_unpriced(&priced);
    assert_eq!(priced.missing, [Gap::Class(Class::Uncached)]);
    assert!(priced.price_id.is_some());
}

#[test]
fn a_total_that_was_not_reported_is_missing_unless_it_would_cost_nothing() {
    let only_input = Usage {
        output_tokens: None,
        ..tokens(1_000, 0)
    };
    let priced = cost(&one("input = 2\noutput = 8"), only_input);
    check(
        &priced,
        "0.002",
        CostSource::Partial,
        &[Gap::Class(Class::Answer)],
    );
    for figures in ["input = 2", "input = 2\noutput = 0"] {
        check(
            &cost(&one(figures), only_input),
            "0.002",
            CostSource::Computed,
            &[],
        );
    }
    check_unpriced(&cost(&one("input = 2\noutput = 8"), Usage::default()));
    check(
        &cost(&one("input = 2\noutput = 8"), tokens(0, 0)),
        "0",
        CostSource::Computed,
        &[],
    );
}

#[test]
fn services_are_billed_by_characters_minutes_images_bytes_and_requests() {
    let usage = Usage {
        characters: Some(1_234),
        audio_ms: Some(90_500),
        images: Some(3),
        bytes: Some(2_500_000_000),
        ..Usage::default()
    };
    for (figures, expected) in [
        ("per_million_characters = 15", "0.01851"), // 1234 x 0.000015
        ("per_1k_characters = 0.015", "0.01851"),
        ("per_audio_minute = 0.006", "0.00905"), // 1.508333 min x 0.006
        ("per_audio_hour = 0.04", "0.001005556"), // 90500 / 3600000 x 0.04 = 0.00100555...
        ("per_image = 0.04", "0.12"),
        ("per_gb = 0.023", "0.0575"),
        ("per_request = 0.005", "0.005"),
        ("per_image = 0.04\nper_request = 0.005", "0.125"),
    ] {
        check(
            &cost(&one(figures), usage),
            expected,
            CostSource::Computed,
            &[],
        );
    }
    let three = Usage {
        requests: Some(3),
        ..usage
    };
    check(
        &cost(&one("per_request = 0.005"), three),
        "0.015",
        CostSource::Computed,
        &[],
    );
}

#[test]
fn a_call_is_billed_in_the_measures_that_its_price_names() {
    // Characters and images beside tokens are not billed again.
    let usage = Usage {
        characters: Some(4_000),
        images: Some(1),
        ..tokens(1_000, 0)
    };
    check(
        &cost(&one("input = 2\noutput = 8"), usage),
        "0.002",
        CostSource::Computed,
        &[],
    );
    // A price by the minute says nothing about a call that reported tokens only.
    let priced = cost(&one("per_audio_minute = 0.006"), tokens(1_000, 0));
    check_unpriced(&priced);
    assert_eq!(priced.missing, [Gap::Class(Class::AudioTime)]);
    // A fee for each request is added to the tokens; without tokens only the fee is known.
    let figures = "input = 1\noutput = 1\nper_request = 0.012";
    check(
        &cost(&one(figures), tokens(1_000, 0)),
        "0.013",
        CostSource::Computed,
        &[],
    );
    let usage = Usage {
        requests: Some(1),
        ..Usage::default()
    };
    let missing = [Gap::Class(Class::Uncached), Gap::Class(Class::Answer)];
    check(
        &cost(&one(figures), usage),
        "0.012",
        CostSource::Partial,
        &missing,
    );
    check_unpriced(&cost(&one(figures), Usage::default()));
}

#[test]
fn the_sum_is_rounded_once_half_to_even_and_parts_share_the_rest() {
    // A rate of 0.0005 a million is half a billionth a token.
    let figures = "input = 0.0005\noutput = 0.0005";
    for (input, output, expected) in [
        (1, 0, "0"),           // 0.5 to the even 0
        (3, 0, "0.000000002"), // 1.5 to the even 2
        (1, 1, "0.000000001"), // 0.5 + 0.5 is 1: parts are not rounded before
        (1, 2, "0.000000002"), // 0.5 + 1 = 1.5 to the even 2
        (2, 3, "0.000000002"), // 1 + 1.5 = 2.5 to the even 2
    ] {
        let priced = cost(&one(figures), tokens(input, output));
        check(&priced, expected, CostSource::Computed, &[]);
        let sum: MoneySum = priced.parts.iter().map(|(_, part)| part).sum();
        assert_eq!(sum.to_money(), priced.cost);
    }
    // Both lost half a billionth; the earlier class gets the one that is left.
    let priced = cost(&one(figures), tokens(1, 1));
    assert_eq!(priced.parts.get(Class::Uncached), money("1e-9"));
    assert_eq!(priced.parts.get(Class::Answer), Money::ZERO);
}

#[test]
fn counts_beyond_reason_are_unpriced_and_do_not_panic() {
    let book = one("input = 1000000\noutput = 1000000\ncache_read = 1000000");
    let usage = Usage {
        cache_read_tokens: Some(u64::MAX),
        ..tokens(u64::MAX, u64::MAX)
    };
    check_unpriced(&cost(&book, usage));
    // 999999999 x 1 is the largest whole cost, and one more is too much.
    check(
        &cost(&book, tokens(999_999_999, 0)),
        "999999999",
        CostSource::Computed,
        &[],
    );
    check_unpriced(&cost(&book, tokens(1_000_000_000, 0)));
}

#[test]
fn the_price_of_the_moment_the_call_started_counts() {
    let book = book(
        "[[model]]\nprovider = \"acme\"\nmodel = \"m\"\n\
         [[model.price]]\nvalid_to = 2026-03-29\ninput = 5\n\
         [[model.price]]\nvalid_from = 2026-03-29\ninput = 2\n",
    );
    for (at, expected) in [
        ("2026-03-28T23:59:59.999999Z", "0.005"),
        ("2026-03-29T00:00:00Z", "0.002"),
    ] {
        let at = at.parse().unwrap();
        let priced = price(&book, Some("acme"), "m", at, &tokens(1_000, 0));
        check(&priced, expected, CostSource::Computed, &[]);
    }
}

fn any_usage() -> impl Strategy<Value = Usage> {
    let count = || proptest::option::of(0..2_000_000_u64);
    let totals = (count(), count(), count(), count(), count());
    let others = (count(), count(), count(), count(), count());
    (totals, others).prop_map(|(totals, others)| Usage {
        input_tokens: totals.0,
        output_tokens: totals.1,
        cache_read_tokens: totals.2,
        cache_write_tokens: totals.3,
        reasoning_tokens: totals.4,
        input_audio_tokens: others.0,
        cache_write_1h_tokens: others.1,
        audio_ms: others.2,
        characters: others.3,
        output_audio_tokens: others.4,
        ..Usage::default()
    })
}

/// Books with rates that do not fall from tier to tier; a class may have none.
fn any_book() -> impl Strategy<Value = PriceBook> {
    let figures = proptest::collection::vec(proptest::option::of(0..3_000_000_u64), CLASSES - 1);
    (0..3_000_000_u64, figures, 1..3_000_000_u64).prop_map(|(first, others, above)| {
        let (mut base, mut tier) = (String::new(), String::new());
        for (class, figure) in Class::ALL
            .into_iter()
            .zip([Some(first)].into_iter().chain(others))
        {
            if let Some(figure) = figure {
                base.push_str(&format!("{} = {figure}e-5\n", class.key()));
                tier.push_str(&format!(", {} = {figure}e-4", class.key()));
            }
        }
        one(&format!(
            "{base}context_tiers = [{{ above = {above}{tier} }}]"
        ))
    })
}

proptest! {
    #[test]
    fn parts_sum_to_the_cost(book in any_book(), usage in any_usage()) {
        let priced = cost(&book, usage);
        let sum: MoneySum = priced.parts.iter().map(|(_, part)| part).sum();
        prop_assert_eq!(sum.to_money(), Some(priced.cost.unwrap_or(Money::ZERO)));
        prop_assert_eq!(priced.cost.is_none(), priced.source == CostSource::Unpriced);
        prop_assert_eq!(
            priced.source == CostSource::Computed,
            priced.cost.is_some() && priced.missing.is_empty()
        );
    }

    #[test]
    fn more_tokens_never_cost_less(
        book in any_book(), usage in any_usage(), input in 0..2_000_000_u64, output in 0..2_000_000_u64
    ) {
        let more = Usage {
            input_tokens: usage.input_tokens.map(|tokens| tokens + input),
            output_tokens: usage.output_tokens.map(|tokens| tokens + output),
            ..usage
        };
        let (before, after) = (cost(&book, usage), cost(&book, more));
        if let (Some(before), Some(after)) = (before.cost, after.cost) {
            prop_assert!(before <= after, "{before} then {after}");
        }
    }
}
