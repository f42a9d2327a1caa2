//! The time zone of each project, as the roll-ups need it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::tz::TimeZone;
use parking_lot::RwLock;

/// Zones by project number. Shared by whoever knows the projects and the loader.
#[derive(Debug, Default)]
pub struct Zones {
    by_project: RwLock<HashMap<u32, TimeZone>>,
    changed: AtomicBool,
}

impl Zones {
    /// Sets the zone of a project.
    pub fn set(&self, project: u32, zone: &TimeZone) {
        let known = self
            .by_project
            .read()
            .get(&project)
            .is_some_and(|held| held == zone);
        if !known {
            self.by_project.write().insert(project, zone.clone());
            self.changed.store(true, Ordering::Release);
        }
    }

    /// The zone of a project; UTC if nobody has said.
    pub fn get(&self, project: u32) -> TimeZone {
        self.by_project
            .read()
            .get(&project)
            .cloned()
            .unwrap_or(TimeZone::UTC)
    }

    /// Whether a zone has been set since the last call.
    pub fn take_changed(&self) -> bool {
        self.changed.swap(false, Ordering::AcqRel)
    }
}

/// The name under which a zone is remembered.
pub fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
