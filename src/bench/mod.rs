//! `analytics bench`: measures this program on this machine, so that every speed claim can be checked.
//!
//! Starts the program as a process of its own and talks to it as any client does. Knows nothing of its
//! inside: no module but `cli` uses this one.

pub mod body;
pub mod client;
pub mod event_mix;
pub mod ingest;
pub mod ingest_report;
pub mod machine_report;
pub mod phase;
pub mod process_usage;
pub mod server_process;
