//! What is known and who watches, changed together, so that a snapshot and the events after it fit without a gap.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    calendar::Day,
    caregiver::{CaregiverProfile, Duty},
    elder::ElderProfile,
    id::{CaregiverId, ElderId},
    incident::Incident,
    meal::Slot,
    order::Order,
    time::Timestamp,
};
use schemas::{
    live::{Kpi, Letter, Ringing, ServiceStatus},
    meal::MealEvent,
    position::{Position, Presence},
};

use super::{
    audience::{Audience, Kind, Reach, View},
    frame::{Event, Parts},
    hub::{ClientId, Entry, Hub, Limits, Place, Target},
    incidents,
    kpi::{Calendar, Figures},
    redact::for_the_field,
    world::{Kept, World, belongs},
};
use crate::access::scope::Scope;

/// Orders in a snapshot at most.
const SNAPSHOT_ORDERS: usize = 5_000;
/// Emergencies in a snapshot at most; newest first.
const SNAPSHOT_INCIDENTS: usize = 2_000;
/// Dead letters in a snapshot at most.
const SNAPSHOT_LETTERS: usize = 50;

/// An order event, decoded and made ready outside the lock.
#[derive(Debug, Clone)]
pub struct OrderChange {
    order: Arc<Order>,
    sequence: u64,
    whole: bytes::Bytes,
    field: Option<bytes::Bytes>,
}

impl OrderChange {
    /// Makes the frames.
    pub fn new(order: Order, sequence: u64, kind: &str, at: Timestamp) -> Self {
        let whole = Event::Order { sequence, kind, at, order: &order }.frame();
        let field = match for_the_field(&order) {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(order) => {
                Some(Event::Order { sequence, kind, at, order: &order }.frame())
            }
        };
        Self { order: Arc::new(order), sequence, whole, field }
    }

    /// The order.
    pub fn order(&self) -> &Arc<Order> {
        &self.order
    }

    /// The log's entry; `before` is the order as it was.
    pub fn entry(&self, before: Option<&Order>, world: &World) -> Entry {
        let mut caregivers: Vec<CaregiverId> = self.order.people().cloned().collect();
        for caregiver in before.into_iter().flat_map(Order::people) {
            if !caregivers.contains(caregiver) {
                caregivers.push(caregiver.clone());
            }
        }
        let reach = Reach {
            street: self.order.street.clone(),
            community: self.order.community.clone(),
            elder: self.order.elder.clone(),
            organisations: world.employers(caregivers.iter()),
            caregivers,
        };
        Entry {
            target: Target::Order(self.sequence, reach),
            whole: self.whole.clone(),
            field: self.field.clone(),
        }
    }
}

/// The event of an incident's last change.
pub(super) fn incident_frame(incident: &Incident) -> bytes::Bytes {
    let last = incident.timeline.last();
    let kind = format!("care.incident.{}.v1", last.map_or("changed", |entry| entry.what.name()));
    let at = last.map_or(incident.opened_at, |entry| entry.at);
    Event::Incident { kind: &kind, at, incident }.frame()
}

/// Settings of the live stream.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Limits of the log.
    pub limits: Limits,
    /// The district's days.
    pub calendar: Calendar,
    /// Orders kept for lists.
    pub orders_kept: usize,
    /// Closed orders older than this are not in snapshots.
    pub snapshot_span: domain::unit::Seconds,
}

/// The state and its watchers.
#[derive(Debug)]
pub struct Core {
    settings: Settings,
    /// The state.
    pub world: World,
    /// The watchers.
    pub hub: Hub,
    figures: Figures,
    /// The figures as last sent, by scope.
    sent: HashMap<Scope, Kpi>,
    /// What of meals changed and was not told yet, and whose rounds.
    meals: BTreeMap<(Day, Slot), BTreeSet<CaregiverId>>,
}

impl Core {
    /// Nothing known, nobody watching.
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        Self {
            settings,
            world: World::new(settings.orders_kept),
            hub: Hub::new(settings.limits),
            figures: Figures::new(settings.calendar, now),
            sent: HashMap::new(),
            meals: BTreeMap::new(),
        }
    }

    /// An order as found at the start: known, but no news.
    pub fn learn_order(&mut self, order: Arc<Order>) {
        self.figures.order(&order);
        let (_, evicted) = self.world.put_order(order);
        if let Some(evicted) = evicted {
            self.figures.forget(&evicted);
        }
    }

    /// An order changed.
    pub fn order(&mut self, change: &OrderChange) -> Vec<ClientId> {
        self.figures.order(&change.order);
        let (before, evicted) = self.world.put_order(change.order.clone());
        if let Some(evicted) = evicted {
            self.figures.forget(&evicted);
        }
        self.hub.publish(change.entry(before.as_deref(), &self.world))
    }

    /// An emergency changed. Never coalesced, never dropped: what is known already changes nothing. `news` tells it to
    /// those who watch.
    pub fn incident(&mut self, incident: &Arc<Incident>, news: bool) -> Vec<ClientId> {
        let Ok(before) = self.world.incidents.put(incident) else { return Vec::new() };
        if !news {
            return Vec::new();
        }
        let mut reach = incidents::reach(incident, &self.world);
        if let Some(before) = before {
            let theirs = incidents::reach(&before, &self.world).caregivers;
            reach.caregivers.extend(theirs);
            reach.caregivers.sort();
            reach.caregivers.dedup();
        }
        let whole = incident_frame(incident);
        let field = Some(incident_frame(&incidents::for_the_field(incident)));
        self.hub.publish(Entry { target: Target::Incident(reach), whole, field })
    }

    /// The stream of alarms was made anew: everyone starts again.
    pub fn forget_incidents(&mut self) -> Vec<ClientId> {
        self.world.incidents.clear();
        self.hub.close_all("restarted")
    }

    /// The stream of orders was made anew: everyone starts again.
    pub fn forget_orders(&mut self) -> Vec<ClientId> {
        self.world.clear_orders();
        self.figures.clear();
        self.hub.rebuild(0, Vec::new(), 0);
        self.hub.close_all("restarted")
    }

    /// A caregiver's profile; `news` only if it came after the start.
    pub fn caregiver(&mut self, profile: CaregiverProfile, news: bool) -> Vec<ClientId> {
        let profile = Arc::new(profile);
        self.figures.moved_street(&profile.id, &profile.street);
        self.world.put_caregiver(profile.clone());
        if !news {
            return Vec::new();
        }
        let whole = Event::Caregiver { caregiver: &profile }.frame();
        let target = Target::Person(profile.id.clone(), belongs(&profile));
        self.hub.publish(Entry { target, whole, field: None })
    }

    /// An elder's profile; nobody watches those.
    pub fn elder(&mut self, profile: ElderProfile) {
        self.world.put_elder(Arc::new(profile));
    }

    /// A caregiver's presence; `news` only if it came after the start. Off duty nobody is tracked: the position goes
    /// with it.
    pub fn presence(&mut self, presence: Presence, news: bool) -> Vec<ClientId> {
        let presence = Arc::new(presence);
        let belongs = self.world.belongs(&presence.caregiver);
        self.figures.presence(&presence, belongs.street.clone());
        if presence.duty == Duty::Off {
            self.hub.positions.remove(&presence.caregiver);
        }
        self.world.put_presence(presence.clone());
        if !news {
            return Vec::new();
        }
        let whole = Event::Presence { presence: &presence }.frame();
        let target = Target::Person(presence.caregiver.clone(), belongs);
        self.hub.publish(Entry { target, whole, field: None })
    }

    /// People moved; told with the next round.
    pub fn moved(&mut self, positions: Vec<Position>) {
        for position in positions {
            let off = self.world.presence(&position.caregiver).is_some_and(|p| p.duty == Duty::Off);
            if !off {
                let belongs = self.world.belongs(&position.caregiver);
                self.hub.positions.put(position, belongs);
            }
        }
    }

    /// A dead letter; `news` only if it came after the start.
    pub fn dead_letter(&mut self, kept: Kept, news: bool) -> Vec<ClientId> {
        let letter = Arc::clone(&kept.letter);
        if !self.world.put_letter(kept) || !news {
            return Vec::new();
        }
        self.tell_letter(&letter)
    }

    /// A dead letter was seen to.
    pub fn settle_letter(&mut self, letter: &Letter) -> Vec<ClientId> {
        let letter = Arc::new(letter.clone());
        self.world.settle_letter(&letter);
        self.tell_letter(&letter)
    }

    /// Somebody calls: told once to the desks that are there, and kept nowhere.
    pub fn ring(&mut self, ringing: &Ringing) -> Vec<ClientId> {
        let ids = ringing.people.iter().filter_map(|id| ElderId::new(id).ok());
        let elders = ids.filter_map(|id| self.world.elder(&id).cloned());
        let homes = elders.map(|elder| (elder.street.clone(), elder.community.clone())).collect();
        let whole = Event::Ringing { ringing }.frame();
        self.hub.publish(Entry { target: Target::Ringing(homes), whole, field: None })
    }

    fn tell_letter(&mut self, letter: &Letter) -> Vec<ClientId> {
        let whole = Event::DeadLetter { letter }.frame();
        self.hub.publish(Entry { target: Target::DeadLetter, whole, field: None })
    }

    /// An order given up before could be read after all: whoever watches begins anew, for it lies far back in the stream.
    pub fn order_again(&mut self, order: Arc<Order>) -> Vec<ClientId> {
        self.learn_order(order);
        self.hub.close_all("restarted")
    }

    /// A neighbour went away or came back.
    pub fn service(&mut self, status: &ServiceStatus) -> Vec<ClientId> {
        if !self.world.put_service(status) {
            return Vec::new();
        }
        let whole = Event::Service { service: status }.frame();
        self.hub.publish(Entry { target: Target::All, whole, field: None })
    }

    /// Something about meals; that it changed is told with the next figures, where it is `news`.
    pub fn meal(&mut self, event: MealEvent, at: Timestamp, news: bool) {
        let (about, courier) = match &event {
            MealEvent::Meal(meal) => (Some((meal.sitting.day, meal.sitting.slot)), None),
            MealEvent::Sitting(sitting) => (Some((sitting.key.day, sitting.key.slot)), None),
            MealEvent::Round(round) => (Some((round.day, round.slot)), Some(round.courier.clone())),
            _ => (None, None),
        };
        self.world.meals.put(event, at);
        if let Some(about) = about.filter(|_| news) {
            self.meals.entry(about).or_default().extend(courier);
        }
    }

    /// Tells what of meals changed since the last time.
    pub fn tell_meals(&mut self) -> Vec<ClientId> {
        let mut woken = Vec::new();
        for ((day, slot), couriers) in std::mem::take(&mut self.meals) {
            let whole = Event::Meals { day, slot }.frame();
            woken.extend(self.hub.publish(Entry { target: Target::Meals(couriers), whole, field: None }));
        }
        woken
    }

    /// Sends the figures that changed to those who look at them; once a second is enough.
    pub fn tell_figures(&mut self, now: Timestamp) -> Vec<ClientId> {
        if self.figures.new_day(now) {
            for order in self.world.orders() {
                self.figures.order(order);
            }
        }
        let scopes: BTreeSet<Scope> = self.hub.audiences().filter_map(Audience::of_kpi).cloned().collect();
        self.sent.retain(|scope, _| scopes.contains(scope));
        let mut woken = Vec::new();
        for scope in scopes {
            let kpi = self.figures.of(&scope);
            if self.sent.insert(scope.clone(), kpi) != Some(kpi) {
                let whole = Event::Kpi { kpi }.frame();
                woken.extend(self.hub.publish(Entry { target: Target::Kpi(scope), whole, field: None }));
            }
        }
        woken
    }

    /// The figures of a scope.
    pub fn kpi(&self, scope: &Scope) -> Kpi {
        self.figures.of(scope)
    }

    /// Everything an audience may see, and the log's place right after it.
    pub fn snapshot(&self, audience: &Audience, now: Timestamp) -> (Parts, Place) {
        let since = now - self.settings.snapshot_span;
        let current = || self.world.current_orders(since, usize::MAX).into_iter();
        let mut parts = Parts {
            sequence: self.hub.sequence(),
            at: now,
            services: self.world.services().cloned().collect(),
            kpi: audience.of_kpi().map(|scope| self.figures.of(scope)).unwrap_or_default(),
            positions: self.hub.positions.visible(audience),
            ..Parts::default()
        };
        match audience {
            Audience::Staff(desk, scope) => {
                if desk.sees(Kind::Orders) {
                    let mine = current().filter(|o| scope.covers(&o.street, &o.community));
                    parts.orders = mine.take(SNAPSHOT_ORDERS).collect();
                }
                if desk.sees(Kind::People) {
                    self.people(audience, &mut parts);
                }
            }
            Audience::Organisation(organisation, scope) => {
                let on_it = |o: &Arc<Order>| {
                    o.people()
                        .any(|c| self.world.caregiver(c).is_some_and(|p| p.organisation == *organisation))
                };
                let mine = current().filter(|o| scope.covers(&o.street, &o.community) && on_it(o));
                let mine = mine.take(SNAPSHOT_ORDERS);
                parts.orders = mine.map(|o| Arc::new(for_the_field(&o).into_owned())).collect();
                self.people(audience, &mut parts);
            }
            Audience::Caregiver(me) => {
                let mine = current().filter(|o| o.people().any(|c| c == me));
                parts.orders = mine.map(|o| Arc::new(for_the_field(&o).into_owned())).collect();
                parts.caregivers.extend(self.world.caregiver(me).cloned());
                parts.presences.extend(self.world.presence(me).cloned());
            }
            Audience::Elder(me) => {
                let mine = current().filter(|o| o.elder == *me);
                parts.orders = mine.map(|o| Arc::new(for_the_field(&o).into_owned())).collect();
            }
            Audience::Nobody => {}
        }
        let current = self.world.incidents.current(since);
        let seen = current.filter_map(|incident| {
            let view = audience.of_incident(&incidents::reach(incident, &self.world))?;
            Some(match view {
                View::Whole => Arc::clone(incident),
                View::Field => Arc::new(incidents::for_the_field(incident)),
            })
        });
        parts.incidents = seen.take(SNAPSHOT_INCIDENTS).collect();
        if audience.of_dead_letters() {
            let open = self.world.letters_before(u64::MAX).filter(|kept| kept.letter.settled.is_none());
            parts.dead_letters = open.take(SNAPSHOT_LETTERS).map(|kept| Arc::clone(&kept.letter)).collect();
        }
        (parts, self.hub.now())
    }

    fn people(&self, audience: &Audience, parts: &mut Parts) {
        let visible = |c: &CaregiverId| audience.of_person(Kind::People, c, &self.world.belongs(c));
        let mine = self.world.caregivers_after(None).filter(|c| visible(&c.id));
        parts.caregivers = mine.cloned().collect();
        let mine = self.world.presences().filter(|p| visible(&p.caregiver));
        parts.presences = mine.cloned().collect();
    }
}
