//! A plan as data: who is reached in which order by which ways, how long each may take, and what is enough.
//!
//! ```text
//! person 1:  push 20 s ──► SMS 40 s ──► phone 60 s, twice ──► given up
//! person 2:      (after 30 s) phone 60 s ──► …
//! ```
//! A person's steps follow one another on failure or silence; people run beside each other. The first who accepts ends
//! it all, and whatever still rings is stopped. An earlier way still counts: who taps the push message while the phone
//! already rings has accepted.
//!
//! [`Plan`] holds addresses and words; [`State`] holds none and may be kept with a service's events.

pub mod driver;
mod quiet;
mod state;

use serde::{Deserialize, Serialize};

pub use quiet::{QuietHours, TimeOfDay};
pub use state::{Action, Ending, Event, State};

use crate::{Content, Key, MessageId, Unusable, Urgency, Way, back_off::BackOff};

/// Longest list of people in one plan.
pub const MAX_PEOPLE: usize = 64;
/// Longest list of steps for one person.
pub const MAX_STEPS: usize = 16;

/// Whom to tell what, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Names the message for good: the same plan twice is one.
    pub message: MessageId,
    /// Alarm or notice.
    pub urgency: Urgency,
    /// What to say.
    pub content: Content,
    /// When it is done.
    pub enough: Enough,
    /// Who, at the same time unless they start later.
    pub people: Vec<Person>,
    /// The waits between tries of one step.
    #[serde(default)]
    pub back_off: BackOff,
}

/// When a message has done its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enough {
    /// A peer took it on.
    Taken,
    /// It arrived on a device, or somebody listened.
    Delivered,
    /// A person said yes.
    Accepted,
}

/// One person's ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Starts so long after the plan, in milliseconds.
    #[serde(default)]
    pub after_ms: u32,
    /// Way after way.
    pub steps: Vec<Step>,
}

/// One way and how long it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Whom by what.
    pub way: Way,
    /// How long all tries and the wait for an answer may take together, in milliseconds.
    pub within_ms: u32,
    /// How often it is tried at most.
    #[serde(default = "once")]
    pub tries: u16,
}

const fn once() -> u16 {
    1
}

impl Plan {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`Unusable`] names what is out of range.
    pub fn check(&self) -> Result<(), Unusable> {
        if !(1..=MAX_PEOPLE).contains(&self.people.len()) {
            return Err(Unusable::value("people", format_args!("a plan has 1 to {MAX_PEOPLE} people")));
        }
        for person in &self.people {
            if !(1..=MAX_STEPS).contains(&person.steps.len()) {
                return Err(Unusable::value("steps", format_args!("a person has 1 to {MAX_STEPS} steps")));
            }
            if person.steps.iter().any(|step| step.within_ms < 100 || !(1..=20).contains(&step.tries)) {
                return Err(Unusable::value("steps", "a step takes at least 100 ms and 1 to 20 tries"));
            }
        }
        Ok(())
    }

    /// The step's name towards peers.
    pub fn key(&self, person: u16, step: u16) -> Key {
        Key { message: self.message.clone(), person, step }
    }

    pub(crate) fn step(&self, person: u16, step: u16) -> Option<&Step> {
        self.people.get(usize::from(person))?.steps.get(usize::from(step))
    }
}
