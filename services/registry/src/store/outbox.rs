//! Events that are decided and not yet known to be on the bus.

use sqlx::{AnyConnection, Row};

use super::Store;

/// An event that waits to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the queue.
    pub place: i64,
    /// Its id, also the message's.
    pub event_id: String,
    /// Where it goes.
    pub subject: String,
    /// What it says, JSON.
    pub event: String,
}

impl Store {
    /// Adds an event within a change's transaction.
    pub(super) async fn post(
        db: &mut AnyConnection,
        event_id: &str,
        subject: &str,
        event: &str,
    ) -> Result<(), sqlx::Error> {
        let seq = Self::next(db).await?;
        sqlx::query("INSERT INTO outbox (seq, event_id, subject, event) VALUES ($1, $2, $3, $4)")
            .bind(seq)
            .bind(event_id)
            .bind(subject)
            .bind(event)
            .execute(db)
            .await?;
        Ok(())
    }

    /// The oldest waiting events, at most so many.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn waiting(&self, at_most: u32) -> Result<Vec<Waiting>, sqlx::Error> {
        let rows = sqlx::query("SELECT seq, event_id, subject, event FROM outbox ORDER BY seq LIMIT $1")
            .bind(i64::from(at_most))
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    place: row.try_get("seq")?,
                    event_id: row.try_get("event_id")?,
                    subject: row.try_get("subject")?,
                    event: row.try_get("event")?,
                })
            })
            .collect()
    }

    /// How many events wait.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn waiting_count(&self) -> Result<u64, sqlx::Error> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM outbox").fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }

    /// They are on the bus: everything up to and including this place.
    ///
    /// # Errors
    /// [`sqlx::Error`]; they are then published once more, which harms nobody.
    pub async fn published(&self, through: i64) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM outbox WHERE seq <= $1").bind(through).execute(&self.pool).await?;
        Ok(())
    }
}
