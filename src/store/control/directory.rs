//! Keys and projects in memory: one immutable snapshot, replaced as a whole.
//!
//! Checking a key is a hash and a look into a map, without a lock and without waiting. When
//! the snapshot is replaced is `watch`'s work.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::core::clock::Clock;
use crate::core::project_id::ProjectId;
use crate::core::secret_token::TokenHash;
use crate::store::control::access::Access;
use crate::store::control::key::{Key, KeyId};
use crate::store::control::key_kind::{KeyKind, has_key_form};
use crate::store::control::project::Project;

/// A use of a key is noted at most this often, so that a busy key is not a contended word of
/// memory.
const USE_RESOLUTION_MS: i64 = 1_000;

/// Stands for "never used" in [`Entry::used_ms`]: too early to be a timestamp.
const NEVER: i64 = i64::MIN;

/// Why a key does not give what is asked. Never holds the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the form of a key.
    #[error("this is not a key; keys begin with an_ingest_, an_read_ or an_admin_")]
    Malformed,
    /// The form of a key, but nobody made it.
    #[error("this key is not known; it may belong to another installation")]
    Unknown,
    /// It was taken out of use.
    #[error("this key was revoked; make a new one in the settings")]
    Revoked,
    /// Its project was taken out of use.
    #[error("the project of this key is archived; restore it or use another key")]
    ProjectArchived,
    /// It is good for something else.
    #[error("this key is of the kind {given}; this address needs one of the kind {needed}")]
    WrongKind {
        /// What the key may do.
        given: KeyKind,
        /// What would be needed.
        needed: KeyKind,
    },
    /// It could not be looked up now.
    #[error("the key could not be checked just now; try again in a moment")]
    Unavailable,
}

/// Keys and projects as of the last look at the store.
pub struct Directory {
    snapshot: ArcSwap<Snapshot>,
    clock: Clock,
}

#[derive(Default)]
struct Snapshot {
    projects: BTreeMap<ProjectId, Arc<Project>>,
    slugs: HashMap<String, ProjectId>,
    keys: HashMap<TokenHash, Entry>,
}

struct Entry {
    key: Key,
    project: Arc<Project>,
    /// Last use in milliseconds since 1970. Shared by all snapshots that hold the key.
    used_ms: Arc<AtomicI64>,
}

impl Entry {
    fn last_used_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.used_ms.load(Ordering::Relaxed))
            .ok()
            .max(self.key.last_used_at)
    }
}

impl Directory {
    /// A directory without keys and projects.
    pub(super) fn new(clock: Clock) -> Directory {
        Directory {
            snapshot: ArcSwap::default(),
            clock,
        }
    }

    /// The access that the API key `text` gives, from memory alone.
    ///
    /// A key made by another process in the last half second is `Unknown` here;
    /// [`Control::verify`](crate::store::control::Control::verify) looks for it.
    ///
    /// # Errors
    /// `Malformed`, `Unknown`, `Revoked` or `ProjectArchived`.
    pub fn authorise(&self, text: &str) -> Result<Access, KeyError> {
        if !has_key_form(text) {
            return Err(KeyError::Malformed);
        }
        let snapshot = self.snapshot.load();
        let entry = snapshot
            .keys
            .get(&TokenHash::of(text))
            .ok_or(KeyError::Unknown)?;
        if entry.key.revoked_at.is_some() {
            return Err(KeyError::Revoked);
        }
        if entry.project.archived_at.is_some() {
            return Err(KeyError::ProjectArchived);
        }
        let now_ms = self.clock.now().as_millisecond();
        if now_ms.saturating_sub(entry.used_ms.load(Ordering::Relaxed)) >= USE_RESOLUTION_MS {
            entry.used_ms.fetch_max(now_ms, Ordering::Relaxed);
        }
        Ok(Access::of_key(
            Arc::clone(&entry.project),
            entry.key.kind,
            entry.key.id,
        ))
    }

    /// The project with this number, archived or not.
    pub fn project(&self, id: ProjectId) -> Option<Arc<Project>> {
        self.snapshot.load().projects.get(&id).cloned()
    }

    /// The project with this slug, archived or not.
    pub fn project_by_slug(&self, slug: &str) -> Option<Arc<Project>> {
        let snapshot = self.snapshot.load();
        let id = snapshot.slugs.get(slug)?;
        snapshot.projects.get(id).cloned()
    }

    /// The projects in use, in order of creation.
    pub fn projects(&self) -> Vec<Arc<Project>> {
        let mut projects = self.all_projects();
        projects.retain(|project| project.archived_at.is_none());
        projects
    }

    /// All projects, archived ones too, in order of creation.
    pub fn all_projects(&self) -> Vec<Arc<Project>> {
        self.snapshot.load().projects.values().cloned().collect()
    }

    /// The keys of `project`, or of all projects, revoked ones too, in order of creation.
    pub fn keys(&self, project: Option<ProjectId>) -> Vec<Key> {
        let snapshot = self.snapshot.load();
        let mut keys: Vec<Key> = snapshot
            .keys
            .values()
            .filter(|entry| project.is_none_or(|project| entry.key.project == project))
            .map(|entry| Key {
                last_used_at: entry.last_used_at(),
                ..entry.key.clone()
            })
            .collect();
        keys.sort_by_key(|key| key.id);
        keys
    }

    /// Uses of keys that the store does not know yet.
    pub(super) fn unwritten_uses(&self) -> Vec<(KeyId, Timestamp)> {
        let snapshot = self.snapshot.load();
        let mut uses = Vec::new();
        for entry in snapshot.keys.values() {
            match entry.last_used_at() {
                Some(at) if Some(at) > entry.key.last_used_at => uses.push((entry.key.id, at)),
                Some(_) | None => {}
            }
        }
        uses
    }

    /// Takes over what was read from the store. Two replacements must not overlap, or the
    /// older one could win; `watch` holds a lock around reading and replacing.
    pub(super) fn replace(&self, projects: Vec<Project>, keys: Vec<(TokenHash, Key)>) {
        let former = self.snapshot.load();
        let mut snapshot = Snapshot::default();
        for project in projects {
            snapshot.slugs.insert(project.slug.clone(), project.id);
            snapshot.projects.insert(project.id, Arc::new(project));
        }
        for (hash, key) in keys {
            // A foreign key in the store ties every key to its project.
            let Some(project) = snapshot.projects.get(&key.project).cloned() else {
                continue;
            };
            let used_ms = match former.keys.get(&hash) {
                Some(entry) => Arc::clone(&entry.used_ms),
                None => Arc::new(AtomicI64::new(NEVER)),
            };
            let entry = Entry {
                key,
                project,
                used_ms,
            };
            snapshot.keys.insert(hash, entry);
        }
        self.snapshot.store(Arc::new(snapshot));
    }
}
