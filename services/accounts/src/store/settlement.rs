//! Statements: what organisations are owed for a period, drawn from the entries and from nothing else.
//!
//! A settlement is a period and a cutoff: the number of the last entry that counts. Its statement holds every capture
//! and correction up to there that belongs to a month of the period or an earlier one and was in no earlier
//! settlement, so that what came late is settled with the next period and drawing a statement again gives the same
//! lines. Who draws it may not approve it (four eyes).

use std::{collections::BTreeMap, fmt, str::FromStr};

use domain::{
    calendar::{Day, InvalidDate, Month, Quarter},
    id::{OrderId, OrganisationId, UserId},
    time::Timestamp,
};
use futures::{StreamExt, stream::BoxStream};
use schemas::account::{assessment::Kind, books::Owed};
use sqlx::{Row, any::AnyRow};

use super::{Store, WriteError, books::read, rows};
use crate::ledger::{Account, Unit};

/// A month (Jiayuguan Art. 16(5)) or a quarter (Changji § 5(4)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A month.
    Month(Month),
    /// A quarter.
    Quarter(Quarter),
}

impl Period {
    /// Its last month.
    pub fn last_month(self) -> Month {
        match self {
            Self::Month(month) => month,
            Self::Quarter(quarter) => quarter.last(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Quarter(quarter) => quarter.fmt(f),
        }
    }
}

impl FromStr for Period {
    type Err = InvalidDate;
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        text.parse().map(Self::Quarter).or_else(|_| text.parse().map(Self::Month))
    }
}

/// A settlement, drawn and perhaps approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Of which period.
    pub period: Period,
    /// The last entry that counts.
    pub cutoff: i64,
    /// Who drew it.
    pub drawn_by: UserId,
    /// Who approved it.
    pub approved_by: Option<UserId>,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The entry.
    pub seq: i64,
    /// To whom.
    pub organisation: OrganisationId,
    /// A capture, or a correction of one.
    pub is_correction: bool,
    /// Which order.
    pub order: OrderId,
    /// What pays.
    pub kind: Kind,
    /// The month that pays.
    pub month: Month,
    /// The day of service.
    pub service_day: Day,
    /// From the treasury, in fen or points.
    pub amount: i64,
    /// Paid by the elder, in fen.
    pub self_pay: i64,
}

/// Why a settlement may not be drawn or approved.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// It was settled before.
    #[error(
        "already_settled: {0} was settled before; a correction is a new entry and goes into the next period"
    )]
    AlreadySettled(Period),
    /// The period is not over.
    #[error("period_open: {0} is not over yet")]
    PeriodOpen(Period),
    /// A later period was settled already.
    #[error("later_settled: {later} was settled before {period}")]
    LaterSettled {
        /// Which.
        period: Period,
        /// The later one.
        later: String,
    },
    /// It was not drawn.
    #[error("not_drawn: {0} was not drawn yet")]
    NotDrawn(Period),
    /// One person may not do both.
    #[error("same_person: {0} drew the settlement; someone else approves it")]
    SamePerson(UserId),
    /// The books.
    #[error(transparent)]
    Books(#[from] WriteError),
}

impl SettlementError {
    /// Stable, in snake_case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlreadySettled(_) => "already_settled",
            Self::PeriodOpen(_) => "period_open",
            Self::LaterSettled { .. } => "later_settled",
            Self::NotDrawn(_) => "not_drawn",
            Self::SamePerson(_) => "same_person",
            Self::Books(_) => "unavailable",
        }
    }

    /// The HTTP status that tells it best.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SamePerson(_) => 403,
            Self::NotDrawn(_) => 404,
            Self::Books(_) => 503,
            _ => 409,
        }
    }
}

impl From<sqlx::Error> for SettlementError {
    fn from(error: sqlx::Error) -> Self {
        Self::Books(error.into())
    }
}

/// Of which rows a statement consists; `$1` cutoff, `$2` last month, `$3` and `$4` those of the settlement before.
const LINES: &str = "organisation IS NOT NULL AND what IN ('capture', 'served', 'correct')
    AND seq <= $1 AND month <= $2 AND NOT (seq <= $3 AND month <= $4)";

impl Store {
    /// Draws the settlement of a period: fixes up to which entry it counts.
    ///
    /// # Errors
    /// [`SettlementError`].
    pub async fn draw(
        &self,
        period: Period,
        by: &UserId,
        now: Timestamp,
    ) -> Result<Settlement, SettlementError> {
        if now < period.last_month().ends() {
            return Err(SettlementError::PeriodOpen(period));
        }
        let (mut transaction, cutoff) = self.begin_alone().await?;
        if self.settlement_in(&mut transaction, period).await?.is_some() {
            return Err(SettlementError::AlreadySettled(period));
        }
        let later: Option<String> =
            sqlx::query_scalar("SELECT MAX(period) FROM settlement WHERE last_month >= $1")
                .bind(period.last_month().to_string())
                .fetch_one(&mut *transaction)
                .await?;
        if let Some(later) = later {
            return Err(SettlementError::LaterSettled { period, later });
        }
        sqlx::query("INSERT INTO settlement (period, last_month, cutoff, drawn_by, drawn_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(period.to_string())
            .bind(period.last_month().to_string())
            .bind(cutoff)
            .bind(by.as_str())
            .bind(now.as_millis())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Settlement { period, cutoff, drawn_by: by.clone(), approved_by: None })
    }

    /// A settlement, if it was drawn.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn settlement(&self, period: Period) -> Result<Option<Settlement>, WriteError> {
        let mut connection = self.pool.acquire().await?;
        self.settlement_in(&mut connection, period).await
    }

    async fn settlement_in(
        &self,
        db: &mut sqlx::AnyConnection,
        period: Period,
    ) -> Result<Option<Settlement>, WriteError> {
        let row = sqlx::query("SELECT cutoff, drawn_by, approved_by FROM settlement WHERE period = $1")
            .bind(period.to_string())
            .fetch_optional(db)
            .await?;
        row.map(|row| settlement(&row, period)).transpose()
    }

    /// Up to where the settlement before this one counted: its cutoff and its last month.
    async fn before(&self, period: Period) -> Result<(i64, String), WriteError> {
        let before = sqlx::query(
            "SELECT cutoff, last_month FROM settlement WHERE last_month < $1 ORDER BY last_month DESC LIMIT 1",
        )
        .bind(period.last_month().to_string())
        .fetch_optional(&self.pool)
        .await?;
        Ok(match before {
            Some(row) => (row.try_get("cutoff")?, row.try_get("last_month")?),
            None => (0, String::new()),
        })
    }

    /// Every line of a settlement, by organisation and in the order of the entries; of one organisation where it is
    /// named.
    ///
    /// # Errors
    /// [`WriteError`], also on the way.
    pub async fn lines(
        &self,
        settlement: &Settlement,
        of: Option<&OrganisationId>,
    ) -> Result<BoxStream<'_, Result<Line, WriteError>>, WriteError> {
        let before = self.before(settlement.period).await?;
        let whose = if of.is_some() { "AND organisation = $5" } else { "" };
        let sql = format!(
            "SELECT seq, organisation, what, order_id, kind, month, service_day, amount, self_pay FROM entry
             WHERE {LINES} {whose} ORDER BY organisation, seq"
        );
        Ok(bound(sql, settlement, before, of).fetch(&self.pool).map(|row| line(&row?)).boxed())
    }

    /// What each organisation is owed, summed up by the database; one organisation where it is named.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn statements(
        &self,
        settlement: &Settlement,
        of: Option<&OrganisationId>,
    ) -> Result<BTreeMap<OrganisationId, Owed>, WriteError> {
        let before = self.before(settlement.period).await?;
        let whose = if of.is_some() { "AND organisation = $5" } else { "" };
        let sql = format!(
            "SELECT organisation, kind, COUNT(*) AS lines, CAST(SUM(amount) AS BIGINT) AS amount,
                    CAST(SUM(self_pay) AS BIGINT) AS self_pay
             FROM entry WHERE {LINES} {whose} GROUP BY organisation, kind"
        );
        let mut statements: BTreeMap<OrganisationId, Owed> = BTreeMap::new();
        for row in &bound(sql, settlement, before, of).fetch_all(&self.pool).await? {
            let statement = statements.entry(read(row, "organisation", OrganisationId::new)?).or_default();
            let lines: i64 = row.try_get("lines")?;
            statement.lines += u64::try_from(lines).unwrap_or(0);
            *statement.owed.entry(kind(row)?).or_insert(0) += row.try_get::<i64, _>("amount")?;
            statement.self_pay += row.try_get::<i64, _>("self_pay")?;
        }
        Ok(statements)
    }

    /// Every settlement that was drawn, the latest first.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn settlements(&self, limit: u16) -> Result<Vec<Settlement>, WriteError> {
        let rows = sqlx::query(
            "SELECT period, cutoff, drawn_by, approved_by FROM settlement ORDER BY last_month DESC LIMIT $1",
        )
        .bind(i64::from(limit.clamp(1, 60)))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let period = read(row, "period", |text| text.parse())?;
                settlement(row, period)
            })
            .collect()
    }

    /// Approves a settlement: what is owed counts as paid, in new entries. Approving twice changes nothing.
    ///
    /// # Errors
    /// [`SettlementError`].
    pub async fn approve(
        &self,
        period: Period,
        by: &UserId,
        now: Timestamp,
    ) -> Result<Settlement, SettlementError> {
        let settlement = self.settlement(period).await?.ok_or(SettlementError::NotDrawn(period))?;
        if settlement.approved_by.is_some() {
            return Ok(settlement);
        }
        if settlement.drawn_by == *by {
            return Err(SettlementError::SamePerson(by.clone()));
        }
        let statements = self.statements(&settlement, None).await?;
        let (mut transaction, mut seq) = self.begin_alone().await?;
        let changed = sqlx::query(
            "UPDATE settlement SET approved_by = $1, approved_at = $2 WHERE period = $3 AND approved_by IS NULL",
        )
        .bind(by.as_str())
        .bind(now.as_millis())
        .bind(period.to_string())
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 1 {
            let (mut entries, mut transfers) = (Vec::new(), Vec::new());
            for (organisation, statement) in &statements {
                for (kind, amount) in statement.owed.iter().filter(|(_, amount)| **amount != 0) {
                    seq += 1;
                    let owed = Account::Owed(organisation.clone(), *kind).to_string();
                    let paid = Account::Paid(organisation.clone(), *kind).to_string();
                    let (debit, credit) = if *amount > 0 { (owed, paid) } else { (paid, owed) };
                    let unit = if Unit::of(*kind) == Unit::Points { "points" } else { "fen" };
                    entries.push(vec![
                        seq.into(),
                        format!("pay.{period}.{organisation}.{}", kind.as_str()).into(),
                        now.as_millis().into(),
                        "pay".into(),
                        "null".into(),
                        format!("{{\"by\":\"{by}\"}}").into(),
                        organisation.to_string().into(),
                        kind.as_str().into(),
                        period.last_month().to_string().into(),
                        (*amount).into(),
                        0_i64.into(),
                    ]);
                    transfers.push(vec![
                        seq.into(),
                        0_i64.into(),
                        debit.into(),
                        credit.into(),
                        amount.abs().into(),
                        unit.into(),
                    ]);
                }
            }
            let head = "INSERT INTO entry (seq, event_id, at, what, answer, detail, organisation, kind, month, amount, \
                        self_pay)";
            rows::insert(&mut transaction, head, "", 11, entries).await?;
            let head = "INSERT INTO transfer (seq, place, debit, credit, amount, unit)";
            rows::insert(&mut transaction, head, "", 6, transfers).await?;
            sqlx::query("UPDATE head SET seq = $1").bind(seq).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Settlement { approved_by: Some(by.clone()), ..settlement })
    }
}

fn bound<'q>(
    sql: String,
    settlement: &Settlement,
    (cutoff, last_month): (i64, String),
    of: Option<&OrganisationId>,
) -> sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments> {
    let query = sqlx::query(super::own(sql))
        .bind(settlement.cutoff)
        .bind(settlement.period.last_month().to_string())
        .bind(cutoff)
        .bind(last_month);
    match of {
        Some(organisation) => query.bind(organisation.to_string()),
        None => query,
    }
}

fn settlement(row: &AnyRow, period: Period) -> Result<Settlement, WriteError> {
    let approved_by: Option<String> = row.try_get("approved_by")?;
    let user = |text| UserId::new(text).map_err(|error| WriteError::Unreadable(error.to_string()));
    Ok(Settlement {
        period,
        cutoff: row.try_get("cutoff")?,
        drawn_by: read(row, "drawn_by", UserId::new)?,
        approved_by: approved_by.map(user).transpose()?,
    })
}

fn kind(row: &AnyRow) -> Result<Kind, WriteError> {
    let kind: String = row.try_get("kind")?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
    kind.ok_or_else(|| WriteError::Unreadable("kind".to_owned()))
}

fn line(row: &AnyRow) -> Result<Line, WriteError> {
    let what: String = row.try_get("what")?;
    Ok(Line {
        seq: row.try_get("seq")?,
        organisation: read(row, "organisation", OrganisationId::new)?,
        is_correction: what == "correct",
        order: read(row, "order_id", OrderId::new)?,
        kind: kind(row)?,
        month: read(row, "month", |text| text.parse())?,
        service_day: read(row, "service_day", |text| text.parse())?,
        amount: row.try_get("amount")?,
        self_pay: row.try_get("self_pay")?,
    })
}
