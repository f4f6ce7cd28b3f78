//! Kitchens (助餐点) and the hours they keep.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::food::Slot;
use crate::{
    calendar::Day,
    geo::Wgs84,
    id::{KitchenId, OrganisationId, StreetId},
    time::Timestamp,
    unit::Seconds,
};

/// A time of the city's clock: minutes after a day's midnight. Below zero it is the day before.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ClockTime(pub i16);

impl ClockTime {
    /// `hour:minute`.
    pub const fn at(hour: i16, minute: i16) -> Self {
        Self(hour * 60 + minute)
    }

    /// The instant on that day.
    pub fn on(self, day: Day) -> Timestamp {
        day.begins() + Seconds::minutes(i64::from(self.0))
    }
}

/// The hours of one meal of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hours {
    /// Until then it can be ordered, changed and called off; who has not ordered by then has given the day up
    /// (Jiayuguan Art. 16(5)).
    pub cut_off: ClockTime,
    /// When it should be cooked.
    pub cooked: ClockTime,
    /// From when it is served, at the table and at the door.
    pub from: ClockTime,
    /// Until when.
    pub until: ClockTime,
    /// The most meals, of all dishes together.
    pub capacity: u32,
}

impl Hours {
    /// Whether they follow each other as they must.
    pub fn is_sound(&self) -> bool {
        self.cut_off < self.cooked && self.cooked <= self.from && self.from < self.until
    }
}

/// A kitchen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kitchen {
    /// Which.
    pub id: KitchenId,
    /// Who runs it, and is owed for its meals.
    pub organisation: OrganisationId,
    /// In which street.
    pub street: StreetId,
    /// Where couriers load.
    pub place: Wgs84,
    /// Its hours, by meal of the day; one that is not there is not cooked.
    pub hours: BTreeMap<Slot, Hours>,
    /// It takes no more orders.
    #[serde(default)]
    pub closed: bool,
}
