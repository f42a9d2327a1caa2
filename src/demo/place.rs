//! Where people live: country, language, and how far their clock is from UTC.
//!
//! Standard time all year: that an hour of summer time is missing changes no chart anybody would notice.

use crate::core::draw::Draw;

/// A country of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Preferred language of its browsers.
    pub language: &'static str,
    /// Minutes that its clocks are ahead of UTC.
    pub ahead_minutes: i32,
}

const fn place(country: &'static str, language: &'static str, ahead_minutes: i32) -> Place {
    Place {
        country,
        language,
        ahead_minutes,
    }
}

/// Places by the number of people there. A large country stands once for each of its zones.
#[rustfmt::skip]
pub static PLACES: [(Place, u32); 20] = [
    (place("US", "en-US", -300), 170),
    (place("US", "en-US", -360), 80),
    (place("US", "en-US", -480), 110),
    (place("GB", "en-GB", 0), 95),
    (place("DE", "de-DE", 60), 95),
    (place("IN", "en-IN", 330), 90),
    (place("FR", "fr-FR", 60), 50),
    (place("BR", "pt-BR", -180), 48),
    (place("CA", "en-CA", -300), 46),
    (place("JP", "ja-JP", 540), 42),
    (place("NL", "nl-NL", 60), 36),
    (place("AU", "en-AU", 600), 34),
    (place("ES", "es-ES", 60), 30),
    (place("SE", "sv-SE", 60), 20),
    (place("PL", "pl-PL", 60), 18),
    (place("SG", "en-SG", 480), 16),
    (place("KR", "ko-KR", 540), 12),
    (place("MX", "es-MX", -360), 12),
    (place("NG", "en-NG", 60), 8),
    (place("ZA", "en-ZA", 120), 8),
];

/// The number of a place in [`PLACES`].
pub fn draw_place(draw: &mut Draw) -> u8 {
    let numbered: [(u8, u32); PLACES.len()] =
        std::array::from_fn(|number| (number as u8, PLACES[number].1));
    draw.choose(&numbered)
}
