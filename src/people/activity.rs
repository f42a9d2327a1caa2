//! On which local days each person was active: a row of bits a person. Pure.
//!
//! A day is active if it has a qualifying event, one that a person caused. First days are of all time, whatever the
//! window and the filter, so that nobody is new twice.

/// Days of one word. With fewer than 64, the mask of any number of them needs no special case.
pub const WORD_DAYS: usize = 62;

/// A person's first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their number.
    pub person: i64,
    /// Their first active local day ever, in days since 1970.
    pub first: i64,
    /// Whether they are known by a user id; otherwise by an anonymous id that the product keeps.
    pub is_identified: bool,
}

/// Everybody who was active in a window of days.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    start: i64,
    days: usize,
    words: usize,
    members: Vec<Member>,
    bits: Vec<u64>,
    /// By person, one more than their place; 0 for who is not there.
    places: Vec<u32>,
}

impl Activity {
    /// Nobody, over `days` days from local day `start`.
    pub fn new(start: i64, days: usize) -> Activity {
        Activity {
            start,
            days,
            words: words(days),
            members: Vec::new(),
            bits: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Notes that somebody was active on a local day, in days since 1970; outside of the window only first days matter.
    pub fn add(&mut self, person: usize, day: i64) {
        if person >= self.places.len() {
            self.places.resize(person + 1, 0);
        }
        let place = match (self.places[person] as usize).checked_sub(1) {
            Some(place) => place,
            None => {
                self.members.push(Member {
                    person: person as i64,
                    first: day,
                    is_identified: false,
                });
                self.bits.extend(std::iter::repeat_n(0, self.words));
                self.places[person] = self.members.len() as u32;
                self.members.len() - 1
            }
        };
        let member = &mut self.members[place];
        member.first = member.first.min(day);
        if let Ok(day) = usize::try_from(day - self.start)
            && day < self.days
        {
            self.bits[place * self.words + day / WORD_DAYS] |= 1 << (day % WORD_DAYS);
        }
    }

    /// Notes who is identified.
    pub fn identify(&mut self, is_identified: impl Fn(usize) -> bool) {
        for member in &mut self.members {
            member.is_identified = is_identified(member.person as usize);
        }
    }

    /// The first local day of the window, in days since 1970.
    pub fn start(&self) -> i64 {
        self.start
    }

    /// Days of the window.
    pub fn days(&self) -> usize {
        self.days
    }

    /// How many people.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// True if nobody was active.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Everybody with their days.
    pub fn people(&self) -> impl Iterator<Item = (Member, Days<'_>)> {
        self.members
            .iter()
            .zip(self.bits.chunks(self.words.max(1)))
            .map(|(member, words)| (*member, Days { words }))
    }

    /// The first active day of anybody ever, in days since 1970.
    pub fn earliest(&self) -> Option<i64> {
        self.members.iter().map(|member| member.first).min()
    }

    /// The first active day ever of somebody who is there, in days since 1970, after their place among the people.
    pub fn first_of(&self, person: usize) -> Option<(usize, i64)> {
        let place = (*self.places.get(person)? as usize).checked_sub(1)?;
        Some((place, self.members[place].first))
    }

    /// The same people with first days from elsewhere; those who are not there keep their own.
    #[must_use]
    pub fn with_firsts(mut self, of: &Activity) -> Activity {
        for member in &mut self.members {
            if let Some((_, first)) = of.first_of(member.person as usize) {
                member.first = member.first.min(first);
            }
        }
        self
    }
}

/// Words that hold this many days.
pub fn words(days: usize) -> usize {
    days.div_ceil(WORD_DAYS)
}

/// The active days of one person, numbered from the start of the window.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a> {
    words: &'a [u64],
}

impl<'a> Days<'a> {
    /// Active days, the earliest first.
    pub fn iter(self) -> impl Iterator<Item = usize> + 'a {
        self.words.iter().enumerate().flat_map(|(number, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    number * WORD_DAYS + bit
                })
            })
        })
    }

    /// How many days of `[from, to)` were active.
    pub fn count(self, from: usize, to: usize) -> u32 {
        let mut count = 0;
        for (number, word) in self.words.iter().enumerate() {
            let base = number * WORD_DAYS;
            let (low, high) = (
                from.saturating_sub(base).min(WORD_DAYS),
                to.saturating_sub(base).min(WORD_DAYS),
            );
            if low < high {
                let mask = ((1u64 << high) - 1) & !((1u64 << low) - 1);
                count += (word & mask).count_ones();
            }
        }
        count
    }

    /// The last active day before day `to`.
    pub fn last_before(self, to: usize) -> Option<usize> {
        self.words
            .iter()
            .enumerate()
            .rev()
            .find_map(|(number, word)| {
                let base = number * WORD_DAYS;
                let high = to.saturating_sub(base).min(WORD_DAYS);
                let left = word & ((1u64 << high) - 1);
                (left != 0).then(|| base + 63 - left.leading_zeros() as usize)
            })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Made-up people by their active days; a first day before the window may be given.
    pub fn given(start: i64, days: usize, people: &[(i64, &[usize])]) -> Activity {
        let mut activity = Activity::new(start, days);
        for (person, (first, active)) in people.iter().enumerate() {
            activity.add(person, *first);
            for day in *active {
                activity.add(person, start + *day as i64);
            }
        }
        activity.identify(|_| true);
        activity
    }

    #[test]
    fn days_are_found_across_words() {
        let activity = given(0, 130, &[(0, &[0, 61, 62, 123, 124, 129])]);
        let (_, days) = activity.people().next().expect("one person");
        assert_eq!(days.iter().collect::<Vec<_>>(), [0, 61, 62, 123, 124, 129]);
        assert_eq!(
            (days.count(0, 130), days.count(1, 62), days.count(62, 124)),
            (6, 1, 2)
        );
        assert_eq!(days.last_before(62), Some(61));
        assert_eq!(days.last_before(124), Some(123));
        assert_eq!(days.last_before(500), Some(129));
        assert_eq!(
            (days.last_before(0), days.count(5, 5), days.count(9, 4)),
            (None, 0, 0)
        );
    }
}
