//! From bytes to accepted events.

pub mod convert;
pub mod enrich;
pub mod field;
mod field_value;
pub mod log;
pub mod pipeline;
pub mod protocol;
pub mod raw;
pub mod refusal;
pub mod request;
pub mod session;
pub mod step;
