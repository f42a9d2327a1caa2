//! What is happening now: counters in memory, one frame a tick, shared by everybody who looks.
//!
//! Fed by the journal after each commit, so a figure moves within a tick of the acknowledgement without
//! waiting for the loader. Rebuilt from the store at start. Knows nothing of HTTP.

pub mod frame;
pub mod hub;
pub mod rebuild;
pub mod window;
