//! Sign-ins that were ended before their time.

use domain::time::Timestamp;
use sqlx::Row;

use super::{Store, Stored};

impl Store {
    /// Ends a sign-in; remembered until it would have ended by itself.
    pub async fn end_session(&self, session: &str, until: Timestamp, now: Timestamp) -> Stored<()> {
        sqlx::query("delete from ended_sessions where until < ?")
            .bind(now.as_millis())
            .execute(&self.pool)
            .await?;
        sqlx::query("insert into ended_sessions (session, until) values (?, ?) on conflict do nothing")
            .bind(session)
            .bind(until.as_millis())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// All of them, with when they may be forgotten.
    pub async fn ended_sessions(&self) -> Stored<Vec<(String, Timestamp)>> {
        let rows = sqlx::query("select session, until from ended_sessions").fetch_all(&self.pool).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok((row.try_get("session")?, Timestamp::from_millis(row.try_get("until")?)))
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}
