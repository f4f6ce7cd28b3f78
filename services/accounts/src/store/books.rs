//! A batch of work in one transaction: what it needs is read, every piece is decided, what is new is written. Either
//! all of it is durable, or none.

use std::collections::BTreeSet;

use database::rows::{self, Value};
use domain::{
    id::{ElderId, OrderId},
    time::Timestamp,
};
use schemas::{
    account::{
        assessment::Kind,
        funding::Noted,
        standing::{Rated, Standing},
    },
    envelope::CloudEvent,
    subject::{self, Service},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Store, WriteError, matters};
use crate::{
    ledger::{
        Purse, PurseKey, Refusal, Sheet, Work,
        sheet::{Entry, Told},
    },
    rulebook::Rulebook,
};

/// What came of a piece of work.
pub type Outcome = Result<Option<Noted>, Refusal>;

impl Store {
    /// Decides a batch and writes it down; the outcomes are in the order of the work.
    ///
    /// # Errors
    /// [`WriteError`]; nothing was written then.
    pub async fn work(
        &self,
        batch: &[Work],
        rules: &Rulebook,
        now: Timestamp,
    ) -> Result<Vec<Outcome>, WriteError> {
        let (mut transaction, seq) = self.begin_alone().await?;
        let db = &mut *transaction;
        let mut sheet = lay_out(db, batch).await?;
        let outcomes: Vec<Outcome> = batch.iter().map(|work| sheet.decide(work, rules)).collect();
        self.write(db, &sheet, rules, seq, now).await?;
        let refused = batch.iter().zip(&outcomes).filter_map(|(work, outcome)| {
            let refusal = outcome.as_ref().err()?;
            let id = work.event_id()?;
            Some(vec![now.as_millis().into(), id.into(), refusal.code().into(), refusal.to_string().into()])
        });
        let head = "INSERT INTO refused (at, event_id, code, detail)";
        rows::insert(db, head, "", 4, refused.collect()).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }

    async fn write(
        &self,
        db: &mut AnyConnection,
        sheet: &Sheet,
        rules: &Rulebook,
        seq: i64,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        people(db, sheet, now).await?;
        matters::write(db, sheet).await?;
        if sheet.entries.is_empty() {
            return Ok(());
        }
        purses(db, sheet, rules).await?;
        let holds = sheet.pointed.iter().filter_map(|order| {
            let key = sheet.holds.get(order)?;
            Some(vec![
                order.as_str().into(),
                key.elder.as_str().into(),
                key.kind.as_str().into(),
                key.month.to_string().into(),
            ])
        });
        let (head, tail) = (
            "INSERT INTO hold (order_id, elder, kind, month)",
            " ON CONFLICT (order_id) DO UPDATE SET elder = excluded.elder, kind = excluded.kind, month = excluded.month",
        );
        rows::insert(db, head, tail, 4, holds.collect()).await?;
        let (mut entries, mut transfers, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for (number, entry) in (seq + 1..).zip(&sheet.entries) {
            entries.push(entry_row(number, entry, now)?);
            for (place, transfer) in (0_i64..).zip(&entry.transfers) {
                transfers.push(vec![
                    number.into(),
                    place.into(),
                    transfer.from.to_string().into(),
                    transfer.to.to_string().into(),
                    transfer.amount.into(),
                    unit(transfer.unit).into(),
                ]);
            }
            for (place, what) in (0_i64..).zip(&entry.told) {
                let id = format!("accounts-{number}-{place}");
                let (subject, event) = self.event(&id, what, now)?;
                told.push(vec![number.into(), place.into(), id.into(), subject.into(), event.into()]);
            }
        }
        let last = seq + i64::try_from(sheet.entries.len()).unwrap_or(0);
        let head = "INSERT INTO entry (seq, event_id, at, what, answer, detail, order_id, elder, organisation, kind, \
                    month, service_day, amount, self_pay)";
        rows::insert(db, head, "", 14, entries).await?;
        let head = "INSERT INTO transfer (seq, place, debit, credit, amount, unit)";
        rows::insert(db, head, "", 6, transfers).await?;
        let head = "INSERT INTO outbox (seq, place, event_id, subject, event)";
        rows::insert(db, head, "", 5, told).await?;
        sqlx::query("UPDATE head SET seq = $1").bind(last).execute(&mut *db).await?;
        Ok(())
    }

    /// The subject and the text of an event.
    fn event(&self, id: &str, told: &Told, now: Timestamp) -> Result<(String, String), serde_json::Error> {
        let (source, district) = (Service::Accounts.source(), self.district.clone());
        Ok(match told {
            Told::Funding(funding) => (
                subject::funding(&self.district, &funding.order),
                serde_json::to_string(&CloudEvent::new(id, source, district, now, funding.clone()))?,
            ),
            Told::Standing { organisation, stopped, matter } => {
                let standing = Standing {
                    organisation: organisation.clone(),
                    stopped: *stopped,
                    matter: matter.clone(),
                    at: now,
                };
                (
                    subject::standing(&self.district, organisation),
                    serde_json::to_string(&CloudEvent::new(id, source, district, now, standing))?,
                )
            }
            Told::Rated { organisation, year, stars, matter } => {
                let rated = Rated {
                    organisation: organisation.clone(),
                    year: *year,
                    stars: *stars,
                    matter: matter.clone(),
                    at: now,
                };
                (
                    subject::rating(&self.district, organisation, *year),
                    serde_json::to_string(&CloudEvent::new(id, source, district, now, rated))?,
                )
            }
        })
    }
}

const fn unit(unit: crate::ledger::Unit) -> &'static str {
    match unit {
        crate::ledger::Unit::Fen => "fen",
        crate::ledger::Unit::Points => "points",
    }
}

fn entry_row(number: i64, entry: &Entry, now: Timestamp) -> Result<Vec<Value>, serde_json::Error> {
    let purse = entry.purse.as_ref();
    Ok(vec![
        number.into(),
        entry.event_id.as_str().into(),
        now.as_millis().into(),
        entry.what.into(),
        serde_json::to_string(&entry.answer)?.into(),
        entry.detail.as_str().into(),
        entry.order.as_ref().map(ToString::to_string).into(),
        purse.map(|key| key.elder.to_string()).into(),
        entry.organisation.as_ref().map(ToString::to_string).into(),
        purse.map(|key| key.kind.as_str().to_owned()).into(),
        purse.map(|key| key.month.to_string()).into(),
        entry.service_day.as_ref().map(ToString::to_string).into(),
        entry.amount.into(),
        entry.self_pay.into(),
    ])
}

/// Reads what the batch needs.
pub(super) async fn lay_out(db: &mut AnyConnection, batch: &[Work]) -> Result<Sheet, WriteError> {
    let mut sheet = Sheet::default();
    let ids: Vec<String> = batch.iter().flat_map(Work::asks_about).collect();
    for row in rows::select_in(db, "SELECT event_id, answer FROM entry WHERE event_id", ids).await? {
        let answer: String = row.try_get("answer")?;
        sheet.answers.insert(row.try_get("event_id")?, serde_json::from_str(&answer)?);
    }
    matters::lay_out(db, batch, &mut sheet).await?;
    let elders: BTreeSet<String> = batch
        .iter()
        .filter_map(Work::elder)
        .chain(sheet.matters.values().filter_map(|matter| matter.elder.as_ref()))
        .map(ToString::to_string)
        .collect();
    let elders = elders.into_iter().collect();
    for row in rows::select_in(db, "SELECT elder, facts FROM person WHERE elder", elders).await? {
        let facts: String = row.try_get("facts")?;
        sheet.people.insert(read(&row, "elder", ElderId::new)?, serde_json::from_str(&facts)?);
    }
    let orders: BTreeSet<String> = batch
        .iter()
        .filter_map(Work::order)
        .chain(sheet.matters.values().filter_map(|matter| matter.order.as_ref()))
        .map(ToString::to_string)
        .collect();
    let orders = orders.into_iter().collect();
    let sql = "SELECT order_id, elder, kind, month FROM hold WHERE order_id";
    for row in rows::select_in(db, sql, orders).await? {
        sheet.holds.insert(read(&row, "order_id", OrderId::new)?, key(&row)?);
    }
    let keys: BTreeSet<PurseKey> =
        batch.iter().filter_map(Work::purse).chain(sheet.holds.values().cloned()).collect();
    let keys = keys.iter().map(ToString::to_string).collect();
    let sql = "SELECT elder, kind, month, state FROM purse WHERE id";
    for row in rows::select_in(db, sql, keys).await? {
        let state: String = row.try_get("state")?;
        sheet.purses.insert(key(&row)?, serde_json::from_str::<Purse>(&state)?);
    }
    Ok(sheet)
}

async fn people(db: &mut AnyConnection, sheet: &Sheet, now: Timestamp) -> Result<(), WriteError> {
    let mut facts = Vec::new();
    for elder in &sheet.met {
        if let Some(person) = sheet.people.get(elder) {
            let text = serde_json::to_string(person)?;
            facts.push(vec![elder.as_str().into(), text.into(), now.as_millis().into()]);
        }
    }
    let (head, tail) = (
        "INSERT INTO person (elder, facts, changed_at)",
        " ON CONFLICT (elder) DO UPDATE SET facts = excluded.facts, changed_at = excluded.changed_at",
    );
    Ok(rows::insert(db, head, tail, 3, facts).await?)
}

async fn purses(db: &mut AnyConnection, sheet: &Sheet, rules: &Rulebook) -> Result<(), WriteError> {
    let mut changed = Vec::new();
    for key in &sheet.changed {
        if let Some(purse) = sheet.purses.get(key) {
            let terms = rules.terms(key.kind, key.month.first());
            changed.push(vec![
                key.to_string().into(),
                key.elder.as_str().into(),
                key.kind.as_str().into(),
                key.month.to_string().into(),
                purse.ends(&terms).to_string().into(),
                i64::from(purse.closed).into(),
                serde_json::to_string(purse)?.into(),
            ]);
        }
    }
    let (head, tail) = (
        "INSERT INTO purse (id, elder, kind, month, ends, closed, state)",
        " ON CONFLICT (id) DO UPDATE SET ends = excluded.ends, closed = excluded.closed, state = excluded.state",
    );
    Ok(rows::insert(db, head, tail, 7, changed).await?)
}

/// A column that is an id or a date.
pub(super) fn read<T, E: std::fmt::Display>(
    row: &AnyRow,
    column: &str,
    make: impl FnOnce(String) -> Result<T, E>,
) -> Result<T, WriteError> {
    make(row.try_get(column)?).map_err(|error| WriteError::Unreadable(format!("{column}: {error}")))
}

/// Columns that name a purse.
pub(super) fn key(row: &AnyRow) -> Result<PurseKey, WriteError> {
    let kind: String = row.try_get("kind")?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
    Ok(PurseKey {
        elder: read(row, "elder", ElderId::new)?,
        kind: kind.ok_or_else(|| WriteError::Unreadable("kind".to_owned()))?,
        month: read(row, "month", |text| text.parse())?,
    })
}
