//! The people of a day: elders who order and confirm, caregivers who answer, travel and serve, as the day's truth has
//! it. Without I/O: what they see of the orders and the time go in, what they do comes out. The simulator and the
//! driver share them, so that both play the same day.

mod agenda;
mod caregiver;
mod elder;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::{
    caregiver::Duty,
    command::OrderCommand,
    geo::Wgs84,
    id::{CaregiverId, ElderId, OrderId},
    order::Order,
    time::Timestamp,
};
use roads::Roads;
use schemas::day::{Day, DayOrder, OrderTruth};

use self::{agenda::Agenda, caregiver::Caregiver};

/// What someone does.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// An elder, or the front desk for them, orders.
    Place(Box<DayOrder>),
    /// A caregiver taps something on the phone.
    Tap(CaregiverId, OrderCommand),
    /// An elder confirms, rates or calls off.
    Wish(ElderId, OrderCommand),
    /// A caregiver's shift or break begins or ends.
    Duty(CaregiverId, Duty),
    /// A phone tells where it is.
    Fix(CaregiverId, Wgs84),
}

/// What somebody has in mind for later.
#[derive(Debug, Clone, PartialEq)]
enum Plan {
    Do(Deed),
    SetOff(CaregiverId),
    Step(CaregiverId),
    Knock(CaregiverId, OrderId),
    BreakDown(CaregiverId, OrderId),
}

/// Everyone of the day.
pub struct People {
    roads: Arc<Roads>,
    agenda: Agenda<Plan>,
    caregivers: BTreeMap<CaregiverId, Caregiver>,
    truths: HashMap<OrderId, OrderTruth>,
    /// The latest seen of each open order.
    orders: BTreeMap<OrderId, Order>,
    /// How many people, not named in the truth, were asked for each order.
    asked: HashMap<OrderId, usize>,
    /// How often a phone reports while it moves, in seconds.
    fix_every: i64,
    /// Milliseconds each has been on the road.
    travelled: BTreeMap<CaregiverId, i64>,
    deeds: Vec<Deed>,
}

impl People {
    /// The people of the day, before it begins. Those whose shift runs at `from` are taken to come then.
    pub fn new(day: &Day, roads: Arc<Roads>, fix_every: i64, from: Timestamp) -> Self {
        let mut people = Self {
            roads,
            agenda: Agenda::default(),
            caregivers: BTreeMap::new(),
            truths: HashMap::new(),
            orders: BTreeMap::new(),
            asked: HashMap::new(),
            fix_every,
            travelled: BTreeMap::new(),
            deeds: Vec::new(),
        };
        for caregiver in &day.caregivers {
            people.engage(caregiver, from);
        }
        for order in day.orders.iter().filter(|order| order.release_at >= from) {
            people.truths.insert(order.id.clone(), order.truth.clone());
            people.agenda.at(order.release_at, Plan::Do(Deed::Place(Box::new(order.clone()))));
        }
        people
    }

    /// When somebody next wants to do something.
    pub fn next(&self) -> Option<Timestamp> {
        self.agenda.next()
    }

    /// What is done by now, in order.
    pub fn due(&mut self, now: Timestamp) -> Vec<Deed> {
        while let Some((at, plan)) = self.agenda.pop_due(now) {
            match plan {
                Plan::Do(deed) => {
                    if let Deed::Duty(caregiver, duty) = &deed {
                        self.on_duty(caregiver, *duty, at);
                    }
                    self.deeds.push(deed);
                }
                Plan::SetOff(caregiver) => self.set_off(&caregiver, at),
                Plan::Step(caregiver) => self.step(&caregiver, at),
                Plan::Knock(caregiver, order) => self.knock(&caregiver, &order, at),
                Plan::BreakDown(caregiver, order) => self.break_down(&caregiver, &order),
            }
        }
        std::mem::take(&mut self.deeds)
    }

    /// Someone sees an order as it now is. Older states than the one seen last are passed over.
    pub fn see(&mut self, order: &Order, now: Timestamp) {
        if self.orders.get(&order.id).is_some_and(|seen| seen.revision >= order.revision) {
            return;
        }
        let before = self.orders.insert(order.id.clone(), order.clone());
        self.elder_sees(before.as_ref(), order, now);
        self.caregivers_see(before.as_ref(), order, now);
        if order.stage.name() == "confirmed" || order.stage.name() == "cancelled" {
            // Nothing more will be done about it.
            self.orders.remove(&order.id);
        }
    }

    /// How long each has been on the road so far, ways under way in full.
    pub const fn travelled(&self) -> &BTreeMap<CaregiverId, i64> {
        &self.travelled
    }

    /// The system knows the day's order by another name.
    pub fn know_as(&mut self, own: &OrderId, named: &OrderId) {
        if own != named
            && let Some(truth) = self.truths.remove(own)
        {
            self.truths.insert(named.clone(), truth);
        }
    }

    /// How the order turns out; as the default day has it for one that is not of this day.
    fn truth(&self, order: &OrderId) -> OrderTruth {
        self.truths.get(order).cloned().unwrap_or_default()
    }
}
