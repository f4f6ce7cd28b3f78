//! Takes commands, and answers who is called what.

mod audit;
mod check;

use std::sync::Arc;

use domain::{calendar::Day, order::Role};
use runtime::SharedClock;
use schemas::{
    problem::Problem,
    profile::{FindQuery, Names, NamesQuery, Registered, RegistryCommand},
    reach::{Contacts, ContactsQuery},
    registry::{
        CarePlans, Erasures, Facilities, KeptQuery, Organisations, PlanWithOrders, Rosters,
        person::{Caller, CallerQuery, ExportQuery, PersonFile},
    },
};
use tokio::sync::Notify;

use crate::{
    find::Index,
    handing::Handing,
    keep::{Kept, Kind},
    mask::{self, View},
    metrics::Metrics,
    store::{Person, Put, PutError, Store, Taker, failed},
    terms::Terms,
    vault::Field,
};

use self::audit::{About, only};
pub use self::check::check;

/// The most names one question may ask for.
pub const MAX_NAMES: usize = 500;
/// The most names one search may find.
pub const MAX_FOUND: u16 = 501;
/// The longest a name may be, in characters.
pub const MAX_NAME_LENGTH: usize = 64;
/// The longest an address may be, in characters.
pub const MAX_ADDRESS_LENGTH: usize = 200;
/// So many days of a care plan come with it.
const DAYS_OF_A_PLAN: u32 = 14;

/// What answering takes. Clones share it.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Where people are kept.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// Rung after each change.
    pub changed: Arc<Notify>,
    /// Who is called so.
    pub index: Index,
    /// The city's terms.
    pub terms: Arc<Terms>,
    pub(crate) metrics: Metrics,
}

impl Desk {
    /// Carries a command out. When it returns, the change is durable and will be published.
    ///
    /// # Errors
    /// `invalid_profile`, `invalid_name`, `invalid_phone`, `invalid_identity`, `invalid_address`, `same_identity`,
    /// `erased`, `id_taken`, `unavailable`; of a step, its refusal's code.
    pub async fn command(&self, command: RegistryCommand) -> Result<Registered, Problem> {
        let about = About::of(&command);
        let outcome = self.set(command).await;
        if let Err(problem) = &outcome {
            self.refused(&about.by, (&about.whom, about.what), problem).await;
        }
        outcome
    }

    async fn set(&self, command: RegistryCommand) -> Result<Registered, Problem> {
        let mut put = match command {
            RegistryCommand::PutElder { elder, name, phone, identity, address } => {
                Put { person: Person::Elder(elder), name, phone, identity, address }
            }
            RegistryCommand::PutCaregiver { caregiver, name, phone, identity, address } => {
                Put { person: Person::Caregiver(caregiver), name, phone, identity, address }
            }
            RegistryCommand::Step { id, by, as_caregiver, note, step } => {
                let caregiver = as_caregiver.as_ref();
                let (at, terms) = (self.clock.now(), &*self.terms);
                let taker = Taker { id: &id, by: &by, caregiver, at, terms };
                let registered = self.store.step(taker, &step, &note).await?;
                self.changed.notify_one();
                return Ok(registered);
            }
        };
        check(&mut put)?;
        let registered = self.store.put(&put, self.clock.now()).await.map_err(|error| problem(&error))?;
        if !registered.unchanged {
            self.changed.notify_one();
        }
        Ok(registered)
    }

    /// Who is called what, as far as the reader's role may know. The reading is noted before it is answered.
    ///
    /// # Errors
    /// `too_many`, `not_allowed`, `unavailable`.
    pub async fn names(&self, query: NamesQuery) -> Result<Names, Problem> {
        let (by, one) = (query.reader.clone(), only(&query.ids));
        let outcome = self.read(query).await;
        self.noted(&by, &one, Handing::Names, outcome).await
    }

    async fn read(&self, query: NamesQuery) -> Result<Names, Problem> {
        let NamesQuery { reader, ids } = query;
        if ids.len() > MAX_NAMES {
            let detail = format!("{} names were asked for, at most {MAX_NAMES} at once", ids.len());
            return Err(Problem::new(422, "too_many", detail).at("/ids"));
        }
        let Some(view) = mask::view(reader.role) else {
            return Err(not_allowed(reader.role));
        };
        let handing = (Handing::Names, view == View::Masked);
        let noted = self.store.note_reading(&reader, handing, &ids, self.clock.now());
        noted.await.map_err(|error| failed(&error))?;
        let mut names = self.store.fields(Field::Name, &ids).await.map_err(|error| problem(&error))?;
        if view == View::Masked {
            for name in names.values_mut() {
                *name = mask::mask(name);
            }
        }
        self.metrics.read(names.len(), view == View::Masked);
        Ok(Names { names })
    }

    /// Numbers to call people, for the platform alone. The reading is noted before it is answered.
    ///
    /// # Errors
    /// `too_many`, `not_allowed`, `unavailable`.
    pub async fn contacts(&self, query: ContactsQuery) -> Result<Contacts, Problem> {
        let (by, one) = (query.reader.clone(), only(&query.ids));
        let outcome = self.call_numbers(query).await;
        self.noted(&by, &one, Handing::Phones, outcome).await
    }

    async fn call_numbers(&self, query: ContactsQuery) -> Result<Contacts, Problem> {
        let ContactsQuery { reader, ids } = query;
        if ids.len() > MAX_NAMES {
            let detail = format!("{} numbers were asked for, at most {MAX_NAMES} at once", ids.len());
            return Err(Problem::new(422, "too_many", detail).at("/ids"));
        }
        if reader.role != Role::System {
            return Err(not_allowed(reader.role));
        }
        let noted = self.store.note_reading(&reader, (Handing::Phones, false), &ids, self.clock.now());
        noted.await.map_err(|error| failed(&error))?;
        let phones = self.store.fields(Field::Phone, &ids).await.map_err(|error| problem(&error))?;
        Ok(Contacts { phones })
    }

    /// Who is called so, for those who see names in full. The reading is noted before it is answered, one that finds
    /// nobody as well.
    ///
    /// # Errors
    /// `not_allowed`, `malformed_search`, `unavailable`.
    pub async fn find(&self, query: FindQuery) -> Result<Names, Problem> {
        let by = query.reader.clone();
        let outcome = self.search(query).await;
        self.noted(&by, "", Handing::Search, outcome).await
    }

    async fn search(&self, query: FindQuery) -> Result<Names, Problem> {
        if !mask::may_search(query.reader.role) {
            return Err(not_allowed(query.reader.role));
        }
        let wrong = |detail: String, at| Err(Problem::new(422, "malformed_search", detail).at(at));
        if !(1..=MAX_NAME_LENGTH).contains(&query.words.trim().chars().count()) {
            return wrong(format!("a search has 1 to {MAX_NAME_LENGTH} characters"), "/words");
        }
        if !(1..=MAX_FOUND).contains(&query.limit) {
            return wrong(format!("limit is 1 to {MAX_FOUND}, not {}", query.limit), "/limit");
        }
        let now = self.clock.now();
        let names = self.index.find(&self.store, &query, now).await.map_err(|error| problem(&error))?;
        let ids: Vec<String> = names.keys().cloned().collect();
        let noted = self.store.note_reading(&query.reader, (Handing::Search, false), &ids, now);
        noted.await.map_err(|error| failed(&error))?;
        self.metrics.read(names.len(), false);
        Ok(Names { names })
    }

    /// Organisations with their contracts.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn organisations(&self, query: KeptQuery) -> Result<Organisations, Problem> {
        let items = self.kept(Kind::Organisation, &query).await?.into_iter().filter_map(|kept| match kept {
            Kept::Organisation(it) => Some(it),
            _ => None,
        });
        Ok(Organisations { today: Day::of(self.clock.now()), items: items.collect() })
    }

    /// Facilities, those due first before the others.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn facilities(&self, query: KeptQuery) -> Result<Facilities, Problem> {
        let today = Day::of(self.clock.now());
        let items = self.kept(Kind::Facility, &query).await?.into_iter().filter_map(|kept| match kept {
            Kept::Facility(it) => Some(it),
            _ => None,
        });
        let holidays_known = self.terms.calendar.knows(today);
        Ok(Facilities { today, holidays_known, items: items.collect() })
    }

    /// Rosters.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn rosters(&self, query: KeptQuery) -> Result<Rosters, Problem> {
        let items = self.kept(Kind::Roster, &query).await?.into_iter().filter_map(|kept| match kept {
            Kept::Roster(it) => Some(it),
            _ => None,
        });
        Ok(Rosters { items: items.collect() })
    }

    /// Care plans with the orders they made lately.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn plans(&self, query: KeptQuery) -> Result<CarePlans, Problem> {
        let mut items = Vec::new();
        let lately = Day::of(self.clock.now() - domain::unit::Seconds::hours(24 * 7));
        for kept in self.kept(Kind::Plan, &query).await? {
            if let Kept::Plan(plan) = kept {
                let days = self.store.plan_days(&plan.id, lately, DAYS_OF_A_PLAN).await;
                let made = days.map_err(|error| problem(&error))?.into_iter().map(|day| day.made);
                items.push(PlanWithOrders { made: made.collect(), plan });
            }
        }
        Ok(CarePlans { items })
    }

    /// Requests to erase somebody.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn erasures(&self, query: KeptQuery) -> Result<Erasures, Problem> {
        let items = self.kept(Kind::Erasure, &query).await?.into_iter().filter_map(|kept| match kept {
            Kept::Erasure(it) => Some(it),
            _ => None,
        });
        Ok(Erasures { items: items.collect() })
    }

    async fn kept(&self, kind: Kind, query: &KeptQuery) -> Result<Vec<Kept>, Problem> {
        self.store.kept(kind, query).await.map_err(|error| problem(&error))
    }

    /// All that is held of somebody. The reading is noted before it is answered.
    ///
    /// # Errors
    /// `not_allowed`, `unknown_person`, `unavailable`.
    pub async fn export(&self, query: ExportQuery) -> Result<PersonFile, Problem> {
        let (by, person) = (query.reader.clone(), query.person.clone());
        let outcome = self.all_of(query).await;
        self.noted(&by, &person, Handing::Export, outcome).await
    }

    async fn all_of(&self, query: ExportQuery) -> Result<PersonFile, Problem> {
        let ExportQuery { reader, person } = query;
        if !mask::may_export(reader.role) {
            return Err(not_allowed(reader.role));
        }
        let ids = [person.clone()];
        let noted = self.store.note_reading(&reader, (Handing::Export, false), &ids, self.clock.now());
        noted.await.map_err(|error| failed(&error))?;
        let file = self.store.file_of(&person).await.map_err(|error| problem(&error))?;
        file.ok_or_else(|| {
            Problem::new(404, "unknown_person", format!("nothing is held of {person}")).at("/person")
        })
    }

    /// Whose number it is, for those at a desk. The reading is noted before it is answered.
    ///
    /// # Errors
    /// `not_allowed`, `unavailable`.
    pub async fn caller(&self, query: CallerQuery) -> Result<Caller, Problem> {
        let by = query.reader.clone();
        let outcome = self.whose_number(query).await;
        self.noted(&by, "", Handing::Caller, outcome).await
    }

    async fn whose_number(&self, query: CallerQuery) -> Result<Caller, Problem> {
        if !mask::may_search(query.reader.role) && query.reader.role != Role::System {
            return Err(not_allowed(query.reader.role));
        }
        let people = self.store.found(Field::Phone, &query.number).await.map_err(|error| failed(&error))?;
        let noted =
            self.store.note_reading(&query.reader, (Handing::Caller, false), &people, self.clock.now());
        noted.await.map_err(|error| failed(&error))?;
        Ok(Caller { people })
    }
}

fn not_allowed(role: Role) -> Problem {
    Problem::new(403, "not_allowed", format!("the role {role:?} has no business with these"))
        .at("/reader/role")
}

fn problem(error: &PutError) -> Problem {
    match error {
        PutError::OtherKind { .. } => Problem::new(409, "id_taken", error.to_string()),
        PutError::SameIdentity { .. } => {
            Problem::new(409, "same_identity", error.to_string()).at("/identity")
        }
        PutError::Erased(_) => Problem::new(409, "erased", error.to_string()),
        PutError::Database(error) => failed(error),
        PutError::Unwritable(_) | PutError::Vault(_) | PutError::Damaged(_) => {
            tracing::error!(%error, "the registry's data cannot be used");
            Problem::new(500, "registry_damaged", error.to_string())
        }
    }
}
