//! Distinct people, counted here: the engine's `count(DISTINCT …)` hashes every row, for the bars and once more for the
//! total. People are small numbers, so a place in an array tells whether somebody was seen already.

/// Who everybody turned out to be, by their number.
#[derive(Debug, Default)]
pub struct Whos {
    /// By the number of an alias; [`NOBODY_ELSE`] where the number is no alias.
    persons: Vec<u32>,
}

/// Marks those who are just who they are.
const NOBODY_ELSE: u32 = u32::MAX;

impl Whos {
    /// Where everybody is who they are.
    pub const fn nobody_else() -> Whos {
        Whos {
            persons: Vec::new(),
        }
    }

    /// From `person · 2³² + alias` of each alias.
    pub fn of(pairs: &[i64]) -> Whos {
        let mut whos = Whos::default();
        for pair in pairs {
            let alias = (pair & 0xFFFF_FFFF) as usize;
            if alias >= whos.persons.len() {
                whos.persons.resize(alias + 1, NOBODY_ELSE);
            }
            whos.persons[alias] = (pair >> 32) as u32;
        }
        whos
    }

    /// Who a number as sent turned out to be.
    pub fn resolve(&self, number: usize) -> usize {
        match self.persons.get(number) {
            None | Some(&NOBODY_ELSE) => number,
            Some(person) => *person as usize,
        }
    }
}

/// Who is known by a user id.
#[derive(Clone, Debug, Default)]
pub struct Users {
    /// By number.
    is_one: Vec<bool>,
}

impl Users {
    /// Those with these numbers.
    pub fn of(numbers: &[i64]) -> Users {
        let mut users = Users::default();
        for number in numbers {
            users.add(usize::try_from(*number).unwrap_or(0));
        }
        users
    }

    /// And another one.
    pub fn add(&mut self, number: usize) {
        if self.is_one.len() <= number {
            self.is_one.resize(number + 1, false);
        }
        self.is_one[number] = true;
    }

    /// Whether somebody is among them.
    pub fn has(&self, number: usize) -> bool {
        self.is_one.get(number).copied().unwrap_or(false)
    }
}

/// Counts the distinct people of one stretch after the other, and of all together.
pub struct Counter<'a> {
    whos: &'a Whos,
    /// By person, the number of the last stretch in which they were; 0 for never.
    last: Vec<u32>,
    stretch: u32,
    all: u64,
}

impl<'a> Counter<'a> {
    /// Nobody was seen yet.
    pub fn new(whos: &'a Whos) -> Counter<'a> {
        Counter {
            whos,
            last: Vec::new(),
            stretch: 0,
            all: 0,
        }
    }

    /// The distinct people of a stretch, by their numbers as sent. Negative numbers are nobody.
    pub fn count(&mut self, numbers: &[i64]) -> u64 {
        self.stretch += 1;
        let mut count = 0;
        for number in numbers {
            let Ok(number) = usize::try_from(*number) else {
                continue;
            };
            let person = self.whos.resolve(number);
            if person >= self.last.len() {
                self.last.resize(person + 1, 0);
            }
            let last = &mut self.last[person];
            if *last != self.stretch {
                self.all += u64::from(*last == 0);
                count += 1;
                *last = self.stretch;
            }
        }
        count
    }

    /// The distinct people of all stretches.
    pub fn all(&self) -> u64 {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_once_a_stretch_and_once_in_all_whatever_they_were_called() {
        // 7 turned out to be 2, and 9 to be 1000.
        let whos = Whos::of(&[(2 << 32) + 7, (1000 << 32) + 9]);
        let mut counter = Counter::new(&whos);
        assert_eq!(counter.count(&[1, 2, 7, -1, 1]), 2); // 1 and 2
        assert_eq!(counter.count(&[7, 9]), 2); // 2 and 1000
        assert_eq!(counter.count(&[-1]), 0);
        assert_eq!(counter.count(&[1000, 2000]), 2);
        assert_eq!(counter.all(), 4); // 1, 2, 1000, 2000
    }

    #[test]
    fn without_aliases_everybody_is_who_they_are() {
        let whos = Whos::default();
        let mut counter = Counter::new(&whos);
        assert_eq!((counter.count(&[0, 5]), counter.all()), (2, 2));
    }
}
