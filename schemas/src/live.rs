//! The live stream of a district, as Server-Sent Events: one `snapshot`, then ordered deltas; `reset` when the cursor
//! is too old or the client too slow. Order events carry an SSE `id` (the ORDERS stream sequence) to resume from;
//! positions are coalesced and carry none.

use domain::{
    calendar::Day,
    caregiver::CaregiverProfile,
    incident::Incident,
    meal::Slot,
    order::{Actor, Order},
    time::Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    dead_letter::DeadLetter,
    position::{Position, Presence},
};

/// One message of the live stream. The SSE `event` field is the value of `event`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LiveEvent {
    /// Everything the role may see; replaces what the client has.
    Snapshot(Box<Snapshot>),
    /// One order changed; never coalesced, in order of sequence.
    Order {
        /// Its place in the ORDERS stream, also the SSE id.
        sequence: u64,
        /// The event's type, e.g. `care.order.offered.v1`.
        kind: String,
        /// When it was decided.
        at: Timestamp,
        /// The order after it.
        order: Box<Order>,
    },
    /// One emergency changed; never coalesced. What comes twice changes nothing: go by its revision.
    Incident {
        /// The event's type, e.g. `care.incident.claimed.v1`.
        kind: String,
        /// When it was decided.
        at: Timestamp,
        /// The incident after it.
        incident: Box<Incident>,
    },
    /// People moved; the latest of each.
    Positions {
        /// The latest of each.
        positions: Vec<Position>,
    },
    /// Someone's presence changed.
    Presence {
        /// The presence after it.
        presence: Presence,
    },
    /// A caregiver's profile changed.
    Caregiver {
        /// The profile after it.
        caregiver: Box<CaregiverProfile>,
    },
    /// The figures of the wall.
    Kpi {
        /// The figures.
        kpi: Kpi,
    },
    /// A message was given up by a service, or what became of it.
    DeadLetter {
        /// The letter.
        letter: Letter,
    },
    /// Somebody calls the hotline: whose number it is, for those at a desk.
    Ringing {
        /// The call.
        ringing: Ringing,
    },
    /// A neighbour went away or came back.
    Service {
        /// Which.
        service: ServiceStatus,
    },
    /// Something of a day's meal changed: an order, a menu, a pot, a round. Who shows it asks for it again; told once a
    /// second at most.
    Meals {
        /// Of which day.
        day: Day,
        /// Of which meal.
        slot: Slot,
    },
    /// What the client has is no longer the truth: connect anew without a cursor.
    Reset {
        /// `cursor_too_old`, `too_slow`, `restarted`.
        reason: String,
    },
}

/// A call as the telephone system tells of it, without the number: who it may be is told by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ringing {
    /// The telephone system's name for the call.
    pub id: String,
    /// When it was told.
    pub at: Timestamp,
    /// On which line or at which extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Elders and caregivers with this number; nobody where it is unknown.
    pub people: Vec<String>,
}

/// Everything the role may see.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The ORDERS sequence up to which it holds; deltas follow from the next.
    pub sequence: u64,
    /// Now, by the server's clock.
    pub at: Timestamp,
    /// Open orders, and those closed within the last hours.
    pub orders: Vec<Order>,
    /// Caregivers.
    pub caregivers: Vec<CaregiverProfile>,
    /// Presence of each.
    pub presences: Vec<Presence>,
    /// Latest position of each on shift.
    pub positions: Vec<Position>,
    /// The figures of the wall.
    pub kpi: Kpi,
    /// How the neighbours are.
    pub services: Vec<ServiceStatus>,
    /// Dead letters nobody has seen to.
    pub dead_letters: Vec<Letter>,
    /// Open emergencies, and those closed within the last hours.
    #[serde(default)]
    pub incidents: Vec<Incident>,
}

/// A dead letter as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Letter {
    /// Its place in the stream DEAD; it is addressed by it.
    #[serde(default)]
    pub id: u64,
    /// The letter.
    #[serde(flatten)]
    pub letter: DeadLetter,
    /// What became of it; nothing yet where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// What became of a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    /// How.
    pub how: Settlement,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why it was dismissed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a dead letter was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The message was delivered again.
    Redelivered,
    /// It was looked at and laid aside.
    Dismissed,
}

/// How a service is, as the edge sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceStatus {
    /// Which.
    pub service: String,
    /// It answers.
    pub up: bool,
    /// Since when.
    pub since: Timestamp,
    /// What is missing while it is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The figures of the wall; times in milliseconds over today's orders.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Kpi {
    /// Orders nobody has been offered.
    pub waiting: u32,
    /// Orders offered, not accepted.
    pub offered: u32,
    /// Accepted, travelling, at the door or being served.
    pub underway: u32,
    /// Served today.
    pub done: u32,
    /// A human's.
    pub at_desk: u32,
    /// Placed → first offer, median.
    pub offer_p50_ms: Option<u32>,
    /// Placed → first offer, 95 %.
    pub offer_p95_ms: Option<u32>,
    /// First offer → accepted, median.
    pub accept_p50_ms: Option<u32>,
    /// First offer → accepted, 95 %.
    pub accept_p95_ms: Option<u32>,
    /// Share of services begun within their window, 0–1.
    pub on_time: Option<f32>,
    /// Caregivers on shift.
    pub on_shift: u32,
    /// Of those on shift, with a stale or lost position.
    pub stale: u32,
    /// Average stars of today's ratings.
    pub stars: Option<f32>,
}
