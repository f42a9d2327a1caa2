//! HTTP in and out. No SQL, no arithmetic on metrics.

pub mod analysis;
pub mod api;
pub mod assets;
pub mod budgets;
pub mod collect;
pub mod extract;
pub mod form;
pub mod live;
pub mod middleware;
pub mod openapi;
pub mod operations;
pub mod pages;
pub mod people;
pub mod person;
pub mod problem;
pub mod query;
pub mod rate;
pub mod routes;
pub mod segments;
pub mod server;
pub mod session_cookie;
pub mod view;
