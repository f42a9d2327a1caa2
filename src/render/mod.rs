//! Answers as bytes: pure, so that every reader of an answer shows the same figures.

pub mod csv;
pub mod json;
