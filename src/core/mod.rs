//! The words everything else is written in: events, time, money, ids, limits. No input or output, no framework.

pub mod clock;
pub mod code;
pub mod currency;
pub mod cycle;
pub mod decimal;
pub mod draw;
pub mod event;
pub mod exchange;
pub mod filter;
pub mod kept;
pub mod limits;
pub mod money;
pub mod page;
pub mod period;
pub mod project_id;
pub mod range;
pub mod secret_token;
pub mod sketch;
pub mod sql;
pub mod threshold;
pub mod value;
