//! What is kept beside people's profiles, without I/O: an entry and a step in, the entry after it and what follows from it
//! out.
//!
//! | file | is |
//! | --- | --- |
//! | `organisation.rs` | contract, designation, what `accounts` decided (Changsha Art. 18–21, Jiayuguan Art. 12, Kangbashi § 4(2)) |
//! | `facility.rs` | from the application to the grade (Changsha Art. 14–17, 29–31) |
//! | `roster.rs` | shifts, leave, shifts that change hands |
//! | `plan.rs` | visits that come again |
//! | `person.rs` | a person's data is destroyed |
//! | `refusal.rs` | why a step may not be taken |
//! | `roles.rs` | who may take which step |

mod facility;
pub mod organisation;
mod person;
mod plan;
mod refusal;
mod roles;
pub mod roster;

use domain::{calendar::Day, id::CaregiverId, order::Actor};
use schemas::{
    account::matter::Record,
    registry::{
        Step, facility::Facility, organisation::Organisation, person::Erasure, plan::CarePlan, roster::Roster,
    },
};
use serde::{Deserialize, Serialize};

pub use self::refusal::KeepRefusal;
use crate::terms::Terms;

/// The longest note, in characters.
const MAX_NOTE: usize = 500;
/// So many steps are remembered of an entry; the oldest go first.
const MAX_RECORD: usize = 100;

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kept {
    /// An organisation.
    Organisation(Organisation),
    /// A facility.
    Facility(Facility),
    /// A roster.
    Roster(Roster),
    /// A care plan.
    Plan(CarePlan),
    /// A request to erase somebody.
    Erasure(Erasure),
}

/// The kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Organisations.
    Organisation,
    /// Facilities.
    Facility,
    /// Rosters.
    Roster,
    /// Care plans.
    Plan,
    /// Requests to erase somebody.
    Erasure,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Organisation, Self::Facility, Self::Roster, Self::Plan, Self::Erasure];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Facility => "facility",
            Self::Roster => "roster",
            Self::Plan => "plan",
            Self::Erasure => "erasure",
        }
    }

    /// What a step is about: the kind and the id.
    pub fn of(step: &Step) -> (Self, String) {
        match step {
            Step::Organisation { organisation, .. } => (Self::Organisation, organisation.to_string()),
            Step::Facility { facility, .. } => (Self::Facility, facility.to_string()),
            Step::Roster { caregiver, .. } => (Self::Roster, caregiver.to_string()),
            Step::Plan { plan, .. } => (Self::Plan, plan.to_string()),
            Step::Person { person, .. } => (Self::Erasure, person.clone()),
        }
    }

    /// Reads an entry of this kind.
    ///
    /// # Errors
    /// [`serde_json::Error`] if it is none.
    pub fn read(self, body: &str) -> Result<Kept, serde_json::Error> {
        Ok(match self {
            Self::Organisation => Kept::Organisation(serde_json::from_str(body)?),
            Self::Facility => Kept::Facility(serde_json::from_str(body)?),
            Self::Roster => Kept::Roster(serde_json::from_str(body)?),
            Self::Plan => Kept::Plan(serde_json::from_str(body)?),
            Self::Erasure => Kept::Erasure(serde_json::from_str(body)?),
        })
    }
}

impl Kept {
    /// Of which kind it is, and its id.
    pub fn key(&self) -> (Kind, &str) {
        match self {
            Self::Organisation(it) => (Kind::Organisation, it.id.as_str()),
            Self::Facility(it) => (Kind::Facility, it.id.as_str()),
            Self::Roster(it) => (Kind::Roster, it.caregiver.as_str()),
            Self::Plan(it) => (Kind::Plan, it.id.as_str()),
            Self::Erasure(it) => (Kind::Erasure, it.person.as_str()),
        }
    }

    /// Counts its changes.
    pub const fn revision(&self) -> u32 {
        match self {
            Self::Organisation(it) => it.revision,
            Self::Facility(it) => it.revision,
            Self::Roster(it) => it.revision,
            Self::Plan(it) => it.revision,
            Self::Erasure(it) => it.revision,
        }
    }

    /// Whose it is, as far as an organisation goes.
    pub fn organisation(&self) -> Option<&str> {
        match self {
            Self::Organisation(it) => Some(it.id.as_str()),
            Self::Facility(it) => it.operator.as_ref().map(domain::id::OrganisationId::as_str),
            Self::Roster(it) => Some(it.organisation.as_str()),
            Self::Plan(_) | Self::Erasure(_) => None,
        }
    }

    /// About which elder it is.
    pub fn elder(&self) -> Option<&str> {
        match self {
            Self::Plan(it) => Some(it.elder.as_str()),
            _ => None,
        }
    }

    /// Whether somebody has to do something.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Organisation(it) => organisation::is_open(it),
            Self::Facility(it) => facility::is_open(it),
            Self::Roster(it) => it.open,
            Self::Plan(it) => plan::is_open(it),
            Self::Erasure(it) => person::is_open(it),
        }
    }

    /// The last day for the next step.
    pub const fn due(&self) -> Option<Day> {
        match self {
            Self::Organisation(it) => it.due,
            Self::Facility(it) => it.due,
            Self::Roster(_) | Self::Plan(_) | Self::Erasure(_) => None,
        }
    }

    fn note(&mut self, record: Record) {
        let (revision, all) = match self {
            Self::Organisation(it) => (&mut it.revision, &mut it.record),
            Self::Facility(it) => (&mut it.revision, &mut it.record),
            Self::Roster(it) => (&mut it.revision, &mut it.record),
            Self::Plan(it) => (&mut it.revision, &mut it.record),
            Self::Erasure(it) => (&mut it.revision, &mut it.record),
        };
        *revision = revision.saturating_add(1);
        if all.len() >= MAX_RECORD {
            all.remove(0);
        }
        all.push(record);
    }
}

/// What a step is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The city's terms.
    pub terms: &'a Terms,
    /// The day it is in the city.
    pub today: Day,
    /// Who takes the step.
    pub by: &'a Actor,
    /// Who that is as a caregiver, where they are one.
    pub caregiver: Option<&'a CaregiverId>,
}

/// What comes of a step: the entry itself, another one that moves with it, and whether a person's data is destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The entry after it.
    pub kept: Kept,
    /// The other roster of a swap.
    pub other: Option<Kept>,
    /// The person's key is destroyed.
    pub erase: bool,
}

impl Done {
    const fn alone(kept: Kept) -> Self {
        Self { kept, other: None, erase: false }
    }
}

/// Takes a step; `entry` is none where there is none yet, `other` the roster of whoever else a swap is about.
///
/// # Errors
/// [`KeepRefusal`].
pub fn take(
    desk: Desk<'_>,
    entry: Option<Kept>,
    other: Option<Roster>,
    step: &Step,
    note: &str,
) -> Result<Done, KeepRefusal> {
    if note.chars().count() > MAX_NOTE || note.chars().any(char::is_control) {
        return Err(KeepRefusal::Note(MAX_NOTE));
    }
    if !roles::may(desk, step) {
        return Err(KeepRefusal::NotAllowed { role: desk.by.role, step: name(step) });
    }
    let mut done = match (step, entry) {
        (Step::Organisation { organisation, step }, Some(Kept::Organisation(entry))) => {
            debug_assert!(entry.id == *organisation, "the entry is the step's");
            Done::alone(Kept::Organisation(organisation::take(desk, &entry, step)?))
        }
        (Step::Organisation { organisation, step }, None) => {
            let entry = organisation::unregistered(organisation);
            Done::alone(Kept::Organisation(organisation::take(desk, &entry, step)?))
        }
        (Step::Facility { facility, step }, None) => {
            Done::alone(Kept::Facility(facility::open(desk, facility, step)?))
        }
        (Step::Facility { step, .. }, Some(Kept::Facility(entry))) => {
            Done::alone(Kept::Facility(facility::take(desk, &entry, step, note)?))
        }
        (Step::Roster { step, .. }, Some(Kept::Roster(entry))) => {
            let (entry, other) = roster::take(desk, entry, other, step)?;
            Done { kept: Kept::Roster(entry), other: other.map(Kept::Roster), erase: false }
        }
        (Step::Plan { plan, step }, None) => Done::alone(Kept::Plan(plan::begin(plan, step)?)),
        (Step::Plan { step, .. }, Some(Kept::Plan(entry))) => {
            Done::alone(Kept::Plan(plan::take(entry, step)?))
        }
        (Step::Person { person, step }, entry) => {
            let entry = match entry {
                Some(Kept::Erasure(entry)) => Some(entry),
                _ => None,
            };
            let (entry, erase) = person::take(desk, person, entry, *step)?;
            Done { kept: Kept::Erasure(entry), other: None, erase }
        }
        _ => return Err(KeepRefusal::Unknown(Kind::of(step).1)),
    };
    let record =
        Record { on: desk.today, by: desk.by.clone(), step: name(step).to_owned(), note: note.to_owned() };
    if let Some(other) = &mut done.other {
        other.note(record.clone());
    }
    done.kept.note(record);
    Ok(done)
}

/// The step's name on the wire.
pub const fn name(step: &Step) -> &'static str {
    match step {
        Step::Organisation { step, .. } => step.name(),
        Step::Facility { step, .. } => step.name(),
        Step::Roster { step, .. } => step.name(),
        Step::Plan { step, .. } => step.name(),
        Step::Person { step, .. } => step.name(),
    }
}

/// Whoever took that step last may not take the next one; somebody has to be named.
fn another(record: &[Record], step: &str, by: &Actor) -> Result<(), KeepRefusal> {
    let Some(user) = &by.user else { return Err(KeepRefusal::Nobody) };
    let last = record.iter().rev().find(|record| record.step == step);
    match last.and_then(|record| record.by.user.as_ref()) {
        Some(first) if first == user => Err(KeepRefusal::SamePerson(user.clone())),
        _ => Ok(()),
    }
}
