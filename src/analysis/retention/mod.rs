//! Retention: of those who began in one week, how many came back in each week after it.

pub mod answer;
pub mod ask;
pub mod calendar;
pub mod people;
pub mod question;
pub mod source;

#[cfg(test)]
mod tests;
