//! Draws from a seed: the same seed gives the same numbers.
//!
//! For data that is made up on purpose (the demo, the benches). Never for secrets.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// A mean above which a Poisson count is drawn from the normal distribution that it then resembles.
const POISSON_EXACT_MAX: f64 = 30.0;

/// A source of numbers.
pub struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// The draws that belong to `seed`.
    pub fn new(seed: u64) -> Draw {
        Draw(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The draws of one part of what `seed` stands for: independent of all other parts, so that parts can
    /// be made in any order.
    pub fn part(seed: u64, part: &[u64]) -> Draw {
        Draw::new(part.iter().fold(seed, |mixed, number| mix(mixed, *number)))
    }

    /// Sixty-four bits.
    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// A number from 0 to below 1.
    pub fn share(&mut self) -> f64 {
        self.0.random()
    }

    /// True as often as `chance` says; a chance above 1 is always.
    pub fn chance(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// A whole number below `end`, which must not be 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// A number from `from` to below `to`.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.share()
    }

    /// One of `choices`, as often as its weight says. The weights must not all be 0.
    pub fn choose<T: Copy>(&mut self, choices: &[(T, u32)]) -> T {
        let total = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.0.random_range(0..total);
        for (choice, weight) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// One of `choices`, all alike, which must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A draw from the standard normal distribution (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// A draw whose logarithm is normal, with this median and spread.
    pub fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    /// A waiting time with this mean: short ones are common, and a few are long.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// A count of independent things of which `mean` are expected (Poisson).
    pub fn count(&mut self, mean: f64) -> u64 {
        if mean > POISSON_EXACT_MAX {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let (end, mut product, mut count) = ((-mean).exp(), self.share(), 0);
        while product > end {
            product *= self.share();
            count += 1;
        }
        count
    }
}

/// Two numbers to one that looks random (splitmix64).
pub fn mix(first: u64, second: u64) -> u64 {
    let mut mixed = first
        .rotate_left(23)
        .wrapping_add(second.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 20_000;

    fn mean(mut one: impl FnMut(&mut Draw) -> f64) -> f64 {
        let mut draw = Draw::new(7);
        (0..DRAWS).map(|_| one(&mut draw)).sum::<f64>() / DRAWS as f64
    }

    #[test]
    fn the_same_part_of_the_same_seed_gives_the_same_draws_and_another_part_others() {
        let bits = |part: &[u64]| Draw::part(3, part).bits();
        assert_eq!(bits(&[1, 2]), bits(&[1, 2]));
        assert_ne!(bits(&[1, 2]), bits(&[2, 1]));
        assert_ne!(bits(&[1]), bits(&[1, 0]));
        assert_ne!(Draw::part(3, &[1]).bits(), Draw::part(4, &[1]).bits());
    }

    #[test]
    fn draws_have_the_means_they_are_asked_for() {
        // Each bound is five standard errors or more.
        assert!((mean(|draw| draw.exponential(4.0)) - 4.0).abs() < 0.15);
        assert!((mean(|draw| draw.count(0.7) as f64) - 0.7).abs() < 0.04);
        assert!((mean(|draw| draw.count(200.0) as f64) - 200.0).abs() < 0.6);
        assert!((mean(|draw| f64::from(u8::from(draw.chance(0.25)))) - 0.25).abs() < 0.02);
        assert!(mean(|draw| draw.normal()).abs() < 0.04);
        assert!((mean(|draw| draw.log_normal(10.0, 0.5).ln()) - 10f64.ln()).abs() < 0.02);
        assert!((mean(|draw| f64::from(draw.choose(&[(1u8, 3), (0u8, 1)]))) - 0.75).abs() < 0.02);
    }
}
