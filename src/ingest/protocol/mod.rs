//! Wire formats: bytes to raw events. One format per file; none of them decides anything.

pub mod own;
