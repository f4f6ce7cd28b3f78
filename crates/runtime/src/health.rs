//! Who is ready and who is not, with the reason. Each part reports for itself; the process is ready when all are.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

/// The readiness of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Readiness {
    /// Works.
    Ready,
    /// Works without something it would rather have, and why; the process stays ready.
    Degraded {
        /// In words for an operator.
        reason: String,
    },
    /// Does not work (yet), and why.
    NotReady {
        /// In words for an operator.
        reason: String,
    },
}

/// All parts' readiness. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<String, Readiness>>>);

/// A snapshot, as `/readyz` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    /// Whether every part works, if need be in a degraded way.
    pub ready: bool,
    /// Each part by name.
    pub parts: BTreeMap<String, Readiness>,
}

impl Health {
    /// Adds a part, at first not ready because it is starting.
    pub fn part(&self, name: impl Into<String>) -> Part {
        let part = Part { health: self.clone(), name: name.into() };
        part.not_ready("starting");
        part
    }

    /// The present state.
    pub fn report(&self) -> HealthReport {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ready = parts.values().all(|part| !matches!(part, Readiness::NotReady { .. }));
        HealthReport { ready, parts }
    }

    fn set(&self, name: &str, readiness: Readiness) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match parts.get_mut(name) {
            Some(present) => *present = readiness,
            None => {
                parts.insert(name.to_owned(), readiness);
            }
        }
    }
}

/// One part's voice.
#[derive(Debug, Clone)]
pub struct Part {
    health: Health,
    name: String,
}

impl Part {
    /// It works.
    pub fn ready(&self) {
        self.health.set(&self.name, Readiness::Ready);
    }

    /// It works, but without something, for this reason.
    pub fn degraded(&self, reason: impl Into<String>) {
        self.health.set(&self.name, Readiness::Degraded { reason: reason.into() });
    }

    /// It does not, for this reason.
    pub fn not_ready(&self, reason: impl Into<String>) {
        self.health.set(&self.name, Readiness::NotReady { reason: reason.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_ready_when_every_part_is() {
        let health = Health::default();
        let nats = health.part("nats");
        let orders = health.part("orders");
        assert!(!health.report().ready);
        nats.ready();
        orders.not_ready("replaying");
        let report = health.report();
        assert!(!report.ready);
        assert_eq!(report.parts.get("orders"), Some(&Readiness::NotReady { reason: "replaying".into() }));
        orders.degraded("without the mirror");
        assert!(health.report().ready);
        orders.ready();
        assert!(health.report().ready);
    }
}
