//! An emergency (警情) from the first press of a button to its end: who pressed, who was asked, who answered, who went.
//!
//! Stages are types whose transitions consume the one before; each carries who, when and by which means. What a command
//! changes is in [`apply`]; what time changes is the escalation's, see [`crate::escalation`].

pub mod apply;
pub mod call;
pub mod refusal;
pub mod stage;
pub mod timeline;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    apply::{IncidentAction, IncidentCommand},
    call::{Answer, Call, Callee, Found},
    refusal::Refusal,
    stage::{Deed, Means, Outcome, Responder, Stage},
    timeline::{Entry, Happening},
};
use crate::{
    alarm::{AlarmCause, Channel},
    device::DeviceClass,
    escalation::Progress,
    geo::Wgs84,
    id::{CaregiverId, CommandId, DeviceId, ElderId, IncidentId, StreetId, UserId},
    order::Actor,
    time::Timestamp,
    unit::Seconds,
};

/// A claim may be taken over when it has stood so long without an acknowledgement (TicketsCAD's habit).
pub const TAKE_OVER: Seconds = Seconds(20);
/// Presses kept in full; further ones are counted.
pub const MAX_PRESSES: usize = 100;
/// Entries of a timeline, at most; beyond that only closing is possible.
pub const MAX_ENTRIES: usize = 400;
/// Beyond so many entries what outreach tells is no longer written into the timeline: the rest is for what people do.
pub const MAX_TOLD: usize = 300;

/// One press of the button, or one detection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Press {
    /// When it reached the platform.
    pub at: Timestamp,
    /// By the device's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Which device.
    pub device: DeviceId,
    /// By which way.
    pub via: Channel,
    /// Why.
    pub cause: AlarmCause,
    /// The device's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Who at the desk has taken the incident on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// Who.
    pub by: UserId,
    /// Since when.
    pub at: Timestamp,
    /// Nothing came of it within [`TAKE_OVER`]: shown amber, free to be taken over, never moved by itself.
    #[serde(default)]
    pub stale: bool,
}

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "whom", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// An elder.
    Elder(ElderId),
    /// A caregiver on the job.
    Caregiver(CaregiverId),
    /// A device nobody has tied to a person.
    Device(DeviceId),
}

/// An emergency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// Which.
    pub id: IncidentId,
    /// Counts the durable changes, from 1.
    pub revision: u32,
    /// Whom it is about.
    pub subject: Subject,
    /// The device that called first.
    pub device: DeviceId,
    /// What that device is.
    pub class: DeviceClass,
    /// The device is registered; if not, the desk must find out whose it is.
    pub registered: bool,
    /// The most urgent cause so far.
    pub cause: AlarmCause,
    /// A drill (CAP *Exercise*): never mistaken for the real thing.
    #[serde(default)]
    pub drill: bool,
    /// When the first alarm reached the platform.
    pub opened_at: Timestamp,
    /// The street of the home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<StreetId>,
    /// The last known place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Wgs84>,
    /// Every press, oldest first, at most [`MAX_PRESSES`].
    pub presses: Vec<Press>,
    /// Presses beyond those.
    #[serde(default)]
    pub more_presses: u32,
    /// Who at the desk has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// Where it stands.
    #[serde(flatten)]
    pub stage: Stage,
    /// How far it has climbed.
    pub escalation: Progress,
    /// Everyone called so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    /// What happened, oldest first.
    #[serde(default)]
    pub timeline: Vec<Entry>,
}

impl Incident {
    /// Whether the command was applied before.
    pub fn has_applied(&self, command: &CommandId) -> bool {
        self.timeline.iter().any(|entry| entry.command.as_ref() == Some(command))
    }

    /// Whether this very signal is among its presses.
    pub fn has_press(&self, device: &DeviceId, key: &str) -> bool {
        self.presses.iter().any(|p| p.device == *device && p.key.as_deref() == Some(key))
    }

    /// Takes in one more press.
    pub fn press(&mut self, press: Press) {
        self.cause = self.cause.min(press.cause);
        if self.presses.len() < MAX_PRESSES {
            self.presses.push(press);
        } else {
            self.more_presses = self.more_presses.saturating_add(1);
        }
    }

    /// The platform's own deed.
    pub fn note(&mut self, at: Timestamp, what: Happening) {
        self.timeline.push(Entry { at, occurred_at: None, by: Actor::SYSTEM, command: None, what });
    }

    /// When the claim turns amber.
    pub fn claim_stale_at(&self) -> Option<Timestamp> {
        let claim = self.claim.as_ref().filter(|claim| !claim.stale)?;
        matches!(self.stage, Stage::Open).then(|| claim.at + TAKE_OVER)
    }

    /// How long until a human acknowledged it; `None` while nobody has.
    pub fn answered_after(&self) -> Option<Seconds> {
        self.stage.acknowledged().map(|deed| deed.at.since(self.opened_at))
    }
}
