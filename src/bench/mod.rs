//! `analytics bench`: measures this program on this machine, so that every speed claim can be checked.
//!
//! The measuring of ingestion starts the program as a process of its own and talks to it as any client does; the
//! loading of a large set works inside of it. No module but `cli` uses this one.

pub mod body;
pub mod client;
pub mod event_mix;
pub mod ingest;
pub mod ingest_report;
pub mod load;
pub mod load_report;
pub mod load_size;
pub mod machine_report;
pub mod phase;
pub mod process_usage;
pub mod query;
pub mod query_report;
pub mod server_process;
pub mod stream;
