//! From a plan to rounds, as far as it still holds: what was handed over, frozen or called off since the question stays as
//! it is. What is on board of somebody is never without a stop, whatever the planner says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    id::{CaregiverId, MealId, RoundId},
    meal::{At, MealStage, Round, RoundStage, Stop},
    time::Timestamp,
    unit::Seconds,
};
use schemas::meal::MealEvent;

use super::{
    super::{Core, Shift},
    problem::{Load, Plan, Problem, Source},
};

/// A change of an arrival by less is not worth telling.
const WORTH_TELLING: Seconds = Seconds(60);

impl Core {
    pub(super) fn adopt_plan(&mut self, plan: &Plan, now: Timestamp) {
        let shift = plan.problem.shift;
        let riding = self.riding(shift);
        let mut planned: BTreeSet<CaregiverId> = BTreeSet::new();
        for (carrier, route) in plan.problem.carriers.iter().zip(&plan.routes) {
            let mut trips: Vec<Vec<Stop>> = vec![Vec::new()];
            let mut on_board: BTreeSet<MealId> = BTreeSet::new();
            for turn in route {
                let Some(load) = plan.problem.loads.get(turn.load) else { continue };
                let meals: Vec<MealId> = load
                    .meals
                    .iter()
                    .filter(|meal| self.still_loose(&plan.problem, load, meal, &riding))
                    .cloned()
                    .collect();
                if meals.is_empty() {
                    continue;
                }
                if turn.at_door {
                    on_board.retain(|meal| !meals.contains(meal));
                } else {
                    on_board.extend(meals.iter().cloned());
                }
                let Some(trip) = trips.last_mut() else { continue };
                stop_at(trip, &plan.problem, (load, turn.at_door), meals, now);
                if on_board.is_empty() && !trip.is_empty() {
                    trips.push(Vec::new());
                }
            }
            trips.retain(|trip| !trip.is_empty());
            self.take_trips(shift, carrier, trips, now);
            planned.insert(carrier.courier.clone());
        }
        self.clear_rounds(shift, &planned, now);
        self.on_one_round(shift, now);
        self.keep_on_board(shift, now);
        for courier in self.couriers.keys().cloned().collect::<Vec<_>>() {
            self.retime(&courier, shift, now);
        }
    }

    /// Whether a meal is where the question had it, and nobody has frozen it since.
    fn still_loose(
        &self,
        problem: &Problem,
        load: &Load,
        id: &MealId,
        riding: &HashMap<MealId, RoundId>,
    ) -> bool {
        let Some(meal) = self.meals.get(id) else { return false };
        let thawed = |round: &Round| problem.carriers.iter().any(|c| c.under_way.as_ref() == Some(&round.id));
        let free = |round: &Round| {
            (!round.pinned && !round.has_departed()) || thawed(round) || self.is_out(&round.courier)
        };
        let carrier = |number: &usize| problem.carriers.get(*number).map(|carrier| &carrier.courier);
        let there = match (&load.source, &meal.stage) {
            (Source::Kitchen(_), MealStage::Ordered) => true,
            (Source::Stranded(courier), MealStage::OnTheWay(trip)) => trip.courier == *courier,
            (Source::OnBoard(number), MealStage::OnTheWay(trip)) => carrier(number) == Some(&trip.courier),
            _ => false,
        };
        there && riding.get(id).and_then(|round| self.rounds.get(round)).is_none_or(free)
    }

    pub(in crate::core) fn is_out(&self, courier: &CaregiverId) -> bool {
        self.couriers.get(courier).is_some_and(domain::meal::Courier::is_out)
    }

    /// A courier's trips: the first goes on with the round under way where that is planned anew, the others become the
    /// planned rounds in their order; rounds left over are dissolved.
    fn take_trips(
        &mut self,
        shift: Shift,
        carrier: &super::problem::Carrier,
        trips: Vec<Vec<Stop>>,
        now: Timestamp,
    ) {
        let held = self.rounds_of(&carrier.courier, shift);
        let mut trips = trips.into_iter();
        let under_way =
            held.iter().find(|round| round.has_departed() && Some(&round.id) == carrier.under_way.as_ref());
        if let Some(round) = under_way {
            let carries = self
                .carried(shift)
                .any(|meal| meal.stage.trip().is_some_and(|t| t.courier == carrier.courier));
            let rest = if carries { trips.next().unwrap_or_default() } else { Vec::new() };
            let done = round.stops.iter().filter(|stop| stop.done_at.is_some()).cloned();
            let stops = done.chain(rest).collect();
            self.put_round(Round { stops, ..round.clone() }, now);
            self.settle_round(&round.id, now);
        }
        let mut loose = held.iter().filter(|round| !round.has_departed() && !round.pinned).cloned();
        let all = self.rounds.values().filter(|r| r.courier == carrier.courier && (r.day, r.slot) == shift);
        let mut made = all.map(|round| round.trip).max().unwrap_or_default();
        for stops in trips {
            let round = loose.next().map(|round| Round { stops: stops.clone(), ..round });
            let round = round.unwrap_or_else(|| {
                made = made.saturating_add(1);
                new_round(shift, &carrier.courier, made, stops)
            });
            self.put_round(round, now);
        }
        for round in loose {
            self.dissolve(round, now);
        }
    }

    /// Rounds of couriers who were not planned for: out, or not working.
    fn clear_rounds(&mut self, shift: Shift, planned: &BTreeSet<CaregiverId>, now: Timestamp) {
        let open = self.tours.get(&shift).into_iter().flatten().filter_map(|id| self.rounds.get(id));
        let left: Vec<Round> = open.filter(|round| !planned.contains(&round.courier)).cloned().collect();
        let riding = self.riding(shift);
        for round in left {
            if !round.has_departed() {
                self.dissolve(round, now);
                continue;
            }
            // What others fetch is no longer on it.
            let mut rest = round.clone();
            let elsewhere = |id: &MealId| riding_elsewhere(&self.tours, &self.rounds, shift, &round.id, id);
            let gone: Vec<MealId> =
                round.meals().filter(|id| riding.contains_key(*id) && elsewhere(id)).cloned().collect();
            for id in &gone {
                rest.forget(id);
            }
            self.put_round(rest, now);
            self.settle_round(&round.id, now);
        }
    }

    /// Whatever is on board of somebody is handed over by them in the end, where nothing better is known.
    fn keep_on_board(&mut self, shift: Shift, now: Timestamp) {
        let riding = self.riding(shift);
        let stray =
            self.carried(shift).filter(|meal| meal.stage.trip().is_some() && !riding.contains_key(&meal.id));
        let stray: Vec<_> = stray.cloned().collect();
        for meal in stray {
            let (Some(trip), Some(door)) = (meal.stage.trip(), meal.door) else { continue };
            let theirs = self.rounds_of(&trip.courier, shift).into_iter().find(Round::has_departed);
            let round = theirs.or_else(|| self.rounds.get(&trip.round).cloned());
            let Some(mut round) = round else { continue };
            let at = At::Door { elder: meal.elder.clone() };
            let meals = vec![meal.id.clone()];
            round.stops.push(Stop {
                at,
                place: door.place,
                meals,
                eta: now,
                reached_at: None,
                done_at: None,
            });
            if let RoundStage::Ended { departed_at, .. } = round.stage {
                round.stage = RoundStage::Departed { at: departed_at };
            }
            self.commit(MealEvent::Round(round), now);
        }
    }

    fn dissolve(&mut self, round: Round, now: Timestamp) {
        if let Ok(stage) = round.stage.dissolve(now) {
            self.commit(MealEvent::Round(Round { stage, stops: Vec::new(), ..round }), now);
        }
    }

    /// Writes a round down where it says something new.
    fn put_round(&mut self, mut round: Round, now: Timestamp) {
        if let Some(courier) = self.couriers.get(&round.courier) {
            let mut all = self.rounds_of(&round.courier, (round.day, round.slot));
            match all.iter_mut().find(|other| other.id == round.id) {
                Some(place) => *place = round.clone(),
                None => all.push(round.clone()),
            }
            self.time(courier, &mut all, now);
            if let Some(timed) = all.into_iter().find(|other| other.id == round.id) {
                round = timed;
            }
        }
        if self.rounds.get(&round.id).is_none_or(|before| tells_news(before, &round)) {
            self.commit(MealEvent::Round(round), now);
        }
    }

    /// Tells the stops of a courier's rounds anew when they will be reached.
    pub(in crate::core) fn retime(&mut self, courier: &CaregiverId, shift: Shift, now: Timestamp) {
        let Some(courier) = self.couriers.get(courier) else { return };
        let mut rounds = self.rounds_of(&courier.id, shift);
        self.time(courier, &mut rounds, now);
        for round in rounds {
            if self.rounds.get(&round.id).is_none_or(|before| tells_news(before, &round)) {
                self.commit(MealEvent::Round(round), now);
            }
        }
    }
}

fn riding_elsewhere(
    tours: &BTreeMap<Shift, BTreeSet<RoundId>>,
    rounds: &BTreeMap<RoundId, Round>,
    shift: Shift,
    than: &RoundId,
    meal: &MealId,
) -> bool {
    let others = tours.get(&shift).into_iter().flatten().filter(|id| *id != than);
    others.filter_map(|id| rounds.get(id)).any(|round| round.meals().any(|other| other == meal))
}

fn tells_news(before: &Round, after: &Round) -> bool {
    let same = |(a, b): (&Stop, &Stop)| {
        (&a.at, &a.meals, a.place, a.done_at, a.reached_at)
            == (&b.at, &b.meals, b.place, b.done_at, b.reached_at)
            && a.eta.millis_since(b.eta).abs() < WORTH_TELLING.as_millis()
    };
    before.stage != after.stage
        || before.pinned != after.pinned
        || before.stops.len() != after.stops.len()
        || !before.stops.iter().zip(&after.stops).all(same)
}

fn new_round(shift: Shift, courier: &CaregiverId, trip: u16, stops: Vec<Stop>) -> Round {
    let (day, slot) = shift;
    Round {
        id: RoundId::derived(&format!("{day}-{slot}-{courier}"), u64::from(trip)),
        revision: 0,
        day,
        slot,
        courier: courier.clone(),
        trip,
        stops,
        pinned: false,
        stage: RoundStage::Planned,
    }
}

/// Puts a turn behind the stops so far; turns at the same place in a row are one stop.
fn stop_at(
    trip: &mut Vec<Stop>,
    problem: &Problem,
    (load, at_door): (&Load, bool),
    meals: Vec<MealId>,
    now: Timestamp,
) {
    let at = match &load.source {
        _ if at_door => At::Door { elder: load.elder.clone() },
        Source::Kitchen(kitchen) => At::Kitchen { kitchen: kitchen.clone() },
        Source::Stranded(courier) => At::Courier { courier: courier.clone() },
        Source::OnBoard(_) => return,
    };
    let place = problem.places.get(if at_door { load.door } else { load.from });
    let Some(place) = place.copied() else { return };
    if let Some(last) = trip.last_mut().filter(|last| last.at == at && last.place == place) {
        last.meals.extend(meals);
        return;
    }
    trip.push(Stop { at, place, meals, eta: now, reached_at: None, done_at: None });
}
