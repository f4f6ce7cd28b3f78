//! Databases, people, and the words of a story.

use domain::{
    calendar::Day,
    id::{CaregiverId, CommandId, DistrictId, UserId},
    order::{Actor, Role},
    time::Timestamp,
};
use registry::{
    keep::Kind,
    store::{Person, Place, Put, StepError, Store, Taker},
    terms::Terms,
    vault::Vault,
};
use runtime::Entropy;
use schemas::{
    problem::Problem,
    profile::Registered,
    registry::{KeptQuery, Step},
};
use serde_json::{Value, json};

/// Where databases can be made, with the key file beside them.
pub struct Ground(database::testing::Ground);

impl Ground {
    pub fn sqlite() -> Self {
        Self(database::testing::Ground::sqlite())
    }

    pub fn postgres() -> Self {
        Self(database::testing::Ground::postgres())
    }

    /// A new, empty database.
    pub fn place(&self) -> Place {
        self.0.place()
    }

    /// The vault of that key file.
    pub fn vault(&self, name: &str) -> Vault {
        Vault::open(&self.0.folder().join(name), &Entropy::system()).unwrap()
    }

    pub async fn open(&self, place: &Place) -> Store {
        Store::open(place, &district(), self.vault("registry.key")).await.unwrap()
    }

    /// A new store.
    pub async fn store(&self) -> Store {
        self.open(&self.place()).await
    }
}

pub fn district() -> DistrictId {
    DistrictId::new("d1").unwrap()
}

pub fn noon(text: &str) -> Timestamp {
    text.parse::<Day>().unwrap().begins().plus_millis(12 * 3_600_000)
}

/// Changsha's terms with the calendar that is built in.
pub fn terms(city: &str) -> Terms {
    let mut config = registry::Config::of(district(), "unused".into());
    config.policy = Some(city.to_owned());
    Terms::load(&config).unwrap()
}

pub fn elder(id: &str) -> Put {
    let profile = json!({
        "id": id, "place": { "lon": 98.291_311, "lat": 39.775_341 }, "street": "s1", "community": "s1-c1",
        "preferred": ["c1"],
    });
    Put::of(Person::Elder(serde_json::from_value(profile).unwrap()))
}

pub fn caregiver(id: &str, shifts: &[(&str, &str)]) -> Put {
    let shifts: Vec<Value> =
        shifts.iter().map(|(from, to)| json!({ "earliest": from, "latest": to })).collect();
    let profile = json!({
        "id": id, "organisation": "org1", "street": "s1", "trained": true, "shifts": shifts,
    });
    Put::of(Person::Caregiver(serde_json::from_value(profile).unwrap()))
}

/// The published profile of somebody.
pub async fn profile(store: &Store, id: &str) -> Value {
    store.file_of(id).await.unwrap().unwrap().profile
}

/// The only entry of that id.
pub async fn kept(store: &Store, kind: Kind, id: &str) -> Value {
    let query = KeptQuery { id: Some(id.to_owned()), ..KeptQuery::default() };
    let found = store.kept(kind, &query).await.unwrap();
    assert_eq!(found.len(), 1, "{id}");
    serde_json::to_value(&found[0]).unwrap()
}

/// Somebody who takes steps.
pub struct Hand<'a> {
    pub store: &'a Store,
    pub terms: &'a Terms,
}

impl Hand<'_> {
    /// Takes a step as that role and user; the refusal's code where it may not be.
    pub async fn take(
        &self,
        (role, user): (Role, &str),
        on: &str,
        step: Value,
    ) -> Result<Registered, String> {
        let id: CommandId = Entropy::system().id();
        let note = if step.get("fits") == Some(&json!(false)) { "see the form" } else { "" };
        self.take_as(&id, (role, user), on, step, note).await
    }

    pub async fn take_as(
        &self,
        id: &CommandId,
        (role, user): (Role, &str),
        on: &str,
        step: Value,
        note: &str,
    ) -> Result<Registered, String> {
        let step: Step = serde_json::from_value(step).unwrap();
        let by = Actor { role, user: Some(UserId::new(user).unwrap()) };
        let own = (role == Role::Caregiver).then(|| CaregiverId::new(user).unwrap());
        let taker = Taker { id, by: &by, caregiver: own.as_ref(), at: noon(on), terms: self.terms };
        let taken: Result<Registered, StepError> = self.store.step(taker, &step, note).await;
        taken.map_err(|error| Problem::from(error).code.into_owned())
    }
}

pub const BUREAU: (Role, &str) = (Role::Bureau, "b1");
pub const OTHER_BUREAU: (Role, &str) = (Role::Bureau, "b2");
pub const SUPERVISOR: (Role, &str) = (Role::Supervisor, "s1");
pub const STREET: (Role, &str) = (Role::FrontDesk, "f1");
