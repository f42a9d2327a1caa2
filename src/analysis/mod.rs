//! What people do one after the other: funnels, retention, the hours of the week, journeys.
//!
//! A question comes from the parameters of an address, and the address of a page is the same text. The engine gives
//! narrow columns of whole numbers, restricted to what matters; what cannot be said well in SQL (the order of one
//! person's events) is decided here, by plain functions over sorted slices. Definitions stand at those functions.

// What the four share.
pub mod choice;
pub mod grouped;
pub mod identity;
pub mod inquiry;
pub mod parameters;
pub mod statistic;

pub mod funnel;
pub mod heatmap;
pub mod journey;
pub mod retention;
