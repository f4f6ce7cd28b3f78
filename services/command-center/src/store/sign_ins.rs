//! Sign-ins that can be renewed.

use domain::{id::UserId, time::Timestamp};
use sqlx::{Row, sqlite::SqliteRow};

use super::{Store, Stored};

/// A sign-in as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Its name, also in every token.
    pub session: String,
    /// Who.
    pub user: UserId,
    /// The account's epoch then.
    pub epoch: u32,
    /// When.
    pub signed_in: Timestamp,
    /// Unused until then, it is over.
    pub idle_ends: Timestamp,
}

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// It was good, and its successor is in its place.
    Over,
    /// It is of this sign-in, but its successor has been used already: somebody has a copy.
    Used,
}

impl Store {
    /// Keeps a new sign-in; those that are over are forgotten.
    pub async fn add_sign_in(&self, sign_in: &SignIn, token: &[u8], now: Timestamp) -> Stored<()> {
        sqlx::query("delete from sign_ins where idle_ends < ?")
            .bind(now.as_millis())
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "insert into sign_ins (session, user, epoch, signed_in, current, idle_ends) values (?, ?, ?, ?, ?, ?)",
        )
        .bind(&sign_in.session)
        .bind(sign_in.user.as_str())
        .bind(i64::from(sign_in.epoch))
        .bind(sign_in.signed_in.as_millis())
        .bind(token)
        .bind(sign_in.idle_ends.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The sign-in of that name.
    pub async fn sign_in(&self, session: &str) -> Stored<Option<SignIn>> {
        let row =
            sqlx::query("select session, user, epoch, signed_in, idle_ends from sign_ins where session = ?")
                .bind(session)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Puts the next token in the place of this one. One statement, so that of two who come with the same token each
    /// gets a successor, and only the later successor is good.
    pub async fn turn_over(
        &self,
        session: &str,
        token: &[u8],
        next: &[u8],
        idle_ends: Timestamp,
    ) -> Stored<Turned> {
        let turned = sqlx::query(
            "update sign_ins set previous = ?2, current = ?3, idle_ends = ?4 \
             where session = ?1 and (current = ?2 or previous = ?2)",
        )
        .bind(session)
        .bind(token)
        .bind(next)
        .bind(idle_ends.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(if turned.rows_affected() == 1 { Turned::Over } else { Turned::Used })
    }

    /// Forgets a sign-in: its refresh token is void.
    pub async fn forget_sign_in(&self, session: &str) -> Stored<()> {
        sqlx::query("delete from sign_ins where session = ?").bind(session).execute(&self.pool).await?;
        Ok(())
    }
}

fn read(row: &SqliteRow) -> Result<SignIn, sqlx::Error> {
    let user =
        UserId::new(row.try_get::<String, _>("user")?).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(SignIn {
        session: row.try_get("session")?,
        user,
        epoch: u32::try_from(row.try_get::<i64, _>("epoch")?).unwrap_or(u32::MAX),
        signed_in: Timestamp::from_millis(row.try_get("signed_in")?),
        idle_ends: Timestamp::from_millis(row.try_get("idle_ends")?),
    })
}
