//! Profiles. A change writes the profile, what is sealed with it, and the event that tells of it, or none of them.

use std::collections::{BTreeMap, BTreeSet};

use database::rows;
use domain::{
    caregiver::CaregiverProfile,
    elder::ElderProfile,
    id::{CaregiverId, CommunityId, DistrictId, ElderId, InvalidId, StreetId},
    time::Timestamp,
};
use schemas::{
    envelope::CloudEvent,
    profile::{CaregiverProfiled, ElderProfiled, FindQuery, Kind, Registered},
    subject::{self, Service},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::Store;
use crate::{
    keep::{Kept, Kind as KeptKind, roster},
    vault::{Field, VaultError},
};

/// Someone whose profile is set.
#[derive(Debug, Clone, PartialEq)]
pub enum Person {
    /// An elder.
    Elder(ElderProfile),
    /// A caregiver.
    Caregiver(CaregiverProfile),
}

/// A profile, with the name where it is to be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// The profile.
    pub person: Person,
    /// The name; `None` leaves it as it is.
    pub name: Option<String>,
    /// The phone number; `None` leaves it as it is.
    pub phone: Option<String>,
    /// The identity number; `None` leaves it as it is.
    pub identity: Option<String>,
    /// The street address; `None` leaves it as it is.
    pub address: Option<String>,
}

impl Put {
    /// A profile alone.
    pub const fn of(person: Person) -> Self {
        Self { person, name: None, phone: None, identity: None, address: None }
    }
}

/// Names that were set after some change.
#[derive(Debug)]
pub struct Named {
    /// Id and name.
    pub names: Vec<(String, String)>,
    /// So many changes of names there were by then.
    pub changes: i64,
    /// So many people have a name.
    pub kept: usize,
}

/// Why a profile is not set.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The id is an elder's and was to be a caregiver's, or the other way round.
    #[error("{id} is already an id of kind {kept}; ids are never used twice, choose another")]
    OtherKind {
        /// The id.
        id: String,
        /// What it is.
        kept: String,
    },
    /// Somebody else has the identity number.
    #[error("{holder} has this identity number already; one person has one file")]
    SameIdentity {
        /// Who has it.
        holder: String,
    },
    /// They were erased.
    #[error("{0} was erased; ids are never used twice, choose another")]
    Erased(String),
    /// The database fails.
    #[error("the registry's database: {0}")]
    Database(#[from] sqlx::Error),
    /// A profile has no form in JSON.
    #[error("the profile cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The name cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database holds what is no id.
    #[error("the registry's database holds {0}; restore it")]
    Damaged(#[from] InvalidId),
}

impl Person {
    /// Their id.
    pub fn id(&self) -> &str {
        match self {
            Self::Elder(elder) => elder.id.as_str(),
            Self::Caregiver(caregiver) => caregiver.id.as_str(),
        }
    }

    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Elder(_) => "elder",
            Self::Caregiver(_) => "caregiver",
        }
    }

    pub(super) fn profile(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Elder(elder) => serde_json::to_string(elder),
            Self::Caregiver(caregiver) => serde_json::to_string(caregiver),
        }
    }

    pub(super) fn from_row(row: &AnyRow) -> Result<Self, PutError> {
        let (kind, profile): (String, String) = (row.try_get("kind")?, row.try_get("profile")?);
        Ok(match kind.as_str() {
            "elder" => Self::Elder(serde_json::from_str(&profile)?),
            _ => Self::Caregiver(serde_json::from_str(&profile)?),
        })
    }

    /// Where they live or belong: for lookups.
    fn place(&self) -> (&str, &str) {
        match self {
            Self::Elder(elder) => (elder.street.as_str(), elder.community.as_str()),
            Self::Caregiver(caregiver) => (caregiver.street.as_str(), ""),
        }
    }

    /// The event that tells of the profile, and its subject.
    fn event(
        &self,
        id: &str,
        district: &DistrictId,
        at: Timestamp,
    ) -> Result<(String, String), serde_json::Error> {
        let (source, d) = (Service::Registry.source(), district.clone());
        match self {
            Self::Elder(elder) => {
                let subject = subject::elder_profile(district, &elder.id);
                let data = ElderProfiled { elder: elder.clone() };
                Ok((subject, serde_json::to_string(&CloudEvent::new(id, source, d, at, data))?))
            }
            Self::Caregiver(caregiver) => {
                let subject = subject::caregiver_profile(district, &caregiver.id);
                let data = CaregiverProfiled { caregiver: caregiver.clone() };
                Ok((subject, serde_json::to_string(&CloudEvent::new(id, source, d, at, data))?))
            }
        }
    }
}

/// The subject on which a person's profile is published.
pub(super) fn subject_of(kind: &str, id: &str, district: &DistrictId) -> Result<String, InvalidId> {
    Ok(match kind {
        "elder" => subject::elder_profile(district, &ElderId::new(id)?),
        _ => subject::caregiver_profile(district, &CaregiverId::new(id)?),
    })
}

impl Store {
    /// Sets one profile, and what is sealed where it is given. Setting what stands there already changes nothing and tells
    /// nobody.
    ///
    /// # Errors
    /// [`PutError`]; nothing is changed then.
    pub async fn put(&self, put: &Put, at: Timestamp) -> Result<Registered, PutError> {
        let (mut transaction, _) = self.database.begin_alone().await?;
        let registered = self.put_in(&mut transaction, put, at).await?;
        transaction.commit().await?;
        Ok(registered)
    }

    /// Sets many profiles in one transaction; each may be refused by itself. The results are in the order of the
    /// profiles.
    ///
    /// # Errors
    /// [`sqlx::Error`] if the whole is not kept.
    pub async fn put_all(
        &self,
        puts: &[Put],
        at: Timestamp,
    ) -> Result<Vec<Result<Registered, PutError>>, sqlx::Error> {
        let (mut transaction, _) = self.database.begin_alone().await?;
        let mut results = Vec::with_capacity(puts.len());
        for put in puts {
            match self.put_in(&mut transaction, put, at).await {
                // After one that failed a transaction of PostgreSQL takes no more.
                Err(PutError::Database(error)) => return Err(error),
                other => results.push(other),
            }
        }
        transaction.commit().await?;
        Ok(results)
    }

    async fn put_in(&self, db: &mut AnyConnection, put: &Put, at: Timestamp) -> Result<Registered, PutError> {
        let id = put.person.id();
        if let Some(identity) = &put.identity
            && let Some(holder) = self.holder(db, id, Field::Identity, identity).await?
        {
            return Err(PutError::SameIdentity { holder });
        }
        let person = self.rostered(db, &put.person, at).await?;
        let registered = self.put_person(db, &person, at).await?;
        let fields = [
            (Field::Name, &put.name),
            (Field::Phone, &put.phone),
            (Field::Identity, &put.identity),
            (Field::Address, &put.address),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                self.put_sealed(db, id, field, text).await?;
            }
        }
        Ok(registered)
    }

    /// The person with what their roster says, where they have one: the shifts given are those planned from now on.
    async fn rostered(
        &self,
        db: &mut AnyConnection,
        person: &Person,
        at: Timestamp,
    ) -> Result<Person, PutError> {
        let Person::Caregiver(given) = person else { return Ok(person.clone()) };
        let Some(Kept::Roster(mut kept)) = Self::kept_in(db, KeptKind::Roster, given.id.as_str()).await?
        else {
            // Time away is the roster's to say.
            return Ok(Person::Caregiver(CaregiverProfile { off: Vec::new(), ..given.clone() }));
        };
        if kept.shifts != given.shifts
            || kept.breaks != given.breaks
            || kept.organisation != given.organisation
        {
            kept.shifts.clone_from(&given.shifts);
            kept.breaks.clone_from(&given.breaks);
            kept.organisation = given.organisation.clone();
            kept.revision = kept.revision.saturating_add(1);
            self.put_kept(db, &Kept::Roster(kept.clone()), at).await?;
        }
        Ok(Person::Caregiver(roster::applied(given.clone(), &kept)))
    }

    /// Sets a profile and posts the event, if it is another one than before.
    pub(super) async fn put_person(
        &self,
        db: &mut AnyConnection,
        person: &Person,
        at: Timestamp,
    ) -> Result<Registered, PutError> {
        let (id, kind, profile) = (person.id(), person.kind(), person.profile()?);
        let kept = sqlx::query("SELECT kind, profile, revision, erased FROM person WHERE id = $1").bind(id);
        let kept = kept.fetch_optional(&mut *db).await?;
        let (mut revision, mut unchanged) = (0_i64, false);
        if let Some(kept) = kept {
            let kept_kind: String = kept.try_get("kind")?;
            if kept_kind != kind {
                return Err(PutError::OtherKind { id: id.to_owned(), kept: kept_kind });
            }
            if kept.try_get::<i64, _>("erased")? != 0 {
                return Err(PutError::Erased(id.to_owned()));
            }
            revision = kept.try_get("revision")?;
            unchanged = kept.try_get::<String, _>("profile")? == profile;
        }
        if !unchanged {
            revision += 1;
            let event_id = format!("registry-{id}-{revision}");
            let (street, community) = person.place();
            sqlx::query(
                "INSERT INTO person (id, kind, street, community, profile, revision, event_id, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (id) DO UPDATE SET street = excluded.street, community = excluded.community,
                 profile = excluded.profile, revision = excluded.revision, event_id = excluded.event_id,
                 changed_at = excluded.changed_at",
            )
            .bind(id)
            .bind(kind)
            .bind(street)
            .bind(community)
            .bind(profile)
            .bind(revision)
            .bind(&event_id)
            .bind(at.as_millis())
            .execute(&mut *db)
            .await?;
            let (subject, event) = person.event(&event_id, &self.district, at)?;
            Self::post(db, &event_id, &subject, &event).await?;
        }
        Ok(Registered { id: id.to_owned(), revision: revision.unsigned_abs(), unchanged })
    }

    /// The person of that id, as published.
    pub(super) async fn person_in(
        db: &mut AnyConnection,
        id: &str,
    ) -> Result<Option<(Person, bool)>, PutError> {
        let sql = "SELECT kind, profile, erased FROM person WHERE id = $1";
        let Some(row) = sqlx::query(sql).bind(id).fetch_optional(db).await? else { return Ok(None) };
        Ok(Some((Person::from_row(&row)?, row.try_get::<i64, _>("erased")? != 0)))
    }

    /// Those among these people whom the query means, by kind and place, one page in the order of their ids.
    ///
    /// # Errors
    /// [`PutError::Database`].
    pub async fn meant(&self, ids: &[&str], query: &FindQuery) -> Result<Vec<String>, PutError> {
        let kind = match query.kind {
            Kind::Elder => "elder",
            Kind::Caregiver => "caregiver",
        };
        // A community has elders; staff belong to a street.
        let community = query.community.as_ref().filter(|_| query.kind == Kind::Elder);
        let street = query.street.as_ref().map_or("", StreetId::as_str);
        let community = community.map_or("", CommunityId::as_str);
        let sql = "SELECT id, kind, street, community FROM person WHERE id";
        let mut db = self.pool.acquire().await?;
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        let mut meant = Vec::new();
        for row in rows::select_in(&mut db, sql, ids).await? {
            let is = |column, wanted: &str| -> Result<bool, sqlx::Error> {
                Ok(wanted.is_empty() || row.try_get::<String, _>(column)? == wanted)
            };
            if is("kind", kind)? && is("street", street)? && is("community", community)? {
                meant.push(row.try_get::<String, _>("id")?);
            }
        }
        meant.sort_unstable();
        meant.truncate(usize::from(query.limit));
        Ok(meant)
    }

    /// Brings the outbox in line with the stream; `published` is the id of the last event on each subject. What is
    /// there need not be sent again (a process may have ended between publishing and noting it); what the stream lost
    /// or never had is put back. Returns how many events that is.
    ///
    /// # Errors
    /// [`PutError`]; nothing is changed then.
    pub async fn agree(&self, published: &BTreeMap<String, String>) -> Result<usize, PutError> {
        let (mut transaction, _) = self.database.begin_alone().await?;
        let db = &mut *transaction;
        let there: BTreeSet<&String> = published.values().collect();
        let waiting: Vec<String> =
            sqlx::query_scalar("SELECT event_id FROM outbox").fetch_all(&mut *db).await?;
        let (done, waiting): (Vec<String>, Vec<String>) =
            waiting.into_iter().partition(|event_id| there.contains(event_id));
        for event_id in done {
            sqlx::query("DELETE FROM outbox WHERE event_id = $1").bind(event_id).execute(&mut *db).await?;
        }
        let waiting: BTreeSet<String> = waiting.into_iter().collect();
        let sql = "SELECT id, kind, profile, event_id, changed_at FROM person ORDER BY changed_at, id";
        let mut missing = 0;
        for row in sqlx::query(sql).fetch_all(&mut *db).await? {
            let (id, kind, event_id): (String, String, String) =
                (row.try_get("id")?, row.try_get("kind")?, row.try_get("event_id")?);
            if waiting.contains(&event_id)
                || published.get(&subject_of(&kind, &id, &self.district)?) == Some(&event_id)
            {
                continue;
            }
            let at = Timestamp::from_millis(row.try_get("changed_at")?);
            let (subject, event) = Person::from_row(&row)?.event(&event_id, &self.district, at)?;
            Self::post(db, &event_id, &subject, &event).await?;
            missing += 1;
        }
        missing += self.agree_kept(db, published, &waiting).await?;
        transaction.commit().await?;
        Ok(missing)
    }
}
