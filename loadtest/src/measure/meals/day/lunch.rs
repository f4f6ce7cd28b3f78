//! One lunch on a virtual clock: couriers ride their rounds as the service's core has them, stop by stop.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use anyhow::{Context, Result};
use domain::{
    id::{CaregiverId, DishId, KitchenId, MealId},
    meal::{
        At, ClockTime,
        order::{MealAction, Proof, stage::WhyNot},
    },
    time::Timestamp,
    unit::Seconds,
};
use schemas::meal::{CourierTrouble, MealCommand};

use super::{
    super::town::{self, DISH, Town},
    faults::Faults,
    rider::{Rider, Target},
};

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A kitchen knows that it is late.
    Told(KitchenId),
    /// Its pots are done.
    Cooked(KitchenId),
    /// A courier knows that they are late.
    Late(CaregiverId),
    /// Somebody breaks down, and is well again.
    Down(CaregiverId),
    Up(CaregiverId),
    /// A courier is free.
    Free(CaregiverId),
    /// A courier is there; which of their ways that was.
    There(CaregiverId, u64),
}

/// How a lunch went.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcome {
    /// Doors after their window, or never.
    pub late: usize,
    /// Of these, meals nobody got.
    pub undelivered: usize,
    /// How often rounds were planned on the way.
    pub plans: usize,
}

/// A lunch under way.
pub struct Lunch<'a> {
    town: Town,
    faults: &'a Faults,
    /// How long the planner may search when something happens; without it nobody is told anything.
    live: Option<f64>,
    queue: BinaryHeap<Reverse<(Timestamp, u64, Event)>>,
    events: u64,
    riders: BTreeMap<CaregiverId, Rider>,
    handed_over: BTreeMap<MealId, Timestamp>,
    plans: usize,
}

/// How long a courier waits at a door that stays shut.
const KNOCKING: Seconds = Seconds::minutes(2);

impl<'a> Lunch<'a> {
    /// Everybody at their kitchen, a quarter of an hour before the pots are done.
    pub fn new(town: Town, faults: &'a Faults, live: Option<f64>) -> Self {
        Self {
            town,
            faults,
            live,
            queue: BinaryHeap::new(),
            events: 0,
            riders: BTreeMap::new(),
            handed_over: BTreeMap::new(),
            plans: 0,
        }
    }

    /// Until the afternoon.
    pub fn run(mut self) -> Result<Outcome> {
        let day = self.town.day();
        let cooked = ClockTime::at(10, 45).on(day);
        for kitchen in self.town.kitchens().to_vec() {
            if self.faults.kitchens.contains_key(&kitchen) {
                self.at(ClockTime::at(10, 30).on(day), Event::Told(kitchen.clone()));
            }
            let late = self.faults.kitchens.get(&kitchen).copied().unwrap_or(Seconds::ZERO);
            self.at(cooked + late, Event::Cooked(kitchen));
        }
        for courier in self.town.couriers().cloned().collect::<Vec<_>>() {
            let place = self.town.kitchen_of(&courier).context("a courier without a kitchen")?;
            self.riders.insert(courier.clone(), Rider::new(place));
            let late = self.faults.late.get(&courier).copied().unwrap_or(Seconds::ZERO);
            if late > Seconds::ZERO {
                self.at(ClockTime::at(10, 40).on(day), Event::Late(courier.clone()));
            }
            if let Some((at, long)) = self.faults.down.get(&courier) {
                self.at(*at, Event::Down(courier.clone()));
                self.at(*at + *long, Event::Up(courier.clone()));
            }
            self.at(cooked + late, Event::Free(courier));
        }
        let end = ClockTime::at(15, 0).on(day);
        while let Some(Reverse((at, _, event))) = self.queue.pop() {
            if at > end {
                break;
            }
            self.pass(at);
            self.happen(event)?;
            self.answer();
        }
        Ok(self.outcome())
    }

    fn at(&mut self, at: Timestamp, event: Event) {
        self.events += 1;
        self.queue.push(Reverse((at, self.events, event)));
    }

    /// Time passes; every deadline on the way rings, and every question is answered.
    fn pass(&mut self, then: Timestamp) {
        while let Some(due) = self.town.core.next_deadline().filter(|due| *due <= then) {
            self.town.ring(due);
            self.answer();
        }
        self.town.ring(then);
        self.answer();
    }

    fn answer(&mut self) {
        let Some(seconds) = self.live else { return };
        if self.town.answer(seconds) {
            self.plans += 1;
            self.wake();
        }
    }

    /// Whoever stands about looks at their rounds again.
    fn wake(&mut self) {
        let idle = self.riders.iter().filter(|(_, rider)| !rider.down && rider.target.is_none());
        for courier in idle.map(|(courier, _)| courier.clone()).collect::<Vec<_>>() {
            self.at(self.town.now(), Event::Free(courier));
        }
    }

    fn happen(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Told(kitchen) => {
                let late = self.faults.kitchens.get(&kitchen).copied().unwrap_or(Seconds::ZERO);
                let until = ClockTime::at(10, 45).on(self.town.day()) + late;
                self.tell(MealCommand::Delay { sitting: self.town.lunch(kitchen), until })
            }
            Event::Cooked(kitchen) => {
                let sitting = self.town.lunch(kitchen);
                self.town.desk(MealCommand::Cook { sitting, dish: DishId::new(DISH)?, done: true })?;
                self.wake();
                Ok(())
            }
            Event::Late(courier) => {
                let late = self.faults.late.get(&courier).copied().unwrap_or(Seconds::ZERO);
                let by = (ClockTime::at(10, 45).on(self.town.day()) + late).since(self.town.now());
                self.tell(MealCommand::Trouble { courier, what: CourierTrouble::Late { by } })
            }
            Event::Down(courier) => {
                let Some(rider) = self.riders.get_mut(&courier) else { return Ok(()) };
                rider.down = true;
                rider.leg += 1;
                rider.target = None;
                let what = CourierTrouble::Out { place: Some(rider.place) };
                self.tell(MealCommand::Trouble { courier, what })
            }
            Event::Up(courier) => {
                let Some(rider) = self.riders.get_mut(&courier) else { return Ok(()) };
                rider.down = false;
                self.at(self.town.now(), Event::Free(courier.clone()));
                self.tell(MealCommand::Trouble { courier, what: CourierTrouble::Over })
            }
            Event::Free(courier) => {
                self.set_out(&courier);
                Ok(())
            }
            Event::There(courier, leg) => self.arrive(&courier, leg),
        }
    }

    /// The service hears of it, where it is to hear of anything.
    fn tell(&mut self, command: MealCommand) -> Result<()> {
        if self.live.is_some() { self.town.desk(command) } else { Ok(()) }
    }

    fn next(&self, courier: &CaregiverId) -> Option<Target> {
        let rider = self.riders.get(courier)?;
        let mut rounds = self.town.rounds_of(courier);
        rounds.sort_by_key(|round| (!round.has_departed(), !round.pinned, round.trip));
        rider.next(&rounds)
    }

    fn set_out(&mut self, courier: &CaregiverId) {
        let Some(next) = self.next(courier) else { return };
        let Some(rider) = self.riders.get_mut(courier) else { return };
        if rider.down || rider.target.is_some() {
            return;
        }
        rider.leg += 1;
        let (from, to, leg) = (rider.place, next.stop.place, rider.leg);
        rider.target = Some(next);
        let there = self.town.now() + self.town.way(from, to);
        self.at(there, Event::There(courier.clone(), leg));
    }

    fn arrive(&mut self, courier: &CaregiverId, leg: u64) -> Result<()> {
        let next = self.next(courier);
        let now = self.town.now();
        let Some(rider) = self.riders.get_mut(courier).filter(|rider| rider.leg == leg) else {
            return Ok(());
        };
        let Some(target) = rider.target.take() else { return Ok(()) };
        rider.place = target.stop.place;
        let Some(next) = next.filter(|next| next.stop.place == target.stop.place) else {
            // planned otherwise in the meantime
            self.at(now, Event::Free(courier.clone()));
            return Ok(());
        };
        if let At::Door { elder } = &next.stop.at {
            let opens = self.town.opens(&next.stop.meals);
            if let Some(opens) = opens.filter(|opens| *opens > now) {
                rider.target = Some(next);
                self.at(opens, Event::There(courier.clone(), leg));
                return Ok(());
            }
            if self.faults.away.get(elder).is_some_and(|back| *back > now) {
                self.shut(courier, &next)?;
                self.at(now + KNOCKING, Event::Free(courier.clone()));
                return Ok(());
            }
            for meal in &next.stop.meals {
                let proof = Proof::Code { code: town::code(meal) };
                let action = MealAction::Deliver { proof };
                self.town.desk(MealCommand::Meal { meal: meal.clone(), action, occurred_at: None })?;
                self.handed_over.insert(meal.clone(), now);
            }
            self.at(now + self.town.at_door(&next.stop.meals), Event::Free(courier.clone()));
            return Ok(());
        }
        let boxes = next.stop.meals.len() as i64;
        // Where pots are not done, or somebody else was quicker, they wait until they hear of something.
        if self.town.desk(MealCommand::Depart { round: next.round }).is_ok() {
            self.at(now + self.town.per_box() * boxes, Event::Free(courier.clone()));
        }
        Ok(())
    }

    /// Nobody opens.
    fn shut(&mut self, courier: &CaregiverId, target: &Target) -> Result<()> {
        let Some(rider) = self.riders.get_mut(courier) else { return Ok(()) };
        let At::Door { elder } = &target.stop.at else { return Ok(()) };
        let action = if self.live.is_some() {
            MealAction::NoAnswer { seen: "无人应答".to_owned(), photo: None }
        } else if rider.shut.insert(elder.clone()) || rider.tried.insert(elder.clone()) {
            return Ok(());
        } else {
            MealAction::Fail { why: WhyNot::NoAnswer }
        };
        for meal in &target.stop.meals {
            self.town.desk(MealCommand::Meal {
                meal: meal.clone(),
                action: action.clone(),
                occurred_at: None,
            })?;
        }
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        let mut outcome = Outcome { plans: self.plans, ..Outcome::default() };
        for meal in self.town.core.meals() {
            let closes = meal.door.map(|door| door.window.latest);
            if let (Some(at), Some(closes)) = (self.handed_over.get(&meal.id), closes) {
                outcome.late += usize::from(*at > closes);
            } else {
                outcome.undelivered += 1;
                outcome.late += 1;
            }
        }
        outcome
    }
}
