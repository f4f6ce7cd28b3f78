//! When a courier is where, by their rounds one after the other; and whether that can be.

use std::collections::BTreeMap;

use domain::{
    geo::Wgs84,
    id::{CaregiverId, MealId},
    meal::{At, Courier, MealRefusal, MealStage, Round, Stop},
    time::Timestamp,
    unit::Seconds,
};
use roads::Profile;

use super::super::{Core, Shift};

impl Core {
    /// A courier's rounds of a shift that are not over, in the order they are made.
    pub(in crate::core) fn rounds_of(&self, courier: &CaregiverId, shift: Shift) -> Vec<Round> {
        let open = self.tours.get(&shift).into_iter().flatten().filter_map(|id| self.rounds.get(id));
        let mut rounds: Vec<Round> = open.filter(|round| round.courier == *courier).cloned().collect();
        rounds.sort_by_key(|round| (!round.has_departed(), !round.pinned, round.trip));
        rounds
    }

    /// Where and from when a courier is free before any round; `None` where their kitchen is not there.
    fn free(&self, courier: &Courier, now: Timestamp) -> Option<(Wgs84, Timestamp)> {
        let begins =
            courier.shifts.iter().filter(|shift| shift.latest > now).map(|shift| shift.earliest).min();
        let from = now.max(begins.unwrap_or(now)).max(courier.late_until().unwrap_or(now));
        Some((self.kitchens.get(&courier.kitchen)?.place, from))
    }

    /// Tells every stop when it will be reached; gives where and when the courier is free then.
    pub(in crate::core) fn time(
        &self,
        courier: &Courier,
        rounds: &mut [Round],
        now: Timestamp,
    ) -> Option<(Wgs84, Timestamp)> {
        let (mut place, mut clock) = self.free(courier, now)?;
        for round in rounds {
            if let Some(last) = round.stops.iter().rfind(|stop| stop.done_at.is_some()) {
                place = last.place;
                clock = last.done_at.unwrap_or(now).max(courier.late_until().unwrap_or_default());
            }
            for stop in round.stops.iter_mut().filter(|stop| stop.done_at.is_none()) {
                let arrives = if stop.reached_at.is_some() {
                    clock
                } else {
                    clock + self.leg(courier, place, stop.place)
                };
                let (earliest, stays) = self.stay(stop, now);
                stop.eta = arrives.max(earliest).max(now);
                clock = stop.eta + stays;
                place = stop.place;
            }
        }
        Some((place, clock.max(now)))
    }

    fn leg(&self, courier: &Courier, from: Wgs84, to: Wgs84) -> Seconds {
        self.legs.between(&self.roads, Profile::from(courier.mode), from, to)
    }

    /// From when a stop can be served, and how long that takes.
    fn stay(&self, stop: &Stop, now: Timestamp) -> (Timestamp, Seconds) {
        let meals = || stop.meals.iter().filter_map(|id| self.meals.get(id));
        if stop.at.is_door() {
            let opens = meals().filter_map(|meal| {
                let again = meal.stage.trip().and_then(|trip| trip.not_before);
                Some(meal.door?.window.earliest.max(again.unwrap_or_default()))
            });
            let stays = meals().filter_map(|meal| meal.door.map(|door| door.at_door)).max();
            return (opens.max().unwrap_or(now), stays.unwrap_or(Seconds::ZERO));
        }
        let waits = meals().filter(|meal| meal.stage == MealStage::Ordered);
        let ready =
            waits.filter_map(|meal| Some(self.sittings.get(&meal.sitting)?.cooked_at(&meal.dish, now)));
        (ready.max().unwrap_or(now), self.settings.per_box * stop.meals.len() as i64)
    }

    /// Whether a round can be made as it is timed: nothing too old at the door, never too much on board.
    pub(in crate::core) fn check_round(
        &self,
        courier: &Courier,
        round: &Round,
        now: Timestamp,
    ) -> Result<(), MealRefusal> {
        let mut on_board = 0_usize;
        for stop in &round.stops {
            if !stop.at.is_door() {
                on_board += stop.meals.len();
                if on_board > usize::from(courier.boxes) {
                    let (courier, boxes) = (courier.id.clone(), courier.boxes);
                    return Err(MealRefusal::TooMuch { courier, boxes, wanted: on_board });
                }
                continue;
            }
            on_board = on_board.saturating_sub(stop.meals.len());
            for meal in stop.meals.iter().filter_map(|id| self.meals.get(id)) {
                let expires = self.expires(meal, now);
                if stop.eta > expires {
                    let age = stop.eta.since(expires) + self.settings.oldest;
                    return Err(MealRefusal::TooOld { meal: meal.id.clone(), minutes: age.get() / 60 });
                }
            }
        }
        Ok(())
    }

    /// The stops of a round to these doors: first where their boxes are, then the doors.
    pub(in crate::core) fn loading(&self, doors: Vec<Stop>, now: Timestamp) -> Vec<Stop> {
        let mut loads: BTreeMap<String, Stop> = BTreeMap::new();
        for id in doors.iter().flat_map(|stop| &stop.meals) {
            let Some((name, at, place)) = self.source(id) else { continue };
            let empty = || Stop { at, place, meals: Vec::new(), eta: now, reached_at: None, done_at: None };
            loads.entry(name).or_insert_with(empty).meals.push(id.clone());
        }
        loads.into_values().chain(doors).collect()
    }

    /// Where a meal is fetched.
    fn source(&self, id: &MealId) -> Option<(String, At, Wgs84)> {
        let meal = self.meals.get(id)?;
        if let Some(trip) = meal.stage.trip() {
            let place = self.stranded_at(&trip.courier)?;
            return Some((trip.courier.to_string(), At::Courier { courier: trip.courier.clone() }, place));
        }
        let kitchen = self.kitchens.get(&meal.sitting.kitchen)?;
        Some((kitchen.id.to_string(), At::Kitchen { kitchen: kitchen.id.clone() }, kitchen.place))
    }

    /// Where a courier who cannot go on stands with what they carry.
    pub(in crate::core) fn stranded_at(&self, courier: &CaregiverId) -> Option<Wgs84> {
        let courier = self.couriers.get(courier)?;
        let last = || {
            let under_way =
                self.rounds.values().find(|round| round.courier == courier.id && round.has_departed())?;
            under_way.stops.iter().rfind(|stop| stop.done_at.is_some()).map(|stop| stop.place)
        };
        let kitchen = || self.kitchens.get(&courier.kitchen).map(|kitchen| kitchen.place);
        courier.stranded_at().or_else(last).or_else(kitchen)
    }
}
