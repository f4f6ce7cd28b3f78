//! Tokens of tracker apps, by their hashes.

use domain::{id::CaregiverId, time::Timestamp};
use sqlx::Row;

use super::{Store, Stored};

impl Store {
    /// Sets a caregiver's token; the one before is void.
    pub async fn set_tracker(&self, caregiver: &CaregiverId, hash: &[u8], now: Timestamp) -> Stored<()> {
        sqlx::query(
            "insert into trackers (caregiver, token_hash, issued_at) values (?, ?, ?) on conflict (caregiver) \
             do update set token_hash = excluded.token_hash, issued_at = excluded.issued_at",
        )
        .bind(caregiver.as_str())
        .bind(hash)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// All tokens' hashes with their caregivers.
    pub async fn trackers(&self) -> Stored<Vec<(Vec<u8>, CaregiverId)>> {
        let rows = sqlx::query("select token_hash, caregiver from trackers").fetch_all(&self.pool).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let caregiver = CaregiverId::new(row.try_get::<String, _>("caregiver")?)
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            Ok((row.try_get("token_hash")?, caregiver))
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}
