//! Journeys: what people do next after an event, or did before it, step by step within a visit.

pub mod answer;
pub mod ask;
pub mod place;
pub mod question;
pub mod way;

#[cfg(test)]
mod tests;
