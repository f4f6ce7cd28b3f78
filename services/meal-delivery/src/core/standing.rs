//! Standing orders become meals as soon as there is a menu, each once: a meal has its name from the standing order and the
//! day, so that doing it again makes no second one, and one that was called off does not come back.

use domain::{
    calendar::Day,
    id::{DishId, MealId, StandingId},
    meal::{
        Diner, Meal, MealRefusal, SittingKey, Standing,
        order::{MAX_MEAL_ID, MealHappening, stage::CalledOff},
        sitting::Sitting,
    },
    order::Actor,
    time::Timestamp,
};
use schemas::meal::{MealEvent, PlaceMeal};

use super::{Core, orders::Choice, tables::Outcome};

/// A standing order's id leaves room for the day.
const MAX_STANDING_ID: usize = MAX_MEAL_ID - 10;

impl Core {
    pub(super) fn put_standing(&mut self, standing: Standing, now: Timestamp) -> Outcome {
        if standing.id.as_str().len() > MAX_STANDING_ID {
            return Err(MealRefusal::IdTooLong);
        }
        if let Some(fault) = standing.fault() {
            return Err(fault.into());
        }
        if !self.elders.contains_key(&standing.elder) {
            return Err(MealRefusal::UnknownElder(standing.elder));
        }
        if !self.diners.contains_key(&standing.elder) {
            return Err(MealRefusal::UnknownDiner(standing.elder));
        }
        if !self.kitchens.contains_key(&standing.kitchen) {
            return Err(MealRefusal::UnknownKitchen(standing.kitchen));
        }
        let before = self.standings.get(&standing.id);
        if before.is_some_and(|before| before.elder != standing.elder) {
            return Err(MealRefusal::NotYours("a standing order stays with its elder; make a new one"));
        }
        if before == Some(&standing) {
            return Ok(None);
        }
        let event = MealEvent::Standing(standing.clone());
        self.commit(event.clone(), now);
        self.call_off_uncovered(&standing, now);
        for key in self.open_sittings(now) {
            self.serve_standing(&key, now);
        }
        Ok(Some(event))
    }

    fn open_sittings(&self, now: Timestamp) -> Vec<SittingKey> {
        self.sittings
            .values()
            .filter(|sitting| sitting.takes_orders(now))
            .map(|sitting| sitting.key.clone())
            .collect()
    }

    /// Meals of a standing order that no longer means them, where that can still be helped.
    fn call_off_uncovered(&mut self, standing: &Standing, now: Timestamp) {
        let uncovered = |meal: &&Meal| {
            let means = standing.covers(meal.sitting.day)
                && (standing.slot, &standing.kitchen) == (meal.sitting.slot, &meal.sitting.kitchen);
            meal.standing.as_ref() == Some(&standing.id) && meal.is_open() && !means
        };
        let meals: Vec<Meal> = self.meals.values().filter(uncovered).cloned().collect();
        for meal in meals {
            if self.sittings.get(&meal.sitting).is_some_and(|sitting| sitting.takes_orders(now)) {
                self.call_off(meal, CalledOff::Standing, now);
            }
        }
    }

    /// The platform calls a meal off.
    pub(super) fn call_off(&mut self, mut meal: Meal, why: CalledOff, now: Timestamp) {
        if meal.step("call_off", |stage| stage.call_off(why, Actor::SYSTEM, now)).is_err() {
            return;
        }
        meal.note(now, MealHappening::CalledOff { why });
        let id = meal.id.clone();
        self.commit(MealEvent::Meal(meal), now);
        self.leave_rounds(&id, now);
    }

    /// Orders what standing orders mean for a sitting.
    pub(super) fn serve_standing(&mut self, key: &SittingKey, now: Timestamp) {
        let meant = |standing: &&Standing| {
            standing.slot == key.slot && standing.kitchen == key.kitchen && standing.covers(key.day)
        };
        let standings: Vec<Standing> = self.standings.values().filter(meant).cloned().collect();
        let mut unmet = Vec::new();
        for standing in standings {
            let id = meal_of(&standing.id, key.day);
            let eats = self.eats.contains_key(&(standing.elder.clone(), (key.day, key.slot)));
            if eats || self.meals.contains_key(&id) {
                continue;
            }
            match self.of_standing(id, &standing, key, now) {
                Some(meal) => self.commit(MealEvent::Meal(meal), now),
                None => unmet.push(standing.elder),
            }
        }
        let Some(sitting) = self.sittings.get(key) else { return };
        if unmet.iter().any(|elder| !sitting.unmet.contains(elder)) {
            let mut sitting = sitting.clone();
            sitting.unmet.extend(unmet);
            self.commit(MealEvent::Sitting(sitting), now);
        }
    }

    fn of_standing(&self, id: MealId, standing: &Standing, key: &SittingKey, now: Timestamp) -> Option<Meal> {
        let (sitting, diner) = (self.sittings.get(key)?, self.diners.get(&standing.elder)?);
        let dish = self.suits(sitting, diner, &standing.preferred, None)?;
        let order = PlaceMeal {
            elder: standing.elder.clone(),
            sitting: key.clone(),
            dish,
            size: None,
            texture: None,
            serving: standing.serving,
            // Only dislikes are left of what may be chosen for somebody.
            despite: true,
            pay_with: standing.pay_with,
            self_pay_up_to: standing.self_pay_up_to,
        };
        let mut meal = self.compose(id, &order, now).ok()?;
        meal.standing = Some(standing.id.clone());
        meal.note(now, MealHappening::Ordered);
        Some(meal)
    }

    /// The dish the platform may choose for somebody: the first preferred one that is right for them, else whichever
    /// they like best of the menu.
    pub(super) fn suits(
        &self,
        sitting: &Sitting,
        diner: &Diner,
        preferred: &[DishId],
        besides: Option<&MealId>,
    ) -> Option<DishId> {
        let can_be_had = |dish: &DishId| {
            let choice = Choice { dish, size: diner.size, texture: diner.texture, despite: true };
            self.choose(sitting, diner, choice, besides).is_ok()
        };
        let unease = |dish: &DishId| sitting.dish(dish).and_then(|dish| diner.unease(dish));
        let fine = |dish: &&DishId| unease(dish) == Some(0) && can_be_had(dish);
        if let Some(dish) = preferred.iter().find(fine) {
            return Some(dish.clone());
        }
        let dishes = sitting.offered().map(|dish| &dish.id).enumerate();
        let rest = dishes.filter_map(|(row, dish)| Some((unease(dish)?, row, dish)));
        let rest = rest.filter(|(_, _, dish)| can_be_had(dish));
        rest.min_by_key(|(unease, row, _)| (*unease, *row)).map(|(_, _, dish)| dish.clone())
    }
}

/// The meal of a standing order on a day.
fn meal_of(standing: &StandingId, day: Day) -> MealId {
    // The day's midnight in hours: unique, and short enough for the id.
    let hours = day.begins().as_millis() / 3_600_000;
    MealId::derived(&format!("s-{standing}"), u64::try_from(hours).unwrap_or_default())
}
