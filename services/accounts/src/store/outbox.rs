//! Events that are decided and not yet known to be on the bus.

use sqlx::Row;

use super::Store;

/// An event that waits to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The entry it tells of.
    pub seq: i64,
    /// Its id, also the message's.
    pub event_id: String,
    /// Where it goes.
    pub subject: String,
    /// What it says, JSON.
    pub event: String,
}

impl Store {
    /// The oldest waiting events, those of an entry together, at least `at_least` if there are so many.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn waiting(&self, at_least: u32) -> Result<Vec<Waiting>, sqlx::Error> {
        let sql = "SELECT seq, event_id, subject, event FROM outbox WHERE seq <= COALESCE(
                       (SELECT MAX(seq) FROM (SELECT seq FROM outbox ORDER BY seq, place LIMIT $1) AS first_ones), 0)
                   ORDER BY seq, place";
        let rows = sqlx::query(sql).bind(i64::from(at_least)).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    seq: row.try_get("seq")?,
                    event_id: row.try_get("event_id")?,
                    subject: row.try_get("subject")?,
                    event: row.try_get("event")?,
                })
            })
            .collect()
    }

    /// They are on the bus: everything up to and including this entry.
    ///
    /// # Errors
    /// [`sqlx::Error`]; they are then published once more, which harms nobody.
    pub async fn published(&self, through: i64) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM outbox WHERE seq <= $1").bind(through).execute(&self.pool).await?;
        Ok(())
    }
}
