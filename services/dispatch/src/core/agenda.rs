//! When something is due for which order. One entry an order; moving it forgets the old one, so a late or stale timer
//! cannot exist.

use std::collections::{BTreeSet, HashMap};

use domain::{id::OrderId, time::Timestamp};

/// The deadlines of all open orders.
#[derive(Debug, Default)]
pub struct Agenda {
    by_time: BTreeSet<(Timestamp, OrderId)>,
    by_order: HashMap<OrderId, Timestamp>,
}

impl Agenda {
    /// Sets, moves or clears the order's deadline.
    pub fn set(&mut self, order: &OrderId, at: Option<Timestamp>) {
        if self.by_order.get(order).copied() == at {
            return;
        }
        if let Some(old) = self.by_order.remove(order) {
            self.by_time.remove(&(old, order.clone()));
        }
        if let Some(at) = at {
            self.by_order.insert(order.clone(), at);
            self.by_time.insert((at, order.clone()));
        }
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes out one order that is due.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<OrderId> {
        if self.next()? > now {
            return None;
        }
        let (_, order) = self.by_time.pop_first()?;
        self.by_order.remove(&order);
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_deadline_rings_once() {
        let at = Timestamp::from_millis;
        let order = OrderId::new("o").unwrap();
        let mut agenda = Agenda::default();
        agenda.set(&order, Some(at(10)));
        agenda.set(&order, Some(at(20)));
        assert_eq!(agenda.pop_due(at(15)), None);
        assert_eq!(agenda.pop_due(at(20)), Some(order));
        assert_eq!(agenda.pop_due(at(99)), None);
    }
}
