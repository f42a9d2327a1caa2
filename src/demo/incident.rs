//! What goes wrong: two outages, one slow afternoon, and a night that costs ten times as much.
//!
//! Placed by their distance from the end of the history, so that they lie in view of the usual ranges; a demo
//! that runs on meets them again every ninety days.

use crate::demo::rhythm::{DAY_MS, HOUR_MS};

/// Days after which incidents and campaigns come again.
pub const CYCLE_DAYS: i64 = 90;

/// What an incident does to the calls of its provider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    /// A share of the attempts fails like this.
    Failing {
        /// The share.
        share: f64,
        /// HTTP status of the answer.
        status_code: u32,
        /// Class of the error.
        error_type: &'static str,
    },
    /// Everything takes so many times as long.
    Slow {
        /// How many times.
        factor: f64,
    },
}

/// A stretch of time in which a provider is not well.
#[derive(Clone, Copy, Debug)]
pub struct Incident {
    /// Days before the end of the history.
    pub days_before_end: i64,
    /// When on that day it begins, in milliseconds since midnight UTC.
    pub begins: i64,
    /// How long it lasts, in milliseconds.
    pub lasts: i64,
    /// Whose calls it meets.
    pub provider: &'static str,
    /// What it does to them.
    pub trouble: Trouble,
}

/// All incidents.
pub const INCIDENTS: [Incident; 3] = [
    Incident {
        days_before_end: 38,
        begins: 13 * HOUR_MS + 40 * 60_000,
        lasts: 3 * HOUR_MS,
        provider: "openai",
        trouble: Trouble::Failing {
            share: 0.42,
            status_code: 503,
            error_type: "server_error",
        },
    },
    Incident {
        days_before_end: 16,
        begins: 14 * HOUR_MS,
        lasts: 6 * HOUR_MS,
        provider: "anthropic",
        trouble: Trouble::Slow { factor: 3.1 },
    },
    Incident {
        days_before_end: 4,
        begins: 9 * HOUR_MS + 10 * 60_000,
        lasts: 2 * HOUR_MS,
        provider: "deepseek",
        trouble: Trouble::Failing {
            share: 0.70,
            status_code: 429,
            error_type: "rate_limit",
        },
    },
];

/// The night in which one account has all its documents read again by the largest model.
pub const SPIKE: Spike = Spike {
    days_before_end: 10,
    begins: HOUR_MS + 20 * 60_000,
    lasts: 3 * HOUR_MS + 30 * 60_000,
    calls: 640,
    input: 88_000.0,
};

/// A burst of large calls.
#[derive(Clone, Copy, Debug)]
pub struct Spike {
    /// Days before the end of the history.
    pub days_before_end: i64,
    /// When on that day it begins, in milliseconds since midnight UTC.
    pub begins: i64,
    /// How long it lasts, in milliseconds.
    pub lasts: i64,
    /// Calls, in a demo of the usual size.
    pub calls: u32,
    /// Median input tokens.
    pub input: f64,
}

/// Whether something that lies so many days before the end of a history of `days` happens `age` days after the
/// launch, the first time or again.
pub fn falls_on(days_before_end: i64, age: i64, days: u32) -> bool {
    age >= 0 && (age - (i64::from(days) - days_before_end)).rem_euclid(CYCLE_DAYS) == 0
}

/// What the calls of `provider` meet at a moment, where the launch was on the day `launch` since 1970.
pub fn trouble(provider: &str, at: i64, launch: i64, days: u32) -> Option<Trouble> {
    let (day, time) = (at.div_euclid(DAY_MS), at.rem_euclid(DAY_MS));
    let found = INCIDENTS.iter().find(|incident| {
        incident.provider == provider
            && (incident.begins..incident.begins + incident.lasts).contains(&time)
            && falls_on(incident.days_before_end, day - launch, days)
    });
    found.map(|incident| incident.trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_meets_its_provider_in_its_hours_and_comes_again_after_a_cycle() {
        let launch = 20_000;
        let at = |age: i64, hour: i64| (launch + age) * DAY_MS + hour * HOUR_MS;
        let is_slow = |provider: &str, at: i64| {
            matches!(
                trouble(provider, at, launch, 90),
                Some(Trouble::Slow { .. })
            )
        };
        assert!(is_slow("anthropic", at(74, 15))); // 90 - 16
        assert!(!is_slow("anthropic", at(74, 13)) && !is_slow("anthropic", at(74, 20)));
        assert!(!is_slow("openai", at(74, 15)) && !is_slow("anthropic", at(75, 15)));
        assert!(is_slow("anthropic", at(164, 15)));
        assert!(!is_slow("anthropic", at(-16, 15)), "not before the launch");
    }

    #[test]
    fn none_runs_past_midnight() {
        let ends = INCIDENTS.map(|incident| incident.begins + incident.lasts);
        assert!(ends.iter().all(|end| *end <= DAY_MS));
        const { assert!(SPIKE.begins + SPIKE.lasts <= DAY_MS) };
    }
}
