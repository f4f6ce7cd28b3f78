//! When devices were last heard, saved a share at a time, so that whoever takes over knows who is silent.
//!
//! A heartbeat that came while nobody listened is nobody's fault: a device whose heartbeat fell due between the last
//! save and the take-over is expected with its next one. All others keep their deadline, so that no chain of restarts
//! hides a silent device.

use domain::{id::DeviceId, time::Timestamp, unit::Seconds};
use schemas::emergency::{DeviceEvent, Heard};

use super::{Effect, Supervision, Watched, whole_seconds};
use crate::decode::fnv1a;

/// Shares; 200 000 devices still fit into messages of a hundred kilobytes.
const SHARES: u16 = 128;

/// Which devices are saved when.
#[derive(Debug)]
pub(super) struct Saving {
    shares: Vec<Vec<DeviceId>>,
    next: u16,
    pause: i64,
    due: Option<Timestamp>,
}

impl Saving {
    pub(super) fn new(within: Seconds) -> Self {
        let pause = (within.as_millis() / i64::from(SHARES)).max(50);
        Self { shares: vec![Vec::new(); usize::from(SHARES)], next: 0, pause, due: None }
    }

    pub(super) const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    fn share_of(id: &DeviceId) -> usize {
        (fnv1a(id.as_str().as_bytes()) % u64::from(SHARES)) as usize
    }

    pub(super) fn add(&mut self, id: &DeviceId) {
        if let Some(share) = self.shares.get_mut(Self::share_of(id)) {
            share.push(id.clone());
        }
    }

    pub(super) fn remove(&mut self, id: &DeviceId) {
        if let Some(share) = self.shares.get_mut(Self::share_of(id)) {
            share.retain(|other| other != id);
        }
    }
}

impl Supervision {
    /// Saves the next share when its time has come.
    pub(super) fn save(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(due) = self.saving.due else { return };
        if due > now {
            return;
        }
        self.saving.due = Some(now.plus_millis(self.saving.pause));
        let bucket = self.saving.next;
        self.saving.next = (bucket + 1) % SHARES;
        let Some(share) = self.saving.shares.get(usize::from(bucket)).filter(|share| !share.is_empty())
        else {
            return;
        };
        let at = whole_seconds(now);
        let age = |then: Timestamp| at.millis_since(whole_seconds(then)) / 1000;
        let devices = share
            .iter()
            .filter_map(|id| {
                let watched = self.devices.get(id).filter(|watched| !watched.device.retired)?;
                Some((id.clone(), age(watched.heard), age(watched.active)))
            })
            .collect();
        effects.push(Effect::Heard(Heard { bucket, at, devices }));
    }

    pub(in crate::core) fn restore(&mut self, event: DeviceEvent) {
        let heard = event.condition.heard_at.unwrap_or_default();
        let mut watched = Watched::new(event.device, heard);
        watched.condition = event.condition;
        watched.card = event.card;
        self.take_out(&watched.device.id);
        self.put_in(watched);
    }

    pub(in crate::core) fn restore_heard(&mut self, saved: &Heard, now: Timestamp) {
        for (id, heard, active) in &saved.devices {
            let Some(watched) = self.devices.get_mut(id) else { continue };
            let heard = saved.at - Seconds(*heard);
            let (interval, grace) = watched.patience(&self.rules);
            watched.heard = watched.heard.max(excused(heard, (interval, grace), saved.at, now));
            watched.active = watched.active.max(saved.at - Seconds(*active));
        }
    }

    /// After everything was restored: deadlines are set, saving begins.
    pub(in crate::core) fn begin(&mut self, now: Timestamp) {
        let names: Vec<DeviceId> = self.devices.keys().cloned().collect();
        for name in &names {
            if let Some(watched) = self.devices.get_mut(name) {
                let street = self.streets.entry(watched.device.street.clone()).or_default();
                street.heard = street.heard.max(watched.heard);
                let is_flapping = watched.condition.flapping;
                watched.calm = is_flapping.then(|| now + self.rules.calm);
                // Until then somebody listened.
                watched.trial_from = watched.heard.min(now);
            }
            self.rearm(name);
        }
        self.saving.due = Some(now);
    }
}

/// When the device counts as heard after nobody listened from `from` to `to`.
fn excused(
    heard: Timestamp,
    (interval, grace): (Seconds, Seconds),
    from: Timestamp,
    to: Timestamp,
) -> Timestamp {
    let expected = heard + interval;
    // Overdue before: nothing was missed that would have helped. Not due before now: it will still come.
    if expected + grace < from || expected > to || interval <= Seconds::ZERO {
        return heard;
    }
    let missed = to.since(expected).get() / interval.get() + 1;
    heard + interval * missed
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: (Seconds, Seconds) = (Seconds(600), Seconds(60));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_heartbeat_nobody_could_hear_is_excused_and_no_other() {
        // Due at 600 while nobody listened from 590 to 700: expected at 1200.
        assert_eq!(excused(at(0), RULE, at(590), at(700)), at(600));
        // Two intervals missed.
        assert_eq!(excused(at(0), RULE, at(590), at(1900)), at(1800));
        // Due after somebody listens again.
        assert_eq!(excused(at(0), RULE, at(100), at(500)), at(0));
        // Silent long before.
        assert_eq!(excused(at(0), RULE, at(700), at(800)), at(0));
    }
}
