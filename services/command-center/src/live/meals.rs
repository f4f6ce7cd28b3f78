//! Meals as the streams MEALS and DINERS tell them: today's and tomorrow's, who eats, cooks and carries.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    calendar::Day,
    id::{CaregiverId, ElderId, KitchenId, MealId, OrganisationId, RoundId, StandingId},
    meal::{Courier, Diner, Kitchen, Meal, Round, Sitting, SittingKey, Slot, Standing},
    time::Timestamp,
    unit::Seconds,
};
use schemas::meal::MealEvent;

/// Days of the past stay so long.
const KEPT: Seconds = Seconds::hours(48);

/// Everything about meals.
#[derive(Debug, Default)]
pub struct Meals {
    kitchens: BTreeMap<KitchenId, Arc<Kitchen>>,
    diners: BTreeMap<ElderId, Arc<Diner>>,
    couriers: BTreeMap<CaregiverId, Arc<Courier>>,
    standings: BTreeMap<StandingId, Arc<Standing>>,
    sittings: BTreeMap<SittingKey, Arc<Sitting>>,
    ordered: BTreeMap<MealId, Arc<Meal>>,
    /// The meals of each day.
    days: BTreeMap<Day, BTreeSet<MealId>>,
    rounds: BTreeMap<(Day, Slot, RoundId), Arc<Round>>,
}

impl Meals {
    /// Something as it is now.
    pub fn put(&mut self, event: MealEvent, now: Timestamp) {
        match event {
            MealEvent::Kitchen(kitchen) => drop(self.kitchens.insert(kitchen.id.clone(), Arc::new(kitchen))),
            MealEvent::Diner(diner) => drop(self.diners.insert(diner.elder.clone(), Arc::new(diner))),
            MealEvent::Courier(courier) => drop(self.couriers.insert(courier.id.clone(), Arc::new(courier))),
            MealEvent::Standing(standing) => {
                drop(self.standings.insert(standing.id.clone(), Arc::new(standing)));
            }
            MealEvent::Sitting(sitting) if is_current(sitting.key.day, now) => {
                self.forget(now);
                self.sittings.insert(sitting.key.clone(), Arc::new(sitting));
            }
            MealEvent::Meal(meal) if is_current(meal.sitting.day, now) => {
                self.days.entry(meal.sitting.day).or_default().insert(meal.id.clone());
                self.ordered.insert(meal.id.clone(), Arc::new(meal));
            }
            MealEvent::Round(round) if is_current(round.day, now) => {
                self.rounds.insert((round.day, round.slot, round.id.clone()), Arc::new(round));
            }
            MealEvent::Sitting(_) | MealEvent::Meal(_) | MealEvent::Round(_) => {}
        }
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some((day, _)) = self.days.first_key_value().filter(|(day, _)| !is_current(**day, now)) {
            let day = *day;
            for meal in self.days.remove(&day).into_iter().flatten() {
                self.ordered.remove(&meal);
            }
        }
        self.sittings.retain(|key, _| is_current(key.day, now));
        self.rounds.retain(|(day, ..), _| is_current(*day, now));
    }

    /// The day's stream was made anew.
    pub fn clear_days(&mut self) {
        self.sittings.clear();
        self.ordered.clear();
        self.days.clear();
        self.rounds.clear();
    }

    /// The stream of who eats was made anew.
    pub fn clear_diners(&mut self) {
        self.kitchens.clear();
        self.diners.clear();
        self.couriers.clear();
        self.standings.clear();
    }

    /// All kitchens.
    pub fn kitchens(&self) -> impl Iterator<Item = &Arc<Kitchen>> {
        self.kitchens.values()
    }

    /// Whether the kitchen is that organisation's.
    pub fn is_run_by(&self, kitchen: &KitchenId, organisation: &OrganisationId) -> bool {
        self.kitchens.get(kitchen).is_some_and(|kitchen| kitchen.organisation == *organisation)
    }

    /// All couriers.
    pub fn couriers(&self) -> impl Iterator<Item = &Arc<Courier>> {
        self.couriers.values()
    }

    /// What somebody may eat.
    pub fn diner(&self, elder: &ElderId) -> Option<&Arc<Diner>> {
        self.diners.get(elder)
    }

    /// An elder's standing orders.
    pub fn standings_of(&self, elder: &ElderId) -> impl Iterator<Item = &Arc<Standing>> {
        self.standings.values().filter(move |standing| standing.elder == *elder)
    }

    /// The standing order of that name.
    pub fn standing(&self, id: &StandingId) -> Option<&Arc<Standing>> {
        self.standings.get(id)
    }

    /// The menus of a day.
    pub fn sittings(&self, day: Day) -> impl Iterator<Item = &Arc<Sitting>> {
        self.sittings.values().filter(move |sitting| sitting.key.day == day)
    }

    /// One meal.
    pub fn meal(&self, id: &MealId) -> Option<&Arc<Meal>> {
        self.ordered.get(id)
    }

    /// The meals of a day, by id, after that one.
    pub fn meals(&self, day: Day, after: Option<&MealId>) -> impl Iterator<Item = &Arc<Meal>> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = self
            .days
            .get(&day)
            .into_iter()
            .flat_map(move |ids| ids.range::<MealId, _>((from, Bound::Unbounded)));
        ids.filter_map(|id| self.ordered.get(id))
    }

    /// The rounds of a day.
    pub fn rounds(&self, day: Day) -> impl Iterator<Item = &Arc<Round>> {
        self.rounds.values().filter(move |round| round.day == day)
    }
}

fn is_current(day: Day, now: Timestamp) -> bool {
    day.next().begins() + KEPT >= now
}
