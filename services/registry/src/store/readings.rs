//! Who read whose data, and on which ground.

use database::rows::{self, Value};
use domain::{order::Actor, time::Timestamp, unit::Seconds};
use schemas::registry::{audit::Ground, person::ReadingNote};
use sqlx::{Row, any::AnyRow};

use super::Store;
use crate::handing::Handing;

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
    /// What was read.
    pub what: String,
    /// Why that was lawful; none in notes from before grounds were written down.
    pub ground: Option<Ground>,
    /// Whose data were asked for.
    pub people: Vec<String>,
}

impl Store {
    /// Notes a reading. What was not noted is not given out.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn note_reading(
        &self,
        reader: &Actor,
        (what, masked): (Handing, bool),
        people: &[String],
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let written = |error: serde_json::Error| sqlx::Error::Encode(error.into());
        let role = serde_json::to_value(reader.role).map_err(written)?;
        let mut transaction = self.database.begin().await?;
        let db = &mut *transaction;
        let seq = Self::next(db).await?;
        sqlx::query(
            "INSERT INTO reading (seq, at, role, by_user, masked, what, ground)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(seq)
        .bind(at.as_millis())
        .bind(role.as_str().unwrap_or_default())
        .bind(reader.user.as_ref().map(|user| user.as_str().to_owned()))
        .bind(i64::from(masked))
        .bind(what.name())
        .bind(what.ground(reader.role).name())
        .execute(&mut *db)
        .await?;
        let of = people.iter().collect::<std::collections::BTreeSet<_>>();
        let of = of.into_iter().map(|person| vec![Value::from(seq), Value::from(person.as_str())]);
        rows::insert(db, "INSERT INTO reading_of (seq, person)", "", 2, of.collect()).await?;
        transaction.commit().await
    }

    /// The latest readings, newest first, at most so many.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn readings(&self, at_most: u32) -> Result<Vec<Reading>, sqlx::Error> {
        let sql =
            "SELECT seq, at, role, by_user, masked, what, ground FROM reading ORDER BY seq DESC LIMIT $1";
        let found = sqlx::query(sql).bind(i64::from(at_most)).fetch_all(&self.pool).await?;
        let mut readings = Vec::with_capacity(found.len());
        for row in &found {
            readings.push(self.reading(row).await?);
        }
        Ok(readings)
    }

    /// A row with whom it was about.
    pub(super) async fn reading(&self, row: &AnyRow) -> Result<Reading, sqlx::Error> {
        let sql = "SELECT person FROM reading_of WHERE seq = $1 ORDER BY person";
        let seq: i64 = row.try_get("seq")?;
        let people = sqlx::query_scalar(sql).bind(seq).fetch_all(&self.pool).await?;
        let ReadingNote { at, role, user, masked, what, ground } = note(row)?;
        Ok(Reading { at, role, user, masked, what, ground, people })
    }

    /// Who read that person's data, newest first, at most so many.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn readings_of(&self, person: &str, at_most: u32) -> Result<Vec<ReadingNote>, sqlx::Error> {
        let sql = "SELECT reading.at, reading.role, reading.by_user, reading.masked, reading.what,
                   reading.ground FROM reading_of JOIN reading ON reading.seq = reading_of.seq
                   WHERE reading_of.person = $1 ORDER BY reading.seq DESC LIMIT $2";
        let found = sqlx::query(sql).bind(person).bind(i64::from(at_most)).fetch_all(&self.pool).await?;
        found.iter().map(note).collect()
    }

    /// Forgets readings and refusals older than so many days.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn forget_readings(&self, days: u32, now: Timestamp) -> Result<u64, sqlx::Error> {
        let before = (now - Seconds::hours(24) * i64::from(days)).as_millis();
        let sql = "DELETE FROM reading_of WHERE seq IN (SELECT seq FROM reading WHERE at < $1)";
        sqlx::query(sql).bind(before).execute(&self.pool).await?;
        sqlx::query("DELETE FROM refusal WHERE at < $1").bind(before).execute(&self.pool).await?;
        let gone = sqlx::query("DELETE FROM reading WHERE at < $1").bind(before).execute(&self.pool).await?;
        Ok(gone.rows_affected())
    }
}

fn note(row: &AnyRow) -> Result<ReadingNote, sqlx::Error> {
    Ok(ReadingNote {
        at: Timestamp::from_millis(row.try_get("at")?),
        role: row.try_get("role")?,
        user: row.try_get("by_user")?,
        masked: row.try_get::<i64, _>("masked")? != 0,
        what: row.try_get("what")?,
        ground: ground(&row.try_get::<String, _>("ground")?),
    })
}

fn ground(name: &str) -> Option<Ground> {
    Ground::ALL.into_iter().find(|ground| ground.name() == name)
}
