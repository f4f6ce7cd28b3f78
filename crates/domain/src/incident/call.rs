//! Who was called, and what they said.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{id::CaregiverId, reach::Reach, time::Timestamp};

/// Who is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "callee", rename_all = "snake_case")]
pub enum Callee {
    /// The desk.
    Desk,
    /// A caregiver who may go.
    Caregiver {
        /// Who.
        caregiver: CaregiverId,
    },
    /// The community's doctor.
    Doctor,
    /// A contact of the emergency card, from 1.
    Family {
        /// Which.
        order: u8,
    },
    /// The supervisor on duty.
    Supervisor,
    /// 120.
    Ambulance,
    /// Whoever called for help, called back at the device's or the person's own number.
    Home,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing yet.
    Waiting,
    /// They go.
    Accepted,
    /// They cannot.
    Declined,
    /// Somebody else was quicker, or it is over.
    StoodDown,
}

/// How the nearest were found; anything but `live` is shown as a degradation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// By caregiver-location, now.
    Live,
    /// From the positions this service last saw, because caregiver-location did not answer.
    LastKnown,
    /// Nobody could be found; the ladder goes on at once.
    Nobody,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Who.
    #[serde(flatten)]
    pub callee: Callee,
    /// When.
    pub at: Timestamp,
    /// By which rung.
    pub step: u16,
    /// In which round.
    pub round: u16,
    /// What came of it.
    pub answer: Answer,
    /// How far outreach has come with it, where the person is reached away from the screens, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
}

impl Call {
    /// A call that nobody has answered yet.
    pub const fn new(callee: Callee, at: Timestamp, step: u16, round: u16) -> Self {
        Self { callee, at, step, round, answer: Answer::Waiting, reach: None }
    }
}
