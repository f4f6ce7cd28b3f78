//! One meal of one day in one kitchen (餐次): its menu, until when it is ordered, what became of the pots.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{food::Slot, kitchen::Hours, menu::Dish};
use crate::{
    calendar::Day,
    id::{DishId, ElderId, KitchenId},
    time::Timestamp,
};

/// Which sitting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SittingKey {
    /// On which day.
    pub day: Day,
    /// Which meal of it.
    pub slot: Slot,
    /// In which kitchen.
    pub kitchen: KitchenId,
}

impl SittingKey {
    /// As one token of a subject: a day's dashes stay, so the kitchen comes last.
    pub fn token(&self) -> String {
        format!("{}-{}-{}", self.day, self.slot, self.kitchen)
    }
}

/// A pot: all portions of one dish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "pot", rename_all = "snake_case")]
pub enum Pot {
    /// On the fire.
    Cooking {
        /// Since.
        since: Timestamp,
    },
    /// Done: from here its age counts.
    Cooked {
        /// When.
        at: Timestamp,
    },
}

impl Pot {
    /// When it was done.
    pub const fn cooked_at(&self) -> Option<Timestamp> {
        match self {
            Self::Cooked { at } => Some(*at),
            Self::Cooking { .. } => None,
        }
    }
}

/// Ordering has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CutOff {
    /// When.
    pub at: Timestamp,
    /// Who eats from this kitchen and did not order: they have given this meal up (Jiayuguan Art. 16(5)). At most
    /// [`MAX_GIVEN_UP`].
    pub given_up: Vec<ElderId>,
    /// More of them.
    #[serde(default)]
    pub more: u32,
}

/// How many who gave a meal up are named.
pub const MAX_GIVEN_UP: usize = 3000;

/// One meal of one day in one kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sitting {
    /// Which.
    #[serde(flatten)]
    pub key: SittingKey,
    /// Counts the durable changes, from 1.
    pub revision: u32,
    /// The hours that hold for it.
    pub hours: Hours,
    /// What is offered.
    pub dishes: Vec<Dish>,
    /// Dishes that will not be cooked after all, and what stands in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<DishId, Vec<DishId>>,
    /// The pots.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pots: BTreeMap<DishId, Pot>,
    /// The kitchen is late: nothing that is not cooked yet will be before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_until: Option<Timestamp>,
    /// Ordering has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<CutOff>,
    /// Elders whose standing order could not be met, so that somebody asks them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unmet: BTreeSet<ElderId>,
}

impl Sitting {
    /// A menu that nobody has ordered from.
    pub const fn new(key: SittingKey, hours: Hours, dishes: Vec<Dish>) -> Self {
        Self {
            key,
            revision: 0,
            hours,
            dishes,
            replaced: BTreeMap::new(),
            pots: BTreeMap::new(),
            late_until: None,
            cut_off: None,
            unmet: BTreeSet::new(),
        }
    }

    /// The dish of that name.
    pub fn dish(&self, id: &DishId) -> Option<&Dish> {
        self.dishes.iter().find(|dish| dish.id == *id)
    }

    /// The dishes that are cooked.
    pub fn offered(&self) -> impl Iterator<Item = &Dish> {
        self.dishes.iter().filter(|dish| !self.replaced.contains_key(&dish.id))
    }

    /// Until when it can be ordered.
    pub fn cut_off_at(&self) -> Timestamp {
        self.hours.cut_off.on(self.key.day)
    }

    /// Whether it can be ordered now.
    pub fn takes_orders(&self, now: Timestamp) -> bool {
        self.cut_off.is_none() && now < self.cut_off_at()
    }

    /// When a dish was cooked, or will be as far as is known.
    pub fn cooked_at(&self, dish: &DishId, now: Timestamp) -> Timestamp {
        if let Some(at) = self.pots.get(dish).and_then(Pot::cooked_at) {
            return at;
        }
        let planned = self.hours.cooked.on(self.key.day);
        planned.max(self.late_until.unwrap_or(planned)).max(now)
    }

    /// Whether a dish is cooked.
    pub fn is_cooked(&self, dish: &DishId) -> bool {
        self.pots.get(dish).is_some_and(|pot| pot.cooked_at().is_some())
    }
}
