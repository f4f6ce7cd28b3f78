//! From what the core knows to a problem: every load that may still move, everybody who can carry.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    geo::Wgs84,
    id::{CaregiverId, ElderId, MealId, RoundId},
    meal::{Courier, Meal, MealStage, Round, Serving},
    time::Timestamp,
};

use super::{
    super::{Core, Shift},
    problem::{Carrier, Load, Problem, Source, Turn},
};

/// Places by number.
#[derive(Default)]
struct Places {
    all: Vec<Wgs84>,
    index: HashMap<(u64, u64), usize>,
}

impl Places {
    fn number(&mut self, at: Wgs84) -> usize {
        *self.index.entry((at.lon().to_bits(), at.lat().to_bits())).or_insert_with(|| {
            self.all.push(at);
            self.all.len() - 1
        })
    }
}

/// Which loads belong together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Bundle {
    elder: ElderId,
    from: String,
}

impl Core {
    /// The problem of a shift; `None` where there is nothing to plan.
    pub(super) fn gather(&self, shift: Shift, attempt: u64, now: Timestamp) -> Option<Problem> {
        let riding = self.riding(shift);
        let thawed = self.thawed(shift, &riding);
        let mut places = Places::default();
        let carriers = self.carriers(shift, &thawed, &mut places, now);
        let number = |courier: &CaregiverId| carriers.iter().position(|carrier| carrier.courier == *courier);
        let mut bundles: BTreeMap<Bundle, (Source, Vec<&Meal>)> = BTreeMap::new();
        for meal in self.carried(shift) {
            let Some(source) = self.loose(meal, riding.get(&meal.id), &thawed, number) else { continue };
            let from = match &source {
                Source::Kitchen(kitchen) => kitchen.to_string(),
                Source::Stranded(courier) => courier.to_string(),
                Source::OnBoard(carrier) => format!("{carrier}"),
            };
            let bundle = Bundle { elder: meal.elder.clone(), from };
            bundles.entry(bundle).or_insert_with(|| (source, Vec::new())).1.push(meal);
        }
        let open = self.tours.get(&shift).is_some_and(|open| open.iter().any(|id| self.is_loose(id)));
        if bundles.is_empty() && !open {
            return None;
        }
        let loads: Vec<Load> = bundles
            .into_values()
            .filter_map(|(source, meals)| self.load(source, &meals, &carriers, &mut places, now))
            .collect();
        let held = carriers.iter().map(|carrier| self.held(shift, carrier, &loads)).collect();
        let urgent = self.tours.get(&shift).is_some_and(|open| !open.is_empty());
        Some(Problem {
            shift,
            attempt,
            now,
            urgent,
            places: places.all,
            carriers,
            loads,
            held,
            per_box: self.settings.per_box,
            lateness: self.settings.lateness,
            on_the_way: self.settings.on_the_way,
            long_way: self.settings.long_way,
        })
    }

    /// A round that is only planned and nobody has pinned.
    fn is_loose(&self, id: &RoundId) -> bool {
        self.rounds.get(id).is_some_and(|round| !round.pinned && !round.has_departed())
    }

    /// Meals to be brought whose ordering has ended.
    pub(super) fn carried(&self, shift: Shift) -> impl Iterator<Item = &Meal> {
        let closed = self
            .sittings
            .values()
            .filter(move |sitting| (sitting.key.day, sitting.key.slot) == shift && sitting.cut_off.is_some());
        let meals = closed.flat_map(|sitting| self.open_meals(&sitting.key));
        meals.filter(|meal| meal.serving == Serving::Delivery)
    }

    /// On which round each meal is to be handed over.
    pub(super) fn riding(&self, shift: Shift) -> HashMap<MealId, RoundId> {
        let open = self.tours.get(&shift).into_iter().flatten().filter_map(|id| self.rounds.get(id));
        let doors = open.flat_map(|round| round.ahead().map(move |stop| (round, stop)));
        let doors = doors.filter(|(_, stop)| stop.at.is_door());
        doors
            .flat_map(|(round, stop)| stop.meals.iter().map(|meal| (meal.clone(), round.id.clone())))
            .collect()
    }

    /// Couriers under way whose way is found anew: they have something on board that no stop of theirs hands over, or
    /// somebody is stranded and they may fetch what that one has.
    fn thawed(&self, shift: Shift, riding: &HashMap<MealId, RoundId>) -> BTreeSet<CaregiverId> {
        let on_board = || self.carried(shift).filter_map(|meal| Some((meal, meal.stage.trip()?)));
        let is_out = |courier: &CaregiverId| self.couriers.get(courier).is_some_and(Courier::is_out);
        if on_board().any(|(_, trip)| is_out(&trip.courier)) {
            return self
                .couriers
                .values()
                .filter(|courier| !courier.is_out())
                .map(|c| c.id.clone())
                .collect();
        }
        let stray = on_board().filter(|(meal, trip)| {
            let round = riding.get(&meal.id).and_then(|id| self.rounds.get(id));
            round.is_none_or(|round| round.courier != trip.courier)
        });
        stray.map(|(_, trip)| trip.courier.clone()).collect()
    }

    fn carriers(
        &self,
        shift: Shift,
        thawed: &BTreeSet<CaregiverId>,
        places: &mut Places,
        now: Timestamp,
    ) -> Vec<Carrier> {
        let begins = shift.0.begins();
        let ends = shift.0.next().begins();
        let mut carriers = Vec::new();
        for courier in self.couriers.values().filter(|courier| !courier.is_out()) {
            let works =
                courier.shifts.iter().filter(|w| w.latest > now && w.earliest < ends && w.latest > begins);
            let Some(until) = works.map(|window| window.latest).max() else { continue };
            let mut fixed: Vec<Round> = self.rounds_of(&courier.id, shift);
            let under_way = fixed.iter().find(|round| round.has_departed() && thawed.contains(&courier.id));
            let under_way = under_way.map(|round| round.id.clone());
            fixed.retain(|round| round.has_departed() || round.pinned);
            if let Some(round) = fixed.iter_mut().find(|round| Some(&round.id) == under_way.as_ref()) {
                // What is left of it is planned anew: the courier is free where they were last.
                round.stops.retain(|stop| stop.done_at.is_some());
            }
            let Some((place, from)) = self.time(courier, &mut fixed, now) else { continue };
            carriers.push(Carrier {
                courier: courier.id.clone(),
                mode: courier.mode,
                start: places.number(place),
                from,
                until,
                boxes: courier.boxes,
                under_way,
            });
        }
        carriers
    }

    /// Where a meal is, if it may still move.
    fn loose(
        &self,
        meal: &Meal,
        on: Option<&RoundId>,
        thawed: &BTreeSet<CaregiverId>,
        number: impl Fn(&CaregiverId) -> Option<usize>,
    ) -> Option<Source> {
        let round = on.and_then(|id| self.rounds.get(id));
        let is_out = |courier: &CaregiverId| self.couriers.get(courier).is_some_and(Courier::is_out);
        let held_fast = round.is_some_and(|round| {
            let fixed = round.pinned || round.has_departed();
            fixed && !is_out(&round.courier) && !(round.has_departed() && thawed.contains(&round.courier))
        });
        match &meal.stage {
            _ if held_fast => None,
            MealStage::Ordered => Some(Source::Kitchen(meal.sitting.kitchen.clone())),
            MealStage::OnTheWay(trip) if is_out(&trip.courier) => {
                Some(Source::Stranded(trip.courier.clone()))
            }
            MealStage::OnTheWay(trip) => number(&trip.courier).map(Source::OnBoard),
            _ => None,
        }
    }

    fn load(
        &self,
        source: Source,
        meals: &[&Meal],
        carriers: &[Carrier],
        places: &mut Places,
        now: Timestamp,
    ) -> Option<Load> {
        let first = meals.first()?;
        let door = first.door?;
        let (from, ready) = match &source {
            Source::Kitchen(kitchen) => {
                let ready =
                    meals.iter().filter_map(|m| Some(self.sittings.get(&m.sitting)?.cooked_at(&m.dish, now)));
                (places.number(self.kitchens.get(kitchen)?.place), ready.max().unwrap_or(now))
            }
            Source::Stranded(courier) => (places.number(self.stranded_at(courier)?), now),
            Source::OnBoard(carrier) => (carriers.get(*carrier)?.start, now),
        };
        let again = meals.iter().filter_map(|meal| meal.stage.trip()?.not_before).max();
        let mut window = door.window;
        window.earliest = window.earliest.max(again.unwrap_or(window.earliest));
        window.latest = window.latest.max(window.earliest);
        Some(Load {
            elder: first.elder.clone(),
            meals: meals.iter().map(|meal| meal.id.clone()).collect(),
            source,
            from,
            ready,
            door: places.number(door.place),
            window,
            expires: meals.iter().map(|meal| self.expires(meal, now)).min()?,
            at_door: door.at_door,
        })
    }

    /// The rounds a carrier holds, as turns.
    fn held(&self, shift: Shift, carrier: &Carrier, loads: &[Load]) -> Vec<Turn> {
        let load_of: HashMap<&MealId, usize> = loads
            .iter()
            .enumerate()
            .flat_map(|(load, l)| l.meals.iter().map(move |meal| (meal, load)))
            .collect();
        let mut turns: Vec<Turn> = Vec::new();
        let on_board =
            |load: usize| loads.get(load).is_some_and(|load| matches!(load.source, Source::OnBoard(_)));
        for round in self.rounds_of(&carrier.courier, shift) {
            let thawed = carrier.under_way.as_ref() == Some(&round.id);
            if (round.has_departed() || round.pinned) && !thawed {
                continue;
            }
            for stop in round.ahead() {
                let at_door = stop.at.is_door();
                for load in stop.meals.iter().filter_map(|meal| load_of.get(meal).copied()) {
                    if at_door && on_board(load) && !turns.contains(&Turn { load, at_door: false }) {
                        turns.insert(0, Turn { load, at_door: false });
                    }
                    let turn = Turn { load, at_door };
                    if !turns.contains(&turn) {
                        turns.push(turn);
                    }
                }
            }
        }
        turns
    }
}
