//! What is happening now: counters in memory, one frame a tick, shared by everybody who looks.
//!
//! Fed by the journal after each commit, so a figure moves within a tick of the acknowledgement without
//! waiting for the loader. Rebuilt from the store at start. Knows nothing of HTTP.

// What is kept.
pub mod feed;
pub mod minutes;
pub mod people;
pub mod seconds;
pub mod tally;
pub mod window;

// What is told.
pub mod feed_item;
pub mod figures;
pub mod frame;

// How it gets in and out.
pub mod hub;
pub mod rebuild;
