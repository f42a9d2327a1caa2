//! The appliance from outside: the real binary, real requests, real files.
//!
//! One test crate, because each one links the engine again.

mod analysis;
mod bench;
mod clock;
mod commands;
mod crash;
mod demo;
mod disk;
mod exchange;
mod garbage;
mod harness;
mod import;
mod ingest;
mod interrupted;
mod live;
mod people;
mod person;
mod proxy;
mod queue;
mod rates;
mod recovery;
mod scope;
mod segments;
mod snippet;
mod store;
mod visitor;
mod yesterday;
