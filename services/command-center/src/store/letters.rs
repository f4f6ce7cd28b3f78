//! What became of dead letters.

use domain::{
    id::UserId,
    order::{Actor, Role},
    time::Timestamp,
};
use schemas::live::{Settled, Settlement};
use sqlx::Row;

use super::{Store, Stored};
use crate::wire_name;

impl Store {
    /// Writes down what was done with a letter; the last word counts.
    pub async fn settle_letter(&self, letter: &str, settled: &Settled) -> Stored<()> {
        sqlx::query(
            "insert into letters (letter, how, by_user, by_role, at, reason) values (?, ?, ?, ?, ?, ?) \
             on conflict (letter) do update set how = excluded.how, by_user = excluded.by_user, \
             by_role = excluded.by_role, at = excluded.at, reason = excluded.reason",
        )
        .bind(letter)
        .bind(wire_name(&settled.how))
        .bind(settled.by.user.as_ref().map(UserId::as_str))
        .bind(wire_name(&settled.by.role))
        .bind(settled.at.as_millis())
        .bind(&settled.reason)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What was done with a letter, if anything was.
    pub async fn settled_letter(&self, letter: &str) -> Stored<Option<Settled>> {
        let row = sqlx::query("select how, by_user, by_role, at, reason from letters where letter = ?")
            .bind(letter)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let bad = |column: &str| sqlx::Error::Decode(format!("column {column} holds no such value").into());
        let read = |column: &str| row.try_get::<String, _>(column).map(serde_json::Value::String);
        let how: Settlement = serde_json::from_value(read("how")?).map_err(|_| bad("how"))?;
        let role: Role = serde_json::from_value(read("by_role")?).map_err(|_| bad("by_role"))?;
        let user = row.try_get::<Option<String>, _>("by_user")?.and_then(|user| UserId::new(user).ok());
        Ok(Some(Settled {
            how,
            by: Actor { role, user },
            at: Timestamp::from_millis(row.try_get("at")?),
            reason: row.try_get("reason")?,
        }))
    }
}
