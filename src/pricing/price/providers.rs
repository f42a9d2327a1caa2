//! What calls to each provider cost by the embedded book, worked by hand from its figures (US dollars a million tokens).

use super::*;

/// Weekday noon in UTC, inside DeepSeek's dear hours.
const NOON: &str = "2026-11-20T12:00:00Z";
/// Outside of them.
const EVENING: &str = "2026-11-20T20:00:00Z";

fn cost(provider: &str, model: &str, at: &str, usage: &Usage) -> Priced {
    let at = at.parse().expect("a moment");
    price(&PriceBook::embedded(), Some(provider), model, at, usage)
}

fn tokens(input: u64, read: u64, output: u64) -> Usage {
    Usage {
        input_tokens: Some(input),
        cache_read_tokens: (read > 0).then_some(read),
        output_tokens: Some(output),
        ..Usage::default()
    }
}

#[test]
fn calls_to_each_provider_cost_what_the_hand_says() {
    let batch = Usage {
        service_tier: Some(ServiceTier::from_text("batch")),
        ..tokens(10_000, 4_000, 1_000)
    };
    let batch_plain = Usage {
        cache_read_tokens: None,
        ..batch
    };
    let cached = Usage {
        cache_write_tokens: Some(1_253),
        ..tokens(130_213, 128_955, 482)
    };
    let heard = Usage {
        input_audio_tokens: Some(400),
        ..tokens(1_000, 0, 100)
    };
    let spoken = Usage {
        characters: Some(1_000),
        ..Usage::default()
    };
    let transcribed = Usage {
        audio_ms: Some(600_000),
        ..Usage::default()
    };
    let embedded = Usage {
        input_tokens: Some(1_000_000),
        ..Usage::default()
    };
    for (provider, model, at, usage, expected) in [
        // 6,000 at 0.25, 4,000 read at 0.025, 1,000 at 2.
        (
            "openai",
            "gpt-5-mini",
            NOON,
            tokens(10_000, 4_000, 1_000),
            "0.0036",
        ),
        // Batch: 6,000 at 0.625, 4,000 at 0.0625, 1,000 at 5.
        ("openai", "gpt-5", NOON, batch, "0.009"),
        // METRICS: 5 at 3, 128,955 at 0.30, 1,253 at 3.75, 482 at 15.
        ("anthropic", "claude-sonnet-4-5", NOON, cached, "0.05063025"),
        // Above 200,000 all of it: 250,000 at 6, 1,000 at 22.50.
        (
            "anthropic",
            "claude-sonnet-4-5",
            NOON,
            tokens(250_000, 0, 1_000),
            "1.5225",
        ),
        // Batch: 10,000 at 1.50, 1,000 at 7.50.
        (
            "anthropic",
            "claude-sonnet-4-5",
            NOON,
            batch_plain,
            "0.0225",
        ),
        // 100,000 at 1.25 and 2,000 at 10; above 200,000 at 2.50 and 15.
        (
            "google",
            "gemini-2.5-pro",
            NOON,
            tokens(100_000, 0, 2_000),
            "0.145",
        ),
        (
            "google",
            "gemini-2.5-pro",
            NOON,
            tokens(300_000, 0, 2_000),
            "0.78",
        ),
        // 600 at 0.30, 400 of audio at 1, 100 at 2.50.
        ("google", "gemini-2.5-flash", NOON, heard, "0.00083"),
        // 6,000 at 3, 4,000 at 0.75, 1,000 at 15.
        ("xai", "grok-3", NOON, tokens(10_000, 4_000, 1_000), "0.036"),
        // 5,000 at 0.27, 5,000 at 0.07, 1,000 at 1.10; in the evening half of each.
        (
            "deepseek",
            "deepseek-chat",
            NOON,
            tokens(10_000, 5_000, 1_000),
            "0.0028",
        ),
        (
            "deepseek",
            "deepseek-chat",
            EVENING,
            tokens(10_000, 5_000, 1_000),
            "0.0014",
        ),
        // 10,000 at 2, 1,000 at 6.
        (
            "mistral",
            "mistral-large-latest",
            NOON,
            tokens(10_000, 0, 1_000),
            "0.026",
        ),
        // 10,000 at 0.15, 1,000 at 0.60.
        (
            "cohere",
            "command-r",
            NOON,
            tokens(10_000, 0, 1_000),
            "0.0021",
        ),
        ("openai", "text-embedding-3-small", NOON, embedded, "0.02"),
        // 15 a million characters; 0.36 an hour of audio.
        ("openai", "tts-1", NOON, spoken, "0.015"),
        ("openai", "whisper-1", NOON, transcribed, "0.06"),
    ] {
        let priced = cost(provider, model, at, &usage);
        let found = priced.cost.map(|cost| cost.to_string());
        assert_eq!(found.as_deref(), Some(expected), "{provider} {model} {at}");
        assert_eq!(
            priced.source,
            CostSource::Computed,
            "{provider} {model} {at}"
        );
    }
    for provider in ["openai", "anthropic", "google", "xai", "deepseek", "nobody"] {
        let priced = cost(provider, "a-model-of-next-year", NOON, &tokens(10, 0, 10));
        assert_eq!(
            (priced.cost, priced.source),
            (None, CostSource::Unpriced),
            "{provider}"
        );
    }
}
