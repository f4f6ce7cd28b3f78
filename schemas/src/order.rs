//! The ORDERS stream and the commands that lead to it.

use domain::{
    command::{OrderCommand, PlaceOrder},
    decision::Decision,
    id::{CaregiverId, CommandId, OrderId},
    order::{Actor, Order},
    time::Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::EventData;

/// One decision about an order: the whole order after it, and the explanation where the matcher decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderEvent {
    /// The order after it.
    pub order: Order,
    /// Why this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

impl EventData for OrderEvent {
    /// The latest happening names the event: `care.order.offered.v1`. A message may carry several at once
    /// (declined and offered again); all stand in the order's timeline.
    fn event_type(&self) -> String {
        let what = self.order.timeline.last().map_or("changed", |e| e.what.name());
        format!("care.order.{what}.v1")
    }
    fn aggregate(&self) -> &str {
        self.order.id.as_str()
    }
}

/// The mark of a `dispatch` process that took the district over; it fences whoever was active before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Takeover {
    /// The lease's revision under which it acts.
    pub epoch: u64,
    /// The process.
    pub holder: String,
    /// When.
    pub at: Timestamp,
}

impl EventData for Takeover {
    fn event_type(&self) -> String {
        "care.dispatch.taken_over.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        &self.holder
    }
}

/// A request to `dispatch` (subject `care.v1.<district>.cmd.dispatch`), stamped by the edge with who asks.
/// Answered by [`crate::problem::Reply`] of [`Accepted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DispatchRequest {
    /// Who.
    pub actor: Actor,
    /// The caregiver that account is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverId>,
    /// What.
    #[serde(flatten)]
    pub request: DispatchCommand,
}

/// What `dispatch` can be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum DispatchCommand {
    /// A new order. Repeating the same command id answers with the order as it then stands.
    Place {
        /// The command's id.
        id: CommandId,
        /// The order's id, chosen by the edge from the command's id, so that a repetition names the same order.
        order: OrderId,
        /// The order.
        place: PlaceOrder,
    },
    /// A command to an order.
    Order {
        /// Which.
        command: OrderCommand,
    },
}

/// The answer to a command: durable, or it was before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// The order after it.
    pub order: Order,
    /// The stream sequence of the latest durable state.
    pub sequence: u64,
    /// The command had been applied before; nothing was done now.
    pub repeated: bool,
}
