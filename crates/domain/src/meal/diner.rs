//! Who eats: what they may, what they like, when and how a meal reaches them. Needs, not names.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    food::{Allergen, Diet, Size, Texture},
    kitchen::ClockTime,
    menu::Dish,
};
use crate::{
    id::{ElderId, KitchenId},
    unit::Seconds,
};

/// An elder as kitchens and couriers know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diner {
    /// Who.
    pub elder: ElderId,
    /// Which kitchen cooks for them.
    pub kitchen: KitchenId,
    /// What makes them ill: never served.
    #[serde(default)]
    pub allergies: BTreeSet<Allergen>,
    /// What their food has to suit.
    #[serde(default)]
    pub diets: BTreeSet<Diet>,
    /// Ingredients they do not like.
    #[serde(default)]
    pub dislikes: BTreeSet<String>,
    /// How soft.
    #[serde(default = "regular_texture")]
    pub texture: Texture,
    /// How much.
    #[serde(default = "regular_size")]
    pub size: Size,
    /// When somebody is at home, where that is less than the kitchen's hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_home: Option<AtHome>,
    /// How long the courier is at the door: stairs, a slow way to it.
    #[serde(default = "two_minutes")]
    pub at_door: Seconds,
}

/// The hours in which somebody opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AtHome {
    /// From.
    pub from: ClockTime,
    /// Until.
    pub until: ClockTime,
}

/// The longest a courier may be expected to wait at one door.
pub const LONGEST_AT_DOOR: Seconds = Seconds::minutes(20);
/// The most dislikes.
pub const MAX_DISLIKES: usize = 40;

const fn regular_texture() -> Texture {
    Texture::Regular
}

const fn regular_size() -> Size {
    Size::Regular
}

const fn two_minutes() -> Seconds {
    Seconds::minutes(2)
}

/// Why a dish is not right for somebody. The order is that of weight, the gravest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "clash", rename_all = "snake_case")]
pub enum Clash {
    /// It would make them ill.
    Allergy {
        /// By this.
        allergen: Allergen,
    },
    /// It does not suit their diet.
    Diet {
        /// Which.
        diet: Diet,
    },
    /// It cannot be had as soft as they need it.
    Texture {
        /// How soft that is.
        texture: Texture,
    },
    /// They do not like it.
    Dislike {
        /// What.
        ingredient: String,
    },
}

impl Clash {
    /// Nobody can agree to it.
    pub const fn is_forbidden(&self) -> bool {
        matches!(self, Self::Allergy { .. })
    }

    /// The platform may not choose it for them: an illness, a diet, a throat.
    pub const fn is_grave(&self) -> bool {
        !matches!(self, Self::Dislike { .. })
    }
}

impl Diner {
    /// Somebody with no needs of their own.
    pub fn of(elder: ElderId, kitchen: KitchenId) -> Self {
        Self {
            elder,
            kitchen,
            allergies: BTreeSet::new(),
            diets: BTreeSet::new(),
            dislikes: BTreeSet::new(),
            texture: regular_texture(),
            size: regular_size(),
            at_home: None,
            at_door: two_minutes(),
        }
    }

    /// Everything that makes the dish not right for them, the gravest first.
    pub fn clashes(&self, dish: &Dish) -> Vec<Clash> {
        let allergies = self.allergies.intersection(&dish.contains);
        let diets = self.diets.difference(&dish.suits);
        let soft = dish.textures.contains(&self.texture);
        let dislikes = self.dislikes.intersection(&dish.ingredients);
        allergies
            .map(|allergen| Clash::Allergy { allergen: *allergen })
            .chain(diets.map(|diet| Clash::Diet { diet: *diet }))
            .chain((!soft).then_some(Clash::Texture { texture: self.texture }))
            .chain(dislikes.map(|ingredient| Clash::Dislike { ingredient: ingredient.clone() }))
            .collect()
    }

    /// How well the dish suits, less is better; `None` where the platform may not choose it for them.
    pub fn unease(&self, dish: &Dish) -> Option<usize> {
        let clashes = self.clashes(dish);
        (!clashes.iter().any(Clash::is_grave)).then_some(clashes.len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{id::DishId, unit::Fen};

    #[test]
    fn what_clashes_is_told_the_gravest_first() {
        let diner = Diner {
            allergies: BTreeSet::from([Allergen::Fish]),
            diets: BTreeSet::from([Diet::LowSalt]),
            dislikes: BTreeSet::from(["香菜".to_owned()]),
            texture: Texture::Soft,
            ..Diner::of(ElderId::new("e").unwrap(), KitchenId::new("k").unwrap())
        };
        let dish = Dish {
            id: DishId::new("a").unwrap(),
            name: "清蒸鱼".to_owned(),
            prices: BTreeMap::from([(Size::Regular, Fen(1500))]),
            textures: BTreeSet::from([Texture::Regular]),
            contains: BTreeSet::from([Allergen::Fish, Allergen::Soy]),
            suits: BTreeSet::new(),
            ingredients: BTreeSet::from(["香菜".to_owned()]),
            capacity: 10,
        };
        let clashes = diner.clashes(&dish);
        assert_eq!(clashes.len(), 4);
        assert!(clashes.is_sorted() && clashes[0].is_forbidden() && !clashes[3].is_grave());
        assert_eq!(diner.unease(&dish), None);
        let fine = Dish { contains: BTreeSet::new(), ..dish };
        assert_eq!(
            Diner { diets: BTreeSet::new(), texture: Texture::Regular, ..diner }.unease(&fine),
            Some(1)
        );
    }
}
