//! Takes commands, and answers who is called what.

use std::sync::Arc;

use domain::{order::Role, unit::Metres};
use runtime::SharedClock;
use schemas::{
    problem::Problem,
    profile::{FindQuery, Names, NamesQuery, Registered, RegistryCommand},
    reach::{Contacts, ContactsQuery},
};
use tokio::sync::Notify;

use crate::{
    find::Index,
    mask::{self, View},
    metrics::Metrics,
    store::{Person, Put, PutError, Store, failed},
};

/// The most names one question may ask for.
pub const MAX_NAMES: usize = 500;
/// The most names one search may find.
pub const MAX_FOUND: u16 = 501;
/// The longest a name may be, in characters.
pub const MAX_NAME_LENGTH: usize = 64;

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
    pub(crate) metrics: Metrics,
}

impl Desk {
    /// Carries a command out. When it returns, the change is durable and will be published.
    ///
    /// # Errors
    /// `invalid_profile`, `invalid_name`, `invalid_phone`, `id_taken`, `unavailable`.
    pub async fn command(&self, command: RegistryCommand) -> Result<Registered, Problem> {
        self.set(command).await.inspect_err(|problem| self.metrics.refused(&problem.code))
    }

    async fn set(&self, command: RegistryCommand) -> Result<Registered, Problem> {
        let put = match command {
            RegistryCommand::PutElder { elder, name, phone } => {
                Put { person: Person::Elder(elder), name, phone }
            }
            RegistryCommand::PutCaregiver { caregiver, name, phone } => {
                Put { person: Person::Caregiver(caregiver), name, phone }
            }
        };
        check(&put)?;
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
        self.read(query).await.inspect_err(|problem| self.metrics.refused(&problem.code))
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
        let noted = self.store.note_reading(&reader, view == View::Masked, &ids, self.clock.now());
        noted.await.map_err(|error| failed(&error))?;
        let mut names = self.store.names(&ids).await.map_err(|error| problem(&error))?;
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
        self.call_numbers(query).await.inspect_err(|problem| self.metrics.refused(&problem.code))
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
        let noted = self.store.note_reading(&reader, false, &ids, self.clock.now());
        noted.await.map_err(|error| failed(&error))?;
        let phones = self.store.phones(&ids).await.map_err(|error| problem(&error))?;
        Ok(Contacts { phones })
    }

    /// Who is called so, for those who see names in full. The reading is noted before it is answered, one that finds
    /// nobody as well.
    ///
    /// # Errors
    /// `not_allowed`, `malformed_search`, `unavailable`.
    pub async fn find(&self, query: FindQuery) -> Result<Names, Problem> {
        self.search(query).await.inspect_err(|problem| self.metrics.refused(&problem.code))
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
        let noted = self.store.note_reading(&query.reader, false, &ids, now);
        noted.await.map_err(|error| failed(&error))?;
        self.metrics.read(names.len(), false);
        Ok(Names { names })
    }
}

fn not_allowed(role: Role) -> Problem {
    Problem::new(403, "not_allowed", format!("the role {role:?} has no business with these"))
        .at("/reader/role")
}

/// What the types alone do not forbid.
///
/// # Errors
/// `invalid_profile`, `invalid_name` or `invalid_phone`, with the member to blame.
pub fn check(put: &Put) -> Result<(), Problem> {
    let (metres, range, member) = match &put.person {
        Person::Elder(elder) => (elder.arrival_radius, 10..=2000, "/elder/arrival_radius"),
        Person::Caregiver(caregiver) => (caregiver.max_radius, 100..=200_000, "/caregiver/max_radius"),
    };
    if !range.contains(&metres.get()) {
        let Metres(metres) = metres;
        let detail = format!("{metres} m; choose {} to {}", range.start(), range.end());
        return Err(Problem::new(422, "invalid_profile", detail).at(member));
    }
    if let Person::Caregiver(caregiver) = &put.person
        && let Some(rest) = caregiver.breaks.iter().find(|rest| !caregiver.rostered(rest))
    {
        let detail = format!("the break at {} lies outside every shift; put it inside one", rest.earliest);
        return Err(Problem::new(422, "invalid_profile", detail).at("/caregiver/breaks"));
    }
    if let Some(phone) = &put.phone {
        let digits = phone.strip_prefix('+').unwrap_or(phone);
        if !(3..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            let detail = "a phone number has 3 to 15 digits, with '+' in front if it is international";
            return Err(Problem::new(422, "invalid_phone", detail).at("/phone"));
        }
    }
    match &put.name {
        Some(name) if name.trim().is_empty() || name.chars().count() > MAX_NAME_LENGTH => {
            let detail = format!("a name has 1 to {MAX_NAME_LENGTH} characters");
            Err(Problem::new(422, "invalid_name", detail).at("/name"))
        }
        Some(name) if name.chars().any(char::is_control) => {
            Err(Problem::new(422, "invalid_name", "a name has no control characters").at("/name"))
        }
        _ => Ok(()),
    }
}

fn problem(error: &PutError) -> Problem {
    match error {
        PutError::OtherKind { .. } => Problem::new(409, "id_taken", error.to_string()),
        PutError::Database(error) => failed(error),
        PutError::Unwritable(_) | PutError::Vault(_) | PutError::Damaged(_) => {
            tracing::error!(%error, "the registry's data cannot be used");
            Problem::new(500, "registry_damaged", error.to_string())
        }
    }
}
