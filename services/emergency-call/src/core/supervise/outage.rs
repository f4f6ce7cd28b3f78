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
    /// When devices fell silent, lately.
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
        // Counting costs a walk over the devices: only when twice as many fell silent as the last time.
        if !street.recent.len().is_power_of_two() && !self.rules.too_many(street.recent.len(), street.devices)
        {
            return false;
        }
        let (devices, quiet_ms) = (street.devices, now.millis_since(street.heard));
        let late = self.late(id, now);
        let usual = self.rules.interval.as_millis() / devices.max(1) as i64;
        // Beats that come together, as after a power cut, leave pauses in which nobody is missed. So: quiet for long,
        // and at least half as many missed as would have been heard meanwhile.
        let expected = devices as i64 * quiet_ms / self.rules.interval.as_millis().max(1);
        let quiet = quiet_ms >= (usual * QUIET).max(QUIET_MS)
            && late >= self.rules.outage_min
            && late as i64 * 2 >= expected;
        if !(quiet || self.rules.too_many(late, devices)) {
            return false;
        }
        let Some(street) = self.streets.get_mut(&id.cloned()) else { return false };
        let devices = if quiet { devices } else { late };
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

    /// Devices of a street whose heartbeat was due and has not come, whether that is told already or still in grace.
    fn late(&self, id: Option<&StreetId>, now: Timestamp) -> usize {
        let here = self.devices.values().filter(|w| !w.device.retired && w.device.street.as_ref() == id);
        here.filter(|watched| watched.heard + watched.patience(&self.rules).0 <= now).count()
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
