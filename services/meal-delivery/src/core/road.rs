//! What happens on the way: couriers set off, come to doors, are late, break down; coordinators move doors by hand.

use domain::{
    elder::DEFAULT_ARRIVAL_RADIUS,
    id::{CaregiverId, ElderId, MealId, RoundId},
    meal::{
        At, Courier, MealRefusal, MealStage, Round, RoundStage, Stop, Trouble, order::Trip, round::MAX_STOPS,
    },
    order::Role,
    time::Timestamp,
};
use schemas::{
    meal::{CourierTrouble, MealEvent},
    position::Position,
};

use super::{Core, Shift, tables::Outcome};

impl Core {
    fn round_of(&self, id: &RoundId) -> Result<&Round, MealRefusal> {
        self.rounds.get(id).ok_or_else(|| MealRefusal::UnknownRound(id.clone()))
    }

    /// A courier sets off from where boxes are loaded: the round's beginning, or a later stop of that kind.
    pub(super) fn depart(
        &mut self,
        id: &RoundId,
        (role, own): (Role, Option<&CaregiverId>),
        now: Timestamp,
    ) -> Outcome {
        let mut round = self.round_of(id)?.clone();
        if role == Role::Courier && own != Some(&round.courier) {
            return Err(MealRefusal::NotYours("a courier sets off on their own rounds"));
        }
        let shift = (round.day, round.slot);
        let wrong = |stage| Err(MealRefusal::WrongTurn { action: "depart", stage });
        if self.is_out(&round.courier) {
            return wrong("its courier's, who cannot go on");
        }
        if !round.has_departed() && self.rounds_of(&round.courier, shift).iter().any(Round::has_departed) {
            return wrong("behind another that has not ended");
        }
        let stage = round.stage;
        let Some(next) = round.next_mut() else { return wrong(stage.name()) };
        if next.at.is_door() {
            // Said twice: it has set off.
            return if stage == RoundStage::Planned { wrong("without anything to load") } else { Ok(None) };
        }
        let cooks = |meal: &&MealId| {
            let meal = self.meals.get(*meal).filter(|meal| meal.stage == MealStage::Ordered);
            meal.is_some_and(|meal| {
                !self.sittings.get(&meal.sitting).is_some_and(|s| s.is_cooked(&meal.dish))
            })
        };
        let raw = next.meals.iter().filter(cooks).count();
        if raw > 0 {
            return Err(MealRefusal::NotCooked(raw));
        }
        next.reached_at = next.reached_at.or(Some(now));
        next.done_at = Some(now);
        if stage == RoundStage::Planned {
            round.stage = stage
                .depart(now)
                .map_err(|_| MealRefusal::WrongTurn { action: "depart", stage: stage.name() })?;
        }
        let courier = round.courier.clone();
        self.commit(MealEvent::Round(round), now);
        self.load_up(id, now);
        self.on_one_round(shift, now);
        self.retime(&courier, shift, now);
        Ok(self.rounds.get(id).cloned().map(MealEvent::Round))
    }

    /// What is on board of somebody is on the round they are on, and on that of whoever is to fetch it from them: others
    /// that list it were planned before it was taken, or by a plan that was written down only in part.
    pub(super) fn on_one_round(&mut self, shift: Shift, now: Timestamp) {
        let open = self.tours.get(&shift).into_iter().flatten().filter_map(|id| self.rounds.get(id));
        for mut round in open.cloned().collect::<Vec<_>>() {
            let fetches = |id: &MealId| {
                round.ahead().any(|stop| matches!(stop.at, At::Courier { .. }) && stop.meals.contains(id))
            };
            let elsewhere = |id: &&MealId| {
                let trip = self.meals.get(*id).and_then(|meal| meal.stage.trip());
                let here = |trip: &Trip| trip.courier == round.courier && round.has_departed();
                trip.is_some_and(|trip| !here(trip)) && !fetches(id)
            };
            let ahead = round.ahead().flat_map(|stop| &stop.meals);
            let elsewhere: Vec<MealId> = ahead.filter(elsewhere).cloned().collect();
            if elsewhere.is_empty() {
                continue;
            }
            for id in &elsewhere {
                round.forget(id);
            }
            if let (true, Ok(stage)) = (round.stops.is_empty(), round.stage.dissolve(now)) {
                round.stage = stage;
            }
            let id = round.id.clone();
            self.commit(MealEvent::Round(round), now);
            self.settle_round(&id, now);
        }
    }

    /// A stop whose meals are all in somebody's hands is done; a round without stops ahead is over.
    pub(super) fn settle_round(&mut self, id: &RoundId, now: Timestamp) {
        let Some(mut round) = self.rounds.get(id).cloned() else { return };
        let before = round.clone();
        let closed = |meal: &MealId| self.meals.get(meal).is_none_or(|meal| meal.stage.is_closed());
        for stop in round.stops.iter_mut().filter(|stop| stop.at.is_door() && stop.done_at.is_none()) {
            if stop.meals.iter().all(closed) {
                stop.reached_at = stop.reached_at.or(Some(now));
                stop.done_at = Some(now);
            }
        }
        // Whoever was not found at home is tried again: what is on board has to end somewhere first.
        let on_board = |meal: &MealId| {
            let meal = self.meals.get(meal).map(|meal| &meal.stage);
            matches!(meal, Some(MealStage::OnTheWay(trip)) if trip.round == round.id)
        };
        let carries = round.stops.iter().flat_map(|stop| &stop.meals).any(on_board);
        if round.ahead().next().is_none()
            && !carries
            && let Ok(stage) = round.stage.end(now)
        {
            round.stage = stage;
        }
        if round != before {
            self.commit(MealEvent::Round(round), now);
        }
    }

    /// A meal leaves the rounds it is on: as done where it was handed over or failed at the door, else as if it had never
    /// been on them.
    pub(super) fn leave_rounds(&mut self, id: &MealId, now: Timestamp) {
        let Some(meal) = self.meals.get(id) else { return };
        let shift = (meal.sitting.day, meal.sitting.slot);
        let at_the_door = meal.stage.is_closed() && meal.stage.trip().is_some();
        let on = |round: &&Round| round.ahead().any(|stop| stop.meals.contains(id));
        let open = self.tours.get(&shift).into_iter().flatten().filter_map(|round| self.rounds.get(round));
        let rounds: Vec<Round> = open.filter(on).cloned().collect();
        for mut round in rounds {
            if !(at_the_door && round.has_departed()) {
                round.forget(id);
                if let (true, Ok(stage)) = (round.stops.is_empty(), round.stage.dissolve(now)) {
                    round.stage = stage;
                }
                self.commit(MealEvent::Round(round.clone()), now);
            }
            self.settle_round(&round.id, now);
            self.retime(&round.courier, shift, now);
        }
    }

    /// Couriers come near the next stop.
    pub(super) fn moved(&mut self, positions: &[Position], now: Timestamp) {
        for position in positions {
            let theirs = |round: &&Round| round.has_departed() && round.courier == position.caregiver;
            let Some(round) = self.rounds.values().find(theirs) else { continue };
            let mut round = round.clone();
            let Some(next) = round.next_mut().filter(|stop| stop.reached_at.is_none()) else { continue };
            let radius = match &next.at {
                At::Door { elder } => self.elders.get(elder).map(|elder| elder.arrival_radius),
                At::Kitchen { .. } | At::Courier { .. } => None,
            };
            if position.place.distance(next.place) <= radius.unwrap_or(DEFAULT_ARRIVAL_RADIUS) {
                next.reached_at = Some(now);
                next.eta = next.eta.min(now);
                let (courier, shift) = (round.courier.clone(), (round.day, round.slot));
                self.commit(MealEvent::Round(round), now);
                self.retime(&courier, shift, now);
            }
        }
    }

    /// The next stop is overdue: the courier is late, whether they say so or not.
    pub(super) fn overdue(&mut self, id: &RoundId, now: Timestamp) {
        let Some(mut round) = self.rounds.get(id).filter(|round| round.has_departed()).cloned() else {
            return;
        };
        let Some(next) = round.next_mut() else { return };
        // Nobody knows better than that it has not happened yet.
        next.eta = now;
        let (courier, shift) = (round.courier.clone(), (round.day, round.slot));
        self.commit(MealEvent::Round(round), now);
        self.retime(&courier, shift, now);
        self.plan_soon(shift, now);
    }

    /// Something happened to a courier, or is over.
    pub(super) fn trouble(
        &mut self,
        id: &CaregiverId,
        what: &CourierTrouble,
        (role, own): (Role, Option<&CaregiverId>),
        now: Timestamp,
    ) -> Outcome {
        if role == Role::Courier && own != Some(id) {
            return Err(MealRefusal::NotYours("couriers speak of themselves"));
        }
        let courier = self.couriers.get(id).ok_or_else(|| MealRefusal::UnknownCourier(id.clone()))?;
        let trouble = match what {
            CourierTrouble::Late { by } => Some(Trouble::Late { until: now + *by }),
            CourierTrouble::Out { .. } if courier.is_out() => return Ok(None),
            CourierTrouble::Out { place } => Some(Trouble::Out { since: now, place: *place }),
            CourierTrouble::Over if courier.trouble.is_none() => return Ok(None),
            CourierTrouble::Over => None,
        };
        let event = MealEvent::Courier(Courier { trouble, ..courier.clone() });
        self.commit(event.clone(), now);
        for shift in self
            .tours
            .iter()
            .filter(|(_, open)| !open.is_empty())
            .map(|(shift, _)| *shift)
            .collect::<Vec<_>>()
        {
            self.retime(id, shift, now);
            self.plan_soon(shift, now);
        }
        Ok(Some(event))
    }

    /// A door goes to another place of this or another round. Checked before anything changes.
    pub(super) fn move_door(
        &mut self,
        elder: &ElderId,
        (from, to): (&RoundId, &RoundId),
        before: u16,
        now: Timestamp,
    ) -> Outcome {
        let (source, target) = (self.planned_round(from)?, self.planned_round(to)?);
        let shift = (target.day, target.slot);
        let is_theirs = |stop: &Stop| matches!(&stop.at, At::Door { elder: e } if e == elder);
        let door = source.stops.iter().find(|stop| is_theirs(stop)).cloned();
        let door = door.filter(|_| (source.day, source.slot) == shift).ok_or(MealRefusal::OtherMeals)?;
        let doors = |round: &Round| {
            round.stops.iter().filter(|stop| stop.at.is_door() && !is_theirs(stop)).cloned().collect()
        };
        let left: Vec<Stop> = doors(&source);
        let mut taken: Vec<Stop> = doors(&target);
        taken.insert(usize::from(before).min(taken.len()), door);
        let target = Round { stops: self.loading(taken, now), pinned: true, ..target };
        self.check_by_hand(&target, now)?;
        self.commit(MealEvent::Round(target.clone()), now);
        if from != to {
            let stage = if left.is_empty() { RoundStage::Dissolved { at: now } } else { source.stage };
            let source = Round { stops: self.loading(left, now), stage, ..source };
            self.commit(MealEvent::Round(source.clone()), now);
            self.retime(&source.courier, shift, now);
        }
        self.retime(&target.courier, shift, now);
        Ok(self.rounds.get(to).cloned().map(MealEvent::Round))
    }

    /// A round goes in this order, or is free to be planned again.
    pub(super) fn pin(&mut self, id: &RoundId, order: &[ElderId], pinned: bool, now: Timestamp) -> Outcome {
        let round = self.planned_round(id)?;
        let mut doors: Vec<Stop> = round.stops.iter().filter(|stop| stop.at.is_door()).cloned().collect();
        let rank = |stop: &Stop| match &stop.at {
            At::Door { elder } => order.iter().position(|named| named == elder),
            At::Kitchen { .. } | At::Courier { .. } => None,
        };
        if doors.len() != order.len() || doors.iter().any(|stop| rank(stop).is_none()) {
            return Err(MealRefusal::OtherMeals);
        }
        doors.sort_by_key(rank);
        let round = Round { stops: self.loading(doors, now), pinned, ..round };
        self.check_by_hand(&round, now)?;
        let (courier, shift) = (round.courier.clone(), (round.day, round.slot));
        self.commit(MealEvent::Round(round), now);
        self.retime(&courier, shift, now);
        if !pinned {
            self.plan_soon(shift, now);
        }
        Ok(self.rounds.get(id).cloned().map(MealEvent::Round))
    }

    fn planned_round(&self, id: &RoundId) -> Result<Round, MealRefusal> {
        let round = self.round_of(id)?;
        if round.stage == RoundStage::Planned {
            Ok(round.clone())
        } else {
            Err(MealRefusal::WrongTurn { action: "move", stage: round.stage.name() })
        }
    }

    fn check_by_hand(&self, round: &Round, now: Timestamp) -> Result<(), MealRefusal> {
        let unknown = || MealRefusal::UnknownCourier(round.courier.clone());
        let courier = self.couriers.get(&round.courier).ok_or_else(unknown)?;
        if round.stops.len() > MAX_STOPS {
            let wanted = round.meals().count();
            return Err(MealRefusal::TooMuch { courier: courier.id.clone(), boxes: courier.boxes, wanted });
        }
        let mut rounds = self.rounds_of(&courier.id, (round.day, round.slot));
        rounds.retain(|other| other.id != round.id);
        let behind =
            rounds.partition_point(|other| other.has_departed() || (other.pinned && other.trip < round.trip));
        rounds.insert(behind, round.clone());
        self.time(courier, &mut rounds, now);
        rounds.iter().try_for_each(|round| self.check_round(courier, round, now))
    }
}
