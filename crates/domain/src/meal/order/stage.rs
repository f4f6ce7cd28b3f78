//! The stages of a meal as types. A transition consumes the stage it leaves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    command::Verification,
    id::{CaregiverId, RoundId},
    order::Actor,
    time::Timestamp,
};

/// How it was proved that the meal reached whom it was for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "proof", rename_all = "snake_case")]
pub enum Proof {
    /// The label of the box was scanned at the door (扫码).
    Scan {
        /// What the label says.
        label: String,
    },
    /// The elder told their code of the day (取餐码).
    Code {
        /// Which.
        code: String,
    },
    /// A verifier's signed result (Jiayuguan Art. 16(3)).
    Verified {
        /// How.
        verification: Verification,
    },
    /// Over the kitchen's counter, where the kitchen knows its guests.
    Counter,
}

/// Why a meal was not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// Nobody opened; a welfare check was asked for.
    NoAnswer,
    /// Known to be away.
    Away,
    /// They did not want it.
    Refused,
    /// The address is wrong.
    WrongAddress,
    /// It would have been too old.
    TooOld,
    /// The box was damaged.
    Damaged,
    /// It was not fetched from the counter.
    NotFetched,
    /// The kitchen did not cook it.
    NotCooked,
    /// No courier could bring it.
    NoCourier,
    /// Something else.
    Other,
}

/// Why a meal was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalledOff {
    /// The elder does not want it.
    ElderWish,
    /// In hospital.
    Hospital,
    /// The standing order ended or paused.
    Standing,
    /// Nothing pays for it, and the elder did not agree to.
    Unfunded,
    /// The dish was replaced, and nothing that stands in is right for them.
    NothingSuits,
    /// The menu was withdrawn.
    MenuWithdrawn,
    /// Placed by mistake.
    Mistake,
}

/// Under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trip {
    /// On which round.
    pub round: RoundId,
    /// With whom.
    pub courier: CaregiverId,
    /// When it was cooked: its age counts from here.
    pub cooked_at: Timestamp,
    /// When it left the kitchen's door.
    pub left_at: Timestamp,
    /// How often nobody opened.
    #[serde(default)]
    pub attempts: u8,
    /// Not to be tried again before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

/// In somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handed {
    /// How it came, of a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trip: Option<Trip>,
    /// How that is known.
    #[serde(flatten)]
    pub proof: Proof,
    /// Who handed it over.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Not handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unserved {
    /// How far it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trip: Option<Trip>,
    /// Why.
    pub why: WhyNot,
    /// Who says so.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Called off before it was cooked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// Why.
    pub why: CalledOff,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Where a meal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum MealStage {
    /// Ordered (已订).
    Ordered,
    /// With a courier (配送中).
    OnTheWay(Trip),
    /// Handed over (已送达).
    Delivered(Handed),
    /// Not handed over (未送达).
    Undelivered(Unserved),
    /// Called off (已取消).
    Cancelled(Cancelled),
}

/// The stage does not lead there; it is handed back as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchWay(pub MealStage);

impl MealStage {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::OnTheWay(_) => "on_the_way",
            Self::Delivered(_) => "delivered",
            Self::Undelivered(_) => "undelivered",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Whether it is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Delivered(_) | Self::Undelivered(_) | Self::Cancelled(_))
    }

    /// The trip it is on or was on.
    pub const fn trip(&self) -> Option<&Trip> {
        match self {
            Self::OnTheWay(trip) => Some(trip),
            Self::Delivered(Handed { trip, .. }) | Self::Undelivered(Unserved { trip, .. }) => trip.as_ref(),
            Self::Ordered | Self::Cancelled(_) => None,
        }
    }

    /// A courier leaves the kitchen with it.
    pub fn leave(self, trip: Trip) -> Result<Self, NoSuchWay> {
        match self {
            Self::Ordered => Ok(Self::OnTheWay(trip)),
            other => Err(NoSuchWay(other)),
        }
    }

    /// Another courier takes it over on the way.
    pub fn hand_on(self, round: RoundId, courier: CaregiverId) -> Result<Self, NoSuchWay> {
        match self {
            Self::OnTheWay(trip) => Ok(Self::OnTheWay(Trip { round, courier, ..trip })),
            other => Err(NoSuchWay(other)),
        }
    }

    /// Nobody opened; it is tried once more.
    pub fn try_again(self, not_before: Timestamp) -> Result<Self, NoSuchWay> {
        match self {
            Self::OnTheWay(trip) => Ok(Self::OnTheWay(Trip {
                attempts: trip.attempts.saturating_add(1),
                not_before: Some(not_before),
                ..trip
            })),
            other => Err(NoSuchWay(other)),
        }
    }

    /// In somebody's hands: from the courier, or over the counter.
    pub fn hand_over(self, proof: Proof, by: Actor, at: Timestamp) -> Result<Self, NoSuchWay> {
        let trip = match self {
            Self::Ordered => None,
            Self::OnTheWay(trip) => Some(trip),
            other => return Err(NoSuchWay(other)),
        };
        Ok(Self::Delivered(Handed { trip, proof, by, at }))
    }

    /// Not handed over.
    pub fn fail(self, why: WhyNot, by: Actor, at: Timestamp) -> Result<Self, NoSuchWay> {
        let trip = match self {
            Self::Ordered => None,
            Self::OnTheWay(trip) => Some(trip),
            other => return Err(NoSuchWay(other)),
        };
        Ok(Self::Undelivered(Unserved { trip, why, by, at }))
    }

    /// Called off.
    pub fn call_off(self, why: CalledOff, by: Actor, at: Timestamp) -> Result<Self, NoSuchWay> {
        match self {
            Self::Ordered => Ok(Self::Cancelled(Cancelled { why, by, at })),
            other => Err(NoSuchWay(other)),
        }
    }
}
