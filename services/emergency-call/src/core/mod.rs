//! The heart of emergency-call, without I/O: an input and the time go in, a list of effects comes out.
//!
//! | what | module |
//! | --- | --- |
//! | a signal becomes an incident, joins one, or repeats | [`alarms`](self) |
//! | rungs of the ladder, searches, answers | `escalate` |
//! | commands of people | `commands` |
//! | people reached away from the screens | `reach` |
//! | the one way an incident changes | `store` |
//! | devices: heard, silent, faulty, inactive | `supervise` |
//!
//! The core acts at once on what it decides; the adapter makes each decision durable in the same order and only then
//! answers. If a write fails, the core is thrown away and rebuilt from the streams.

mod alarms;
mod commands;
mod escalate;
mod reach;
pub mod settings;
mod store;
mod supervise;

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    agenda::Agenda,
    alarm::Signal,
    escalation::Search,
    geo::Wgs84,
    id::{CaregiverId, DeviceId, ElderId, IncidentId, OrderId},
    incident::{Callee, Found, Incident, Subject},
    reach::Reach,
    time::Timestamp,
};
use schemas::{
    emergency::{CallOut, DeviceEvent, EmergencyRequest, Heard, Outage, SealedCard, Supervision as Shares},
    problem::Problem,
};

pub use self::reach::{CallKey, News, Told};
use self::{settings::Settings, supervise::Supervision};

/// Whom to answer; made by the adapter.
pub type Ticket = u64;

/// What happens to the core.
#[derive(Debug, Clone)]
pub enum Input {
    /// A device said something.
    Signal(Option<Ticket>, Box<Signal>),
    /// Someone asks for something; the card of a registration is sealed already.
    Request(Ticket, Box<EmergencyRequest>, Option<SealedCard>),
    /// The search for the nearest came back.
    Found {
        /// For which incident.
        incident: IncidentId,
        /// The search it answers.
        step: u16,
        /// Its round.
        round: u16,
        /// Nearest first.
        caregivers: Vec<CaregiverId>,
        /// How they were found.
        found: Found,
    },
    /// What became of a repair that was ordered.
    Ordered {
        /// Of which device.
        device: DeviceId,
        /// Under which name.
        order: OrderId,
        /// Taken, refused, or nobody answered.
        outcome: Ordered,
    },
    /// Outreach tells how far it is with a call; answered once that is durable.
    Told(Ticket, Box<Told>),
    /// Time passed.
    Tick,
}

/// What dispatch said to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// It has it.
    Taken,
    /// It will not; asking again soon is of no use.
    Refused,
    /// Nobody answered.
    Away,
}

/// What is to be done, in order.
#[derive(Debug)]
pub enum Effect {
    /// Make the incident durable, then answer.
    Commit {
        /// The incident after the decision.
        incident: Box<Incident>,
        /// Whom to answer once it is durable.
        answer: Option<Ticket>,
    },
    /// Make the device durable, then answer.
    Device {
        /// The device as it now is.
        event: Box<DeviceEvent>,
        /// Whom to answer once it is durable.
        answer: Option<Ticket>,
    },
    /// Make the outage durable.
    Outage(Outage),
    /// Make a share of the last-heard times durable.
    Heard(Heard),
    /// Nothing new: answer once all before is durable.
    Repeat {
        /// Whom.
        ticket: Ticket,
        /// The incident it is about.
        incident: Option<Box<Incident>>,
        /// The device it is about.
        device: Option<Box<DeviceEvent>>,
    },
    /// No.
    Refuse {
        /// Whom.
        ticket: Ticket,
        /// Why.
        problem: Problem,
    },
    /// Call somebody, once all before is durable.
    Call(Box<CallOut>),
    /// Reach somebody who is called away from the screens, too, once all before is durable; tell by [`Input::Told`].
    Reach {
        /// Which call.
        call: CallKey,
        /// Who.
        callee: Callee,
        /// How far the process before this one came.
        kept: Option<Reach>,
    },
    /// Stop reaching them, once all before is durable: nothing more is told.
    LetGo(CallKey),
    /// Order the repair of a device and come back with [`Input::Ordered`]. The same order has the same name.
    Repair {
        /// Of which device.
        device: DeviceId,
        /// At whose home.
        elder: ElderId,
        /// The order's name.
        order: OrderId,
        /// When it must be mended.
        until: Timestamp,
    },
    /// Ask an elder to press their device once for a test; nothing comes back but the press.
    Trial {
        /// Which device.
        device: DeviceId,
        /// Whose.
        elder: ElderId,
        /// When it was asked for.
        at: Timestamp,
    },
    /// Look for the nearest and come back with [`Input::Found`].
    Search {
        /// For which incident.
        incident: IncidentId,
        /// What is sought.
        search: Search,
        /// Near where; `None` is known only by its street.
        place: Option<Wgs84>,
    },
}

/// All that emergency-call knows of its district.
pub struct Core {
    settings: Settings,
    incidents: HashMap<IncidentId, Incident>,
    /// The open incident of each person or device, drills apart.
    open: HashMap<(Subject, bool), IncidentId>,
    /// Who goes to which open incident, or is there.
    going: HashMap<CaregiverId, BTreeSet<IncidentId>>,
    /// Signals by the device's own name for them.
    keys: HashMap<(DeviceId, String), IncidentId>,
    /// The incident each device pressed last.
    pressed: HashMap<DeviceId, IncidentId>,
    /// Closed incidents in the order they were closed, to be forgotten.
    closed: BTreeSet<(Timestamp, IncidentId)>,
    agenda: Agenda<IncidentId>,
    /// Searches left behind by the process before this one.
    unfinished: Vec<IncidentId>,
    /// What the process before this one had begun is taken up.
    taken_up: bool,
    supervision: Supervision,
    /// There are channels to people away from the screens.
    outreach: bool,
    /// Calls that outreach carries out.
    reaching: HashSet<CallKey>,
    effects: Vec<Effect>,
}

impl Core {
    /// An empty district.
    pub fn new(settings: Settings) -> Self {
        Self {
            supervision: Supervision::new(settings.supervision.clone()),
            settings,
            incidents: HashMap::new(),
            open: HashMap::new(),
            going: HashMap::new(),
            keys: HashMap::new(),
            pressed: HashMap::new(),
            closed: BTreeSet::new(),
            agenda: Agenda::default(),
            unfinished: Vec::new(),
            taken_up: false,
            outreach: false,
            reaching: HashSet::new(),
            effects: Vec::new(),
        }
    }

    /// There are channels to people away from the screens; to be said before the first input.
    pub const fn with_outreach(&mut self) {
        self.outreach = true;
    }

    /// Takes one input and gives what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        self.take_up();
        match input {
            Input::Signal(ticket, signal) => self.signal(ticket, &signal, now),
            Input::Request(ticket, request, card) => self.request(ticket, *request, card, now),
            Input::Found { incident, step, round, caregivers, found } => {
                self.found(&incident, (step, round), caregivers, found, now);
            }
            Input::Ordered { device, order, outcome } => {
                self.supervision.ordered(&device, &order, outcome, now, &mut self.effects);
            }
            Input::Told(ticket, told) => self.told(ticket, *told, now),
            Input::Tick => {}
        }
        self.deadlines(now);
        std::mem::take(&mut self.effects)
    }

    /// When the core next wants an [`Input::Tick`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match (self.agenda.next(), self.supervision.next_deadline()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The incident, if it is known.
    pub fn incident(&self, id: &IncidentId) -> Option<&Incident> {
        self.incidents.get(id)
    }

    /// All incidents that are open or were closed lately.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// How many incidents are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// A device as it is registered, and how it is.
    pub fn device(&self, id: &DeviceId) -> Option<DeviceEvent> {
        self.supervision.event(id)
    }

    /// How many devices are supervised.
    pub fn device_count(&self) -> usize {
        self.supervision.len()
    }

    /// How the devices are, by street.
    pub fn shares(&self, now: Timestamp) -> Shares {
        self.supervision.shares(now)
    }

    /// Takes a device from the stream.
    pub fn restore_device(&mut self, event: DeviceEvent) {
        self.supervision.restore(event);
    }

    /// Takes an outage from the stream.
    pub fn restore_outage(&mut self, outage: Outage) {
        self.supervision.restore_outage(outage);
    }

    /// Takes last-heard times from the stream, after the devices.
    pub fn restore_heard(&mut self, heard: &Heard, now: Timestamp) {
        self.supervision.restore_heard(heard, now);
    }

    /// Sets all deadlines of the devices, after everything was restored.
    pub fn begin(&mut self, now: Timestamp) {
        self.supervision.begin(now);
    }

    fn deadlines(&mut self, now: Timestamp) {
        while let Some(id) = self.agenda.pop_due(now) {
            self.overdue(&id, now);
        }
        for signal in self.supervision.tick(now, &mut self.effects) {
            self.alarm(None, &signal, None, now);
        }
    }
}

#[cfg(test)]
mod tests;
