//! The pages as finished values: askama structs whose fields the handlers fill and whose templates only place.
//!
//! Every number, date and path arrives here as the text that a person reads; nothing is counted, asked or
//! looked up. Templates live in `templates/`, escape every value, and hold no inline script or style.

// Pieces that several pages hold.
pub mod assets;
pub mod block;
pub mod curve;
pub mod delta;
pub mod exchange_rates;
pub mod field;
pub mod figure;
pub mod first_steps;
pub mod frame;
pub mod moment;
pub mod plot;
pub mod provider;
pub mod segments;
pub mod shell;

// Pages.
pub mod account;
pub mod analysis;
pub mod budgets;
pub mod keys;
pub mod missing;
pub mod overview;
pub mod person;
pub mod prices;
pub mod problem;
pub mod projects;
pub mod reference;
pub mod report;
pub mod rows;
pub mod sign_in;
pub mod system;
pub mod thresholds;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
