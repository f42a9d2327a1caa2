//! Questions and answers: from the parameters of an address to figures, through the catalogue and the engine.

pub mod answer;
pub mod answers;
pub mod ask;
pub mod condition;
pub mod conversion;
pub mod field;
pub mod membership;
pub mod plan;
pub mod question;
pub mod rows;
pub mod session;

#[cfg(test)]
mod tests;
