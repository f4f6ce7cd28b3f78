//! A mast down is one event, not ten thousand: when a whole street falls silent together, its devices' silence is told
//! once, for the street.

use std::collections::VecDeque;

use domain::{id::StreetId, time::Timestamp};
use schemas::emergency::Outage;

use super::{Effect, Supervision};

/// Nobody in a street was heard for so many times the usual pause between two of its heartbeats: the street is silent.
const QUIET: i64 = 20;
/// … and at least for so long.
const QUIET_MS: i64 = 30_000;
/// An outage has ended when no more than this share of those silent still are, in percent.
const ENDED: usize = 20;

/// A street's devices together.
#[derive(Debug, Default)]
pub(super) struct Street {
    /// Devices under watch.
    pub devices: usize,
    /// When any of them was last heard.
    pub heard: Timestamp,
    /// When devices fell silent one by one, lately.
    recent: VecDeque<Timestamp>,
    /// The outage that stands.
    pub outage: Option<Outage>,
    /// Devices whose silence is told by it.
    pub absorbed: usize,
}

impl Supervision {
    /// Whether one more silent device belongs to an outage of its street, which may begin by it.
    pub(super) fn absorbs(
        &mut self,
        id: Option<&StreetId>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let Some(street) = self.streets.get_mut(&id.cloned()) else { return false };
        if street.outage.is_some() {
            return true;
        }
        if street.devices < self.rules.outage_min {
            return false;
        }
        let since = now - self.rules.outage_window;
        while street.recent.front().is_some_and(|at| *at < since) {
            street.recent.pop_front();
        }
        street.recent.push_back(now);
        let usual = self.rules.interval.as_millis() / street.devices.max(1) as i64;
        let quiet = now.millis_since(street.heard) >= (usual * QUIET).max(QUIET_MS);
        let many = street.recent.len() >= self.rules.outage_min
            && street.recent.len() * 100 >= street.devices * self.rules.outage_percent;
        if !(quiet || many) {
            return false;
        }
        let devices = if quiet { street.devices } else { street.recent.len() };
        let outage = Outage {
            street: id.cloned(),
            since: street.heard.min(now),
            devices: devices as u32,
            ended: None,
        };
        street.outage = Some(outage.clone());
        street.recent.clear();
        effects.push(Effect::Outage(outage));
        true
    }

    /// Somebody in the street was heard; `back` if its silence was part of an outage.
    pub(super) fn street_heard(
        &mut self,
        id: Option<&StreetId>,
        back: bool,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(street) = self.streets.get_mut(&id.cloned()) else { return };
        street.heard = street.heard.max(now);
        if !back {
            return;
        }
        street.absorbed = street.absorbed.saturating_sub(1);
        let Some(outage) = &street.outage else { return };
        if street.absorbed * 100 > outage.devices.max(1) as usize * ENDED {
            return;
        }
        let ended = Outage { ended: Some(now), ..outage.clone() };
        street.outage = None;
        street.absorbed = 0;
        effects.push(Effect::Outage(ended));
        // Those not back yet get their usual time to be heard once more, and are then told of one by one.
        let rest: Vec<_> = self
            .devices
            .iter_mut()
            .filter(|(_, watched)| watched.absorbed && watched.device.street.as_ref() == id)
            .map(|(name, watched)| {
                watched.absorbed = false;
                watched.heard = now;
                name.clone()
            })
            .collect();
        for name in rest {
            self.rearm(&name);
        }
    }

    pub(in crate::core) fn restore_outage(&mut self, outage: Outage) {
        if outage.ended.is_none() {
            let street = self.streets.entry(outage.street.clone()).or_default();
            street.outage = Some(outage);
        }
    }
}
