//! The live stream's heart, without I/O: a bounded log of events, and clients that read along in it, each at its own
//! pace.
//!
//! Nothing is queued per client. A client is a place in the log: it is woken when something for it is published and
//! reads on from there, so its memory is a few numbers, and whoever falls behind the log's beginning is told to start
//! anew. Positions are not in the log: a client that comes back later gets the latest of each (see
//! [`positions`](super::positions)). Wake-ups are returned, not done: the caller knows how.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use bytes::Bytes;
use domain::id::{CaregiverId, CommunityId, StreetId};

use super::{
    audience::{Audience, Belongs, IncidentReach, Kind, Reach, View},
    frame::{self, Event},
    positions::Positions,
};
use crate::access::scope::Scope;

/// One event of the log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// For whom.
    pub target: Target,
    /// For those who see all of it.
    pub whole: Bytes,
    /// For the field, where that differs.
    pub field: Option<Bytes>,
}

/// For whom an event is.
#[derive(Debug, Clone)]
pub enum Target {
    /// An order, at that place of the ORDERS stream.
    Order(u64, Reach),
    /// An emergency.
    Incident(IncidentReach),
    /// A caregiver's profile or presence.
    Person(CaregiverId, Belongs),
    /// The figures of exactly this scope.
    Kpi(Scope),
    /// Dead letters.
    DeadLetter,
    /// A call, from somebody who lives there; nowhere in particular where nobody is known by the number.
    Ringing(Vec<(StreetId, CommunityId)>),
    /// Something of a meal; these couriers' rounds.
    Meals(BTreeSet<CaregiverId>),
    /// Everyone.
    All,
}

impl Entry {
    fn for_audience(&self, audience: &Audience) -> Option<Bytes> {
        match &self.target {
            Target::Order(_, reach) => audience.of_order(reach).map(|view| self.seen(view)),
            Target::Incident(reach) => audience.of_incident(reach).map(|view| self.seen(view)),
            Target::Person(who, belongs) => {
                audience.of_person(Kind::People, who, belongs).then(|| self.whole.clone())
            }
            Target::Kpi(scope) => (audience.of_kpi() == Some(scope)).then(|| self.whole.clone()),
            Target::DeadLetter => audience.of_dead_letters().then(|| self.whole.clone()),
            Target::Ringing(homes) => audience.of_call(homes).then(|| self.whole.clone()),
            Target::Meals(couriers) => audience.of_meals(couriers).then(|| self.whole.clone()),
            Target::All => Some(self.whole.clone()),
        }
    }

    fn seen(&self, view: View) -> Bytes {
        match view {
            View::Whole => self.whole.clone(),
            View::Field => self.field.as_ref().unwrap_or(&self.whole).clone(),
        }
    }

    fn size(&self) -> usize {
        self.whole.len() + self.field.as_ref().map_or(0, Bytes::len)
    }
}

/// A connected client.
pub type ClientId = u64;

#[derive(Debug)]
struct Client {
    audience: Audience,
    /// To be sent before anything of the log.
    greeting: VecDeque<Bytes>,
    /// The first entry that may concern it and was not read; `None` when it has read everything.
    unread: Option<u64>,
    /// The round of positions it has seen.
    round: u64,
    /// Nothing was sent since the last ping.
    quiet: bool,
    ping: bool,
    end: End,
}

/// How a client's stream ends.
#[derive(Debug)]
enum End {
    NotYet,
    /// With this, the last thing it is told.
    With(Bytes),
    Over,
}

/// What a client gets when it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// These, and perhaps more at once.
    Frames(Vec<Bytes>),
    /// Nothing now.
    Nothing,
    /// Nothing ever again.
    Over,
}

/// An order event's place in ORDERS and in the log, and how far positions had come with it.
#[derive(Debug, Clone, Copy)]
struct Mark {
    sequence: u64,
    entry: u64,
    /// The round that was closed last. Positions go out before order events, so whoever has this event has that round.
    round: u64,
}

/// Where a client begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first entry it has not seen.
    pub entry: u64,
    /// The round of positions it has seen.
    pub round: u64,
}

/// Where a client that comes back reads on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumed {
    /// There.
    pub from: Place,
    /// Something else than order events may have been missed: everything but the orders is to be told anew.
    pub refresh: bool,
}

/// Limits of the log.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Entries.
    pub entries: usize,
    /// Bytes of frames.
    pub bytes: usize,
}

/// Frames handed out at once.
const AT_ONCE: usize = 64;

/// The log and its readers.
#[derive(Debug)]
pub struct Hub {
    limits: Limits,
    log: VecDeque<Entry>,
    /// The number of the log's first entry.
    first: u64,
    bytes: usize,
    /// Each order event in the log.
    sequences: VecDeque<Mark>,
    /// Every order event after this one is in the log.
    resumable_after: u64,
    /// The last order event's place.
    sequence: u64,
    /// Entries before this one were read from the stream's history: what else happened then is not known.
    rebuilt_until: u64,
    pub(super) positions: Positions,
    clients: HashMap<ClientId, Client>,
    by_audience: BTreeMap<Audience, Vec<ClientId>>,
    next_client: ClientId,
}

impl Hub {
    /// Empty.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            log: VecDeque::new(),
            first: 0,
            bytes: 0,
            sequences: VecDeque::new(),
            resumable_after: 0,
            sequence: 0,
            rebuilt_until: 0,
            positions: Positions::default(),
            clients: HashMap::new(),
            by_audience: BTreeMap::new(),
            next_client: 0,
        }
    }

    /// Starts the log with the history of ORDERS after `base`, as read after a restart.
    pub fn rebuild(&mut self, base: u64, history: Vec<Entry>, through: u64) {
        self.first = self.end();
        self.log.clear();
        self.sequences.clear();
        self.bytes = 0;
        self.resumable_after = base;
        self.sequence = base;
        for entry in history {
            self.append(entry);
        }
        self.sequence = self.sequence.max(through);
        self.rebuilt_until = self.end();
    }

    /// Adds an event and says whom to wake.
    pub fn publish(&mut self, entry: Entry) -> Vec<ClientId> {
        let at = self.end();
        let mut woken = Vec::new();
        let concerned: Vec<&Audience> = match &entry.target {
            // Few kinds of staff, many caregivers: those are looked up rather than searched.
            Target::Order(_, reach) => {
                let caregivers = reach.caregivers.iter().map(|c| Audience::Caregiver(c.clone()));
                let people = caregivers.chain([Audience::Elder(reach.elder.clone())]);
                let people =
                    people.filter_map(|a| self.by_audience.get_key_value(&a).map(|(known, _)| known));
                staff(&self.by_audience).filter(|a| a.of_order(reach).is_some()).chain(people).collect()
            }
            Target::Incident(reach) => {
                let caregivers = reach.caregivers.iter().map(|c| Audience::Caregiver(c.clone()));
                let people = caregivers.chain(reach.elder.clone().map(Audience::Elder));
                let people =
                    people.filter_map(|a| self.by_audience.get_key_value(&a).map(|(known, _)| known));
                staff(&self.by_audience).filter(|a| a.of_incident(reach).is_some()).chain(people).collect()
            }
            Target::Person(who, belongs) => {
                let me =
                    self.by_audience.get_key_value(&Audience::Caregiver(who.clone())).map(|(known, _)| known);
                staff(&self.by_audience)
                    .filter(|a| a.of_person(Kind::People, who, belongs))
                    .chain(me)
                    .collect()
            }
            Target::Kpi(_) | Target::DeadLetter | Target::Ringing(_) => {
                staff(&self.by_audience).filter(|a| entry.for_audience(a).is_some()).collect()
            }
            // Once a second at most: searching is cheap enough.
            Target::Meals(_) => self.by_audience.keys().filter(|a| entry.for_audience(a).is_some()).collect(),
            Target::All => self.by_audience.keys().collect(),
        };
        for id in concerned.into_iter().filter_map(|a| self.by_audience.get(a)).flatten() {
            if let Some(client) = self.clients.get_mut(id)
                && client.unread.is_none()
            {
                client.unread = Some(at);
                woken.push(*id);
            }
        }
        self.append(entry);
        woken
    }

    fn append(&mut self, entry: Entry) {
        if let Target::Order(sequence, _) = entry.target {
            let (entry, round) = (self.end(), self.positions.round());
            self.sequences.push_back(Mark { sequence, entry, round });
            self.sequence = self.sequence.max(sequence);
        }
        self.bytes += entry.size();
        self.log.push_back(entry);
        while self.log.len() > self.limits.entries || (self.bytes > self.limits.bytes && self.log.len() > 1) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some(entry) = self.log.pop_front() else { return };
        self.bytes = self.bytes.saturating_sub(entry.size());
        self.first += 1;
        if let Target::Order(sequence, _) = entry.target {
            self.sequences.pop_front();
            self.resumable_after = self.resumable_after.max(sequence);
        }
    }

    /// The number the next entry gets.
    pub fn end(&self) -> u64 {
        self.first + self.log.len() as u64
    }

    /// The last order event's place in ORDERS.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether the log still reaches back to that entry.
    pub const fn reaches(&self, entry: u64) -> bool {
        entry >= self.first
    }

    /// The place right after everything there is.
    pub fn now(&self) -> Place {
        Place { entry: self.end(), round: self.positions.round() }
    }

    /// Where a client reads on that has seen every order event up to `cursor`. `None` if the log does not reach back so
    /// far, or the cursor is of another stream.
    pub fn resume(&self, cursor: u64) -> Option<Resumed> {
        if cursor < self.resumable_after || cursor > self.sequence {
            return None;
        }
        let seen = self.sequences.partition_point(|mark| mark.sequence <= cursor);
        let last = seen.checked_sub(1).and_then(|last| self.sequences.get(last));
        // Right after the last one seen: what happened between two order events comes again rather than not at all.
        // Where that one has left the log, presences and figures may have left it with it.
        let (from, lost) = match last {
            // A round back: another edge, where the client was before, counts its rounds differently.
            Some(mark) => (Place { entry: mark.entry + 1, round: mark.round.saturating_sub(1) }, false),
            None => (Place { entry: self.first, round: self.positions.round() }, true),
        };
        Some(Resumed { from, refresh: lost || from.entry <= self.rebuilt_until })
    }

    /// Adds a client that reads from that place on, after the greeting.
    pub fn connect(&mut self, audience: Audience, greeting: Vec<Bytes>, from: Place) -> ClientId {
        let id = self.next_client;
        self.next_client += 1;
        let client = Client {
            audience: audience.clone(),
            greeting: greeting.into(),
            unread: (from.entry < self.end()).then_some(from.entry),
            round: from.round,
            quiet: false,
            ping: false,
            end: End::NotYet,
        };
        self.clients.insert(id, client);
        self.by_audience.entry(audience).or_default().push(id);
        id
    }

    /// Removes a client.
    pub fn disconnect(&mut self, id: ClientId) {
        let Some(client) = self.clients.remove(&id) else { return };
        if let Some(others) = self.by_audience.get_mut(&client.audience) {
            others.retain(|other| *other != id);
            if others.is_empty() {
                self.by_audience.remove(&client.audience);
                self.positions.forget(&client.audience);
            }
        }
    }

    /// Where someone was last.
    pub fn position(&self, caregiver: &CaregiverId) -> Option<std::sync::Arc<schemas::position::Position>> {
        self.positions.get(caregiver).cloned()
    }

    /// How many are connected.
    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    /// Those who are connected, by class.
    pub fn audiences(&self) -> impl Iterator<Item = &Audience> {
        self.by_audience.keys()
    }

    /// What there is for a client.
    pub fn pull(&mut self, id: ClientId) -> Pulled {
        let Some(client) = self.clients.get_mut(&id) else { return Pulled::Over };
        match std::mem::replace(&mut client.end, End::Over) {
            End::NotYet => client.end = End::NotYet,
            End::With(farewell) => return Pulled::Frames(vec![farewell]),
            End::Over => return Pulled::Over,
        }
        let mut frames: Vec<Bytes> = client.greeting.drain(..).collect();
        // Before the order events: their ids say how far the client has come, and positions have none.
        if client.round < self.positions.round() {
            frames.extend(self.positions.since(client.round, &client.audience));
            client.round = self.positions.round();
        }
        if let Some(mut next) = client.unread {
            if next < self.first {
                client.end = End::Over;
                return Pulled::Frames(vec![Event::Reset { reason: "too_slow" }.frame()]);
            }
            let end = self.first + self.log.len() as u64;
            while next < end && frames.len() < AT_ONCE {
                let entry = usize::try_from(next - self.first).ok().and_then(|index| self.log.get(index));
                frames.extend(entry.and_then(|entry| entry.for_audience(&client.audience)));
                next += 1;
            }
            client.unread = (next < end).then_some(next);
        }
        if frames.is_empty() {
            if !std::mem::take(&mut client.ping) {
                return Pulled::Nothing;
            }
            frames.push(frame::PING);
        }
        client.ping = false;
        client.quiet = false;
        Pulled::Frames(frames)
    }

    /// Closes a round of positions; says whom to wake.
    pub fn turn_positions(&mut self) -> Vec<ClientId> {
        if !self.positions.turn() {
            return Vec::new();
        }
        let mut woken = Vec::new();
        for (audience, clients) in &self.by_audience {
            if self.positions.concerns(audience) {
                woken.extend(clients);
            }
        }
        woken
    }

    /// Pings those who got nothing since the last time; says whom to wake.
    pub fn ping(&mut self) -> Vec<ClientId> {
        let mut woken = Vec::new();
        for (id, client) in &mut self.clients {
            if client.quiet {
                client.ping = true;
                woken.push(*id);
            }
            client.quiet = true;
        }
        woken
    }

    /// Tells a client why, and ends its stream.
    pub fn close(&mut self, id: ClientId, reason: &str) {
        if let Some(client) = self.clients.get_mut(&id)
            && matches!(client.end, End::NotYet)
        {
            client.end = End::With(Event::Reset { reason }.frame());
        }
    }

    /// Tells everyone why, and ends all streams; says whom to wake.
    pub fn close_all(&mut self, reason: &str) -> Vec<ClientId> {
        let all: Vec<ClientId> = self.clients.keys().copied().collect();
        for id in &all {
            self.close(*id, reason);
        }
        all
    }
}

/// Staff and organisations sort before everyone else.
fn staff(by_audience: &BTreeMap<Audience, Vec<ClientId>>) -> impl Iterator<Item = &Audience> {
    by_audience.keys().take_while(|a| matches!(a, Audience::Staff(..) | Audience::Organisation(..)))
}

#[cfg(test)]
mod tests;
