//! What happened to an incident, entry by entry: the auditor's reading and the KPI's source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    call::{Callee, Found},
    stage::{Means, Outcome},
};
use crate::{
    alarm::{AlarmCause, Channel},
    id::{CaregiverId, CommandId, DeviceId, UserId},
    order::Actor,
    reach::{Came, Medium, Reason},
    time::Timestamp,
};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// When it was recorded.
    pub at: Timestamp,
    /// When it happened, where that is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Who.
    pub by: Actor,
    /// The command behind it; `None` for the platform's own deeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What can happen to an incident. The names are the last part of the event types (`care.incident.<name>.v1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// The first alarm.
    Opened {
        /// Why.
        cause: AlarmCause,
        /// By which way.
        via: Channel,
    },
    /// The first alarm is one that was asked for as a weekly test call. It rings like any other; a human judges.
    TestAsked {
        /// When the wearer was asked.
        asked_at: Timestamp,
    },
    /// One more alarm.
    Pressed {
        /// Which device.
        device: DeviceId,
        /// Why.
        cause: AlarmCause,
    },
    /// The device takes its alarm back; a human judges.
    Cleared {
        /// Which device.
        device: DeviceId,
    },
    /// A rung was taken.
    Escalated {
        /// Which.
        step: u16,
        /// In which round.
        round: u16,
        /// Who was called at once.
        called: Vec<Callee>,
    },
    /// The nearest were found and called.
    Called {
        /// Who, nearest first.
        caregivers: Vec<CaregiverId>,
        /// How they were found.
        found: Found,
    },
    /// Somebody who was called is asked away from the screens.
    Asked {
        /// Who.
        #[serde(flatten)]
        callee: Callee,
        /// By what.
        medium: Medium,
    },
    /// It reached them, as far as is known.
    Reached {
        /// Whom.
        #[serde(flatten)]
        callee: Callee,
        /// By what.
        medium: Medium,
        /// How far.
        came: Came,
    },
    /// It did not.
    Unreached {
        /// Whom.
        #[serde(flatten)]
        callee: Callee,
        /// By what.
        medium: Medium,
        /// Why.
        reason: Reason,
    },
    /// The ladder is at its end and nobody answered.
    Exhausted,
    /// Somebody at the desk took it on.
    Claimed {
        /// From whom, if it was taken over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<UserId>,
    },
    /// The claim turned amber.
    ClaimStale,
    /// The claim was given up.
    Released,
    /// The claim was handed on at the change of shift.
    HandedOn {
        /// To whom.
        to: UserId,
    },
    /// A human answered.
    Acknowledged {
        /// By which means.
        means: Means,
    },
    /// Somebody goes.
    Accepted {
        /// Who.
        caregiver: CaregiverId,
        /// By which means.
        means: Means,
    },
    /// Somebody cannot go.
    Declined {
        /// Who.
        caregiver: CaregiverId,
    },
    /// Somebody is there.
    Arrived {
        /// Who.
        caregiver: CaregiverId,
    },
    /// The desk has whoever called for help called back.
    CalledBack,
    /// A remark.
    Noted {
        /// The text.
        text: String,
    },
    /// Over.
    Closed {
        /// How.
        #[serde(flatten)]
        outcome: Outcome,
    },
}

impl Happening {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::TestAsked { .. } => "test_asked",
            Self::Pressed { .. } => "pressed",
            Self::Cleared { .. } => "cleared",
            Self::Escalated { .. } => "escalated",
            Self::Called { .. } => "called",
            Self::Asked { .. } => "asked",
            Self::Reached { .. } => "reached",
            Self::Unreached { .. } => "unreached",
            Self::Exhausted => "exhausted",
            Self::Claimed { .. } => "claimed",
            Self::ClaimStale => "claim_stale",
            Self::Released => "released",
            Self::HandedOn { .. } => "handed_on",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::Arrived { .. } => "arrived",
            Self::CalledBack => "called_back",
            Self::Noted { .. } => "noted",
            Self::Closed { .. } => "closed",
        }
    }
}
