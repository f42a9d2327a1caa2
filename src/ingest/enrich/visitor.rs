//! Visitors without cookies: a number for "the same browser, today, in this project".
//!
//! The number is a keyed hash of address and browser. The key changes each UTC day and is
//! deleted a day later, and from then on nobody can tell whose number it was, not even by
//! trying all addresses. Does not store anything: the caller keeps the salts and deletes them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// Bytes of a daily salt.
pub const SALT_BYTES: usize = 32;

/// The secret of one day.
pub type Salt = [u8; SALT_BYTES];

/// The visitor number of a sender on the day that `salt` belongs to.
///
/// IPv6 addresses count by their /64 network, since a device changes the rest of it on its own
/// several times a day. An IPv4 address inside IPv6 is the same visitor as without.
#[must_use]
pub fn visitor(salt: &Salt, project: u32, address: IpAddr, user_agent: &str) -> u64 {
    // A hash of secret, then fields of known length, then one last field: no two inputs are the
    // same bytes. The digest is cut to 64 bits and never published, so it cannot be extended.
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(project.to_le_bytes());
    match address.to_canonical() {
        IpAddr::V4(address) => {
            hash.update([4]);
            hash.update(address.octets());
        }
        IpAddr::V6(address) => {
            hash.update([6]);
            hash.update(network(address));
        }
    }
    hash.update(user_agent.as_bytes());
    let digest = hash.finalize();
    let first: [u8; 8] = digest[..8]
        .try_into()
        .expect("a SHA-256 digest has 32 bytes");
    u64::from_le_bytes(first)
}

/// The /64 network of an address.
fn network(address: Ipv6Addr) -> [u8; 8] {
    address.octets()[..8]
        .try_into()
        .expect("an IPv6 address has 16 bytes")
}

/// Whether the browser asks not to be followed: `DNT: 1` or `Sec-GPC: 1`.
#[must_use]
pub fn privacy_opt_out(dnt: Option<&str>, sec_gpc: Option<&str>) -> bool {
    let is_set = |header: Option<&str>| header.is_some_and(|value| value.trim() == "1");
    is_set(dnt) || is_set(sec_gpc)
}

/// The salts that are still kept, by their UTC day.
///
/// Today's is for events of now, yesterday's for events that arrive late. Older ones are to be
/// deleted, so a number can be worked out again for at most two days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DailySalts {
    salts: BTreeMap<Date, Salt>,
}

impl DailySalts {
    /// The salts in stored rows. If a day has several rows, the first one counts.
    #[must_use]
    pub fn from_rows(rows: impl IntoIterator<Item = (Date, Salt)>) -> DailySalts {
        let mut salts = DailySalts::default();
        for (day, salt) in rows {
            salts.add(day, salt);
        }
        salts
    }

    /// The salt of `day`. Without one the caller makes it at random, stores it, and [adds] it.
    ///
    /// [adds]: DailySalts::add
    #[must_use]
    pub fn salt(&self, day: Date) -> Option<&Salt> {
        self.salts.get(&day)
    }

    /// Takes up the salt of `day`, and gives the one that counts: an earlier one stays, or the
    /// visitors of the morning would be counted again in the afternoon.
    pub fn add(&mut self, day: Date, salt: Salt) -> &Salt {
        self.salts.entry(day).or_insert(salt)
    }

    /// Forgets the salts of days before yesterday, and gives those days: the caller deletes
    /// their rows.
    pub fn forget_before_yesterday(&mut self, today: Date) -> Vec<Date> {
        // The first day of the calendar has no yesterday, and then nothing is older.
        let yesterday = today.yesterday().unwrap_or(today);
        let kept = self.salts.split_off(&yesterday);
        let forgotten = std::mem::replace(&mut self.salts, kept);
        forgotten.into_keys().collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const SALT: Salt = [7; SALT_BYTES];
    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0";

    fn address(text: &str) -> IpAddr {
        text.parse().expect("the test gives an address")
    }

    #[test]
    fn the_same_browser_is_the_same_visitor_all_day() {
        let home = address("203.0.113.9");
        let first = visitor(&SALT, 1, home, CHROME);
        assert_eq!(visitor(&SALT, 1, home, CHROME), first);
        assert_eq!(
            visitor(&SALT, 1, address("::ffff:203.0.113.9"), CHROME),
            first
        );
    }

    #[test]
    fn day_project_address_and_browser_each_make_another_visitor() {
        let home = address("203.0.113.9");
        let first = visitor(&SALT, 1, home, CHROME);
        assert_ne!(visitor(&[8; SALT_BYTES], 1, home, CHROME), first);
        assert_ne!(visitor(&SALT, 2, home, CHROME), first);
        assert_ne!(visitor(&SALT, 1, address("203.0.113.10"), CHROME), first);
        assert_ne!(visitor(&SALT, 1, home, "Mozilla/5.0 Firefox/127.0"), first);
    }

    #[test]
    fn the_number_does_not_change_with_a_release() {
        // Worked out apart: the first 8 bytes of SHA-256 over 32 x 07, 01000000, 04, cb007109, 78.
        let expected = [0xe1, 0x28, 0xfc, 0xb5, 0x7c, 0xfa, 0x1c, 0xe5];
        let number = visitor(&SALT, 1, address("203.0.113.9"), "x");
        assert_eq!(number.to_le_bytes(), expected);
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_visitor() {
        let first = visitor(&SALT, 1, address("2001:db8:1:2::aaaa"), CHROME);
        assert_eq!(
            visitor(&SALT, 1, address("2001:db8:1:2:ffff::1"), CHROME),
            first
        );
        assert_ne!(
            visitor(&SALT, 1, address("2001:db8:1:3::aaaa"), CHROME),
            first
        );
    }

    #[test]
    fn an_ipv4_address_never_meets_an_ipv6_network_with_the_same_bytes() {
        // The user agent continues where the shorter address ends; the family byte tells apart.
        let v4 = visitor(&SALT, 1, address("32.1.13.184"), "\0\0\0\0x");
        let v6 = visitor(&SALT, 1, address("2001:db8::"), "x");
        assert_ne!(v4, v6);
    }

    #[test]
    fn both_privacy_signals_count_and_only_the_value_one() {
        let rows = [
            (Some("1"), None, true),
            (None, Some("1"), true),
            (Some(" 1 "), Some("0"), true),
            (Some("0"), None, false),
            (Some("yes"), None, false),
            (None, None, false),
        ];
        for (dnt, gpc, expected) in rows {
            assert_eq!(privacy_opt_out(dnt, gpc), expected, "{dnt:?} {gpc:?}");
        }
    }

    #[test]
    fn salts_of_today_and_yesterday_are_kept_and_older_days_are_given_back() {
        let day = |day| date(2026, 3, day);
        let mut salts = DailySalts::from_rows([
            (day(1), [1; SALT_BYTES]),
            (day(2), [2; SALT_BYTES]),
            (day(3), [3; SALT_BYTES]),
            (day(4), [4; SALT_BYTES]),
        ]);

        let forgotten = salts.forget_before_yesterday(day(4));

        assert_eq!(forgotten, [day(1), day(2)]);
        assert_eq!(salts.salt(day(2)), None);
        assert_eq!(salts.salt(day(3)), Some(&[3; SALT_BYTES]));
        assert_eq!(salts.salt(day(4)), Some(&[4; SALT_BYTES]));
        assert_eq!(salts.forget_before_yesterday(day(4)), []);
    }

    #[test]
    fn the_first_salt_of_a_day_stays() {
        let today = date(2026, 3, 29);
        let mut salts = DailySalts::default();
        assert_eq!(salts.salt(today), None);
        salts.add(today, [1; SALT_BYTES]);
        assert_eq!(salts.add(today, [2; SALT_BYTES]), &[1; SALT_BYTES]);
    }
}
