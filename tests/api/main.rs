//! The appliance from outside: the real binary, real requests, real files.
//!
//! One test crate, because each one links the engine again.

mod commands;
mod crash;
mod harness;
mod ingest;
mod snippet;
