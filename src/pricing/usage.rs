//! What a call used, as it was reported, and the same in disjoint classes.
//!
//! Totals contain their subsets here; a protocol that reports them apart adds them up first.
//! Does not know prices.

use crate::pricing::class::{CLASSES, Class, Measure};

/// The service level a call ran at, where a provider sells several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceTier {
    /// The usual one; also what is assumed when nothing was reported.
    #[default]
    Standard,
    /// Answered within hours, at a discount.
    Batch,
    /// Answered when there is room, at a discount.
    Flex,
    /// Answered before others, at a surcharge.
    Priority,
    /// Answered at a higher speed, at a surcharge.
    Fast,
    /// Reported under a name that no price book knows.
    Other,
}

impl ServiceTier {
    /// The tiers that a price may be for.
    pub const PRICED: [ServiceTier; 5] = [
        ServiceTier::Standard,
        ServiceTier::Batch,
        ServiceTier::Flex,
        ServiceTier::Priority,
        ServiceTier::Fast,
    ];

    /// The tier that a provider or client calls `text`.
    ///
    /// `auto` is a wish and not a tier; as nothing better is known it counts as the standard one.
    pub fn from_text(text: &str) -> ServiceTier {
        const NAMES: [(&str, ServiceTier); 10] = [
            ("", ServiceTier::Standard),
            ("auto", ServiceTier::Standard),
            ("default", ServiceTier::Standard),
            ("on_demand", ServiceTier::Standard),
            ("standard", ServiceTier::Standard),
            ("standard_only", ServiceTier::Standard),
            ("batch", ServiceTier::Batch),
            ("flex", ServiceTier::Flex),
            ("priority", ServiceTier::Priority),
            ("fast", ServiceTier::Fast),
        ];
        let text = text.trim();
        let known = |(name, _): &&(&str, ServiceTier)| name.eq_ignore_ascii_case(text);
        NAMES
            .iter()
            .find(known)
            .map_or(ServiceTier::Other, |(_, tier)| *tier)
    }

    /// The name of the tier in a price book and in data.
    pub fn id(self) -> &'static str {
        match self {
            ServiceTier::Standard => "standard",
            ServiceTier::Batch => "batch",
            ServiceTier::Flex => "flex",
            ServiceTier::Priority => "priority",
            ServiceTier::Fast => "fast",
            ServiceTier::Other => "other",
        }
    }
}

/// What one call used. `None` says that nothing was reported, which is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All input tokens, the cached, audio and image ones included.
    pub input_tokens: Option<u64>,
    /// All output tokens, the reasoning, audio and image ones included.
    pub output_tokens: Option<u64>,
    /// Input tokens read from the provider's cache.
    pub cache_read_tokens: Option<u64>,
    /// Input tokens written to the provider's cache, for however long.
    pub cache_write_tokens: Option<u64>,
    /// Those of `cache_write_tokens` that were written for an hour.
    pub cache_write_1h_tokens: Option<u64>,
    /// Output tokens spent on reasoning.
    pub reasoning_tokens: Option<u64>,
    /// Audio tokens of the input.
    pub input_audio_tokens: Option<u64>,
    /// Those of `input_audio_tokens` that were read from the cache; part of `cache_read_tokens`.
    pub cached_audio_tokens: Option<u64>,
    /// Audio tokens of the output.
    pub output_audio_tokens: Option<u64>,
    /// Image tokens of the input.
    pub input_image_tokens: Option<u64>,
    /// Image tokens of the output.
    pub output_image_tokens: Option<u64>,
    /// Calls; one when absent.
    pub requests: Option<u64>,
    /// Characters spoken, translated or moderated.
    pub characters: Option<u64>,
    /// Milliseconds of audio heard or made.
    pub audio_ms: Option<u64>,
    /// Images made or read.
    pub images: Option<u64>,
    /// Bytes stored or moved.
    pub bytes: Option<u64>,
    /// The service level, where one was reported.
    pub service_tier: Option<ServiceTier>,
}

/// Usage in disjoint classes, and which measures were reported at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes {
    counts: [u64; CLASSES],
    usage: Usage,
}

impl Classes {
    /// The classes of `usage`.
    ///
    /// Subsets that exceed their total are kept and the rest is zero: the call then used at
    /// least that much.
    pub fn of(usage: &Usage) -> Classes {
        let known = |count: Option<u64>| count.unwrap_or(0);

        let write_1h = known(usage.cache_write_1h_tokens);
        let write = known(usage.cache_write_tokens).saturating_sub(write_1h);
        let input_audio_all = known(usage.input_audio_tokens);
        let cached_audio = known(usage.cached_audio_tokens);
        let input_audio = input_audio_all.saturating_sub(cached_audio);
        let read = known(usage.cache_read_tokens).saturating_sub(cached_audio);
        let input_image = known(usage.input_image_tokens);
        let uncached = [
            read,
            cached_audio,
            write,
            write_1h,
            input_audio,
            input_image,
        ]
        .into_iter()
        .fold(known(usage.input_tokens), u64::saturating_sub);

        let reasoning = known(usage.reasoning_tokens);
        let output_audio = known(usage.output_audio_tokens);
        let output_image = known(usage.output_image_tokens);
        let answer = [reasoning, output_audio, output_image]
            .into_iter()
            .fold(known(usage.output_tokens), u64::saturating_sub);

        let mut counts = [0; CLASSES];
        for (class, count) in [
            (Class::Uncached, uncached),
            (Class::CacheRead, read),
            (Class::CacheWrite, write),
            (Class::CacheWrite1h, write_1h),
            (Class::InputAudio, input_audio),
            (Class::CachedAudio, cached_audio),
            (Class::InputImage, input_image),
            (Class::Answer, answer),
            (Class::Reasoning, reasoning),
            (Class::OutputAudio, output_audio),
            (Class::OutputImage, output_image),
            (Class::Requests, usage.requests.unwrap_or(1)),
            (Class::Characters, known(usage.characters)),
            (Class::AudioTime, known(usage.audio_ms)),
            (Class::Images, known(usage.images)),
            (Class::Bytes, known(usage.bytes)),
        ] {
            counts[class.index()] = count;
        }
        let usage = *usage;
        Classes { counts, usage }
    }

    /// Units of `class`.
    pub fn count(&self, class: Class) -> u64 {
        self.counts[class.index()]
    }

    /// Tokens of the whole prompt, which choose the context tier.
    pub fn input_total(&self) -> u64 {
        self.counts[Class::Uncached.index()..=Class::InputImage.index()]
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether any input tokens were reported, be it zero.
    pub fn has_input(&self) -> bool {
        let usage = &self.usage;
        usage.input_tokens.is_some()
            || usage.cache_read_tokens.is_some()
            || usage.cache_write_tokens.is_some()
            || usage.cache_write_1h_tokens.is_some()
            || usage.input_audio_tokens.is_some()
            || usage.cached_audio_tokens.is_some()
            || usage.input_image_tokens.is_some()
    }

    /// Whether any output tokens were reported, be it zero.
    pub fn has_output(&self) -> bool {
        let usage = &self.usage;
        usage.output_tokens.is_some()
            || usage.reasoning_tokens.is_some()
            || usage.output_audio_tokens.is_some()
            || usage.output_image_tokens.is_some()
    }

    /// Whether anything of `measure` was reported. A call is always at least one request.
    pub fn has(&self, measure: Measure) -> bool {
        match measure {
            Measure::Tokens => self.has_input() || self.has_output(),
            Measure::Requests => true,
            Measure::Characters => self.usage.characters.is_some(),
            Measure::AudioTime => self.usage.audio_ms.is_some(),
            Measure::Images => self.usage.images.is_some(),
            Measure::Bytes => self.usage.bytes.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cached_tokens_are_taken_out_of_the_total_input() {
        let classes = Classes::of(&Usage {
            input_tokens: Some(130_213),
            cache_read_tokens: Some(128_955),
            cache_write_tokens: Some(1_253),
            ..Usage::default()
        });
        assert_eq!(classes.count(Class::Uncached), 5); // 130213 - 128955 - 1253
        assert_eq!(classes.input_total(), 130_213);

        let classes = Classes::of(&Usage {
            input_tokens: Some(17_903),
            cache_read_tokens: Some(17_817),
            ..Usage::default()
        });
        assert_eq!(classes.count(Class::Uncached), 86); // 17903 - 17817
    }

    #[test]
    fn reasoning_is_taken_out_of_the_total_output() {
        let classes = Classes::of(&Usage {
            output_tokens: Some(482),
            reasoning_tokens: Some(448),
            ..Usage::default()
        });
        assert_eq!(classes.count(Class::Answer), 34); // 482 - 448
        assert_eq!(classes.count(Class::Reasoning), 448);
    }

    #[test]
    fn audio_images_and_hour_long_writes_are_classes_of_their_own() {
        let classes = Classes::of(&Usage {
            input_tokens: Some(1000),
            cache_read_tokens: Some(300),
            cache_write_tokens: Some(100),
            cache_write_1h_tokens: Some(40),
            input_audio_tokens: Some(250),
            cached_audio_tokens: Some(50),
            input_image_tokens: Some(70),
            output_tokens: Some(90),
            output_audio_tokens: Some(60),
            output_image_tokens: Some(20),
            ..Usage::default()
        });
        for (class, count) in [
            (Class::CacheRead, 250),  // 300 - 50 of audio
            (Class::CachedAudio, 50), // of 250 audio
            (Class::InputAudio, 200), // 250 - 50
            (Class::CacheWrite, 60),  // 100 - 40
            (Class::CacheWrite1h, 40),
            (Class::InputImage, 70),
            (Class::Uncached, 330), // 1000 - 250 - 50 - 200 - 60 - 40 - 70
            (Class::OutputAudio, 60),
            (Class::OutputImage, 20),
            (Class::Answer, 10), // 90 - 60 - 20
        ] {
            assert_eq!(classes.count(class), count, "{class:?}");
        }
        assert_eq!(classes.input_total(), 1000);
    }

    #[test]
    fn a_subset_larger_than_its_total_counts_and_leaves_nothing_else() {
        let classes = Classes::of(&Usage {
            input_tokens: Some(10),
            cache_read_tokens: Some(100),
            ..Usage::default()
        });
        assert_eq!(classes.count(Class::Uncached), 0);
        assert_eq!(classes.input_total(), 100);
    }

    #[test]
    fn nothing_reported_is_not_the_same_as_zero() {
        let nothing = Classes::of(&Usage::default());
        assert!(!nothing.has(Measure::Tokens) && !nothing.has(Measure::AudioTime));
        let zero = Classes::of(&Usage {
            output_tokens: Some(0),
            audio_ms: Some(0),
            ..Usage::default()
        });
        assert!(zero.has_output() && !zero.has_input());
        assert!(zero.has(Measure::Tokens) && zero.has(Measure::AudioTime));
    }

    #[test]
    fn a_service_tier_is_known_by_the_names_that_providers_use() {
        for (text, tier) in [
            ("default", ServiceTier::Standard),
            ("AUTO", ServiceTier::Standard),
            (" on_demand ", ServiceTier::Standard),
            ("Batch", ServiceTier::Batch),
            ("priority", ServiceTier::Priority),
            ("provisioned", ServiceTier::Other),
        ] {
            assert_eq!(ServiceTier::from_text(text), tier, "{text}");
        }
        for tier in ServiceTier::PRICED {
            assert_eq!(ServiceTier::from_text(tier.id()), tier);
        }
    }

    proptest! {
        #[test]
        fn classes_of_consistent_usage_sum_to_their_totals(
            rest in 0..1_000_u64, read in 0..1_000_u64, write in 0..1_000_u64,
            audio in 0..1_000_u64, answer in 0..1_000_u64, reasoning in 0..1_000_u64
        ) {
            let classes = Classes::of(&Usage {
                input_tokens: Some(rest + read + write + audio),
                cache_read_tokens: Some(read),
                cache_write_tokens: Some(write),
                input_audio_tokens: Some(audio),
                output_tokens: Some(answer + reasoning),
                reasoning_tokens: Some(reasoning),
                ..Usage::default()
            });
            prop_assert_eq!(classes.count(Class::Uncached), rest);
            prop_assert_eq!(classes.input_total(), rest + read + write + audio);
            prop_assert_eq!(classes.count(Class::Answer), answer);
        }

        #[test]
        fn any_counts_are_taken_without_overflow(counts in proptest::array::uniform6(any::<u64>())) {
            let [input, read, write, audio, output, reasoning] = counts;
            let classes = Classes::of(&Usage {
                input_tokens: Some(input),
                cache_read_tokens: Some(read),
                cache_write_tokens: Some(write),
                input_audio_tokens: Some(audio),
                output_tokens: Some(output),
                reasoning_tokens: Some(reasoning),
                ..Usage::default()
            });
            prop_assert!(classes.input_total() >= input.max(read).max(write).max(audio));
        }
    }
}
