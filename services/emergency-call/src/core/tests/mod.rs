//! The core by scenario: inputs and times in, effects checked. What is committed is all that survives.

mod climbing;
mod deeds;
mod pressing;
mod random;
mod reaching;
mod watching;

use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    device::{Device, DeviceClass},
    geo::Wgs84,
    id::*,
    incident::{Callee, Found, Happening, Incident, IncidentAction, IncidentCommand, Means},
    order::{Actor, Role},
    reach::Reach,
    time::Timestamp,
    unit::Seconds,
};
use schemas::emergency::{CallOut, DeviceEvent, EmergencyCommand, EmergencyRequest, Heard, Outage};

use super::{CallKey, Core, Effect, Input, News, Told, settings::Settings};

/// A Monday morning.
const START: i64 = 1_772_409_600_000;

pub struct World {
    pub core: Core,
    pub settings: Settings,
    pub now: Timestamp,
    tickets: u64,
    commands: u64,
    /// Everything committed, oldest first.
    pub commits: Vec<Incident>,
    pub devices: Vec<DeviceEvent>,
    pub outages: Vec<Outage>,
    pub heard: Vec<Heard>,
    pub calls: Vec<CallOut>,
    pub searches: Vec<(IncidentId, domain::escalation::Search)>,
    pub repairs: Vec<(DeviceId, OrderId)>,
    /// Calls that outreach carries out, with how far it was before.
    pub reaches: Vec<(CallKey, Callee, Option<Reach>)>,
    pub let_go: Vec<CallKey>,
    /// Who was asked for a test call.
    pub trials: Vec<DeviceId>,
    pub outreach: bool,
    /// Tickets answered: taken (committed or repeated) or refused by code.
    pub answered: Vec<(u64, Result<bool, String>)>,
}

pub fn place() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

pub fn sos(device: &str, key: Option<&str>) -> Signal {
    let says = Says::Alarm { cause: AlarmCause::Sos };
    let key = key.map(str::to_owned);
    Signal { key, ..Signal::new(DeviceId::new(device).unwrap(), Channel::Mqtt, says) }
}

pub fn alive(device: &str) -> Signal {
    Signal::new(DeviceId::new(device).unwrap(), Channel::Mqtt, Says::Alive)
}

pub fn user(role: Role, name: &str) -> Actor {
    Actor { role, user: Some(UserId::new(name).unwrap()) }
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        settings.check().unwrap();
        let mut core = Core::new(settings.clone());
        let now = Timestamp::from_millis(START);
        core.begin(now);
        Self {
            core,
            settings,
            now,
            tickets: 0,
            commands: 0,
            commits: Vec::new(),
            devices: Vec::new(),
            outages: Vec::new(),
            heard: Vec::new(),
            calls: Vec::new(),
            searches: Vec::new(),
            repairs: Vec::new(),
            reaches: Vec::new(),
            let_go: Vec::new(),
            trials: Vec::new(),
            outreach: false,
            answered: Vec::new(),
        }
    }

    fn input(&mut self, input: Input) {
        for effect in self.core.handle(input, self.now) {
            match effect {
                Effect::Commit { incident, answer } => {
                    self.answered.extend(answer.map(|ticket| (ticket, Ok(true))));
                    self.commits.push(*incident);
                }
                Effect::Device { event, answer } => {
                    self.answered.extend(answer.map(|ticket| (ticket, Ok(true))));
                    self.devices.push(*event);
                }
                Effect::Outage(outage) => self.outages.push(outage),
                Effect::Heard(heard) => self.heard.push(heard),
                Effect::Repeat { ticket, .. } => self.answered.push((ticket, Ok(false))),
                Effect::Refuse { ticket, problem } => {
                    self.answered.push((ticket, Err(problem.code.into_owned())));
                }
                Effect::Call(out) => self.calls.push(*out),
                Effect::Repair { device, order, .. } => self.repairs.push((device, order)),
                Effect::Search { incident, search, .. } => self.searches.push((incident, search)),
                Effect::Reach { call, callee, kept } => self.reaches.push((call, callee, kept)),
                Effect::LetGo(call) => self.let_go.push(call),
                Effect::Trial { device, .. } => self.trials.push(device),
            }
        }
    }

    /// A signal; whether something new became durable by it.
    pub fn signal(&mut self, signal: Signal) -> bool {
        self.tickets += 1;
        self.input(Input::Signal(Some(self.tickets), Box::new(signal)));
        let (ticket, answer) = self.answered.last().unwrap().clone();
        assert_eq!(ticket, self.tickets, "every signal is answered at once or by its commit");
        answer.unwrap()
    }

    pub fn request(&mut self, request: EmergencyRequest) -> Result<bool, String> {
        self.tickets += 1;
        let ticket = self.tickets;
        self.input(Input::Request(ticket, Box::new(request), None));
        self.answered.iter().rev().find(|(t, _)| *t == ticket).unwrap().1.clone()
    }

    pub fn register(&mut self, device: Device) {
        let id = CommandId::new("register").unwrap();
        let request = EmergencyCommand::Register { id, device, card: None };
        let actor = user(Role::Operator, "desk");
        self.request(EmergencyRequest { actor, caregiver: None, request }).unwrap();
    }

    /// A pendant of an elder in a street, heard every ten minutes.
    pub fn pendant(&mut self, device: &str, street: &str) {
        let id = DeviceId::new(device).unwrap();
        self.register(Device {
            class: DeviceClass::Pendant,
            elder: Some(ElderId::new(format!("e-{device}")).unwrap()),
            street: Some(StreetId::new(street).unwrap()),
            place: Some(place()),
            interval: Some(Seconds(600)),
            ..Device::unknown(id, Channel::Mqtt)
        });
    }

    pub fn deed(
        &mut self,
        actor: &Actor,
        caregiver: Option<&str>,
        incident: &IncidentId,
        action: IncidentAction,
    ) -> Result<bool, String> {
        self.commands += 1;
        let id = CommandId::new(format!("c{}", self.commands)).unwrap();
        let incident = incident.clone();
        let command = IncidentCommand { id, incident, action, means: Means::Desk, occurred_at: None };
        let caregiver = caregiver.map(|c| CaregiverId::new(c).unwrap());
        let request = EmergencyCommand::Incident { command };
        self.request(EmergencyRequest { actor: actor.clone(), caregiver, request })
    }

    pub fn desk(&mut self, incident: &IncidentId, action: IncidentAction) -> Result<bool, String> {
        self.deed(&user(Role::Operator, "li"), None, incident, action)
    }

    pub fn goes(&mut self, caregiver: &str, incident: &IncidentId) -> Result<bool, String> {
        let action = IncidentAction::Accept { caregiver: None };
        self.deed(&user(Role::Caregiver, caregiver), Some(caregiver), incident, action)
    }

    /// Answers the last order for a repair.
    pub fn ordered(&mut self, outcome: super::Ordered) {
        let (device, order) = self.repairs.last().unwrap().clone();
        self.input(Input::Ordered { device, order, outcome });
    }

    /// Answers the last search.
    pub fn found(&mut self, caregivers: &[&str]) {
        let (incident, search) = self.searches.last().unwrap().clone();
        let caregivers = caregivers.iter().map(|c| CaregiverId::new(c).unwrap()).collect();
        let (step, round) = (search.step, search.round);
        self.input(Input::Found { incident, step, round, caregivers, found: Found::Live });
    }

    /// Time passes, stopping wherever the core wants to be asked.
    pub fn pass(&mut self, span: Seconds) {
        let end = self.now + span;
        while let Some(at) = self.core.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Tick);
        }
        self.now = end;
        self.input(Input::Tick);
    }

    /// The district has channels to people.
    pub fn with_outreach() -> Self {
        let mut world = Self::new();
        world.outreach = true;
        world.core.with_outreach();
        world
    }

    /// Outreach tells of the last call it was given for this person.
    pub fn tells(&mut self, who: &Callee, news: &[News], over: bool) {
        let (call, ..) = self.reaches.iter().rev().find(|(_, callee, _)| callee == who).unwrap().clone();
        self.tickets += 1;
        let reach = Reach { ways: Vec::new(), state: Some(format!("{}", self.tickets)), over };
        let told = Told { call, reach, news: news.to_vec() };
        self.input(Input::Told(self.tickets, Box::new(told)));
        assert!(self.answered.iter().any(|(ticket, _)| *ticket == self.tickets), "outreach waits for ever");
    }

    /// A new process, from what is durable.
    pub fn restart(&mut self) {
        let mut core = Core::new(self.settings.clone());
        if self.outreach {
            core.with_outreach();
        }
        let mut latest: std::collections::BTreeMap<IncidentId, Incident> = std::collections::BTreeMap::new();
        for incident in &self.commits {
            latest.insert(incident.id.clone(), incident.clone());
        }
        let mut devices: std::collections::BTreeMap<DeviceId, DeviceEvent> =
            std::collections::BTreeMap::new();
        for event in &self.devices {
            devices.insert(event.device.id.clone(), event.clone());
        }
        for event in devices.into_values() {
            core.restore_device(event);
        }
        let mut outages = std::collections::BTreeMap::new();
        for outage in &self.outages {
            outages.insert(outage.street.clone(), outage.clone());
        }
        for outage in outages.into_values() {
            core.restore_outage(outage);
        }
        let mut heard = std::collections::BTreeMap::new();
        for share in &self.heard {
            heard.insert(share.bucket, share.clone());
        }
        for share in heard.values() {
            core.restore_heard(share, self.now);
        }
        for incident in latest.into_values() {
            core.restore(incident, self.now);
        }
        core.begin(self.now);
        self.core = core;
        self.input(Input::Tick);
    }

    pub fn incident(&self, id: &IncidentId) -> &Incident {
        self.core.incident(id).unwrap()
    }

    /// The only incident.
    pub fn only(&self) -> IncidentId {
        let ids: Vec<_> = self.core.incidents().map(|i| i.id.clone()).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        ids[0].clone()
    }

    pub fn happened(&self, id: &IncidentId) -> Vec<&'static str> {
        self.incident(id).timeline.iter().map(|entry| Happening::name(&entry.what)).collect()
    }
}
