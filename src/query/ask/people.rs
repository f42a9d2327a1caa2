//! Distinct people, counted here: the engine's `count(DISTINCT …)` hashes every row, for the bars and once more for the
//! total. People are small numbers, so a bit tells whether somebody was seen already: at two million people and 400 bars
//! these are 100 MB.

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

/// People, a bit each.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    words: Vec<u64>,
    count: u64,
}

impl Seen {
    /// Adds somebody.
    pub fn add(&mut self, person: usize) {
        let (word, bit) = (person / 64, 1 << (person % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let held = &mut self.words[word];
        self.count += u64::from(*held & bit == 0);
        *held |= bit;
    }

    /// Adds everybody of another set.
    pub fn unite(&mut self, other: &Seen) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (held, word) in self.words.iter_mut().zip(&other.words) {
            *held |= word;
        }
        self.count = self
            .words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum();
    }

    /// How many people.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// Counts the distinct people of each bar, and of all together.
pub struct Counter<'a> {
    whos: &'a Whos,
    all: Seen,
    bars: Vec<Seen>,
}

impl<'a> Counter<'a> {
    /// Nobody was seen yet.
    pub fn new(whos: &'a Whos, bars: usize) -> Counter<'a> {
        Counter {
            whos,
            all: Seen::default(),
            bars: vec![Seen::default(); bars],
        }
    }

    /// Somebody, by their number as sent, in a bar if there are any. Negative numbers are nobody.
    pub fn add(&mut self, bar: Option<usize>, number: i64) {
        let Ok(number) = usize::try_from(number) else {
            return;
        };
        let person = self.whos.resolve(number);
        match bar {
            Some(bar) => self.bars[bar].add(person),
            None => self.all.add(person),
        }
    }

    /// The distinct people of each bar, then of all bars together or of what had none.
    pub fn counts(mut self) -> (Vec<u64>, u64) {
        for bar in &self.bars {
            self.all.unite(bar);
        }
        (
            self.bars.iter().map(Seen::count).collect(),
            self.all.count(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_once_a_bar_and_once_in_all_whatever_they_were_called() {
        // 7 turned out to be 2, and 9 to be 1000.
        let whos = Whos::of(&[(2 << 32) + 7, (1000 << 32) + 9]);
        let mut counter = Counter::new(&whos, 4);
        for (bar, number) in [
            (0, 1),
            (0, 2),
            (0, 7),
            (0, -1),
            (0, 1),
            (1, 7),
            (1, 9),
            (3, 1000),
            (3, 2000),
        ] {
            counter.add(Some(bar), number);
        }
        // 1 and 2; 2 and 1000; nobody; 1000 and 2000. In all 1, 2, 1000, 2000.
        assert_eq!(counter.counts(), (vec![2, 2, 0, 2], 4));
    }

    #[test]
    fn without_aliases_everybody_is_who_they_are() {
        let whos = Whos::default();
        let mut counter = Counter::new(&whos, 0);
        for number in [0, 5, 64, 5, -3] {
            counter.add(None, number);
        }
        assert_eq!(counter.counts(), (vec![], 3));
    }
}
