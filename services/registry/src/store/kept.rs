//! Organisations, facilities, rosters, care plans, requests. A command is taken once: what it came to is written beside
//! it, and one that comes again is answered the same.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    calendar::Day,
    id::{CaregiverId, CommandId, InvalidId, OrganisationId},
    order::Actor,
    time::Timestamp,
};
use schemas::{
    envelope::CloudEvent,
    problem::Problem,
    profile::Registered,
    registry::{
        KeptQuery, Step,
        organisation::{Organisation, OrganisationProfiled},
        roster::Roster,
    },
    subject::{self, Service},
};
use sqlx::{AnyConnection, Row};

use super::{Person, PutError, Store, failed};
use crate::{
    keep::{self, Desk, KeepRefusal, Kept, Kind, organisation::Word, roster},
    terms::Terms,
};

/// Stands for a day that never comes.
const NEVER: &str = "9999-12-31";
/// So many come where nothing is said.
const USUAL: u16 = 200;

/// Why a step is not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] KeepRefusal),
    /// There is no such person.
    #[error("there is no {0}; register them first")]
    UnknownPerson(String),
    /// The command's id was used for something else.
    #[error("this command id was used for something else")]
    IdTaken,
    /// The data cannot be read or written.
    #[error(transparent)]
    Put(#[from] PutError),
}

impl From<sqlx::Error> for StepError {
    fn from(error: sqlx::Error) -> Self {
        Self::Put(error.into())
    }
}

impl From<serde_json::Error> for StepError {
    fn from(error: serde_json::Error) -> Self {
        Self::Put(error.into())
    }
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Refused(refusal) => refusal.into(),
            StepError::UnknownPerson(_) => Self::new(404, "unknown_person", error.to_string()),
            StepError::IdTaken => Self::new(409, "id_taken", error.to_string()),
            StepError::Put(error) => failed(&error),
        }
    }
}

/// Who takes a step, when, and by which terms.
#[derive(Debug, Clone, Copy)]
pub struct Taker<'a> {
    /// The command.
    pub id: &'a CommandId,
    /// Who.
    pub by: &'a Actor,
    /// Who that is as a caregiver.
    pub caregiver: Option<&'a CaregiverId>,
    /// When.
    pub at: Timestamp,
    /// The city's terms.
    pub terms: &'a Terms,
}

impl Store {
    /// Takes a step, once.
    ///
    /// # Errors
    /// [`StepError`]; nothing was changed then.
    pub async fn step(&self, taker: Taker<'_>, step: &Step, note: &str) -> Result<Registered, StepError> {
        let (mut transaction, _) = self.database.begin_alone().await?;
        let db = &mut *transaction;
        let (kind, id) = Kind::of(step);
        let about = format!("{}/{id}", kind.name());
        if let Some(registered) = repeated(db, taker.id, &about, keep::name(step)).await? {
            return Ok(registered);
        }
        let (entry, other) = self.lay_out(db, kind, &id, step).await?;
        let desk =
            Desk { terms: taker.terms, today: Day::of(taker.at), by: taker.by, caregiver: taker.caregiver };
        let done = keep::take(desk, entry, other, step, note)?;
        let revision = u64::from(done.kept.revision());
        self.put_kept(db, &done.kept, taker.at).await?;
        let rosters = [Some(&done.kept), done.other.as_ref()];
        if let Some(other) = &done.other {
            self.put_kept(db, other, taker.at).await?;
        }
        for roster in rosters.into_iter().flatten() {
            if let Kept::Roster(roster) = roster {
                self.put_roster(db, roster, taker.at).await?;
            }
        }
        if done.erase {
            self.erase_in(db, &id, taker.at).await?;
        }
        let registered = Registered { id, revision, unchanged: false };
        let written = serde_json::to_string(&registered)?;
        let role = serde_json::to_value(taker.by.role)?;
        sqlx::query(
            "INSERT INTO deed (command, at, role, by_user, about, step, answer)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(taker.id.as_str())
        .bind(taker.at.as_millis())
        .bind(role.as_str().unwrap_or_default())
        .bind(taker.by.user.as_ref().map(|user| user.as_str().to_owned()))
        .bind(about)
        .bind(keep::name(step))
        .bind(written)
        .execute(&mut *db)
        .await?;
        transaction.commit().await?;
        Ok(registered)
    }

    /// The entry that a step is about, and the other roster of a swap.
    async fn lay_out(
        &self,
        db: &mut AnyConnection,
        kind: Kind,
        id: &str,
        step: &Step,
    ) -> Result<(Option<Kept>, Option<Roster>), StepError> {
        if let Step::Roster { caregiver, step } = step {
            let roster = self.roster_in(db, caregiver).await?;
            let roster = roster.ok_or_else(|| StepError::UnknownPerson(id.to_owned()))?;
            let other = match roster::other(&roster, step).cloned() {
                Some(other) => self.roster_in(db, &other).await?,
                None => None,
            };
            return Ok((Some(Kept::Roster(roster)), other));
        }
        let person = match step {
            Step::Person { person, .. } => Some(person.as_str()),
            Step::Plan { step: schemas::registry::plan::PlanStep::Begin { elder, .. }, .. } => {
                Some(elder.as_str())
            }
            _ => None,
        };
        if let Some(person) = person
            && Self::person_in(db, person).await?.is_none()
        {
            return Err(StepError::UnknownPerson(person.to_owned()));
        }
        Ok((Self::kept_in(db, kind, id).await?, None))
    }

    /// A caregiver's roster; that of their profile where none is kept yet.
    async fn roster_in(
        &self,
        db: &mut AnyConnection,
        caregiver: &CaregiverId,
    ) -> Result<Option<Roster>, StepError> {
        if let Some(Kept::Roster(roster)) = Self::kept_in(db, Kind::Roster, caregiver.as_str()).await? {
            return Ok(Some(roster));
        }
        match Self::person_in(db, caregiver.as_str()).await? {
            Some((Person::Caregiver(profile), false)) => Ok(Some(roster::of(&profile))),
            _ => Ok(None),
        }
    }

    /// The caregiver's profile says what the roster says.
    async fn put_roster(
        &self,
        db: &mut AnyConnection,
        roster: &Roster,
        at: Timestamp,
    ) -> Result<(), StepError> {
        if let Some((Person::Caregiver(profile), false)) =
            Self::person_in(db, roster.caregiver.as_str()).await?
        {
            let profile = Person::Caregiver(roster::applied(profile, roster));
            self.put_person(db, &profile, at).await?;
        }
        Ok(())
    }

    /// Keeps what `accounts` decided about an organisation; the same word may come twice.
    ///
    /// # Errors
    /// [`StepError::Put`].
    pub async fn hear(&self, word: &Word, at: Timestamp) -> Result<bool, StepError> {
        let (mut transaction, _) = self.database.begin_alone().await?;
        let id = word.organisation();
        let kept = Self::kept_in(&mut transaction, Kind::Organisation, id.as_str()).await?;
        let kept = match kept {
            Some(Kept::Organisation(kept)) => kept,
            _ => keep::organisation::unregistered(id),
        };
        let Some(next) = keep::organisation::hear(&kept, word) else { return Ok(false) };
        self.put_kept(&mut transaction, &Kept::Organisation(next), at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// An entry.
    pub(super) async fn kept_in(
        db: &mut AnyConnection,
        kind: Kind,
        id: &str,
    ) -> Result<Option<Kept>, PutError> {
        let sql = "SELECT body FROM kept WHERE kind = $1 AND id = $2";
        let body: Option<String> =
            sqlx::query_scalar(sql).bind(kind.name()).bind(id).fetch_optional(db).await?;
        Ok(body.map(|body| kind.read(&body)).transpose()?)
    }

    /// Writes an entry, and the event that tells of it where others are told.
    pub(super) async fn put_kept(
        &self,
        db: &mut AnyConnection,
        kept: &Kept,
        at: Timestamp,
    ) -> Result<(), PutError> {
        let (kind, id) = kept.key();
        let event_id = match kept {
            Kept::Organisation(it) => {
                let event_id = format!("registry-o-{id}-{}", it.revision);
                let (subject, event) = self.organisation_event(&event_id, it, at)?;
                Self::post(db, &event_id, &subject, &event).await?;
                event_id
            }
            _ => String::new(),
        };
        sqlx::query(
            "INSERT INTO kept
                 (kind, id, organisation, elder, open, due, body, revision, event_id, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (kind, id) DO UPDATE SET organisation = excluded.organisation,
             elder = excluded.elder, open = excluded.open, due = excluded.due, body = excluded.body,
             revision = excluded.revision, event_id = excluded.event_id, changed_at = excluded.changed_at",
        )
        .bind(kind.name())
        .bind(id)
        .bind(kept.organisation().map(str::to_owned))
        .bind(kept.elder().map(str::to_owned))
        .bind(i64::from(kept.is_open()))
        .bind(kept.due().map_or(NEVER.to_owned(), |due| due.to_string()))
        .bind(serde_json::to_string(kept)?)
        .bind(i64::from(kept.revision()))
        .bind(event_id)
        .bind(at.as_millis())
        .execute(db)
        .await?;
        Ok(())
    }

    fn organisation_event(
        &self,
        event_id: &str,
        it: &Organisation,
        at: Timestamp,
    ) -> Result<(String, String), serde_json::Error> {
        let data = OrganisationProfiled { organisation: it.clone() };
        let event = CloudEvent::new(event_id, Service::Registry.source(), self.district.clone(), at, data);
        Ok((subject::organisation_profile(&self.district, &it.id), serde_json::to_string(&event)?))
    }

    /// Puts back into the outbox what the stream lacks of organisations.
    pub(super) async fn agree_kept(
        &self,
        db: &mut AnyConnection,
        published: &BTreeMap<String, String>,
        waiting: &BTreeSet<String>,
    ) -> Result<usize, PutError> {
        let sql = "SELECT id, body, event_id, changed_at FROM kept WHERE kind = 'organisation' ORDER BY id";
        let mut missing = 0;
        for row in sqlx::query(sql).fetch_all(&mut *db).await? {
            let (id, event_id): (String, String) = (row.try_get("id")?, row.try_get("event_id")?);
            let id = OrganisationId::new(id).map_err(|error: InvalidId| PutError::Damaged(error))?;
            let subject = subject::organisation_profile(&self.district, &id);
            if waiting.contains(&event_id) || published.get(&subject) == Some(&event_id) {
                continue;
            }
            let at = Timestamp::from_millis(row.try_get("changed_at")?);
            let it: Organisation = serde_json::from_str(&row.try_get::<String, _>("body")?)?;
            let (subject, event) = self.organisation_event(&event_id, &it, at)?;
            Self::post(db, &event_id, &subject, &event).await?;
            missing += 1;
        }
        Ok(missing)
    }

    /// Entries of a kind: those due first before the others.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn kept(&self, kind: Kind, query: &KeptQuery) -> Result<Vec<Kept>, PutError> {
        let wanted = [
            ("id =", query.id.clone()),
            ("organisation =", query.organisation.as_ref().map(ToString::to_string)),
            ("elder =", query.elder.as_ref().map(ToString::to_string)),
            ("id >", query.after.clone()),
        ];
        let mut sql = "SELECT body FROM kept WHERE kind = $1 AND open >= $2".to_owned();
        let mut values = Vec::new();
        for (column, value) in wanted {
            if let Some(value) = value {
                values.push(value);
                sql = format!("{sql} AND {column} ${}", values.len() + 2);
            }
        }
        let order = if kind == Kind::Facility { "due, id" } else { "id" };
        let limit = if query.limit == 0 { USUAL } else { query.limit.clamp(1, 500) };
        sql = format!("{sql} ORDER BY {order} LIMIT {limit}");
        let mut found = sqlx::query_scalar(database::own(sql)).bind(kind.name()).bind(i64::from(query.open));
        for value in values {
            found = found.bind(value);
        }
        let bodies: Vec<String> = found.fetch_all(&self.pool).await?;
        bodies.iter().map(|body| Ok(kind.read(body)?)).collect()
    }
}

/// What the command came to, if it was taken before.
async fn repeated(
    db: &mut AnyConnection,
    id: &CommandId,
    about: &str,
    step: &str,
) -> Result<Option<Registered>, StepError> {
    let sql = "SELECT about, step, answer FROM deed WHERE command = $1";
    let Some(row) = sqlx::query(sql).bind(id.as_str()).fetch_optional(db).await? else { return Ok(None) };
    let (was, done): (String, String) = (row.try_get("about")?, row.try_get("step")?);
    if was != about || done != step {
        return Err(StepError::IdTaken);
    }
    Ok(Some(serde_json::from_str(&row.try_get::<String, _>("answer")?)?))
}
