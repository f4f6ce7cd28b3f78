//! Tokens of tracker apps, by their hashes.

use domain::{
    id::{CaregiverId, UserId},
    time::Timestamp,
};
use sqlx::Row;

use super::{Store, Stored};
use crate::access::trackers::Tracker;

impl Store {
    /// Sets a caregiver's token; the one before is void.
    pub async fn set_tracker(&self, tracker: &Tracker, hash: &[u8], now: Timestamp) -> Stored<()> {
        sqlx::query(
            "insert into trackers (caregiver, user, token_hash, issued_at) values (?, ?, ?, ?) \
             on conflict (caregiver) do update set user = excluded.user, token_hash = excluded.token_hash, \
             issued_at = excluded.issued_at",
        )
        .bind(tracker.caregiver.as_str())
        .bind(tracker.user.as_str())
        .bind(hash)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Removes a caregiver's token; whether there was one.
    pub async fn remove_tracker(&self, caregiver: &CaregiverId) -> Stored<bool> {
        let removed = sqlx::query("delete from trackers where caregiver = ?").bind(caregiver.as_str());
        Ok(removed.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// All tokens' hashes with whose they are. One of an account that is gone is nobody's.
    pub async fn trackers(&self) -> Stored<Vec<(Vec<u8>, Tracker)>> {
        let rows = sqlx::query("select token_hash, caregiver, user from trackers where user is not null")
            .fetch_all(&self.pool)
            .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let wrong = |error| sqlx::Error::Decode(Box::new(error));
            let caregiver = CaregiverId::new(row.try_get::<String, _>("caregiver")?).map_err(wrong)?;
            let user = UserId::new(row.try_get::<String, _>("user")?).map_err(wrong)?;
            Ok((row.try_get("token_hash")?, Tracker { caregiver, user }))
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}
