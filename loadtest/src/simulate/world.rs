//! The district on a virtual clock: people do, dispatch decides, people see.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dispatch::core::{Core, Effect, Input, settings::Settings};
use domain::{
    caregiver::{Duty, Signal},
    geo::Wgs84,
    id::{CaregiverId, CommandId, ElderId, GeofenceId, OrderId},
    order::{Actor, Order, Role},
    time::Timestamp,
    unit::Seconds,
};
use roads::Roads;
use schemas::{
    day::Day,
    order::{DispatchCommand, DispatchRequest},
    position::{Crossing, GeofenceCrossed, Position, Presence},
};

use crate::people::{Deed, People};

/// What is under way when the day ends has so long to finish.
const AFTERMATH: Seconds = Seconds::hours(6);

/// The simulated district.
pub struct World {
    core: Core,
    people: People,
    now: Timestamp,
    /// The latest of each order.
    pub orders: BTreeMap<OrderId, Order>,
    /// Commands dispatch refused, by code.
    pub refused: BTreeMap<String, u64>,
    /// Decisions made durable.
    pub events: u64,
    /// Decisions with an explanation, and how many of them do not add up.
    pub decisions: u64,
    pub unexplained: u64,
    /// Milliseconds each has been on duty, breaks not counted, and since when those are who are now.
    pub on_duty: BTreeMap<CaregiverId, i64>,
    since: BTreeMap<CaregiverId, Timestamp>,
    /// Whom each elder asks for.
    pub preferred: BTreeMap<ElderId, BTreeSet<CaregiverId>>,
    doors: BTreeMap<OrderId, (Wgs84, f64)>,
}

impl World {
    /// The district before the day begins.
    pub fn new(day: &Day, roads: Arc<Roads>, fix_every: i64, settings: Settings) -> Self {
        let now = day.starts_at;
        let mut core = Core::new(day.district.id.clone(), settings, Arc::clone(&roads));
        for elder in &day.elders {
            core.learn(Input::Elder(Box::new(elder.profile.clone())), now);
        }
        for caregiver in &day.caregivers {
            core.learn(Input::Caregiver(Box::new(caregiver.profile.clone())), now);
        }
        Self {
            core,
            people: People::new(day, roads, fix_every, now),
            now,
            orders: BTreeMap::new(),
            refused: BTreeMap::new(),
            events: 0,
            decisions: 0,
            unexplained: 0,
            on_duty: BTreeMap::new(),
            since: BTreeMap::new(),
            preferred: day
                .elders
                .iter()
                .map(|e| (e.profile.id.clone(), e.profile.preferred.clone()))
                .collect(),
            doors: BTreeMap::new(),
        }
    }

    /// How many promised visits moved to somebody else because that was better.
    pub const fn moved(&self) -> u64 {
        self.core.moved()
    }

    /// Milliseconds on the road, of everyone together.
    pub fn travelled(&self) -> i64 {
        self.people.travelled().values().sum()
    }

    /// Plays to the end: whichever is due first, people or deadlines.
    pub fn play(&mut self, ends_at: Timestamp) {
        let last = ends_at + AFTERMATH;
        loop {
            let next = [self.people.next(), self.core.next_deadline()].into_iter().flatten().min();
            let Some(next) = next.filter(|at| *at <= last) else { return };
            self.now = self.now.max(next);
            for deed in self.people.due(self.now) {
                self.act(deed);
            }
            self.give(Input::Tick);
        }
    }

    fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Place(order) => {
                let request = DispatchCommand::Place {
                    id: CommandId::derived(order.id.as_str(), 0),
                    order: order.id,
                    place: order.place,
                };
                self.request(Role::FrontDesk, None, request);
            }
            Deed::Tap(caregiver, command) => {
                self.request(Role::Caregiver, Some(caregiver), DispatchCommand::Order { command });
            }
            Deed::Wish(_, command) => self.request(Role::Elder, None, DispatchCommand::Order { command }),
            Deed::Duty(caregiver, duty) => self.presence(caregiver, duty),
            Deed::Fix(caregiver, place) => self.fix(caregiver, place),
        }
    }

    fn request(&mut self, role: Role, caregiver: Option<CaregiverId>, request: DispatchCommand) {
        let actor = Actor { role, user: None };
        let request = DispatchRequest { actor, caregiver, request };
        self.give(Input::Request(0, Box::new(request)));
    }

    fn presence(&mut self, caregiver: CaregiverId, duty: Duty) {
        if let Some(since) = self.since.remove(&caregiver) {
            *self.on_duty.entry(caregiver.clone()).or_default() += self.now.millis_since(since);
        }
        if duty == Duty::On {
            self.since.insert(caregiver.clone(), self.now);
            self.on_duty.entry(caregiver.clone()).or_default();
        }
        let signal = Signal::Fresh;
        let (duty_since, signal_since) = (self.now, self.now);
        let presence = Presence {
            caregiver,
            duty,
            duty_since,
            signal,
            signal_since,
            rejected: None,
            applied: Vec::new(),
        };
        self.give(Input::Presence(presence));
    }

    /// A phone reports; at the door the fence notices.
    fn fix(&mut self, caregiver: CaregiverId, place: Wgs84) {
        let near = self.doors.iter().filter(|(_, (door, radius))| door.distance_m(place) <= *radius);
        let fence = near.map(|(order, _)| order).find(|id| self.is_expected(id, &caregiver)).cloned();
        let at = self.now;
        let position = Position { caregiver: caregiver.clone(), at, place, accuracy: None, battery: None };
        self.give(Input::Moved(vec![position]));
        if let Some(order) = fence {
            let crossed = GeofenceCrossed {
                caregiver,
                fence: GeofenceId::derived(order.as_str(), 0),
                order: Some(order),
                crossing: Crossing::Enter,
                at,
                place,
            };
            self.give(Input::Geofence(crossed));
        }
    }

    fn is_expected(&self, order: &OrderId, caregiver: &CaregiverId) -> bool {
        let visit = self.orders.get(order).and_then(|o| o.stage.visit());
        visit.is_some_and(|v| v.team.iter().any(|m| m.caregiver == *caregiver && m.arrived_at.is_none()))
    }

    fn give(&mut self, input: Input) {
        for effect in self.core.handle(input, self.now) {
            match effect {
                Effect::Commit { event, .. } => {
                    self.events += 1;
                    if let Some(decision) = &event.decision {
                        self.decisions += 1;
                        self.unexplained += u64::from(decision.verify().is_err());
                    }
                    self.see(event.order);
                }
                Effect::Refuse { problem, .. } => {
                    *self.refused.entry(problem.code.into_owned()).or_default() += 1;
                }
                // The simulator's district keeps no accounts.
                Effect::Repeat { .. } | Effect::Ask(_) => {}
            }
        }
    }

    fn see(&mut self, order: Order) {
        if matches!(order.stage.name(), "accepted" | "en_route") {
            self.doors.insert(order.id.clone(), (order.place, order.arrival_radius.as_f64()));
        } else {
            self.doors.remove(&order.id);
        }
        self.people.see(&order, self.now);
        self.orders.insert(order.id.clone(), order);
    }
}
