//! Who read whose name.

use domain::{order::Actor, time::Timestamp, unit::Seconds};
use sqlx::Row;

use super::Store;

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// In which capacity, as on the wire.
    pub role: String,
    /// Which account.
    pub user: Option<String>,
    /// Only hints were given.
    pub masked: bool,
    /// Whose names were asked for.
    pub people: Vec<String>,
}

impl Store {
    /// Notes a reading. A name that was not noted is not given out.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn note_reading(
        &self,
        reader: &Actor,
        masked: bool,
        people: &[String],
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let written = |error: serde_json::Error| sqlx::Error::Encode(error.into());
        let role = serde_json::to_value(reader.role).map_err(written)?;
        sqlx::query("INSERT INTO reading (at, role, user, masked, people) VALUES (?, ?, ?, ?, ?)")
            .bind(at.as_millis())
            .bind(role.as_str().unwrap_or_default())
            .bind(reader.user.as_ref().map(|user| user.as_str().to_owned()))
            .bind(masked)
            .bind(serde_json::to_string(people).map_err(written)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The latest readings, newest first, at most so many.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn readings(&self, at_most: u32) -> Result<Vec<Reading>, sqlx::Error> {
        let rows =
            sqlx::query("SELECT at, role, user, masked, people FROM reading ORDER BY rowid DESC LIMIT ?")
                .bind(at_most)
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                let people: String = row.try_get("people")?;
                Ok(Reading {
                    at: Timestamp::from_millis(row.try_get("at")?),
                    role: row.try_get("role")?,
                    user: row.try_get("user")?,
                    masked: row.try_get("masked")?,
                    people: serde_json::from_str(&people)
                        .map_err(|error| sqlx::Error::Decode(error.into()))?,
                })
            })
            .collect()
    }

    /// Forgets readings older than so many days.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn forget_readings(&self, days: u32, now: Timestamp) -> Result<u64, sqlx::Error> {
        let before = now - Seconds::hours(24) * i64::from(days);
        let gone = sqlx::query("DELETE FROM reading WHERE at < ?")
            .bind(before.as_millis())
            .execute(&self.pool)
            .await?;
        Ok(gone.rows_affected())
    }
}
