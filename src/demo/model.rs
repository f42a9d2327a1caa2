//! The models that serve the product: real names and, through the price book, real prices.
//!
//! Speeds, error rates and tails are plausible, not measured: this is made-up data about real products, and
//! every page says so.

use crate::core::draw::Draw;

/// A model and how it behaves.
#[derive(Debug)]
pub struct Model {
    /// The provider, by its usual id.
    pub provider: &'static str,
    /// The model's name, as the provider's API gives it.
    pub name: &'static str,
    /// Share of the calls at the launch.
    pub weight_then: u32,
    /// Share of the calls at the end of the history: products move on to newer and cheaper models.
    pub weight_now: u32,
    /// Median milliseconds to the first chunk.
    pub ttft_ms: f64,
    /// Median milliseconds for each further token.
    pub token_ms: f64,
    /// Spread of both, as of a log-normal distribution.
    pub spread: f64,
    /// Chance of a call that takes several times as long.
    pub tail: f64,
    /// Chance that an attempt fails on a usual day.
    pub failure: f64,
    /// Tokens spent on reasoning, for each token of the answer.
    pub reasoning: f64,
    /// Whether writing into the provider's prompt cache is billed and reported.
    pub reports_cache_writes: bool,
    /// Chance that a rating is a good one.
    pub satisfaction: f64,
}

/// All models of text.
#[rustfmt::skip]
pub static MODELS: [Model; 10] = [
    Model { provider: "openai", name: "gpt-6-sol", weight_then: 14, weight_now: 22, ttft_ms: 230.0, token_ms: 2.9, spread: 0.34, tail: 0.012, failure: 0.007, reasoning: 0.30, reports_cache_writes: false, satisfaction: 0.88 },
    Model { provider: "openai", name: "gpt-6-luna", weight_then: 8, weight_now: 17, ttft_ms: 130.0, token_ms: 1.3, spread: 0.30, tail: 0.008, failure: 0.006, reasoning: 0.0, reports_cache_writes: false, satisfaction: 0.81 },
    Model { provider: "openai", name: "gpt-5-mini", weight_then: 24, weight_now: 5, ttft_ms: 210.0, token_ms: 2.3, spread: 0.36, tail: 0.015, failure: 0.008, reasoning: 0.25, reports_cache_writes: false, satisfaction: 0.79 },
    Model { provider: "anthropic", name: "claude-sonnet-5-5", weight_then: 19, weight_now: 20, ttft_ms: 290.0, token_ms: 3.6, spread: 0.32, tail: 0.014, failure: 0.009, reasoning: 0.12, reports_cache_writes: true, satisfaction: 0.91 },
    Model { provider: "anthropic", name: "claude-haiku-4-5", weight_then: 9, weight_now: 8, ttft_ms: 170.0, token_ms: 1.9, spread: 0.30, tail: 0.010, failure: 0.008, reasoning: 0.0, reports_cache_writes: true, satisfaction: 0.84 },
    Model { provider: "anthropic", name: "claude-opus-5-5", weight_then: 3, weight_now: 4, ttft_ms: 430.0, token_ms: 5.9, spread: 0.34, tail: 0.018, failure: 0.010, reasoning: 0.40, reports_cache_writes: true, satisfaction: 0.94 },
    Model { provider: "google", name: "gemini-3.8-flash", weight_then: 9, weight_now: 12, ttft_ms: 160.0, token_ms: 1.6, spread: 0.38, tail: 0.016, failure: 0.010, reasoning: 0.15, reports_cache_writes: false, satisfaction: 0.83 },
    Model { provider: "google", name: "gemini-2.5-pro", weight_then: 6, weight_now: 3, ttft_ms: 350.0, token_ms: 3.4, spread: 0.42, tail: 0.020, failure: 0.012, reasoning: 0.50, reports_cache_writes: false, satisfaction: 0.85 },
    Model { provider: "xai", name: "grok-4.3", weight_then: 4, weight_now: 5, ttft_ms: 260.0, token_ms: 2.6, spread: 0.44, tail: 0.022, failure: 0.014, reasoning: 0.20, reports_cache_writes: false, satisfaction: 0.80 },
    Model { provider: "deepseek", name: "deepseek-v4-pro", weight_then: 4, weight_now: 4, ttft_ms: 500.0, token_ms: 4.6, spread: 0.48, tail: 0.030, failure: 0.018, reasoning: 0.35, reports_cache_writes: false, satisfaction: 0.82 },
];

/// A model that no price book knows: calls to it are unpriced, as they are in real life on the first days of
/// a new one.
pub static UNPRICED: Model = Model {
    provider: "xai",
    name: "grok-internal-preview",
    weight_then: 0,
    weight_now: 0,
    ttft_ms: 400.0,
    token_ms: 4.0,
    spread: 0.4,
    tail: 0.03,
    failure: 0.03,
    reasoning: 0.2,
    reports_cache_writes: false,
    satisfaction: 0.78,
};

/// The model that most questions ask for.
pub fn main_model() -> &'static Model {
    &MODELS[0]
}

/// The cheap model to which the router sends easy questions.
pub fn cheap_model() -> &'static Model {
    &MODELS[1]
}

/// The model to which questions go that the main one did not answer.
pub fn second_model() -> &'static Model {
    &MODELS[3]
}

/// The largest model.
pub fn largest_model() -> &'static Model {
    &MODELS[5]
}

/// How many times longer the slow calls of the tail take.
const TAIL_FACTOR: (f64, f64) = (2.5, 7.0);

/// How long a call took.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Milliseconds to the first chunk.
    pub ttft_ms: f64,
    /// Milliseconds to the end.
    pub latency_ms: f64,
}

impl Model {
    /// The usual choice at a moment `through` the history, from 0 to 1.
    pub fn draw(draw: &mut Draw, through: f64) -> &'static Model {
        let weight = |model: &Model| {
            let (then, now) = (f64::from(model.weight_then), f64::from(model.weight_now));
            (100.0 * (then + (now - then) * through.clamp(0.0, 1.0))) as u32
        };
        let choices: [(&'static Model, u32); MODELS.len()] =
            std::array::from_fn(|number| (&MODELS[number], weight(&MODELS[number])));
        draw.choose(&choices)
    }

    /// How long a call with so many tokens takes, where everything is `slower` times as slow as usual.
    pub fn timing(&self, draw: &mut Draw, input: u64, output: u64, slower: f64) -> Timing {
        let tail = if draw.chance(self.tail) {
            draw.between(TAIL_FACTOR.0, TAIL_FACTOR.1)
        } else {
            1.0
        };
        // Reading thirty thousand tokens takes about as long again as the rest of the wait.
        let reading = 1.0 + input as f64 / 30_000.0;
        let ttft_ms = draw.log_normal(self.ttft_ms * reading, self.spread) * tail * slower;
        let writing = draw.log_normal(self.token_ms, self.spread * 0.6) * output as f64;
        Timing {
            ttft_ms,
            latency_ms: ttft_ms + writing * tail * slower,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::pricing::book::PriceBook;
    use crate::pricing::price::{self, CostSource};
    use crate::pricing::usage::Usage;

    fn source(model: &Model) -> CostSource {
        let usage = Usage {
            input_tokens: Some(1_000),
            cache_read_tokens: Some(200),
            cache_write_tokens: model.reports_cache_writes.then_some(100),
            output_tokens: Some(500),
            reasoning_tokens: Some(50),
            requests: Some(1),
            ..Usage::default()
        };
        let at = "2026-11-21T12:00:00Z".parse().expect("a literal");
        let book = PriceBook::embedded();
        price::price(&book, Some(model.provider), model.name, at, &usage).source
    }

    #[test]
    fn ten_models_of_five_providers_have_a_price_and_one_has_none() {
        let providers: BTreeSet<&str> = MODELS.iter().map(|model| model.provider).collect();
        assert_eq!(
            providers.into_iter().collect::<Vec<_>>(),
            ["anthropic", "deepseek", "google", "openai", "xai"]
        );
        for model in &MODELS {
            assert_eq!(source(model), CostSource::Computed, "{}", model.name);
        }
        assert_eq!(source(&UNPRICED), CostSource::Unpriced);
    }

    #[test]
    fn newer_models_take_over_during_the_history() {
        let share = |through: f64, name: &str| {
            let mut draw = Draw::new(2);
            let hits = (0..4_000).filter(|_| Model::draw(&mut draw, through).name == name);
            hits.count() as f64 / 4_000.0
        };
        assert!(share(0.0, "gpt-5-mini") > 3.0 * share(1.0, "gpt-5-mini"));
        assert!(share(0.0, "gpt-6-luna") < share(1.0, "gpt-6-luna"));
    }

    #[test]
    fn a_few_calls_take_several_times_as_long_as_the_median() {
        let mut draw = Draw::new(4);
        let mut times: Vec<f64> = (0..4_000)
            .map(|_| MODELS[0].timing(&mut draw, 4_000, 400, 1.0).latency_ms)
            .collect();
        times.sort_by(f64::total_cmp);
        let (median, slowest) = (times[2_000], times[3_980]);
        assert!(
            slowest > 2.0 * median && slowest < 20.0 * median,
            "{median} {slowest}"
        );
    }
}
