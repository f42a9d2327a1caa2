//! Enrichment: what an event says between the lines, worked out by pure functions.
//!
//! Each file answers one question about a value that arrived with an event: which browser,
//! which country, which campaign, which words must not be kept. Nothing here reads a clock,
//! a socket or a database, and nothing decides whether an event is kept: the pipeline calls
//! these functions in its named steps and decides.

pub mod bot;
pub mod campaign;
pub mod geo;
pub mod mask;
pub mod page_url;
pub mod preview;
pub mod referrer;
pub mod user_agent;
pub mod visitor;
