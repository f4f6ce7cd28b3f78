//! The ALARMS and DEVICES streams, the commands to `emergency-call`, and the calls that go out to people.

use domain::{
    alarm::{AlarmCause, Signal},
    device::{Condition, Device},
    geo::Wgs84,
    id::{CaregiverId, CommandId, DeviceId, IncidentId, StreetId},
    incident::{Answer, Callee, Incident, IncidentCommand, Subject},
    order::Actor,
    time::Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::EventData;

/// One decision about an incident: the whole incident after it (stream `ALARMS_<district>`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentEvent {
    /// The incident after it.
    pub incident: Incident,
}

impl EventData for IncidentEvent {
    fn event_type(&self) -> String {
        let what = self.incident.timeline.last().map_or("changed", |entry| entry.what.name());
        format!("care.incident.{what}.v1")
    }
    fn aggregate(&self) -> &str {
        self.incident.id.as_str()
    }
}

/// A device as it is registered, its emergency card, and how it is (stream `DEVICES_<district>`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceEvent {
    /// The device.
    pub device: Device,
    /// It was registered, not only heard.
    pub registered: bool,
    /// How it is.
    pub condition: Condition,
    /// Its emergency card, sealed: whom to call, where, what matters. Opened only by `emergency-call`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<SealedCard>,
}

impl EventData for DeviceEvent {
    fn event_type(&self) -> String {
        "care.device.changed.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        self.device.id.as_str()
    }
}

/// An emergency card under the district's card key, base64 (XChaCha20-Poly1305, bound to its device).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SealedCard(pub String);

/// What a stranger at the door must know; plain only in the request that sets it and in the answer to a responder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// The person's name.
    #[serde(default)]
    pub name: String,
    /// The address in words.
    #[serde(default)]
    pub address: String,
    /// How to get in; shown only to the responder who accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door_code: Option<String>,
    /// Illnesses, medicines, whatever matters in the first minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matters: Option<String>,
    /// Number to call the device or the person back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_back: Option<String>,
    /// Family, in the order in which they are called; at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub family: Vec<Contact>,
    /// The community's doctor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<Contact>,
}

/// Somebody to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// The phone number.
    pub phone: String,
    /// An address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Many devices of one street fell silent together: one event, not ten thousand (stream `DEVICES_<district>`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outage {
    /// Where; `None` for devices without a street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<StreetId>,
    /// Since when.
    pub since: Timestamp,
    /// How many were silent when it was noticed.
    pub devices: u32,
    /// When most had come back; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
}

impl EventData for Outage {
    fn event_type(&self) -> String {
        if self.ended.is_some() { "care.outage.ended.v1" } else { "care.outage.began.v1" }.to_owned()
    }
    fn aggregate(&self) -> &str {
        self.street.as_ref().map_or("none", StreetId::as_str)
    }
}

/// When devices were last heard, a share of them in each message (stream `DEVICES_<district>`), so that a process that
/// takes over knows who is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heard {
    /// Which share.
    pub bucket: u16,
    /// When this was written; until then somebody listened.
    pub at: Timestamp,
    /// Device, seconds before `at` at which it was heard, seconds before `at` at which activity was last enough
    /// (−1: never).
    pub devices: Vec<(DeviceId, i64, i64)>,
}

impl EventData for Heard {
    fn event_type(&self) -> String {
        "care.device.heard.v1".to_owned()
    }
    fn aggregate(&self) -> &'static str {
        "heard"
    }
}

/// A call to one person (core subject `care.v1.<district>.call.<callee>`), sent again with each rung; the stream tells
/// whether it still stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallOut {
    /// About which incident.
    pub incident: IncidentId,
    /// As of which revision.
    pub revision: u32,
    /// Who is called.
    #[serde(flatten)]
    pub callee: Callee,
    /// `waiting` rings; `stood_down` stops the ringing.
    pub answer: Answer,
    /// Why.
    pub cause: AlarmCause,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Wgs84>,
    /// A drill.
    pub drill: bool,
    /// When the alarm reached the platform.
    pub opened_at: Timestamp,
}

/// A request to `emergency-call` (subject `care.v1.<district>.cmd.emergency-call`), stamped by the edge with who asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmergencyRequest {
    /// Who.
    pub actor: Actor,
    /// The caregiver that account is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverId>,
    /// What.
    #[serde(flatten)]
    pub request: EmergencyCommand,
}

/// What `emergency-call` can be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "request", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one is decoded, handled and dropped; boxes would only be in the way"
)]
pub enum EmergencyCommand {
    /// A command to an incident.
    Incident {
        /// Which.
        command: IncidentCommand,
    },
    /// An alarm from the app (a caregiver's SOS) or entered at the desk for somebody who phoned.
    Raise {
        /// What; its key makes a repetition harmless.
        signal: Signal,
        /// Whom it is about, where the device does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Subject>,
        /// Where they live or work, where the device does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        street: Option<StreetId>,
    },
    /// Registers or changes a device, and its card where one is given.
    Register {
        /// The command's id.
        id: CommandId,
        /// The device.
        device: Device,
        /// The card; `None` keeps the one there is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<Card>,
    },
    /// A substitute stands in for a faulty device.
    Substitute {
        /// The command's id.
        id: CommandId,
        /// The faulty one.
        device: DeviceId,
        /// The one in its place.
        by: DeviceId,
    },
}

/// The answer: durable, or it was before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmergencyDone {
    /// The incident after it, where one is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Box<Incident>>,
    /// The device after it, where one is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Box<DeviceEvent>>,
    /// It had been done before; nothing was done now.
    pub repeated: bool,
}

/// A question (`care.v1.<district>.ask.emergency-call.card`): what must whoever helps know? Answered to the desk without
/// the way in; with it to the responder who accepted, while the incident lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardQuery {
    /// In which incident.
    pub incident: IncidentId,
    /// Who asks.
    pub actor: Actor,
    /// The caregiver that account is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverId>,
}

/// A question (`care.v1.<district>.ask.emergency-call.supervision`): how many devices are proved alive?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SupervisionQuery {}

/// The answer, by street.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Supervision {
    /// One for each street with devices, and one for devices without.
    pub streets: Vec<StreetSupervision>,
}

/// How a street's devices are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct StreetSupervision {
    /// Which; `None` for devices without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<StreetId>,
    /// Devices supervised.
    pub devices: u32,
    /// Heard within their interval and grace, without a fault, and with no failed test call: the target is all of them
    /// (G22).
    pub proved: u32,
    /// Silent.
    pub silent: u32,
    /// With another fault.
    pub faulty: u32,
    /// Whose repair is overdue (2 h).
    pub overdue: u32,
    /// Whose last test call is younger than a week.
    pub tested: u32,
    /// Whose test call is asked for and may still come.
    #[serde(default)]
    pub asked: u32,
    /// Whose test call did not come in time; they do not count as proved.
    #[serde(default)]
    pub failed: u32,
    /// An outage stands.
    pub outage: bool,
}
