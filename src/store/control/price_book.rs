//! Price books that people have uploaded: the text as it came, after it was read without a problem.

use jiff::Timestamp;
use serde_json::json;

use crate::store::control::access::Administrator;
use crate::store::control::audit::{self, Action, Record};
use crate::store::control::column::{moment, text, whole};
use crate::store::control::{Control, ControlError};

/// The uploaded book that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedBook {
    /// What it calls itself.
    pub version: String,
    /// Its text.
    pub content: String,
    /// When it came.
    pub uploaded_at: Timestamp,
}

impl Control {
    /// The uploaded book that is in force, if any is.
    ///
    /// # Errors
    /// `Database` or `Row` if it cannot be read.
    pub async fn uploaded_book(&self) -> Result<Option<UploadedBook>, ControlError> {
        let row = sqlx::query(
            "SELECT version, content, uploaded_at FROM price_book
             WHERE removed_at IS NULL ORDER BY id DESC LIMIT 1",
        )
        .fetch_optional(&self.shared.reader)
        .await?;
        row.map(|row| {
            Ok(UploadedBook {
                version: text(&row, "version")?,
                content: text(&row, "content")?,
                uploaded_at: moment(&row, "uploaded_at")?,
            })
        })
        .transpose()
    }

    /// Puts a book into force. Its text must have been read without a problem. The one before it is put aside.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn upload_book(
        &self,
        manager: &Administrator,
        version: &str,
        content: &str,
    ) -> Result<(), ControlError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        // Only the latest text is kept; what came before stands in the audit table.
        sqlx::query("DELETE FROM price_book")
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO price_book (id, version, content, uploaded_at) VALUES (1, $1, $2, $3)",
        )
        .bind(version)
        .bind(content)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        let record = Record {
            at: now,
            actor: manager.actor(),
            action: Action::BookUploaded,
            subject: "price_book".to_owned(),
            detail: json!({ "version": version, "bytes": content.len() }),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Puts the uploaded book aside, so that the one of the program or of the configuration counts again.
    ///
    /// # Errors
    /// `Database` if it cannot be written.
    pub async fn remove_book(&self, manager: &Administrator) -> Result<(), ControlError> {
        let now = self.now();
        let mut transaction = self.begin_write().await?;
        let held = sqlx::query("SELECT COUNT(*) AS n FROM price_book WHERE removed_at IS NULL")
            .fetch_one(&mut *transaction)
            .await?;
        if whole(&held, "n")? == 0 {
            return Ok(());
        }
        sqlx::query("UPDATE price_book SET removed_at = $1 WHERE removed_at IS NULL")
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        let record = Record {
            at: now,
            actor: manager.actor(),
            action: Action::BookRemoved,
            subject: "price_book".to_owned(),
            detail: json!({}),
        };
        audit::append(&mut transaction, record).await?;
        transaction.commit().await?;
        Ok(())
    }
}
