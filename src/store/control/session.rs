//! Sessions: who is logged in, on the server's side, so that a session can be ended.
//!
//! The cookie holds a random token, the store its hash. Making a session is in `log_in`.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use crate::core::secret_token::{SecretToken, TokenHash};
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{moment, text, whole};
use crate::store::control::person::{Person, PersonId};
use crate::store::control::{Control, ControlError, person};

/// How long a session is answered from memory. Ending it in this process takes effect at
/// once, and in another process when `watch` sees it, so this is only the last resort.
const CACHE_MS: i64 = 5_000;

/// Sessions in memory, a few hundred bytes each. When there are more, all are asked for anew.
const CACHE_ENTRIES_MAX: usize = 4_096;

/// "Last seen" is written at most this often, as every write is a wait for the disk.
const SEEN_RESOLUTION: Duration = Duration::from_secs(300);

/// Longest log-in. A cookie that holds for ever is a password that cannot be changed.
const LIFETIME_MAX: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// Longest description of a browser.
const LABEL_CHARACTERS_MAX: usize = 120;

/// Number of a session, for the list in which a person ends one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// A log-in that holds: neither expired nor ended, and its person not disabled.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// Who is logged in.
    pub person: Person,
    /// What every form of the session must send back.
    pub csrf_token: SecretToken,
    /// What the browser said of itself, made short and harmless.
    pub user_agent_label: String,
    /// When the person logged in.
    pub created_at: Timestamp,
    /// When it was last used, to within some minutes.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Sessions found lately. Forgotten as a whole whenever any session might have ended.
#[derive(Default)]
pub(super) struct SessionCache {
    entries: HashMap<TokenHash, (Session, Timestamp)>,
    /// Grows at each clearing. A session read before one is not remembered after it.
    epoch: u64,
}

impl SessionCache {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.epoch += 1;
    }

    fn get(&self, hash: TokenHash, now: Timestamp) -> Option<&Session> {
        let (session, read_at) = self.entries.get(&hash)?;
        let age_ms = now.as_millisecond() - read_at.as_millisecond();
        let is_fresh = (0..CACHE_MS).contains(&age_ms) && now < session.expires_at;
        is_fresh.then_some(session)
    }

    fn remember(&mut self, hash: TokenHash, session: &Session, now: Timestamp, epoch: u64) {
        if self.epoch != epoch {
            return;
        }
        if self.entries.len() >= CACHE_ENTRIES_MAX {
            self.entries.clear();
        }
        self.entries.insert(hash, (session.clone(), now));
    }
}

impl Control {
    /// The session whose cookie holds `token`; `None` if there is none that still holds.
    ///
    /// # Errors
    /// `Database` or `Row` if the store cannot be read.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, ControlError> {
        let now = self.now();
        let hash = TokenHash::of(token);
        let epoch = {
            let cache = self.shared.sessions.lock();
            if let Some(session) = cache.get(hash, now) {
                return Ok(Some(session.clone()));
            }
            cache.epoch
        };
        let row = sqlx::query(
            "SELECT session.id AS session_id, session.csrf_token, session.user_agent_label,
                 session.created_at AS session_created_at, session.last_seen_at,
                 session.expires_at,
                 person.id, person.email, person.name, person.role, person.created_at,
                 person.disabled_at
             FROM session
             JOIN person ON person.id = session.person_id
             WHERE session.token_hash = $1 AND session.revoked_at IS NULL
                 AND session.expires_at > $2 AND person.disabled_at IS NULL",
        )
        .bind(hash.to_hex())
        .bind(now.as_millisecond())
        .fetch_optional(&self.shared.reader)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let mut session = Session {
            id: SessionId(whole(&row, "session_id")?),
            person: person::from_row(&row)?,
            csrf_token: SecretToken::from_stored(text(&row, "csrf_token")?),
            user_agent_label: text(&row, "user_agent_label")?,
            created_at: moment(&row, "session_created_at")?,
            last_seen_at: moment(&row, "last_seen_at")?,
            expires_at: moment(&row, "expires_at")?,
        };
        if now.duration_since(session.last_seen_at).unsigned_abs() >= SEEN_RESOLUTION {
            self.write_last_seen(&mut session, now).await;
        }
        self.shared
            .sessions
            .lock()
            .remember(hash, &session, now, epoch);
        Ok(Some(session))
    }

    /// Ends `session`.
    ///
    /// # Errors
    /// `Database` if it cannot be written; the session holds on then.
    pub async fn log_out(&self, session: &Session) -> Result<(), ControlError> {
        self.end_session(session.person.id, session.id)
            .await
            .map(drop)
    }

    /// Ends the session `id` of the person, for example one on a lost device. Says whether
    /// they had such a session that was not over.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn end_session(&self, person: PersonId, id: SessionId) -> Result<bool, ControlError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let ended = sqlx::query(
            "UPDATE session
             SET revoked_at = $3
             WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL",
        )
        .bind(id.0)
        .bind(person.0)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let is_ended = ended.rows_affected() > 0;
        if is_ended {
            audit::append(&mut transaction, record(person, Action::LoggedOut, now)).await?;
        }
        transaction.commit().await?;
        self.shared.sessions.lock().clear();
        Ok(is_ended)
    }

    /// Ends all sessions of a person, the present one too; says how many there were.
    ///
    /// # Errors
    /// `Database` if it cannot be written; the sessions hold on then.
    pub async fn log_out_everywhere(&self, person: PersonId) -> Result<u64, ControlError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let ended = revoke_all(&mut transaction, person, now).await?;
        audit::append(
            &mut transaction,
            record(person, Action::LoggedOutEverywhere, now),
        )
        .await?;
        transaction.commit().await?;
        self.shared.sessions.lock().clear();
        Ok(ended)
    }

    /// The sessions of a person that hold, the latest used first: number, browser, log-in,
    /// last use and end.
    ///
    /// # Errors
    /// `Database` or `Row` if the table cannot be read.
    pub async fn sessions_of(&self, person: &Person) -> Result<Vec<SessionRow>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, user_agent_label, created_at, last_seen_at, expires_at
             FROM session
             WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2
             ORDER BY last_seen_at DESC, id DESC",
        )
        .bind(person.id.0)
        .bind(self.now().as_millisecond())
        .fetch_all(&self.shared.reader)
        .await?;
        let mut sessions = Vec::with_capacity(rows.len());
        for row in &rows {
            sessions.push(SessionRow {
                id: SessionId(whole(row, "id")?),
                user_agent_label: text(row, "user_agent_label")?,
                created_at: moment(row, "created_at")?,
                last_seen_at: moment(row, "last_seen_at")?,
                expires_at: moment(row, "expires_at")?,
            });
        }
        Ok(sessions)
    }

    /// A failure is only logged: the request that shows a page need not fail for it.
    async fn write_last_seen(&self, session: &mut Session, now: Timestamp) {
        let written = sqlx::query("UPDATE session SET last_seen_at = $2 WHERE id = $1")
            .bind(session.id.0)
            .bind(now.as_millisecond())
            .execute(&self.shared.writer)
            .await;
        match written {
            Ok(_) => session.last_seen_at = now,
            Err(error) => {
                tracing::warn!(error = %error, "the last use of a session was not written")
            }
        }
    }
}

/// A session in the list of a person's sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its number.
    pub id: SessionId,
    /// What the browser said of itself, made short and harmless.
    pub user_agent_label: String,
    /// When the person logged in.
    pub created_at: Timestamp,
    /// When it was last used, to within some minutes.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Makes a session within the caller's transaction; returns it with the token for the cookie.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    person: Person,
    user_agent: &str,
    now: Timestamp,
    lifetime: Duration,
) -> Result<(SecretToken, Session), ControlError> {
    let token = SecretToken::random();
    let csrf_token = SecretToken::random();
    let user_agent_label = label(user_agent);
    let expires_at = now + lifetime.min(LIFETIME_MAX);
    let row = sqlx::query(
        "INSERT INTO session (id, token_hash, person_id, csrf_token, user_agent_label,
             created_at, last_seen_at, expires_at)
         VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM session), $1, $2, $3, $4, $5, $5, $6)
         RETURNING id",
    )
    .bind(token.hash().to_hex())
    .bind(person.id.0)
    .bind(csrf_token.reveal())
    .bind(&user_agent_label)
    .bind(now.as_millisecond())
    .bind(expires_at.as_millisecond())
    .fetch_one(connection)
    .await?;
    let session = Session {
        id: SessionId(whole(&row, "id")?),
        person,
        csrf_token,
        user_agent_label,
        created_at: now,
        last_seen_at: now,
        expires_at,
    };
    Ok((token, session))
}

/// Ends all sessions of a person within the caller's transaction; returns how many.
pub(super) async fn revoke_all(
    connection: &mut SqliteConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<u64, ControlError> {
    let ended = sqlx::query(
        "UPDATE session
         SET revoked_at = $2
         WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2",
    )
    .bind(person.0)
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}

/// Deletes sessions that are over; returns how many.
pub(super) async fn delete_ended(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<u64, ControlError> {
    let deleted =
        sqlx::query("DELETE FROM session WHERE expires_at <= $1 OR revoked_at IS NOT NULL")
            .bind(now.as_millisecond())
            .execute(connection)
            .await?;
    Ok(deleted.rows_affected())
}

fn record(person: PersonId, action: Action, now: Timestamp) -> Record {
    Record {
        at: now,
        actor: Actor::Person(person),
        action,
        subject: format!("person:{person}"),
        detail: json!({}),
    }
}

/// What a browser says of itself, without control characters and not too long.
fn label(user_agent: &str) -> String {
    user_agent
        .chars()
        .filter(|character| !character.is_control())
        .take(LABEL_CHARACTERS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_without_control_characters() {
        assert_eq!(label("Mozilla/5.0\0\r\n (X11)"), "Mozilla/5.0 (X11)");
        assert_eq!(label(&"é".repeat(10_000)), "é".repeat(120));
    }

    #[test]
    fn a_session_read_before_a_log_out_is_not_remembered_after_it() {
        let now: Timestamp = "2026-03-29T10:00:00Z".parse().unwrap();
        let hash = TokenHash::of("token");
        let session = Session {
            id: SessionId(1),
            person: Person {
                id: PersonId(1),
                email: "ana@example.com".to_string(),
                name: "Ana".to_string(),
                role: crate::store::control::person::Role::Admin,
                created_at: now,
                disabled_at: None,
            },
            csrf_token: SecretToken::random(),
            user_agent_label: String::new(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + Duration::from_secs(3),
        };
        let mut cache = SessionCache::default();
        let epoch = cache.epoch;
        cache.clear(); // somebody logs out while the session is being read
        cache.remember(hash, &session, now, epoch);
        assert!(cache.get(hash, now).is_none());

        let epoch = cache.epoch;
        cache.remember(hash, &session, now, epoch);
        assert!(cache.get(hash, now).is_some());
        // It ends after three seconds, before the cache's five are over.
        assert!(
            cache
                .get(hash, now + Duration::from_millis(2_999))
                .is_some()
        );
        assert!(cache.get(hash, now + Duration::from_secs(3)).is_none());
    }
}
