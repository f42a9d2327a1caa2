//! API keys: made, listed, revoked. Shown once, stored hashed.
//!
//! Checking a key at a request is `directory`'s work.

use std::fmt;

use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::core::project_id::ProjectId;
use crate::core::secret_token::{SecretToken, TokenHash};
use crate::store::control::access::AdminAccess;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{moment, optional_moment, project_id, text, unexpected, whole};
use crate::store::control::key_kind::{KEY_RANDOM_CHARACTERS, KeyKind};
use crate::store::control::problem::{Problems, line_of_text};
use crate::store::control::{Control, ControlError};

/// Random characters of a key that stay visible, so that people can tell keys apart.
const KEY_VISIBLE_CHARACTERS: usize = 8;

/// Longest name of a key.
const KEY_NAME_CHARACTERS_MAX: usize = 100;

/// Number of a key, for lists and for revoking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub i64);

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// What is known of a key once it has been shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its number.
    pub id: KeyId,
    /// The project it belongs to.
    pub project: ProjectId,
    /// What it may do.
    pub kind: KeyKind,
    /// Name given by the person who made it.
    pub name: String,
    /// Its first characters, for example `an_ingest_4bX9kQ2m`.
    pub visible: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within some seconds; `None` if never.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is of no use; `None` while it works.
    pub revoked_at: Option<Timestamp>,
}

/// A key just made: the only time its secret is known.
#[derive(Debug)]
pub struct NewKey {
    /// The secret, to be shown once.
    pub token: SecretToken,
    /// What is known of it later.
    pub key: Key,
}

/// Why a key was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// Fields that cannot be used.
    #[error("{0}")]
    Invalid(Problems),
    /// There is no such project in use.
    #[error("there is no project `{slug}`; there are: {known}")]
    UnknownProject {
        /// The slug asked for.
        slug: String,
        /// Slugs of the projects in use.
        known: String,
    },
    /// There is no such key, or not in this project.
    #[error("there is no key with the number {0}; see the list of keys")]
    UnknownKey(KeyId),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for KeyChangeError {
    fn from(error: sqlx::Error) -> KeyChangeError {
        KeyChangeError::Store(ControlError::Database(error))
    }
}

impl Control {
    /// Makes a key for the project `slug`, or for the first project in use if `slug` is
    /// `None`. For the command line; a request uses [`Control::create_key_in`].
    ///
    /// # Errors
    /// `UnknownProject`, or `Invalid` if `name` is empty or too long.
    pub async fn create_key(
        &self,
        slug: Option<&str>,
        kind: KeyKind,
        name: &str,
        actor: Actor,
    ) -> Result<NewKey, KeyChangeError> {
        let projects = self.directory().projects();
        let found = match slug {
            None => projects.first(),
            Some(slug) => projects.iter().find(|project| project.slug == slug),
        };
        let Some(project) = found else {
            let known: Vec<&str> = projects
                .iter()
                .map(|project| project.slug.as_str())
                .collect();
            return Err(KeyChangeError::UnknownProject {
                slug: slug.unwrap_or("default").chars().take(60).collect(),
                known: if known.is_empty() {
                    "none yet".to_string()
                } else {
                    known.join(", ")
                },
            });
        };
        self.create(project.id, kind, name, actor).await
    }

    /// Makes a key for the project that `access` administers.
    ///
    /// # Errors
    /// `Invalid` if `name` is empty or too long.
    pub async fn create_key_in(
        &self,
        access: &AdminAccess,
        kind: KeyKind,
        name: &str,
    ) -> Result<NewKey, KeyChangeError> {
        self.create(access.scope().project_id(), kind, name, access.actor())
            .await
    }

    /// All keys of all projects, revoked ones too, in order of creation.
    pub fn list_keys(&self) -> Vec<Key> {
        self.directory().keys(None)
    }

    /// Takes the key `id` out of use, at once in this process and within half a second in
    /// others. Revoking it again changes nothing. For the command line.
    ///
    /// # Errors
    /// `UnknownKey` if there is no such key.
    pub async fn revoke_key(&self, id: KeyId, actor: Actor) -> Result<Key, KeyChangeError> {
        self.revoke(id, None, actor).await
    }

    /// As [`Control::revoke_key`], for a key of the project that `access` administers.
    ///
    /// # Errors
    /// `UnknownKey` if the project has no such key.
    pub async fn revoke_key_in(
        &self,
        access: &AdminAccess,
        id: KeyId,
    ) -> Result<Key, KeyChangeError> {
        self.revoke(id, Some(access.scope().project_id()), access.actor())
            .await
    }

    /// Writes the last use of keys from memory to the store; the server does it every ten
    /// seconds and at its end.
    ///
    /// # Errors
    /// `Database` if it cannot be written; it stays in memory then.
    pub async fn flush_last_used(&self) -> Result<(), ControlError> {
        let uses = self.directory().unwritten_uses();
        if uses.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin_write().await?;
        for (id, at) in uses {
            sqlx::query(
                "UPDATE api_key
                 SET last_used_at = $2
                 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            )
            .bind(id.0)
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        self.refresh().await
    }

    async fn create(
        &self,
        project: ProjectId,
        kind: KeyKind,
        name: &str,
        actor: Actor,
    ) -> Result<NewKey, KeyChangeError> {
        let mut transaction = self.begin_write().await?;
        let new = insert(&mut transaction, project, kind, name, actor, self.now()).await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(new)
    }

    async fn revoke(
        &self,
        id: KeyId,
        within: Option<ProjectId>,
        actor: Actor,
    ) -> Result<Key, KeyChangeError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query(
            "SELECT id, project_id, kind, name, token_hash, visible, created_at, last_used_at,
                 revoked_at
             FROM api_key
             WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(KeyChangeError::UnknownKey(id))?;
        let (_, mut key) = from_row(&row)?;
        if within.is_some_and(|project| project != key.project) {
            return Err(KeyChangeError::UnknownKey(id));
        }
        if key.revoked_at.is_some() {
            return Ok(key);
        }
        sqlx::query("UPDATE api_key SET revoked_at = $2 WHERE id = $1")
            .bind(id.0)
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        let record = Record {
            at: now,
            actor,
            action: Action::KeyRevoked,
            subject: format!("key:{id}"),
            detail: json!({ "name": key.name, "project": key.project.get() }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.refresh().await?;
        key.revoked_at = Some(now);
        Ok(key)
    }
}

/// Inserts a new key within the caller's transaction.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    project: ProjectId,
    kind: KeyKind,
    name: &str,
    actor: Actor,
    now: Timestamp,
) -> Result<NewKey, KeyChangeError> {
    let name = line_of_text(name, KEY_NAME_CHARACTERS_MAX)
        .map_err(|message| KeyChangeError::Invalid(Problems::one("name", message)))?;
    let token = SecretToken::with_prefix(kind.prefix(), KEY_RANDOM_CHARACTERS);
    let visible_length = kind.prefix().len() + KEY_VISIBLE_CHARACTERS;
    let visible: String = token.reveal().chars().take(visible_length).collect();
    let row = sqlx::query(
        "INSERT INTO api_key (id, project_id, kind, name, token_hash, visible, created_at)
         VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM api_key), $1, $2, $3, $4, $5, $6)
         RETURNING id",
    )
    .bind(i64::from(project.get()))
    .bind(kind.as_str())
    .bind(&name)
    .bind(token.hash().to_hex())
    .bind(&visible)
    .bind(now.as_millisecond())
    .fetch_one(&mut *connection)
    .await?;
    let id = KeyId(whole(&row, "id")?);
    let record = Record {
        at: now,
        actor,
        action: Action::KeyCreated,
        subject: format!("key:{id}"),
        detail: json!({ "name": name, "kind": kind.as_str(), "project": project.get() }),
    };
    audit::append(connection, record).await?;
    let key = Key {
        id,
        project,
        kind,
        name,
        visible,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    Ok(NewKey { token, key })
}

/// All keys with their hashes, revoked ones too.
pub(super) async fn load_all(
    connection: &mut SqliteConnection,
) -> Result<Vec<(TokenHash, Key)>, ControlError> {
    let rows = sqlx::query(
        "SELECT id, project_id, kind, name, token_hash, visible, created_at, last_used_at,
             revoked_at
         FROM api_key
         ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &SqliteRow) -> Result<(TokenHash, Key), ControlError> {
    let kind = text(row, "kind")?;
    let hash = TokenHash::from_hex(&text(row, "token_hash")?)
        .ok_or_else(|| unexpected("api_key.token_hash", "***", "64 hexadecimal digits"))?;
    let key = Key {
        id: KeyId(whole(row, "id")?),
        project: project_id(row, "project_id")?,
        kind: KeyKind::parse(&kind)
            .ok_or_else(|| unexpected("api_key.kind", &kind, "a kind of key"))?,
        name: text(row, "name")?,
        visible: text(row, "visible")?,
        created_at: moment(row, "created_at")?,
        last_used_at: optional_moment(row, "last_used_at")?,
        revoked_at: optional_moment(row, "revoked_at")?,
    };
    Ok((hash, key))
}
