//! The one way an incident changes: indices and deadlines follow, and the change is committed.

use domain::{
    id::IncidentId,
    incident::{Incident, Stage},
    time::Timestamp,
};

use super::{Core, Effect, Ticket};

impl Core {
    /// Takes the incident as it now is, commits it, and gives it back with its new revision.
    pub(super) fn commit(
        &mut self,
        mut incident: Incident,
        answer: Option<Ticket>,
        now: Timestamp,
    ) -> Incident {
        incident.revision = incident.revision.saturating_add(1);
        self.adopt(incident.clone(), now);
        self.effects.push(Effect::Commit { incident: Box::new(incident.clone()), answer });
        self.reach_out(&incident);
        incident
    }

    /// Takes an incident from the stream, without committing anything.
    pub fn restore(&mut self, incident: Incident, now: Timestamp) {
        let forgotten = matches!(&incident.stage, Stage::Closed(closed) if
            closed.closed.at + self.settings.remember_closed < now);
        if forgotten {
            return;
        }
        if incident.escalation.searching.is_some() {
            self.unfinished.push(incident.id.clone());
        }
        self.adopt(incident, now);
    }

    fn adopt(&mut self, incident: Incident, now: Timestamp) {
        let id = incident.id.clone();
        let place = (incident.subject.clone(), incident.drill);
        for press in &incident.presses {
            if let Some(key) = &press.key {
                self.keys.insert((press.device.clone(), key.clone()), id.clone());
            }
            let newer = self.pressed.get(&press.device).and_then(|id| self.incidents.get(id));
            if newer.is_none_or(|other| other.opened_at <= incident.opened_at) {
                self.pressed.insert(press.device.clone(), id.clone());
            }
        }
        let before = self.incidents.get(&id).map_or(&[][..], |before| before.stage.responders());
        for responder in before {
            if let Some(theirs) = self.going.get_mut(&responder.caregiver) {
                theirs.remove(&id);
            }
        }
        if let Stage::Closed(closed) = &incident.stage {
            self.closed.insert((closed.closed.at, id.clone()));
            if self.open.get(&place) == Some(&id) {
                self.open.remove(&place);
            }
            self.agenda.set(&id, None);
        } else {
            self.open.insert(place, id.clone());
            for responder in incident.stage.responders() {
                self.going.entry(responder.caregiver.clone()).or_default().insert(id.clone());
            }
            let due = [incident.escalation.due, incident.claim_stale_at()];
            self.agenda.set(&id, due.into_iter().flatten().min());
        }
        self.incidents.insert(id, incident);
        self.forget_closed(now);
    }

    fn forget_closed(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.closed.first().cloned() {
            if at + self.settings.remember_closed >= now {
                return;
            }
            self.closed.remove(&(at, id.clone()));
            self.forget(&id);
        }
    }

    fn forget(&mut self, id: &IncidentId) {
        let Some(incident) = self.incidents.remove(id) else { return };
        for press in incident.presses {
            if self.pressed.get(&press.device) == Some(id) {
                self.pressed.remove(&press.device);
            }
            let Some(key) = press.key else { continue };
            let name = (press.device, key);
            if self.keys.get(&name) == Some(id) {
                self.keys.remove(&name);
            }
        }
    }
}
