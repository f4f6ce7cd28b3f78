//! What the edge knows of the district, as the streams told it: the truth for lists, snapshots and filters. It owns
//! nothing of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use domain::{
    caregiver::CaregiverProfile,
    elder::ElderProfile,
    id::{CaregiverId, ElderId, OrderId, StreetId},
    order::Order,
    time::Timestamp,
};
use schemas::{dead_letter::DeadLetter, live::ServiceStatus, position::Presence};

/// Dead letters kept for the desk.
const DEAD_LETTERS: usize = 500;

/// Newest first.
pub type OrderKey = (std::cmp::Reverse<i64>, OrderId);

/// The state of the district.
#[derive(Debug)]
pub struct World {
    orders: HashMap<OrderId, Arc<Order>>,
    by_age: BTreeSet<OrderKey>,
    /// Closed orders in the order they were closed, for eviction.
    closed: VecDeque<OrderId>,
    orders_kept: usize,
    caregivers: BTreeMap<CaregiverId, Arc<CaregiverProfile>>,
    elders: BTreeMap<ElderId, Arc<ElderProfile>>,
    presences: BTreeMap<CaregiverId, Arc<Presence>>,
    /// With their sequence in DEAD, oldest first.
    dead_letters: VecDeque<(u64, Arc<DeadLetter>)>,
    services: BTreeMap<String, ServiceStatus>,
}

/// The key of an order in lists.
pub fn key(order: &Order) -> OrderKey {
    (std::cmp::Reverse(order.created_at.as_millis()), order.id.clone())
}

impl World {
    /// Nothing known; keeps at most so many orders.
    pub fn new(orders_kept: usize) -> Self {
        Self {
            orders: HashMap::new(),
            by_age: BTreeSet::new(),
            closed: VecDeque::new(),
            orders_kept,
            caregivers: BTreeMap::new(),
            elders: BTreeMap::new(),
            presences: BTreeMap::new(),
            dead_letters: VecDeque::new(),
            services: BTreeMap::new(),
        }
    }

    /// An order as it is now; returns it as it was, and which order went to make room.
    pub fn put_order(&mut self, order: Arc<Order>) -> (Option<Arc<Order>>, Option<OrderId>) {
        let before = self.orders.get(&order.id).cloned();
        if order.stage.is_closed() && before.as_ref().is_none_or(|b| !b.stage.is_closed()) {
            self.closed.push_back(order.id.clone());
        }
        self.by_age.insert(key(&order));
        self.orders.insert(order.id.clone(), order);
        let evicted = (self.orders.len() > self.orders_kept).then(|| self.evict()).flatten();
        (before, evicted)
    }

    fn evict(&mut self) -> Option<OrderId> {
        while let Some(oldest) = self.closed.pop_front() {
            // A closed order never opens again, but the queue may name one that is gone.
            if let Some(order) = self.orders.remove(&oldest) {
                self.by_age.remove(&key(&order));
                return Some(oldest);
            }
        }
        None
    }

    /// The stream of orders was made anew.
    pub fn clear_orders(&mut self) {
        self.orders.clear();
        self.by_age.clear();
        self.closed.clear();
    }

    /// One order.
    pub fn order(&self, id: &OrderId) -> Option<&Arc<Order>> {
        self.orders.get(id)
    }

    /// All orders, in no order.
    pub fn orders(&self) -> impl Iterator<Item = &Arc<Order>> {
        self.orders.values()
    }

    /// Orders newest first, after that key.
    pub fn orders_after(&self, after: Option<&OrderKey>) -> impl Iterator<Item = &Arc<Order>> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_age.range((from, Bound::Unbounded)).filter_map(|(_, id)| self.orders.get(id))
    }

    /// Open orders, and those closed at or after `since`; at most `limit`, newest first.
    pub fn current_orders(&self, since: Timestamp, limit: usize) -> Vec<Arc<Order>> {
        let current = |order: &&Arc<Order>| !order.stage.is_closed() || last_change(order) >= since;
        self.orders_after(None).filter(current).take(limit).cloned().collect()
    }

    /// A caregiver's profile.
    pub fn put_caregiver(&mut self, profile: Arc<CaregiverProfile>) {
        self.caregivers.insert(profile.id.clone(), profile);
    }

    /// An elder's profile.
    pub fn put_elder(&mut self, profile: Arc<ElderProfile>) {
        self.elders.insert(profile.id.clone(), profile);
    }

    /// A caregiver's presence.
    pub fn put_presence(&mut self, presence: Arc<Presence>) {
        self.presences.insert(presence.caregiver.clone(), presence);
    }

    /// The caregivers by id, after that one.
    pub fn caregivers_after(
        &self,
        after: Option<&CaregiverId>,
    ) -> impl Iterator<Item = &Arc<CaregiverProfile>> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.caregivers.range::<CaregiverId, _>((from, Bound::Unbounded)).map(|(_, profile)| profile)
    }

    /// The elders by id, after that one.
    pub fn elders_after(&self, after: Option<&ElderId>) -> impl Iterator<Item = &Arc<ElderProfile>> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.elders.range::<ElderId, _>((from, Bound::Unbounded)).map(|(_, profile)| profile)
    }

    /// One caregiver.
    pub fn caregiver(&self, id: &CaregiverId) -> Option<&Arc<CaregiverProfile>> {
        self.caregivers.get(id)
    }

    /// One elder.
    pub fn elder(&self, id: &ElderId) -> Option<&Arc<ElderProfile>> {
        self.elders.get(id)
    }

    /// One presence.
    pub fn presence(&self, id: &CaregiverId) -> Option<&Arc<Presence>> {
        self.presences.get(id)
    }

    /// All presences.
    pub fn presences(&self) -> impl Iterator<Item = &Arc<Presence>> {
        self.presences.values()
    }

    /// The street a caregiver works from.
    pub fn street_of(&self, caregiver: &CaregiverId) -> Option<&StreetId> {
        self.caregivers.get(caregiver).map(|profile| &profile.street)
    }

    /// Every street anyone lives in or works from.
    pub fn streets(&self) -> BTreeSet<StreetId> {
        let caregivers = self.caregivers.values().map(|c| c.street.clone());
        caregivers.chain(self.elders.values().map(|e| e.street.clone())).collect()
    }

    /// A dead letter at that place of DEAD; `false` if it is known.
    pub fn put_dead_letter(&mut self, sequence: u64, letter: Arc<DeadLetter>) -> bool {
        if self.dead_letters.back().is_some_and(|(last, _)| *last >= sequence) {
            return false;
        }
        self.dead_letters.push_back((sequence, letter));
        if self.dead_letters.len() > DEAD_LETTERS {
            self.dead_letters.pop_front();
        }
        true
    }

    /// Dead letters newest first, before that place of DEAD.
    pub fn dead_letters_before(&self, before: u64) -> impl Iterator<Item = &(u64, Arc<DeadLetter>)> {
        self.dead_letters.iter().rev().filter(move |(sequence, _)| *sequence < before)
    }

    /// How a service is; `false` if that is no news.
    pub fn put_service(&mut self, status: &ServiceStatus) -> bool {
        let known = self.services.get(&status.service).is_some_and(|known| known.up == status.up);
        if !known {
            self.services.insert(status.service.clone(), status.clone());
        }
        !known
    }

    /// How the services are.
    pub fn services(&self) -> impl Iterator<Item = &ServiceStatus> {
        self.services.values()
    }
}

/// When an order last changed.
pub fn last_change(order: &Order) -> Timestamp {
    order.timeline.last().map_or(order.created_at, |entry| entry.at)
}
