//! Who is in a segment, for a question that filters or splits by one.
//!
//! SQL names a segment by a value that travels beside it ([`Bind::Segments`]); before a statement is run the set of its
//! people takes that value's place. How they are found is not this layer's to know (`people/segment/`).

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::core::filter::{Condition, Test};
use crate::core::sql::Bind;
use crate::store::engine::EngineError;
use crate::store::study::Study;

/// Finds the people of the segments that a condition names, through the statements of the caller's transaction.
type Find = dyn Fn(&Study, &Condition) -> Result<Arc<Vec<u8>>, EngineError> + Send + Sync;

/// The segments of a project.
#[derive(Clone, Default)]
pub struct Membership {
    names: Vec<String>,
    fingerprint: u64,
    find: Option<Arc<Find>>,
    /// Those of this transaction, which sees one state of things.
    known: Arc<Mutex<HashMap<Condition, Arc<Vec<u8>>>>>,
}

impl Membership {
    /// Segments by name, a number that differs where they are others, and how their people are found.
    pub fn new(
        names: Vec<String>,
        fingerprint: u64,
        find: impl Fn(&Study, &Condition) -> Result<Arc<Vec<u8>>, EngineError> + Send + Sync + 'static,
    ) -> Membership {
        Membership {
            names,
            fingerprint,
            find: Some(Arc::new(find)),
            known: Arc::default(),
        }
    }

    /// Differs where segments are others.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The names, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Puts people in place of the segments that values name.
    ///
    /// # Errors
    /// If there is no such segment, or its people cannot be found.
    pub fn resolve(&self, study: &Study, values: &mut [(String, Bind)]) -> Result<(), EngineError> {
        for (_, value) in values {
            let Bind::Segments(condition) = &*value else {
                continue;
            };
            let known = self.known.lock().get(condition).cloned();
            let bits = match (known, &self.find) {
                (Some(bits), _) => bits,
                (None, Some(find)) => find(study, condition)?,
                // Without any segment everybody is in none.
                (None, None) if condition.test == Test::Exists => Arc::new(vec![0]),
                (None, None) => continue,
            };
            self.known
                .lock()
                .insert(condition.clone(), Arc::clone(&bits));
            *value = Bind::Bits(bits);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Membership {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Membership")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
