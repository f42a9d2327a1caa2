//! Logging in by email and password.
//!
//! In this order: throttle, password, session. Unknown accounts, disabled people and wrong
//! passwords give one and the same answer in the same time.

use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use crate::core::secret_token::SecretToken;
use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::text;
use crate::store::control::email::normal_email;
use crate::store::control::password::{Busy, Password};
use crate::store::control::person::{self, Person, PersonId};
use crate::store::control::session::{self, Session};
use crate::store::control::throttle::{Attempt, RetryAfter};
use crate::store::control::{Control, ControlError};

/// What a log-in form sends, and where it comes from.
pub struct LogIn<'a> {
    /// Email address as typed.
    pub email: &'a str,
    /// Password as typed.
    pub password: &'a Password,
    /// Any text that stands for the client's address. Kept as a hash, in memory only.
    pub address: &'a str,
    /// What the browser says of itself.
    pub user_agent: &'a str,
}

/// A log-in that succeeded.
#[derive(Debug)]
pub struct LoggedIn {
    /// Goes into the cookie, and nowhere else.
    pub token: SecretToken,
    /// The new session.
    pub session: Session,
}

/// Why a log-in did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Unknown address, wrong password, or a disabled person: it is not told which.
    #[error("email address and password do not belong together")]
    Refused,
    /// Too many failed attempts.
    #[error("too many attempts; try again in {} seconds", .0.seconds)]
    Throttled(RetryAfter),
    /// Too much at the same time.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for LogInError {
    fn from(error: sqlx::Error) -> LogInError {
        LogInError::Store(ControlError::Database(error))
    }
}

impl Control {
    /// Checks email and password and makes a session. Takes some tens of milliseconds.
    ///
    /// # Errors
    /// `Refused`, `Throttled` with the time to wait, or `Busy`.
    pub async fn log_in(&self, form: LogIn<'_>) -> Result<LoggedIn, LogInError> {
        let attempt = Attempt::new(form.email, form.address);
        self.shared
            .throttle
            .lock()
            .begin(attempt, self.now())
            .map_err(LogInError::Throttled)?;
        let outcome = self.log_in_unthrottled(&form).await;
        match &outcome {
            Ok(_) => self.shared.throttle.lock().succeeded(attempt),
            Err(LogInError::Busy(_) | LogInError::Store(_)) => {
                self.shared.throttle.lock().undecided(attempt);
            }
            Err(LogInError::Refused | LogInError::Throttled(_)) => {}
        }
        outcome
    }

    /// A session for a person who has just shown that they are themselves in another way, as
    /// at set-up.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn log_in_directly(
        &self,
        person: Person,
        user_agent: &str,
    ) -> Result<LoggedIn, ControlError> {
        let mut transaction = self.begin_write().await?;
        let logged_in = self.start(&mut transaction, person, user_agent).await?;
        transaction.commit().await?;
        Ok(logged_in)
    }

    async fn log_in_unthrottled(&self, form: &LogIn<'_>) -> Result<LoggedIn, LogInError> {
        let email = normal_email(form.email);
        let row = sqlx::query(
            "SELECT id, email, name, role, created_at, disabled_at, password_hash
             FROM person
             WHERE email = $1",
        )
        .bind(email)
        .fetch_optional(&self.shared.reader)
        .await?;
        let mut found = None;
        let mut password_hash = None;
        if let Some(row) = &row {
            found = Some(person::from_row(row)?);
            password_hash = Some(text(row, "password_hash")?);
        }
        let verified_hash = password_hash.clone();
        let is_right = self
            .shared
            .passwords
            .verify(form.password, password_hash)
            .await?;

        let mut transaction = self.begin_write().await?;
        // The password may have been reset, or the person disabled, while the hash was
        // computed; nobody may slip in with the old one.
        let still_holds = match &found {
            Some(person) => sqlx::query(
                "SELECT id
                     FROM person
                     WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
            )
            .bind(person.id.0)
            .bind(verified_hash)
            .fetch_optional(&mut *transaction)
            .await?
            .is_some(),
            None => false,
        };
        let outcome = match found {
            Some(person) if is_right && still_holds => Ok(self
                .start(&mut transaction, person, form.user_agent)
                .await?),
            found => {
                let id = found.map(|person| person.id);
                let record = self.record(Actor::Visitor, Action::LogInFailed, id);
                audit::append(&mut transaction, record).await?;
                Err(LogInError::Refused)
            }
        };
        transaction.commit().await?;
        outcome
    }

    async fn start(
        &self,
        connection: &mut SqliteConnection,
        person: Person,
        user_agent: &str,
    ) -> Result<LoggedIn, ControlError> {
        let id = person.id;
        let lifetime = self.shared.options.session_lifetime;
        let (token, session) =
            session::insert(connection, person, user_agent, self.now(), lifetime).await?;
        let record = self.record(Actor::Person(id), Action::LogInDone, Some(id));
        audit::append(connection, record).await?;
        Ok(LoggedIn { token, session })
    }

    /// What was typed for an unknown account is not recorded: people type passwords there.
    fn record(&self, actor: Actor, action: Action, person: Option<PersonId>) -> Record {
        Record {
            at: self.now(),
            actor,
            action,
            subject: match person {
                Some(id) => format!("person:{id}"),
                None => "unknown".to_string(),
            },
            detail: json!({}),
        }
    }
}
