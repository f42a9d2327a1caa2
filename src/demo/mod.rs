//! The demo: a made-up AI product whose data is worth looking at, and which goes on living while we run.
//!
//! Its inner part is pure: a seed and a day of launch give people, and people give events in order of time
//! ([`stream::Stream`]). Any stretch of it can be made again, byte for byte, so sending it twice adds nothing
//! and a demo continues where it stopped. `fill`, `live` and `command` bring it into a project, which `setup`
//! gives budgets and a funnel.

pub mod agent;
pub mod call;
pub mod campaign;
pub mod command;
pub mod crowd;
pub mod day;
pub mod feature;
pub mod fill;
pub mod funnel;
pub mod incident;
pub mod line;
pub mod live;
pub mod model;
pub mod person;
pub mod place;
pub mod plan;
pub mod project;
pub mod remove;
pub mod rhythm;
pub mod session;
pub mod setup;
pub mod stream;
pub mod turn;
pub mod visit;
pub mod world;

#[cfg(test)]
mod tests;

/// Names of the parts of a demo that are drawn apart from each other.
mod part {
    /// How many sign up on a day.
    pub const DAY: u64 = 1;
    /// A person.
    pub const PERSON: u64 = 2;
    /// A person's browser.
    pub const AGENT: u64 = 3;
    /// A person's team.
    pub const TEAM: u64 = 4;
    /// A person's use on a day.
    pub const ACTIVE: u64 = 5;
    /// A session.
    pub const SESSION: u64 = 6;
    /// A visit without a sign-up.
    pub const VISIT: u64 = 7;
    /// How many visits a day has.
    pub const VISITS: u64 = 8;
    /// A first look, days before the sign-up.
    pub const LOOK: u64 = 9;
    /// A sign-up.
    pub const SIGN_UP: u64 = 10;
    /// What happens to an account's plan.
    pub const TURN: u64 = 11;
    /// The night of large calls.
    pub const SPIKE: u64 = 12;
    /// Sessions added while somebody watches.
    pub const LIVE: u64 = 13;
}
