//! Failed sign-ins by name, kept so that a restart forgives nobody.

use domain::{id::UserId, time::Timestamp};
use sqlx::Row;

use super::{Store, Stored};
use crate::access::lockout::Failures;

/// Names remembered at most; the longest unheard-of go first.
const NAMES: i64 = 10_000;

impl Store {
    /// What is remembered of a name.
    pub async fn failures(&self, user: &UserId) -> Stored<Failures> {
        let row = sqlx::query("select failures, last_at, locked_until from failures where user = ?")
            .bind(user.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(Failures::default()) };
        Ok(Failures {
            count: u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX),
            last: Timestamp::from_millis(row.try_get("last_at")?),
            locked_until: Timestamp::from_millis(row.try_get("locked_until")?),
        })
    }

    /// Remembers it.
    pub async fn set_failures(&self, user: &UserId, failures: Failures) -> Stored<()> {
        sqlx::query(
            "insert into failures (user, failures, last_at, locked_until) values (?, ?, ?, ?) \
             on conflict (user) do update set failures = excluded.failures, last_at = excluded.last_at, \
             locked_until = excluded.locked_until",
        )
        .bind(user.as_str())
        .bind(i64::from(failures.count))
        .bind(failures.last.as_millis())
        .bind(failures.locked_until.as_millis())
        .execute(&self.pool)
        .await?;
        sqlx::query(
            "delete from failures where user in (select user from failures order by last_at desc limit -1 offset ?)",
        )
        .bind(NAMES)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets it.
    pub async fn clear_failures(&self, user: &UserId) -> Stored<()> {
        sqlx::query("delete from failures where user = ?").bind(user.as_str()).execute(&self.pool).await?;
        Ok(())
    }
}
