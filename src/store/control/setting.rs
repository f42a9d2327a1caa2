//! Settings that people change on screen: JSON values by name.
//!
//! What an operator sets before the start stands in the configuration, not here.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::store::control::audit::{self, Action, Actor, Record};
use crate::store::control::column::{text, unexpected};
use crate::store::control::{Control, ControlError};

impl Control {
    /// The setting `name`; `None` if it was never set.
    ///
    /// # Errors
    /// `Row` if the stored value is not a `T`; `Database` if it cannot be read.
    pub async fn setting<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, ControlError> {
        let row = sqlx::query("SELECT value FROM setting WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.shared.reader)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        serde_json::from_str(&text(&row, "value")?)
            .map(Some)
            .map_err(|_| unexpected("setting.value", name, "a setting this version can read"))
    }

    /// Sets the setting `name`. The audit table tells that it was changed, not to what.
    ///
    /// # Errors
    /// `Row` if `value` has no JSON form; `Database` if it cannot be written.
    pub async fn set_setting<T: Serialize>(
        &self,
        name: &'static str,
        value: &T,
        actor: Actor,
    ) -> Result<(), ControlError> {
        let value = serde_json::to_string(value)
            .map_err(|_| unexpected("setting.value", name, "a value with a JSON form"))?;
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "INSERT INTO setting (name, value, updated_at)
             VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE
             SET value = excluded.value, updated_at = excluded.updated_at",
        )
        .bind(name)
        .bind(value)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let record = Record {
            at: now,
            actor,
            action: Action::SettingChanged,
            subject: format!("setting:{name}"),
            detail: json!({}),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }
}
