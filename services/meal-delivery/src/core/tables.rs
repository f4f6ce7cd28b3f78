//! What changes seldom: kitchens, needs, couriers, menus.

use domain::{
    calendar::Day,
    meal::{
        ClockTime, Courier, Diner, Dish, Kitchen, MealRefusal, Sitting, SittingKey,
        courier::{MAX_SHIFTS, MOST_BOXES},
        diner::{LONGEST_AT_DOOR, MAX_DISLIKES},
        menu::{self, MAX_NAME},
    },
    time::Timestamp,
    unit::Seconds,
};
use schemas::meal::MealEvent;

use super::Core;

/// What a command came to: what it was about after it, or nothing new.
pub(super) type Outcome = Result<Option<MealEvent>, MealRefusal>;

impl Core {
    pub(super) fn put_kitchen(&mut self, kitchen: Kitchen, now: Timestamp) -> Outcome {
        if let Some((slot, _)) = kitchen.hours.iter().find(|(_, hours)| !hours.is_sound()) {
            return Err(MealRefusal::Hours(*slot));
        }
        if self.kitchens.get(&kitchen.id) == Some(&kitchen) {
            return Ok(None);
        }
        let event = MealEvent::Kitchen(kitchen);
        self.commit(event.clone(), now);
        Ok(Some(event))
    }

    /// New needs: what is ordered and not cooked yet is looked at again.
    pub(super) fn put_diner(&mut self, diner: Diner, now: Timestamp) -> Outcome {
        if !self.elders.contains_key(&diner.elder) {
            return Err(MealRefusal::UnknownElder(diner.elder));
        }
        if !self.kitchens.contains_key(&diner.kitchen) {
            return Err(MealRefusal::UnknownKitchen(diner.kitchen));
        }
        let at_door = (Seconds::ZERO..=LONGEST_AT_DOOR).contains(&diner.at_door);
        if let Some(home) = diner.at_home.filter(|home| home.from >= home.until || !at_door) {
            return Err(MealRefusal::AtHome(home.from, home.until));
        }
        if !at_door {
            return Err(MealRefusal::AtHome(ClockTime::default(), ClockTime::default()));
        }
        let named = |text: &String| (1..=MAX_NAME).contains(&text.trim().chars().count());
        if diner.dislikes.len() > MAX_DISLIKES || !diner.dislikes.iter().all(named) {
            return Err(MealRefusal::Dislikes);
        }
        if self.diners.get(&diner.elder) == Some(&diner) {
            return Ok(None);
        }
        let event = MealEvent::Diner(diner.clone());
        self.commit(event.clone(), now);
        self.look_at_meals_of(&diner, now);
        Ok(Some(event))
    }

    /// A courier's roster. What happens to them on the way is not part of it.
    pub(super) fn put_courier(&mut self, courier: Courier, now: Timestamp) -> Outcome {
        if !self.kitchens.contains_key(&courier.kitchen) {
            return Err(MealRefusal::UnknownKitchen(courier.kitchen));
        }
        if !(1..=MOST_BOXES).contains(&courier.boxes) || courier.shifts.len() > MAX_SHIFTS {
            return Err(MealRefusal::Courier);
        }
        let before = self.couriers.get(&courier.id);
        let courier = Courier { trouble: before.and_then(|before| before.trouble.clone()), ..courier };
        if before == Some(&courier) {
            return Ok(None);
        }
        let event = MealEvent::Courier(courier);
        self.commit(event.clone(), now);
        for shift in self.tours.keys().copied().collect::<Vec<_>>() {
            self.plan_soon(shift, now);
        }
        Ok(Some(event))
    }

    /// A menu. Its hours are the kitchen's of now; a dish that was ordered stays.
    pub(super) fn put_menu(&mut self, key: &SittingKey, dishes: Vec<Dish>, now: Timestamp) -> Outcome {
        let unknown = || MealRefusal::UnknownKitchen(key.kitchen.clone());
        let kitchen = self.kitchens.get(&key.kitchen).ok_or_else(unknown)?;
        let closed = || MealRefusal::KitchenClosed(key.kitchen.clone());
        let hours = *kitchen.hours.get(&key.slot).filter(|_| !kitchen.closed).ok_or_else(closed)?;
        self.check_horizon(key.day, now)?;
        if let Some((row, fault)) = menu::faults(&dishes).into_iter().next() {
            return Err(MealRefusal::Menu(row, fault));
        }
        let before = self.sittings.get(key);
        if before.is_some_and(|sitting| sitting.dishes == dishes) {
            return Ok(None);
        }
        let cut_off = hours.cut_off.on(key.day);
        if before.map_or(now >= cut_off, |sitting| !sitting.takes_orders(now)) {
            return Err(MealRefusal::AfterCutOff(cut_off));
        }
        let ordered = self.open_meals(key).map(|meal| &meal.dish);
        let gone = ordered.into_iter().find(|dish| !dishes.iter().any(|d| d.id == **dish)).cloned();
        if let Some(gone) = gone {
            return Err(MealRefusal::DishOrdered(gone));
        }
        let sitting = match before {
            Some(sitting) => Sitting { dishes, ..sitting.clone() },
            None => Sitting::new(key.clone(), hours, dishes),
        };
        self.commit(MealEvent::Sitting(sitting), now);
        self.serve_standing(key, now);
        Ok(self.sittings.get(key).cloned().map(MealEvent::Sitting))
    }

    pub(super) fn check_horizon(&self, day: Day, now: Timestamp) -> Result<(), MealRefusal> {
        let horizon = self.settings.horizon_days;
        if day.begins() > now + Seconds::hours(24 * horizon) {
            Err(MealRefusal::TooFar(horizon))
        } else {
            Ok(())
        }
    }
}
