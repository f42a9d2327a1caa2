//! Pages of what people do one after the other: funnels, retention, journeys, hours of use.
//!
//! `GET /funnels`, `/retention`, `/journeys`, `/hours`, for people who are logged in. The address holds everything that
//! is asked, with the same names as the API's. Forms that choose an event send their fields by GET and are redirected
//! to the address that holds it.

pub mod controls;
mod funnel_card;
pub mod funnels;
pub mod hours;
pub mod journeys;
pub mod retention;
mod sheet;
