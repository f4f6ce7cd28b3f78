//! The kitchen's day: pots, delays, dishes that are replaced, what is to be cooked.

use std::collections::BTreeMap;

use domain::{
    id::DishId,
    meal::{
        Clash, Diner, Meal, MealRefusal, MealStage, Pot, Sitting, SittingKey,
        order::{MealHappening, stage::CalledOff},
    },
    order::Funding,
    time::Timestamp,
};
use schemas::meal::{ClashCount, DishCount, KindCount, KitchenCount, MealEvent};

use super::{Core, orders::Choice, tables::Outcome};

impl Core {
    fn sitting_of(&self, key: &SittingKey) -> Result<&Sitting, MealRefusal> {
        self.sittings.get(key).ok_or_else(|| MealRefusal::NoMenu(key.clone()))
    }

    /// A pot goes on the fire, or is done.
    pub(super) fn cook(&mut self, key: &SittingKey, dish: &DishId, done: bool, now: Timestamp) -> Outcome {
        let mut sitting = self.sitting_of(key)?.clone();
        if !sitting.offered().any(|offered| offered.id == *dish) {
            return Err(MealRefusal::NoSuchDish(dish.clone()));
        }
        let pot = match (sitting.pots.get(dish), done) {
            (Some(Pot::Cooked { .. }), _) | (Some(Pot::Cooking { .. }), false) => return Ok(None),
            (_, true) => Pot::Cooked { at: now },
            (None, false) => Pot::Cooking { since: now },
        };
        let expected = sitting.cooked_at(dish, now);
        sitting.pots.insert(dish.clone(), pot);
        self.commit(MealEvent::Sitting(sitting), now);
        if done && expected != now {
            self.plan_soon((key.day, key.slot), now);
        }
        Ok(self.sittings.get(key).cloned().map(MealEvent::Sitting))
    }

    /// The kitchen is late.
    pub(super) fn delay(&mut self, key: &SittingKey, until: Timestamp, now: Timestamp) -> Outcome {
        let mut sitting = self.sitting_of(key)?.clone();
        if sitting.late_until == Some(until) {
            return Ok(None);
        }
        sitting.late_until = Some(until);
        let event = MealEvent::Sitting(sitting);
        self.commit(event, now);
        self.plan_soon((key.day, key.slot), now);
        Ok(self.sittings.get(key).cloned().map(MealEvent::Sitting))
    }

    /// A dish will not be cooked.
    pub(super) fn substitute(
        &mut self,
        key: &SittingKey,
        dish: &DishId,
        by: Vec<DishId>,
        now: Timestamp,
    ) -> Outcome {
        let mut sitting = self.sitting_of(key)?.clone();
        if sitting.dish(dish).is_none() {
            return Err(MealRefusal::NoSuchDish(dish.clone()));
        }
        let offered = |other: &DishId| other != dish && sitting.offered().any(|offered| offered.id == *other);
        if let Some(missing) = by.iter().find(|other| !offered(other)) {
            return Err(MealRefusal::NoSuchDish(missing.clone()));
        }
        if sitting.replaced.contains_key(dish) {
            return Ok(None);
        }
        sitting.replaced.insert(dish.clone(), by);
        self.commit(MealEvent::Sitting(sitting), now);
        self.replace_dishes(key, now);
        Ok(self.sittings.get(key).cloned().map(MealEvent::Sitting))
    }

    /// Everybody whose dish was replaced gets the first of the others that is right for them; for whom none is, the
    /// meal is called off, and somebody asks them.
    pub(super) fn replace_dishes(&mut self, key: &SittingKey, now: Timestamp) {
        let Some(sitting) = self.sittings.get(key) else { return };
        let replaced =
            |meal: &&Meal| meal.stage == MealStage::Ordered && sitting.replaced.contains_key(&meal.dish);
        let meals: Vec<Meal> = self.open_meals(key).filter(replaced).cloned().collect();
        for meal in meals {
            self.give_another_dish(meal, now);
        }
        self.plan_soon((key.day, key.slot), now);
    }

    /// What is ordered and not cooked for somebody whose needs are new.
    pub(super) fn look_at_meals_of(&mut self, diner: &Diner, now: Timestamp) {
        let theirs = |meal: &&Meal| meal.elder == diner.elder && meal.stage == MealStage::Ordered;
        let meals: Vec<Meal> = self.meals.values().filter(theirs).cloned().collect();
        for meal in meals {
            let clashes = self
                .sittings
                .get(&meal.sitting)
                .and_then(|sitting| sitting.dish(&meal.dish))
                .map(|dish| Diner { texture: meal.texture, ..diner.clone() }.clashes(dish));
            let grave =
                clashes.into_iter().flatten().any(|clash| clash.is_grave() && !meal.clashes.contains(&clash));
            if grave {
                self.give_another_dish(meal, now);
            }
        }
    }

    /// Nobody pays more for what was not their choice.
    fn give_another_dish(&mut self, meal: Meal, now: Timestamp) {
        let Some(sitting) = self.sittings.get(&meal.sitting).cloned() else { return };
        let Some(diner) = self.diners.get(&meal.elder) else { return };
        let stands_in = sitting.replaced.get(&meal.dish).cloned().unwrap_or_default();
        let chosen = self.suits(&sitting, diner, &stands_in, Some(&meal.id)).and_then(|dish| {
            let choice = Choice { dish: &dish, size: diner.size, texture: diner.texture, despite: true };
            let (price, clashes) = self.choose(&sitting, diner, choice, Some(&meal.id)).ok()?;
            Some((dish, price, clashes))
        });
        let Some((dish, price, clashes)) = chosen else {
            let mut sitting = sitting;
            sitting.unmet.insert(meal.elder.clone());
            self.commit(MealEvent::Sitting(sitting), now);
            return self.call_off(meal, CalledOff::NothingSuits, now);
        };
        let what = MealHappening::Substituted { from: meal.dish.clone(), to: dish.clone() };
        let (size, texture) = (diner.size, diner.texture);
        let mut meal = Meal { dish, size, texture, clashes, price: price.min(meal.price), ..meal };
        if self.meals.get(&meal.id).is_some_and(|before| before.price != meal.price) {
            meal.funding = meal.funding.take().map(Funding::anew);
        }
        meal.note(now, what);
        self.commit(MealEvent::Meal(meal), now);
    }

    /// What is to be cooked.
    ///
    /// # Errors
    /// [`MealRefusal::NoMenu`].
    pub fn count(&self, key: &SittingKey) -> Result<KitchenCount, MealRefusal> {
        let sitting = self.sitting_of(key)?;
        let mut servings = BTreeMap::new();
        let mut by_dish: BTreeMap<&DishId, Vec<&Meal>> = BTreeMap::new();
        let cooked = |meal: &&Meal| !matches!(meal.stage, MealStage::Cancelled(_));
        let meals = self.table.get(key).into_iter().flatten().filter_map(|id| self.meals.get(id));
        for meal in meals.filter(cooked) {
            *servings.entry(meal.serving).or_insert(0) += 1;
            by_dish.entry(&meal.dish).or_default().push(meal);
        }
        let dishes = sitting.offered().map(|dish| {
            let meals = by_dish.remove(&dish.id).unwrap_or_default();
            DishCount {
                dish: dish.id.clone(),
                name: dish.name.clone(),
                portions: meals.len() as u32,
                kinds: kinds(&meals),
                clashes: self.watched(&meals),
            }
        });
        let dishes = dishes.collect();
        let given_up = sitting.cut_off.as_ref().map_or(0, |c| c.given_up.len() as u32 + c.more);
        Ok(KitchenCount {
            sitting: key.clone(),
            cut_off_at: sitting.cut_off_at(),
            dishes,
            servings,
            given_up,
            unmet: sitting.unmet.len() as u32,
        })
    }

    /// What the kitchen has to watch: allergies of those who eat the dish, whatever is in it by the recipe, and what was
    /// agreed to.
    fn watched(&self, meals: &[&Meal]) -> Vec<ClashCount> {
        let mut clashes: BTreeMap<Clash, u32> = BTreeMap::new();
        for meal in meals {
            for clash in self.watch(meal) {
                *clashes.entry(clash).or_insert(0) += 1;
            }
        }
        clashes.into_iter().map(|(clash, portions)| ClashCount { clash, portions }).collect()
    }

    /// What the kitchen has to watch with one meal, as it stands on its label.
    pub fn watch(&self, meal: &Meal) -> Vec<Clash> {
        let allergies = self.diners.get(&meal.elder).into_iter().flat_map(|diner| &diner.allergies);
        let allergies = allergies.map(|allergen| Clash::Allergy { allergen: *allergen });
        let mut watched: Vec<Clash> = allergies.chain(meal.clashes.iter().cloned()).collect();
        watched.sort_unstable();
        watched.dedup();
        watched
    }
}

fn kinds(meals: &[&Meal]) -> Vec<KindCount> {
    let mut kinds = BTreeMap::new();
    for meal in meals {
        *kinds.entry((meal.size, meal.texture)).or_insert(0) += 1;
    }
    let kind = |((size, texture), portions)| KindCount { size, texture, portions };
    kinds.into_iter().map(kind).collect()
}
