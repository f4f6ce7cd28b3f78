//! When something is due for what. One entry each; moving it forgets the old one, so a late or stale timer cannot exist.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use crate::time::Timestamp;

/// Deadlines by name.
#[derive(Debug)]
pub struct Agenda<K> {
    by_time: BTreeSet<(Timestamp, K)>,
    by_name: BTreeMap<K, Timestamp>,
}

impl<K> Default for Agenda<K> {
    fn default() -> Self {
        Self { by_time: BTreeSet::new(), by_name: BTreeMap::new() }
    }
}

impl<K: Clone + Ord> Agenda<K> {
    /// Sets, moves or clears a deadline.
    pub fn set(&mut self, name: &K, at: Option<Timestamp>) {
        if self.get(name) == at {
            return;
        }
        if let Some(old) = self.by_name.remove(name) {
            self.by_time.remove(&(old, name.clone()));
        }
        if let Some(at) = at {
            self.by_name.insert(name.clone(), at);
            self.by_time.insert((at, name.clone()));
        }
    }

    /// The deadline of that name.
    pub fn get(&self, name: &K) -> Option<Timestamp> {
        self.by_name.get(name).copied()
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes out one that is due.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        let (_, name) = self.by_time.pop_first()?;
        self.by_name.remove(&name);
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_deadline_rings_once() {
        let at = Timestamp::from_millis;
        let mut agenda = Agenda::default();
        agenda.set(&"i", Some(at(10)));
        agenda.set(&"i", Some(at(20)));
        assert_eq!((agenda.get(&"i"), agenda.pop_due(at(15))), (Some(at(20)), None));
        assert_eq!(agenda.pop_due(at(20)), Some("i"));
        assert_eq!(agenda.pop_due(at(99)), None);
    }
}
