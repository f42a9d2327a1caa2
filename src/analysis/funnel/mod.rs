//! Funnels: how many people take the steps of a way, how long they need, and where they stop.

pub mod answer;
pub mod ask;
pub mod attempt;
pub mod question;
pub mod source;
pub mod tally;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
