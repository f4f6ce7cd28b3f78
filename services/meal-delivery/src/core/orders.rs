//! Ordering and changing meals: price, capacity, clashes, the door.

use domain::{
    id::{CommandId, DishId, MealId},
    meal::{
        Clash, Diner, Kitchen, Meal, MealAction, MealRefusal, MealStage, Serving, Sitting, SittingKey, Size,
        Texture,
        order::{Door, MAX_MEAL_ID, MealEntry, MealHappening, Proof, Utterer, stage::CalledOff},
    },
    order::{Actor, Funding, Role},
    time::{Timestamp, Window},
    unit::Fen,
};
use roads::Profile;
use schemas::{
    digest::digest,
    meal::{MealEvent, PlaceMeal},
};

use super::{Core, tables::Outcome};

/// What is wanted of a menu.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'a> {
    pub dish: &'a DishId,
    pub size: Size,
    pub texture: Texture,
    pub despite: bool,
}

impl Core {
    /// The open meals of a sitting.
    pub(super) fn open_meals(&self, key: &SittingKey) -> impl Iterator<Item = &Meal> {
        let ids = self.table.get(key).into_iter().flatten();
        ids.filter_map(|id| self.meals.get(id)).filter(|meal| meal.is_open())
    }

    /// The sitting and who eats there, if it can be ordered from.
    pub(super) fn orderable(
        &self,
        order: &PlaceMeal,
        now: Timestamp,
    ) -> Result<(&Kitchen, &Sitting, &Diner), MealRefusal> {
        let key = &order.sitting;
        let kitchen = self.kitchens.get(&key.kitchen);
        let kitchen = kitchen.ok_or_else(|| MealRefusal::UnknownKitchen(key.kitchen.clone()))?;
        if kitchen.closed {
            return Err(MealRefusal::KitchenClosed(key.kitchen.clone()));
        }
        let sitting = self.sittings.get(key).ok_or_else(|| MealRefusal::NoMenu(key.clone()))?;
        if !sitting.takes_orders(now) {
            return Err(MealRefusal::AfterCutOff(sitting.cut_off_at()));
        }
        let elder = self.elders.get(&order.elder);
        let elder = elder.ok_or_else(|| MealRefusal::UnknownElder(order.elder.clone()))?;
        if elder.closed {
            return Err(MealRefusal::ElderClosed(order.elder.clone()));
        }
        let diner = self.diners.get(&order.elder);
        let diner = diner.ok_or_else(|| MealRefusal::UnknownDiner(order.elder.clone()))?;
        Ok((kitchen, sitting, diner))
    }

    /// What a choice costs and what is not right about it, as far as that is agreed to. `besides` has a portion already.
    pub(super) fn choose(
        &self,
        sitting: &Sitting,
        diner: &Diner,
        choice: Choice<'_>,
        besides: Option<&MealId>,
    ) -> Result<(Fen, Vec<Clash>), MealRefusal> {
        let Choice { dish, size, texture, despite } = choice;
        let dish =
            sitting.offered().find(|d| d.id == *dish).ok_or_else(|| MealRefusal::NoSuchDish(dish.clone()))?;
        let price = *dish.prices.get(&size).ok_or_else(|| MealRefusal::NoSuchSize(dish.id.clone(), size))?;
        let clashes = Diner { texture, ..diner.clone() }.clashes(dish);
        let forbidden = clashes.iter().any(Clash::is_forbidden);
        if forbidden || (!clashes.is_empty() && !despite) {
            return Err(MealRefusal::Clashes { clashes, forbidden });
        }
        let others = || self.open_meals(&sitting.key).filter(|meal| Some(&meal.id) != besides);
        if others().filter(|meal| meal.dish == dish.id).count() >= dish.capacity as usize {
            return Err(MealRefusal::DishFull { dish: dish.id.clone(), capacity: dish.capacity });
        }
        if others().count() >= sitting.hours.capacity as usize {
            return Err(MealRefusal::KitchenFull(sitting.hours.capacity));
        }
        Ok((price, clashes))
    }

    /// Where and when a delivery is brought.
    pub(super) fn door(&self, sitting: &Sitting, diner: &Diner) -> Result<Door, MealRefusal> {
        let elder = self.elders.get(&diner.elder);
        let elder = elder.ok_or_else(|| MealRefusal::UnknownElder(diner.elder.clone()))?;
        if self.roads.network().is_some() && !self.roads.snap(Profile::Walk, elder.place).is_on_map() {
            return Err(MealRefusal::OffTheMap(diner.elder.clone()));
        }
        let (day, hours) = (sitting.key.day, sitting.hours);
        let (from, until) = (hours.from.on(day), hours.until.on(day));
        let home = diner.at_home.map(|home| (home.from.on(day).max(from), home.until.on(day).min(until)));
        // Hours at home that lie outside the kitchen's are of no use: then the kitchen's count.
        let (from, until) = home.filter(|(from, until)| from < until).unwrap_or((from, until));
        let window = Window::new(from, until).map_err(|_| MealRefusal::Hours(sitting.key.slot))?;
        Ok(Door { place: elder.place, window, at_door: diner.at_door, corrected: false })
    }

    pub(super) fn place(
        &mut self,
        (command, actor): (&CommandId, &Actor),
        id: MealId,
        order: &PlaceMeal,
        now: Timestamp,
    ) -> Outcome {
        if id.as_str().len() > MAX_MEAL_ID {
            return Err(MealRefusal::IdTooLong);
        }
        let digest = digest(order);
        if let Some(meal) = self.meals.get(&id) {
            return same(meal.timeline.first(), actor, &digest).map(|()| None);
        }
        let meal = self.compose(id, order, now)?;
        let entry = MealEntry {
            at: now,
            occurred_at: None,
            by: actor.clone(),
            command: Some(command.clone()),
            digest: Some(digest),
            what: MealHappening::Ordered,
        };
        let event = MealEvent::Meal(Meal { timeline: vec![entry], ..meal });
        self.commit(event.clone(), now);
        Ok(Some(event))
    }

    /// The meal of an order, nothing entered in it yet.
    pub(super) fn compose(&self, id: MealId, order: &PlaceMeal, now: Timestamp) -> Result<Meal, MealRefusal> {
        let (kitchen, sitting, diner) = self.orderable(order, now)?;
        let key = &sitting.key;
        self.check_horizon(key.day, now)?;
        if self.eats.contains_key(&(order.elder.clone(), (key.day, key.slot))) {
            return Err(MealRefusal::AlreadyOrdered(order.elder.clone()));
        }
        if !(Fen::ZERO..=Fen(10_000_000)).contains(&order.self_pay_up_to) {
            return Err(MealRefusal::SelfPay(order.self_pay_up_to));
        }
        let size = order.size.unwrap_or(diner.size);
        let texture = order.texture.unwrap_or(diner.texture);
        let choice = Choice { dish: &order.dish, size, texture, despite: order.despite };
        let (price, clashes) = self.choose(sitting, diner, choice, None)?;
        let door = if order.serving == Serving::Delivery { Some(self.door(sitting, diner)?) } else { None };
        let funding = self.settings.funding.then(|| Funding::asked(order.pay_with, order.self_pay_up_to));
        Ok(Meal {
            id,
            revision: 0,
            elder: order.elder.clone(),
            sitting: key.clone(),
            organisation: kitchen.organisation.clone(),
            dish: order.dish.clone(),
            size,
            texture,
            serving: order.serving,
            door,
            price,
            funding,
            clashes,
            standing: None,
            welfare: None,
            stage: MealStage::Ordered,
            created_at: now,
            timeline: Vec::new(),
        })
    }

    /// A command to a meal.
    pub(super) fn act(
        &mut self,
        (command, by): (&CommandId, Utterer<'_>),
        id: &MealId,
        action: &MealAction,
        occurred_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Outcome {
        let meal = self.meals.get(id).ok_or_else(|| MealRefusal::UnknownMeal(id.clone()))?;
        let digest = digest(action);
        if let Some(entry) = meal.applied(command) {
            return same(Some(entry), by.actor, &digest).map(|()| None);
        }
        self.check_cut_off(meal, action, now)?;
        if let MealAction::Deliver { proof } = action {
            self.codes.check(id, proof)?;
            // Only the kitchen knows its guests.
            if (proof, by.actor.role) == (&Proof::Counter, Role::Courier) {
                return Err(MealRefusal::WrongProof);
            }
        }
        let times = (occurred_at, self.expires(meal, now), now);
        let mut meal = meal.clone().apply((command, digest), action, by, times)?;
        if let MealAction::Change { .. } = action {
            self.change(&mut meal, action)?;
        }
        self.commit(MealEvent::Meal(meal), now);
        self.after(id, action, now);
        Ok(self.meals.get(id).cloned().map(MealEvent::Meal))
    }

    /// What the guest decides is decided before the cut-off.
    fn check_cut_off(&self, meal: &Meal, action: &MealAction, now: Timestamp) -> Result<(), MealRefusal> {
        let decided = match action {
            MealAction::Change { .. } => true,
            // A kitchen that does not cook, a menu that is withdrawn: not the guest's doing.
            MealAction::CallOff { why } => !matches!(why, CalledOff::MenuWithdrawn | CalledOff::NothingSuits),
            _ => false,
        };
        match self.sittings.get(&meal.sitting) {
            Some(sitting) if decided && !sitting.takes_orders(now) => {
                Err(MealRefusal::AfterCutOff(sitting.cut_off_at()))
            }
            _ => Ok(()),
        }
    }

    /// Another dish, size, texture or way: chosen anew, and asked for anew where that costs otherwise.
    fn change(&self, meal: &mut Meal, action: &MealAction) -> Result<(), MealRefusal> {
        let MealAction::Change { dish, size, texture, serving, despite } = action else { return Ok(()) };
        let sitting =
            self.sittings.get(&meal.sitting).ok_or_else(|| MealRefusal::NoMenu(meal.sitting.clone()))?;
        let diner =
            self.diners.get(&meal.elder).ok_or_else(|| MealRefusal::UnknownDiner(meal.elder.clone()))?;
        let choice = Choice { dish, size: *size, texture: *texture, despite: *despite };
        let (price, clashes) = self.choose(sitting, diner, choice, Some(&meal.id))?;
        let door = if *serving == Serving::Delivery { Some(self.door(sitting, diner)?) } else { None };
        let costs_otherwise = price != meal.price || door.is_some() != meal.door.is_some();
        (meal.dish, meal.size, meal.texture, meal.serving) = (dish.clone(), *size, *texture, *serving);
        (meal.price, meal.clashes, meal.door) = (price, clashes, door);
        if costs_otherwise {
            meal.funding = meal.funding.take().map(Funding::anew);
        }
        Ok(())
    }

    /// What follows from a command to a meal for the rounds.
    fn after(&mut self, id: &MealId, action: &MealAction, now: Timestamp) {
        match action {
            MealAction::Agree { .. } => {}
            MealAction::Change { .. } => self.replan_for(id, now),
            MealAction::NoAnswer { .. } | MealAction::Relocate { .. } => {
                self.leave_rounds(id, now);
                self.replan_for(id, now);
            }
            MealAction::CallOff { .. } | MealAction::Deliver { .. } | MealAction::Fail { .. } => {
                self.leave_rounds(id, now);
            }
        }
    }

    /// When a meal is too old to be handed over.
    pub(super) fn expires(&self, meal: &Meal, now: Timestamp) -> Timestamp {
        let cooked = match meal.stage.trip() {
            Some(trip) => trip.cooked_at,
            None => {
                self.sittings.get(&meal.sitting).map_or(now, |sitting| sitting.cooked_at(&meal.dish, now))
            }
        };
        cooked + self.settings.oldest
    }
}

/// A command's id is its utterer's, and stands for one request.
fn same(before: Option<&MealEntry>, actor: &Actor, digest: &str) -> Result<(), MealRefusal> {
    let as_before = |entry: &MealEntry| {
        entry.by.user == actor.user && entry.digest.as_ref().is_none_or(|before| before == digest)
    };
    if before.is_some_and(as_before) { Ok(()) } else { Err(MealRefusal::KeyReused) }
}
