//! What the edge knows of the district, as the streams told it: the truth for lists, snapshots and filters. It owns
//! nothing of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use domain::{
    caregiver::CaregiverProfile,
    elder::ElderProfile,
    id::{CaregiverId, ElderId, OrderId, OrganisationId, StreetId},
    order::Order,
    time::Timestamp,
};
use schemas::{
    live::{Letter, ServiceStatus},
    position::Presence,
};

use super::{audience::Belongs, devices::Devices, incidents::Incidents, meals::Meals};

/// Dead letters kept for the desk; of more, those that were seen to go first.
const DEAD_LETTERS: usize = 1_000;

/// A dead letter.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The id of its event.
    pub event: String,
    /// As the desk sees it.
    pub letter: Arc<Letter>,
}

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
    /// By their place in DEAD.
    letters: BTreeMap<u64, Kept>,
    services: BTreeMap<String, ServiceStatus>,
    /// Emergencies.
    pub incidents: Incidents,
    /// Devices.
    pub devices: Devices,
    /// Meals.
    pub meals: Meals,
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
            letters: BTreeMap::new(),
            services: BTreeMap::new(),
            incidents: Incidents::default(),
            devices: Devices::default(),
            meals: Meals::default(),
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

    /// Where a caregiver belongs.
    pub fn belongs(&self, caregiver: &CaregiverId) -> Belongs {
        let profile = self.caregivers.get(caregiver);
        profile.map(|p| belongs(p)).unwrap_or_default()
    }

    /// The employers of these caregivers, each once.
    pub fn employers<'a>(&self, caregivers: impl Iterator<Item = &'a CaregiverId>) -> Vec<OrganisationId> {
        let employers = caregivers.filter_map(|c| self.caregivers.get(c)).map(|p| p.organisation.clone());
        employers.collect::<BTreeSet<_>>().into_iter().collect()
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

    /// A dead letter; `false` if it is known.
    pub fn put_letter(&mut self, kept: Kept) -> bool {
        let place = kept.letter.id;
        if self.letters.contains_key(&place) {
            return false;
        }
        self.letters.insert(place, kept);
        if self.letters.len() > DEAD_LETTERS {
            let settled = self.letters.iter().find(|(_, kept)| kept.letter.settled.is_some());
            match settled.map(|(place, _)| *place) {
                Some(place) => drop(self.letters.remove(&place)),
                None => drop(self.letters.pop_first()),
            }
        }
        true
    }

    /// A letter was seen to.
    pub fn settle_letter(&mut self, letter: &Arc<Letter>) {
        if let Some(kept) = self.letters.get_mut(&letter.id) {
            kept.letter = Arc::clone(letter);
        }
    }

    /// One of them.
    pub fn letter(&self, place: u64) -> Option<&Kept> {
        self.letters.get(&place)
    }

    /// Dead letters newest first, before that place of DEAD.
    pub fn letters_before(&self, before: u64) -> impl Iterator<Item = &Kept> {
        self.letters.range(..before).rev().map(|(_, kept)| kept)
    }

    /// The stream of them was made anew.
    pub fn forget_letters(&mut self) {
        self.letters.clear();
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

/// Where the caregiver of this profile belongs.
pub fn belongs(profile: &CaregiverProfile) -> Belongs {
    Belongs { street: Some(profile.street.clone()), organisation: Some(profile.organisation.clone()) }
}

/// When an order last changed.
pub fn last_change(order: &Order) -> Timestamp {
    order.timeline.last().map_or(order.created_at, |entry| entry.at)
}
