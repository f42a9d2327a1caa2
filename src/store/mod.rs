//! What is kept: the journal that acknowledges, the engine that answers, the control store for people and keys.
//!
//! The only module that names `duckdb` or `sqlx`.

pub mod alias;
pub mod batch;
pub mod control;
pub mod duplicate;
pub mod engine;
pub mod erase;
pub mod erase_person;
pub mod journal;
pub mod live;
pub mod loader;
pub mod machine;
pub mod migrate;
pub mod parquet;
pub mod person;
pub mod reprice;
pub mod rollup;
pub mod seen;
pub mod study;
pub mod summary;
pub mod table;
pub mod zones;
