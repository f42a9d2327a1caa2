//! One person, and the account they belong to: everything about them follows from the seed and their number.

use crate::core::draw::{Draw, mix};
use crate::demo::agent::{Agent, draw_agent};
use crate::demo::feature::TEAMS;
use crate::demo::funnel::{Habit, Stay};
use crate::demo::part;
use crate::demo::place::{PLACES, Place};
use crate::demo::plan::Journey;

/// Chance that a person's browser is in a hand.
const CHANCE_MOBILE: f64 = 0.17;
/// Spreads numbers over all of 32 bits without two becoming one: odd, so it has an inverse.
const SCRAMBLE: u32 = 0x9E37_79B1;

/// Somebody who has signed up.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Position among all people, in order of their day.
    pub number: u32,
    /// When they came to sign up, in milliseconds since 1970.
    pub joined_at: i64,
    /// How long they stay.
    pub stay: Stay,
    /// Number of their account.
    pub account: u32,
    /// How they use the product.
    pub habit: Habit,
    /// Number of their place.
    pub place: u8,
    /// Whether a colleague invited them.
    pub is_invited: bool,
    /// Days before the sign-up on which they came for a first look; 0 if they did not.
    pub lead_days: u8,
}

/// Who pays.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// Number of the person who made it.
    pub owner: u32,
    /// People who belong to it.
    pub members: u32,
    /// Its way through the plans.
    pub journey: Journey,
}

impl Person {
    /// Where they live.
    pub fn place(&self) -> &'static Place {
        &PLACES[usize::from(self.place)].0
    }

    /// Their id in events.
    pub fn user_id(&self, seed: u64) -> String {
        let scrambled = self.number.wrapping_mul(SCRAMBLE) ^ seed as u32;
        format!("usr_{scrambled:08x}")
    }

    /// Their id before they signed up.
    pub fn anonymous_id(&self, seed: u64) -> String {
        anonymous_id(mix(mix(seed, part::PERSON), u64::from(self.number)))
    }

    /// What they browse with.
    pub fn agent(&self, seed: u64) -> Agent {
        let mut draw = Draw::part(seed, &[part::AGENT, u64::from(self.number)]);
        draw_agent(&mut draw, CHANCE_MOBILE)
    }

    /// Their part of the account.
    pub fn team(&self, seed: u64) -> &'static str {
        Draw::part(seed, &[part::TEAM, u64::from(self.number)]).choose(&TEAMS)
    }
}

/// The id of somebody who is only known by a number.
pub fn anonymous_id(number: u64) -> String {
    format!("v_{:012x}", number & 0xFFFF_FFFF_FFFF)
}

const FIRST_WORDS: [&str; 48] = [
    "amber", "arctic", "aspen", "birch", "bright", "cedar", "clear", "cobalt", "coral", "crisp",
    "dawn", "delta", "early", "ember", "fair", "fern", "field", "flint", "forest", "golden",
    "granite", "harbor", "hazel", "high", "iron", "ivory", "juniper", "lake", "linden", "lunar",
    "maple", "meadow", "mint", "north", "oak", "olive", "open", "pine", "quiet", "river", "sable",
    "silver", "solar", "stone", "summit", "tidal", "vivid", "willow",
];

const SECOND_WORDS: [&str; 48] = [
    "analytics",
    "arc",
    "books",
    "bridge",
    "builders",
    "care",
    "clinic",
    "cloud",
    "craft",
    "design",
    "dental",
    "digital",
    "energy",
    "events",
    "films",
    "finance",
    "foods",
    "foundry",
    "freight",
    "games",
    "goods",
    "health",
    "homes",
    "hotels",
    "insights",
    "journal",
    "kitchen",
    "labs",
    "learning",
    "legal",
    "logistics",
    "media",
    "mobility",
    "networks",
    "notes",
    "optics",
    "partners",
    "press",
    "realty",
    "research",
    "robotics",
    "schools",
    "security",
    "studio",
    "supply",
    "systems",
    "travel",
    "works",
];

/// The name of the account with this number.
pub fn account_name(number: u32) -> String {
    let all = (FIRST_WORDS.len() * SECOND_WORDS.len()) as u32;
    // A prime that shares no factor with the number of names, so that each comes once before any comes again.
    let place = (number % all).wrapping_mul(1_103) % all;
    let (first, second) = (place / 48, place % 48);
    let name = format!(
        "{}-{}",
        FIRST_WORDS[first as usize], SECOND_WORDS[second as usize]
    );
    match number / all {
        0 => name,
        round => format!("{name}-{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn accounts_have_names_of_their_own() {
        let names: HashSet<String> = (0..6_000).map(account_name).collect();
        assert_eq!(names.len(), 6_000);
    }
}
