//! One meal ordered for one elder, from the order to the door. Stages are types whose transitions consume the one
//! before; what a command changes is in [`apply`].

pub mod apply;
pub mod refusal;
pub mod stage;
pub mod timeline;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    apply::{MealAction, Utterer},
    refusal::MealRefusal,
    stage::{Handed, MealStage, Proof, Trip, Unserved, WhyNot},
    timeline::{MealEntry, MealHappening},
};
use super::{
    diner::Clash,
    food::{Serving, Size, Texture},
    sitting::SittingKey,
};
use crate::{
    geo::Wgs84,
    id::{CommandId, DishId, ElderId, IncidentId, MealId, OrderId, OrganisationId, StandingId},
    order::Funding,
    time::{Timestamp, Window},
    unit::{Fen, Seconds},
};

/// An id of a meal leaves room for what is named after it.
pub const MAX_MEAL_ID: usize = 40;
/// Entries of a timeline, at most; beyond that a meal can only be ended.
pub const MAX_ENTRIES: usize = 60;

/// Where and when a meal is brought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Door {
    /// Where.
    pub place: Wgs84,
    /// When somebody opens.
    pub window: Window,
    /// How long the courier is there.
    pub at_door: Seconds,
    /// The desk has corrected the place.
    #[serde(default)]
    pub corrected: bool,
}

/// Nobody opened: somebody looks after the elder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Welfare {
    /// Since when.
    pub since: Timestamp,
    /// What was seen at the door.
    pub seen: String,
    /// The photograph's name in the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// The incident in which somebody looks; `None` until `emergency-call` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
}

/// One meal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meal {
    /// Which.
    pub id: MealId,
    /// Counts the durable changes, from 1.
    pub revision: u32,
    /// For whom.
    pub elder: ElderId,
    /// Which meal of which day, from which kitchen.
    #[serde(flatten)]
    pub sitting: SittingKey,
    /// Who runs the kitchen, and is owed for the meal.
    pub organisation: OrganisationId,
    /// What.
    pub dish: DishId,
    /// How much.
    pub size: Size,
    /// How soft.
    pub texture: Texture,
    /// How it reaches them.
    pub serving: Serving,
    /// Where and when, of a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<Door>,
    /// The menu's price, in fen; a delivery's fee comes on top and is the elder's (Jiayuguan Art. 5(5)).
    pub price: Fen,
    /// How it is paid; `None` where nobody keeps accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<Funding>,
    /// What about it is not right for them, and was agreed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clashes: Vec<Clash>,
    /// The standing order behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingId>,
    /// Nobody opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welfare: Option<Welfare>,
    /// Where it stands.
    #[serde(flatten)]
    pub stage: MealStage,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// What happened, oldest first.
    #[serde(default)]
    pub timeline: Vec<MealEntry>,
}

impl Meal {
    /// The entry of a command that was applied before.
    pub fn applied(&self, command: &CommandId) -> Option<&MealEntry> {
        self.timeline.iter().find(|entry| entry.command.as_ref() == Some(command))
    }

    /// The platform's own deed.
    pub fn note(&mut self, at: Timestamp, what: MealHappening) {
        self.timeline.push(MealEntry::by_system(at, what));
    }

    /// Whether it is to be cooked: neither called off nor over.
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, MealStage::Ordered | MealStage::OnTheWay(_))
    }

    /// The name under which the ledger knows it: beside work orders, never one of them.
    pub fn books(&self) -> OrderId {
        OrderId::derived(&format!("meal-{}", self.id), 0)
    }

    /// How old it was when it was handed over, of one that was carried.
    pub fn age_at_door(&self) -> Option<Seconds> {
        match &self.stage {
            MealStage::Delivered(Handed { trip: Some(trip), at, .. }) => Some(at.since(trip.cooked_at)),
            _ => None,
        }
    }
}
