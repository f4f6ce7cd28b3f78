//! The weekly test call (每周试呼): each device that a person can press has its own hour of the week, so that a campaign
//! of thousands is a trickle. Who has pressed lately is left in peace; who is asked and does not press in time has
//! failed, counts as not proved alive, and stands on the desk's list until they press.

use domain::{
    device::Trial,
    id::{DeviceId, ElderId},
    time::Timestamp,
    unit::Seconds,
};

use super::{Fault, Rules, Supervision, Watched};
use crate::{core::Effect, decode::fnv1a};

impl Watched {
    /// When its test call is to be asked for, or has failed.
    pub(super) fn trial_at(&self, rules: &Rules) -> Option<Timestamp> {
        self.wearer(rules)?;
        Some(match &self.condition.trial {
            Some(trial) if !trial.failed => trial.asked_at + rules.test_within,
            _ => hour_after(&self.device.id, rules.test_every, self.trial_from),
        })
    }

    /// Who is to press it; `None` for what nobody can press.
    fn wearer(&self, rules: &Rules) -> Option<&ElderId> {
        let pressed = !self.device.retired && rules.test_classes.contains(&self.device.class);
        self.device.elder.as_ref().filter(|_| pressed && rules.test_every > Seconds::ZERO)
    }
}

impl Supervision {
    /// When this device's wearer was asked for the test call that is waited for now.
    pub(in crate::core) fn test_asked(&self, id: &DeviceId, now: Timestamp) -> Option<Timestamp> {
        let asked_at = self.devices.get(id)?.condition.trial?.asked_at;
        (now <= asked_at + self.rules.test_within).then_some(asked_at)
    }

    /// Asks for a device's test call, or finds that it failed. True when that changes the device.
    pub(super) fn try_out(&mut self, id: &DeviceId, now: Timestamp, effects: &mut Vec<Effect>) -> bool {
        let Some(watched) = self.devices.get_mut(id) else { return false };
        if watched.trial_at(&self.rules).is_none_or(|at| at > now) {
            return false;
        }
        let Some(elder) = watched.wearer(&self.rules).cloned() else { return false };
        watched.trial_from = now;
        if let Some(trial) = watched.condition.trial.as_mut().filter(|trial| !trial.failed) {
            trial.failed = true;
            return true;
        }
        let lately = watched.condition.tested_at.is_some_and(|at| at + self.rules.test_every > now);
        // Of a silent device it is known already that it does not work.
        if lately || watched.absorbed || watched.condition.faults.contains_key(&Fault::Silent) {
            return false;
        }
        // Who failed before is asked again, and has failed until they press.
        let failed = watched.condition.trial.is_some();
        watched.condition.trial = Some(Trial { asked_at: now, failed });
        effects.push(Effect::Trial { device: id.clone(), elder, at: now });
        true
    }
}

/// The device's own hour of the week after this instant.
fn hour_after(id: &DeviceId, every: Seconds, after: Timestamp) -> Timestamp {
    let every = every.as_millis();
    let own = (fnv1a(id.as_str().as_bytes()) % every.unsigned_abs().max(1)) as i64;
    let weeks = (after.as_millis() - own).div_euclid(every) + 1;
    Timestamp::from_millis(weeks * every + own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_an_hour_of_their_own_each_week() {
        let week = Seconds::hours(7 * 24);
        let after = Timestamp::from_millis(1_772_409_600_000);
        let hours: Vec<Timestamp> =
            (0..500).map(|n| hour_after(&DeviceId::new(format!("b{n}")).unwrap(), week, after)).collect();
        assert!(hours.iter().all(|at| *at > after && *at <= after + week));
        let days: std::collections::BTreeSet<i64> =
            hours.iter().map(|at| at.since(after).get() / 86_400).collect();
        assert_eq!(days.len(), 7, "spread over the week");
        let id = DeviceId::new("b1").unwrap();
        let first = hour_after(&id, week, after);
        assert_eq!(hour_after(&id, week, first), first + week);
    }
}
