//! `analytics`: a self-hosted analytics appliance for teams that run a product on AI models.
//!
//! Events come in over HTTP (`web::collect`), become typed facts (`ingest`), are made durable in a journal and
//! loaded into DuckDB (`store`), and are shown live (`live`) and on pages (`web`). `app` puts the parts together.
//! `ARCHITECTURE.md` is the map.

pub mod admin;
pub mod analysis;
pub mod app;
pub mod bench;
pub mod budget;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod core;
pub mod data_folder;
pub mod demo;
#[cfg(test)]
mod given;
pub mod import;
pub mod ingest;
pub mod live;
pub mod own_server;
pub mod people;
pub mod prices;
pub mod pricing;
pub mod query;
pub mod recover;
pub mod render;
pub mod serve;
pub mod store;
pub mod telemetry;
pub mod web;
