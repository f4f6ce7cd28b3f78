//! Profiles and names. A change writes the profile, the name and the event that tells of it, or none of them.

use std::collections::BTreeMap;

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
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::Store;
use crate::vault::{Purpose, Sealed, VaultError};

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

    const fn kind(&self) -> &'static str {
        match self {
            Self::Elder(_) => "elder",
            Self::Caregiver(_) => "caregiver",
        }
    }

    fn profile(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Elder(elder) => serde_json::to_string(elder),
            Self::Caregiver(caregiver) => serde_json::to_string(caregiver),
        }
    }

    fn from_row(row: &SqliteRow) -> Result<Self, PutError> {
        let (kind, profile): (String, String) = (row.try_get("kind")?, row.try_get("profile")?);
        Ok(match kind.as_str() {
            "elder" => Self::Elder(serde_json::from_str(&profile)?),
            _ => Self::Caregiver(serde_json::from_str(&profile)?),
        })
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
fn subject_of(kind: &str, id: &str, district: &DistrictId) -> Result<String, InvalidId> {
    Ok(match kind {
        "elder" => subject::elder_profile(district, &ElderId::new(id)?),
        _ => subject::caregiver_profile(district, &CaregiverId::new(id)?),
    })
}

impl Store {
    /// Sets one profile, and the name if one is given. Setting what stands there already changes nothing and tells
    /// nobody.
    ///
    /// # Errors
    /// [`PutError`]; nothing is changed then.
    pub async fn put(&self, put: &Put, at: Timestamp) -> Result<Registered, PutError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let registered = self.put_in(&mut transaction, put, at).await?;
        transaction.commit().await?;
        Ok(registered)
    }

    /// Sets many profiles in one transaction; each may fail by itself. The results are in the order of the profiles.
    ///
    /// # Errors
    /// [`sqlx::Error`] if the whole is not kept.
    pub async fn put_all(
        &self,
        puts: &[Put],
        at: Timestamp,
    ) -> Result<Vec<Result<Registered, PutError>>, sqlx::Error> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut results = Vec::with_capacity(puts.len());
        for put in puts {
            results.push(self.put_in(&mut transaction, put, at).await);
        }
        transaction.commit().await?;
        Ok(results)
    }

    async fn put_in(
        &self,
        db: &mut SqliteConnection,
        put: &Put,
        at: Timestamp,
    ) -> Result<Registered, PutError> {
        let (id, kind, profile) = (put.person.id(), put.person.kind(), put.person.profile()?);
        let kept = sqlx::query("SELECT kind, profile, revision FROM person WHERE id = ?").bind(id);
        let kept = kept.fetch_optional(&mut *db).await?;
        let (mut revision, mut unchanged) = (0_i64, false);
        if let Some(kept) = kept {
            let kept_kind: String = kept.try_get("kind")?;
            if kept_kind != kind {
                return Err(PutError::OtherKind { id: id.to_owned(), kept: kept_kind });
            }
            revision = kept.try_get("revision")?;
            unchanged = kept.try_get::<String, _>("profile")? == profile;
        }
        if !unchanged {
            revision += 1;
            let event_id = format!("registry-{id}-{revision}");
            sqlx::query(
                "INSERT INTO person (id, kind, profile, revision, event_id, changed_at) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, revision = excluded.revision,
                 event_id = excluded.event_id, changed_at = excluded.changed_at",
            )
            .bind(id)
            .bind(kind)
            .bind(profile)
            .bind(revision)
            .bind(&event_id)
            .bind(at.as_millis())
            .execute(&mut *db)
            .await?;
            let (subject, event) = put.person.event(&event_id, &self.district, at)?;
            Self::post(db, &event_id, &subject, &event).await?;
        }
        if let Some(name) = &put.name {
            let sealed = self.vault.seal(id, Purpose::Name, name)?;
            sqlx::query(
                "INSERT INTO vault (person, wrapped_key, name) VALUES (?, ?, ?)
                 ON CONFLICT (person) DO UPDATE SET wrapped_key = excluded.wrapped_key, name = excluded.name",
            )
            .bind(id)
            .bind(sealed.wrapped_key)
            .bind(sealed.text)
            .execute(&mut *db)
            .await?;
        }
        if let Some(phone) = &put.phone {
            self.put_phone(db, id, phone).await?;
        }
        Ok(Registered { id: id.to_owned(), revision: revision.unsigned_abs(), unchanged })
    }

    /// The names of these people; who has none is left out.
    ///
    /// # Errors
    /// [`PutError::Database`] or [`PutError::Vault`].
    pub async fn names(&self, ids: &[String]) -> Result<BTreeMap<String, String>, PutError> {
        let wanted = serde_json::to_string(ids)?;
        let rows = sqlx::query(
            "SELECT person, wrapped_key, name FROM vault WHERE person IN (SELECT value FROM json_each(?))",
        )
        .bind(wanted)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let person: String = row.try_get("person")?;
                let sealed = Sealed { wrapped_key: row.try_get("wrapped_key")?, text: row.try_get("name")? };
                let name = self.vault.open_text(&person, Purpose::Name, &sealed)?;
                Ok((person, name))
            })
            .collect()
    }

    /// The names set after so many changes; 0 is all of them.
    ///
    /// # Errors
    /// [`PutError::Database`] or [`PutError::Vault`].
    pub async fn named_since(&self, changes: i64) -> Result<Named, PutError> {
        let mut db = self.pool.begin().await?;
        let now: i64 = sqlx::query_scalar("SELECT count FROM name_changes").fetch_one(&mut *db).await?;
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM vault").fetch_one(&mut *db).await?;
        // Names from before changes were counted have the number 0.
        let from = if changes == 0 { -1 } else { changes };
        let rows = sqlx::query("SELECT person, wrapped_key, name FROM vault WHERE change > ?")
            .bind(from)
            .fetch_all(&mut *db)
            .await?;
        drop(db);
        let vault = self.vault.clone();
        // Tens of thousands the first time.
        let opened = tokio::task::spawn_blocking(move || {
            let open = |row: &SqliteRow| -> Result<_, PutError> {
                let person: String = row.try_get("person")?;
                let sealed = Sealed { wrapped_key: row.try_get("wrapped_key")?, text: row.try_get("name")? };
                let name = vault.open_text(&person, Purpose::Name, &sealed)?;
                Ok((person, name))
            };
            rows.iter().map(open).collect::<Result<Vec<_>, _>>()
        });
        let names = opened.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))??;
        Ok(Named { names, changes: now, kept: usize::try_from(kept).unwrap_or_default() })
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
        let rows = sqlx::query_scalar(
            "SELECT person.id FROM json_each(?1) AS wanted
             JOIN person ON person.id = wanted.value JOIN vault ON vault.person = person.id
             WHERE person.kind = ?2
               AND (?3 IS NULL OR json_extract(person.profile, '$.street') = ?3)
               AND (?4 IS NULL OR json_extract(person.profile, '$.community') = ?4)
             ORDER BY person.id LIMIT ?5",
        )
        .bind(serde_json::to_string(ids)?)
        .bind(kind)
        .bind(query.street.as_ref().map(StreetId::as_str))
        .bind(community.map(CommunityId::as_str))
        .bind(i64::from(query.limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// Brings the outbox in line with the stream; `published` is the id of the last event on each subject. What is
    /// there need not be sent again (a process may have ended between publishing and noting it); what the stream lost
    /// or never had is put back. Returns how many events that is.
    ///
    /// # Errors
    /// [`PutError`]; nothing is changed then.
    pub async fn agree(&self, published: &BTreeMap<String, String>) -> Result<usize, PutError> {
        let mut db = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let there: Vec<&String> = published.values().collect();
        sqlx::query("DELETE FROM outbox WHERE event_id IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(&there)?)
            .execute(&mut *db)
            .await?;
        let rows = sqlx::query(
            "SELECT id, kind, profile, event_id, changed_at FROM person
             WHERE event_id NOT IN (SELECT event_id FROM outbox) ORDER BY changed_at, id",
        )
        .fetch_all(&mut *db)
        .await?;
        let mut missing = 0;
        for row in rows {
            let (id, kind, event_id): (String, String, String) =
                (row.try_get("id")?, row.try_get("kind")?, row.try_get("event_id")?);
            if published.get(&subject_of(&kind, &id, &self.district)?) == Some(&event_id) {
                continue;
            }
            let at = Timestamp::from_millis(row.try_get("changed_at")?);
            let (subject, event) = Person::from_row(&row)?.event(&event_id, &self.district, at)?;
            Self::post(&mut db, &event_id, &subject, &event).await?;
            missing += 1;
        }
        db.commit().await?;
        Ok(missing)
    }
}
