//! A signal becomes an incident, joins one, or repeats what is known.

use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    device::{Device, DeviceClass},
    escalation::Progress,
    id::IncidentId,
    incident::{Happening, Incident, MAX_ENTRIES, Press, Stage, Subject},
    time::Timestamp,
};

use super::{Core, Effect, Ticket};
use crate::decode::fnv1a;

impl Core {
    pub(super) fn signal(&mut self, ticket: Option<Ticket>, signal: &Signal, now: Timestamp) {
        // Asked before it counts as heard: a press ends the test call it answers.
        let test = self.supervision.test_asked(&signal.device, now);
        let known = self.supervision.heard(signal, now, &mut self.effects);
        match signal.says {
            Says::Alarm { .. } => self.alarm(ticket, signal, test, now),
            Says::Cleared => self.cleared(ticket, signal, now),
            Says::Fault { .. } | Says::Restored { .. } if known => {
                self.supervision.fault(signal, ticket, now, &mut self.effects);
            }
            Says::Fault { .. } | Says::Restored { .. } | Says::Activity { .. } | Says::Alive => {
                self.taken(ticket, None);
            }
        }
    }

    /// Whom the alarm is about, by the device's registration.
    fn subject(device: &Device) -> Subject {
        match (&device.elder, &device.caregiver) {
            (Some(elder), _) => Subject::Elder(elder.clone()),
            (None, Some(caregiver)) => Subject::Caregiver(caregiver.clone()),
            (None, None) => Subject::Device(device.id.clone()),
        }
    }

    /// `test`: since when this device's weekly test call is waited for.
    pub(super) fn alarm(
        &mut self,
        ticket: Option<Ticket>,
        signal: &Signal,
        test: Option<Timestamp>,
        now: Timestamp,
    ) {
        let stranger = Device::unknown(signal.device.clone(), signal.via);
        self.alarm_of(ticket, signal, (stranger, test), now);
    }

    /// The same, with what is known of a device that is not registered.
    pub(super) fn alarm_of(
        &mut self,
        ticket: Option<Ticket>,
        signal: &Signal,
        (stranger, test): (Device, Option<Timestamp>),
        now: Timestamp,
    ) {
        let Some(cause) = signal.alarm() else { return };
        let registered = self.supervision.device(&signal.device).cloned();
        let is_registered = registered.is_some();
        let device = registered.unwrap_or(stranger);
        let drill = signal.test || device.drill;
        if let Some(repeated) = self.repeated(signal, drill, now) {
            return self.taken(ticket, Some(&repeated));
        }
        let press = Press {
            at: now,
            occurred_at: signal.occurred_at,
            device: signal.device.clone(),
            via: signal.via,
            cause,
            key: signal.key.clone(),
        };
        let subject = Self::subject(&device);
        let open = self.open.get(&(subject.clone(), drill)).and_then(|id| self.incidents.get(id)).cloned();
        if let Some(mut incident) = open {
            incident.press(press);
            incident.place = signal.place.or(incident.place);
            if incident.timeline.len() < MAX_ENTRIES {
                incident.note(now, Happening::Pressed { device: signal.device.clone(), cause });
            }
            if incident.escalation.exhausted && matches!(incident.stage, Stage::Open) {
                incident.escalation = self.first_rung(&incident, now);
            }
            return self.climb_and_commit(incident, ticket, now);
        }
        let mut incident = self.opened(&device, (subject, drill, is_registered), press, signal, now);
        if let (Some(asked_at), AlarmCause::Sos) = (test, cause) {
            incident.note(now, Happening::TestAsked { asked_at });
        }
        self.climb_and_commit(incident, ticket, now);
    }

    fn opened(
        &self,
        device: &Device,
        (subject, drill, registered): (Subject, bool, bool),
        press: Press,
        signal: &Signal,
        now: Timestamp,
    ) -> Incident {
        let (cause, class) = (press.cause, class_of(device, signal.via));
        let mut incident = Incident {
            id: self.name(&subject, drill, now),
            revision: 0,
            subject,
            device: device.id.clone(),
            class,
            registered: registered || matches!(signal.via, Channel::App | Channel::Desk),
            cause,
            drill,
            opened_at: now,
            street: device.street.clone(),
            place: signal.place.or(device.place),
            presses: vec![press],
            more_presses: 0,
            claim: None,
            stage: Stage::Open,
            escalation: Progress {
                plan: String::new(),
                taken: 0,
                round: 0,
                due: None,
                searching: None,
                exhausted: false,
                extended: false,
            },
            calls: Vec::new(),
            timeline: Vec::new(),
        };
        incident.escalation = self.first_rung(&incident, now);
        incident.note(now, Happening::Opened { cause, via: signal.via });
        incident
    }

    /// At the foot of the ladder.
    fn first_rung(&self, incident: &Incident, now: Timestamp) -> Progress {
        let plan = self.settings.plan(incident.class, incident.cause);
        let due = plan.next(0, 0).map(|due| now + due.after);
        Progress {
            plan: plan.name,
            taken: 0,
            round: 0,
            due,
            searching: None,
            exhausted: false,
            extended: false,
        }
    }

    /// The incident this very signal has already become.
    fn repeated(&self, signal: &Signal, drill: bool, now: Timestamp) -> Option<Incident> {
        if let Some(key) = &signal.key {
            let id = self.keys.get(&(signal.device.clone(), key.clone()))?;
            let incident = self.incidents.get(id).filter(|i| i.drill == drill)?;
            let fresh = match &incident.stage {
                Stage::Closed(closed) => now <= closed.closed.at + self.settings.remember_key,
                _ => true,
            };
            return fresh.then(|| incident.clone());
        }
        let incident = self.pressed.get(&signal.device).and_then(|id| self.incidents.get(id))?;
        let same = incident.drill == drill
            && incident.presses.iter().rev().any(|press| {
                press.device == signal.device
                    && Some(press.cause) == signal.alarm()
                    && press.key.is_none()
                    && now <= press.at + self.settings.repeat
            });
        same.then(|| incident.clone())
    }

    /// The device takes its alarm back: told to whoever handles it, closed by nobody but a human.
    fn cleared(&mut self, ticket: Option<Ticket>, signal: &Signal, now: Timestamp) {
        let open = self.pressed.get(&signal.device).and_then(|id| self.incidents.get(id)).cloned();
        let Some(mut incident) = open.filter(|i| !i.stage.is_closed()) else {
            return self.taken(ticket, None);
        };
        let what = Happening::Cleared { device: signal.device.clone() };
        let told = incident.timeline.last().is_some_and(|entry| entry.what == what);
        if told || incident.timeline.len() >= MAX_ENTRIES {
            return self.taken(ticket, Some(&incident));
        }
        incident.note(now, what);
        self.commit(incident, ticket, now);
    }

    /// Answers once everything before is durable.
    pub(super) fn taken(&mut self, ticket: Option<Ticket>, incident: Option<&Incident>) {
        if let Some(ticket) = ticket {
            let incident = incident.cloned().map(Box::new);
            self.effects.push(Effect::Repeat { ticket, incident, device: None });
        }
    }

    /// Named after whom it is about and the instant; the same inputs give the same name.
    fn name(&self, subject: &Subject, drill: bool, now: Timestamp) -> IncidentId {
        let whom = match subject {
            Subject::Elder(id) => format!("e {id}"),
            Subject::Caregiver(id) => format!("c {id}"),
            Subject::Device(id) => format!("d {id}"),
        };
        let base = format!("i-{:016x}{}", fnv1a(whom.as_bytes()), if drill { "-drill" } else { "" });
        let mut number = u64::try_from(now.as_millis()).unwrap_or_default();
        loop {
            let id = IncidentId::derived(&base, number);
            if !self.incidents.contains_key(&id) {
                return id;
            }
            number += 1;
        }
    }
}

fn class_of(device: &Device, via: Channel) -> DeviceClass {
    match via {
        Channel::App if device.class == DeviceClass::Other => DeviceClass::Phone,
        _ => device.class,
    }
}
