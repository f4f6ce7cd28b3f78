//! What a kitchen offers on a day.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::food::{Allergen, Diet, Size, Texture};
use crate::{id::DishId, unit::Fen};

/// The most dishes on one menu.
pub const MAX_DISHES: usize = 40;
/// The longest name of a dish or an ingredient, in characters.
pub const MAX_NAME: usize = 60;
/// The most ingredients a dish names.
pub const MAX_INGREDIENTS: usize = 40;
/// The dearest a dish may be; beyond it somebody forgot a decimal point.
pub const DEAREST: Fen = Fen(100_000);

/// A dish or a set meal, as it is offered on one menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dish {
    /// Which.
    pub id: DishId,
    /// As the menu has it.
    pub name: String,
    /// What it costs, by the sizes there are, in fen.
    pub prices: BTreeMap<Size, Fen>,
    /// How soft it can be had.
    #[serde(default = "as_cooked")]
    pub textures: BTreeSet<Texture>,
    /// What is in it that makes some people ill.
    #[serde(default)]
    pub contains: BTreeSet<Allergen>,
    /// Whom it suits.
    #[serde(default)]
    pub suits: BTreeSet<Diet>,
    /// What is in it, for who does not like it.
    #[serde(default)]
    pub ingredients: BTreeSet<String>,
    /// The most portions.
    pub capacity: u32,
}

fn as_cooked() -> BTreeSet<Texture> {
    BTreeSet::from([Texture::Regular])
}

/// What is wrong with a dish of a menu.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MenuFault {
    /// Nothing is offered.
    #[error("a menu needs a dish")]
    NoDish,
    /// Too much is offered.
    #[error("a menu has at most {MAX_DISHES} dishes")]
    TooMany,
    /// The same dish twice.
    #[error("the dish {0} stands on the menu twice")]
    Twice(DishId),
    /// It has no name, or a very long one.
    #[error("the dish {0} needs a name of 1 to {MAX_NAME} characters")]
    Name(DishId),
    /// It has no price.
    #[error("the dish {0} has no price; give one for each size it can be had in")]
    NoPrice(DishId),
    /// A price nobody asks.
    #[error("the dish {0} costs {1}; a price is 0 to 100000 fen")]
    Price(DishId, Fen),
    /// It can be had in no texture.
    #[error("the dish {0} can be had in no texture; name one")]
    NoTexture(DishId),
    /// Nobody could order it.
    #[error("the dish {0} has a capacity of 0; give one or leave it out")]
    NoCapacity(DishId),
    /// Too many ingredients, or one without a name.
    #[error("the dish {0} names at most {MAX_INGREDIENTS} ingredients of 1 to {MAX_NAME} characters each")]
    Ingredients(DishId),
}

impl Dish {
    /// What is wrong with it.
    pub fn fault(&self) -> Option<MenuFault> {
        let id = || self.id.clone();
        let named = |text: &str| (1..=MAX_NAME).contains(&text.trim().chars().count());
        if !named(&self.name) {
            return Some(MenuFault::Name(id()));
        }
        if self.prices.is_empty() {
            return Some(MenuFault::NoPrice(id()));
        }
        if let Some(price) = self.prices.values().find(|price| **price < Fen::ZERO || **price > DEAREST) {
            return Some(MenuFault::Price(id(), *price));
        }
        if self.textures.is_empty() {
            return Some(MenuFault::NoTexture(id()));
        }
        if self.capacity == 0 {
            return Some(MenuFault::NoCapacity(id()));
        }
        let ingredients =
            self.ingredients.len() <= MAX_INGREDIENTS && self.ingredients.iter().all(|i| named(i));
        (!ingredients).then(|| MenuFault::Ingredients(id()))
    }
}

/// Every fault of a menu, with the place of its dish; empty is a menu that can be cooked.
pub fn faults(dishes: &[Dish]) -> Vec<(usize, MenuFault)> {
    if dishes.is_empty() {
        return vec![(0, MenuFault::NoDish)];
    }
    if dishes.len() > MAX_DISHES {
        return vec![(MAX_DISHES, MenuFault::TooMany)];
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (row, dish) in dishes.iter().enumerate() {
        if !seen.insert(&dish.id) {
            found.push((row, MenuFault::Twice(dish.id.clone())));
        }
        found.extend(dish.fault().map(|fault| (row, fault)));
    }
    found
}
