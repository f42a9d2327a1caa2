//! Segments: people who have something in common, by name. Saved per project, found anew as people change.
//!
//! A definition is rules joined by "and" and "or" (`definition.rs`, `rule.rs`). Finding its people is a statement for
//! each rule and sets of bits (`find.rs`, `set.rs`). A question that filters by a segment gets that set as a value of
//! its statements, so any metric, funnel or journey can be asked of a segment (`roster.rs`).

pub mod cache;
pub mod definition;
pub mod find;
pub mod roster;
pub mod rule;
pub mod set;

#[cfg(test)]
mod tests;
