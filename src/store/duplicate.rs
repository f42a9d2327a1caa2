//! Ids seen before: an exact set of the most recent ones, in bounded memory.
//!
//! Two generations: new ids go into the young one; when it is full it becomes the old one and the old
//! one is forgotten. So between half and all of the bound is remembered. What the set has forgotten is
//! found by the loader, which compares with the stored events; [`Duplicates::covers_since`] tells it when
//! that is needed. Knows nothing of files.

use hashbrown::HashSet;

/// Ids kept at least. Below it the two generations would rotate within one request.
const IDS_MIN: usize = 28_672;

/// A set of recent event ids.
pub struct Duplicates {
    young: HashSet<u128, foldhash::fast::RandomState>,
    old: HashSet<u128, foldhash::fast::RandomState>,
    generation_max: usize,
    young_since: i64,
    old_since: i64,
    secret: u128,
}

impl Duplicates {
    /// A set of at most `ids_max` ids, rounded down to what fills its tables: 19.4 bytes an id
    /// (16 for the id, 1 for the table's mark, at 7/8 load), about 36 MB for the default of two million.
    pub fn new(ids_max: usize) -> Duplicates {
        let half = (ids_max.max(IDS_MIN)) / 2;
        // hashbrown doubles its table at 7/8 load: the most that fits into a power of two.
        let buckets = (half * 8 / 7).next_power_of_two();
        let buckets = if buckets * 7 / 8 > half {
            buckets / 2
        } else {
            buckets
        };
        Duplicates {
            young: HashSet::default(),
            old: HashSet::default(),
            generation_max: buckets * 7 / 8,
            young_since: i64::MIN,
            old_since: i64::MIN,
            secret: rand::random(),
        }
    }

    /// Remembers `key`, received at `now` (microseconds); false if it is known already.
    pub fn insert(&mut self, key: u128, now: i64) -> bool {
        if self.old.contains(&key) {
            return false;
        }
        if self.young.len() >= self.generation_max && !self.young.contains(&key) {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
            self.old_since = self.young_since;
            self.young_since = now;
        }
        self.young.insert(key)
    }

    /// What makes keys of this set unpredictable; see [`key`].
    pub fn secret(&self) -> u128 {
        self.secret
    }

    /// Forgets a key that was inserted but could not be kept.
    pub fn remove(&mut self, key: u128) {
        self.young.remove(&key);
        self.old.remove(&key);
    }

    /// Every id received at or after this time (microseconds) is known; `i64::MIN` if all are.
    pub fn covers_since(&self) -> i64 {
        self.old_since
    }

    /// Says that ids received before `since` were not put into the set, as after a start.
    pub fn forget_before(&mut self, since: i64) {
        self.old_since = self.old_since.max(since);
        self.young_since = self.young_since.max(since);
    }

    /// Gives the memory of the old generation back; tells whether there was any.
    ///
    /// For quiet times: its ids are then found by the loader, which costs more for each of them.
    pub fn forget_old(&mut self) -> bool {
        if self.old.is_empty() {
            return false;
        }
        self.old = HashSet::default();
        self.old_since = self.young_since;
        true
    }

    /// Ids known now.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// True if no id is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The most ids that can be known.
    pub fn capacity(&self) -> usize {
        2 * self.generation_max
    }

    /// Bytes of the two tables.
    pub fn bytes(&self) -> usize {
        self.young.allocation_size() + self.old.allocation_size()
    }
}

/// One number for an id within its project, so that two projects cannot take each other's ids.
///
/// `secret` is drawn at start; without it nobody can aim at another project's id.
pub fn key(project: u32, id: u128, secret: u128) -> u128 {
    if project == 1 {
        id
    } else {
        id ^ secret
            .wrapping_mul(u128::from(project) | 1)
            .rotate_left(project % 128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_counts_once() {
        let mut seen = Duplicates::new(0);
        assert!(seen.insert(1, 0));
        assert!(!seen.insert(1, 0));
        seen.remove(1);
        assert!(
            seen.insert(1, 0),
            "an id that could not be kept may come again"
        );
    }

    #[test]
    fn memory_is_bounded_and_the_last_half_is_always_known() {
        let mut seen = Duplicates::new(0);
        let max = seen.capacity();
        for id in 0..5 * max as u128 {
            assert!(seen.insert(id, id as i64));
            assert!(seen.len() <= max);
            if id as usize > max / 2 {
                assert!(!seen.insert(id - (max / 2 - 1) as u128, id as i64));
            }
        }
    }

    #[test]
    fn the_covered_time_moves_with_what_is_forgotten() {
        let mut seen = Duplicates::new(0);
        let half = seen.capacity() / 2;
        for id in 0..2 * half {
            seen.insert(id as u128, id as i64);
        }
        assert_eq!(seen.covers_since(), i64::MIN, "nothing is forgotten yet");
        seen.insert(u128::MAX, 2 * half as i64);
        assert_eq!(
            seen.covers_since(),
            half as i64,
            "the first generation is gone"
        );
        assert!(seen.insert(0, 2 * half as i64), "and with it its ids");
    }

    #[test]
    fn a_quiet_time_gives_back_the_older_half_and_says_so() {
        let mut seen = Duplicates::new(0);
        let half = seen.capacity() / 2;
        for id in 0..half {
            seen.insert(id as u128, id as i64);
        }
        assert!(!seen.forget_old(), "one generation is all there is");
        assert_eq!(seen.covers_since(), i64::MIN);

        seen.insert(u128::MAX, half as i64);
        let before = seen.bytes();
        assert!(seen.forget_old());

        assert!(seen.bytes() <= before / 2);
        assert_eq!(seen.covers_since(), half as i64);
        assert!(!seen.insert(u128::MAX, half as i64), "the young are known");
        assert!(seen.insert(0, half as i64), "the old are the loader's now");
    }

    #[test]
    fn the_default_fits_into_thirty_six_megabytes() {
        let mut seen = Duplicates::new(2_000_000);
        for id in 0..seen.capacity() as u128 {
            seen.insert(id << 64, 0);
        }
        assert!(
            seen.bytes() < 36_000_000,
            "{} bytes for {} ids",
            seen.bytes(),
            seen.len()
        );
        assert!(seen.capacity() > 1_800_000);
    }

    #[test]
    fn projects_do_not_share_ids() {
        assert_ne!(key(1, 5, 99), key(2, 5, 99));
        assert_ne!(key(2, 5, 99), key(3, 5, 99));
    }
}
