//! The core by scenario: inputs and times in, effects checked. Every decision's terms must give its ranking again.

mod away;
mod bounds;
mod funding;
mod life;
mod overdue;
mod random;
mod restart;
mod rolling;
mod waiting;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    command::{OrderAction, OrderCommand, PlaceOrder, Verification, VerificationMethod},
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::Wgs84,
    id::*,
    order::{Actor, Order, PayWith, Role, Stage},
    priority::Urgency,
    service::{Qualification, ServiceKind},
    time::{Timestamp, Window},
    unit::{Fen, Metres, Seconds},
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
    pub commands: u64,
    pub user: &'static str,
    /// Everything committed, oldest first.
    pub events: Vec<schemas::order::OrderEvent>,
    pub refused: Vec<String>,
    pub repeated: usize,
    /// What was asked of `accounts`, oldest first.
    pub questions: Vec<super::funding::Question>,
    /// The profiles, presences and positions as they were last announced.
    announced: BTreeMap<(u8, String), Input>,
}

/// The elder's own proof.
pub fn verified() -> Verification {
    Verification { method: VerificationMethod::Face, receipt: Some("r-1".into()) }
}

pub fn centre() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
        let district = DistrictId::new("d").unwrap();
        Self {
            core: Core::new(district, settings, roads),
            now: Timestamp::from_millis(START),
            tickets: 0,
            commands: 0,
            user: "u",
            events: Vec::new(),
            refused: Vec::new(),
            repeated: 0,
            questions: Vec::new(),
            announced: BTreeMap::new(),
        }
    }

    /// The same world with a core that another process has rebuilt: the people as they announced themselves, the
    /// orders as committed, in whatever sequence.
    pub fn rebuilt(&self) -> Self {
        let mut core = Self::with(self.core.settings.clone()).core;
        for input in self.announced.values() {
            core.learn(input.clone(), self.now);
        }
        let mut latest = BTreeMap::new();
        for event in &self.events {
            latest.insert(event.order.id.clone(), event.order.clone());
        }
        for order in latest.into_values() {
            core.restore(order, self.now);
        }
        Self {
            core,
            now: self.now,
            tickets: self.tickets,
            commands: self.commands,
            user: self.user,
            events: self.events.clone(),
            refused: self.refused.clone(),
            repeated: self.repeated,
            questions: self.questions.clone(),
            announced: self.announced.clone(),
        }
    }

    fn announce(&mut self, input: &Input) {
        let key = match input {
            Input::Elder(elder) => (0, elder.id.to_string()),
            Input::Caregiver(profile) => (1, profile.id.to_string()),
            Input::Presence(presence) => (2, presence.caregiver.to_string()),
            Input::Moved(positions) => (3, positions[0].caregiver.to_string()),
            Input::Emergency { incident, .. } => (4, incident.to_string()),
            _ => return,
        };
        self.announced.insert(key, input.clone());
    }

    pub fn give(&mut self, input: Input) {
        self.announce(&input);
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
                Effect::Ask(question) => self.questions.push(*question),
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
        let profile = Self::elder_profile(name, east, north);
        let id = profile.id.clone();
        self.give(Input::Elder(Box::new(profile)));
        id
    }

    pub fn elder_profile(name: &str, east: f64, north: f64) -> ElderProfile {
        ElderProfile {
            id: ElderId::new(name).unwrap(),
            place: centre().offset_m(east, north),
            street: StreetId::new("s1").unwrap(),
            community: CommunityId::new("c1").unwrap(),
            ability: Ability::Intact,
            priority_classes: BTreeSet::new(),
            blocked: BTreeSet::new(),
            preferred: BTreeSet::new(),
            arrival_radius: DEFAULT_ARRIVAL_RADIUS,
            closed: false,
        }
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
            off: Vec::new(),
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
            rejected: None,
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
        let actor = Actor { role, user: Some(UserId::new(self.user).unwrap()) };
        let request = DispatchRequest { actor, caregiver: caregiver.cloned(), request };
        // As the process does it: what is forgotten is read from the stream first.
        if let Some(id) = self.core.forgotten(&request) {
            let last = self.events.iter().rev().find(|e| e.order.id == id).expect("it was stored");
            self.core.recall(last.order.clone());
        }
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
                pay_with: PayWith::Allowance,
                self_pay_up_to: Fen::ZERO,
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
        self.serve_unconfirmed(id);
        self.command(Role::Elder, None, id, OrderAction::Confirm { verification: verified() });
        assert!(matches!(self.order(id).stage, Stage::Confirmed(_)), "{:?}", self.refused);
    }

    /// From accepted to done.
    pub fn serve_unconfirmed(&mut self, id: &OrderId) {
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
        let verification = verified();
        let leader = Some(&team[0]);
        self.command(Role::Caregiver, leader, id, OrderAction::Start { verification });
        self.pass(Seconds::minutes(30));
        self.command(Role::Caregiver, leader, id, OrderAction::Finish);
    }
}
