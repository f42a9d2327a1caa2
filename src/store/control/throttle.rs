//! How often a log-in may be tried: per account and per address, within a sliding window.
//!
//! Pure: the present moment is an argument. An attempt counts before its outcome is known,
//! so that many attempts at once cannot all slip through. Counts are kept in memory and are
//! lost at a restart.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

use jiff::Timestamp;

use crate::core::secret_token::TokenHash;

/// Accounts, and addresses, of which attempts are remembered. With 30 attempts each at most,
/// this is below 4 MiB. When it is full, the one tried longest ago is forgotten.
const ENTRIES_MAX: usize = 10_000;

/// The bounds of log-in attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// Failed attempts for one account within the window.
    pub attempts_per_account: usize,
    /// Failed attempts from one address within the window. Larger, as an office shares one.
    pub attempts_per_address: usize,
    /// Length of the window.
    pub window: Duration,
}

impl Default for ThrottleLimits {
    fn default() -> ThrottleLimits {
        ThrottleLimits {
            attempts_per_account: 10,
            attempts_per_address: 30,
            window: Duration::from_secs(900),
        }
    }
}

/// Too many attempts: the next one is allowed in this many seconds, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// Seconds to wait, rounded up.
    pub seconds: u64,
}

/// An account and an address, known by hashes only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    account: TokenHash,
    address: TokenHash,
}

impl Attempt {
    /// An attempt for the account `email` (in whatever case) from `address`, which may be
    /// any text that stands for it. Both may be of any length.
    pub fn new(email: &str, address: &str) -> Attempt {
        Attempt {
            account: TokenHash::of(&email.trim().to_lowercase()),
            address: TokenHash::of(address),
        }
    }
}

/// Recent attempts that failed or are not decided yet.
pub struct Throttle {
    limits: ThrottleLimits,
    accounts: Window<TokenHash>,
    addresses: Window<TokenHash>,
}

impl Throttle {
    /// A throttle that has seen nothing.
    pub fn new(limits: ThrottleLimits) -> Throttle {
        Throttle {
            limits,
            accounts: Window::default(),
            addresses: Window::default(),
        }
    }

    /// Counts `attempt` if it may be made now.
    ///
    /// # Errors
    /// How long to wait. A refused attempt is not counted: waiting as told suffices.
    pub fn begin(&mut self, attempt: Attempt, now: Timestamp) -> Result<(), RetryAfter> {
        let window_ms = i64::try_from(self.limits.window.as_millis()).unwrap_or(i64::MAX);
        let now_ms = now.as_millisecond();
        let from_ms = now_ms.saturating_sub(window_ms);
        let free_ms = Ord::max(
            self.accounts.free_at(
                &attempt.account,
                self.limits.attempts_per_account,
                from_ms,
                window_ms,
            ),
            self.addresses.free_at(
                &attempt.address,
                self.limits.attempts_per_address,
                from_ms,
                window_ms,
            ),
        );
        if let Some(free_ms) = free_ms {
            let wait_ms = u64::try_from(free_ms.saturating_sub(now_ms)).unwrap_or(0);
            return Err(RetryAfter {
                seconds: wait_ms.div_ceil(1000).max(1),
            });
        }
        self.accounts.add(attempt.account, now_ms, from_ms);
        self.addresses.add(attempt.address, now_ms, from_ms);
        Ok(())
    }

    /// The attempt was right: the account starts anew, and the address is not charged.
    pub fn succeeded(&mut self, attempt: Attempt) {
        self.accounts.entries.remove(&attempt.account);
        self.addresses.take_back(&attempt.address);
    }

    /// The attempt was not decided, for example because the server was busy.
    pub fn undecided(&mut self, attempt: Attempt) {
        self.accounts.take_back(&attempt.account);
        self.addresses.take_back(&attempt.address);
    }
}

/// Moments of attempts by whom they concern, oldest first, in milliseconds since 1970.
struct Window<K> {
    entries: HashMap<K, VecDeque<i64>>,
}

impl<K> Default for Window<K> {
    fn default() -> Window<K> {
        Window {
            entries: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Window<K> {
    /// When the next attempt may be made; `None` if now.
    fn free_at(&mut self, key: &K, most: usize, from_ms: i64, window_ms: i64) -> Option<i64> {
        let attempts = self.entries.get_mut(key)?;
        while attempts.front().is_some_and(|at_ms| *at_ms <= from_ms) {
            attempts.pop_front();
        }
        let excess = attempts.len().checked_sub(most.max(1))?;
        // Once this one has left the window, there is room for one more.
        attempts
            .get(excess)
            .map(|at_ms| at_ms.saturating_add(window_ms))
    }

    fn add(&mut self, key: K, now_ms: i64, from_ms: i64) {
        if !self.entries.contains_key(&key) && self.entries.len() >= ENTRIES_MAX {
            self.make_room(from_ms);
        }
        self.entries.entry(key).or_default().push_back(now_ms);
    }

    fn take_back(&mut self, key: &K) {
        if let Some(attempts) = self.entries.get_mut(key) {
            attempts.pop_back();
            if attempts.is_empty() {
                self.entries.remove(key);
            }
        }
    }

    fn make_room(&mut self, from_ms: i64) {
        self.entries
            .retain(|_, attempts| attempts.back().is_some_and(|at_ms| *at_ms > from_ms));
        if self.entries.len() < ENTRIES_MAX {
            return;
        }
        let oldest = self
            .entries
            .iter()
            .min_by_key(|(_, attempts)| attempts.back().copied())
            .map(|(key, _)| *key);
        if let Some(oldest) = oldest {
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn throttle(account: usize, address: usize) -> Throttle {
        Throttle::new(ThrottleLimits {
            attempts_per_account: account,
            attempts_per_address: address,
            window: Duration::from_secs(100),
        })
    }

    fn wait(seconds: u64) -> Result<(), RetryAfter> {
        Err(RetryAfter { seconds })
    }

    #[test]
    fn the_attempt_after_the_last_waits_until_the_first_leaves_the_window() {
        let mut throttle = throttle(3, 100);
        let ana = Attempt::new("ana@example.com", "1");
        for second in [0, 10, 20] {
            assert_eq!(throttle.begin(ana, at(second)), Ok(()));
        }
        assert_eq!(throttle.begin(ana, at(20)), wait(80)); // 0 + 100 - 20
        assert_eq!(throttle.begin(ana, at(99)), wait(1)); // 0 + 100 - 99
        assert_eq!(throttle.begin(ana, at(100)), Ok(())); // counted: 10, 20, 100
        assert_eq!(throttle.begin(ana, at(100)), wait(10)); // 10 + 100 - 100
    }

    #[test]
    fn parts_of_a_second_are_rounded_up() {
        let mut throttle = throttle(1, 100);
        let ana = Attempt::new("ana@example.com", "1");
        throttle.begin(ana, at(0)).unwrap();
        let later = Timestamp::from_millisecond(at(0).as_millisecond() + 98_001).unwrap();
        assert_eq!(throttle.begin(ana, later), wait(2)); // 1.999 s
    }

    #[test]
    fn an_account_is_one_account_in_whatever_case_and_from_whatever_address() {
        let mut throttle = throttle(2, 100);
        assert_eq!(
            throttle.begin(Attempt::new("ana@example.com", "1"), at(0)),
            Ok(())
        );
        assert_eq!(
            throttle.begin(Attempt::new(" Ana@Example.COM", "2"), at(0)),
            Ok(())
        );
        assert_eq!(
            throttle.begin(Attempt::new("ANA@example.com", "3"), at(0)),
            wait(100)
        );
        assert_eq!(
            throttle.begin(Attempt::new("bo@example.com", "3"), at(0)),
            Ok(())
        );
    }

    #[test]
    fn an_address_is_bounded_over_all_accounts() {
        let mut throttle = throttle(10, 3);
        for account in 0..3 {
            let attempt = Attempt::new(&format!("a{account}"), "1");
            assert_eq!(throttle.begin(attempt, at(account)), Ok(()));
        }
        assert_eq!(throttle.begin(Attempt::new("a3", "1"), at(3)), wait(97)); // 0 + 100 - 3
        assert_eq!(throttle.begin(Attempt::new("a3", "2"), at(3)), Ok(()));
    }

    #[test]
    fn the_longer_of_both_waits_counts() {
        let mut throttle = throttle(1, 1);
        throttle.begin(Attempt::new("ana", "1"), at(0)).unwrap();
        throttle.begin(Attempt::new("bo", "2"), at(40)).unwrap();
        assert_eq!(throttle.begin(Attempt::new("ana", "2"), at(50)), wait(90)); // address: 40 + 100 - 50
        assert_eq!(throttle.begin(Attempt::new("bo", "1"), at(50)), wait(90)); // account
    }

    #[test]
    fn a_right_password_resets_the_account_but_not_what_the_address_did_to_others() {
        let mut throttle = throttle(2, 4);
        let ana = Attempt::new("ana", "1");
        let bo = Attempt::new("bo", "1");
        throttle.begin(bo, at(0)).unwrap();
        throttle.begin(ana, at(1)).unwrap();
        throttle.begin(ana, at(2)).unwrap();
        throttle.succeeded(ana); // the address keeps 0 and 1
        throttle.begin(ana, at(3)).unwrap();
        throttle.begin(ana, at(4)).unwrap();
        assert_eq!(throttle.begin(ana, at(5)), wait(98)); // account: 3 + 100 - 5; address: 0 + 100 - 5
    }

    #[test]
    fn an_office_that_types_its_passwords_right_is_never_throttled() {
        let mut throttle = throttle(2, 3);
        for person in 0..1000 {
            let attempt = Attempt::new(&format!("person{person}"), "office");
            assert_eq!(throttle.begin(attempt, at(0)), Ok(()));
            throttle.succeeded(attempt);
        }
        assert!(throttle.accounts.entries.is_empty());
        assert!(throttle.addresses.entries.is_empty());
    }

    #[test]
    fn what_the_server_could_not_decide_is_not_charged() {
        let mut throttle = throttle(1, 1);
        let ana = Attempt::new("ana", "1");
        for _ in 0..5 {
            assert_eq!(throttle.begin(ana, at(0)), Ok(()));
            throttle.undecided(ana);
        }
    }

    #[test]
    fn attempts_at_once_count_before_their_outcome_is_known() {
        let mut throttle = throttle(3, 100);
        let ana = Attempt::new("ana", "1");
        let allowed = (0..50)
            .filter(|_| throttle.begin(ana, at(0)).is_ok())
            .count();
        assert_eq!(allowed, 3);
    }

    #[test]
    fn memory_is_bounded_and_the_latest_are_kept() {
        let mut throttle = throttle(1, 1);
        let most = ENTRIES_MAX as i64;
        for number in 0..most + 5 {
            let attempt = Attempt::new(&format!("a{number}"), &format!("b{number}"));
            // All within one window of 100 seconds, one after the other.
            let now = Timestamp::from_millisecond(at(0).as_millisecond() + number).unwrap();
            assert_eq!(throttle.begin(attempt, now), Ok(()));
        }
        assert_eq!(throttle.accounts.entries.len(), ENTRIES_MAX);
        assert_eq!(throttle.addresses.entries.len(), ENTRIES_MAX);
        let latest = format!("a{}", most + 4);
        assert!(
            throttle
                .begin(Attempt::new(&latest, "new"), at(11))
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn no_window_holds_more_attempts_than_allowed(
            gaps in proptest::collection::vec(0_i64..60, 1..80),
            most in 1_usize..6,
        ) {
            let mut throttle = throttle(most, 1000);
            let ana = Attempt::new("ana", "1");
            let mut now = 0;
            let mut allowed: Vec<i64> = Vec::new();
            for gap in gaps {
                now += gap;
                match throttle.begin(ana, at(now)) {
                    Ok(()) => allowed.push(now),
                    // Waiting exactly as told suffices, and a second less does not.
                    Err(RetryAfter { seconds }) => {
                        let told = now + i64::try_from(seconds).unwrap();
                        let within = |now: i64| allowed.iter().filter(|at| **at > now - 100).count();
                        prop_assert!(within(told) < most);
                        prop_assert!(within(told - 1) >= most);
                    }
                }
            }
            for (index, at) in allowed.iter().enumerate() {
                let in_window = allowed[index..].iter().filter(|later| **later < at + 100).count();
                prop_assert!(in_window <= most);
            }
        }
    }
}
