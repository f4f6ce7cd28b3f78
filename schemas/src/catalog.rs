//! Every message of the house by name: what the generated documents list and the golden samples are kept of.
//!
//! A message keeps its name for ever. A change that readers of old messages could not bear gets a new entry with the
//! next version, and the old one stays.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    day::Day,
    dead_letter::DeadLetter,
    envelope::CloudEvent,
    live::LiveEvent,
    order::{Accepted, DispatchRequest, OrderEvent, Takeover},
    position::{
        DutyCommand, GeofenceCrossed, Moved, Nearest, NearestQuery, Position, PositionReport, Presence,
    },
    problem::{Problem, Reply},
    profile::{CaregiverProfiled, ElderProfiled, Names, NamesQuery, Registered, RegistryCommand},
};

/// One message version.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// Its name in file names and documents, e.g. `order-event`.
    pub name: &'static str,
    /// Its major version.
    pub version: u8,
    /// What it says, in a sentence.
    pub summary: &'static str,
    schema: fn() -> Schema,
    recode: fn(&str) -> Result<Value, serde_json::Error>,
}

impl Message {
    const fn v1<T: JsonSchema + Serialize + DeserializeOwned>(
        name: &'static str,
        summary: &'static str,
    ) -> Self {
        Self { name, version: 1, summary, schema: schema::<T>, recode: recode::<T> }
    }

    /// Name and version, e.g. `order-event.v1`.
    pub fn full_name(&self) -> String {
        format!("{}.v{}", self.name, self.version)
    }

    /// Its JSON Schema, draft 2020-12, complete in itself.
    pub fn schema(&self) -> Value {
        let mut schema = (self.schema)();
        schema.insert("$id".to_owned(), format!("urn:care:schema:{}", self.full_name()).into());
        schema.insert("title".to_owned(), self.full_name().into());
        schema.insert("description".to_owned(), self.summary.into());
        schema.to_value()
    }

    /// Decodes a message and encodes it again.
    ///
    /// # Errors
    /// [`serde_json::Error`] when the text is no such message.
    pub fn recode(&self, text: &str) -> Result<Value, serde_json::Error> {
        (self.recode)(text)
    }
}

fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

fn recode<T: Serialize + DeserializeOwned>(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<T>(text).and_then(serde_json::to_value)
}

/// A decision about an order.
pub const ORDER_EVENT: Message = Message::v1::<CloudEvent<OrderEvent>>(
    "order-event",
    "A decision about an order, with the whole order after it.",
);
/// A dispatch process took over.
pub const TAKEOVER: Message =
    Message::v1::<CloudEvent<Takeover>>("takeover", "A dispatch process took the district over.");
/// An elder's profile.
pub const ELDER_PROFILED: Message =
    Message::v1::<CloudEvent<ElderProfiled>>("elder-profiled", "An elder's profile as it is from now on.");
/// A caregiver's profile.
pub const CAREGIVER_PROFILED: Message = Message::v1::<CloudEvent<CaregiverProfiled>>(
    "caregiver-profiled",
    "A caregiver's profile as it is from now on.",
);
/// A caregiver's presence.
pub const PRESENCE: Message = Message::v1::<CloudEvent<Presence>>(
    "presence",
    "Whether a caregiver works, and how fresh their position is.",
);
/// A geofence was crossed.
pub const GEOFENCE_CROSSED: Message =
    Message::v1::<CloudEvent<GeofenceCrossed>>("geofence-crossed", "A caregiver came to or left a place.");
/// A message was given up.
pub const DEAD_LETTER: Message =
    Message::v1::<CloudEvent<DeadLetter>>("dead-letter", "A message that a service could not handle.");
/// A phone's fixes.
pub const POSITION_REPORT: Message =
    Message::v1::<PositionReport>("position-report", "Fixes as a phone made them.");
/// An accepted position.
pub const POSITION: Message =
    Message::v1::<Position>("position", "The last accepted position of a caregiver.");
/// A batch of accepted positions.
pub const MOVED: Message = Message::v1::<Moved>("moved", "Everyone who moved since the last batch.");
/// A command to dispatch.
pub const DISPATCH_REQUEST: Message =
    Message::v1::<DispatchRequest>("dispatch-request", "A new order, or a command to one.");
/// The answer to it.
pub const DISPATCH_REPLY: Message =
    Message::v1::<Reply<Accepted>>("dispatch-reply", "The order after the command, or why it was refused.");
/// A command to caregiver-location.
pub const DUTY_COMMAND: Message =
    Message::v1::<DutyCommand>("duty-command", "A caregiver goes on duty, off duty, on a break.");
/// The answer to it.
pub const DUTY_REPLY: Message =
    Message::v1::<Reply<Presence>>("duty-reply", "The presence after the command, or why it was refused.");
/// A command to the registry.
pub const REGISTRY_COMMAND: Message =
    Message::v1::<RegistryCommand>("registry-command", "Sets a profile, and a name in the vault.");
/// The answer to it.
pub const REGISTRY_REPLY: Message =
    Message::v1::<Reply<Registered>>("registry-reply", "The profile is kept, or why it was refused.");
/// Who is nearest?
pub const NEAREST_QUERY: Message = Message::v1::<NearestQuery>("nearest-query", "Who is nearest to a place?");
/// The answer to it.
pub const NEAREST_REPLY: Message =
    Message::v1::<Reply<Nearest>>("nearest-reply", "The nearest, nearest first, or why not.");
/// What are they called?
pub const NAMES_QUERY: Message = Message::v1::<NamesQuery>("names-query", "What are these people called?");
/// The answer to it.
pub const NAMES_REPLY: Message =
    Message::v1::<Reply<Names>>("names-reply", "Their names, masked as the reader's role asks, or why not.");
/// The live stream.
pub const LIVE_EVENT: Message = Message::v1::<LiveEvent>(
    "live-event",
    "One message of the live stream of a district (Server-Sent Events).",
);
/// An error.
pub const PROBLEM: Message =
    Message::v1::<Problem>("problem", "Problem details of RFC 9457 with a stable code.");
/// A district's day.
pub const DAY: Message = Message::v1::<Day>("day", "A day file: a district's day, and how it turns out.");

/// All of them.
pub const ALL: [Message; 23] = [
    ORDER_EVENT,
    TAKEOVER,
    ELDER_PROFILED,
    CAREGIVER_PROFILED,
    PRESENCE,
    GEOFENCE_CROSSED,
    DEAD_LETTER,
    POSITION_REPORT,
    POSITION,
    MOVED,
    DISPATCH_REQUEST,
    DISPATCH_REPLY,
    DUTY_COMMAND,
    DUTY_REPLY,
    REGISTRY_COMMAND,
    REGISTRY_REPLY,
    NEAREST_QUERY,
    NEAREST_REPLY,
    NAMES_QUERY,
    NAMES_REPLY,
    LIVE_EVENT,
    PROBLEM,
    DAY,
];
