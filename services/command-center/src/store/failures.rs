//! Failed sign-ins by name and address, kept so that a restart forgives nobody.

use domain::{id::UserId, time::Timestamp};
use sqlx::{Row, SqliteConnection};

use super::{Store, Stored};
use crate::access::{
    address::Address,
    lockout::{self, Failures},
};

/// Pairs of name and address remembered at most; the longest unheard-of go first.
const PAIRS: i64 = 20_000;
/// Where the failures from everywhere are counted.
const EVERYWHERE: &str = "";

/// An attempt that was counted before it was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The failures from this address, should it fail.
    pub here: Failures,
    /// The failures from everywhere, should it fail.
    pub everywhere: Failures,
}

impl Store {
    /// Counts an attempt as failed before it is judged, so that a thousand at once are a thousand and not one; or the
    /// seconds to wait where the name may not try from there.
    pub async fn count_attempt(
        &self,
        user: &UserId,
        address: &Address,
        now: Timestamp,
    ) -> Stored<Result<Counted, u32>> {
        let mut transaction = self.pool.begin_with("begin immediate").await?;
        let here = failures(&mut transaction, user, address.as_str()).await?;
        let everywhere = failures(&mut transaction, user, EVERYWHERE).await?;
        if let Some(wait) = here.wait(now).max(everywhere.wait(now)) {
            return Ok(Err(wait));
        }
        let counted = Counted {
            here: here.and_one_more(now, lockout::FORGIVEN),
            everywhere: everywhere.and_one_more(now, lockout::FORGIVEN_EVERYWHERE),
        };
        set(&mut transaction, user, address.as_str(), counted.here).await?;
        set(&mut transaction, user, EVERYWHERE, counted.everywhere).await?;
        sqlx::query(
            "delete from failures where rowid in \
             (select rowid from failures order by last_at desc limit -1 offset ?)",
        )
        .bind(PAIRS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(counted))
    }

    /// Takes an attempt back that was never judged.
    pub async fn uncount_attempt(&self, user: &UserId, address: &Address) -> Stored<()> {
        // It was admitted, so no lock held before it.
        sqlx::query(
            "update failures set failures = max(failures - 1, 0), locked_until = 0 where user = ? and address in (?, ?)",
        )
        .bind(user.as_str())
        .bind(address.as_str())
        .bind(EVERYWHERE)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets a name's failures, wherever they came from.
    pub async fn clear_failures(&self, user: &UserId) -> Stored<()> {
        sqlx::query("delete from failures where user = ?").bind(user.as_str()).execute(&self.pool).await?;
        Ok(())
    }

    /// Until when each of these names is shut out, from wherever that is longest; those who are not are left out.
    pub async fn locked(&self, now: Timestamp) -> Stored<Vec<(UserId, Timestamp)>> {
        let rows = sqlx::query(
            "select user, max(locked_until) as until from failures where locked_until > ? group by user",
        )
        .bind(now.as_millis())
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| -> Result<_, sqlx::Error> {
            let until = Timestamp::from_millis(row.try_get("until")?);
            // A name that is no id was never an account's.
            Ok(UserId::new(row.try_get::<String, _>("user")?).ok().map(|user| (user, until)))
        };
        Ok(rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>()?)
    }
}

async fn failures(db: &mut SqliteConnection, user: &UserId, address: &str) -> Result<Failures, sqlx::Error> {
    let row =
        sqlx::query("select failures, last_at, locked_until from failures where user = ? and address = ?")
            .bind(user.as_str())
            .bind(address)
            .fetch_optional(db)
            .await?;
    let Some(row) = row else { return Ok(Failures::default()) };
    Ok(Failures {
        count: u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX),
        last: Timestamp::from_millis(row.try_get("last_at")?),
        locked_until: Timestamp::from_millis(row.try_get("locked_until")?),
    })
}

async fn set(
    db: &mut SqliteConnection,
    user: &UserId,
    address: &str,
    failures: Failures,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into failures (user, address, failures, last_at, locked_until) values (?, ?, ?, ?, ?) \
         on conflict (user, address) do update set failures = excluded.failures, last_at = excluded.last_at, \
         locked_until = excluded.locked_until",
    )
    .bind(user.as_str())
    .bind(address)
    .bind(i64::from(failures.count))
    .bind(failures.last.as_millis())
    .bind(failures.locked_until.as_millis())
    .execute(db)
    .await?;
    Ok(())
}
