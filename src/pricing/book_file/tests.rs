//! What the text form of a price book takes, and what it says about mistakes.

use proptest::prelude::*;

use super::*;

#[test]
fn every_key_is_read_and_figures_keep_their_text() {
    let book = BookFile::parse(
        r#"
version = "2026-11"
[billed_as]
reasoning = "output"
[sells_models_of]
azure_openai = ["OpenAI"]
[[model]]
provider = "X.AI"
model = "Grok-9"
label = "Grok 9"
match = ["grok-9-*"]
except = ["*-image"]
not_included = ["web searches"]
currency = "EUR"
[[model.price]]
valid_to = 2026-08-01
input = 0.1
output = "2.000000000001"
context_tiers = [{ above = 200_000, input = 0.2, output = 4 }]
[[model.price]]
service_tier = "batch"
valid_from = "2026-08-01"
hours_utc = ["16:30", "00:30"]
input = 1
per_audio_minute = 0.006
per_1k_characters = 0.015
"#,
    )
    .unwrap();
    assert_eq!(book.version, "2026-11");
    assert_eq!(book.billed_as, [(Class::Reasoning, Class::Answer)]);
    assert_eq!(book.sells_models_of["azure"], ["openai"]);

    let [entry] = &book.entries[..] else {
        panic!("one entry")
    };
    assert_eq!(entry.name(), "xai/grok-9");
    assert_eq!(entry.label.as_deref(), Some("Grok 9"));
    assert_eq!(entry.patterns, [Pattern::new("grok-9-*")]);
    assert_eq!(entry.except, [Pattern::new("*-image")]);
    assert_eq!(entry.not_included, ["web searches"]);
    assert_eq!(entry.currency.code(), "EUR");

    let figures = |rates: &Rates| {
        let figure = |(class, rate): (Class, Rate)| format!("{}={rate}", class.id());
        rates.iter().map(figure).collect::<Vec<_>>().join(" ")
    };
    let [standard, batch] = &entry.prices[..] else {
        panic!("two prices")
    };
    assert_eq!(
        figures(&standard.rates),
        "uncached=0.1 answer=2.000000000001"
    );
    assert_eq!(standard.valid_to, Some("2026-08-01".parse().unwrap()));
    assert_eq!(standard.context_tiers[0].above, 200_000);
    assert_eq!(
        figures(&standard.context_tiers[0].rates),
        "uncached=0.2 answer=4"
    );
    assert_eq!(batch.service_tier, ServiceTier::Batch);
    assert_eq!(batch.valid_from, Some("2026-08-01".parse().unwrap()));
    assert!(batch.hours.is_some());
    // 0.006 a minute is 0.36 an hour; 0.015 for 1000 characters is 15 for a million.
    assert_eq!(
        figures(&batch.rates),
        "uncached=1 characters=15 audio_time=0.36"
    );
}

#[test]
fn all_problems_of_a_malformed_book_are_reported_at_once_with_their_lines() {
    let problems = BookFile::parse(
        r#"currency = "dollars"
[billed_as]
reasoning = "per_image"
[[model]]
provider = "openai"
model = "gpt-x"
colour = "red"
[[model.price]]
input = -1
output = "free"
caché = 3
per_audio_minute = 1
per_audio_hour = 60
valid_from = 2026-13-01
service_tier = "gold"
hours_utc = ["25:00"]
context_tiers = [{ input = 1 }]
[[model]]
provider = 7
match = "gpt-*"
[[model]]
provider = "openai"
model = "gpt-y"
"#,
    )
    .unwrap_err();
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    for part in [
        "line 1: `version`: a price book needs a version",
        "line 1: `currency` is \"dollars\"; `dollars` is not a currency code",
        "line 3: `reasoning` is \"per_image\"; name two keys",
        "line 7: openai/gpt-x: `colour`: unknown key; known here are provider, model,",
        "line 9: openai/gpt-x: `input` is -1; a price is a decimal number from 0",
        "line 10: openai/gpt-x: `output` is \"free\"; a price is",
        "`caché`",
        "openai/gpt-x: `per_audio_minute` is 1; the same price stands in another unit",
        "line 15: openai/gpt-x: `service_tier` is \"gold\"; a price is for",
        "line 16: openai/gpt-x: `hours_utc` is a list; write two times",
        "line 17: openai/gpt-x: `above`: say the number of input tokens",
        "line 19: `provider` is 7; write a text",
        "line 20: */: `match` is \"gpt-*\"; write a list",
        "line 21: openai/gpt-y: `price`: an entry needs at least one price",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(part)),
            "{part} in {lines:#?}"
        );
    }
    assert!(problems.is_sorted_by_key(|problem| problem.line));
}

#[test]
fn the_rules_of_an_entry_are_checked_and_point_at_its_line() {
    let problems = BookFile::parse(
        "version = \"1\"\n[[model]]\nmodel = \"a\"\n[[model.price]]\ninput = 1\n[[model.price]]\ninput = 2\n",
    )
    .unwrap_err();
    assert_eq!(
        problems.iter().map(Problem::to_string).collect::<Vec<_>>(),
        [
            "line 2: */a: `valid_from` is unbounded; another standard price holds at the same time; end it with `valid_to`"
        ]
    );
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    let problems = BookFile::parse("version = \"1\"\ninput = = 3\n").unwrap_err();
    assert!(
        problems.iter().any(|problem| problem.line == Some(2)),
        "{problems:?}"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(
        text in "\\PC{0,80}|(\\[\\[model\\]\\]\n|provider = |model = |\"a\"|\n|input = |\\[\\[model.price\\]\\]\n|-1|2026-01-01|\\{|\\}){0,20}"
    ) {
        if let Err(problems) = BookFile::parse(&text) {
            prop_assert!(!problems.is_empty());
        }
    }
}
