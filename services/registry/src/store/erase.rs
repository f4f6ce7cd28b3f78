//! One person out: all of it to a file, or for ever. Erasing destroys the person's key, the sealed rows and the hashes they
//! are found by, empties their profile, and takes them off the roster and the care plans; the id stays taken. What the
//! stream still holds of them is purged when the last event goes out (see `publish`).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    caregiver::CaregiverProfile,
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::Wgs84,
    time::Timestamp,
};
use schemas::registry::{person::PersonFile, plan::PlanStage};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Person, PutError, Store, people::subject_of};
use crate::keep::{Kept, Kind};

/// So many readings stand in a person's file.
const MOST_READINGS: u32 = 10_000;
/// An erased elder's place is rounded to so many parts of a degree: the town, not the door.
const TOWN: f64 = 10.0;

impl Store {
    /// All that is held of somebody; none where nobody has that id.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn file_of(&self, id: &str) -> Result<Option<PersonFile>, PutError> {
        let mut db = self.pool.acquire().await?;
        let Some((person, _)) = Self::person_in(&mut db, id).await? else { return Ok(None) };
        let mut kept: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
        let sql = "SELECT body FROM kept WHERE (kind IN ('roster', 'erasure') AND id = $1) OR elder = $1
                   ORDER BY kind, id";
        let bodies: Vec<String> = sqlx::query_scalar(sql).bind(id).fetch_all(&mut *db).await?;
        for body in &bodies {
            let value: serde_json::Value = serde_json::from_str(body)?;
            let kind = match value.get("visit") {
                Some(_) => Kind::Plan,
                None if value.get("shifts").is_some() => Kind::Roster,
                None => Kind::Erasure,
            };
            kept.entry(kind.name().to_owned()).or_default().push(value);
        }
        drop(db);
        Ok(Some(PersonFile {
            person: id.to_owned(),
            kind: person.kind().to_owned(),
            profile: serde_json::from_str(&person.profile()?)?,
            sealed: self.all_fields(id).await?,
            kept,
            readings: self.readings_of(id, MOST_READINGS).await?,
        }))
    }

    /// Destroys what is held of somebody, within a step's transaction.
    pub(super) async fn erase_in(
        &self,
        db: &mut AnyConnection,
        id: &str,
        at: Timestamp,
    ) -> Result<(), PutError> {
        let Some((person, _)) = Self::person_in(db, id).await? else { return Ok(()) };
        let subject = subject_of(person.kind(), id, &self.district)?;
        sqlx::query("DELETE FROM outbox WHERE subject = $1").bind(subject).execute(&mut *db).await?;
        self.put_person(db, &emptied(person), at).await?;
        sqlx::query("DELETE FROM person_key WHERE person = $1").bind(id).execute(&mut *db).await?;
        sqlx::query("DELETE FROM sealed WHERE person = $1").bind(id).execute(&mut *db).await?;
        sqlx::query("UPDATE head SET names = names + 1").execute(&mut *db).await?;
        sqlx::query("DELETE FROM kept WHERE kind = 'roster' AND id = $1").bind(id).execute(&mut *db).await?;
        let sql = "SELECT body FROM kept WHERE kind = 'plan' AND elder = $1";
        let plans: Vec<String> = sqlx::query_scalar(sql).bind(id).fetch_all(&mut *db).await?;
        for body in &plans {
            if let Kept::Plan(mut plan) = Kind::Plan.read(body)? {
                plan.stage = PlanStage::Ended;
                self.put_kept(db, &Kept::Plan(plan), at).await?;
            }
        }
        sqlx::query("UPDATE person SET erased = 1 WHERE id = $1").bind(id).execute(db).await?;
        Ok(())
    }

    /// The subjects of those who were erased: they are to hold nothing but the last message.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn erased(&self) -> Result<BTreeSet<String>, PutError> {
        let found = sqlx::query("SELECT id, kind FROM person WHERE erased = 1").fetch_all(&self.pool).await?;
        let subject = |row: &AnyRow| {
            let (id, kind): (String, String) = (row.try_get("id")?, row.try_get("kind")?);
            Ok(subject_of(&kind, &id, &self.district)?)
        };
        found.iter().map(subject).collect()
    }
}

/// The profile of somebody who is no longer there: nobody is sent to them, and they are sent nowhere.
fn emptied(person: Person) -> Person {
    match person {
        Person::Elder(elder) => {
            let town = |degrees: f64| (degrees * TOWN).round() / TOWN;
            let place = Wgs84::new(town(elder.place.lon()), town(elder.place.lat())).unwrap_or(elder.place);
            Person::Elder(ElderProfile {
                place,
                ability: Ability::default(),
                priority_classes: [].into(),
                blocked: [].into(),
                preferred: [].into(),
                arrival_radius: DEFAULT_ARRIVAL_RADIUS,
                closed: true,
                ..elder
            })
        }
        Person::Caregiver(caregiver) => Person::Caregiver(CaregiverProfile {
            certificates: Vec::new(),
            health_certificate: None,
            trained: false,
            shifts: Vec::new(),
            breaks: Vec::new(),
            off: Vec::new(),
            rating: None,
            suspended: true,
            ..caregiver
        }),
    }
}
