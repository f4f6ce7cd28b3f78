//! The heart of dispatch, without I/O: an input and the time go in, a list of effects comes out.
//!
//! The core acts at once on what it decides; the adapter makes each decision durable in the same order and only then
//! answers. If a write fails, the process no longer owns the district: the core is thrown away and rebuilt from the
//! stream.

mod agenda;
mod commands;
mod deadlines;
mod fill;
mod geofence;
mod place;
mod roster;
pub mod settings;
mod store;
mod ways;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    elder::ElderProfile,
    id::{CaregiverId, DistrictId, ElderId, OrderId},
    order::Order,
    priority::Priority,
    time::Timestamp,
};
use roads::Roads;
use schemas::{
    order::{DispatchCommand, DispatchRequest, OrderEvent},
    position::{GeofenceCrossed, Position, Presence},
    problem::Problem,
};

use self::{agenda::Agenda, roster::Roster, settings::Settings};

/// Whom to answer; made by the adapter.
pub type Ticket = u64;

/// What happens to the core.
#[derive(Debug, Clone)]
pub enum Input {
    /// Someone asks for something.
    Request(Ticket, Box<DispatchRequest>),
    /// An elder's profile as it is from now on.
    Elder(Box<ElderProfile>),
    /// A caregiver's profile as it is from now on.
    Caregiver(Box<domain::caregiver::CaregiverProfile>),
    /// A caregiver came, went, or fell silent.
    Presence(Presence),
    /// People moved.
    Moved(Vec<Position>),
    /// Someone reached or left a door.
    Geofence(GeofenceCrossed),
    /// Time passed.
    Tick,
}

/// What is to be done. Effects are carried out in order.
#[derive(Debug)]
pub enum Effect {
    /// Make this durable, then answer.
    Commit {
        /// The order after the decision, and why.
        event: Box<OrderEvent>,
        /// Whom to answer once it is durable.
        answer: Option<Ticket>,
    },
    /// Nothing new: answer with the order as it is, once all before is durable.
    Repeat {
        /// Whom.
        ticket: Ticket,
        /// The order.
        order: Box<Order>,
    },
    /// No.
    Refuse {
        /// Whom.
        ticket: Ticket,
        /// Why.
        problem: Problem,
    },
}

/// All that dispatch knows of its district.
pub struct Core {
    district: DistrictId,
    settings: Settings,
    elders: HashMap<ElderId, ElderProfile>,
    roster: Roster,
    orders: HashMap<OrderId, Order>,
    /// Orders with free seats, first served first.
    waiting: BTreeSet<(Priority, Timestamp, OrderId)>,
    /// Closed orders in the order they were closed, to be forgotten.
    closed: BTreeSet<(Timestamp, OrderId)>,
    /// Who served whom lately (continuity).
    served: HashMap<ElderId, Vec<CaregiverId>>,
    agenda: Agenda,
    /// When waiting orders are to be solved together.
    settle_at: Option<Timestamp>,
    effects: Vec<Effect>,
}

impl Core {
    /// An empty district.
    pub fn new(district: DistrictId, settings: Settings, roads: Arc<Roads>) -> Self {
        Self {
            roster: Roster::new(roads, &settings),
            district,
            settings,
            elders: HashMap::new(),
            orders: HashMap::new(),
            waiting: BTreeSet::new(),
            closed: BTreeSet::new(),
            served: HashMap::new(),
            agenda: Agenda::default(),
            settle_at: None,
            effects: Vec::new(),
        }
    }

    /// Takes one input and gives what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        self.take(input, now);
        self.deadlines(now);
        std::mem::take(&mut self.effects)
    }

    fn take(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Request(ticket, request) => self.request(ticket, *request, now),
            Input::Elder(elder) => {
                self.elders.insert(elder.id.clone(), *elder);
            }
            Input::Caregiver(profile) => {
                if self.roster.profile(*profile, &self.orders) {
                    self.capacity(now);
                }
            }
            Input::Presence(presence) => {
                if self.roster.presence(presence, &self.orders) {
                    self.capacity(now);
                }
            }
            Input::Moved(positions) => {
                for position in positions {
                    if self.roster.moved(&position) {
                        self.capacity(now);
                    }
                }
            }
            Input::Geofence(crossed) => self.geofence(&crossed, now),
            Input::Tick => {}
        }
    }

    /// Takes an input that asks for nothing, while the core is being rebuilt: deadlines wait until all is known.
    pub fn learn(&mut self, input: Input, now: Timestamp) {
        self.take(input, now);
    }

    /// When the core next wants a [`Input::Tick`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match (self.agenda.next(), self.settle_at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The order, if it is known.
    pub fn order(&self, id: &OrderId) -> Option<&Order> {
        self.orders.get(id)
    }

    /// All orders that are open or were closed lately.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// How many orders have free seats.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn request(&mut self, ticket: Ticket, request: DispatchRequest, now: Timestamp) {
        let DispatchRequest { actor, caregiver, request } = request;
        let done = match request {
            DispatchCommand::Place { id, order, place } => {
                self.place(ticket, &actor, (id, order), &place, now)
            }
            DispatchCommand::Order { command } => {
                self.command(Some(ticket), &actor, caregiver.as_ref(), &command, now)
            }
        };
        if let Err(refusal) = done {
            let problem = Problem::new(refusal.status(), refusal.code(), refusal.to_string());
            self.effects.push(Effect::Refuse { ticket, problem });
        }
    }

    /// Somebody may be free now: waiting orders are tried again, together, in a moment.
    fn capacity(&mut self, now: Timestamp) {
        if !self.waiting.is_empty() {
            let soon = now.plus_millis(self.settings.settle_millis);
            self.settle_at = Some(self.settle_at.map_or(soon, |at| at.min(soon)));
        }
    }
}

#[cfg(test)]
mod tests;
