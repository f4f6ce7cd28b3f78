//! Phone numbers: read by the platform alone, to call people.

use std::collections::BTreeMap;

use sqlx::{Row, SqliteConnection};

use super::{PutError, Store};
use crate::vault::{Purpose, Sealed};

impl Store {
    pub(super) async fn put_phone(
        &self,
        db: &mut SqliteConnection,
        person: &str,
        number: &str,
    ) -> Result<(), PutError> {
        let sealed = self.vault.seal(person, Purpose::Phone, number)?;
        sqlx::query(
            "INSERT INTO phone (person, wrapped_key, number) VALUES (?, ?, ?)
             ON CONFLICT (person) DO UPDATE SET wrapped_key = excluded.wrapped_key, number = excluded.number",
        )
        .bind(person)
        .bind(sealed.wrapped_key)
        .bind(sealed.text)
        .execute(&mut *db)
        .await?;
        Ok(())
    }

    /// The numbers of these people; who has none is left out.
    ///
    /// # Errors
    /// [`PutError::Database`] or [`PutError::Vault`].
    pub async fn phones(&self, ids: &[String]) -> Result<BTreeMap<String, String>, PutError> {
        let rows = sqlx::query(
            "SELECT person, wrapped_key, number FROM phone WHERE person IN (SELECT value FROM json_each(?))",
        )
        .bind(serde_json::to_string(ids)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let person: String = row.try_get("person")?;
                let sealed =
                    Sealed { wrapped_key: row.try_get("wrapped_key")?, text: row.try_get("number")? };
                let number = self.vault.open_text(&person, Purpose::Phone, &sealed)?;
                Ok((person, number))
            })
            .collect()
    }
}
