//! The first start: a project with a key to send events with, and a link by which the first
//! administrator is made.

use crate::core::secret_token::{SecretToken, TokenHash};
use crate::store::control::audit::Actor;
use crate::store::control::column::project_id;
use crate::store::control::key::{self, KeyChangeError, NewKey};
use crate::store::control::key_kind::KeyKind;
use crate::store::control::person::{self, NewPerson, Person, PersonError};
use crate::store::control::project;
use crate::store::control::project_draft::ProjectDraft;
use crate::store::control::{Control, ControlError};

/// Slug of the project made at the first start.
pub const FIRST_PROJECT_SLUG: &str = "default";

/// Its name, until somebody changes it.
pub const FIRST_PROJECT_NAME: &str = "My product";

/// Name of the key made at the first start.
const FIRST_KEY_NAME: &str = "First key";

/// Why the first administrator was not made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The link is not the one made last, or there is an administrator already.
    #[error(
        "this set-up link is not valid any more; the latest one is printed when the server starts"
    )]
    LinkInvalid,
    /// The person cannot be added as entered.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] ControlError),
}

impl From<sqlx::Error> for SetupError {
    fn from(error: sqlx::Error) -> SetupError {
        SetupError::Store(ControlError::Database(error))
    }
}

impl Control {
    /// Makes the project `default` if there is no project at all.
    ///
    /// # Errors
    /// `Database` if it cannot be written, or the problems of `draft`.
    pub async fn ensure_project(&self, actor: Actor) -> Result<(), project::ProjectError> {
        let checked = ProjectDraft::new(FIRST_PROJECT_SLUG, FIRST_PROJECT_NAME)
            .check()
            .map_err(project::ProjectError::Invalid)?;
        let mut transaction = self.begin_write().await?;
        let row = sqlx::query("SELECT id FROM project LIMIT 1")
            .fetch_optional(&mut *transaction)
            .await?;
        if row.is_none() {
            project::insert(&mut transaction, &checked, actor, self.now()).await?;
        }
        transaction.commit().await?;
        self.refresh().await?;
        Ok(())
    }

    /// An ingest key for the first project, if there has never been any ingest key: at the
    /// first start, so that it can be printed. Wants [`Control::ensure_project`] before it.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn ensure_ingest_key(&self) -> Result<Option<NewKey>, KeyChangeError> {
        let mut transaction = self.begin_write().await?;
        let keys: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM api_key WHERE kind = $1")
            .bind(KeyKind::Ingest.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        let first =
            sqlx::query("SELECT id FROM project WHERE archived_at IS NULL ORDER BY id LIMIT 1")
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(first) = first.filter(|_| keys == 0) else {
            return Ok(None);
        };
        let new = key::insert(
            &mut transaction,
            project_id(&first, "id")?,
            KeyKind::Ingest,
            FIRST_KEY_NAME,
            Actor::Server,
            self.now(),
        )
        .await?;
        transaction.commit().await?;
        self.refresh().await?;
        Ok(Some(new))
    }

    /// Whether nobody can log in yet because there are no people.
    ///
    /// # Errors
    /// `Database` if the table cannot be read.
    pub async fn setup_needed(&self) -> Result<bool, ControlError> {
        let mut connection = self.shared.reader.acquire().await?;
        Ok(person::count(&mut connection).await? == 0)
    }

    /// A new set-up token while there are no people; the former one is of no use from then
    /// on. `None` once there is somebody. Called at each start, so that the link in the log
    /// of an earlier start does not stay valid.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn renew_setup_link(&self) -> Result<Option<SecretToken>, ControlError> {
        let mut transaction = self.begin_write().await?;
        sqlx::query("DELETE FROM setup_link")
            .execute(&mut *transaction)
            .await?;
        let mut token = None;
        if person::count(&mut transaction).await? == 0 {
            let new = SecretToken::random();
            sqlx::query("INSERT INTO setup_link (id, token_hash, created_at) VALUES (1, $1, $2)")
                .bind(new.hash().to_hex())
                .bind(self.now().as_millisecond())
                .execute(&mut *transaction)
                .await?;
            token = Some(new);
        }
        transaction.commit().await?;
        Ok(token)
    }

    /// Whether `token` is that of the valid set-up link, for showing the form.
    ///
    /// # Errors
    /// `Database` if the table cannot be read.
    pub async fn setup_link_is_valid(&self, token: &str) -> Result<bool, ControlError> {
        let mut connection = self.shared.reader.acquire().await?;
        let stored = sqlx::query("SELECT token_hash FROM setup_link WHERE token_hash = $1")
            .bind(TokenHash::of(token).to_hex())
            .fetch_optional(&mut *connection)
            .await?;
        Ok(stored.is_some() && person::count(&mut connection).await? == 0)
    }

    /// Makes the first administrator by the set-up link, which is used up by it. If two
    /// people do so at once, one succeeds.
    ///
    /// # Errors
    /// `LinkInvalid`, or the problems of `new`, after which the link can be used again.
    pub async fn redeem_setup_link(
        &self,
        token: &str,
        new: &NewPerson,
    ) -> Result<Person, SetupError> {
        // Looked at before the password is hashed, so that strangers cannot have the server
        // hash passwords; decided below.
        if !self.setup_link_is_valid(token).await? {
            return Err(SetupError::LinkInvalid);
        }
        let checked = self.check_person(new).await?;
        let mut transaction = self.begin_write().await?;
        let used = sqlx::query("DELETE FROM setup_link WHERE token_hash = $1")
            .bind(TokenHash::of(token).to_hex())
            .execute(&mut *transaction)
            .await?;
        if used.rows_affected() == 0 || person::count(&mut transaction).await? > 0 {
            return Err(SetupError::LinkInvalid);
        }
        let person = person::insert(&mut transaction, &checked, Actor::Visitor, self.now()).await?;
        transaction.commit().await?;
        Ok(person)
    }

    /// Makes the first administrator without a link, as the environment of the server says;
    /// `None` if there are people already, whose passwords are left alone.
    ///
    /// # Errors
    /// The problems of `new`, all at once.
    pub async fn create_first_administrator(
        &self,
        new: &NewPerson,
    ) -> Result<Option<Person>, PersonError> {
        if !self.setup_needed().await? {
            return Ok(None);
        }
        let checked = self.check_person(new).await?;
        let mut transaction = self.begin_write().await?;
        if person::count(&mut transaction).await? > 0 {
            return Ok(None);
        }
        let person = person::insert(&mut transaction, &checked, Actor::Server, self.now()).await?;
        sqlx::query("DELETE FROM setup_link")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(person))
    }
}
