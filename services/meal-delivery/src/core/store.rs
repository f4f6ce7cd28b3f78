//! The one way anything changes: indices and deadlines follow, and the change is committed.

use domain::{
    id::{MealId, RoundId},
    meal::{At, Meal, MealStage, Round, RoundStage, Sitting, SittingKey, order::Trip},
    time::Timestamp,
};
use schemas::meal::MealEvent;

use super::{Core, Due, Effect, Shift};

impl Core {
    /// Takes something as it now is, and commits it.
    pub(super) fn commit(&mut self, mut event: MealEvent, now: Timestamp) {
        match &mut event {
            MealEvent::Meal(meal) => meal.revision = meal.revision.saturating_add(1),
            MealEvent::Round(round) => round.revision = round.revision.saturating_add(1),
            MealEvent::Sitting(sitting) => sitting.revision = sitting.revision.saturating_add(1),
            MealEvent::Kitchen(_) | MealEvent::Diner(_) | MealEvent::Courier(_) | MealEvent::Standing(_) => {}
        }
        self.adopt(event.clone(), now);
        self.effects.push(Effect::Commit(Box::new(event)));
    }

    /// Takes something from the streams, without committing anything.
    pub fn restore(&mut self, event: MealEvent, now: Timestamp) {
        let day = match &event {
            MealEvent::Meal(meal) => Some(meal.sitting.day),
            MealEvent::Round(round) => Some(round.day),
            MealEvent::Sitting(sitting) => Some(sitting.key.day),
            _ => None,
        };
        // A day ends at the next midnight.
        if day.is_none_or(|day| day.next().begins() + self.settings.remember >= now) {
            self.adopt(event, now);
        }
    }

    fn adopt(&mut self, event: MealEvent, now: Timestamp) {
        match event {
            MealEvent::Meal(meal) => self.adopt_meal(meal, now),
            MealEvent::Round(round) => self.adopt_round(round),
            MealEvent::Sitting(sitting) => self.adopt_sitting(sitting),
            MealEvent::Kitchen(kitchen) => drop(self.kitchens.insert(kitchen.id.clone(), kitchen)),
            MealEvent::Diner(diner) => drop(self.diners.insert(diner.elder.clone(), diner)),
            MealEvent::Courier(courier) => drop(self.couriers.insert(courier.id.clone(), courier)),
            MealEvent::Standing(standing) => drop(self.standings.insert(standing.id.clone(), standing)),
        }
    }

    fn adopt_meal(&mut self, meal: Meal, now: Timestamp) {
        let (id, key) = (meal.id.clone(), meal.sitting.clone());
        let who = (meal.elder.clone(), (key.day, key.slot));
        if meal.is_open() {
            self.eats.insert(who, id.clone());
        } else if self.eats.get(&who) == Some(&id) {
            self.eats.remove(&who);
        }
        self.table.entry(key.clone()).or_default().insert(id.clone());
        let looks = meal.welfare.as_ref().is_some_and(|welfare| welfare.incident.is_none());
        if looks && self.agenda.get(&Due::Welfare(id.clone())).is_none() {
            self.agenda.set(&Due::Welfare(id.clone()), Some(now));
        }
        self.follow_money(&meal, now);
        self.meals.insert(id, meal);
        self.remember(&key);
    }

    fn adopt_round(&mut self, round: Round) {
        let shift = (round.day, round.slot);
        let open = self.tours.entry(shift).or_default();
        if round.stage.is_over() {
            open.remove(&round.id);
        } else {
            open.insert(round.id.clone());
        }
        let watched =
            round.has_departed().then(|| round.ahead().next().map(|stop| stop.eta + self.settings.overdue));
        self.agenda.set(&Due::Progress(round.id.clone()), watched.flatten());
        self.rounds.insert(round.id.clone(), round);
    }

    fn adopt_sitting(&mut self, sitting: Sitting) {
        let key = sitting.key.clone();
        let cut_off = sitting.cut_off.is_none().then(|| sitting.cut_off_at());
        self.agenda.set(&Due::CutOff(key.clone()), cut_off);
        self.sittings.insert(key.clone(), sitting);
        self.remember(&key);
    }

    fn remember(&mut self, key: &SittingKey) {
        let until = key.day.next().begins() + self.settings.remember;
        self.agenda.set(&Due::Forget(key.clone()), Some(until));
    }

    /// A sitting of the past is left to the stream.
    pub(super) fn forget(&mut self, key: &SittingKey) {
        for id in self.table.remove(key).into_iter().flatten() {
            self.agenda.set(&Due::Money(id.clone()), None);
            self.agenda.set(&Due::Welfare(id.clone()), None);
            self.funds.forget(&id);
            if let Some(meal) = self.meals.remove(&id) {
                let who = (meal.elder, (key.day, key.slot));
                if self.eats.get(&who) == Some(&id) {
                    self.eats.remove(&who);
                }
            }
        }
        self.sittings.remove(key);
        let shift = (key.day, key.slot);
        if self.sittings.keys().any(|other| (other.day, other.slot) == shift) {
            return;
        }
        self.tours.remove(&shift);
        self.planning.forget(shift);
        self.agenda.set(&Due::Plan(shift), None);
        let gone: Vec<RoundId> =
            self.rounds.values().filter(|r| (r.day, r.slot) == shift).map(|r| r.id.clone()).collect();
        for id in gone {
            self.agenda.set(&Due::Progress(id.clone()), None);
            self.rounds.remove(&id);
        }
    }

    /// Finishes what a death between two messages of one decision left undone, and takes up the work: standing orders of
    /// open menus, meals of couriers who set off, rounds of what is ordered.
    pub fn begin(&mut self, now: Timestamp) -> Vec<Effect> {
        let open: Vec<SittingKey> =
            self.sittings.values().filter(|s| s.takes_orders(now)).map(|s| s.key.clone()).collect();
        for key in open {
            self.serve_standing(&key, now);
        }
        let changed: Vec<SittingKey> =
            self.sittings.values().filter(|s| !s.replaced.is_empty()).map(|s| s.key.clone()).collect();
        for key in changed {
            self.replace_dishes(&key, now);
        }
        let under_way: Vec<RoundId> =
            self.rounds.values().filter(|r| r.has_departed()).map(|r| r.id.clone()).collect();
        for id in under_way {
            self.load_up(&id, now);
            self.settle_round(&id, now);
        }
        for shift in self.tours.keys().copied().collect::<Vec<_>>() {
            self.on_one_round(shift, now);
        }
        let planned: Vec<Round> =
            self.rounds.values().filter(|r| r.stage == RoundStage::Planned).cloned().collect();
        for mut round in planned {
            let before = round.clone();
            let closed = |id: &&MealId| self.meals.get(*id).is_none_or(|meal| meal.stage.is_closed());
            let closed: Vec<MealId> = before.meals().filter(closed).cloned().collect();
            for id in &closed {
                round.forget(id);
            }
            if round != before {
                self.commit(MealEvent::Round(round), now);
            }
        }
        let shifts: Vec<Shift> = self
            .sittings
            .values()
            .filter(|sitting| sitting.cut_off.is_some())
            .map(|sitting| (sitting.key.day, sitting.key.slot))
            .collect();
        for shift in shifts {
            self.plan_soon(shift, now);
        }
        self.deadlines(now);
        std::mem::take(&mut self.effects)
    }

    /// Writes down that the meals of a round's loading stops that are done are on board.
    pub(super) fn load_up(&mut self, id: &RoundId, now: Timestamp) {
        let Some(round) = self.rounds.get(id).cloned() else { return };
        let loaded = round.stops.iter().filter(|stop| !stop.at.is_door());
        for stop in loaded {
            let Some(at) = stop.done_at else { continue };
            for meal in &stop.meals {
                self.take_on_board(&round, (&stop.at, meal), at, now);
            }
        }
    }

    /// From a kitchen, what is still there; from a courier, what is still with that one.
    fn take_on_board(&mut self, round: &Round, (from, meal): (&At, &MealId), at: Timestamp, now: Timestamp) {
        use domain::meal::order::MealHappening as H;
        let Some(mut meal) = self.meals.get(meal).cloned() else { return };
        let (id, courier) = (round.id.clone(), round.courier.clone());
        let what = match (from, &meal.stage) {
            (At::Kitchen { .. }, MealStage::Ordered) => {
                let cooked_at = self
                    .sittings
                    .get(&meal.sitting)
                    .map_or(at, |sitting| sitting.cooked_at(&meal.dish, at))
                    .min(at);
                let trip = Trip {
                    round: id.clone(),
                    courier: courier.clone(),
                    cooked_at,
                    left_at: at,
                    attempts: 0,
                    not_before: None,
                };
                if meal.step("depart", |stage| stage.leave(trip)).is_err() {
                    return;
                }
                H::Left { round: id, courier }
            }
            (At::Courier { courier: of }, MealStage::OnTheWay(trip)) if trip.courier == *of => {
                if meal.step("hand_on", |stage| stage.hand_on(id.clone(), courier.clone())).is_err() {
                    return;
                }
                H::HandedOn { round: id, courier }
            }
            _ => return,
        };
        meal.note(now, what);
        self.commit(MealEvent::Meal(meal), now);
    }
}
