//! Who carries meals (送餐员). A courier is known by the id under which the registry has them and their positions come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    caregiver::TravelMode,
    geo::Wgs84,
    id::{CaregiverId, KitchenId},
    time::{Timestamp, Window},
};

/// The most shifts a courier's roster holds.
pub const MAX_SHIFTS: usize = 60;
/// The most boxes anybody carries.
pub const MOST_BOXES: u16 = 200;

/// Somebody who carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Courier {
    /// Who.
    pub id: CaregiverId,
    /// For which kitchen; the day begins there.
    pub kitchen: KitchenId,
    /// How they travel.
    #[serde(default)]
    pub mode: TravelMode,
    /// How many boxes they carry at once.
    pub boxes: u16,
    /// When they work.
    pub shifts: Vec<Window>,
    /// What keeps them from going on as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

/// What keeps a courier from going on as planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// They cannot set off, or go on, before then.
    Late {
        /// Until.
        until: Timestamp,
    },
    /// They cannot go on at all: what they carry is fetched from where they stand.
    Out {
        /// Since.
        since: Timestamp,
        /// Where; `None` is at their kitchen, with nothing on board.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Wgs84>,
    },
}

impl Courier {
    /// Whether they cannot go on.
    pub const fn is_out(&self) -> bool {
        matches!(self.trouble, Some(Trouble::Out { .. }))
    }

    /// Not before then.
    pub const fn late_until(&self) -> Option<Timestamp> {
        match self.trouble {
            Some(Trouble::Late { until }) => Some(until),
            _ => None,
        }
    }

    /// Where others fetch what they carry.
    pub const fn stranded_at(&self) -> Option<Wgs84> {
        match self.trouble {
            Some(Trouble::Out { place, .. }) => place,
            _ => None,
        }
    }
}
