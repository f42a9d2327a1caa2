//! Who comes, who stays, who leaves: figures whose unit is a person, and the people themselves.
//!
//! One statement gives each person's active local days as bits (`load.rs`); everything else is arithmetic on those bits
//! (`activity.rs`, `growth.rs`, `lifecycle.rs`, `stage.rs`, `rfm.rs`), which is pure and so checked against a slow and
//! obvious reference. Definitions are the reader's to hold against: each function says its formula.

pub mod activity;
pub mod answer;
pub mod ask;
pub mod command;
pub mod erasures;
pub mod growth;
pub mod lifecycle;
pub mod list;
pub mod load;
pub mod one;
pub mod rfm;
pub mod segment;
pub mod stage;

#[cfg(test)]
mod tests;
