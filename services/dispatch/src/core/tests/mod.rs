//! The core by scenario: inputs and times in, effects checked. Every decision's terms must give its ranking again.

mod life;
mod random;
mod waiting;

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    command::{OrderAction, OrderCommand, PlaceOrder, Verification, VerificationMethod},
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::Wgs84,
    id::*,
    order::{Actor, Order, Role, Stage},
    priority::Urgency,
    service::{Qualification, ServiceKind},
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use roads::{FallbackModel, Roads};
use schemas::{
    order::{DispatchCommand, DispatchRequest},
    position::{Position, Presence},
};

use super::{Core, Effect, Input, settings::Settings};

/// A Monday morning.
const START: i64 = 1_772_409_600_000;

pub struct World {
    pub core: Core,
    pub now: Timestamp,
    tickets: u64,
    commands: u64,
    /// Everything committed, oldest first.
    pub events: Vec<schemas::order::OrderEvent>,
    pub refused: Vec<String>,
    pub repeated: usize,
}

pub fn centre() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

impl World {
    pub fn new() -> Self {
        let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
        let district = DistrictId::new("d").unwrap();
        Self {
            core: Core::new(district, Settings::default(), roads),
            now: Timestamp::from_millis(START),
            tickets: 0,
            commands: 0,
            events: Vec::new(),
            refused: Vec::new(),
            repeated: 0,
        }
    }

    pub fn give(&mut self, input: Input) {
        for effect in self.core.handle(input, self.now) {
            match effect {
                Effect::Commit { event, .. } => {
                    if let Some(decision) = &event.decision {
                        decision.verify().expect("terms give the ranking again");
                    }
                    self.events.push(*event);
                }
                Effect::Refuse { problem, .. } => self.refused.push(problem.code.to_string()),
                Effect::Repeat { .. } => self.repeated += 1,
            }
        }
    }

    /// Lets time pass, waking the core whenever it asks for it.
    pub fn pass(&mut self, span: Seconds) {
        let end = self.now + span;
        while let Some(next) = self.core.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(next);
            self.give(Input::Tick);
        }
        self.now = end;
        self.give(Input::Tick);
    }

    pub fn elder(&mut self, name: &str, east: f64, north: f64) -> ElderId {
        let id = ElderId::new(name).unwrap();
        self.give(Input::Elder(Box::new(ElderProfile {
            id: id.clone(),
            place: centre().offset_m(east, north),
            street: StreetId::new("s1").unwrap(),
            community: CommunityId::new("c1").unwrap(),
            ability: Ability::Intact,
            priority_classes: BTreeSet::new(),
            blocked: BTreeSet::new(),
            preferred: BTreeSet::new(),
            arrival_radius: DEFAULT_ARRIVAL_RADIUS,
            closed: false,
        })));
        id
    }

    pub fn profile(&self, name: &str) -> CaregiverProfile {
        let always = Window::new(self.now - Seconds::hours(1000), self.now + Seconds::hours(1000)).unwrap();
        let certificate = |qualification| Certificate { qualification, valid: always };
        CaregiverProfile {
            id: CaregiverId::new(name).unwrap(),
            organisation: OrganisationId::new("org").unwrap(),
            street: StreetId::new("s1").unwrap(),
            mode: TravelMode::EBike,
            certificates: vec![certificate(Qualification::ElderCare)],
            health_certificate: Some(always),
            trained: true,
            shifts: vec![always],
            breaks: vec![],
            max_radius: Metres(8000),
            rating: Some(450),
            suspended: false,
        }
    }

    /// Someone on shift at that place.
    pub fn caregiver(&mut self, name: &str, east: f64, north: f64) -> CaregiverId {
        let profile = self.profile(name);
        let id = profile.id.clone();
        self.give(Input::Caregiver(Box::new(profile)));
        self.duty(&id, Duty::On);
        self.at(&id, east, north);
        id
    }

    pub fn duty(&mut self, id: &CaregiverId, duty: Duty) {
        let presence = Presence {
            caregiver: id.clone(),
            duty,
            duty_since: self.now,
            signal: Signal::Fresh,
            signal_since: self.now,
            applied: vec![],
        };
        self.give(Input::Presence(presence));
    }

    pub fn at(&mut self, id: &CaregiverId, east: f64, north: f64) {
        let place = centre().offset_m(east, north);
        let position = Position { caregiver: id.clone(), at: self.now, place, accuracy: None, battery: None };
        self.give(Input::Moved(vec![position]));
    }

    pub fn request(&mut self, role: Role, caregiver: Option<&CaregiverId>, request: DispatchCommand) {
        self.tickets += 1;
        let actor = Actor { role, user: Some(UserId::new("u").unwrap()) };
        let request = DispatchRequest { actor, caregiver: caregiver.cloned(), request };
        self.give(Input::Request(self.tickets, Box::new(request)));
    }

    pub fn place(&mut self, name: &str, elder: &ElderId, service: ServiceKind) -> OrderId {
        self.place_with(
            name,
            PlaceOrder {
                elder: elder.clone(),
                service,
                window: None,
                minutes: None,
                urgency: Urgency::Normal,
                family_present: false,
            },
        )
    }

    pub fn place_with(&mut self, name: &str, place: PlaceOrder) -> OrderId {
        let order = OrderId::new(name).unwrap();
        let id = CommandId::new(format!("place-{name}")).unwrap();
        self.request(Role::Operator, None, DispatchCommand::Place { id, order: order.clone(), place });
        order
    }

    pub fn command(
        &mut self,
        role: Role,
        caregiver: Option<&CaregiverId>,
        order: &OrderId,
        action: OrderAction,
    ) {
        self.commands += 1;
        let command = OrderCommand {
            id: CommandId::new(format!("k{}", self.commands)).unwrap(),
            order: order.clone(),
            occurred_at: None,
            if_revision: None,
            action,
        };
        self.request(role, caregiver, DispatchCommand::Order { command });
    }

    pub fn order(&self, id: &OrderId) -> &Order {
        self.core.order(id).expect("the order is known")
    }

    pub fn stage(&self, id: &OrderId) -> &'static str {
        self.order(id).stage.name()
    }

    /// Who is asked right now, by name.
    pub fn asked(&self, id: &OrderId) -> Vec<String> {
        let pending = self.order(id).stage.seats().iter().filter(|s| s.accepted_at.is_none());
        pending.map(|s| s.caregiver.to_string()).collect()
    }

    /// Whoever is asked accepts.
    pub fn accept(&mut self, id: &OrderId) {
        let seats = self.order(id).stage.seats().to_vec();
        for seat in seats.into_iter().filter(|s| s.accepted_at.is_none()) {
            let caregiver = seat.caregiver.clone();
            self.command(Role::Caregiver, Some(&caregiver), id, OrderAction::Accept { offer: seat.offer });
        }
    }

    pub fn team(&self, id: &OrderId) -> Vec<CaregiverId> {
        let visit = self.order(id).stage.visit().expect("a team is on it");
        visit.team.iter().map(|m| m.caregiver.clone()).collect()
    }

    /// From accepted to confirmed.
    pub fn serve(&mut self, id: &OrderId) {
        let team = self.team(id);
        for caregiver in &team {
            self.command(Role::Caregiver, Some(caregiver), id, OrderAction::Depart);
            self.command(
                Role::Caregiver,
                Some(caregiver),
                id,
                OrderAction::Arrive { place: None, exception: None },
            );
        }
        let verification = Verification { method: VerificationMethod::Face, receipt: None };
        let leader = Some(&team[0]);
        self.command(Role::Caregiver, leader, id, OrderAction::Start { verification: verification.clone() });
        self.pass(Seconds::minutes(30));
        self.command(Role::Caregiver, leader, id, OrderAction::Finish);
        self.command(Role::Elder, None, id, OrderAction::Confirm { verification });
        assert!(matches!(self.order(id).stage, Stage::Confirmed(_)), "{:?}", self.refused);
    }
}
