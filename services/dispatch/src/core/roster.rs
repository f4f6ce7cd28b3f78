//! Everyone who serves: what is known of each from the registry, from `caregiver-location` and from the orders they
//! are on, kept on the planner's board.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use domain::{
    caregiver::{CaregiverProfile, Duty, Signal, Unfit},
    decision::Exclusion,
    elder::ElderProfile,
    id::{CaregiverId, OrderId},
    order::{Order, Refusal},
    time::Timestamp,
    unit::Seconds,
};
use planner::{Board, Commitment, Goals, PlaceIx, Progress, Task, Travel, Whereabouts, Worker};
use roads::Roads;
use schemas::position::{Position, Presence};

use super::{settings::Settings, ways::Ways};

/// A promised visit is not moved by more than this for somebody else's sake.
const TOLERANCE: Seconds = Seconds::minutes(15);

/// One caregiver, known or announced.
struct Person {
    profile: Option<Arc<CaregiverProfile>>,
    duty: Duty,
    /// They go to an emergency.
    away: bool,
    signal: Signal,
    /// Where they are; the place is theirs alone and moves with them.
    whereabouts: Option<Whereabouts>,
    orders: BTreeSet<OrderId>,
    /// Since when they are on or off duty or on a break.
    duty_since: Timestamp,
    /// The latest services, until when and how long.
    services: VecDeque<(Timestamp, Seconds)>,
}

/// Nobody serves more often in a shift.
const SERVICES_KEPT: usize = 48;

impl Person {
    /// Time served in this shift: since they came, or since the beginning of the rostered shift in which they came
    /// (a break does not make them fresh).
    fn worked(&self) -> Seconds {
        let shifts = self.profile.as_ref().map(|p| p.shifts.as_slice()).unwrap_or_default();
        let shift = shifts.iter().find(|shift| shift.contains(self.duty_since));
        let since = shift.map_or(self.duty_since, |shift| shift.earliest.min(self.duty_since));
        self.services.iter().filter(|(until, _)| *until >= since).map(|(_, span)| *span).sum()
    }
}

/// The district's caregivers.
pub struct Roster {
    people: HashMap<CaregiverId, Person>,
    /// Where each open order is.
    doors: HashMap<OrderId, PlaceIx>,
    ways: Ways,
    board: Board,
    goals: Goals,
    grace: Seconds,
}

impl Roster {
    /// Nobody yet.
    pub fn new(roads: Arc<Roads>, settings: &Settings) -> Self {
        Self {
            people: HashMap::new(),
            doors: HashMap::new(),
            ways: Ways::new(roads),
            board: Board::new(),
            goals: settings.planner_goals(),
            grace: settings.grace,
        }
    }

    /// How many caregivers the registry knows.
    pub fn len(&self) -> usize {
        self.board.len()
    }

    /// The planner's parts: board, goals, ways.
    pub const fn plan(&self) -> (&Board, &Goals, &Ways) {
        (&self.board, &self.goals, &self.ways)
    }

    /// A profile as it is from now on. True when somebody may be free because of it.
    pub fn profile(&mut self, profile: CaregiverProfile, orders: &HashMap<OrderId, Order>) -> bool {
        let id = profile.id.clone();
        self.person(&id).profile = Some(Arc::new(profile));
        self.refresh(&id, orders);
        true
    }

    /// A presence as it is from now on. True when somebody may be free because of it.
    pub fn presence(&mut self, presence: Presence, orders: &HashMap<OrderId, Order>) -> bool {
        let id = presence.caregiver;
        let person = self.person(&id);
        let known = person.profile.is_some();
        let came = presence.duty == Duty::On && (person.duty != Duty::On || person.signal == Signal::Lost);
        person.duty = presence.duty;
        person.duty_since = presence.duty_since;
        person.signal = presence.signal;
        if presence.duty == Duty::Off
            && let Some(whereabouts) = person.whereabouts.take()
        {
            self.ways.remove(whereabouts.place);
        }
        if known {
            self.refresh(&id, orders);
        }
        came
    }

    /// Somebody goes to an emergency, or is back from it. True when they may be free because of it.
    pub fn call_away(&mut self, id: &CaregiverId, away: bool, orders: &HashMap<OrderId, Order>) -> bool {
        let before = std::mem::replace(&mut self.person(id).away, away);
        if before != away {
            self.refresh(id, orders);
        }
        before && !away
    }

    /// A position. True when it is the first one of somebody who was missing.
    pub fn moved(&mut self, position: &Position) -> bool {
        let Some(person) = self.people.get_mut(&position.caregiver) else { return false };
        if person.duty == Duty::Off {
            return false;
        }
        let first = person.whereabouts.is_none();
        let place = match person.whereabouts {
            Some(whereabouts) => whereabouts.place,
            None => self.ways.add(position.place),
        };
        self.ways.put(place, position.place);
        let whereabouts = Whereabouts { place, coordinates: position.place };
        person.whereabouts = Some(whereabouts);
        // Whoever has no profile yet is not on the board, and comes there with their place.
        let known = self.board.move_worker(&position.caregiver, whereabouts, person.signal).is_ok();
        first && known
    }

    /// A door to travel to, while the order is open.
    pub fn open_door(&mut self, order: &Order) {
        let ways = &mut self.ways;
        let ix = *self.doors.entry(order.id.clone()).or_insert_with(|| ways.add(order.place));
        self.ways.put(ix, order.place);
    }

    /// The order is closed.
    pub fn close_door(&mut self, order: &OrderId) {
        if let Some(ix) = self.doors.remove(order) {
            self.ways.remove(ix);
        }
    }

    /// Someone got onto or off an order, or the order changed under them. True when they may be free because of it.
    pub fn engage(
        &mut self,
        caregiver: &CaregiverId,
        order: &OrderId,
        serving: bool,
        orders: &HashMap<OrderId, Order>,
    ) -> bool {
        let person = self.person(caregiver);
        let freed = if serving {
            person.orders.insert(order.clone());
            false
        } else {
            person.orders.remove(order)
        };
        let held = self.holds_offer(caregiver);
        let holds = self.renew_round(caregiver, orders);
        freed || (held && !holds)
    }

    /// Minutes served in this shift.
    #[cfg(test)]
    pub fn worked_minutes(&self, caregiver: &CaregiverId) -> i64 {
        self.people.get(caregiver).map_or(0, |person| person.worked().get() / 60)
    }

    /// Takes an order out of someone's round for a moment, and gives the round as it was.
    pub fn without(&mut self, caregiver: &CaregiverId, order: &OrderId) -> Option<Vec<Commitment>> {
        let round = self.board.worker(caregiver)?.commitments.clone();
        let rest: Vec<Commitment> = round.iter().filter(|c| c.order != *order).cloned().collect();
        if rest.len() == round.len() {
            return None;
        }
        self.board.set_commitments(caregiver, rest, &self.ways).ok()?;
        Some(round)
    }

    /// Puts a round back.
    pub fn put_back(&mut self, caregiver: &CaregiverId, round: Vec<Commitment>) {
        // They were on the board a moment ago.
        let _ = self.board.set_commitments(caregiver, round, &self.ways);
    }

    /// Time served, for fairness within the shift.
    pub fn worked(&mut self, caregiver: &CaregiverId, until: Timestamp, span: Seconds) {
        let services = &mut self.person(caregiver).services;
        services.push_back((until, span));
        if services.len() > SERVICES_KEPT {
            services.pop_front();
        }
    }

    /// Why this person may not be given the order even by hand: what the law, the elder or the roster forbids.
    pub fn forbidden(
        &self,
        caregiver: &CaregiverId,
        order: &Order,
        elder: Option<&ElderProfile>,
        now: Timestamp,
    ) -> Result<Option<Exclusion>, Refusal> {
        let person = self.people.get(caregiver).and_then(|p| p.profile.as_ref().map(|profile| (p, profile)));
        let (person, profile) = person.ok_or_else(|| Refusal::UnknownCaregiver(caregiver.clone()))?;
        if elder.is_some_and(|e| e.blocked.contains(caregiver)) {
            return Ok(Some(Exclusion::Blocked));
        }
        let at = order.window.earliest.max(now);
        if let Err(unfit) = profile.may_serve(&order.requirement.qualifications, at) {
            return Ok(Some(match unfit {
                Unfit::Suspended => Exclusion::Suspended,
                Unfit::Untrained => Exclusion::Untrained,
                Unfit::NoHealthCertificate => Exclusion::NoHealthCertificate,
                Unfit::Unqualified => Exclusion::Unqualified,
                Unfit::Unavailable => Exclusion::Unavailable,
            }));
        }
        let off = (person.away || person.duty == Duty::Off) && order.window.earliest <= now;
        Ok(off.then_some(Exclusion::OffDuty))
    }

    /// The orders somebody is asked for, coming to or serving.
    pub fn orders_of(&self, caregiver: &CaregiverId) -> impl Iterator<Item = &OrderId> {
        self.people.get(caregiver).into_iter().flat_map(|person| &person.orders)
    }

    /// Whether a rostered shift has them on duty then.
    pub fn is_rostered(&self, caregiver: &CaregiverId, at: Timestamp) -> bool {
        let profile = self.people.get(caregiver).and_then(|person| person.profile.as_ref());
        profile.is_some_and(|profile| profile.shifts.iter().any(|shift| shift.contains(at)))
    }

    /// Whether the law lets them serve the order when it is to be served.
    pub fn may_serve(&self, caregiver: &CaregiverId, order: &Order, now: Timestamp) -> bool {
        let profile = self.people.get(caregiver).and_then(|person| person.profile.as_ref());
        let start = order.stage.visit().map_or(order.window.earliest, |visit| visit.start).max(now);
        profile.is_none_or(|profile| profile.may_serve(&order.requirement.qualifications, start).is_ok())
    }

    /// Whether everyone coming to or serving the order can stay so long and still be in time for their next visit.
    ///
    /// # Errors
    /// [`Refusal::NextVisit`] names the first who cannot.
    pub fn check_room(
        &self,
        order: &Order,
        duration: Seconds,
        orders: &HashMap<OrderId, Order>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(visit) = order.stage.visit().filter(|_| !order.stage.is_closed()) else { return Ok(()) };
        let start = order.stage.service().map_or(visit.start.max(now), |service| service.started_at);
        let end = start + duration;
        for caregiver in visit.team.iter().map(|m| &m.caregiver) {
            let others =
                self.orders_of(caregiver).filter(|id| **id != order.id).filter_map(|id| orders.get(id));
            for other in others {
                let Some(next) = promised_start(other, caregiver).filter(|next| *next >= visit.start) else {
                    continue;
                };
                if end + self.way(caregiver, &order.id, &other.id) > next + TOLERANCE {
                    return Err(Refusal::NextVisit { caregiver: caregiver.clone(), at: next });
                }
            }
        }
        Ok(())
    }

    /// How long it takes them from one door to another.
    fn way(&self, caregiver: &CaregiverId, from: &OrderId, to: &OrderId) -> Seconds {
        let mode =
            self.people.get(caregiver).and_then(|p| Some(p.profile.as_ref()?.mode)).unwrap_or_default();
        match (self.doors.get(from), self.doors.get(to)) {
            (Some(from), Some(to)) => self.ways.leg(mode, *from, *to).seconds,
            _ => Seconds::ZERO,
        }
    }

    /// When all of them could be there, by their way from where they are.
    pub fn earliest_start(&self, team: &[CaregiverId], order: &Order, now: Timestamp) -> Timestamp {
        let Some(door) = self.doors.get(&order.id) else { return order.window.earliest.max(now) };
        let there = team.iter().filter_map(|id| {
            let person = self.people.get(id)?;
            let from = person.whereabouts?.place;
            let mode = person.profile.as_ref()?.mode;
            Some(now + self.ways.leg(mode, from, *door).seconds)
        });
        there.fold(order.window.earliest.max(now), Timestamp::max)
    }

    /// The order as the planner sees it.
    pub fn task(
        &self,
        order: &Order,
        elder: Option<&ElderProfile>,
        familiar: &[CaregiverId],
    ) -> Option<Task> {
        let place = *self.doors.get(&order.id)?;
        let (blocked, mut preferred) =
            elder.map(|e| (e.blocked.clone(), e.preferred.clone())).unwrap_or_default();
        preferred.extend(familiar.iter().cloned());
        let mut task = Task::of(order, place, blocked, preferred);
        task.latest = Some(order.window.latest + self.grace);
        Some(task)
    }

    fn person(&mut self, id: &CaregiverId) -> &mut Person {
        self.people.entry(id.clone()).or_insert_with(|| Person {
            profile: None,
            duty: Duty::Off,
            away: false,
            signal: Signal::None,
            whereabouts: None,
            orders: BTreeSet::new(),
            duty_since: Timestamp::default(),
            services: VecDeque::new(),
        })
    }

    fn holds_offer(&self, caregiver: &CaregiverId) -> bool {
        self.board.worker(caregiver).is_some_and(|w| w.holds_offer)
    }

    /// Puts the person on the board as they now are.
    fn refresh(&mut self, id: &CaregiverId, orders: &HashMap<OrderId, Order>) {
        let Some(person) = self.people.get(id) else { return };
        let Some(profile) = &person.profile else { return };
        let (commitments, holds_offer) = self.promises(id, person, orders);
        let worker = Worker {
            profile: Arc::clone(profile),
            duty: if person.away { Duty::Off } else { person.duty },
            signal: person.signal,
            whereabouts: person.whereabouts,
            holds_offer,
            worked_minutes: minutes(person.worked(), &commitments),
            commitments,
        };
        self.board.upsert(worker, &self.ways);
    }

    /// Brings the person's round on the board up to date; tells whether they hold an offer.
    fn renew_round(&mut self, id: &CaregiverId, orders: &HashMap<OrderId, Order>) -> bool {
        let Some(person) = self.people.get(id) else { return false };
        let (commitments, holds) = self.promises(id, person, orders);
        let worked = minutes(person.worked(), &commitments);
        // Someone without a profile is not on the board yet and will come with their round.
        let _ = self.board.set_commitments(id, commitments, &self.ways);
        let _ = self.board.set_holds_offer(id, holds);
        let _ = self.board.set_worked_minutes(id, worked);
        holds
    }

    /// What the person has promised, in the order they will do it, and whether they consider an offer.
    fn promises(
        &self,
        id: &CaregiverId,
        person: &Person,
        orders: &HashMap<OrderId, Order>,
    ) -> (Vec<Commitment>, bool) {
        let mut holds_offer = false;
        let mut promised: Vec<(u8, Timestamp, Commitment)> = Vec::new();
        for order in person.orders.iter().filter_map(|order| orders.get(order)) {
            let Some(place) = self.doors.get(&order.id) else { continue };
            match promise(order, id, *place) {
                Some(promise) => promised.push(promise),
                None => holds_offer = true,
            }
        }
        promised.sort_by(|a, b| (a.0, a.1, &a.2.order).cmp(&(b.0, b.1, &b.2.order)));
        (promised.into_iter().map(|(_, _, commitment)| commitment).collect(), holds_offer)
    }
}

/// When a visit starts that this caregiver has promised and not begun.
fn promised_start(order: &Order, caregiver: &CaregiverId) -> Option<Timestamp> {
    if order.stage.service().is_some() {
        return None;
    }
    let seat = order.stage.seats().iter().find(|s| s.caregiver == *caregiver && s.accepted_at.is_some());
    order.stage.visit().map(|visit| visit.start).or(seat.map(|seat| seat.start))
}

/// Minutes served and promised.
fn minutes(worked: Seconds, commitments: &[Commitment]) -> i64 {
    let promised: Seconds = commitments.iter().map(|c| c.duration).sum();
    (worked + promised).get() / 60
}

/// The order as a promise of this caregiver, with its turn in their round; `None` while it is only offered to them.
fn promise(order: &Order, id: &CaregiverId, place: PlaceIx) -> Option<(u8, Timestamp, Commitment)> {
    let duration = order.requirement.duration;
    let (start, turn, progress) = match (order.stage.service(), order.stage.visit()) {
        (Some(service), _) => (service.started_at, 0, Progress::InService { since: service.started_at }),
        (None, Some(visit)) => {
            let under_way = visit.team.iter().any(|m| m.caregiver == *id && m.departed_at.is_some());
            let (turn, progress) = if under_way { (1, Progress::UnderWay) } else { (2, Progress::Planned) };
            (visit.start, turn, progress)
        }
        (None, None) => {
            let seat = order.stage.seats().iter().find(|s| s.caregiver == *id && s.accepted_at.is_some())?;
            (seat.start, 2, Progress::Planned)
        }
    };
    let commitment = if order.requirement.team_size > 1 {
        Commitment { progress, ..Commitment::appointed(order.id.clone(), place, start, duration) }
    } else {
        Commitment {
            order: order.id.clone(),
            place,
            earliest: order.window.earliest,
            due: order.window.latest,
            latest: (start + TOLERANCE).min(order.window.latest).max(start),
            duration,
            progress,
        }
    };
    Some((turn, start, commitment))
}
