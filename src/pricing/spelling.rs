//! The spellings of a model name to look for, from the literal one to looser ones.
//!
//! Takes away what gateways, clouds and snapshots add: `models/`, `openai/`, `@20240620`,
//! `-2024-08-06`. Knows no prices; whether a spelling exists is for the book to say.

use crate::pricing::provider;

/// Spellings of `model` in lower case, strictest first, none twice.
pub fn spellings(model: &str) -> Vec<String> {
    let literal = model.trim().to_lowercase();
    let mut found: Vec<String> = Vec::new();
    let mut add = |spelling: String| {
        if !spelling.is_empty() && !found.contains(&spelling) {
            found.push(spelling);
        }
    };

    let mut stems = vec![literal.as_str()];
    let mut rest = literal.as_str();
    // `openrouter/openai/gpt-4o` has two vendors before the model.
    while let Some((vendor, tail)) = rest.split_once('/') {
        if !provider::is_silent(vendor) && provider::find(vendor).is_none() {
            break;
        }
        stems.push(tail);
        rest = tail;
    }
    if let Some((_, tail)) = literal.rsplit_once("models/") {
        stems.push(tail);
    }
    if literal.starts_with("arn:") {
        stems.extend(literal.rsplit('/').next());
    }

    for stem in &stems {
        add((*stem).to_owned());
        add(with_dashed_date(&stem.replace('@', "-")));
    }
    // A snapshot that the book does not know costs what its model costs.
    for stem in &stems {
        let stem = with_dashed_date(&stem.replace('@', "-"));
        add(without_snapshot(&stem).to_owned());
    }
    found
}

/// `gpt-5-20250807` as `gpt-5-2025-08-07`; other names unchanged.
fn with_dashed_date(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((stem, date)) if is_compact_date(date) => {
            format!("{stem}-{}-{}-{}", &date[..4], &date[4..6], &date[6..])
        }
        _ => name.to_owned(),
    }
}

fn is_compact_date(text: &str) -> bool {
    text.len() == 8
        && text.starts_with("20")
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=12).contains(&text[4..6].parse::<u8>().unwrap_or(0))
        && (1..=31).contains(&text[6..].parse::<u8>().unwrap_or(0))
}

/// `gpt-5-2025-08-07` and `gpt-5-latest` as `gpt-5`; other names unchanged.
fn without_snapshot(name: &str) -> &str {
    if let Some(stem) = name.strip_suffix("-latest") {
        return stem;
    }
    let Some((stem, day)) = name
        .len()
        .checked_sub(11)
        .and_then(|at| name.split_at_checked(at))
    else {
        return name;
    };
    let is_date = day.starts_with('-')
        && day.as_bytes().get(5) == Some(&b'-')
        && day.as_bytes().get(8) == Some(&b'-')
        && is_compact_date(&day.replace('-', ""));
    if is_date { stem } else { name }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_name_is_its_only_spelling() {
        assert_eq!(spellings(" GPT-4o "), ["gpt-4o"]);
        assert!(spellings("  ").is_empty());
    }

    #[test]
    fn what_clouds_gateways_and_snapshots_add_is_taken_away_step_by_step() {
        for (model, expected) in [
            ("models/gemini-2.5-pro", "gemini-2.5-pro"),
            (
                "projects/p/locations/l/publishers/google/models/gemini-2.5-pro",
                "gemini-2.5-pro",
            ),
            ("anthropic/claude-3-5-sonnet", "claude-3-5-sonnet"),
            ("litellm/openai/gpt-4o", "gpt-4o"),
            ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet-2024-06-20"),
            ("gpt-5-20250807", "gpt-5-2025-08-07"),
            ("gpt-5-20250807", "gpt-5"),
            ("gpt-5-2025-08-07", "gpt-5"),
            ("grok-4-latest", "grok-4"),
            (
                "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
                "amazon.nova-lite-v1:0",
            ),
            (
                "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo",
                "meta-llama/llama-3.3-70b-instruct-turbo",
            ),
        ] {
            let spellings = spellings(model);
            assert_eq!(spellings[0], model.to_lowercase());
            assert!(
                spellings.iter().any(|spelling| spelling == expected),
                "{model}: {spellings:?}"
            );
        }
    }

    #[test]
    fn digits_that_are_no_date_stay() {
        assert_eq!(spellings("model-20251399"), ["model-20251399"]);
        assert_eq!(spellings("model-12345678"), ["model-12345678"]);
        assert_eq!(spellings("acme/gpt-4o"), ["acme/gpt-4o"]);
    }

    proptest! {
        #[test]
        fn any_name_has_spellings_without_a_panic(model in "\\PC{0,40}|[a-z/@:é0-9-]{0,40}") {
            for spelling in spellings(&model) {
                prop_assert!(!spelling.is_empty());
            }
        }
    }
}
