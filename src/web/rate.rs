//! Limits on how much one key and one address may send.
//!
//! Two limits with two purposes: events per key keep one project from drowning the others; requests per key
//! *and* address, for traffic from pages only, stop a runaway page without stopping the office around it.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::Ingest;

/// Somebody who sends: the number of the key and the address, IPv6 reduced to its network.
type Source = (i64, IpAddr);

/// The limits of all keys and addresses. Memory is given back for sources that have been quiet.
pub struct RateLimits {
    events: DefaultKeyedRateLimiter<i64>,
    requests: DefaultKeyedRateLimiter<Source>,
    clock: DefaultClock,
}

/// The limit is used up; seconds until there is room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// Seconds, at least 1.
    pub retry_after_s: u64,
}

impl RateLimits {
    /// Limits as configured.
    pub fn new(settings: &Ingest) -> RateLimits {
        let quota =
            |per_second: NonZeroU32, burst| Quota::per_second(per_second).allow_burst(burst);
        RateLimits {
            events: RateLimiter::keyed(quota(
                settings.events_per_key_s,
                settings.events_per_key_burst,
            )),
            requests: RateLimiter::keyed(quota(
                settings.requests_per_address_s,
                settings.requests_per_address_burst,
            )),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one request of a page.
    ///
    /// # Errors
    /// If this address has sent too many with this key.
    pub fn request(&self, key: i64, address: IpAddr) -> Result<(), Limited> {
        let now = self.clock.now();
        self.requests
            .check_key(&(key, network(address)))
            .map_err(|wait| limited(wait.wait_time_from(now)))
    }

    /// Counts the events of one request.
    ///
    /// # Errors
    /// If too many came with this key.
    pub fn events(&self, key: i64, count: u32) -> Result<(), Limited> {
        let Some(count) = NonZeroU32::new(count) else {
            return Ok(());
        };
        let now = self.clock.now();
        match self.events.check_key_n(&key, count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(wait)) => Err(limited(wait.wait_time_from(now))),
            // More than a whole burst at once can never pass; the configuration keeps batches below it.
            Err(_) => Err(Limited { retry_after_s: 60 }),
        }
    }

    /// Forgets sources that have their full allowance again.
    pub fn forget_idle(&self) {
        self.events.retain_recent();
        self.requests.retain_recent();
    }
}

fn limited(wait: std::time::Duration) -> Limited {
    Limited {
        retry_after_s: wait.as_secs_f64().ceil().max(1.0) as u64,
    }
}

/// The address, or for IPv6 its /64: one household has that many addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let parts = v6.segments();
            IpAddr::V6([parts[0], parts[1], parts[2], parts[3], 0, 0, 0, 0].into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> RateLimits {
        let number = |value| NonZeroU32::new(value).expect("not zero");
        let settings = Ingest {
            requests_per_address_s: number(1),
            requests_per_address_burst: number(3),
            events_per_key_s: number(10),
            events_per_key_burst: number(100),
            ..crate::config::Config::default().ingest
        };
        RateLimits::new(&settings)
    }

    #[test]
    fn an_address_is_limited_per_key() {
        let limits = limits();
        let office: IpAddr = "192.0.2.1".parse().expect("an address");
        for _ in 0..3 {
            assert_eq!(limits.request(1, office), Ok(()));
        }
        assert_eq!(limits.request(1, office), Err(Limited { retry_after_s: 1 }));
        assert_eq!(limits.request(2, office), Ok(()), "another key");
        assert_eq!(
            limits.request(1, "192.0.2.2".parse().expect("an address")),
            Ok(()),
            "another address"
        );
    }

    #[test]
    fn a_key_is_limited_in_events() {
        let limits = limits();
        assert_eq!(limits.events(1, 100), Ok(()));
        assert_eq!(
            limits.events(1, 50),
            Err(Limited { retry_after_s: 5 }),
            "50 events at 10 a second"
        );
        assert_eq!(limits.events(2, 50), Ok(()));
        assert_eq!(limits.events(3, 101), Err(Limited { retry_after_s: 60 }));
        assert_eq!(limits.events(1, 0), Ok(()));
    }

    #[test]
    fn an_ipv6_household_is_one_source() {
        let limits = limits();
        for host in 1..=3 {
            let address = format!("2001:db8:1:2::{host}").parse().expect("an address");
            assert_eq!(limits.request(1, address), Ok(()));
        }
        assert!(
            limits
                .request(1, "2001:db8:1:2::9".parse().expect("an address"))
                .is_err()
        );
        assert!(
            limits
                .request(1, "2001:db8:1:3::9".parse().expect("an address"))
                .is_ok()
        );
    }
}
