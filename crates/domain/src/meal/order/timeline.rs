//! What happened to a meal, entry by entry: the auditor's reading.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stage::{CalledOff, WhyNot};
use crate::{
    geo::Wgs84,
    id::{CaregiverId, CommandId, DishId, IncidentId, RoundId},
    order::Actor,
    time::Timestamp,
    unit::Fen,
};

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MealEntry {
    /// When it was recorded.
    pub at: Timestamp,
    /// When it happened, where that is earlier (a phone without signal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Who.
    pub by: Actor,
    /// The command behind it; `None` for the platform's own deeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// A digest of what that command asked, so that its id cannot be used for anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: MealHappening,
}

impl MealEntry {
    /// The platform's own deed.
    pub const fn by_system(at: Timestamp, what: MealHappening) -> Self {
        Self { at, occurred_at: None, by: Actor::SYSTEM, command: None, digest: None, what }
    }
}

/// What can happen to a meal. The names are the last part of the event types (`care.meal.<name>.v1`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum MealHappening {
    /// Ordered.
    Ordered,
    /// Another dish, size, texture or way of serving was chosen.
    Changed,
    /// The kitchen cooks something else instead.
    Substituted {
        /// What was ordered.
        from: DishId,
        /// What comes.
        to: DishId,
    },
    /// The elder agreed to pay so much, at most.
    Agreed {
        /// How much.
        up_to: Fen,
    },
    /// The money is set aside.
    Funded,
    /// Nothing pays.
    Unfunded {
        /// Why: a stable code of `accounts`.
        code: String,
    },
    /// The desk corrected where the door is.
    Relocated {
        /// Where.
        place: Wgs84,
    },
    /// It left the kitchen.
    Left {
        /// On which round.
        round: RoundId,
        /// With whom.
        courier: CaregiverId,
    },
    /// Another courier took it over.
    HandedOn {
        /// On which round.
        round: RoundId,
        /// Who.
        courier: CaregiverId,
    },
    /// Nobody opened.
    NoAnswer,
    /// Somebody looks after the elder.
    WelfareRaised {
        /// In which incident.
        incident: IncidentId,
    },
    /// In somebody's hands.
    Delivered,
    /// Not handed over.
    Undelivered {
        /// Why.
        why: WhyNot,
    },
    /// Called off.
    CalledOff {
        /// Why.
        why: CalledOff,
    },
}

impl MealHappening {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Changed => "changed",
            Self::Substituted { .. } => "substituted",
            Self::Agreed { .. } => "agreed",
            Self::Funded => "funded",
            Self::Unfunded { .. } => "unfunded",
            Self::Relocated { .. } => "relocated",
            Self::Left { .. } => "left",
            Self::HandedOn { .. } => "handed_on",
            Self::NoAnswer => "no_answer",
            Self::WelfareRaised { .. } => "welfare_raised",
            Self::Delivered => "delivered",
            Self::Undelivered { .. } => "undelivered",
            Self::CalledOff { .. } => "called_off",
        }
    }
}
