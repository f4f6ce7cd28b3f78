//! A courier's round (配送趟次): from the first box loaded until the last is handed over. What has departed is frozen;
//! only trouble moves what is left of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::food::Slot;
use crate::{
    calendar::Day,
    geo::Wgs84,
    id::{CaregiverId, ElderId, KitchenId, MealId, RoundId},
    time::Timestamp,
};

/// The most stops of one round.
pub const MAX_STOPS: usize = 120;

/// Where a courier stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum At {
    /// A kitchen: boxes are loaded.
    Kitchen {
        /// Which.
        kitchen: KitchenId,
    },
    /// Another courier who cannot go on: their boxes are taken over.
    Courier {
        /// Who.
        courier: CaregiverId,
    },
    /// A door: boxes are handed over.
    Door {
        /// Whose.
        elder: ElderId,
    },
}

impl At {
    /// Whether boxes are handed over here.
    pub const fn is_door(&self) -> bool {
        matches!(self, Self::Door { .. })
    }
}

/// One stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// At what.
    #[serde(flatten)]
    pub at: At,
    /// Where that is.
    pub place: Wgs84,
    /// The meals that are loaded or handed over.
    pub meals: Vec<MealId>,
    /// When the courier should be there, as far as is known.
    pub eta: Timestamp,
    /// When they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_at: Option<Timestamp>,
    /// When it was done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum RoundStage {
    /// Only planned: it may change at any time.
    Planned,
    /// Under way.
    Departed {
        /// Since.
        at: Timestamp,
    },
    /// Over: everything on it was handed over, brought back or taken over by somebody else.
    Ended {
        /// When it set off.
        departed_at: Timestamp,
        /// Since.
        at: Timestamp,
    },
    /// Its meals are on other rounds now.
    Dissolved {
        /// Since.
        at: Timestamp,
    },
}

/// The stage does not lead there; it is handed back as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchTurn(pub RoundStage);

impl RoundStage {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Departed { .. } => "departed",
            Self::Ended { .. } => "ended",
            Self::Dissolved { .. } => "dissolved",
        }
    }

    /// Whether nothing more will happen on it.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::Dissolved { .. })
    }

    /// The courier sets off.
    pub const fn depart(self, at: Timestamp) -> Result<Self, NoSuchTurn> {
        match self {
            Self::Planned => Ok(Self::Departed { at }),
            other => Err(NoSuchTurn(other)),
        }
    }

    /// Nothing is left on board.
    pub const fn end(self, at: Timestamp) -> Result<Self, NoSuchTurn> {
        match self {
            Self::Departed { at: departed_at } => Ok(Self::Ended { departed_at, at }),
            other => Err(NoSuchTurn(other)),
        }
    }

    /// Planned otherwise.
    pub const fn dissolve(self, at: Timestamp) -> Result<Self, NoSuchTurn> {
        match self {
            Self::Planned => Ok(Self::Dissolved { at }),
            other => Err(NoSuchTurn(other)),
        }
    }
}

/// A round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Round {
    /// Which.
    pub id: RoundId,
    /// Counts the durable changes, from 1.
    pub revision: u32,
    /// On which day.
    pub day: Day,
    /// Of which meal.
    pub slot: Slot,
    /// Who carries.
    pub courier: CaregiverId,
    /// Which of the courier's rounds of this sitting, from 1.
    pub trip: u16,
    /// In this order.
    pub stops: Vec<Stop>,
    /// A coordinator has put it so: planning leaves it alone.
    #[serde(default)]
    pub pinned: bool,
    /// Where it stands.
    #[serde(flatten)]
    pub stage: RoundStage,
}

impl Round {
    /// The stops that are still to be done, in order.
    pub fn ahead(&self) -> impl Iterator<Item = &Stop> {
        self.stops.iter().filter(|stop| stop.done_at.is_none())
    }

    /// The next stop.
    pub fn next_mut(&mut self) -> Option<&mut Stop> {
        self.stops.iter_mut().find(|stop| stop.done_at.is_none())
    }

    /// The meals it brings to doors.
    pub fn meals(&self) -> impl Iterator<Item = &MealId> {
        self.stops.iter().filter(|stop| stop.at.is_door()).flat_map(|stop| &stop.meals)
    }

    /// Whether it is under way.
    pub const fn has_departed(&self) -> bool {
        matches!(self.stage, RoundStage::Departed { .. })
    }

    /// A meal is no longer on it; a stop without meals goes too.
    pub fn forget(&mut self, meal: &MealId) {
        for stop in self.stops.iter_mut().filter(|stop| stop.done_at.is_none()) {
            stop.meals.retain(|on| on != meal);
        }
        self.stops.retain(|stop| stop.done_at.is_some() || !stop.meals.is_empty());
    }
}
