//! People: who may log in.
//!
//! Every person is an administrator for now; the role is stored, so that others can be added.
//! Logging in is in `log_in`, the first administrator in `setup`.

use std::fmt;

use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{moment, optional_moment, text, unexpected, whole};
use crate::store::control::email::{check_email, normal_email};
use crate::store::control::password::{Busy, Password};
use crate::store::control::problem::{Problem, Problems, line_of_text};
use crate::store::control::session;
use crate::store::control::{Control, ControlError};

/// Longest name of a person.
const NAME_CHARACTERS_MAX: usize = 100;

/// Number of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub i64);

impl fmt::Display for PersonId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything, in every project.
    Admin,
}

impl Role {
    /// The word for the role in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
        }
    }

    /// The role with this word.
    pub fn parse(word: &str) -> Option<Role> {
        (word == Role::Admin.as_str()).then_some(Role::Admin)
    }
}

/// A person as stored, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their number.
    pub id: PersonId,
    /// Email address in small letters; unique.
    pub email: String,
    /// Name shown to others.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When they were added.
    pub created_at: Timestamp,
    /// Since when they may not log in; `None` while they may.
    pub disabled_at: Option<Timestamp>,
}

/// A person to be added, not yet checked.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Email address, in whatever case.
    pub email: String,
    /// Name shown to others; empty for the part of the address before the `@`.
    pub name: String,
    /// Password as typed.
    pub password: Password,
}

/// Why a person was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// Fields that cannot be used.
    #[error("{0}")]
    Invalid(Problems),
    /// Nobody has this email address or number.
    #[error("there is no person `{0}`; add them with `analytics user create`")]
    Unknown(String),
    /// The only person who may log in cannot be disabled.
    #[error("`{0}` is the only administrator; add another one first")]
    LastAdministrator(String),
    /// Too much at the same time.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for PersonError {
    fn from(error: sqlx::Error) -> PersonError {
        PersonError::Store(ControlError::Database(error))
    }
}

/// A person whose fields keep all rules, with the password hashed.
pub(super) struct CheckedPerson {
    email: String,
    name: String,
    password_hash: String,
}

impl Control {
    /// Adds a person, who is an administrator.
    ///
    /// # Errors
    /// `Invalid` with every problem, among them an address that is taken; `Busy`.
    pub async fn create_person(
        &self,
        new: &NewPerson,
        actor: Actor,
    ) -> Result<Person, PersonError> {
        let checked = self.check_person(new).await?;
        let mut transaction = self.begin_write().await?;
        let person = insert(&mut transaction, &checked, actor, self.now()).await?;
        transaction.commit().await?;
        Ok(person)
    }

    /// Everybody, disabled people too, in order of creation.
    ///
    /// # Errors
    /// `Database` or `Row` if the table cannot be read.
    pub async fn people(&self) -> Result<Vec<Person>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, email, name, role, created_at, disabled_at FROM person ORDER BY id",
        )
        .fetch_all(&self.shared.reader)
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// Gives the person with this email address a new password and ends all their sessions.
    ///
    /// # Errors
    /// `Unknown`, `Invalid` if the password breaks a rule, `Busy`.
    pub async fn reset_password(
        &self,
        email: &str,
        password: &Password,
        actor: Actor,
    ) -> Result<Person, PersonError> {
        let email = normal_email(email);
        let length_min = self.shared.options.password_length_min;
        password
            .check_new(length_min, &email)
            .map_err(|message| PersonError::Invalid(Problems::one("password", message)))?;
        let password_hash = self.shared.passwords.hash(password).await?;
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let person = find(&mut transaction, &email).await?;
        sqlx::query("UPDATE person SET password_hash = $2 WHERE id = $1")
            .bind(person.id.0)
            .bind(password_hash)
            .execute(&mut *transaction)
            .await?;
        session::revoke_all(&mut transaction, person.id, now).await?;
        audit::append(
            &mut transaction,
            record(&person, Action::PasswordReset, actor, now),
        )
        .await?;
        transaction.commit().await?;
        self.shared.sessions.lock().clear();
        Ok(person)
    }

    /// Keeps a person from logging in and ends all their sessions. Disabling them again
    /// changes nothing.
    ///
    /// # Errors
    /// `Unknown`, or `LastAdministrator` if nobody else could log in.
    pub async fn disable_person(&self, email: &str, actor: Actor) -> Result<Person, PersonError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let mut person = find(&mut transaction, &normal_email(email)).await?;
        if person.disabled_at.is_some() {
            return Ok(person);
        }
        let others: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM person WHERE role = $1 AND disabled_at IS NULL AND id <> $2",
        )
        .bind(Role::Admin.as_str())
        .bind(person.id.0)
        .fetch_one(&mut *transaction)
        .await?;
        if others == 0 {
            return Err(PersonError::LastAdministrator(person.email));
        }
        set_disabled(&mut transaction, person.id, Some(now)).await?;
        session::revoke_all(&mut transaction, person.id, now).await?;
        let record = record(&person, Action::PersonDisabled, actor, now);
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        self.shared.sessions.lock().clear();
        person.disabled_at = Some(now);
        Ok(person)
    }

    /// Lets a disabled person log in again, with their former password.
    ///
    /// # Errors
    /// `Unknown` if nobody has this address.
    pub async fn enable_person(&self, email: &str, actor: Actor) -> Result<Person, PersonError> {
        let mut transaction = self.begin_write().await?;
        let mut person = find(&mut transaction, &normal_email(email)).await?;
        if person.disabled_at.is_none() {
            return Ok(person);
        }
        set_disabled(&mut transaction, person.id, None).await?;
        let record = record(&person, Action::PersonEnabled, actor, self.now());
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        person.disabled_at = None;
        Ok(person)
    }

    /// Checks the fields of `new` and hashes the password.
    pub(super) async fn check_person(&self, new: &NewPerson) -> Result<CheckedPerson, PersonError> {
        let mut problems = Vec::new();
        let mut tell = |field, message| problems.push(Problem { field, message });
        let email = normal_email(&new.email);
        if let Err(message) = check_email(&email) {
            tell("email", message);
        }
        let given_name = match new.name.trim() {
            "" => email
                .chars()
                .take_while(|character| *character != '@')
                .take(NAME_CHARACTERS_MAX)
                .collect(),
            name => name.to_string(),
        };
        let name = line_of_text(&given_name, NAME_CHARACTERS_MAX);
        // Without a name of its own, the address is what is wrong, and that was told.
        if let Err(message) = &name
            && !new.name.trim().is_empty()
        {
            tell("name", message.clone());
        }
        let length_min = self.shared.options.password_length_min;
        if let Err(message) = new.password.check_new(length_min, &email) {
            tell("password", message);
        }
        Problems::check(problems).map_err(PersonError::Invalid)?;
        let password_hash = self.shared.passwords.hash(&new.password).await?;
        Ok(CheckedPerson {
            email,
            name: name.unwrap_or_default(),
            password_hash,
        })
    }
}

/// Adds `new` within the caller's transaction.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    new: &CheckedPerson,
    actor: Actor,
    now: Timestamp,
) -> Result<Person, PersonError> {
    let taken = sqlx::query("SELECT id FROM person WHERE email = $1")
        .bind(&new.email)
        .fetch_optional(&mut *connection)
        .await?;
    if taken.is_some() {
        return Err(PersonError::Invalid(Problems::one(
            "email",
            format!("`{}` is taken; reset the password instead", new.email),
        )));
    }
    let row = sqlx::query(
        "INSERT INTO person (id, email, name, password_hash, role, created_at)
         VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM person), $1, $2, $3, $4, $5)
         RETURNING id, email, name, role, created_at, disabled_at",
    )
    .bind(&new.email)
    .bind(&new.name)
    .bind(&new.password_hash)
    .bind(Role::Admin.as_str())
    .bind(now.as_millisecond())
    .fetch_one(&mut *connection)
    .await?;
    let person = from_row(&row)?;
    audit::append(
        connection,
        record(&person, Action::PersonCreated, actor, now),
    )
    .await?;
    Ok(person)
}

/// Number of people, disabled ones too.
pub(super) async fn count(connection: &mut SqliteConnection) -> Result<i64, ControlError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM person")
        .fetch_one(connection)
        .await?)
}

/// The person in a row that holds the columns of `person`.
pub(super) fn from_row(row: &SqliteRow) -> Result<Person, ControlError> {
    let role = text(row, "role")?;
    Ok(Person {
        id: PersonId(whole(row, "id")?),
        email: text(row, "email")?,
        name: text(row, "name")?,
        role: Role::parse(&role).ok_or_else(|| unexpected("person.role", &role, "a role"))?,
        created_at: moment(row, "created_at")?,
        disabled_at: optional_moment(row, "disabled_at")?,
    })
}

async fn find(connection: &mut SqliteConnection, email: &str) -> Result<Person, PersonError> {
    let row = sqlx::query(
        "SELECT id, email, name, role, created_at, disabled_at FROM person WHERE email = $1",
    )
    .bind(email)
    .fetch_optional(connection)
    .await?;
    match row {
        Some(row) => Ok(from_row(&row)?),
        None => Err(PersonError::Unknown(email.chars().take(60).collect())),
    }
}

async fn set_disabled(
    connection: &mut SqliteConnection,
    id: PersonId,
    disabled_at: Option<Timestamp>,
) -> Result<(), ControlError> {
    sqlx::query("UPDATE person SET disabled_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(disabled_at.map(Timestamp::as_millisecond))
        .execute(connection)
        .await?;
    Ok(())
}

fn record(person: &Person, action: Action, actor: Actor, now: Timestamp) -> Record {
    Record {
        at: now,
        actor,
        action,
        subject: format!("person:{}", person.id),
        detail: json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_survive_their_text_form() {
        assert_eq!(Role::parse(Role::Admin.as_str()), Some(Role::Admin));
        assert_eq!(Role::parse("owner"), None);
    }
}
