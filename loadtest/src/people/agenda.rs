//! What is to happen when, first in, first out at the same instant, so that a day plays the same again.

use std::collections::BTreeMap;

use domain::time::Timestamp;

/// Plans by time.
#[derive(Debug)]
pub struct Agenda<T> {
    plans: BTreeMap<(Timestamp, u64), T>,
    count: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { plans: BTreeMap::new(), count: 0 }
    }
}

impl<T> Agenda<T> {
    /// Adds a plan.
    pub fn at(&mut self, at: Timestamp, plan: T) {
        self.plans.insert((at, self.count), plan);
        self.count += 1;
    }

    /// The earliest time.
    pub fn next(&self) -> Option<Timestamp> {
        self.plans.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes out one plan that is due.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<(Timestamp, T)> {
        if self.next()? > now {
            return None;
        }
        self.plans.pop_first().map(|((at, _), plan)| (at, plan))
    }
}
