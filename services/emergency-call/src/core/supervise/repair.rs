//! What stays broken gets a work order (维修工单): asked of dispatch by name, so that asking twice orders once. The
//! order's id is kept with the fault once dispatch has taken it; until then it is asked again, also after a restart.

use domain::{
    id::{DeviceId, OrderId},
    time::Timestamp,
    unit::Seconds,
};

use super::{Rules, Supervision, Watched};
use crate::{
    core::{Effect, Ordered},
    decode::fnv1a,
};

/// Asked again so soon when nobody answers.
const AWAY: Seconds = Seconds(30);
/// Asked again so soon when it was refused: the elder may become known meanwhile.
const REFUSED: Seconds = Seconds::minutes(15);

impl Watched {
    /// When its repair is to be ordered; `None` where it is, or where nobody need come.
    pub(super) fn order_at(&self, rules: &Rules) -> Option<Timestamp> {
        if self.device.retired || self.absorbed || self.device.elder.is_none() {
            return None;
        }
        let unordered = self.condition.faults.iter().filter(|(fault, standing)| {
            rules.order_for.contains(fault) && standing.order.is_none() && standing.substitute.is_none()
        });
        let since = unordered.map(|(_, standing)| standing.since).min()?;
        Some((since + rules.order_after).max(self.order_from))
    }
}

impl Supervision {
    /// Orders the repair of a device if its time has come. While its street is out nobody is sent to a single home.
    pub(super) fn order_repair(&mut self, id: &DeviceId, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(watched) = self.devices.get_mut(id) else { return };
        let Some(elder) = watched.device.elder.clone() else { return };
        if watched.order_at(&self.rules).is_none_or(|at| at > now) {
            return;
        }
        watched.order_from = now + AWAY;
        if self.streets.get(&watched.device.street).is_some_and(|street| street.outage.is_some()) {
            return;
        }
        let faults =
            watched.condition.faults.iter().filter(|(fault, _)| self.rules.order_for.contains(fault));
        let Some(first) = faults.map(|(_, standing)| standing).min_by_key(|standing| standing.since) else {
            return;
        };
        let order = first.order.clone().unwrap_or_else(|| name(id, first.since));
        let until = first.repair_due;
        effects.push(Effect::Repair { device: id.clone(), elder, order, until });
    }

    /// What dispatch said.
    pub(in crate::core) fn ordered(
        &mut self,
        id: &DeviceId,
        order: &OrderId,
        outcome: Ordered,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(watched) = self.devices.get_mut(id) else { return };
        let mut changed = false;
        match outcome {
            Ordered::Taken => {
                for (fault, standing) in &mut watched.condition.faults {
                    if standing.order.is_none() && self.rules.order_for.contains(fault) {
                        standing.order = Some(order.clone());
                        changed = true;
                    }
                }
            }
            Ordered::Refused => watched.order_from = now + REFUSED,
            Ordered::Away => {}
        }
        if changed {
            let event = watched.changed(now);
            effects.push(Effect::Device { event, answer: None });
        }
        self.rearm(id);
    }
}

/// The same fault gives the same name; dispatch takes names of at most forty characters.
fn name(device: &DeviceId, since: Timestamp) -> OrderId {
    let base = format!("repair-{:016x}", fnv1a(device.as_str().as_bytes()));
    OrderId::derived(&base, u64::try_from(since.as_millis() / 1000).unwrap_or_default())
}
