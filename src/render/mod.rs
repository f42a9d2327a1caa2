//! Answers as bytes: numbers with their units, and the one chart spec that the bundle accepts.
//!
//! Pure: knows no framework, no database and no clock. Pages take what is here and place it with the blocks of
//! `web::view::block`, whose documentation tells a page author how.

// Words for numbers.
pub mod change;
pub mod country;
pub mod number;
pub mod unit;

// Charts.
pub mod chart;
pub mod colour;
pub mod time_axis;

// Whole answers.
pub mod csv;
pub mod json;
pub mod people;

// Analyses.
pub mod funnel;
pub mod heatmap;
pub mod journey;
pub mod retention;
