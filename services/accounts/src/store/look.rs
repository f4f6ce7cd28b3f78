//! Questions to the books. They read what is committed and change nothing.

use std::collections::BTreeSet;

use domain::{
    calendar::{Day, Month},
    id::{ElderId, OrderId, OrganisationId},
    time::Timestamp,
    unit::Fen,
};
use schemas::account::{
    assessment::Kind,
    books::{EntriesQuery, LedgerEntry},
    funding::Balance,
    person::Person,
};
use sqlx::{Row, any::AnyRow};

use super::{Outcome, Store, WriteError, books, own};
use crate::{
    ledger::{Purse, PurseKey, Work},
    rulebook::Rulebook,
};

impl Store {
    /// What decides about an elder.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn person(&self, elder: &ElderId) -> Result<Option<Person>, WriteError> {
        let facts: Option<String> = sqlx::query_scalar("SELECT facts FROM person WHERE elder = $1")
            .bind(elder.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(facts.map(|facts| serde_json::from_str(&facts)).transpose()?)
    }

    /// Of whom something is known.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn known(&self) -> Result<BTreeSet<ElderId>, WriteError> {
        let rows = sqlx::query("SELECT elder FROM person").fetch_all(&self.pool).await?;
        rows.iter().map(|row| books::read(row, "elder", ElderId::new)).collect()
    }

    /// What an elder has of a month, by kind.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn balances(&self, elder: &ElderId, month: Month) -> Result<Vec<Balance>, WriteError> {
        let rows = sqlx::query("SELECT state FROM purse WHERE elder = $1 AND month = $2 ORDER BY kind")
            .bind(elder.as_str())
            .bind(month.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                let state: String = row.try_get("state")?;
                Ok(serde_json::from_str::<Purse>(&state)?.balance())
            })
            .collect()
    }

    /// Purses whose time is over and which are open still, at most so many.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn due(&self, today: Day, at_most: u32) -> Result<Vec<PurseKey>, WriteError> {
        let sql =
            "SELECT elder, kind, month FROM purse WHERE closed = 0 AND ends <= $1 ORDER BY ends LIMIT $2";
        let rows =
            sqlx::query(sql).bind(today.to_string()).bind(i64::from(at_most)).fetch_all(&self.pool).await?;
        rows.iter().map(books::key).collect()
    }

    /// Entries of the ledger, the latest first.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn entries(&self, query: &EntriesQuery) -> Result<Vec<LedgerEntry>, WriteError> {
        let wanted = [
            ("elder", query.elder.as_ref().map(ToString::to_string)),
            ("order_id", query.order.as_ref().map(ToString::to_string)),
            ("organisation", query.organisation.as_ref().map(ToString::to_string)),
        ];
        let mut sql =
            "SELECT seq, at, what, order_id, elder, organisation, kind, month, service_day, amount, \
                       self_pay FROM entry WHERE seq < $1"
                .to_owned();
        let mut values = Vec::new();
        for (column, value) in wanted {
            if let Some(value) = value {
                values.push(value);
                sql = format!("{sql} AND {column} = ${}", values.len() + 1);
            }
        }
        sql = format!("{sql} ORDER BY seq DESC LIMIT {}", query.limit.clamp(1, 500));
        let mut rows = sqlx::query(own(sql)).bind(query.before.unwrap_or(i64::MAX));
        for value in values {
            rows = rows.bind(value);
        }
        rows.fetch_all(&self.pool).await?.iter().map(entry).collect()
    }

    /// What would come of a piece of work, which is not done.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn quote(&self, work: &Work, rules: &Rulebook) -> Result<Outcome, WriteError> {
        let mut connection = self.pool.acquire().await?;
        let mut sheet = books::lay_out(&mut connection, std::slice::from_ref(work)).await?;
        Ok(sheet.decide(work, rules))
    }

    /// The last entry's number.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn last_entry(&self) -> Result<i64, WriteError> {
        Ok(sqlx::query_scalar("SELECT seq FROM head").fetch_one(&self.pool).await?)
    }

    /// How many entries of a sort each order has.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn entries_by_order(&self, what: &str) -> Result<Vec<(String, i64)>, WriteError> {
        let sql = "SELECT order_id, COUNT(*) AS many FROM entry WHERE what = $1 GROUP BY order_id ORDER BY order_id";
        let rows = sqlx::query(sql).bind(what).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get("order_id")?, row.try_get("many")?))).collect()
    }

    /// What every account holds, from the transfers alone: for the auditor, and for tests.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn trial_balance(&self) -> Result<Vec<(String, String, i64)>, WriteError> {
        let sql = "SELECT account, unit, CAST(SUM(amount) AS BIGINT) AS stands FROM (
                       SELECT debit AS account, unit, -amount AS amount FROM transfer
                       UNION ALL SELECT credit, unit, amount FROM transfer) AS both_sides
                   GROUP BY account, unit ORDER BY account, unit";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("account")?, row.try_get("unit")?, row.try_get("stands")?)))
            .collect()
    }
}

fn entry(row: &AnyRow) -> Result<LedgerEntry, WriteError> {
    let kind: Option<String> = row.try_get("kind")?;
    Ok(LedgerEntry {
        seq: row.try_get("seq")?,
        at: Timestamp::from_millis(row.try_get("at")?),
        what: row.try_get("what")?,
        order: maybe(row, "order_id", OrderId::new)?,
        elder: maybe(row, "elder", ElderId::new)?,
        organisation: maybe(row, "organisation", OrganisationId::new)?,
        kind: kind.and_then(|kind| Kind::ALL.into_iter().find(|known| known.as_str() == kind)),
        month: maybe(row, "month", |text| text.parse())?,
        service_day: maybe(row, "service_day", |text| text.parse())?,
        amount: row.try_get("amount")?,
        self_pay: Fen(row.try_get("self_pay")?),
    })
}

fn maybe<T, E: std::fmt::Display>(
    row: &AnyRow,
    column: &str,
    make: impl FnOnce(String) -> Result<T, E>,
) -> Result<Option<T>, WriteError> {
    let text: Option<String> = row.try_get(column)?;
    let made = text.map(make).transpose();
    made.map_err(|error| WriteError::Unreadable(format!("{column}: {error}")))
}
