//! Watching the devices: heard, silent, faulty, inactive. Silence of a device is itself an alarm, to be mended within 2 h.
//!
//! A heartbeat costs one look-up: deadlines move lazily, when they come due and the device has been heard since. What is
//! durable is a change of condition, never a heartbeat; last-heard times are saved a share at a time ([`saved`]).

mod outage;
mod repair;
mod saved;
mod trial;

use std::collections::{BTreeMap, HashMap};

use domain::{
    agenda::Agenda,
    alarm::{AlarmCause, Channel, Fault, Says, Signal},
    device::{Condition, Device, StandingFault},
    id::{DeviceId, StreetId},
    time::Timestamp,
    unit::Seconds,
};
use schemas::{
    emergency::{DeviceEvent, SealedCard, StreetSupervision, Supervision as Shares},
    problem::Problem,
};

use self::{outage::Street, saved::Saving};
use super::{Effect, Ticket, settings::Supervision as Rules};

/// A device under watch.
#[derive(Debug, Clone)]
struct Watched {
    device: Device,
    condition: Condition,
    card: Option<SealedCard>,
    heard: Timestamp,
    /// When there was last enough activity, in whole seconds.
    active: Timestamp,
    /// Activity since.
    activity: u32,
    /// The lack of it was told.
    inactive: bool,
    /// Flapping, heard again: sound if it stays so until then.
    calm: Option<Timestamp>,
    /// Part of a street's outage: its silence is told there.
    absorbed: bool,
    /// Its repair is not ordered (again) before then.
    order_from: Timestamp,
    /// Its hours of the week up to then are dealt with.
    trial_from: Timestamp,
}

/// The devices of a district.
#[derive(Debug)]
pub(super) struct Supervision {
    rules: Rules,
    devices: HashMap<DeviceId, Watched>,
    streets: BTreeMap<Option<StreetId>, Street>,
    agenda: Agenda<DeviceId>,
    saving: Saving,
}

impl Supervision {
    pub(super) fn new(rules: Rules) -> Self {
        let saving = Saving::new(rules.save_within);
        Self { rules, devices: HashMap::new(), streets: BTreeMap::new(), agenda: Agenda::default(), saving }
    }

    pub(super) fn len(&self) -> usize {
        self.devices.len()
    }

    pub(super) fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.get(id).map(|watched| &watched.device)
    }

    pub(super) fn event(&self, id: &DeviceId) -> Option<DeviceEvent> {
        self.devices.get(id).map(Watched::event)
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match (self.agenda.next(), self.saving.due()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// A device said something, whatever. Returns whether it is registered.
    pub(super) fn heard(&mut self, signal: &Signal, now: Timestamp, effects: &mut Vec<Effect>) -> bool {
        let Some(watched) = self.devices.get_mut(&signal.device) else { return false };
        // What the platform itself concludes is no sign of life.
        if signal.via == Channel::Rule {
            return true;
        }
        watched.heard = watched.heard.max(now);
        if let Says::Activity { amount } = signal.says {
            watched.activity = watched.activity.saturating_add(amount);
            let rule = self.rules.inactivity.iter().find(|rule| rule.class == watched.device.class);
            if rule.is_some_and(|rule| watched.activity >= rule.amount) {
                (watched.active, watched.activity, watched.inactive) = (whole_seconds(now), 0, false);
            }
        }
        let mut changed = watched.battery(signal.battery, &self.rules, now);
        changed |= watched.tested(signal, now);
        let mut calming = false;
        if watched.condition.faults.contains_key(&Fault::Silent) {
            let lately = now - self.rules.flap_window;
            watched.condition.silences.retain(|at| *at >= lately);
            if watched.condition.silences.len() >= self.rules.flap_count {
                changed |= !watched.condition.flapping;
                watched.condition.flapping = true;
                calming = watched.calm.is_none();
                watched.calm.get_or_insert(now + self.rules.calm);
            } else {
                watched.condition.faults.remove(&Fault::Silent);
                changed = true;
            }
        }
        let street = watched.device.street.clone();
        let back = std::mem::take(&mut watched.absorbed);
        if changed {
            let event = watched.changed(now);
            effects.push(Effect::Device { event, answer: None });
        }
        if changed || back || calming {
            self.rearm(&signal.device);
        }
        self.street_heard(street.as_ref(), back, now, effects);
        true
    }

    /// A registered device tells of a fault or of its end.
    pub(super) fn fault(
        &mut self,
        signal: &Signal,
        ticket: Option<Ticket>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(watched) = self.devices.get_mut(&signal.device) else { return };
        let changed = match signal.says {
            Says::Fault { fault } => watched.raise(fault, &self.rules, now),
            Says::Restored { fault } => watched.condition.faults.remove(&fault).is_some(),
            _ => false,
        };
        if changed {
            let event = watched.changed(now);
            effects.push(Effect::Device { event, answer: ticket });
            self.rearm(&signal.device);
        } else if let Some(ticket) = ticket {
            let device = Some(Box::new(watched.event()));
            effects.push(Effect::Repeat { ticket, incident: None, device });
        }
    }

    pub(super) fn register(
        &mut self,
        device: Device,
        card: Option<SealedCard>,
        ticket: Ticket,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let id = device.id.clone();
        if let Some(watched) = self.devices.get(&id)
            && watched.device == device
            && card.is_none()
        {
            let device = Some(Box::new(watched.event()));
            effects.push(Effect::Repeat { ticket, incident: None, device });
            return;
        }
        let before = self.take_out(&id);
        let mut watched = before.unwrap_or_else(|| Watched::new(device.clone(), now));
        watched.device = device;
        watched.card = card.or(watched.card);
        if watched.device.retired {
            watched.condition.faults.clear();
        }
        let event = watched.changed(now);
        effects.push(Effect::Device { event, answer: Some(ticket) });
        self.put_in(watched);
    }

    pub(super) fn substitute(
        &mut self,
        id: &DeviceId,
        by: &DeviceId,
        ticket: Ticket,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Problem> {
        let unknown =
            |id: &DeviceId| Problem::new(404, "unknown_device", format!("no device {id} is registered"));
        if !self.devices.contains_key(by) {
            return Err(unknown(by).at("/by"));
        }
        let watched = self.devices.get_mut(id).ok_or_else(|| unknown(id).at("/device"))?;
        let mut changed = false;
        for standing in watched.condition.faults.values_mut() {
            changed |= standing.substitute.replace(by.clone()).as_ref() != Some(by);
        }
        effects.push(if changed {
            let heard = watched.heard;
            Effect::Device { event: watched.changed(heard), answer: Some(ticket) }
        } else {
            Effect::Repeat { ticket, incident: None, device: Some(Box::new(watched.event())) }
        });
        Ok(())
    }

    /// Deals with everything due; returns alarms the rules raise.
    pub(super) fn tick(&mut self, now: Timestamp, effects: &mut Vec<Effect>) -> Vec<Signal> {
        let mut alarms = Vec::new();
        while let Some(id) = self.agenda.pop_due(now) {
            self.overdue(&id, now, effects, &mut alarms);
            self.rearm(&id);
        }
        self.save(now, effects);
        alarms
    }

    fn overdue(
        &mut self,
        id: &DeviceId,
        now: Timestamp,
        effects: &mut Vec<Effect>,
        alarms: &mut Vec<Signal>,
    ) {
        let Some(watched) = self.devices.get_mut(id) else { return };
        let mut changed = false;
        let late = watched.silent_at(&self.rules).is_some_and(|at| at <= now);
        if late && watched.calm.take().is_none() {
            let street = watched.device.street.clone();
            if self.absorbs(street.as_ref(), now, effects) {
                if let Some(watched) = self.devices.get_mut(id) {
                    watched.absorbed = true;
                    // A fault told of before belongs to the outage no less; it ends when the device is heard.
                }
                if let Some(street) = self.streets.get_mut(&street) {
                    street.absorbed += 1;
                }
                return;
            }
            let Some(watched) = self.devices.get_mut(id) else { return };
            watched.condition.silences.push(now);
            let lately = now - self.rules.flap_window;
            watched.condition.silences.retain(|at| *at >= lately);
            changed = watched.raise(Fault::Silent, &self.rules, now);
        }
        let Some(watched) = self.devices.get_mut(id) else { return };
        if watched.calm.is_some_and(|at| at <= now) {
            watched.calm = None;
            watched.condition.flapping = false;
            watched.condition.silences.clear();
            changed |= watched.condition.faults.remove(&Fault::Silent).is_some();
        }
        self.order_repair(id, now, effects);
        changed |= self.try_out(id, now, effects);
        let Some(watched) = self.devices.get_mut(id) else { return };
        for standing in watched.condition.faults.values_mut() {
            if !standing.overdue && standing.repair_due <= now {
                standing.overdue = true;
                changed = true;
            }
        }
        if watched.inactive_at(&self.rules).is_some_and(|at| at <= now) {
            watched.inactive = true;
            alarms.push(watched.inactivity());
        }
        if changed {
            effects.push(Effect::Device { event: watched.changed(now), answer: None });
        }
    }

    /// Sets the device's next deadline.
    fn rearm(&mut self, id: &DeviceId) {
        let due = self.devices.get(id).and_then(|watched| watched.due(&self.rules));
        self.agenda.set(id, due);
    }

    fn put_in(&mut self, watched: Watched) {
        let id = watched.device.id.clone();
        let street = self.streets.entry(watched.device.street.clone()).or_default();
        street.devices += usize::from(!watched.device.retired);
        street.heard = street.heard.max(watched.heard);
        self.saving.add(&id);
        self.devices.insert(id.clone(), watched);
        self.rearm(&id);
    }

    fn take_out(&mut self, id: &DeviceId) -> Option<Watched> {
        let watched = self.devices.remove(id)?;
        self.saving.remove(id);
        if let Some(street) = self.streets.get_mut(&watched.device.street) {
            street.devices = street.devices.saturating_sub(usize::from(!watched.device.retired));
            street.absorbed = street.absorbed.saturating_sub(usize::from(watched.absorbed));
        }
        Some(watched)
    }

    /// How the devices are, by street.
    pub(super) fn shares(&self, now: Timestamp) -> Shares {
        let mut streets: BTreeMap<&Option<StreetId>, StreetSupervision> = BTreeMap::new();
        for watched in self.devices.values().filter(|watched| !watched.device.retired) {
            let street = streets.entry(&watched.device.street).or_default();
            let (condition, silent) = (&watched.condition, watched.absorbed);
            let silent = silent || condition.faults.contains_key(&Fault::Silent);
            street.devices += 1;
            street.silent += u32::from(silent);
            street.faulty += u32::from(condition.faults.keys().any(|fault| *fault != Fault::Silent));
            let failed = condition.trial.is_some_and(|trial| trial.failed);
            street.proved += u32::from(!silent && !failed && condition.is_sound());
            street.asked += u32::from(condition.trial.is_some_and(|trial| !trial.failed));
            street.failed += u32::from(failed);
            street.overdue +=
                u32::from(condition.faults.values().any(|f| f.overdue && f.substitute.is_none()));
            let lately = now - self.rules.test_every;
            street.tested += u32::from(condition.tested_at.is_some_and(|at| at >= lately));
        }
        let shares = streets.into_iter().map(|(street, counts)| StreetSupervision {
            street: street.clone(),
            outage: self.streets.get(street).is_some_and(|s| s.outage.is_some()),
            ..counts
        });
        Shares { streets: shares.collect() }
    }
}

impl Watched {
    fn new(device: Device, now: Timestamp) -> Self {
        Self {
            device,
            condition: Condition::default(),
            card: None,
            heard: now,
            active: whole_seconds(now),
            activity: 0,
            inactive: false,
            calm: None,
            absorbed: false,
            order_from: Timestamp::default(),
            trial_from: now,
        }
    }

    fn event(&self) -> DeviceEvent {
        DeviceEvent {
            device: self.device.clone(),
            registered: true,
            condition: Condition { heard_at: Some(self.heard), ..self.condition.clone() },
            card: self.card.clone(),
        }
    }

    /// Counts the change and gives what is to be made durable.
    fn changed(&mut self, _now: Timestamp) -> Box<DeviceEvent> {
        self.condition.revision = self.condition.revision.saturating_add(1);
        Box::new(self.event())
    }

    fn raise(&mut self, fault: Fault, rules: &Rules, now: Timestamp) -> bool {
        if self.device.retired || self.condition.faults.contains_key(&fault) {
            return false;
        }
        let repair_due = now + rules.repair;
        let standing =
            StandingFault { since: now, repair_due, overdue: false, order: None, substitute: None };
        self.condition.faults.insert(fault, standing);
        true
    }

    /// A battery is low at its mark and well again above twice that, so that it does not come and go.
    fn battery(&mut self, percent: Option<u8>, rules: &Rules, now: Timestamp) -> bool {
        let Some(percent) = percent else { return false };
        self.condition.battery = Some(percent);
        if percent <= rules.battery_low {
            return self.raise(Fault::LowBattery, rules, now);
        }
        percent > rules.battery_low.saturating_mul(2)
            && self.condition.faults.remove(&Fault::LowBattery).is_some()
    }

    /// Whoever presses has tested the whole way, meant or not. Noted once an hour, so that presses cost no bookkeeping.
    fn tested(&mut self, signal: &Signal, now: Timestamp) -> bool {
        let proves = signal.test || signal.alarm().is_some();
        let asked = self.condition.trial.is_some();
        let lately = !asked && self.condition.tested_at.is_some_and(|at| at + Seconds::hours(1) > now);
        if proves && !lately {
            self.condition.tested_at = Some(now);
            self.condition.trial = None;
        }
        proves && !lately
    }

    fn patience(&self, rules: &Rules) -> (Seconds, Seconds) {
        let class = rules.classes.iter().find(|rule| rule.class == self.device.class);
        let (interval, grace) =
            class.map_or((rules.interval, rules.grace), |rule| (rule.interval, rule.grace));
        (self.device.interval.unwrap_or(interval), grace)
    }

    /// When it will have been silent for too long; `None` where that is known, or nobody watches.
    fn silent_at(&self, rules: &Rules) -> Option<Timestamp> {
        let known = self.condition.faults.contains_key(&Fault::Silent) && self.calm.is_none();
        if self.device.retired || self.absorbed || known {
            return None;
        }
        let (interval, grace) = self.patience(rules);
        Some(self.heard + interval + grace)
    }

    fn inactive_at(&self, rules: &Rules) -> Option<Timestamp> {
        // Of a silent sensor nobody knows whether somebody moves; its silence is told already.
        let blind = self.absorbed || self.condition.faults.contains_key(&Fault::Silent);
        if self.inactive || self.device.retired || blind {
            return None;
        }
        let rule = rules.inactivity.iter().find(|rule| rule.class == self.device.class)?;
        Some(self.active + rule.within)
    }

    fn due(&self, rules: &Rules) -> Option<Timestamp> {
        let repair = self.condition.faults.values().filter(|f| !f.overdue).map(|f| f.repair_due).min();
        let (order, trial) = (self.order_at(rules), self.trial_at(rules));
        let due = [self.silent_at(rules), self.inactive_at(rules), repair, order, trial, self.calm];
        due.into_iter().flatten().min()
    }

    fn inactivity(&self) -> Signal {
        let says = Says::Alarm { cause: AlarmCause::Inactivity };
        let key = Some(format!("inactive-{}", self.active.as_millis() / 1000));
        Signal { key, ..Signal::new(self.device.id.clone(), Channel::Rule, says) }
    }
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(1000) * 1000)
}
