//! Budgets against what is spent: how they stand, where they will end, and the latest of both for every page.
//!
//! Inside pure: days of cost give a projection (`projection.rs`), and with a budget a standing (`standing.rs`). Around it
//! `spend.rs` asks for the days and `board.rs` keeps what was found last. Sends nobody anything.

pub mod board;
pub mod breakdown;
pub mod projection;
pub mod spend;
pub mod standing;
