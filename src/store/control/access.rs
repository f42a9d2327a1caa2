//! Proofs of what a request may do. No question and no event without one.
//!
//! The constructors are private to the control store: a [`Scope`] exists only where a key or
//! a session was checked, so a handler that holds one needs no check of its own.

use std::sync::Arc;

use crate::core::project_id::ProjectId;
use crate::store::control::audit::Actor;
use crate::store::control::directory::{Directory, KeyError};
use crate::store::control::key::KeyId;
use crate::store::control::key_kind::KeyKind;
use crate::store::control::person::{PersonId, Role};
use crate::store::control::project::Project;
use crate::store::control::session::Session;

/// The project to which a request is bound.
#[derive(Clone, Debug)]
pub struct Scope {
    project: Arc<Project>,
}

impl Scope {
    /// Number of the project.
    pub fn project_id(&self) -> ProjectId {
        self.project.id
    }

    /// The project with its zone, currency and rules, as it was when the request came.
    pub fn project(&self) -> &Project {
        &self.project
    }
}

/// What a key or a session gives in one project, before it is known what the handler needs.
#[derive(Clone, Debug)]
pub struct Access {
    scope: Scope,
    kind: KeyKind,
    key: Option<KeyId>,
    actor: Actor,
}

impl Access {
    /// The access that a checked key gives.
    pub(super) fn of_key(project: Arc<Project>, kind: KeyKind, key: KeyId) -> Access {
        Access {
            scope: Scope { project },
            kind,
            key: Some(key),
            actor: Actor::Key(key),
        }
    }

    /// The kind of the key; for a session, the kind of key that would be as good.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The project.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The right to send events: from an ingest or an admin key.
    ///
    /// # Errors
    /// `WrongKind` for a read key.
    pub fn ingest(self) -> Result<IngestAccess, KeyError> {
        match self.kind {
            KeyKind::Ingest | KeyKind::Admin => Ok(IngestAccess {
                may_backdate: self.kind == KeyKind::Admin,
                scope: self.scope,
                key: self.key,
            }),
            KeyKind::Read => Err(self.wrong_kind(KeyKind::Ingest)),
        }
    }

    /// The right to ask questions: from a read or an admin key, or from a session.
    ///
    /// # Errors
    /// `WrongKind` for an ingest key.
    pub fn read(self) -> Result<ReadAccess, KeyError> {
        match self.kind {
            KeyKind::Read | KeyKind::Admin => Ok(ReadAccess { scope: self.scope }),
            KeyKind::Ingest => Err(self.wrong_kind(KeyKind::Read)),
        }
    }

    /// The right to change the project and its keys: from an admin key or a session of an
    /// administrator.
    ///
    /// # Errors
    /// `WrongKind` for ingest and read keys.
    pub fn admin(self) -> Result<AdminAccess, KeyError> {
        match self.kind {
            KeyKind::Admin => Ok(AdminAccess {
                scope: self.scope,
                actor: self.actor,
            }),
            KeyKind::Ingest | KeyKind::Read => Err(self.wrong_kind(KeyKind::Admin)),
        }
    }

    fn wrong_kind(&self, needed: KeyKind) -> KeyError {
        KeyError::WrongKind {
            given: self.kind,
            needed,
        }
    }
}

/// Proof that events may be sent to a project.
#[derive(Clone, Debug)]
pub struct IngestAccess {
    scope: Scope,
    key: Option<KeyId>,
    may_backdate: bool,
}

impl IngestAccess {
    /// The project.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The key, for limits and counters; `None` for a session.
    pub fn key(&self) -> Option<KeyId> {
        self.key
    }

    /// Whether the sender is known to be a server: an admin key never stands in a page, so
    /// its events may carry any date. An ingest key may be public.
    pub fn may_backdate(&self) -> bool {
        self.may_backdate
    }
}

/// Proof that questions may be asked about a project.
#[derive(Clone, Debug)]
pub struct ReadAccess {
    scope: Scope,
}

impl ReadAccess {
    /// The project.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

/// Proof that a project and its keys may be changed.
#[derive(Clone, Debug)]
pub struct AdminAccess {
    scope: Scope,
    actor: Actor,
}

impl AdminAccess {
    /// The right to change a demo; that it is one is checked by whoever calls this.
    pub(super) fn of_demo(project: Arc<Project>, actor: Actor) -> AdminAccess {
        AdminAccess {
            scope: Scope { project },
            actor,
        }
    }

    /// The project.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Who changes it, for the audit table.
    pub fn actor(&self) -> Actor {
        self.actor
    }
}

/// Proof that what belongs to no project may be changed: people, new projects, settings.
#[derive(Clone, Debug)]
pub struct Administrator {
    person: PersonId,
}

impl Administrator {
    /// Who changes it, for the audit table.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person)
    }
}

impl Session {
    /// The right to manage the installation; `None` if the person's role does not give it.
    pub fn administrator(&self) -> Option<Administrator> {
        match self.person.role {
            Role::Admin => Some(Administrator {
                person: self.person.id,
            }),
        }
    }
}

impl Directory {
    /// What the person of `session` may do in the project `slug`; `None` if there is no such
    /// project or nothing that they may do there. Archived projects can still be read.
    pub fn enter(&self, session: &Session, slug: &str) -> Option<Access> {
        let project = self.project_by_slug(slug)?;
        let kind = match session.person.role {
            Role::Admin => KeyKind::Admin,
        };
        Some(Access {
            scope: Scope { project },
            kind,
            key: None,
            actor: Actor::Person(session.person.id),
        })
    }

    /// Every project in use about which the person of `session` may ask, in order of creation.
    pub fn readable(&self, session: &Session) -> Vec<ReadAccess> {
        let projects = self.projects().into_iter();
        projects
            .filter_map(|project| self.enter(session, &project.slug)?.read().ok())
            .collect()
    }
}
