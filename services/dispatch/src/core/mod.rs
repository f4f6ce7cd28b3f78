//! The heart of dispatch, without I/O: an input and the time go in, a list of effects comes out.
//!
//! The core acts at once on what it decides; the adapter makes each decision durable in the same order and only then
//! answers. If a write fails, the process no longer owns the district: the core is thrown away and rebuilt from the
//! stream.

mod away;
mod commands;
mod deadlines;
mod elders;
mod fill;
pub mod funding;
mod geofence;
mod improve;
mod leave;
mod place;
mod roster;
pub mod settings;
mod standing;
mod store;
mod ways;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use domain::{
    agenda::Agenda,
    elder::ElderProfile,
    id::{CaregiverId, DistrictId, ElderId, IncidentId, OrderId, OrganisationId},
    order::{Order, Refusal},
    priority::Priority,
    time::Timestamp,
};
use roads::Roads;
use schemas::{
    order::{DispatchCommand, DispatchRequest, OrderEvent},
    position::{GeofenceCrossed, Position, Presence},
    problem::Problem,
    registry::organisation::Organisation,
};

use self::{
    funding::{Answer, Funds, Question},
    roster::Roster,
    settings::Settings,
    standing::Standings,
};

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
    /// Work orders may not, or may again, go to an organisation.
    Standing {
        /// Which.
        organisation: OrganisationId,
        /// They may not.
        stopped: bool,
    },
    /// An organisation's contract is from now on.
    Organisation(Box<Organisation>),
    /// Who goes to an emergency or is there; nobody once it is over.
    Emergency {
        /// Which.
        incident: IncidentId,
        /// Who.
        responders: BTreeSet<CaregiverId>,
    },
    /// What `accounts` says about the money of an order.
    Funded {
        /// Whose money.
        order: OrderId,
        /// The round that was asked about.
        round: u16,
        /// The answer.
        answer: Answer,
    },
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
    /// Ask `accounts`, once all before is durable.
    Ask(Box<Question>),
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
    /// Closed orders that are only in the stream by now, and when they were closed.
    forgotten: HashMap<OrderId, Timestamp>,
    /// Who served whom lately and until when, the latest first (continuity).
    served: HashMap<ElderId, Vec<(Timestamp, CaregiverId)>>,
    agenda: Agenda<OrderId>,
    funds: Funds,
    standings: Standings,
    /// Who goes to which emergency.
    emergencies: BTreeMap<IncidentId, BTreeSet<CaregiverId>>,
    /// When waiting orders are to be solved together.
    settle_at: Option<Timestamp>,
    /// Which of too many waiting orders were tried in this round.
    tried: HashSet<OrderId>,
    /// Who is at the door of an open order.
    at_door: HashMap<OrderId, Vec<GeofenceCrossed>>,
    /// Elders who moved or left.
    relocated: BTreeSet<ElderId>,
    /// Whose profile is new: they may not be fit any more for what they promised.
    profiled: BTreeSet<CaregiverId>,
    /// Promised visits that nobody has set off to, by their start: they may still move.
    movable: BTreeSet<(Timestamp, OrderId)>,
    /// When it is next looked into whether one should.
    improve_at: Option<Timestamp>,
    /// How many have moved.
    moved: u64,
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
            forgotten: HashMap::new(),
            served: HashMap::new(),
            agenda: Agenda::default(),
            funds: Funds::default(),
            standings: Standings::default(),
            emergencies: BTreeMap::new(),
            settle_at: None,
            tried: HashSet::new(),
            at_door: HashMap::new(),
            relocated: BTreeSet::new(),
            profiled: BTreeSet::new(),
            movable: BTreeSet::new(),
            improve_at: None,
            moved: 0,
            effects: Vec::new(),
        }
    }

    /// Takes one input and gives what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        let leaver = Self::leaver(&input);
        self.take(input, now);
        if let Some(caregiver) = leaver {
            self.went_off(&caregiver, now);
        }
        self.relieve(now);
        self.dismiss_unfit(now);
        self.follow_elders(now);
        self.deadlines(now);
        self.ask_for_money(now);
        std::mem::take(&mut self.effects)
    }

    fn take(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Request(ticket, request) => self.request(ticket, *request, now),
            Input::Elder(elder) => self.learn_elder(*elder),
            Input::Caregiver(profile) => self.learn_caregiver(*profile, now),
            Input::Emergency { incident, responders } => self.emergency(incident, responders, now),
            Input::Standing { organisation, stopped } => self.stand(&organisation, stopped, now),
            Input::Organisation(organisation) => self.learn_organisation(&organisation, now),
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
            Input::Geofence(crossed) => self.geofence(crossed, now),
            Input::Funded { order, round, answer } => self.funded(&order, round, answer, now),
            Input::Tick => {}
        }
    }

    /// Takes an input that asks for nothing, while the core is being rebuilt: deadlines wait until all is known.
    pub fn learn(&mut self, input: Input, now: Timestamp) {
        self.take(input, now);
    }

    /// The order a request is about, if the core has forgotten it: it is to be read from the stream and given to
    /// [`Core::recall`] before the request is.
    pub fn forgotten(&self, request: &DispatchRequest) -> Option<OrderId> {
        let id = match &request.request {
            DispatchCommand::Place { order, .. } => order,
            DispatchCommand::Order { command } => &command.order,
        };
        self.forgotten.contains_key(id).then(|| id.clone())
    }

    /// When the core next wants a [`Input::Tick`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let due = [self.agenda.next(), self.settle_at, self.funds.next(), self.improve_at];
        due.into_iter().flatten().min()
    }

    /// How many promised visits were moved to somebody else because that was better.
    pub const fn moved(&self) -> u64 {
        self.moved
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
            self.refuse(ticket, &refusal);
        }
    }

    fn refuse(&mut self, ticket: Ticket, refusal: &Refusal) {
        let problem = Problem::new(refusal.status(), refusal.code(), refusal.to_string());
        self.effects.push(Effect::Refuse { ticket, problem });
    }

    /// Somebody may be free now: waiting orders are tried again, together, in a moment.
    fn capacity(&mut self, now: Timestamp) {
        if !self.waiting.is_empty() {
            let soon = now.plus_millis(self.settings.settle_millis);
            let soon = self.settings.batch_ends(now).unwrap_or(soon);
            self.settle_at = Some(self.settle_at.map_or(soon, |at| at.min(soon)));
        }
    }
}

#[cfg(test)]
mod tests;
