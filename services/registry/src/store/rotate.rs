//! All keys under another key: people's own keys stay, what they are sealed with changes, in one transaction. Nothing of
//! what is sealed with people's own keys has to be touched.

use database::rows::{self, Value};
use sqlx::Row;

use super::{PutError, Store};
use crate::vault::Vault;

impl Store {
    /// Seals every key with the next vault's key; returns how many. From then on only that one opens the database.
    ///
    /// # Errors
    /// [`PutError`]; nothing is changed then.
    pub async fn rotate(&self, next: &Vault) -> Result<usize, PutError> {
        let (mut transaction, _) = self.database.begin_alone().await?;
        let db = &mut *transaction;
        let found = sqlx::query("SELECT person, wrapped_key FROM person_key").fetch_all(&mut *db).await?;
        let mut wrapped = Vec::with_capacity(found.len());
        for row in &found {
            let person: String = row.try_get("person")?;
            let own = self.vault.open_key(&person, &row.try_get::<String, _>("wrapped_key")?)?;
            wrapped.push(vec![Value::from(person), Value::from(next.wrap(&own)?)]);
        }
        let count = wrapped.len();
        let tail = " ON CONFLICT (person) DO UPDATE SET wrapped_key = excluded.wrapped_key";
        rows::insert(db, "INSERT INTO person_key (person, wrapped_key)", tail, 2, wrapped).await?;
        let finder: String = sqlx::query_scalar("SELECT index_key FROM head").fetch_one(&mut *db).await?;
        sqlx::query("UPDATE head SET index_key = $1, key_check = $2")
            .bind(self.vault.rewrap_finder(&finder, next)?)
            .bind(next.check())
            .execute(&mut *db)
            .await?;
        transaction.commit().await?;
        Ok(count)
    }
}
