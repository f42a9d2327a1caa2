//! The number of a project, as stored with every event and control row.
//!
//! Only a number: that a person or a key may see the project is proved by
//! [`Scope`](crate::store::control::access::Scope), not by this.

use std::fmt;

/// Number of a project: 1, 2, 3, … in order of creation. A number is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(u32);

impl ProjectId {
    /// The id with this number; `None` for 0, which no project has.
    pub fn new(number: u32) -> Option<ProjectId> {
        (number > 0).then_some(ProjectId(number))
    }

    /// The number, at least 1.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_not_a_project() {
        assert_eq!(ProjectId::new(0), None);
        assert_eq!(ProjectId::new(7).map(ProjectId::get), Some(7));
    }
}
