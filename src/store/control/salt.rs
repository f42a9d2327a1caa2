//! Daily salts for the hash that tells visitors apart without storing their address.
//!
//! Once a day's salt is deleted, nobody can compute that day's hashes again.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::core::secret_token::{bytes_from_hex, bytes_to_hex};
use crate::store::control::column::unexpected;
use crate::store::control::{Control, ControlError};

/// Days for which a salt is kept after its own: late events of yesterday, and a day of grace
/// for a clock that was wrong.
const SALT_DAYS: i32 = 2;

impl Control {
    /// The 32 random bytes of the UTC day `day`, made when first asked for. The same in all
    /// processes. Goes to the disk: keep it for the day.
    ///
    /// # Errors
    /// `Database` if it cannot be read or written.
    pub async fn visitor_salt(&self, day: Date) -> Result<[u8; 32], ControlError> {
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "INSERT INTO visitor_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
        )
        .bind(day.to_string())
        .bind(bytes_to_hex(&rand::random::<[u8; 32]>()))
        .execute(&mut *transaction)
        .await?;
        let stored: String = sqlx::query("SELECT salt FROM visitor_salt WHERE day = $1")
            .bind(day.to_string())
            .fetch_one(&mut *transaction)
            .await?
            .try_get("salt")?;
        transaction.commit().await?;
        bytes_from_hex(&stored)
            .ok_or_else(|| unexpected("visitor_salt.salt", "***", "64 hexadecimal digits"))
    }
}

/// Deletes salts of days more than two days ago; returns how many.
pub(super) async fn delete_past(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<u64, ControlError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first_kept = today.saturating_sub(SALT_DAYS.days());
    let deleted = sqlx::query("DELETE FROM visitor_salt WHERE day < $1")
        .bind(first_kept.to_string())
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}
