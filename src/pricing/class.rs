//! The disjoint classes into which a call's usage falls, and what each is measured in.
//!
//! The one table of classes; keys of the price book, parts of a cost and the parts of a page
//! are read from it. Holds no counts and no prices.

/// What a price is for a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Tokens; a price is for a million.
    Tokens,
    /// Calls; a price is for one.
    Requests,
    /// Characters of text; a price is for a million.
    Characters,
    /// Milliseconds of audio; a price is for an hour.
    AudioTime,
    /// Images; a price is for one.
    Images,
    /// Bytes; a price is for a gigabyte, 10^9 bytes.
    Bytes,
}

impl Measure {
    /// Units in the quantity that a price is for.
    pub fn pack(self) -> u64 {
        match self {
            Measure::Tokens | Measure::Characters => 1_000_000,
            Measure::Requests | Measure::Images => 1,
            Measure::AudioTime => 3_600_000,
            Measure::Bytes => 1_000_000_000,
        }
    }
}

/// One class of usage. No unit of a call is in two classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Input tokens that are in no other class.
    Uncached,
    /// Input tokens read from the provider's cache.
    CacheRead,
    /// Input tokens written to a cache that lives for the usual time.
    CacheWrite,
    /// Input tokens written to a cache that lives for an hour.
    CacheWrite1h,
    /// Audio tokens of the input that were not cached.
    InputAudio,
    /// Audio tokens of the input read from the cache.
    CachedAudio,
    /// Image tokens of the input.
    InputImage,
    /// Output tokens that are in no other class.
    Answer,
    /// Output tokens spent on reasoning.
    Reasoning,
    /// Audio tokens of the output.
    OutputAudio,
    /// Image tokens of the output.
    OutputImage,
    /// Calls.
    Requests,
    /// Characters of text.
    Characters,
    /// Time of audio.
    AudioTime,
    /// Images.
    Images,
    /// Bytes.
    Bytes,
}

/// Number of classes.
pub const CLASSES: usize = 16;

impl Class {
    /// Every class, in the order in which parts of a cost are listed.
    pub const ALL: [Class; CLASSES] = [
        Class::Uncached,
        Class::CacheRead,
        Class::CacheWrite,
        Class::CacheWrite1h,
        Class::InputAudio,
        Class::CachedAudio,
        Class::InputImage,
        Class::Answer,
        Class::Reasoning,
        Class::OutputAudio,
        Class::OutputImage,
        Class::Requests,
        Class::Characters,
        Class::AudioTime,
        Class::Images,
        Class::Bytes,
    ];

    /// The name of the class in data: parts of a cost, `missing` lists.
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// The key of its price in a book.
    pub fn key(self) -> &'static str {
        self.row().1
    }

    /// The name of the class for people.
    pub fn label(self) -> &'static str {
        self.row().2
    }

    /// What the class counts.
    pub fn measure(self) -> Measure {
        self.row().3
    }

    /// The class whose price has `key` in a book.
    pub fn by_key(key: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.key() == key)
    }

    /// Its place in [`Class::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    fn row(self) -> (&'static str, &'static str, &'static str, Measure) {
        use Measure::{AudioTime, Bytes, Characters, Images, Requests, Tokens};
        match self {
            Class::Uncached => ("uncached", "input", "Input", Tokens),
            Class::CacheRead => ("cache_read", "cache_read", "Cache read", Tokens),
            Class::CacheWrite => ("cache_write", "cache_write", "Cache write", Tokens),
            Class::CacheWrite1h => (
                "cache_write_1h",
                "cache_write_1h",
                "Cache write, 1 hour",
                Tokens,
            ),
            Class::InputAudio => ("input_audio", "input_audio", "Audio input", Tokens),
            Class::CachedAudio => ("cached_audio", "cached_audio", "Cached audio", Tokens),
            Class::InputImage => ("input_image", "input_image", "Image input", Tokens),
            Class::Answer => ("answer", "output", "Output", Tokens),
            Class::Reasoning => ("reasoning", "reasoning", "Reasoning", Tokens),
            Class::OutputAudio => ("output_audio", "output_audio", "Audio output", Tokens),
            Class::OutputImage => ("output_image", "output_image", "Image output", Tokens),
            Class::Requests => ("requests", "per_request", "Requests", Requests),
            Class::Characters => (
                "characters",
                "per_million_characters",
                "Characters",
                Characters,
            ),
            Class::AudioTime => ("audio_time", "per_audio_hour", "Audio time", AudioTime),
            Class::Images => ("images", "per_image", "Images", Images),
            Class::Bytes => ("bytes", "per_gb", "Bytes", Bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_class_stands_in_the_list_at_its_own_place_with_names_of_its_own() {
        for (place, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), place);
            assert_eq!(Class::by_key(class.key()), Some(class));
        }
        for name in [Class::id, Class::key, Class::label] {
            let names: BTreeSet<&str> = Class::ALL.into_iter().map(name).collect();
            assert_eq!(names.len(), CLASSES);
        }
    }
}
