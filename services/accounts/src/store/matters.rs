//! Matters in the database, and how organisations do.

use std::collections::{BTreeMap, BTreeSet};

use database::rows::{self, Value};
use domain::{
    calendar::Day,
    id::{MatterId, OrganisationId},
};
use schemas::account::{
    books::QualityOf,
    matter::{Case, ComplaintStage, Matter, MattersQuery, ProposalStage, ViolationStage},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Store, WriteError, books::read, own};
use crate::{
    ledger::{Sheet, Work},
    matter,
};

/// So many elders are named in one statement.
const AT_ONCE: usize = 8_000;

/// Stands for a day that never comes.
const NEVER: &str = "9999-12-31";

/// Reads the matters that the batch is about, and those that decide about them.
pub(super) async fn lay_out(
    db: &mut AnyConnection,
    batch: &[Work],
    sheet: &mut Sheet,
) -> Result<(), WriteError> {
    let ids: BTreeSet<&MatterId> = batch.iter().filter_map(Work::matter).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids = ids.into_iter().map(ToString::to_string).collect();
    for row in rows::select_in(db, "SELECT body FROM matter WHERE id", ids).await? {
        keep(sheet, &row)?;
    }
    let organisations: BTreeSet<String> = batch
        .iter()
        .filter_map(Work::organisation)
        .chain(sheet.matters.values().filter_map(|matter| matter.organisation.as_ref()))
        .map(ToString::to_string)
        .collect();
    let sql = "SELECT body FROM matter WHERE (stopping = 1 OR kind = 'violation') AND organisation";
    for row in rows::select_in(db, sql, organisations.into_iter().collect()).await? {
        keep(sheet, &row)?;
    }
    let elders: BTreeSet<String> = batch.iter().filter_map(Work::elder).map(ToString::to_string).collect();
    let sql = "SELECT body FROM matter WHERE open = 1 AND kind = 'application' AND elder";
    for row in rows::select_in(db, sql, elders.into_iter().collect()).await? {
        keep(sheet, &row)?;
    }
    Ok(())
}

fn keep(sheet: &mut Sheet, row: &AnyRow) -> Result<(), WriteError> {
    let matter = body(row)?;
    sheet.matters.insert(matter.id.clone(), matter);
    Ok(())
}

fn body(row: &AnyRow) -> Result<Matter, WriteError> {
    let body: String = row.try_get("body")?;
    Ok(serde_json::from_str(&body)?)
}

/// Writes those that have changed.
pub(super) async fn write(db: &mut AnyConnection, sheet: &Sheet) -> Result<(), WriteError> {
    let mut changed: Vec<Vec<Value>> = Vec::new();
    for matter in sheet.moved.iter().filter_map(|id| sheet.matters.get(id)) {
        changed.push(vec![
            matter.id.as_str().into(),
            matter.case.name().into(),
            matter.elder.as_ref().map(ToString::to_string).into(),
            matter.organisation.as_ref().map(ToString::to_string).into(),
            i64::from(matter.open).into(),
            i64::from(matter::is_stopping(matter)).into(),
            matter.due.map_or(NEVER.to_owned(), |due| due.to_string()).into(),
            serde_json::to_string(matter)?.into(),
        ]);
    }
    let (head, tail) = (
        "INSERT INTO matter (id, kind, elder, organisation, open, stopping, due, body)",
        " ON CONFLICT (id) DO UPDATE SET elder = excluded.elder, organisation = excluded.organisation, \
         open = excluded.open, stopping = excluded.stopping, due = excluded.due, body = excluded.body",
    );
    Ok(rows::insert(db, head, tail, 8, changed).await?)
}

impl Store {
    /// Matters, those due first before the others.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn matters(&self, query: &MattersQuery) -> Result<Vec<Matter>, WriteError> {
        let wanted = [
            ("id", query.id.as_ref().map(ToString::to_string)),
            ("kind", query.kind.clone()),
            ("elder", query.elder.as_ref().map(ToString::to_string)),
            ("organisation", query.organisation.as_ref().map(ToString::to_string)),
        ];
        let mut sql = "SELECT body FROM matter WHERE open >= $1".to_owned();
        let mut values = Vec::new();
        for (column, value) in wanted {
            if let Some(value) = value {
                values.push(value);
                sql = format!("{sql} AND {column} = ${}", values.len() + 1);
            }
        }
        let limit = usize::from(query.limit.clamp(1, 500));
        let order = format!("ORDER BY open DESC, due, id LIMIT {limit}");
        let Some(among) = &query.among else {
            return self.some(&format!("{sql} {order}"), query.open, &values).await;
        };
        // The scope is part of the question: what lies outside of it takes nobody's place.
        let mut all = Vec::new();
        let elders: Vec<String> = among.iter().map(ToString::to_string).collect();
        for some in elders.chunks(AT_ONCE) {
            let places = (1..=some.len()).map(|place| format!("${}", values.len() + 1 + place));
            let places = places.collect::<Vec<_>>().join(", ");
            let sql = format!("{sql} AND elder IN ({places}) {order}");
            all.extend(self.some(&sql, query.open, &[values.as_slice(), some].concat()).await?);
        }
        all.sort_by(|a, b| {
            (!a.open, a.due.is_none(), a.due, &a.id).cmp(&(!b.open, b.due.is_none(), b.due, &b.id))
        });
        all.truncate(limit);
        Ok(all)
    }

    async fn some(&self, sql: &str, open: bool, values: &[String]) -> Result<Vec<Matter>, WriteError> {
        let mut rows = sqlx::query(own(sql.to_owned())).bind(i64::from(open));
        for value in values {
            rows = rows.bind(value.clone());
        }
        rows.fetch_all(&self.pool).await?.iter().map(body).collect()
    }

    /// Applications whose day to end has come, at most so many.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn ending(&self, today: Day, at_most: u32) -> Result<Vec<MatterId>, WriteError> {
        // Those that wait for their yearly check are due as well; they are told apart by their stage.
        let sql = "SELECT id FROM matter WHERE open = 1 AND kind = 'application' AND due <= $1
                   AND body LIKE '%\"is\":\"ending\"%' ORDER BY due LIMIT $2";
        let rows =
            sqlx::query(sql).bind(today.to_string()).bind(i64::from(at_most)).fetch_all(&self.pool).await?;
        rows.iter().map(|row| read(row, "id", MatterId::new)).collect()
    }

    /// How organisations do since that day.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn quality(
        &self,
        since: Day,
        poor: u8,
    ) -> Result<BTreeMap<OrganisationId, QualityOf>, WriteError> {
        let mut all: BTreeMap<OrganisationId, QualityOf> = BTreeMap::new();
        let sql = "SELECT organisation, COUNT(*) AS rated, CAST(SUM(amount) AS BIGINT) AS stars,
                          CAST(SUM(CASE WHEN amount <= $1 THEN 1 ELSE 0 END) AS BIGINT) AS poor
                   FROM entry WHERE what = 'rated' AND organisation IS NOT NULL AND service_day >= $2
                   GROUP BY organisation";
        let rows =
            sqlx::query(sql).bind(i64::from(poor)).bind(since.to_string()).fetch_all(&self.pool).await?;
        for row in &rows {
            let of = all.entry(read(row, "organisation", OrganisationId::new)?).or_default();
            of.rated = row.try_get("rated")?;
            of.stars = row.try_get("stars")?;
            of.poor = row.try_get("poor")?;
        }
        let sql = "SELECT body FROM matter WHERE organisation IS NOT NULL
                   AND kind IN ('complaint', 'violation', 'rating') ORDER BY id";
        let mut years: BTreeMap<OrganisationId, i16> = BTreeMap::new();
        for row in &sqlx::query(sql).fetch_all(&self.pool).await? {
            let matter = body(row)?;
            let Some(organisation) = matter.organisation.clone() else { continue };
            let of = all.entry(organisation.clone()).or_default();
            let lately = matter.record.last().is_some_and(|record| record.on >= since);
            of.stopped |= matter::is_stopping(&matter);
            match &matter.case {
                Case::Complaint { stage: ComplaintStage::Founded { .. } } if lately => of.complaints += 1,
                Case::Violation {
                    stage: ViolationStage::Stopped { .. } | ViolationStage::Lifted { .. },
                    ..
                } if lately => of.violations += 1,
                Case::Rating { year, stars, stage: ProposalStage::Approved }
                    if years.get(&organisation).is_none_or(|before| before <= year) =>
                {
                    years.insert(organisation, *year);
                    of.yearly = Some(*stars);
                }
                _ => {}
            }
        }
        Ok(all)
    }
}
