//! Sets of people by their numbers, which are small: a bit a person. Pure.

/// Some people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    words: Vec<u64>,
}

impl Set {
    /// Those with these numbers; numbers below 0 are nobody's.
    pub fn of(people: &[i64]) -> Set {
        let mut set = Set::default();
        for person in people {
            if let Ok(person) = usize::try_from(*person) {
                set.insert(person);
            }
        }
        set
    }

    /// Takes somebody in.
    pub fn insert(&mut self, person: usize) {
        let word = person / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (person % 64);
    }

    /// Whether somebody is in it.
    pub fn has(&self, person: usize) -> bool {
        let word = self.words.get(person / 64).copied().unwrap_or(0);
        word >> (person % 64) & 1 == 1
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    /// True if nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Takes everybody of another set in.
    pub fn unite(&mut self, other: &Set) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Keeps those who are in another set too.
    pub fn intersect(&mut self, other: &Set) {
        for (place, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(place).copied().unwrap_or(0);
        }
    }

    /// Those of `all` who are not in it.
    #[must_use]
    pub fn rest_of(&self, all: &Set) -> Set {
        let rest = all.words.iter().enumerate();
        Set {
            words: rest
                .map(|(place, word)| word & !self.words.get(place).copied().unwrap_or(0))
                .collect(),
        }
    }

    /// The same as bytes for a statement: the highest bit of the first byte is number 0.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.words.iter().flat_map(|word| word.to_le_bytes());
        // The engine knows no empty row of bits.
        let bytes = bytes.map(u8::reverse_bits).chain([0]);
        bytes.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_united_cut_and_turned_round() {
        let all = Set::of(&[0, 1, 63, 64, 200]);
        let mut some = Set::of(&[1, 64, 64, -3]);
        assert_eq!(some.len(), 2);
        assert_eq!(some.rest_of(&all), Set::of(&[0, 63, 200]));
        some.unite(&Set::of(&[300]));
        assert!(some.has(300) && !some.has(301) && !some.has(100_000));
        some.intersect(&all);
        assert_eq!(some.len(), 2);
        assert!(Set::default().rest_of(&Set::default()).is_empty());
    }

    #[test]
    fn the_first_bit_of_the_first_byte_is_number_0() {
        let bytes = Set::of(&[0, 7, 9]).to_bytes();
        assert_eq!(bytes[..2], [0b1000_0001, 0b0100_0000]);
    }
}
