//! What can be asked, written once: metrics, dimensions, and the frames their formulas are over. Data only.

pub mod dimension;
pub mod frame;
pub mod metric;
pub mod reference;
pub mod section;

#[cfg(test)]
mod tests;
